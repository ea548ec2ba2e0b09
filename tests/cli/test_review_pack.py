"""The pack of a service review: the report that goes out before it, and what of it is written into the review."""

from __future__ import annotations

import hashlib
import shutil
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
    actions = """held_on: 2026-01-20
actions:
  disk: {what: Watch the disk, owner: PER-LIN, due_on: 2026-01-31, because: It filled up, done_on: 2026-01-30}
  desk: {what: A second desk, owner: PER-HADDAD, due_on: 2026-03-31, because: Calls wait}
"""
    desk.must("apply", str(write("earlier.yaml", earlier + actions)), day="2026-02-02")
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
