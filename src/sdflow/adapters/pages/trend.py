"""Trend: where the points and lines of a small chart stand; the templates draw it. All lengths are pixels of CSS."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

_ROOM = 0.12
"""How much of the height stays free above the highest and below the lowest value."""


@dataclass(frozen=True)
class TrendPicture:
    """Lines through values that follow one another, a point for each value (none where there is none), and the target's line.

    `low` and `high` are how far down the least and the most lie, of the values and the target together.
    """

    lines: tuple[tuple[tuple[float, float], ...], ...]
    points: tuple[tuple[float, float] | None, ...]
    target: float | None
    least: Decimal
    most: Decimal
    low: float
    high: float


def trend_picture(
    values: Sequence[Decimal | None], target: Decimal | None, width: float, height: float
) -> TrendPicture | None:
    """Values from left to right at even distances, between the lowest and the highest of them and the target.

    None where there is no value. The line is broken where a value is missing.
    """
    known = [one for one in values if one is not None]
    if not known:
        return None
    edges = [*known, *([target] if target is not None else [])]
    least, most = min(edges), max(edges)
    step = width / max(len(values) - 1, 1)
    points = tuple(
        None if one is None else (number * step, _down(one, least, most, height)) for number, one in enumerate(values)
    )
    line = None if target is None else _down(target, least, most, height)
    low, high = (_down(one, least, most, height) for one in (least, most))
    return TrendPicture(_runs(points), points, line, least, most, low, high)


def _down(value: Decimal, least: Decimal, most: Decimal, height: float) -> float:
    share = float((value - least) / (most - least)) if most > least else 0.5
    return height * (1 - _ROOM - share * (1 - 2 * _ROOM))


def _runs(points: Sequence[tuple[float, float] | None]) -> tuple[tuple[tuple[float, float], ...], ...]:
    runs: list[list[tuple[float, float]]] = [[]]
    for one in points:
        if one is None:
            runs.append([])
        else:
            runs[-1].append(one)
    return tuple(tuple(run) for run in runs if len(run) > 1)


FILTERS: Mapping[str, Callable[..., Any]] = {"trend_picture": trend_picture}
