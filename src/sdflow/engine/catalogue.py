"""Catalogue: what is offered, to whom, by which agreements, and on what it rests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sdflow.adapters.storage import Reading
from sdflow.domain.agreement import Contact, Hours
from sdflow.domain.clauses import Agreement, Charge
from sdflow.domain.composition import needed_components, serial_components
from sdflow.domain.errors import Refused
from sdflow.domain.kind import Content, links
from sdflow.domain.record import Record
from sdflow.domain.terms import current_term_end, days_in_force
from sdflow.domain.trait import Catalogued, Lasting, Promising, Structured, Supporting, Timed
from sdflow.engine.inheritance import whole
from sdflow.engine.proof import Prover
from sdflow.engine.terms import ended_after, term_in_force
from sdflow.engine.versions import Version
from sdflow.engine.workspace import Workspace

Progress = Callable[[int, int], None]
"""Hears how many of how many services are described."""


class Standing(StrEnum):
    """Whether an agreement holds on a day: it does, it will, it is still negotiated, or its days are over."""

    in_force = "in force"
    to_come = "signed, to come"
    being_agreed = "being agreed"
    over = "over"


@dataclass(frozen=True)
class Named:
    """A record by its reference and its title."""

    reference: str
    title: str


@dataclass(frozen=True)
class OpenWeek:
    """A calendar as the catalogue shows it: opening and closing minutes of each day, Monday first, in a zone."""

    reference: str
    title: str
    zone: str
    week: tuple[tuple[tuple[int, int], ...], ...]


@dataclass(frozen=True)
class AgreementEntry:
    """An agreement as it holds on a day: its version (none before the first is signed), its days and its review."""

    reference: str
    title: str
    kind_title: str
    state: str
    version: int | None
    standing: Standing
    starts_on: date | None
    ends_on: date | None
    next_review_on: date | None


@dataclass(frozen=True)
class PromiseEntry(AgreementEntry):
    """An agreement with a customer, none for every customer, with its hours, its prices and whom to call."""

    customer: Named | None
    service_hours: OpenWeek
    support_hours: OpenWeek
    charges: Mapping[str, Charge]
    contacts: Mapping[str, Contact]


@dataclass(frozen=True)
class ComponentEntry:
    """A component of a service: whether the service names it itself, and whether its failure alone stops the service."""

    reference: str
    title: str
    named: bool
    alone: bool


@dataclass(frozen=True)
class ServiceEntry:
    """One service of the catalogue; `next_review_on` is the first review of the entry or of an agreement on it.

    `offered` says whether customers may have it, which they may not while it is proposed or once it is retired.
    """

    reference: str
    title: str
    state: str
    state_meaning: str
    offered: bool
    owner: Named | None
    purpose: str
    users: int | None
    criticality: str | None
    criticality_class: str | None
    customers: tuple[Named, ...]
    components: tuple[ComponentEntry, ...]
    agreements: tuple[PromiseEntry, ...]
    supporters: tuple[AgreementEntry, ...]
    contacts: tuple[Contact, ...]
    next_review_on: date | None


class Cataloguer:
    """Describes what is offered, from what one reading of the storage sees on a day."""

    def __init__(self, workspace: Workspace, reading: Reading, today: date) -> None:
        self.reading = reading
        self.today = today
        self.definitions = workspace.definitions
        self.prover = Prover(workspace, reading, today)

    def entries(self, *, everything: bool = False, progress: Progress | None = None) -> tuple[ServiceEntry, ...]:
        """Every service that is offered, or each that there is, by reference; `progress` hears of each."""
        self.prover.evidence.gather([one.reference for one in self.prover.promising()])
        found = self._catalogued(everything=everything)
        entries = []
        for reference in found:
            entries.append(self.entry(reference))
            if progress:
                progress(len(entries), len(found))
        return tuple(entries)

    def _catalogued(self, *, everything: bool) -> list[str]:
        kinds = [kind for kind, model in self.definitions.kinds.items() if issubclass(model, Catalogued)]
        records = [record for kind in kinds for record in self.reading.records(kind=kind)]
        return sorted(one.reference for one in records if everything or self.definitions.state(one).offered)

    def entry(self, reference: str) -> ServiceEntry:
        """One service; `Refused` where the record does not stand in the catalogue."""
        record, content = self.prover.cited(reference)
        if not isinstance(content, Catalogued):
            raise Refused(f"{reference} does not stand in the service catalogue", advice="see: sdflow catalogue --all")
        said, owner, state = content.catalogue_entry(), content.owner_reference(), self.definitions.state(record)
        agreements = tuple(self._promises(reference))
        components = tuple(self._components(content)) if isinstance(content, Structured) else ()
        supporters = tuple(self._supporters(content, components, agreements))
        reviews = [said.next_review_on, *(one.next_review_on for one in agreements)]
        own = [said.support_contact] if said.support_contact else []
        return ServiceEntry(
            reference=reference,
            title=record.title,
            state=record.state,
            state_meaning=state.meaning,
            offered=state.offered,
            owner=self._named(owner) if owner else None,
            purpose=said.purpose,
            users=said.users,
            criticality=said.criticality,
            criticality_class=said.criticality_class,
            customers=self._customers(said.customers, agreements),
            components=components,
            agreements=agreements,
            supporters=supporters,
            contacts=_once([*own, *(contact for one in agreements for contact in one.contacts.values())]),
            next_review_on=min((day for day in reviews if day), default=None),
        )

    def _named(self, reference: str) -> Named:
        return Named(reference, self.prover.evidence.record(reference).title)

    def _customers(self, said: Sequence[str], agreements: Sequence[PromiseEntry]) -> tuple[Named, ...]:
        promised = [one.customer.reference for one in agreements if one.customer]
        return tuple(self._named(one) for one in dict.fromkeys([*said, *promised]))

    def _promises(self, service: str) -> Iterator[PromiseEntry]:
        for record in self.prover.evidence.promising_of(service):
            version, standing = self._standing(record)
            content = self._complete(record, version)
            promise = content.promise() if isinstance(content, Promising) else None
            if promise is None or not isinstance(content, Agreement):
                continue
            present = self.prover.cited(record.reference)[1]
            yield PromiseEntry(
                **vars(self._agreement(record, content, version, standing)),
                customer=self._named(promise.customer) if promise.customer else None,
                service_hours=self._week(promise.hours, version, "service"),
                support_hours=self._week(promise.hours, version, "support"),
                charges=content.charges,
                contacts=present.contacts if isinstance(present, Agreement) else {},
            )

    def _complete(self, record: Record, version: Version | None) -> Content:
        if version is None:
            return self.prover.complete(record.reference)
        return whole(version.content, lambda wider: self.prover.cited(wider)[1], version.inherited())

    def _agreement(
        self, record: Record, content: Content, version: Version | None, standing: Standing
    ) -> AgreementEntry:
        term = content.agreed_term() if isinstance(content, Lasting) else None
        holds = term_in_force(self.definitions, self.reading, record, term) if term else None
        last = current_term_end(holds, self.today) if holds else content.ends_on()
        present = self.prover.cited(record.reference)[1]
        return AgreementEntry(
            reference=record.reference,
            title=record.title,
            kind_title=self.definitions.description(record.kind).title,
            state=record.state,
            version=version.number if version else None,
            standing=standing,
            starts_on=content.starts_on(),
            ends_on=min((day for day in (last, version.last if version else None) if day), default=None),
            next_review_on=present.next_review_on if isinstance(present, Agreement) else None,
        )

    def _standing(self, record: Record) -> tuple[Version | None, Standing]:
        """The signed version that counts on the day, else the next one to come, else the last one that did."""
        versions = self.prover.versions(record)
        ended = ended_after(self.definitions, self.reading, record)
        if ended is not None and ended < self.today:
            return (versions[-1] if versions else None), Standing.over
        holding = [one for one in versions if self._holds(record, one)]
        coming = [one for one in versions if one.first and one.first > self.today]
        if holding:
            return holding[-1], Standing.in_force
        if coming:
            return coming[0], Standing.to_come
        return (versions[-1], Standing.over) if versions else (None, Standing.being_agreed)

    def _holds(self, record: Record, version: Version) -> bool:
        if (version.first and version.first > self.today) or (version.last and version.last < self.today):
            return False
        if not isinstance(version.content, Lasting):
            return True
        term = term_in_force(self.definitions, self.reading, record, version.content.agreed_term())
        return bool(days_in_force(term, self.today, self.today))

    def _week(self, hours: Hours, version: Version | None, which: str) -> OpenWeek:
        reference: str = getattr(hours, which)
        frozen = version.embedded(self.definitions, reference) if version else None
        content = frozen or self.prover.cited(reference)[1]
        if not isinstance(content, Timed):
            raise Refused(f"{reference} is no calendar")
        open_hours = content.open_hours({})
        week = tuple(tuple((one.opens, one.closes) for one in day) for day in open_hours.week)
        return OpenWeek(reference, content.title, open_hours.zone, week)

    def _components(self, service: Structured) -> Iterator[ComponentEntry]:
        structure, dependencies = service.built_of(), self.prover.dependencies(service)
        named, alone = set(structure.components()), set(serial_components(structure, dependencies))
        for one in needed_components(structure, dependencies):
            yield ComponentEntry(one, self._named(one).title, one in named, one in alone)

    def _supporters(
        self, service: Content, components: Iterable[ComponentEntry], agreements: Iterable[AgreementEntry]
    ) -> Iterator[AgreementEntry]:
        """The supporting agreements that routes or agreements name, and those that stand behind a component."""
        contents = [service, *(self.prover.cited(one.reference)[1] for one in agreements)]
        named = {link.reference for content in contents for link in links(content)}
        named |= {one.citing for part in components for one in self.reading.cited_by(part.reference)}
        for reference in sorted(named):
            record = self.prover.evidence.record(reference)
            if self.prover.evidence.is_a(record, Supporting) and not self.definitions.state(record).final:
                version, standing = self._standing(record)
                content = version.content if version else self.prover.cited(reference)[1]
                yield self._agreement(record, content, version, standing)


def _once(contacts: Iterable[Contact]) -> tuple[Contact, ...]:
    found = {(one.title, one.telephone, one.email): one for one in contacts}
    return tuple(found.values())
