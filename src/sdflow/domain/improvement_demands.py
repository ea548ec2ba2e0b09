"""Improvement demands: how much data it takes to say that a figure became better."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Demands:
    """What a comparison has to reach to say anything; declared beside the life cycle of the items.

    `level`: a p-value up to it says that it became better. `least_cases` on each side for shares of cases, `least_periods`
    for figures of periods: below them nothing is said.
    """

    level: Decimal
    least_cases: int
    least_periods: int
