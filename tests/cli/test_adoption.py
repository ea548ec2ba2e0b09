from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from desk import INGRID, Desk

Write = Callable[[str, str], Path]
ROSSI = "PER-ROSSI"

PAPER = "Hosting agreement between Fernhill Hosting and Northgate, signed in Reading on 1 October 2025."

CONTRACT = """
kind: contract
reference: UC-0002
title: Hosting of the archive
owner: PER-ROSSI
supplier: SUP-KESTREL
receiver: TEAM-NORTHGATE
term: {start_on: 2025-10-01, end_on: 2027-09-30}
hours: {service: CAL-ALWAYS, support: CAL-OFFICE}
scope: Hosts the archive.
components:
  archive: {component: CMP-FILTER, availability: {percent: 99.9}}
targets:
  response: {S1: {minutes: 60}}
  restore: {S1: {minutes: 240}}
severities: {P1: S1}
adopted:
  signed_on: 2025-09-20
  signatories:
    - {name: Ada Fern, party: Fernhill Hosting, capacity: Director}
    - {name: Sofia Rossi, party: Northgate}
"""


def adopt(desk: Desk, write: Write, text: str = CONTRACT, *words: str) -> Path:
    paper = write("paper.txt", PAPER)
    desk.must("adopt", str(paper), str(write("UC-0002.yaml", text)), *words, person=ROSSI)
    return paper


def test_an_agreement_signed_elsewhere_is_taken_in_with_its_paper_and_nobody_signs_anew(
    desk: Desk, write: Write
) -> None:
    adopt(desk, write)
    shown = desk.must("show", "UC-0002", "--json").data
    assert shown["record"]["state"] == "signed"
    assert shown["record"]["version"] == 1
    assert shown["content"]["adopted"]["file_name"] == "paper.txt"
    assert shown["signatures"] == []


def test_a_contract_is_taken_in_by_those_who_look_after_suppliers(desk: Desk, write: Write) -> None:
    said = desk.type("adopt", str(write("paper.txt", PAPER)), str(write("UC-0002.yaml", CONTRACT)), person=INGRID)
    assert said.code == 1
    assert "is not supplier manager" in said.words


def test_an_empty_paper_is_none(desk: Desk, write: Write) -> None:
    said = desk.type("adopt", str(write("paper.txt", "")), str(write("UC-0002.yaml", CONTRACT)), person=ROSSI)
    assert said.code == 2
    assert "is empty; give the file of the signed paper" in said.words


def test_the_paper_is_kept_byte_for_byte_and_known_again(desk: Desk, write: Write, tmp_path: Path) -> None:
    paper = adopt(desk, write)
    kept = tmp_path / "kept.txt"
    desk.must("document", "UC-0002", "-o", str(kept))
    assert kept.read_bytes() == paper.read_bytes()
    said = desk.must("verify", str(kept))
    assert "Ada Fern for Fernhill Hosting" in said.words
    changed = write("changed.txt", PAPER.replace("1 October", "2 October"))
    assert desk.type("verify", str(changed)).code == 1


def test_what_was_adopted_supports_from_its_start_like_what_was_signed_here(desk: Desk, write: Write) -> None:
    desk.must("amend", "SLA-0001", "--set", "relies_on.3=UC-0001")
    adopt(desk, write)
    facts = desk.type("check", "SLA-0001", "--json").data[0]["facts"]
    (term,) = [
        one["fields"]
        for one in facts
        if one["kind"] == "support_term" and one["fields"]["what"].startswith("CMP-FILTER")
    ]
    assert term["uncovered_days"] == 0
    assert "UC-0002" in term["supporters"]


def test_a_draft_that_was_applied_before_is_adopted_by_its_reference(desk: Desk, write: Write) -> None:
    desk.must("apply", str(write("UC-0002.yaml", CONTRACT)), person=ROSSI)
    desk.must("adopt", str(write("paper.txt", PAPER)), "UC-0002", person=ROSSI)
    assert desk.must("show", "UC-0002", "--json").data["record"]["state"] == "signed"


def test_a_dry_run_of_an_adoption_stores_nothing(desk: Desk, write: Write) -> None:
    adopt(desk, write, CONTRACT, "--dry-run")
    assert desk.type("show", "UC-0002").code == 1


def test_after_an_adoption_the_history_holds(desk: Desk, write: Write) -> None:
    adopt(desk, write)
    assert desk.must("audit", "verify", "--json").data["faults"] == []


@pytest.mark.parametrize(
    ("written", "changed", "expected"),
    [
        ("adopted:", "adopted: null\nunknown:", "unknown"),
        ("signed_on: 2025-09-20", "signed_on: 2026-09-20", "has not come"),
        ("CMP-FILTER", "CMP-FILTRE", "did you mean CMP-FILTER"),
        ("kind: contract", "kind: kontract", "kontract"),
    ],
)
def test_a_paper_whose_record_is_wrong_is_not_taken_in(
    written: str, changed: str, expected: str, desk: Desk, write: Write
) -> None:
    paper = write("paper.txt", PAPER)
    said = desk.type("adopt", str(paper), str(write("UC-0002.yaml", CONTRACT.replace(written, changed))), person=ROSSI)
    assert said.code in (1, 2)
    assert expected in said.words
    assert desk.type("show", "UC-0002").code == 1


def test_an_agreement_that_is_to_be_signed_here_is_not_adopted(desk: Desk, write: Write) -> None:
    said = desk.type("adopt", str(write("paper.txt", PAPER)), "UC-0001", person=ROSSI)
    assert said.code == 1
    assert "does not say that it was signed elsewhere" in said.words


def test_one_paper_belongs_to_one_record(desk: Desk, write: Write) -> None:
    adopt(desk, write)
    second = write("UC-0003.yaml", CONTRACT.replace("UC-0002", "UC-0003"))
    said = desk.type("adopt", str(write("same.txt", PAPER)), str(second), person=ROSSI)
    assert said.code == 1
    assert "already the paper of UC-0002" in said.words


def test_an_empty_paper_and_one_that_is_not_there_are_told(desk: Desk, write: Write) -> None:
    record = str(write("UC-0002.yaml", CONTRACT))
    assert desk.type("adopt", str(write("empty.txt", "")), record, person=ROSSI).code == 2
    assert desk.type("adopt", "/nowhere/paper.pdf", record, person=ROSSI).code == 2


def test_the_step_of_adoption_is_not_taken_by_hand(desk: Desk) -> None:
    said = desk.type("advance", "UC-0001", "adopt", person=ROSSI)
    assert said.code == 1
    assert "sdflow adopt" in said.words
