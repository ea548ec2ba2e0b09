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
from sdflow.engine.measured_keeping import tells_of_the_same
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
    workspace: Workspace,
    occasion: Occasion,
    kind: MeasuredKind,
    named: str,
    *,
    source: str | None = None,
    reason: str = "",
    dry_run: bool = False,
) -> TakenBack:
    """Take out what a file brought, named by its name or by its hash, and that it was read.

    `source` says which is meant where the same file was read under several.

    With `dry_run` nothing is stored. `Refused` where no file is named so, or several are, or where nobody knows any more which
    rows it brought.
    """
    with suppress(_DryRunError), acting(workspace, occasion, "measure", reason) as change:
        file = _named(change.writing, kind, named, source)
        number = change.writing.number_of_file(file.source, kind, file.sha256)
        if not number:
            raise Refused(
                f"nobody knows which rows {file.file} brought: it was read before that was kept",
                advice=f"read it again, which notes them, then take it back: sdflow measure {kind.value} {file.file} --mapping …",
            )
        again = tuple(one.file for one in change.writing.files_read(kind) if tells_of_the_same(one, file))
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


def _named(reading: Reading, kind: MeasuredKind, named: str, source: str | None) -> FileRead:
    files = [one for one in reading.files_read(kind) if source in {None, one.source}]
    by_hash = [one for one in files if len(named) >= SHORTEST and one.sha256.startswith(named.lower())]
    found = by_hash or [one for one in files if one.file == named]
    if not found:
        under = f" as {source}" if source else ""
        raise Refused(f"no file of {kind.value} was read{under} that is named {named}", advice=_known(files))
    if len(found) > 1:
        reasons = tuple(f"{one.file} of {one.source}, read {one.read_at:%Y-%m-%d %H:%M}: {one.sha256}" for one in found)
        alike = len({one.sha256 for one in found}) < len(found)
        advice = "say with --source which is meant" if alike else "name one of them by its hash"
        raise Refused(f"{len(found)} files are named {named}", reasons, advice=advice)
    return found[0]


def _known(files: Sequence[FileRead]) -> str:
    names = ", ".join(dict.fromkeys(one.file for one in files))
    return f"name one of these, or its hash: {names}" if names else "none was read yet"
