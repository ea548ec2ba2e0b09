"""Measured: what service desks and monitors recorded, in columns, one row for each incident, outage or measurement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

Seconds = npt.NDArray[np.int64]
"""Instants in seconds since 1970-01-01 00:00 UTC, or lengths in seconds."""

Words = npt.NDArray[np.object_]
"""Texts, one for each row; empty where nothing is known."""

Rows = npt.NDArray[np.int64]
"""Numbers of rows, from 0."""

UNKNOWN = -(2**62)
"""The instant of what did not happen yet, or was not recorded."""


class Moment(StrEnum):
    """An instant in the expanded life cycle of an incident, in the order in which they come.

    `occurred`: the fault began. `detected`: somebody or something noticed. `reported`: it was opened at the desk.
    `responded`: somebody began to work on it. `diagnosed`: its cause was found. `repaired`: the faulty part works.
    `recovered`: the part is back with its data. `restored`: users work again. `resolved`: nothing is left to mend.
    `closed`: the one who reported it agrees.
    """

    occurred = "occurred"
    detected = "detected"
    reported = "reported"
    responded = "responded"
    diagnosed = "diagnosed"
    repaired = "repaired"
    recovered = "recovered"
    restored = "restored"
    resolved = "resolved"
    closed = "closed"


RESTORED_OR_RESOLVED = (Moment.restored, Moment.resolved)
"""When users work again: the first of these that is recorded."""


class MeasuredKind(StrEnum):
    """What a file of a service desk or a monitor holds."""

    incidents = "incidents"
    outages = "outages"
    measurements = "measurements"


@dataclass(frozen=True)
class Pauses:
    """Stretches in which the clock of an incident stood, because the customer was asked: of which row, since and until when.

    Where a desk says no more than how long it stood, `since` is `UNKNOWN` and `until` a length in seconds of agreed time.
    """

    row: Rows
    since: Seconds
    until: Seconds

    @property
    def placed(self) -> Pauses:
        """Those of which it is known when they began."""
        known = self.since != UNKNOWN
        return self if known.all() else Pauses(self.row[known], self.since[known], self.until[known])

    def lengths(self, count: int) -> Seconds:
        """How long the clock of each of so many incidents stood at a time that nobody knows."""
        found = np.zeros(count, dtype=np.int64)
        unplaced = self.since == UNKNOWN
        np.add.at(found, self.row[unplaced], self.until[unplaced])
        return found

    @classmethod
    def none(cls) -> Pauses:
        """No pause at all."""
        empty = np.empty(0, dtype=np.int64)
        return cls(empty, empty, empty)


@dataclass(frozen=True)
class Incidents:
    """Incidents, one in each row.

    `number` is the desk's own. `service`, `component`, `customer` and `supplier` are references of records, empty where
    the desk does not say. `users` is how many people were affected, -1 where that is not known; `security` whether
    confidentiality, integrity or authenticity was hurt. An instant that is not known is `UNKNOWN`.
    """

    number: Words
    service: Words
    component: Words
    customer: Words
    supplier: Words
    priority: Words
    cause: Words
    title: Words
    security: npt.NDArray[np.bool_]
    users: Rows
    moments: Mapping[Moment, Seconds]
    pauses: Pauses

    def __len__(self) -> int:
        return len(self.number)

    def at(self, moment: Moment) -> Seconds:
        """The instants of one moment; `UNKNOWN` throughout where the desk does not record it."""
        found = self.moments.get(moment)
        return np.full(len(self), UNKNOWN, dtype=np.int64) if found is None else found

    def at_first_known(self, moments: Iterable[Moment]) -> Seconds:
        """Row by row the instant of the first of these moments that is recorded; `UNKNOWN` where none is."""
        found = np.full(len(self), UNKNOWN, dtype=np.int64)
        for moment in moments:
            found = np.where(found == UNKNOWN, self.at(moment), found)
        return found

    def chosen(self, rows: npt.NDArray[np.bool_]) -> Incidents:
        """Those of the rows for which `rows` is true, with their pauses."""
        numbers = np.cumsum(rows) - 1
        kept = rows[self.pauses.row]
        pauses = Pauses(numbers[self.pauses.row[kept]], self.pauses.since[kept], self.pauses.until[kept])
        words = ("number", "service", "component", "customer", "supplier", "priority", "cause", "title")
        return Incidents(
            **{name: getattr(self, name)[rows] for name in words},
            security=self.security[rows],
            users=self.users[rows],
            moments={moment: at[rows] for moment, at in self.moments.items()},
            pauses=pauses,
        )


@dataclass(frozen=True)
class Outages:
    """Stretches in which a service or a component was down, one in each row.

    One of `service` and `component` is a reference, the other empty. `until` is `UNKNOWN` while it is still down.
    """

    number: Words
    service: Words
    component: Words
    cause: Words
    users: Rows
    since: Seconds
    until: Seconds

    def __len__(self) -> int:
        return len(self.number)

    def chosen(self, rows: npt.NDArray[np.bool_]) -> Outages:
        """Those of the rows for which `rows` is true."""
        return Outages(**{name: getattr(self, name)[rows] for name in self.__dataclass_fields__})


@dataclass(frozen=True)
class Measurements:
    """Values that were measured, one in each row.

    `measure` is a key: of a measure, transaction, batch, throughput or workload limit of the agreements, or the path of such
    a clause. `service`, `component` or `customer` say of what; empty where it is of everything.
    """

    service: Words
    component: Words
    customer: Words
    measure: Words
    at: Seconds
    value: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.measure)

    def chosen(self, rows: npt.NDArray[np.bool_]) -> Measurements:
        """Those of the rows for which `rows` is true."""
        return Measurements(**{name: getattr(self, name)[rows] for name in self.__dataclass_fields__})

    @classmethod
    def together(cls, several: Sequence[Measurements]) -> Measurements:
        """Those of several, one after the other."""
        if len(several) == 1:
            return several[0]
        each = several or [cls.none()]
        return cls(**{name: np.concatenate([getattr(one, name) for one in each]) for name in cls.__dataclass_fields__})

    @classmethod
    def none(cls) -> Measurements:
        """No measurement."""
        words = np.array([], dtype=np.dtypes.StringDType())
        return cls(words, words, words, words, np.array([], dtype=np.int64), np.array([], dtype=np.float64))
