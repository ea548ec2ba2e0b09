"""Calendar file: entries as an iCalendar file (RFC 5545), which Outlook, Google and Thunderbird read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from icalendar import Alarm, Calendar, Event

from sdflow.domain.calendar_entry import HOUR_OF_ALARMS, CalendarEntry

PRODUCER = "-//sdflow//sdflow//EN"
CANCELLED = "CANCELLED"


def calendar_file(name: str, entries: tuple[CalendarEntry, ...]) -> bytes:
    """The bytes of a calendar file: the same entries make the same bytes.

    Each entry is a whole day that leaves its owner free. Importing the file again changes entries that a calendar has
    already, by their UID and SEQUENCE, and adds none twice.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCER)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    for entry in entries:
        calendar.add_component(_event(entry))
    return bytes(calendar.to_ical())


def entries_of(content: bytes) -> tuple[str, tuple[CalendarEntry, ...]] | None:
    """The name and the entries of a file that this program wrote, without alarms; none for any other file."""
    try:
        found = Calendar.from_ical(content)
        if found.get("prodid") != PRODUCER:
            return None
        return str(found["x-wr-calname"]), tuple(_entry(one) for one in found.walk("VEVENT"))
    except (ValueError, KeyError, AttributeError, TypeError):
        return None


def _entry(event: Any) -> CalendarEntry:
    return CalendarEntry(
        uid=str(event["uid"]),
        sequence=int(event["sequence"]),
        written_at=event["dtstamp"].dt,
        on=event["dtstart"].dt,
        title=str(event["summary"]),
        text=str(event["description"]),
        categories=tuple(str(one) for one in event["categories"].cats) if "categories" in event else (),
        cancelled=event.get("status") == CANCELLED,
    )


def _event(entry: CalendarEntry) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.written_at)
    event.add("last-modified", entry.written_at)
    event.add("dtstart", entry.on)
    event.add("dtend", entry.on + timedelta(days=1))
    event.add("summary", entry.title)
    event.add("description", entry.text)
    if entry.categories:
        event.add("categories", list(entry.categories))
    event.add("transp", "TRANSPARENT")
    event.add("status", CANCELLED if entry.cancelled else "CONFIRMED")
    for days in entry.alarms:
        event.add_component(_alarm(entry, days))
    return event


def _alarm(entry: CalendarEntry, days: int) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", entry.title)
    alarm.add("trigger", timedelta(days=days, hours=HOUR_OF_ALARMS))
    return alarm
