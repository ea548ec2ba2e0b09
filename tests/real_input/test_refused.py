"""What the clauses that real agreements asked for do not let be said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desk import Desk
from real_input.records import KEEPER, RecordText, always, sla

Write = Callable[[list[RecordText]], Path]

FAULTY: dict[str, tuple[dict[str, Any], str]] = {
    "availability in a critical period that is not stated": (
        {"targets": {"further_availability": {"exams": {"percent": "100", "critical_periods": ["exams"]}}}},
        "exams, which is not among the critical periods",
    ),
    "a recovery without any time": (
        {"targets": {"continuity": {"recovery_point_objective_minutes": "15"}}},
        "recovery_time_objective_hours or recovery_not_before_hours",
    ),
    "a recovery that is over before it may begin": (
        {"targets": {"continuity": {"recovery_time_objective_hours": "2", "recovery_not_before_hours": "720"}}},
        "cannot be promised not before 720 hours",
    ),
    "credits with two floors": (
        {"credits": {"of": "The charge", "least": "1", "more_than": "1", "currency": "USD"}},
        "one of the two",
    ),
    "a floor of credits in no currency": (
        {"credits": {"of": "The charge", "more_than": "1"}},
        "currency belong together",
    ),
    "a measure by a percentile that is not named": (
        {
            "targets": {
                "measures": {
                    "wait": {
                        "title": "Wait",
                        "comparison": "at_most",
                        "value": "5",
                        "unit": "minutes",
                        "statistic": "percentile",
                    }
                }
            }
        },
        "percent belong together",
    ),
    "an answer that is due before it may be reported": (
        {
            "targets": {
                "response": {
                    "P1": {"cut_off": {"reported_before": "13:00", "due_at": "12:00", "otherwise_at": "09:00"}}
                }
            }
        },
        "due at 12:00, before the 13:00",
    ),
}


@pytest.mark.parametrize("faulty", FAULTY)
def test_it_is_refused_with_its_reason(room: Desk, write: Write, faulty: str) -> None:
    fields, reason = FAULTY[faulty]
    hours = {"service": "CAL-X-ALWAYS", "support": "CAL-X-ALWAYS"}
    said = room.type("apply", str(write([always("X"), *sla("X", "A service", hours, **fields)])), person=KEEPER)
    assert said.code == 2
    assert reason in said.words
