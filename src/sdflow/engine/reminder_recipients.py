"""Reminder recipients: who is told of an obligation, over which channels, and on which days they work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sdflow.adapters.storage import Reading
from sdflow.domain.errors import Refused
from sdflow.domain.message import MAIL
from sdflow.domain.obligation import Ladder, Obligation
from sdflow.domain.record import Record
from sdflow.domain.reminder import ReminderStep, escalated
from sdflow.domain.trait import Acting, Reachable, Timed
from sdflow.domain.workdays import LONGEST_ABSENCE, Workdays
from sdflow.engine.definitions import Definitions
from sdflow.engine.people import acting_records, is_gone, roles_ended_on, roles_on
from sdflow.engine.workspace import Workspace

HOLIDAYS_AROUND = timedelta(days=LONGEST_ABSENCE + 335)
"""So far before and after the day the public holidays are asked for; a step that is older comes on its own day."""


@dataclass(frozen=True, order=True)
class Recipient:
    """Where a message goes: over a channel to a person, or to a channel that stands for a role itself."""

    channel: str
    person: str = ""
    escalated: bool = False


def working_days(workspace: Workspace, reading: Reading, calendar: str | None, day: date) -> Workdays:
    """The working days around a day by a calendar, every day of UTC where there is none; `Refused` where it is no calendar."""
    if calendar is None:
        return Workdays()
    record = reading.record(calendar)
    content = workspace.definitions.content(record) if record else None
    if not isinstance(content, Timed):
        raise Refused(f"{calendar} is no calendar", advice="correct 'calendar' in [reminders] of sdflow.toml")
    region = content.holiday_region()
    days = day - HOLIDAYS_AROUND, day + HOLIDAYS_AROUND
    return Workdays(content.open_hours(workspace.holidays(*region, *days) if region else {}))


@dataclass
class Directory:
    """Names, addresses and last days of people."""

    people: dict[str, tuple[Record, Acting]] = field(default_factory=dict)

    def look_up(self, definitions: Definitions, reading: Reading, references: Sequence[str]) -> None:
        """Know these people as they are by now; whose record has no other text is not read anew."""
        found = reading.records_named(references)
        for reference in references:
            known, record = self.people.pop(reference, None), found.get(reference)
            if record is not None and known is not None and record.revision == known[0].revision:
                self.people[reference] = record, known[1]
            elif record is not None and isinstance(content := definitions.content(record), Acting):
                self.people[reference] = record, content

    def name(self, reference: str) -> str:
        """The name of a person."""
        return self.people[reference][0].title if reference in self.people else reference

    def address(self, reference: str) -> str | None:
        """The mail address of a person."""
        person = self.people.get(reference)
        return person[1].mail_address() if person and isinstance(person[1], Reachable) else None

    def calendar(self, reference: str) -> str | None:
        """The calendar of a person's own working days; none where there is no such."""
        person = self.people.get(reference)
        return person[1].working_calendar() if person and isinstance(person[1], Reachable) else None

    def left_on(self, reference: str, day: date) -> date | None:
        """The last day of somebody who holds no role any more on a day."""
        return roles_ended_on(self.people[reference][1], day) if reference in self.people else None


class Recipients:
    """Everybody who can be told something on a day; all of it is read at once, so that it outlives the reading."""

    def __init__(self, workspace: Workspace, reading: Reading, now: datetime, today: date | None) -> None:
        """`today` is the business date for everybody; where it is none, it is the day that they have at `now`."""
        self._workspace = workspace
        self._now = now
        self._today = today
        self._people: dict[str, tuple[Record, Acting]] = {
            record.reference: (record, acting) for record, acting in acting_records(reading, workspace.definitions)
        }
        self._directory = Directory(self._people)
        self._by_role: dict[str, list[Recipient]] = {}
        self._day = today or now.date()
        calendars = {self._usual_calendar(), *(self._calendar_of(reference) for reference in self._people)}
        self._workdays = {one: working_days(workspace, reading, one, self._day) for one in calendars}

    def horizon(self) -> date:
        """The last day of which a step can be due today for anybody."""
        return max(one.covered_until(self.today(one)) for one in self._workdays.values())

    def workdays(self, owed: Obligation) -> Workdays:
        """The working days of who owes something."""
        return self._workdays[self._calendar_of(owed.person) if owed.person else self._usual_calendar()]

    def today(self, workdays: Workdays) -> date:
        """Which day it is for somebody."""
        return self._today or workdays.day_of(self._now)

    def of(self, owed: Obligation, ladder: Ladder, step: ReminderStep) -> list[Recipient]:
        """Everybody who is told of a step: who owes it, and after a while those to whom it is escalated.

        Where the person named has left or has no address and no channel, those with the roles that owe it are told, then
        those to whom it is escalated, then whom the settings name. None where nobody can be told.
        """
        first = self._owing(owed)
        up = [one for role in ladder.escalate_to for one in self._in_role(role)]
        if not first:
            first = up or self._named(self._workspace.post.settings.otherwise)
        elif escalated(ladder, step):
            first += [Recipient(one.channel, one.person, escalated=True) for one in up]
        found: dict[tuple[str, str], Recipient] = {}
        for one in first:
            found.setdefault((one.channel, one.person), one)
        return sorted(found.values())

    def why_nobody(self, owed: Obligation) -> str:
        """Why nobody can be told of it."""
        reasons = []
        if owed.person:
            left = self._directory.left_on(owed.person, self._day)
            without = "has held no role since then" if left else "has no mail address and no channel"
            without = "has left" if self._has_left(owed.person) and not left else without
            reasons.append(
                f"{self._directory.name(owed.person)} ({owed.person}) {f'left on {left}: ' if left else ''}{without}"
            )
        for role in owed.by:
            reasons.append(f"nobody who can be reached is {role.replace('_', ' ')}")
        return "; ".join(reasons) or "nobody is named who owes it"

    def _owing(self, owed: Obligation) -> list[Recipient]:
        named = self._person(owed.person) if owed.person and not self._has_left(owed.person) else []
        return named or [one for role in owed.by for one in self._in_role(role)]

    def _has_left(self, reference: str) -> bool:
        return reference in self._people and is_gone(self._workspace.definitions, *self._people[reference], self._day)

    def _named(self, name: str | None) -> list[Recipient]:
        if name is None:
            return []
        return self._person(name) if name in self._people else self._in_role(name)

    def _person(self, reference: str) -> list[Recipient]:
        mail = [Recipient(MAIL, reference)] if self._has_mail and self._directory.address(reference) else []
        return mail + [Recipient(channel, reference) for channel in self._channels_for(reference)]

    def _in_role(self, role: str) -> list[Recipient]:
        if role not in self._by_role:
            held = [name for name, (_, one) in self._people.items() if role in roles_on(one, self._day)]
            held = [name for name in held if not self._has_left(name)]
            people = [one for reference in held for one in self._person(reference)]
            self._by_role[role] = people + [Recipient(channel) for channel in self._channels_for(role)]
        return list(self._by_role[role])

    @property
    def _has_mail(self) -> bool:
        return MAIL in self._workspace.post.channels

    def _channels_for(self, name: str) -> Iterator[str]:
        for channel, meant in self._workspace.post.channels.items():
            if channel != MAIL and name in meant:
                yield channel

    def _usual_calendar(self) -> str | None:
        return self._workspace.post.settings.calendar

    def _calendar_of(self, reference: str) -> str | None:
        return self._directory.calendar(reference) or self._usual_calendar()
