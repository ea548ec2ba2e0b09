"""Take back: that a file was read is undone, and with it what the file brought."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from sdflow.adapters.storage import Reading
from sdflow.domain.errors import Refused
from sdflow.domain.measured import MeasuredKind
from sdflow.domain.measured_file import FileRead
from sdflow.engine.change import acting
from sdflow.engine.workspace import Occasion, Workspace

SHORTEST = 8
"""So many characters of a hash name a file at least."""


@dataclass(frozen=True)
class TakenBack:
    """A file that was taken back, how many rows went with it, and the files whose reading again may bring some of them back.

    `again` are files of the same source that tell of the same time: what both said, and what this one changed, is gone too.
    """

    file: FileRead
    removed: int
    again: tuple[str, ...]


class _DryRunError(Exception):
    """Ends the act before anything is stored."""


def take_back(
    workspace: Workspace, occasion: Occasion, kind: MeasuredKind, named: str, *, reason: str = "", dry_run: bool = False
) -> TakenBack:
    """Take out what a file brought, named by its name or by its hash, and that it was read.

    With `dry_run` nothing is stored. `Refused` where no file is named so, or several are, or where nobody knows any more which
    rows it brought.
    """
    with suppress(_DryRunError), acting(workspace, occasion, "measure", reason) as change:
        file = _named(change.writing, kind, named)
        number = change.writing.number_of_file(file.source, kind, file.sha256)
        if not number:
            raise Refused(f"nobody knows which rows {file.file} brought: it was read before that was kept")
        again = tuple(one.file for one in change.writing.files_read(kind) if _tells_of_the_same(one, file))
        removed = change.writing.take_back(file, number)
        for subject in sorted(file.watched.keys() - {""}) or [occasion.actor]:
            change.tell(
                subject,
                "measured",
                source=file.source,
                measured=kind.value,
                file=file.file,
                sha256=file.sha256,
                taken_back=removed,
            )
        found = TakenBack(file, removed, tuple(dict.fromkeys(again)))
        if dry_run:
            raise _DryRunError
    return found


def _named(reading: Reading, kind: MeasuredKind, named: str) -> FileRead:
    files = reading.files_read(kind)
    by_hash = [one for one in files if len(named) >= SHORTEST and one.sha256.startswith(named.lower())]
    found = by_hash or [one for one in files if one.file == named]
    if not found:
        raise Refused(f"no file of {kind.value} was read that is named {named}", advice=_known(files))
    if len(found) > 1:
        reasons = tuple(f"{one.file} of {one.source}, read {one.read_at:%Y-%m-%d %H:%M}: {one.sha256}" for one in found)
        raise Refused(f"{len(found)} files are named {named}", reasons, advice="name one of them by its hash")
    return found[0]


def _known(files: Sequence[FileRead]) -> str:
    names = ", ".join(dict.fromkeys(one.file for one in files))
    return f"name one of these, or its hash: {names}" if names else "none was read yet"


def _tells_of_the_same(one: FileRead, file: FileRead) -> bool:
    if one.source != file.source or one.sha256 == file.sha256:
        return False
    spans = ((one.watched.get(subject), span) for subject, span in file.watched.items())
    return any(own is not None and own[0] < span[1] and span[0] < own[1] for own, span in spans)
