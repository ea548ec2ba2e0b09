"""Tables: CSV files, also compressed, workbooks and Parquet files as chunks of rows."""

from __future__ import annotations

import csv
import difflib
import gzip
import io
import zlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import IO

import fastexcel
import numpy as np
import polars as pl

from sdflow.adapters.measured_files.chunk import Chunk
from sdflow.domain.errors import Fault, Unreadable
from sdflow.domain.measured_form import MeasuredColumn, MeasuredForm, RefusedRow

ROWS_AT_ONCE = 50_000
WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_ARCHIVES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_GZIP = b"\x1f\x8b"


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
        content = io.BufferedReader(gzip.GzipFile(fileobj=raw)) if start.startswith(_GZIP) else raw
        encoding = "utf-8-sig" if form.look.encoding == "utf-8" else form.look.encoding
        with io.TextIOWrapper(content, encoding, newline="") as text:
            for chunk in _Csv(str(path), text, form).chunks():
                chunk.share = raw.tell() / size
                yield chunk


class _Csv:
    """Reads the rows of a CSV file with their lines."""

    def __init__(self, source: str, text: IO[str], form: MeasuredForm) -> None:
        self._source, self._look, self._text = source, form.look, text
        self._line = 0
        self._some_lines(form.look.header_line - 1)
        line = self._line + 1
        header = next(iter(self._rows(self._some_lines(1))), [])
        self._names = [" ".join(name.split()) for name in header]
        if not any(self._names):
            raise Unreadable.because(source, "there is no header: the names of the columns", line=line)
        self._positions = _positions(source, line, self._names, form)

    def chunks(self) -> Iterator[Chunk]:
        """The rows, so many at once."""
        while True:
            before = self._line
            lines = self._some_lines(ROWS_AT_ONCE)
            if not lines:
                return
            text = "".join(lines)
            yield self._plain(text, before) if self._is_plain(text, len(lines)) else self._quoted(lines, before)

    def _some_lines(self, most: int) -> list[str]:
        try:
            lines = list(islice(self._text, most))
        except UnicodeDecodeError as error:
            byte = f"the byte 0x{error.object[error.start]:02x} is not {self._look.encoding.upper()}"
            advice = "declare 'encoding' under 'file' in the mapping file, such as windows-1252"
            message = f"after this line {byte}; {advice}"
            raise Unreadable.because(self._source, message, line=self._line + 1) from None
        self._line += len(lines)
        return lines

    def _is_plain(self, text: str, lines: int) -> bool:
        """Whether every line is a row with as many cells as the header, and none is quoted."""
        width = len(self._names)
        whole = text.count(self._look.delimiter) == lines * (width - 1) and width > 1
        ended = "\r" not in text or text.count("\r\n") == text.count("\r") == text.count("\n")
        return whole and ended and '"' not in text

    def _plain(self, text: str, before: int) -> Chunk:
        try:
            frame = pl.read_csv(
                text.encode(),
                has_header=False,
                separator=self._look.delimiter,
                quote_char=None,
                infer_schema=False,
                schema={str(position): pl.String for position in range(len(self._names))},
            )
        except pl.exceptions.ComputeError:
            return self._quoted(text.splitlines(keepends=True), before)
        columns = {name: frame[str(position)] for name, position in self._positions.items()}
        return Chunk(self._source, np.arange(before + 1, before + 1 + frame.height, dtype=np.int64), columns)

    def _quoted(self, some: list[str], before: int) -> Chunk:
        rows = self._rows(some)
        lines = self._lines(rows, before)
        width = len(self._names)
        misshapen = []
        if any(len(row) != width for row in rows):
            whole = [len(row) == width for row in rows]
            misshapen = list(self._misshapen(rows, lines.tolist(), width))
            rows, lines = [row for row, fits in zip(rows, whole, strict=True) if fits], lines[np.array(whole)]
        columns = {
            name: pl.Series(name, [row[position] for row in rows], dtype=pl.String)
            for name, position in self._positions.items()
        }
        return Chunk(self._source, lines, columns, misshapen=misshapen)

    def _rows(self, lines: list[str]) -> list[list[str]]:
        """The rows of some lines, and of those after them into which the last of them runs."""
        reader = csv.reader(chain(lines, self._text), delimiter=self._look.delimiter, strict=True)
        rows = []
        try:
            while reader.line_num < len(lines):
                rows.append(next(reader))
        except csv.Error as error:
            line = self._line - len(lines) + reader.line_num
            raise Unreadable.because(self._source, f"not CSV: {error}; is a quote never closed?", line=line) from None
        self._line += reader.line_num - len(lines)
        return rows

    def _lines(self, rows: list[list[str]], before: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        if self._line - before == len(rows):
            return np.arange(before + 1, self._line + 1, dtype=np.int64)
        heights = [1 + sum(cell.count("\n") for cell in row) for row in rows]
        return np.array([before + 1, *heights[:-1]], dtype=np.int64).cumsum()

    def _misshapen(self, rows: list[list[str]], lines: list[int], width: int) -> Iterator[RefusedRow]:
        for row, line in zip(rows, lines, strict=True):
            if row and len(row) != width:
                yield RefusedRow(
                    file=self._source,
                    line=line,
                    column="",
                    value=self._look.delimiter.join(row)[:200],
                    reason=f"the row has {len(row):,} cells where the header has {width:,}",
                    advice="a cell that contains the delimiter or a quote needs quotes",
                )


def _workbook(path: Path, form: MeasuredForm) -> Iterator[Chunk]:
    book = fastexcel.read_excel(path)
    sheet = form.look.sheet
    if sheet is not None and sheet not in book.sheet_names:
        known = ", ".join(book.sheet_names)
        raise Unreadable.because(
            form.mapping, f"there is no sheet '{sheet}' in {path}; it has {known}", field="file.sheet"
        )
    loaded = book.load_sheet(sheet if sheet is not None else 0, header_row=form.look.header_line - 1, dtypes="string")
    frame = loaded.to_polars()
    yield from _frames(path, form, [frame], frame.columns, frame.height, form.look.header_line)


def _parquet(path: Path, form: MeasuredForm) -> Iterator[Chunk]:
    found = pl.scan_parquet(path)
    names = found.collect_schema().names()
    _positions(str(path), 1, names, form)
    wanted = found.select(sorted({column.name for column in form.named_columns()}))
    height = int(found.select(pl.len()).collect().item())
    parts = (wanted.slice(start, ROWS_AT_ONCE).collect() for start in range(0, height, ROWS_AT_ONCE))
    yield from _frames(path, form, parts, names, height, 0)


def _frames(
    path: Path,
    form: MeasuredForm,
    frames: Iterator[pl.DataFrame] | Sequence[pl.DataFrame],
    names: Sequence[str],
    height: int,
    before: int,
) -> Iterator[Chunk]:
    """Frames as chunks; the lines count from the row after `before`."""
    wanted = _positions(str(path), max(before, 1), [" ".join(name.split()) for name in names], form)
    done = 0
    for whole in frames:
        for frame in whole.iter_slices(ROWS_AT_ONCE):
            lines = np.arange(before + done + 1, before + done + 1 + frame.height, dtype=np.int64)
            done += frame.height
            columns = {name: _as_text(frame[names[position]]) for name, position in wanted.items()}
            yield Chunk(str(path), lines, columns, share=done / max(height, 1))


def _as_text(cells: pl.Series) -> pl.Series:
    """Cells of any type as texts; instants as ISO 8601 writes them."""
    if isinstance(cells.dtype, pl.Datetime):
        zoned = cells.dtype.time_zone is not None
        instants = cells.dt.convert_time_zone("UTC") if zoned else cells
        return instants.dt.strftime("%Y-%m-%d %H:%M:%SZ" if zoned else "%Y-%m-%d %H:%M:%S")
    if cells.dtype == pl.Date:
        return cells.dt.strftime("%Y-%m-%d 00:00:00")
    return cells if cells.dtype == pl.String else cells.cast(pl.String, strict=False)


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
    meant = f"; did you mean '{near[0]}'?" if near else ""
    known = ", ".join(name for name in names if name)
    return f"there is no column '{column.name}' in {source}, line {line}{meant} Its columns are: {known}"
