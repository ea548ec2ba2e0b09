"""Chunk: some rows of a file, and those of them that cannot be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from sdflow.domain.measured_form import RefusedRow

Mask = npt.NDArray[np.bool_]
Said = str | Callable[[int], str]

MOST_SHOWN = 200


@dataclass
class Chunk:
    """Some rows as texts, by the names of the columns, each with its line; `share` is how much of the file is read by then.

    `cell_lines` says where cells stand that do not stand on the line of their row, and `files` where they are not all of one
    file. `misshapen` are rows that have another number of cells.
    """

    file: str
    lines: npt.NDArray[np.int64]
    columns: Mapping[str, pl.Series]
    share: float = 1.0
    files: Sequence[str] = ()
    cell_lines: Mapping[str, npt.NDArray[np.int64]] = field(default_factory=dict)
    misshapen: Sequence[RefusedRow] = ()

    def __len__(self) -> int:
        return len(self.lines)


class Refusals:
    """Keeps which rows of a chunk are refused, and every reason why."""

    def __init__(self, chunk: Chunk) -> None:
        self.chunk = chunk
        self.rows: list[RefusedRow] = list(chunk.misshapen)
        self.refused: Mask = np.zeros(len(chunk), dtype=np.bool_)

    @property
    def kept(self) -> Mask:
        """Which rows are not refused."""
        return ~self.refused

    @property
    def in_order(self) -> tuple[RefusedRow, ...]:
        """The reasons in the order of the lines."""
        return tuple(sorted(self.rows, key=lambda one: (one.file, one.line)))

    def refuse(self, which: Mask | pl.Series, column: str, reason: Said, advice: Said) -> None:
        """Refuse some rows because of what stands in a column; reason and advice may depend on the row."""
        mask = which.fill_null(False).to_numpy() if isinstance(which, pl.Series) else which
        numbers = np.flatnonzero(mask)
        self.refused[numbers] = True
        self.rows.extend(self._rows(numbers.tolist(), column, reason, advice))

    def _rows(self, numbers: Iterable[int], column: str, reason: Said, advice: Said) -> Iterable[RefusedRow]:
        lines = self.chunk.cell_lines.get(column, self.chunk.lines)
        for number in numbers:
            yield RefusedRow(
                file=self.chunk.files[number] if self.chunk.files else self.chunk.file,
                line=int(lines[number]),
                column=column,
                value=self.value(column, number),
                reason=_of(reason, number),
                advice=_of(advice, number),
            )

    def value(self, column: str, number: int) -> str:
        """What stands in a column of a row, shortened."""
        cells = self.chunk.columns.get(column)
        text = " ".join(str(cells[number] or "").split()) if cells is not None else ""
        return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 1]}…"


def _of(said: Said, number: int) -> str:
    return said if isinstance(said, str) else said(number)
