"""Audit: whether the history holds, and what is stored follows from it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sdflow.adapters.storage import Reading
from sdflow.domain.errors import Refused
from sdflow.domain.event import Act, chain_breaks
from sdflow.domain.record import Record
from sdflow.engine.definitions import holds
from sdflow.engine.safekeeping import safekeeping_faults, told_by
from sdflow.engine.workspace import Workspace


@dataclass(frozen=True)
class Derived:
    """How a record stands according to its events alone."""

    state: str
    revision: int
    sha256: str
    version: int


@dataclass(frozen=True)
class Anchor:
    """How many acts there are and the hash of the last one; kept elsewhere, it proves that nothing was cut off."""

    acts: int
    head: str


@dataclass(frozen=True)
class AuditReport:
    """What an audit looked at and everything that it found wrong."""

    acts: int
    records: int
    head: str
    faults: tuple[str, ...]


def anchor(workspace: Workspace) -> Anchor:
    """The present end of the chain."""
    with workspace.storage.reading() as reading:
        return Anchor(*reading.head())


def audit(workspace: Workspace, kept: Anchor | None = None) -> AuditReport:
    """Follow the chain, derive every record again from its events, and compare with what is stored.

    Agreed texts, documents and scans are read byte for byte and compared with the hashes in the history.
    """
    with workspace.storage.reading() as reading:
        acts = reading.acts()
        number, head = reading.head()
        faults = [f"act {one.number}: {one.reason}" for one in chain_breaks(acts)]
        last = acts[-1].hash if acts else head
        if (number, head) != (len(acts), last):
            faults.append(f"the chain ends at act {len(acts)}, but {number} acts were recorded")
        faults += _anchor_faults(acts, kept)
        derived, told = derive(acts), told_by(acts)
        records = reading.records()
        for record in records:
            faults += _record_faults(reading, record, derived.get(record.reference))
            faults += safekeeping_faults(reading, record.reference, told.get(record.reference, {}))
        faults += [
            f"{name}: is in the history but not stored" for name in derived.keys() - {r.reference for r in records}
        ]
        return AuditReport(len(acts), len(records), head, tuple(faults))


def derive(acts: Sequence[Act]) -> dict[str, Derived]:
    """How every record stands according to the events alone."""
    found: dict[str, Derived] = {}
    for act in acts:
        for text in act.events:
            event = json.loads(text)
            after = _after(found.get(event["reference"]), event["type"], event["details"])
            if after is not None:
                found[event["reference"]] = after
    return found


def _after(before: Derived | None, type: str, details: dict[str, object]) -> Derived | None:
    if type == "created":
        return Derived(str(details["state"]), 1, str(details["sha256"]), 0)
    if before is None:
        return None
    state = str(details["target"]) if type == "advanced" else before.state
    version = int(str(details["version"])) if type == "frozen" else before.version
    if type == "revised":
        return Derived(state, int(str(details["revision"])), str(details["sha256"]), version)
    return Derived(state, before.revision, before.sha256, version)


def _record_faults(reading: Reading, record: Record, derived: Derived | None) -> Iterator[str]:
    stands = Derived(record.state, record.revision.number, record.revision.sha256, record.version)
    if derived is None:
        yield f"{record.reference}: is stored, but no act created it"
    elif stands != derived:
        yield f"{record.reference}: stands as {stands}, but its history says {derived}"
    for revision in reading.revisions(record.reference):
        if not holds(revision):
            yield f"{record.reference}: the text of revision {revision.number} is not the one that was recorded"


def _anchor_faults(acts: Sequence[Act], kept: Anchor | None) -> Iterator[str]:
    if kept is None or kept.acts == 0:
        return
    if len(acts) < kept.acts:
        yield f"the anchor knows {kept.acts} acts, but only {len(acts)} are there"
    elif acts[kept.acts - 1].hash != kept.head:
        yield f"act {kept.acts} is not the one that the anchor knows"


def read_anchor(text: str, source: str) -> Anchor:
    """The anchor that `audit anchor` wrote."""
    try:
        stored = json.loads(text)
        return Anchor(int(stored["acts"]), str(stored["head"]))
    except (ValueError, KeyError, TypeError):
        raise Refused(f"{source} is no anchor", advice="make one with: sdflow audit anchor") from None
