"""Improvement: whether a target is reached follows from the figures, for every baseline, target and measured value."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sdflow.adapters.definitions.workflow_files import read_roles, read_workflow
from sdflow.areas.service_level.improvement import ImprovementItem
from sdflow.domain.improvement import (
    Baseline,
    Concern,
    Conclusion,
    Direction,
    ImprovementAction,
    Kpi,
    MeasuredFigure,
    Origin,
    Priority,
    Seen,
    Shortcoming,
)
from sdflow.engine.definitions import stored_text
from sdflow.engine.journeys import run_journey

WORKFLOWS = Path(__file__).parents[2] / "workflows"
BEFORE, AFTER = date(2026, 1, 31), date(2026, 6, 30)
figures = st.decimals(min_value=-1000, max_value=1000, places=2)
directions = st.sampled_from(Direction)


def kpi(direction: Direction, baseline: Decimal | None, target: Decimal | None, measured: Decimal | None = None) -> Kpi:
    return Kpi.model_validate(
        {
            "title": "Calls answered in time",
            "unit": "per cent",
            "direction": direction,
            "baseline": None if baseline is None else {"value": baseline, "on": BEFORE},
            "target": target,
            "measured": None if measured is None else {"value": measured, "on": AFTER, "how": "all calls of June"},
        }
    )


def gain(direction: Direction, start: Decimal, end: Decimal) -> Fraction:
    """By how much it became better; less than nothing where it became worse."""
    return (Fraction(end) - Fraction(start)) * (1 if direction is Direction.more else -1)


@given(directions, figures, figures, figures)
def test_a_target_is_met_exactly_when_as_much_was_gained_as_was_asked(
    direction: Direction, baseline: Decimal, target: Decimal, measured: Decimal
) -> None:
    asked = gain(direction, baseline, target)
    if asked <= 0:
        with pytest.raises(ValidationError, match="is no better than the baseline"):
            kpi(direction, baseline, target, measured)
        return
    found, gained = kpi(direction, baseline, target, measured), gain(direction, baseline, measured)
    assert found.conclusion() is (Conclusion.met if gained >= asked else Conclusion.not_met)
    progress = found.progress()
    assert progress is not None
    assert abs(Fraction(progress) - gained / asked) < Fraction(1, 10**15)


@given(directions, figures, figures)
def test_without_a_measured_value_nothing_is_concluded(
    direction: Direction, baseline: Decimal, target: Decimal
) -> None:
    if gain(direction, baseline, target) > 0:
        found = kpi(direction, baseline, target)
        assert (found.conclusion(), found.progress()) == (None, None)
    assert kpi(direction, baseline, None, target).conclusion() is None
    assert kpi(direction, None, target).conclusion() is None


@pytest.mark.parametrize(("days", "stands"), [(-1, False), (0, False), (1, True)])
def test_what_was_measured_no_later_than_the_baseline_shows_nothing(days: int, stands: bool) -> None:
    whole = kpi(Direction.less, Decimal(9), Decimal(3), Decimal(2)).model_dump()
    whole["measured"]["on"] = BEFORE + timedelta(days=days)
    if stands:
        assert Kpi.model_validate(whole).conclusion() is Conclusion.met
        return
    with pytest.raises(ValidationError, match="is not after 2026-01-31"):
        Kpi.model_validate(whole)


def test_a_value_without_a_baseline_is_refused() -> None:
    with pytest.raises(ValidationError, match="there is no baseline"):
        kpi(Direction.more, None, Decimal(3), Decimal(4))


@given(st.integers(-40, 40), st.integers(-40, 40))
def test_a_review_is_overdue_while_nothing_was_measured_since_its_day(review: int, measured: int) -> None:
    day = BEFORE + timedelta(days=100)
    one = kpi(Direction.more, Decimal(1), Decimal(2), Decimal(2)).model_dump()
    one["review_on"], one["measured"]["on"] = day + timedelta(days=review), day + timedelta(days=measured)
    assert Kpi.model_validate(one).unreviewed(day) is (review < 0 and measured < review)
    one["measured"] = None
    assert Kpi.model_validate(one).unreviewed(day) is (review < 0)


def test_an_action_is_late_from_the_day_after_its_last_one_until_it_is_done() -> None:
    one = ImprovementAction(what="Draw up a rota", due_on=BEFORE)
    assert [one.overdue(BEFORE + timedelta(days=days)) for days in (-1, 0, 1)] == [False, False, True]
    assert not one.model_copy(update={"done_on": AFTER}).overdue(AFTER)
    assert not ImprovementAction(what="Think").overdue(AFTER)


@given(st.lists(st.integers(0, 30), max_size=8))
def test_what_is_seen_again_stands_behind_what_was_seen_before(gaps: list[int]) -> None:
    found = Shortcoming(Concern("SLA-0001", "", "SLM-003"), "SLA-0001", "late", "come sooner", Origin.breach)
    item = ImprovementItem.raising(found, BEFORE, "PER-CARRICK")
    told, day = [(BEFORE, "late")], BEFORE
    for number, gap in enumerate(gaps):
        day += timedelta(days=gap)
        told.append((day, f"late again {number}"))
        item = ImprovementItem.model_validate(item.seen_again(Seen(day, told[-1][1], "SLA-0001")).model_dump())
    assert [(one.on, one.statement) for one in item.improvement().seen] == told
    assert item.improvement().concern == found.concern


@given(st.text(min_size=1, max_size=600))
def test_whatever_has_to_become_better_makes_a_title(wanted: str) -> None:
    found = Shortcoming(Concern("SLA-0001", "", "X"), "SLA-0001", "late", wanted, Origin.breach)
    try:
        item = ImprovementItem.raising(found, BEFORE, "PER-CARRICK")
    except ValidationError as error:
        assert not wanted.strip(), error  # noqa: PT017 - nothing to say is the one thing that is refused
    else:
        assert len(item.title) <= 200
        assert item.title.startswith("SLA-0001:")


def test_the_most_urgent_comes_first() -> None:
    assert sorted(Priority, key=lambda one: one.rank) == [Priority.high, Priority.medium, Priority.low]


@pytest.mark.parametrize("name", ["improvement", "improvement_programme"])
def test_the_journeys_go_as_they_are_told(name: str) -> None:
    roles = read_roles(WORKFLOWS / "roles.yaml")
    workflow = read_workflow(WORKFLOWS / f"{name}.yaml", frozenset(roles), frozenset({name}))
    assert workflow.journeys
    assert {journey.name: run_journey(workflow, journey) for journey in workflow.journeys} == {
        journey.name: [] for journey in workflow.journeys
    }


def test_every_way_to_a_conclusion_asks_for_a_measured_value_and_for_another_than_the_owner() -> None:
    roles = read_roles(WORKFLOWS / "roles.yaml")
    workflow = read_workflow(WORKFLOWS / "improvement.yaml", frozenset(roles), frozenset({"improvement"}))
    final = [step for step in workflow.steps if workflow.state(step.target).final and step.name != "cancel"]
    assert {step.guards.outcome for step in final} == {one.value for one in Conclusion}
    for step in final:
        guards = step.guards
        assert {"kpi.baseline.value", "kpi.measured.value"} <= set(guards.requires)
        assert (guards.named, guards.not_named) == (("verifier",), ("owner",))


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 100), st.integers(0, 50)), min_size=1, max_size=8))
def test_each_measured_period_is_kept_in_its_order_and_the_first_one_is_the_baseline(
    periods: list[tuple[int, int, int]],
) -> None:
    def figure(day: date, value: int, cases: int) -> MeasuredFigure:
        return MeasuredFigure(
            "Times kept", "per cent", Direction.more, Decimal(value), Decimal(101), day, cases, cases, "all missed"
        )

    (_, value, cases), *later = periods
    concern, day = Concern("SLA-0001", "targets.restore.P1", "missed target"), BEFORE
    first = figure(day, value, cases)
    found = Shortcoming(concern, "SLA-0001", "late", "come sooner", Origin.breach, figure=first)
    item = ImprovementItem.raising(found, day, "PER-CARRICK")
    told = [(day, Decimal(value), cases)]
    for gap, value, cases in later:
        day += timedelta(days=gap)
        told.append((day, Decimal(value), cases))
        again = Seen(day, "late", "SLA-0001", figure(day, value, cases))
        item = ImprovementItem.model_validate(item.seen_again(again).model_dump())
    assert [(one.measured_on, one.value, one.cases) for one in item.occurrences.values()] == told
    assert item.kpi is not None
    assert item.kpi.baseline is not None
    assert (item.kpi.baseline.on, item.kpi.baseline.value, item.kpi.target) == (BEFORE, first.value, first.target)


def test_a_figure_that_reaches_its_target_leaves_the_target_of_the_item_open() -> None:
    reached = MeasuredFigure("Wait", "minutes", Direction.less, Decimal(3), Decimal(5), BEFORE, 1, 0, "1 case")
    assert reached.kpi().target is None
    assert reached.kpi().baseline == Baseline(value=Decimal(3), on=BEFORE, how="1 case")


def test_an_occurrence_without_a_figure_says_nothing_of_one() -> None:
    found = Shortcoming(Concern("SLA-0001", "", "X"), "SLA-0001", "late", "come sooner", Origin.breach)
    text, _ = stored_text(ImprovementItem.raising(found, BEFORE, "PER-CARRICK"))
    assert "measured_on" not in text
    assert "kpi" not in text


@given(st.lists(st.tuples(st.sampled_from("xyz"), st.sampled_from(["PER-A", None]), st.sampled_from([BEFORE, None]))))
def test_each_thing_to_do_is_an_action_of_its_own_once(asked: list[tuple[str, str | None, date | None]]) -> None:
    concern = Concern("BCP-0001", "", "Contacts are not kept")
    found = [
        Shortcoming(
            concern,
            "BCT-0001",
            f"{number}",
            what,
            Origin.test,
            action=ImprovementAction(what=what, who=who, due_on=due),
        )
        for number, (what, who, due) in enumerate([("first", "PER-B", AFTER), *asked])
    ]
    item = ImprovementItem.raising(found[0], BEFORE, "PER-CARRICK")
    for one in found[1:]:
        item = ImprovementItem.model_validate(item.seen_again(one.seen(BEFORE)).model_dump())
    told = [(one.what, one.who, one.due_on) for one in item.actions.values()]
    assert told == [("first", "PER-B", AFTER), *dict.fromkeys(asked)]
    assert len(item.occurrences) == len(found)


def test_what_has_to_be_done_again_is_an_action_again() -> None:
    action = ImprovementAction(what="Keep the contacts", who="PER-A")
    found = Shortcoming(Concern("BCP-0001", "", "X"), "BCT-0001", "late", "better", Origin.test, action=action)
    item = ImprovementItem.raising(found, BEFORE, "PER-CARRICK")
    done = item.model_copy(update={"actions": {"a1": action.model_copy(update={"done_on": BEFORE})}})
    again = ImprovementItem.model_validate(done.seen_again(found.seen(AFTER)).model_dump())
    assert {key: one.done_on for key, one in again.actions.items()} == {"a1": BEFORE, "a2": None}


@given(st.lists(st.one_of(st.none(), st.integers(-3, 3)), min_size=1, max_size=4), st.booleans())
def test_what_was_measured_before_the_last_action_was_done_does_not_stand(
    done: list[int | None], measured: bool
) -> None:
    found = Shortcoming(Concern("SLA-0001", "", "X"), "SLA-0001", "late", "come sooner", Origin.breach)
    item = ImprovementItem.raising(found, BEFORE, "PER-CARRICK").model_dump()
    item["kpi"] = kpi(Direction.less, Decimal(9), Decimal(3), Decimal(2) if measured else None).model_dump()
    item["actions"] = {
        f"a{number}": {"what": "Mend", "done_on": None if days is None else AFTER + timedelta(days=days)}
        for number, days in enumerate(done)
    }
    told = ImprovementItem.model_validate(item).improvement().measured_too_early()
    if not measured or all(days is None or days <= 0 for days in done):
        assert told is None
    else:
        assert told is not None
        assert told.startswith("2026-06-30 lies before")
