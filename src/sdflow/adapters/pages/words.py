"""Words: numbers, times, dates and texts as people read them.

Nothing is ever printed better than it is: where digits are cut, they are cut downwards. A number and its
unit are held together by a no-break space.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from markupsafe import Markup

NO_BREAK = "\N{NO-BREAK SPACE}"
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]  # fmt: skip
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_NUMBER_WITH_UNIT = re.compile(r"(?<=\d) (?=%|(?:h|min|ms)\b)")
_STEP_OF_PATH = re.compile(r"(?<=[._])(?=[^._])")
_LONG_PATH = 22
_HEADING = re.compile(r'<h3 id="([^"]+)">(.*?)</h3>', re.DOTALL)

OpeningHours = Sequence[Sequence[tuple[int, int]]]


def printed(value: Any) -> Any:
    """What a template prints; a value that is none is a fault of the template, not the word None."""
    if value is None:
        raise ValueError("a value that is none would be printed; ask first whether it is none")
    return value


def number(value: Decimal | int, places: int | None = None, *, at_least: int = 0) -> str:
    """A number with thousands separated, and all the digits that it has.

    `places` cuts downwards to so many decimals; `at_least` only fills up with zeros.
    """
    exact = Decimal(value)
    if places is not None:
        cut = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_FLOOR)
        return f"{cut:,f}"
    text = f"{exact:,f}"
    whole, _, decimals = text.partition(".")
    decimals = decimals.ljust(at_least, "0")
    return f"{whole}.{decimals}" if decimals else whole


def percent(value: Decimal | int, places: int | None = None, *, at_least: int = 0) -> str:
    """A share in per cent, such as 99.90 %; cut downwards where it is cut."""
    return f"{number(value, places, at_least=at_least)}{NO_BREAK}%"


def minutes(value: Decimal | int) -> str:
    """A duration in minutes as people say it: 30 min, 4 h, 2 h 30 min."""
    whole_hours, rest = (number(Decimal(part).normalize()) for part in divmod(value, 60))
    parts = [f"{whole_hours}{NO_BREAK}h"] if whole_hours != "0" else []
    if rest != "0" or not parts:
        parts.append(f"{rest}{NO_BREAK}min")
    return NO_BREAK.join(parts)


def hours(value: Decimal | int) -> str:
    """A duration in hours as people say it: 8 h, 1 h 30 min."""
    return minutes(Decimal(value) * 60)


def clock(value: int) -> str:
    """A minute of the day as a time: 09:00, and 24:00 for midnight at the end."""
    return f"{value // 60:02d}:{value % 60:02d}"


def day(value: date) -> str:
    """A date such as 1 January 2027."""
    return f"{value.day}{NO_BREAK}{_MONTHS[value.month - 1]}{NO_BREAK}{value.year}"


def day_of_year(value: date) -> str:
    """A day that comes back each year, such as 1 January."""
    return f"{value.day}{NO_BREAK}{_MONTHS[value.month - 1]}"


def instant(value: datetime) -> str:
    """An instant to the second, in UTC."""
    moment = value.astimezone(UTC)
    return f"{day(moment)}, {moment:%H:%M:%S}{NO_BREAK}UTC"


def money(amount: Decimal, currency: str) -> str:
    """An amount with its currency, such as EUR 1,234.50."""
    return f"{currency}{NO_BREAK}{number(amount, at_least=2)}"


def paragraphs(text: str) -> Markup:
    """A user's text as paragraphs: blank lines divide them, other line ends are spaces, everything else is literal."""
    parts = (_NUMBER_WITH_UNIT.sub(NO_BREAK, " ".join(part.split())) for part in re.split(r"\n\s*\n", text))
    return Markup("\n").join(Markup("<p>{}</p>").format(part) for part in parts if part)


def colour(value: str) -> str:
    """A colour that may stand in a style; ValueError for anything but #rrggbb."""
    if not _COLOUR.fullmatch(value):
        raise ValueError(f"{value!r} is not a colour; write one such as #123a5f")
    return value


def path(value: str) -> Markup:
    """The path of a clause; one that is long may be broken after a dot or an underscore."""
    breaks = "<wbr>" if len(value) > _LONG_PATH else ""
    return Markup(breaks).join(_STEP_OF_PATH.split(value))


def short_hash(value: str) -> str:
    """The ends of a fingerprint, such as 475608CB…0F6534F8."""
    return f"{value[:8]}…{value[-8:]}".upper()


def hash_groups(value: str) -> str:
    """A hash in groups of eight digits, which the eye can compare."""
    return " ".join(value[start : start + 8] for start in range(0, len(value), 8))


def day_groups(week: OpeningHours) -> list[tuple[int, int, Sequence[tuple[int, int]]]]:
    """Neighbouring days with the same hours together: number of the first and the last day, and the hours."""
    groups: list[tuple[int, int, Sequence[tuple[int, int]]]] = []
    for number_of_day, windows in enumerate(week):
        if groups and list(groups[-1][2]) == list(windows):
            groups[-1] = (groups[-1][0], number_of_day, windows)
        else:
            groups.append((number_of_day, number_of_day, windows))
    return groups


def day_bars(week: OpeningHours) -> list[list[tuple[int, int]]]:
    """The open minutes of each day of the week, with what runs over midnight shown on the day after."""
    bars: list[list[tuple[int, int]]] = [[] for _ in week]
    for number_of_day, windows in enumerate(week):
        for opens, closes in windows:
            bars[number_of_day].append((opens, closes if closes > opens else 1440))
            if closes <= opens and closes > 0:
                bars[(number_of_day + 1) % len(week)].append((0, closes))
    return [sorted(bar) for bar in bars]


def day_runs(closed: Iterable[tuple[date, str]]) -> list[tuple[date, date, str]]:
    """Closed days with neighbours of the same name together: first day, last day, name."""
    runs: list[tuple[date, date, str]] = []
    for on, name in closed:
        if runs and runs[-1][2] == name and (on - runs[-1][1]).days == 1:
            runs[-1] = (runs[-1][0], on, name)
        else:
            runs.append((on, on, name))
    return runs


def headings(page: str) -> list[tuple[str, Markup]]:
    """The third-level headings of a piece of a page: id and title."""
    return [(str(name), Markup(title)) for name, title in _HEADING.findall(page)]


FILTERS: Mapping[str, Callable[..., Any]] = {
    "number": number,
    "percent": percent,
    "minutes": minutes,
    "hours": hours,
    "clock": clock,
    "day": day,
    "day_of_year": day_of_year,
    "instant": instant,
    "money": money,
    "paragraphs": paragraphs,
    "colour": colour,
    "path": path,
    "short_hash": short_hash,
    "hash_groups": hash_groups,
    "day_groups": day_groups,
    "day_bars": day_bars,
    "day_runs": day_runs,
    "headings": headings,
}
