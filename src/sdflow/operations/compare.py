"""Compare: what changed between two rounds or versions of a record, clause by clause."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sdflow.adapters.storage import Reading
from sdflow.domain.content import Plain
from sdflow.domain.difference import ClauseChange, clause_changes, word_changes
from sdflow.domain.errors import NotFound, Refused
from sdflow.domain.record import Record, Revision
from sdflow.engine.definitions import material_of
from sdflow.engine.publication import Publisher
from sdflow.engine.workspace import Occasion, Workspace

_SIDE = re.compile(r"(?:(v|round|r)-?([0-9]+)|now)")


@dataclass(frozen=True)
class Side:
    """One of the two texts that are compared: a version, a round or a revision, and when it was written."""

    name: str
    recorded_on: date | None
    by: str | None
    content: Plain


@dataclass(frozen=True)
class Comparison:
    """Two texts of a record and every clause that reads differently."""

    record: Record
    before: Side
    after: Side
    changes: tuple[ClauseChange, ...]


def compare(workspace: Workspace, reference: str, before: str | None = None, after: str = "now") -> Comparison:
    """What changed between two texts: `v1` is a version, `round-2` an offer, `r3` a revision, `now` the present text.

    Unless it is named, the former text is that of the last frozen version, else the revision before the present one.
    """
    with workspace.storage.reading() as reading:
        return _compared(reading, reference, before, after)


def redline(
    workspace: Workspace, occasion: Occasion, reference: str, before: str | None = None, after: str = "now"
) -> tuple[Comparison, bytes]:
    """The comparison, and as a PDF on which what went is struck out and what came is underlined."""
    with workspace.storage.reading() as reading:
        found = _compared(reading, reference, before, after)
        rows = [{"path": one.path, "pieces": word_changes(one.before, one.after)} for one in found.changes]
        view = {"before": _shown(found.before), "after": _shown(found.after), "changes": rows}
        return found, Publisher(workspace, reading, occasion).redline(found.record, view)


def _compared(reading: Reading, reference: str, before: str | None, after: str) -> Comparison:
    record = reading.required(reference)
    revisions = reading.revisions(reference)
    former = before or _former(record, revisions)
    old, new = _side(reading, record, revisions, former), _side(reading, record, revisions, after)
    return Comparison(record, old, new, tuple(clause_changes(old.content, new.content)))


def _former(record: Record, revisions: Sequence[Revision]) -> str:
    if record.version:
        return f"v{record.version}"
    if len(revisions) == 1:
        raise Refused(f"{record.reference} has had one text only, so there is nothing to compare")
    return f"r{revisions[-2].number}"


def _side(reading: Reading, record: Record, revisions: Sequence[Revision], name: str) -> Side:
    asked = _SIDE.fullmatch(name)
    if asked is None:
        raise Refused(f"'{name}' names no text of a record", advice="write v1, round-2, r3 or now")
    kind, number = asked.group(1), int(asked.group(2) or revisions[-1].number)
    if kind == "v":
        return _version(reading, record, number)
    chosen = [one for one in revisions if (one.round == number if kind == "round" else one.number == number)]
    if not chosen:
        known = ", ".join(_names(revisions, round_only=kind == "round")) or "none"
        raise NotFound(f"{record.reference} has no {name}", advice=f"there are: {known}")
    return _revision(reading, record, chosen[-1])


def _names(revisions: Sequence[Revision], *, round_only: bool) -> list[str]:
    if round_only:
        return [f"round-{one.round}" for one in revisions if one.round]
    return [f"r{one.number}" for one in revisions]


def _version(reading: Reading, record: Record, number: int) -> Side:
    envelope = next((one for one in reading.envelopes(record.reference) if one.version == number), None)
    if envelope is None:
        raise NotFound(f"{record.reference} has no version {number}", advice=f"see: sdflow show {record.reference}")
    text = json.loads(envelope.text)
    return Side(f"version {number}", date.fromisoformat(text["frozen_on"]), None, text["content"])


def _revision(reading: Reading, record: Record, revision: Revision) -> Side:
    name = f"round {revision.round}" if revision.round else f"revision {revision.number}"
    act = next((one for one in reading.acts(record.reference) if one.number == revision.act), None)
    actor = reading.record(act.actor) if act else None
    return Side(name, act.effective_on if act else None, actor.title if actor else None, material_of(revision))


def _shown(side: Side) -> dict[str, object]:
    return {"name": side.name, "recorded_on": side.recorded_on, "by": side.by}
