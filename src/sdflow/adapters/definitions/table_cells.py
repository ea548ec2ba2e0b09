"""Table cells: what a cell says, once missing marks, separators, dates and numbers are read as declared."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal

from sdflow.adapters.definitions.text_yaml import Limits, composed
from sdflow.adapters.definitions.wording import found, shortened, unknown

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DecimalMark = Literal["point", "comma"]
ThousandsMark = Literal["point", "comma", "space", "apostrophe"]

_DATE_WORDS = re.compile("yyyy|mmm|mm|m|dd|d")
_DATE_PARTS = {
    "yyyy": "(?P<year>[0-9]{4})",
    "mmm": "(?P<name>[A-Za-z]{3})",
    "mm": "(?P<month>[0-9]{2})",
    "m": "(?P<month>[0-9]{1,2})",
    "dd": "(?P<day>[0-9]{2})",
    "d": "(?P<day>[0-9]{1,2})",
}
_BETWEEN = "./- ,"
_MARKS = {"point": ".", "comma": ",", "space": " \xa0\u202f", "apostrophe": "'’"}
_LINE_BREAK = re.compile("\r\n|\r")


@dataclass(frozen=True)
class DateForm:
    """A way in which dates are written, such as d/m/yyyy."""

    text: str
    pattern: re.Pattern[str]

    def read(self, cell: str) -> tuple[int, int, int] | None:
        """Year, month and day as the cell gives them, none where it is not written so."""
        written = self.pattern.fullmatch(cell)
        if not written:
            return None
        parts = written.groupdict()
        name = str(parts.get("name", "")).lower()
        if name and name not in MONTHS:
            return None
        month = MONTHS.index(name) + 1 if name else int(parts["month"])
        return int(parts["year"]), month, int(parts["day"])


def date_form(text: str) -> DateForm:
    """The form that a text such as d/m/yyyy or dd-mmm-yyyy declares; `ValueError` says what is wrong with it."""
    words = _DATE_WORDS.findall(text)
    between = _DATE_WORDS.split(text)
    if sorted(word[0] for word in words) != ["d", "m", "y"] or any(set(one) - set(_BETWEEN) for one in between):
        raise ValueError(f"must be a form of dates such as d/m/yyyy, dd.mm.yyyy or d-mmm-yyyy, {found(text)}")
    if any(len(word) == 1 and not after for word, after in zip(words[:2], between[1:], strict=False)):
        raise ValueError(f"needs something between its parts, or two letters for day and month, {found(text)}")
    pattern = "".join(
        re.escape(one) + _DATE_PARTS.get(word, "") for one, word in zip(between, [*words, ""], strict=True)
    )
    return DateForm(text, re.compile(pattern))


@dataclass(frozen=True)
class NumberForm:
    """How numbers are written: the mark before the decimals, and the one between groups of three digits, if any."""

    decimal: DecimalMark
    thousands: ThousandsMark | None = None

    def read(self, cell: str) -> str:
        """The number with a decimal point and without marks between its digits; `ValueError` where it is none."""
        mark = re.escape(_MARKS[self.decimal])
        whole = "[0-9]+"
        if self.thousands:
            whole = f"(?:[0-9]+|[0-9]{{1,3}}(?:[{re.escape(_MARKS[self.thousands])}][0-9]{{3}})+)"
        written = re.fullmatch(f"([+-]?)({whole})(?:{mark}([0-9]+))?", cell)
        if not written:
            raise ValueError(f"must be a number written as {self._example()}, {found(cell)}")
        sign, digits, decimals = written.groups()
        digits = re.sub("[^0-9]", "", digits)
        return f"{sign}{digits}.{decimals}" if decimals else f"{sign}{digits}"

    def _example(self) -> str:
        between = _MARKS[self.thousands][0] if self.thousands else ""
        return f"1{between}234{_MARKS[self.decimal]}5"


@dataclass(frozen=True)
class CellForm:
    """How the cells of a column are written; marks and words are compared without regard to capitals.

    `missing` are marks for nothing, `translations` the words of the table with ours, `separator` what stands between
    the entries of a list, `unit` what may stand beside a value and is left out.
    """

    missing: frozenset[str] = frozenset()
    translations: Mapping[str, str] = field(default_factory=dict)
    separator: str | None = None
    unit: str | None = None
    dates: tuple[DateForm, ...] = ()
    numbers: NumberForm | None = None

    def read(self, cell: str) -> str | list[str] | None:
        """What a cell says, none where it says nothing; `ValueError` says why it cannot be read."""
        text = self._said(clean(cell))
        if text is None or self.separator is None:
            return None if text is None else self._single(text)
        parts = (self._said(part) for part in text.split(self.separator))
        return [self._single(part) for part in parts if part is not None] or None

    @cached_property
    def _words(self) -> dict[str, str]:
        return {word.casefold(): ours for word, ours in self.translations.items()}

    def _said(self, cell: str) -> str | None:
        text = cell.strip()
        return text if text and text.casefold() not in self.missing else None

    def _single(self, text: str) -> str:
        if self.translations:
            text = self._translated(text)
        if self.unit:
            text = self._without_unit(text, self.unit)
        if self.dates:
            return self._day(text)
        return self.numbers.read(text) if self.numbers else text

    def _translated(self, text: str) -> str:
        ours = self._words.get(text.casefold())
        if ours is None and text not in self.translations.values():
            raise ValueError(unknown("translation of", text, self.translations))
        return ours or text

    def _without_unit(self, text: str, unit: str) -> str:
        value = text.removesuffix(unit).removeprefix(unit).strip()
        if not value:
            raise ValueError(f"nothing stands beside the unit {unit}")
        return value

    def _day(self, text: str) -> str:
        written = [parts for form in self.dates if (parts := form.read(text))]
        if not written:
            forms = " or ".join(form.text for form in self.dates)
            raise ValueError(f"must be a date written as {forms}, {found(text)}")
        days = sorted({day.isoformat() for parts in written if (day := _day(*parts))})
        if not days:
            raise ValueError(f"there is no day {shortened(text)} in the calendar")
        if len(days) > 1:
            raise ValueError(f"'{shortened(text)}' can be read as {' and as '.join(days)}; declare one form of dates")
        return days[0]


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def clean(cell: str) -> str:
    """The text of a cell in Unicode's composed form, lines ended by one character; `ValueError` where it is none."""
    if len(cell) > Limits.scalar:
        raise ValueError(f"a text of {len(cell):,} characters; at most {Limits.scalar:,} are allowed")
    return composed(_LINE_BREAK.sub("\n", cell))
