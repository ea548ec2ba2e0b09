"""Agreements, supporters and scenes for tests of the alignment, in as few words as they allow."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Literal, TypeVar

import holidays

from sdflow.domain.agreement import Hours, Promise, SupportedComponent, SupportPromise
from sdflow.domain.alignment import facts_of
from sdflow.domain.fact import FactKind
from sdflow.domain.scene import Scene, Supporter
from sdflow.domain.service_time import CalendarHours, Window
from sdflow.domain.structure import Route, Structure, Tier
from sdflow.domain.target import AvailabilityTarget, SupportTargets, Targets, TimeTarget
from sdflow.domain.terms import Term

zoneinfo.reset_tzpath(to=[])

YEAR = Term(start_on=date(2026, 1, 1), end_on=date(2026, 12, 31))
DATABASE, SERVER = "CMP-DB", "CMP-SRV"
TITLES = {DATABASE: "Database", SERVER: "Server", "SVC-MAIL": "Mail"}
HOURS = Hours(service="CAL-ONE", support="CAL-ONE")
F = TypeVar("F", bound=FactKind)


def week(zone: str, opens: int, closes: int, days: int = 5, **more: Any) -> CalendarHours:
    window = (Window(opens * 60, closes * 60),)
    return CalendarHours("CAL-ONE", "Hours", zone, tuple(window if day < days else () for day in range(7)), **more)


ALWAYS = week("Etc/UTC", 0, 24, 7)
LONDON = week("Europe/London", 9, 17)


def closed(country: str, subdivision: str) -> dict[date, str]:
    return dict(holidays.country_holidays(country, subdiv=subdivision, years=2026).items())


def times(minutes: Mapping[str, int], percent: int = 100) -> dict[str, TimeTarget]:
    return {key: TimeTarget(minutes=number, percent=Decimal(percent)) for key, number in minutes.items()}


def supporter(
    reference: str = "OLA-0001",
    components: Iterable[str] = (DATABASE,),
    hours: CalendarHours = ALWAYS,
    term: Term = YEAR,
    percent: str | None = None,
    **more: Any,
) -> Supporter:
    availability = AvailabilityTarget(percent=Decimal(percent)) if percent else None
    promised = {
        component.lower(): SupportedComponent(component=component, availability=availability)
        for component in components
    }
    targets = more.pop("targets", SupportTargets())
    support = SupportPromise(term, HOURS, promised, targets, more.pop("severities", None))
    binding = more.pop("binding", True)
    return Supporter(
        reference, more.pop("title", "Operations"), support, binding, hours, more.pop("support_hours", hours), **more
    )


def scene(
    *supporters: Supporter,
    targets: Targets | None = None,
    hours: CalendarHours = LONDON,
    structure: Structure | None = None,
    term: Term = YEAR,
    **more: Any,
) -> Scene:
    return Scene(
        reference="SLA-0001",
        promise=Promise("SVC-MAIL", "BU-SALES", term, HOURS, targets or Targets()),
        service_hours=hours,
        support_hours=more.pop("support_hours", hours),
        structure=structure or Structure(component=DATABASE),
        dependencies=more.pop("dependencies", {}),
        routes=more.pop("routes", {}),
        supporters={one.reference: one for one in supporters},
        titles=TITLES,
        **more,
    )


def facts(kind: type[F], subject: Scene) -> list[F]:
    return [fact for fact in facts_of(subject) if isinstance(fact, kind)]


def only(kind: type[F], subject: Scene) -> F:
    (found,) = facts(kind, subject)
    return found


def both(*names: str) -> list[Structure]:
    return [Structure(component=name) for name in names]


def route(*tiers: tuple[str, int] | str, priorities: Iterable[str] = ("P1",), title: str = "Faults") -> Route:
    """A route through agreements, each with what passing on takes; those named with a plus work side by side."""
    named = [(tier, 0) if isinstance(tier, str) else tier for tier in tiers]
    ends: list[Literal["hand_over", "restore"]] = [*["hand_over"] * (len(named) - 1), "restore"]  # type: ignore[list-item]
    stations = []
    for (names, relay), until in zip(named, ends, strict=True):
        first, *beside = names.split("+")
        stations.append(Tier(agreement=first, beside=beside, until=until, relay_minutes=relay))
    return Route(title=title, priorities=list(priorities), tiers=stations)


def tier(reference: str, hand_over: int = 0, restore: int = 0, percent: int = 100, **more: Any) -> Supporter:
    targets = SupportTargets(
        response=times({"P1": more.pop("response")}, percent) if "response" in more else {},
        hand_over=times({"P1": hand_over}, percent) if hand_over else {},
        restore=times({"P1": restore}, percent) if restore else {},
    )
    return supporter(reference, targets=targets, **more)


def restoring(reference: str, target: TimeTarget, response: TimeTarget | None = None, **more: Any) -> Supporter:
    """A supporter with one target, and perhaps a response before it."""
    targets = SupportTargets(restore={"P1": target}, response={"P1": response} if response else {})
    return supporter(reference, targets=targets, **more)


RESTORE = Targets(restore=times({"P1": 240}))
FOUR = (tier("OLA-0001", 30), tier("OLA-0002", 15), tier("OLA-0003", 60), tier("UC-0001", restore=120))
