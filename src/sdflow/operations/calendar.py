"""Calendar: what is owed, as a file for people's own calendars."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sdflow.adapters.storage import Reading
from sdflow.domain.errors import Refused
from sdflow.domain.obligation import KeptObligation
from sdflow.domain.trait import Acting, Structured
from sdflow.engine.calendar_entries import calendar_entries
from sdflow.engine.evidence import Evidence
from sdflow.engine.people import person, roles_on
from sdflow.engine.projection import owed
from sdflow.engine.workspace import Workspace


@dataclass(frozen=True)
class CalendarFile:
    """The bytes of a calendar file, and what stands in it."""

    name: str
    content: bytes
    entries: tuple[KeptObligation, ...]


def calendar(
    workspace: Workspace, today: date, *, owner: str | None = None, service: str | None = None
) -> CalendarFile:
    """What is owed on a day: all of it, by one person, or about one service.

    A person owes what names them and what is owed by a role that they hold. A service concerns its own record, whatever
    is about it and what it rests on. `Refused` where there is no such person or service.
    """
    with workspace.storage.reading() as reading:
        evidence = Evidence(workspace, reading)
        found = owed(workspace, reading, today)
        titles = [workspace.organisation.name]
        if owner:
            titles.append(_named(evidence, owner, Acting, "person"))
            found = list(_owed_by(workspace, reading, found, owner, today))
        if service:
            titles.append(_named(evidence, service, Structured, "service"))
            found = list(_about(evidence, found, service))
        name = ", ".join(titles)
        entries = calendar_entries(workspace.definitions, reading, found, today)
        return CalendarFile(name, workspace.calendar_file(name, entries), tuple(found))


def _named(evidence: Evidence, reference: str, trait: type, what: str) -> str:
    record = evidence.reading.required(reference)
    if not evidence.is_a(record, trait):
        raise Refused(f"{reference} is no {what}", advice="see: sdflow list")
    return record.title


def _owed_by(
    workspace: Workspace, reading: Reading, found: Sequence[KeptObligation], owner: str, today: date
) -> Iterator[KeptObligation]:
    roles = roles_on(person(reading, workspace.definitions, owner), today)
    for one in found:
        if one.person == owner or (one.person is None and roles & set(one.by)):
            yield one


def _about(evidence: Evidence, found: Sequence[KeptObligation], service: str) -> Iterator[KeptObligation]:
    concerned: dict[str, bool] = {}
    for one in found:
        if one.record not in concerned:
            record = evidence.record(one.record)
            concerned[one.record] = record.service == service or service in evidence.services_resting_on(one.record)
        if concerned[one.record]:
            yield one
