"""Fact kinds: the flat statements that rules may look at, one frozen class each.

A rule file names a kind by the snake-case name of its class. Fields that are none are left out.
"""

from __future__ import annotations

from sdflow.domain.fact.availability import AvailabilityCover, LongerPeriod, UncomputedAvailability
from sdflow.domain.fact.base import FactKind, schema
from sdflow.domain.fact.change import CheckedClause, EmbeddedChange, RequirementAnswer, RivalAgreement
from sdflow.domain.fact.continuity import (
    AnalysedNeed,
    DependencyPoint,
    LastTest,
    Link,
    NeededRecovery,
    OwedPlan,
    PlanDuty,
    PlannedMinimum,
    PlannedRecovery,
    PromisedMinimum,
    PromisedRecovery,
    PromiseForNeed,
    RecoveryOrder,
    RestoredVolume,
    SavedWork,
    SupplierRecovery,
)
from sdflow.domain.fact.promise import (
    MissingTarget,
    SlaTarget,
    StrayTier,
    SupportTarget,
    SupportTerm,
    UncarriedPriority,
    UnmappedSeverity,
)
from sdflow.domain.fact.term import BindingTerm, UnstatedEnd
from sdflow.domain.fact.time import ContactCover, HoursCover, MixedUnits, NeverOpen, PausingClock, SupportRoute

__all__ = [
    "AnalysedNeed",
    "AvailabilityCover",
    "BindingTerm",
    "CheckedClause",
    "ContactCover",
    "DependencyPoint",
    "EmbeddedChange",
    "FactKind",
    "HoursCover",
    "LastTest",
    "Link",
    "LongerPeriod",
    "MissingTarget",
    "MixedUnits",
    "NeededRecovery",
    "NeverOpen",
    "OwedPlan",
    "PausingClock",
    "PlanDuty",
    "PlannedMinimum",
    "PlannedRecovery",
    "PromiseForNeed",
    "PromisedMinimum",
    "PromisedRecovery",
    "RecoveryOrder",
    "RequirementAnswer",
    "RestoredVolume",
    "RivalAgreement",
    "SavedWork",
    "SlaTarget",
    "StrayTier",
    "SupplierRecovery",
    "SupportRoute",
    "SupportTarget",
    "SupportTerm",
    "UncarriedPriority",
    "UncomputedAvailability",
    "UnmappedSeverity",
    "UnstatedEnd",
    "schema",
]
