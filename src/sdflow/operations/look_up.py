"""Look up: what there is, how it stands, and how it came to be."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sdflow.adapters.storage import Reading
from sdflow.domain.content import Plain
from sdflow.domain.difference import ClauseChange, clause_changes
from sdflow.domain.errors import NotFound
from sdflow.domain.event import Act
from sdflow.domain.kind import joined
from sdflow.domain.record import Citation, Envelope, Record, StoredSignature
from sdflow.engine.definitions import whole_of
from sdflow.engine.workspace import Workspace


@dataclass(frozen=True)
class Shown:
    """A record with everything around it; `declined` tells who did not sign the present version, and why."""

    record: Record
    meaning: str
    content: Plain
    cites: tuple[Citation, ...]
    cited_by: tuple[Citation, ...]
    envelope: Envelope | None
    signatures: tuple[StoredSignature, ...]
    declined: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class HistoryLine:
    """One act on a record: the act, who did it by name, its events on the record, and the clauses it changed."""

    act: Act
    actor: str
    events: tuple[Mapping[str, Any], ...]
    changes: tuple[ClauseChange, ...]


def records(workspace: Workspace, *, kind: str | None = None, state: str | None = None) -> list[Record]:
    """The records of a kind, in a state, or all."""
    chosen = workspace.definitions.kind_named(kind) if kind else None
    with workspace.storage.reading() as reading:
        return reading.records(kind=chosen, state=state)


def show(workspace: Workspace, reference: str) -> Shown:
    """One record with everything around it."""
    with workspace.storage.reading() as reading:
        record = _found(reading, reference)
        stored = json.loads(record.revision.text)
        return Shown(
            record,
            workspace.definitions.state(record).meaning,
            joined(stored["content"], stored.get("housekeeping")),
            tuple(reading.cites(reference)),
            tuple(reading.cited_by(reference)),
            reading.envelope(reference),
            tuple(reading.signatures(reference, record.version)),
            _declined(reading, reference),
        )


def _declined(reading: Reading, reference: str) -> Mapping[str, Any] | None:
    """The last refusal to sign, unless a version was frozen since."""
    events = [json.loads(text) for _, text in reading.events(reference)]
    told = [one for one in events if one["type"] in ("frozen", "declined")]
    details: Mapping[str, Any] | None = told[-1]["details"] if told and told[-1]["type"] == "declined" else None
    return details


def history(workspace: Workspace, reference: str) -> list[HistoryLine]:
    """Every act on a record, oldest first."""
    with workspace.storage.reading() as reading:
        _found(reading, reference)
        texts = {one.number: whole_of(one.text) for one in reading.revisions(reference)}
        lines = []
        for act in reading.acts(reference):
            events = tuple(event for text in act.events if (event := json.loads(text))["reference"] == reference)
            actor = reading.record(act.actor)
            lines.append(HistoryLine(act, actor.title if actor else act.actor, events, _changes(events, texts)))
        return lines


def _changes(events: tuple[Mapping[str, Any], ...], texts: Mapping[int, Plain]) -> tuple[ClauseChange, ...]:
    revised = [event["details"]["revision"] for event in events if event["type"] == "revised"]
    return tuple(change for number in revised for change in clause_changes(texts[number - 1], texts[number]))


def _found(reading: Reading, reference: str) -> Record:
    record = reading.record(reference)
    if record is None:
        raise NotFound(f"there is no record {reference}", advice="see: sdflow list")
    return record
