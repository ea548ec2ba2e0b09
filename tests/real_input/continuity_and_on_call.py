"""Continuity and on-call: classes of recovery, a contingency plan and on-call hours, as records."""

from __future__ import annotations

from typing import Any

from real_input.figures import DAYS, Entry, every, hours, minutes, week, windows
from real_input.records import RecordText, always, calendar, corporate_sla, ola

ENGLISH = {"country": "GB", "subdivision": "ENG"}


def _recovery(published: Entry) -> dict[str, str]:
    """A class's times; "30+ days" promises nothing but that it takes so long, and of "0-15 min" the longer counts."""
    time = "recovery_not_before_hours" if "+" in published["rto"] else "recovery_time_objective_hours"
    lost = minutes(published["rpo"].split("-")[-1])
    return {time: hours(published["rto"]), "recovery_point_objective_minutes": lost}


def brown(entry: Entry) -> list[RecordText]:
    """A corporate agreement for each class of recovery and each class of criticality, from which others inherit."""
    found: list[RecordText] = [always("BROWN", "America/New_York")]
    for number, published in entry["dr"].items():
        found += corporate_sla(
            f"BROWN-DR{number}",
            f"Recovery class {number} of a university",
            {"service": "CAL-BROWN-ALWAYS", "support": "CAL-BROWN-ALWAYS"},
            targets={"continuity": _recovery(published)},
        )
    for priority, published in entry["criticality"].items():
        reference = f"CAL-BROWN-{priority}"
        found += [
            calendar(reference, f"Hours of criticality {priority}", "America/New_York", week(published)),
            *corporate_sla(
                f"BROWN-{priority}",
                f"Criticality {priority} of a university",
                {"service": reference, "support": reference},
            ),
        ]
    return found


def _each(title: str, value: str) -> dict[str, str]:
    return {"title": title, "comparison": "at_most", "value": value, "unit": "minutes", "statistic": "each"}


def cloudgov(entry: Entry) -> list[RecordText]:
    terms = entry["terms"]
    targets: dict[str, Any] = {
        "continuity": {
            "recovery_time_objective_hours": hours(terms["rto"]),
            "invoked_after_minutes": minutes(terms["activation"]),
        },
        "measures": {
            "users_told": _each("From noticing the disruption until users are told", minutes(terms["notify_users"])),
            "leadership_told": _each(
                "From invoking the plan until leadership is told", minutes(terms["notify_leadership"])
            ),
            "updates": _each("Between two updates", minutes(terms["updates"])),
            "shift": _each("Work of one responder without relief", minutes(terms["shift_max"])),
        },
    }
    return [
        always("CLOUDGOV", "America/New_York"),
        *ola(
            "CLOUDGOV",
            "Recovery of a government cloud platform",
            {"service": "CAL-CLOUDGOV-ALWAYS", "support": "CAL-CLOUDGOV-ALWAYS"},
            {},
            targets=targets,
        ),
    ]


def moj(entry: Entry) -> list[RecordText]:
    published = entry["hours"]
    free_days = windows(published["on_call_weekend_bank_holiday"])
    on_call = every(DAYS[:5], *published["on_call_weekday"]) | every(DAYS[5:], *free_days)
    return [
        calendar("CAL-MOJ-SUPPORT", "Support", "Europe/London", week(published["support"]), holidays=ENGLISH),
        calendar("CAL-MOJ-WORKING", "Working hours", "Europe/London", week(published["working"]), holidays=ENGLISH),
        calendar("CAL-MOJ-ON-CALL", "On call", "Europe/London", on_call, holidays={**ENGLISH, "hours": free_days}),
        *ola(
            "MOJ",
            "Cloud platform of a ministry",
            {"service": "CAL-MOJ-WORKING", "support": "CAL-MOJ-SUPPORT", "on_call": "CAL-MOJ-ON-CALL"},
            {},
            targets={},
        ),
    ]
