from __future__ import annotations

import zoneinfo
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenes import (
    ALWAYS,
    DATABASE,
    FOUR,
    LONDON,
    RESTORE,
    SERVER,
    both,
    closed,
    facts,
    only,
    route,
    scene,
    supporter,
    tier,
    times,
    week,
)
from sdflow.domain.alignment import facts_of
from sdflow.domain.clause_path import values_at
from sdflow.domain.fact import (
    ContactCover,
    HoursCover,
    MissingTarget,
    NeverOpen,
    SlaTarget,
    SupportTarget,
    SupportTerm,
)
from sdflow.domain.scene import Horizon
from sdflow.domain.structure import Structure
from sdflow.domain.target import AvailabilityTarget, Targets
from sdflow.domain.terms import Renewal, Term

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
        "anybody",
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


Opened = tuple[str, tuple[int, int], int]
"""A zone, the hours between which it is open, overnight where the first is the later, and on how many days since Monday."""

OPENED = st.tuples(
    st.sampled_from(["Europe/London", "America/New_York", "Asia/Kolkata"]),
    st.sampled_from([(0, 24), (9, 17), (22, 6), (4, 12)]),
    st.integers(1, 7),
)


@cache
def half_hours(zone: str) -> dict[int, datetime]:
    """What the wall clocks of a zone show at every half hour of 2026, by its instant."""
    first = datetime(2025, 12, 30, tzinfo=UTC)
    instants = [first + timedelta(minutes=30 * number) for number in range(370 * 48)]
    return {int(at.timestamp()) // 60: at.astimezone(zoneinfo.ZoneInfo(zone)) for at in instants}


@cache
def open_half_hours(opened: Opened) -> set[int]:
    zone, (opens, closes), days = opened
    found = set()
    for minute, local in half_hours(zone).items():
        if opens < closes:
            is_open = local.weekday() < days and opens <= local.hour < closes
        else:
            evening = local.weekday() < days and local.hour >= opens
            is_open = evening or ((local.weekday() - 1) % 7 < days and local.hour < closes)
        if is_open:
            found.add(minute)
    return found


@settings(deadline=None, max_examples=40)
@given(agreed=OPENED, first=OPENED, second=OPENED, called=OPENED)
def test_uncovered_minutes_are_what_a_look_at_every_half_hour_finds(
    agreed: Opened, first: Opened, second: Opened, called: Opened
) -> None:
    own, one, two, three = (week(zone, *span, days) for zone, span, days in (agreed, first, second, called))
    supporters = supporter("OLA-0001", hours=one, on_call_hours=three), supporter("OLA-0002", hours=two)
    subject = scene(*supporters, hours=own, routes={"a": route("OLA-0001")})
    this_year = {minute for minute, local in half_hours(agreed[0]).items() if local.year == 2026}
    wanted = open_half_hours(agreed) & this_year
    covered = open_half_hours(first) | open_half_hours(second)
    assert only(HoursCover, subject).uncovered_minutes == 30 * len(wanted - covered)
    reached = open_half_hours(first) | open_half_hours(called)
    assert only(ContactCover, subject).uncovered_minutes == 30 * len(wanted - reached)


# Contact (R2), and calendars that never open


def test_support_hours_are_covered_by_those_who_stand_first_on_the_routes() -> None:
    desks = tier("OLA-0001", 10, hours=week("Europe/London", 9, 16)), tier("UC-0001", restore=60)
    cover = only(ContactCover, scene(*desks, targets=RESTORE, routes={"a": route("OLA-0001", "UC-0001")}))
    assert (cover.clause, cover.contacts) == ("hours.support", "OLA-0001 Operations")
    assert (cover.gaps, cover.uncovered_minutes, cover.agreed_minutes) == (261, 261 * 60, 261 * 480)
    assert cover.first_gap == "Thu 1 Jan 2026 16:00–17:00 (Europe/London)"


def test_contact_that_follows_the_sun_is_a_union() -> None:
    west, east = week("Europe/London", 4, 24, 7), week("Asia/Kolkata", 4, 18, 7)
    desks = tier("OLA-0001", restore=10, hours=west), tier("OLA-0002", restore=10, hours=east)
    ways = {"a": route("OLA-0001"), "b": route("OLA-0002", title="Nights")}
    cover = only(ContactCover, scene(*desks, targets=RESTORE, routes=ways, hours=ALWAYS))
    assert (cover.uncovered_minutes, cover.first_gap) == (0, None)
    assert cover.contacts == "OLA-0001 Operations, OLA-0002 Operations"
    beside = only(ContactCover, scene(*desks, targets=RESTORE, routes={"a": route("OLA-0001+OLA-0002")}, hours=ALWAYS))
    assert beside.uncovered_minutes == 0


def test_who_is_on_call_or_takes_reports_beyond_support_can_be_reached() -> None:
    desk, night = week("Europe/London", 9, 12), week("Europe/London", 12, 17)
    ways = {"a": route("OLA-0001")}
    reached: list[dict[str, Any]] = [{"on_call_hours": night}, {"contact_hours": LONDON}]
    for more in reached:
        one = tier("OLA-0001", restore=10, hours=desk, **more)
        assert only(ContactCover, scene(one, targets=RESTORE, routes=ways)).uncovered_minutes == 0
    fewer = tier("OLA-0001", restore=10, hours=LONDON, contact_hours=desk)
    assert only(ContactCover, scene(fewer, targets=RESTORE, routes=ways)).uncovered_minutes == 261 * 300


def test_on_call_and_contact_hours_that_the_customer_has_are_covered_too() -> None:
    evenings, early = week("Europe/London", 17, 22), week("Europe/London", 8, 17)
    one = tier("OLA-0001", restore=10, hours=LONDON, on_call_hours=evenings)
    subject = scene(one, targets=RESTORE, routes={"a": route("OLA-0001")}, on_call_hours=evenings, contact_hours=early)
    assert [(fact.clause, fact.uncovered_minutes) for fact in facts(ContactCover, subject)] == [
        ("hours.support", 0),
        ("hours.on_call", 0),
        ("hours.contact", 261 * 60),
    ]


def test_where_no_route_is_followed_nobody_can_be_reached() -> None:
    for ways in ({}, {"a": route("OLA-0009")}, {"a": route("OLA-0001", priorities=["P4"])}):
        cover = only(ContactCover, scene(tier("OLA-0001", restore=10), targets=RESTORE, routes=ways))
        assert (cover.contacts, cover.uncovered_minutes) == ("nobody", cover.agreed_minutes)


def test_where_no_time_is_promised_every_route_is_a_way_to_reach_somebody() -> None:
    cover = only(ContactCover, scene(supporter(), routes={"a": route("OLA-0001", priorities=["P4"])}))
    assert cover.uncovered_minutes == 0


def test_contact_counts_only_while_the_agreement_holds() -> None:
    until_june = Term(start_on=date(2026, 1, 1), end_on=date(2026, 6, 30))
    one = tier("OLA-0001", restore=10, hours=LONDON, term=until_june)
    cover = only(ContactCover, scene(one, targets=RESTORE, routes={"a": route("OLA-0001")}))
    assert cover.first_gap == "Wed 1 Jul 2026 09:00–17:00 (Europe/London)"


def test_a_calendar_that_never_opens_is_named_with_who_uses_it() -> None:
    shut = week("Europe/London", 9, 17, closed_days={date.fromordinal(day): "" for day in range(739000, 746000)})
    subject = scene(supporter(hours=LONDON, support_hours=shut, on_call_hours=shut), hours=shut)
    assert [(fact.holder, fact.clause) for fact in facts(NeverOpen, subject)] == [
        ("SLA-0001", "hours.service"),
        ("SLA-0001", "hours.support"),
        ("OLA-0001 Operations", "hours.support"),
        ("OLA-0001 Operations", "hours.on_call"),
    ]
    assert (facts(NeverOpen, subject)[0].calendar, facts(NeverOpen, subject)[0].horizon_end) == (
        "Hours",
        date(2026, 12, 31),
    )


def test_a_calendar_that_opens_for_a_single_day_is_open() -> None:
    once = week("Europe/London", 0, 0, 0, openings={date(2026, 12, 31): LONDON.week[0]})
    assert not facts(NeverOpen, scene(supporter(hours=once)))
    before = week("Europe/London", 0, 0, 0, openings={date(2025, 12, 31): LONDON.week[0]})
    assert len(facts(NeverOpen, scene(supporter(hours=before)))) == 2


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


def test_everybody_at_a_station_is_needed_in_force() -> None:
    until_june = Term(start_on=date(2026, 1, 1), end_on=date(2026, 6, 30))
    pair = tier("OLA-0001", restore=30), tier("UC-0001", components=(), restore=60, term=until_june)
    found = facts(SupportTerm, scene(*pair, targets=RESTORE, routes={"a": route("OLA-0001+UC-0001")}))
    assert [fact.uncovered_days for fact in found] == [0, 184]


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
        ("targets.response.P1", 15, Decimal(100)),
        ("targets.response.P2", 30, Decimal(100)),
        ("targets.restore.P1", 240, Decimal(100)),
    ]
    assert {fact.service for fact in stated} == {"SVC-MAIL Mail"}


EVERYTHING = Targets.model_validate(
    {
        "availability": {"percent": "99.5"},
        "further_availability": {"critical": {"percent": "100"}},
        "reliability": {"breaks": 2, "longest_minutes": 60, "mean_time_between_failures_hours": "300"},
        "response": {"P1": {"minutes": 15}},
        "restore": {"P1": {"cut_off": {"reported_before": "13:00", "due_at": "17:00", "otherwise_at": "09:00"}}},
        "transactions": {
            "open": {"title": "Open a mailbox", "seconds": "1.5"},
            "send": {"title": "Send", "seconds": "2", "statistic": "mean"},
        },
        "throughput": {"mail": {"title": "Mail", "least": "5000", "unit": "messages", "per": "hour"}},
        "batches": {"journal": {"title": "Journal", "ready_by": "06:00", "days": "working days"}},
        "continuity": {
            "recovery_time_objective_hours": "4",
            "recovery_point_objective_minutes": "15",
            "minimum_service_level": "Sending and receiving",
            "tested_every_months": 12,
        },
        "security": {"read": {"title": "Mail read by others", "most": 0}},
        "measures": {"calls": {"title": "Calls", "comparison": "at_least", "value": "95.5", "unit": "per cent"}},
    }
)


def test_targets_of_every_kind_are_stated_under_clauses_that_exist() -> None:
    stated = facts(SlaTarget, scene(supporter(), targets=EVERYTHING))
    kinds = {fact.clause.split(".")[1] for fact in stated}
    assert kinds == set(Targets.model_fields)
    for fact in stated:
        assert values_at({"targets": EVERYTHING}, fact.clause) != [None]
    assert len({fact.clause for fact in stated}) == len(stated)


def test_what_is_promised_is_said_in_a_number_with_its_unit_or_in_words() -> None:
    stated = {fact.clause: fact for fact in facts(SlaTarget, scene(supporter(), targets=EVERYTHING))}
    said = {clause: (one.value, one.unit, one.comparison) for clause, one in stated.items() if one.value is not None}
    assert said == {
        "targets.reliability.breaks": (2, "breaks per month", "at_most"),
        "targets.reliability.longest_minutes": (60, "minutes", "at_most"),
        "targets.reliability.mean_time_between_failures_hours": (300, "hours", "at_least"),
        "targets.transactions.open": (Decimal("1.5"), "seconds", "at_most"),
        "targets.transactions.send": (2, "seconds", "at_most"),
        "targets.throughput.mail": (5000, "messages per hour", "at_least"),
        "targets.continuity.recovery_time_objective_hours": (4, "hours", "at_most"),
        "targets.continuity.recovery_point_objective_minutes": (15, "minutes", "at_most"),
        "targets.continuity.tested_every_months": (12, "months", "at_most"),
        "targets.security.read": (0, "incidents per month", "at_most"),
        "targets.measures.calls": (Decimal("95.5"), "per cent", "at_least"),
    }
    assert stated["targets.transactions.open"].percent == 95
    assert stated["targets.transactions.send"].percent is None
    assert stated["targets.further_availability.critical"].percent == 100
    assert stated["targets.batches.journal"].statement == "ready by 06:00, working days"
    assert stated["targets.continuity.minimum_service_level"].statement == "Sending and receiving"


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


def test_a_term_of_many_years_is_supported_to_its_last_day_or_not() -> None:
    decade = Term(start_on=date(2026, 1, 1), end_on=date(2035, 12, 31))
    found = only(
        SupportTerm, scene(supporter(term=Term(start_on=date(2026, 1, 1), end_on=date(2034, 12, 31))), term=decade)
    )
    assert (found.term_days, found.uncovered_days) == (3652, 365)
    assert found.first_uncovered_on == date(2035, 1, 1)


def test_of_a_term_of_many_years_the_hours_are_looked_at_from_today_to_its_end() -> None:
    decade = Term(start_on=date(2026, 1, 1), end_on=date(2035, 12, 31))
    looked_at = [
        (Horizon.of(decade, day).first, Horizon.of(decade, day).last)
        for day in (date(2025, 6, 1), date(2030, 3, 1), date(2035, 11, 1), date(2036, 5, 1))
    ]
    assert looked_at == [
        (date(2026, 1, 1), date(2028, 12, 31)),
        (date(2030, 3, 1), date(2033, 2, 28)),
        (date(2033, 1, 1), date(2035, 12, 31)),
        (date(2033, 1, 1), date(2035, 12, 31)),
    ]


def test_nothing_is_covered_where_nothing_is_agreed() -> None:
    shut = week("Europe/London", 9, 17, days=0)
    subject = scene(supporter(), hours=shut)
    assert facts(HoursCover, subject) == []
    assert facts(ContactCover, subject) == []
    assert {one.clause for one in facts(NeverOpen, subject)} == {"hours.service", "hours.support"}
