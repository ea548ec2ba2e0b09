"""Reminder settling: an obligation that ends leaves no step of it open, and none unwritten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from sdflow.adapters.storage import Ledger
from sdflow.domain.obligation import KeptObligation, Ladder
from sdflow.domain.reminder import LedgerStep, StepState, steps_until
from sdflow.engine.definitions import Definitions

NO_LONGER_OWED = "it is no longer owed: it was done, or its day moved"


def settle_ended(
    definitions: Definitions, ledger: Ledger, ended: Sequence[KeptObligation], today: date, at: datetime
) -> int:
    """Give up every step of obligations that ended by a day, and say how many those were.

    Steps that had come and that no run has planned are written down as well, so that a missed run leaves no gap.
    """
    if not ended:
        return 0
    known = ledger.steps_of([one.key for one in ended])
    opened = [step for steps in known.values() for step in steps if step.state.is_open]
    ledger.settle(_cancelled(step, at) for step in opened)
    missed = [step for one in ended for step in _missed(definitions, one, known[one.key], today, at)]
    ledger.plan(missed)
    return len(opened) + len(missed)


def ladder_of(definitions: Definitions, owed: KeptObligation) -> Ladder:
    """How people are reminded of an obligation, as its workflow file says."""
    declared = definitions.workflows[owed.kind].owed(owed.name)
    return declared.ladder if declared else Ladder()


def _missed(
    definitions: Definitions, owed: KeptObligation, known: Sequence[LedgerStep], today: date, at: datetime
) -> list[LedgerStep]:
    written = {one.step.days for one in known}
    come = steps_until(ladder_of(definitions, owed), owed.due_on, owed.known_on, today)
    steps = [LedgerStep(owed.key, step, StepState.planned, at) for step in come if step.days not in written]
    return [_cancelled(step, at) for step in steps]


def _cancelled(step: LedgerStep, at: datetime) -> LedgerStep:
    return replace(step, state=StepState.cancelled, settled_at=at, why=NO_LONGER_OWED)
