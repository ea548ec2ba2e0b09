"""Refused rows: how many rows of files were refused that are of a subject, or of whom nobody can say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sdflow.domain.measured_file import FileRead, Span


def refused_rows(files: Iterable[FileRead], during: Span | None = None) -> tuple[str, ...]:
    """A sentence for each of the files that told of some subjects and of which rows were refused, of theirs or of unknown ones.

    With `during` only files that tell of that time; one that does not say of which time it tells counts for any.
    """
    return tuple(dict.fromkeys(said for one in files if _meets(one, during) for said in _said(one)))


def _meets(file: FileRead, during: Span | None) -> bool:
    if during is None or not file.watched:
        return True
    return any(since < during[1] and until > during[0] for since, until in file.watched.values())


def _said(file: FileRead) -> Iterator[str]:
    count = sum(file.refused_of.values())
    if not count:
        return
    unknown = file.refused_of.get("", 0)
    whose = f", {unknown:,} of them without saying of which service" if unknown and count > 1 else ""
    rows = "1 row" if count == 1 else f"{count:,} rows"
    yield f"{rows} of {file.file} {'was refused and counts' if count == 1 else 'were refused and count'} nowhere{whose}"
