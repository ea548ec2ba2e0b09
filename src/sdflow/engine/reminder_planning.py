"""Reminder planning: which steps have come, who is told of them in which message, and what is folded or given up."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sdflow.adapters.storage import Ledger
from sdflow.domain.message import Delivery, DeliveryState
from sdflow.domain.obligation import KeptObligation
from sdflow.domain.reminder import LedgerStep, ObligationKey, ReminderStep, StepState, next_step, steps_until
from sdflow.engine.projection import is_current, rebuild
from sdflow.engine.reminder_recipients import Recipient, Recipients
from sdflow.engine.reminder_settling import NO_LONGER_OWED, catch_up, ladder_of
from sdflow.engine.workspace import Workspace

AT_ONCE = 5000
"""For how many obligations steps are planned in one transaction; those of one person follow one another."""

StepKey = tuple[str, str, str, date, int]
Mention = tuple[str, StepKey, bool]


@dataclass
class Planned:
    """What a run has planned: steps for a message, steps folded into others, steps given up, and messages.

    `nobody` are obligations of which nobody can be told, each with the reason; they are tried again with every run.
    """

    steps: int = 0
    folded: int = 0
    cancelled: int = 0
    messages: int = 0
    nobody: list[tuple[KeptObligation, str]] = field(default_factory=list)


def plan(workspace: Workspace, now: datetime, today: date | None) -> Planned:
    """Plan every step that has come.

    Any number of processes may plan at once: each step is planned by one of them. `today` is the business date; where it
    is none, the day counts that those who owe something have at `now`.
    """
    outcome = Planned()
    with workspace.storage.ledger() as ledger:
        recipients, coming = _coming(workspace, ledger, outcome, now, today)
    for start in range(0, len(coming), AT_ONCE):
        with workspace.storage.ledger() as ledger:
            ledger.lock_chain()
            some = coming[start : start + AT_ONCE]
            kept = ledger.obligations_of(sorted({one.record for one in some}))
            asked = {one.key for one in some}
            again = [one for ones in kept.values() for one in ones if one.key in asked]
            _plan_some(workspace, ledger, recipients, again, outcome, now)
    return outcome


def plan_within(workspace: Workspace, ledger: Ledger, now: datetime, today: date | None) -> Planned:
    """Plan every step that has come, inside a transaction that somebody else ends."""
    outcome = Planned()
    recipients, coming = _coming(workspace, ledger, outcome, now, today)
    _plan_some(workspace, ledger, recipients, coming, outcome, now)
    return outcome


def _coming(
    workspace: Workspace, ledger: Ledger, outcome: Planned, now: datetime, today: date | None
) -> tuple[Recipients, list[KeptObligation]]:
    """Whom there is to tell, and the obligations of which a step may have come, those of one person in a row."""
    _bring_up_to_date(workspace, ledger, outcome, now, today or now.date())
    recipients = Recipients(workspace, ledger, now, today)
    coming = ledger.obligations(next_until=recipients.horizon())
    return recipients, sorted(coming, key=lambda one: (one.person or "", one.by, one.key))


@dataclass
class Letter:
    """A message that is being planned: to whom, on which day, and the steps of which it tells."""

    recipient: Recipient
    day: date
    mentions: list[tuple[StepKey, bool]]

    def id(self) -> str:
        """The same for the same steps to the same recipient, and never again for others."""
        told = sorted(
            (record, name, subject, due_on.isoformat(), step)
            for (record, name, subject, due_on, step), _ in self.mentions
        )
        said = repr((self.recipient.channel, self.recipient.person, told))
        return hashlib.sha256(said.encode("utf-8")).hexdigest()[:32]


def _bring_up_to_date(workspace: Workspace, ledger: Ledger, outcome: Planned, now: datetime, today: date) -> None:
    """Derive anew what is stale, and end what is no longer owed."""
    definitions = workspace.definitions
    ledger.lock_chain()
    if not is_current(definitions, ledger):
        rebuild(definitions, ledger, today)
    outcome.cancelled += catch_up(definitions, ledger, today, now)
    outcome.cancelled += ledger.cancel_what_is_no_longer_owed(now, NO_LONGER_OWED)
    ledger.cancel_what_is_held_for_nothing(now)


def _plan_some(
    workspace: Workspace,
    ledger: Ledger,
    recipients: Recipients,
    owed: Sequence[KeptObligation],
    outcome: Planned,
    now: datetime,
) -> None:
    known = ledger.steps_of([one.key for one in owed])
    told: list[tuple[KeptObligation, ReminderStep, list[Recipient]]] = []
    planned: list[LedgerStep] = []
    reopened: list[LedgerStep] = []
    ended: list[LedgerStep] = []
    moved: list[tuple[KeptObligation, date]] = []
    for one in owed:
        steps = _Steps(workspace, recipients, one, known[one.key])
        if not steps.come:
            continue
        if steps.latest is not None:
            people = recipients.of(one, steps.ladder, steps.latest)
            if not people:
                outcome.nobody.append((one, recipients.why_nobody(one)))
                continue
            told.append((one, steps.latest, people))
        planned += steps.planned(now)
        reopened += steps.reopened(now)
        ended += steps.taken_in(now)
        moved.append((one, next_step(steps.ladder, one.due_on, steps.come[-1].on).on))
    letters = list(_letters(workspace, recipients, told))
    ledger.plan(planned)
    ledger.reopen(reopened)
    ledger.settle(ended)
    ledger.post(*_posted(letters, now))
    ledger.remind_next(moved)
    outcome.steps += len(told)
    outcome.folded += len(ended) + len(planned) + len(reopened) - len(told)
    outcome.messages += len(letters)


class _Steps:
    """The steps of one obligation that have come, beside those that the ledger knows."""

    def __init__(
        self, workspace: Workspace, recipients: Recipients, owed: KeptObligation, known: Sequence[LedgerStep]
    ) -> None:
        workdays = recipients.workdays(owed)
        today = recipients.today(workdays)
        self.owed, self.known = owed, known
        self.ladder = ladder_of(workspace.definitions, owed)
        until = workdays.covered_until(today)
        come = steps_until(self.ladder, owed.due_on, owed.known_on, until)
        self.come = [step for step in come if workdays.sending_day(step) <= today]
        written = {one.step.days for one in known if one.state is not StepState.cancelled}
        self._given_up = {one.step.days for one in known} - written
        self.new = [step for step in self.come if step.days not in written]
        self.last_known = max(written, default=None)

    @property
    def latest(self) -> ReminderStep | None:
        """The step that is sent; none where nothing is new, or a later step was planned before."""
        if not self.new or (self.last_known is not None and self.last_known > self.new[-1].days):
            return None
        return self.new[-1]

    @property
    def _sending(self) -> int | None:
        return self.latest.days if self.latest else self.last_known

    def planned(self, now: datetime) -> Iterator[LedgerStep]:
        """The steps that are written down first: the one that is sent, and those that are folded into it."""
        yield from (one for one in self._opened(now) if one.step.days not in self._given_up)

    def reopened(self, now: datetime) -> Iterator[LedgerStep]:
        """Those that were given up before, since it was not owed for a while, and that come now after all."""
        yield from (one for one in self._opened(now) if one.step.days in self._given_up)

    def _opened(self, now: datetime) -> Iterator[LedgerStep]:
        for step in self.new:
            fresh = LedgerStep(self.owed.key, step, StepState.planned, now)
            yield fresh if step == self.latest else self._folded(fresh, now)

    def taken_in(self, now: datetime) -> Iterator[LedgerStep]:
        """The steps that were planned before and did not reach anybody yet."""
        if self.latest is not None:
            yield from (self._folded(one, now) for one in self.known if one.state.is_open)

    def _folded(self, step: LedgerStep, now: datetime) -> LedgerStep:
        return replace(step, state=StepState.folded, folded_into=self._sending, settled_at=now, why="")


def _letters(
    workspace: Workspace,
    recipients: Recipients,
    told: Sequence[tuple[KeptObligation, ReminderStep, list[Recipient]]],
) -> Iterator[Letter]:
    """The messages: one for each recipient and day, or one for each obligation."""
    digest = workspace.post.settings.digest
    sorted_out: defaultdict[tuple[str, str, date, ObligationKey | None], list[tuple[StepKey, bool]]] = defaultdict(list)
    for owed, step, people in told:
        day = recipients.today(recipients.workdays(owed))
        for one in people:
            alone = None if digest else owed.key
            sorted_out[one.channel, one.person, day, alone].append(((*owed.key, step.days), one.escalated))
    for (channel, person, day, _), mentions in sorted_out.items():
        yield Letter(Recipient(channel, person), day, mentions)


def _posted(letters: Sequence[Letter], now: datetime) -> tuple[list[Delivery], list[Mention]]:
    deliveries, mentions = [], []
    for letter in letters:
        id, to = letter.id(), letter.recipient
        deliveries.append(
            Delivery(id, to.channel, to.person or None, letter.day, DeliveryState.waiting, now, not_before=now)
        )
        mentions += [(id, key, escalated) for key, escalated in letter.mentions]
    return deliveries, mentions
