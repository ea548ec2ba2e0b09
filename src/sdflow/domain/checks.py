"""Checks: what a monitor saw of one service or component, and the outages that follow from all files of checks together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sdflow.domain.measured import UNKNOWN, Outages, Seconds, Words
from sdflow.domain.measured_file import Span


@dataclass(frozen=True)
class Checks:
    """The checks of a service or a component, by their instants, none twice; the other reference is empty."""

    service: str
    component: str
    at: Seconds
    down: npt.NDArray[np.bool_]

    @property
    def subject(self) -> str:
        """Of whom they are."""
        return self.service or self.component

    @property
    def span(self) -> Span:
        """From the first check until just after the last one."""
        return int(self.at[0]), int(self.at[-1]) + 1

    def after(self, earlier: Checks) -> Checks:
        """Both files of checks, where this one was read after the other.

        Where they share a moment this one is a corrected export, and over its stretch it alone counts. Files that share none
        count together, whichever was read first.
        """
        stays = np.ones(len(earlier.at), dtype=np.bool_)
        if np.isin(earlier.at, self.at, assume_unique=True).any():
            stays = (earlier.at < self.at[0]) | (earlier.at > self.at[-1])
        at, down = np.append(earlier.at[stays], self.at), np.append(earlier.down[stays], self.down)
        order = np.argsort(at)
        return Checks(self.service, self.component, at[order], down[order])

    def outages(self) -> Outages:
        """Each from the first check that failed until the next one that did not; the last may be without an end."""
        before = np.append(False, self.down[:-1])[: len(self.down)]
        since, until = self.at[self.down & ~before], self.at[~self.down & before]
        until = np.append(until, [UNKNOWN] * (len(since) - len(until)))
        return unnamed_outages(self.service, self.component, since, until.astype(np.int64))


def together(files: Iterable[Checks]) -> Checks:
    """Files of checks of one subject in the order in which they were read, as one; there must be one at least."""
    found, *later = files
    for one in later:
        found = one.after(found)
    return found


def unnamed_outages(service: str, component: str, since: Seconds, until: Seconds) -> Outages:
    """Outages of one subject of which nobody says more than when they were."""
    count = len(since)
    of, by = _same(service, count), _same(component, count)
    users = np.full(count, -1, dtype=np.int64)
    return Outages(outage_numbers(of, by, since), of, by, _same("", count), users, since, until)


def outage_numbers(service: Words, component: Words, since: Seconds) -> Words:
    """What outages are called that have no number: by their subject and their beginning."""
    numbers = np.empty(len(since), dtype=np.object_)
    subjects = zip(service.tolist(), component.tolist(), since.tolist(), strict=True)
    numbers[:] = [f"{of or by} {at}" for of, by, at in subjects]
    return numbers


def _same(word: str, count: int) -> Words:
    words = np.empty(count, dtype=np.object_)
    words[:] = word
    return words
