"""Sheets: what a spreadsheet that opens them takes for text, and what for a number."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdflow.domain.sheet import sheet

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


@pytest.mark.parametrize("cell", ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "-", "=1"])
def test_a_cell_that_would_be_a_formula_is_text(cell: str) -> None:
    assert read(sheet(("a",), [(cell,)])) == [["a"], ["'" + cell]]


@pytest.mark.parametrize("cell", ["-5", "+0.25", "-1e-3", "-.5", Decimal("-2.50"), -7, date(2026, 1, 1), "a=b", ""])
def test_numbers_and_other_texts_stay_as_they_are(cell: object) -> None:
    assert read(sheet(("a", "b"), [(cell, "x")]))[1][0] == str(cell)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20), min_size=1))
def test_whatever_people_write_no_cell_begins_a_formula_and_nothing_is_lost(cells: list[str]) -> None:
    (_, found) = read(sheet(["column"] * len(cells), [cells]))
    for before, after in zip(cells, found, strict=True):
        assert after.removeprefix("'") == before.removeprefix("'")
        assert not after.startswith(FORMULA) or float(after) is not None
