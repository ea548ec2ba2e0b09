"""Pages: reports that people wrote about incidents, read by the labels with which their lines begin."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from sdflow.adapters.measured_files.chunk import Chunk
from sdflow.domain.errors import Unreadable
from sdflow.domain.measured_form import PageLabels, RefusedRow

MOST_BYTES = 1_000_000
_MARKUP = re.compile(r"^[\s>*#+•–—-]+|\*\*|__|`")
_HEADING = re.compile(r"^\s*(#|[-*+]?\s*(\*\*|__))")


@dataclass
class Page:
    """What was read of one page: its name, and by what it fills each text that was found, with its line."""

    file: str
    number: str
    found: dict[str, tuple[str, int]] = field(default_factory=dict)
    refused: list[RefusedRow] = field(default_factory=list)


def files_of(path: Path, labels: PageLabels) -> list[Path]:
    """The pages that are meant, by name; `Unreadable` where there are none."""
    try:
        found = [path] if path.is_file() else sorted(one for one in path.glob(labels.files) if one.is_file())
    except (OSError, ValueError, NotImplementedError) as error:
        raise Unreadable.because(str(path), f"cannot be searched for '{labels.files}': {error}") from None
    if not found:
        raise Unreadable.because(str(path), f"holds no page '{labels.files}'; there is nothing to read")
    return found


def pages(path: Path, labels: PageLabels) -> Chunk:
    """All pages as one chunk, a row for each; a page in which no label stands or one says two things is refused."""
    read = [_page(file, labels) for file in files_of(path, labels)]
    kept = [page for page in read if not page.refused]
    names = ["number", *labels.moments, *labels.texts]
    columns = {name: pl.Series(name, [_cell(page, name) for page in kept], dtype=pl.String) for name in names}
    lines = {name: np.array([page.found.get(name, ("", 1))[1] for page in kept], dtype=np.int64) for name in names}
    return Chunk(
        file=str(path),
        lines=np.ones(len(kept), dtype=np.int64),
        columns=columns,
        files=[page.file for page in kept],
        cell_lines=lines,
        misshapen=[row for page in read for row in page.refused],
    )


def _cell(page: Page, name: str) -> str | None:
    return page.number if name == "number" else page.found.get(name, (None, 1))[0]


def _page(file: Path, labels: PageLabels) -> Page:
    page = Page(str(file), file.name.partition(".")[0])
    lines = _lines(file, page)
    for name, number, text, label in _labelled(lines, labels):
        said, first = page.found.setdefault(name, (text, number))
        if said != text and name in labels.moments:
            reason = f"'{label}' says something else than line {first}: {said}"
            page.refused.append(_refused(page, number, name, text, reason, "keep the one that is right"))
    if not page.refused and not page.found.keys() & labels.moments.keys():
        known = ", ".join(label for texts in labels.moments.values() for label in texts)
        page.refused.append(_refused(page, 1, "", "", f"none of the labels stands here: {known}", "add its labels"))
    return page


def _lines(file: Path, page: Page) -> Sequence[str]:
    try:
        if file.stat().st_size > MOST_BYTES:
            page.refused.append(_refused(page, 1, "", "", f"is larger than {MOST_BYTES:,} bytes", "name only pages"))
            return ()
        return file.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        page.refused.append(_refused(page, 1, "", "", "is not UTF-8", "save the page as UTF-8"))
        return ()


def _labelled(lines: Iterable[str], labels: PageLabels) -> Iterator[tuple[str, int, str, str]]:
    """What each labelled line says: by what it fills, its number, the text after the label, and the label."""
    below = labels.under is None
    for number, line in enumerate(lines, 1):
        plain = _plain(line)
        if labels.under and _HEADING.match(line):
            below = _after(plain, labels.under) is not None
        yield from ((name, number, *said) for name, said in _said(plain, labels.texts))
        if below:
            yield from ((name, number, *said) for name, said in _said(plain, labels.moments))


def _said(plain: str, labels: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, tuple[str, str]]]:
    for name, known in labels.items():
        for label in known:
            if rest := _after(plain, label):
                yield name, (rest, label)
                break


def _after(plain: str, label: str) -> str | None:
    """What follows a label at the beginning of a line; none where it does not stand there as a whole word."""
    begun = re.match(rf"{re.escape(label)}(?!\w)\s*[:–—-]?\s*(.*)$", plain, re.IGNORECASE)
    return begun[1].strip() if begun else None


def _plain(line: str) -> str:
    return _MARKUP.sub("", _MARKUP.sub("", line)).strip()


def _refused(page: Page, line: int, column: str, value: str, reason: str, advice: str) -> RefusedRow:
    return RefusedRow(page.file, line, column, value[:200], reason, advice)
