"""Planned time: when services and components are interrupted by plan, as far as it was announced."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sdflow.domain.interruption import Interrupting, PlannedWork
from sdflow.domain.period import Period
from sdflow.domain.service_time import NOTHING, Intervals, intervals, union

if TYPE_CHECKING:
    from sdflow.engine.proof import Prover


@dataclass(frozen=True)
class AnnouncedWork:
    """A planned interruption with the record that says so; its state tells that it was announced."""

    record: str
    title: str
    work: PlannedWork

    def announced_to(self, customer: str | None) -> bool:
        """Whether it was announced before it began: to a customer, or to all of them where none is named."""
        told = self.work.told_on(customer)
        return told is not None and told <= self.work.since.date()

    def announced(self) -> bool:
        """Whether it was announced to anybody before it began."""
        return any(on <= self.work.since.date() for _, on in self.work.told)

    def stops(self, references: Sequence[str]) -> tuple[str, ...]:
        """Those of some services and components on which it works."""
        named = {*self.work.services, *self.work.components}
        return tuple(one for one in references if one in named)


def announced_work(prover: Prover) -> tuple[AnnouncedWork, ...]:
    """Every interruption whose state says that it was announced, the earliest first."""
    return tuple(sorted(_announced(prover), key=lambda one: (one.work.since, one.record)))


def coming_after(period: Period, zone: str, today: date) -> int:
    """The instant from which work is to come, as a report tells it: the period's end, or the beginning of today if later."""
    return max(period.seconds(zone)[1], (today - date(1970, 1, 1)).days * 86_400)


def time_of(works: Sequence[AnnouncedWork], references: Sequence[str]) -> dict[str, Intervals]:
    """When each of some services and components is worked on, in seconds since 1970-01-01 UTC."""
    found: dict[str, Intervals] = dict.fromkeys(references, NOTHING)
    for one in works:
        for reference in one.stops(references):
            found[reference] = union(found[reference], intervals(one.work.seconds))
    return found


def _announced(prover: Prover) -> Iterator[AnnouncedWork]:
    kinds = [kind for kind, model in prover.definitions.kinds.items() if issubclass(model, Interrupting)]
    for record in (one for kind in kinds for one in prover.reading.records(kind=kind)):
        content = prover.definitions.content(record)
        if isinstance(content, Interrupting) and prover.definitions.state(record).settled:
            yield AnnouncedWork(record.reference, record.title, content.planned_work())
