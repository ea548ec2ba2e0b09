"""Agreements and versions that follow one another: each is looked at on its own days, together they cover a term."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenes import RESTORE, YEAR, closed, facts, only, restoring, route, scene, supporter, tier, week
from sdflow.domain.fact import AvailabilityCover, ContactCover, HoursCover, MissingTarget, SupportRoute, SupportTerm
from sdflow.domain.scene import Horizon, Scene, Supporter
from sdflow.domain.structure import Route, Tier
from sdflow.domain.target import AvailabilityTarget, Targets, TimeTarget
from sdflow.domain.terms import Renewal, Term

JUNE, JULY = date(2026, 6, 30), date(2026, 7, 1)


def term(first: date, last: date) -> Term:
    return Term(start_on=first, end_on=last)


UNTIL_JUNE, FROM_JULY = term(date(2026, 1, 1), JUNE), term(JULY, date(2026, 12, 31))


def successive(*named: str, beside: Iterable[str] = ()) -> Route:
    first, *others = named
    station = Tier(agreement=first, beside=list(beside), until="restore", followed_by=others or None)
    return Route(title="Faults", priorities=["P1"], tiers=[station])


def way(found: Route, *supporters: Supporter, **more: Any) -> Scene:
    return scene(*supporters, targets=RESTORE, hours=week("Etc/UTC", 0, 24, 7), routes={"a": found}, **more)


def margins(subject: Scene) -> list[tuple[str, int | None]]:
    return [(one.route, one.margin_minutes) for one in facts(SupportRoute, subject)]


def uncovered(subject: Scene) -> dict[str, tuple[int, date | None]]:
    return {one.what: (one.uncovered_days, one.first_uncovered_on) for one in facts(SupportTerm, subject)}


# Agreements


def test_successive_agreements_carry_a_route_together_each_on_its_own_days() -> None:
    pair = tier("UC-0001", restore=200, term=UNTIL_JUNE), tier("UC-0002", restore=250, term=FROM_JULY)
    subject = way(successive("UC-0001", "UC-0002"), *pair)
    assert uncovered(subject) == {"CMP-DB Database": (0, None), "Faults": (0, None)}
    assert margins(subject) == [("Faults, from 1 Jan 2026", 40), ("Faults, from 1 Jul 2026", -10)]
    assert only(ContactCover, subject).uncovered_minutes == 0


def test_two_routes_are_two_ways_and_never_cover_one_another() -> None:
    pair = tier("UC-0001", restore=200, term=UNTIL_JUNE), tier("UC-0002", restore=250, term=FROM_JULY)
    routes = {"a": route("UC-0001", title="First"), "b": route("UC-0002", title="Second")}
    found = uncovered(scene(*pair, targets=RESTORE, routes=routes))
    assert found == {"CMP-DB Database": (0, None), "First": (184, JULY), "Second": (181, date(2026, 1, 1))}


def test_days_between_successive_agreements_are_uncovered() -> None:
    later = term(date(2026, 8, 1), date(2026, 12, 31))
    pair = tier("UC-0001", restore=200, term=UNTIL_JUNE), tier("UC-0002", restore=250, term=later)
    assert uncovered(way(successive("UC-0001", "UC-0002"), *pair))["Faults"] == (31, JULY)


def test_a_successor_that_nobody_signed_covers_no_day() -> None:
    pair = tier("UC-0001", restore=200, term=UNTIL_JUNE), tier("UC-0002", restore=1, term=FROM_JULY, binding=False)
    (_, found) = facts(SupportTerm, way(successive("UC-0001", "UC-0002"), *pair))
    assert (found.uncovered_days, found.unsigned) == (184, "UC-0002 Operations")


def test_a_successor_works_from_the_day_on_which_it_starts_though_the_first_would_go_on() -> None:
    pair = tier("UC-0001", restore=200), tier("UC-0002", restore=250, term=FROM_JULY)
    expected = [("Faults, from 1 Jan 2026", 40), ("Faults, from 1 Jul 2026", -10)]
    assert margins(way(successive("UC-0001", "UC-0002"), *pair)) == expected


def test_successors_may_be_named_in_any_order_and_begin_before_the_horizon() -> None:
    three = (
        tier("UC-0001", restore=200, term=term(date(2024, 1, 1), date(2025, 6, 30))),
        tier("UC-0002", restore=210, term=term(date(2025, 7, 1), date(2026, 3, 31))),
        tier("UC-0003", restore=220, term=term(date(2026, 4, 1), date(2026, 12, 31))),
    )
    expected = [("Faults, from 1 Jan 2026", 30), ("Faults, from 1 Apr 2026", 20)]
    for named in (("UC-0001", "UC-0002", "UC-0003"), ("UC-0003", "UC-0001", "UC-0002")):
        subject = way(successive(*named), *three)
        assert margins(subject) == expected
        assert uncovered(subject)["Faults"] == (0, None)


def test_whoever_works_beside_successive_agreements_works_all_the_time() -> None:
    found = successive("UC-0001", "UC-0002", beside=["OLA-0001"])
    three = (
        tier("UC-0001", restore=200, term=UNTIL_JUNE),
        tier("UC-0002", restore=150, term=FROM_JULY),
        tier("OLA-0001", restore=190),
    )
    assert margins(way(found, *three)) == [("Faults, from 1 Jan 2026", 40), ("Faults, from 1 Jul 2026", 50)]
    short = (*three[:2], tier("OLA-0001", restore=190, term=UNTIL_JUNE))
    assert uncovered(way(found, *short))["Faults"] == (184, JULY)


def test_a_successor_that_promises_no_time_is_found_from_its_start() -> None:
    pair = tier("UC-0001", restore=200, term=UNTIL_JUNE), supporter("UC-0002", term=FROM_JULY)
    (missing,) = facts(MissingTarget, way(successive("UC-0001", "UC-0002"), *pair))
    assert missing.needed.endswith("(route: Faults, from 1 Jul 2026)")


@pytest.mark.parametrize("named", [("UC-0001", "UC-0001"), ("UC-0001", "UC-0002", "UC-0002")])
def test_an_agreement_does_not_follow_itself(named: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="named twice; an agreement follows another one"):
        successive(*named)


def test_an_agreement_does_not_follow_one_beside_which_it_works() -> None:
    with pytest.raises(ValueError, match="OLA-0001 is named twice"):
        successive("UC-0001", "OLA-0001", beside=["OLA-0001"])


# Versions of supporters


def test_each_of_three_versions_of_a_supporter_is_looked_at_on_its_own_days() -> None:
    first = tier("UC-0001", restore=200, last=date(2026, 3, 31), replaced=True)
    second = tier("UC-0001", restore=250, first=date(2026, 4, 1), last=JUNE, replaced=True)
    third = tier("UC-0001", restore=220, first=JULY)
    assert margins(way(route("UC-0001"), third, earlier=(first, second))) == [
        ("Faults, from 1 Jan 2026", 40),
        ("Faults, from 1 Apr 2026", -10),
        ("Faults, from 1 Jul 2026", 20),
    ]


# Versions of the agreement itself


def test_a_version_is_looked_at_from_its_own_day_and_no_longer_than_until_the_next_one() -> None:
    renewing = Term(start_on=date(2026, 1, 1), end_on=date(2026, 12, 31), renewal=Renewal.automatic, renewal_months=12)
    last = date(2026, 12, 31)
    assert Horizon.of(YEAR, None, since=JULY) == Horizon(JULY, date(2027, 6, 30), last)
    assert Horizon.of(YEAR, None, until=JUNE) == Horizon(date(2026, 1, 1), JUNE, JUNE)
    assert Horizon.of(YEAR, date(2026, 5, 1), since=date(2026, 4, 1), until=JUNE) == Horizon(
        date(2026, 4, 1), JUNE, JUNE
    )
    assert Horizon.of(renewing, date(2026, 5, 1), since=date(2027, 3, 1)) == Horizon(
        date(2027, 3, 1), date(2028, 2, 29), date(2028, 2, 29)
    )
    endless = Term(start_on=date(2020, 1, 1))
    assert Horizon.of(endless, date(2026, 5, 1), until=JUNE) == Horizon(date(2026, 5, 1), JUNE, JUNE)


def test_what_happens_after_the_next_version_starts_is_no_matter_of_the_one_before() -> None:
    holidays = {date(2026, 8, 3): "summer", date(2026, 5, 4): "spring"}
    carrying = supporter(hours=week("Europe/London", 9, 17, closed_days=holidays))
    assert only(HoursCover, scene(carrying, until=JUNE)).uncovered_minutes == 8 * 60
    assert only(HoursCover, scene(carrying, until=date(2026, 5, 3))).uncovered_minutes == 0
    assert only(HoursCover, scene(carrying, since=date(2026, 8, 4), as_of=date(2026, 2, 1))).uncovered_minutes == 0


@settings(max_examples=25, deadline=None)
@given(st.integers(5, 364))
def test_two_versions_together_cover_the_days_of_the_term_and_the_minutes_of_both(number: int) -> None:
    """As counted day by day: eight hours on every weekday that is no English holiday but one of Bavaria."""
    start = YEAR.start_on + timedelta(days=number)
    mine = week("Europe/London", 9, 17, closed_days=closed("GB", "ENG"))
    theirs = week("Europe/London", 9, 17, closed_days=closed("DE", "BY"))
    until_may = supporter(hours=theirs, term=term(YEAR.start_on, date(2026, 5, 31)))
    halves = [
        scene(until_may, hours=mine, until=start - timedelta(days=1)),
        scene(until_may, hours=mine, since=start, term=YEAR),
    ]
    terms = [only(SupportTerm, one) for one in halves]
    assert sum(one.term_days for one in terms) == 365
    assert sum(one.uncovered_days for one in terms) == 214
    first = only(HoursCover, halves[0])
    days = [YEAR.start_on + timedelta(days=one) for one in range(number)]
    agreed = [day for day in days if day.weekday() < 5 and day not in mine.closed_days]
    missed = [day for day in agreed if day in theirs.closed_days or day > date(2026, 5, 31)]
    assert (first.agreed_minutes, first.uncovered_minutes) == (480 * len(agreed), 480 * len(missed))


@pytest.mark.parametrize("period", ["week", "month", "quarter", "year", "trailing_year"])
def test_an_availability_is_computed_for_a_version_that_holds_for_less_than_its_measuring_period(period: str) -> None:
    promised = AvailabilityTarget.model_validate({"percent": "99.5", "period": period})
    subject = scene(
        supporter(percent="99.5"),
        targets=Targets(availability=promised),
        since=date(2026, 3, 10),
        until=date(2026, 3, 12),
    )
    cover = only(AvailabilityCover, subject)
    assert (str(cover.expected_percent), str(cover.target_percent)) == ("99.5", "99.5")


def test_a_supporter_that_holds_no_longer_when_the_version_starts_is_not_looked_at() -> None:
    slow = restoring("UC-0001", TimeTarget(minutes=900), last=JUNE, replaced=True)
    quick = restoring("UC-0001", TimeTarget(minutes=200), first=JULY)
    subject = way(route("UC-0001"), quick, earlier=(slow,), since=JULY)
    assert [one.margin_minutes for one in facts(SupportRoute, subject)] == [40]
    subject = way(route("UC-0001"), quick, earlier=(slow,), until=JUNE)
    assert [one.margin_minutes for one in facts(SupportRoute, subject)] == [-660]
