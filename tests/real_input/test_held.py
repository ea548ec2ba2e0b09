"""What the workspace holds of each published agreement, against figures converted by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from desk import Desk
from real_input.conftest import WRITERS
from real_input.figures import DAYS, Entry, every
from real_input.records import KEEPER, as_yaml

Held = Callable[[str], Any]
Published = Mapping[str, Entry]

ROUND_THE_CLOCK = every(DAYS, "00:00-24:00")


def _week(working: list[str], weekend: list[str]) -> dict[str, list[str]]:
    return every(DAYS[:5], *working) | every(DAYS[5:], *weekend)


def _minutes(targets: Mapping[str, Any]) -> dict[str, int]:
    return {key: target["minutes"] for key, target in targets.items()}


def test_all_seventeen_agreements_are_said_and_the_last_entry_is_a_note(published: Published) -> None:
    notes = [name for name, entry in published.items() if "note" in entry]
    assert (len(published), notes) == (18, ["aws-style-annual-vs-monthly"])
    assert [name for name in published if name not in notes] == list(WRITERS)
    assert len(WRITERS) == 17


def test_westernu_answers_and_restores_in_operational_hours(held: Held) -> None:
    assert held("CAL-WESTERNU")["week"] == _week(["07:30-17:30"], [])
    said = held("SLA-WESTERNU")
    assert said["hours"] == {"service": "CAL-WESTERNU", "support": "CAL-WESTERNU"}
    assert _minutes(said["targets"]["response"]) == {
        "Urgent": 10,
        "Standard": 10 * 60,
        "Scheduled": 10 * 60,
        "Purchasing": 10 * 60,
        "Project": 10 * 60,
    }
    assert _minutes(said["targets"]["restore"]) == {
        "Urgent": 4 * 60,
        "Standard": 20 * 60,
        "Scheduled": 100 * 60,
        "Purchasing": 300 * 60,
        "Project": 450 * 60,
    }
    assert {one["clock"] for one in said["targets"]["restore"].values()} == {"support"}


def test_sussex_keeps_its_working_days_as_days(held: Held) -> None:
    assert held("CAL-SUSSEX")["week"] == _week(["09:00-17:00"], [])
    targets = held("SLA-SUSSEX")["targets"]
    assert _minutes(targets["response"]) == {"P1": 15, "P2": 60, "P3": 2 * 60, "P4": 4 * 60, "P5": 8 * 60}
    restore = targets["restore"]
    assert restore["P1"]["minutes"] == 4 * 60
    assert {key: one["days"] for key, one in restore.items() if key != "P1"} == {"P2": 1, "P3": 3, "P4": 5, "P5": 10}
    assert {one["clock"] for one in restore.values()} == {"support"}


def test_every_cell_of_the_matrix_of_sussex_leads_to_a_priority_with_both_times(held: Held) -> None:
    said = held("SLA-SUSSEX")
    matrix = said["priority_matrix"]
    assert (matrix["rows_are"], matrix["columns_are"]) == ("Service criticality", "Impact")
    assert matrix["priorities"] == {
        "High": {"High": "P1", "Medium": "P2", "Low": "P3"},
        "Medium": {"High": "P2", "Medium": "P3", "Low": "P4"},
        "Low": {"High": "P3", "Medium": "P4", "Low": "P5"},
    }
    reached = {cell for row in matrix["priorities"].values() for cell in row.values()}
    assert reached == said["targets"]["response"].keys() == said["targets"]["restore"].keys()


def test_three_minutes_a_week_at_warwick_are_what_the_percentage_leaves_rounded_up(held: Held) -> None:
    calendar, said = held("CAL-WARWICK-MI"), held("SLA-WARWICK-MI")
    assert calendar["week"] == _week(["08:30-17:00"], [])
    assert calendar["holidays"]["country"] == "GB"
    target = said["targets"]["availability"]
    assert (target["percent"], target["period"], target["planned_downtime"]) == ("99.9", "week", "left_out")
    week_minutes = 5 * (17 * 60 - (8 * 60 + 30))
    assert week_minutes == Decimal("42.5") * 60
    allowed = week_minutes * (100 - Decimal(target["percent"])) / 100
    assert allowed == Decimal("2.55")
    downtime = said["targets"]["reliability"]
    assert (downtime["down_minutes"], downtime["period"]) == (3, "week")
    assert allowed < Decimal(downtime["down_minutes"]) < allowed + 1


def test_student_administration_at_warwick_has_three_availabilities_in_three_times(held: Held) -> None:
    said = held("SLA-STUDENT")
    targets = said["targets"]
    assert (targets["availability"]["percent"], targets["availability"]["hours"]) == ("97", "CAL-STUDENT-SUPPORT")
    further = targets["further_availability"]
    assert (further["always"]["percent"], further["always"]["hours"]) == ("98", "CAL-STUDENT-ALWAYS")
    assert (further["critical"]["percent"], further["critical"]["critical_periods"]) == ("100", ["business"])
    assert said["critical_periods"].keys() == {"business"}
    assert targets["transactions"]["response"]["seconds"] == "5"
    assert targets["transactions"]["response"]["statistic"] == "each"
    assert said["last_reviewed_on"] == "2009-06-25"
    assert held(said["hours"]["support"])["week"] == _week(["08:30-17:00"], [])
    assert held(said["hours"]["contact"])["week"] == _week(["08:00-18:00"], [])
    assert held("CAL-STUDENT-ALWAYS")["week"] == ROUND_THE_CLOCK


def test_lincoln_answers_the_same_day_what_is_reported_before_one_o_clock(held: Held) -> None:
    said = held("UC-LINCOLN")
    response, restore = said["targets"]["response"], said["targets"]["restore"]
    assert response["P2"]["cut_off"] == {"reported_before": "13:00", "due_at": "24:00", "otherwise_at": "09:00"}
    assert (response["P1"]["minutes"], response["P3"]["minutes"]) == (2 * 60, 48 * 60)
    assert (response["P4"]["days"], response["P5"]["days"]) == (7, 30)
    assert (restore["P1"]["minutes"], restore["P2"]["minutes"]) == (24 * 60, 72 * 60)
    assert (restore["P3"]["days"], restore["P4"]["days"], restore["P5"]["days"]) == (7, 30, 60)
    assert {one["clock"] for one in (*response.values(), *restore.values())} == {"elapsed"}
    in_days = [one for one in (*response.values(), *restore.values()) if "days" in one]
    assert {one["day_minutes"] for one in in_days} == {24 * 60}
    assert said["severities"] == {key: key for key in ("P1", "P2", "P3", "P4", "P5")}


def test_fleming_answers_a_classroom_within_five_minutes_and_reports_each_semester(held: Held) -> None:
    assert held("CAL-FLEMING")["week"] == _week(["07:30-17:00"], [])
    said = held("SLA-FLEMING")
    assert _minutes(said["targets"]["response"]) == {"classroom": 5}
    assert (said["reporting"]["reports"], said["reporting"]["meetings"]) == ("semester", "semester")


def test_only_the_reliability_of_a_resource_centre_leaves_announced_downtime_out(held: Held) -> None:
    said = held("OLA-EGI-RC")
    part = said["components"]["part"]
    reliability = part["further_availability"]["reliability"]
    assert (part["availability"]["percent"], part["availability"]["planned_downtime"]) == ("80", "down")
    assert (reliability["percent"], reliability["planned_downtime"]) == ("85", "left_out")
    assert {part["availability"]["period"], reliability["period"]} == {"month"}
    unknown = said["targets"]["measures"]["unknown"]
    assert (unknown["comparison"], unknown["value"], unknown["unit"]) == ("at_most", "10", "per cent")


def test_a_resource_centre_is_suspended_after_three_months_and_justifies_each(held: Held) -> None:
    consequences = held("OLA-EGI-RC")["consequences"]
    suspension = consequences.pop("suspension")
    assert suspension["clause"] == "components.part.availability"
    assert (suspension["below"], suspension["periods"], suspension["what"]) == ("80", 3, "Suspended")
    assert {(one["periods"], one["what"]) for one in consequences.values()} == {(1, "Written justification")}
    assert consequences.keys() == {"availability", "reliability", "unknown"}


def test_a_month_below_any_target_of_an_infrastructure_provider_makes_a_plan_due(held: Held) -> None:
    said = held("OLA-EGI-RP")
    part = said["components"]["part"]
    assert part["availability"]["percent"] == "99"
    assert part["further_availability"]["reliability"]["percent"] == "99"
    rod = said["targets"]["measures"]["rod"]
    assert (rod["comparison"], rod["value"], rod["period"]) == ("at_most", "10", "month")
    assert {(one["periods"], one["what"]) for one in said["consequences"].values()} == {
        (1, "Service improvement plan due")
    }
    assert len(said["consequences"]) == 3


def test_a_partner_of_the_grid_answers_at_once_and_in_support_hours(held: Held) -> None:
    said = held("OLA-EGI-EU")
    response = said["targets"]["response"]
    assert _minutes(response) == {"top-priority": 0, "very-urgent": 8 * 60, "urgent": 16 * 60}
    assert {one["clock"] for one in response.values()} == {"support"}
    part = said["components"]["part"]
    assert (part["availability"]["percent"], part["further_availability"]["reliability"]["percent"]) == ("99", "99")


def test_a_cloud_region_credits_ten_per_cent_below_its_commitment(held: Held) -> None:
    said = held("UC-AWS-REGION")
    assert said["components"]["part"]["availability"]["percent"] == "99.99"
    (band,) = said["credits"]["bands"].values()
    assert (band["below"], band["at_least"], band["percent"]) == ("99.99", "99", "10")


def test_the_bands_of_the_optimizer_meet_without_gap_down_to_nothing(held: Held) -> None:
    said = held("UC-AWS-OPTIMIZER")
    bands = [(one["below"], one.get("at_least"), one["percent"]) for one in said["credits"]["bands"].values()]
    assert bands == [("99.9", "99", "10"), ("99", "95", "25"), ("95", None, "100")]
    assert (said["credits"]["more_than"], said["credits"]["currency"]) == ("1", "USD")


def test_the_cloud_is_measured_by_the_calendar_month_and_by_the_trailing_year(held: Held) -> None:
    region = held("UC-AWS-REGION")["components"]["part"]["availability"]
    machines = held("UC-AWS-EC2")["components"]["part"]["availability"]
    assert (region["period"], machines["period"]) == ("month", "trailing_year")
    assert (machines["percent"], machines["measured_in_minutes"], machines["before_first_use"]) == ("99.95", 5, "up")
    stretches = 365 * 24 * 60 // machines["measured_in_minutes"]
    assert stretches * (100 - Decimal(machines["percent"])) / 100 == Decimal("52.56")


def test_the_classes_of_brown_say_recovery_times_as_far_as_they_promise_any(held: Held) -> None:
    classes = {number: held(f"SLA-BROWN-DR{number}")["targets"]["continuity"] for number in (1, 2, 4)}
    assert classes == {
        1: {"recovery_time_objective_hours": "2", "recovery_point_objective_minutes": "15"},
        2: {"recovery_time_objective_hours": "24", "recovery_point_objective_minutes": "15"},
        4: {"recovery_not_before_hours": str(30 * 24), "recovery_point_objective_minutes": str(24 * 60)},
    }


def test_the_criticalities_of_brown_are_calendars_that_keep_no_holiday(held: Held) -> None:
    hours = {one: held(held(f"SLA-BROWN-{one}")["hours"]["service"]) for one in ("P1", "P2", "P3", "P4")}
    assert {one: calendar["week"] for one, calendar in hours.items()} == {
        "P1": ROUND_THE_CLOCK,
        "P2": _week(["06:00-18:00"], ["06:00-18:00"]),
        "P3": _week(["06:00-18:00"], []),
        "P4": _week(["05:00-22:00"], ["05:00-22:00"]),
    }
    assert not any("holidays" in calendar for calendar in hours.values())


def test_the_contingency_plan_says_when_it_is_invoked_and_whom_it_tells_by_when(held: Held) -> None:
    targets = held("OLA-CLOUDGOV")["targets"]
    assert targets["continuity"] == {"recovery_time_objective_hours": "3", "invoked_after_minutes": 30}
    measures = targets["measures"]
    assert {key: one["value"] for key, one in measures.items()} == {
        "users_told": "15",
        "leadership_told": str(1 * 60),
        "updates": str(1 * 60),
        "shift": str(3 * 60),
    }
    assert {(one["statistic"], one["unit"]) for one in measures.values()} == {("each", "minutes")}


def test_the_ministry_is_on_call_before_and_after_work_and_on_free_days(held: Held) -> None:
    said = held("OLA-MOJ")
    support, working, on_call = (held(said["hours"][one]) for one in ("support", "service", "on_call"))
    assert support["week"] == _week(["10:00-17:00"], [])
    assert working["week"] == _week(["09:00-18:00"], [])
    assert on_call["week"] == _week(["07:00-10:00", "17:00-22:00"], ["07:00-22:00"])
    assert on_call["holidays"]["hours"] == ["07:00-22:00"]


def test_the_rates_of_northern_iowa_are_prices_and_one_markup(held: Held) -> None:
    charges = held("SLA-UNI-FY23")["charges"]
    assert charges.pop("campus_supply_markup")["markup_percent"] == "6"
    assert {key: (one["amount"], one["currency"], one["per"]) for key, one in charges.items()} == {
        "data_and_voice": ("40", "USD", "FTE/month"),
        "field_technician": ("60", "USD", "h"),
        "data_protection": ("0.45", "USD", "GB"),
        "digital_signage": ("50", "USD", "year"),
        "copies_bw": ("0.02", "USD", "page"),
        "copies_colour": ("0.04", "USD", "page"),
    }


def test_the_rates_of_alaska_fairbanks_differ_inside_and_outside(held: Held) -> None:
    said = held("SLA-UAF-FY24")
    assert {key: (one["amount"], one["per"]) for key, one in said["charges"].items()} == {
        "technician_internal": ("80", "h"),
        "technician_external": ("110", "h"),
        "analog_line": ("219", "year"),
        "voip_2_line": ("269", "year"),
        "voip_6_line": ("295", "year"),
        "web_design": ("80", "h"),
    }
    assert {one["currency"] for one in said["charges"].values()} == {"USD"}


@pytest.mark.parametrize("reference", ["OLA-EGI-RC", "OLA-EGI-RP", "UC-AWS-REGION", "UC-AWS-OPTIMIZER"])
def test_what_has_a_consequence_or_a_credit_is_promised(held: Held, reference: str) -> None:
    said = held(reference)
    named = [*said["consequences"].values(), *said.get("credits", {}).get("bands", {}).values()]
    assert named
    for one in named:
        place = said
        for key in one["clause"].split("."):
            place = place[key]


def test_exported_again_they_say_the_same(filed: Desk, tmp_path: Path) -> None:
    filed.must("export", str(tmp_path / "out"), person=KEEPER)
    applied = filed.must("apply", str(tmp_path / "out"), "--dry-run", "--json", person=KEEPER).data
    assert {one["outcome"] for one in applied} == {"unchanged"}
    assert {one["reference"] for one in applied} >= set(_references(filed))


def _references(desk: Desk) -> Iterator[str]:
    return (one["reference"] for one in desk.must("list", "--json", person=KEEPER).data)


def test_the_writers_say_nothing_of_their_own(published: Published) -> None:
    """A figure that is changed in the published terms changes in the record."""
    entry = {**published["westernu-it"], "targets": {"Urgent": ["11 min", "5 h"]}}
    text = as_yaml(WRITERS["westernu-it"](entry))
    assert "'11'" in text
    assert "'300'" in text
    assert "'10'" not in text
