"""Table text: a CSV file as its header and its rows, each row with its line; what is no such file is refused."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from sdflow.adapters.definitions.text_yaml import composed, read_bytes
from sdflow.adapters.definitions.wording import shortened
from sdflow.domain.errors import Fault, Unreadable
from sdflow.domain.kind import Strict

Encoding = Literal[
    "utf-8",
    "utf-16",
    "windows-1250",
    "windows-1251",
    "windows-1252",
    "windows-1253",
    "windows-1254",
    "windows-1257",
    "iso-8859-1",
    "iso-8859-2",
    "iso-8859-15",
    "mac-roman",
]
Delimiter = Literal["comma", "semicolon", "tab", "pipe"]

_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


class TableForm(Strict):
    """How a table is written: what stands between cells, how letters are encoded, on which line the header is."""

    delimiter: Delimiter = "comma"
    encoding: Encoding = "utf-8"
    header_line: Annotated[int, Field(ge=1, le=1000)] = 1


@dataclass(frozen=True)
class TableLimits:
    """How large a table may be."""

    file_bytes: int = 32_000_000
    rows: int = 100_000
    columns: int = 1_000


@dataclass(frozen=True)
class Row:
    """The cells of a row, as many as the header has, and the line on which it begins."""

    line: int
    cells: Sequence[str]


@dataclass(frozen=True)
class Header:
    """The names of the columns in their order, and the line on which they stand."""

    line: int
    names: tuple[str, ...]

    def positions(self, name: str) -> list[int]:
        """Where a column stands, counted from 0; more than one position where the name is given twice."""
        return [position for position, one in enumerate(self.names) if one == name]


class TableText:
    """A CSV file that is open for reading: the header at once, the rows one after another."""

    def __init__(self, path: Path, form: TableForm, limits: TableLimits = TableLimits()) -> None:
        """Read the file up to its header; `Unreadable` says where and why it is no such table."""
        self.source = str(path)
        self._limits = limits
        text = _decoded(self.source, read_bytes(path, limits.file_bytes), form.encoding)
        self.lines = text.count("\n") + 1
        stream = io.StringIO(text, newline="")
        self._skipped = sum(1 for _ in zip(range(form.header_line - 1), stream, strict=False))
        self._reader = csv.reader(stream, delimiter=_DELIMITERS[form.delimiter], strict=True)
        self.header = self._read_header(form)

    def rows(self) -> Iterator[Row | Fault]:
        """Each row that holds anything; a fault stands for one with too few or too many cells."""
        for number, (line, cells) in enumerate(self._records(), 1):
            if number > self._limits.rows:
                raise self._refuse(line, f"more than {self._limits.rows:,} rows in one file; split it")
            if any(cell and not cell.isspace() for cell in cells):
                yield self._row(line, cells)

    def _row(self, line: int, cells: list[str]) -> Row | Fault:
        width = len(self.header.names)
        if len(cells) < width or any(cell.strip() for cell in cells[width:]):
            message = f"the row has {len(cells):,} cells where the header on line {self.header.line} has {width:,}"
            return Fault(
                self.source, line, "", f"{message}; a cell that contains the delimiter or a quote needs quotes"
            )
        return Row(line, cells[:width])

    def _read_header(self, form: TableForm) -> Header:
        line, cells = next(self._records(), (form.header_line, []))
        try:
            names = [" ".join(composed(name).split()) for name in cells]
        except ValueError as unwanted:
            raise self._refuse(line, str(unwanted)) from None
        while names and not names[-1]:
            names.pop()
        if not names:
            raise self._refuse(line, "there is no header: the names of the columns are expected on this line")
        if len(names) > self._limits.columns:
            raise self._refuse(line, f"more than {self._limits.columns:,} columns")
        if len(names) == 1:
            self._require_delimiter(names[0], line, form)
        return Header(line, tuple(names))

    def _require_delimiter(self, name: str, line: int, form: TableForm) -> None:
        for word, character in _DELIMITERS.items():
            if character in name and word != form.delimiter:
                advice = f"declare 'delimiter: {word}' under 'file' in the mapping file"
                raise self._refuse(line, f"the header is a single column '{shortened(name)}'; {advice}")

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        while True:
            line = self._skipped + self._reader.line_num + 1
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise self._refuse(line, _no_table(error)) from None
            yield line, cells

    def _refuse(self, line: int, message: str) -> Unreadable:
        return Unreadable.because(self.source, message, line=line)


def _no_table(error: csv.Error) -> str:
    problem = str(error)
    if "unexpected end of data" in problem:
        return "a quote that is opened in this row is never closed"
    if "field limit" in problem:
        return (
            f"a cell of more than {csv.field_size_limit():,} characters begins in this row; is its quote never closed?"
        )
    if "expected after" in problem:
        return "something follows a closing quote; a quote inside a cell is written twice"
    return f"not CSV: {problem}"


def _decoded(source: str, content: bytes, encoding: Encoding) -> str:
    _require_encoding(source, content, encoding)
    try:
        return content.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = content[: error.start].decode(encoding, "replace").count("\n") + 1
        byte = f"0x{content[error.start]:02x}"
        advice = (
            "save the file as UTF-8, or declare its encoding under 'file' in the mapping file, such as windows-1252"
        )
        raise Unreadable.because(source, f"the byte {byte} is not {encoding.upper()}; {advice}", line=line) from None


def _require_encoding(source: str, content: bytes, encoding: Encoding) -> None:
    advice = "under 'file' in the mapping file"
    if content.startswith(_WORKBOOKS):
        raise Unreadable.because(source, "is a spreadsheet workbook; save it as CSV", line=1)
    if content.startswith(_UTF_16) and encoding != "utf-16":
        raise Unreadable.because(source, f"is written in UTF-16; declare 'encoding: utf-16' {advice}", line=1)
    if encoding not in ("utf-8", "utf-16") and not content.isascii() and _is_utf_8(content):
        message = f"is written in UTF-8, not in {encoding}; declare 'encoding: utf-8' {advice}"
        raise Unreadable.because(source, message, line=1)


def _is_utf_8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
