"""Folding: checks become outages, each from the first check that failed until the next that did not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from sdflow.adapters.measured_files.chunk import Chunk, Mask, Refusals
from sdflow.adapters.measured_files.readers import Checks, Reader, outage_numbers, part_of
from sdflow.domain.measured import UNKNOWN, Outages, Rows, Seconds, Words
from sdflow.domain.measured_file import MeasuredPart, Span

Subject = tuple[str, str]
"""References of a service and of a component, one of them empty."""


@dataclass
class _All:
    """Every check of a file, with the number of its subject."""

    subjects: list[Subject]
    which: Rows
    at: Seconds
    down: Mask


def folded(
    chunks: Iterable[Chunk], reader: Reader, column: str, lasting: Mapping[Subject, int]
) -> Iterator[MeasuredPart]:
    """The outages of a file of checks, after what was refused of each chunk.

    `lasting` says since when what another file left down is down: it goes on until the first check that did not fail.
    """
    gathered = _Gathering(column)
    for chunk in chunks:
        checks, refusals = reader.checks(chunk)
        gathered.take(checks, refusals)
        yield part_of(_outages([], [], [], []), chunk, refusals)
    found, seen = _folded(gathered.all(), lasting)
    yield MeasuredPart(found, (), 0, 0, 1.0, seen)


class _Gathering:
    """Gathers the checks of a file in columns of numbers, and refuses what contradicts another check."""

    def __init__(self, column: str) -> None:
        self._column = column
        self._numbers: dict[Subject, int] = {}
        self._said: dict[tuple[int, int], bool] = {}

    def take(self, checks: Checks, refusals: Refusals) -> None:
        """The checks of a chunk."""
        names = list(zip(checks.service.tolist(), checks.component.tolist(), strict=True))
        contrary = np.zeros(len(names), dtype=np.bool_)
        for row in np.flatnonzero(refusals.kept).tolist():
            key = (self._numbers.setdefault(names[row], len(self._numbers)), int(checks.at[row]))
            contrary[row] = self._said.setdefault(key, bool(checks.down[row])) != bool(checks.down[row])
        reason = "another check of the same moment found the contrary"
        refusals.refuse(contrary, self._column, reason, "remove one of them; the first was taken in")

    def all(self) -> _All:
        """All of them, by subject and time."""
        table = np.array([(*key, down) for key, down in self._said.items()], dtype=np.int64).reshape(-1, 3)
        table = table[np.lexsort((table[:, 1], table[:, 0]))]
        return _All(list(self._numbers), table[:, 0], table[:, 1], table[:, 2] == 1)


def _folded(checks: _All, lasting: Mapping[Subject, int]) -> tuple[Outages, dict[str, Span]]:
    """The outages that checks show, and for each subject the time from its first check to its last."""
    if not len(checks.at):
        return _outages([], [], [], []), {}
    first = np.append(True, checks.which[1:] != checks.which[:-1])
    before = np.append(False, checks.down[:-1]) & ~first
    begins, ends = np.flatnonzero(checks.down & ~before), np.flatnonzero(~checks.down & before)
    whose, since = checks.which[begins], checks.at[begins].copy()
    until = np.full(len(begins), UNKNOWN, dtype=np.int64)
    ended = np.searchsorted(begins, ends, "right") - 1
    until[ended] = checks.at[ends]
    found = [(*checks.subjects[number], int(a), int(b)) for number, a, b in zip(whose, since, until, strict=True)]
    starts = np.flatnonzero(first)
    opening = {checks.subjects[checks.which[row]]: row for row in starts.tolist()}
    found = _continued(found, checks, opening, lasting)
    last = np.append(starts[1:], len(checks.which)) - 1
    spans = zip(starts.tolist(), last.tolist(), strict=True)
    seen = {"".join(checks.subjects[checks.which[a]]): (int(checks.at[a]), int(checks.at[b]) + 1) for a, b in spans}
    return _outages(*map(list, zip(*found, strict=True))) if found else _outages([], [], [], []), seen


def _continued(
    found: list[tuple[str, str, int, int]], checks: _All, opening: Mapping[Subject, int], lasting: Mapping[Subject, int]
) -> list[tuple[str, str, int, int]]:
    """The outages, with those that lasted before the first check of their subject taken further."""
    known = {(of, by, since): number for number, (of, by, since, _) in enumerate(found)}
    for subject, since in lasting.items():
        row = opening.get(subject)
        if row is None or since >= (at := int(checks.at[row])):
            continue
        if checks.down[row]:
            number = known[(*subject, at)]
            found[number] = (*subject, since, found[number][3])
        else:
            found.append((*subject, since, at))
    return found


def _outages(service: list[str], component: list[str], since: list[int], until: list[int]) -> Outages:
    of, by = _words(service), _words(component)
    begins = np.array(since, dtype=np.int64)
    return Outages(
        number=outage_numbers(of, by, begins),
        service=of,
        component=by,
        cause=_words([""] * len(of)),
        users=np.full(len(of), -1, dtype=np.int64),
        since=begins,
        until=np.array(until, dtype=np.int64),
    )


def _words(texts: list[str]) -> Words:
    words = np.empty(len(texts), dtype=np.object_)
    words[:] = texts
    return words
