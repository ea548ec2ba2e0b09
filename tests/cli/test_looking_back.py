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
}

HELD = {"held_on": "2026-11-10", "attendance.h.person": HELEN, "attendance.i.person": INGRID}
SAID = {
    "summary": "One bad day.",
    "satisfaction": "Less content.",
    "minutes_by": HELEN,
    "next_on": "2027-02-09",
    "figures.a.title": "Availability",
    "figures.a.target": "99.5",
    "figures.a.achieved": "98.8",
    "figures.a.unit": "per cent",
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
    take(desk, "SRV-0001", HELEN, "hold", day=day)
    assert ("SRV-0001", "minutes") in owed(desk, "2026-11-20")
    assert "not customer representative" in desk.type("advance", "SRV-0001", "agree_minutes", day=day).words
    amend(desk, "SRV-0001", day, **SAID)
    take(desk, "SRV-0001", INGRID, "agree_minutes", day=day)
    assert desk.type("amend", "SRV-0001", "--set", "summary=Better", "--reason", "x", day=day).code == 1
    minutes = tmp_path / "minutes.pdf"
    desk.must("document", "SRV-0001", "-o", str(minutes), day=day)
    assert minutes.read_bytes().startswith(b"%PDF")
    assert [one["cause"] for one in raised(desk, day)] == ["Seen late"]
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
