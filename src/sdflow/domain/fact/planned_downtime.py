"""Planned downtime: when supporters may interrupt a service by plan, beside what the customer has agreed to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sdflow.domain.fact.base import FactKind


@dataclass(frozen=True)
class PlannedWindow(FactKind):
    """A window in which a supporter may interrupt a component that can stop the service, over the horizon.

    `outside_minutes` are those of the agreed hours that lie in it and in no window of the agreement; `first_outside` is the
    first stretch of them. `stated` says whether the agreement has any window.
    """

    agreement: str
    clause: str
    supporter: str
    supporter_clause: str
    window: str
    stated: bool
    outside_minutes: int
    first_outside: str | None = None
    horizon_start: date | None = None
    horizon_end: date | None = None


@dataclass(frozen=True)
class PlannedNotice(FactKind):
    """The notice that a supporter gives of planned work, beside the one that the customer is promised for the same window.

    `spare_days` is what is left to pass the notice on; negative where the supporter's comes later than the customer's is due.
    """

    agreement: str
    clause: str
    supporter: str
    supporter_clause: str
    agreed_days: int
    supporter_days: int
    spare_days: int


@dataclass(frozen=True)
class PlannedLength(FactKind):
    """The longest planned interruption of a supporter, beside the longest that the customer has agreed to."""

    agreement: str
    clause: str
    supporter: str
    supporter_clause: str
    agreed_minutes: int
    supporter_minutes: int
    over_minutes: int


@dataclass(frozen=True)
class PlannedTotal(FactKind):
    """How often, and for how long altogether, supporters may interrupt a service in a period, beside what is agreed.

    The supporters' are summed over the worst of the agreement's periods, `worst_period`; none of the lengths is told
    where somebody does not limit it. What is over is 0 where it keeps what is agreed.
    """

    agreement: str
    clause: str
    period: str
    agreed_count: int
    supporters_count: int
    over_count: int
    worst_period: str
    supporters: str
    agreed_minutes: int | None = None
    supporters_minutes: int | None = None
    over_minutes: int | None = None
