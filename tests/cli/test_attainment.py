"""Attainment: what was delivered is held against what was promised, and what was missed becomes one item."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from desk import HELEN, INGRID, OMAR, Desk
from ledger import AGREEMENT, PARTS, SUPPORT, Ledger

Write = Callable[[str, str], Path]
RESTORE, AVAILABILITY = "targets.restore.P1", "targets.availability"
MISSED = "missed target"


@pytest.fixture
def ledger(desk: Desk, write: Write) -> Ledger:
    desk.must("apply", str(write("parts.yaml", PARTS)))
    found = Ledger(desk, write)
    found.adopt(AGREEMENT, "SLA-0900")
    return found


def month(ledger: Ledger, number: int, late: int, cases: int = 4, cause: str = "") -> None:
    """A month of which the desk tells so many cases, so many of which took longer than the four hours."""
    days = {2: 28, 4: 30, 6: 30}.get(number, 31)
    first = f"2026-{number:02}"
    taken = [(f"{first}-{day + 1:02}", 6 if day < late else 2, cause if day < late else "") for day in range(cases)]
    ledger.incidents(f"{first}-01", f"{first}-{days}", *taken)


def test_without_any_measurement_nothing_is_said(ledger: Ledger) -> None:
    assert ledger.rules("2026-06-10") == []
    assert not any(
        fact["kind"].startswith(("target_att", "unanswered")) for fact in ledger.proof("2026-06-10")["facts"]
    )


def test_a_month_of_which_nobody_told_is_no_month_below_target(ledger: Ledger) -> None:
    ledger.outages("2026-01-01", "2026-01-31")
    assert ledger.rules("2026-06-10") == []


def test_a_month_below_target_is_a_warning_with_the_figure(ledger: Ledger) -> None:
    month(ledger, 1, late=1)
    assert ledger.rules("2026-01-31") == [], "January is not over yet"
    ((_, clause, message),) = ledger.found("2026-02-01", "SLM-301")
    assert clause == RESTORE
    assert "in 2026-01: 75 per cent, where 90 are promised; 1 of 4 cases missed it" in message
    month(ledger, 2, late=0)
    assert ledger.rules("2026-03-01") == []
    assert "was reached in 2026-02: 100 per cent" in str(ledger.proof("2026-03-01")["proven"])
    assert ledger.rules("2026-02-20") == ["SLM-301"], "what was known on a day is found for that day"


def test_the_third_month_on_end_is_a_breach(ledger: Ledger) -> None:
    for number in (1, 2, 3):
        month(ledger, number, late=2)
    assert ledger.found("2026-03-31", "SLM-302") == []
    ((_, clause, message),) = ledger.found("2026-04-01", "SLM-302")
    assert (clause, "in 3 periods on end, up to 2026-03" in message) == (RESTORE, True)
    assert ledger.found("2026-04-01", "SLM-301") == []
    ledger.desk.must("steps", "SLA-0900", day="2026-04-01")


def test_a_month_without_data_ends_the_row(ledger: Ledger) -> None:
    for number in (1, 2, 4):
        month(ledger, number, late=2)
    assert ledger.found("2026-05-01", "SLM-302") == []
    assert len(ledger.found("2026-05-01", "SLM-301")) == 1


def test_months_below_target_are_one_item_to_which_later_ones_are_added(ledger: Ledger) -> None:
    month(ledger, 1, late=1)
    assert ledger.improve("2026-02-02") == [("raised", "SIP-0001", RESTORE, MISSED)]
    assert ledger.improve("2026-02-03") == [("known", "SIP-0001", RESTORE, MISSED)]
    kpi = ledger.item("SIP-0001")["kpi"]
    assert (kpi["title"], kpi["unit"], kpi["direction"], kpi["target"]) == ("Restoration, P1", "per cent", "more", "90")
    assert kpi["baseline"] == {"value": "75", "on": "2026-01-31", "how": "1 of 4 cases missed it"}
    month(ledger, 2, late=2)
    month(ledger, 3, late=3)
    assert ledger.improve("2026-03-02") == [("appended", "SIP-0001", RESTORE, MISSED)]
    assert ledger.improve("2026-04-02") == [("appended", "SIP-0001", RESTORE, MISSED)]
    assert ledger.improve("2026-04-03") == [("known", "SIP-0001", RESTORE, MISSED)]
    content = ledger.item("SIP-0001")
    seen = [(one["value"], one["measured_on"], one["cases"], one["missed"]) for one in content["occurrences"].values()]
    assert seen == [("75", "2026-01-31", 4, 1), ("50", "2026-02-28", 4, 2), ("25", "2026-03-31", 4, 3)]
    assert content["kpi"]["baseline"]["value"] == "75", "the first measured value stays the baseline"


def test_three_periods_on_end_below_a_target_bring_the_review_of_the_agreement_forward(ledger: Ledger) -> None:
    ledger.in_force()
    for number in (1, 2):
        month(ledger, number, late=2)
        ledger.improve(f"2026-0{number + 1}-02")
    assert review(ledger, "2026-03-03")[0] == "2027-01-01", "two months below are work for the programme"
    month(ledger, 3, late=2)
    assert ledger.improve("2026-04-02") == [("appended", "SIP-0001", RESTORE, MISSED)]
    due, why = review(ledger, "2026-04-03")
    assert due == "2026-05-02"
    assert "it was below a target for three periods on end (SIP-0001, 2 April 2026)" in why
    for step in ("start_review", "confirm"):
        ledger.desk.must("advance", "SLA-0900", step, day="2026-04-20")
    assert review(ledger, "2026-04-21")[0] == "2027-04-20", "it was looked at"
    month(ledger, 4, late=2)
    ledger.improve("2026-05-04")
    assert review(ledger, "2026-05-05")[0] == "2026-06-03", "and what was decided did not help"


def test_who_looks_only_after_three_months_brings_the_review_forward_as_well(ledger: Ledger) -> None:
    ledger.in_force()
    for number in (1, 2, 3):
        month(ledger, number, late=2)
    assert ledger.improve("2026-04-02") == [("raised", "SIP-0001", RESTORE, MISSED)]
    assert review(ledger, "2026-04-03")[0] == "2026-05-02"


def review(ledger: Ledger, day: str) -> tuple[str, str]:
    """When the agreement's review is due, and why."""
    lines = ledger.desk.must("agenda", "--days", "800", "--json", day=day).data["lines"]
    (found,) = (one for one in lines if (one["reference"], one["obligation"]) == ("SLA-0900", "review"))
    return found["due_on"], found["reason"]


def test_a_cause_that_comes_back_is_an_item_of_its_own(ledger: Ledger) -> None:
    month(ledger, 1, late=1, cause="full disk")
    month(ledger, 2, late=1, cause="full disk")
    assert ledger.found("2026-03-02", "SLM-303") == []
    month(ledger, 3, late=1, cause="full disk")
    ((_, clause, message),) = ledger.found("2026-04-02", "SLM-303")
    assert clause == RESTORE
    assert "3 incidents missed it with the same cause, full disk" in message
    causes = {cause for _, _, _, cause in ledger.improve("2026-04-02")}
    assert causes == {MISSED, "recurring cause: full disk"}


def test_a_miss_that_nobody_takes_up_is_a_breach_after_thirty_days(ledger: Ledger) -> None:
    month(ledger, 1, late=1)
    month(ledger, 2, late=0)
    assert "SLM-029" not in ledger.rules("2026-03-02")
    ((_, clause, message),) = ledger.found("2026-03-03", "SLM-029")
    assert (clause, "missed in 2026-01" in message) == (RESTORE, True)


def test_an_item_or_an_acceptance_answers_a_miss(ledger: Ledger) -> None:
    month(ledger, 1, late=1)
    ledger.improve("2026-02-02")
    assert "SLM-029" not in ledger.rules("2026-03-20")
    give_up(ledger, OMAR)
    assert "SLM-029" not in ledger.rules("2026-03-20"), "what was looked at and given up is no silence"
    assert "SIP-0001" in ledger.desk.must("report", "SLA-0900", "--period", "2026-01", day="2026-03-20").out


def test_an_item_that_is_given_up_answers_nothing_that_is_missed_afterwards(ledger: Ledger) -> None:
    month(ledger, 1, late=1)
    month(ledger, 2, late=1)
    ledger.improve("2026-02-02")
    give_up(ledger, OMAR)
    assert "SLM-029" in ledger.rules("2026-04-10"), "February was missed after it"
    assert (
        "nobody has taken it up" in ledger.desk.must("report", "SLA-0900", "--period", "2026-02", day="2026-04-10").out
    )
    assert ledger.improve("2026-04-10")[0][:2] == ("raised", "SIP-0002")
    assert "SLM-029" not in ledger.rules("2026-04-10")


def test_who_raised_an_item_accepts_nothing_by_giving_it_up(ledger: Ledger) -> None:
    month(ledger, 1, late=1)
    ledger.improve("2026-02-02")
    give_up(ledger, HELEN)
    assert "SLM-029" in ledger.rules("2026-03-20")
    assert (
        "nobody has taken it up" in ledger.desk.must("report", "SLA-0900", "--period", "2026-01", day="2026-03-20").out
    )


def give_up(ledger: Ledger, person: str) -> None:
    ledger.desk.must("amend", "SIP-0001", "--set", "closure_reason=The desk was at fault.", day="2026-02-05")
    ledger.desk.must("advance", "SIP-0001", "cancel", day="2026-02-05", person=person)


def test_a_waived_miss_is_answered(ledger: Ledger) -> None:
    month(ledger, 1, late=1)
    words = ("--reason", "a strike", "--owner", OMAR, "--until", "2026-06-30", "--clause", RESTORE)
    waiver = ledger.desk.must("waive", "SLA-0900", "SLM-301", *words, "--json", day="2026-02-02").data["reference"]
    assert "SLM-029" in ledger.rules("2026-03-20"), "what is proposed answers nothing"
    ledger.desk.must("advance", waiver, "approve", person=OMAR, day="2026-02-03")
    assert "SLM-029" not in ledger.rules("2026-03-20")


def test_more_promised_than_was_delivered_in_a_year_is_a_warning_with_the_figure(ledger: Ledger) -> None:
    ledger.outages("2026-01-01", "2026-09-30", "2026-05-03T00:00:00,2026-05-07T09:36:00")
    ((_, clause, message),) = ledger.found("2026-10-05", "AVM-101")
    assert clause == AVAILABILITY
    shown = round(100 * (1 - 105.6 / (273 * 24)) - 0.0000005, 6)
    assert f"99 % are promised, and {shown} % were delivered" in message
    assert ledger.found("2026-03-05", "AVM-101") == [], "what is watched for two months says little of a year"


def test_a_supporter_that_missed_its_own_target_in_the_month_is_named(ledger: Ledger) -> None:
    ledger.adopt(SUPPORT, "OLA-0900")
    ledger.outages("2026-01-01", "2026-02-28", "2026-01-03T00:00:00,2026-01-03T12:00:00")
    ((_, clause, message),) = ledger.found("2026-02-05", "SLM-307")
    assert clause == AVAILABILITY
    assert "OLA-0900 Keeping the vault missed its own target in 2026-01" in message
    assert ledger.found("2026-03-05", "SLM-307") == []


def test_what_was_missed_stops_no_step(ledger: Ledger) -> None:
    for number in (1, 2, 3):
        month(ledger, number, late=2)
    ledger.desk.must("advance", "SLA-0900", "revise", day="2026-04-02")
    for one in ledger.desk.must("steps", "SLA-0900", "--json", day="2026-04-02").data["steps"]:
        assert "SLM-302" not in str(one)
    assert [one[0] for one in ledger.found("2026-04-02", "SLM-302")] == ["SLM-302"]


def test_what_a_draft_would_promise_is_not_missed_yet(desk: Desk, write: Write) -> None:
    desk.must("apply", str(write("all.yaml", f"{PARTS}---{AGREEMENT}")))
    ledger = Ledger(desk, write)
    month(ledger, 1, late=3)
    assert ledger.rules("2026-04-02") == []


def years(ledger: Ledger, before: tuple[int, int], after: tuple[int, int], cases: int = 10) -> None:
    """Two months before and two after an action of the first days of March: so many of the cases late in each."""
    for number, late in zip((1, 2, 4, 5), (*before, *after), strict=True):
        month(ledger, number, late, cases)


def done(ledger: Ledger) -> None:
    """The item that the missed months raised, with an action that was done in March."""
    ledger.improve("2026-03-02")
    clauses = ("actions.shift.what=A second shift", "actions.shift.done_on=2026-03-10")
    ledger.desk.must("amend", "SIP-0001", *(word for one in clauses for word in ("--set", one)), day="2026-03-10")


def test_what_came_of_an_item_is_told_by_a_test_and_written_down(ledger: Ledger) -> None:
    years(ledger, (5, 6), (0, 1))
    done(ledger)
    judged = ledger.type("judge", "SIP-0001", "--dry-run", "--json", day="2026-06-02").data["judged"]
    assert (judged["found"]["before"], judged["found"]["after"], judged["found"]["better"]) == (20, 20, True)
    assert "measured" not in ledger.item("SIP-0001")["kpi"]
    words = ledger.desk.must("judge", "SIP-0001", day="2026-06-02").words
    assert "Fisher's exact test, one-sided: 20 cases before, 20 after" in words
    measured = ledger.item("SIP-0001")["kpi"]["measured"]
    assert (measured["value"], measured["on"]) == ("95", "2026-05-31")
    assert "p = 0.0007" in measured["how"], "hypergeometric tail of 19 or 20 of the 28 that were met"
    assert ledger.desk.must("show", "SIP-0001", "--json").data["record"]["state"] == "raised", "it closes nothing"


def test_below_the_minimum_nothing_is_said(ledger: Ledger) -> None:
    years(ledger, (5, 6), (0, 0), cases=9)
    done(ledger)
    words = ledger.desk.must("judge", "SIP-0001", day="2026-06-02").words
    assert "Not enough data" in words
    assert "18 cases before, 18 after" in words
    assert "measured" not in ledger.item("SIP-0001")["kpi"]


def test_an_improvement_that_may_be_chance_is_called_so(ledger: Ledger) -> None:
    years(ledger, (3, 3), (2, 3))
    done(ledger)
    ledger.desk.must("judge", "SIP-0001", day="2026-06-02")
    assert "not shown to be better" in ledger.item("SIP-0001")["kpi"]["measured"]["how"]


def test_what_is_not_done_is_not_judged(ledger: Ledger) -> None:
    years(ledger, (5, 6), (0, 0))
    ledger.improve("2026-03-02")
    said = ledger.type("judge", "SIP-0001", day="2026-06-02")
    assert (said.code, "actions that are not done, or none at all" in said.words) == (1, True)
    said = ledger.type("judge", "SLA-0900", day="2026-06-02")
    assert (said.code, "is no improvement item" in said.words) == (1, True)


@pytest.mark.parametrize(
    "change",
    [
        ("--remove", "occurrences.o1"),
        ("--set", "occurrences.o1.value=99"),
        ("--set", "cause=something else"),
        ("--set", "target=targets.availability"),
        ("--set", "kpi.baseline.value=10"),
        ("--set", "kpi.target=80"),
    ],
)
def test_what_was_found_and_measured_stays_in_the_item_that_it_raised(ledger: Ledger, change: tuple[str, str]) -> None:
    month(ledger, 1, late=2)
    ledger.improve("2026-02-02")
    said = ledger.type("amend", "SIP-0001", *change, day="2026-02-03")
    assert (said.code, "can no longer be changed" in said.words) == (1, True)


def test_there_is_one_open_item_for_a_clause_and_a_cause(ledger: Ledger, write: Write) -> None:
    month(ledger, 1, late=2)
    ledger.improve("2026-02-02")
    second = write("second.yaml", SECOND)
    said = ledger.type("apply", str(second), day="2026-02-03")
    assert (said.code, "SIP-0001" in said.words, "is about the same already" in said.words) == (2, True, True)
    ledger.desk.must("apply", str(write("other.yaml", SECOND.replace(MISSED, "a shift too few"))), day="2026-02-03")
    said = ledger.type("amend", "SIP-0900", "--set", f"cause={MISSED}", day="2026-02-03")
    assert (said.code, "SIP-0001" in said.words) == (2, True)
    give_up(ledger, OMAR)
    ledger.desk.must("apply", str(second), day="2026-02-06")
    assert ledger.improve("2026-02-06")[0][:2] == ("appended", "SIP-0900")


SECOND = f"""
kind: improvement
reference: SIP-0900
title: The same again
origin: idea
raised_on: 2026-02-03
record: SLA-0900
target: {RESTORE}
cause: {MISSED}
statement: It has to become better.
"""


def verifying(ledger: Ledger) -> None:
    """The item of the missed months, its action done and delivered."""
    done(ledger)
    words = ["justification=x", "size=small", "priority=high", "kpi.review_on=2026-05-31", "owner=PER-HADDAD"]
    words += ["verifier=PER-HALVORSEN", "due_on=2026-05-31"]
    words += ["actions.shift.who=PER-HADDAD", "actions.shift.due_on=2026-03-31"]
    ledger.desk.must("apply", str(ledger.write("moss.yaml", MOSS)), day="2026-03-11")
    ledger.desk.must("amend", "SIP-0001", *(word for one in words for word in ("--set", one)), day="2026-03-11")
    for step, person in (
        ("accept", HELEN),
        ("assess", HELEN),
        ("approve", "PER-MOSS"),
        ("start", HELEN),
        ("deliver", HELEN),
    ):
        ledger.desk.must("advance", "SIP-0001", step, day="2026-03-11", person=person)


MOSS = """
kind: person
reference: PER-MOSS
title: Ida Moss
organisation: TEAM-NORTHGATE
roles: {finance_manager: {since: 2025-01-01}}
"""


def guess(ledger: Ledger, value: str) -> None:
    words = (f"kpi.measured.value={value}", "kpi.measured.on=2026-05-31", "kpi.measured.how=guessed")
    ledger.desk.must("amend", "SIP-0001", *(word for one in words for word in ("--set", one)), day="2026-06-02")


def test_what_is_measured_is_not_closed_on_a_value_that_somebody_typed(ledger: Ledger) -> None:
    years(ledger, (5, 6), (0, 0))
    verifying(ledger)
    guess(ledger, "99.9")
    said = ledger.type("advance", "SIP-0001", "close_met", person=INGRID, day="2026-06-02")
    assert (said.code, "kpi.measured was written by hand" in said.words, "sdflow judge" in said.words) == (
        1,
        True,
        True,
    )
    ledger.desk.must("judge", "SIP-0001", day="2026-06-02")
    guess(ledger, "100")
    assert ledger.type("advance", "SIP-0001", "close_met", person=INGRID, day="2026-06-02").code == 1
    ledger.desk.must("judge", "SIP-0001", day="2026-06-02")
    ledger.desk.must("advance", "SIP-0001", "close_met", person=INGRID, day="2026-06-02")


PLAN = "consequences: {plan: {clause: targets.availability, periods: 1, what: Service improvement plan}}\n"


def test_what_was_agreed_to_follow_from_one_month_is_due_and_part_of_the_same_item(desk: Desk, write: Write) -> None:
    desk.must("apply", str(write("parts.yaml", PARTS)))
    ledger = Ledger(desk, write)
    ledger.adopt(AGREEMENT + PLAN, "SLA-0900")
    ledger.outages("2026-01-01", "2026-02-28", "2026-01-03T00:00:00,2026-01-03T12:00:00")
    ((_, clause, message),) = ledger.found("2026-02-02", "SLM-304")
    assert (clause, "Service improvement plan" in message) == (AVAILABILITY, True)
    assert ledger.improve("2026-02-02") == [("raised", "SIP-0001", AVAILABILITY, MISSED)]
    item = ledger.item("SIP-0001")
    assert "Service improvement plan" in item["occurrences"]["o1"]["statement"]
    assert item["kpi"]["baseline"]["value"] == "98.387096"
    assert ledger.rules("2026-03-02") == []


SUSPENSION = """consequences:
  suspension: {clause: components.vault.availability, below: 80, periods: 3, what: Suspension}
"""


def test_what_a_supporter_agreed_to_follow_is_an_item_about_its_agreement(desk: Desk, write: Write) -> None:
    desk.must("apply", str(write("parts.yaml", PARTS)))
    ledger = Ledger(desk, write)
    ledger.adopt(AGREEMENT, "SLA-0900")
    ledger.adopt(SUPPORT + SUSPENSION, "OLA-0900")
    eight = [f"2026-{one:02}-02T00:00:00,2026-{one:02}-10T00:00:00" for one in (1, 2, 3)]
    ledger.outages("2026-01-01", "2026-03-31", *eight)
    assert ledger.found("2026-03-31", "SLM-306") == []
    ((_, clause, message),) = ledger.found("2026-04-02", "SLM-306")
    assert (clause, "Suspension" in message) == ("components.vault.availability", True)
    about = [
        one["found"]["concern"]
        for one in desk.must("improve", "SLA-0900", "--json", day="2026-04-02").data["shortcomings"]
    ]
    assert {"record": "OLA-0900", "target": "components.vault.availability", "cause": MISSED} in about
    assert {one[0] for one in ledger.improve("2026-04-03")} == {"known"}
