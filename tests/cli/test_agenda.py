"""What is owed: by whom, when and why; my own work; and the screen with which a workspace opens."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from counter import LIN, NOW, ROSSI, TODAY, Counter
from desk import HELEN, INGRID, OMAR, Desk
from sdflow.cli.root import sdflow

Write = Callable[[str, str], Path]

ITEM = """\
kind: improvement
reference: SIP-0001
title: Answer sooner
origin: idea
raised_on: 2025-12-01
statement: Calls are answered sooner
"""
LEAVER = """\
kind: person
reference: PER-LEAVER
title: Paula Leaver
organisation: TEAM-NORTHGATE
roles: {service_owner: {since: 2020-01-01, until: 2026-01-31}}
"""
WAIVER = """\
kind: waiver
reference: WVR-0001
title: Later at night
agreement: SLA-0001
rule: SLM-003
reason: The second shift begins in March
owner: %s
expires_on: 2026-03-31
"""


def lines(desk: Desk, *words: str, day: str = "2025-12-20") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = desk.must("agenda", *words, "--json", day=day).data["lines"]
    return found


def names(found: list[dict[str, Any]]) -> list[tuple[str, str, int]]:
    return [(one["reference"], one["obligation"], one["days"]) for one in found]


@pytest.fixture
def busy(desk: Desk, write: Write) -> Desk:
    """A desk with an item that waits since 1 December, a requirement since the 5th, and a waiver that somebody owns."""
    desk.must("apply", str(write("item.yaml", ITEM)))
    desk.must("apply", str(write("leaver.yaml", LEAVER)))
    desk.must("apply", str(write("waiver.yaml", WAIVER % "PER-LEAVER")), day="2025-12-02")
    desk.must("advance", "WVR-0001", "approve", person=OMAR, day="2025-12-03")
    desk.must("advance", "SLR-0001", "submit", person=INGRID, day="2025-12-05")
    return desk


def test_what_is_owed_is_told_with_its_day_its_reason_and_who_is_asked_for_it(busy: Desk) -> None:
    found = lines(busy)
    assert names(found) == [
        ("SLR-0001", "taking_up", -10),
        ("SIP-0001", "acceptance", -5),
        ("WVR-0001", "expiry", 101),
    ]
    assert found[0]["reason"] == "it is 'submitted' since 5 December 2025, for which 5 days are meant"
    assert found[0]["person"] is None
    assert {"reference": HELEN, "name": "Helen Carrick"} in found[0]["anybody"]
    assert found[2]["person"] == {"reference": "PER-LEAVER", "name": "Paula Leaver"}
    said = busy.must("agenda", day="2025-12-20").words
    assert "10 days late" in said
    assert "3 owed, 2 overdue" in said


def test_overdue_and_the_days_ahead_narrow_it_down(busy: Desk) -> None:
    assert len(lines(busy, "--overdue")) == 2
    assert len(lines(busy, "--days", "100")) == 2
    assert len(lines(busy, "--days", "101")) == 3
    assert lines(busy, "--overdue", day="2025-12-10") == []
    assert names(lines(busy, "--days", "0", day="2025-12-10")) == [("SLR-0001", "taking_up", 0)]


def test_my_work_is_what_i_am_named_for_and_what_my_roles_are_asked_for(busy: Desk) -> None:
    assert names(lines(busy, "--owner", "PER-LEAVER")) == [("WVR-0001", "expiry", 101)]
    assert [one["reference"] for one in lines(busy, "--owner", HELEN)] == ["SLR-0001", "SIP-0001"]
    assert [one["reference"] for one in lines(busy, "--owner", "improvement_coordinator")] == ["SIP-0001"]
    assert lines(busy, "--owner", INGRID) == []


def test_what_somebody_owed_who_has_left_falls_to_those_who_hold_the_roles(busy: Desk) -> None:
    assert lines(busy, "--owner", "PER-LEAVER", day="2026-02-01") == []
    (found,) = [one for one in lines(busy, "--owner", OMAR, day="2026-02-01") if one["reference"] == "WVR-0001"]
    assert (found["person"], found["gone"]["name"]) == (None, "Paula Leaver")
    assert "Omar Haddad" in [one["name"] for one in found["anybody"]]
    assert "Paula Leaver has left" in busy.must("agenda", day="2026-02-01").words


@pytest.mark.parametrize("leaving", ["role", "record"])
def test_the_calendar_of_who_holds_the_role_has_what_the_agenda_asks_them_for_of_who_has_left(
    busy: Desk, tmp_path: Path, leaving: str
) -> None:
    day = "2026-02-01"
    if leaving == "record":
        busy.must("amend", "PER-LEAVER", "--set", "roles.service_owner.until=2027-01-31", day="2025-12-09")
        busy.must("advance", "PER-LEAVER", "retire", "--reason", "left", day="2025-12-10")
    asked = [(one["reference"], one["due_on"]) for one in lines(busy, "--owner", OMAR, day=day)]
    said = busy.must("calendar", "-o", str(tmp_path / "omar.ics"), "--owner", OMAR, "--json", day=day).data
    assert [(one["record"], one["due_on"]) for one in said["entries"]] == asked
    assert "WVR-0001" in dict(asked)
    said = busy.must("calendar", "-o", str(tmp_path / "hers.ics"), "--owner", "PER-LEAVER", "--json", day=day).data
    assert said["entries"] == []


def test_only_people_have_a_home_and_days_end_with_the_calendar(busy: Desk) -> None:
    said = busy.type("home", person="SLA-0001")
    assert (said.code, "there is no person SLA-0001" in said.words) == (1, True)
    assert busy.type("home", day="9999-12-20").code == 2
    assert busy.type("agenda", "--overdue", day="0001-01-01").code == 2
    assert busy.type("agenda", "--days", "36500", day="2999-12-31").code == 0
    assert "lies outside 1900-01-01 to 2999-12-31" in busy.type("agenda", day="3000-01-01").words


def test_what_nobody_can_be_asked_for_is_shown_as_nobodys(desk: Desk, write: Write) -> None:
    desk.must("apply", str(write("item.yaml", ITEM)))
    desk.must("amend", HELEN, "--set", "roles.service_level_manager.until=2025-12-10", day="2025-12-10")
    (found,) = lines(desk)
    assert found["anybody"] == []
    assert "nobody" in desk.must("agenda", day="2025-12-20").words


def test_who_is_neither_a_person_nor_a_role_is_refused_with_the_roles(busy: Desk) -> None:
    said = busy.type("agenda", "--owner", "PER-NOBODY")
    assert said.code == 1
    assert "PER-NOBODY is neither a person nor a role" in said.words
    assert "supplier_manager" in said.words


def test_what_is_done_is_owed_no_more(busy: Desk) -> None:
    busy.must("advance", "SLR-0001", "analyse", day="2025-12-08")
    assert ("SLR-0001", "answer", 8) in names(lines(busy))
    busy.must("advance", "WVR-0001", "withdraw", day="2025-12-09")
    assert [one["reference"] for one in lines(busy)] == ["SIP-0001", "SLR-0001"]


def test_the_home_screen_says_what_waits_for_me_what_is_overdue_and_how_everything_stands(busy: Desk) -> None:
    home = busy.must("home", "--json", day="2025-12-20").data
    assert home["me"] == {"reference": HELEN, "name": "Helen Carrick"}
    assert [one["reference"] for one in home["mine"]] == ["SLR-0001", "SIP-0001"]
    assert [one["reference"] for one in home["overdue"]] == ["SLR-0001", "SIP-0001"]
    standing = {one["kind"]: one for one in home["portfolio"]}
    assert standing["waiver"]["states"] == {"approved": 1}
    assert (standing["slr"]["owed"], standing["slr"]["overdue"]) == (1, 1)
    listed = busy.must("list", "--json").data
    assert sum(sum(one["states"].values()) for one in home["portfolio"]) == len(listed)
    assert "Waits for you within 30 days: 2" in busy.must("home", day="2025-12-20").words


def test_sdflow_alone_is_the_home_screen_inside_a_workspace_and_the_help_outside(
    busy: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SDFLOW_WORKSPACE", raising=False)
    monkeypatch.chdir(busy.folder)
    inside = CliRunner().invoke(sdflow, [])
    assert inside.exit_code == 0
    assert "Overdue: " in inside.output
    assert "Service level requirements" in inside.output
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert "Usage: " in CliRunner().invoke(sdflow, []).output


def test_who_has_no_person_of_their_own_still_sees_the_home_screen(busy: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sdflow.bootstrap.login", lambda: "stranger")
    assert "Nobody has your login" in busy.must("home", person=None, day="2025-12-20").words
    assert busy.type("home", person="PER-NOBODY").code == 1


def test_each_signatory_owes_a_signature_when_the_turn_has_come(side_by_side: Counter) -> None:
    def owing() -> dict[str, str]:
        found = side_by_side.must("agenda", "--json", day=None).data["lines"]
        return {one["person"]["reference"]: one["due_on"] for one in found if one["obligation"] == "signature"}

    due = (NOW.date() + timedelta(days=14)).isoformat()
    assert owing() == {LIN: due}
    assert side_by_side.sign(LIN).code == 0
    assert owing() == {OMAR: due, ROSSI: due}
    assert side_by_side.sign(ROSSI).code == 0
    assert owing() == {OMAR: due}
    assert side_by_side.sign(OMAR).code == 0
    assert owing() == {}


def test_the_newest_certificate_of_a_person_is_owed_anew_before_it_ends(side_by_side: Counter) -> None:
    def ends() -> list[str]:
        found = side_by_side.must("agenda", "--json", day=None).data["lines"]
        return [one["due_on"] for one in found if (one["reference"], one["obligation"]) == (LIN, "certificate")]

    (first,) = ends()
    assert first > TODAY
    secret = ("--passphrase-file", str(side_by_side.keys / "passphrase"))
    side_by_side.must("key", "new", LIN, "-o", str(side_by_side.keys / "second.p12"), *secret, day=None)
    assert len(ends()) == 1


def test_the_obligations_of_a_database_can_be_derived_again(busy: Desk) -> None:
    before = lines(busy)
    said = busy.must("db", "rebuild", "--json", day="2025-12-20").data
    assert said["mended"] == []
    assert said["obligations"] == 3
    assert lines(busy) == before
    assert "records owe 3 things; 0 were kept otherwise" in busy.must("db", "rebuild", day="2025-12-20").words


def test_a_changed_life_cycle_counts_at_once_and_is_kept_after_a_rebuild(busy: Desk) -> None:
    shipped = Path(__file__).parents[2] / "workflows" / "slr.yaml"
    (busy.folder / "workflows").mkdir()
    (busy.folder / "workflows" / "slr.yaml").write_text(
        shipped.read_text().replace("days_in_state: 5}", "days_in_state: 50}")
    )
    assert ("SLR-0001", "taking_up", 35) in names(lines(busy))
    assert busy.must("db", "rebuild", "--json", day="2025-12-20").data["mended"] == ["SLR-0001"]
    assert ("SLR-0001", "taking_up", 35) in names(lines(busy))


def test_a_copy_of_the_workspace_owes_the_same(busy: Desk, tmp_path: Path) -> None:
    shutil.copytree(busy.folder, tmp_path / "copy")
    assert lines(Desk(tmp_path / "copy")) == lines(busy)
