"""Calendar: what is owed, as a file for people's own calendars."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sdflow.adapters.calendar_file import entries_of
from sdflow.domain.calendar_entry import CalendarEntry
from sdflow.domain.errors import Refused
from sdflow.domain.obligation import KeptObligation
from sdflow.domain.trait import Acting, Structured
from sdflow.engine.asked import People
from sdflow.engine.calendar_entries import calendar_entries
from sdflow.engine.called_off import called_off
from sdflow.engine.evidence import Evidence
from sdflow.engine.projection import owed
from sdflow.engine.workspace import Workspace


@dataclass(frozen=True)
class CalendarFile:
    """The bytes of a calendar file, what stands in it, and how many entries of the file before are called off."""

    name: str
    content: bytes
    entries: tuple[KeptObligation, ...]
    called_off: int = 0


def calendar(
    workspace: Workspace,
    today: date,
    made_on: date,
    *,
    owner: str | None = None,
    service: str | None = None,
    before: bytes | None = None,
) -> CalendarFile:
    """What is owed on a day: all of it, by one person, or about one service.

    A person owes what names them and what is owed by a role that they hold, as the agenda says. A service concerns its own
    record, whatever is about it and what it rests on. `before` is the file that this one takes the place of: where it is of
    the same calendar, what it holds and is no longer owed is called off. `made_on` is the day of the clock. `Refused` where
    there is no such person or service.
    """
    with workspace.storage.reading() as reading:
        evidence = Evidence(workspace, reading)
        found = owed(workspace, reading, today)
        titles = [workspace.organisation.name]
        if owner:
            titles.append(_named(evidence, owner, Acting, "person"))
            found = People(workspace, reading, today).asked_of_person(owner)
        if service:
            titles.append(_named(evidence, service, Structured, "service"))
            found = list(_about(evidence, found, service))
        name = ", ".join(titles)
        entries = calendar_entries(workspace.definitions, reading, found, made_on)
        ended = tuple(called_off(_former(before, name), entries, today))
        return CalendarFile(name, workspace.calendar_file(name, entries + ended), tuple(found), len(ended))


def _former(before: bytes | None, name: str) -> tuple[CalendarEntry, ...]:
    found = entries_of(before) if before else None
    return found[1] if found and found[0] == name else ()


def _named(evidence: Evidence, reference: str, trait: type, what: str) -> str:
    record = evidence.reading.required(reference)
    if not evidence.is_a(record, trait):
        raise Refused(f"{reference} is no {what}", advice="see: sdflow list")
    return record.title


def _about(evidence: Evidence, found: Sequence[KeptObligation], service: str) -> Iterator[KeptObligation]:
    concerned: dict[str, bool] = {}
    for one in found:
        if one.record not in concerned:
            record = evidence.record(one.record)
            concerned[one.record] = record.service == service or service in evidence.services_resting_on(one.record)
        if concerned[one.record]:
            yield one
