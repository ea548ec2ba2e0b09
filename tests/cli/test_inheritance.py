from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from desk import Desk

Write = Callable[[str, str], Path]

CORPORATE = """
kind: sla
reference: SLA-CORP
title: What holds for every customer
level: corporate
owner: PER-CARRICK
provider: TEAM-NORTHGATE
term: {start_on: 2026-01-01}
hours: {service: CAL-OFFICE, support: CAL-OFFICE}
scope: Clauses that the agreements with single customers take over.
security: Two factors for administrators; incidents are told within a day.
escalation: ["After half of a target: the service level manager"]
targets:
  response: {P1: {minutes: 20}, P2: {minutes: 60}}
"""

NARROW = """
kind: sla
reference: SLA-NARROW
title: E-mail for the claims desk
owner: PER-CARRICK
service: SVC-EMAIL
provider: TEAM-NORTHGATE
customer: BU-HALVORSEN
within: SLA-CORP
inherited: [security, targets.response]
term: {start_on: 2026-01-01, end_on: 2026-12-31}
hours: {service: CAL-OFFICE, support: CAL-OFFICE}
scope: Mail for the claims desk.
targets:
  restore: {P1: {minutes: 300}}
"""


def test_an_inherited_target_is_proven_like_an_own_one(desk: Desk, write: Write) -> None:
    desk.must("apply", str(write("slas.yaml", f"{CORPORATE}---{NARROW}")))
    (proof,) = desk.type("check", "SLA-NARROW", "--json").data
    routes = {
        one["fields"]["clause"]: one["fields"]["promised_minutes"]
        for one in proof["facts"]
        if one["kind"] == "support_route"
    }
    assert routes["targets.response.P1"] == 20
    assert routes["targets.restore.P1"] == 300


def test_a_clause_that_others_inherit_is_not_taken_away_from_under_them(desk: Desk, write: Write) -> None:
    desk.must("apply", str(write("slas.yaml", f"{CORPORATE}---{NARROW}")))
    said = desk.type("amend", "SLA-CORP", "--remove", "targets.response")
    assert said.code == 2
    assert "SLA-NARROW inherits from it: SLA-CORP says nothing about 'targets.response'" in said.words
    desk.must("amend", "SLA-NARROW", "--remove", "inherited.2")
    desk.must("amend", "SLA-CORP", "--remove", "targets.response")


def test_what_only_hands_on_clauses_is_not_proven_itself(desk: Desk, write: Write) -> None:
    desk.must("apply", str(write("slas.yaml", CORPORATE)))
    said = desk.type("check", "SLA-CORP")
    assert said.code == 1
    assert "the agreements that inherit from it are proven" in said.words
    assert {one["agreement"] for one in desk.type("check", "--json").data} == {"SLA-0001", "BIA-0001"}


BAD = {
    "a clause that is given and inherited": ("scope:", "security: Our own.\nscope:", "is given here as well"),
    "a clause that the wider agreement lacks": (
        "[security",
        "[continuity, security",
        "says nothing about 'continuity'",
    ),
    "a wider agreement that is not there": ("SLA-CORP", "SLA-CORPS", "did you mean SLA-CORP"),
    "inheriting from itself": ("within: SLA-CORP", "within: SLA-NARROW", "inherit from one another"),
    "nothing inherited from somebody": ("inherited: [security, targets.response]", "inherited: []", "belong together"),
    "a service level agreement without a service": ("service: SVC-EMAIL", "service: null", "names its service"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_inherited_is_told_with_its_line(name: str, desk: Desk, write: Write) -> None:
    written, changed, expected = BAD[name]
    text = f"{CORPORATE}---{NARROW.replace(written, changed)}"
    said = desk.type("apply", str(write("slas.yaml", text)))
    assert said.code == 2
    assert expected in said.words
    assert "slas.yaml:" in said.err


@pytest.mark.pdf
def test_the_document_says_from_where_a_clause_is_inherited(desk: Desk, write: Write, tmp_path: Path) -> None:
    import subprocess

    desk.must("apply", str(write("slas.yaml", f"{CORPORATE}---{NARROW}")))
    pdf = tmp_path / "narrow.pdf"
    desk.must("document", "SLA-NARROW", "-o", str(pdf))
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True).stdout
    assert "Two factors for administrators" in " ".join(text.split())
    assert "SLA-CORP" in text


ADOPTED = "adopted: {signed_on: 2025-11-01, signatories: [{name: Omar Haddad, party: Northgate}]}\n"


def test_a_signed_agreement_keeps_the_clauses_that_it_took_over_and_the_change_is_found(
    desk: Desk, write: Write
) -> None:
    desk.must("apply", str(write("corporate.yaml", CORPORATE)))
    narrow = write("narrow.yaml", NARROW + ADOPTED)
    desk.must("adopt", str(write("paper.txt", "Signed in November.")), str(narrow))
    desk.must("amend", "SLA-CORP", "--set", "targets.response.P1.minutes=10", "--set", "security=None at all")
    (proof,) = desk.type("check", "SLA-NARROW", "--json").data
    promised = {one["fields"]["clause"]: one["fields"] for one in proof["facts"] if one["kind"] == "sla_target"}
    assert promised["targets.response.P1"]["minutes"] == 20
    (finding,) = [one for one in proof["findings"] if one["rule"] == "SLM-033"]
    assert "SLA-CORP" in finding["message"]
    assert "security, targets.response.P1.minutes" in finding["message"]
