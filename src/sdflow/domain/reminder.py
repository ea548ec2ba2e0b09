"""Reminder: the steps by which people are told of what they owe, and which of them are sent, folded or given up.

A step is named by its days from the due day, and counts from the due day, never from the last sending (alignment R32).
What was missed is caught up with one message: the latest step that has come is sent, those before it are folded into it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import count

from sdflow.domain.obligation import Ladder

LAST_CALENDAR_DAY = date.max.toordinal()

ObligationKey = tuple[str, str, str, date]
"""Record, name, subject and due day."""


class StepState(StrEnum):
    """How a step stands. `planned` and `undelivered` are open until a later step takes them in, or nothing is owed."""

    planned = "planned"
    sent = "sent"
    folded = "folded"
    cancelled = "cancelled"
    undelivered = "undelivered"

    @property
    def is_open(self) -> bool:
        """Whether the step is still to end as sent, folded or cancelled."""
        return self in OPEN_STEPS


OPEN_STEPS = (StepState.planned, StepState.undelivered)


@dataclass(frozen=True, order=True)
class ReminderStep:
    """A step of an obligation: its days from the due day, and the day on which it comes."""

    days: int
    on: date

    @property
    def name(self) -> str:
        """The step as people name it, such as -30, 0 or +7."""
        return f"{self.days:+d}" if self.days else "0"


@dataclass(frozen=True)
class LedgerStep:
    """A step as the ledger holds it: planned once, and how it ended.

    `folded_into` is the later step of the same obligation whose message tells of this one too. `why` says in words what
    ended it, where it was not sent.
    """

    key: ObligationKey
    step: ReminderStep
    state: StepState
    planned_at: datetime
    settled_at: datetime | None = None
    folded_into: int | None = None
    why: str = ""


def steps_until(ladder: Ladder, due_on: date, known_on: date, today: date) -> Iterator[ReminderStep]:
    """Every step that has come by today, the earliest first.

    Steps that lay before the day on which the obligation was first known are left out, but for the latest of them: who
    hears of something late hears of it once.
    """
    come = list(_all_until(ladder, due_on, today))
    early = [step for step in come if step.on < known_on]
    yield from (early[-1:] if early else [])
    yield from (step for step in come if step.on >= known_on)


def next_step(ladder: Ladder, due_on: date, today: date) -> ReminderStep:
    """The first step that has not come by today."""
    return next(step for step in _steps(ladder, due_on) if step.on > today or step.on == date.max)


def escalated(ladder: Ladder, step: ReminderStep) -> bool:
    """Whether those to whom it is escalated hear of a step."""
    return ladder.escalate_after is not None and step.days >= ladder.escalate_after


def _all_until(ladder: Ladder, due_on: date, today: date) -> Iterator[ReminderStep]:
    for step in _steps(ladder, due_on):
        if step.on > today:
            return
        yield step
        if step.on == date.max:
            return


def _steps(ladder: Ladder, due_on: date) -> Iterator[ReminderStep]:
    declared = sorted(set(ladder.steps) | {0})
    after = (declared[-1] + number * ladder.again_every for number in count(1))
    for days in declared:
        yield ReminderStep(days, _moved(due_on, days))
    for days in after:
        yield ReminderStep(days, _moved(due_on, days))


def _moved(day: date, days: int) -> date:
    return date.fromordinal(min(max(day.toordinal() + days, 1), LAST_CALENDAR_DAY))
