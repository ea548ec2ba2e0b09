"""Reminder letter: what a message says, made anew from what is owed at the moment in which it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date

from sdflow.adapters.storage import Ledger
from sdflow.domain.calendar_entry import CalendarEntry
from sdflow.domain.message import MAIL, Delivery, Message
from sdflow.domain.obligation import KeptObligation
from sdflow.domain.record import Record
from sdflow.domain.reminder import LedgerStep, StepState
from sdflow.engine.calendar_entries import calendar_entries
from sdflow.engine.reminder_recipients import Recipients
from sdflow.engine.workspace import Workspace

TEMPLATE = "mail_reminder"
NO_BREAK = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Item:
    """One obligation in a message.

    `days_left` counts from the day of the message; negative once it is overdue. `missed` are the days of earlier steps that
    this message catches up with. `owner` is who owes it, empty where anybody with one of the `roles` does. `left_on` is the
    day on which that person left, if so.
    """

    reference: str
    kind: str
    title: str
    meaning: str
    reason: str
    due_on: date
    days_left: int
    step: str
    missed: tuple[date, ...]
    owner: str
    owner_reference: str
    roles: tuple[str, ...]
    left_on: date | None
    mine: bool
    escalated: bool = False


@dataclass(frozen=True)
class Draft:
    """What a delivery would say on a day, to whom, and the days of which it tells."""

    delivery: Delivery
    day: date
    to: str
    name: str
    items: tuple[Item, ...]
    entries: tuple[CalendarEntry, ...]


def draft(workspace: Workspace, ledger: Ledger, recipients: Recipients, delivery: Delivery, day: date) -> Draft:
    """What a delivery tells of on a day: its steps, less those whose obligation ended or of which a later message tells."""
    mentions = ledger.mentions([delivery.id])[delivery.id]
    steps = ledger.steps_of(list(dict.fromkeys(key for key, _, _ in mentions)))
    references = sorted({key[0] for key in steps})
    kept = {one.key: one for ones in ledger.obligations_of(references).values() for one in ones}
    records = ledger.records_named(references)
    drafting = _Drafting(workspace, recipients, delivery, day)
    told: list[tuple[Item, KeptObligation]] = []
    for key, days, escalated in mentions:
        step = next(one for one in steps[key] if one.step.days == days)
        if key in kept and _is_alive(step, steps[key]):
            item = drafting.item(records[key[0]], kept[key], step, steps[key])
            told.append((replace(item, escalated=escalated), kept[key]))
    told.sort(key=lambda one: (one[0].escalated, one[0].due_on, one[0].reference))
    person = delivery.recipient
    return Draft(
        delivery,
        day,
        (recipients.address(person) or "") if person and delivery.channel == MAIL else "",
        recipients.name(person) if person else "",
        tuple(item for item, _ in told),
        calendar_entries(workspace.definitions, ledger, [owed for _, owed in told], day),
    )


def message(workspace: Workspace, drafted: Draft) -> Message:
    """The message of a delivery, in the words of the templates `mail_reminder`; raises Unreadable for those."""
    organisation, delivery = workspace.organisation, drafted.delivery
    view = {
        "items": [asdict(item) for item in drafted.items],
        "overdue": sum(item.days_left < 0 for item in drafted.items),
        "name": drafted.name,
        "day": drafted.day,
        "organisation": {
            "name": organisation.name,
            "primary": organisation.primary,
            "accent": organisation.accent,
        },
    }
    subject, _, body = workspace.pages.text(TEMPLATE, view).replace(NO_BREAK, " ").partition("\n")
    is_mail = delivery.channel == MAIL
    return Message(
        id=f"{delivery.id}@{workspace.post.domain}",
        to=drafted.to,
        name=drafted.name,
        subject=" ".join(subject.removeprefix("Subject:").split()),
        text=body.strip("\n") + "\n",
        html=workspace.pages.html(TEMPLATE, view) if is_mail else "",
        calendar=workspace.calendar_file(organisation.name, drafted.entries) if is_mail else None,
        written_at=delivery.planned_at,
    )


def _is_alive(step: LedgerStep, of_it: Sequence[LedgerStep]) -> bool:
    """Whether the step is still to be told: it was not given up, and no later step tells of it."""
    if step.state in (StepState.folded, StepState.cancelled):
        return False
    return all(one.step.days <= step.step.days or one.state is StepState.cancelled for one in of_it)


@dataclass(frozen=True)
class _Drafting:
    """The entries of one message."""

    workspace: Workspace
    recipients: Recipients
    delivery: Delivery
    day: date

    def item(self, record: Record, owed: KeptObligation, step: LedgerStep, of_it: Sequence[LedgerStep]) -> Item:
        """One obligation, with the earlier steps that were folded into this one."""
        return Item(
            reference=owed.record,
            kind=self.workspace.definitions.description(record.kind).title,
            title=record.title,
            meaning=owed.meaning,
            reason=owed.reason,
            due_on=owed.due_on,
            days_left=(owed.due_on - self.day).days,
            step=step.step.name,
            missed=tuple(one.step.on for one in of_it if one.folded_into == step.step.days),
            owner=self.recipients.name(owed.person) if owed.person else "",
            owner_reference=owed.person or "",
            roles=tuple(role.replace("_", " ") for role in owed.by),
            left_on=self.recipients.left_on(owed.person) if owed.person else None,
            mine=owed.person is not None and owed.person == self.delivery.recipient,
        )
