"""Recovery: how long a plan takes until each service works again, from the worst minute at which a disruption may begin.

Recovery time runs from the disruption: detection, decision to invoke, and the steps (alignment R20). The steps are taken by
one fixed order, in which every step stands after those for which it waits: each begins once those are done and its team
is done with its own earlier steps, and its minutes run while its calendar is open. So one team is never at two steps at once,
and the same plan always gives the same schedule. A team is all who work for one party, however a plan groups them. It is
what a plan that is worked down in its order gives; another order might end sooner.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from sdflow.domain.composition import dependency_cycle
from sdflow.domain.continuity import RecoveryPlan, RecoveryStep
from sdflow.domain.service_time import DAY, NEVER, CalendarHours, Clock, Minutes, clock, local_days

AROUND = timedelta(days=2)
"""So much earlier than the first day calendars are opened: no zone and no window over midnight reaches further back."""

REACH = timedelta(days=732)
"""A recovery that has not ended so long after the last day on which it may begin never ends."""

AT_ONCE = 1 << 17
"""For so many starts the schedule is reckoned in one go."""


@dataclass(frozen=True)
class ScheduledStep:
    """A step of one recovery: the instants, in minutes since 1970 UTC, at which work on it begins and is done.

    Both are `NEVER` where its calendar does not open for long enough.
    """

    key: str
    begins: int
    ends: int


@dataclass(frozen=True)
class Recovery:
    """How long a plan takes, by the references of the services.

    `services`: the most minutes from the disruption until the service works; none where it never does. `worst_start`: the
    earliest instant, in minutes since 1970 UTC, at which a disruption takes so long; nothing for a service that no
    step restores. `critical`: the steps on the critical path from that start, in their order.
    """

    services: Mapping[str, int | None]
    worst_start: Mapping[str, int]
    critical: Mapping[str, tuple[str, ...]]
    course: Course

    def schedule(self, start: int) -> tuple[ScheduledStep, ...]:
        """When each step is taken if the disruption begins at an instant, in the order of the plan."""
        return self.course.schedule(start)


def step_order(steps: Mapping[str, RecoveryStep]) -> tuple[str, ...]:
    """The steps in the order in which they are taken: always the first one of the plan whose predecessors are taken.

    Raises ValueError where steps wait for one another in a loop, or for one that is not there.
    """
    waits = {key: [one for one in step.after if _known(steps, key, one)] for key, step in steps.items()}
    way = dependency_cycle(waits)
    if way:
        raise ValueError(f"steps wait for one another in a loop: {' → '.join(reversed(way))}")
    taken: dict[str, None] = {}
    while len(taken) < len(steps):
        following = next(key for key in steps if key not in taken and all(one in taken for one in waits[key]))
        taken[following] = None
    return tuple(taken)


def _known(steps: Mapping[str, RecoveryStep], key: str, other: str) -> bool:
    if other not in steps:
        raise ValueError(f"the step {key} waits for {other}, which is no step of the plan")
    return True


def minutes_after(plan: RecoveryPlan, step_key: str, service: str) -> int:
    """The longest way, in minutes of steps, from the end of a step until a service works (alignment R21).

    Minutes count as if every calendar were open and every team free; 0 where the service does not wait for the step.
    """
    longest: dict[str, int | None] = {}
    for key in reversed(step_order(plan.steps)):
        onward = [
            longest_after + plan.steps[other].minutes
            for other, step in plan.steps.items()
            if key in step.after and (longest_after := longest[other]) is not None
        ]
        own = [0] if service in plan.steps[key].restores else []
        longest[key] = max(own + onward, default=None)
    return longest[step_key] or 0


def recovery(plan: RecoveryPlan, hours: Mapping[str, CalendarHours], first: date, last: date) -> Recovery:
    """The recovery times of a plan, exact to the minute, over every minute from the day `first` to the day `last` (UTC).

    `hours` gives the calendars that the steps name. A service works again once every step that restores it is done.
    Raises ValueError for a loop of steps, and KeyError for a calendar that is not given.
    """
    begin, end = local_days("UTC", first, last)
    named = sorted({one.hours for one in plan.steps.values() if one.hours})
    clocks = {one: clock(hours[one], first - AROUND, last + REACH) for one in named}
    course = Course(plan, {name: one for name, one in clocks.items() if not _always_runs(one, begin, end)})
    worst = _worst(course, begin, end if course.clocks else begin + 1)
    return Recovery(
        services={one: worst[one][0] if one in worst else None for one in course.services},
        worst_start={one: start for one, (_, start) in worst.items()},
        critical={one: course.critical(one, worst[one][1]) if one in worst else () for one in course.services},
        course=course,
    )


def _always_runs(one: Clock, begin: int, end: int) -> bool:
    """Whether a clock never stands still while a recovery may run, so that it is the same as elapsed time."""
    until = end + (REACH - AROUND).days * DAY
    return len(one.intervals) == 1 and bool(one.intervals[0, 0] <= begin and one.intervals[0, 1] >= until)


def _worst(course: Course, begin: int, end: int) -> dict[str, tuple[int | None, int]]:
    """Of each service that is restored: its longest recovery, none where it never ends, and the first start of it."""
    found: dict[str, tuple[int, int]] = {}
    for at in range(begin, end, AT_ONCE):
        starts = np.arange(at, min(at + AT_ONCE, end), dtype=np.int64)
        ends = course.ends(starts)
        for service, keys in course.restoring.items():
            works = np.maximum.reduce([ends[key] for key in keys])
            lasts = np.where(works >= NEVER, NEVER, works - starts)
            place = int(lasts.argmax())
            if service not in found or lasts[place] > found[service][0]:
                found[service] = int(lasts[place]), int(starts[place])
    return {service: (None if lasts >= NEVER else lasts, start) for service, (lasts, start) in found.items()}


@dataclass(frozen=True)
class Course:
    """The steps of a plan as they are taken, on the clocks of their calendars; elapsed time for those without one."""

    plan: RecoveryPlan
    clocks: Mapping[str, Clock]

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The steps in the order in which they are taken."""
        return step_order(self.plan.steps)

    @cached_property
    def services(self) -> tuple[str, ...]:
        """Every service of the plan, and every other one that a step restores."""
        restored = [one for key in self.order for one in self.plan.steps[key].restores]
        return tuple(dict.fromkeys([*(one.service for one in self.plan.services), *restored]))

    @cached_property
    def restoring(self) -> Mapping[str, tuple[str, ...]]:
        """The steps that restore each service, where there are any."""
        found = {one: tuple(key for key in self.order if one in self.plan.steps[key].restores) for one in self.services}
        return {service: keys for service, keys in found.items() if keys}

    @cached_property
    def waits(self) -> Mapping[str, tuple[str, ...]]:
        """For which steps each one waits: those that it names, and the one that its team takes before."""
        latest: dict[str, str] = {}
        found: dict[str, tuple[str, ...]] = {}
        for key in self.order:
            step = self.plan.steps[key]
            own = (latest[step.team],) if step.team in latest else ()
            found[key] = tuple(dict.fromkeys((*step.after, *own)))
            if step.team:
                latest[step.team] = key
        return found

    @property
    def before_invocation(self) -> int:
        """Minutes from the disruption until the plan is invoked."""
        return self.plan.detection_minutes + self.plan.decision_minutes

    def ends(self, starts: Minutes) -> dict[str, Minutes]:
        """When each step is done, for every start of a disruption."""
        invoked = starts + self.before_invocation
        found: dict[str, Minutes] = {}
        for key in self.order:
            ready = np.maximum.reduce([invoked, *(found[one] for one in self.waits[key])])
            found[key] = self._advanced(self.plan.steps[key], ready)
        return found

    def _advanced(self, step: RecoveryStep, ready: Minutes) -> Minutes:
        running = self.clocks.get(step.hours) if step.hours else None
        found: Minutes = running.due(ready, step.minutes) if running else np.minimum(ready + step.minutes, NEVER)
        return found

    def schedule(self, start: int) -> tuple[ScheduledStep, ...]:
        """When each step is taken if the disruption begins at an instant, in the order of the plan."""
        ends = {key: int(one[0]) for key, one in self.ends(np.array([start], dtype=np.int64)).items()}
        return tuple(ScheduledStep(key, self._begins(key, start, ends), ends[key]) for key in self.order)

    def from_invocation(self, invoked: int) -> tuple[ScheduledStep, ...]:
        """When each step is taken if the plan is invoked at an instant, however long that took."""
        return self.schedule(invoked - self.before_invocation)

    def _begins(self, key: str, start: int, ends: Mapping[str, int]) -> int:
        """When work on a step begins: once it may, and its calendar is open."""
        step = self.plan.steps[key]
        ready = self._ready(key, start, ends)
        running = self.clocks.get(step.hours) if step.hours else None
        if running is None or not step.minutes or ready >= NEVER:
            return ready
        first_minute_over = int(running.due(ready, 1))
        return NEVER if first_minute_over >= NEVER else first_minute_over - 1

    def _ready(self, key: str, start: int, ends: Mapping[str, int]) -> int:
        return max([start + self.before_invocation, *(ends[one] for one in self.waits[key])])

    def critical(self, service: str, start: int) -> tuple[str, ...]:
        """The steps that decide when a service works: from the last one back, each time that for which it waited longest."""
        ends = {one.key: one.ends for one in self.schedule(start)}
        way = [_latest(self.restoring[service], ends)]
        while before := [one for one in self.waits[way[-1]] if ends[one] > start + self.before_invocation]:
            way.append(_latest(before, ends))
        return tuple(reversed(way))


def _latest(keys: Sequence[str], ends: Mapping[str, int]) -> str:
    """The one that ends last; the first of several."""
    return max(keys, key=lambda key: ends[key])
