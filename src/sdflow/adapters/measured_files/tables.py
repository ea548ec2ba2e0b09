"""Tables: CSV files, also compressed, workbooks and Parquet files as chunks of rows."""

from __future__ import annotations

import codecs
import csv
import difflib
import gzip
import io
import zlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import IO

import fastexcel
import numpy as np
import polars as pl

from sdflow.adapters.measured_files.chunk import Chunk
from sdflow.adapters.measured_files.lines import MOST_CHARACTERS, TOO_LONG, Lines, RowTooLongError, Unpacked
from sdflow.domain.errors import Fault, Unreadable
from sdflow.domain.measured_form import MeasuredColumn, MeasuredForm, RefusedRow

ROWS_AT_ONCE = 50_000
WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
TYPED = (*WORKBOOKS, ".parquet")
"""Files whose cells may be instants by themselves, in whichever form their mapping says that texts are written."""

_ARCHIVES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_GZIP = b"\x1f\x8b"
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DECLARED = "under 'file' in the mapping file"
_EXACT = 2**53
"""Below it a number with decimals holds every whole number."""

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}


def tables(path: Path, form: MeasuredForm) -> Iterator[Chunk]:
    """The rows of a file; `Unreadable` where it is no table, or lacks columns that the mapping names."""
    name = path.name.lower()
    try:
        if name.endswith(".parquet"):
            yield from _parquet(path, form)
        elif name.endswith(WORKBOOKS):
            yield from _workbook(path, form)
        else:
            yield from _csv(path, form)
    except FileNotFoundError:
        raise Unreadable.because(str(path), "there is no such file") from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise Unreadable.because(str(path), f"the compressed file is damaged: {error}") from None
    except OSError as error:
        raise Unreadable.because(str(path), f"cannot be read: {error.strerror or error}") from None
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError) as error:
        first = str(error).strip().splitlines()[0]
        raise Unreadable.because(str(path), f"is no file of this sort, or is damaged: {first}") from None


def _csv(path: Path, form: MeasuredForm) -> Iterator[Chunk]:
    with path.open("rb") as raw:
        size = max(path.stat().st_size, 1)
        start = raw.read(4)
        raw.seek(0)
        if start.startswith(_ARCHIVES):
            raise Unreadable.because(str(path), "is a spreadsheet workbook; give its file the ending .xlsx", line=1)
        packed = Unpacked(path, raw) if start.startswith(_GZIP) else None
        content = io.BufferedReader(packed) if packed else raw
        if content.peek(2).startswith(_UTF_16) and form.look.encoding != "utf-16":
            raise Unreadable.because(str(path), f"is written in UTF-16; declare 'encoding: utf-16' {_DECLARED}", line=1)
        encoding = "utf-8-sig" if form.look.encoding == "utf-8" else form.look.encoding
        with io.TextIOWrapper(content, encoding, newline="") as text:
            for chunk in _Csv(str(path), text, form).chunks():
                chunk.share = raw.tell() / size
                yield chunk


class _Csv:
    """Reads the rows of a CSV file with their lines."""

    def __init__(self, source: str, text: IO[str], form: MeasuredForm) -> None:
        self._source, self._look, self._text = source, form.look, Lines(source, text)
        self._line = 0
        for _ in range(form.look.header_line - 1):
            self._some_lines(1)
        self._text.taken_out()
        line = self._line + 1
        written = self._some_lines(1)
        if self._text.taken_out():
            raise Unreadable.because(source, f"{TOO_LONG}; the names of the columns are expected", line=line)
        header = next((row for row, _ in self._rows(written, line - 1)[0]), [])
        self._names = [" ".join(name.split()) for name in header]
        if not any(self._names):
            raise Unreadable.because(source, "there is no header: the names of the columns", line=line)
        _require_delimiter(source, line, "".join(written), self._names, form)
        self._positions = _positions(source, line, self._names, form)

    def chunks(self) -> Iterator[Chunk]:
        """The rows, so many at once."""
        while True:
            before = self._line
            lines = self._some_lines(ROWS_AT_ONCE)
            if not lines:
                return
            text, left_out = "".join(lines), self._text.taken_out()
            plain = not left_out and self._is_plain(text, len(lines))
            chunk = self._plain(text, lines, before) if plain else self._quoted(lines, before)
            chunk.misshapen = [*left_out, *chunk.misshapen]
            yield chunk

    def _some_lines(self, most: int) -> list[str]:
        try:
            lines = self._text.some(most)
        except UnicodeDecodeError as error:
            byte = f"the byte 0x{error.object[error.start]:02x} is not {self._look.encoding.upper()}"
            advice = f"declare 'encoding' {_DECLARED}, such as windows-1252"
            message = f"after this line {byte}; {advice}"
            raise Unreadable.because(self._source, message, line=self._line + 1) from None
        except UnicodeError:
            message = f"does not begin as {self._look.encoding.upper()} does; correct 'encoding' {_DECLARED}"
            raise Unreadable.because(self._source, message, line=1) from None
        self._line += len(lines)
        return lines

    def _is_plain(self, text: str, lines: int) -> bool:
        """Whether every line is a row with as many cells as the header, and none is quoted."""
        width = len(self._names)
        whole = text.count(self._look.delimiter) == lines * (width - 1) and width > 1
        ended = "\r" not in text or text.count("\r\n") == text.count("\r") == text.count("\n")
        return whole and ended and '"' not in text

    def _plain(self, text: str, lines: list[str], before: int) -> Chunk:
        try:
            frame = pl.read_csv(
                text.encode(),
                has_header=False,
                separator=self._look.delimiter,
                quote_char=None,
                infer_schema=False,
                schema={str(position): pl.String for position in range(len(self._names))},
            )
        except pl.exceptions.PolarsError:
            return self._quoted(lines, before)
        columns = {name: frame[str(position)] for name, position in self._positions.items()}
        return Chunk(self._source, np.arange(before + 1, before + 1 + frame.height, dtype=np.int64), columns)

    def _quoted(self, some: list[str], before: int) -> Chunk:
        numbered, unread = self._rows(some, before)
        width = len(self._names)
        misshapen = [*unread, *(self._misshapen(row, line) for row, line in numbered if row and len(row) != width)]
        whole = [(row, line) for row, line in numbered if len(row) == width]
        columns = {
            name: pl.Series(name, [row[position] for row, _ in whole], dtype=pl.String)
            for name, position in self._positions.items()
        }
        lines = np.array([line for _, line in whole], dtype=np.int64)
        return Chunk(self._source, lines, columns, misshapen=misshapen)

    def _rows(self, lines: list[str], before: int) -> tuple[list[tuple[list[str], int]], list[RefusedRow]]:
        """The rows of some lines, and of those after them into which the last of them runs, each with its first line.

        A row of one line with a stray quote is refused. One that runs over several may have swallowed others: then nobody can say
        which rows there are.
        """
        reader = csv.reader(chain(lines, self._text), delimiter=self._look.delimiter, strict=True)
        rows: list[tuple[list[str], int]] = []
        refused = []
        while (begun := reader.line_num) < len(lines):
            try:
                rows.append((next(reader), before + begun + 1))
            except csv.Error as error:
                line = before + reader.line_num
                if reader.line_num > begun + 1 or "unexpected end" in str(error):
                    message = f"not CSV: {error}; is a quote never closed?"
                    raise Unreadable.because(self._source, message, line=line) from None
                refused.append(self._refused(line, lines[begun].strip(), *_why(str(error))))
            except RowTooLongError:
                message = (
                    f"not CSV: from here a row has more than {MOST_CHARACTERS:,} characters; is a quote never closed?"
                )
                raise Unreadable.because(self._source, message, line=before + begun + 1) from None
        self._line += reader.line_num - len(lines)
        return rows, refused

    def _misshapen(self, row: list[str], line: int) -> RefusedRow:
        reason = f"the row has {len(row):,} cells where the header has {len(self._names):,}"
        advice = "a cell that contains the delimiter or a quote needs quotes"
        return self._refused(line, self._look.delimiter.join(row), reason, advice)

    def _refused(self, line: int, value: str, reason: str, advice: str) -> RefusedRow:
        return RefusedRow(file=self._source, line=line, column="", value=value[:200], reason=reason, advice=advice)


def _why(error: str) -> tuple[str, str]:
    """Why a row of one line is no CSV, and what to do."""
    if "field limit" in error:
        return f"a cell has more than {csv.field_size_limit():,} characters", "shorten it in the export"
    advice = "a cell that contains the delimiter or a quote needs quotes, and each quote in it is doubled"
    return "a quote stands in the midst of a cell", advice


def _workbook(path: Path, form: MeasuredForm) -> Iterator[Chunk]:
    book = fastexcel.read_excel(path)
    sheet = form.look.sheet
    if sheet is not None and sheet not in book.sheet_names:
        known = ", ".join(book.sheet_names)
        raise Unreadable.because(
            form.mapping, f"there is no sheet '{sheet}' in {path}; it has {known}", field="file.sheet"
        )
    loaded = book.load_sheet(
        sheet if sheet is not None else 0, header_row=None, skip_rows=0, dtypes="string", whitespace_as_null=True
    )
    frame = loaded.to_polars()
    header = form.look.header_line
    names = [str(name or "") for name in frame.row(header - 1)] if frame.height >= header else []
    if not any(names):
        raise Unreadable.because(str(path), "there is no header: the names of the columns", line=header)
    yield from _frames(path, form, [frame.slice(header)], names, max(frame.height - header, 0), header)


def _parquet(path: Path, form: MeasuredForm) -> Iterator[Chunk]:
    found = pl.scan_parquet(path)
    schema = found.collect_schema()
    names = [" ".join(name.split()) for name in schema.names()]
    positions = _positions(str(path), 1, names, form)
    wanted = [schema.names()[position] for position in sorted(positions.values())]
    for name in wanted:
        if schema[name].is_nested() or schema[name] in (pl.Duration, pl.Binary, pl.Object):
            message = f"the column '{name}' holds {str(schema[name]).lower()}; texts, numbers and times can be read"
            raise Unreadable.because(str(path), message)
    chosen = found.select(wanted)
    height = int(found.select(pl.len()).collect().item())
    parts = (chosen.slice(start, ROWS_AT_ONCE).collect() for start in range(0, height, ROWS_AT_ONCE))
    yield from _frames(path, form, parts, wanted, height, 0)


def _frames(
    path: Path,
    form: MeasuredForm,
    frames: Iterator[pl.DataFrame] | Sequence[pl.DataFrame],
    names: Sequence[str],
    height: int,
    before: int,
) -> Iterator[Chunk]:
    """Frames as chunks; the lines count from the row after `before`, and rows without any cell are left out."""
    wanted = _positions(str(path), max(before, 1), [" ".join(name.split()) for name in names], form)
    done = 0
    for whole in frames:
        for frame in whole.iter_slices(ROWS_AT_ONCE):
            lines = np.arange(before + done + 1, before + done + 1 + frame.height, dtype=np.int64)
            done += frame.height
            filled = frame.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
            rows = frame.filter(filled)
            columns = {name: _as_text(rows.to_series(position)) for name, position in wanted.items()}
            yield Chunk(str(path), lines[filled.to_numpy()], columns, share=done / max(height, 1))


def _as_text(cells: pl.Series) -> pl.Series:
    """Cells of any type as texts: instants as ISO 8601 writes them, whole numbers without decimals."""
    if isinstance(cells.dtype, pl.Datetime):
        zoned = cells.dtype.time_zone is not None
        instants = cells.dt.convert_time_zone("UTC") if zoned else cells
        return instants.dt.strftime("%Y-%m-%d %H:%M:%SZ" if zoned else "%Y-%m-%d %H:%M:%S")
    if cells.dtype == pl.Date:
        return cells.dt.strftime("%Y-%m-%d 00:00:00")
    if cells.dtype.is_float() and bool(((cells == cells.floor()) & (cells.abs() < _EXACT)).all()):
        return cells.cast(pl.Int64, strict=False).cast(pl.String)
    return cells if cells.dtype == pl.String else cells.cast(pl.String, strict=False)


def _require_delimiter(source: str, line: int, header: str, names: Sequence[str], form: MeasuredForm) -> None:
    """Refuse a header in which nothing is found because other delimiters stand between its names."""
    ours = form.look.delimiter
    other = max(DELIMITERS, key=header.count)
    if {column.name for column in form.named_columns()}.isdisjoint(names) and header.count(other) > header.count(ours):
        message = f"between the names stands not the {DELIMITERS[ours]}, but the {DELIMITERS[other]}"
        advice = f"declare 'delimiter: {DELIMITERS[other]}' {_DECLARED}"
        raise Unreadable.because(source, f"{message}; {advice}", line=line)


def _positions(source: str, line: int, names: Sequence[str], form: MeasuredForm) -> Mapping[str, int]:
    """Where each column that the mapping names stands; `Unreadable` with those that are not there, or twice."""
    faults = [
        Fault(form.mapping, column.line, "", _absent(source, line, names, column))
        for column in form.named_columns()
        if names.count(column.name) != 1
    ]
    if faults:
        raise Unreadable(*dict.fromkeys(faults))
    return {column.name: names.index(column.name) for column in form.named_columns()}


def _absent(source: str, line: int, names: Sequence[str], column: MeasuredColumn) -> str:
    if column.name in names:
        return f"the column '{column.name}' stands {names.count(column.name)} times in {source}; rename all but one"
    near = difflib.get_close_matches(column.name, names, 1, 0.65)
    meant = f"; did you mean '{near[0]}'?" if near else "."
    known = ", ".join(name for name in names if name)
    return f"there is no column '{column.name}' in {source}, line {line}{meant} Its columns are: {known}"
