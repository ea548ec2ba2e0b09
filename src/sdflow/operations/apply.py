"""Apply: record files become records, all of them or none."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sdflow.adapters.definitions.record_files import RecordFile, read_records
from sdflow.adapters.storage import Reading
from sdflow.domain.composition import dependency_cycle
from sdflow.domain.content import plain
from sdflow.domain.difference import ClauseChange, clause_changes
from sdflow.domain.errors import Fault, Unreadable
from sdflow.domain.kind import Link, links, material
from sdflow.domain.record import Record
from sdflow.domain.trait import Timed
from sdflow.engine.change import acting
from sdflow.engine.definitions import material_of, stored_text
from sdflow.engine.workspace import Occasion, Workspace

SOME_DAY = date(2026, 1, 1)
"""A day for which holidays are asked, only to learn whether the region is known."""


@dataclass(frozen=True)
class Applied:
    """What became of one record: created, revised or unchanged, and the clauses that changed."""

    reference: str
    kind: str
    title: str
    outcome: str
    changes: tuple[ClauseChange, ...] = ()


def apply(
    workspace: Workspace, occasion: Occasion, paths: Sequence[Path], *, reason: str = "", dry_run: bool = False
) -> list[Applied]:
    """Take in record files. Every fault of every file is found first; then everything is one act.

    With `dry_run` nothing is stored, and what would change is returned.
    """
    files = read_records(paths, workspace.definitions.kinds)
    with suppress(_DryRunError), acting(workspace, occasion, "apply", reason) as change:
        before = {file.reference: change.writing.record(file.reference) for file in files}
        faults = list(_faults(workspace, change.writing, files, before))
        if faults:
            raise Unreadable(*faults)
        applied = [_outcome(file, before[file.reference]) for file in files]
        for file, one in sorted(zip(files, applied, strict=True), key=lambda pair: pair[0].reference):
            record = before[file.reference]
            if record is None:
                change.create(file.kind, file.reference, file.content)
            elif one.outcome == "revised":
                change.revise(change.writing.lock(file.reference), file.content, occasion.actor)
        if dry_run:
            raise _DryRunError
    return applied


class _DryRunError(Exception):
    """Ends the act before anything is stored."""


def _outcome(file: RecordFile, record: Record | None) -> Applied:
    if record is None:
        return Applied(file.reference, file.kind, file.content.title, "created")
    same = stored_text(file.content)[0] == record.revision.text
    changes = clause_changes(material_of(record.revision), plain(material(file.content)))
    return Applied(file.reference, file.kind, file.content.title, "unchanged" if same else "revised", tuple(changes))


def _faults(
    workspace: Workspace, reading: Reading, files: Sequence[RecordFile], before: Mapping[str, Record | None]
) -> Iterator[Fault]:
    arriving = {file.reference: file for file in files}
    for file in files:
        yield from _record_faults(workspace, file, before[file.reference])
        for link in links(file.content):
            message = _link_fault(workspace, reading, link, arriving)
            if message:
                yield Fault(file.source, file.line_of(link.path), link.path, message)
    yield from _cycle_faults(workspace, reading, arriving)


def _record_faults(workspace: Workspace, file: RecordFile, record: Record | None) -> Iterator[Fault]:
    if record is not None and record.kind != file.kind:
        known = workspace.definitions.description(record.kind).title.lower()
        yield Fault(file.source, file.line, "kind", f"{file.reference} is already a {known}")
    elif (
        record is not None
        and workspace.definitions.state(record).frozen
        and _outcome(file, record).outcome == "revised"
    ):
        paths = ", ".join(change.path for change in _outcome(file, record).changes[:3])
        message = f"{file.reference} is '{record.state}' and can no longer be changed ({paths} would)"
        yield Fault(file.source, file.line, "", message)
    if isinstance(file.content, Timed) and (region := file.content.holiday_region()):
        try:
            workspace.holidays(*region, SOME_DAY, SOME_DAY)
        except Unreadable as unknown:
            yield Fault(file.source, file.line_of("holidays"), "holidays", unknown.faults[0].message)


def _link_fault(workspace: Workspace, reading: Reading, link: Link, arriving: Mapping[str, RecordFile]) -> str | None:
    record = reading.record(link.reference)
    kind = arriving[link.reference].kind if link.reference in arriving else record and record.kind
    admitted = [model.description for model in workspace.definitions.kinds.values() if link.mark.admits(model)]
    wanted = " or ".join(description.title.lower() for description in admitted)
    if not kind:
        return f"there is no record {link.reference}{_near(reading, link.reference, arriving)}; expected a {wanted}"
    if not link.mark.admits(workspace.definitions.kinds[kind]):
        found = workspace.definitions.description(kind).title.lower()
        return f"{link.reference} is a {found}; expected a {wanted}"
    return None


def _near(reading: Reading, reference: str, arriving: Mapping[str, RecordFile]) -> str:
    known = [*arriving, *(record.reference for record in reading.records())]
    near = difflib.get_close_matches(reference, known, 1)
    return f"; did you mean {near[0]}?" if near else ""


def _cycle_faults(workspace: Workspace, reading: Reading, arriving: Mapping[str, RecordFile]) -> Iterator[Fault]:
    graph = {reference: _needs(file) for reference, file in arriving.items()}
    for record in reading.records():
        if record.reference not in graph:
            content = workspace.definitions.content(record)
            graph[record.reference] = tuple(link.reference for link in links(content) if link.mark.dependency)
    cycle = dependency_cycle(graph)
    if cycle:
        place = next(arriving[name] for name in cycle if name in arriving)
        yield Fault(place.source, place.line, "", f"these need one another in a circle: {' → '.join(cycle)}")


def _needs(file: RecordFile) -> tuple[str, ...]:
    return tuple(link.reference for link in links(file.content) if link.mark.dependency)
