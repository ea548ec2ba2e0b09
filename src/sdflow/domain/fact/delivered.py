"""Delivered: what was reached of promises in periods that are over, and what became of what was missed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sdflow.domain.fact.base import FactKind


@dataclass(frozen=True)
class TargetAttained(FactKind):
    """What was reached of a target in the last of its measuring periods that is over, and of which there is a figure.

    `period` is its name, such as 2026-10. `comparison` says whether `at_least` or `at_most` the target has to be reached,
    `shortfall` by how much it was missed, 0 where it was met. `missed_on_end` counts the periods on end, up to that one, in
    which it was missed, `missed_periods` those among the last `measured_periods` of which there are figures. `cases` stand
    behind the figure, of which `missed_cases` missed the target by themselves, as `behind` says in words; `worst` tells of the
    worst of them.
    """

    compares_support = False

    agreement: str
    clause: str
    title: str
    period: str
    first_on: date
    last_on: date
    target: Decimal
    achieved: Decimal
    unit: str
    comparison: str
    met: bool
    shortfall: Decimal
    missed_on_end: int
    missed_periods: int
    measured_periods: int
    cases: int
    missed_cases: int
    behind: str
    worst: str


@dataclass(frozen=True)
class UnansweredMiss(FactKind):
    """A target that was missed in a period, for which neither an improvement item nor an acceptance exists (R29).

    `days` have passed since the last day of the earliest such period, up to the day on which one looks.
    """

    compares_support = False

    agreement: str
    clause: str
    title: str
    period: str
    last_on: date
    days: int


@dataclass(frozen=True)
class RecurringCause(FactKind):
    """A cause that the desk names for several incidents that missed a target within the last measuring periods."""

    compares_support = False

    agreement: str
    clause: str
    title: str
    cause: str
    cases: int
    first_on: date
    last_on: date


@dataclass(frozen=True)
class DeliveredAvailability(FactKind):
    """What an agreement promises beside what its service delivered through its components over the last year.

    `delivered_percent` is rounded down; `watched_percent` says of how much of the agreed time anything is known.
    `weakest` is what was down longest while the service was: a component that stopped it, or the service itself.
    """

    compares_support = False

    agreement: str
    clause: str
    target_percent: Decimal
    delivered_percent: Decimal
    shortfall_percent: Decimal
    watched_percent: Decimal
    first_on: date
    last_on: date
    weakest: str


@dataclass(frozen=True)
class DueConsequence(FactKind):
    """What an agreement says that follows from a target missed in several periods on end, and that it has come to that."""

    compares_support = False

    agreement: str
    clause: str
    consequence: str
    what: str
    periods: int
    period: str


@dataclass(frozen=True)
class SupporterConsequence(FactKind):
    """What a supporter's agreement says that follows from a target missed in several periods on end, come to that.

    `about` is the supporter's agreement, of which `clause` is the target; `agreement` is one that rests on it.
    """

    compares_support = False

    agreement: str
    about: str
    supporter: str
    clause: str
    consequence: str
    what: str
    periods: int
    period: str


@dataclass(frozen=True)
class MissedSupport(FactKind):
    """A target that a supporter missed in a period in which the agreement with the customer missed one too."""

    compares_support = False

    agreement: str
    clause: str
    period: str
    supporter: str
    supporter_clause: str
    title: str
    target: Decimal
    achieved: Decimal
    unit: str
