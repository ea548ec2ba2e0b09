"""Continuity: gathers for a service what says when it must be back, and what is to bring it back, as one record sees it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from sdflow.domain.continuity import Analysing, Exercising, Recovering, RecoveryPlan
from sdflow.domain.continuity_scene import (
    ContinuityScene,
    Dependency,
    Source,
    StatedNeed,
    StatedPlan,
    StatedPromise,
    StatedTest,
    SupplierPromise,
)
from sdflow.domain.invocation import Invocable
from sdflow.domain.kind import Content
from sdflow.domain.record import Record
from sdflow.domain.recovery import Recovery, minutes_after
from sdflow.domain.service_time import wall_clock
from sdflow.domain.terms import Term, days_in_force
from sdflow.domain.trait import Promising, Structured, Supporting
from sdflow.engine.moved import moved_parts
from sdflow.engine.recovery import recovery_of
from sdflow.engine.subjects import Subject, continuity_services
from sdflow.engine.terms import ended_after, term_in_force
from sdflow.engine.versions import Version

if TYPE_CHECKING:
    from sdflow.engine.proof import Prover


@dataclass(frozen=True)
class _Words:
    """A record in the words that count: of its approved version, of its draft where there is none, or as it is proven."""

    record: Record
    content: Content
    signed: Version | None
    own: bool = False

    @property
    def source(self) -> Source:
        number = self.signed.number if self.signed else 0
        return Source(self.record.reference, self.record.title, self.signed is not None, number)


class Continuity:
    """The chains of services as one reading of the storage sees them; recovery times are reckoned once."""

    def __init__(self, prover: Prover) -> None:
        self.prover = prover
        self.evidence = prover.evidence
        self._recoveries: dict[tuple[str, int, str], Recovery] = {}

    def let_go(self) -> None:
        """Forget every recovery time."""
        self._recoveries.clear()

    def scenes(self, subject: Subject) -> list[ContinuityScene]:
        """The chain of each service of which a record says how it comes back; nothing for what no one needs or plans.

        An agreement without a promise for after a disruption, on a service without need and plan, has no chain.
        """
        named = self._services(subject.content)
        found = (self._scene(subject, service, place) for service, place in named.items())
        return [one for one in found if one.needs or one.plans or any(each.target for each in one.promises)]

    def _services(self, content: Content) -> dict[str, str]:
        """The services of a record; of a test that measures none, those of its plan."""
        named = continuity_services(content)
        if named or not isinstance(content, Exercising):
            return named
        plan = self._words(self.evidence.record(content.exercise().plan)).content
        return dict.fromkeys(continuity_services(plan), "plan")

    def needs_of(self, service: str) -> tuple[StatedNeed, ...]:
        """What business processes need of a service, by the analyses that are approved; by drafts only where none is."""
        return self._needs(None, service)

    def naming(self, service: str) -> list[Record]:
        """The analyses and plans of a service that have not ended."""
        return [*self._naming(service, Analysing), *self._naming(service, Recovering)]

    def _scene(self, subject: Subject, service: str, place: str) -> ContinuityScene:
        plans = self._plans(subject, service)
        return ContinuityScene(
            record=subject.reference,
            place=place,
            service=service,
            title=self.evidence.record(service).title,
            today=self.prover.today,
            needs=self._needs(subject, service),
            plans=plans,
            tests=tuple(test for plan in plans for test in self._tests(plan.source.reference)),
            promises=tuple(self._promises(subject, service)),
            suppliers={one: self._supplier(one) for one in sorted(_suppliers(plans))},
            dependencies=tuple(self._dependencies(subject, service)),
            companies={one: self.evidence.record(one).title for one in sorted(_companies(plans))},
        )

    def _needs(self, subject: Subject | None, service: str) -> tuple[StatedNeed, ...]:
        found = []
        for words in self._that_count(subject, service, Analysing):
            if isinstance(words.content, Analysing):
                party = words.content.analysed_party()
                found += [StatedNeed(words.source, one, party) for one in words.content.needs()
                          if one.service == service]  # fmt: skip
        return tuple(found)

    def _plans(self, subject: Subject | None, service: str, within: str | None = None) -> tuple[StatedPlan, ...]:
        """The plans that recover a service; `within` is the service that rests on it, where another one is looked at."""
        found = self._that_count(subject, service, Recovering)
        return tuple(one for words in found if (one := self._plan(words, service, within)) is not None)

    def _that_count(self, subject: Subject | None, service: str, trait: type) -> list[_Words]:
        """What is approved; drafts only where nothing is. The record that is proven always counts, in its own words."""
        own = [_Words(subject.record, subject.content, subject.signed, own=True)] if subject else []
        own = [one for one in own if isinstance(one.content, trait)]
        mine = {one.record.reference for one in own}
        others = [self._words(one) for one in self._naming(service, trait) if one.reference not in mine]
        stated = [one for one in (*own, *others) if service in continuity_services(one.content)]
        approved = any(one.signed for one in stated)
        kept = [one for one in stated if one.signed or one.own or not approved]
        return sorted(kept, key=lambda one: one.record.reference)

    def _naming(self, service: str, trait: type) -> list[Record]:
        """The records of a trait that name a service now, and those that named it in the version that stands."""
        citing = {one.citing for one in self.prover.reading.cited_by(service)}
        named = self.prover.reading.records_named(sorted(citing | self._under_revision))
        return [one for _, one in sorted(named.items()) if self.evidence.is_a(one, trait) and not self._ended(one)]

    @cached_property
    def _under_revision(self) -> frozenset[str]:
        """Analyses and plans of which a version stands while the next one is written."""
        kinds = [kind for kind, model in self.prover.definitions.kinds.items()
                 if issubclass(model, Analysing | Recovering)]  # fmt: skip
        records = (record for kind in kinds for record in self.prover.reading.records(kind=kind))
        return frozenset(
            one.reference for one in records if one.version and not self.prover.definitions.state(one).binding
        )

    def _ended(self, record: Record) -> bool:
        state = self.prover.definitions.state(record)
        return state.ended or state.final

    def _words(self, record: Record) -> _Words:
        """The version that holds today, or the one that will; the draft where nothing was approved."""
        versions = self.evidence.versions(record)
        today = self.prover.today
        begun = [one for one in versions if one.first is None or one.first <= today] or list(versions)
        signed = begun[-1] if begun else None
        return _Words(record, signed.content if signed else self.evidence.cited(record.reference)[1], signed)

    def _plan(self, words: _Words, service: str, within: str | None) -> StatedPlan | None:
        if not isinstance(words.content, Recovering):
            return None
        plan = self._as_kept_up(words.record, words.content.recovery_plan())
        recovery = self._recovery(words, words.content)
        return StatedPlan(
            source=words.source,
            plan=plan,
            minutes=recovery.services,
            worst_start=_worst_starts(recovery, words.content),
            critical=recovery.critical,
            after={} if within else self._after(plan, service),
            moved=self._moved(words, service),
            written_on=date.fromisoformat(words.signed.envelope["frozen_on"]) if words.signed else None,
        )

    def _moved(self, words: _Words, service: str) -> str | None:
        """What has changed since the version was frozen, or since the last measured test of it where there is a later one."""
        if words.signed is None:
            return None
        tests = [one.exercise for one in self._tests(words.record.reference)]
        held = [one.held_on for one in tests if one.measured and one.plan_version == words.signed.number and one.held_on
                and one.held_on <= self.prover.today and service in {each.service for each in one.services}]  # fmt: skip
        written_on = date.fromisoformat(words.signed.envelope["frozen_on"])
        later = [day for day in held if day >= written_on]
        return moved_parts(self.prover, words.signed, service, max(later, default=None))

    def _after(self, plan: RecoveryPlan, service: str) -> dict[str, int]:
        """By each service that another one needs, how long that one takes once it is back."""
        return {one: _own_minutes(plan, one, service) for one in self._needed_by(service)}

    def _needed_by(self, service: str) -> tuple[str, ...]:
        content = self.evidence.cited(service)[1]
        return content.needed_services() if isinstance(content, Structured) else ()

    def _as_kept_up(self, record: Record, plan: RecoveryPlan) -> RecoveryPlan:
        """The plan with what is kept up beside the signed words: when its contacts were last checked."""
        _, present = self.evidence.cited(record.reference)
        checked = present.recovery_plan().contacts_checked_on if isinstance(present, Recovering) else None
        return replace(plan, contacts_checked_on=checked)

    def _recovery(self, words: _Words, content: Recovering) -> Recovery:
        key = words.record.reference, words.signed.number if words.signed else 0, words.record.revision.sha256
        if key not in self._recoveries:
            self._recoveries[key] = recovery_of(self.prover, words.record.reference, content, self.prover.today)
        return self._recoveries[key]

    def _tests(self, plan: str) -> Iterator[StatedTest]:
        """Every test of a plan whose result stands."""
        citing = {one.citing for one in self.prover.reading.cited_by(plan)}
        for reference, record in sorted(self.prover.reading.records_named(sorted(citing)).items()):
            if self.evidence.is_a(record, Exercising) and self.prover.definitions.state(record).settled:
                _, content = self.evidence.cited(reference)
                if isinstance(content, Exercising):
                    approved = self.prover.definitions.state(record).binding
                    source = Source(reference, record.title, approved, record.version)
                    yield StatedTest(source, content.exercise())

    def _promises(self, subject: Subject, service: str) -> Iterator[StatedPromise]:
        """What the agreement that is proven promises; for other records what every agreement on the service does."""
        if isinstance(subject.content, Promising):
            number = subject.signed.number if subject.signed else 0
            source = Source(subject.reference, subject.record.title, subject.signed is not None, number)
            yield from _promised(source, subject.content)
            return
        for record in self.evidence.promising_of(service):
            held = self.prover.scenes.held(record.reference)
            for one in held:
                title = record.title if len(held) == 1 else f"{record.title}, {one.title}"
                number = one.signed.number if one.signed else 0
                source = Source(record.reference, title, one.signed is not None, number)
                yield from _promised(source, one.agreement)

    def _supplier(self, reference: str) -> SupplierPromise:
        record = self.evidence.record(reference)
        words = self._words(record)
        if not isinstance(words.content, Supporting):
            return SupplierPromise(words.source, None)
        support = words.content.support()
        return SupplierPromise(words.source, support.targets.continuity, self._holds(record, support.term))

    def _holds(self, record: Record, agreed: Term) -> bool:
        """Whether an agreement holds on the day, once notice was given or it was renewed or ended."""
        today, definitions = self.prover.today, self.prover.definitions
        term = term_in_force(definitions, self.prover.reading, record, agreed)
        ended = ended_after(definitions, self.prover.reading, record)
        return bool(days_in_force(term, today, today)) and (ended is None or today <= ended)

    def _dependencies(self, subject: Subject, service: str) -> Iterator[Dependency]:
        for one in self._needed_by(service):
            title = self.evidence.record(one).title
            yield Dependency(one, title, self._needs(subject, one), self._plans(subject, one, within=service))


def _promised(source: Source, content: Content) -> Iterator[StatedPromise]:
    promise = content.promise() if isinstance(content, Promising) else None
    if promise is not None:
        yield StatedPromise(source, promise.customer, promise.targets.continuity)


def _worst_starts(recovery: Recovery, content: Content) -> dict[str, str]:
    """From when a recovery takes longest, in words; nothing where every start is the same."""
    zone = content.told_in() if isinstance(content, Invocable) else "UTC"
    starts = recovery.worst_start.items() if recovery.course.clocks else ()
    return {service: f"{wall_clock(start, zone)} ({zone})" for service, start in starts}


def _own_minutes(plan: RecoveryPlan, dependency: str, service: str) -> int:
    """How long a service takes once another one is back (alignment R21).

    Where the same plan restores both, the longest way from that step; else the longest way of all, as nothing says where
    on it the other one is needed.
    """
    restoring = [key for key, step in plan.steps.items() if dependency in step.restores]
    if restoring:
        return max(minutes_after(plan, key, service) for key in restoring)
    restored = {key: minutes_after(plan, key, service) for key in plan.steps}
    leading = (key for key, step in plan.steps.items() if restored[key] or service in step.restores)
    return max((plan.steps[key].minutes + restored[key] for key in leading), default=0)


def _suppliers(plans: Sequence[StatedPlan]) -> set[str]:
    steps: Iterable[str | None] = (step.supplier for one in plans for step in one.plan.steps.values())
    return {one for one in steps if one}


def _companies(plans: Sequence[StatedPlan]) -> set[str]:
    helping: Iterable[str | None] = (step.helped_by for one in plans for step in one.plan.steps.values())
    return {one for one in helping if one}
