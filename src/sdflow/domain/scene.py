"""Scene: an agreement with a customer beside everything that it rests on, resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sdflow.domain.agreement import Promise, SupportedComponent, SupportPromise
from sdflow.domain.service_time import CalendarHours
from sdflow.domain.structure import Route, Structure
from sdflow.domain.terms import Term, current_term_end, current_term_start, days_in_force, plus_months

LEAST_MONTHS, MOST_MONTHS = 12, 36


@dataclass(frozen=True)
class Supporter:
    """An agreement on which the promise may rest; `binding` says that it is signed."""

    reference: str
    title: str
    support: SupportPromise
    binding: bool
    service_hours: CalendarHours
    support_hours: CalendarHours

    @property
    def label(self) -> str:
        """Reference and title, as people read them."""
        return f"{self.reference} {self.title}"

    def promises_for(self, component: str) -> list[tuple[str, SupportedComponent]]:
        """What it promises for a component, by the keys of its clauses."""
        return [(key, one) for key, one in sorted(self.support.components.items()) if one.component == component]


@dataclass(frozen=True)
class Scene:
    """An agreement with a customer and everything that its proof needs, resolved.

    `dependencies` gives for each component those that it needs, `titles` what people call each reference. `as_of` chooses
    the term that is proven, where the agreement renews itself; none for the first.
    """

    reference: str
    promise: Promise
    service_hours: CalendarHours
    support_hours: CalendarHours
    structure: Structure
    dependencies: Mapping[str, tuple[str, ...]]
    routes: Mapping[str, Route]
    supporters: Mapping[str, Supporter]
    titles: Mapping[str, str]
    as_of: date | None = None

    def label(self, reference: str) -> str:
        """Reference and title, as people read them."""
        return f"{reference} {self.titles.get(reference, '')}".rstrip()

    def supporting(self, component: str) -> list[Supporter]:
        """Those who promise something for a component, in the order of their references."""
        return [one for _, one in sorted(self.supporters.items()) if one.promises_for(component)]


@dataclass(frozen=True)
class Horizon:
    """The days that are looked at, and the last of them on which the agreement itself holds."""

    first: date
    last: date
    agreed_until: date

    @classmethod
    def of(cls, term: Term, as_of: date | None) -> Horizon:
        """The current term from its start, at least 12 and at most 36 months; of an open-ended one the next 12."""
        today = as_of or term.start_on
        end = current_term_end(term, today)
        first = current_term_start(term, today) if end else max(term.start_on, today)
        shortest, longest = (plus_months(first, n) - timedelta(days=1) for n in (LEAST_MONTHS, MOST_MONTHS))
        last = min(max(end or shortest, shortest), longest)
        return cls(first, last, days_in_force(term, first, last)[-1][1])
