"""Continuity scene: a service beside everything that says when it must be back and that is to bring it back, resolved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from sdflow.domain.continuity import Backup, Exercise, Need, PlannedService, RecoveryPlan, RecoveryStep, TestedService
from sdflow.domain.target import ContinuityTarget


@dataclass(frozen=True)
class Source:
    """A record that says something: in which version (0 before the first), and whether that is approved or signed."""

    reference: str
    title: str
    approved: bool
    version: int = 0

    @property
    def label(self) -> str:
        """Reference and title, as people read them."""
        return f"{self.reference} {self.title}"


@dataclass(frozen=True)
class StatedNeed:
    """What a process needs of the service, and who says so; `party` is whose process it is, none for everybody's."""

    source: Source
    need: Need
    party: str | None = None

    @property
    def label(self) -> str:
        """The process and its analysis."""
        return f"{self.need.process} ({self.source.reference})"


@dataclass(frozen=True)
class StatedPlan:
    """A plan with its recovery times reckoned, by the references of services.

    `minutes`: the worst from the disruption; none where the service never works again. `worst_start` says from when.
    `critical`: the keys of the steps on the critical path. `after`: by dependency, how long the service takes once it is
    back. `moved`: what has changed since the version was frozen. `written_on`: the day on which its words were
    frozen; none for a draft.
    """

    source: Source
    plan: RecoveryPlan
    minutes: Mapping[str, int | None]
    worst_start: Mapping[str, str] = field(default_factory=dict)
    critical: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    after: Mapping[str, int] = field(default_factory=dict)
    moved: str | None = None
    written_on: date | None = None

    @property
    def label(self) -> str:
        """Reference and title of the plan."""
        return self.source.label

    def planned(self, service: str) -> PlannedService | None:
        """What it says of a service; none where it does not recover it."""
        return next((one for one in self.plan.services if one.service == service), None)

    def way_to(self, service: str) -> Mapping[str, RecoveryStep]:
        """The steps that must be done before a service works, by their keys, in the order of the plan."""
        found: set[str] = set()
        todo = [key for key, step in self.plan.steps.items() if service in step.restores]
        while todo:
            key = todo.pop()
            if key not in found:
                found.add(key)
                todo.extend(self.plan.steps[key].after)
        return {key: step for key, step in self.plan.steps.items() if key in found}

    def saving(self, service: str) -> tuple[Backup, ...]:
        """The backups from which a service comes back: those that the steps on its way restore, else all of its own."""
        own = self.plan.backups_of(service)
        restored = {step.backup for step in self.way_to(service).values()}
        return tuple(one for one in own if one.key in restored) or own


@dataclass(frozen=True)
class StatedTest:
    """A test of a plan whose result stands."""

    source: Source
    exercise: Exercise

    def is_of(self, plan: StatedPlan) -> bool:
        """Whether it tested the version of a plan that is looked at: by its number, and held once that was written."""
        held = self.exercise.held_on
        early = held is None or (plan.written_on is not None and held < plan.written_on)
        return self.exercise.plan_version == plan.source.version and not early

    def tested(self, service: str) -> TestedService | None:
        """What it found of a service; none where that took no part."""
        return next((one for one in self.exercise.services if one.service == service), None)


@dataclass(frozen=True)
class StatedPromise:
    """What an agreement promises of the service after a disruption, to one customer or, where there is none, to all."""

    source: Source
    customer: str | None
    target: ContinuityTarget | None

    def is_for(self, need: StatedNeed) -> bool:
        """Whether it is promised to those who have the need."""
        return self.customer is None or need.party is None or self.customer == need.party


@dataclass(frozen=True)
class SupplierPromise:
    """What the agreement on which a step rests promises after a disruption; none where nothing.

    `in_force`: what is signed holds on the day of the scene.
    """

    source: Source
    target: ContinuityTarget | None
    in_force: bool = True


@dataclass(frozen=True)
class Dependency:
    """Another service without which the service does not work: its plans, and what the business needs of it."""

    reference: str
    title: str
    needs: tuple[StatedNeed, ...]
    plans: tuple[StatedPlan, ...]

    @property
    def label(self) -> str:
        """Reference and title."""
        return f"{self.reference} {self.title}"


@dataclass(frozen=True)
class ContinuityScene:
    """One service, as seen from the record that is proven, on a day.

    `place` is the clause of that record about the service. `suppliers` are the agreements on which steps rest, `tests` all
    results that stand, `companies` what those are called that help with steps.
    """

    record: str
    place: str
    service: str
    title: str
    today: date
    needs: tuple[StatedNeed, ...] = ()
    plans: tuple[StatedPlan, ...] = ()
    tests: tuple[StatedTest, ...] = ()
    promises: tuple[StatedPromise, ...] = ()
    suppliers: Mapping[str, SupplierPromise] = field(default_factory=dict)
    dependencies: tuple[Dependency, ...] = ()
    companies: Mapping[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """Reference and title of the service."""
        return f"{self.service} {self.title}"

    def clause(self, source: Source, path: str) -> str:
        """The path where the record that is proven says something itself, else its clause about the service."""
        return path if source.reference == self.record else self.place

    def own(self, source: Source) -> bool:
        """Whether something is said by the record that is proven."""
        return source.reference == self.record

    def binding(self) -> ContinuityScene:
        """The same with those needs and promises alone that are approved or signed."""
        needs = tuple(one for one in self.needs if one.source.approved)
        return replace(self, needs=needs, promises=tuple(one for one in self.promises if one.source.approved))

    def pairs(self) -> Iterator[tuple[StatedNeed, StatedPlan]]:
        """Every need beside every plan."""
        return ((need, plan) for need in self.needs for plan in self.plans)

    def tests_of(self, plan: StatedPlan) -> list[StatedTest]:
        """The tests of a plan that looked at the service and were held, the last one last."""
        found = [one for one in self.tests if one.exercise.plan == plan.source.reference and one.tested(self.service)]
        return sorted(
            (one for one in found if one.exercise.held_on and one.exercise.held_on <= self.today),
            key=lambda one: (one.exercise.held_on or date.min, one.source.reference),
        )


def strictest(values: Iterator[int | None]) -> int | None:
    """The least of those that are given; none where none is."""
    return min((one for one in values if one is not None), default=None)
