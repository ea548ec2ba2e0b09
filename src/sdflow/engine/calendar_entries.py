"""Calendar entries: what is owed, as days for people's own calendars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID, uuid5

from sdflow.adapters.storage import Reading
from sdflow.domain.calendar_entry import CalendarEntry
from sdflow.domain.event import Trace
from sdflow.domain.obligation import KeptObligation
from sdflow.domain.record import Record
from sdflow.engine.definitions import Definitions

NAMES = UUID("5df10e00-0b1a-5000-8000-000000000001")
"""The namespace in which the UIDs of entries are made."""

EPOCH = date(2000, 1, 1)
GREATEST_SEQUENCE = 2**31 - 1
"""The greatest whole number that an iCalendar file may hold."""


def calendar_entries(
    definitions: Definitions, reading: Reading, owed: Sequence[KeptObligation], made_on: date
) -> tuple[CalendarEntry, ...]:
    """An entry for each obligation, in their order, with an alarm for each reminder step until its day.

    `made_on` is the day of the clock, whatever the business date: a file that is made later is the newer one.
    """
    references = list(dict.fromkeys(one.record for one in owed))
    people = sorted({one.person for one in owed if one.person})
    return Entries(definitions, reading, reading.records_named([*references, *people]), references).of(owed, made_on)


class Entries:
    """Makes the entries of obligations of some records; for many files, the database is asked but once.

    `records` holds those records and the people who owe something, as far as they are there.
    """

    def __init__(
        self, definitions: Definitions, reading: Reading, records: Mapping[str, Record], references: Sequence[str]
    ) -> None:
        self._definitions, self._records = definitions, records
        self._acts, self._traces = reading.head()[0], reading.traces_of(references)

    def of(self, owed: Sequence[KeptObligation], made_on: date) -> tuple[CalendarEntry, ...]:
        """An entry for each of these obligations, in their order."""
        sequence = _sequence(self._acts, made_on)
        return tuple(_entry(self._definitions, self._records, self._traces[one.record], one, sequence) for one in owed)


def _entry(
    definitions: Definitions, records: Mapping[str, Record], trace: Trace, owed: KeptObligation, sequence: int
) -> CalendarEntry:
    record = records[owed.record]
    declared = definitions.workflows[record.kind].owed(owed.name)
    steps = declared.ladder.steps if declared else ()
    return CalendarEntry(
        uid=f"{uuid5(NAMES, '/'.join((trace.first_hash, owed.record, owed.name, owed.subject)))}@sdflow",
        sequence=sequence,
        written_at=trace.last_at,
        on=owed.due_on,
        title=f"{owed.record}: {owed.meaning}",
        text=_text(definitions, records, record, owed),
        categories=(definitions.description(record.kind).title,),
        alarms=tuple(sorted(days for days in {*steps, 0} if days <= 0)),
    )


def _sequence(acts: int, made_on: date) -> int:
    """A number that is higher whenever an entry may be another: after any act, and on any later day.

    An act on one record may move what another owes, and a term that renews itself moves on without any.
    """
    return min(acts + max((made_on - EPOCH).days, 0), GREATEST_SEQUENCE)


def _text(definitions: Definitions, records: Mapping[str, Record], record: Record, owed: KeptObligation) -> str:
    roles = " or ".join(role.replace("_", " ") for role in owed.by)
    person = records.get(owed.person) if owed.person else None
    who = f"{person.title} ({owed.person})" if person else owed.person or roles or "nobody is named"
    lines = (
        f"{definitions.description(record.kind).title} {record.reference}: {record.title}",
        f"Why: {owed.reason}",
        f"Who: {who}",
        f"See: sdflow show {record.reference}",
    )
    return "\n".join(lines)
