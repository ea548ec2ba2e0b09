"""Reminder settling: an obligation that ends leaves no step of it open, and none unwritten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from sdflow.adapters.storage import Ledger
from sdflow.domain.obligation import KeptObligation, Ladder
from sdflow.domain.reminder import LedgerStep, StepState, steps_until
from sdflow.engine.definitions import Definitions
from sdflow.engine.projection import is_current, refresh, stale

NO_LONGER_OWED = "it is no longer owed: it was done, or its day moved"


def settle_ended(
    definitions: Definitions, ledger: Ledger, ended: Sequence[KeptObligation], today: date, at: datetime
) -> int:
    """Give up every step of obligations that ended by a day, and say how many those were.

    Steps that had come and that no run has planned are written down as well, so that a missed run leaves no gap; none of
    days after the one on which time alone had ended the obligation.
    """
    if not ended:
        return 0
    known = ledger.steps_of([one.key for one in ended])
    opened = [step for steps in known.values() for step in steps if step.state.is_open]
    ledger.settle(_cancelled(step, at) for step in opened)
    until = {one.key: min(today, one.stale_on or today) for one in ended}
    missed = [step for one in ended for step in _missed(definitions, one, known[one.key], until[one.key], at)]
    ledger.plan(missed)
    return len(opened) + len(missed)


def catch_up(definitions: Definitions, ledger: Ledger, today: date, at: datetime, *, onwards: bool = False) -> int:
    """Derive anew what is stale on a day, one term after the other, and say how many steps were given up.

    With `onwards` only what time has ended, not what holds on later days alone.
    """
    ledger.lock_chain()
    given_up = 0
    while is_current(definitions, ledger) and stale(ledger, today, onwards=onwards):
        ended = refresh(definitions, ledger, today, onwards=onwards)
        given_up += settle_ended(definitions, ledger, ended, today, at)
    return given_up


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
