"""What an earlier version promised stays what it was when a later one drops it, credits nothing more, or measures otherwise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desk import Desk
from ledger import AGREEMENT, LATER, PARTS, Ledger, agreed, changed, targets

Write = Callable[[str, str], Path]
RESTORE, AVAILABILITY = "targets.restore.P1", "targets.availability"
DOWN_IN_MARCH = "2026-03-02T00:00:00,2026-03-03T00:00:00"
MONEY = (
    "charges: {use: {title: Use, amount: 1000, currency: EUR, per: month}}\n"
    "credits: {of: use, bands: {low: {clause: targets.availability, below: 99, percent: 5}}}\n"
)


@pytest.fixture
def ledger(desk: Desk, write: Write) -> Ledger:
    desk.must("apply", str(write("parts.yaml", PARTS)))
    return Ledger(desk, write)


def money(ledger: Ledger, period: str) -> Any:
    report = ledger.desk.must("report", "SLA-0900", "--period", period, "--json", day=LATER).data
    return report["agreements"][0]["money"]


def test_months_that_were_missed_stay_missed_when_availability_is_measured_by_the_quarter(ledger: Ledger) -> None:
    agreed(ledger)
    ledger.in_force()
    ledger.outages("2026-01-01", "2026-12-31", DOWN_IN_MARCH)
    changed(ledger, "2026-07-16", "targets.availability.period=quarter")
    found = targets(ledger, "SLA-0900", "2026")[AVAILABILITY]
    assert (found["met"], found["missed"], found["tallied"]) == (False, 1, "periods")
    assert found["worst"].startswith("month 2026-03")
    assert "judged in each month or quarter, of which the worst is shown" in found["conventions"]
    assert targets(ledger, "SLA-0900", "2026-Q4")[AVAILABILITY]["met"] is True
    assert targets(ledger, "SLA-0900", "2026-Q1")[AVAILABILITY]["met"] is False
    assert "over the quarter 2026-Q3 to date" in targets(ledger, "SLA-0900", "2026-08")[AVAILABILITY]["conventions"]


def test_a_miss_that_nobody_took_up_is_not_forgotten_when_its_target_is_measured_otherwise(ledger: Ledger) -> None:
    agreed(ledger)
    ledger.in_force()
    ledger.outages("2026-01-01", "2026-12-31", DOWN_IN_MARCH)
    before = [one for one in ledger.found("2026-07-15", "SLM-029") if one[1] == AVAILABILITY]
    changed(ledger, "2026-07-16", "targets.availability.period=quarter")
    after = [one for one in ledger.found("2026-11-24", "SLM-029") if one[1] == AVAILABILITY]
    assert len(before) == len(after) == 1
    assert "2026-03" in after[0][2]


def test_a_clause_that_a_later_version_drops_is_told_in_the_year_and_until_when_it_held(ledger: Ledger) -> None:
    agreed(ledger)
    ledger.in_force()
    ledger.outages("2026-01-01", "2026-12-31", DOWN_IN_MARCH)
    ledger.incidents("2026-01-01", "2026-12-31", ("2026-07-03", 6, ""), ("2026-07-20", 6, ""), ("2026-09-03", 2, ""))
    changed(ledger, "2026-07-16", without=("targets.availability", RESTORE, "targets.restore"))
    year = targets(ledger, "SLA-0900", "2026")
    assert (year[AVAILABILITY]["met"], year[AVAILABILITY]["missed"]) == (False, 1)
    assert "promised until 15 July 2026" in year[AVAILABILITY]["conventions"]
    assert (year[RESTORE]["cases"], year[RESTORE]["missed"]) == (1, 1), "what came later was promised no time"
    assert set(targets(ledger, "SLA-0900", "2026-09")) == set()
    assert RESTORE in targets(ledger, "SLA-0900", "2026-07"), "a case of 3 July was promised a time"
    assert [one[1] for one in ledger.found("2026-11-24", "SLM-029")] == [AVAILABILITY, RESTORE]


def test_no_figure_of_a_dropped_clause_is_forecast(ledger: Ledger) -> None:
    agreed(ledger)
    ledger.in_force()
    ledger.outages("2026-01-01", "2026-12-31", DOWN_IN_MARCH)
    changed(ledger, "2026-09-16", "targets.restore.P1.percent=80", without=("targets.availability",))
    assert targets(ledger, "SLA-0900", "2026-08")[AVAILABILITY]["forecast"] is not None
    assert targets(ledger, "SLA-0900", "2026")[AVAILABILITY]["forecast"] is None


def test_the_month_of_a_dropped_credit_clause_is_credited_in_whatever_report(ledger: Ledger) -> None:
    agreed(ledger, AGREEMENT + MONEY)
    ledger.in_force()
    ledger.outages("2026-01-01", "2026-12-31", DOWN_IN_MARCH, "2026-09-02T00:00:00,2026-09-03T00:00:00")
    changed(ledger, "2026-07-16", without=("credits",))
    assert money(ledger, "2026-03")["due"] == "50"
    assert money(ledger, "2026")["due"] == "50"
    assert money(ledger, "2026-09") is None


def test_a_miss_of_a_target_that_a_later_version_drops_is_still_credited_in_the_year(ledger: Ledger) -> None:
    agreed(ledger, AGREEMENT + MONEY)
    ledger.in_force()
    ledger.outages("2026-01-01", "2026-12-31", DOWN_IN_MARCH)
    changed(ledger, "2026-07-16", without=("targets.availability", "credits"))
    assert (money(ledger, "2026-03")["due"], money(ledger, "2026")["due"]) == ("50", "50")


def test_credits_in_two_currencies_have_no_sum(ledger: Ledger) -> None:
    agreed(ledger, AGREEMENT + MONEY)
    ledger.in_force()
    ledger.outages("2026-01-01", "2026-12-31", DOWN_IN_MARCH, "2026-09-02T00:00:00,2026-09-03T00:00:00")
    changed(ledger, "2026-07-16", "charges.use.currency=GBP")
    found = money(ledger, "2026")
    told = {one["period"]["first_on"][:7]: (one["currency"], one["due"]["amount"]) for one in found["credits"]}
    assert (told["2026-03"], told["2026-09"]) == (("EUR", "50"), ("GBP", "50"))
    assert found["due"] is None
    words = ledger.desk.must("report", "SLA-0900", "--period", "2026", day=LATER).words
    assert [name for name in ("EUR 50.00", "GBP 50.00", "in all") if name in words] == ["EUR 50.00", "GBP 50.00"]
