"""Scenes: agreements with customers in each version that is proven, beside what it rests on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from sdflow.adapters.storage import Reading
from sdflow.domain.composition import needed_components
from sdflow.domain.errors import Refused
from sdflow.domain.kind import Content
from sdflow.domain.record import Record
from sdflow.domain.rule import spoken
from sdflow.domain.scene import Horizon, Scene, Supporter
from sdflow.domain.service_time import CalendarHours
from sdflow.domain.terms import days_in_force
from sdflow.domain.trait import Dependent, Promising, Structured, Supporting
from sdflow.engine.definitions import Definitions
from sdflow.engine.evidence import Evidence
from sdflow.engine.inheritance import whole
from sdflow.engine.terms import ended_after, term_in_force
from sdflow.engine.versions import Version


@dataclass(frozen=True)
class VersionScene:
    """The scene of one version of an agreement with a customer, on the days on which that holds.

    `agreement` are its words with the clauses that they inherit; `signed` is none where they are not signed yet. `number`
    is the version's, or the one that it will have; `numbers` are all under which it was spoken of since the one before.
    """

    scene: Scene
    agreement: Content
    number: int
    numbers: tuple[int, ...]
    signed: Version | None

    @property
    def title(self) -> str:
        """What people call it beside other versions, such as Version 2 (draft, from 1 Jul 2026)."""
        since, until, today = self.scene.since, self.scene.until, self.scene.as_of
        said = [
            None if self.signed else "draft",
            f"from {spoken(since)}" if since and today and since > today else None,
            f"until {spoken(until)}" if until else None,
        ]
        return f"Version {self.number} ({', '.join(filter(None, said)) or 'in force'})"


class Scenes:
    """The scenes of agreements as one reading of the storage sees them, each resolved once until it is let go."""

    def __init__(self, definitions: Definitions, reading: Reading, evidence: Evidence, today: date) -> None:
        self.definitions = definitions
        self.reading = reading
        self.evidence = evidence
        self.today = today
        self._found: dict[tuple[str, int | None], VersionScene] = {}

    def present(self, reference: str) -> VersionScene:
        """An agreement in its words as they stand: those that were signed last, or the draft that is being negotiated."""
        record = self.evidence.record(reference)
        return self._scene(record, self.as_signed(record))

    def held(self, reference: str) -> list[VersionScene]:
        """An agreement in every version that is signed and holds today or later, and in its draft where there is one.

        What nobody holds to any more, and what has ended, is looked at as it stands.
        """
        record = self.evidence.record(reference)
        state = self.definitions.state(record)
        versions = () if state.ended else self.evidence.versions(record)
        found = [self._scene(record, one) for one in versions if self._holds(record, one)]
        return found if found and state.binding else [*found, self.present(reference)]

    def scene_of(self, record: Record, version: Version | None) -> VersionScene:
        """An agreement in one signed version, or in its draft."""
        return self._scene(record, version)

    def supporter(self, record: Record, content: Content, first: date, version: Version | None) -> Supporter:
        """A supporting agreement in one version, with calendars that reach from before a day."""
        return self._supporter(record, content, first, version, None)

    def as_signed(self, record: Record) -> Version | None:
        """The version whose words count for a record as it stands; none while it is negotiated."""
        state = self.definitions.state(record)
        versions = self.evidence.versions(record) if state.binding or state.ended else ()
        return versions[-1] if versions else None

    def let_go(self) -> None:
        """Forget every scene."""
        self._found.clear()

    def _holds(self, record: Record, version: Version) -> bool:
        """Whether a version holds today or on a later day."""
        promise = version.content.promise() if isinstance(version.content, Promising) else None
        if promise is None:
            return False
        term = term_in_force(self.definitions, self.reading, record, promise.term)
        return bool(days_in_force(term, max(self.today, version.first or self.today), version.last or date.max))

    def _scene(self, record: Record, version: Version | None) -> VersionScene:
        place = record.reference, version.number if version else None
        if place not in self._found:
            self._found[place] = self._resolved(record, version)
        return self._found[place]

    def _resolved(self, record: Record, version: Version | None) -> VersionScene:
        content = version.content if version else self.evidence.cited(record.reference)[1]
        agreement = whole(
            content, lambda wider: self.evidence.cited(wider)[1], version.inherited() if version else None
        )
        number = version.number if version else self._number_of_draft(record)
        before = [one.number for one in self.evidence.versions(record) if one.number < number]
        last = number if version else record.version + 1
        numbers = tuple(range(max(before, default=0) + 1, last + 1))
        return VersionScene(self._beside_supporters(record, agreement, version), agreement, number, numbers, version)

    def _number_of_draft(self, record: Record) -> int:
        """The number of what waits for signatures, or the next one where these words were not frozen."""
        frozen = [one for one in self.reading.envelopes(record.reference) if one.version == record.version]
        waiting = any(json.loads(one.text)["content_sha256"] == record.revision.sha256 for one in frozen)
        return record.version if waiting and self.definitions.state(record).frozen else record.version + 1

    def _beside_supporters(self, record: Record, agreement: Content, version: Version | None) -> Scene:
        if not isinstance(agreement, Promising):
            raise Refused(f"{record.reference} promises nothing to a customer, so there is nothing to prove")
        agreed = agreement.promise()
        if agreed is None:
            raise Refused(f"{record.reference} names no service; the agreements that inherit from it are proven")
        promise = replace(agreed, term=term_in_force(self.definitions, self.reading, record, agreed.term))
        _, service = self.evidence.cited(promise.service)
        if not isinstance(service, Structured):
            raise Refused(f"{promise.service} has no structure")
        dependencies = self.dependencies(service)
        since, until = agreement.starts_on(), version.last if version else None
        first = Horizon.of(promise.term, self.today, since, until).first
        supporters, earlier = self._supporters(service, dependencies, first)
        earlier = tuple(one for one in earlier if not (since and one.last) or one.last >= since)
        return Scene(
            reference=record.reference,
            promise=promise,
            service_hours=self.evidence.calendar(promise.hours.service, first, version),
            support_hours=self.evidence.calendar(promise.hours.support, first, version),
            on_call_hours=self._calendar_if_given(promise.hours.on_call, first, version),
            contact_hours=self._calendar_if_given(promise.hours.contact, first, version),
            structure=service.built_of(),
            dependencies=dependencies,
            routes=service.support_routes(),
            supporters=supporters,
            titles=self._titles(dependencies, supporters),
            as_of=self.today,
            since=since,
            until=until,
            earlier=earlier,
            measured_in={one: self.evidence.calendar(one, first, version) for one in promise.measuring_calendars()},
        )

    def _calendar_if_given(self, reference: str | None, first: date, signed: Version | None) -> CalendarHours | None:
        return self.evidence.calendar(reference, first, signed) if reference else None

    def dependencies(self, service: Structured, signed: Version | None = None) -> dict[str, tuple[str, ...]]:
        """Every component that a service needs, directly or through others, with those that it needs itself.

        For a signed version as these were embedded in it, whatever became of the register since.
        """
        found: dict[str, tuple[str, ...]] = {}
        todo = list(service.built_of().components())
        while todo:
            reference = todo.pop()
            if reference not in found:
                part = self.evidence.as_signed(reference, signed)
                found[reference] = part.needs() if isinstance(part, Dependent) else ()
                todo.extend(found[reference])
        return found

    def _supporters(
        self, service: Structured, dependencies: Mapping[str, tuple[str, ...]], first: date
    ) -> tuple[dict[str, Supporter], tuple[Supporter, ...]]:
        """The supporting agreements by reference, each in its latest version, and the versions before."""
        needed = needed_components(service.built_of(), dependencies)
        named = {one for route in service.support_routes().values() for tier in route.tiers for one in tier.agreements}
        named |= {one.citing for part in needed for one in self.reading.cited_by(part)}
        latest: dict[str, Supporter] = {}
        earlier: list[Supporter] = []
        for reference in sorted(named):
            versions = self.supporting(reference, first)
            earlier += versions[:-1]
            if versions:
                latest[reference] = versions[-1]
        return latest, tuple(earlier)

    def supporting(self, reference: str, first: date) -> list[Supporter]:
        """A supporting agreement in each version that was signed; as it is being drafted where none was."""
        record = self.evidence.record(reference)
        if not self.evidence.is_a(record, Supporting):
            return []
        versions = self.evidence.versions(record)
        ended = ended_after(self.definitions, self.reading, record)
        if versions:
            return [self._supporter(record, one.content, first, one, ended) for one in versions]
        if self.definitions.state(record).ended:
            return []
        return [self._supporter(record, self.evidence.cited(reference)[1], first, None, None)]

    def _supporter(
        self, record: Record, content: Content, first: date, version: Version | None, ended: date | None
    ) -> Supporter:
        if not isinstance(content, Supporting):
            raise Refused(f"{record.reference} supports nothing")
        agreed = content.support()
        support = replace(agreed, term=term_in_force(self.definitions, self.reading, record, agreed.term))
        lasts = [day for day in (version.last if version else None, ended) if day]
        return Supporter(
            reference=record.reference,
            title=record.title,
            support=support,
            binding=version is not None,
            service_hours=self.evidence.calendar(support.hours.service, first, version),
            support_hours=self.evidence.calendar(support.hours.support, first, version),
            on_call_hours=self._calendar_if_given(support.hours.on_call, first, version),
            contact_hours=self._calendar_if_given(support.hours.contact, first, version),
            first=version.first if version else None,
            replaced=version is not None and version.last is not None,
            last=min(lasts, default=None),
            measured_in={one: self.evidence.calendar(one, first, version) for one in support.measuring_calendars()},
        )

    def _titles(
        self, dependencies: Mapping[str, tuple[str, ...]], supporters: Mapping[str, Supporter]
    ) -> dict[str, str]:
        return {reference: self.evidence.record(reference).title for reference in (*dependencies, *supporters)}
