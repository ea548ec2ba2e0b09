"""Planned time: when services and components are interrupted by plan, as far as it was announced."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from sdflow.domain.interruption import Interrupting, PlannedWork
from sdflow.domain.record import Record, Revision
from sdflow.domain.service_time import NOTHING, Intervals, intervals, local_days, union
from sdflow.engine.known_records import KnownRecords
from sdflow.engine.past import Past, When

if TYPE_CHECKING:
    from sdflow.engine.proof import Prover


@dataclass(frozen=True)
class AnnouncedWork:
    """A planned interruption as its record announced it, and the day since which that is so.

    Who was told is known to the day alone, and so is when the record came into its state: what was told or written down on
    the day on which the work began, or later, was not announced before. Days are those of a zone, or as the record tells time.
    `took` is when it really took place, as far as that is known, and `over` says that its state says that it is over; `act` is
    the act by which it was announced.
    """

    record: str
    title: str
    work: PlannedWork
    on: date
    act: int = 0
    took: tuple[datetime, datetime] | None = None
    over: bool = False

    @property
    def planned(self) -> PlannedWork:
        """What of it is planned downtime: the announced window, as far as the work really took place in it."""
        return self.work.within(self.took)

    def is_to_come(self, coming: int) -> bool:
        """Whether it lies after an instant, and is not over."""
        return not self.over and self.work.seconds[1] > coming

    def is_held(self, coming: int) -> bool:
        """Whether it is over, or began before an instant."""
        return self.over or self.work.seconds[0] < coming

    def meets(self, since: int, until: int) -> bool:
        """Whether its window lies between two instants, in part at least."""
        begins, ends = self.work.seconds
        return begins < until and ends > since

    def announced_to(self, customer: str | None, zone: str | None = None) -> bool:
        """Whether it was announced on a day before it began: to a customer, or to all of them where none is named."""
        told = self.work.told_on(customer)
        return told is not None and self._before(told, zone)

    def announced(self, zone: str | None = None) -> bool:
        """Whether it was announced to anybody on a day before it began."""
        return any(self._before(told, zone) for _, told in self.work.told)

    def _before(self, told: date, zone: str | None) -> bool:
        return max(told, self.on) < self.work.begins_on(zone)

    def stops(self, references: Sequence[str]) -> tuple[str, ...]:
        """Those of some services and components on which it works."""
        named = {*self.work.services, *self.work.components}
        return tuple(one for one in references if one in named)


def announced_work(prover: Prover) -> tuple[AnnouncedWork, ...]:
    """Every interruption whose state on the prover's day says that it was announced, the earliest first."""
    return tuple(sorted(_announced(prover), key=lambda one: (one.work.since, one.record)))


def coming_after(zone: str, today: date) -> int:
    """The instant from which work is to come, as a report tells it: the beginning of the day as of which it is made."""
    return local_days(zone, today, today)[0] * 60


def time_of(works: Sequence[AnnouncedWork], references: Sequence[str], *, whole: bool = False) -> dict[str, Intervals]:
    """When each of some services and components is worked on, in seconds since 1970-01-01 UTC.

    It is what the work really took of its window, as far as that is known, or the `whole` announced window.
    """
    found: dict[str, Intervals] = dict.fromkeys(references, NOTHING)
    for one in works:
        for reference in one.stops(references):
            found[reference] = union(found[reference], intervals((one.work if whole else one.planned).seconds))
    return found


def _announced(prover: Prover) -> Iterator[AnnouncedWork]:
    known = KnownRecords(prover.definitions, prover.reading, prover.today)
    settled = [one for one in known.having(Interrupting) if prover.definitions.state(one).settled]
    events = known.events([one.reference for one in settled])
    for record in settled:
        (day, act), *further = settled_since(prover, record, events[record.reference])
        content = prover.definitions.content(record, _written(prover, record, act))
        now = prover.definitions.content(record)
        if isinstance(content, Interrupting) and isinstance(now, Interrupting):
            yield AnnouncedWork(
                record=record.reference,
                title=record.title,
                work=content.planned_work(),
                on=day,
                act=act,
                took=now.took_place(),
                over=bool(further),
            )


def announced_since(prover: Prover, record: Record, events: Sequence[tuple[date, int, str]]) -> When:
    """When a record came into a state that is settled, and has been in one since."""
    return settled_since(prover, record, events)[0]


def settled_since(prover: Prover, record: Record, events: Sequence[tuple[date, int, str]]) -> list[When]:
    """When a record came into the settled states in which it has been without a break: first announced, then over."""
    workflow = prover.definitions.workflows[record.kind]
    settled = {one.name for one in workflow.states if one.settled}
    found: list[When] = []
    for when, state in Past.told(events, workflow.renamed or {}).came:
        found = [*found, when] if state in settled else []
    return found


def _written(prover: Prover, record: Record, act: int) -> Revision:
    """What a record said at an act, whatever was written into it afterwards."""
    if record.revision.act <= act:
        return record.revision
    return [one for one in prover.reading.revisions(record.reference) if one.act <= act][-1]
