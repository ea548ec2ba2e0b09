"""Illustrations: what documents show besides a content: calendars, proofs, and what is computed for its traits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sdflow.domain.fact import AvailabilityCover
from sdflow.domain.kind import Content
from sdflow.domain.record import Record
from sdflow.domain.service_time import CalendarHours
from sdflow.engine.availability_illustration import availability_illustration
from sdflow.engine.proof import Proof, Prover
from sdflow.engine.recovery import recovery_illustration

Illustration = Callable[[Prover, Record, Content, date], Mapping[str, Any]]
"""What a template is given besides, for a content as it stands on a day; nothing where the content has not its trait."""

ILLUSTRATIONS: tuple[Illustration, ...] = (recovery_illustration, availability_illustration)


def illustrated(prover: Prover, record: Record, content: Content, today: date) -> dict[str, Any]:
    """Everything that the template of a record is given besides its content."""
    found: dict[str, Any] = {}
    for illustration in ILLUSTRATIONS:
        found |= illustration(prover, record, content, today)
    return found


def calendar_view(hours: CalendarHours) -> dict[str, Any]:
    """A calendar as templates have it."""
    return {
        "title": hours.title,
        "zone": hours.zone,
        "week": [[(one.opens, one.closes) for one in day] for day in hours.week],
        "closed_days": sorted(hours.closed_days.items()),
        "openings": [
            (day, [(one.opens, one.closes) for one in windows]) for day, windows in sorted(hours.openings.items())
        ],
    }


def proof_view(proof: Proof) -> dict[str, Any]:
    """A proof as templates have it."""
    return {
        "proven": [{"clause": one.clause, "what": one.title, "statement": one.statement} for one in proof.proven],
        "unproven": [{"clause": one.clause, "what": one.statement} for one in proof.unproven],
        "findings": [
            {
                "rule": one.rule,
                "severity": one.severity.value,
                "title": one.title,
                "message": one.message,
                "reference": one.reference,
                "clause": one.clause,
                "gap": one.gap_text,
                "weakest": one.weakest,
                "witness": one.witness,
                "waiver": one.waiver,
                "waived_until": one.waived_until,
            }
            for one in proof.findings
        ],
        "availability": [fact.fields for fact in proof.facts if fact.kind == AvailabilityCover.kind_name()],
        "overridden": list(proof.overridden),
        "engine": proof.engine,
    }
