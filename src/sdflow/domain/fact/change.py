"""Change: what a customer required, and what has moved since something was signed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sdflow.domain.fact.base import FactKind


@dataclass(frozen=True)
class RequirementAnswer(FactKind):
    """A requirement of the customer, and how the agreement answers it.

    `reply` is accepted, countered, declined or none. `measured`: the requirement points to a figure. `traced`: the clause
    that is to answer it stands in the agreement. `falls_short`: its figure is worse than the one that was wanted.
    """

    compares_support = False

    agreement: str
    clause: str
    requirement: str
    weight: str
    statement: str
    reply: str
    measured: bool
    traced: bool
    falls_short: bool
    shortfall: str | None = None


@dataclass(frozen=True)
class CheckedClause(FactKind):
    """What a supporting agreement was agreed against in one clause of an agreement with a customer, and what it is now.

    `against` says which words of the agreement with the customer those were, its version or its draft; `tighter` says
    that more is promised now, or something else that cannot be told to be less.
    """

    compares_support = False

    agreement: str
    clause: str
    supporter: str
    against: str
    tighter: bool
    was: str
    now: str


@dataclass(frozen=True)
class EmbeddedChange(FactKind):
    """A register entry that reads differently now than in the signed version that embeds it."""

    compares_support = False

    agreement: str
    clause: str
    version: int
    register: str
    changed: str


@dataclass(frozen=True)
class RivalAgreement(FactKind):
    """Another signed agreement that promises the same service to the same customer on the same days."""

    compares_support = False

    agreement: str
    clause: str
    other: str
    first_on: date
