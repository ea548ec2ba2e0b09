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
    Link,
    NeededRecovery,
    NeverRestored,
    OwedPlan,
    PlanDuty,
    PlannedMinimum,
    PlannedRecovery,
    PlanObjective,
    PromisedMinimum,
    PromisedRecovery,
    PromiseForNeed,
    RecoveryOrder,
    RestoredVolume,
    SavedWork,
    SupplierRecovery,
    UncontractedStep,
    UnreadBackup,
)
from sdflow.domain.fact.delivered import (
    DeliveredAvailability,
    DueConsequence,
    MissedSupport,
    RecurringCause,
    SupporterConsequence,
    TargetAttained,
    UnansweredMiss,
)
from sdflow.domain.fact.interruption import InterruptionNotice, InterruptionNumber, InterruptionWindow
from sdflow.domain.fact.last_test import LastTest
from sdflow.domain.fact.planned_downtime import PlannedLength, PlannedNotice, PlannedTotal, PlannedWindow
from sdflow.domain.fact.promise import (
    MissingTarget,
    SlaTarget,
    StrayTier,
    SupportTarget,
    SupportTerm,
    UncarriedPriority,
    UnmappedSeverity,
)
from sdflow.domain.fact.reliability import BreaksCover, FailureInterval, LongestBreak
from sdflow.domain.fact.term import BindingTerm, UnstatedEnd
from sdflow.domain.fact.time import ContactCover, HoursCover, MixedUnits, NeverOpen, PausingClock, SupportRoute

__all__ = [
    "AnalysedNeed",
    "AvailabilityCover",
    "BindingTerm",
    "BreaksCover",
    "CheckedClause",
    "ContactCover",
    "DeliveredAvailability",
    "DependencyPoint",
    "DueConsequence",
    "EmbeddedChange",
    "FactKind",
    "FailureInterval",
    "HoursCover",
    "InterruptionNotice",
    "InterruptionNumber",
    "InterruptionWindow",
    "LastTest",
    "Link",
    "LongerPeriod",
    "LongestBreak",
    "MissedSupport",
    "MissingTarget",
    "MixedUnits",
    "NeededRecovery",
    "NeverOpen",
    "NeverRestored",
    "OwedPlan",
    "PausingClock",
    "PlanDuty",
    "PlanObjective",
    "PlannedLength",
    "PlannedMinimum",
    "PlannedNotice",
    "PlannedRecovery",
    "PlannedTotal",
    "PlannedWindow",
    "PromiseForNeed",
    "PromisedMinimum",
    "PromisedRecovery",
    "RecoveryOrder",
    "RecurringCause",
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
    "SupporterConsequence",
    "TargetAttained",
    "UnansweredMiss",
    "UncarriedPriority",
    "UncomputedAvailability",
    "UncontractedStep",
    "UnmappedSeverity",
    "UnreadBackup",
    "UnstatedEnd",
    "schema",
]
