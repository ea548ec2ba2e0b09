"""Composed availability: the three numbers of a service, from what is promised for its components (R6, R7, R8, R10).

An outage of a component may come from any of those who support it at that minute. So where several hold at the same
time what they leave open adds up, as in series; of those who relieve one another the weakest counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import prod

from sdflow.domain.alignment.measuring_periods import LENGTHS
from sdflow.domain.alignment.promised_availability import UNIT, ComponentPromise, Promises
from sdflow.domain.alignment.worst_in_hours import AgreedTime
from sdflow.domain.composition import Need, Placement, expected_availability
from sdflow.domain.target import AvailabilityTarget


@dataclass(frozen=True)
class Worst:
    """The worst measuring period: the share of its agreed time that is certain, what it is called, what costs most."""

    share: Fraction
    period: str
    weakest: str


class ComposedAvailability:
    """What one availability target of an agreement rests on; every component has at least one promise."""

    def __init__(self, need: Need, promises: Promises, target: AvailabilityTarget, agreed: AgreedTime) -> None:
        self.need = need
        self.promises = promises
        self.target = target
        self.agreed = agreed
        self._placement = Placement.of(need)
        self._worst: dict[tuple[int, ...], Worst] = {}

    def expected(self) -> Fraction:
        """R6: the share of time in which the service is up if its components fail independently."""
        up = {
            component: min(prod((one.available for one in each), start=Fraction(1)) for each in sets)
            for component, sets in self._together.items()
        }
        return expected_availability(self.need, up)

    def guaranteed(self) -> tuple[Fraction, str]:
        """R7: the share of time in which the service is up whenever outages fall, and the component that costs most."""
        down = {
            component: max(min(UNIT, sum(one.unavailable for one in each)) for each in sets)
            for component, sets in self._together.items()
        }
        return 1 - Fraction(self._placement.most_down(down, UNIT), UNIT), self._placement.weakest(down, UNIT)

    def worst(self, same_period: Sequence[ComponentPromise] = ()) -> Worst:
        """R8: the worst of the agreement's measuring periods, some promises being measured over those periods."""
        asked = tuple(sorted(map(id, same_period)))
        if asked not in self._worst:
            self._worst[asked] = self._worst_of(same_period)
        return self._worst[asked]

    def longer(self) -> list[tuple[str, ComponentPromise]]:
        """Every promise that is measured over a longer period than the agreement's, with its component."""
        return [
            (component, one)
            for component, each in self.promises.items()
            for one in each
            if LENGTHS[one.target.period] > LENGTHS[self.target.period]
        ]

    def decisive(self, longer: Sequence[ComponentPromise]) -> list[ComponentPromise]:
        """Of promises that are measured over longer periods those because of which the target is not met at worst.

        Those with which alone, measured over the agreement's period, it would be met, and those without which it would
        not be met though all others were. Where it takes several in any choice, all of them.
        """
        if not self._met(longer):
            return []
        return [one for one in longer if self._turns(one, longer)] or list(longer)

    def _turns(self, promise: ComponentPromise, longer: Sequence[ComponentPromise]) -> bool:
        return self._met([promise]) or not self._met([one for one in longer if one is not promise])

    def _met(self, same_period: Sequence[ComponentPromise]) -> bool:
        return self.worst(same_period).share >= Fraction(self.target.percent) / 100

    @cached_property
    def _together(self) -> dict[str, list[list[ComponentPromise]]]:
        """For each component the sets of promises that hold at the same time."""
        return {
            component: [[each[number] for number in numbers] for numbers in self.agreed.together(each)]
            for component, each in self.promises.items()
        }

    def _worst_of(self, same_period: Sequence[ComponentPromise]) -> Worst:
        down = {
            component: self.agreed.most_down(each, same_period).tolist() for component, each in self.promises.items()
        }
        minutes = self.agreed.minutes.tolist()
        found: dict[tuple[int, ...], tuple[Fraction, int]] = {}
        for number, row in enumerate(zip(minutes, *down.values(), strict=True)):
            if row[0] and row not in found:
                most = self._placement.most_down(dict(zip(down, row[1:], strict=True)), row[0] * UNIT)
                found[row] = (1 - Fraction(most) / (row[0] * UNIT), number)
        share, number = min(found.values())
        in_period = {component: each[number] for component, each in down.items()}
        weakest = self._placement.weakest(in_period, minutes[number] * UNIT)
        return Worst(share, self.agreed.periods.text(number), weakest)
