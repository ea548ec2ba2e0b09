"""Done days: every field that says when something was done is found, wherever it stands."""

from __future__ import annotations

from datetime import UTC, date, datetime

from pydantic import BaseModel

from sdflow.domain.done_day import DayDone, MomentDone, days_done


class _Part(BaseModel):
    done_on: DayDone | None = None
    due_on: date | None = None


class _Whole(BaseModel):
    held_on: DayDone
    planned_on: date
    began_at: MomentDone | None = None
    parts: dict[str, _Part] = {}
    several: list[_Part] = []
    days: list[DayDone] = []


class _Untold(BaseModel):
    planned_on: date


DAY = date(2026, 11, 3)


def test_days_are_found_in_parts_in_lists_and_as_moments() -> None:
    whole = _Whole(
        held_on=DAY,
        planned_on=DAY,
        began_at=datetime(2026, 11, 4, 23, 0, tzinfo=UTC),
        parts={"a": _Part(done_on=DAY, due_on=DAY), "b": _Part(due_on=DAY)},
        several=[_Part(), _Part(done_on=DAY)],
        days=[DAY],
    )
    assert dict(days_done(whole)) == {
        "held_on": DAY,
        "began_at": date(2026, 11, 4),
        "parts.a.done_on": DAY,
        "several.1.done_on": DAY,
        "days.0": DAY,
    }


def test_a_content_that_tells_of_no_doing_has_no_such_day() -> None:
    assert list(days_done(_Untold(planned_on=DAY))) == []
