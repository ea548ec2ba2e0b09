"""Log: what happened when is kept in a timeline, one entry after the other."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from sdflow.adapters.definitions.wording import sentence
from sdflow.domain.errors import Fault, Refused, Unreadable
from sdflow.domain.invocation import Chronicling, LogEntry
from sdflow.domain.kind import Content
from sdflow.domain.record import Record
from sdflow.domain.trait import Concluding
from sdflow.engine.change import acting
from sdflow.engine.consistency import inconsistencies
from sdflow.engine.timeline import said_at
from sdflow.engine.workspace import Occasion, Workspace


@dataclass(frozen=True)
class Telling:
    """What somebody tells: in words, when, of which step, services and announcements it was the end, what was lost.

    Times are as people write them, in the zone of the record; `at` is now unless given. `data_as_of` is up to when the
    data of the restored services are there.
    """

    what: str
    at: str | None = None
    step: str | None = None
    restored: tuple[str, ...] = ()
    notified: tuple[str, ...] = ()
    data_as_of: str | None = None
    lost: tuple[str, ...] = ()


@dataclass(frozen=True)
class Logged:
    """An entry that was kept: the record as it stands, the entry, its zone, and what follows from the timeline now."""

    record: Record
    entry: LogEntry
    zone: str
    conclusion: str


def log(workspace: Workspace, occasion: Occasion, reference: str, telling: Telling) -> Logged:
    """Put an entry at the end of a timeline, as the one who acts.

    `Refused` where the timeline is closed, or the entry does not fit: it lies before the last one, or names what is not
    there; `Unreadable` where a time cannot be read.
    """
    with acting(workspace, occasion, "log", telling.what) as change:
        record = change.writing.lock(reference)
        content = workspace.definitions.content(record)
        if not isinstance(content, Chronicling):
            raise Refused(f"{reference} has no timeline")
        state = workspace.definitions.state(record)
        if state.frozen or state.final:
            raise Refused(f"the timeline of {reference} is closed: it is '{record.state}'", (state.meaning,))
        zone = content.told_in()
        entry = LogEntry(
            at=said_at(occasion, "--at", telling.at, zone),
            what=telling.what,
            by=occasion.actor,
            step=telling.step,
            restored=telling.restored,
            lost=telling.lost,
            notified=telling.notified,
            data_as_of=said_at(occasion, "--data-as-of", telling.data_as_of, zone) if telling.data_as_of else None,
        )
        longer = _with_entry(content, reference, entry)
        faults = [
            Fault("log", None, one.path, one.message)
            for one in inconsistencies(workspace, change.writing, {reference: longer}, occasion.today)
        ]
        if faults:
            raise Unreadable(*faults)
        revised = change.revise(record, longer, occasion.actor)
    return Logged(revised, entry, zone, longer.conclusion() if isinstance(longer, Concluding) else "")


def _with_entry(content: Chronicling, reference: str, entry: LogEntry) -> Content:
    try:
        longer = content.with_entry(entry)
    except ValidationError as error:
        reasons = tuple(sentence(one) for one in error.errors(include_url=False))
        raise Refused(f"this does not fit into the timeline of {reference}", reasons) from None
    except ValueError as error:
        raise Refused(f"this does not fit into the timeline of {reference}", (str(error),)) from None
    if not isinstance(longer, Content):
        raise TypeError(f"the timeline of {reference} belongs to no content")
    return longer
