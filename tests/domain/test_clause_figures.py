"""Clause figures: which numbers a target agrees on, and which side of them is meant."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sdflow.domain.clause_figures import clause_figures, shortfalls
from sdflow.domain.target import ContinuityTarget, MeasureTarget, ReliabilityTarget, Targets

PROMISED = {
    "targets": Targets.model_validate(
        {
            "availability": {"percent": "99.5"},
            "reliability": {"breaks": 3, "mean_time_between_failures_hours": "60"},
            "restore": {"P1": {"minutes": 240, "percent": 90}, "P2": {"days": 2}},
            "batches": {"night": {"title": "x", "ready_by": "06:00", "days": "working days", "percent": "98"}},
            "security": {"leaks": {"title": "x", "most": 0}},
            "measures": {"wait": {"title": "x", "comparison": "at_most", "value": "30", "unit": "seconds"}},
        }
    )
}


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("targets.availability", ["at least 99.5 (percent)"]),
        ("targets.reliability", ["at most 3 (breaks)", "at least 60 (mean time between failures hours)"]),
        ("targets.reliability.breaks", ["at most 3 (breaks)"]),
        ("targets.restore.P1", ["at most 240 (minutes)", "at least 90 (percent)"]),
        ("targets.restore.P2", ["at most 2 (days)", "at least 100 (percent)"]),
        ("targets.batches.night", ["at least 98 (percent)"]),
        ("targets.security.leaks", ["at most 0 (most)"]),
        ("targets.measures.wait", ["at most 30 (value)"]),
        ("targets.restore.P3", []),
        ("targets.restore", []),
        ("targets", []),
        ("nothing", []),
        ("targets.reliability.period", []),
    ],
)
def test_a_clause_agrees_on_its_numbers_and_nothing_else_does(path: str, said: list[str]) -> None:
    found = clause_figures(PROMISED, path)
    assert [str(one) for one in found] == said
    assert all(isinstance(one.value, Decimal) for one in found)


def test_a_wish_is_held_against_every_figure_of_the_promise_on_its_side() -> None:
    wish = ReliabilityTarget(breaks=2, mean_time_between_failures_hours=Decimal(1000))
    promise = ReliabilityTarget(breaks=1, mean_time_between_failures_hours=Decimal(10))
    assert shortfalls(wish, promise) == ["mean time between failures hours 1000 wanted, 10 promised"]
    assert shortfalls(promise, wish) == ["breaks 1 wanted, 2 promised"]
    soon, late = (ContinuityTarget(recovery_time_objective_hours=hours) for hours in (Decimal(2), Decimal(20)))
    assert shortfalls(soon, late) == ["recovery time objective hours 2 wanted, 20 promised"]
    assert shortfalls(late, soon) == []


def test_measures_whose_better_sides_differ_are_not_compared() -> None:
    said = {"title": "Wait", "unit": "seconds", "value": "30"}
    most, least = (MeasureTarget.model_validate({**said, "comparison": side}) for side in ("at_most", "at_least"))
    longer = MeasureTarget.model_validate({**said, "comparison": "at_most", "value": "40"})
    assert shortfalls(most, least) == []
    assert shortfalls(most, longer) == ["value 30 wanted, 40 promised"]
