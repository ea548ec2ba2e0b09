"""Improvement: items are raised by rules and by tests, one for each cause, and close only on a verified value."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desk import HELEN, INGRID, OMAR, Desk, Said
from sdflow.bootstrap import content_folder

LATE = "SLM-003"
WANTED = "urgent incidents have to reach the team that mends them sooner"
RECORDS = """
kind: component
reference: CMP-VAULT
title: Vault
purpose: Keeps the ledgers
---
kind: ola
reference: OLA-0900
title: Keeping the vault
owner: PER-CARRICK
provider: TEAM-MESSAGING
receiver: TEAM-NORTHGATE
term: {start_on: 2026-01-01, end_on: 2026-12-31}
hours: {service: CAL-ALWAYS, support: CAL-ALWAYS}
purpose: Carries what customers are promised of the ledger.
scope: The vault.
components:
  vault: {component: CMP-VAULT, availability: {percent: 99.9, period: month}}
targets:
  response: {P1: {minutes: 45}}
  restore: {P1: {minutes: 255}}
priorities:
  P1: {title: Urgent, applies: Nobody can work}
---
kind: service
reference: SVC-LEDGER
title: Ledger
owner: PER-HADDAD
purpose: Keeps the accounts
structure: {component: CMP-VAULT}
routes:
  urgent: {title: Urgent incidents, priorities: [P1], tiers: [{agreement: OLA-0900, until: restore}]}
---
kind: sla
reference: SLA-0900
title: Ledger for Halvorsen & Brandt
owner: PER-CARRICK
service: SVC-LEDGER
provider: TEAM-NORTHGATE
customer: BU-HALVORSEN
term: {start_on: 2026-01-01, end_on: 2026-12-31}
hours: {service: CAL-ALWAYS, support: CAL-ALWAYS}
purpose: What can be relied on.
scope: The ledger.
targets:
  restore: {P1: {minutes: 240}}
priorities:
  P1: {title: Urgent, applies: Nobody can work}
"""

BY_HAND = """
kind: improvement
reference: SIP-0100
title: Fewer calls that are answered late
origin: review
raised_on: 2025-10-01
service: SVC-EMAIL
statement: More calls have to be answered within a minute.
justification: Customers complained in the review of September.
size: small
priority: high
owner: PER-HADDAD
verifier: PER-HALVORSEN
due_on: 2025-12-15
kpi:
  title: Calls answered within a minute
  unit: per cent
  direction: more
  baseline: {value: 71.5, on: 2025-09-30, how: 412 calls in September}
  target: 90
  review_on: 2026-01-31
cost: {amount: 1200, currency: EUR}
benefit: {amount: 5000, currency: EUR, per: year}
actions:
  rota: {what: Draw up a rota for lunch time, who: PER-HADDAD, due_on: 2025-11-30}
---
kind: person
reference: PER-MOSS
title: Ida Moss
organisation: TEAM-NORTHGATE
roles: {finance_manager: {since: 2025-01-01}}
"""
MOSS = "PER-MOSS"


@pytest.fixture
def late(desk: Desk, write: Callable[[str, str], Path]) -> Desk:
    """An agreement whose urgent incidents are mended 15 minutes late, and a rule that wants that to become better."""
    (desk.folder / "rules").mkdir()
    for path in sorted((content_folder() / "rules").glob("*.yaml")):
        text = path.read_text("utf-8")
        text = text.replace(f"- id: {LATE}\n", f"- id: {LATE}\n    improvement: {WANTED}\n")
        (desk.folder / "rules" / path.name).write_text(text, "utf-8")
    desk.must("apply", str(write("ledger.yaml", RECORDS)))
    return desk


@pytest.fixture
def by_hand(desk: Desk, write: Callable[[str, str], Path]) -> Desk:
    """An item that Helen Carrick wrote down, owned by Omar Haddad and verified by Ingrid Halvorsen of the customer."""
    desk.must("apply", str(write("item.yaml", BY_HAND)))
    return desk


def improve(
    desk: Desk, *more: str, about: str = "SLA-0900", day: str = "2025-12-01"
) -> list[tuple[str, str | None, str]]:
    """Outcome, item and clause of each shortcoming."""
    taken = desk.must("improve", "--json", about, *more, day=day).data["shortcomings"]
    return [(one["outcome"], one["reference"], one["found"]["concern"]["target"]) for one in taken]


def items(desk: Desk, day: str = "2025-12-01") -> dict[str, dict[str, Any]]:
    return {one["reference"]: one for one in desk.must("improvements", "--json", day=day).data["register"]["items"]}


def occurrences(desk: Desk, reference: str) -> list[tuple[str, str]]:
    return [(one["on"], one["statement"]) for one in items(desk)[reference]["improvement"]["seen"]]


def set_(desk: Desk, *clauses: str, person: str = HELEN, day: str = "2025-12-01", item: str = "SIP-0100") -> Said:
    return desk.must("amend", item, *(word for one in clauses for word in ("--set", one)), person=person, day=day)


def test_a_finding_whose_rule_asks_for_it_raises_one_item(late: Desk) -> None:
    assert improve(late) == [("raised", "SIP-0001", "targets.restore.P1")]
    one = items(late)["SIP-0001"]
    said = one["improvement"]
    assert (one["state"], one["open"], one["title"]) == ("raised", True, f"SLA-0900: {WANTED}")
    assert said["concern"] == {
        "record": "SLA-0900",
        "target": "targets.restore.P1",
        "cause": f"{LATE}: Urgent incidents",
    }
    assert (said["origin"], said["service"], said["owner"]) == ("breach", "SVC-LEDGER", HELEN)
    assert "15 min" in said["seen"][0]["statement"]


def test_raising_items_twice_changes_nothing(late: Desk) -> None:
    improve(late)
    acts = late.must("history", "SIP-0001", "--json").data
    assert improve(late, day="2025-12-02") == [("known", "SIP-0001", "targets.restore.P1")]
    assert improve(late, about="OLA-0900") == [("known", "SIP-0001", "targets.restore.P1")]
    assert late.must("history", "SIP-0001", "--json").data == acts


def test_where_no_record_is_named_all_are_looked_at(late: Desk) -> None:
    improve(late)
    taken = late.must("improve", "--json").data["shortcomings"]
    assert {(one["outcome"], one["found"]["concern"]["record"]) for one in taken} == {
        ("known", "SLA-0900"),
        ("raised", "SLA-0001"),
    }
    assert len({one["reference"] for one in taken}) == len(taken)


def test_what_is_found_otherwise_later_is_added_to_the_open_item(late: Desk) -> None:
    improve(late)
    late.must("amend", "OLA-0900", "--set", "targets.restore.P1.minutes=270")
    assert improve(late, day="2025-12-05") == [("appended", "SIP-0001", "targets.restore.P1")]
    assert improve(late, day="2025-12-06") == [("known", "SIP-0001", "targets.restore.P1")]
    (first, _), (second, statement) = occurrences(late, "SIP-0001")
    assert (first, second) == ("2025-12-01", "2025-12-05")
    assert "30 min" in statement
    assert list(items(late)) == ["SIP-0001"]


def test_a_dry_run_stores_nothing(late: Desk) -> None:
    assert improve(late, "--dry-run") == [("raised", "SIP-0001", "targets.restore.P1")]
    assert items(late) == {}
    assert "Nothing was stored" in late.must("improve", "SLA-0900", "--dry-run").words


def test_a_finding_that_is_waived_or_that_asks_for_nothing_raises_no_item(late: Desk, desk: Desk) -> None:
    usual = ("--reason", "the second shift begins in March", "--owner", OMAR, "--until", "2026-03-31")
    clause = ("--clause", "targets.restore.P1")
    waiver = late.must("waive", "SLA-0900", LATE, *clause, *usual, "--json").data["reference"]
    assert improve(late, "--dry-run") != [], "what is proposed does not count yet"
    late.must("advance", waiver, "approve", person=OMAR)
    assert improve(late) == []
    assert "Nothing was found that asks for an improvement." in late.must("improve", "SLA-0900").words


def test_what_is_found_after_its_item_was_cancelled_raises_another(late: Desk) -> None:
    improve(late)
    set_(late, "closure_reason=not now", item="SIP-0001")
    late.must("advance", "SIP-0001", "cancel")
    assert improve(late) == [("raised", "SIP-0002", "targets.restore.P1")]


def test_an_occurrence_cannot_be_written_down_before_an_earlier_one(late: Desk) -> None:
    improve(late, day="2025-12-05")
    late.must("amend", "OLA-0900", "--set", "targets.restore.P1.minutes=270")
    said = late.type("improve", "SLA-0900", day="2025-12-01")
    assert said.code == 2
    assert "put them in the order of days" in said.words
    assert len(occurrences(late, "SIP-0001")) == 1


def test_an_unknown_record_is_refused(desk: Desk) -> None:
    said = desk.type("improve", "SLA-7777")
    assert said.code == 1
    assert "there is no record SLA-7777" in said.words


def in_progress(desk: Desk) -> None:
    desk.must("advance", "SIP-0100", "accept")
    desk.must("advance", "SIP-0100", "assess")
    desk.must("advance", "SIP-0100", "approve", person=MOSS)
    desk.must("advance", "SIP-0100", "start", person=OMAR)


def delivered(desk: Desk, measured: str) -> None:
    in_progress(desk)
    set_(desk, "actions.rota.done_on=2025-11-28")
    desk.must("advance", "SIP-0100", "deliver", person=OMAR)
    how = "kpi.measured.how=398 calls in November"
    set_(desk, f"kpi.measured.value={measured}", "kpi.measured.on=2025-11-30", how, day="2025-12-01")


def refused(desk: Desk, step: str, person: str = INGRID, day: str = "2025-12-01") -> str:
    said = desk.type("advance", "SIP-0100", step, person=person, day=day)
    assert said.code == 1, said.words
    return said.words


def test_an_item_closes_only_with_a_measured_value(by_hand: Desk) -> None:
    in_progress(by_hand)
    set_(by_hand, "actions.rota.done_on=2025-11-28")
    by_hand.must("advance", "SIP-0100", "deliver", person=OMAR)
    words = refused(by_hand, "close_met")
    assert "not yet filled in: kpi.measured.value" in words
    assert "by what is recorded it is open, not met" in words


def test_the_target_is_met_by_what_was_measured_and_by_nobodys_opinion(by_hand: Desk) -> None:
    delivered(by_hand, "89.9")
    assert "by what is recorded it is not met, not met" in refused(by_hand, "close_met")
    assert "closure_reason" in refused(by_hand, "close_not_met")
    set_(by_hand, "closure_reason=The rota leaves a gap on Fridays.")
    by_hand.must("advance", "SIP-0100", "close_not_met", person=INGRID)
    one = items(by_hand)["SIP-0100"]
    assert (one["state"], one["closed_as"], one["overdue"]) == ("closed_not_met", "not_met", False)


def test_the_owner_verifies_nothing(by_hand: Desk) -> None:
    delivered(by_hand, "93")
    words = refused(by_hand, "close_met", person=OMAR)
    assert "is named as owner" in words
    said = by_hand.type("amend", "SIP-0100", "--set", "verifier=PER-HADDAD")
    assert said.code == 2
    assert "what was reached is verified by somebody else" in said.words


def test_nobody_closes_an_item_but_the_verifier_who_wrote_none_of_it(by_hand: Desk) -> None:
    delivered(by_hand, "93")
    assert "is not named as verifier" in refused(by_hand, "close_met", person=HELEN)
    set_(by_hand, "verifier=PER-CARRICK")
    assert "drafted it" in refused(by_hand, "close_met", person=HELEN)
    set_(by_hand, "verifier=PER-HALVORSEN")
    by_hand.must("advance", "SIP-0100", "close_met", person=INGRID)
    said = by_hand.type("amend", "SIP-0100", "--set", "kpi.measured.value=99")
    assert (said.code, "can no longer be changed" in said.words) == (1, True)


def test_a_value_is_not_verified_before_the_day_on_which_it_was_measured(by_hand: Desk) -> None:
    delivered(by_hand, "93")
    assert "(kpi.measured.on)" in refused(by_hand, "close_met", day="2025-11-29")


def test_who_assessed_an_item_does_not_approve_it(by_hand: Desk) -> None:
    by_hand.must("advance", "SIP-0100", "accept")
    by_hand.must("advance", "SIP-0100", "assess", person=OMAR)
    assert "took 'assess'" in refused(by_hand, "approve", person=OMAR)


def test_the_owner_of_an_item_does_not_have_it_done(by_hand: Desk) -> None:
    by_hand.must("advance", "SIP-0100", "accept")
    by_hand.must("advance", "SIP-0100", "assess")
    assert "Omar Haddad is named as owner" in refused(by_hand, "approve", person=OMAR)


@pytest.mark.parametrize("clause", ["kpi.target=75", "kpi.baseline.value=60", "kpi.unit=calls", "kpi.direction=less"])
def test_by_what_an_item_is_judged_stands_once_it_is_approved(clause: str, by_hand: Desk) -> None:
    in_progress(by_hand)
    changes = [clause] if clause != "kpi.direction=less" else [clause, "kpi.target=60"]
    said = by_hand.type("amend", "SIP-0100", *[word for one in changes for word in ("--set", one)])
    assert said.code == 1
    assert f"{clause.partition('=')[0]}" in said.words
    assert "can no longer be changed" in said.words


def test_the_report_of_a_closed_item_is_kept(by_hand: Desk, tmp_path: Path) -> None:
    delivered(by_hand, "93")
    by_hand.must("advance", "SIP-0100", "close_met", person=INGRID)
    path = tmp_path / "report.pdf"
    by_hand.must("document", "SIP-0100", "-o", str(path))
    words = printed(path)
    for said in ("71.5 % on 30 September 2025", "at least 90 %", "93 % on 30 November 2025", "target met"):
        assert said in words
    assert "DRAFT" not in words


def printed(path: Path) -> str:
    """The words of a PDF."""
    found = subprocess.run(["pdftotext", "-layout", path, "-"], check=True, capture_output=True, text=True)
    return " ".join(found.stdout.replace("\N{NO-BREAK SPACE}", " ").split())


def test_the_register_marks_what_is_overdue_from_the_day_after(by_hand: Desk) -> None:
    assert not items(by_hand, "2025-12-15")["SIP-0100"]["overdue"]
    assert items(by_hand, "2025-12-16")["SIP-0100"]["overdue"]
    words = by_hand.must("improvements", day="2025-12-16").words
    for said in (
        "15 Dec 2025",
        "overdue",
        "71.5 → 90 → ? per cent",
        "Omar Haddad",
        "EUR 1,200.00 once",
        "EUR 5,000.00 each year",
    ):
        assert said in words
    (action,) = items(by_hand, "2025-12-01")["SIP-0100"]["actions"]
    assert action["overdue"]
    assert items(by_hand, "2026-02-01")["SIP-0100"]["review_overdue"]
    assert not items(by_hand, "2026-01-31")["SIP-0100"]["review_overdue"]


def test_a_cancelled_item_costs_nothing_and_is_not_open(by_hand: Desk) -> None:
    set_(by_hand, "closure_reason=The telephone system is replaced.")
    by_hand.must("advance", "SIP-0100", "cancel")
    register = by_hand.must("improvements", "--json").data["register"]
    assert (register["costs"], register["benefits"]) == ([], [])
    assert by_hand.must("improvements", "--open", "--json").data["register"]["items"] == []
    assert "No item is open." in by_hand.must("improvements", "--open").words


PROGRAMME = """
kind: improvement_programme
reference: PRG-2026
title: Better answers in 2026
sponsor: PER-HADDAD
owner: PER-CARRICK
scope: The service desk.
goals:
  calls: {statement: Nine calls of ten are answered within a minute, by: 2026-06-30}
starts: 2025-10-01
ends: 2026-12-31
budget: {amount: 4000, currency: EUR}
next_review_on: 2026-03-31
"""


@pytest.mark.pdf
def test_register_and_programme_are_printed(by_hand: Desk, write: Callable[[str, str], Path], tmp_path: Path) -> None:
    by_hand.must("apply", str(write("programme.yaml", PROGRAMME)))
    set_(by_hand, "programme=PRG-2026")
    register, programme = tmp_path / "register.pdf", tmp_path / "programme.pdf"
    by_hand.must("improvements", "-o", str(register), day="2025-12-16")
    by_hand.must("improvements", "--programme", "-o", str(programme), day="2025-12-16")
    short, long = printed(register), printed(programme)
    for said in ("SIP-0100", "71.5 → 90 per cent", "overdue", "1 open of 1 item"):
        assert said in short
    for said in (
        "Better answers in 2026",
        "Nine calls of ten",
        "EUR 4,000.00 once",
        "Items by service",
        "Draw up a rota",
    ):
        assert said in long


def test_a_programme_without_a_file_is_no_question(desk: Desk) -> None:
    for option in ("--programme", "--accessible"):
        said = desk.type("improvements", option)
        assert (said.code, "name it with -o" in said.words) == (2, True)


def test_a_workspace_without_an_item_says_how_to_begin(desk: Desk) -> None:
    assert "raise some with: sdflow improve" in desk.must("improvements").words
    assert desk.must("improvements", "--json").data["register"]["items"] == []


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("target: 90", "target: 70", "is no better than the baseline of 71.5, where more is better"),
        ("direction: more", "direction: less", "is no better than the baseline of 71.5, where less is better"),
        ("verifier: PER-HALVORSEN", "verifier: PER-HADDAD", "verified by somebody else"),
        ("size: small", "target: term", "names a clause of no record"),
        ("service: SVC-EMAIL", "service: CMP-DIRECTORY", "expected a service"),
        ("  target: 90", "  target: 90\n  measured: {value: 91, on: 2025-09-30, how: guess}", "not after"),
        ("currency: EUR, per: year", "currency: EUR, per: month", "once or year"),
        ("origin: review", "origin: rumour", "breach, review, audit, test or idea"),
    ],
)
def test_what_cannot_be_an_item_is_refused_with_its_line(
    desk: Desk, write: Callable[[str, str], Path], was: str, now: str, said: str
) -> None:
    assert BY_HAND.count(was) == 1
    answer = desk.type("apply", str(write("item.yaml", BY_HAND.replace(was, now))))
    assert answer.code == 2
    assert said in answer.words
    assert "item.yaml:" in answer.words
    assert items(desk) == {}


DRILL = """
kind: person
reference: PER-STONE
title: Ada Stone
organisation: TEAM-NORTHGATE
roles: {continuity_manager: {since: 2025-01-01}}
---
kind: continuity_plan
reference: BCP-0100
title: Mail after a disaster
owner: PER-HADDAD
services: {mail: {service: SVC-EMAIL, option: gradual}}
detection_minutes: 10
decision_minutes: 20
---
kind: continuity_test
reference: BCT-0100
title: Tabletop in November
owner: PER-HADDAD
plan: BCP-0100
plan_version: 1
sort: tabletop
scope: The whole plan
scenario: The computing centre burns.
aims: [To see who calls whom]
planned_on: 2025-11-20
place: Meeting room
leader: PER-HADDAD
observers: [PER-HALVORSEN]
participants: [PER-CARRICK]
criteria: {calls: {statement: Everybody is called within an hour, met: false}}
begun_at: 2025-11-20T10:00:00+00:00
ended_at: 2025-11-20T12:00:00+00:00
timeline: {t1: {at: "2025-11-20T10:30:00+00:00", what: Nobody knows the number of the centre}}
problems: {numbers: {what: A number was missing, cause: Contacts are not kept, clause: contacts}}
actions: {keep: {what: Keep the contacts with the plan, problem: numbers, owner: PER-CARRICK, due_on: 2026-01-31}}
signatories: [{key: business, person: PER-HALVORSEN, party: BU-HALVORSEN, capacity: For those who use the mail}]
"""


@pytest.fixture
def drilled(desk: Desk, write: Callable[[str, str], Path]) -> Desk:
    """A tabletop of a plan that failed, with one corrective action, before anybody concluded that."""
    desk.must("apply", str(write("drill.yaml", DRILL)))
    for step in ("approve", "start"):
        desk.must("advance", "BCT-0100", step, person="PER-STONE")
    return desk


def about_plan(desk: Desk, *tests: str) -> list[tuple[str, str | None, str]]:
    taken = desk.must("improve", *tests, "--json").data["shortcomings"]
    return [(one["outcome"], one["reference"], one["found"]["source"]) for one in taken]


def test_a_corrective_action_becomes_an_item_once_the_result_of_the_test_stands(drilled: Desk) -> None:
    assert about_plan(drilled, "BCT-0100") == []
    drilled.must("advance", "BCT-0100", "conclude_failed", person="PER-STONE")
    assert about_plan(drilled) == [("raised", "SIP-0001", "BCT-0100")]
    assert about_plan(drilled) == [("known", "SIP-0001", "BCT-0100")]
    said = items(drilled)["SIP-0001"]["improvement"]
    assert said["concern"] == {"record": "BCP-0100", "target": "contacts", "cause": "Contacts are not kept"}
    assert (said["origin"], said["owner"], said["due_on"]) == ("test", HELEN, "2026-01-31")
    assert said["wanted"] == "Keep the contacts with the plan"


def test_two_tests_with_one_cause_concern_one_item_until_it_is_closed(
    drilled: Desk, write: Callable[[str, str], Path]
) -> None:
    drilled.must("advance", "BCT-0100", "conclude_failed", person="PER-STONE")
    about_plan(drilled)
    again = DRILL.split("---")[2].replace("BCT-0100", "BCT-0101").replace("November", "late November")
    drilled.must("apply", str(write("again.yaml", again)))
    for step in ("approve", "start", "conclude_failed"):
        drilled.must("advance", "BCT-0101", step, person="PER-STONE")
    assert about_plan(drilled) == [("known", "SIP-0001", "BCT-0100"), ("appended", "SIP-0001", "BCT-0101")]
    assert [one["source"] for one in items(drilled)["SIP-0001"]["improvement"]["seen"]] == ["BCT-0100", "BCT-0101"]
    set_(drilled, "closure_reason=The centre has a new number.", item="SIP-0001")
    drilled.must("advance", "SIP-0001", "cancel")
    assert [outcome for outcome, _, _ in about_plan(drilled)] == ["known", "known"], (
        "what happened once is dealt with once"
    )


SECOND = "actions: {call: {what: Call the centre once a month, problem: numbers, owner: PER-HADDAD, due_on: 2025-12-15}, keep:"
KEEP = ("Keep the contacts with the plan", HELEN, "2026-01-31")
CALL = ("Call the centre once a month", OMAR, "2025-12-15")


def concluded(desk: Desk, write: Callable[[str, str], Path], reference: str, text: str) -> None:
    """A further test that failed."""
    desk.must("apply", str(write(f"{reference}.yaml", text.split("---")[2].replace("BCT-0100", reference))))
    for step in ("approve", "start", "conclude_failed"):
        desk.must("advance", reference, step, person="PER-STONE")


def actions(desk: Desk, reference: str = "SIP-0001") -> list[tuple[str, str, str]]:
    said = items(desk)[reference]["improvement"]["actions"].values()
    return [(one["what"], one["who"], one["due_on"]) for one in said]


def test_corrective_actions_with_one_cause_keep_who_does_them_until_when(
    drilled: Desk, write: Callable[[str, str], Path]
) -> None:
    concluded(drilled, write, "BCT-0101", DRILL.replace("actions: {keep:", SECOND))
    assert [outcome for outcome, _, _ in about_plan(drilled)] == ["raised", "appended"]
    assert actions(drilled) == [CALL, KEEP]
    acts = drilled.must("history", "SIP-0001", "--json").data
    assert [outcome for outcome, _, _ in about_plan(drilled)] == ["known", "known"]
    assert drilled.must("history", "SIP-0001", "--json").data == acts


def test_an_action_that_is_asked_for_twice_is_done_once(drilled: Desk, write: Callable[[str, str], Path]) -> None:
    drilled.must("advance", "BCT-0100", "conclude_failed", person="PER-STONE")
    about_plan(drilled)
    concluded(drilled, write, "BCT-0101", DRILL)
    assert [outcome for outcome, _, _ in about_plan(drilled)] == ["known", "appended"]
    assert actions(drilled) == [KEEP]


def test_what_a_test_finds_while_an_item_is_verified_is_done_before_it_closes(
    drilled: Desk, write: Callable[[str, str], Path]
) -> None:
    drilled.must("apply", str(write("moss.yaml", BY_HAND.rpartition("---")[2])))
    drilled.must("advance", "BCT-0100", "conclude_failed", person="PER-STONE")
    about_plan(drilled)
    figure = ("kpi.title=Numbers that answer", "kpi.unit=per cent", "kpi.direction=more", "kpi.target=90")
    set_(drilled, *figure, "kpi.baseline.value=70", "kpi.baseline.on=2025-11-20", "kpi.review_on=2026-03-01",
         "justification=Nobody was reached", "size=small", "priority=high", "owner=PER-HADDAD",
         "verifier=PER-HALVORSEN", item="SIP-0001")  # fmt: skip
    for step, person in (("accept", HELEN), ("assess", HELEN), ("approve", MOSS), ("start", OMAR)):
        drilled.must("advance", "SIP-0001", step, person=person)
    set_(drilled, "actions.a1.done_on=2025-11-28", item="SIP-0001")
    drilled.must("advance", "SIP-0001", "deliver", person=OMAR)
    measured = ("kpi.measured.value=95", "kpi.measured.on=2025-11-30", "kpi.measured.how=All numbers were called")
    set_(drilled, *measured, item="SIP-0001")
    concluded(drilled, write, "BCT-0101", DRILL.replace("actions: {keep:", SECOND))
    assert [outcome for outcome, _, _ in about_plan(drilled)] == ["known", "appended", "appended"]
    assert actions(drilled) == [KEEP, CALL, KEEP]
    said = drilled.type("advance", "SIP-0001", "close_met", person=INGRID)
    assert (said.code, "not yet filled in: actions.*.done_on" in said.words) == (1, True)
    late = drilled.type("amend", "SIP-0001", "--set", "actions.a2.done_on=2025-12-01")
    assert (late.code, "lies before 2025-12-01, the day on which the last action was done" in late.words) == (2, True)
    owed = drilled.must("agenda", "--json", day="2025-12-14").data["lines"]
    assert ("SIP-0001", "action", OMAR) in {
        (one["reference"], one["obligation"], one["person"]["reference"]) for one in owed if one["person"]
    }


def test_a_corrective_action_that_is_done_raises_nothing(drilled: Desk) -> None:
    drilled.must("advance", "BCT-0100", "conclude_failed", person="PER-STONE")
    drilled.must("amend", "BCT-0100", "--set", "actions.keep.done_on=2025-11-25")
    assert about_plan(drilled) == []
