"""Measured file: that a file of a service desk or a monitor was read, what it covers, and how it was understood."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sdflow.domain.measured import UNKNOWN, Incidents, MeasuredKind, Measurements, Moment, Outages, Seconds
from sdflow.domain.measured_form import RefusedRow

if TYPE_CHECKING:
    from sdflow.domain.checks import Checks

Measured = Incidents | Outages | Measurements

Span = tuple[int, int]
"""A stretch of time from an instant until before another, in seconds since 1970-01-01 00:00 UTC."""


@dataclass(frozen=True)
class FileRead:
    """A file that was read: the name under which its rows are kept, its hash, and the conventions by which it was read.

    `watched` says for each subject, such as a service, over which stretch of time the file tells everything of it. A time
    that no file covers is not known; it is not a time in which nothing happened. `refused_of` counts the refused rows by
    subject, the empty one for those of which it cannot be said; a row counts at its service and at its component.
    """

    source: str
    kind: MeasuredKind
    sha256: str
    file: str
    conventions: tuple[str, ...]
    rows: int
    refused: int
    read_at: datetime
    watched: Mapping[str, Span] = field(default_factory=dict)
    refused_of: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class MeasuredPart:
    """Some rows of a file: those that can be, and every reason why others cannot.

    `read` counts the rows that were read, `refused` those of them that were refused; `share` is how much of the file was
    read by then. `refused_of` says of whom the refused rows are, and `refused_numbers` which numbers they have, as far as that
    can be read. `checks` are all checks of the file, by subject, in the last part of a file of checks.
    """

    rows: Measured
    reasons: tuple[RefusedRow, ...]
    read: int
    refused: int
    share: float
    refused_of: Mapping[str, int] = field(default_factory=dict)
    refused_numbers: tuple[str, ...] = ()
    checks: tuple[Checks, ...] | None = None


@dataclass(frozen=True)
class Kept:
    """What became of each of some rows: whether it was new, and whether it replaced another of the same number.

    `reopened` are those among the changed that had an end before and have none now.
    """

    added: npt.NDArray[np.bool_]
    changed: npt.NDArray[np.bool_]
    reopened: npt.NDArray[np.bool_]


def united(spans: Iterable[Span]) -> list[Span]:
    """The same time as stretches in their order that neither overlap nor touch."""
    found: list[Span] = []
    for since, until in sorted(spans):
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(until, found[-1][1]))
        elif since < until:
            found.append((since, until))
    return found


def shared(first: Iterable[Span], second: Iterable[Span]) -> list[Span]:
    """The time that lies in both."""
    both = ((max(a, c), min(b, d)) for a, b in first for c, d in second)
    return united((since, until) for since, until in both if since < until)


def subjects_of(rows: Measured) -> Counter[str]:
    """How many rows are of each service and component; the empty name counts those that are of neither."""
    services, components = Counter(rows.service.tolist()), Counter(rows.component.tolist())
    nobody = sum(1 for of, by in zip(rows.service, rows.component, strict=True) if not of and not by)
    counted = services + components
    del counted[""]
    return counted + Counter({"": nobody})


def told_over(rows: Measured) -> Span | None:
    """From the first row to the last: the time over which a file tells everything, as far as it can be seen from its rows.

    Incidents count by their first moments, since a file of those that were opened until some day names none that were
    opened later; outages until they end. None where there are no rows.
    """
    match rows:
        case Incidents():
            begins = ends = first_moments(rows.moments, len(rows))
        case Outages():
            begins, ends = rows.since, np.maximum(rows.since, rows.until)
        case _:
            begins = ends = rows.at
    return (int(begins.min()), int(ends.max()) + 1) if len(rows) else None


def first_moments(moments: Mapping[Moment, Seconds], count: int) -> Seconds:
    """The first known moment of each of so many incidents; `UNKNOWN` where none is."""
    found = np.full(count, UNKNOWN, dtype=np.int64)
    for at in moments.values():
        found = np.where((at != UNKNOWN) & ((found == UNKNOWN) | (at < found)), at, found)
    return found
