"""Remind: tell people what they owe, once for each step, whoever runs it and however often."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sdflow.domain.errors import Refused
from sdflow.domain.message import Delivery, DeliveryState
from sdflow.domain.obligation import KeptObligation
from sdflow.domain.reminder import LedgerStep
from sdflow.engine.reminder_letter import Draft, Drafting
from sdflow.engine.reminder_names import require_known_names
from sdflow.engine.reminder_planning import plan, plan_within
from sdflow.engine.reminder_sending import Sender, decide
from sdflow.engine.workspace import Workspace

MOST_YEARS_AHEAD = 20
"""How far a dry run looks ahead: every term until then is gone through."""


@dataclass(frozen=True)
class Untold:
    """An obligation of which nobody can be told, and why."""

    owed: KeptObligation
    why: str


@dataclass(frozen=True)
class Reminded:
    """What a run has done: steps planned, folded and given up, messages made, and how their deliveries ended.

    `waiting`, `held` and `undelivered` are those that stand so after the run, from earlier runs as well; of those that were
    given up, the ones of this run and those whose steps reached nobody. `untold` is what
    nobody can be told of; it is tried again with every run.
    """

    steps: int
    folded: int
    cancelled: int
    messages: int
    sent: int
    waiting: tuple[Delivery, ...]
    held: tuple[Delivery, ...]
    undelivered: tuple[Delivery, ...]
    untold: tuple[Untold, ...]
    drafts: tuple[Draft, ...] = ()

    @property
    def is_well(self) -> bool:
        """Whether everybody was told, or will be."""
        return not (self.held or self.undelivered or self.untold)


def require_day(today: date | None, now: datetime, *, rehearsal: bool = False) -> None:
    """Raises Refused for a business date on which nobody can be told anything yet, or that is too far to look ahead."""
    if today is None:
        return
    if not rehearsal and today > now.date():
        raise Refused(
            f"{today} lies ahead of the clock, which says {now.date()}",
            ("people would be told now of what is due then",),
            "leave out --as-of, or see what would be sent: sdflow remind --dry-run",
        )
    if today.year > now.year + MOST_YEARS_AHEAD:
        raise Refused(
            f"{today} lies more than {MOST_YEARS_AHEAD} years ahead",
            advice=f"give a day until the end of {now.year + MOST_YEARS_AHEAD}",
        )


def remind(workspace: Workspace, clock: Callable[[], datetime], today: date | None = None) -> Reminded:
    """Plan the steps that have come and send what is due.

    `today` is the business date; where it is none, the day counts that each of those who owe something has. `Refused` where
    the settings name no way to send anything, `Unreadable` where they name somebody who is not there.
    """
    if not workspace.post.channels:
        advice = "set server and from in [mail] of sdflow.toml; see docs/how-to/remind.md, or use --dry-run"
        raise Refused("there is no way to tell anybody anything", ("there is neither [mail] nor a channel",), advice)
    with workspace.storage.looking() as looking:
        require_known_names(workspace, looking)
    planned = plan(workspace, clock(), today)
    sent = Sender(workspace, clock, today, _unlike_any_other()).send()
    with workspace.storage.looking() as ledger:
        waiting = ledger.deliveries(DeliveryState.waiting, DeliveryState.sending)
        held = ledger.deliveries(DeliveryState.held)
        open_still = {one.id: one for one in ledger.undelivered()}
        undelivered = open_still | {one.id: one for one in sent.troubled if one.state is DeliveryState.undelivered}
    return Reminded(
        steps=planned.steps,
        folded=planned.folded,
        cancelled=planned.cancelled,
        messages=planned.messages,
        sent=sent.counted[DeliveryState.sent],
        waiting=tuple(waiting),
        held=tuple(held),
        undelivered=tuple(undelivered.values()),
        untold=tuple(Untold(*one) for one in planned.nobody),
    )


def rehearse(workspace: Workspace, clock: Callable[[], datetime], today: date | None = None) -> Reminded:
    """What a run would plan, and the messages that it would send; nothing is written and nothing sent."""
    now = clock()
    with workspace.storage.ledger(keep=False) as ledger:
        require_known_names(workspace, ledger)
        planned = plan_within(workspace, ledger, now, today)
        due = ledger.deliveries(DeliveryState.waiting)
        drafts = Drafting(workspace).drafts(ledger, due, now, today)
    return Reminded(
        steps=planned.steps,
        folded=planned.folded,
        cancelled=planned.cancelled,
        messages=planned.messages,
        sent=0,
        waiting=tuple(due),
        held=(),
        undelivered=(),
        untold=tuple(Untold(*one) for one in planned.nobody),
        drafts=tuple(one for one in drafts if one.items),
    )


def settle(workspace: Workspace, message: str, now: datetime, *, arrived: bool) -> Delivery:
    """What a person decides of a message that is held or was given up: that it arrived, or that it is sent again.

    `Refused` where there is nothing left to tell in it.
    """
    with workspace.storage.ledger() as ledger:
        decided = decide(ledger, message, arrived=arrived, now=now)
        if not arrived and not Drafting(workspace).drafts(ledger, [decided], now)[0].items:
            raise Refused(
                f"message {message} has nothing left to tell",
                ("what it told of is no longer owed, or a later message tells of it",),
                "see: sdflow remind --ledger",
            )
        return decided


def ledger_of(workspace: Workspace, reference: str | None) -> list[LedgerStep]:
    """Every step that was ever planned for a record, or for all, and how it ended."""
    with workspace.storage.looking() as ledger:
        if reference is not None:
            ledger.required(reference)
        return ledger.steps_named(reference)


def _unlike_any_other() -> str:
    return f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}"
