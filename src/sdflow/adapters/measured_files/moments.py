"""Moments: texts in the declared forms as instants, and why some of them are none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import polars as pl

from sdflow.adapters.measured_files.chunk import Mask, Refusals
from sdflow.domain.measured import UNKNOWN, Seconds
from sdflow.domain.measured_form import MomentForm, RepeatedHour
from sdflow.domain.wall_time import DAY, instant_text, wall_times

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LENGTHS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_YEARS = (1900, 2999)
_COUNTED = (-2_208_988_800, 32_503_680_000)
"""The years 1900 to 2999 in seconds since 1970."""

FARTHEST = 14 * 3600
"""No clocks of a zone show more than so many seconds beside UTC."""
Whole = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Read:
    """What one form makes of some texts: instants, and which texts are written so, possible, skipped, shown twice."""

    at: Seconds
    written: Mask
    possible: Mask
    skipped: Mask
    repeated: Mask

    @property
    def sound(self) -> Mask:
        return self.written & self.possible & ~self.skipped


@dataclass(frozen=True)
class MomentReader:
    """Reads instants in the forms of a file; `latest` is the instant after which none can lie."""

    forms: Sequence[MomentForm]
    zone: str
    repeated_hour: RepeatedHour
    latest: int

    def read(self, cells: pl.Series, column: str, refusals: Refusals) -> Seconds:
        """The instants of some cells, `UNKNOWN` where they say nothing or where the row is refused."""
        read = [self._by(form, cells) for form in self.forms]
        said = cells.is_not_null().to_numpy()
        at = np.full(len(cells), UNKNOWN, dtype=np.int64)
        for one in read:
            at = np.where((at == UNKNOWN) & one.sound, one.at, at)
        self._refuse_unread(said, read, column, refusals)
        self._refuse_twofold(read, column, refusals)
        if self.repeated_hour is RepeatedHour.refuse:
            twice = _any(one.sound & one.repeated for one in read)
            refusals.refuse(
                twice,
                column,
                f"the clocks of {self.zone} show this time twice",
                "give it with its offset, or say 'repeated_hour: earlier' or 'later' in the mapping",
            )
        late = at > self.latest
        refusals.refuse(late, column, "lies in the future", "correct it; what has not happened yet is left empty")
        return np.where(refusals.refused & late, UNKNOWN, at)

    def _refuse_unread(self, said: Mask, read: Sequence[_Read], column: str, refusals: Refusals) -> None:
        written, possible = _any(one.written for one in read), _any(one.written & one.possible for one in read)
        forms = " or ".join(form.text for form in self.forms)
        wanted = f"must be a time written as {forms}"
        refusals.refuse(said & ~written, column, wanted, "correct it, or add its form under 'times' in the mapping")
        refusals.refuse(written & ~possible, column, "there is no such day or time", "correct it")
        skipped = possible & ~_any(one.sound for one in read)
        reason = f"the clocks of {self.zone} never show this time: they jump over it"
        refusals.refuse(skipped, column, reason, "check the zone of the mapping, or correct it")

    def _refuse_twofold(self, read: Sequence[_Read], column: str, refusals: Refusals) -> None:
        for number, first in enumerate(read):
            for second in read[number + 1 :]:
                differ = first.sound & second.sound & (first.at != second.at)
                reason = partial(_two_readings, first.at, second.at, self.zone)
                refusals.refuse(differ, column, reason, "declare one form of times, or split the file by them")

    def _by(self, form: MomentForm, cells: pl.Series) -> _Read:
        if form.epoch:
            return _counted(form, cells)
        parts = cells.str.extract_groups(f"^(?:{form.pattern})$").struct.unnest()
        written = parts[:, 0].is_not_null().to_numpy()
        year, month, day = _number(parts, "year"), _month(parts), _number(parts, "day")
        hour, minute, second = _hour(parts), _number(parts, "minute"), _number(parts, "second")
        possible = _is_day(year, month, day) & (hour >= 0) & (hour < 24) & (minute < 60) & (second < 60)
        shown = _days(year, month, day) * DAY + hour * 3600 + minute * 60 + second
        offset = _offset(parts)
        possible &= ~(np.abs(offset) > FARTHEST)
        shown = np.where(written & possible, shown, 0)
        return self._placed(shown, written, possible, offset)

    def _placed(self, shown: Seconds, written: Mask, possible: Mask, offset: npt.NDArray[np.float64]) -> _Read:
        known = ~np.isnan(offset)
        walls = wall_times(self.zone, shown)
        local = walls.later if self.repeated_hour is RepeatedHour.later else walls.earlier
        at = np.where(known, shown - np.nan_to_num(offset).astype(np.int64), local)
        return _Read(at, written, possible, walls.skipped & ~known, walls.repeated & ~known)


def _two_readings(first: Seconds, second: Seconds, zone: str, row: int) -> str:
    one, other = (instant_text(int(at[row]), zone) for at in (first, second))
    return f"can be read as {one} and as {other}"


def _counted(form: MomentForm, cells: pl.Series) -> _Read:
    found = cells.cast(pl.Float64, strict=False)
    seconds = np.floor(found.fill_null(0.0).to_numpy() / form.epoch)
    written = (found.is_not_null() & found.is_finite()).to_numpy()
    possible = (seconds >= _COUNTED[0]) & (seconds < _COUNTED[1])
    none = np.zeros(len(cells), dtype=np.bool_)
    return _Read(np.where(possible, seconds, 0).astype(np.int64), written, possible, none, none)


def _any(masks: Iterable[Mask]) -> Mask:
    found: Mask = np.logical_or.reduce(list(masks))
    return found


def _number(parts: pl.DataFrame, name: str) -> Whole:
    if name not in parts.columns:
        return np.zeros(parts.height, dtype=np.int64)
    found: Whole = parts[name].cast(pl.Int64, strict=False).fill_null(0).to_numpy()
    return found


def _month(parts: pl.DataFrame) -> Whole:
    if "name" not in parts.columns:
        return _number(parts, "month")
    numbers = {name: number for number, name in enumerate(_MONTHS, 1)}
    found = parts["name"].str.to_lowercase().replace_strict(numbers, default=0, return_dtype=pl.Int64)
    months: Whole = found.fill_null(0).to_numpy()
    return months


def _hour(parts: pl.DataFrame) -> Whole:
    hour = _number(parts, "hour")
    if "half" not in parts.columns:
        return hour
    half = (parts["half"].str.to_lowercase() == "pm").fill_null(False).to_numpy()
    return np.where((hour < 1) | (hour > 12), -1, hour % 12 + 12 * half)


def _offset(parts: pl.DataFrame) -> npt.NDArray[np.float64]:
    if "offset" not in parts.columns:
        return np.full(parts.height, np.nan)
    given = parts["offset"]
    pieces = given.str.extract_groups("^([+-])([0-9]{2}):?([0-9]{2})$").struct.unnest()
    sign = np.where((pieces[:, 0] == "-").fill_null(False).to_numpy(), -1, 1)
    hours, minutes = (pieces[:, number].cast(pl.Int64, strict=False).fill_null(0).to_numpy() for number in (1, 2))
    seconds = sign * np.where(minutes < 60, hours * 3600 + minutes * 60, 2 * FARTHEST)
    return np.where(given.is_not_null().to_numpy(), seconds.astype(np.float64), np.nan)


def _is_day(year: Whole, month: Whole, day: Whole) -> Mask:
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    in_year = (month >= 1) & (month <= 12)
    length = _LENGTHS[np.where(in_year, month, 1) - 1] + (leap & (month == 2))
    found: Mask = in_year & (day >= 1) & (day <= length) & (year >= _YEARS[0]) & (year <= _YEARS[1])
    return found


def _days(year: Whole, month: Whole, day: Whole) -> Whole:
    """Days since 1970-01-01 in the Gregorian calendar, counted in years that begin in March."""
    moved = year - (month <= 2)
    cycle = moved // 400
    of_cycle = moved - cycle * 400
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    found: Whole = cycle * 146_097 + of_cycle * 365 + of_cycle // 4 - of_cycle // 100 + of_year - 719_468
    return found
