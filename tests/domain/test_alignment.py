from __future__ import annotations

import zoneinfo
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal, TypeVar

import holidays
import pytest

from sdflow.domain.agreement import (
    AvailabilityTarget,
    Hours,
    Promise,
    SupportedComponent,
    SupportPromise,
    SupportTargets,
    Targets,
    TimeTarget,
)
from sdflow.domain.alignment import Scene, Supporter, facts_of
from sdflow.domain.fact import FactKind, HoursCover, MissingTarget, SlaTarget, SupportRoute, SupportTarget, SupportTerm
from sdflow.domain.service_time import CalendarHours, Window
from sdflow.domain.structure import Route, Structure, Tier
from sdflow.domain.terms import Renewal, Term

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
        reference, more.pop("title", "Operations"), support, binding, hours, more.pop("support_hours", hours)
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
        support_hours=hours,
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


# Hours (R1)


def test_new_york_leaves_london_1200_minutes_uncovered_in_2026() -> None:
    cover = only(HoursCover, scene(supporter(hours=week("America/New_York", 4, 12))))
    assert cover.uncovered_minutes == 1200
    assert cover.first_gap == "Mon 9 Mar 2026 16:00–17:00 (Europe/London)"
    assert (cover.gaps, cover.component, cover.supporters) == (20, "CMP-DB Database", "OLA-0001 Operations")


def test_english_hours_are_uncovered_for_1920_minutes_on_bavarian_holidays_of_2026() -> None:
    english = week("Europe/London", 9, 17, closed_days=closed("GB", "ENG"))
    bavarian = week("Europe/Berlin", 8, 20, closed_days=closed("DE", "BY"))
    cover = only(HoursCover, scene(supporter(hours=bavarian), hours=english))
    assert (cover.uncovered_minutes, cover.gaps) == (1920, 4)
    assert cover.first_gap == "Tue 6 Jan 2026 09:00–17:00 (Europe/London)"


def test_support_that_follows_the_sun_is_a_union() -> None:
    east, west = week("Asia/Kolkata", 4, 18, 7), week("Europe/London", 4, 24, 7)
    cover = only(HoursCover, scene(supporter("OLA-0001", hours=west), supporter("OLA-0002", hours=east), hours=ALWAYS))
    assert cover.uncovered_minutes == 0
    assert cover.first_gap is None
    assert cover.supporters == "OLA-0001 Operations, OLA-0002 Operations"


def test_a_component_that_nobody_supports_is_uncovered_and_its_support_missing() -> None:
    subject = scene(supporter(), structure=Structure(series=both(DATABASE, SERVER)))
    database, server = facts(HoursCover, subject)
    assert database.uncovered_minutes == 0
    assert server.supporters == "nobody"
    assert server.uncovered_minutes == server.agreed_minutes == database.agreed_minutes
    missing = only(MissingTarget, subject)
    assert (missing.clause, missing.supporter, missing.needed) == (
        "hours.service",
        "nobody",
        "support for CMP-SRV Server",
    )


def test_what_a_component_depends_on_needs_support_too() -> None:
    subject = scene(supporter(), dependencies={DATABASE: (SERVER,), SERVER: ()})
    assert [cover.component for cover in facts(HoursCover, subject)] == ["CMP-DB Database", "CMP-SRV Server"]


def test_of_redundant_components_one_has_to_be_covered_at_every_instant() -> None:
    morning, evening = week("Europe/London", 9, 13), week("Europe/London", 13, 17)
    pair = Structure(redundant=both(DATABASE, SERVER))
    day = supporter("OLA-0001", [DATABASE], morning), supporter("OLA-0002", [SERVER], evening)
    cover = only(HoursCover, scene(*day, structure=pair))
    assert cover.component == "at least 1 of CMP-DB Database, CMP-SRV Server"
    assert cover.uncovered_minutes == 0
    two = Structure(at_least=2, of=both(DATABASE, SERVER, "CMP-C"))
    gap = only(HoursCover, scene(*day, structure=two))
    assert gap.uncovered_minutes == gap.agreed_minutes


def test_hours_count_only_on_the_days_on_which_the_supporting_agreement_holds() -> None:
    until_march = Term(start_on=date(2025, 4, 1), end_on=date(2026, 3, 31))
    from_april = Term(start_on=date(2026, 4, 2), end_on=date(2027, 4, 1))
    subject = scene(supporter("UC-0001", term=until_march), supporter("UC-0002", term=from_april))
    cover = only(HoursCover, subject)
    assert (cover.gaps, cover.uncovered_minutes) == (1, 480)
    assert cover.first_gap == "Wed 1 Apr 2026 09:00–17:00 (Europe/London)"


def test_terms_are_compared_by_date_whatever_the_zones() -> None:
    tokyo = week("Asia/Tokyo", 0, 24, 7)
    assert only(HoursCover, scene(supporter(hours=tokyo), hours=week("Europe/London", 0, 24, 7))).uncovered_minutes == 0


def test_a_term_shorter_than_a_year_is_looked_at_for_a_year_without_asking_supporters_to_outlast_it() -> None:
    half = Term(start_on=date(2026, 1, 1), end_on=date(2026, 6, 30))
    subject = scene(supporter(term=half, hours=week("America/New_York", 4, 12)), term=half)
    cover = only(HoursCover, subject)
    assert (cover.horizon_start, cover.horizon_end) == (date(2026, 1, 1), date(2026, 12, 31))
    assert cover.uncovered_minutes == 1200
    assert only(SupportTerm, subject).uncovered_days == 0


@pytest.mark.parametrize(
    ("term", "as_of", "first", "last"),
    [
        (Term(start_on=date(2026, 1, 1), end_on=date(2029, 12, 31)), None, date(2026, 1, 1), date(2028, 12, 31)),
        (Term(start_on=date(2026, 1, 1)), None, date(2026, 1, 1), date(2026, 12, 31)),
        (Term(start_on=date(2020, 1, 1)), date(2026, 3, 1), date(2026, 3, 1), date(2027, 2, 28)),
        (
            Term(start_on=date(2020, 1, 1), end_on=date(2021, 6, 30), renewal=Renewal.automatic, renewal_months=18),
            date(2026, 3, 1),
            date(2026, 1, 1),
            date(2027, 6, 30),
        ),
    ],
)
def test_the_horizon_is_the_current_term_of_at_least_one_and_at_most_three_years(
    term: Term, as_of: date | None, first: date, last: date
) -> None:
    always = Term(start_on=date(2020, 1, 1))
    cover = only(HoursCover, scene(supporter(term=always), term=term, as_of=as_of))
    assert (cover.horizon_start, cover.horizon_end) == (first, last)


# Availability (R11, R14)

PROMISED = Targets(availability=AvailabilityTarget(percent=Decimal("99.5")))


def test_each_supporter_states_what_it_promises_for_each_component() -> None:
    structure = Structure(series=[*both(DATABASE), Structure(redundant=both(SERVER, "CMP-B"))])
    one = supporter("OLA-0001", [DATABASE, SERVER, "CMP-B"], percent="99.9")
    found = facts(SupportTarget, scene(one, targets=PROMISED, structure=structure))
    assert [(fact.component, fact.serial, fact.percent) for fact in found] == [
        ("CMP-DB Database", True, Decimal("99.9")),
        ("CMP-SRV Server", False, Decimal("99.9")),
        ("CMP-B", False, Decimal("99.9")),
    ]
    assert found[0].supporter_clause == "components.cmp-db.availability"
    assert found[0].clause == "targets.availability"


def test_an_availability_that_nobody_promises_for_a_serial_component_is_missing() -> None:
    subject = scene(supporter(), targets=PROMISED)
    assert only(SupportTarget, subject).percent is None
    missing = only(MissingTarget, subject)
    assert (missing.supporter, missing.needed) == ("OLA-0001 Operations", "availability of CMP-DB Database")


def test_the_availability_of_a_serial_component_without_any_supporter_is_missing_too() -> None:
    found = facts(MissingTarget, scene(targets=PROMISED))
    assert [fact.clause for fact in found] == ["hours.service", "targets.availability"]


def test_nothing_is_asked_of_supporters_where_no_availability_is_promised() -> None:
    assert not facts(SupportTarget, scene(supporter()))
    assert not facts(MissingTarget, scene(supporter()))


# Routes (R3)


def route(*tiers: tuple[str, int] | str, priorities: Iterable[str] = ("P1",), title: str = "Faults") -> Route:
    named = [(tier, 0) if isinstance(tier, str) else tier for tier in tiers]
    ends: list[Literal["hand_over", "restore"]] = [*["hand_over"] * (len(named) - 1), "restore"]  # type: ignore[list-item]
    stations = [
        Tier(agreement=name, until=until, relay_minutes=relay) for (name, relay), until in zip(named, ends, strict=True)
    ]
    return Route(title=title, priorities=list(priorities), tiers=stations)


def tier(reference: str, hand_over: int = 0, restore: int = 0, percent: int = 100, **more: Any) -> Supporter:
    targets = SupportTargets(
        response=times({"P1": more.pop("response")}, percent) if "response" in more else {},
        hand_over=times({"P1": hand_over}, percent) if hand_over else {},
        restore=times({"P1": restore}, percent) if restore else {},
    )
    return supporter(reference, targets=targets, **more)


RESTORE = Targets(restore=times({"P1": 240}))
FOUR = (tier("OLA-0001", 30), tier("OLA-0002", 15), tier("OLA-0003", 60), tier("UC-0001", restore=120))


def test_times_add_up_along_the_route() -> None:
    way = {"all": route("OLA-0001", "OLA-0002", "OLA-0003", "UC-0001")}
    found = only(SupportRoute, scene(*FOUR, targets=RESTORE, routes=way, hours=ALWAYS))
    assert found.lateness_minutes == -15
    assert found.slowest_tier == "UC-0001 Operations"
    assert (found.clause, found.metric, found.priority, found.route) == (
        "targets.restore.P1",
        "restore",
        "P1",
        "Faults",
    )


def test_what_passing_on_takes_is_part_of_the_route() -> None:
    way = {"all": route(("OLA-0001", 20), "OLA-0002", "OLA-0003", "UC-0001")}
    assert only(SupportRoute, scene(*FOUR, targets=RESTORE, routes=way, hours=ALWAYS)).lateness_minutes == 5


def test_sixty_hours_round_the_clock_are_56_hours_late_for_four_office_hours() -> None:
    found = only(SupportRoute, scene(tier("OLA-0001", restore=3600), targets=RESTORE, routes={"a": route("OLA-0001")}))
    assert found.lateness_minutes == 56 * 60
    assert not found.endless


def test_one_and_two_hours_on_the_agreements_own_hours_are_one_hour_early_for_four() -> None:
    pair = tier("OLA-0001", 60, hours=LONDON), tier("OLA-0002", restore=120, hours=LONDON)
    found = only(SupportRoute, scene(*pair, targets=RESTORE, routes={"a": route("OLA-0001", "OLA-0002")}))
    assert found.lateness_minutes == -60


def test_compliance_shares_along_a_route_add_up_their_misses() -> None:
    three = tier("OLA-0001", 10, percent=95), tier("OLA-0002", 10, percent=95), tier("OLA-0003", restore=10, percent=95)
    way = {"a": route("OLA-0001", "OLA-0002", "OLA-0003")}
    found = only(SupportRoute, scene(*three, targets=RESTORE, routes=way, hours=ALWAYS))
    assert (found.promised_percent, found.guaranteed_percent) == (Decimal(100), Decimal(85))


def test_the_first_response_is_met_by_the_first_tier() -> None:
    pair = tier("OLA-0001", 30, response=10), tier("OLA-0002", restore=120)
    targets = Targets(response=times({"P1": 15}), restore=times({"P1": 240}))
    way = {"a": route(("OLA-0001", 5), "OLA-0002")}
    response, restore = facts(SupportRoute, scene(*pair, targets=targets, routes=way, hours=ALWAYS))
    assert (response.clause, response.metric, response.lateness_minutes) == ("targets.response.P1", "response", -5)
    assert (restore.metric, restore.lateness_minutes) == ("restore", -85)


def test_a_route_runs_on_support_hours_and_not_on_service_hours() -> None:
    one = tier("OLA-0001", restore=240, hours=ALWAYS, support_hours=LONDON)
    assert only(SupportRoute, scene(one, targets=RESTORE, routes={"a": route("OLA-0001")})).lateness_minutes == 0


def test_a_suppliers_severities_are_mapped_to_the_priorities() -> None:
    targets = SupportTargets(restore=times({"S1": 120}))
    mapped = supporter("UC-0001", targets=targets, severities={"P1": "S1"})
    way = {"a": route("UC-0001")}
    assert only(SupportRoute, scene(mapped, targets=RESTORE, routes=way, hours=ALWAYS)).lateness_minutes == -120
    unmapped = supporter("UC-0001", targets=targets, severities={"P2": "S1"})
    missing = only(MissingTarget, scene(unmapped, targets=RESTORE, routes=way))
    assert (missing.clause, missing.supporter) == ("targets.restore.P1", "UC-0001 Operations")
    assert missing.needed == "a severity for priority P1 (route: Faults)"


def test_every_tier_that_promises_no_time_is_named() -> None:
    subject = scene(tier("OLA-0001"), tier("OLA-0002"), targets=RESTORE, routes={"a": route("OLA-0001", "OLA-0002")})
    assert [(fact.supporter, fact.needed) for fact in facts(MissingTarget, subject)] == [
        ("OLA-0001 Operations", "a hand-over target for P1 (route: Faults)"),
        ("OLA-0002 Operations", "a restore target for P1 (route: Faults)"),
    ]
    assert not facts(SupportRoute, subject)


def test_a_priority_that_no_route_carries_is_missing_one() -> None:
    subject = scene(supporter(), targets=RESTORE, routes={"a": route("OLA-0001", priorities=["P2"])})
    missing = only(MissingTarget, subject)
    assert (missing.supporter, missing.needed) == ("nobody", "a support route for priority P1")


def test_a_tier_that_is_no_supporter_is_missing() -> None:
    subject = scene(supporter(), targets=RESTORE, routes={"a": route("OLA-0009")})
    missing = only(MissingTarget, subject)
    assert (missing.supporter, missing.needed) == ("OLA-0009", "an agreement that supports (route: Faults)")


def test_every_route_that_carries_a_priority_is_tried() -> None:
    ways = {"b": route("OLA-0001", title="Network"), "a": route("OLA-0001", title="Database")}
    found = facts(SupportRoute, scene(tier("OLA-0001", restore=60), targets=RESTORE, routes=ways))
    assert [fact.route for fact in found] == ["Database", "Network"]


def test_a_long_promise_is_followed_past_the_horizon_to_its_end() -> None:
    long = Targets(restore=times({"P1": 60 * 480}))
    one = tier("OLA-0001", restore=59 * 480, hours=LONDON)
    found = only(SupportRoute, scene(one, targets=long, routes={"a": route("OLA-0001")}))
    assert (found.lateness_minutes < 0, found.endless) == (True, False)


def test_support_that_never_comes_is_late_without_end() -> None:
    shut = week("Europe/London", 9, 17, closed_days={date.fromordinal(day): "" for day in range(739000, 746000)})
    found = only(
        SupportRoute, scene(tier("OLA-0001", restore=60, hours=shut), targets=RESTORE, routes={"a": route("OLA-0001")})
    )
    assert found.endless
    assert found.lateness_minutes > 0


# Terms (R15)


def test_successive_agreements_cover_a_term_together() -> None:
    first = Term(start_on=date(2025, 7, 1), end_on=date(2026, 6, 30))
    second = Term(start_on=date(2026, 7, 1), end_on=date(2027, 6, 30))
    found = only(SupportTerm, scene(supporter("UC-0001", term=first), supporter("UC-0002", term=second)))
    assert (found.term_days, found.uncovered_days, found.first_uncovered_on) == (365, 0, None)
    assert (found.what, found.clause) == ("CMP-DB Database", "term")


def test_days_after_the_end_of_support_are_counted_from_the_first() -> None:
    until_june = Term(start_on=date(2026, 1, 1), end_on=date(2026, 6, 30))
    found = only(SupportTerm, scene(supporter(term=until_june)))
    assert (found.uncovered_days, found.first_uncovered_on, found.unsigned) == (184, date(2026, 7, 1), None)


def test_an_automatic_renewal_goes_on() -> None:
    renewing = Term(start_on=date(2025, 1, 1), end_on=date(2025, 6, 30), renewal=Renewal.automatic, renewal_months=6)
    assert only(SupportTerm, scene(supporter(term=renewing))).uncovered_days == 0


def test_an_unsigned_agreement_covers_hours_but_no_term_and_is_named() -> None:
    subject = scene(supporter(binding=False))
    found = only(SupportTerm, subject)
    assert (found.uncovered_days, found.unsigned) == (365, "OLA-0001 Operations")
    assert only(HoursCover, subject).uncovered_minutes == 0


def test_a_route_needs_every_tier_in_force() -> None:
    until_june = Term(start_on=date(2026, 1, 1), end_on=date(2026, 6, 30))
    tiers = tier("OLA-0001", 30), tier("UC-0001", components=(), restore=60, term=until_june)
    found = facts(SupportTerm, scene(*tiers, targets=RESTORE, routes={"a": route("OLA-0001", "UC-0001")}))
    assert [(fact.what, fact.uncovered_days) for fact in found] == [("CMP-DB Database", 0), ("Faults", 184)]


def test_a_route_with_an_unknown_tier_is_never_in_force() -> None:
    found = facts(SupportTerm, scene(supporter(), targets=RESTORE, routes={"a": route("OLA-0009")}))
    assert [(fact.what, fact.uncovered_days, fact.supporters) for fact in found][1] == ("Faults", 365, "nobody")


def test_a_route_that_serves_no_promised_priority_is_not_asked_about() -> None:
    found = facts(SupportTerm, scene(supporter(), targets=RESTORE, routes={"a": route("OLA-0009", priorities=["P4"])}))
    assert [fact.what for fact in found] == ["CMP-DB Database"]


# The whole


def test_every_promise_is_stated() -> None:
    targets = Targets(
        availability=PROMISED.availability, response=times({"P2": 30, "P1": 15}), restore=times({"P1": 240})
    )
    stated = facts(SlaTarget, scene(supporter(), targets=targets))
    assert [(fact.clause, fact.minutes, fact.percent) for fact in stated] == [
        ("targets.availability", None, Decimal("99.5")),
        ("targets.response.P1", 15, None),
        ("targets.response.P2", 30, None),
        ("targets.restore.P1", 240, None),
    ]
    assert {fact.service for fact in stated} == {"SVC-MAIL Mail"}


def test_facts_come_once_and_in_the_same_order_whatever_the_order_of_the_mappings() -> None:
    ways = {"a": route("OLA-0001", "UC-0001"), "b": route("OLA-0002", "UC-0001", title="Other"), "c": route("OLA-0009")}
    subject = scene(*FOUR, targets=RESTORE, routes=ways, structure=Structure(series=both(DATABASE, SERVER)))
    turned = replace(
        subject,
        routes=dict(reversed(list(ways.items()))),
        supporters=dict(reversed(list(subject.supporters.items()))),
    )
    found = facts_of(subject)
    assert found == facts_of(turned)
    assert len(found) == len(set(found))
