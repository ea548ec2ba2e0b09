"""Figures told: what reports say of short months, planned work, unfinished months, users nobody counts and stages of incidents."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from desk import Desk
from ledger import AGREEMENT, INCIDENTS, OUTAGES, PARTS, Ledger
from sdflow.adapters.pages import Pages
from sdflow.bootstrap import open_workspace
from sdflow.domain.period import Period
from sdflow.engine.letterhead import Organisation, letterhead
from sdflow.operations.availability_report import availability_report, availability_view

Write = Callable[[str, str], Path]
AVAILABILITY = "targets.availability"
BETWEEN = "targets.reliability.mean_time_between_failures_hours"
YEAR_END = "2026-12-31"
DOCUMENTS = Path(__file__).parents[2] / "documents"
SELDOM = AGREEMENT.replace(
    "  restore:", "  reliability: {mean_time_between_failures_hours: 700, period: month}\n  restore:"
).replace(
    "purpose: What",
    f"""charges:
  fee: {{title: Fee, amount: '100.00', currency: EUR, per: month}}
credits:
  of: fee
  bands:
    seldom: {{clause: {BETWEEN}, below: 700, percent: 10}}
    down: {{clause: {AVAILABILITY}, below: 99, percent: 50}}
consequences:
  plan: {{clause: {BETWEEN}, below: 700, periods: 1, what: A plan of improvement is due}}
purpose: What""",
)
WORK = """
kind: interruption
reference: INT-0900
title: New discs
owner: PER-CARRICK
components: [CMP-VAULT]
from_at: 2026-10-03T02:00:00Z
until_at: 2026-10-03T10:00:00Z
reason: The vault gets new discs.
announce_by: 2026-10-01
report_by: 2026-12-01
announced: {all: {on: TOLD, channel: mail}}
"""
BOTH = OUTAGES.replace("columns: {component: component}", "columns: {component: component, service: service}").replace(
    "[CMP-VAULT]", "[CMP-VAULT, SVC-LEDGER]"
)
STAGES = INCIDENTS.replace(
    "{reported: reported, resolved: resolved}",
    "{occurred: o, detected: d, diagnosed: g, repaired: p, recovered: c, restored: t, reported: reported}",
)


@pytest.fixture
def adopted(desk: Desk, write: Write) -> Callable[[str], Ledger]:
    """A desk at which an agreement is signed."""

    def signed(agreement: str = AGREEMENT) -> Ledger:
        desk.must("apply", str(write("parts.yaml", PARTS)))
        found = Ledger(desk, write)
        found.adopt(agreement, "SLA-0900")
        return found

    return signed


def told(ledger: Ledger, period: str, day: str = YEAR_END) -> Any:
    (found,) = ledger.type("report", "SLA-0900", "--period", period, "--json", day=day).data["agreements"]
    return found


def reached(ledger: Ledger, period: str, clause: str = AVAILABILITY, day: str = YEAR_END) -> Any:
    return next(one for one in told(ledger, period, day)["targets"] if one["clause"] == clause)


def availability(ledger: Ledger, period: str, day: str = YEAR_END) -> Any:
    return ledger.type("report", "--availability", "SVC-LEDGER", "--period", period, "--json", day=day).data


def page(ledger: Ledger, period: str) -> str:
    """The words of the availability report as a document."""
    report = availability_report(
        open_workspace(ledger.desk.folder), date.fromisoformat(YEAR_END), Period.parsed(period), "SVC-LEDGER"
    )
    view = availability_view(report) | letterhead(Organisation("Northgate"), report.as_of, "sdflow")
    return " ".join(re.sub(r"<[^>]+>", " ", Pages([DOCUMENTS]).html("availability_report", view)).split())


def announce(ledger: Ledger, told_on: str, day: str) -> None:
    ledger.desk.must("apply", str(ledger.write("work.yaml", WORK.replace("TOLD", told_on))), day=day)
    ledger.desk.must("advance", "INT-0900", "announce", day=day)


# Where nothing broke


def test_a_short_month_in_which_nothing_broke_costs_no_credit_and_no_plan(adopted: Callable[[str], Ledger]) -> None:
    ledger = adopted(SELDOM)
    ledger.outages("2026-02-01", "2026-02-28")
    between = reached(ledger, "2026-02", BETWEEN)
    assert [Decimal(between["achieved"]), between["met"]] == [672, True]
    (credit,) = told(ledger, "2026-02")["money"]["credits"]
    assert [credit["due"]["bands"], Decimal(credit["due"]["amount"])] == [[], 0]
    assert ledger.found("2026-03-05", "SLM-303") == []
    assert told(ledger, "2026-02")["consequences"] == []


def test_of_a_quarter_the_month_that_missed_is_shown_and_not_the_shorter_one_in_which_nothing_broke(
    adopted: Callable[[str], Ledger],
) -> None:
    ledger = adopted(SELDOM)
    ledger.outages("2026-01-01", "2026-03-31", "2026-01-10T00:00:00,2026-01-12T00:00:00")
    quarter = reached(ledger, "2026-Q1", BETWEEN)
    assert [Decimal(quarter["achieved"]), quarter["met"], quarter["missed"]] == [696, False, 1]


# Credits


def test_nothing_is_credited_for_a_month_that_is_not_over(adopted: Callable[[str], Ledger]) -> None:
    ledger = adopted(SELDOM)
    ledger.outages("2026-11-01", "2026-11-04", "2026-11-01T00:00:00,2026-11-02T12:00:00")
    assert told(ledger, "2026-11", day="2026-11-04")["money"]["credits"] == []
    said = ledger.type("report", "SLA-0900", "--period", "2026-11", day="2026-11-04")
    assert "no month ended in this period" in said.out
    year = told(ledger, "2026", day="2026-11-04")["money"]["credits"]
    assert [one["period"]["first_on"][:7] for one in year] == [f"2026-{month:02}" for month in range(1, 11)]
    (over,) = told(ledger, "2026-11", day="2026-12-01")["money"]["credits"]
    assert Decimal(over["due"]["amount"]) == 60


# Planned work


@pytest.mark.parametrize(
    ("told_on", "written_on", "percent"),
    [
        ("2026-10-01", "2026-10-02", "100"),
        ("2026-10-03", "2026-10-03", "98.924731"),
        ("2026-10-01", "2026-10-03", "98.924731"),
    ],
)
def test_work_is_planned_downtime_where_it_was_told_and_written_down_before_the_day_on_which_it_began(
    adopted: Callable[[str], Ledger], told_on: str, written_on: str, percent: str
) -> None:
    ledger = adopted(AGREEMENT)
    ledger.outages("2026-10-01", "2026-10-31", "2026-10-03T02:00:00,2026-10-03T10:00:00")
    announce(ledger, told_on, written_on)
    assert Decimal(reached(ledger, "2026-10")["achieved"]) == Decimal(percent)
    (service,) = availability(ledger, "2026-10")["services"]
    assert Decimal(service["numbers"]["percent"]) == Decimal(percent).quantize(Decimal("0.001"), "ROUND_FLOOR")


def test_what_is_written_into_an_interruption_after_it_was_announced_forgives_nothing_more(
    adopted: Callable[[str], Ledger],
) -> None:
    ledger = adopted(AGREEMENT)
    ledger.outages("2026-10-01", "2026-10-31", "2026-10-03T02:00:00,2026-10-03T18:00:00")
    announce(ledger, "2026-10-01", "2026-10-01")
    before = reached(ledger, "2026-10")["achieved"]
    assert Decimal(before) < 99
    ledger.desk.must("advance", "INT-0900", "conclude", day="2026-10-04")
    said = ledger.type("amend", "INT-0900", "--set", "until_at=2026-10-03T18:00:00Z", day="2026-10-04")
    assert (said.code, "until_at can no longer be changed" in said.words) == (1, True)
    assert reached(ledger, "2026-10")["achieved"] == before


def test_work_that_is_planned_again_on_its_day_is_no_longer_announced_and_afterwards_it_can_not_be(
    adopted: Callable[[str], Ledger],
) -> None:
    ledger = adopted(AGREEMENT)
    ledger.outages("2026-10-01", "2026-10-31", "2026-10-03T02:00:00,2026-10-03T10:00:00")
    announce(ledger, "2026-10-01", "2026-10-01")
    ledger.desk.must("advance", "INT-0900", "plan_again", day="2026-10-02")
    ledger.desk.must("advance", "INT-0900", "announce", day="2026-10-02")
    assert Decimal(reached(ledger, "2026-10")["achieved"]) == 100
    said = ledger.type("advance", "INT-0900", "plan_again", day="2026-10-05")
    assert (said.code, "possible until 03 October 2026 (from_at)" in said.words) == (1, True)
    assert Decimal(reached(ledger, "2026-10")["achieved"]) == 100
    ledger.desk.must("advance", "INT-0900", "plan_again", day="2026-10-03")
    assert Decimal(reached(ledger, "2026-10")["achieved"]) < 99


def test_a_window_that_counts_as_down_is_down_where_nobody_watched_it(adopted: Callable[[str], Ledger]) -> None:
    ledger = adopted(AGREEMENT.replace("period: month}", "period: month, planned_downtime: window_down}", 1))
    ledger.outages("2026-10-10", "2026-10-31")
    announce(ledger, "2026-10-01", "2026-10-01")
    found = reached(ledger, "2026-10")
    watched, window = 22 * 24, 8
    share = Decimal(100 * watched) / (watched + window)
    assert Decimal(found["achieved"]) == share.quantize(Decimal("0.000001"), "ROUND_FLOOR")
    assert found["cases"] == 1


# Users and stages


def test_users_whom_nobody_counts_are_no_data_and_not_none(adopted: Callable[[str], Ledger]) -> None:
    ledger = adopted(AGREEMENT)
    ledger.outages("2026-10-01", "2026-10-31", "2026-10-03T00:00:00,2026-10-08T00:00:00")
    found = availability(ledger, "2026-10")
    (service,) = found["services"]
    assert (service["user_minutes"], service["users_unknown"]) == (None, 1)
    assert [(one["users"], one["user_minutes"]) for one in found["impact"]] == [(None, None)]
    said = " ".join(
        ledger.type("report", "--availability", "SVC-LEDGER", "--period", "2026-10", day=YEAR_END).out.split()
    )
    assert "user-minutes lost: no data; of 1 stretch of downtime nobody knows whom they hit" in said
    words = page(ledger, "2026-10")
    assert "How many user-minutes were lost nobody knows: of 1 stretch of downtime" in words
    assert "CMP-VAULT stops no data no data" in words


def test_what_users_lost_is_at_least_what_is_known_of_some_outages(adopted: Callable[[str], Ledger]) -> None:
    ledger = adopted(AGREEMENT)
    form = BOTH.replace("service: service}", "service: service, users: users}")
    rows = [
        "SVC-LEDGER,,2026-10-03T00:00:00,2026-10-03T01:00:00,5",
        "SVC-LEDGER,,2026-10-04T00:00:00,2026-10-04T01:00:00,",
    ]
    ledger.measured("outages", "service,component,down,up,users", rows, form, "2026-10-01", "2026-10-31")
    (service,) = availability(ledger, "2026-10")["services"]
    assert [Decimal(service["user_minutes"]), service["users_unknown"]] == [300, 1]
    said = ledger.type("report", "--availability", "SVC-LEDGER", "--period", "2026-10", day=YEAR_END)
    assert "at least 300; of 1 stretch of downtime" in " ".join(said.out.split())
    assert "Users lost at least 300 user-minutes" in page(ledger, "2026-10")


def stages(ledger: Ledger, rows: list[str], day: str = YEAR_END) -> Any:
    ledger.outages("2026-10-01", "2026-11-30")
    ledger.measured(
        "incidents", "number,service,priority,cause,reported,o,d,g,p,c,t", rows, STAGES, "2026-10-01", "2026-11-30"
    )
    (service,) = availability(ledger, "2026-10", day)["services"]
    return service["life_cycle"]


LATE = (
    "I1,SVC-LEDGER,P1,x,2026-10-31T20:00:00,2026-10-31T19:00:00,2026-10-31T20:00:00,2026-11-01T20:00:00,"
    "2026-11-02T20:00:00,2026-11-03T20:00:00,2026-11-04T20:00:00"
)


def test_the_stages_of_an_incident_are_counted_whole_whenever_they_end(adopted: Callable[[str], Ledger]) -> None:
    found = stages(adopted(AGREEMENT), [LATE])
    assert [Decimal(one["mean_minutes"]) for one in found["stages"]] == [60, 1440, 1440, 1440, 1440]
    assert Decimal(found["whole_minutes"]) == 5_820


def test_what_had_not_come_on_the_day_of_a_report_is_no_moment_yet(adopted: Callable[[str], Ledger]) -> None:
    found = stages(adopted(AGREEMENT), [LATE], day="2026-11-02")
    assert [one["cases"] for one in found["stages"]] == [1, 1, 1, 0, 0]
    assert (found["complete"], found["whole"]) == (0, 0)


def test_moments_in_the_wrong_order_are_left_out_and_said(adopted: Callable[[str], Ledger]) -> None:
    """Files with such rows are refused, and so these come from elsewhere: they are in the database."""
    ledger = adopted(AGREEMENT)
    stages(ledger, [LATE])
    with closing(sqlite3.connect(ledger.desk.folder / "sdflow.db")) as database, database:
        database.execute("UPDATE incident SET repaired = diagnosed - 60, restored = occurred - 60")
    (service,) = availability(ledger, "2026-10")["services"]
    found = service["life_cycle"]
    assert {one["title"]: one["impossible"] for one in found["stages"] if one["impossible"]} == {
        "Repair": 1,
        "Restoration": 1,
    }
    assert found["impossible"] == 1
    said = ledger.type("report", "--availability", "SVC-LEDGER", "--period", "2026-10", day=YEAR_END)
    assert "lie in the wrong order: repair 1, restoration 1, the whole 1" in " ".join(said.out.split())
    assert "in the wrong order are left out: repair 1, restoration 1, the whole 1." in page(ledger, "2026-10")


def test_the_shares_of_stages_are_never_more_than_a_hundred_together(adopted: Callable[[str], Ledger]) -> None:
    thirds = (
        "I1,SVC-LEDGER,P1,x,2026-10-05T09:00:00,2026-10-05T08:00:00,2026-10-05T09:00:00,2026-10-05T10:00:00,"
        "2026-10-05T11:00:00,,2026-10-05T11:00:00"
    )
    shares = [one["percent"] for one in stages(adopted(AGREEMENT), [thirds])["stages"] if one["percent"] is not None]
    assert list(map(Decimal, shares)) == [Decimal("33.333")] * 3


def test_stages_are_shares_of_the_whole_where_others_were_never_recorded(adopted: Callable[[str], Ledger]) -> None:
    early = "I1,SVC-LEDGER,P1,x,2026-10-05T09:00:00,2026-10-05T08:00:00,2026-10-05T09:00:00,,,,2026-10-05T18:00:00"
    told = stages(adopted(AGREEMENT), [early])["stages"]
    assert [one["percent"] for one in told] == ["10", None, None, None, None]


# What is weakest


def test_what_is_promised_too_high_names_the_service_where_its_own_outages_were_longer(
    adopted: Callable[[str], Ledger],
) -> None:
    ledger = adopted(AGREEMENT)
    rows = [
        "SVC-LEDGER,,2026-05-03T00:00:00,2026-05-28T00:00:00",
        ",CMP-VAULT,2026-06-03T00:00:00,2026-06-03T00:01:00",
    ]
    ledger.measured("outages", "service,component,down,up", rows, BOTH, "2026-01-01", "2026-10-31")
    (found,) = (one for one in ledger.proof("2026-11-05")["findings"] if one["rule"] == "AVM-101")
    assert found["witness"].endswith("down longest: SVC-LEDGER, as a whole")


def test_a_component_that_the_service_did_without_is_not_the_weakest(desk: Desk, write: Write) -> None:
    spare = "{redundant: [{component: CMP-VAULT}, {component: CMP-SPARE}]}"
    both = PARTS.replace("{component: CMP-VAULT}", f"{{series: [{spare}, {{component: CMP-LINE}}]}}")
    for name in ("SPARE", "LINE"):
        both += f"---\nkind: component\nreference: CMP-{name}\ntitle: {name.title()}\npurpose: Carries the ledger\n"
    desk.must("apply", str(write("parts.yaml", both)))
    ledger = Ledger(desk, write)
    ledger.adopt(AGREEMENT, "SLA-0900")
    rows = ["CMP-VAULT,2026-02-01T00:00:00,2026-09-01T00:00:00", "CMP-LINE,2026-05-03T00:00:00,2026-05-13T00:00:00"]
    form = OUTAGES.replace("[CMP-VAULT]", "[CMP-VAULT, CMP-SPARE, CMP-LINE]")
    ledger.measured("outages", "component,down,up", rows, form, "2026-01-01", "2026-10-31")
    (found,) = (one for one in ledger.proof("2026-11-05")["findings"] if one["rule"] == "AVM-101")
    assert found["witness"].endswith("down longest: CMP-LINE Line")


# What cannot be


@pytest.mark.parametrize("period", ["0001", "0001-W01", "365d-0001-03-01", "1899", "3000-Q1", "9999-12"])
@pytest.mark.parametrize("about", [["SLA-0900"], ["--availability", "SVC-LEDGER"]])
def test_a_period_of_which_no_report_can_look_back_is_refused_with_the_years_that_can(
    desk: Desk, period: str, about: list[str]
) -> None:
    said = desk.type("report", *about, "--period", period, day=YEAR_END)
    assert said.code == 1
    assert f"'{period}' lies outside the years 1900 to 2999" in said.words


def test_a_measured_value_beyond_every_target_is_refused_with_its_line(adopted: Callable[[str], Ledger]) -> None:
    ledger = adopted(AGREEMENT)
    form = "reads: measurements\nsource: meter\nzone: Etc/UTC\ntimes: iso\nmoments: {at: at}\n"
    form += "columns: {service: service, measure: measure, value: value}\n"
    rows = ["bytes,2026-10-05T00:00:00,1000000000000", "bytes,2026-10-06T00:00:00,1000000000001"]
    rows += ["bytes,2026-10-07T00:00:00,-9e300"]
    file = ledger.write("meter.csv", "\n".join(["service,measure,at,value", *(f"SVC-LEDGER,{row}" for row in rows)]))
    said = ledger.type(
        "measure", "measurements", str(file), "--mapping", str(ledger.write("m.yaml", form)), day=YEAR_END
    )
    assert said.code == 1
    assert said.words.count("lies beyond 1,000,000,000,000, up to which targets are stated") == 2
