"""Evidence: the records, signed versions and calendars on which proofs rest, each read once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from sdflow.adapters.storage import Reading
from sdflow.domain.errors import NotFound, Refused
from sdflow.domain.kind import Content
from sdflow.domain.record import Record
from sdflow.domain.service_time import CalendarHours
from sdflow.domain.trait import Dependent, Promising, Structured, Supporting, Timed
from sdflow.engine.versions import Version, signed_versions
from sdflow.engine.workspace import Workspace

HORIZON = timedelta(days=366 * 5)
"""How far past an agreement's start calendars are resolved: the longest horizon and the longest promise."""

BEFORE = timedelta(days=366)
"""How far before an agreement's start calendars are resolved: a year over which a supporter may be measured."""

MOST_CALENDARS = 2_000
"""How many resolved calendars are kept; each holds the holidays of about seven years."""


class Evidence:
    """What one reading of the storage knows of agreements and of what carries them.

    `gather` reads what many agreements rest on in a few queries; what it missed is read when it is asked for.
    Contents are validated and calendars resolved once, until they are let go.
    """

    def __init__(self, workspace: Workspace, reading: Reading) -> None:
        self.reading = reading
        self.definitions = workspace.definitions
        self._holidays = workspace.holidays
        self._contents: dict[str, tuple[Record, Content]] = {}
        self._versions: dict[str, tuple[Version, ...]] = {}
        self._embedded: dict[tuple[str, str], Content | None] = {}
        self._calendars: dict[tuple[str, str, int, date], CalendarHours] = {}

    def cited(self, reference: str) -> tuple[Record, Content]:
        """A record with its content; raises NotFound."""
        if reference not in self._contents:
            record = self.record(reference)
            self._contents[reference] = (record, self.definitions.content(record))
        return self._contents[reference]

    def record(self, reference: str) -> Record:
        """A record, whose content may not be needed; raises NotFound."""
        if reference in self._contents:
            return self._contents[reference][0]
        record = self.reading.record(reference)
        if record is None:
            raise NotFound(f"there is no record {reference}")
        return record

    def is_a(self, record: Record, trait: type) -> bool:
        """Whether the content of a record has a trait."""
        return issubclass(self.definitions.kinds[record.kind], trait)

    def exists(self, reference: str) -> bool:
        """Whether there is a record of this name."""
        return reference in self._contents or self.reading.record(reference) is not None

    def versions(self, record: Record) -> tuple[Version, ...]:
        """The signed versions of a record; none where it was never frozen."""
        if not record.version:
            return ()
        if record.reference not in self._versions:
            self._versions[record.reference] = signed_versions(self.definitions, self.reading, record)
        return self._versions[record.reference]

    def as_signed(self, reference: str, signed: Version | None) -> Content:
        """What a record said when a version was frozen that refers to it; as it stands where that was not embedded."""
        wording = signed.wording(reference) if signed else None
        if signed is None or wording is None:
            return self.cited(reference)[1]
        if (reference, wording) not in self._embedded:
            self._embedded[reference, wording] = signed.embedded(self.definitions, reference)
        return self._embedded[reference, wording] or self.cited(reference)[1]

    def calendar(
        self, reference: str, first: date, signed: Version | None = None, until: date | None = None
    ) -> CalendarHours:
        """A calendar with its public holidays, from shortly before a day until past every horizon, and at least until a day.

        For a signed version it is the calendar that was embedded in it, whatever became of the register since.
        """
        wording = signed.wording(reference) if signed else None
        year = (first - BEFORE).year
        last = max(date((date(year + 2, 1, 1) + HORIZON).year, 12, 31), until or first)
        key = (reference, wording or self.record(reference).revision.sha256, year, last)
        if key not in self._calendars:
            self._calendars[key] = self._resolved(
                reference, self.as_signed(reference, signed), (date(year, 1, 1), last)
            )
        return self._calendars[key]

    def _resolved(self, reference: str, content: Content, days: tuple[date, date]) -> CalendarHours:
        """The calendar with the holidays from the first to the last of some days."""
        if not isinstance(content, Timed):
            raise Refused(f"{reference} is no calendar")
        region = content.holiday_region()
        holidays = self._holidays(*region, *days) if region else {}
        return replace(content.open_hours(holidays), reference=reference)

    def promising_of(self, service: str) -> list[Record]:
        """Every agreement with a customer on a service that has not ended, by reference."""
        citing = self._there(one.citing for one in self.reading.cited_by(service))
        return [one for one in citing if one.service == service and self._promises(one)]

    def _promises(self, record: Record) -> bool:
        return self.is_a(record, Promising) and not self.definitions.state(record).final

    def gather(self, agreements: Sequence[str]) -> None:
        """Read in a few queries what the proofs of these agreements rest on."""
        services = {record.service for record in self._there(agreements) if record.service}
        named = self._there(self._cited_by_any(services))
        parts, needed = self._those(named, Dependent), set[str]()
        while parts:
            needed |= parts
            parts = self._those(self._there(self._cited_by_any(parts)), Dependent) - needed
        supporters = self._citing(needed, Supporting) | self._those(named, Supporting)
        self.reading.cited_by_of(sorted(services))
        signed = [*agreements, *sorted(supporters)]
        self.reading.envelopes_of(signed)
        self.reading.signatures_of(signed)
        self.reading.events_of([one.reference for one in self._there(signed) if self._is_ending(one)])

    def _is_ending(self, record: Record) -> bool:
        state = self.definitions.state(record)
        return state.ending or state.ended

    def services_resting_on(self, reference: str) -> set[str]:
        """The services in whose structure or routes a record takes part, found by links alone.

        A service stands for itself, a component for those made of it or of what needs it, a supporting agreement for
        those of the components that it supports and for those whose routes name it.
        """
        record = self.record(reference)
        if self.is_a(record, Structured):
            return {reference}
        if self.is_a(record, Dependent):
            return self._made_of({reference})
        if not self.is_a(record, Supporting):
            return set()
        parts = self._those(self._there(self._cited_by_any({reference})), Dependent)
        return self._citing({reference}, Structured) | self._made_of(parts)

    def routed_to(self, reference: str) -> set[str]:
        """The services whose routes name a supporting agreement."""
        return self._citing({reference}, Structured)

    def supporting_of(self, supporter: str | None) -> set[str]:
        """The supporting agreements of which somebody is a party."""
        return self._citing({supporter}, Supporting) if supporter else set()

    def _made_of(self, parts: set[str]) -> set[str]:
        needing, services = set[str](), set[str]()
        while parts:
            needing |= parts
            services |= self._citing(parts, Structured)
            parts = self._citing(parts, Dependent) - needing
        return services

    def _cited_by_any(self, references: Iterable[str]) -> set[str]:
        return {one.cited for some in self.reading.cites_of(sorted(references)).values() for one in some}

    def _citing(self, references: Iterable[str], trait: type) -> set[str]:
        found = self.reading.cited_by_of(sorted(references)).values()
        return self._those(self._there(one.citing for some in found for one in some), trait)

    def _there(self, references: Iterable[str]) -> list[Record]:
        """The records with these references, by reference."""
        found = self.reading.records_named(sorted(set(references)))
        return [found[reference] for reference in sorted(found)]

    def _those(self, records: Iterable[Record], trait: type) -> set[str]:
        return {record.reference for record in records if self.is_a(record, trait)}

    def let_go(self) -> None:
        """Forget what was read of single agreements; resolved calendars are kept while they are few."""
        self._contents.clear()
        self._versions.clear()
        self._embedded.clear()
        self.reading.let_go()
        if len(self._calendars) > MOST_CALENDARS:
            self._calendars.clear()
