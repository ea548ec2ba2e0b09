"""The demonstration on the sample organisation: two misalignments found, explained, mended by counter-offers, signed."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from desk import Desk
from sdflow.bootstrap import content_folder
from sdflow.cli.root import sdflow

NGOZI, FIRST_DAY = "PER-OKAFOR", "2026-04-01"
LINE, PLANNING, WIDER = "SLA-RESIDENTS-LINE", "SLA-PLANNING", "SLA-COUNCIL"
TEAMS = ("DESK", "BRIDGE", "NETWORK", "PLATFORM", "DATABASE", "IDENTITY", "APPS", "WEB", "OPERATORS")
SUPPORT = {*(f"OLA-{team}" for team in TEAMS), "UC-TARNWICK", "UC-GREYSTOAT", "UC-ISARBRUECK", "UC-FERNHOLLOW"}
PAPERS = {"UC-ISARBRUECK", "UC-FERNHOLLOW"}


@dataclass(frozen=True)
class Played:
    """What is left of the story once it is played, and what it said."""

    folder: Path
    words: str

    @property
    def desk(self) -> Desk:
        return Desk(self.folder / "workspace")

    @property
    def signed(self) -> list[Path]:
        return sorted((self.folder / "documents").glob("*-v1.pdf"))


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """The story that `sdflow demo` tells unless another is named."""
    folder = tmp_path_factory.mktemp("council") / "demo"
    result = CliRunner().invoke(sdflow, ["demo", "--folder", str(folder)])
    assert result.exit_code == 0, result.output
    return Played(folder, " ".join(result.output.split()))


def text_of(pdf: Path) -> str:
    told = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True).stdout
    return " ".join(told.split())


@pytest.mark.pdf
def test_both_misalignments_are_told_with_their_witness_and_keep_the_owners_from_agreeing(played: Played) -> None:
    before, _, after = played.words.partition("The first counter-offer")
    assert "Mon 26 Oct 2026 19:00–20:00 (Europe/London): no agreement supports CMP-OPERATORS" in before
    assert "840 minutes" in before
    assert "Fri 10 Apr 2026 16:25: what is reported then is met 15 min after it is due" in before
    for agreement in (LINE, PLANNING):
        assert f"'align' of {agreement} is not possible now" in before
        assert f"'align' of {agreement}" not in after


@pytest.mark.pdf
def test_the_agreements_and_all_that_they_need_are_in_force_on_the_first_day(played: Played) -> None:
    states = {row["reference"]: row["state"] for row in played.desk.must("list", "--json", person=None).data}
    active = {one for one, state in states.items() if state == "active" and one.startswith(("SLA-", "OLA-", "UC-"))}
    assert active == {LINE, PLANNING, WIDER, *SUPPORT}
    assert {states[one] for one in ("SLR-RESIDENTS-LINE", "SLR-PLANNING")} == {"accepted"}


@pytest.mark.pdf
def test_no_breach_is_left_and_the_one_warning_is_accepted_by_somebody_else_than_its_owner(played: Played) -> None:
    said = played.desk.must("check", LINE, PLANNING, "--json", person=None, day=FIRST_DAY)
    findings = [one for proof in said.data for one in proof["findings"]]
    assert [one["rule"] for one in findings if one["severity"] == "breach"] == []
    (accepted,) = [one for one in findings if one["waiver"]]
    assert (accepted["rule"], accepted["waived_until"]) == ("SLM-009", "2026-09-30")
    waiver = played.desk.must("show", accepted["waiver"], "--json", person=None).data["content"]
    approved = played.desk.must("history", accepted["waiver"], "--json", person=None).data[-1]
    assert waiver["owner"] == "PER-DEVEREUX"
    assert approved["act"]["actor"] == "PER-ELLERY"


@pytest.mark.pdf
def test_one_promise_is_kept_and_the_other_is_a_numbered_round_longer(played: Played) -> None:
    line = json.loads(played.desk.must("compare", LINE, "r1", "v1", "--json", person=None).out)
    assert line["changes"] == []
    planning = json.loads(played.desk.must("compare", PLANNING, "r1", "round-1", "--json", person=None).out)
    assert planning["changes"] == [{"path": "targets.restore.P1.minutes", "before": 480, "after": 495}]


@pytest.mark.pdf
def test_what_the_counter_offers_changed_can_be_read_in_the_folder(played: Played) -> None:
    contract, agreement = (
        text_of(played.folder / "documents" / f"{one}-changes.pdf") for one in ("UC-TARNWICK", PLANNING)
    )
    assert "CAL-TARNWICK-LONDON" in contract
    assert "38790" in contract
    assert "495" in agreement


@pytest.mark.pdf
def test_every_signed_file_is_named_and_verifies_with_the_records_and_by_itself(played: Played) -> None:
    assert {path.name.removesuffix("-v1.pdf") for path in played.signed} == {LINE, PLANNING, WIDER, *SUPPORT} - PAPERS
    assert all(path.name in played.words for path in played.signed)
    files = [str(path) for path in played.signed]
    played.desk.must("verify", *files, person=None, day=None)
    played.desk.must("verify", *files, "--without-database", person=None, day=None)


@pytest.mark.pdf
def test_the_papers_of_the_older_contracts_are_known_and_a_retyped_one_is_not(played: Played, tmp_path: Path) -> None:
    papers = content_folder() / "examples" / "harrowmere" / "papers"
    for contract in PAPERS:
        played.desk.must("verify", str(papers / f"{contract}.txt"), person=None, day=None)
    retyped = tmp_path / "UC-ISARBRUECK.txt"
    retyped.write_text((papers / retyped.name).read_text("utf-8").replace("340", "320"), encoding="utf-8")
    assert played.desk.type("verify", str(retyped), person=None, day=None).code == 1


@pytest.mark.pdf
def test_the_forged_copy_of_the_story_is_told_apart(played: Played) -> None:
    assert "✗ not genuine SLA-PLANNING-v1.pdf with one bit changed" in played.words
    assert played.words.count("✗ not genuine") == 1


@pytest.mark.pdf
def test_the_agreements_take_their_shared_clauses_from_the_version_that_was_signed(played: Played) -> None:
    for agreement in (LINE, PLANNING):
        shown = played.desk.must("show", agreement, "--json", person=None).data
        inherited = json.loads(shown["envelope"]["text"])["inherited"]
        assert {(one["reference"], one["version"]) for one in inherited.values()} == {(WIDER, 1)}
        assert "priorities" in inherited


@pytest.mark.pdf
def test_the_history_of_the_story_holds_and_has_nobody_sign_twice(played: Played) -> None:
    assert played.desk.must("audit", "verify", "--json", person=None).data["faults"] == []
    for path in played.signed:
        reference = path.name.removesuffix("-v1.pdf")
        signatures = played.desk.must("show", reference, "--json", person=None).data["signatures"]
        assert len({one["person"] for one in signatures}) == len(signatures) == 2


def test_a_folder_that_holds_a_demonstration_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "workspace").mkdir()
    result = CliRunner().invoke(sdflow, ["demo", "--folder", str(tmp_path)])
    assert result.exit_code == 1
    assert "already holds a demonstration" in result.stderr
    assert list((tmp_path / "workspace").iterdir()) == []


def test_a_story_that_nobody_wrote_is_answered_with_those_there_are() -> None:
    result = CliRunner().invoke(sdflow, ["demo", "opera"])
    assert result.exit_code == 2
    assert "'council', 'email'" in result.stderr
