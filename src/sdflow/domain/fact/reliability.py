"""Reliability: how often and for how long a service may break beside what its supporters allow its components."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sdflow.domain.fact.base import FactKind


@dataclass(frozen=True)
class BreaksCover(FactKind):
    """The most breaks of a service in a period beside those that its supporters allow the components that can stop it.

    `allowed_breaks` is their sum in the worst of the agreement's periods, `worst_period`; `most` says which component may
    break most often, and who supports it. `over_breaks` is 0 where the promise is kept.
    """

    agreement: str
    clause: str
    period: str
    promised_breaks: int
    allowed_breaks: int
    over_breaks: int
    worst_period: str
    most: str


@dataclass(frozen=True)
class LongestBreak(FactKind):
    """The longest single break of a service beside the one that a supporter allows a component that can stop it.

    The supporter counts `supporter_minutes` of its own hours. `agreed_minutes` is what a break of that length takes at
    most of the agreed hours, when it begins at `worst_start`; `over_minutes` is 0 where that keeps the promise.
    """

    agreement: str
    clause: str
    supporter: str
    supporter_clause: str
    component: str
    promised_minutes: int
    supporter_minutes: int
    agreed_minutes: int
    over_minutes: int
    worst_start: str


@dataclass(frozen=True)
class FailureInterval(FactKind):
    """The mean time between failures of a service beside what its supporters' figures make of it.

    `expected_hours` = 1 / Σ 1/m over the components that can stop it, rounded down; `short_hours` is what is missing, and
    `weakest` the component that fails most often, with its supporters.
    """

    agreement: str
    clause: str
    promised_hours: Decimal
    expected_hours: Decimal
    short_hours: Decimal
    weakest: str
