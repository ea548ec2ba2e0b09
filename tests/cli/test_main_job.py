"""The main job as it is demonstrated, and what a service level manager sees on the way."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from desk import HELEN, INGRID, OMAR, Desk
from sdflow.cli.root import sdflow


@pytest.fixture(scope="module", name="played")
def told(played: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    folder = tmp_path_factory.mktemp("demo") / "demo"
    shutil.copytree(played, folder)
    return folder, json.loads((folder / "told.json").read_text("utf-8"))


@pytest.mark.pdf
def test_the_demonstration_leaves_signed_agreements_that_verify(played: tuple[Path, dict[str, object]]) -> None:
    folder, told = played
    assert told["genuine"] is True
    names = sorted(path.name for path in (folder / "documents").iterdir())
    assert names == ["OLA-0001-v1.pdf", "SLA-0001-v1.pdf", "UC-0001-v1.pdf"]
    desk = Desk(folder / "workspace")
    for name in names:
        said = desk.type("verify", str(folder / "documents" / name), person=None, day=None)
        assert said.code == 0, said.words


@pytest.mark.pdf
def test_the_deliberate_breach_is_found_with_its_witness_and_its_gap(played: tuple[Path, dict[str, object]]) -> None:
    _, told = played
    found = " ".join(str(told["found"]).split())
    assert "Sat 3 Jan 2026 09:00–13:00 (Europe/London)" in found
    assert "15 min late" in found


@pytest.mark.pdf
def test_after_the_demonstration_everything_is_in_force_and_the_history_holds(
    played: tuple[Path, dict[str, object]],
) -> None:
    desk = Desk(played[0] / "workspace")
    states = {row["reference"]: row["state"] for row in desk.must("list", "--json").data}
    assert {states[one] for one in ("SLA-0001", "OLA-0001", "UC-0001")} == {"active"}
    assert states["SLR-0001"] == "accepted"
    findings = desk.must("check", "SLA-0001", "--json", day="2026-01-01").data[0]["findings"]
    assert [one["message"] for one in findings if one["severity"] == "breach"] == played[1]["open"] == []
    report = desk.must("audit", "verify", "--json").data
    assert report["faults"] == []
    history = desk.must("history", "SLA-0001").words
    assert "round 2" in history
    assert "CAL-EXTENDED → CAL-OFFICE" in history


@pytest.mark.pdf
def test_a_frozen_agreement_can_no_longer_be_amended_or_applied(
    played: tuple[Path, dict[str, object]], tmp_path: Path
) -> None:
    desk = Desk(played[0] / "workspace")
    said = desk.type("amend", "SLA-0001", "--set", "scope=Something else")
    assert said.code == 1
    assert "can no longer be changed" in said.err
    desk.must("export", str(tmp_path), "SLA-0001")
    path = tmp_path / "sla" / "SLA-0001.yaml"
    path.write_text(path.read_text().replace("99.5", "99.9"))
    said = desk.type("apply", str(path))
    assert said.code == 2
    assert "targets.availability.percent" in said.err


@pytest.mark.pdf
def test_a_signed_agreement_is_found_forged_when_its_record_says_otherwise(
    played: tuple[Path, dict[str, object]], tmp_path: Path
) -> None:
    desk = Desk(played[0] / "workspace")
    signed = (played[0] / "documents" / "SLA-0001-v1.pdf").read_bytes()
    end_of_first = signed.index(b"%%EOF", signed.index(b"/ByteRange")) + 6
    for name, forged in {
        "flipped": signed[:5000] + bytes([signed[5000] ^ 1]) + signed[5001:],
        "garbage": signed + b"\n% more\n",
        "cut back": signed[:end_of_first],
    }.items():
        path = tmp_path / f"{name}.pdf"
        path.write_bytes(forged)
        for options in ([], ["--without-database"]):
            said = desk.type("verify", str(path), *options, person=None, day=None)
            assert said.code == 1, (name, options, said.words)


def test_a_step_that_is_refused_names_the_guard_and_what_would_satisfy_it(desk: Desk) -> None:
    said = desk.type("advance", "SLA-0001", "align", person=OMAR)
    assert said.code == 1
    assert "'align' is not possible from 'draft'" in said.err
    assert "possible from there: review" in said.err
    desk.must("advance", "SLA-0001", "review")
    desk.must("advance", "SLA-0001", "offer")
    said = desk.type("advance", "SLA-0001", "align", person=HELEN)
    assert "Helen Carrick is not service owner" in said.err
    assert "Helen Carrick drafted it" in said.err
    assert "SLM-001" in said.err


def test_steps_show_what_is_possible_and_each_reason_why_not(desk: Desk) -> None:
    told = desk.must("steps", "SLR-0001", "--json", person=INGRID).data
    steps = {one["step"]["name"]: one["unmet"] for one in told["steps"]}
    assert steps["submit"] == []
    refused = {one["step"]["name"]: one["unmet"] for one in desk.must("steps", "SLR-0001", "--json").data["steps"]}
    assert [one["guard"] for one in refused["submit"]] == ["role"]


def test_a_negotiation_numbers_its_rounds(desk: Desk) -> None:
    desk.must("advance", "SLA-0001", "review")
    desk.must("advance", "SLA-0001", "offer")
    first = desk.must("amend", "SLA-0001", "--set", "targets.restore.P1.minutes=300", "--json").data
    second = desk.must("amend", "SLA-0001", "--set", "targets.restore.P1.minutes=280", "--json", person=INGRID).data
    assert (first["round"], second["round"]) == (1, 2)
    assert second["changes"] == [{"path": "targets.restore.P1.minutes", "before": 300, "after": 280}]


def test_a_dry_run_shows_the_difference_and_stores_nothing(desk: Desk, tmp_path: Path) -> None:
    desk.must("export", str(tmp_path), "CMP-MAIL")
    path = tmp_path / "component" / "CMP-MAIL.yaml"
    path.write_text(path.read_text().replace("Mailboxes, calendars and delivery", "Mailboxes only"))
    said = desk.must("apply", str(path), "--dry-run", "--json").data
    assert said[0]["changes"] == [
        {"path": "purpose", "before": "Mailboxes, calendars and delivery", "after": "Mailboxes only"}
    ]
    assert desk.must("apply", str(path), "--dry-run", "--json").data[0]["outcome"] == "revised"


def test_what_is_exported_applies_back_to_the_same_hashes(desk: Desk, tmp_path: Path) -> None:
    desk.must("export", str(tmp_path / "out"))
    again = desk.must("apply", str(tmp_path / "out"), "--json").data
    assert {one["outcome"] for one in again} == {"unchanged"}
    before = {
        row["reference"]: desk.must("show", row["reference"], "--json").data
        for row in desk.must("list", "--json").data[:5]
    }
    other = tmp_path / "other"
    assert CliRunner().invoke(sdflow, ["init", str(other), "--name", "X", "--person", "PER-X"]).exit_code == 0
    Desk(other).must("apply", str(tmp_path / "out"), person="PER-X")
    for reference, shown in before.items():
        there = Desk(other).must("show", reference, "--json", person="PER-X").data
        assert there["record"]["revision"]["sha256"] == shown["record"]["revision"]["sha256"]


def test_of_eight_processes_that_take_one_step_exactly_one_wins_and_the_others_are_told_why(desk: Desk) -> None:
    words = [
        sys.executable,
        "-m",
        "sdflow",
        "advance",
        "SLA-0001",
        "review",
        "-C",
        str(desk.folder),
        "--as",
        HELEN,
        "--as-of",
        "2025-12-01",
    ]
    running = [subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(8)]
    ended = [(*process.communicate(timeout=120), process.returncode) for process in running]
    assert sorted(code for *_, code in ended) == [0] + [1] * 7
    for _, err, code in ended:
        assert code == 0 or "'review' is not possible from 'internal_review'" in err or "internal_review" in err
    assert desk.must("audit", "verify", "--json").data["faults"] == []


def test_a_history_that_was_changed_behind_sdflow_is_found(desk: Desk) -> None:
    import sqlite3

    with sqlite3.connect(desk.folder / "sdflow.db") as database:
        database.execute("UPDATE record SET state = 'active' WHERE reference = 'SLA-0001'")
    database.close()
    said = desk.type("audit", "verify")
    assert said.code == 1
    assert "SLA-0001" in said.words
    assert "active" in said.words


def test_an_anchor_finds_a_history_that_was_cut(desk: Desk, furnished: Path, tmp_path: Path) -> None:
    desk.must("advance", "SLA-0001", "review")
    anchor = tmp_path / "anchor.json"
    desk.must("audit", "anchor", "-o", str(anchor))
    assert Desk(furnished).type("audit", "verify", "--anchor", str(anchor)).code == 1
    desk.must("audit", "verify", "--anchor", str(anchor))


def test_a_workspace_overlays_rules_and_the_proof_says_so(desk: Desk) -> None:
    from sdflow.bootstrap import content_folder

    own = desk.folder / "rules"
    own.mkdir()
    text = (content_folder() / "rules" / "hours.yaml").read_text().replace("severity: breach", "severity: advice")
    (own / "hours.yaml").write_text(text)
    said = desk.type("check", "SLA-0001", "--json").data[0]
    assert said["overridden"] == ["hours.yaml"]
    assert {one["severity"] for one in said["findings"] if one["rule"] == "SLM-001"} == {"advice"}


@pytest.mark.parametrize(
    "command", ["init", "apply", "amend", "list", "check", "sign", "verify", "audit", "key", "db", "diagram"]
)
def test_every_command_explains_itself(command: str) -> None:
    result = CliRunner().invoke(sdflow, [command, "--help"])
    assert result.exit_code == 0
    assert "Usage:" in result.output


def test_a_life_cycle_is_drawn(desk: Desk) -> None:
    assert "negotiation --> aligned: align" in desk.must("diagram", "sla", "--mermaid").out
    assert "aligned" in desk.must("diagram", "sla").out


@pytest.mark.pdf
def test_a_contract_of_ten_years_lists_the_holidays_of_all_of_them(desk: Desk, tmp_path: Path) -> None:
    pdf = tmp_path / "contract.pdf"
    desk.must("amend", "UC-0001", "--set", "term.end_on=2036-12-31", "--set", "hours.support=CAL-OFFICE")
    desk.must("document", "UC-0001", "-o", str(pdf))
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True).stdout
    assert "25 December 2036" in " ".join(text.split())
