"""A report of a former day tells every record as it was known on that day, whatever became of it since."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desk import HELEN, Desk
from ledger import PARTS, Ledger, agreed, changed

Write = Callable[[str, str], Path]
BEFORE, AFTER = "2026-10-01", "2026-11-24"
ITEM = """
kind: improvement
reference: SIP-0900
title: Discs that last
origin: idea
raised_on: 2026-09-20
raised_by: PER-CARRICK
record: SLA-0900
target: targets.availability
cause: SLM-301
statement: The vault stands too often
owner: PER-HADDAD
due_on: 2026-12-01
"""
LATER_ITEM = (
    ITEM.replace("SIP-0900", "SIP-0901")
    .replace("Discs that last", "A second vault")
    .replace("SLM-301", "SLM-302")
    .replace("09-20", "11-05")
)
WORK = """
kind: interruption
reference: REFERENCE
title: New discs
owner: PER-CARRICK
components: [CMP-VAULT]
from_at: FROMT07:00:00Z
until_at: FROMT08:00:00Z
reason: The vault gets new discs.
report_by: 2026-12-31
announced: {customer: {to: BU-HALVORSEN, on: TOLD}}
"""
COMPLAINT = """
kind: complaint
reference: CPL-0900
title: Nobody called us back
service: SVC-LEDGER
customer: BU-HALVORSEN
received_on: 2026-09-15
agreement: SLA-0900
gravity: serious
statement: The vault stood for two hours and nobody called.
owner: PER-HADDAD
answer_due_on: 2026-09-25
"""
REVIEW = """
kind: service_review
reference: REV-0900
title: Review of the third quarter
agreements: [SLA-0900]
customer: BU-HALVORSEN
period: 2026-Q3
planned_on: 2026-10-20
owner: PER-CARRICK
"""


def _interruptions(ledger: Ledger) -> None:
    for reference, told, begins in (
        ("INT-0900", "2026-09-10", "2026-12-05"),
        ("INT-0901", "2026-09-11", "2026-12-06"),
        ("INT-0902", "2026-11-02", "2026-12-07"),
    ):
        text = WORK.replace("REFERENCE", reference).replace("FROM", begins).replace("TOLD", told)
        ledger.desk.must("apply", str(ledger.write(f"{reference}.yaml", text)), day=told)
        ledger.desk.must("advance", reference, "announce", person="PER-HADDAD", day=told)
    ledger.desk.must("advance", "INT-0900", "plan_again", person="PER-HADDAD", day="2026-11-03")
    ledger.desk.must("amend", "INT-0900", "--set", "reason=Moved.", day="2026-11-03")


def _records(ledger: Ledger) -> None:
    def apply(text: str, day: str) -> None:
        ledger.desk.must("apply", str(ledger.write(f"{day}.yaml", text)), day=day)

    apply(COMPLAINT, "2026-09-15")
    apply(ITEM, "2026-09-20")
    apply(REVIEW, "2026-09-21")
    apply(LATER_ITEM, "2026-11-05")
    late = COMPLAINT.replace("CPL-0900", "CPL-0901").replace("Nobody called us back", "Twice")
    apply(late, "2026-11-06")
    apply(REVIEW.replace("REV-0900", "REV-0901"), "2026-11-06")
    ledger.desk.must("amend", "SIP-0900", "--set", "title=Other discs", "--set", "due_on=2027-03-01", day="2026-11-07")
    ledger.desk.must("advance", "SIP-0900", "accept", day="2026-11-07")
    ledger.desk.must("advance", "CPL-0900", "take_up", day="2026-11-08")


@pytest.fixture(scope="module")
def ledger(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    folder = tmp_path_factory.mktemp("as-known")
    shutil.copytree(furnished, folder / "workspace")

    def write(name: str, text: str) -> Path:
        path = folder / name
        path.write_text(text, encoding="utf-8")
        return path

    found = Ledger(Desk(folder / "workspace"), write)
    found.desk.must("apply", str(write("parts.yaml", PARTS)))
    agreed(found)
    found.in_force()
    found.outages("2026-09-01", "2026-09-30", "2026-09-03T00:00:00,2026-09-04T00:00:00")
    _interruptions(found)
    _records(found)
    return found


def report(ledger: Ledger, day: str, *words: str) -> dict[str, Any]:
    said = ledger.desk.type("report", "SLA-0900", "--period", "2026-09", *words, "--json", day=day, person=HELEN)
    assert said.code in (0, 1), said.words
    found: dict[str, Any] = said.data["services" if words else "agreements"][0]
    return found


def test_an_item_is_told_as_it_was_and_one_that_was_raised_afterwards_is_not(ledger: Ledger) -> None:
    def items(day: str) -> list[tuple[Any, ...]]:
        found = report(ledger, day)["improvements"]
        return sorted((one["item"]["title"], one["item"]["state"], one["due_on"]) for one in found)

    assert items(BEFORE) == [("Discs that last", "raised", "2026-12-01")]
    assert items("2026-11-07") == items(AFTER)
    assert items(AFTER) == [("A second vault", "raised", "2026-12-01"), ("Other discs", "accepted", "2027-03-01")]


def test_what_answers_a_miss_is_what_answered_it_on_the_day(ledger: Ledger) -> None:
    def actions(day: str) -> list[tuple[str, str]]:
        (breach,) = report(ledger, day)["breaches"]
        return [(one["title"], one["state"]) for one in breach["actions"]]

    assert actions(BEFORE) == [("Discs that last", "raised")]
    assert actions(AFTER) == [("Other discs", "accepted"), ("A second vault", "raised")]


@pytest.mark.parametrize("words", [(), ("--availability",)])
def test_an_interruption_is_told_as_it_was_announced_until_the_day(ledger: Ledger, words: tuple[str, ...]) -> None:
    def told(day: str) -> list[tuple[str, str, str]]:
        found = report(ledger, day, *words)["interruptions"]
        return [(one["record"]["reference"], one["record"]["state"], one["reason"]) for one in found]

    discs = "The vault gets new discs."
    assert told(BEFORE) == [("INT-0900", "announced", discs), ("INT-0901", "announced", discs)]
    assert told("2026-11-02") == [(one, "announced", discs) for one in ("INT-0900", "INT-0901", "INT-0902")]
    assert told(AFTER) == [("INT-0901", "announced", discs), ("INT-0902", "announced", discs)], "one was planned again"


def test_a_complaint_is_told_in_its_state_of_the_day_from_the_day_on_which_it_was_written_down(ledger: Ledger) -> None:
    def told(day: str) -> list[tuple[str, str, bool]]:
        found = report(ledger, day)["complaints"]
        return [(one["record"]["reference"], one["record"]["state"], one["late"]) for one in found]

    assert told("2026-09-20") == [("CPL-0900", "received", False)]
    assert told(BEFORE) == [("CPL-0900", "received", True)]
    assert told(AFTER) == [("CPL-0900", "in work", True), ("CPL-0901", "received", True)]


def test_a_review_is_told_from_the_day_on_which_it_was_written_down(ledger: Ledger) -> None:
    def told(day: str) -> list[str]:
        return [one["record"]["reference"] for one in report(ledger, day)["reviews"]]

    assert (told(BEFORE), told(AFTER)) == (["REV-0900"], ["REV-0900", "REV-0901"])


def test_who_types_a_report_today_reads_what_who_typed_it_on_its_day_read(desk: Desk, write: Write) -> None:
    desk.must("apply", str(write("parts.yaml", PARTS)))
    ledger = Ledger(desk, write)
    agreed(ledger)
    ledger.in_force()
    ledger.desk.must("apply", str(write("item.yaml", ITEM)), day="2026-09-20")
    ledger.desk.must("apply", str(write("complaint.yaml", COMPLAINT)), day="2026-09-20")
    typed = report(ledger, BEFORE)
    ledger.desk.must("advance", "SIP-0900", "accept", day="2026-11-07")
    ledger.desk.must("apply", str(write("later.yaml", LATER_ITEM)), day="2026-11-07")
    ledger.desk.must("advance", "CPL-0900", "take_up", day="2026-11-08")
    assert report(ledger, AFTER) != typed
    assert report(ledger, BEFORE) == typed


def test_a_version_that_was_signed_afterwards_and_had_not_begun_is_no_change_of_the_period(
    desk: Desk, write: Write
) -> None:
    desk.must("apply", str(write("parts.yaml", PARTS)))
    ledger = Ledger(desk, write)
    agreed(ledger)
    ledger.in_force()
    changed(ledger, "2026-11-20", "targets.availability.percent=98")

    def changes(day: str) -> list[Any]:
        words = ("report", "SLA-0900", "--period", "2026-Q4", "--json")
        return [one["version"] for one in desk.type(*words, day=day).data["agreements"][0]["changes"]]

    assert (changes(BEFORE), changes("2026-11-20")) == ([], [2])
