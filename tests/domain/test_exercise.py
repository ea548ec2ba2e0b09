"""What a test has measured and what came of it: an oracle that counts minutes, and every mixture of verdicts."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise, product

import pytest

from sdflow.domain.continuity import ScheduledExercise
from sdflow.domain.exercise import (
    Course,
    Happening,
    Measured,
    Objective,
    Outcome,
    conclusion,
    following_key,
    in_order_of_keys,
    measured,
)
from sdflow.domain.test_programme import ApprovedVersion, ComingTest, HeldTest, OwedTest, Standing, owed_tests

START = datetime(2027, 3, 28, 0, 30, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def minutes_by_counting(course: Course, objective: Objective) -> int | None:
    """Minute by minute from the disruption, the first at which the service works and goes on working to the end."""
    assert course.begun_at
    shares: list[Decimal] = []
    last = course.begun_at + timedelta(minutes=400)
    moment = course.begun_at
    while moment <= last:
        share = Decimal(0)
        for one in course.happenings:
            if one.at <= moment:
                share = (
                    Decimal(0) if "mail" in one.lost else max(share, one.percent) if "mail" in one.restored else share
                )
        shares.append(share)
        moment += timedelta(minutes=1)
    wanted = objective.minimum_percent or Decimal("0.000001")
    wanted = wanted if shares[-1] >= wanted else Decimal("0.000001")
    if shares[-1] < wanted:
        return None
    return max((minute for minute, share in enumerate(shares) if share < wanted), default=-1) + 1


def random_course(chance: random.Random) -> Course:
    happenings = []
    for minute in sorted(chance.sample(range(1, 360), chance.randint(0, 6))):
        kind = chance.choice(["restored", "restored", "lost", "other"])
        share = Decimal(chance.randint(1, 100))
        happenings.append(
            Happening(
                at(minute),
                restored=("mail",) if kind == "restored" else ("files",) if kind == "other" else (),
                lost=("mail",) if kind == "lost" else (),
                data_as_of=at(-chance.randint(0, 300)) if kind == "restored" else None,
                percent=share if kind == "restored" else Decimal(100),
            )
        )
    return Course(START, at(365), tuple(happenings))


@pytest.mark.parametrize("seed", range(200))
def test_a_service_works_from_the_minute_after_which_it_never_stops_again(seed: int) -> None:
    chance = random.Random(seed)
    course = random_course(chance)
    least = Decimal(chance.randint(1, 100)) if chance.random() < 0.5 else None
    objective = Objective(chance.randint(1, 400), chance.randint(0, 300), least)
    found = measured("mail", objective, course)
    assert found.time_minutes == minutes_by_counting(course, objective)
    if found.time_minutes is None:
        assert found.time_met is (False if (objective.time_minutes or 0) < 365 else None)
        return
    assert found.time_met is (found.time_minutes <= (objective.time_minutes or 0))
    by = next(one for one in course.happenings if one.at == at(found.time_minutes))
    assert by.data_as_of is not None
    assert found.point_minutes == (START - by.data_as_of).total_seconds() / 60
    assert found.minimum_met is (None if least is None else by.percent >= least)


def test_a_begun_minute_counts_in_full_and_work_done_after_the_disruption_is_not_lost() -> None:
    course = Course(START, None, (Happening(at(30.01), ("mail",), data_as_of=at(-9.5)),))
    for limit, met in ((30, False), (31, True)):
        assert measured("mail", Objective(limit, 9, None), course).time_met is met
    assert measured("mail", Objective(31, 9, None), course).point_minutes == 10
    fresh = Course(START, None, (Happening(at(30), ("mail",), data_as_of=at(20)),))
    assert measured("mail", Objective(30, 0, None), fresh).point_met is True


def test_what_has_not_come_back_is_missed_only_once_its_time_is_over() -> None:
    running, short, long = (Course(START, end, ()) for end in (None, at(60), at(60.2)))
    objective = Objective(60, None, None)
    assert [measured("mail", objective, one).time_met for one in (running, short, long)] == [None, None, False]


def verdict(met: bool | None) -> Measured:
    return Measured(Objective(60, None, None), None, None, None, None, None, met, None, None)


@pytest.mark.parametrize(
    ("begun", "ended", "stopped", "criterion", "service"),
    list(product([True, False], [True, False], [True, False], [True, False, None], [True, False, None, "none"])),
)
def test_the_result_follows_from_what_was_recorded_alone(
    begun: bool, ended: bool, stopped: bool, criterion: bool | None, service: bool | str | None
) -> None:
    services = [] if service == "none" else [verdict(service)]  # type: ignore[arg-type]
    found = conclusion(begun=begun, ended=ended, stopped=stopped, criteria=[criterion], services=services)
    known = [one for one in (criterion, service) if one != "none"]
    expected: Outcome | None = Outcome.incomplete
    if not begun and not ended and known == [None] * len(known):
        expected = None
    elif any(one is False for one in known):
        expected = Outcome.failed
    elif begun and ended and not stopped and all(one is True for one in known):
        expected = Outcome.passed
    assert found == expected


def test_a_test_in_which_nothing_could_be_met_has_not_passed() -> None:
    assert conclusion(begun=True, ended=True, stopped=False, criteria=[], services=[]) is Outcome.incomplete


def test_keys_stand_in_the_order_of_their_numbers_and_a_further_one_behind_them_all() -> None:
    assert in_order_of_keys(["t10", "t9", "t2a", "t2", "a"]) == ["a", "t2", "t2a", "t9", "t10"]
    following = {"t9": "t10", "t09": "t10", "e0099": "e0100", "start": "start1"}
    assert {one: following_key([one]) for one in following} == following
    keys: list[str] = []
    for _ in range(120):
        keys.append(following_key(keys))
    assert in_order_of_keys(keys) == keys
    assert all(before != after for before, after in pairwise(keys))


YEARLY = ScheduledExercise("Yearly", "partial", measured=True, every_months=12, next_on=None)
TALK = ScheduledExercise("Talk", "tabletop", measured=False, every_months=6, next_on=date(2027, 3, 9))
SECOND = ApprovedVersion(2, date(2026, 9, 1))


def held(day: date, outcome: str = "passed", version: int = 2, sort: str = "partial") -> HeldTest:
    return HeldTest("BCT-0001", "A test", sort, sort in ("component", "partial", "full"), version, day, outcome)


def proof(tests: list[HeldTest], today: date, *asked: ScheduledExercise) -> OwedTest:
    return owed_tests(SECOND, asked, tests, [], today)[0]


@pytest.mark.parametrize(
    ("tests", "standing", "due_on"),
    [
        ([], Standing.untested, date(2026, 9, 1)),
        ([held(date(2026, 10, 5))], Standing.tested, date(2027, 10, 5)),
        ([held(date(2026, 8, 5), version=1)], Standing.old_version, date(2026, 9, 1)),
        ([held(date(2026, 10, 5)), held(date(2026, 11, 5), "failed")], Standing.failed, date(2026, 11, 5)),
        ([held(date(2026, 10, 5), "incomplete")], Standing.incomplete, date(2026, 10, 5)),
        ([held(date(2026, 10, 5), sort="tabletop")], Standing.untested, date(2026, 9, 1)),
        ([held(date(2027, 10, 5))], Standing.untested, date(2026, 9, 1)),
    ],
)
def test_a_measured_test_of_this_version_is_owed_every_twelve_months(
    tests: list[HeldTest], standing: Standing, due_on: date
) -> None:
    found = proof(tests, date(2027, 1, 1))
    assert (found.standing, found.due_on, found.overdue) == (standing, due_on, due_on < date(2027, 1, 1))


def test_a_test_is_overdue_from_the_day_after_it_was_due() -> None:
    found = [proof([held(date(2026, 2, 28), version=2)], day) for day in (date(2027, 2, 28), date(2027, 3, 1))]
    assert [(one.standing, one.overdue) for one in found] == [(Standing.tested, False), (Standing.too_old, True)]


def test_a_plan_may_ask_for_tests_more_often_and_of_its_own_sorts() -> None:
    often = ScheduledExercise("Often", "component", measured=True, every_months=3, next_on=None)
    coming = ComingTest("BCT-0009", "The next one", "tabletop", measured=False, planned_on=date(2027, 3, 9))
    tests = [held(date(2026, 12, 1)), held(date(2026, 10, 1), sort="tabletop", version=1)]
    first, yearly, component, talk = owed_tests(SECOND, (YEARLY, often, TALK), tests, [coming], date(2027, 1, 1))
    assert (first.every_months, first.due_on) == (3, date(2027, 3, 1))
    assert (yearly.due_on, yearly.standing) == (date(2027, 12, 1), Standing.tested)
    assert (component.due_on, component.standing) == (date(2026, 9, 1), Standing.untested)
    assert (talk.due_on, talk.standing, talk.coming) == (date(2027, 3, 9), Standing.tested, coming)
    assert first.coming is None
