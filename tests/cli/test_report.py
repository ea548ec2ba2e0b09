"""What `report` says of a year of a claims desk, against a slow count of every minute and every case."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from claims import AGREED, BREAKS, DOWN, OUTAGE_ROWS, TODAY, cases, set_up
from desk import Desk
from documents.test_pages import text_of
from sdflow.adapters.pages import Pages
from sdflow.bootstrap import open_workspace
from sdflow.domain.period import Period
from sdflow.engine.availability_illustration import availability_illustration
from sdflow.engine.letterhead import Organisation, letterhead
from sdflow.engine.proof import Prover
from sdflow.engine.report_document import report_view
from sdflow.operations.availability_report import availability_report, availability_view
from sdflow.operations.report import service_report

GOLDEN = Path(__file__).parents[1] / "golden" / "report"
DOCUMENTS = Path(__file__).parents[2] / "documents"
ANNOUNCED = (datetime.fromisoformat("2026-10-27T07:00"), datetime.fromisoformat("2026-10-27T08:00"))
NO_WORK = {date(2025, 12, 25), date(2025, 12, 26), date(2026, 1, 1)}
"""The holidays of the months that are counted slowly."""


@pytest.fixture(scope="module")
def claims(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    folder = tmp_path_factory.mktemp("claims")
    shutil.copytree(furnished, folder / "workspace")
    desk = Desk(folder / "workspace")
    files = folder / "files"
    files.mkdir()
    set_up(desk, files)
    return desk


def report(desk: Desk, *words: str, code: int = 0) -> Any:
    said = desk.type("report", *words, "--json", day=TODAY)
    assert said.code == code, said.words
    return said.data


def october(desk: Desk) -> dict[str, Any]:
    (found,) = report(desk, "SLA-0910", "--period", "2026-10")["agreements"]
    return {one["clause"]: one for one in found["targets"]} | {"": found}


def open_minutes(first: date, last: date) -> Iterator[datetime]:
    """Every minute of office hours."""
    day = first
    while day <= last:
        if day.weekday() < 5 and day not in NO_WORK:
            yield from (datetime.combine(day, time(7)) + timedelta(minutes=one) for one in range(720))
        day += timedelta(days=1)


def down_spans() -> dict[str, list[tuple[datetime, datetime]]]:
    found: dict[str, list[tuple[datetime, datetime]]] = {}
    for row in OUTAGE_ROWS:
        service, component, _, _, since, until = row.split(",")
        name = component if component != "-" else service
        found.setdefault(name, []).append((datetime.fromisoformat(since), datetime.fromisoformat(until)))
    return found


def stands(minute: datetime) -> bool:
    """Whether the service stands still in a minute."""
    down = {name for name, spans in down_spans().items() if any(since <= minute < until for since, until in spans)}
    return "CMP-VAULT" in down or "SVC-CLAIMS" in down or {"CMP-EAST", "CMP-WEST"} <= down


def floor(value: Fraction, places: int = 6) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal(1).scaleb(-places), ROUND_FLOOR).normalize()


def test_availability_is_what_a_count_of_every_minute_says(claims: Desk) -> None:
    agreed = [
        one for one in open_minutes(date(2026, 10, 1), date(2026, 10, 31)) if not ANNOUNCED[0] <= one < ANNOUNCED[1]
    ]
    down = [one for one in agreed if stands(one)]
    assert (len(agreed), len(down)) == (AGREED, DOWN)

    found = october(claims)
    assert Decimal(found["targets.availability"]["achieved"]) == floor(Fraction(100 * (AGREED - DOWN), AGREED))
    assert found["targets.availability"]["met"] is False
    assert Decimal(found["targets.reliability.breaks"]["achieved"]) == BREAKS
    assert Decimal(found["targets.reliability.longest_minutes"]["achieved"]) == 120
    hours = Fraction(AGREED - DOWN, 60 * BREAKS)
    assert Decimal(found["targets.reliability.mean_time_between_failures_hours"]["achieved"]) == floor(hours)


def elapsed(since: datetime, minutes: int) -> int:
    """Minutes of office hours that pass in so many of the clock on the wall, one by one."""
    inside = set(open_minutes(since.date(), (since + timedelta(minutes=minutes)).date()))
    return sum(since + timedelta(minutes=one) in inside for one in range(minutes))


@pytest.mark.parametrize(
    ("metric", "limits"),
    [("response", {"P1": 30, "P2": 60, "P3": 240}), ("restore", {"P1": 240, "P2": 480, "P3": 1440})],
)
def test_the_share_in_time_is_what_a_count_of_every_case_says(
    claims: Desk, metric: str, limits: dict[str, int]
) -> None:
    found = october(claims)
    for priority, limit in limits.items():
        own = [
            one for one in cases() if one.priority == priority and (one.reported.year, one.reported.month) == (2026, 10)
        ]
        took = [elapsed(one.reported, one.answered if metric == "response" else one.restored) for one in own]
        late = sum(one > limit for one in took)
        told = found[f"targets.{metric}.{priority}"]
        assert (told["cases"], told["missed"]) == (len(own), late)
        assert Decimal(told["achieved"]) == floor(Fraction(100 * (len(own) - late), len(own)))


def test_each_month_of_the_chart_is_the_report_on_that_month(claims: Desk) -> None:
    chart = {one["period"]: one["achieved"] for one in october(claims)["targets.availability"]["chart"]}
    assert list(chart) == [one.name for one in Period.parsed("2026-10").back(12)]
    for month in ("2026-05", "2026-09"):
        (found,) = report(claims, "SLA-0910", "--period", month)["agreements"]
        assert found["targets"][0]["achieved"] == chart[month]


def test_lights_tell_missed_met_met_after_misses_and_no_data(claims: Desk) -> None:
    found = october(claims)
    assert found["targets.availability"]["light"] == "red"
    assert found["targets.restore.P2"]["light"] == "green"
    assert found[""]["light"] == "red"
    (june,) = report(claims, "SLA-0910", "--period", "2026-06")["agreements"]
    assert june["light"] == "green"
    november = report(claims, "SLA-0910", "--period", "2026-11", code=1)["agreements"][0]
    assert {one["light"] for one in november["targets"]} == {"grey"}


def test_credits_follow_the_bands_and_the_monthly_limit(claims: Desk) -> None:
    money = october(claims)[""]["money"]
    (line,) = money["credits"]
    assert (line["due"]["percent"], line["due"]["amount"], line["due"]["capped_by"]) == ("10", "640", ["month"])
    assert money["earlier"] == "400"
    (quarter,) = report(claims, "SLA-0910", "--period", "2026-Q3")["agreements"]
    assert [(one["period"]["first_on"], one["due"]["amount"]) for one in quarter["money"]["credits"]] == [
        ("2026-07-01", "0"),
        ("2026-08-01", "0"),
        ("2026-09-01", "400"),
    ]


def test_a_consequence_is_due_after_as_many_periods_as_it_takes(claims: Desk) -> None:
    assert [(one["key"], len(one["periods"])) for one in october(claims)[""]["consequences"]] == [("plan", 2)]


def test_breaches_name_their_causes_and_leave_out_what_was_announced(claims: Desk) -> None:
    breaches = {one["attained"]["clause"]: one for one in october(claims)[""]["breaches"]}
    assert {one["cause"] for one in breaches["targets.availability"]["causes"]} == {
        "digger",
        "power",
        "full disc",
        "wrong release",
    }
    assert breaches["targets.availability"]["on_end"] == 2
    assert breaches["targets.restore.P1"]["causes"] == [{"cause": "full disc", "cases": 1}]
    assert "I-2610-8: 5 h of agreed time" in breaches["targets.restore.P1"]["attained"]["worst"]


def test_an_item_about_the_clause_is_the_action_of_a_breach(claims: Desk, tmp_path: Path) -> None:
    shutil.copytree(claims.folder, tmp_path / "workspace")
    desk = Desk(tmp_path / "workspace")
    desk.must("improve", "SLA-0910", day=TODAY)
    breaches = {one["attained"]["clause"]: one for one in october(desk)[""]["breaches"]}
    assert breaches["targets.availability"]["actions"], "sdflow improve has raised an item"
    assert october(desk)[""]["improvements"]


def test_everything_that_people_ask_beside_targets_is_told(claims: Desk) -> None:
    found = october(claims)[""]
    assert [one["record"]["reference"] for one in found["interruptions"]] == ["INT-0911"]
    assert [one["record"]["reference"] for one in found["interruptions_held"]] == ["INT-0910"]
    assert [(one["record"]["reference"], one["late"]) for one in found["complaints"]] == [("CPL-0910", True)]
    assert [one["number"] for one in found["security_incidents"]] == ["I-2610-9"]
    assert found["incidents"]["rows"]["P1"][-1] == 4
    (workload,) = found["workload"]
    assert (workload["achieved"], workload["met"]) == ("920", False)
    (supplier,) = found["suppliers"]
    assert (supplier["agreement"]["reference"], supplier["attained"][0]["met"]) == ("OLA-0910", False)


def test_a_service_and_a_customer_are_reported_by_all_their_agreements(claims: Desk) -> None:
    for words in (("SVC-CLAIMS",), ("--customer", "BU-HALVORSEN"), ("SVC-CLAIMS", "--customer", "BU-HALVORSEN")):
        found = report(claims, *words, "--period", "2026-10")
        assert [one["agreement"]["reference"] for one in found["agreements"]] == ["SLA-0910"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("PER-HADDAD", "--period", "2026-10"), "is no agreement and no service"),
        (("SLA-0910", "--period", "2027-01"), "2027-01 has not begun"),
        (("SLA-0910", "--period", "October"), "'October' is no period"),
        (("--period", "2026-10"), "nothing is named"),
        (("--customer", "TEAM-MESSAGING", "--period", "2026-10"), "no agreement about TEAM-MESSAGING"),
        (("SLA-0910", "--availability", "--period", "2027-01"), "2027-01 has not begun"),
        (("--customer", "CMP-VAULT", "--period", "2026-10"), "is no customer"),
        (("SVC-CLAIMS", "--period", "2024-10"), "no agreement about SVC-CLAIMS"),
    ],
)
def test_what_cannot_be_reported_is_refused_with_the_reason(claims: Desk, words: tuple[str, ...], said: str) -> None:
    found = claims.type("report", *words, day=TODAY)
    assert (found.code, said in found.words) == (1, True), found.words


def test_nothing_measured_is_said_and_is_exit_code_one(claims: Desk) -> None:
    said = claims.type("report", "SVC-EMAIL", "--period", "2026-10", day=TODAY)
    assert said.code == 1
    assert "Nothing was measured in this period" in said.words
    assert "no data" in said.words
    (found,) = report(claims, "SVC-EMAIL", "--period", "2026-10", code=1)["agreements"]
    assert found["targets"]
    assert {(one["achieved"], one["met"], one["light"]) for one in found["targets"]} == {(None, None, "grey")}
    assert found["incidents"] is None


def test_a_month_that_runs_is_counted_to_the_day(claims: Desk) -> None:
    (found,) = claims.type("report", "SLA-0910", "--period", "2026-10", "--json", day="2026-10-13").data["agreements"]
    assert found["targets"][0]["achieved"] is not None
    (whole,) = report(claims, "SLA-0910", "--period", "2026-10")["agreements"]
    assert found["targets"][0]["achieved"] != whole["targets"][0]["achieved"]
    said = claims.type("report", "SLA-0910", "--period", "2026-10", day="2026-10-13")
    assert "which is not over" in said.words


def test_the_table_has_a_row_for_each_target_and_period(claims: Desk, tmp_path: Path) -> None:
    path = tmp_path / "october.csv"
    claims.must("report", "SLA-0910", "--period", "2026-10", "--csv", str(path), day=TODAY)
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    assert len(rows) == 12 * (11 + 1)
    assert [one["achieved"] for one in rows if one["clause"] == "workload.claims"][-1] == "920"
    (last,) = [one for one in rows if (one["clause"], one["period"]) == ("targets.availability", "2026-10")]
    assert (last["verdict"], last["light"], last["missed_cases"]) == ("missed", "red", "1")


def test_the_terminal_shows_lights_figures_and_sparks(claims: Desk) -> None:
    said = claims.must("report", "SLA-0910", "--period", "2026-10", day=TODAY).out
    assert "98.859 %" in said
    assert "██████▇███▂▁" in said
    assert "GBP 640.00, limited by the most of a month" in said
    assert "nobody has taken it up" in said


def test_the_availability_report_is_what_the_slow_count_says(claims: Desk) -> None:
    (found,) = report(claims, "SVC-CLAIMS", "--period", "2026-10", "--availability")["services"]
    numbers = found["numbers"]
    assert (int(numbers["agreed"]), int(numbers["down"]), numbers["breaks"]) == (AGREED, DOWN, BREAKS)
    assert (numbers["mean_down"], numbers["between_failures"], numbers["between_incidents"]) == ("60", "5200", "5260")
    assert numbers["by_length"] == [0, 0, 2, 1, 0, 0]
    lost = sum(50 if "SVC-CLAIMS" in _down(one) else 200 for one in _minutes() if stands(one))
    assert Decimal(found["user_minutes"]) == lost
    assert [(one["component"]["reference"], one["alone"]) for one in found["components"]] == [
        ("CMP-VAULT", True),
        ("CMP-EAST", False),
        ("CMP-WEST", False),
    ]
    assert found["security_incidents"] == 1
    assert found["life_cycle"]["stages"][0]["mean_minutes"] == "15"


def _minutes() -> list[datetime]:
    return list(open_minutes(date(2026, 10, 1), date(2026, 10, 31)))


def _down(minute: datetime) -> set[str]:
    return {name for name, spans in down_spans().items() if any(since <= minute < until for since, until in spans)}


def test_the_four_ways_of_counting_announced_windows_are_told(claims: Desk) -> None:
    (found,) = report(claims, "SVC-CLAIMS", "--period", "2026-10", "--availability")["services"]
    whole = AGREED + 60
    expected = {
        "down": (DOWN + 30, whole),
        "up": (DOWN, whole),
        "left_out": (DOWN, AGREED),
        "window_down": (DOWN + 60, whole),
    }
    assert {way: Decimal(one) for way, one in found["planned"]["percents"].items()} == {
        way: floor(Fraction(100 * (of - down), of), 3) for way, (down, of) in expected.items()
    }


def test_the_impact_of_failures_names_the_single_point(claims: Desk) -> None:
    impact = report(claims, "SVC-CLAIMS", "--period", "2026-10", "--availability")["impact"]
    assert [(one["component"]["reference"], one["single"], one["user_minutes"]) for one in impact] == [
        ("CMP-VAULT", True, "30000"),
        ("CMP-EAST", False, "6000"),
        ("CMP-WEST", False, "6000"),
    ]


@pytest.mark.parametrize("which", ["service", "availability"])
def test_the_page_is_as_it_was(claims: Desk, pytestconfig: pytest.Config, which: str) -> None:
    workspace, today, period = open_workspace(claims.folder), date.fromisoformat(TODAY), Period.parsed("2026-10")
    if which == "service":
        view = report_view(service_report(workspace, today, period, "SLA-0910"))
    else:
        view = availability_view(availability_report(workspace, today, period, "SVC-CLAIMS"))
    shown = view | letterhead(Organisation("Northgate"), today, "sdflow")
    page = Pages([DOCUMENTS]).html(f"{which}_report", shown)
    golden = GOLDEN / f"{which}.html"
    if pytestconfig.getoption("--update-golden", default=False):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(page, encoding="utf-8")
    assert page == golden.read_text(encoding="utf-8")
    assert "None" not in text_of(page)


@pytest.mark.parametrize("words", [("SLA-0910",), ("SVC-CLAIMS", "--availability")])
def test_the_report_is_a_pdf(claims: Desk, tmp_path: Path, words: tuple[str, ...]) -> None:
    claims.must("report", *words, "--period", "2026-10", "-o", str(tmp_path), day=TODAY)
    (path,) = tmp_path.iterdir()
    assert path.read_bytes().startswith(b"%PDF")
    assert path.name.endswith("-report-2026-10.pdf")


def test_a_plan_is_filled_with_what_was_measured(claims: Desk, write: Callable[[str, str], Path]) -> None:
    plan = write("plan.yaml", PLAN)
    claims.must("apply", str(plan), day=TODAY)
    workspace = open_workspace(claims.folder)
    with workspace.storage.reading() as reading:
        prover = Prover(workspace, reading, date.fromisoformat(TODAY))
        record, content = prover.cited("AVP-0910")
        figures = availability_illustration(prover, record, content, prover.today)["availability_figures"]
    assert figures.services["SVC-CLAIMS"].breaks == BREAKS
    assert figures.services["SVC-CLAIMS"].user_minutes == 37_500
    assert {one.component.reference: one.single for one in figures.impacts} == {
        "CMP-VAULT": True,
        "CMP-EAST": False,
        "CMP-WEST": False,
    }
    assert list(figures.suppliers) == ["OLA-0910"]
    assert figures.unsigned == ()
    lost = [one for one in _minutes() if stands(one)]
    assert figures.lost_minutes == len(lost)
    assert {one.component: one.lost_percent for one in figures.components} == {
        part: floor(Fraction(100 * sum(part in _down(one) for one in lost), len(lost)), 3)
        for part in ("CMP-VAULT", "CMP-EAST", "CMP-WEST")
    }


PLAN = """
kind: availability_plan
reference: AVP-0910
title: Keeping the claims desk available
owner: PER-CARRICK
period: 2026-10
services: {claims: {service: SVC-CLAIMS}}
"""
