"""Deliveries: what was delivered against agreements, period after period."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from sdflow.domain.attainment.result import Attainment
from sdflow.domain.delivered import Delivered, Series
from sdflow.domain.period import Period
from sdflow.domain.scene import Scene
from sdflow.domain.target import MeasuringPeriod
from sdflow.domain.terms import days_in_force
from sdflow.domain.trait import Structured
from sdflow.engine.attainments import Attaining
from sdflow.engine.measured_words import Wording, Words
from sdflow.engine.observations import Observations, Stretch, conventions_of, in_trailing
from sdflow.engine.planned_time import AnnouncedWork, announced_work

if TYPE_CHECKING:
    from sdflow.engine.proof import Prover

PERIODS = 12
"""How many periods a chart shows (service level agreement monitoring, SLAM)."""


class Deliveries:
    """What was delivered, as one reading of the storage knows it up to an instant in seconds.

    What was observed of a service is kept, so that several agreements on it ask once.
    """

    def __init__(self, prover: Prover, as_of: int) -> None:
        self.prover = prover
        self.as_of = as_of
        self._seen: dict[tuple[str, Stretch], Observations] = {}
        self._found: dict[tuple[str, Period, int, MeasuringPeriod | None], Delivered] = {}

    @cached_property
    def announced(self) -> tuple[AnnouncedWork, ...]:
        """Every planned interruption that was announced."""
        return announced_work(self.prover)

    def of(
        self, reference: str, period: Period, count: int = PERIODS, only: MeasuringPeriod | None = None
    ) -> Delivered:
        """What was delivered against an agreement in a period and those before it, so many in all.

        `only` leaves out targets that are measured over another period. What was asked once is kept.
        """
        place = reference, period, count, only
        if place not in self._found:
            self._found[place] = self._delivered(*place)
        return self._found[place]

    def _delivered(self, reference: str, period: Period, count: int, only: MeasuringPeriod | None) -> Delivered:
        periods = period.back(count)
        wording = Wording(self.prover, reference, Stretch.of(in_trailing(periods), "Etc/UTC", self.as_of).first)
        now = wording.on(period.last)
        seen = [self.observations(service, periods, _zone(now)) for service in self.services(now)]
        held = [one == period or self._held(words, one) for one, words in wording.periods(periods)]
        each = list(zip(wording.periods(periods), held, strict=True))
        found, loads = [], []
        for (one, words), holds in each:
            attaining = [Attaining(words, observed, only) for observed in seen if holds]
            found.append(_by_clause(attained for each in attaining for attained in each.of(one)))
            loads.append(_by_clause(attained for each in attaining if only is None for attained in each.workload(one)))
        return Delivered(
            agreement=reference,
            title=now.record.title,
            version=now.number,
            service=now.record.service,
            customer=now.customer,
            period=period,
            periods=periods,
            zone=_zone(now),
            targets=tuple(_series(found)),
            suppliers=self._suppliers(now, period) if isinstance(now.party, Scene) and only is None else {},
            conventions=conventions_of(self.prover.reading, _subjects(seen)),
            workload=tuple(_series(loads)),
        )

    def observations(self, service: str, periods: Sequence[Period], zone: str) -> Observations:
        """What was observed of a service over periods, on the clocks of a zone."""
        stretch = Stretch.of(in_trailing(periods), zone, self.as_of)
        place = service, stretch
        if place not in self._seen:
            _, content = self.prover.cited(service)
            assert isinstance(content, Structured)
            dependencies = self.prover.dependencies(content)
            self._seen[place] = Observations(
                self.prover.reading, service, content.built_of(), dependencies, stretch, self.announced
            )
        return self._seen[place]

    def _held(self, words: Words, period: Period) -> bool:
        """Whether the agreement held on a day of a period."""
        versions = self.prover.evidence.versions(words.record)
        party = words.party
        term = party.promise.term if isinstance(party, Scene) else party.support.term
        begun = max(term.start_on, versions[0].first or term.start_on) if versions else term.start_on
        return bool(days_in_force(term, max(period.first, begun), period.last))

    def services(self, words: Words) -> list[str]:
        """The services that an agreement is about: its own, or those that rest on it."""
        if isinstance(words.party, Scene):
            return [words.party.promise.service]
        return sorted(self.prover.evidence.services_resting_on(words.record.reference))

    def _suppliers(self, words: Words, period: Period) -> dict[str, tuple[Attainment, ...]]:
        """What those reached who support the service, each against its own agreement."""
        assert isinstance(words.party, Scene)
        found = {}
        for reference in words.party.supporters:
            wording = Wording(self.prover, reference, Stretch.of(in_trailing([period]), "Etc/UTC", self.as_of).first)
            own = wording.on(period.last)
            seen = self.observations(words.party.promise.service, period.back(1), _zone(words))
            found[reference] = tuple(Attaining(own, seen).of(period))
        return found


def _zone(words: Words) -> str:
    """The zone whose days and months an agreement speaks of: that of its service hours."""
    return words.party.service_hours.zone


def _by_clause(attainments: Iterable[Attainment]) -> dict[str, Attainment]:
    """What was reached of each clause; of one that several services tell of, by the first that has a figure."""
    found: dict[str, Attainment] = {}
    for one in attainments:
        if one.clause not in found or found[one.clause].met is None:
            found[one.clause] = one
    return found


def _series(found: Sequence[dict[str, Attainment]]) -> Iterator[Series]:
    for clause, now in found[-1].items():
        yield Series(clause, now.title, tuple(one.get(clause) for one in found))


def _subjects(seen: Iterable[Observations]) -> list[str]:
    return list(dict.fromkeys(one for each in seen for one in (each.service, *each.dependencies)))
