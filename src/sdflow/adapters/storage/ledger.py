"""Ledger: which steps were planned and how they ended, and which messages tell of them.

Steps are planned under the lock of the chain, so that each is planned once. A delivery is claimed, sent and confirmed, each
in a transaction of its own; a claim that is older than its lease is somebody's who died.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, delete, exists, insert, or_, select, tuple_, update
from sqlmodel import col

from sdflow.adapters.storage.noting import Noting
from sdflow.adapters.storage.reading import ASKED_AT_ONCE
from sdflow.adapters.storage.rows import as_delivery, as_ledger_step, delivery_values, ledger_values
from sdflow.adapters.storage.tables import DeliveryRow, MentionRow, ObligationRow, ReminderRow, Row
from sdflow.domain.message import Delivery, DeliveryState
from sdflow.domain.reminder import OPEN_STEPS, LedgerStep, ObligationKey, StepState

StepKey = tuple[str, str, str, Any, int]
OBLIGATION = (ReminderRow.reference, ReminderRow.name, ReminderRow.subject, ReminderRow.due_on)
DELIVERY, REMINDER = (Row.metadata.tables[str(one.__tablename__)] for one in (DeliveryRow, ReminderRow))
STEP = (*OBLIGATION, ReminderRow.step)
MENTIONED = (MentionRow.reference, MentionRow.name, MentionRow.subject, MentionRow.due_on, MentionRow.step)
GIVEN_UP = (DeliveryState.cancelled, DeliveryState.undelivered)
LONGEST_WAIT = timedelta(days=2)
"""A time until which a delivery waits lies no further ahead than this, unless the clock was set back."""


class Ledger(Noting):
    """A transaction that writes what people are told, and what follows from the records."""

    def steps_of(self, keys: Sequence[ObligationKey]) -> dict[ObligationKey, list[LedgerStep]]:
        """The steps of each of these obligations, in their order."""
        found: dict[ObligationKey, list[LedgerStep]] = {key: [] for key in keys}
        wanted = tuple_(*map(col, OBLIGATION))
        for start in range(0, len(keys), ASKED_AT_ONCE):
            some = keys[start : start + ASKED_AT_ONCE]
            for (row,) in self._session.execute(select(ReminderRow).where(wanted.in_(some))):
                step = as_ledger_step(row)
                found[step.key].append(step)
        return {key: sorted(steps, key=lambda one: one.step) for key, steps in found.items()}

    def steps_named(self, reference: str | None = None) -> list[LedgerStep]:
        """Every step of a record, or of all; by obligation, in their order."""
        asked = select(ReminderRow)
        if reference is not None:
            asked = asked.where(col(ReminderRow.reference) == reference)
        found = [as_ledger_step(row) for (row,) in self._session.execute(asked)]
        return sorted(found, key=lambda one: (one.key, one.step))

    def plan(self, steps: Sequence[LedgerStep]) -> None:
        """Write down steps that are not in the ledger."""
        if steps:
            self._session.execute(insert(ReminderRow), [ledger_values(one) for one in steps])

    def settle(self, steps: Iterable[LedgerStep]) -> None:
        """Write down how steps ended."""
        ended = [{f"new_{name}": value for name, value in ledger_values(one).items()} for one in steps]
        if ended:
            self._session.connection().execute(_SETTLE, ended)

    def reopen(self, steps: Sequence[LedgerStep]) -> None:
        """Write down how steps stand that were given up and come after all; no earlier message tells of them any more."""
        self.settle(steps)
        keys = [(*one.key, one.step.days) for one in steps]
        wanted = tuple_(*map(col, MENTIONED))
        for start in range(0, len(keys), ASKED_AT_ONCE):
            some = keys[start : start + ASKED_AT_ONCE]
            self._session.execute(delete(MentionRow).where(wanted.in_(some)))

    def cancel_what_is_no_longer_owed(self, at: datetime, why: str) -> int:
        """Give up every open step of an obligation that is not kept any more, and say how many those were."""
        still_owed = exists().where(
            and_(
                col(ObligationRow.reference) == col(ReminderRow.reference),
                col(ObligationRow.name) == col(ReminderRow.name),
                col(ObligationRow.subject) == col(ReminderRow.subject),
                col(ObligationRow.due_on) == col(ReminderRow.due_on),
            )
        )
        opened = col(ReminderRow.state).in_([state.value for state in OPEN_STEPS])
        ended = {"state": StepState.cancelled.value, "settled_at": at, "why": why}
        given_up = update(ReminderRow).where(opened, ~still_owed).values(**ended)
        return len(self._session.execute(given_up.returning(col(ReminderRow.step))).all())

    def cancel_what_is_held_for_nothing(self, at: datetime) -> None:
        """Nobody has to decide about a held message once no step of which it tells is open."""
        opened = col(ReminderRow.state).in_([state.value for state in OPEN_STEPS])
        open_still = exists().where(col(MentionRow.delivery) == col(DeliveryRow.id), _same_step(), opened)
        held = col(DeliveryRow.state) == DeliveryState.held.value
        ended = {"state": DeliveryState.cancelled.value, "settled_at": at}
        self._session.execute(update(DeliveryRow).where(held, ~open_still).values(**ended))

    def post(self, deliveries: Sequence[Delivery], mentions: Sequence[tuple[str, StepKey, bool]]) -> None:
        """Put messages out to be sent, each with the steps of which it tells and whether it is escalated.

        One that was given up before, with these steps, is put out anew.
        """
        if not deliveries:
            return
        known = self._states_of([one.id for one in deliveries])
        fresh = [delivery_values(one) for one in deliveries if one.id not in known]
        if fresh:
            self._session.execute(insert(DeliveryRow), fresh)
        for one in deliveries:
            if known.get(one.id) in GIVEN_UP:
                self.keep_delivery(one)
        names = ("reference", "name", "subject", "due_on", "step")
        values = [
            {"delivery": message, **dict(zip(names, key, strict=True)), "escalated": up}
            for message, key, up in mentions
        ]
        self._session.execute(insert(MentionRow), values)

    def _states_of(self, ids: Sequence[str]) -> dict[str, DeliveryState]:
        found: dict[str, DeliveryState] = {}
        for start in range(0, len(ids), ASKED_AT_ONCE):
            asked = select(col(DeliveryRow.id), col(DeliveryRow.state))
            some = asked.where(col(DeliveryRow.id).in_(ids[start : start + ASKED_AT_ONCE]))
            found.update({id: DeliveryState(state) for id, state in self._session.execute(some)})
        return found

    def claim(self, sender: str, now: datetime, lease: timedelta, limit: int) -> list[Delivery]:
        """Take some deliveries in hand that are due, or that somebody had in hand who died; nobody else gets them."""
        asked = select(DeliveryRow).where(or_(_is_due(now), _is_orphaned(now, lease)))
        asked = asked.order_by(col(DeliveryRow.not_before), col(DeliveryRow.id)).limit(limit)
        asked = asked.with_for_update(skip_locked=True).execution_options(populate_existing=True)
        rows = [row for (row,) in self._session.execute(asked)]
        before = [as_delivery(row) for row in rows]
        for row in rows:
            row.state, row.claimed_by, row.claimed_at = DeliveryState.sending.value, sender, now
        self._session.flush()
        return before

    def delivery(self, id: str) -> Delivery | None:
        """The delivery with this id, which nobody else can change until the transaction ends."""
        row = self._delivery(id)
        return as_delivery(row) if row else None

    def deliveries(self, *states: DeliveryState) -> list[Delivery]:
        """The deliveries in these states, by the instant from which they may be sent."""
        asked = select(DeliveryRow).where(col(DeliveryRow.state).in_([state.value for state in states]))
        rows = self._session.execute(asked.order_by(col(DeliveryRow.not_before), col(DeliveryRow.id)))
        return [as_delivery(row) for (row,) in rows]

    def undelivered(self) -> list[Delivery]:
        """The deliveries that were given up and tell of a step that is still open."""
        opened = col(ReminderRow.state).in_([state.value for state in OPEN_STEPS])
        open_still = exists().where(col(MentionRow.delivery) == col(DeliveryRow.id), _same_step(), opened)
        given_up = col(DeliveryRow.state) == DeliveryState.undelivered.value
        rows = self._session.execute(select(DeliveryRow).where(given_up, open_still).order_by(col(DeliveryRow.id)))
        return [as_delivery(row) for (row,) in rows]

    def mentions(self, ids: Sequence[str]) -> dict[str, list[tuple[ObligationKey, int, bool]]]:
        """Of which obligations each of these messages tells, by which step, and whether that is an escalation."""
        found: dict[str, list[tuple[ObligationKey, int, bool]]] = {id: [] for id in ids}
        for start in range(0, len(ids), ASKED_AT_ONCE):
            some = ids[start : start + ASKED_AT_ONCE]
            for (row,) in self._session.execute(select(MentionRow).where(col(MentionRow.delivery).in_(some))):
                key = row.reference, row.name, row.subject, row.due_on
                found[row.delivery].append((key, row.step, row.escalated))
        return {id: sorted(entries) for id, entries in found.items()}

    def begin(self, id: str) -> None:
        """Write down that the attempt itself begins."""
        self._session.execute(update(DeliveryRow).where(col(DeliveryRow.id) == id).values(begun=True))

    def keep_delivery(self, delivery: Delivery) -> None:
        """Write down how it stands with a delivery."""
        self._session.connection().execute(_KEEP, _bound(delivery))

    def keep_attempt(self, delivery: Delivery, sender: str) -> bool:
        """Write down how an attempt of a sender ended; false where that counts no more.

        A message that is written down as sent stays so. One that was sent is written down whoever has it in hand by now;
        of any other attempt nothing is, once somebody else has it.
        """
        kept = _KEEP_SENT if delivery.state is DeliveryState.sent else _KEEP_IN_HAND
        return self._session.connection().execute(kept, {**_bound(delivery), "sender": sender}).rowcount == 1

    def has_in_hand(self, sender: str) -> bool:
        """Whether a sender has anything in hand."""
        return (
            self._session.execute(select(col(DeliveryRow.id)).where(_in_hand_of(sender)).limit(1)).first() is not None
        )

    def release(self, sender: str) -> None:
        """Put back everything that this sender has in hand, but for that of which it is not known whether it went out."""
        back = {"state": DeliveryState.waiting.value, "claimed_by": "", "claimed_at": None, "begun": False}
        begun = col(DeliveryRow.begun)
        self._session.execute(update(DeliveryRow).where(_in_hand_of(sender), ~begun).values(**back))

    def confirm(self, id: str, at: datetime) -> None:
        """The steps of which a message told count as sent from then on, whatever was thought of them before."""
        self._session.connection().execute(_CONFIRM, {"message": id, "at": at})

    def give_up_undelivered(self, id: str, at: datetime, why: str) -> None:
        """The steps of a message that was given up count as undelivered where no other message tells of them."""
        alive = [DeliveryState.waiting.value, DeliveryState.sending.value, DeliveryState.held.value]
        elsewhere = exists().where(
            _same_step(), col(DeliveryRow.id) == col(MentionRow.delivery), col(DeliveryRow.state).in_(alive)
        )
        planned = col(ReminderRow.state) == StepState.planned.value
        ended = {"state": StepState.undelivered.value, "settled_at": at, "why": why}
        self._session.execute(update(ReminderRow).where(_is_told_by(id), planned, ~elsewhere).values(**ended))

    def _delivery(self, id: str) -> DeliveryRow | None:
        asked = select(DeliveryRow).where(col(DeliveryRow.id) == id)
        locked = asked.with_for_update().execution_options(populate_existing=True)
        return self._session.execute(locked).scalar_one_or_none()


def _same_step() -> Any:
    return and_(
        col(MentionRow.reference) == col(ReminderRow.reference),
        col(MentionRow.name) == col(ReminderRow.name),
        col(MentionRow.subject) == col(ReminderRow.subject),
        col(MentionRow.due_on) == col(ReminderRow.due_on),
        col(MentionRow.step) == col(ReminderRow.step),
    )


def _is_told_by(message: Any) -> Any:
    """Whether a message tells of the step; asked so, the database begins with the message."""
    told = select(*map(col, MENTIONED)).where(col(MentionRow.delivery) == message)
    return tuple_(*map(col, STEP)).in_(told)


def _is_due(now: datetime) -> Any:
    """Waiting, and its time has come; or it waits for a time that only a clock that was wrong can have named."""
    waiting = col(DeliveryRow.state) == DeliveryState.waiting.value
    return and_(waiting, or_(col(DeliveryRow.not_before) <= now, col(DeliveryRow.not_before) > now + LONGEST_WAIT))


def _is_orphaned(now: datetime, lease: timedelta) -> Any:
    """In hand for longer than the lease, or since a time that lies as far ahead: then the clock was set back."""
    sending = col(DeliveryRow.state) == DeliveryState.sending.value
    since = col(DeliveryRow.claimed_at)
    return and_(sending, or_(since <= now - lease, since >= now + lease))


def _in_hand_of(sender: str) -> Any:
    return and_(col(DeliveryRow.state) == DeliveryState.sending.value, col(DeliveryRow.claimed_by) == sender)


def _bound(delivery: Delivery) -> dict[str, Any]:
    return {f"new_{name}": value for name, value in delivery_values(delivery).items()}


# put together once, since that takes longer than what they do
_KEEP = (
    update(DELIVERY)
    .where(DELIVERY.c.id == bindparam("new_id"))
    .values({name: bindparam(f"new_{name}") for name in DeliveryRow.model_fields if name != "id"})
)
_SETTLE = (
    update(REMINDER)
    .where(*(column == bindparam(f"new_{column.name}") for column in REMINDER.primary_key))
    .values({name: bindparam(f"new_{name}") for name in ("state", "settled_at", "folded_into", "why")})
)
_KEEP_SENT = _KEEP.where(DELIVERY.c.state != DeliveryState.sent.value)
_KEEP_IN_HAND = _KEEP_SENT.where(DELIVERY.c.claimed_by == bindparam("sender"))
_CONFIRM = (
    update(REMINDER)
    .where(_is_told_by(bindparam("message")), REMINDER.c.state != StepState.sent.value)
    .values(state=StepState.sent.value, settled_at=bindparam("at"), folded_into=None, why="")
)
