"""Proof: records become facts, facts become findings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sdflow.adapters.storage import Reading
from sdflow.domain.alignment import facts_of
from sdflow.domain.composition import needed_components
from sdflow.domain.errors import Refused
from sdflow.domain.fact import FactKind
from sdflow.domain.finding import Finding
from sdflow.domain.kind import Content
from sdflow.domain.record import Record
from sdflow.domain.rule import Fact, Rule, message_text
from sdflow.domain.scene import Horizon, Scene, Supporter
from sdflow.domain.service_time import CalendarHours
from sdflow.domain.trait import Dependent, Promising, Structured, Supporting
from sdflow.engine.evidence import Evidence
from sdflow.engine.inheritance import whole
from sdflow.engine.requirements import requirement_facts
from sdflow.engine.staleness import staleness_facts
from sdflow.engine.terms import ended_after, term_in_force
from sdflow.engine.versions import Version
from sdflow.engine.waivers import Waivers
from sdflow.engine.workspace import Workspace

REFERENCE = re.compile(r"(?<![\w-])[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)+(?![\w-])")
Progress = Callable[[int, int], None]
"""Hears how many of how many agreements are proven."""

PROVEN_AT_ONCE = 50
"""For how many agreements everything that they rest on is read and kept together."""


@dataclass(frozen=True)
class Proven:
    """A clause that a rule compared with what carries it and found to hold."""

    clause: str
    rule: str
    title: str
    statement: str


@dataclass(frozen=True)
class Unproven:
    """A clause that no rule compared with anything."""

    clause: str
    statement: str


@dataclass(frozen=True)
class Proof:
    """What was found about one agreement: facts, findings, and which clauses are proven or not."""

    agreement: str
    title: str
    facts: tuple[Fact, ...]
    findings: tuple[Finding, ...]
    proven: tuple[Proven, ...]
    unproven: tuple[Unproven, ...]
    engine: str
    overridden: tuple[str, ...]


class Prover:
    """Proves agreements from what one reading of the storage sees."""

    def __init__(self, workspace: Workspace, reading: Reading, today: date) -> None:
        self.workspace = workspace
        self.reading = reading
        self.today = today
        self.definitions = workspace.definitions
        self.evidence = Evidence(workspace, reading)
        self._scenes: dict[str, Scene] = {}
        self._facts: dict[str, list[FactKind]] = {}
        self.waivers = Waivers(self.definitions, reading)

    def cited(self, reference: str) -> tuple[Record, Content]:
        """A record with its content."""
        return self.evidence.cited(reference)

    def complete(self, reference: str) -> Content:
        """The content of a record with the clauses that it inherits; of what is signed as they were then."""
        record, content = self.cited(reference)
        signed = self._as_signed(record)
        return whole(content, lambda wider: self.cited(wider)[1], signed.inherited() if signed else None)

    def resting_on(self, reference: str) -> list[str]:
        """The agreements with customers whose proof a record takes part in, itself included."""
        record = self.evidence.record(reference)
        if self.evidence.is_a(record, Promising):
            return [reference]
        if self.evidence.is_a(record, Supporting) and not self._supporting(reference, self.today):
            return []
        services = self.evidence.services_resting_on(reference)
        return sorted(one.reference for service in services for one in self.evidence.promising_of(service))

    def promising(self) -> list[Record]:
        """Every agreement with a customer that has not ended."""
        kinds = [kind for kind, model in self.definitions.kinds.items() if issubclass(model, Promising)]
        records = [record for kind in kinds for record in self.reading.records(kind=kind)]
        return [record for record in records if record.service and not self.definitions.state(record).final]

    def prove_all(self, references: Sequence[str], progress: Progress | None = None) -> list[Proof]:
        """The proofs of many agreements with customers, in their order; `progress` hears of how many are done.

        Those on the same service are proven together, and what they rest on is read in a few queries and let go.
        """
        found: dict[str, Proof] = {}
        self.reading.records_named(references)
        by_service = sorted(dict.fromkeys(references), key=lambda one: (self.evidence.record(one).service or "", one))
        for start in range(0, len(by_service), PROVEN_AT_ONCE):
            some = by_service[start : start + PROVEN_AT_ONCE]
            self.evidence.gather(some)
            for reference in some:
                found[reference] = self.prove(reference)
                if progress:
                    progress(len(found), len(by_service))
            self._let_go()
        return [found[reference] for reference in references]

    def _let_go(self) -> None:
        self._scenes.clear()
        self._facts.clear()
        self.evidence.let_go()

    def prove(self, reference: str) -> Proof:
        """The proof of one agreement with a customer."""
        record, _ = self.cited(reference)
        requirements = requirement_facts(self, reference, self.complete(reference))
        kinds = [*self.facts(reference), *requirements, *staleness_facts(self, reference)]
        facts = tuple(kind.fact() for kind in kinds)
        findings = self._findings(reference, facts)
        return Proof(
            reference,
            record.title,
            facts,
            findings,
            tuple(self._proven(facts, findings)),
            tuple(self._unproven(kinds, facts)),
            self.workspace.rules.name,
            self.definitions.rulebook.overridden,
        )

    def facts(self, reference: str) -> list[FactKind]:
        """The facts of one agreement, computed once."""
        if reference not in self._facts:
            self._facts[reference] = facts_of(self.scene(reference))
        return self._facts[reference]

    def scene(self, reference: str) -> Scene:
        """Everything that the arithmetic of an agreement needs, resolved once."""
        if reference not in self._scenes:
            self._scenes[reference] = self._scene(reference)
        return self._scenes[reference]

    def _scene(self, reference: str) -> Scene:
        record, _ = self.cited(reference)
        agreement = self.complete(reference)
        if not isinstance(agreement, Promising):
            raise Refused(f"{reference} promises nothing to a customer, so there is nothing to prove")
        agreed = agreement.promise()
        if agreed is None:
            raise Refused(f"{reference} names no service; the agreements that inherit from it are proven")
        promise = replace(agreed, term=term_in_force(self.definitions, self.reading, record, agreed.term))
        _, service = self.cited(promise.service)
        if not isinstance(service, Structured):
            raise Refused(f"{promise.service} has no structure")
        dependencies = self.dependencies(service)
        first = Horizon.of(promise.term, self.today).first
        supporters, earlier = self._supporters(service, dependencies, first)
        signed = self._as_signed(record)
        return Scene(
            reference=reference,
            promise=promise,
            service_hours=self.calendar(promise.hours.service, first, signed),
            support_hours=self.calendar(promise.hours.support, first, signed),
            on_call_hours=self._calendar_if_given(promise.hours.on_call, first, signed),
            contact_hours=self._calendar_if_given(promise.hours.contact, first, signed),
            structure=service.built_of(),
            dependencies=dependencies,
            routes=service.support_routes(),
            supporters=supporters,
            titles=self._titles(dependencies, supporters),
            as_of=self.today,
            earlier=earlier,
            measured_in={one: self.calendar(one, first, signed) for one in promise.measuring_calendars()},
        )

    def versions(self, record: Record) -> tuple[Version, ...]:
        """The signed versions of a record; none where it was never frozen."""
        return self.evidence.versions(record)

    def _as_signed(self, record: Record) -> Version | None:
        """The version whose words count for a record as it stands; none while it is negotiated."""
        versions = self.versions(record) if self.definitions.state(record).binding else ()
        return versions[-1] if versions else None

    def calendar(
        self, reference: str, first: date, signed: Version | None = None, until: date | None = None
    ) -> CalendarHours:
        """A calendar with its public holidays, from shortly before a day until past every horizon, or until a later day.

        For a signed version it is the calendar that was embedded in it, whatever became of the register since.
        """
        return self.evidence.calendar(reference, first, signed, until)

    def _calendar_if_given(self, reference: str | None, first: date, signed: Version | None) -> CalendarHours | None:
        return self.calendar(reference, first, signed) if reference else None

    def dependencies(self, service: Structured) -> dict[str, tuple[str, ...]]:
        """Every component that a service needs, directly or through others, with those that it needs itself."""
        found: dict[str, tuple[str, ...]] = {}
        todo = list(service.built_of().components())
        while todo:
            reference = todo.pop()
            if reference not in found:
                _, part = self.cited(reference)
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
            versions = self._supporting(reference, first)
            earlier += versions[:-1]
            if versions:
                latest[reference] = versions[-1]
        return latest, tuple(earlier)

    def _supporting(self, reference: str, first: date) -> list[Supporter]:
        """A supporting agreement in each version that was signed; as it is being drafted where none was."""
        record = self.evidence.record(reference)
        if not self.evidence.is_a(record, Supporting):
            return []
        versions = self.versions(record)
        ended = ended_after(self.definitions, self.reading, record)
        if versions:
            return [self._supporter(record, one.content, first, one, ended) for one in versions]
        if self.definitions.state(record).ended:
            return []
        return [self._supporter(record, self.cited(reference)[1], first, None, None)]

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
            service_hours=self.calendar(support.hours.service, first, version),
            support_hours=self.calendar(support.hours.support, first, version),
            on_call_hours=self._calendar_if_given(support.hours.on_call, first, version),
            contact_hours=self._calendar_if_given(support.hours.contact, first, version),
            first=version.first if version else None,
            replaced=version is not None and version.last is not None,
            last=min(lasts, default=None),
            measured_in={one: self.calendar(one, first, version) for one in support.measuring_calendars()},
        )

    def _titles(
        self, dependencies: Mapping[str, tuple[str, ...]], supporters: Mapping[str, Supporter]
    ) -> dict[str, str]:
        return {reference: self.evidence.record(reference).title for reference in (*dependencies, *supporters)}

    def _findings(self, reference: str, facts: tuple[Fact, ...]) -> tuple[Finding, ...]:
        """What the rules find, with the records that it is about and the waivers that count for it."""
        found = [
            replace(one, records=tuple(self._named(reference, one))) for one in self.workspace.rules.evaluate(facts)
        ]
        return self.waivers.settled(reference, found, self.today)

    def _named(self, reference: str, finding: Finding) -> Iterator[str]:
        """The agreement itself, and every record whose reference stands in a fact that was matched."""
        texts = [value for fields in finding.matched.values() for value in fields.values() if isinstance(value, str)]
        for one in dict.fromkeys([reference, *(one for text in texts for one in REFERENCE.findall(text))]):
            if self.evidence.exists(one):
                yield one

    def _proven(self, facts: tuple[Fact, ...], findings: tuple[Finding, ...]) -> Iterator[Proven]:
        broken = [dict(fields) for finding in findings for fields in finding.matched.values()]
        for rule in self.definitions.rulebook.rules:
            if not rule.proves:
                continue
            subject = rule.match[0]
            for fact in facts:
                if fact.kind == subject.fact and _looked_at(rule, fact) and dict(fact.fields) not in broken:
                    statement = message_text(rule.proves, {subject.alias: fact.fields})
                    yield Proven(str(fact.get("clause")), rule.id, rule.title, statement)

    def _unproven(self, kinds: Sequence[FactKind], facts: Sequence[Fact]) -> Iterator[Unproven]:
        looked_at = self.definitions.rulebook.fact_kinds()
        compared = {
            str(fact.get("clause"))
            for kind, fact in zip(kinds, facts, strict=True)
            if fact.kind in looked_at and kind.compares_support and not kind.states_promise
        }
        for kind, fact in zip(kinds, facts, strict=True):
            clause = str(fact.get("clause"))
            if kind.states_promise and clause not in compared:
                yield Unproven(clause, "no rule compared this promise with what carries it")


def _looked_at(rule: Rule, fact: Fact) -> bool:
    """Whether the fixed values that the rule asks of its subject are those of the fact."""
    fixed = [one for one in rule.match[0].conditions if one.operator == "eq" and isinstance(one.operand, str | bool)]
    return all(fact.get(one.field) == one.operand for one in fixed)
