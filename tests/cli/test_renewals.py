from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from contracts import EXPRESS, RENEWING, ROSSI, InForce
from desk import HELEN, INGRID, Desk

KEANE = "PER-KEANE"


def letter(desk: Desk, tmp_path: Path, day: str, person: str = ROSSI) -> str:
    """What the notice letter says, as one line."""
    path = tmp_path / "letter.pdf"
    desk.must("document", "UC-0002", "--notice", "-o", str(path), person=person, day=day)
    text = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True, text=True).stdout
    return " ".join(text.split())


def findings(desk: Desk, rule: str, day: str) -> list[dict[str, Any]]:
    (proof,) = desk.type("check", "SLA-0001", "--json", day=day).data
    return [one for one in proof["findings"] if one["rule"] == rule]


@pytest.mark.pdf
def test_the_letter_names_both_sides_the_end_and_what_was_agreed_for_it(in_force: InForce, tmp_path: Path) -> None:
    desk = in_force(RENEWING)
    day = "2026-06-28"
    desk.must("advance", "UC-0002", "give_notice", "--reason", "The archive moves.", person=ROSSI, day=day)
    said = letter(desk, tmp_path, "2026-07-15", person=HELEN)
    assert "Northgate Service Delivery gives notice of UC-0002, which ends at the close of 28 August 2026" in said
    assert "Kestrel Networks" in said
    assert "For the attention of Tom Keane" in said
    assert "28 June 2026" in said
    assert "NSD-2024-031" in said
    assert "The archive moves." in said
    assert "The supplier hands back the archive." in said
    assert "too late" not in said
    assert "raft" not in said
    assert "15 July 2026" not in said


@pytest.mark.pdf
def test_a_letter_a_day_late_says_so_and_names_the_next_end(in_force: InForce, tmp_path: Path) -> None:
    said = letter(in_force(RENEWING), tmp_path, "2026-06-29")
    assert "ends at the close of 28 August 2027" in said
    assert "too late for the term that ends on 28 August 2026, of which notice was due by 28 June 2026" in said
    assert "as a draft: notice has not been given" in said


def test_notice_a_day_late_ends_it_with_the_first_later_term_that_it_is_in_time_for(in_force: InForce) -> None:
    desk = in_force(RENEWING)
    desk.must("advance", "UC-0002", "give_notice", person=ROSSI, day="2026-06-29")
    for day in ("2026-08-29", "2027-08-28"):
        said = desk.type("advance", "UC-0002", "end", person=ROSSI, day=day)
        assert said.code == 1
        assert "its term runs until 28 August 2027" in said.words
    desk.must("advance", "UC-0002", "end", person=ROSSI, day="2027-08-29")


@pytest.mark.pdf
def test_the_other_side_gives_notice_to_us(in_force: InForce, tmp_path: Path) -> None:
    said = letter(in_force(RENEWING), tmp_path, "2026-05-01", person=KEANE)
    assert "Kestrel Networks gives notice of UC-0002" in said
    assert "For the attention of Sofia Rossi" not in said
    assert "2 Wharf Road, Reading" in said


@pytest.mark.pdf
def test_the_same_letter_is_the_same_file_whenever_it_is_asked_for(in_force: InForce, tmp_path: Path) -> None:
    desk = in_force(RENEWING)
    desk.must("advance", "UC-0002", "give_notice", person=ROSSI, day="2026-06-28")
    made = []
    for number, day in enumerate(("2026-06-28", "2026-08-01")):
        path = tmp_path / f"{number}.pdf"
        desk.must("document", "UC-0002", "--notice", "-o", str(path), person=ROSSI, day=day)
        made.append(path.read_bytes())
    assert made[0] == made[1]


def test_no_letter_ends_what_ends_by_itself(in_force: InForce, tmp_path: Path) -> None:
    desk = in_force(EXPRESS)
    said = desk.type("document", "UC-0002", "--notice", "-o", str(tmp_path / "a.pdf"), person=ROSSI, day="2025-12-05")
    assert said.code == 1
    assert "ends by itself on 31 December 2025; no notice is needed" in said.words


def test_no_letter_ends_what_was_never_signed(desk: Desk, tmp_path: Path) -> None:
    said = desk.type("document", "UC-0001", "--notice", "-o", str(tmp_path / "a.pdf"), person=ROSSI)
    assert said.code == 1
    assert "notice is given of what is signed and has not ended" in said.words


def test_nobody_writes_a_letter_for_a_party_for_which_they_do_not_act(in_force: InForce, tmp_path: Path) -> None:
    desk = in_force(RENEWING)
    said = desk.type("document", "UC-0002", "--notice", "-o", str(tmp_path / "a.pdf"), person=INGRID, day="2026-05-01")
    assert said.code == 1
    assert "it is not clear which side gives notice of UC-0002" in said.words
    assert "SUP-KESTREL Kestrel Networks or TEAM-NORTHGATE Northgate Service Delivery" in said.words


def test_a_term_that_is_renewed_expressly_is_longer_by_each_decision(in_force: InForce) -> None:
    desk = in_force(EXPRESS)
    desk.must("advance", "UC-0002", "renew", person=ROSSI, day="2025-12-10")
    said = desk.type("advance", "UC-0002", "renew", person=ROSSI, day="2026-12-31")
    assert said.code == 0, said.words
    said = desk.type("advance", "UC-0002", "end", person=ROSSI, day="2027-12-31")
    assert "runs until 31 December 2027" in said.words
    desk.must("advance", "UC-0002", "end", person=ROSSI, day="2028-01-01")


def test_what_has_ended_is_not_renewed_any_more(in_force: InForce) -> None:
    said = in_force(EXPRESS).type("advance", "UC-0002", "renew", person=ROSSI, day="2026-01-01")
    assert said.code == 1
    assert "its term ended on 31 December 2025" in said.words


def test_the_same_term_is_not_decided_about_twice(in_force: InForce) -> None:
    desk = in_force(RENEWING)
    desk.must("advance", "UC-0002", "renew", person=ROSSI, day="2026-06-01")
    said = desk.type("advance", "UC-0002", "renew", person=ROSSI, day="2026-06-02")
    assert said.code == 1
    assert "it was decided already that it goes on after 28 August 2026" in said.words
    desk.must("advance", "UC-0002", "renew", person=ROSSI, day="2026-09-01")


@pytest.mark.parametrize(
    ("term", "reason"),
    [
        ("{start_on: 2025-01-01}", "it is open-ended and goes on until notice is given"),
        ("{start_on: 2025-01-01, end_on: 2026-12-31}", "its term ends on 31 December 2026 and is not renewed"),
        ("{start_on: 2025-01-01, end_on: 2026-12-31, renewal: express}", "does not say how many months"),
    ],
)
def test_what_cannot_be_renewed_says_why(in_force: InForce, term: str, reason: str) -> None:
    desk = in_force(term)
    (step,) = [
        one
        for one in desk.must("steps", "UC-0002", "--json", person=ROSSI, day="2026-02-01").data["steps"]
        if one["step"]["name"] == "renew"
    ]
    assert [reason in one["reason"] for one in step["unmet"]] == [True]


def test_support_that_was_renewed_carries_the_days_that_it_was_renewed_for(in_force: InForce) -> None:
    desk = in_force(EXPRESS.replace("2025-12-31", "2026-06-30"))
    filter_only = [one for one in findings(desk, "SLM-015", "2026-01-01") if "CMP-FILTER" in one["message"]]
    assert "184 of 365 days" in filter_only[0]["message"]
    desk.must("advance", "UC-0002", "renew", person=ROSSI, day="2026-03-01")
    assert not [one for one in findings(desk, "SLM-015", "2026-03-01") if "CMP-FILTER" in one["message"]]


def test_a_contract_that_binds_us_longer_than_the_customer_is_a_warning_with_its_days(desk: Desk) -> None:
    (found,) = findings(desk, "SLM-017", "2026-03-01")
    assert found["severity"] == "warning"
    assert "UC-0001" in found["message"]
    assert "binds us until 14 Dec 2028, the customer is bound until 31 Dec 2026: for 714 days" in found["message"]


def test_an_end_that_is_not_stated_is_a_warning_on_the_earlier_day(in_force: InForce) -> None:
    desk = in_force(RENEWING.replace("notice:", "end_counts: not_stated, notice:"))
    (found,) = findings(desk, "SLM-016", "2026-03-01")
    assert found["severity"] == "warning"
    assert "taken to end on 27 Aug 2026, not on 28 Aug 2026, and notice to be due by 27 Jun 2026" in found["message"]
