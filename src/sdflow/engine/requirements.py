"""Requirements: what a customer asked for beside the clauses that answer it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sdflow.domain.clause_figures import shortfalls
from sdflow.domain.clause_path import values_at
from sdflow.domain.fact import RequirementAnswer
from sdflow.domain.kind import Content
from sdflow.domain.trait import Answering, RequiredClause, Requiring

if TYPE_CHECKING:
    from sdflow.engine.proof import Prover


def requirement_facts(prover: Prover, reference: str, agreement: Content) -> Iterator[RequirementAnswer]:
    """Every requirement that an agreement answers, with its answer and whether the promise falls short of it."""
    stated = agreement.answered_requirement() if isinstance(agreement, Answering) else None
    if stated is None:
        return
    record, wish = prover.cited(stated)
    if not isinstance(wish, Requiring):
        return
    for key, one in sorted(wish.required_clauses().items()):
        yield _answer(reference, agreement, wish, f"{record.reference} {key}", one)


def _answer(reference: str, agreement: Content, wish: Content, name: str, one: RequiredClause) -> RequirementAnswer:
    mine = one.agreement == reference
    promised = values_at(agreement, one.clause)[0] if one.clause and mine else None
    wanted = values_at(wish, one.measured_by)[0] if one.measured_by else None
    shorter = shortfalls(wanted, promised)
    return RequirementAnswer(
        agreement=reference,
        clause=one.clause if one.clause and mine else f"answers.{name.partition(' ')[2]}",
        requirement=name,
        weight=one.weight,
        statement=one.statement,
        reply=one.reply or "none",
        measured=one.measured_by is not None,
        traced=promised is not None or one.reply == "declined",
        falls_short=bool(shorter),
        shortfall="; ".join(shorter) or None,
    )
