"""What reports say of an agreement that nobody signed: what it would cost, and nothing that anybody owes by it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from desk import Desk
from documents.test_pages import text_of
from ledger import AGREEMENT, PARTS, SUPPORT, Ledger
from sdflow.adapters.pages import Pages
from sdflow.bootstrap import content_folder, open_workspace
from sdflow.domain.period import Period
from sdflow.engine.letterhead import Organisation, letterhead
from sdflow.engine.report_document import report_view
from sdflow.operations.availability_report import availability_report, availability_view
from sdflow.operations.report import service_report

Write = Callable[[str, str], Path]
DAY = "2026-04-02"
MONTH = "2026-03"
DRAFT = AGREEMENT.replace(
    "purpose: What",
    """charges:
  fee: {title: Fee, amount: '100.00', currency: EUR, per: month}
credits:
  of: fee
  bands:
    down: {clause: targets.availability, below: 99, percent: 50}
consequences:
  plan: {clause: targets.availability, periods: 1, what: The provider plans how it becomes better}
purpose: What""",
)


@pytest.fixture
def ledger(desk: Desk, write: Write) -> Ledger:
    """A vault that was down for a day of March, with an agreement and its supporter of which neither is signed."""
    desk.must("apply", str(write("parts.yaml", PARTS + "---" + DRAFT + "---" + SUPPORT)))
    found = Ledger(desk, write)
    found.outages("2026-03-01", "2026-03-31", "2026-03-10T00:00:00,2026-03-11T00:00:00")
    return found


def told(ledger: Ledger, period: str = MONTH) -> Any:
    (found,) = ledger.desk.must("report", "SLA-0900", "--period", period, "--json", day=DAY).data["agreements"]
    return found


def running(page: str) -> str:
    return " ".join(text_of(page).replace("\xa0", " ").split())


def printed(ledger: Ledger, template: str, view: dict[str, Any]) -> str:
    letter = letterhead(Organisation("Northgate"), date.fromisoformat(DAY), "sdflow")
    return running(Pages([content_folder() / "documents"]).html(template, view | letter))


def test_credits_and_what_follows_are_told_as_what_would_be_due(ledger: Ledger) -> None:
    words = ledger.desk.must("report", "SLA-0900", "--period", MONTH, day=DAY).words
    assert "nothing is due by an agreement that is not signed; were its draft agreed:" in words
    assert "2026-03: 50 % of fee: EUR 50.00 would be due" in words
    assert "would be due now, were it signed" in words
    assert "due now (" not in words
    money = told(ledger)["money"]
    assert (money["due"], money["would_be_due"]) == (None, "50")
    assert [one["standing"] for one in money["credits"]] == ["would be due"]


def test_the_page_owes_nothing_by_a_draft(ledger: Ledger) -> None:
    report = service_report(
        open_workspace(ledger.desk.folder), date.fromisoformat(DAY), Period.parsed(MONTH), "SLA-0900"
    )
    words = printed(ledger, "service_report", report_view(report))
    assert "Nothing is due. The agreement is not signed; what follows would be due if its draft were agreed." in words
    assert "Month Band Share Would be due" in words
    assert "nobody is bound to take it up, for the agreement is not signed" in words
    assert "What would follow, as drafted" in words
    assert "nobody has taken it up" not in words
    assert "OLA-0900 · not signed" in words


def test_a_month_without_a_credit_would_have_none(ledger: Ledger) -> None:
    ledger.outages("2026-02-01", "2026-02-28")
    words = ledger.desk.must("report", "SLA-0900", "--period", "2026-02", day=DAY).words
    assert "2026-02: nothing would be due" in words


def test_nobody_is_sent_to_improve_for_what_improve_does_not_look_at(ledger: Ledger) -> None:
    words = ledger.desk.must("report", "SLA-0900", "--period", MONTH, day=DAY).words
    assert "nobody is bound to take it up: the agreement is not signed" in words
    assert "sdflow improve" not in words
    assert "Nothing was found" in ledger.desk.must("improve", "SLA-0900", day=DAY).words


def test_a_miss_that_was_reached_again_is_no_longer_found_by_improve(desk: Desk, write: Write) -> None:
    desk.must("apply", str(write("parts.yaml", PARTS)))
    signed = Ledger(desk, write)
    signed.adopt(DRAFT, "SLA-0900")
    signed.outages("2026-03-01", "2026-03-31", "2026-03-10T00:00:00,2026-03-11T00:00:00")
    missed = desk.must("report", "SLA-0900", "--period", MONTH, day=DAY).words
    assert "nobody has taken it up; raise an item with: sdflow improve" in missed
    assert [one["improvable"] for one in told(signed)["breaches"]] == [True]
    signed.outages("2026-04-01", "2026-04-30")
    later = desk.must("report", "SLA-0900", "--period", MONTH, day="2026-05-03").words
    assert "nobody has taken it up; sdflow improve does not find it now, so write an item about it" in later
    assert signed.improve("2026-05-03") == []


def test_the_table_says_of_every_row_whether_it_is_agreed_and_begins_with_the_draft(
    ledger: Ledger, tmp_path: Path
) -> None:
    path = tmp_path / "march.csv"
    ledger.desk.must("report", "SLA-0900", "--period", MONTH, "--csv", str(path), day=DAY)
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    assert {one["signed"] for one in rows} == {"no"}
    assert min(one["period"] for one in rows) == "2025-12", "it was written down on 1 December 2025"


def test_the_availability_report_says_that_what_is_required_is_not_signed(ledger: Ledger) -> None:
    words = ledger.desk.must("report", "SVC-LEDGER", "--availability", "--period", MONTH, day=DAY).words
    assert "SLA-0900, which is not signed" in words
    assert "availability: 0 of 1 measured targets met, of 1 in all, 1 of them by a draft that nobody signed" in words
    report = availability_report(
        open_workspace(ledger.desk.folder), date.fromisoformat(DAY), Period.parsed(MONTH), "SVC-LEDGER"
    )
    assert report.services[0].unsigned == ("SLA-0900", "OLA-0900")
    page = printed(ledger, "availability_report", availability_view(report))
    assert "Not signed. No version of SLA-0900 is signed; these targets stand in a draft." in page
    assert "SLA-0900 (not signed) ·" in page


def test_periods_are_told_alike_everywhere_in_json(ledger: Ledger) -> None:
    found = told(ledger)
    (breach,) = [one for one in found["breaches"] if one["attained"]["clause"] == "targets.availability"]
    month = {"name": MONTH, "first_on": "2026-03-01", "last_on": "2026-03-31"}
    assert breach["attained"]["period"] == month
    assert found["money"]["credits"][0]["period"] == month


def test_what_only_a_draft_analysis_calls_vital_is_told_as_that(desk: Desk) -> None:
    words = desk.type("report", "SVC-EMAIL", "--availability", "--period", MONTH, day=DAY).words
    assert "Paying claims (by BIA-0001, which is not approved)" in words
    (found,) = desk.type("report", "SVC-EMAIL", "--availability", "--period", MONTH, "--json", day=DAY).data["services"]
    assert {one["approved"] for one in found["vital"]} == {False}
