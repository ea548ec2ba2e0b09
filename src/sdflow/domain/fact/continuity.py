"""Continuity: the links of the chain from what the business needs to what a customer is promised, each beside the next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from sdflow.domain.fact.base import FactKind


class Link(StrEnum):
    """A link of the chain, in the order in which one rests on the other."""

    need = "need"
    analysis = "analysis"
    plan = "plan"
    order = "order"
    backup = "backup"
    supplier = "supplier"
    test = "test"
    promise = "promise"


@dataclass(frozen=True)
class NeededRecovery(FactKind):
    """What a process needs of a service after a disruption.

    `over_minutes` is by how much the recovery time objective exceeds what is tolerable; none where one is not stated.
    """

    link = Link.need

    record: str
    clause: str
    service: str
    need: str
    time_minutes: int | None = None
    tolerable_minutes: int | None = None
    point_minutes: int | None = None
    minimum_percent: Decimal | None = None
    over_minutes: int | None = None


@dataclass(frozen=True)
class AnalysedNeed(FactKind):
    """The analysis that says what a process needs; `own` that it is the record which is proven itself."""

    link = Link.analysis

    record: str
    clause: str
    service: str
    analysis: str
    approved: bool
    own: bool


@dataclass(frozen=True)
class OwedPlan(FactKind):
    """Whether a service whose loss weighs so much that it must have a continuity plan has one.

    `analysed`: the analysis that says so is approved. `plan` is none where there is not even a draft; `planned` says that an
    approved one is there, or that the one which is proven is.
    """

    link = Link.plan

    record: str
    clause: str
    service: str
    need: str
    analysed: bool
    planned: bool
    plan: str | None = None


@dataclass(frozen=True)
class PlanDuty(FactKind):
    """Who answers for a plan, who may invoke it, and when its contacts were last checked.

    `contacts_months` counts the months that have begun since then: 3 on the very day three months later, 4 on the next.
    """

    link = Link.plan

    record: str
    clause: str
    plan: str
    approved: bool
    own: bool
    owner: str
    invoker: str | None = None
    deputy: str | None = None
    contacts_checked_on: date | None = None
    contacts_months: int | None = None


@dataclass(frozen=True)
class PlannedRecovery(FactKind):
    """How long a plan takes at worst until a service works, beside what a process needs.

    `restored`: a step of the plan restores it, and it works again some day. `slowest` are the steps on the critical path.
    """

    link = Link.plan

    record: str
    clause: str
    service: str
    need: str
    plan: str
    needed_minutes: int
    restored: bool
    planned_minutes: int | None = None
    over_minutes: int | None = None
    slowest: str | None = None
    worst_start: str | None = None


@dataclass(frozen=True)
class PlannedMinimum(FactKind):
    """How much of a service a plan gives in the meantime, beside what a process needs at least."""

    link = Link.plan

    record: str
    clause: str
    service: str
    need: str
    plan: str
    needed_percent: Decimal
    planned_percent: Decimal | None = None
    short_percent: Decimal | None = None


@dataclass(frozen=True)
class RecoveryOrder(FactKind):
    """Another service without which a service does not work, beside the time that is left for it.

    `own_minutes` is how long the service itself takes once the other one is back, `allowed_minutes` what is left for the
    other of `needed_minutes`. `by` says who states when it is back; none where nobody does. `never`: by that plan it never
    is. `waits` says that the
    plan's steps for the service wait for it, as far as the same plan restores both.
    """

    link = Link.order

    record: str
    clause: str
    service: str
    plan: str
    dependency: str
    needed_minutes: int
    own_minutes: int
    allowed_minutes: int
    waits: bool
    by: str | None = None
    dependency_minutes: int | None = None
    over_minutes: int | None = None
    never: bool = False


@dataclass(frozen=True)
class DependencyPoint(FactKind):
    """How much work may be lost of another service without which a service does not work, beside what may be lost of it.

    `dependency_minutes` is none where the plans for it, named in `by`, save nothing.
    """

    link = Link.order

    record: str
    clause: str
    service: str
    dependency: str
    by: str
    needed_minutes: int
    dependency_minutes: int | None = None
    over_minutes: int | None = None


@dataclass(frozen=True)
class SavedWork(FactKind):
    """How much work may be lost by a plan's backup, beside what a process can lose; none where nothing is saved."""

    link = Link.backup

    record: str
    clause: str
    service: str
    need: str
    plan: str
    needed_minutes: int
    backup: str | None = None
    planned_minutes: int | None = None
    over_minutes: int | None = None


@dataclass(frozen=True)
class RestoredVolume(FactKind):
    """How long reading a backup back takes, beside the step of a plan in which it is to happen.

    `restore_minutes` is none where it is said how much is saved, but not how fast it is read back.
    """

    link = Link.backup

    record: str
    clause: str
    service: str
    plan: str
    step: str
    backup: str
    gigabytes: Decimal
    step_minutes: int
    restore_minutes: int | None = None
    over_minutes: int | None = None


@dataclass(frozen=True)
class SupplierRecovery(FactKind):
    """What a supplier promises after a disruption, beside the step of a plan that rests on it; none where it promises nothing.

    `in_force`: what is signed holds on the day; none where nothing is signed.
    """

    link = Link.supplier

    record: str
    clause: str
    service: str
    plan: str
    step: str
    supplier: str
    signed: bool
    step_minutes: int
    in_force: bool | None = None
    promised_minutes: Decimal | None = None
    over_minutes: Decimal | None = None


@dataclass(frozen=True)
class UncontractedStep(FactKind):
    """A step of a plan that a supplier takes part in, for which the plan names no contract."""

    link = Link.supplier

    record: str
    clause: str
    service: str
    plan: str
    step: str
    supplier: str


@dataclass(frozen=True)
class UnreadBackup(FactKind):
    """A backup of a service that no step on the way to it reads back, so that nothing is known of how long that takes."""

    link = Link.backup

    record: str
    clause: str
    service: str
    plan: str
    backup: str


@dataclass(frozen=True)
class PlanObjective(FactKind):
    """What a plan itself says is required of a service, beside what its steps or backups give and what is needed.

    `metric` is recovery time or recovery point. `late_minutes` is by how much it exceeds the strictest need.
    """

    link = Link.plan

    record: str
    clause: str
    service: str
    plan: str
    metric: str
    stated_minutes: int
    planned_minutes: int | None = None
    over_minutes: int | None = None
    needed_minutes: int | None = None
    late_minutes: int | None = None


@dataclass(frozen=True)
class NeverRestored(FactKind):
    """A service that a plan names and that by its steps never works again, where nobody says by when it is needed."""

    link = Link.plan
    record: str
    clause: str
    service: str
    plan: str


@dataclass(frozen=True)
class PromisedRecovery(FactKind):
    """What an agreement promises a customer after a disruption, beside the plan that is to keep it.

    `metric` is recovery time, recovery point or time to invocation. `planned_minutes` is none where the plan gives nothing for it.
    """

    link = Link.promise

    record: str
    clause: str
    service: str
    agreement: str
    plan: str
    metric: str
    promised_minutes: Decimal
    planned_minutes: int | None = None
    over_minutes: Decimal | None = None


@dataclass(frozen=True)
class PromisedMinimum(FactKind):
    """How much of a service an agreement promises in the meantime, beside what the plan gives; none where it says nothing."""

    link = Link.promise

    record: str
    clause: str
    service: str
    agreement: str
    plan: str
    promised_percent: Decimal
    planned_percent: Decimal | None = None
    short_percent: Decimal | None = None


@dataclass(frozen=True)
class PromiseForNeed(FactKind):
    """What an agreement promises beside what a process needs; nothing that carries it.

    `metric` is recovery time, recovery point or minimum service; `over` is by how much it falls behind, in `unit`. Where nothing
    is promised, `promised` is none.
    """

    link = Link.promise
    compares_support = False

    record: str
    clause: str
    service: str
    agreement: str
    need: str
    metric: str
    unit: str
    needed: Decimal
    promised: Decimal | None = None
    over: Decimal | None = None
