"""Reminder sending: deliveries are claimed, sent one by one and confirmed, so that none is lost and none sent twice.

Whoever dies between sending and noting it leaves one delivery of which nobody knows whether it arrived: it is sent again
with the same Message-ID, or held until a person decides. Where the notes are lost as well, since the machine lost its power
or another one takes over, these are as many as were in hand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sdflow.adapters.storage import Ledger
from sdflow.domain.errors import NotFound, Refused
from sdflow.domain.message import (
    MAIL,
    Carrier,
    Delivery,
    DeliveryState,
    Message,
    OnUnknown,
    Outcome,
    Receipt,
    ReminderSettings,
)
from sdflow.engine.reminder_confirming import Confirming, keep_attempt, noted_by_the_dead, put_back, settle_steps
from sdflow.engine.reminder_letter import Draft, Drafting, message
from sdflow.engine.workspace import Workspace

IN_HAND = 25
"""How many deliveries a sender takes in hand at once."""

LONGEST_BACKOFF = timedelta(hours=12)

Clock = Callable[[], datetime]


@dataclass
class Sent:
    """What a run has sent: how many deliveries ended or wait how, and the words for those that did not go."""

    counted: Counter[DeliveryState] = field(default_factory=Counter)
    troubled: list[Delivery] = field(default_factory=list)

    def note(self, delivery: Delivery) -> None:
        """Count how it stands with a delivery after an attempt."""
        self.counted[delivery.state] += 1
        if delivery.state is not DeliveryState.sent and delivery.problem:
            self.troubled.append(delivery)


class Sender:
    """One who sends; any number may at once. `name` tells them apart."""

    def __init__(self, workspace: Workspace, clock: Clock, today: date | None, name: str) -> None:
        self._workspace = workspace
        self._clock = clock
        self._today = today
        self._name = name
        self._settings = workspace.post.settings
        self._carriers: dict[str, Carrier] = {}
        self._down: dict[str, Receipt] = {}
        self._drafting = Drafting(workspace)
        self._outcome = Sent()
        self._confirming = Confirming(workspace, name, self._lease)

    def send(self) -> Sent:
        """Send everything that is due; nothing is raised for what others do."""
        with ExitStack() as stack:
            while (found := self._claimed()) is not None:
                stack.pop_all()
                stack.callback(self._put_down)
                self._send_some(found)
                self._note(self._confirming.confirm(self._clock()))
        return self._outcome

    def _put_down(self) -> None:
        for carrier in self._carriers.values():
            carrier.close()
        with self._workspace.storage.ledger() as ledger:
            confirmed = self._confirming.confirm_within(ledger)
            ledger.release(self._name)
        self._note(confirmed)
        self._confirming.close(self._clock())

    def _note(self, deliveries: list[Delivery]) -> None:
        for one in deliveries:
            self._outcome.note(one)

    @property
    def _lease(self) -> timedelta:
        return timedelta(minutes=self._settings.lease_minutes)

    def _claimed(self) -> list[Delivery] | None:
        """What is to be sent next, none where nothing is due; what the dead had noted as sent is confirmed."""
        with self._workspace.storage.ledger() as ledger:
            found = ledger.claim(self._name, self._clock(), self._lease, IN_HAND)
            noted = noted_by_the_dead(self._workspace, found)
            confirmed = [one for one in noted if keep_attempt(ledger, one, self._name)]
            open_still = [one for one in found if one.id not in {known.id for known in noted}]
            for one in open_still:
                if self._is_unknown(one):
                    self._hold(ledger, one, "whoever sent it stopped before it was known whether it arrived")
        self._note(confirmed)
        return [one for one in open_still if not self._is_unknown(one)] if found else None

    def _is_unknown(self, claimed: Delivery) -> bool:
        """Whether somebody else died while sending it, and a person is to decide."""
        return self._settings.on_unknown is OnUnknown.hold and claimed.state is DeliveryState.sending and claimed.begun

    def _hold(self, ledger: Ledger, delivery: Delivery, why: str) -> None:
        held = replace(put_back(delivery), state=DeliveryState.held, problem=why)
        ledger.keep_delivery(held)
        self._outcome.note(held)

    def _send_some(self, in_hand: list[Delivery]) -> None:
        taken_at = self._clock()
        for drafted in self._drafts(in_hand):
            if abs(self._clock() - taken_at) > self._lease / 3:
                return  # what is left in hand is claimed again, by whoever comes first
            if drafted.items:
                self._send_one(drafted.delivery, message(self._workspace, drafted))
            else:
                free = put_back(drafted.delivery)
                self._keep(replace(free, state=DeliveryState.cancelled, settled_at=self._clock()))

    def _drafts(self, in_hand: list[Delivery]) -> list[Draft]:
        with self._workspace.storage.looking() as ledger:
            return self._drafting.drafts(ledger, in_hand, self._clock(), self._today)

    def _send_one(self, delivery: Delivery, made: Message) -> None:
        if self._settings.on_unknown is OnUnknown.hold:
            with self._workspace.storage.ledger() as ledger:
                ledger.begin(delivery.id)
        receipt = self._carried(delivery.channel, made)
        attempted = replace(delivery, attempts=delivery.attempts + 1, address=made.to, problem=receipt.why)
        now = self._clock()
        ended = after(attempted, receipt, now, self._settings)
        if ended.state is DeliveryState.sent:
            self._note(self._confirming.add(ended, now))
        else:
            self._keep(ended)

    def _carried(self, channel: str, made: Message) -> Receipt:
        if channel in self._down:
            return self._down[channel]
        if channel == MAIL and not made.to:
            return Receipt(Outcome.refused, f"{made.name} has no mail address any more")
        if channel not in self._workspace.post.channels:
            return Receipt(Outcome.refused, f"there is no channel '{channel}' in the settings any more")
        if channel not in self._carriers:
            self._carriers[channel] = self._workspace.post.opened(channel)
        receipt = self._carriers[channel].carry(made)
        if receipt.outcome is Outcome.down:
            self._down[channel] = receipt
        return receipt

    def _keep(self, delivery: Delivery) -> None:
        with self._workspace.storage.ledger() as ledger:
            kept = keep_attempt(ledger, delivery, self._name)
        self._note([delivery] if kept else [])


def after(attempted: Delivery, receipt: Receipt, now: datetime, settings: ReminderSettings) -> Delivery:
    """How a delivery stands after an attempt: sent, to be tried again after a while, held, or given up."""
    free = put_back(attempted)
    if receipt.outcome is Outcome.sent:
        return replace(free, state=DeliveryState.sent, settled_at=now, problem="")
    if receipt.outcome is Outcome.unknown and settings.on_unknown is OnUnknown.hold:
        return replace(free, state=DeliveryState.held)
    if receipt.outcome is Outcome.refused or attempted.attempts >= settings.attempts:
        return replace(free, state=DeliveryState.undelivered, settled_at=now)
    wait = timedelta(minutes=settings.retry_after_minutes) * 2 ** min(attempted.attempts - 1, 20)
    return replace(free, state=DeliveryState.waiting, not_before=now + min(wait, LONGEST_BACKOFF))


def decide(ledger: Ledger, id: str, *, arrived: bool, now: datetime) -> Delivery:
    """What a person decides of a delivery that is held or was given up: it arrived, or it is sent again.

    `Refused` where nothing is to be decided, `NotFound` where there is no such.
    """
    delivery = ledger.delivery(id)
    if delivery is None:
        raise NotFound(f"there is no message {id}", advice="see: sdflow remind --ledger")
    if delivery.state not in (DeliveryState.held, DeliveryState.undelivered):
        raise Refused(f"message {id} is {delivery.state.value}, so nothing is to be decided about it")
    if arrived:
        decided = replace(delivery, state=DeliveryState.sent, settled_at=now, problem="")
    else:
        decided = replace(delivery, state=DeliveryState.waiting, settled_at=None, not_before=now, attempts=0)
    ledger.keep_delivery(decided)
    settle_steps(ledger, decided)
    return decided
