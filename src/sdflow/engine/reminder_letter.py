"""Reminder letter: what a message says, made anew from what is owed at the moment in which it is sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sdflow.adapters.storage import Ledger
from sdflow.domain.calendar_entry import CalendarEntry
from sdflow.domain.message import MAIL, Delivery, Message
from sdflow.domain.obligation import KeptObligation
from sdflow.domain.reminder import LedgerStep, StepState
from sdflow.domain.workdays import Workdays
from sdflow.engine.calendar_entries import Entries
from sdflow.engine.reminder_recipients import Directory, working_days
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


class Drafting:
    """Drafts messages, many from a few queries; what it knows of people it keeps while their records stay the same."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._directory = Directory()
        self._workdays: dict[str | None, Workdays] = {}

    def drafts(
        self, ledger: Ledger, deliveries: Sequence[Delivery], now: datetime, today: date | None = None
    ) -> list[Draft]:
        """What each of these would say at an instant: on the business date, or on the day that its recipient has then."""
        if not deliveries:
            return []
        told = _Told(ledger, [one.id for one in deliveries])
        self._directory.look_up(
            self._workspace.definitions,
            ledger,
            sorted(told.people | {one.recipient for one in deliveries if one.recipient}),
        )
        records = told.records | {reference: record for reference, (record, _) in self._directory.people.items()}
        entries = Entries(self._workspace.definitions, ledger, records, sorted(told.records))
        days = [today or self._day_of(ledger, one.recipient, now) for one in deliveries]
        return [self._draft(told, entries, *one, now.date()) for one in zip(deliveries, days, strict=True)]

    def _day_of(self, ledger: Ledger, recipient: str | None, now: datetime) -> date:
        own = self._directory.calendar(recipient) if recipient else None
        calendar = own or self._workspace.post.settings.calendar
        if calendar not in self._workdays:
            self._workdays[calendar] = working_days(self._workspace, ledger, calendar, now.date())
        return self._workdays[calendar].day_of(now)

    def _draft(self, told: _Told, entries: Entries, delivery: Delivery, day: date, made_on: date) -> Draft:
        found = [(self._item(told, one, delivery, day), one.owed) for one in told.by(delivery)]
        found.sort(key=lambda one: (one[0].escalated, one[0].due_on, one[0].reference))
        person = delivery.recipient
        return Draft(
            delivery,
            day,
            (self._directory.address(person) or "") if person and delivery.channel == MAIL else "",
            self._directory.name(person) if person else "",
            tuple(item for item, _ in found),
            entries.of([owed for _, owed in found], made_on),
        )

    def _item(self, told: _Told, mention: _Mention, delivery: Delivery, day: date) -> Item:
        """One obligation, with the earlier steps that were folded into this one."""
        owed, record, people = mention.owed, told.records[mention.owed.record], self._directory
        return Item(
            reference=owed.record,
            kind=self._workspace.definitions.description(record.kind).title,
            title=record.title,
            meaning=owed.meaning,
            reason=owed.reason,
            due_on=owed.due_on,
            days_left=(owed.due_on - day).days,
            step=mention.step.step.name,
            missed=tuple(one.step.on for one in told.steps[owed.key] if one.folded_into == mention.step.step.days),
            owner=people.name(owed.person) if owed.person else "",
            owner_reference=owed.person or "",
            roles=tuple(role.replace("_", " ") for role in owed.by),
            left_on=people.left_on(owed.person, day) if owed.person else None,
            mine=owed.person is not None and owed.person == delivery.recipient,
            escalated=mention.escalated,
        )


@dataclass(frozen=True)
class _Mention:
    """A step of which a message tells, with what is owed."""

    owed: KeptObligation
    step: LedgerStep
    escalated: bool


class _Told:
    """What the ledger and the records know of that of which some messages tell."""

    def __init__(self, ledger: Ledger, messages: Sequence[str]) -> None:
        self._mentions = ledger.mentions(messages)
        self.steps = ledger.steps_of(list(dict.fromkeys(key for some in self._mentions.values() for key, _, _ in some)))
        references = sorted({key[0] for key in self.steps})
        kept = ledger.obligations_of(references).values()
        self._kept = {one.key: one for ones in kept for one in ones if one.key in self.steps}
        self.records = ledger.records_named(references)
        self.people = {one.person for one in self._kept.values() if one.person}

    def by(self, delivery: Delivery) -> Iterator[_Mention]:
        """Of what a message tells, less what has ended and that of which a later message tells."""
        for key, days, escalated in self._mentions[delivery.id]:
            step = next(one for one in self.steps[key] if one.step.days == days)
            if key in self._kept and _is_alive(step, self.steps[key]):
                yield _Mention(self._kept[key], step, escalated)


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
