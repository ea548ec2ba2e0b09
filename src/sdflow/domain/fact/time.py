"""Time: hours and times beside those of the agreements that carry them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sdflow.domain.fact.base import FactKind


@dataclass(frozen=True)
class HoursCover(FactKind):
    """How far the hours of those who support a component cover the agreement's hours, over the horizon.

    `first_gap` is in the wall-clock time of the agreement's own calendar, such as
    "Sat 14 Nov 2026 09:00–13:00 (Europe/London)"; it is none where nothing is uncovered.
    """

    agreement: str
    clause: str
    component: str
    supporters: str
    agreed_minutes: int
    uncovered_minutes: int
    gaps: int
    first_gap: str | None = None
    horizon_start: date | None = None
    horizon_end: date | None = None


@dataclass(frozen=True)
class ContactCover(FactKind):
    """How far the customer can reach somebody in the hours in which support is promised, over the horizon.

    `contacts` are the agreements at the first stations of the support routes; somebody can be reached in the contact and
    on-call hours of any of them. `first_gap` is as for a component.
    """

    agreement: str
    clause: str
    contacts: str
    agreed_minutes: int
    uncovered_minutes: int
    gaps: int
    first_gap: str | None = None
    horizon_start: date | None = None
    horizon_end: date | None = None


@dataclass(frozen=True)
class NeverOpen(FactKind):
    """A calendar of an agreement that does not open on any day of the horizon; `holder` is the agreement that names it."""

    agreement: str
    clause: str
    holder: str
    calendar: str
    horizon_start: date
    horizon_end: date


@dataclass(frozen=True)
class SupportRoute(FactKind):
    """How late the worst start of a support route arrives, against the agreement's clause.

    `promised` says in words what is promised, `promised_minutes` in minutes of its clock; none for a cut-off.
    Lateness is in minutes of elapsed time; at or below 0 the route holds. Where a case that takes as long has missed the
    promise already, and not those of all who end the route, a minute is added. `guaranteed_percent` is the share that the
    tiers' own compliance shares still guarantee: 100 − Σ(100 − p). `endless`: from the worst start support does not
    arrive while the calendars last; the lateness is then the least that is certain. `margin_minutes` is
    what is left from the worst start, `shortfall_percent` what the tiers' shares fall short of the promised one.
    Where the customer's clock starts at the first response, that is taken at its promised limit; `early_lateness_minutes`
    is how late the route can be where the response comes earlier, at worst at `early_response`.
    """

    agreement: str
    clause: str
    priority: str
    metric: str
    route: str
    promised: str
    lateness_minutes: int
    worst_start: str
    slowest_tier: str
    promised_percent: Decimal
    guaranteed_percent: Decimal
    promised_minutes: int | None = None
    endless: bool = False
    margin_minutes: int | None = None
    shortfall_percent: Decimal | None = None
    early_lateness_minutes: int | None = None
    early_response: str | None = None


@dataclass(frozen=True)
class MixedUnits(FactKind):
    """A time that `holder` promises in working days of a calendar whose days differ, without the minutes of a day."""

    agreement: str
    clause: str
    holder: str
    holder_clause: str
    days: int
    calendar: str


@dataclass(frozen=True)
class PausingClock(FactKind):
    """A clock on a route that stands while the customer is asked; `promised_pauses` says whether the customer's does too."""

    agreement: str
    clause: str
    supporter: str
    supporter_clause: str
    route: str
    promised_pauses: bool
