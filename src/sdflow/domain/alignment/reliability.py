"""Reliability: how often and for how long a service may break, by what its supporters allow its components (R12).

Breaks of components in series add up, as do their rates of failure; those of redundant parts do not. A break that a
supporter counts in its own hours may take more of the agreed ones, where it stands over hours that are not its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction

import numpy as np

from sdflow.domain.alignment.clauses import BEFORE
from sdflow.domain.alignment.promised_availability import silent_supporters, supporters_in_force
from sdflow.domain.alignment.touched_periods import AgreedPeriods
from sdflow.domain.composition import serial_components
from sdflow.domain.fact import BreaksCover, FactKind, FailureInterval, LongestBreak, MissingTarget
from sdflow.domain.scene import Horizon, Scene, Supporter
from sdflow.domain.service_time import Clock, Minutes, clock, local_days, wall_clock
from sdflow.domain.target import ReliabilityTarget

_PATH = "targets.reliability"
_PLACES = Decimal("0.000001")
_LEAST_HOURS = Fraction(1, 10**6)


@dataclass(frozen=True, eq=False)
class _Allowed:
    """What a supporter promises of how a component breaks, and the key of the clause that says so."""

    component: str
    supporter: Supporter
    key: str
    target: ReliabilityTarget

    @property
    def clause(self) -> str:
        return f"components.{self.key}.reliability"


def reliability_facts(scene: Scene, horizon: Horizon) -> Iterator[FactKind]:
    """Each figure of what is promised of breaks, beside what the components that can stop the service are allowed."""
    promised = scene.promise.targets.reliability
    if promised is None:
        return
    serial = serial_components(scene.structure, scene.dependencies)
    supporters = {one: supporters_in_force(scene, one, horizon) for one in serial}
    found = _Components(scene, horizon, supporters)
    if promised.breaks is not None:
        yield from found.breaks(promised, promised.breaks)
    if promised.longest_minutes is not None:
        yield from found.longest(promised.longest_minutes)
    if promised.mean_time_between_failures_hours is not None:
        yield from found.intervals(promised.mean_time_between_failures_hours)


@dataclass(frozen=True)
class _Components:
    """The components that can stop a service, each with those who support it."""

    scene: Scene
    horizon: Horizon
    supporters: Mapping[str, Sequence[Supporter]]

    def breaks(self, promised: ReliabilityTarget, most: int) -> Iterator[FactKind]:
        clause = f"{_PATH}.breaks"
        allowed, missing = self._stated(clause, "number of breaks", lambda one: one.breaks)
        yield from missing
        if missing or not allowed:
            return
        agreed = AgreedPeriods(self.scene.service_hours, promised.period, self.horizon)
        each = {id(one): self._in_periods(agreed, one) for one in allowed}
        total = np.sum(list(each.values()), axis=0)
        worst = int(total.argmax())
        by_component = {
            one: sum(int(each[id(each_one)][worst]) for each_one in allowed if each_one.component == one)
            for one in self.supporters
        }
        weakest = max(by_component, key=lambda one: by_component[one])
        yield BreaksCover(
            agreement=self.scene.reference,
            clause=clause,
            period=promised.period.value.replace("_", " "),
            promised_breaks=most,
            allowed_breaks=int(total[worst]),
            over_breaks=max(int(total[worst]) - most, 0),
            worst_period=agreed.periods.text(worst),
            most=f"{self._text(weakest)}: {by_component[weakest]}",
        )

    def longest(self, most: int) -> Iterator[FactKind]:
        clause = f"{_PATH}.longest_minutes"
        allowed, missing = self._stated(clause, "longest break", lambda one: one.longest_minutes)
        yield from missing
        for one in allowed:
            minutes = one.target.longest_minutes or 0
            taken, start = longest_in_agreed_hours(self.scene, one.supporter, minutes, self.horizon)
            yield LongestBreak(
                agreement=self.scene.reference,
                clause=clause,
                supporter=one.supporter.label,
                supporter_clause=one.clause,
                component=self.scene.label(one.component),
                promised_minutes=most,
                supporter_minutes=minutes,
                agreed_minutes=taken,
                over_minutes=max(taken - most, 0),
                worst_start=wall_clock(start, self.scene.service_hours.zone),
            )

    def intervals(self, least: Decimal) -> Iterator[FactKind]:
        clause = f"{_PATH}.mean_time_between_failures_hours"
        name = "mean time between failures"
        allowed, missing = self._stated(clause, name, lambda one: one.mean_time_between_failures_hours)
        yield from missing
        if missing or not allowed:
            return
        rates = dict.fromkeys(self.supporters, Fraction(0))
        for one in allowed:
            rates[one.component] += _rate(one.target.mean_time_between_failures_hours or Decimal(0))
        expected = _rounded_down(1 / sum(rates.values(), Fraction(0)))
        weakest = max(rates, key=lambda component: rates[component])
        short = max(least - expected, Decimal(0))
        yield FailureInterval(self.scene.reference, clause, least, expected, short, self._text(weakest))

    def _stated(
        self, clause: str, what: str, figure: Callable[[ReliabilityTarget], Decimal | int | None]
    ) -> tuple[list[_Allowed], list[MissingTarget]]:
        """Who promises a figure for which component, and who is silent though the promise needs it."""
        allowed: list[_Allowed] = []
        missing: list[MissingTarget] = []
        for component, supporters in self.supporters.items():
            own = [one for one in _promised(component, supporters) if figure(one.target) is not None]
            allowed += own
            silent = silent_supporters(supporters, [one.supporter for one in own], self.horizon)
            needed = f"{what} of {self.scene.label(component)}"
            missing += [MissingTarget(self.scene.reference, clause, whose, needed) for whose in silent]
        return allowed, missing

    def _in_periods(self, agreed: AgreedPeriods, one: _Allowed) -> Minutes:
        zone = one.supporter.service_hours.zone
        return agreed.touched(one.supporter, one.target.period, zone) * (one.target.breaks or 0)

    def _text(self, component: str) -> str:
        who = ", ".join(dict.fromkeys(one.label for one in self.supporters[component]))
        return f"{self.scene.label(component)} ({who})"


def _promised(component: str, supporters: Sequence[Supporter]) -> Iterator[_Allowed]:
    for supporter in supporters:
        for key, promised in supporter.promises_for(component):
            if promised.reliability:
                yield _Allowed(component, supporter, key, promised.reliability)


def _rate(hours: Decimal) -> Fraction:
    """Failures in an hour; of no time at all between failures, as many as the precision of targets allows."""
    return 1 / max(Fraction(hours), _LEAST_HOURS)


def _rounded_down(hours: Fraction) -> Decimal:
    exact = Decimal(hours.numerator) / Decimal(hours.denominator)
    return Decimal(format(exact.quantize(_PLACES, ROUND_FLOOR).normalize(), "f"))


def longest_in_agreed_hours(scene: Scene, supporter: Supporter, minutes: int, horizon: Horizon) -> tuple[int, int]:
    """The most agreed minutes that one break takes of which a supporter counts so many, and the start at which it does.

    The break lasts until the supporter's next minute would be one too many. It is longest from a start at which one of
    the calendars opens or closes, or from which it ends at such an instant; all of those are tried.
    """
    begins, ends = local_days(scene.service_hours.zone, horizon.first, horizon.last)
    theirs = clock(supporter.service_hours, horizon.first - BEFORE, horizon.last + BEFORE)
    ours = clock(scene.service_hours, horizon.first - BEFORE, horizon.last + BEFORE)
    starts = _starts(ours, theirs, minutes)
    starts = starts[(starts >= begins) & (starts < ends)]
    starts = np.append(starts, begins)
    last = np.minimum(theirs.due(starts, minutes + 1) - 1, ends)
    taken = ours.elapsed(starts, last)
    worst = int(taken.argmax())
    return int(taken[worst]), int(starts[worst])


def _starts(ours: Clock, theirs: Clock, minutes: int) -> Minutes:
    edges = np.concatenate((ours.edges, theirs.edges))
    return np.unique(np.concatenate((edges, theirs.back(edges, minutes), theirs.back(edges + 1, minutes + 1))))
