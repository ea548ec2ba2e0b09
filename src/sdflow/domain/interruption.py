"""Interruption: work by plan that stops services for a while, told beforehand to those who use them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sdflow.domain.trait import Provable

_ELSEWHEN = (
    "{what}, but the window {window}; give the times of the work in this window. Work at another time is another interruption: "
    "write it down for itself, and say of this one that it did not take place"
)


@dataclass(frozen=True)
class PlannedWork:
    """What is interrupted by plan, from when until when, and who was told on which day; none for everybody.

    `services` are those that are named themselves, `components` those that are worked on, by their references.
    """

    services: tuple[str, ...]
    components: tuple[str, ...]
    since: datetime
    until: datetime
    told: tuple[tuple[str | None, date], ...]
    reason: str

    @property
    def seconds(self) -> tuple[int, int]:
        """The instants between which it lies, in seconds since 1970-01-01 UTC."""
        return int(self.since.timestamp()), int(self.until.timestamp())

    def begins_on(self, zone: str | None = None) -> date:
        """The day on which it begins, on the clocks of a zone or as it is written."""
        return (self.since if zone is None else self.since.astimezone(ZoneInfo(zone))).date()

    def within(self, took: tuple[datetime, datetime] | None) -> PlannedWork:
        """The part of its window in which it really took place; of no length where that was at another time."""
        if took is None:
            return self
        since = min(max(self.since, took[0]), self.until)
        return replace(self, since=since, until=max(min(self.until, took[1]), since))

    def told_on(self, customer: str | None) -> date | None:
        """The first day on which a customer was told, or all of them; none where nobody told it."""
        return _first(on for whom, on in self.told if whom is None or whom == customer)


@dataclass(frozen=True)
class OtherWork:
    """A further interruption that is announced beside the one that is looked at; `before` says that it was so earlier."""

    record: str
    work: PlannedWork
    before: bool


def _first(days: Iterable[date]) -> date | None:
    return min(days, default=None)


class Interrupting(Provable, ABC):
    """Something that interrupts services by plan; held against what was agreed with those who use them.

    In a state that is settled its window is announced, and counts as planned downtime where that was so before it began,
    as far as the work really took place in it.
    """

    @abstractmethod
    def planned_work(self) -> PlannedWork:
        """What is interrupted, and when, as it was announced."""

    @abstractmethod
    def took_place(self) -> tuple[datetime, datetime] | None:
        """When it really began and ended; none where that is not known."""

    def outside_its_window(self) -> Iterator[tuple[str, str]]:
        """Why what is written down of when it took place cannot be of this interruption, each with its field."""
        work, took = self.planned_work(), self.took_place()
        if took is None:
            return
        if took[0] >= work.until:
            yield "began_at", _ELSEWHEN.format(what=f"it really began at {took[0]}", window=f"ended at {work.until}")
        if took[1] <= work.since:
            yield "ended_at", _ELSEWHEN.format(what=f"it really ended at {took[1]}", window=f"began at {work.since}")
