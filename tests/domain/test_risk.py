"""How large a risk is and what treatments leave of it, against slow and obvious versions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from sdflow.domain.improvement import Frequency, Worth
from sdflow.domain.risk import (
    AssessedRisk,
    Levels,
    RiskAcceptance,
    RiskClass,
    RiskScale,
    Treatment,
    TreatmentSort,
    class_of,
    combinations,
    fall,
    hole,
    lowered,
    on_map,
    ranked,
    spent,
    with_progress,
)

DAY = date(2027, 1, 1)
TEACHING = Levels(10, 3, 3)
sizes = st.builds(Levels, st.integers(1, 4), st.integers(1, 3), st.integers(1, 3))


def every(most: Levels) -> list[Levels]:
    return [Levels(*ranks) for ranks in product(*(range(1, rank + 1) for rank in most))]


@st.composite
def matrices(draw: st.DrawFn) -> tuple[Levels, dict[Levels, int]]:
    """Any matrix without holes, falling or not."""
    most = draw(sizes)
    return most, {levels: draw(st.integers(1, 4)) for levels in every(most)}


@st.composite
def scales(draw: st.DrawFn) -> RiskScale:
    """A matrix that never falls: the measure of each cell is made as large as that of every cell below it."""
    most, drawn = draw(matrices())
    matrix = {levels: max(drawn[one] for one in drawn if no_larger(one, levels)) for levels in drawn}
    begins = sorted(draw(st.sets(st.integers(2, 5), max_size=3)) | {1})
    classes = tuple(RiskClass(f"c{begin}", f"From {begin}", "Looked at", begin) for begin in begins)
    values, likelihoods, vulnerabilities = (tuple(str(step) for step in range(1, rank + 1)) for rank in most)
    return RiskScale(values, likelihoods, vulnerabilities, matrix, classes)


def no_larger(one: Levels, other: Levels) -> bool:
    return all(mine <= theirs for mine, theirs in zip(one, other, strict=True))


@st.composite
def risks(draw: st.DrawFn, scale: RiskScale) -> AssessedRisk:
    before = draw(st.sampled_from(every(scale.most)))
    lower = [one for one in every(scale.most) if no_larger(one, before)]
    treatments = tuple(
        Treatment(
            key=f"t{number}",
            title="Something",
            sort=TreatmentSort.reduce,
            leaves=draw(st.sampled_from([*lower, None])),
            cost=draw(st.none() | worths),
            responsible=None,
            due_on=DAY + timedelta(days=draw(st.integers(0, 9))),
            done_on=draw(st.none() | st.integers(0, 9).map(lambda days: DAY + timedelta(days=days))),
        )
        for number in range(draw(st.integers(0, 3)))
    )
    return AssessedRisk(f"r{draw(st.integers(0, 99))}", "Title", "A", "T", "V", "PER-A", before, treatments, None)


worths = st.builds(
    Worth,
    amount=st.integers(0, 9).map(Decimal),
    currency=st.sampled_from(["EUR", "GBP"]),
    per=st.sampled_from(Frequency),
)
cases = scales().flatmap(lambda scale: st.tuples(st.just(scale), st.lists(risks(scale), max_size=4)))


@given(matrices(), st.sets(st.integers(0, 35)))
def test_a_hole_is_found_where_some_combination_has_no_measure(
    case: tuple[Levels, dict[Levels, int]], left_out: set[int]
) -> None:
    most, matrix = case
    holed = {levels: measure for number, (levels, measure) in enumerate(matrix.items()) if number not in left_out}
    missing = [levels for levels in every(most) if levels not in holed]
    assert hole(holed, most) == next(iter(missing), None)


@given(matrices())
def test_a_matrix_falls_where_of_any_two_combinations_the_worse_one_measures_less(
    case: tuple[Levels, dict[Levels, int]],
) -> None:
    most, matrix = case
    pairs = [(low, high) for low in matrix for high in matrix if no_larger(low, high) and matrix[high] < matrix[low]]
    found = fall(matrix, most)
    assert (found is None) == (not pairs)
    if found:
        assert found in pairs
        lower, higher = found
        assert sum(higher) - sum(lower) == 1, "neighbours, so that whoever reads it sees which rank grew"


def test_the_product_of_the_teaching_form_is_whole_and_never_falls() -> None:
    matrix = {levels: levels.value * levels.likelihood * levels.vulnerability for levels in combinations(TEACHING)}
    assert len(matrix) == 90
    assert (min(matrix.values()), max(matrix.values())) == (1, 90)
    assert hole(matrix, TEACHING) is None
    assert fall(matrix, TEACHING) is None


@given(st.integers(1, 20), st.sets(st.integers(1, 20), min_size=1))
def test_a_measure_falls_into_the_last_class_that_one_passes_on_the_way_up_to_it(
    measure: int, begins: set[int]
) -> None:
    classes = [RiskClass(str(one), "", "", one) for one in begins]
    passed = [step for step in range(1, measure + 1) if step in begins]
    found = class_of(measure, classes)
    assert (found.begins if found else None) == (passed[-1] if passed else None)


@given(cases)
def test_what_remains_is_the_least_of_all_that_is_no_less_than_what_each_treatment_reaches(
    case: tuple[RiskScale, list[AssessedRisk]],
) -> None:
    for risk in case[1]:
        left, reached = risk.residual(), [one.leaves for one in risk.treatments]
        if None in reached:
            assert left is None
            continue
        for axis in range(3):
            assert left is not None
            assert left[axis] == sorted([risk.before[axis], *(one[axis] for one in reached if one)])[0]


@given(cases)
def test_a_treatment_more_never_leaves_a_larger_risk(case: tuple[RiskScale, list[AssessedRisk]]) -> None:
    scale, assessed = case
    for risk in assessed:
        known = [one.leaves for one in risk.treatments if one.leaves]
        measures = [scale.measure(lowered(risk.before, known[:count])) for count in range(len(known) + 1)]
        assert measures == sorted(measures, reverse=True)


@given(cases)
def test_day_by_day_a_risk_never_grows_and_ends_where_everything_that_was_done_leaves_it(
    case: tuple[RiskScale, list[AssessedRisk]],
) -> None:
    scale, assessed = case
    for risk in assessed:
        days = [DAY + timedelta(days=number) for number in range(-1, 11)]
        standing = [risk.left_on(day) for day in days]
        measures = [0 if levels is None else scale.measure(levels) for levels in standing]
        assert standing[0] == risk.before
        assert measures == sorted(measures, reverse=True)
        if all(one.done_on for one in risk.treatments):
            assert standing[-1] == risk.residual()


@given(cases)
def test_every_risk_stands_once_on_the_map_unless_nothing_of_it_is_left(
    case: tuple[RiskScale, list[AssessedRisk]],
) -> None:
    places = [risk.residual() for risk in case[1]]
    found = on_map(places)
    assert sorted(number for numbers in found.values() for number in numbers) == [
        number for number, levels in enumerate(places, 1) if levels is not None
    ]
    assert all(places[number - 1] == levels for levels, numbers in found.items() for number in numbers)


@given(cases)
def test_no_risk_stands_before_a_larger_one(case: tuple[RiskScale, list[AssessedRisk]]) -> None:
    scale, assessed = case
    order = ranked(assessed, scale)
    assert sorted(one.key for one in order) == sorted(one.key for one in assessed)
    measures = [scale.measure(one.before) for one in order]
    assert measures == sorted(measures, reverse=True)


@given(cases)
def test_money_of_one_currency_and_frequency_is_added_and_nothing_else(
    case: tuple[RiskScale, list[AssessedRisk]],
) -> None:
    expected: dict[tuple[str, str], int] = {}
    for risk in case[1]:
        for treatment in risk.treatments:
            if treatment.cost:
                key = (treatment.cost.currency, treatment.cost.per.value)
                expected[key] = expected.get(key, 0) + int(treatment.cost.amount)
    assert {(one.currency, one.per.value): int(one.amount) for one in spent(case[1])} == expected


@given(cases, st.integers(0, 9))
def test_what_is_recorded_later_counts_for_what_was_accepted_before(
    case: tuple[RiskScale, list[AssessedRisk]], days: int
) -> None:
    accepted, later = case[1], DAY + timedelta(days=days)
    recorded = [_all_done(risk, later) for risk in accepted]
    for before, after in zip(accepted, with_progress(accepted, recorded), strict=True):
        assert (after.key, after.before, after.acceptance) == (before.key, before.before, before.acceptance)
        assert [one.done_on for one in after.treatments] == [
            _last_done(recorded, before.key, one.key) for one in before.treatments
        ]
    assert with_progress(accepted, ()) == tuple(accepted), "nothing recorded changes nothing"


def _all_done(risk: AssessedRisk, day: date) -> AssessedRisk:
    treatments = tuple(Treatment(**{**vars(one), "done_on": day}) for one in risk.treatments)
    return AssessedRisk(**{**vars(risk), "treatments": treatments})


def _last_done(recorded: list[AssessedRisk], risk: str, treatment: str) -> date | None:
    return [one.done_on for each in recorded if each.key == risk for one in each.treatments if one.key == treatment][-1]


def test_to_bear_a_risk_nothing_has_to_be_done() -> None:
    bearing = Treatment("bear", "Bear it", TreatmentSort.accept, Levels(1, 1, 1), None, None, None, None)
    assert bearing.done(DAY)
    assert not bearing.overdue(DAY)


def test_a_treatment_is_overdue_from_the_day_after_its_last() -> None:
    facts: Mapping[date, bool] = {DAY: False, DAY + timedelta(days=1): True}
    open_one = Treatment("t", "Do it", TreatmentSort.reduce, Levels(1, 1, 1), None, "PER-A", DAY, None)
    assert {day: open_one.overdue(day) for day in facts} == facts
    done = Treatment("t", "Do it", TreatmentSort.reduce, Levels(1, 1, 1), None, "PER-A", DAY, DAY + timedelta(days=1))
    assert not done.overdue(DAY + timedelta(days=1))


def test_what_remains_is_borne_from_the_first_to_the_last_day_and_on_no_other() -> None:
    acceptance = RiskAcceptance("PER-A", DAY, DAY + timedelta(days=2))
    days = {number: acceptance.holds(DAY + timedelta(days=number)) for number in (-1, 0, 2, 3)}
    assert days == {-1: False, 0: True, 2: True, 3: False}
