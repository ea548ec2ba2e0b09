"""Kept fields: what sdflow found stays as it was found, and what somebody wrote down can be put right until it is approved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click import Context

from desk import INGRID, Desk
from ledger import AGREEMENT, PARTS, Ledger
from sdflow.bootstrap import content_folder
from sdflow.cli.root import sdflow
from sdflow.domain.event import VERBS

Write = Callable[[str, str], Path]
BY_HAND = """
kind: improvement
reference: SIP-0900
title: Urgent incidents take too long
origin: review
raised_on: 2026-02-03
record: SLA-0900
target: targets.availability
cause: a shift too few
statement: Urgent incidents have to be over sooner.
occurrences: {o1: {on: 2026-02-02, statement: Two of four were late, source: SLA-0900}}
"""
WRONG = {
    "origin": "breach",
    "raised_on": "2026-02-02",
    "target": "targets.restore.P1",
    "cause": "missed target",
    "occurrences.o1.statement": "Three of four were late",
}


@pytest.fixture
def ledger(desk: Desk, write: Write) -> Ledger:
    desk.must("apply", str(write("parts.yaml", PARTS)))
    found = Ledger(desk, write)
    found.adopt(AGREEMENT, "SLA-0900")
    return found


def missed(ledger: Ledger, number: int) -> None:
    """A month in which two of four cases were late."""
    first, days = f"2026-{number:02}", {2: 28}.get(number, 31)
    taken = [(f"{first}-{day + 1:02}", 6 if day < 2 else 2, "") for day in range(4)]
    ledger.incidents(f"{first}-01", f"{first}-{days}", *taken)


def by_hand(ledger: Ledger, text: str = BY_HAND) -> None:
    ledger.desk.must("apply", str(ledger.write("item.yaml", text)), day="2026-02-03")


def content(ledger: Ledger) -> Any:
    return ledger.item("SIP-0900")


def sets(clauses: dict[str, str]) -> list[str]:
    return [word for path, text in clauses.items() for word in ("--set", f"{path}={text}")]


def approved(ledger: Ledger) -> None:
    figure = {"title": "Restored in time", "unit": "per cent", "direction": "more", "target": "90"}
    figure |= {"baseline.value": "50", "baseline.on": "2026-01-31", "review_on": "2026-05-31"}
    words = {f"kpi.{name}": text for name, text in figure.items()}
    words |= {"justification": "x", "size": "small", "priority": "high", "owner": INGRID}
    ledger.desk.must("amend", "SIP-0900", *sets(words), day="2026-02-04")
    for step, person in (("accept", "PER-CARRICK"), ("assess", "PER-CARRICK"), ("approve", "PER-HADDAD")):
        ledger.desk.must("advance", "SIP-0900", step, person=person, day="2026-02-04")


def test_what_somebody_wrote_by_hand_is_put_right_with_its_occurrence(ledger: Ledger) -> None:
    by_hand(ledger)
    ledger.desk.must("amend", "SIP-0900", *sets(WRONG), day="2026-02-04")
    said = content(ledger)
    assert (said["origin"], said["raised_on"], said["cause"]) == ("breach", "2026-02-02", "missed target")
    assert said["occurrences"]["o1"]["statement"] == "Three of four were late"
    ledger.desk.must("amend", "SIP-0900", "--remove", "target", "--remove", "occurrences.o1", day="2026-02-04")
    assert "target" not in content(ledger)


def test_a_file_puts_it_right_as_well(ledger: Ledger) -> None:
    by_hand(ledger)
    by_hand(ledger, BY_HAND.replace("a shift too few", "two shifts too few"))
    assert content(ledger)["cause"] == "two shifts too few"


@pytest.mark.parametrize(("path", "text"), WRONG.items())
def test_once_it_is_approved_what_it_is_about_stands(ledger: Ledger, path: str, text: str) -> None:
    by_hand(ledger)
    approved(ledger)
    said = ledger.type("amend", "SIP-0900", "--set", f"{path}={text}", day="2026-02-05")
    assert (said.code, f"{path} can no longer be changed" in said.words) == (1, True)
    assert "sdflow advance SIP-0900 cancel, which asks for closure_reason" in said.words


@pytest.mark.parametrize(("path", "text"), [*WRONG.items(), ("record", "SIP-0900")])
def test_from_the_first_thing_that_improve_adds_on_what_it_is_about_stands(
    ledger: Ledger, path: str, text: str
) -> None:
    about = {"target": "targets.restore.P1", "cause": "missed target"}
    by_hand(ledger)
    ledger.desk.must("amend", "SIP-0900", *sets(about), day="2026-02-03")
    missed(ledger, 1)
    assert ledger.improve("2026-02-04")[0][:2] == ("appended", "SIP-0900")
    other = {"target": "targets.availability", "cause": "something else", "record": "SVC-LEDGER"}.get(path, text)
    said = ledger.type("amend", "SIP-0900", "--set", f"{path}={other}", day="2026-02-05")
    assert (said.code, f"{path} can no longer be changed" in said.words) == (1, True)
    assert f"{path}: it is kept since 'sdflow improve' wrote what it found into it" in said.words
    assert "no step leads back to where it can; give it up, say why, and write another" in said.words
    assert "sdflow advance SIP-0900 cancel, which asks for closure_reason" in said.words


def test_what_was_measured_by_hand_stands_with_its_occurrence(ledger: Ledger) -> None:
    by_hand(ledger, BY_HAND.replace("source: SLA-0900}", "source: SLA-0900, value: 50, measured_on: 2026-01-31}"))
    for change in (("--remove", "occurrences.o1"), ("--set", "cause=another")):
        said = ledger.type("amend", "SIP-0900", *change, day="2026-02-05")
        assert (said.code, "it is kept since occurrences.*.value is filled in" in said.words) == (1, True)


RULE = "SLM-003"


def test_what_improve_raised_without_a_figure_is_not_rewritten_by_file_or_by_clause(desk: Desk, write: Write) -> None:
    (desk.folder / "rules").mkdir()
    for path in sorted((content_folder() / "rules").glob("*.yaml")):
        text = path.read_text("utf-8").replace(f"- id: {RULE}\n", f"- id: {RULE}\n    improvement: sooner\n")
        (desk.folder / "rules" / path.name).write_text(text, "utf-8")
    taken = desk.must("improve", "SLA-0001", "--json").data["shortcomings"]
    assert [one["outcome"] for one in taken] == ["raised"]
    found = desk.must("show", "SIP-0001", "--json").data["content"]
    assert "value" not in found["occurrences"]["o1"]
    for clause, word in {"cause": "x", "target": "term", "origin": "idea", "occurrences.o1.statement": "x"}.items():
        said = desk.type("amend", "SIP-0001", "--set", f"{clause}={word}")
        assert (said.code, f"{clause}: it is kept since 'sdflow improve' wrote" in said.words) == (1, True)
    file = {"kind": "improvement", "reference": "SIP-0001"} | found | {"cause": "something else"}
    said = desk.type("apply", str(write("again.yaml", yaml.safe_dump(file, sort_keys=False))))
    assert (said.code, "again.yaml:" in said.words) == (2, True)
    assert "this can no longer be changed: it is kept since 'sdflow improve' wrote what it found into it" in said.words
    assert "sdflow advance SIP-0001 cancel, which asks for closure_reason" in said.words


def test_where_a_step_leads_back_to_where_a_field_can_be_changed_that_is_the_advice(desk: Desk) -> None:
    desk.must("apply", str(content_folder() / "examples" / "looking-back"), day="2026-11-09")
    for step in ("take_up", "answer"):
        desk.must("advance", "CPL-0001", step, person="PER-HADDAD", day="2026-11-09")
    advice = {"answer": "see which step leads back", "statement": "sdflow advance CPL-0001 withdraw, which asks for"}
    for path, wanted in advice.items():
        said = desk.type("amend", "CPL-0001", "--set", f"{path}=x", day="2026-11-09")
        assert (said.code, wanted in said.words) == (1, True), said.words


def test_no_step_leads_back_into_an_end_though_its_fields_are_not_fixed(desk: Desk) -> None:
    desk.must("apply", str(content_folder() / "examples" / "looking-back"), day="2026-11-09")
    declared = yaml.safe_load((content_folder() / "workflows" / "complaint.yaml").read_text("utf-8"))
    declared["states"]["withdrawn"] |= {"frozen": False}
    (desk.folder / "workflows").mkdir()
    (desk.folder / "workflows" / "complaint.yaml").write_text(yaml.safe_dump(declared, sort_keys=False), "utf-8")
    desk.must("advance", "CPL-0001", "take_up", person="PER-HADDAD", day="2026-11-09")
    said = desk.type("amend", "CPL-0001", "--set", "statement=x", day="2026-11-09")
    assert (said.code, "no step leads back to where it can" in said.words) == (1, True), said.words


def test_every_command_that_a_life_cycle_names_is_one() -> None:
    """A misspelt one would keep nothing."""
    named = set()
    for path in sorted((content_folder() / "workflows").glob("*.yaml")):
        declared = yaml.safe_load(path.read_text("utf-8"))
        states, steps = (declared.get(name, {}).values() for name in ("states", "steps"))
        named |= {verb for one in states for verb in one.get("kept_since", {})}
        named |= {one["written"]["verb"] for one in steps if "written" in one}
    assert {"improve", "judge"} <= named <= VERBS
    assert {verb.split()[0] for verb in VERBS} <= set(sdflow.list_commands(Context(sdflow)))
