"""Published promises, carried by made-up supporters and proven."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from desk import Desk, Said
from real_input.conftest import WRITERS, real_input
from real_input.figures import DAYS, Entry, every
from real_input.records import KEEPER, RecordText, calendar, ola, record, sla

Write = Callable[[list[RecordText]], Path]
LONDON = ZoneInfo("Europe/London")


def _check(desk: Desk, reference: str) -> Any:
    said: Said = desk.type("check", reference, "--json", person=KEEPER)
    assert said.code in (0, 1), said.words
    (proof,) = said.data
    return proof


def _facts(proof: Any, kind: str, clause: str) -> list[dict[str, Any]]:
    return [fact["fields"] for fact in proof["facts"] if fact["kind"] == kind and fact["fields"]["clause"] == clause]


def _late(proof: Any, clause: str) -> list[Any]:
    return [one for one in proof["findings"] if one["rule"] == "SLM-003" and one["clause"] == clause]


def _with_routes(name: str, *routes: tuple[str, list[str]]) -> RecordText:
    """The service of a published agreement, with routes by priority: all tiers but the last hand over."""
    return record(
        "service",
        f"SVC-{name}",
        "With routes",
        owner=KEEPER,
        purpose="Carried by made-up supporters",
        structure={"component": f"CMP-{name}"},
        routes={
            priority: {
                "title": f"Route of {priority}",
                "priorities": [priority],
                "tiers": [{"agreement": one} for one in tiers[:-1]] + [{"agreement": tiers[-1], "until": "restore"}],
            }
            for priority, tiers in routes
        },
    )


def _supporter(name: str, hours: str, promised: str, **targets: Any) -> list[RecordText]:
    """A made-up agreement for the one part of a published agreement."""
    found = ola(name, f"Made-up support {name}", {"service": hours, "support": hours}, {}, targets=targets)
    found[-1]["components"]["part"]["component"] = f"CMP-{promised}"
    return found


def test_a_desk_and_a_second_line_carry_the_four_hours_of_westernu_to_the_minute(own: Desk, write: Write) -> None:
    desk = _supporter(
        "DESK",
        "CAL-WESTERNU",
        "WESTERNU",
        response={"Urgent": {"minutes": "10"}},
        hand_over={"Urgent": {"minutes": "30"}},
    )
    second = _supporter("SECOND", "CAL-WESTERNU", "WESTERNU", restore={"Urgent": {"minutes": "210"}})
    service = _with_routes("WESTERNU", ("Urgent", ["OLA-DESK", "OLA-SECOND"]))
    own.must("apply", str(write([*desk, *second, service])), person=KEEPER)

    proof = _check(own, "SLA-WESTERNU")
    for clause, promised in (("targets.response.Urgent", 10), ("targets.restore.Urgent", 30 + 210)):
        (route,) = _facts(proof, "support_route", clause)
        assert (route["promised_minutes"], route["lateness_minutes"]) == (promised, 0)
        assert _late(proof, clause) == []

    own.must("amend", "OLA-SECOND", "--set", "targets.restore.Urgent.minutes=211", person=KEEPER)
    (found,) = _late(_check(own, "SLA-WESTERNU"), "targets.restore.Urgent")
    (route,) = _facts(_check(own, "SLA-WESTERNU"), "support_route", "targets.restore.Urgent")
    weekend_and_autumn = (24 - 10) * 60 + 2 * 24 * 60 + 60
    assert route["lateness_minutes"] == 1 + weekend_and_autumn
    assert f"{1 + weekend_and_autumn} min late" in found["message"].replace(",", "")


def test_a_university_holiday_stops_the_clock_and_the_cover(own: Desk, write: Write) -> None:
    """The published agreement excludes holidays of the university; one of them is made up here."""
    holiday = {"founders": {"first_on": "2026-03-10", "reason": "Founders' day (made up)"}}
    own.must("apply", str(write(_supporter("ALL", "CAL-WESTERNU", "WESTERNU"))), person=KEEPER)
    (before,) = _facts(_check(own, "SLA-WESTERNU"), "hours_cover", "hours.service")
    path = write(
        [
            calendar(
                "CAL-DESK", "Hours of the desk", "America/Los_Angeles", every(DAYS[:5], "07:30-17:30"), closures=holiday
            )
        ]
    )
    own.must("apply", str(path), person=KEEPER)
    own.must("amend", "OLA-ALL", "--set", "hours.service=CAL-DESK", person=KEEPER)
    (after,) = _facts(_check(own, "SLA-WESTERNU"), "hours_cover", "hours.service")
    assert before["uncovered_minutes"] == 0
    assert (after["uncovered_minutes"], after["gaps"]) == (10 * 60, 1)
    assert "Tue 10 Mar 2026 07:30" in after["first_gap"]


def _open_minutes(first: datetime, last: datetime, opens: int, closes: int) -> list[int]:
    """Every minute of working days between two hours in London, one by one, counted in UTC."""
    found, at = [], first
    while at < last:
        local = at.astimezone(LONDON)
        if local.weekday() < 5 and opens <= local.hour < closes:
            found.append(int((at - first).total_seconds()) // 60)
        at += timedelta(minutes=1)
    return found


def _due(minutes: list[int], start: int, length: int) -> int:
    return minutes[bisect_left(minutes, start) + length - 1] + 1


def test_a_day_of_a_supporter_with_longer_days_is_no_day_of_sussex(own: Desk, write: Write) -> None:
    longer = calendar("CAL-LONGER", "Longer days", "Europe/London", every(DAYS[:5], "08:00-18:00"))
    supporter = _supporter("LONGER", "CAL-LONGER", "SUSSEX", restore={"P2": {"days": "1"}, "P3": {"days": "2"}})
    service = _with_routes("SUSSEX", ("P2", ["OLA-LONGER"]), ("P3", ["OLA-LONGER"]))
    own.must("apply", str(write([longer, *supporter, service])), person=KEEPER)
    proof = _check(own, "SLA-SUSSEX")

    first, last = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC)
    sussex, theirs = _open_minutes(first, last, 9, 17), _open_minutes(first, last, 8, 18)
    starts = [minute for minute in sussex if minute < 31 * 24 * 60]
    for priority, own_days, their_days in (("P2", 1, 1), ("P3", 3, 2)):
        slow = max(_due(theirs, at, their_days * 600) - _due(sussex, at, own_days * 480) for at in starts)
        (route,) = _facts(proof, "support_route", f"targets.restore.{priority}")
        assert route["promised_minutes"] == own_days * 480
        assert route["lateness_minutes"] == slow
    assert _facts(proof, "support_route", "targets.restore.P2")[0]["lateness_minutes"] == (64 + 1) * 60
    assert len(_late(proof, "targets.restore.P2")) == 1


def test_support_and_on_call_of_the_ministry_cover_every_day_from_seven_to_ten(own: Desk, write: Write) -> None:
    daily = calendar("CAL-DAILY", "Every day", "Europe/London", every(DAYS, "07:00-22:00"))
    promised = sla("DAILY", "A service of every day", {"service": "CAL-DAILY", "support": "CAL-DAILY"})
    day, night = (
        _supporter("DAY", "CAL-MOJ-SUPPORT", "DAILY"),
        _supporter("NIGHT", "CAL-MOJ-ON-CALL", "DAILY"),
    )
    own.must("apply", str(write([daily, *promised, *day, *night])), person=KEEPER)
    (covered,) = _facts(_check(own, "SLA-DAILY"), "hours_cover", "hours.service")
    assert (covered["agreed_minutes"], covered["uncovered_minutes"]) == (365 * 15 * 60, 0)

    own.must("amend", "CAL-MOJ-ON-CALL", "--remove", "holidays.hours", person=KEEPER)
    (bare,) = _facts(_check(own, "SLA-DAILY"), "hours_cover", "hours.service")
    substituted = {"2026-12-26"}  # the government lists only Monday the 28th in its place; the calendar keeps both
    closed = substituted | set(_bank_holidays(2026))
    assert (bare["uncovered_minutes"], bare["gaps"]) == (len(closed) * 15 * 60, len(closed))
    assert "Thu 1 Jan 2026 07:00" in bare["first_gap"]


def _bank_holidays(year: int) -> list[str]:
    """As the government publishes them."""
    path = real_input() / "holidays" / "uk.json"
    if not path.is_file():
        pytest.skip(f"{path} IS NOT THERE: NO REAL HOLIDAY WAS TRIED")
    events = json.loads(path.read_text("utf-8"))["england-and-wales"]["events"]
    return [event["date"] for event in events if event["date"].startswith(f"{year}-")]


def test_the_raised_threshold_of_suspension_is_in_the_history(
    room: Desk, write: Write, published: Mapping[str, Entry]
) -> None:
    entry = published["egi-rc-ola"]
    for month, threshold in entry["history"].items():
        records = WRITERS["egi-rc-ola"](entry)
        records[-1]["consequences"]["suspension"]["below"] = threshold
        room.must("apply", str(write(records)), person=KEEPER, day=f"{month}-01")
    history = room.must("history", "OLA-EGI-RC", "--json", person=KEEPER).data
    days = [line["act"]["effective_on"] for line in history]
    assert days == ["2011-04-01", "2014-05-01"]
    (change,) = history[-1]["changes"]
    assert (change["path"], change["before"], change["after"]) == ("consequences.suspension.below", "70", "80")


def _inheriting(clauses: list[str], wider: str) -> Iterator[RecordText]:
    hours = {"service": "CAL-BROWN-P2", "support": "CAL-BROWN-P2"}
    yield from sla("PAYROLL", "Payroll", hours, within=wider, inherited=clauses)


def test_a_service_of_brown_takes_its_recovery_times_from_its_class(own: Desk, write: Write) -> None:
    own.must("apply", str(write([*_inheriting(["targets.continuity"], "SLA-BROWN-DR1")])), person=KEEPER)
    said = own.type("apply", str(write([*_inheriting(["targets.continuity"], "SLA-BROWN-P2")])), person=KEEPER)
    assert said.code != 0
    assert "SLA-BROWN-P2 says nothing about 'targets.continuity'" in said.words
