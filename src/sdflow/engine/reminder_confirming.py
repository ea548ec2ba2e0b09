"""Reminder confirming: what was sent is noted at once, and confirmed in the ledger together with what is in hand beside it.

A transaction waits for the disk several times, a note never. Who is killed leaves the notes to those who take over.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from sdflow.adapters.delivery.sent_notes import (
    SentNote,
    SentNotes,
    notes_of,
    remove_notes,
    senders_who_left_notes,
)
from sdflow.adapters.storage import Ledger
from sdflow.domain.message import Delivery, DeliveryState
from sdflow.engine.workspace import Workspace


class Confirming:
    """The confirmations of one sender; where notes cannot be written, each message is confirmed before the next is sent."""

    def __init__(self, workspace: Workspace, sender: str, lease: timedelta) -> None:
        self._storage, self._folder, self._sender, self._lease = workspace.storage, workspace.folder, sender, lease
        self._pending: list[Delivery] = []
        self._notes: SentNotes | None = None

    def add(self, sent: Delivery, at: datetime) -> list[Delivery]:
        """Note that a message was sent; gives what had to be confirmed at once, since it could not be noted."""
        self._pending.append(sent)
        with suppress(OSError):
            self._notes = self._notes or SentNotes(self._folder, self._sender, at)
            self._notes.add(sent.id, SentNote(at, sent.address))
            return []
        return self.confirm(at)

    def confirm(self, now: datetime) -> list[Delivery]:
        """Confirm everything that was sent, and give what nobody had confirmed before."""
        if not self._pending:
            return []
        with self._storage.ledger() as ledger:
            fresh = self.confirm_within(ledger)
        self._pending = []
        if self._notes is not None:
            with suppress(OSError):
                self._notes.clear(now)
        return fresh

    def confirm_within(self, ledger: Ledger) -> list[Delivery]:
        """Confirm everything in a transaction that somebody else ends, who then says `close`."""
        return [one for one in self._pending if keep_attempt(ledger, one, self._sender)]

    def close(self, now: datetime) -> None:
        """Leave no notes, and remove those of the dead, of whom nothing is in hand any more."""
        self._pending = []
        if self._notes is not None:
            with suppress(OSError):
                self._notes.close()
        with self._storage.looking() as ledger:
            for sender in senders_who_left_notes(self._folder, now, self._lease):
                if not ledger.has_in_hand(sender):
                    remove_notes(self._folder, sender)


def noted_by_the_dead(workspace: Workspace, claimed: list[Delivery]) -> list[Delivery]:
    """Those of the messages just claimed that somebody had in hand and noted as sent, as they are to be confirmed."""
    senders = {one.claimed_by for one in claimed if one.state is DeliveryState.sending}
    notes = {sender: notes_of(workspace.folder, sender) for sender in senders}
    return [
        replace(
            put_back(one),
            state=DeliveryState.sent,
            settled_at=note.at,
            attempts=one.attempts + 1,
            address=note.to,
            problem="",
        )
        for one in claimed
        if (note := notes.get(one.claimed_by, {}).get(one.id)) is not None
    ]


def put_back(delivery: Delivery) -> Delivery:
    """The delivery in nobody's hand."""
    return replace(delivery, claimed_by="", claimed_at=None, begun=False)


def keep_attempt(ledger: Ledger, delivery: Delivery, sender: str) -> bool:
    """Write down how an attempt ended, unless it took longer than the lease and another has settled it."""
    kept = ledger.keep_attempt(delivery, sender)
    if kept:
        settle_steps(ledger, delivery)
    return kept


def settle_steps(ledger: Ledger, delivery: Delivery) -> None:
    """Write down what follows from how it stands with a delivery for the steps of which it tells."""
    if delivery.settled_at is None:
        return
    if delivery.state is DeliveryState.sent:
        ledger.confirm(delivery.id, delivery.settled_at)
    elif delivery.state is DeliveryState.undelivered:
        ledger.give_up_undelivered(delivery.id, delivery.settled_at, delivery.problem)
