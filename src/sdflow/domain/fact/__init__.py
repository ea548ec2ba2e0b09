"""Fact kinds: the flat statements that rules may look at, one frozen class each.

A rule file names a kind by the snake-case name of its class. Fields that are none are left out.
"""

from __future__ import annotations

from sdflow.domain.fact.availability import AvailabilityCover, LongerPeriod, UncomputedAvailability
from sdflow.domain.fact.base import FactKind, schema
from sdflow.domain.fact.change import CheckedClause, EmbeddedChange, RequirementAnswer, RivalAgreement
from sdflow.domain.fact.promise import (
    MissingTarget,
    SlaTarget,
    StrayTier,
    SupportTarget,
    SupportTerm,
    UncarriedPriority,
    UnmappedSeverity,
)
from sdflow.domain.fact.time import ContactCover, HoursCover, MixedUnits, NeverOpen, PausingClock, SupportRoute

__all__ = [
    "AvailabilityCover",
    "CheckedClause",
    "ContactCover",
    "EmbeddedChange",
    "FactKind",
    "HoursCover",
    "LongerPeriod",
    "MissingTarget",
    "MixedUnits",
    "NeverOpen",
    "PausingClock",
    "RequirementAnswer",
    "RivalAgreement",
    "SlaTarget",
    "StrayTier",
    "SupportRoute",
    "SupportTarget",
    "SupportTerm",
    "UncarriedPriority",
    "UncomputedAvailability",
    "UnmappedSeverity",
    "schema",
]
