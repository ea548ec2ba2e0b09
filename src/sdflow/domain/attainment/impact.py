"""Impact: what the failure of each component does to each service (CFIA), and what users lost by outages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from heapq import heappop, heappush

import numpy as np

from sdflow.domain.composition import Dependencies, need_of, needed_components
from sdflow.domain.measured import UNKNOWN, Outages
from sdflow.domain.service_time import Clock, Intervals
from sdflow.domain.structure import Structure


class FailureEffect(StrEnum):
    """What the failure of a component alone does to a service: it stops, or another part takes over."""

    stops = "stops"
    alternative = "alternative"


@dataclass(frozen=True)
class ComponentImpact:
    """What the failure of one component does to the services that need it, by their references.

    `users` is how many people it stops; none where nobody knows that of one of the services.
    """

    component: str
    effects: Mapping[str, FailureEffect]
    users: int | None

    @property
    def stopped(self) -> tuple[str, ...]:
        """The services that stop."""
        return tuple(one for one, effect in self.effects.items() if effect is FailureEffect.stops)


@dataclass(frozen=True)
class FailureImpact:
    """The component failure impact table: a column for each service, a row for each component that one of them needs.

    Components whose failure stops most users come first, as far as they are known, then those that stop most services.
    """

    services: tuple[str, ...]
    rows: tuple[ComponentImpact, ...]

    @property
    def single_points(self) -> tuple[ComponentImpact, ...]:
        """The components whose failure alone stops a service."""
        return tuple(row for row in self.rows if row.stopped)

    def single_points_of(self, service: str) -> tuple[str, ...]:
        """The components whose failure alone stops this service."""
        return tuple(row.component for row in self.rows if service in row.stopped)


def failure_impact(
    structures: Mapping[str, Structure], dependencies: Dependencies, users: Mapping[str, int] | None = None
) -> FailureImpact:
    """The component failure impact table of services, by their structures and what their components depend on.

    `users` counts the people who use each service, as far as that is known; those whom a failure stops are added up.
    """
    effects: dict[str, dict[str, FailureEffect]] = {}
    for service, structure in structures.items():
        serial = need_of(structure, dependencies).serial()
        for component in needed_components(structure, dependencies):
            effect = FailureEffect.stops if component in serial else FailureEffect.alternative
            effects.setdefault(component, {})[service] = effect
    known = users or {}
    rows = [_row(component, found, known) for component, found in effects.items()]
    rows.sort(key=lambda row: (-_stopped(row, known), -len(row.stopped), -len(row.effects), row.component))
    return FailureImpact(tuple(structures), tuple(rows))


def _row(component: str, effects: Mapping[str, FailureEffect], users: Mapping[str, int]) -> ComponentImpact:
    row = ComponentImpact(component, effects, None)
    return replace(row, users=_stopped(row, users)) if users.keys() >= set(row.stopped) else row


def _stopped(row: ComponentImpact, users: Mapping[str, int]) -> int:
    return sum(users.get(one, 0) for one in row.stopped)


@dataclass(frozen=True)
class UserMinutes:
    """What users lost: minutes of agreed time, each as often as there were users without the service.

    `outages` counts those that took agreed time, `unknown` those among them of which nobody knows how many users they hit:
    they are not in the sum.
    """

    minutes: Fraction
    outages: int
    unknown: int

    @property
    def known(self) -> bool:
        """Whether the sum says something: nothing was lost, or it is known of some outages whom they hit."""
        return not self.unknown or self.unknown < self.outages


def user_minutes_lost(outages: Outages, agreed: Intervals, until: int, users: int | None = None) -> UserMinutes:
    """The user-minutes that were lost by the outages of one service or component.

    `agreed` is agreed service time in seconds, cut to the period; an outage without an end counts until `until`. Where
    outages overlap, the one that hit most users counts. `users` stands in where an outage does not say how many.
    """
    clock = Clock(agreed)
    ends = np.where(outages.until == UNKNOWN, until, np.minimum(outages.until, until))
    took = clock.elapsed(outages.since, np.maximum(ends, outages.since)) > 0
    hit = np.where(outages.users < 0, -1 if users is None else users, outages.users)
    known = took & (hit >= 0)
    seconds = _weighted(clock, outages.since[known].tolist(), ends[known].tolist(), hit[known].tolist())
    return UserMinutes(Fraction(seconds, 60), int(took.sum()), int((took & (hit < 0)).sum()))


def _weighted(clock: Clock, since: list[int], ends: list[int], users: list[int]) -> int:
    """Σ over elementary stretches of agreed seconds times the most users of the outages that run there."""
    edges = sorted({*since, *ends})
    lengths = clock.elapsed(np.array(edges[:-1], dtype=np.int64), np.array(edges[1:], dtype=np.int64)).tolist()
    coming = sorted(zip(since, ends, users, strict=True), reverse=True)
    running: list[tuple[int, int]] = []
    total = 0
    for at, length in zip(edges[:-1], lengths, strict=True):
        while coming and coming[-1][0] <= at:
            _, end, number = coming.pop()
            heappush(running, (-number, end))
        while running and running[0][1] <= at:
            heappop(running)
        total += length * -running[0][0] if running else 0
    return total
