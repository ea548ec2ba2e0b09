"""Proof: records become facts, facts become findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sdflow.adapters.storage import Reading
from sdflow.domain.alignment import Horizon, Scene, Supporter, facts_of
from sdflow.domain.composition import needed_components
from sdflow.domain.errors import NotFound, Refused
from sdflow.domain.fact import FactKind
from sdflow.domain.finding import Finding
from sdflow.domain.kind import Content
from sdflow.domain.record import Record
from sdflow.domain.rule import Fact, Rule, message_text
from sdflow.domain.service_time import CalendarHours
from sdflow.domain.trait import Dependent, Promising, Structured, Supporting, Timed
from sdflow.engine.terms import term_in_force
from sdflow.engine.workspace import Workspace

HORIZON = timedelta(days=366 * 5)
"""How far past an agreement's start calendars are resolved: the longest horizon and the longest promise."""


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
        self._contents: dict[str, tuple[Record, Content]] = {}
        self._facts: dict[str, list[FactKind]] = {}

    def cited(self, reference: str) -> tuple[Record, Content]:
        """A record with its content."""
        if reference not in self._contents:
            record = self.reading.record(reference)
            if record is None:
                raise NotFound(f"there is no record {reference}")
            self._contents[reference] = (record, self.definitions.content(record))
        return self._contents[reference]

    def resting_on(self, reference: str) -> list[str]:
        """The agreements with customers whose proof a record takes part in, itself included."""
        record, content = self.cited(reference)
        if isinstance(content, Promising):
            return [record.reference]
        return [one.reference for one in self.promising() if reference in self._concerned(one.reference)]

    def promising(self) -> list[Record]:
        """Every agreement with a customer that has not ended."""
        kinds = [kind for kind, model in self.definitions.kinds.items() if issubclass(model, Promising)]
        records = [record for kind in kinds for record in self.reading.records(kind=kind)]
        return [record for record in records if not self.definitions.state(record).final]

    def prove(self, reference: str) -> Proof:
        """The proof of one agreement with a customer."""
        record, _ = self.cited(reference)
        kinds = self.facts(reference)
        facts = tuple(kind.fact() for kind in kinds)
        findings = tuple(self.workspace.rules.evaluate(facts))
        return Proof(
            reference,
            record.title,
            facts,
            findings,
            tuple(self._proven(facts, findings)),
            tuple(self._unproven(kinds)),
            self.workspace.rules.name,
            self.definitions.rulebook.overridden,
        )

    def facts(self, reference: str) -> list[FactKind]:
        """The facts of one agreement, computed once."""
        if reference not in self._facts:
            self._facts[reference] = facts_of(self.scene(reference))
        return self._facts[reference]

    def scene(self, reference: str) -> Scene:
        """Everything that the arithmetic of an agreement needs, resolved."""
        record, agreement = self.cited(reference)
        if not isinstance(agreement, Promising):
            raise Refused(f"{reference} promises nothing to a customer, so there is nothing to prove")
        agreed = agreement.promise()
        promise = replace(agreed, term=term_in_force(self.definitions, self.reading, record, agreed.term))
        _, service = self.cited(promise.service)
        if not isinstance(service, Structured):
            raise Refused(f"{promise.service} has no structure")
        dependencies = self._dependencies(service)
        first = Horizon.of(promise.term, self.today).first
        supporters = self._supporters(service, dependencies, first)
        return Scene(
            reference=reference,
            promise=promise,
            service_hours=self.calendar(promise.hours.service, first),
            support_hours=self.calendar(promise.hours.support, first),
            structure=service.built_of(),
            dependencies=dependencies,
            routes=service.support_routes(),
            supporters=supporters,
            titles=self._titles(dependencies, supporters),
            as_of=self.today,
        )

    def calendar(self, reference: str, first: date) -> CalendarHours:
        """A calendar with its public holidays, from shortly before a day until past every horizon."""
        _, content = self.cited(reference)
        if not isinstance(content, Timed):
            raise Refused(f"{reference} is no calendar")
        region = content.holiday_region()
        earliest = first - timedelta(days=31)
        holidays = self.workspace.holidays(*region, earliest, first + HORIZON) if region else {}
        return replace(content.open_hours(holidays), reference=reference)

    def _dependencies(self, service: Structured) -> dict[str, tuple[str, ...]]:
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
    ) -> dict[str, Supporter]:
        needed = needed_components(service.built_of(), dependencies)
        named = {tier.agreement for route in service.support_routes().values() for tier in route.tiers}
        named |= {one.citing for part in needed for one in self.reading.cited_by(part)}
        return {one.reference: one for one in self._supporting(sorted(named), first)}

    def _supporting(self, references: list[str], first: date) -> Iterator[Supporter]:
        for reference in references:
            record, content = self.cited(reference)
            state = self.definitions.state(record)
            if not isinstance(content, Supporting) or state.final:
                continue
            agreed = content.support()
            support = replace(agreed, term=term_in_force(self.definitions, self.reading, record, agreed.term))
            yield Supporter(
                reference=reference,
                title=record.title,
                support=support,
                binding=state.binding,
                service_hours=self.calendar(support.hours.service, first),
                support_hours=self.calendar(support.hours.support, first),
            )

    def _titles(
        self, dependencies: Mapping[str, tuple[str, ...]], supporters: Mapping[str, Supporter]
    ) -> dict[str, str]:
        return {reference: self.cited(reference)[0].title for reference in (*dependencies, *supporters)}

    def _concerned(self, agreement: str) -> set[str]:
        scene = self.scene(agreement)
        return {scene.promise.service, *scene.dependencies, *scene.supporters}

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

    def _unproven(self, kinds: list[FactKind]) -> Iterator[Unproven]:
        looked_at = self.definitions.rulebook.fact_kinds()
        compared = {
            str(fact.get("clause"))
            for kind in kinds
            if (fact := kind.fact()).kind in looked_at and not kind.states_promise
        }
        for kind in kinds:
            clause = str(kind.fact().get("clause"))
            if kind.states_promise and clause not in compared:
                yield Unproven(clause, "no rule compared this promise with what carries it")


def _looked_at(rule: Rule, fact: Fact) -> bool:
    """Whether the fixed values that the rule asks of its subject are those of the fact."""
    fixed = [one for one in rule.match[0].conditions if one.operator == "eq" and isinstance(one.operand, str | bool)]
    return all(fact.get(one.field) == one.operand for one in fixed)
