"""Sheet: comma-separated values, written so that a spreadsheet that opens them runs nothing that stands in a cell.

A spreadsheet takes a cell that begins with = + - @ or with a tab or line break for a formula, whoever wrote it (OWASP: CSV
injection).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_TEXT_MARK = "'"
"""What spreadsheets take for the sign that the rest of a cell is text."""


def sheet(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A heading and rows as comma-separated values in UTF-8; text that would be a formula has an apostrophe before it."""
    return _line(columns).encode() + sheet_rows(rows)


def sheet_rows(rows: Iterable[Sequence[object]]) -> bytes:
    """Rows without a heading, for a sheet that is written part by part."""
    return "".join(_line([harmless(cell) for cell in row]) for row in rows).encode()


def _line(cells: Sequence[object]) -> str:
    out = io.StringIO(newline="")
    # Only what stands in its line terminator is quoted by the writer, and either character ends a line for readers.
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue().removesuffix("\r\n") + "\n"


def harmless(cell: object) -> object:
    """A cell that no spreadsheet runs; numbers, also those that are written as text, stay as they are."""
    if not isinstance(cell, str) or not cell.startswith(_BEGINS_FORMULA) or _NUMBER.fullmatch(cell):
        return cell
    return _TEXT_MARK + cell
