"""Words of a report: what it says of months without data, of times when nothing was agreed and of breaks, and its forecasts."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from desk import INGRID, Desk
from documents.test_pages import text_of
from ledger import AGREEMENT, INCIDENTS, PARTS, Ledger
from sdflow.adapters.pages import Pages
from sdflow.bootstrap import content_folder, open_workspace
from sdflow.domain.period import Period
from sdflow.engine.letterhead import Organisation, letterhead
from sdflow.engine.report_document import report_view
from sdflow.operations.report import service_report

Write = Callable[[str, str], Path]
AVAILABILITY = "targets.availability"
DAY = "2026-12-31"
MONEY = AGREEMENT.replace(
    "  restore:", "  reliability: {longest_minutes: 120, breaks: 2, period: month}\n  restore:"
).replace(
    "purpose: What",
    """charges:
  fee: {title: Fee, amount: '100.00', currency: EUR, per: month}
credits:
  of: fee
  bands:
    down: {clause: targets.availability, below: 99, percent: 50}
purpose: What""",
)
CAUSED = """
reads: outages
source: causes
zone: Etc/UTC
times: iso
columns: {component: component, cause: cause}
moments: {since: down, until: up}
covers: {from: FIRST, until: LAST, of: [CMP-VAULT]}
"""
SECURE = INCIDENTS.replace("cause: cause}", "cause: cause, security: security}")
EVIL = "=cmd|' /C calc'!A0"


@pytest.fixture
def ledger(desk: Desk, write: Write) -> Ledger:
    desk.must("apply", str(write("parts.yaml", PARTS)))
    found = Ledger(desk, write)
    found.adopt(MONEY, "SLA-0900")
    return found


def said(ledger: Ledger, period: str, day: str = DAY) -> str:
    return ledger.type("report", "SLA-0900", "--period", period, day=day).words


def told(ledger: Ledger, period: str, day: str = DAY) -> dict[str, Any]:
    words = ledger.type("report", "SLA-0900", "--period", period, "--json", day=day)
    (found,) = words.data["agreements"]
    return dict(found)


def page(ledger: Ledger, period: str, day: str = DAY) -> str:
    """What the PDF says, as running text."""
    report = service_report(
        open_workspace(ledger.desk.folder), date.fromisoformat(day), Period.parsed(period), "SLA-0900"
    )
    view = report_view(report) | letterhead(Organisation("Northgate"), report.as_of, "sdflow")
    html = Pages([content_folder() / "documents"]).html("service_report", view)
    return " ".join(text_of(html).replace("\xa0", " ").split())


# Money


def test_a_month_without_data_has_no_credit_of_nothing_and_the_quarter_is_at_least_what_is_known(
    ledger: Ledger,
) -> None:
    ledger.outages("2026-01-01", "2026-01-31", "2026-01-10T00:00:00,2026-01-11T00:00:00")
    ledger.outages("2026-02-01", "2026-02-28")
    words, paper = said(ledger, "2026-Q1"), page(ledger, "2026-Q1")
    assert "2026-01: 50 % of fee: EUR 50.00" in words
    assert "2026-02: nothing is due" in words
    assert "2026-03: no data" in words
    assert "in all: at least EUR 50.00" in words
    assert "All months that are over at least EUR 50.00" in paper
    assert "2026-03 no data no data of" in paper


def test_months_that_are_not_over_say_so(ledger: Ledger) -> None:
    ledger.outages("2026-10-01", "2026-11-04")
    words, paper = said(ledger, "2026-Q4", "2026-11-04"), page(ledger, "2026-Q4", "2026-11-04")
    assert "not over: 2026-11, 2026-12" in words
    assert "2026-11 not over" in paper
    assert [one["standing"] for one in told(ledger, "2026-Q4", "2026-11-04")["money"]["credits"]] == ["nothing is due"]


def test_a_period_before_the_agreement_began_says_that_it_did_not_hold(ledger: Ledger) -> None:
    words, paper = said(ledger, "2025-12"), page(ledger, "2025-12")
    assert "It held on no day of this period: it holds from 1 January 2026 on" in words
    assert "2025-12: the agreement did not hold" in words
    assert "Not in force. This agreement held on no day of 2025-12" in paper
    assert not re.search(r"(?<!\d)0\.00", paper)
    after = said(ledger, "2027-01", "2027-02-05")
    assert "it held until 31 December 2026" in after
    assert not told(ledger, "2026-03")["not_held"]


def test_no_consequence_is_due_of_a_month_that_runs(desk: Desk, write: Write) -> None:
    desk.must("apply", str(write("parts.yaml", PARTS)))
    ledger = Ledger(desk, write)
    plan = "consequences:\n  plan: {clause: targets.availability, periods: 1, what: A plan of improvement}\nscope:"
    ledger.adopt(AGREEMENT.replace("scope:", plan), "SLA-0900")
    ledger.outages("2026-01-01", "2026-01-20", "2026-01-10T00:00:00,2026-01-14T00:00:00")
    assert told(ledger, "2026-01", "2026-01-20")["consequences"] == []
    assert [one["key"] for one in told(ledger, "2026-01", "2026-02-01")["consequences"]] == ["plan"]


# Breaks and their causes


def test_breaks_are_told_as_breaks_and_the_longest_one_has_its_own_cause(ledger: Ledger) -> None:
    lines = [
        "CMP-VAULT,full disc,2026-01-05T00:00:00,2026-01-05T09:00:00",
        "CMP-VAULT,digger,2026-01-12T00:00:00,2026-01-12T00:30:00",
        "CMP-VAULT,power,2026-01-13T00:00:00,2026-01-13T00:20:00",
    ]
    ledger.measured("outages", "component,cause,down,up", lines, CAUSED, "2026-01-01", "2026-01-31")
    words, paper = said(ledger, "2026-01"), page(ledger, "2026-01")
    sentence = "1 of 3 breaks took more than the target leaves open, by itself"
    assert sentence in words
    assert sentence in paper
    assert "1 of 3 breaks was longer" in paper
    breaches = {one["attained"]["clause"]: one for one in told(ledger, "2026-01")["breaches"]}
    causes = {clause: {each["cause"] for each in one["causes"]} for clause, one in breaches.items()}
    assert causes[AVAILABILITY] == {"full disc", "digger", "power"}
    assert causes["targets.reliability.longest_minutes"] == {"full disc"}
    quarter = said(ledger, "2026-Q1")
    assert "missed in 1 month" in quarter
    assert "1 of 3 cases" not in quarter


# Incidents


def test_that_no_incident_hurt_security_is_said_only_where_the_log_says_which_do(ledger: Ledger) -> None:
    ledger.incidents("2026-01-01", "2026-01-31", ("2026-01-05", 1, "disc"))
    assert "incidents that hurt confidentiality or integrity: no data" in said(ledger, "2026-01")
    assert "not every file says which incidents do" in page(ledger, "2026-01")
    row = "I-9,SVC-LEDGER,P1,disc,False,2026-02-05T01:00:00,2026-02-05T02:00:00"
    head = "number,service,priority,cause,security,reported,resolved"
    ledger.measured("incidents", head, [row], SECURE, "2026-02-01", "2026-02-28")
    assert "no incident hurt confidentiality or integrity" in said(ledger, "2026-02")
    assert "No incident hurt confidentiality or integrity in 2026-02" in page(ledger, "2026-02")


def test_a_priority_without_a_time_is_said_to_count_in_none(ledger: Ledger) -> None:
    rows = [
        f"I-{priority},SVC-LEDGER,{priority},x,2026-01-05T01:00:00,2026-01-05T02:00:00" for priority in ("P1", "P7")
    ]
    ledger.measured(
        "incidents", "number,service,priority,cause,reported,resolved", rows, INCIDENTS, "2026-01-01", "2026-01-31"
    )
    assert "incidents of these priorities count in no target of a time: P7" in said(ledger, "2026-01")
    assert "No time is agreed for P7" in page(ledger, "2026-01")


def test_a_note_and_how_it_was_counted_stand_on_the_terminal(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    ledger.outages("2026-01-01", "2026-01-31", "2026-01-10T00:00:00,2026-01-10T01:00:00")
    ledger.outages("2026-02-01", "2026-02-28")
    words = said(ledger, "2026-Q1")
    assert "2 of 3 months have data" in words
    assert "How it was counted" in words
    assert "announced windows are left out of agreed time" in words


# Forecasts


def test_a_target_that_falls_month_by_month_is_forecast_to_be_missed(ledger: Ledger) -> None:
    for month in range(1, 8):
        last = Period.parsed(f"2026-{month:02}").last
        until = f"2026-{month:02}-10T{month:02}:00:00"
        ledger.outages(f"2026-{month:02}-01", str(last), f"2026-{month:02}-10T00:00:00,{until}")
    (line,) = [one for one in told(ledger, "2026-07", "2026-08-02")["targets"] if one["clause"] == AVAILABILITY]
    ahead = line["forecast"]
    assert (ahead["period"]["first_on"], ahead["measured"]) == ("2026-08-01", 7)
    assert 98.8 < float(ahead["figure"]) < 99
    assert ahead["missed_from"]["first_on"] == "2026-08-01"
    assert "2026-08 Availability: 98." in said(ledger, "2026-07", "2026-08-02")
    paper = page(ledger, "2026-07", "2026-08-02")
    assert "If it goes on like that" in paper
    assert "from 2026-08 on" in paper
    (early,) = [one for one in told(ledger, "2026-05", "2026-08-02")["targets"] if one["clause"] == AVAILABILITY]
    assert early["forecast"] is None, "five months are too few"


# Records that were given up


REVIEW = """
kind: service_review
reference: REV-0900
title: Review of the ledger
owner: PER-CARRICK
agreements: [SLA-0900]
customer: BU-HALVORSEN
period: 2026-01
planned_on: 2026-02-10
"""
COMPLAINT = """
kind: complaint
reference: CPL-0900
title: The ledger was slow
service: SVC-LEDGER
customer: BU-HALVORSEN
received_on: 2026-01-12
agreement: SLA-0900
gravity: minor
statement: It was slow all day.
owner: PER-HADDAD
answer_due_on: 2026-01-20
"""


def test_reviews_that_were_called_off_and_complaints_that_were_withdrawn_are_told_so(ledger: Ledger) -> None:
    desk = ledger.desk
    desk.must("apply", str(ledger.write("records.yaml", f"{REVIEW}---{COMPLAINT}")), day="2026-01-12")
    assert "CPL-0900 The ledger was slow: received, minor, received on 12 Jan 2026; unanswered" in said(
        ledger, "2026-01", "2026-02-01"
    )
    desk.must("advance", "REV-0900", "call_off", day="2026-02-01")
    desk.must("amend", "CPL-0900", "--set", "withdrawn_because=It is better", day="2026-02-01")
    desk.must("advance", "CPL-0900", "withdraw", day="2026-02-01", person=INGRID)
    words, paper = said(ledger, "2026-01"), page(ledger, "2026-01")
    assert "REV-0900 Review of the ledger: called off" in words
    assert "CPL-0900 The ledger was slow: withdrawn" in words
    assert "Review : called off" in paper
    assert "planned on" not in paper


# Tables for programs


def test_no_cell_of_a_table_is_a_formula_of_somebody_else(ledger: Ledger, tmp_path: Path) -> None:
    rows = [f'"{EVIL}",SVC-LEDGER,P1,=1+1,2026-01-05T01:00:00,2026-01-06T01:00:00']
    ledger.measured(
        "incidents", "number,service,priority,cause,reported,resolved", rows, INCIDENTS, "2026-01-01", "2026-01-31"
    )
    for words in (("SLA-0900",), ("SVC-LEDGER", "--availability")):
        path = tmp_path / "table.csv"
        ledger.type("report", *words, "--period", "2026-01", "--csv", str(path), day=DAY)
        cells = [cell for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8"))) for cell in row]
        assert not [one for one in cells if one.startswith(("=", "+", "@"))]
    assert json.dumps(EVIL)[1:-1] in json.dumps(told(ledger, "2026-01")), "programs read what was written"

    bad = ledger.write("bad.csv", "number,service,priority,cause,reported,resolved\nI-1,SVC-NONE,P1,x,=1+1,\n")
    mapping = ledger.write("bad.map.yaml", INCIDENTS.replace("FIRST", "2026-01-01").replace("LAST", "2026-01-31"))
    refused = tmp_path / "refused.csv"
    ledger.type("measure", "incidents", str(bad), "--mapping", str(mapping), "--refused", str(refused), day=DAY)
    values = [row["value"] for row in csv.DictReader(io.StringIO(refused.read_text(encoding="utf-8")))]
    assert "'=1+1" in values


# The terminal


def test_a_terminal_of_eighty_columns_is_kept_and_no_path_is_broken_inside_a_word(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.outages("2026-01-01", "2026-01-31")
    monkeypatch.setenv("COLUMNS", "80")
    out = ledger.type("report", "SLA-0900", "--period", "2026-01", day=DAY).out
    assert max(map(len, out.splitlines())) <= 80
    cells = [line[4:26].strip() for line in out.splitlines()]
    place = cells.index("targets.reliability.")
    assert "".join(cells[place : place + 2]).startswith("targets.reliability.")
    assert all(
        one in ("", "breaks", "longest_minutes") or " " in one or "." in one for one in cells[place + 1 : place + 2]
    )
