"""Waivers: a breach is accepted for a time by somebody else than the one who asks, and no further than was written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desk import HELEN, INGRID, OMAR, Desk, Said
from sdflow.bootstrap import content_folder

LATE = "SLM-003"
RESTORE, RESPONSE = "targets.restore.P1", "targets.response.P1"
WHY = "the second shift begins in March"

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
  response: {P1: {minutes: 30}}
  restore: {P1: {minutes: 240}}
priorities:
  P1: {title: Urgent, applies: Nobody can work}
"""


def only_breach(text: str, rule_id: str) -> str:
    """A rule file in which a single rule is left that weighs as a breach."""
    start = "  - id: "
    head, *rules = text.split(start)
    weighed = [one if one.startswith(rule_id) else one.replace("severity: breach", "severity: advice") for one in rules]
    return start.join([head, *weighed])


@pytest.fixture
def late(desk: Desk, write: Callable[[str, str], Path]) -> Desk:
    """An agreement in negotiation with two breaches: urgent incidents are met, and mended, 15 minutes late."""
    (desk.folder / "rules").mkdir()
    for path in sorted((content_folder() / "rules").glob("*.yaml")):
        (desk.folder / "rules" / path.name).write_text(only_breach(path.read_text("utf-8"), LATE), "utf-8")
    desk.must("apply", str(write("ledger.yaml", RECORDS)))
    desk.must("advance", "SLA-0900", "review")
    desk.must("advance", "SLA-0900", "offer")
    return desk


def ask(desk: Desk, clause: str | None, *more: str, person: str = HELEN, day: str = "2025-12-01") -> Said:
    chosen = ("--clause", clause) if clause else ()
    usual = ("--reason", WHY, "--owner", OMAR, "--until", "2026-03-31")
    return desk.type("waive", "SLA-0900", LATE, *chosen, *usual, *more, person=person, day=day)


def waived(desk: Desk, *clauses: str, person: str = HELEN) -> list[str]:
    """The references of waivers for these clauses, each asked for and approved."""
    found = []
    for clause in clauses:
        said = ask(desk, clause, "--json", person=person)
        assert said.code == 0, said.words
        found.append(str(said.data["reference"]))
        desk.must("advance", found[-1], "approve", person=OMAR)
    return found


def breaches(desk: Desk, day: str = "2025-12-01") -> dict[str, dict[str, Any]]:
    """What weighs as a breach, waived or not, by clause."""
    (proof,) = desk.type("check", "SLA-0900", "--json", day=day).data
    return {one["clause"]: one for one in proof["findings"] if one["severity"] == "breach"}


def test_a_finding_names_its_clause_records_gap_weakest_link_and_witness(late: Desk) -> None:
    one = breaches(late)[RESTORE]
    assert (one["rule"], one["subject"], one["gap"], one["unit"]) == (LATE, "Urgent incidents", "15", "minutes late")
    assert one["records"] == ["SLA-0900", "OLA-0900"]
    assert one["weakest"] == "OLA-0900 Keeping the vault"
    assert one["witness"].startswith("Thu 1 Jan 2026 00:00")
    assert one["waiver"] is None
    told = late.type("check", "SLA-0900").words
    for word in (RESTORE, "15 minutes late", "OLA-0900 Keeping the vault", one["witness"]):
        assert word in told


def test_the_facts_that_fired_a_finding_are_shown_where_they_are_asked_for(late: Desk) -> None:
    assert "promised_minutes" not in late.type("check", "SLA-0900").out
    told = late.type("check", "SLA-0900", "--explain")
    assert "because of route" in told.words
    assert "promised_minutes 240" in told.words


def test_a_breach_that_is_waived_no_longer_stands_against_aligning(late: Desk) -> None:
    refused = late.type("advance", "SLA-0900", "align", person=OMAR)
    assert (refused.code, LATE in refused.err) == (1, True)
    assert late.type("check", "SLA-0900").code == 1

    first, second = waived(late, RESTORE, RESPONSE)

    assert (first, second) == ("WVR-0001", "WVR-0002")
    told = late.must("check", "SLA-0900").words
    assert "2 waived" in told
    assert f"by {first} until 31 Mar 2026" in told
    assert {one["waiver"] for one in breaches(late).values()} == {first, second}
    assert {one["waived_until"] for one in breaches(late).values()} == {"2026-03-31"}
    late.must("advance", "SLA-0900", "align", person=OMAR)


def test_a_waived_breach_is_waived_through_its_last_day_and_counts_again_after_it(late: Desk) -> None:
    first, _ = waived(late, RESTORE, RESPONSE)

    late.must("check", "SLA-0900", day="2026-03-31")
    told = late.type("check", "SLA-0900", day="2026-04-01")

    assert told.code == 1
    assert f"{first} does not count: it expired on 31 Mar 2026" in told.words
    refused = late.type("advance", "SLA-0900", "align", person=OMAR, day="2026-04-01")
    assert refused.code == 1
    assert f"{first} does not count" in refused.words


@pytest.mark.parametrize(("minutes", "counts"), [("256", True), ("255", False), ("250", False)])
def test_a_breach_counts_again_when_its_gap_grows(late: Desk, minutes: str, counts: bool) -> None:
    first, _ = waived(late, RESTORE, RESPONSE)

    late.must("amend", "OLA-0900", "--set", f"targets.restore.P1.minutes={minutes}")
    told = late.type("check", "SLA-0900")

    assert (told.code == 1) is counts
    assert (f"{first} does not count: it accepts 15 minutes late, and the gap is now 16" in told.words) is counts
    assert (breaches(late)[RESTORE]["waiver"] is None) is counts


def test_a_proposed_waiver_does_not_count_before_it_is_approved(late: Desk) -> None:
    said = ask(late, RESTORE)
    assert said.code == 0
    assert f"sdflow advance WVR-0001 approve --as {OMAR}" in said.words
    assert breaches(late)[RESTORE]["waiver"] is None
    again = ask(late, RESTORE)
    assert (again.code, "WVR-0001 proposes to waive this already" in again.err) == (1, True)


def test_a_waiver_is_never_approved_by_its_drafter(late: Desk) -> None:
    said = ask(late, RESTORE, person=OMAR)
    assert said.code == 0

    refused = late.type("advance", "WVR-0001", "approve", person=OMAR)

    assert refused.code == 1
    assert "Omar Haddad drafted it" in refused.err
    assert "Helen Carrick is not service owner" in late.type("advance", "WVR-0001", "approve", person=HELEN).err
    assert breaches(late)[RESTORE]["waiver"] is None


def test_a_drafter_is_also_who_changed_a_proposed_waiver(late: Desk) -> None:
    ask(late, RESTORE)
    late.must("amend", "WVR-0001", "--set", "gap=999", person=OMAR)
    assert "Omar Haddad drafted it" in late.type("advance", "WVR-0001", "approve", person=OMAR).err


def test_an_approved_waiver_can_no_longer_be_widened(late: Desk) -> None:
    (first,) = waived(late, RESTORE)
    said = late.type("amend", first, "--set", "expires_on=2036-03-31")
    assert (said.code, "can no longer be changed" in said.err) == (1, True)


def test_a_withdrawn_waiver_counts_no_longer(late: Desk) -> None:
    (first,) = waived(late, RESTORE)
    late.must("advance", first, "withdraw")
    assert breaches(late)[RESTORE]["waiver"] is None
    assert breaches(late)[RESTORE]["note"] == ""


def test_a_waiver_is_followed_by_one_that_holds_longer(late: Desk) -> None:
    (first,) = waived(late, RESTORE)
    said = ask(late, RESTORE)
    assert (said.code, f"waived already, by {first} until 31 Mar 2026" in said.err) == (1, True)
    later = ask(late, RESTORE, "--until", "2026-06-30", "--json")
    late.must("advance", later.data["reference"], "approve", person=OMAR)
    assert breaches(late)[RESTORE]["waiver"] == later.data["reference"]
    assert breaches(late, "2026-04-01")[RESTORE]["waiver"] == later.data["reference"]


def test_of_several_findings_one_has_to_be_chosen(late: Desk) -> None:
    refused = ask(late, None)
    assert refused.code == 1
    assert f"{LATE} finds 2 things about SLA-0900" in refused.words
    assert f"{LATE}, {RESTORE}, Urgent incidents:" in refused.words
    assert "--clause" in refused.words
    assert ask(late, RESTORE, "--subject", "urgent", "--dry-run").code == 0
    nobody = ask(late, RESTORE, "--subject", "normal")
    assert (nobody.code, "that fits targets.restore.P1 and normal" in nobody.words) == (1, True)


def test_where_nothing_was_found_there_is_nothing_to_waive(late: Desk) -> None:
    late.must("amend", "OLA-0900", "--set", "targets.restore.P1.minutes=240")
    late.must("amend", "OLA-0900", "--set", "targets.response.P1.minutes=30")
    refused = ask(late, None)
    assert refused.code == 1
    assert f"{LATE} finds nothing about SLA-0900, so there is nothing to waive" in refused.words
    usual = ("--reason", WHY, "--owner", OMAR, "--until", "2026-03-31")
    assert "there is no rule SLM-0003 did you mean SLM-003?" in late.type("waive", "SLA-0900", "SLM-0003", *usual).words
    assert late.type("waive", "OLA-0900", LATE, *usual).code == 1
    assert late.type("waive", "SLA-0404", LATE, *usual).code == 1
    assert late.must("list", "--kind", "waiver", "--json").data == []


@pytest.mark.parametrize(
    ("option", "code", "said"),
    [
        (("--until", "2025-11-30"), 1, "a waiver until 30 Nov 2025 has expired already"),
        (("--until", "soon"), 2, "'soon' is not a day"),
        (("--owner", "PER-NOBODY"), 2, "--owner: there is no record PER-NOBODY"),
        (("--owner", "TEAM-NORTHGATE"), 2, "--owner: TEAM-NORTHGATE is a team; expected a person"),
        (("--owner", "omar"), 2, "--owner"),
        (("--reason", "  "), 2, "--reason"),
    ],
)
def test_a_waiver_without_a_reason_an_owner_or_a_day_to_come_is_refused(
    late: Desk, option: tuple[str, str], code: int, said: str
) -> None:
    refused = ask(late, RESTORE, *option)
    assert refused.code == code, refused.words
    assert said in refused.words
    assert late.must("list", "--kind", "waiver", "--json").data == []


def test_a_dry_run_shows_what_would_be_accepted_and_stores_nothing(late: Desk) -> None:
    said = ask(late, RESTORE, "--dry-run")
    assert said.code == 0
    assert "WVR-0001 would propose to waive until 31 Mar 2026" in said.words
    assert "15 minutes late" in said.words
    assert late.must("list", "--kind", "waiver", "--json").data == []


def test_a_waiver_says_what_was_accepted_why_and_who_answers_for_it(late: Desk) -> None:
    (first,) = waived(late, RESTORE)
    text = json.loads(late.must("show", first, "--json").data["record"]["revision"]["text"])["content"]
    assert text == {
        "agreement": "SLA-0900",
        "clause": RESTORE,
        "expires_on": "2026-03-31",
        "gap": "15",
        "owner": OMAR,
        "reason": WHY,
        "rule": LATE,
        "subject": "Urgent incidents",
        "title": f"{LATE} of SLA-0900 {RESTORE}: Urgent incidents",
        "unit": "minutes late",
    }
    history = late.must("history", first).words
    assert "Helen Carrick" in history
    assert "Omar Haddad" in history
    assert late.must("audit", "verify", "--json").data["faults"] == []


def test_a_waiver_does_not_reach_another_agreement_clause_or_subject(
    late: Desk, write: Callable[[str, str], Path]
) -> None:
    waiver = """
kind: waiver
reference: WVR-0009
title: A waiver written by hand
agreement: SLA-0900
rule: SLM-003
clause: {clause}
subject: {subject}
gap: 99
unit: minutes late
reason: It was agreed so.
owner: PER-HADDAD
expires_on: 2026-03-31
"""
    for number, (clause, subject, reached) in enumerate(
        [
            (RESTORE, "Urgent incidents", True),
            (RESTORE, "Normal incidents", False),
            ("targets.restore.P2", "Urgent incidents", False),
        ]
    ):
        reference = f"WVR-09{number:02}"
        text = waiver.format(clause=clause, subject=subject).replace("WVR-0009", reference)
        late.must("apply", str(write(f"{reference}.yaml", text)))
        late.must("advance", reference, "approve", person=OMAR)
        assert (breaches(late)[RESTORE]["waiver"] == reference) is reached
        assert breaches(late)[RESPONSE]["waiver"] is None
        late.must("advance", reference, "withdraw")


def test_a_waiver_in_another_unit_is_not_compared(late: Desk, write: Callable[[str, str], Path]) -> None:
    (first,) = waived(late, RESTORE)
    rules = late.folder / "rules" / "routes.yaml"
    rules.write_text(rules.read_text("utf-8").replace("unit: minutes late", "unit: hours late"), "utf-8")
    (one,) = [one for clause, one in breaches(late).items() if clause == RESTORE]
    assert one["waiver"] is None
    assert (
        one["note"]
        == f"{first} does not count: it accepts 15 minutes late, which cannot be compared with 15 hours late"
    )


def test_the_customer_cannot_approve_and_an_approval_names_who_can(late: Desk) -> None:
    said = ask(late, RESTORE, "--json")
    assert said.data["approvals"] == [{"step": "approve", "roles": ["service_owner"], "people": [OMAR]}]
    assert late.type("advance", "WVR-0001", "approve", person=INGRID).code == 1
    by_owner = ask(late, RESPONSE, "--json", person=OMAR)
    assert by_owner.data["approvals"] == [{"step": "approve", "roles": ["service_owner"], "people": []}]
