"""Proof: records become facts, facts become findings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sdflow.adapters.storage import Reading
from sdflow.domain.alignment import facts_of
from sdflow.domain.alignment.continuity import continuity_facts
from sdflow.domain.continuity import Analysing, Recovering
from sdflow.domain.continuity_chain import Chain, chain_of
from sdflow.domain.fact import FactKind
from sdflow.domain.finding import Finding
from sdflow.domain.kind import Content
from sdflow.domain.record import Record
from sdflow.domain.rule import Fact, Rule, message_text
from sdflow.domain.rule_evaluation import in_order
from sdflow.domain.scene import Scene
from sdflow.domain.service_time import CalendarHours
from sdflow.domain.trait import Promising, Structured, Supporting
from sdflow.engine.continuity import Continuity
from sdflow.engine.delivered_availability import delivered_availability
from sdflow.engine.delivered_facts import DeliveredFacts
from sdflow.engine.evidence import Evidence
from sdflow.engine.inheritance import whole
from sdflow.engine.interruptions import facts_of_interruption
from sdflow.engine.requirements import requirement_facts
from sdflow.engine.scenes import Scenes, VersionScene
from sdflow.engine.staleness import staleness_facts
from sdflow.engine.subjects import Subject, Subjects
from sdflow.engine.telling import Numbered, fact_words, finding_words, told
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
    version: int | None = None

    def of_version(self, number: int, title: str) -> Proven:
        """The same, said of one version among several."""
        return replace(self, version=number, statement=f"{title}: {self.statement}")


@dataclass(frozen=True)
class Unproven:
    """A clause that no rule compared with anything."""

    clause: str
    statement: str
    version: int | None = None

    def of_version(self, number: int, title: str) -> Unproven:
        """The same, said of one version among several."""
        return replace(self, version=number, statement=f"{title}: {self.statement}")


@dataclass(frozen=True)
class Proof:
    """What was found about one record: facts, findings, which clauses are proven or not, and chains of continuity."""

    agreement: str
    title: str
    facts: tuple[Fact, ...]
    findings: tuple[Finding, ...]
    proven: tuple[Proven, ...]
    unproven: tuple[Unproven, ...]
    engine: str
    overridden: tuple[str, ...]
    chains: tuple[Chain, ...] = ()


class Prover:
    """Proves agreements from what one reading of the storage sees."""

    def __init__(self, workspace: Workspace, reading: Reading, today: date) -> None:
        self.workspace = workspace
        self.reading = reading
        self.today = today
        self.definitions = workspace.definitions
        self.evidence = Evidence(workspace, reading)
        self.scenes = Scenes(self.definitions, reading, self.evidence, today)
        self._facts: dict[tuple[str, int], list[FactKind]] = {}
        self.waivers = Waivers(self.definitions, reading)
        self.subjects = Subjects(self.definitions, self.evidence, today)
        self.continuity = Continuity(self)
        self.delivered = DeliveredFacts(self)

    def cited(self, reference: str) -> tuple[Record, Content]:
        """A record with its content."""
        return self.evidence.cited(reference)

    def complete(self, reference: str) -> Content:
        """The content of a record with the clauses that it inherits; of what is signed as they were then."""
        record, content = self.cited(reference)
        signed = self.scenes.as_signed(record)
        return whole(content, lambda wider: self.cited(wider)[1], signed.inherited() if signed else None)

    def resting_on(self, reference: str) -> list[str]:
        """The agreements with customers whose proof a record takes part in, itself included."""
        record = self.evidence.record(reference)
        if self.evidence.is_a(record, Promising):
            return [reference]
        if self.evidence.is_a(record, Supporting) and not self.scenes.supporting(reference, self.today):
            return []
        services = self.evidence.services_resting_on(reference)
        return sorted(one.reference for service in services for one in self.evidence.promising_of(service))

    def promising(self) -> list[Record]:
        """Every agreement with a customer that has not ended."""
        kinds = [kind for kind, model in self.definitions.kinds.items() if issubclass(model, Promising)]
        records = [record for kind in kinds for record in self.reading.records(kind=kind)]
        return [record for record in records if record.service and not self.definitions.state(record).final]

    def provable(self) -> list[Record]:
        """Every agreement with a customer, analysis and plan that has not ended, and supporting ones that are measured."""
        kinds = self.definitions.kinds.items()
        chosen = [kind for kind, model in kinds if issubclass(model, Analysing | Recovering | Supporting)]
        records = [record for kind in chosen for record in self.reading.records(kind=kind)]
        going_on = (one for one in records if not self.definitions.state(one).final)
        told = (one for one in going_on if not self._supports(one) or self.delivered.tells_of(one.reference))
        return [*self.promising(), *told]

    def _supports(self, record: Record) -> bool:
        return self.evidence.is_a(record, Supporting)

    def has_proof(self, record: Record, content: Content) -> bool:
        """Whether something is proven of a record: not of an agreement that only states clauses for others."""
        promises = isinstance(content, Promising) and content.promise() is not None
        return promises or self.subjects.is_one(record)

    def standing_for(self, reference: str) -> list[str]:
        """What is proven where a record is named: itself, or what rests on it with the analyses and plans of a service.

        A supporting agreement that is measured is proven beside those that rest on it.
        """
        record = self.evidence.record(reference)
        if self.subjects.is_one(record):
            return [reference]
        naming = self.continuity.naming(reference) if self.evidence.is_a(record, Structured) else []
        own = [reference] if self._supports(record) and self.delivered.tells_of(reference) else []
        return [*own, *self.resting_on(reference), *(one.reference for one in naming)]

    def prove_all(self, references: Sequence[str], progress: Progress | None = None) -> list[Proof]:
        """The proofs of many records, in their order; `progress` hears of how many are done.

        Those on the same service are proven together, and what they rest on is read in a few queries and let go. There is none
        of a supporting agreement of which there is no figure.
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
        return [found[one] for one in references if found[one].facts or not self._supports(self.evidence.record(one))]

    def _let_go(self) -> None:
        self.scenes.let_go()
        self._facts.clear()
        self.continuity.let_go()
        self.delivered.let_go()
        self.evidence.let_go()

    def prove(self, reference: str) -> Proof:
        """The proof of one record, in each version that holds today or later and in its draft.

        What is the same for all is said once; anything else names its version.
        """
        record = self.evidence.record(reference)
        if self.subjects.is_one(record):
            subjects = self.subjects.held(record)
            return self._together(subjects, [self._of_subject(one) for one in subjects])
        if self._supports(record):
            return self._concluded(self.subjects.present(record), self.delivered.facts(reference))
        versions, delivered = self.scenes.held(reference), self.delivered.facts(reference)
        return self._together(versions, [self._proof(one, delivered) for one in versions])

    def _together(self, versions: Sequence[Numbered], proofs: Sequence[Proof]) -> Proof:
        if len(proofs) == 1:
            return proofs[0]
        return replace(
            proofs[0],
            facts=told(versions, [one.facts for one in proofs], fact_words),
            findings=tuple(in_order(told(versions, [one.findings for one in proofs], finding_words))),
            proven=tuple(self._by_rule(told(versions, [one.proven for one in proofs], lambda one: one))),
            unproven=tuple(
                sorted(told(versions, [one.unproven for one in proofs], lambda one: one), key=lambda one: one.clause)
            ),
            chains=told(versions, [one.chains for one in proofs], lambda one: one),
        )

    def prove_present(self, reference: str) -> Proof:
        """The proof of one record in its words as they stand: of its draft, or of the version that was signed last.

        It is about what is promised, and leaves out what was delivered until now: no step waits for a better past.
        """
        record = self.evidence.record(reference)
        if self.subjects.is_one(record):
            return self._of_subject(self.subjects.present(record))
        return self._proof(self.scenes.present(reference))

    def _proof(self, version: VersionScene, delivered: Sequence[FactKind] = ()) -> Proof:
        reference = version.scene.reference
        requirements = requirement_facts(self, reference, version.agreement)
        kinds = [*self.facts_of_version(version), *requirements, *staleness_facts(self, version)]
        kinds += [*delivered_availability(self, version), *delivered]
        return self._concluded(Subject.of_agreement(self.evidence.record(reference), version), kinds)

    def _of_subject(self, subject: Subject) -> Proof:
        return self._concluded(subject, list(facts_of_interruption(self, subject)))

    def _concluded(self, subject: Subject, others: Sequence[FactKind] = ()) -> Proof:
        """What follows from facts about a record, and from the chains of the services that it is about."""
        chained = [(scene, continuity_facts(scene)) for scene in self.continuity.scenes(subject)]
        kinds = list(dict.fromkeys([*others, *(fact for _, some in chained for fact in some)]))
        facts = tuple(kind.fact() for kind in kinds)
        findings = self._findings(subject.reference, subject.numbers, facts)
        return Proof(
            subject.reference,
            subject.record.title,
            facts,
            findings,
            tuple(self._proven(facts, findings)),
            tuple(self._unproven(kinds, facts)),
            self.workspace.rules.name,
            self.definitions.rulebook.overridden,
            tuple(chain_of(scene, some, findings) for scene, some in chained),
        )

    def facts(self, reference: str) -> list[FactKind]:
        """The facts of one agreement in its words as they stand."""
        return self.facts_of_version(self.scenes.present(reference))

    def facts_of_version(self, version: VersionScene) -> list[FactKind]:
        """The facts of one version of an agreement, computed once."""
        place = version.scene.reference, version.number
        if place not in self._facts:
            self._facts[place] = facts_of(version.scene)
        return self._facts[place]

    def scene(self, reference: str) -> Scene:
        """Everything that the arithmetic of an agreement needs, in its words as they stand."""
        return self.scenes.present(reference).scene

    def versions(self, record: Record) -> tuple[Version, ...]:
        """The signed versions of a record; none where it was never frozen."""
        return self.evidence.versions(record)

    def calendar(
        self, reference: str, first: date, signed: Version | None = None, until: date | None = None
    ) -> CalendarHours:
        """A calendar with its public holidays, from shortly before a day until past every horizon, or until a later day.

        For a signed version it is the calendar that was embedded in it, whatever became of the register since.
        """
        return self.evidence.calendar(reference, first, signed, until)

    def dependencies(self, service: Structured, signed: Version | None = None) -> dict[str, tuple[str, ...]]:
        """Every component that a service needs, directly or through others, with those that it needs itself.

        For a signed version as these were embedded in it.
        """
        return self.scenes.dependencies(service, signed)

    def _findings(self, reference: str, numbers: tuple[int, ...], facts: tuple[Fact, ...]) -> tuple[Finding, ...]:
        """What the rules find, with the records that it is about and the waivers that count for it."""
        found = [
            replace(one, records=tuple(self._named(reference, one)), versions=numbers)
            for one in self.workspace.rules.evaluate(facts)
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

    def _by_rule(self, proven: Sequence[Proven]) -> list[Proven]:
        """In the order of the rules."""
        places = {rule.id: place for place, rule in enumerate(self.definitions.rulebook.rules)}
        return sorted(proven, key=lambda one: places[one.rule])

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
    """Whether the fixed values that the rule asks of its subject are those of the fact, and every figure that it orders is there."""
    conditions = rule.match[0].conditions
    fixed = [one for one in conditions if one.operator == "eq" and isinstance(one.operand, str | bool)]
    ordered = [one for one in conditions if one.operator in ("lt", "lte", "gt", "gte")]
    return all(fact.get(one.field) == one.operand for one in fixed) and all(
        fact.get(one.field) is not None for one in ordered
    )
