"""Pieces: texts, clause paths, hashes and weeks as they stand on a page, whatever its language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from markupsafe import Markup

from sdflow.adapters.pages.brand import readable
from sdflow.adapters.pages.words import NO_BREAK
from sdflow.domain.exercise import in_order_of_keys

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


def monogram(name: str) -> str:
    """The first letters of the first two words of a name, such as NS for Northgate Service Delivery."""
    initials = [word[0] for word in re.findall(r"\w+", name)]
    return "".join(initials[:2]).upper()


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


def by_number(found: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The entries of a mapping in the order in which people number keys: P2 before P10."""
    return [(key, found[key]) for key in in_order_of_keys(found)]


FILTERS: Mapping[str, Callable[..., Any]] = {
    "paragraphs": paragraphs,
    "colour": colour,
    "readable": readable,
    "monogram": monogram,
    "path": path,
    "short_hash": short_hash,
    "hash_groups": hash_groups,
    "day_groups": day_groups,
    "day_bars": day_bars,
    "day_runs": day_runs,
    "headings": headings,
    "by_number": by_number,
}
