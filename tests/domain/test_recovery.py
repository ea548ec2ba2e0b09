"""Recovery times, against a simulation that walks from minute to minute."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sdflow.areas.continuity.continuity_plan import ContinuityPlan
from sdflow.domain.continuity import PlannedService, RecoveryPlan, RecoveryStep
from sdflow.domain.recovery import ScheduledStep, minutes_after, recovery, step_order
from sdflow.domain.service_time import DAY, NEVER, CalendarHours, Window, wall_clock

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MONDAY = date(2027, 3, 22)
OFFICE = CalendarHours("CAL-OFFICE", "Office", "Europe/London", ((Window(540, 1020),),) * 5 + ((), ()))
NIGHTS = CalendarHours("CAL-NIGHTS", "Nights", "Europe/London", ((Window(1320, 360),),) * 7)
SHUT = CalendarHours("CAL-SHUT", "Never open", "UTC", ((),) * 7)
ALWAYS = CalendarHours("CAL-ALWAYS", "Always", "UTC", ((Window(0, DAY),),) * 7)


def instant(text: str) -> int:
    """An instant in London."""
    local = datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo("Europe/London"))
    return int((local - EPOCH).total_seconds()) // 60


def step(key: str, minutes: int, *after: str, **more: object) -> RecoveryStep:
    plain = RecoveryStep(key, f"Step {key}", None, minutes, None, after)
    return replace(plain, **more)  # type: ignore[arg-type]


def plan(*steps: RecoveryStep, detection: int = 0, decision: int = 0) -> RecoveryPlan:
    services = (PlannedService("services.a", "SVC-A", None, ""), PlannedService("services.b", "SVC-B", None, ""))
    return RecoveryPlan("PER-A", services, detection, decision, {one.key: one for one in steps})


class Simulation:
    """People who look at the clock each minute, and do in it what they can."""

    def __init__(self, told: RecoveryPlan, hours: Mapping[str, CalendarHours], start: int) -> None:
        self.plan, self.hours, self.order = told, hours, step_order(told.steps)
        self.left = {key: one.minutes for key, one in told.steps.items()}
        self.done: dict[str, int] = {}
        self.now = start
        self.invoked = start + told.detection_minutes + told.decision_minutes

    def run(self, most: int) -> dict[str, int]:
        """When each step is done, if within so many minutes."""
        for _ in range(most):
            if self.now >= self.invoked:
                self.finish_what_takes_no_time()
                working = [key for key in self.next_ones() if self.open(key)]
                for key in working:
                    self.left[key] -= 1
            self.now += 1
            if self.now > self.invoked:
                for key, left in self.left.items():
                    if left == 0 and key not in self.done and key in working:
                        self.done[key] = self.now
            if len(self.done) == len(self.left):
                break
        return self.done

    def finish_what_takes_no_time(self) -> None:
        while nothing := [key for key in self.next_ones() if self.left[key] == 0]:
            self.done.update(dict.fromkeys(nothing, self.now))

    def next_ones(self) -> list[str]:
        """The steps on which somebody could work: for a team its next one alone, if all before it are done."""
        busy: set[str] = set()
        found = []
        for key in self.order:
            one = self.plan.steps[key]
            if key in self.done:
                continue
            if one.team not in busy and all(other in self.done for other in one.after):
                found.append(key)
            busy |= {one.team} if one.team else set()
        return found

    def open(self, key: str) -> bool:
        name = self.plan.steps[key].hours
        return name is None or opens(self.hours[name], self.now)


SEEN: dict[tuple[str, int], bool] = {}


def opens(hours: CalendarHours, minute: int) -> bool:
    """Whether a calendar without holidays is open in the minute, as one reads it off a wall; looked up once."""
    key = (hours.reference, minute)
    if key not in SEEN:
        SEEN[key] = reads_as_open(hours, minute)
    return SEEN[key]


def reads_as_open(hours: CalendarHours, minute: int) -> bool:
    local = (EPOCH + timedelta(minutes=minute)).astimezone(ZoneInfo(hours.zone))
    at = local.hour * 60 + local.minute
    for back in (0, 1):
        day = local.date() - timedelta(days=back)
        for window in hours.week[day.weekday()]:
            closes = window.opens + window.minutes
            if window.opens <= at + back * DAY < closes:
                return True
    return False


TEAMS = st.sampled_from([None, "TEAM-A", "TEAM-B"])
HOURS = {one.reference: one for one in (OFFICE, NIGHTS, ALWAYS)}


@st.composite
def plans(draw: st.DrawFn) -> RecoveryPlan:
    keys = draw(st.permutations(["p", "q", "r", "s", "t"]))[: draw(st.integers(1, 5))]
    ranked = draw(st.permutations(keys))
    steps = []
    for key in keys:
        earlier = ranked[: ranked.index(key)]
        steps.append(
            step(
                key,
                draw(st.integers(0, 400)),
                *sorted(draw(st.sets(st.sampled_from(earlier), max_size=2)) if earlier else ()),
                team=draw(TEAMS),
                hours=draw(st.sampled_from([None, *HOURS])),
                restores=tuple(sorted(draw(st.sets(st.sampled_from(["SVC-A", "SVC-B"]))))),
            )
        )
    return plan(*steps, detection=draw(st.integers(0, 90)), decision=draw(st.integers(0, 90)))


@given(plans(), st.lists(st.integers(0, 4 * DAY - 1), min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_steps_end_when_people_who_look_at_the_clock_each_minute_end_them(
    told: RecoveryPlan, offsets: list[int]
) -> None:
    found = recovery(told, HOURS, MONDAY, MONDAY + timedelta(days=3))
    begin = instant("2027-03-22 00:00")
    for start in (begin + one for one in offsets):
        simulated = Simulation(told, HOURS, start).run(40 * DAY)
        assert {one.key: one.ends for one in found.schedule(start)} == simulated
        for service, worst in found.services.items():
            works = [end for key, end in simulated.items() if service in told.steps[key].restores]
            assert (worst is None) == (not works)
            assert worst is None or max(works) - start <= worst


@given(plans())
@settings(max_examples=40, deadline=None)
def test_the_worst_start_really_takes_as_long_as_it_is_said_to(told: RecoveryPlan) -> None:
    found = recovery(told, HOURS, MONDAY, MONDAY + timedelta(days=8))
    for service, worst in found.services.items():
        if worst is not None:
            ends = Simulation(told, HOURS, found.worst_start[service]).run(60 * DAY)
            works = max(end for key, end in ends.items() if service in told.steps[key].restores)
            assert works - found.worst_start[service] == worst


def test_no_start_of_a_day_takes_longer_than_the_worst_one() -> None:
    told = plan(
        step("p", 95, team="TEAM-A", hours="CAL-OFFICE"),
        step("q", 17, "p", restores=("SVC-A",)),
        detection=7,
        decision=3,
    )
    found = recovery(told, HOURS, MONDAY, MONDAY)
    begin = instant("2027-03-22 00:00")
    lasting = {}
    for start in range(begin, begin + DAY):  # all of them, since an edge is easily missed
        ends = Simulation(told, HOURS, start).run(8 * DAY)
        lasting[start] = ends["q"] - start
    worst = max(lasting.values())
    assert found.services["SVC-A"] == worst
    assert found.worst_start["SVC-A"] == min(start for start, minutes in lasting.items() if minutes == worst)


@given(plans())
@settings(max_examples=40, deadline=None)
def test_the_critical_path_leads_from_the_invocation_to_the_service_without_a_gap_that_no_calendar_explains(
    told: RecoveryPlan,
) -> None:
    found = recovery(told, HOURS, MONDAY, MONDAY + timedelta(days=3))
    for service, worst in found.services.items():
        if worst is None:
            continue
        start = found.worst_start[service]
        ends = {one.key: one.ends for one in found.schedule(start)}
        at = start + told.detection_minutes + told.decision_minutes
        for key in found.critical[service]:
            one = told.steps[key]
            wanted = one.minutes
            while wanted:  # the next step begins where the one before ended, and each closed minute is its calendar's
                wanted -= one.hours is None or opens(HOURS[one.hours], at)
                at += 1
            assert at == ends[key]
        assert at - start == worst


def test_a_recovery_on_a_friday_evening_waits_for_monday() -> None:
    told = plan(step("p", 60, hours="CAL-OFFICE", restores=("SVC-A",)), detection=15, decision=15)
    found = recovery(told, HOURS, MONDAY, MONDAY + timedelta(days=6))
    assert wall_clock(found.worst_start["SVC-A"], "Europe/London") == "Fri 26 Mar 2027 15:31"
    # 16:01 + 59 min on Friday, one minute on Monday; the clocks go forward on Sunday, so an hour less elapses
    assert found.services == {"SVC-A": 29 + 60 + 2 * 1440 + 16 * 60 - 60 + 1, "SVC-B": None}
    assert found.critical == {"SVC-A": ("p",), "SVC-B": ()}


def test_one_team_is_never_at_two_steps_at_once_though_two_teams_may_be() -> None:
    apart = plan(step("p", 60, team="A"), step("q", 60, team="B"), step("r", 0, "p", "q", restores=("SVC-A",)))
    alone = plan(step("p", 60, team="A"), step("q", 60, team="A"), step("r", 0, "p", "q", restores=("SVC-A",)))
    assert recovery(apart, {}, MONDAY, MONDAY).services["SVC-A"] == 60
    assert recovery(alone, {}, MONDAY, MONDAY).services["SVC-A"] == 120
    assert recovery(alone, {}, MONDAY, MONDAY).critical["SVC-A"] == ("p", "q", "r")


PARTIES = """
title: Mail after a disaster
owner: PER-A
scope: The mail platform
effective_on: 2027-01-01
zone: Europe/London
services: {mail: {service: SVC-A, option: gradual}}
detection_minutes: 0
decision_minutes: 0
teams:
  store: {title: Store crew, party: TEAM-MAIL, purpose: Restores mailboxes, leader: PER-A}
  gates: {title: Gateway crew, party: OTHER, purpose: Restores gateways, leader: PER-B}
steps:
  p: {number: 1, title: Mailboxes, team: store, minutes: 60}
  q: {number: 2, title: Gateways, team: gates, minutes: 60}
  r: {number: 3, title: Open, minutes: 0, after: [p, q], restores: [mail]}
"""


@pytest.mark.parametrize(("other", "minutes"), [("TEAM-GATES", 60), ("TEAM-MAIL", 120)])
def test_two_teams_of_one_party_take_their_steps_one_after_another(other: str, minutes: int) -> None:
    told = ContinuityPlan.model_validate(yaml.safe_load(PARTIES.replace("OTHER", other))).recovery_plan()
    assert recovery(told, {}, MONDAY, MONDAY).services == {"SVC-A": minutes}


def test_work_on_a_step_begins_when_its_calendar_opens() -> None:
    told = plan(step("p", 30, hours="CAL-OFFICE", restores=("SVC-A",)))
    found = recovery(told, HOURS, MONDAY, MONDAY)
    at = instant("2027-03-22 09:00")
    assert found.schedule(instant("2027-03-22 03:00")) == (ScheduledStep("p", at, at + 30),)
    assert found.schedule(at + 10) == (ScheduledStep("p", at + 10, at + 40),)


def test_a_holiday_of_those_who_recover_makes_the_recovery_longer() -> None:
    told = plan(step("p", 60, hours="CAL-OFFICE", restores=("SVC-A",)))
    keeps = replace(OFFICE, closed_days={date(2027, 4, 2): "Good Friday", date(2027, 4, 5): "Easter Monday"})
    days = (date(2027, 3, 29), date(2027, 4, 9))
    usual, easter = (recovery(told, {"CAL-OFFICE": one}, *days).services["SVC-A"] for one in (OFFICE, keeps))
    assert (usual, easter) == (64 * 60 + 60, 64 * 60 + 60 + 2 * DAY)


def test_a_service_is_back_once_the_last_step_that_restores_it_is_done() -> None:
    told = plan(step("p", 10, restores=("SVC-A",)), step("q", 25, restores=("SVC-A", "SVC-B")))
    assert recovery(told, {}, MONDAY, MONDAY).services == {"SVC-A": 25, "SVC-B": 25}


def test_a_service_that_nobody_is_ever_there_to_restore_never_works_again() -> None:
    told = plan(step("p", 10, hours="CAL-SHUT", restores=("SVC-A",)))
    found = recovery(told, {"CAL-SHUT": SHUT}, MONDAY, MONDAY)
    assert found.services == {"SVC-A": None, "SVC-B": None}
    assert found.critical["SVC-A"] == ("p",)
    assert "SVC-B" not in found.worst_start
    assert found.schedule(found.worst_start["SVC-A"]) == (ScheduledStep("p", NEVER, NEVER),)


def test_steps_are_taken_in_the_order_of_the_plan_as_far_as_they_wait_for_no_later_one() -> None:
    told = plan(step("p", 1, "r"), step("q", 1), step("r", 1), step("s", 1, "p"))
    assert step_order(told.steps) == ("q", "r", "p", "s")


def test_a_loop_of_steps_is_named_in_the_order_of_the_work() -> None:
    told = plan(step("p", 1, "r"), step("q", 1, "p"), step("r", 1, "q"), step("s", 1))
    with pytest.raises(ValueError, match="steps wait for one another in a loop: p → q → r → p"):
        step_order(told.steps)


def test_a_step_may_not_wait_for_one_that_is_not_there() -> None:
    with pytest.raises(ValueError, match="the step p waits for x, which is no step of the plan"):
        step_order(plan(step("p", 1, "x")).steps)


def test_what_remains_after_a_step_is_the_longest_way_to_the_service() -> None:
    told = plan(
        step("p", 10),
        step("q", 20, "p"),
        step("r", 5, "p"),
        step("s", 7, "q", "r", restores=("SVC-A",)),
        step("t", 90, "s", restores=("SVC-B",)),
    )
    after = {key: (minutes_after(told, key, "SVC-A"), minutes_after(told, key, "SVC-B")) for key in told.steps}
    assert after == {"p": (27, 117), "q": (7, 97), "r": (7, 97), "s": (0, 90), "t": (0, 0)}
