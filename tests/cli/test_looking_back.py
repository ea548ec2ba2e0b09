"""Looking back upon a period: the sample is taken through its life cycles, and what is left to do becomes improvement."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from desk import HELEN, INGRID, OMAR, Desk
from sdflow.bootstrap import content_folder

ROSSI = "PER-ROSSI"
DAY = "2026-11-09"
PACK = {
    "pack.file_name": "SLA-0001-2026-Q3.pdf",
    "pack.sha256": "ab" * 32,
    "pack.sent_on": "2026-11-05",
    "pack.sent_to.customer": INGRID,
    "figures.a.title": "Availability",
    "figures.a.target": "99.5",
    "figures.a.achieved": "98.8",
    "figures.a.unit": "per cent",
}

HELD = {"held_on": "2026-11-10", "attendance.h.person": HELEN, "attendance.i.person": INGRID}
SAID = {
    "summary": "One bad day.",
    "satisfaction": "Less content.",
    "minutes_by": HELEN,
    "next_on": "2027-02-09",
    "actions.probe.what": "Probe every minute",
    "actions.probe.owner": "PER-LIN",
    "actions.probe.due_on": "2026-12-18",
    "actions.probe.because": "Seen late",
}


@pytest.fixture(scope="module")
def told(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("looking-back") / "workspace"
    shutil.copytree(furnished, folder)
    Desk(folder).must("apply", str(content_folder() / "examples" / "looking-back"), day=DAY)
    return folder


@pytest.fixture
def desk(told: Path, tmp_path: Path) -> Desk:
    folder = tmp_path / "workspace"
    shutil.copytree(told, folder)
    return Desk(folder)


def take(desk: Desk, reference: str, person: str, *steps: str, day: str = DAY) -> None:
    for step in steps:
        desk.must("advance", reference, step, person=person, day=day)


def amend(desk: Desk, reference: str, day: str = DAY, **fields: str) -> None:
    words = [word for path, value in fields.items() for word in ("--set", f"{path}={value}")]
    desk.must("amend", reference, *words, "--reason", "as it was", day=day)


def owed(desk: Desk, day: str) -> set[tuple[str, str]]:
    found: list[dict[str, Any]] = desk.must("agenda", "--json", day=day).data["lines"]
    return {(one["reference"], one["obligation"]) for one in found}


def raised(desk: Desk, day: str = DAY) -> list[dict[str, Any]]:
    desk.must("improve", day=day)
    items = desk.must("list", "--json", person=None).data
    named = [one["reference"] for one in items if one["kind"] == "improvement"]
    return [desk.must("show", one, "--json", person=None).data["content"] for one in named]


def test_the_one_who_answered_a_complaint_does_not_close_it_and_its_open_action_is_an_improvement(desk: Desk) -> None:
    take(desk, "CPL-0001", OMAR, "take_up", "answer")
    (item,) = [one for one in raised(desk) if one["record"] == "SLA-0001"]
    assert (item["origin"], item["target"], item["service"]) == ("review", "targets.restore.P2", "SVC-EMAIL")
    assert item["statement"] == "Agree with the supplier that rule sets are tried on a tenth of the mail first"
    assert (
        "somebody else has to take this step" in desk.type("advance", "CPL-0001", "close", person=OMAR, day=DAY).words
    )
    refused = desk.type("advance", "CPL-0001", "close", person=INGRID, day=DAY)
    assert "not yet filled in: actions.*.done_on" in refused.words


def stranger(desk: Desk) -> str:
    """A representative of another customer."""
    path = desk.folder.parent / "stranger.yaml"
    path.write_text(STRANGER)
    desk.must("apply", str(path), day=DAY)
    return "PER-OTHER"


STRANGER = """
kind: business_unit
reference: BU-OTHER
title: Another customer
---
kind: person
reference: PER-OTHER
title: Otto Other
organisation: BU-OTHER
roles: {customer_representative: {since: 2025-01-01}}
"""


@pytest.mark.parametrize(
    "field",
    [
        "statement=All is well",
        "received_on=2026-09-01",
        "gravity=minor",
        "answer=We were right",
        "actions.trial.what=x",
    ],
)
def test_what_a_customer_complained_of_and_was_told_is_not_written_anew(desk: Desk, field: str) -> None:
    take(desk, "CPL-0001", OMAR, "take_up", "answer")
    said = desk.type("amend", "CPL-0001", "--set", field, day=DAY)
    assert (said.code, "can no longer be changed" in said.words) == (1, True)
    assert desk.type("amend", "CPL-0001", "--remove", "actions.trial", day=DAY).code == 1


def test_a_complaint_is_withdrawn_by_its_customer_and_with_a_reason(desk: Desk) -> None:
    take(desk, "CPL-0001", OMAR, "take_up")
    assert "not customer representative" in desk.type("advance", "CPL-0001", "withdraw", day=DAY).words
    assert "does not stand for" in desk.type("advance", "CPL-0001", "withdraw", person=stranger(desk), day=DAY).words
    assert "withdrawn_because" in desk.type("advance", "CPL-0001", "withdraw", person=INGRID, day=DAY).words
    amend(desk, "CPL-0001", withdrawn_because="Settled on the telephone")
    take(desk, "CPL-0001", INGRID, "withdraw")


@pytest.mark.parametrize("field", ["score=4.9", "wanted=1", "answers=1", "scale.most=9"])
def test_what_a_survey_found_and_aimed_at_is_not_written_anew(desk: Desk, field: str) -> None:
    take(desk, "SAT-0001", HELEN, "start", "evaluate")
    said = desk.type("amend", "SAT-0001", "--set", field, day=DAY)
    assert (said.code, "can no longer be changed" in said.words) == (1, True)
    said = desk.type("advance", "SAT-0001", "correct", person=HELEN, day=DAY)
    assert (said.code, "corrected_because" in said.words) == (1, True)
    amend(desk, "SAT-0001", corrected_because="Two sheets were counted twice")
    take(desk, "SAT-0001", HELEN, "correct")
    assert desk.type("amend", "SAT-0001", "--set", "wanted=1", day=DAY).code == 1


def test_somebody_of_the_supplier_agrees_to_what_the_supplier_reached(desk: Desk) -> None:
    amend(desk, "SPR-0001", agreed_with=stranger(desk))
    said = desk.type("advance", "SPR-0001", "agree_missed", person=ROSSI, day=DAY)
    assert (said.code, "agreed_with does not stand for the supplier" in said.words) == (1, True)


def test_a_report_tells_of_every_record_of_its_period_and_calls_agreed_what_the_supplier_agreed_to(
    desk: Desk, tmp_path: Path
) -> None:
    for month, figures in (("07", KEPT), ("08", ""), ("09", KEPT)):
        path = tmp_path / f"{month}.yaml"
        path.write_text(SECOND.replace("SPR-0002", f"SPR-01{month}").replace("2026-10", f"2026-{month}") + figures)
        desk.must("apply", str(path), day=DAY)
    take(desk, "SPR-0107", ROSSI, "drop")
    take(desk, "SPR-0109", ROSSI, "agree_kept")
    (found,) = desk.type("report", "SLA-0001", "--period", "2026-Q3", "--json", day=DAY).data["agreements"]
    lines = [one for one in found["suppliers"] if one["record"]]
    assert [(one["record"]["reference"], one["performance"]["agreed_on"], one["further"]) for one in lines] == [
        ("SPR-0108", None, False),
        ("SPR-0109", "2026-10-05", True),
    ]


KEPT = """
measured_by: Report of the supplier
agreed_with: PER-KEANE
agreed_on: 2026-10-05
figures:
  filter: {title: Availability of the filter, comparison: at_least, target: 99.9, achieved: 99.95, unit: per cent}
"""


def test_of_a_contract_and_a_period_there_is_one_record(desk: Desk, tmp_path: Path) -> None:
    second = tmp_path / "second.yaml"
    second.write_text(SECOND)
    said = desk.type("apply", str(second), day=DAY)
    assert (said.code, "SPR-0001" in said.words, "is about the same already" in said.words) == (2, True, True)
    take(desk, "SPR-0001", ROSSI, "drop")
    desk.must("apply", str(second), day=DAY)


SECOND = """
kind: supplier_performance
reference: SPR-0002
title: October once more
supplier: SUP-KESTREL
contract: UC-0001
period: 2026-10
owner: PER-ROSSI
"""


def test_a_survey_and_a_supplier_that_fell_short_are_concluded_as_that(desk: Desk) -> None:
    take(desk, "SAT-0001", HELEN, "start", "evaluate")
    assert "it is missed, not reached" in desk.type("advance", "SAT-0001", "close_reached", person=OMAR, day=DAY).words
    assert "it is missed, not kept" in desk.type("advance", "SPR-0001", "agree_kept", person=ROSSI, day=DAY).words
    take(desk, "SPR-0001", ROSSI, "agree_missed")
    assert {(one["record"], one.get("target")) for one in raised(desk)} == {
        ("UC-0001", "components.filter.availability"),
        ("UC-0001", "targets.restore.S1"),
        ("SVC-EMAIL", None),
    }


@pytest.mark.pdf
def test_minutes_are_agreed_by_the_customer_frozen_and_printed(desk: Desk, tmp_path: Path) -> None:
    assert "pack.file_name" in desk.type("advance", "SRV-0001", "send_pack", day=DAY).words
    assert ("SRV-0001", "pack") in owed(desk, DAY)
    amend(desk, "SRV-0001", **PACK)
    take(desk, "SRV-0001", HELEN, "send_pack")
    day = "2026-11-12"
    amend(desk, "SRV-0001", day, **HELD)
    amend(desk, "SRV-0001", day, **{"attendance.i.excused": "true"})
    assert "nobody who stands for the customer was there" in desk.type("advance", "SRV-0001", "hold", day=day).words
    amend(desk, "SRV-0001", day, **{"attendance.i.excused": "false"})
    take(desk, "SRV-0001", HELEN, "hold", day=day)
    assert ("SRV-0001", "minutes") in owed(desk, "2026-11-20")
    assert "not customer representative" in desk.type("advance", "SRV-0001", "agree_minutes", day=day).words
    amend(desk, "SRV-0001", day, **SAID)
    another = desk.type("advance", "SRV-0001", "agree_minutes", person=stranger(desk), day=day)
    assert (another.code, "does not stand for the customer that is named" in another.words) == (1, True)
    take(desk, "SRV-0001", INGRID, "agree_minutes", day=day)
    assert desk.type("amend", "SRV-0001", "--set", "summary=Better", "--reason", "x", day=day).code == 1
    minutes = tmp_path / "minutes.pdf"
    desk.must("document", "SRV-0001", "-o", str(minutes), day=day)
    assert minutes.read_bytes().startswith(b"%PDF")
    assert [one["cause"] for one in raised(desk, day)] == ["Seen late"]
    said = desk.type("amend", "SRV-0001", "--set", "actions.probe.done_on=2027-11-12", day=day)
    assert (said.code, "12 November 2027 has not come" in said.words) == (2, True)
    amend(desk, "SRV-0001", day, **{"actions.probe.done_on": day})
    take(desk, "SRV-0001", HELEN, "close", day=day)


@pytest.mark.pdf
def test_a_plan_is_agreed_by_somebody_who_did_not_write_it_and_looked_at_each_quarter(desk: Desk) -> None:
    take(desk, "AVP-0001", HELEN, "submit")
    take(desk, "AVP-0001", OMAR, "agree")
    assert "possible from 01 January 2027" in desk.type("advance", "AVP-0001", "bring_into_force", day=DAY).words
    take(desk, "AVP-0001", HELEN, "bring_into_force", day="2027-01-04")
    assert ("AVP-0001", "review") in owed(desk, "2027-03-31")
    take(desk, "AVP-0001", OMAR, "confirm", day="2027-03-30")
    assert ("AVP-0001", "review") in owed(desk, "2027-06-30")
