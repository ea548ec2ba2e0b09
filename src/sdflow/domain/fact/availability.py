"""Availability: what is promised of a service beside what its components allow."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sdflow.domain.fact.base import FactKind


@dataclass(frozen=True)
class AvailabilityCover(FactKind):
    """What an availability that is promised to a customer rests on: three numbers, each rounded down to six decimals.

    `expected_percent` holds if components fail independently (R6), `guaranteed_percent` whenever their outages fall (R7),
    `worst_percent` in the agreed hours of the agreement's own measuring periods (R8): in `worst_period`, the worst of
    them, such as "March 2026". `weakest` is the component, with its supporters, that costs most of the guaranteed number,
    `weakest_in_hours` the one that costs most in the worst period. The shortfalls are what the expected and the worst
    number fall short of the target.
    """

    agreement: str
    clause: str
    period: str
    target_percent: Decimal
    expected_percent: Decimal
    guaranteed_percent: Decimal
    worst_percent: Decimal
    shortfall_percent: Decimal
    worst_shortfall_percent: Decimal
    weakest: str
    weakest_in_hours: str
    worst_period: str


@dataclass(frozen=True)
class UncomputedAvailability(FactKind):
    """An availability that is promised, and the reason for which nothing can be computed about it."""

    agreement: str
    clause: str
    target_percent: Decimal
    reason: str


@dataclass(frozen=True)
class LongerPeriod(FactKind):
    """A supporting availability that is measured over a longer period than the customer's, which is not met at worst.

    `worst_percent` is the worst number as things are, `worst_in_agreed_period_percent` what it would be if all such
    targets were measured over the customer's period. `decides` says that the customer's target would then be met, and
    that this target is one on which that depends.
    """

    agreement: str
    clause: str
    supporter: str
    supporter_clause: str
    component: str
    period: str
    agreed_period: str
    percent: Decimal
    target_percent: Decimal
    worst_percent: Decimal
    worst_in_agreed_period_percent: Decimal
    decides: bool
