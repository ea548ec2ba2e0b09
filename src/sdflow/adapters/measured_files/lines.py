"""Lines: the lines of a table that is text, none of which takes more memory than a row can need."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from sdflow.adapters.measured_files.chunk import MOST_SHOWN
from sdflow.domain.errors import Unreadable
from sdflow.domain.measured_form import RefusedRow

MOST_CHARACTERS = 1_000_000
"""So long may a line be, and a row that runs over several."""

MOST_AT_ONCE = 32_000_000
"""So many characters are held at once, as long as one line fits into them."""

MOST_UNPACKED_BYTES = 1_000_000_000
MOST_TIMES = 200
"""A compressed file that unpacks to more than both, its bytes and so many times its size, is no export of a desk or a monitor."""

TOO_LONG = f"the line has more than {MOST_CHARACTERS:,} characters"
_ADVICE = "shorten its cells in the export, or leave the row out"
_BLANK = "\n"


class RowTooLongError(ValueError):
    """A row that runs over several lines has more characters than a row may have."""


class Lines:
    """The lines of a text in their order; one that is too long is refused, and an empty one stands for it."""

    def __init__(self, source: str, text: IO[str]) -> None:
        self._source, self._text = source, text
        self._number = 0
        self._of_row = 0
        self.refused: list[RefusedRow] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        """The next line; `RowTooLongError` where the row that goes on in it becomes too long."""
        line = self._text.readline(MOST_CHARACTERS + 1)
        if not line:
            raise StopIteration
        self._number += 1
        self._of_row += len(line)
        if self._of_row > max(MOST_CHARACTERS, len(line)):
            raise RowTooLongError
        if len(line) > MOST_CHARACTERS:
            self._leave_out(line)
            return _BLANK
        return line

    def some(self, most: int) -> list[str]:
        """The next lines, so many and so many characters at most; each may begin a row."""
        found: list[str] = []
        characters = 0
        while characters < MOST_AT_ONCE and len(found) < most:
            self.begin_row()
            line = next(self, "")
            if not line:
                break
            found.append(line)
            characters += len(line)
        return found

    def begin_row(self) -> None:
        """Count the characters of a row from here on."""
        self._of_row = 0

    def taken_out(self) -> list[RefusedRow]:
        """What was refused since it was asked last."""
        refused, self.refused = self.refused, []
        return refused

    def _leave_out(self, begin: str) -> None:
        """Read to the end of a line without keeping it; where a quote is left open in it, nobody can say which rows follow."""
        quotes, piece = 0, begin
        while piece:
            quotes += piece.count('"')
            if piece.endswith(("\n", "\r")):
                break
            piece = self._text.readline(MOST_CHARACTERS)
        if quotes % 2:
            message = f"{TOO_LONG}, and a quote in it is not closed"
            raise Unreadable.because(self._source, message, line=self._number)
        shown = " ".join(begin[: MOST_SHOWN - 1].split())
        self.refused.append(RefusedRow(self._source, self._number, "", f"{shown}…", TOO_LONG, _ADVICE))


class Unpacked(gzip.GzipFile):
    """A compressed file, unpacked as it is read; `Unreadable` where it is far larger than any table that was packed."""

    def __init__(self, path: Path, raw: IO[bytes]) -> None:
        super().__init__(fileobj=raw, mode="rb")
        self._path, self._most = path, max(MOST_UNPACKED_BYTES, MOST_TIMES * path.stat().st_size)
        self._unpacked = 0

    def read(self, size: int | None = -1) -> bytes:
        """The next bytes."""
        found = super().read(size)
        self._unpacked += len(found)
        if self._unpacked > self._most:
            message = f"unpacks to more than {MOST_TIMES} times its size, {self._most:,} bytes; it is no export"
            raise Unreadable.because(str(self._path), f"{message}; look at what it holds, and give it unpacked")
        return found
