from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from scenes import (
    ALWAYS,
    FOUR,
    LONDON,
    RESTORE,
    SERVER,
    facts,
    only,
    restoring,
    route,
    scene,
    supporter,
    tier,
    times,
    week,
)
from sdflow.domain.fact import (
    MissingTarget,
    MixedUnits,
    PausingClock,
    SlaTarget,
    StrayTier,
    SupportRoute,
    SupportTerm,
    UncarriedPriority,
    UnmappedSeverity,
)
from sdflow.domain.service_time import CalendarHours, Window
from sdflow.domain.target import ClockStart, CutOff, DaysAre, MissedAt, SupportTargets, TargetClock, Targets, TimeTarget


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
    subject = scene(unmapped, targets=RESTORE, routes=way)
    found = only(UnmappedSeverity, subject)
    assert (found.clause, found.supporter, found.priority, found.route) == (
        "targets.restore.P1",
        "UC-0001 Operations",
        "P1",
        "Faults",
    )
    assert not facts(MissingTarget, subject)
    assert not facts(SupportRoute, subject)


def test_every_tier_that_promises_no_time_is_named() -> None:
    subject = scene(tier("OLA-0001"), tier("OLA-0002"), targets=RESTORE, routes={"a": route("OLA-0001", "OLA-0002")})
    assert [(fact.supporter, fact.needed) for fact in facts(MissingTarget, subject)] == [
        ("OLA-0001 Operations", "a hand-over target for P1 (route: Faults)"),
        ("OLA-0002 Operations", "a restore target for P1 (route: Faults)"),
    ]
    assert not facts(SupportRoute, subject)


def test_a_priority_that_no_route_carries_is_named() -> None:
    subject = scene(supporter(), targets=RESTORE, routes={"a": route("OLA-0001", priorities=["P2"])})
    found = only(UncarriedPriority, subject)
    assert (found.clause, found.priority) == ("targets.restore.P1", "P1")
    assert not facts(SupportRoute, subject)


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


# Clocks, days and cut-offs

SATURDAYS = CalendarHours(
    "CAL-SAT", "Saturdays too", "Europe/London", (*[(Window(9 * 60, 17 * 60),)] * 5, (Window(9 * 60, 13 * 60),), ())
)
MORNINGS, EVENINGS = week("Europe/London", 7, 9, 7), week("Europe/London", 17, 22, 7)
ALONE = {"a": route("OLA-0001")}


def restored(target: TimeTarget, by: TimeTarget, **hours: Any) -> SupportRoute:
    """The route of one supporter that works round the clock."""
    subject = scene(restoring("OLA-0001", by), targets=Targets(restore={"P1": target}), routes=ALONE, **hours)
    return only(SupportRoute, subject)


def test_working_days_are_minutes_of_the_clock() -> None:
    found = restored(TimeTarget(days=2), TimeTarget(minutes=2 * 480, clock=TargetClock.elapsed))
    assert found.promised == "within 2 working days of 480 min"
    assert found.promised_minutes == 960
    subject = scene(
        restoring("OLA-0001", TimeTarget(days=2), hours=LONDON),
        targets=Targets(restore={"P1": TimeTarget(minutes=960)}),
        routes=ALONE,
    )
    assert only(SupportRoute, subject).lateness_minutes == 0


def test_days_of_different_length_need_a_length_that_is_said() -> None:
    subject = scene(
        restoring("OLA-0001", TimeTarget(days=1, clock=TargetClock.elapsed)),
        targets=Targets(restore={"P1": TimeTarget(days=2)}),
        routes=ALONE,
        hours=SATURDAYS,
    )
    found = only(MixedUnits, subject)
    assert (found.clause, found.holder, found.holder_clause) == ("targets.restore.P1", "SLA-0001", "targets.restore.P1")
    assert (found.days, found.calendar) == (2, "Saturdays too")
    assert not facts(SupportRoute, subject)
    assert only(SlaTarget, subject).minutes is None
    said = restored(TimeTarget(days=2, day_minutes=480), TimeTarget(minutes=60), hours=SATURDAYS)
    assert said.promised_minutes == 960


def test_a_tier_that_promises_days_of_no_length_is_named() -> None:
    subject = scene(restoring("OLA-0001", TimeTarget(days=2), hours=SATURDAYS), targets=RESTORE, routes=ALONE)
    found = only(MixedUnits, subject)
    assert (found.clause, found.holder) == ("targets.restore.P1", "OLA-0001 Operations")
    assert not facts(SupportRoute, subject)


def test_days_on_support_and_on_call_hours_together_have_no_length() -> None:
    subject = scene(
        restoring("OLA-0001", TimeTarget(minutes=60)),
        targets=Targets(restore={"P1": TimeTarget(days=1, clock=TargetClock.on_call)}),
        routes=ALONE,
        on_call_hours=EVENINGS,
    )
    assert only(MixedUnits, subject).calendar == "Hours and Hours"


def test_a_day_of_a_clock_that_never_stands_has_24_hours() -> None:
    elapsed = TargetClock.elapsed
    found = restored(TimeTarget(days=2, clock=elapsed), TimeTarget(minutes=2880, clock=elapsed))
    assert (found.promised_minutes, found.lateness_minutes) == (2880, 0)


def test_a_clock_may_run_on_service_hours_instead_of_support_hours() -> None:
    target = TimeTarget(minutes=240, clock=TargetClock.service)
    found = restored(target, TimeTarget(minutes=240), hours=ALWAYS, support_hours=LONDON)
    assert found.lateness_minutes == 0
    assert found.worst_start == "Thu 1 Jan 2026 00:00"
    on_support = restored(TimeTarget(minutes=240), TimeTarget(minutes=240), hours=ALWAYS, support_hours=LONDON)
    assert on_support.worst_start == "Thu 1 Jan 2026 09:00"


def test_on_call_hours_join_the_support_hours_for_the_targets_that_say_so() -> None:
    target = TimeTarget(minutes=60, clock=TargetClock.on_call)
    by_day, called = (
        restoring("OLA-0001", target, hours=LONDON),
        restoring("OLA-0001", target, hours=LONDON, on_call_hours=EVENINGS),
    )
    promised = Targets(restore={"P1": target})
    late = only(SupportRoute, scene(by_day, targets=promised, routes=ALONE, on_call_hours=EVENINGS))
    assert late.lateness_minutes > 0
    kept = only(SupportRoute, scene(called, targets=promised, routes=ALONE, on_call_hours=EVENINGS))
    assert kept.lateness_minutes == 0


NOONS = week("Europe/London", 11, 13)


def test_a_report_to_a_clock_that_never_stands_comes_in_service_or_support_hours() -> None:
    target = TimeTarget(minutes=240, clock=TargetClock.elapsed)
    found = restored(target, TimeTarget(minutes=241), hours=MORNINGS, support_hours=LONDON)
    assert (found.lateness_minutes, found.worst_start) == (1, "Thu 1 Jan 2026 07:00")


def test_a_fault_that_is_reported_in_contact_or_on_call_hours_starts_a_clock_that_never_stands() -> None:
    target = TimeTarget(minutes=15, clock=TargetClock.elapsed)
    promised = Targets(restore={"P1": target})
    kept = restoring("OLA-0001", TimeTarget(minutes=15), hours=LONDON)
    assert only(SupportRoute, scene(kept, targets=promised, routes=ALONE, hours=NOONS)).lateness_minutes == 0
    ways: tuple[dict[str, Any], ...] = ({"contact_hours": ALWAYS}, {"on_call_hours": ALWAYS})
    for more in ways:
        late = only(SupportRoute, scene(kept, targets=promised, routes=ALONE, hours=NOONS, **more))
        assert (late.lateness_minutes, late.worst_start) == (65 * 60, "Fri 23 Oct 2026 17:00")


@pytest.mark.parametrize("more", [{"contact_hours": ALWAYS}, {"hours": ALWAYS, "support_hours": LONDON}])
def test_what_is_reported_after_hours_is_due_by_its_cut_off_all_the_same(more: dict[str, Any]) -> None:
    target = TimeTarget(cut_off=CutOff(reported_before="12:00", due_at="24:00", otherwise_at="10:00"))
    kept = restoring("OLA-0001", TimeTarget(minutes=720), hours=ALWAYS)
    found = only(SupportRoute, scene(kept, targets=Targets(restore={"P1": target}), routes=ALONE, **more))
    assert (found.lateness_minutes, found.worst_start) == (119, "Thu 1 Jan 2026 23:59")


def test_elapsed_hours_are_missed_by_those_who_go_home() -> None:
    target = TimeTarget(minutes=240, clock=TargetClock.elapsed)
    subject = scene(
        restoring("OLA-0001", TimeTarget(minutes=60), hours=LONDON),
        targets=Targets(restore={"P1": target}),
        routes=ALONE,
    )
    found = only(SupportRoute, subject)
    assert (found.lateness_minutes, found.worst_start) == (62 * 60, "Fri 23 Oct 2026 16:59")


def test_what_is_promised_at_once_leaves_no_time() -> None:
    found = restored(TimeTarget(minutes=0), TimeTarget(minutes=0))
    assert (found.promised, found.lateness_minutes) == ("at once", 0)
    assert restored(TimeTarget(minutes=0), TimeTarget(minutes=5)).lateness_minutes == 5


SAME_DAY = CutOff(reported_before="13:00", due_at="17:00", otherwise_at="09:00")


def test_a_cut_off_is_compared_like_any_other_time() -> None:
    found = restored(TimeTarget(cut_off=SAME_DAY), TimeTarget(minutes=240))
    assert found.promised == "by 17:00 if reported before 13:00, else by 09:00 of the next working day"
    assert found.promised_minutes is None
    assert (found.lateness_minutes, found.worst_start) == (-1, "Thu 1 Jan 2026 12:59")
    assert restored(TimeTarget(cut_off=SAME_DAY), TimeTarget(minutes=242)).lateness_minutes == 1


def test_who_may_take_as_long_is_late_for_a_promise_that_is_missed_by_then() -> None:
    strict = TimeTarget(minutes=240, missed=MissedAt.at)
    assert restored(strict, TimeTarget(minutes=240)).lateness_minutes == 1
    assert restored(strict, TimeTarget(minutes=239)).lateness_minutes == 0
    assert restored(strict, strict).lateness_minutes == 0
    assert restored(TimeTarget(minutes=240), TimeTarget(minutes=240)).lateness_minutes == 0


def in_office_hours(target: TimeTarget, by: TimeTarget, **more: Any) -> SupportRoute:
    """The route of one supporter that works in the agreement's own hours."""
    supporting = restoring("OLA-0001", by, hours=LONDON)
    return only(SupportRoute, scene(supporting, targets=Targets(restore={"P1": target}), routes=ALONE, **more))


@pytest.mark.parametrize("meaning", [DaysAre.time_of_day, DaysAre.end_of_day])
def test_days_that_are_no_hours_are_compared_like_any_other_time(meaning: DaysAre) -> None:
    two = TimeTarget(days=2, days_are=meaning)
    same = in_office_hours(two, two)
    assert (same.lateness_minutes, same.promised_minutes) == (0, None)
    assert in_office_hours(two, TimeTarget(days=3, days_are=meaning)).lateness_minutes >= 24 * 60
    assert in_office_hours(two, TimeTarget(minutes=960)).lateness_minutes <= 0


def test_the_close_of_a_day_leaves_less_to_what_is_reported_late_on_the_day_before() -> None:
    until_it_closes = TimeTarget(days=1, days_are=DaysAre.end_of_day)
    found = in_office_hours(until_it_closes, TimeTarget(minutes=481))
    assert (found.lateness_minutes, found.promised) == (0, "within 1 working day (when the last one closes)")
    assert found.worst_start.endswith("16:59")
    assert in_office_hours(until_it_closes, TimeTarget(minutes=482)).lateness_minutes > 0


def test_the_close_of_a_day_comes_for_what_is_reported_after_hours_too() -> None:
    until_it_closes = TimeTarget(days=1, days_are=DaysAre.end_of_day)
    found = in_office_hours(until_it_closes, TimeTarget(minutes=481), contact_hours=ALWAYS)
    assert found.lateness_minutes > 0
    assert in_office_hours(until_it_closes, TimeTarget(minutes=480), contact_hours=ALWAYS).lateness_minutes == 0


def test_a_tier_may_work_to_a_cut_off() -> None:
    subject = scene(
        restoring("OLA-0001", TimeTarget(cut_off=SAME_DAY), hours=LONDON),
        targets=Targets(restore={"P1": TimeTarget(minutes=480)}),
        routes={"a": route(("OLA-0001", 15))},
    )
    found = only(SupportRoute, subject)
    assert (found.lateness_minutes, found.worst_start) == (65 * 60 + 15, "Fri 23 Oct 2026 09:00")


# Clocks that start at the response


def after_response(minutes: int) -> TimeTarget:
    return TimeTarget(minutes=minutes, starts=ClockStart.response)


def test_a_restoration_that_starts_at_the_response_is_due_after_both() -> None:
    targets = Targets(response=times({"P1": 30}), restore={"P1": after_response(240)})
    one = restoring("OLA-0001", TimeTarget(minutes=270), TimeTarget(minutes=15))
    _, restore = facts(SupportRoute, scene(one, targets=targets, routes=ALONE, hours=ALWAYS))
    assert restore.lateness_minutes == 0
    assert restore.promised == "within 240 min of a response within 30 min"


def test_a_response_before_its_limit_brings_forward_what_the_customer_is_due() -> None:
    targets = Targets(response=times({"P1": 30}), restore={"P1": after_response(240)})
    since_report = restoring("OLA-0001", TimeTarget(minutes=270), TimeTarget(minutes=15), hours=LONDON)
    _, found = facts(SupportRoute, scene(since_report, targets=targets, routes=ALONE))
    assert (found.lateness_minutes, found.early_lateness_minutes) == (0, 65 * 60 + 30)
    since_response = restoring("OLA-0001", after_response(240), TimeTarget(minutes=30), hours=LONDON)
    _, same = facts(SupportRoute, scene(since_response, targets=targets, routes=ALONE))
    assert (same.lateness_minutes, same.early_lateness_minutes) == (0, 0)
    _, plain = facts(
        SupportRoute,
        scene(since_report, targets=Targets(response=times({"P1": 30}), restore=times({"P1": 270})), routes=ALONE),
    )
    assert plain.early_lateness_minutes is None


def test_a_first_tier_that_responds_outside_the_agreed_hours_starts_both_clocks_there() -> None:
    elapsed = TargetClock.elapsed
    targets = Targets(
        response={"P1": TimeTarget(minutes=600, clock=elapsed)},
        restore={"P1": TimeTarget(minutes=600, starts=ClockStart.response, clock=elapsed)},
    )
    first = TimeTarget(minutes=600, clock=elapsed)
    one = restoring("OLA-0001", TimeTarget(minutes=1, starts=ClockStart.response), first, support_hours=LONDON)
    _, found = facts(SupportRoute, scene(one, targets=targets, routes=ALONE, hours=LONDON))
    assert found.early_response == "Fri 23 Oct 2026 17:00"
    assert found.early_lateness_minutes == 65 * 60 + 1 - 600


def test_a_tier_whose_clock_starts_at_its_response_takes_both() -> None:
    one = restoring("OLA-0001", after_response(240), TimeTarget(minutes=15))
    assert only(SupportRoute, scene(one, targets=RESTORE, routes=ALONE, hours=ALWAYS)).lateness_minutes == 15


def test_both_misses_count_where_a_tier_responds_first() -> None:
    one = restoring(
        "OLA-0001",
        TimeTarget(minutes=60, starts=ClockStart.response, percent=Decimal(95)),
        TimeTarget(minutes=15, percent=Decimal(90)),
    )
    assert only(SupportRoute, scene(one, targets=RESTORE, routes=ALONE)).guaranteed_percent == Decimal(85)


def test_a_response_that_nobody_promises_cannot_start_a_clock() -> None:
    ours = scene(tier("OLA-0001", restore=60), targets=Targets(restore={"P1": after_response(240)}), routes=ALONE)
    missing = only(MissingTarget, ours)
    assert (missing.clause, missing.supporter) == ("targets.restore.P1", "SLA-0001")
    assert missing.needed == "a response target for P1, since the clock starts at the response"
    theirs = scene(restoring("OLA-0001", after_response(60)), targets=RESTORE, routes=ALONE)
    assert only(MissingTarget, theirs).supporter == "OLA-0001 Operations"
    for subject in (ours, theirs):
        assert not facts(SupportRoute, subject)


# Side by side


def test_of_tiers_that_work_side_by_side_the_later_one_counts() -> None:
    pair = tier("OLA-0001", 30), tier("OLA-0002", 45, title="Network"), tier("UC-0001", restore=120)
    found = only(
        SupportRoute,
        scene(*pair, targets=RESTORE, routes={"a": route(("OLA-0001+OLA-0002", 10), "UC-0001")}, hours=ALWAYS),
    )
    assert found.lateness_minutes == 45 + 10 + 120 - 240
    assert found.slowest_tier == "UC-0001 Operations"


def test_the_slowest_of_those_side_by_side_is_named() -> None:
    pair = tier("OLA-0001", restore=30), tier("OLA-0002", restore=300, title="Network")
    found = only(SupportRoute, scene(*pair, targets=RESTORE, routes={"a": route("OLA-0001+OLA-0002")}, hours=ALWAYS))
    assert (found.lateness_minutes, found.slowest_tier) == (60, "OLA-0002 Network")


def test_everybody_side_by_side_has_to_promise_and_to_keep_it() -> None:
    half = tier("OLA-0001", restore=30, percent=95), tier("OLA-0002", restore=30, percent=90)
    way = {"a": route("OLA-0001+OLA-0002")}
    assert only(SupportRoute, scene(*half, targets=RESTORE, routes=way)).guaranteed_percent == Decimal(85)
    missing = only(MissingTarget, scene(half[0], tier("OLA-0002"), targets=RESTORE, routes=way))
    assert missing.needed == "a restore target for P1 (route: Faults)"
    ended = scene(half[0], targets=RESTORE, routes=way)
    assert [fact.uncovered_days for fact in facts(SupportTerm, ended)] == [0, 365]


# Pauses (R5), stray tiers, the longest elapsed time (R4)


@pytest.mark.parametrize("pauses", [True, False])
def test_a_supporters_clock_that_stands_for_the_customer_is_named_beside_the_customers(pauses: bool) -> None:
    one = restoring("OLA-0001", TimeTarget(minutes=60, pauses_for_customer=True))
    promised = Targets(restore={"P1": TimeTarget(minutes=240, pauses_for_customer=pauses)})
    found = only(PausingClock, scene(one, targets=promised, routes=ALONE))
    assert (found.clause, found.supporter_clause) == ("targets.restore.P1", "targets.restore.P1")
    assert (found.supporter, found.route, found.promised_pauses) == ("OLA-0001 Operations", "Faults", pauses)


def test_clocks_that_run_on_are_not_mentioned() -> None:
    pausing = Targets(restore={"P1": TimeTarget(minutes=240, pauses_for_customer=True)})
    assert not facts(PausingClock, scene(tier("OLA-0001", restore=60), targets=pausing, routes=ALONE))


def test_a_route_through_an_agreement_on_something_else_is_named() -> None:
    desk, printers = (
        tier("OLA-0001", 30, components=["CMP-DESK"]),
        tier("UC-0001", restore=60, components=["CMP-PRINTER"]),
    )
    subject = scene(supporter(), desk, printers, targets=RESTORE, routes={"a": route("OLA-0001", "UC-0001")})
    assert [(one.supporter, one.resolves) for one in facts(StrayTier, subject)] == [
        ("OLA-0001 Operations", False),
        ("UC-0001 Operations", True),
    ]


def test_an_agreement_on_a_part_that_the_service_needs_is_at_home_on_its_routes() -> None:
    one = tier("OLA-0001", restore=60, components=[SERVER])
    needing: dict[str, Any] = {"dependencies": {"CMP-DB": (SERVER,), SERVER: ()}}
    assert not facts(StrayTier, scene(one, targets=RESTORE, routes=ALONE, **needing))
    assert facts(StrayTier, scene(one, targets=RESTORE, routes=ALONE))
    assert not facts(StrayTier, scene(one, targets=RESTORE, routes={"a": route("OLA-0001", priorities=["P4"])}))


def test_the_longest_time_that_a_promise_can_take_is_told_with_its_start() -> None:
    stated = only(SlaTarget, scene(targets=RESTORE))
    assert stated.elapsed_minutes == 69 * 60
    assert stated.elapsed_from == "Fri 23 Oct 2026 17:00"
    always = only(SlaTarget, scene(targets=RESTORE, hours=ALWAYS))
    assert always.elapsed_minutes == 240


def test_a_cut_off_may_take_a_weekend() -> None:
    stated = only(SlaTarget, scene(targets=Targets(restore={"P1": TimeTarget(cut_off=SAME_DAY)})))
    assert stated.minutes is None
    assert stated.statement == "by 17:00 if reported before 13:00, else by 09:00 of the next working day"
    assert (stated.elapsed_minutes, stated.elapsed_from) == ((11 + 2 * 24 + 9 + 1) * 60, "Fri 23 Oct 2026 13:00")
