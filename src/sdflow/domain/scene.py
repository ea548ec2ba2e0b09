"""Scene: an agreement with a customer beside everything that it rests on, resolved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from sdflow.domain.agreement import Promise, SupportedComponent, SupportPromise
from sdflow.domain.service_time import CalendarHours
from sdflow.domain.structure import Route, Structure, Tier
from sdflow.domain.target import AvailabilityTarget
from sdflow.domain.terms import Term, current_term_end, current_term_start, days_in_force, plus_months

LEAST_MONTHS, MOST_MONTHS = 12, 36


@dataclass(frozen=True)
class Supporter:
    """An agreement on which the promise may rest; `binding` says that it is signed.

    Of an agreement with several signed versions each is a supporter of its own, which holds from `first` until `last`
    at most; none where nothing but its term limits it. `measured_in` are the calendars, by reference, that its targets
    name for themselves.
    """

    reference: str
    title: str
    support: SupportPromise
    binding: bool
    service_hours: CalendarHours
    support_hours: CalendarHours
    first: date | None = None
    last: date | None = None
    replaced: bool = False
    measured_in: Mapping[str, CalendarHours] = field(default_factory=dict)
    on_call_hours: CalendarHours | None = None
    contact_hours: CalendarHours | None = None

    def hours_of(self, target: AvailabilityTarget) -> CalendarHours:
        """The hours in which an availability that it promises is measured."""
        return self.measured_in[target.hours] if target.hours else self.service_hours

    def days(self, first: date, last: date) -> tuple[tuple[date, date], ...]:
        """The days from first to last on which it holds by its dates: spans of first and last day."""
        return days_in_force(self.support.term, max(first, self.first or first), min(last, self.last or last))

    @property
    def label(self) -> str:
        """Reference and title, as people read them; of a version that another replaces also until when it holds."""
        until = f" (until {self.last.day} {self.last:%b %Y})" if self.replaced and self.last else ""
        return f"{self.reference} {self.title}{until}"

    def promises_for(self, component: str) -> list[tuple[str, SupportedComponent]]:
        """What it promises for a component, by the keys of its clauses."""
        return [(key, one) for key, one in sorted(self.support.components.items()) if one.component == component]


@dataclass(frozen=True)
class Scene:
    """An agreement with a customer and everything that its proof needs, resolved.

    `dependencies` gives for each component those that it needs, `titles` what people call each reference. `as_of` chooses
    the term that is proven, where the agreement renews itself; none for the first. The version that is proven holds `since`
    a day and `until` another, before the next one; none where nothing but its term limits it. `earlier` are the versions of
    supporters that a later one replaces. `measured_in` are the calendars, by reference, that targets name for themselves.
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
    since: date | None = None
    until: date | None = None
    earlier: tuple[Supporter, ...] = ()
    measured_in: Mapping[str, CalendarHours] = field(default_factory=dict)
    on_call_hours: CalendarHours | None = None
    contact_hours: CalendarHours | None = None

    @property
    def horizon(self) -> Horizon:
        """The days that its proof looks at."""
        return Horizon.of(self.promise.term, self.as_of, self.since, self.until)

    def hours_of(self, target: AvailabilityTarget) -> CalendarHours:
        """The hours in which an availability that it promises is measured."""
        return self.measured_in[target.hours] if target.hours else self.service_hours

    def label(self, reference: str) -> str:
        """Reference and title, as people read them."""
        return f"{reference} {self.titles.get(reference, '')}".rstrip()

    def versions_of(self, reference: str) -> list[Supporter]:
        """A supporting agreement in each of its versions, the earlier ones first; nothing where there is none."""
        latest = self.supporters.get(reference)
        return [*(one for one in self.earlier if one.reference == reference), *([latest] if latest else [])]

    def supporting(self, component: str) -> list[Supporter]:
        """Those who promise something for a component, in the order of their references, earlier versions first."""
        everybody = [*self.earlier, *(one for _, one in sorted(self.supporters.items()))]
        found = [one for one in everybody if one.promises_for(component)]
        return sorted(found, key=lambda one: one.reference)

    def parts(self, horizon: Horizon) -> Iterator[tuple[Scene, Horizon]]:
        """The scene in stretches of the horizon, in each of which one version of every supporter holds.

        Of agreements that follow one another on a route one holds in each.
        """
        starts = {one.last + timedelta(days=1) for one in self.earlier if one.last} | self._followed_on()
        inside = sorted(day for day in starts if horizon.first < day <= horizon.last)
        ends = [*(day - timedelta(days=1) for day in inside), horizon.last]
        for first, last in zip([horizon.first, *inside], ends, strict=True):
            held = {one.reference: one for one in reversed(self.earlier) if one.last and one.last >= last}
            routes = {key: self._on(first, route) for key, route in self.routes.items()}
            routes = _named_from(routes, first) if inside else routes
            part = replace(self, supporters={**self.supporters, **held}, earlier=(), routes=routes)
            yield part, Horizon(first, last, min(max(horizon.agreed_until, first), last))

    def _followed_on(self) -> set[date]:
        """The days on which an agreement on a route takes the place of another one."""
        lines = [tier.successions[0] for route in self.routes.values() for tier in route.tiers if tier.followed_by]
        starts = [sorted(day for one in line if (day := self._starts(one))) for line in lines]
        return {day for days in starts for day in days[1:]}

    def _starts(self, reference: str) -> date | None:
        """The day on which a supporting agreement starts; none where there is none."""
        return min((one.first or one.support.term.start_on for one in self.versions_of(reference)), default=None)

    def _on(self, day: date, route: Route) -> Route:
        """A route with those who work on a day alone."""
        if not any(tier.followed_by for tier in route.tiers):
            return route
        return route.model_copy(update={"tiers": [self._tier_on(day, tier) for tier in route.tiers]})

    def _tier_on(self, day: date, tier: Tier) -> Tier:
        """A tier with the one that started last of those that follow one another; before all, with the first."""
        begun = [(since, one) for one in tier.successions[0] if (since := self._starts(one)) and since <= day]
        working = max(begun, key=lambda pair: pair[0], default=(day, tier.agreement))[1]
        return tier.model_copy(update={"agreement": working, "followed_by": None})


def _named_from(routes: Mapping[str, Route], first: date) -> dict[str, Route]:
    """Routes whose titles say from when they are looked at, where they are looked at more than once."""
    since = f"from {first.day} {first:%b %Y}"
    return {key: route.model_copy(update={"title": f"{route.title}, {since}"}) for key, route in routes.items()}


@dataclass(frozen=True)
class Horizon:
    """The days that are looked at, and the last of them on which the agreement itself holds."""

    first: date
    last: date
    agreed_until: date

    @property
    def twelve_months_on(self) -> date:
        """The last day of the twelve months that begin with it: in these every measuring period begins at least once."""
        return plus_months(self.first, LEAST_MONTHS) - timedelta(days=1)

    @classmethod
    def of(cls, term: Term, as_of: date | None, since: date | None = None, until: date | None = None) -> Horizon:
        """The current term from its start, at least 12 and at most 36 months; of an open-ended one the next 12.

        Of a longer term the 36 months from its start or from today, and at its end the last 36. What holds `since` a
        later day than its term is looked at from there, and what holds `until` another version no longer than that.
        """
        effective = since or term.start_on
        today = max(as_of or term.start_on, effective)
        end = current_term_end(term, today)
        first = current_term_start(term, today) if end else max(term.start_on, today)
        if end:
            first = max(first, min(today, plus_months(end + timedelta(days=1), -MOST_MONTHS)))
        if end is None or effective <= end:
            first = max(first, effective)
        shortest, longest = (plus_months(first, n) - timedelta(days=1) for n in (LEAST_MONTHS, MOST_MONTHS))
        last = min(max(end or shortest, shortest), longest)
        if until and until >= first:
            last = min(last, until)
        return cls(first, last, days_in_force(term, first, last)[-1][1])


def promised(party: Scene | Supporter) -> Promise | SupportPromise:
    """What somebody promises, be it to a customer or to those whom it supports."""
    return party.promise if isinstance(party, Scene) else party.support
