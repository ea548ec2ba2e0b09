"""Measured files: what service desks and monitors export, read row by row; what cannot be is refused with its reason."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from sdflow.domain.errors import Fault, Unreadable
from sdflow.domain.measured_file import MeasuredPart
from sdflow.domain.measured_form import KnownSubjects, MeasuredColumn, MeasuredForm, Reads

__all__ = ["file_hash", "read_measured"]

_SUBJECTS = ("service", "component", "customer", "supplier")


def read_measured(path: Path, form: MeasuredForm, known: KnownSubjects, latest: int) -> Iterator[MeasuredPart]:
    """The rows of a file, part by part, so that a large file fits into memory.

    `known` is what rows may be about, and `latest` the instant after which nothing can have happened. The last part of a file
    of checks has them all. `Unreadable` where the file is none of its sort, or the mapping does not fit it.
    """
    from sdflow.adapters.measured_files.folding import folded
    from sdflow.adapters.measured_files.pages import pages
    from sdflow.adapters.measured_files.readers import Reader
    from sdflow.adapters.measured_files.tables import TYPED, tables

    _refuse_unknown(form, known)
    if form.pages is not None:
        labelled = _labelled(form)
        yield Reader(labelled, known, latest).part(pages(path, form.pages))
        return
    if path.is_dir():
        raise Unreadable.because(str(path), "is a folder; a table is expected")
    typed = path.name.lower().endswith(TYPED)
    reader = Reader(replace(form, forms=(*form.forms, form.typed)) if typed else form, known, latest)
    if form.reads is Reads.checks:
        yield from folded(tables(path, form), reader, form.columns["status"].name)
    else:
        yield from map(reader.part, tables(path, form))


def file_hash(path: Path, form: MeasuredForm) -> str:
    """The SHA-256 of a file, or of all pages of a folder with their names."""
    from sdflow.adapters.measured_files.pages import files_of

    if form.pages is not None and not path.is_file():
        named = ((file.name, _sha256(file)) for file in files_of(path, form.pages))
        return hashlib.sha256("".join(f"{name} {sha256}\n" for name, sha256 in named).encode()).hexdigest()
    return _sha256(path)


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise Unreadable.because(str(path), "there is no such file") from None
    except OSError as error:
        raise Unreadable.because(str(path), f"cannot be read: {error.strerror or error}") from None


def _labelled(form: MeasuredForm) -> MeasuredForm:
    """The form of pages as that of a table whose columns are called by what they fill."""
    assert form.pages is not None
    texts = {name: MeasuredColumn(name) for name in ("number", *form.pages.texts)}
    moments = {name: MeasuredColumn(name) for name in form.pages.moments}
    return replace(form, columns=texts, moments=moments)


def _refuse_unknown(form: MeasuredForm, known: KnownSubjects) -> None:
    """Refuse a mapping that itself names records which are not there."""
    named = [(f"constants.{name}", name, form.constants[name]) for name in _SUBJECTS if name in form.constants]
    faults = [
        Fault(form.mapping, form.lines.get(place), place, f"there is no {name} {reference}; register it first")
        for place, name, reference in named
        if reference not in known.references[name]
    ]
    subjects = known.references["service"] | known.references["component"]
    faults += [
        Fault(form.mapping, form.lines.get("covers.of"), "covers.of", f"there is no service or component {reference}")
        for reference in form.covers.subjects
        if reference not in subjects
    ]
    if faults:
        raise Unreadable(*faults)
