"""The pack of a service review: the report that goes out before it, and what of it is written into the review."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desk import HELEN, INGRID, OMAR, Desk
from ledger import AGREEMENT, PARTS, Ledger

pytestmark = pytest.mark.pdf

Write = Callable[[str, str], Path]
REVIEW = """
kind: service_review
reference: SRV-0001
title: The ledger in January
customer: BU-HALVORSEN
agreements: [SLA-0900]
period: 2026-01
owner: PER-CARRICK
planned_on: 2026-02-20
attendance:
  customer: {person: PER-HALVORSEN}
  provider: {person: PER-HADDAD}
  away: {person: PER-LIN, excused: true}
"""
SENT = f"""pack: {{file_name: report.pdf, sha256: {"ab" * 32}, sent_on: 2026-01-10, sent_to: {{customer: PER-HALVORSEN}}}}
"""
COMPLAINT = """
kind: complaint
reference: CPL-0001
title: Slow at the end of the month
customer: BU-HALVORSEN
service: SVC-LEDGER
received_on: 2026-01-30
received_from: PER-HALVORSEN
gravity: minor
statement: It was slow.
owner: PER-CARRICK
"""


@pytest.fixture(scope="module")
def told(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """January, in which one of four cases missed its target."""
    folder = tmp_path_factory.mktemp("packs") / "workspace"
    shutil.copytree(furnished, folder)
    desk = Desk(folder)

    def write(name: str, text: str) -> Path:
        (folder.parent / name).write_text(text)
        return folder.parent / name

    desk.must("apply", str(write("parts.yaml", PARTS)))
    ledger = Ledger(desk, write)
    ledger.adopt(AGREEMENT, "SLA-0900")
    desk.must("apply", str(write("review.yaml", f"{REVIEW}---{COMPLAINT}")), day="2026-02-02")
    ledger.incidents(
        "2026-01-01", "2026-01-31", ("2026-01-03", 6, "full disk"), *((f"2026-01-{d}", 2, "") for d in (10, 11, 12))
    )
    return folder


@pytest.fixture
def desk(told: Path, tmp_path: Path) -> Desk:
    shutil.copytree(told, tmp_path / "workspace")
    return Desk(tmp_path / "workspace")


def content(desk: Desk, reference: str = "SRV-0001") -> dict[str, Any]:
    found: dict[str, Any] = desk.must("show", reference, "--json", person=None).data["content"]
    return found


def pack(desk: Desk, out: Path, *words: str, day: str = "2026-02-10") -> dict[str, Any]:
    found: dict[str, Any] = desk.must("pack", "SRV-0001", "-o", str(out), *words, "--json", day=day).data
    return found


def test_the_report_is_made_and_its_name_its_hash_and_its_figures_stand_in_the_review(
    desk: Desk, tmp_path: Path
) -> None:
    made = pack(desk, tmp_path)
    (file,) = map(Path, made["files"])
    said = content(desk)
    assert said["pack"] == {
        "file_name": "SRV-0001-2026-01.pdf",
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "sent_on": "2026-02-10",
        "sent_to": {"p1": INGRID, "p2": OMAR},
    }
    figures = {one["clause"]: one for one in said["figures"].values()}
    late = figures["targets.restore.P1"]
    assert (late["agreement"], late["target"], late["achieved"], late["cause"]) == (
        "SLA-0900",
        "90",
        "75",
        "full disk (1)",
    )
    assert "achieved" not in figures["targets.availability"], "no data is no figure"
    assert figures["targets.availability"]["remark"] == "no data"
    assert said["complaints"] == ["CPL-0001"]
    desk.must("advance", "SRV-0001", "send_pack", day="2026-02-10")


def test_packing_again_renews_the_figures_and_leaves_what_people_wrote(desk: Desk, tmp_path: Path) -> None:
    pack(desk, tmp_path)
    (key,) = (key for key, one in content(desk)["figures"].items() if one["clause"] == "targets.restore.P1")
    words = ("--set", f"figures.{key}.cause=Nobody looked at the disk", "--set", f"figures.{key}.remark=Once")
    desk.must("amend", "SRV-0001", *words, day="2026-02-10")
    before = content(desk)
    assert pack(desk, tmp_path)["pack"]["sha256"] == before["pack"]["sha256"], "the same report is the same file"
    assert content(desk) == before
    later = pack(desk, tmp_path, "--to", INGRID, day="2026-02-12")
    assert content(desk)["pack"]["sent_to"] == {"p1": INGRID}
    assert content(desk)["figures"] == before["figures"]
    assert later["pack"]["sent_on"] == "2026-02-12"


def test_what_was_agreed_before_goes_with_it_as_it_stands(desk: Desk, write: Write, tmp_path: Path) -> None:
    earlier = (
        REVIEW.replace("SRV-0001", "SRV-0002").replace("2026-01\n", "2025-12\n").replace("2026-02-20", "2026-01-20")
    )
    actions = f"""held_on: 2026-01-20
{SENT}actions:
  disk: {{what: Watch the disk, owner: PER-LIN, due_on: 2026-01-31, because: It filled up, done_on: 2026-01-30}}
  desk: {{what: A second desk, owner: PER-HADDAD, due_on: 2026-03-31, because: Calls wait}}
"""
    desk.must("apply", str(write("earlier.yaml", earlier + actions)), day="2026-02-02")
    pack(desk, tmp_path)
    assert "previous" not in content(desk), "it was planned and not held, whatever day is written down"
    for step in ("send_pack", "hold"):
        desk.must("advance", "SRV-0002", step, day="2026-02-02")
    pack(desk, tmp_path)
    said = content(desk)
    assert said["previous"] == "SRV-0002"
    assert {key: one["progress"] for key, one in said["previous_actions"].items()} == {"disk": "done", "desk": "open"}
    desk.must("amend", "SRV-0001", "--set", "previous_actions.desk.progress=dropped", day="2026-02-10")
    pack(desk, tmp_path)
    assert content(desk)["previous_actions"]["desk"]["progress"] == "dropped"


def test_a_dry_run_writes_nothing_and_a_file_that_cannot_be_written_stores_nothing(desk: Desk, tmp_path: Path) -> None:
    before = content(desk)
    assert pack(desk, tmp_path, "--dry-run")["files"] == []
    assert "this was a dry run" in desk.must("pack", "SRV-0001", "--dry-run", day="2026-02-10").words
    (tmp_path / "file").write_text("in the way")
    refused = desk.type("pack", "SRV-0001", "-o", str(tmp_path / "file" / "pack.pdf"), day="2026-02-10")
    assert refused.code == 2
    assert "cannot be written" in refused.words
    assert content(desk) == before
    assert not list(tmp_path.glob("*.pdf"))


def test_what_was_sent_is_the_pack_until_the_review_is_planned_again(desk: Desk, tmp_path: Path) -> None:
    pack(desk, tmp_path)
    desk.must("advance", "SRV-0001", "send_pack", day="2026-02-10")
    refused = desk.type("pack", "SRV-0001", "-o", str(tmp_path), day="2026-02-12")
    assert refused.code == 1
    assert "pack.sent_on" in refused.words
    desk.must("advance", "SRV-0001", "replan", day="2026-02-12")
    assert pack(desk, tmp_path, day="2026-02-12")["pack"]["sent_on"] == "2026-02-12"


def test_nothing_is_packed_after_the_meeting(desk: Desk, tmp_path: Path) -> None:
    desk.must("amend", "SRV-0001", "--set", "held_on=2026-02-09", day="2026-02-10")
    refused = desk.type("pack", "SRV-0001", "-o", str(tmp_path), day="2026-02-10")
    assert (refused.code, "was held on 2026-02-09" in refused.words) == (1, True)


def test_only_a_review_has_a_pack_and_somebody_has_to_get_it(desk: Desk, tmp_path: Path) -> None:
    assert "SLA-0900 is no service review" in desk.type("pack", "SLA-0900", day="2026-02-10").words
    desk.must("amend", "SRV-0001", "--remove", "attendance", day="2026-02-10")
    assert "nobody is named" in desk.type("pack", "SRV-0001", "-o", str(tmp_path), day="2026-02-10").words
    assert desk.type("pack", "SRV-0001", "-o", str(tmp_path), "--to", "PER-NOBODY", day="2026-02-10").code != 0
    assert desk.type("pack", "SRV-0001", person=HELEN, day="2025-12-20").code == 1, "January had not begun"


def test_a_review_that_was_called_off_is_not_the_one_before(desk: Desk, write: Write, tmp_path: Path) -> None:
    earlier = f"{REVIEW.replace('SRV-0001', 'SRV-0002')}held_on: 2026-01-20\n"
    desk.must("apply", str(write("earlier.yaml", earlier.replace("2026-01\n", "2025-12\n"))), day="2026-02-02")
    desk.must("advance", "SRV-0002", "call_off", day="2026-02-02")
    pack(desk, tmp_path)
    assert "previous" not in content(desk)
    desk.must("amend", "SRV-0001", "--set", "previous=SRV-0002", day="2026-02-10")
    refused = desk.type("pack", "SRV-0001", "-o", str(tmp_path), day="2026-02-10")
    assert (refused.code, "it is 'called_off' and was not held" in refused.words) == (1, True)


FIGURE = ("title", "clause", "agreement", "comparison", "target", "achieved", "unit")


@pytest.mark.parametrize("steps", [("send_pack",), ("send_pack", "hold")], ids=["sent", "held"])
def test_the_figures_that_were_sent_are_those_of_the_minutes(
    desk: Desk, tmp_path: Path, steps: tuple[str, ...]
) -> None:
    pack(desk, tmp_path)
    desk.must("amend", "SRV-0001", "--set", "held_on=2026-02-11", day="2026-02-11")
    for step in steps:
        desk.must("advance", "SRV-0001", step, day="2026-02-11")
    figures = content(desk)["figures"]
    missed = next(key for key, one in figures.items() if one["clause"] == "targets.restore.P1")
    unmeasured = next(key for key, one in figures.items() if "achieved" not in one)
    lies = (
        ("--set", f"figures.{missed}.achieved=99.9", "--remove", f"figures.{missed}.cause"),
        ("--set", f"figures.{missed}.target=50", "--remove", f"figures.{missed}.cause"),
        ("--set", f"figures.{unmeasured}.achieved=99.99"),
        ("--remove", f"figures.{missed}"),
        ("--set", "figures.x.title=Else", "--set", "figures.x.target=1", "--set", "figures.x.unit=cases"),
        ("--set", "period=2025-12"),
    )
    for lie in lies:
        refused = desk.type("amend", "SRV-0001", *lie, day="2026-02-11")
        assert (refused.code, "can no longer be changed" in refused.words) == (1, True), lie
    words = ("--set", f"figures.{missed}.cause=A disk", "--set", f"figures.{unmeasured}.remark=The monitor was off")
    desk.must("amend", "SRV-0001", *words, day="2026-02-11")
    assert {key: [one.get(name) for name in FIGURE] for key, one in content(desk)["figures"].items()} == {
        key: [one.get(name) for name in FIGURE] for key, one in figures.items()
    }


def test_a_pack_whose_figures_were_written_over_is_sent_once_it_is_made_again(desk: Desk, tmp_path: Path) -> None:
    pack(desk, tmp_path)
    key = next(key for key, one in content(desk)["figures"].items() if "achieved" not in one)
    desk.must("amend", "SRV-0001", "--set", f"figures.{key}.achieved=99.99", day="2026-02-10")
    refused = desk.type("advance", "SRV-0001", "send_pack", day="2026-02-10")
    assert (refused.code, "figures.*.achieved was written by hand" in refused.words) == (1, True)
    pack(desk, tmp_path)
    assert "achieved" not in content(desk)["figures"][key]
    own = ("--set", "figures.x.title=Moved", "--set", "figures.x.target=1", "--set", "figures.x.unit=cases")
    desk.must("amend", "SRV-0001", *own, day="2026-02-10")
    pack(desk, tmp_path)
    desk.must("advance", "SRV-0001", "send_pack", day="2026-02-10")
    assert content(desk)["figures"]["x"]["title"] == "Moved"


OTHERS = """
kind: business_unit
reference: BU-OTHER
title: Another customer
---
kind: person
reference: PER-OTHER
title: Somebody else
organisation: BU-OTHER
"""


def test_a_review_is_of_the_customer_of_what_is_looked_at(desk: Desk, write: Write) -> None:
    desk.must("apply", str(write("others.yaml", OTHERS)), day="2026-02-02")
    wrong = REVIEW.replace("SRV-0001", "SRV-0003").replace("BU-HALVORSEN", "BU-OTHER")
    said = desk.type("apply", str(write("wrong.yaml", wrong)), day="2026-02-02")
    assert (said.code, "agreements.0" in said.words, "is of BU-HALVORSEN" in said.words) == (2, True, True)
    other = COMPLAINT.replace("CPL-0001", "CPL-0002").replace("BU-HALVORSEN", "BU-OTHER")
    desk.must("apply", str(write("complaint.yaml", other)), day="2026-02-02")
    said = desk.type("apply", str(write("wrong.yaml", f"{REVIEW}complaints: [CPL-0002]\n")), day="2026-02-02")
    assert (said.code, "CPL-0002 (complaint" in said.words) == (2, True)
    service = PARTS.partition("---")[2].replace("SVC-LEDGER", "SVC-X")
    desk.must("apply", str(write("service.yaml", service)), day="2026-02-02")
    said = desk.type("amend", "SRV-0001", "--set", "service=SVC-X", day="2026-02-02")
    assert (said.code, "is about SVC-LEDGER" in said.words) == (2, True)


def test_a_pack_goes_to_people_of_the_customer_and_of_the_provider_alone(
    desk: Desk, write: Write, tmp_path: Path
) -> None:
    desk.must("apply", str(write("others.yaml", OTHERS)), day="2026-02-02")
    for person in ("PER-OTHER", "PER-KEANE"):
        refused = desk.type("pack", "SRV-0001", "-o", str(tmp_path), "--to", INGRID, "--to", person, day="2026-02-10")
        assert (refused.code, f"not to {person}" in refused.words) == (1, True)
    desk.must("amend", "SRV-0001", "--set", "attendance.x.person=PER-OTHER", day="2026-02-10")
    assert desk.type("pack", "SRV-0001", "-o", str(tmp_path), day="2026-02-10").code == 1
    assert pack(desk, tmp_path, "--to", INGRID, "--to", OMAR)["pack"]["sent_to"] == [INGRID, OMAR]


def test_a_folder_that_is_not_there_yet_is_made_and_each_pack_keeps_its_own_file(desk: Desk, tmp_path: Path) -> None:
    desk.must("pack", "SRV-0001", "-o", f"{tmp_path}/packs/", day="2026-02-10")
    assert [one.name for one in (tmp_path / "packs").iterdir()] == ["SRV-0001-2026-01.pdf"]
    desk.must("pack", "SRV-0001", "-o", f"{tmp_path}/packs/", day="2026-02-11")
    desk.must("pack", "SRV-0001", "-o", f"{tmp_path}/january.pdf", day="2026-02-11")
    assert content(desk)["pack"]["file_name"] == "january.pdf", "the record says under which name it is found"
    (tmp_path / "january.pdf").write_bytes(b"another review's")
    before = content(desk)
    refused = desk.type("pack", "SRV-0001", "-o", f"{tmp_path}/january.pdf", day="2026-02-12")
    assert (refused.code, "is there already" in refused.words) == (1, True)
    assert content(desk) == before
    assert (tmp_path / "january.pdf").read_bytes() == b"another review's"


def test_what_was_withdrawn_or_called_off_goes_with_no_pack(desk: Desk, write: Write, tmp_path: Path) -> None:
    pack(desk, tmp_path)
    assert content(desk)["complaints"] == ["CPL-0001"]
    why = ("--set", "answer_due_on=2026-02-20", "--set", "withdrawn_because=It was another system")
    desk.must("amend", "CPL-0001", *why, day="2026-02-10")
    desk.must("advance", "CPL-0001", "take_up", day="2026-02-10")
    desk.must("advance", "CPL-0001", "withdraw", person=INGRID, day="2026-02-10")
    pack(desk, tmp_path)
    assert content(desk).get("complaints", []) == []


def test_a_pack_of_a_period_that_is_not_over_and_of_a_draft_says_so(desk: Desk, write: Write, tmp_path: Path) -> None:
    draft = AGREEMENT.replace("SLA-0900", "SLA-0902")
    review = REVIEW.replace("SLA-0900", "SLA-0902").replace("2026-01\n", "2026-02\n")
    desk.must("apply", str(write("draft.yaml", f"{draft}---{review}")), day="2026-02-10")
    said = desk.must("pack", "SRV-0001", "-o", f"{tmp_path}/packs/", day="2026-02-10").words
    assert "2026-02 is not over: the figures count until 2026-02-10" in said
    assert "Nobody has signed SLA-0902" in said
    found = content(desk)["pack"]
    assert (found["measured_until"], found["unsigned"]) == ("2026-02-10", ["SLA-0902"])
    desk.must("amend", "SRV-0001", "--set", "period=2026-01", day="2026-02-10")
    pack(desk, tmp_path)
    assert "measured_until" not in content(desk)["pack"]


def test_minutes_mark_what_was_withdrawn_after_the_pack(desk: Desk, tmp_path: Path) -> None:
    pack(desk, tmp_path)
    why = ("--set", "answer_due_on=2026-02-11", "--set", "withdrawn_because=It was another system")
    desk.must("amend", "CPL-0001", *why, day="2026-02-10")
    desk.must("advance", "CPL-0001", "take_up", day="2026-02-10")
    desk.must("advance", "CPL-0001", "withdraw", person=INGRID, day="2026-02-10")
    desk.must("document", "SRV-0001", "-o", f"{tmp_path}/agenda/", "--draft", day="2026-02-20")
    (file,) = (tmp_path / "agenda").iterdir()
    words = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, check=True, text=True).stdout
    assert ("withdrawn" in words, "answer overdue" in words) == (True, False)
