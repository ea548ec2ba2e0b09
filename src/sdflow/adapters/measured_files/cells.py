"""Cells: what the texts of a column say: words, references, numbers and truths."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import polars as pl

from sdflow.adapters.measured_files.chunk import Chunk, Refusals
from sdflow.domain.measured import Words
from sdflow.domain.measured_form import KnownSubjects, MeasuredColumn, MeasuredForm

LONGEST = 20_000
_UNWANTED = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
_NAMES = ("number", "measure")
_UNWANTED_IN_NAMES = r"[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\x{00A0}]"
_INVISIBLE = "control character, a line break or a space that is none"
_TRUTHS = {"true": 1, "yes": 1, "y": 1, "1": 1, "x": 1, "false": 0, "no": 0, "n": 0, "0": 0}


class Cells:
    """Reads the columns of a chunk as a form declares them, and refuses the rows whose cells cannot be read."""

    def __init__(self, form: MeasuredForm, known: KnownSubjects, chunk: Chunk, refusals: Refusals) -> None:
        self._form, self._known, self._chunk, self._refusals = form, known, chunk, refusals

    def said(self, column: MeasuredColumn) -> pl.Series:
        """What the cells of a column say, none where they say nothing."""
        cells = self._chunk.columns[column.name].str.strip_chars()
        nothing = cells == ""
        if column.missing:
            nothing = nothing | cells.str.to_lowercase().is_in(list(column.missing))
        return pl.select(pl.when(~nothing).then(cells)).to_series()

    def words(self, name: str) -> Words:
        """The words of a field, translated; empty where there are none."""
        column = self._form.columns.get(name)
        if column is None:
            return _same(self._form.constants.get(name, ""), len(self._chunk))
        cells = self.said(column)
        if column.translations:
            cells = self._translated(column, cells)
        unwanted = _UNWANTED_IN_NAMES if name in _NAMES else _UNWANTED
        self._refusals.refuse(
            cells.str.contains(unwanted) | (cells.str.len_chars() > LONGEST),
            column.name,
            f"holds a {_INVISIBLE if name in _NAMES else 'control character'}, or more than {LONGEST:,} characters",
            "remove it from the export",
        )
        return as_words(cells)

    def subject(self, name: str) -> Words:
        """The references of a field that names records."""
        column = self._form.columns.get(name)
        if column is None or not column.by_title:
            words = self.words(name)
            return words if column is None else self._known_only(name, column, pl.Series(words, dtype=pl.String))
        return self._known_only(name, column, self.said(column).str.to_lowercase())

    def required(self, name: str, words: Words) -> None:
        """Refuse the rows in which a field is empty."""
        column = self._form.columns.get(name)
        if column is not None:
            empty = np.array(words == "", dtype=np.bool_)
            self._refusals.refuse(empty, column.name, f"the row has no {name}", "fill the cell, or leave the row out")

    def numbers(self, name: str) -> npt.NDArray[np.float64]:
        """The numbers of a field; not a number where the cell is empty."""
        return self.number(self._form.columns.get(name), self._form.constants.get(name))

    def number(self, column: MeasuredColumn | None, constant: str | None = None) -> npt.NDArray[np.float64]:
        """The numbers of a column, or one number for all rows."""
        if column is None:
            return np.full(len(self._chunk), float(constant or "nan"))
        cells = self.said(column)
        comma = self._form.decimal == ","
        found = (cells.str.replace(",", ".", literal=True) if comma else cells).cast(pl.Float64, strict=False)
        wrong = cells.is_not_null() & (found.is_null() | ~found.is_finite())
        if comma:
            wrong |= cells.str.contains(".", literal=True).fill_null(False)
        example = f"1234{self._form.decimal}5"
        self._refusals.refuse(
            wrong, column.name, f"must be a number such as {example}", "correct it, or declare it as missing"
        )
        return found.fill_null(float("nan")).to_numpy()

    def counts(self, name: str) -> npt.NDArray[np.int64]:
        """The whole numbers of a field, -1 where nothing is said."""
        found = self.numbers(name)
        column = self._form.columns.get(name)
        said = ~np.isnan(found)
        wrong = said & ((found < 0) | (found != np.floor(found)) | (found > 10**12))
        if column is not None:
            self._refusals.refuse(wrong, column.name, "must be a whole number, 0 or more", "correct it")
        return np.where(said & ~wrong, np.nan_to_num(found), -1).astype(np.int64)

    def truths(self, name: str) -> npt.NDArray[np.bool_]:
        """The truths of a field, untrue where nothing is said."""
        words = pl.Series(self.words(name), dtype=pl.String).str.to_lowercase()
        found = words.replace_strict(_TRUTHS, default=None, return_dtype=pl.Int8)
        column = self._form.columns.get(name)
        if column is not None:
            wrong = (words != "") & found.is_null()
            self._refusals.refuse(wrong, column.name, "must be yes or no", "translate the word in the mapping")
        truths: npt.NDArray[np.bool_] = found.fill_null(0).to_numpy() == 1
        return truths

    def _translated(self, column: MeasuredColumn, cells: pl.Series) -> pl.Series:
        ours = {ours.lower(): ours for ours in column.translations.values()}
        found = _looked_up(
            cells.str.to_lowercase(), ours | {word.lower(): to for word, to in column.translations.items()}
        )
        self._refusals.refuse(
            cells.is_not_null() & found.is_null(),
            column.name,
            "the mapping translates no such word",
            f"add it under 'translations' of '{column.name}'",
        )
        return found

    def _known_only(self, name: str, column: MeasuredColumn, cells: pl.Series) -> Words:
        found = _looked_up(cells, self._known.words(name, by_title=column.by_title))
        named = "is titled so" if column.by_title else "has the reference"
        self._refusals.refuse(
            (cells != "") & found.is_null(),
            column.name,
            (lambda row: f"no {name} {named}" if column.by_title else f"no {name} {named} {cells[row]}"),
            "register it with 'sdflow apply', or translate the word in the mapping",
        )
        return as_words(found)


def _looked_up(cells: pl.Series, words: Mapping[str, str]) -> pl.Series:
    if not words:
        return pl.Series(cells.name, [None] * len(cells), dtype=pl.String)
    return cells.replace_strict(list(words), list(words.values()), default=None, return_dtype=pl.String)


def as_words(cells: pl.Series) -> Words:
    """Texts as an array, empty where there are none."""
    words = np.empty(len(cells), dtype=np.object_)
    words[:] = cells.fill_null("").to_list()
    return words


def _same(word: str, count: int) -> Words:
    words = np.empty(count, dtype=np.object_)
    words[:] = word
    return words
