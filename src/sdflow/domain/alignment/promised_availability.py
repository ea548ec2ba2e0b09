"""Promised availability: which supporters promise how much of each component, and where nobody does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sdflow.domain.alignment.clauses import ANYBODY, names
from sdflow.domain.scene import Horizon, Scene, Supporter
from sdflow.domain.service_time import Intervals, intervals, minus, union
from sdflow.domain.target import AvailabilityTarget

UNIT = 10**8
"""Shares are counted in so many parts, of which a percentage with six decimals is a whole number."""


@dataclass(frozen=True, eq=False)
class ComponentPromise:
    """The availability that a supporter promises for a component, and the key of the clause that says so."""

    supporter: Supporter
    key: str
    target: AvailabilityTarget

    @property
    def unavailable(self) -> int:
        """The share of time that it leaves open, in parts of `UNIT`."""
        return int((100 - self.target.percent) * (UNIT // 100))

    @property
    def available(self) -> Fraction:
        """The share of time that is promised."""
        return 1 - Fraction(self.unavailable, UNIT)

    @property
    def clause(self) -> str:
        """The path of the clause in the supporter's agreement."""
        return f"components.{self.key}.availability"


Promises = Mapping[str, Sequence[ComponentPromise]]
"""What is promised for the availability of each component that a service needs."""


def supporters_in_force(scene: Scene, component: str, horizon: Horizon) -> list[Supporter]:
    """Those who support a component on some day of the horizon on which the agreement holds."""
    return [one for one in scene.supporting(component) if one.days(horizon.first, horizon.agreed_until)]


def promises_for(supporters: Sequence[Supporter], component: str) -> Iterator[ComponentPromise]:
    """Every availability that one of these promises for a component."""
    for supporter in supporters:
        for key, promised in supporter.promises_for(component):
            if promised.availability:
                yield ComponentPromise(supporter, key, promised.availability)


def silent_about(
    supporters: Sequence[Supporter], promises: Sequence[ComponentPromise], horizon: Horizon
) -> tuple[str, ...]:
    """Who supports a component on days on which nobody promises its availability; anybody where it has no supporters."""
    return silent_supporters(supporters, [one.supporter for one in promises], horizon)


def silent_supporters(
    supporters: Sequence[Supporter], who_promise: Sequence[Supporter], horizon: Horizon
) -> tuple[str, ...]:
    """Of supporters those who hold on days on which none of those holds who promise something; anybody where there are none."""
    promising = {id(one) for one in who_promise}
    silent = [one for one in supporters if id(one) not in promising]
    if promising and silent:
        promised = union(*(_days(one, horizon) for one in supporters if id(one) in promising))
        silent = [one for one in silent if len(minus(_days(one, horizon), promised))]
    if promising and not silent:
        return ()
    return tuple(dict.fromkeys(one.label for one in silent)) or (ANYBODY,)


def _days(supporter: Supporter, horizon: Horizon) -> Intervals:
    spans = supporter.days(horizon.first, horizon.agreed_until)
    return intervals(*((first.toordinal(), last.toordinal() + 1) for first, last in spans))


def component_text(scene: Scene, component: str, promises: Promises) -> str:
    """A component and those who promise its availability, as people read them."""
    return f"{scene.label(component)} ({names(one.supporter for one in promises[component])})"
