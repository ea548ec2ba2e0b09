"""Interrupted time: when planned work stops a service, by itself or together with other work that was announced.

The structure of the service decides, so that work on all of its redundant parts at once stops it, be it of one interruption
or of several. What stops it without a break is one interruption, whoever works.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from sdflow.domain.attainment.composition import service_downtime
from sdflow.domain.interruption import OtherWork, PlannedWork
from sdflow.domain.scene import Scene
from sdflow.domain.service_time import NOTHING, Intervals, intersection, intervals, local_days, minus, union


def stopped_by(works: Iterable[PlannedWork], scene: Scene) -> Intervals:
    """The minutes in which some works together stop the service that an agreement promises."""
    own, down = NOTHING, dict[str, Intervals]()
    for work in works:
        span = span_of(work)
        own = union(own, span) if scene.promise.service in work.services else own
        down |= {part: union(down.get(part, NOTHING), span) for part in work.components}
    return service_downtime(scene.structure, scene.dependencies, down, own)


def span_of(work: PlannedWork) -> Intervals:
    """The whole minutes within which work lies; nothing where it has no time."""
    since, until = work.seconds
    return intervals((since // 60, -(-until // 60))) if since < until else NOTHING


@dataclass(frozen=True, eq=False)
class InterruptedTime:
    """What one work stops of the service that an agreement promises, beside what `others` stop.

    Only the days from `held[0]` to `held[1]` count, on the clocks of the agreed hours; all of them unless given.
    """

    work: PlannedWork
    scene: Scene
    others: Sequence[OtherWork] = ()
    held: tuple[date, date] | None = None

    @cached_property
    def stopped(self) -> Intervals:
        """When it stops the service: alone, or where the service would run but for this work beside the others."""
        joint = stopped_by([self.work, *(one.work for one in self.others)], self.scene)
        added = minus(joint, stopped_by((one.work for one in self.others), self.scene))
        return self._held(union(stopped_by([self.work], self.scene), added))

    @cached_property
    def runs(self) -> tuple[Intervals, ...]:
        """The stretches without a break in which the service stands still and this work has a part, each for itself."""
        joint = self._held(stopped_by([self.work, *(one.work for one in self.others)], self.scene))
        return tuple(one for one in each_run(joint) if len(intersection(one, self.stopped)))

    @cached_property
    def together_with(self) -> tuple[str, ...]:
        """The other interruptions that take part in what is stopped, by reference; none where this work does it all."""
        runs = union(NOTHING, *self.runs)
        if not len(minus(runs, stopped_by([self.work], self.scene))):
            return ()
        return tuple(sorted(one.record for one in self.taking_part(runs)))

    def taking_part(self, time: Intervals) -> Iterator[OtherWork]:
        """The other work on parts of the service that lies in some time."""
        parts = {self.scene.promise.service, *self.scene.dependencies, *self.scene.structure.components()}
        working = (one for one in self.others if parts.intersection((*one.work.services, *one.work.components)))
        return (one for one in working if len(intersection(span_of(one.work), time)))

    def _held(self, time: Intervals) -> Intervals:
        if self.held is None:
            return time
        return intersection(time, intervals(local_days(self.scene.service_hours.zone, *self.held)))


def each_run(time: Intervals) -> tuple[Intervals, ...]:
    """The stretches of some time that have no break, the first one first."""
    return tuple(time[number : number + 1] for number in range(len(time)))


def day_of(minute: int, zone: str) -> date:
    """The day on which a minute since 1970-01-01 UTC lies, on the clocks of a zone."""
    return datetime.fromtimestamp(minute * 60, ZoneInfo(zone)).date()
