"""Folding: the checks of a file, gathered by what they are of, and what contradicts another of them refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from sdflow.adapters.measured_files.chunk import Chunk, Refusals
from sdflow.adapters.measured_files.readers import ReadChecks, Reader, part_of
from sdflow.domain.checks import Checks, unnamed_outages
from sdflow.domain.measured import Seconds
from sdflow.domain.measured_file import MeasuredPart

_NONE = unnamed_outages("", "", np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))


def folded(chunks: Iterable[Chunk], reader: Reader, column: str) -> Iterator[MeasuredPart]:
    """The checks of a file, after what was refused of each chunk."""
    gathered = _Gathering(column)
    for chunk in chunks:
        checks, refusals = reader.checks(chunk)
        gathered.take(checks, refusals)
        yield part_of(_NONE, chunk, refusals, (checks.service, checks.component))
    yield MeasuredPart(_NONE, (), 0, 0, 1.0, checks=gathered.all())


class _Gathering:
    """Gathers the checks of a file in columns of numbers, and refuses what contradicts another check."""

    def __init__(self, column: str) -> None:
        self._column = column
        self._numbers: dict[tuple[str, str], int] = {}
        self._said: dict[tuple[int, int], bool] = {}

    def take(self, checks: ReadChecks, refusals: Refusals) -> None:
        """The checks of a chunk."""
        names = list(zip(checks.service.tolist(), checks.component.tolist(), strict=True))
        contrary = np.zeros(len(names), dtype=np.bool_)
        for row in np.flatnonzero(refusals.kept).tolist():
            key = (self._numbers.setdefault(names[row], len(self._numbers)), int(checks.at[row]))
            contrary[row] = self._said.setdefault(key, bool(checks.down[row])) != bool(checks.down[row])
        reason = "another check of the same moment found the contrary"
        refusals.refuse(contrary, self._column, reason, "remove one of them; the first was taken in")

    def all(self) -> tuple[Checks, ...]:
        """All of them, by subject and time."""
        table = np.array([(*key, down) for key, down in self._said.items()], dtype=np.int64).reshape(-1, 3)
        table = table[np.lexsort((table[:, 1], table[:, 0]))]
        first = np.searchsorted(table[:, 0], np.arange(len(self._numbers) + 1))
        return tuple(
            _checks(*subject, table[first[number] : first[number + 1]]) for subject, number in self._numbers.items()
        )


def _checks(service: str, component: str, rows: Seconds) -> Checks:
    return Checks(service, component, rows[:, 1].copy(), rows[:, 2] == 1)
