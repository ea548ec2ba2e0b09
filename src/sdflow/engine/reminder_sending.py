"""Reminder sending: deliveries are claimed, sent and confirmed one by one, so that none is lost and none sent twice.

Whoever dies between sending and confirming leaves one delivery of which nobody knows whether it arrived: it is sent again
with the same Message-ID, or held until a person decides.
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
from sdflow.engine.reminder_letter import Draft, draft, message
from sdflow.engine.reminder_recipients import Recipients
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
        self._outcome = Sent()

    def send(self) -> Sent:
        """Send everything that is due; nothing is raised for what others do."""
        with ExitStack() as stack:
            while found := self._claimed():
                stack.pop_all()
                stack.callback(self._put_down)
                self._send_some([one for one in found if not self._is_unknown(one)])
        return self._outcome

    def _put_down(self) -> None:
        for carrier in self._carriers.values():
            carrier.close()
        with self._workspace.storage.ledger() as ledger:
            ledger.release(self._name)

    @property
    def _lease(self) -> timedelta:
        return timedelta(minutes=self._settings.lease_minutes)

    def _claimed(self) -> list[Delivery]:
        now = self._clock()
        with self._workspace.storage.ledger() as ledger:
            found = ledger.claim(self._name, now, self._lease, IN_HAND)
            for one in found:
                if self._is_unknown(one):
                    self._hold(ledger, one, "whoever sent it stopped before it was known whether it arrived")
        return found

    def _is_unknown(self, claimed: Delivery) -> bool:
        """Whether somebody else died while sending it, and a person is to decide."""
        return self._settings.on_unknown is OnUnknown.hold and claimed.state is DeliveryState.sending and claimed.begun

    def _hold(self, ledger: Ledger, delivery: Delivery, why: str) -> None:
        held = replace(_put_back(delivery), state=DeliveryState.held, problem=why)
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
                free = _put_back(drafted.delivery)
                self._keep(replace(free, state=DeliveryState.cancelled, settled_at=self._clock()))

    def _drafts(self, in_hand: list[Delivery]) -> list[Draft]:
        if not in_hand:
            return []
        with self._workspace.storage.looking() as ledger:
            recipients = Recipients(self._workspace, ledger, self._clock(), self._today)
            days = [self._today or one.day for one in in_hand]
            return [
                draft(self._workspace, ledger, recipients, one, day) for one, day in zip(in_hand, days, strict=True)
            ]

    def _send_one(self, delivery: Delivery, made: Message) -> None:
        if self._settings.on_unknown is OnUnknown.hold:
            with self._workspace.storage.ledger() as ledger:
                ledger.begin(delivery.id)
        receipt = self._carried(delivery.channel, made)
        attempted = replace(delivery, attempts=delivery.attempts + 1, address=made.to, problem=receipt.why)
        self._keep(after(attempted, receipt, self._clock(), self._settings))

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
            present = ledger.delivery(delivery.id)
            if present is None or present.state is DeliveryState.sent:
                return
            if present.claimed_by != self._name and delivery.state is not DeliveryState.sent:
                return  # it took longer than the lease, and somebody else tries
            write(ledger, delivery)
        self._outcome.note(delivery)


def write(ledger: Ledger, delivery: Delivery) -> None:
    """Write down how it stands with a delivery, and what follows for the steps of which it tells."""
    ledger.keep_delivery(delivery)
    if delivery.settled_at is None:
        return
    if delivery.state is DeliveryState.sent:
        ledger.confirm(delivery.id, delivery.settled_at)
    elif delivery.state is DeliveryState.undelivered:
        ledger.give_up_undelivered(delivery.id, delivery.settled_at, delivery.problem)


def after(attempted: Delivery, receipt: Receipt, now: datetime, settings: ReminderSettings) -> Delivery:
    """How a delivery stands after an attempt: sent, to be tried again after a while, held, or given up."""
    free = _put_back(attempted)
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
    write(ledger, decided)
    return decided


def _put_back(delivery: Delivery) -> Delivery:
    return replace(delivery, claimed_by="", claimed_at=None, begun=False)
