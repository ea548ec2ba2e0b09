"""Clause figures: which numbers a target agrees on, and which side of them is meant."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sdflow.domain.clause_figures import clause_figures
from sdflow.domain.target import Targets

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
