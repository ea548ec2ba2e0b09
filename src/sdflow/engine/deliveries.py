"""Deliveries: what was delivered against agreements, period after period."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from sdflow.domain.attainment.result import Attainment
from sdflow.domain.delivered import Delivered, Series
from sdflow.domain.period import Period
from sdflow.domain.scene import Scene, Supporter
from sdflow.domain.structure import Structure
from sdflow.domain.target import MeasuringPeriod
from sdflow.domain.trait import Structured
from sdflow.engine.answering import Answering
from sdflow.engine.attained_periods import AttainedPeriods
from sdflow.engine.measured_words import Wording, Words
from sdflow.engine.observations import NO_SERVICE, Observations, Stretch, conventions_of, in_trailing
from sdflow.engine.planned_time import AnnouncedWork, announced_work
from sdflow.engine.versions import Version

if TYPE_CHECKING:
    from sdflow.engine.proof import Prover

PERIODS = 12
"""How many periods a chart shows (service level agreement monitoring, SLAM)."""


_Watched = tuple[str, Stretch, str, tuple[tuple[str, tuple[str, ...]], ...]]
"""A service over a stretch of days, with what it was made of."""


class Deliveries:
    """What was delivered, as one reading of the storage knows it up to an instant in seconds.

    What was observed of a service is kept, so that several agreements on it ask once.
    """

    def __init__(self, prover: Prover, as_of: int) -> None:
        self.prover = prover
        self.as_of = as_of
        self._seen: dict[_Watched, Observations] = {}
        self._found: dict[tuple[str, Period, int, MeasuringPeriod | None, date | None], Delivered] = {}
        self._reached_in: dict[tuple[str, Period], tuple[Attainment, ...] | None] = {}
        self._attained_over: dict[tuple[str, tuple[Period, ...]], AttainedPeriods] = {}

    @cached_property
    def announced(self) -> tuple[AnnouncedWork, ...]:
        """Every planned interruption that was announced."""
        return announced_work(self.prover)

    def of(
        self,
        reference: str,
        period: Period,
        count: int = PERIODS,
        only: MeasuringPeriod | None = None,
        as_on: date | None = None,
    ) -> Delivered:
        """What was delivered against an agreement in a period and those before it, so many in all.

        `only` leaves out targets that are measured over another period; with `as_on` all of it is judged by the words that
        held on that day. What was asked once is kept.
        """
        place = reference, period, count, only, as_on
        if place not in self._found:
            self._found[place] = self._delivered(*place)
        return self._found[place]

    def _delivered(
        self, reference: str, period: Period, count: int, only: MeasuringPeriod | None, as_on: date | None
    ) -> Delivered:
        periods = period.back(count)
        wording = self._wording(reference, periods, as_on)
        now = wording.on(period.last)
        attained = self._attained(wording, now, periods, only)
        held = [one == period or attained.held(one) for one in periods]
        found = [_by_clause(attained.of(one)) if holds else {} for one, holds in zip(periods, held, strict=True)]
        loads = [
            _by_clause(attained.workload(one)) if holds and only is None else {}
            for one, holds in zip(periods, held, strict=True)
        ]
        return Delivered(
            agreement=reference,
            title=now.record.title,
            version=now.number,
            service=now.record.service,
            customer=now.customer,
            period=period,
            periods=periods,
            zone=_zone(now),
            targets=tuple(_series(found, found[-1])),
            suppliers=self._suppliers(now, period) if isinstance(now.party, Scene) and only is None else {},
            conventions=conventions_of(self.prover.reading, _subjects(self.watched(now, periods).seen)),
            workload=tuple(_series(loads, loads[-1])),
            former=tuple(_series(found, _former(found))),
        )

    def attained(self, reference: str, periods: Sequence[Period]) -> AttainedPeriods:
        """What was reached of an agreement, to be asked for any of some periods. What was asked once is kept."""
        place = reference, tuple(periods)
        if place not in self._attained_over:
            wording = self._wording(reference, periods)
            self._attained_over[place] = self._attained(wording, wording.on(periods[-1].last), periods)
        return self._attained_over[place]

    def watched(self, words: Words, periods: Sequence[Period], zone: str | None = None) -> Answering:
        """What was observed of the services that an agreement is about, put together as they were when it was signed."""
        clocks = zone or _zone(words)
        stretch = Stretch.of(in_trailing(periods), clocks, self.as_of)
        seen = tuple(self.observations(one, periods, clocks, words.version) for one in self.services(words))
        if isinstance(words.party, Scene):
            return Answering(words, stretch, seen, seen)
        named = self._named(words)
        counting = tuple(one for one in seen if one.service in named) if named else seen
        alone = sorted(parts_supported(words).difference(*(one.dependencies for one in seen)))
        with_parts = (*seen, self._alone(alone, stretch)) if alone else seen
        return Answering(words, stretch, with_parts, counting, self._elsewhere(words, periods))

    def _alone(self, components: Sequence[str], stretch: Stretch) -> Observations:
        """What was observed of components that no service is made of, such as those of a contract that is held alone."""
        structure = Structure(series=[Structure(component=one) for one in components])
        needs: dict[str, tuple[str, ...]] = dict.fromkeys(components, ())
        return Observations(self.prover.reading, NO_SERVICE, structure, needs, stretch, self.announced)

    def _named(self, words: Words) -> frozenset[str]:
        """The services that a supporter's agreement names, and those whose routes lead to it; none where it names none."""
        assert isinstance(words.party, Supporter)
        named = words.party.support.services
        return frozenset((*named, *self.prover.evidence.routed_to(words.record.reference))) if named else frozenset()

    def _elsewhere(self, words: Words, periods: Sequence[Period]) -> frozenset[str]:
        """The components for which other signed agreements of the same supporter answer in some periods, and this one does not."""
        assert isinstance(words.party, Supporter)
        others = self.prover.evidence.supporting_of(words.party.support.by) - {words.record.reference}
        signed = [one for one in sorted(others) if self.prover.versions(self.prover.evidence.record(one))]
        spans = (self._wording(one, periods).spans(periods[0].first, periods[-1].last) for one in signed)
        found = {part for some in spans for one in some for part in parts_supported(one.words)}
        return frozenset(found - parts_supported(words))

    def _wording(self, reference: str, periods: Sequence[Period], as_on: date | None = None) -> Wording:
        first = Stretch.of(in_trailing(periods), "Etc/UTC", self.as_of).first
        return Wording(self.prover, reference, first, as_on)

    def _attained(
        self, wording: Wording, now: Words, periods: Sequence[Period], only: MeasuringPeriod | None = None
    ) -> AttainedPeriods:
        zone = _zone(now)
        stretch = Stretch.of(in_trailing(periods), zone, self.as_of)
        return AttainedPeriods(wording, lambda words: self.watched(words, periods, zone), stretch, only)

    def observations(
        self, service: str, periods: Sequence[Period], zone: str, signed: Version | None = None
    ) -> Observations:
        """What was observed of a service over periods, on the clocks of a zone.

        It is put together as it is today, or as it was when a version was frozen that refers to it (R33).
        """
        stretch = Stretch.of(in_trailing(periods), zone, self.as_of)
        content = self.prover.evidence.as_signed(service, signed)
        assert isinstance(content, Structured)
        structure = content.built_of()
        dependencies = self.prover.dependencies(content, signed)
        place = service, stretch, structure.model_dump_json(), tuple(sorted(dependencies.items()))
        if place not in self._seen:
            self._seen[place] = Observations(
                self.prover.reading, service, structure, dependencies, stretch, self.announced
            )
        return self._seen[place]

    def services(self, words: Words) -> list[str]:
        """The services that an agreement is about: its own, or those that rest on it and those that it names."""
        if isinstance(words.party, Scene):
            return [words.party.promise.service]
        resting = self.prover.evidence.services_resting_on(words.record.reference)
        return sorted({*resting, *words.party.support.services})

    def _suppliers(self, words: Words, period: Period) -> dict[str, tuple[Attainment, ...]]:
        """What those reached who support the service, each against its own agreement, as far as that held.

        It is what a report on that agreement says: of every service that rests on it, on its own clock.
        """
        assert isinstance(words.party, Scene)
        supporters = words.party.supporters.items()
        asked = [reference for reference, one in supporters if one.binding or not words.version]
        return {reference: reached for reference in asked if (reached := self._reached(reference, period)) is not None}

    def _reached(self, reference: str, period: Period) -> tuple[Attainment, ...] | None:
        """What was reached of an agreement in a period; none where it did not hold. What was asked once is kept."""
        place = reference, period
        if place not in self._reached_in:
            attained = self.attained(reference, (period,))
            self._reached_in[place] = tuple(attained.of(period)) if attained.held(period) else None
        return self._reached_in[place]


def _zone(words: Words) -> str:
    """The zone whose days and months an agreement speaks of: that of its service hours."""
    return words.party.service_hours.zone


def parts_supported(words: Words) -> frozenset[str]:
    """The components that a supporter's agreement supports."""
    party = words.party
    each = party.support.components.values() if isinstance(party, Supporter) else ()
    return frozenset(one.component for one in each)


def _by_clause(attainments: Iterable[Attainment]) -> dict[str, Attainment]:
    return {one.clause: one for one in attainments}


def _series(found: Sequence[dict[str, Attainment]], last: Mapping[str, Attainment]) -> Iterator[Series]:
    for clause, one in last.items():
        yield Series(clause, one.title, tuple(each.get(clause) for each in found))


def _former(found: Sequence[dict[str, Attainment]]) -> dict[str, Attainment]:
    """The last of each clause that the last period no longer has."""
    each = {clause: one for some in found for clause, one in some.items()}
    return {clause: one for clause, one in each.items() if clause not in found[-1]}


def _subjects(seen: Iterable[Observations]) -> list[str]:
    named = (one for each in seen for one in (each.service, *each.dependencies))
    return list(dict.fromkeys(one for one in named if one != NO_SERVICE))
