"""How objectives follow from harm over time, against slow and obvious versions."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdflow.domain.impact import (
    RecoveryClass,
    TolerableUntil,
    first_fall,
    fitting_class,
    in_order,
    loop,
    no_later_than_those_who_need_it,
    rank_of_amount,
    share_of,
    tolerable_minutes,
    worst,
)

LONGEST = 40
KEYS = "abcde"
times = st.lists(st.integers(1, LONGEST), min_size=1, max_size=6, unique=True).map(sorted)


@st.composite
def losses(draw: st.DrawFn) -> list[dict[int, int]]:
    """Forms of loss that never fall, assessed at the same times."""
    at = draw(times)
    count = draw(st.integers(1, 3))
    ranks = st.lists(st.integers(0, 5), min_size=len(at), max_size=len(at)).map(sorted)
    return [dict(zip(at, draw(ranks), strict=True)) for _ in range(count)]


needs_without_loops = st.lists(st.lists(st.sampled_from(KEYS), unique=True), min_size=5, max_size=5).map(
    lambda rows: {key: [one for one in row if one < key] for key, row in zip(KEYS, rows, strict=True)}
)
limits = st.one_of(st.none(), st.integers(0, LONGEST))


def known_by(minute: int, course: dict[int, int]) -> int | None:
    """What a disruption of so many minutes does at most: the harm of the first assessed time that is no shorter."""
    later = [rank for assessed, rank in sorted(course.items()) if assessed >= minute]
    return later[0] if later else None


@given(losses(), st.integers(1, 5))
def test_the_tolerable_period_is_the_longest_of_all_minutes_that_are_known_to_be_tolerable(
    courses: list[dict[int, int]], threshold: int
) -> None:
    found = tolerable_minutes(worst(courses), threshold, TolerableUntil.last_tolerable)
    if all(rank < threshold for course in courses for rank in course.values()):
        assert found is None
        return
    tolerable = [0]
    for minute in range(1, LONGEST + 1):
        known = [known_by(minute, course) for course in courses]
        if all(rank is not None and rank < threshold for rank in known):
            tolerable.append(minute)
    assert found == max(tolerable)


@given(losses(), st.integers(1, 5))
def test_or_it_ends_at_the_first_minute_at_which_some_harm_is_known_to_be_intolerable(
    courses: list[dict[int, int]], threshold: int
) -> None:
    found = tolerable_minutes(worst(courses), threshold, TolerableUntil.first_intolerable)
    reached = (minute for minute in range(LONGEST + 1) if any(course.get(minute, 0) >= threshold for course in courses))
    assert found == next(reached, None)


@given(losses(), st.integers(1, 5), st.integers(1, 5))
def test_who_tolerates_more_harm_never_has_less_time(
    courses: list[dict[int, int]], threshold: int, further: int
) -> None:
    for until in TolerableUntil:
        less, more = (tolerable_minutes(worst(courses), one, until) for one in (threshold, threshold + further))
        assert more is None or (less is not None and less <= more)


@given(st.dictionaries(st.integers(1, LONGEST), st.integers(0, 5), min_size=1, max_size=6))
def test_a_fall_is_found_wherever_a_later_time_has_less_harm(course: dict[int, int]) -> None:
    falls = any(course[one] > course[other] for one in course for other in course if one < other)
    found = first_fall(course)
    assert (found is not None) == falls
    if found:
        before, after = found
        assert before < after
        assert course[before] > course[after]
        assert not [one for one in course if before < one < after]


@given(st.integers(0, 100_000), st.integers(1, 10_000))
def test_a_share_is_never_longer_than_it_is_and_never_a_minute_too_short(minutes: int, hundredths: int) -> None:
    found = share_of(minutes, Decimal(hundredths) / 100)
    assert found is not None
    assert found * 10_000 <= minutes * hundredths < (found + 1) * 10_000


@pytest.mark.parametrize(("amount", "rank"), [("0", 1), ("19999.99", 1), ("20000", 2), ("1000000", 3)])
def test_an_amount_has_the_rank_in_which_it_lies(amount: str, rank: int) -> None:
    assert rank_of_amount(Decimal(amount), {1: Decimal(0), 2: Decimal(20_000), 3: Decimal(200_000)}) == rank


def test_an_amount_below_every_level_is_no_harm() -> None:
    assert rank_of_amount(Decimal(99), {1: Decimal(100)}) == 0


@given(st.dictionaries(st.sampled_from(KEYS), st.lists(st.sampled_from(KEYS), max_size=3), min_size=1))
def test_a_loop_is_found_exactly_where_nothing_can_be_put_in_order(needs: dict[str, list[str]]) -> None:
    everybody = {*needs, *(one for needed in needs.values() for one in needed)}
    fitting = [
        order
        for order in permutations(everybody)
        if all(order.index(one) < order.index(key) for key, needed in needs.items() for one in needed)
    ]
    way = loop(needs)
    assert bool(way) == (not fitting)
    if way:
        assert way[0] == way[-1]
        assert all(after in needs[before] for before, after in pairwise(way))


@given(needs_without_loops, st.lists(limits, min_size=5, max_size=5))
def test_the_recovery_order_is_the_first_of_all_possible_ones_by_time(
    needs: dict[str, list[str]], own: list[int | None]
) -> None:
    late = {key: LONGEST + 1 if one is None else one for key, one in zip(KEYS, own, strict=True)}
    possible = [
        order
        for order in permutations(KEYS)
        if all(order.index(one) < order.index(key) for key, needed in needs.items() for one in needed)
    ]
    first = min(possible, key=lambda order: [(late[key], key) for key in order])
    assert in_order(needs, {key: (one,) for key, one in zip(KEYS, own, strict=True)}) == first


@given(needs_without_loops, st.lists(limits, min_size=5, max_size=5))
def test_an_objective_is_the_earliest_of_all_who_rest_on_it(
    needs: dict[str, list[str]], given_minutes: list[int | None]
) -> None:
    own = dict(zip(KEYS, given_minutes, strict=True))
    resting = {key: {key} for key in KEYS}
    for _ in KEYS:
        for key, needed in needs.items():
            for one in needed:
                resting[one] |= resting[key]
    found = no_later_than_those_who_need_it(own, needs)
    for key, (minutes, because) in found.items():
        known = [own[one] for one in resting[key] if own[one] is not None]
        assert minutes == min(known, default=None)  # type: ignore[type-var]
        assert (because is None) == (minutes == own[key])
        assert because is None or key in needs[because]


@given(st.dictionaries(st.sampled_from(KEYS), st.tuples(limits, limits), max_size=5), limits, limits)
def test_the_class_keeps_both_objectives_and_none_that_does_asks_for_less(
    given_classes: dict[str, tuple[int | None, int | None]], time: int | None, point: int | None
) -> None:
    def keeps(one: tuple[int | None, int | None]) -> bool:
        pairs = zip(one, (time, point), strict=True)
        return all(wanted is None or (given is not None and given <= wanted) for given, wanted in pairs)

    found = fitting_class(time, point, {key: RecoveryClass(*one) for key, one in given_classes.items()})
    fitting = {key: one for key, one in given_classes.items() if keeps(one)}
    if found is None:
        assert not fitting
        return
    ease = {key: tuple(LONGEST + 1 if part is None else part for part in one) for key, one in fitting.items()}
    assert ease[found] == max(ease.values())
