"""Promise: what an agreement with a customer promises, and what nobody promises in its stead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sdflow.domain.fact.base import FactKind


@dataclass(frozen=True)
class SlaTarget(FactKind):
    """What an agreement with a customer promises in one clause.

    `minutes` of its own clock for a time per priority, none for a cut-off; `percent` for a share of agreed service
    time or of cases; `value` in `unit` for any other figure, kept by `comparison`; `statement` for what no number says.
    `elapsed_minutes` is how long the time can take at most, from a report at `elapsed_from` on the wall clock.
    """

    states_promise = True

    agreement: str
    clause: str
    service: str
    metric: str
    priority: str | None = None
    minutes: int | None = None
    percent: Decimal | None = None
    value: Decimal | None = None
    unit: str | None = None
    comparison: str | None = None
    statement: str | None = None
    elapsed_minutes: int | None = None
    elapsed_from: str | None = None


@dataclass(frozen=True)
class SupportTarget(FactKind):
    """What a supporting agreement promises for a component of a service that an agreement promises.

    `serial` says that the service stands still whenever this component does. `percent` is none where the
    supporting agreement promises nothing for this metric.
    """

    agreement: str
    clause: str
    supporter: str
    supporter_clause: str
    component: str
    metric: str
    serial: bool
    percent: Decimal | None = None


@dataclass(frozen=True)
class MissingTarget(FactKind):
    """A supporting target that a route or a structure needs and that nobody promises."""

    agreement: str
    clause: str
    supporter: str
    needed: str


@dataclass(frozen=True)
class UncarriedPriority(FactKind):
    """A priority for which a time is promised and that no support route of the service carries."""

    agreement: str
    clause: str
    priority: str


@dataclass(frozen=True)
class UnmappedSeverity(FactKind):
    """A priority for which a supporter on a route names none of its own severities."""

    agreement: str
    clause: str
    supporter: str
    priority: str
    route: str


@dataclass(frozen=True)
class StrayTier(FactKind):
    """A tier whose agreement supports no component that the service needs; `resolves` says that it is the last one."""

    agreement: str
    clause: str
    supporter: str
    route: str
    resolves: bool


@dataclass(frozen=True)
class SupportTerm(FactKind):
    """Whether support is in force for the whole of an agreement's term.

    `what` is the component or the route that needs it. `uncovered_days` counts the days of the term on
    which no signed agreement supports it.
    """

    agreement: str
    clause: str
    what: str
    supporters: str
    term_days: int
    uncovered_days: int
    first_uncovered_on: date | None = None
    unsigned: str | None = None
