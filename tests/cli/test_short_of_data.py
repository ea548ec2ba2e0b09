"""Short of data: what cannot be tested is written down all the same, for a reason, and closed by somebody else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desk import HELEN, INGRID, Desk
from ledger import AGREEMENT, PARTS, Ledger

Write = Callable[[str, str], Path]
WHY = "it was missed in its first month, so there is nothing before"
SHORT = ("--short-of-data", WHY)
MOSS = """
kind: person
reference: PER-MOSS
title: Ida Moss
organisation: TEAM-NORTHGATE
roles: {finance_manager: {since: 2025-01-01}}
"""


@pytest.fixture
def ledger(desk: Desk, write: Write) -> Ledger:
    desk.must("apply", str(write("parts.yaml", PARTS)))
    found = Ledger(desk, write)
    found.adopt(AGREEMENT, "SLA-0900")
    return found


def month(ledger: Ledger, number: int, late: int, cases: int = 4) -> None:
    """A month of which the desk tells so many cases, so many of which took longer than the four hours."""
    days = {2: 28, 4: 30, 6: 30}.get(number, 31)
    first = f"2026-{number:02}"
    taken = [(f"{first}-{day + 1:02}", 6 if day < late else 2, "") for day in range(cases)]
    ledger.incidents(f"{first}-01", f"{first}-{days}", *taken)


def amend(ledger: Ledger, day: str, *clauses: str) -> None:
    ledger.desk.must("amend", "SIP-0001", *(word for one in clauses for word in ("--set", one)), day=day)


def raised(ledger: Ledger, done_on: str) -> None:
    """The item of the missed January, with an action that was done on a day."""
    ledger.improve("2026-02-02")
    amend(ledger, "2026-03-01", "actions.shift.what=A second shift", f"actions.shift.done_on={done_on}")


def missed_in_its_first_month(ledger: Ledger) -> None:
    """Half of January's four cases are late; the action was done on its last day, and every case of February is in time."""
    month(ledger, 1, late=2)
    month(ledger, 2, late=0)
    raised(ledger, "2026-01-31")


def judge(ledger: Ledger, *more: str, day: str = "2026-03-02") -> Any:
    said = ledger.type("judge", "SIP-0001", "--json", *more, day=day)
    assert said.code == 0, said.words
    return said.data["judged"]["found"]


def measured(ledger: Ledger) -> Any:
    return ledger.item("SIP-0001")["kpi"].get("measured")


def refused(ledger: Ledger, *more: str, day: str = "2026-03-02") -> str:
    said = ledger.type("judge", "SIP-0001", *more, day=day)
    assert said.code == 1, said.words
    assert measured(ledger) is None
    return said.words


def test_without_a_reason_too_little_data_writes_nothing_and_says_how_it_can_be(ledger: Ledger) -> None:
    missed_in_its_first_month(ledger)
    words = ledger.desk.must("judge", "SIP-0001", day="2026-03-02").words
    assert "Not enough data: 0 cases before, 4 after; Fisher's exact test is asked from 20 of each on" in words
    assert "100 was measured after its actions" in words
    assert "sdflow judge SIP-0001 --short-of-data REASON" in words
    assert measured(ledger) is None


def test_for_a_reason_the_value_is_written_down_with_what_is_lacking(ledger: Ledger) -> None:
    missed_in_its_first_month(ledger)
    found = judge(ledger, *SHORT)
    assert (found["before"], found["after"], found["p"], found["better"]) == (0, 4, None, False)
    said = measured(ledger)
    assert (said["value"], said["on"]) == ("100", "2026-02-28")
    assert said["how"] == (
        f"Fisher's exact test: not enough data, 0 cases before, 4 after, of which it takes 20 each; {WHY}"
    )
    assert found["result"] == said
    last = ledger.desk.must("history", "SIP-0001", "--json").data[-1]["act"]
    assert (last["verb"], last["reason"]) == ("judge", f"measured after its actions, short of data: {WHY}")
    assert WHY in ledger.desk.must("history", "SIP-0001").words


def test_figures_of_periods_are_told_by_their_median(ledger: Ledger) -> None:
    lines = ("2026-01-03T00:00:00,2026-01-03T12:00:00", "2026-03-05T00:00:00,2026-03-05T03:43:12")
    ledger.outages("2026-01-01", "2026-05-31", *lines, "2026-04-05T00:00:00,2026-04-05T07:12:00")
    raised(ledger, "2026-02-10")
    found = judge(ledger, *SHORT, day="2026-06-02")
    assert (found["before"], found["after"], found["counted"]) == (1, 3, "periods")
    said = measured(ledger)
    assert (said["value"], said["on"]) == ("99.5", "2026-05-31"), "99.5, 99 and 100 per cent"
    assert "Mann–Whitney U test: not enough data, 1 period before, 3 after, of which it takes 4 each" in said["how"]


def test_a_dry_run_shows_the_value_and_stores_nothing(ledger: Ledger) -> None:
    missed_in_its_first_month(ledger)
    assert judge(ledger, *SHORT, "--dry-run")["result"]["value"] == "100"
    words = ledger.desk.must("judge", "SIP-0001", *SHORT, "--dry-run", day="2026-03-02").words
    assert ("100: Fisher's exact test: not enough data" in words, "Nothing was stored" in words) == (True, True)
    assert measured(ledger) is None


@pytest.mark.parametrize("reason", ["", "  ", "x" * 301])
def test_a_reason_says_something_and_fits_into_a_line(ledger: Ledger, reason: str) -> None:
    missed_in_its_first_month(ledger)
    assert "reason" in refused(ledger, "--short-of-data", reason)
    judge(ledger, "--short-of-data", "x" * 300)
    assert len(measured(ledger)["how"]) < 500


def test_where_nothing_was_measured_after_the_actions_no_reason_helps(ledger: Ledger) -> None:
    month(ledger, 1, late=2)
    month(ledger, 2, late=0)
    raised(ledger, "2026-02-10")
    words = ledger.desk.must("judge", "SIP-0001", day="2026-03-02").words
    assert ("Not enough data" in words, "--short-of-data" in words) == (True, False)
    for more in (SHORT, (*SHORT, "--dry-run")):
        assert "nothing was measured after its actions" in refused(ledger, *more)


def test_a_month_that_is_not_over_is_no_period_after(ledger: Ledger) -> None:
    missed_in_its_first_month(ledger)
    assert "nothing was measured after its actions" in refused(ledger, *SHORT, day="2026-02-27")


def test_the_baseline_itself_is_no_period_after_actions_that_were_done_before_it(ledger: Ledger) -> None:
    month(ledger, 1, late=2)
    raised(ledger, "2025-12-20")
    assert "nothing was measured after its actions" in refused(ledger, *SHORT)


def test_where_there_is_enough_data_it_is_tested_with_or_without_a_reason(ledger: Ledger) -> None:
    for number, late in ((1, 10), (2, 12), (4, 0), (5, 1)):
        month(ledger, number, late, cases=20)
    ledger.improve("2026-03-02")
    amend(ledger, "2026-03-10", "actions.shift.what=A second shift", "actions.shift.done_on=2026-03-10")
    words = ledger.desk.must("judge", "SIP-0001", *SHORT, day="2026-06-02").words
    assert "the reason was not needed and is not kept" in words
    how = measured(ledger)["how"]
    assert (how.startswith("Fisher's exact test, one-sided: 40 cases before, 40 after, p = "), WHY in how) == (
        True,
        False,
    )
    assert ledger.desk.must("history", "SIP-0001", "--json").data[-1]["act"]["reason"] == "measured after its actions"


def test_what_was_written_short_of_data_is_closed_by_the_verifier_and_not_by_who_judged(ledger: Ledger) -> None:
    missed_in_its_first_month(ledger)
    ledger.desk.must("apply", str(ledger.write("moss.yaml", MOSS)), day="2026-03-01")
    words = ("justification=x", "size=small", "priority=high", "kpi.review_on=2026-05-31", "owner=PER-HADDAD")
    action = ("actions.shift.who=PER-HADDAD", "actions.shift.due_on=2026-03-31")
    amend(ledger, "2026-03-01", *words, *action, "verifier=PER-HALVORSEN", "due_on=2026-05-31")
    taken = {"accept": HELEN, "assess": HELEN, "approve": "PER-MOSS", "start": HELEN, "deliver": HELEN}
    for step, person in taken.items():
        ledger.desk.must("advance", "SIP-0001", step, person=person, day="2026-03-01")
    ledger.desk.must("judge", "SIP-0001", *SHORT, person=INGRID, day="2026-03-02")
    said = ledger.type("advance", "SIP-0001", "close_met", person=INGRID, day="2026-03-02")
    assert (said.code, "Ingrid Halvorsen drafted it" in said.words) == (1, True)
    amend(ledger, "2026-03-02", "verifier=PER-MOSS")
    ledger.desk.must("apply", str(ledger.write("moss.yaml", AUDITING)), day="2026-03-02")
    ledger.desk.must("advance", "SIP-0001", "close_met", person="PER-MOSS", day="2026-03-02")


AUDITING = MOSS.replace("roles: {", "roles: {auditor: {since: 2025-01-01}, ")
