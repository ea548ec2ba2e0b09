"""Interruption: work by plan that stops services for a while, told beforehand to those who use them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sdflow.domain.trait import Provable


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

    def told_on(self, customer: str | None) -> date | None:
        """The first day on which a customer was told, or all of them; none where nobody told it."""
        return _first(on for whom, on in self.told if whom is None or whom == customer)


def _first(days: Iterable[date]) -> date | None:
    return min(days, default=None)


class Interrupting(Provable, ABC):
    """Something that interrupts services by plan; held against what was agreed with those who use them.

    In a state that is settled its window is announced, and counts as planned downtime where that was so before it began.
    """

    @abstractmethod
    def planned_work(self) -> PlannedWork:
        """What is interrupted, and when, as it was announced."""
