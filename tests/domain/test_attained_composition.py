from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from observed import incidents, outages
from sdflow.domain.attainment.composition import ServiceTime, joined_time, service_downtime, service_time
from sdflow.domain.attainment.impact import FailureEffect, failure_impact, user_minutes_lost
from sdflow.domain.attainment.life_cycle import life_cycle_of
from sdflow.domain.measured import Moment
from sdflow.domain.service_time import NOTHING, Intervals, intervals, merged
from sdflow.domain.structure import Structure

zoneinfo.reset_tzpath(to=[])
A, B, C, D = "CMP-A", "CMP-B", "CMP-C", "CMP-D"


def parts(*names: str) -> list[Structure]:
    return [Structure(component=name) for name in names]


def of(least: int, *names: str) -> Structure:
    return Structure(at_least=least, of=parts(*names))


# A service and its components


def test_redundant_parts_stop_a_service_only_while_their_outages_overlap() -> None:
    down = {A: intervals((0, 100)), B: intervals((90, 200))}
    assert service_downtime(Structure(redundant=parts(A, B)), {}, down).tolist() == [[90, 100]]
    assert service_downtime(Structure(series=parts(A, B)), {}, down).tolist() == [[0, 200]]


def test_two_of_three_are_down_while_any_two_are() -> None:
    down = {A: intervals((0, 100)), B: intervals((90, 200)), C: intervals((150, 300))}
    assert service_downtime(of(2, A, B, C), {}, down).tolist() == [[90, 100], [150, 200]]


def test_what_a_component_depends_on_takes_it_down_and_a_services_own_outages_add_to_that() -> None:
    down = {D: intervals((10, 20)), A: NOTHING}
    found = service_downtime(Structure(redundant=parts(A, B)), {A: (D,), B: (D,)}, down, own=intervals((15, 30)))
    assert found.tolist() == [[10, 30]]


def test_a_redundant_part_that_was_up_decides_though_nobody_watched_the_other() -> None:
    span = intervals((0, 100))
    found = service_time(Structure(redundant=parts(A, B)), {}, {A: intervals((40, 60))}, {A: intervals((0, 80))}, span)
    assert found.watched.tolist() == [[0, 40], [60, 80]]
    assert found.down.tolist() == []


def test_a_service_is_down_where_its_own_log_or_its_components_say_so() -> None:
    of_parts = ServiceTime(intervals((0, 10)), intervals((0, 50)))
    itself = ServiceTime(intervals((5, 20)), intervals((40, 100)))
    found = joined_time([of_parts, itself])
    assert (found.down.tolist(), found.watched.tolist()) == ([[0, 20]], [[0, 100]])
    assert joined_time([]).watched.tolist() == []


LENGTH = 60
SPANS = st.lists(st.tuples(st.integers(0, LENGTH), st.integers(0, 20)), max_size=4).map(
    lambda spans: merged(
        np.array([(begin, min(begin + long, LENGTH)) for begin, long in spans], dtype=np.int64).reshape(-1, 2)
    )
)
NESTED = st.recursive(
    st.sampled_from([A, B, C, D]).map(lambda name: Structure(component=name)),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda each: Structure(series=each)),
        st.lists(inner, min_size=2, max_size=3).map(lambda each: Structure(redundant=each)),
        st.lists(inner, min_size=2, max_size=3).flatmap(
            lambda each: st.integers(1, len(each)).map(lambda least: Structure(at_least=least, of=each))
        ),
    ),
    max_leaves=7,
)
DEPENDENCIES = {A: (D,), B: (C,), C: (), D: ()}


def inside(time: Intervals, second: int) -> bool:
    return any(since <= second < until for since, until in time.tolist())


def works(structure: Structure, up: Mapping[str, bool]) -> bool:
    """Walks the description itself."""
    if structure.component:
        return up[structure.component] and all(up[one] for one in DEPENDENCIES[structure.component])
    each = [works(part, up) for part in structure.series or structure.redundant or structure.of or ()]
    if structure.series:
        return all(each)
    return any(each) if structure.redundant else sum(each) >= (structure.at_least or 0)


@settings(deadline=None, max_examples=150)
@given(structure=NESTED, down=st.fixed_dictionaries(dict.fromkeys((A, B, C, D), SPANS)))
def test_a_service_is_down_in_the_seconds_in_which_its_structure_does_not_hold(
    structure: Structure, down: dict[str, Intervals]
) -> None:
    found = service_downtime(structure, DEPENDENCIES, down)
    for second in range(LENGTH):
        up = {name: not inside(time, second) for name, time in down.items()}
        assert inside(found, second) is not works(structure, up)


@settings(deadline=None, max_examples=80)
@given(
    structure=NESTED,
    down=st.fixed_dictionaries(dict.fromkeys((A, B, C, D), SPANS)),
    watched=st.fixed_dictionaries(dict.fromkeys((A, B, C, D), SPANS)),
)
def test_it_is_known_whether_a_service_was_down_where_every_case_of_what_nobody_watched_agrees(
    structure: Structure, down: dict[str, Intervals], watched: dict[str, Intervals]
) -> None:
    found = service_time(structure, DEPENDENCIES, down, watched, intervals((0, LENGTH)))
    for second in range(0, LENGTH, 3):
        can = [
            (not inside(down[one], second),) if inside(watched[one], second) else (True, False) for one in (A, B, C, D)
        ]
        cases = {works(structure, dict(zip((A, B, C, D), up, strict=True))) for up in product(*can)}
        # A redundant part that is named in several places can make the bounds wider than the cases, never narrower.
        if inside(found.watched, second):
            assert cases == {not inside(found.down, second)}
        else:
            assert len(cases) == 2


# What failures do


def test_the_impact_table_tells_single_points_of_failure_from_parts_with_an_alternative() -> None:
    mail = Structure(series=[Structure(component=A), Structure(redundant=parts(B, C))])
    found = failure_impact({"SVC-MAIL": mail, "SVC-WEB": Structure(component=B)}, {B: (D,), C: (D,)}, {"SVC-MAIL": 50})
    table = {row.component: dict(row.effects) for row in found.rows}
    stops, other = FailureEffect.stops, FailureEffect.alternative
    assert table == {
        A: {"SVC-MAIL": stops},
        B: {"SVC-MAIL": other, "SVC-WEB": stops},
        C: {"SVC-MAIL": other},
        D: {"SVC-MAIL": stops, "SVC-WEB": stops},
    }
    assert [row.component for row in found.rows] == [D, A, B, C]
    assert [row.component for row in found.single_points] == [D, A, B]
    assert found.single_points_of("SVC-MAIL") == (D, A)


@settings(deadline=None, max_examples=100)
@given(structure=NESTED)
def test_a_component_is_a_single_point_of_failure_where_the_service_stops_without_it_alone(
    structure: Structure,
) -> None:
    found = failure_impact({"SVC-MAIL": structure}, DEPENDENCIES)
    for row in found.rows:
        up = {name: name != row.component for name in (A, B, C, D)}
        assert (row.effects["SVC-MAIL"] is FailureEffect.stops) is not works(structure, up)


def test_users_who_are_hit_twice_at_the_same_time_lose_a_minute_once() -> None:
    both = outages((0, 600), (300, 900), users=(10, 25))
    found = user_minutes_lost(both, intervals((0, 3600)), 3600)
    assert [found.minutes, found.outages, found.unknown] == [10 * 5 + 25 * 10, 2, 0]


def test_outages_of_which_nobody_knows_the_users_are_counted_and_not_in_the_sum() -> None:
    known = outages((0, 60), (120, None), (5000, 5060), users=(10, -1, -1))
    assert user_minutes_lost(known, intervals((0, 180)), 180).unknown == 1
    assert user_minutes_lost(known, intervals((0, 180)), 180).minutes == 10
    assert user_minutes_lost(known, intervals((0, 180)), 180, users=7).minutes == 10 + 7
    assert user_minutes_lost(outages(), intervals((0, 180)), 180).minutes == 0


@settings(deadline=None, max_examples=80)
@given(
    rows=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 30), st.integers(0, 9)), max_size=6),
    agreed=SPANS,
)
def test_user_minutes_are_what_counting_each_second_finds(rows: list[tuple[int, int, int]], agreed: Intervals) -> None:
    given_rows = outages(*((since, since + long) for since, long, _ in rows), users=[users for *_, users in rows])
    expected = sum(
        max((users for since, long, users in rows if since <= second < since + long), default=0)
        for second in range(LENGTH)
        if inside(agreed, second)
    )
    assert user_minutes_lost(given_rows, agreed, 100).minutes == Fraction(expected, 60)


# The expanded incident life cycle

FULL = {
    Moment.occurred: 0,
    Moment.detected: 100,
    Moment.diagnosed: 400,
    Moment.repaired: 600,
    Moment.recovered: 900,
    Moment.restored: 1000,
}


def test_stages_have_the_mean_of_the_incidents_of_which_both_moments_are_known() -> None:
    partly = {Moment.occurred: 0, Moment.detected: 300}
    wrong = {Moment.diagnosed: 500, Moment.repaired: 400}
    found = life_cycle_of(incidents(FULL, partly, wrong))
    told = {one.name: (one.incidents, one.mean_seconds, one.impossible) for one in found.stages}
    assert told == {
        "detection": (2, Fraction(200), 0),
        "diagnosis": (1, Fraction(300), 0),
        "repair": (1, Fraction(200), 1),
        "recovery": (1, Fraction(300), 0),
        "restoration": (1, Fraction(100), 0),
    }
    assert [found.incidents, found.complete, found.whole, found.mean_seconds] == [3, 1, 1, 1000]
    assert sum(one.share or 0 for one in found.stages) == 1
    assert found.stages[0].share == Fraction(200, 1100)
    assert found.stages[0].longest_seconds == 300


def test_users_work_again_when_an_incident_is_resolved_where_nothing_says_when_it_was_restored() -> None:
    resolved = {Moment.recovered: 900, Moment.resolved: 1400, Moment.occurred: 0}
    both = {**FULL, Moment.resolved: 5000}
    found = life_cycle_of(incidents(both, resolved))
    assert (found.stages[-1].incidents, found.stages[-1].mean_seconds) == (2, Fraction(100 + 500, 2))
    assert (found.whole, found.mean_seconds, found.by_resolution) == (2, Fraction(1000 + 1400, 2), 1)


def test_a_stage_has_its_share_of_the_time_until_incidents_were_resolved() -> None:
    found = life_cycle_of(incidents({Moment.occurred: 0, Moment.detected: 300, Moment.resolved: 1200}))
    assert [one.share for one in found.stages] == [Fraction(1, 4), None, None, None, None]


def test_a_desk_that_records_no_such_moments_has_no_stages() -> None:
    found = life_cycle_of(incidents({Moment.reported: 0, Moment.resolved: 50}))
    assert {one.mean_seconds for one in found.stages} | {one.share for one in found.stages} == {None}
    assert (found.whole, found.by_resolution) == (0, 0)


def test_a_stage_can_be_told_in_agreed_time() -> None:
    found = life_cycle_of(incidents(FULL), agreed=intervals((50, 350)))
    assert [one.mean_seconds for one in found.stages] == [50, 250, 0, 0, 0]


@pytest.mark.parametrize("rows", [0, 3])
def test_incidents_without_any_moment_have_no_mean(rows: int) -> None:
    found = life_cycle_of(incidents(*[{}] * rows))
    assert (found.incidents, found.mean_seconds) == (rows, None)
