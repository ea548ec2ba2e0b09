"""Export: records become record files again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sdflow.adapters.definitions.record_text import record_text
from sdflow.domain.errors import NotFound, Refused
from sdflow.domain.record import Record
from sdflow.engine.workspace import Workspace


def export(workspace: Workspace, folder: Path, references: Sequence[str] = ()) -> list[Path]:
    """Write each record, or all, to a file of its own; applied again they give the same hashes.

    `Refused` where a file is already there with something else in it.
    """
    with workspace.storage.reading() as reading:
        chosen = [_chosen(reading.record(one), one) for one in references] or reading.records()
    texts = {
        folder / record.kind / f"{record.reference}.yaml": record_text(
            record.kind, record.reference, workspace.definitions.content(record)
        )
        for record in chosen
    }
    taken = [path for path, text in texts.items() if path.exists() and path.read_text(encoding="utf-8") != text]
    if taken:
        raise Refused(
            f"{len(taken)} files are already there and differ",
            tuple(str(path) for path in taken[:5]),
            "export into an empty folder",
        )
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(texts)


def _chosen(record: Record | None, reference: str) -> Record:
    if record is None:
        raise NotFound(f"there is no record {reference}", advice="see: sdflow list")
    return record
