"""Apply: record files become records, all of them or none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sdflow.adapters.definitions.record_files import RecordFile, read_records
from sdflow.adapters.definitions.record_tables import Progress, read_tables, unseen
from sdflow.adapters.storage import Reading
from sdflow.domain.difference import ClauseChange
from sdflow.domain.errors import Fault, Unreadable
from sdflow.domain.kind import Content
from sdflow.domain.record import Record
from sdflow.engine.change import acting
from sdflow.engine.consistency import inconsistencies
from sdflow.engine.definitions import changes_of, stored_text
from sdflow.engine.fixed_fields import FixedFields
from sdflow.engine.workspace import Occasion, Workspace


@dataclass(frozen=True)
class Applied:
    """What became of one record: created, revised or unchanged, and the clauses that changed."""

    reference: str
    kind: str
    title: str
    outcome: str
    changes: tuple[ClauseChange, ...] = ()


def apply(
    workspace: Workspace,
    occasion: Occasion,
    paths: Sequence[Path],
    *,
    mapping: Path | None = None,
    reason: str = "",
    dry_run: bool = False,
    progress: Progress = unseen,
) -> list[Applied]:
    """Take in record files, or tables that a mapping file explains.

    Every fault of every file is found first; then everything is one act. With `dry_run` nothing is stored, and what
    would change is returned.
    """
    kinds = workspace.definitions.kinds
    files = read_tables(paths, mapping, kinds, progress) if mapping else read_records(paths, kinds)
    with suppress(_DryRunError), acting(workspace, occasion, "apply", reason) as change:
        before = {file.reference: change.writing.record(file.reference) for file in files}
        progress("Comparing with what is there", 0, len(files))
        faults = dict.fromkeys(_faults(workspace, change.writing, files, before, occasion.today))
        if faults:
            raise Unreadable(*faults)
        applied = [_outcome(file, before[file.reference]) for file in files]
        ordered = sorted(zip(files, applied, strict=True), key=lambda pair: pair[0].reference)
        for number, (file, one) in enumerate(ordered, 1):
            progress("Storing records", number, len(ordered))
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
    changes = changes_of(record.revision, file.content)
    return Applied(file.reference, file.kind, file.content.title, "unchanged" if same else "revised", tuple(changes))


def _faults(
    workspace: Workspace,
    reading: Reading,
    files: Sequence[RecordFile],
    before: Mapping[str, Record | None],
    today: date,
) -> Iterator[Fault]:
    written = {file.reference: file for file in files}
    for file in files:
        yield from _record_faults(workspace, reading, file, before[file.reference])
    arriving = {reference: file.content for reference, file in written.items()}
    for one in inconsistencies(workspace, reading, arriving, today):
        file = written[one.reference]
        yield file.fault(one.path, one.message)


def _record_faults(workspace: Workspace, reading: Reading, file: RecordFile, record: Record | None) -> Iterator[Fault]:
    if record is not None and record.kind != file.kind:
        known = workspace.definitions.description(record.kind).title.lower()
        yield Fault(file.source, file.line, "kind", f"{file.reference} is already a {known}")
    elif record is not None and _would_break(workspace, record, file.content):
        paths = ", ".join(change.path for change in _outcome(file, record).changes[:3])
        message = f"{file.reference} is '{record.state}' and can no longer be changed ({paths} would)"
        yield Fault(file.source, file.line, "", message)
    elif record is not None:
        fields = FixedFields(workspace.definitions, reading, record)
        for one in fields.changed_by(file.content):
            why = f": {one.kept}; {fields.way_out([one])}" if one.kept else ""
            yield file.fault(one.path, f"{file.reference} is '{record.state}', and this can no longer be changed{why}")


def _would_break(workspace: Workspace, record: Record, content: Content) -> bool:
    """Whether a content changes what is frozen; housekeeping lies outside it."""
    return workspace.definitions.state(record).frozen and stored_text(content)[1] != record.revision.sha256
