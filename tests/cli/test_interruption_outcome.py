"""Planned interruptions beside other work, versions and numbers, and what of them was really planned downtime."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from claims import set_up
from desk import OMAR, Desk
from ledger import Ledger

Write = Callable[[str, str], Path]
OFFICE, DOWN = 15_840, 180
"""Agreed minutes of October 2026, and how long the claims desk was down outside the announced hour."""

WORK = """
kind: interruption
reference: REFERENCE
title: Work of REFERENCE
owner: PER-CARRICK
components: [PARTS]
from_at: FROM:00+00:00
until_at: UNTIL:00+00:00
reason: New discs.
report_by: 2026-12-20
announced: {customer: {to: BU-HALVORSEN, on: TOLD}}
"""


@pytest.fixture(scope="module")
def claims_once(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("interrupted")
    shutil.copytree(furnished, folder / "workspace")
    (folder / "files").mkdir()
    set_up(Desk(folder / "workspace"), folder / "files")
    return folder / "workspace"


@pytest.fixture
def claims(claims_once: Path, tmp_path: Path) -> Desk:
    """The claims desk, with the vault's work of 27 October and 17 November 2026 announced."""
    shutil.copytree(claims_once, tmp_path / "claims")
    return Desk(tmp_path / "claims", usual_day="2026-11-03")


@pytest.fixture
def plan(claims: Desk, write: Write) -> Callable[..., None]:
    """Writes an interruption down, and tells the customer on the same day."""

    def plans(reference: str, parts: str, since: str, until: str, told: str = "2026-11-03") -> None:
        text = WORK.replace("REFERENCE", reference).replace("PARTS", parts).replace("TOLD", told)
        text = text.replace("FROM", since).replace("UNTIL", until)
        claims.must("apply", str(write(f"{reference}.yaml", text)), day=told)

    return plans


def found(desk: Desk, reference: str, day: str = "2026-11-03") -> dict[str, Any]:
    (proof,) = desk.type("check", reference, "--json", day=day).data
    return {one["rule"]: one for one in proof["findings"]}


def availability(desk: Desk, day: str = "2026-11-03") -> float:
    (one,) = desk.type("report", "SLA-0910", "--period", "2026-10", "--json", day=day).data["agreements"]
    (figure,) = (target for target in one["targets"] if target["clause"] == "targets.availability")
    return float(figure["achieved"])


def share(agreed: int, down: int) -> float:
    """Per cent of agreed minutes, rounded down to six decimals."""
    return 100_000_000 * (agreed - down) // agreed / 1_000_000


def test_work_on_both_redundant_lines_at_once_stops_what_needs_one_of_them(
    claims: Desk, plan: Callable[..., None]
) -> None:
    plan("INT-1", "CMP-EAST, CMP-WEST", "2026-11-20T10:00", "2026-11-20T16:00", "2026-11-19")
    findings = found(claims, "INT-1", "2026-11-19")
    assert findings.keys() == {"AVM-001", "AVM-003", "AVM-004"}
    assert "360 lie in no window" in findings["AVM-001"]["message"]
    said = claims.type("advance", "INT-1", "announce", person=OMAR, day="2026-11-19")
    assert (said.code, "AVM-001" in said.words) == (1, True)


def test_work_on_one_line_stops_the_service_while_other_announced_work_holds_the_other(
    claims: Desk, plan: Callable[..., None]
) -> None:
    plan("INT-1", "CMP-EAST", "2026-11-12T10:00", "2026-11-12T12:00")
    assert found(claims, "INT-1") == {}
    claims.must("advance", "INT-1", "announce", person=OMAR)
    plan("INT-2", "CMP-WEST", "2026-11-12T11:00", "2026-11-12T14:00")
    assert "of the 60 agreed minutes" in (said := found(claims, "INT-2")["AVM-001"]["message"])
    assert "interrupted by it together with INT-1" in said
    refused = claims.type("advance", "INT-2", "announce", person=OMAR)
    assert (refused.code, "AVM-001" in refused.words) == (1, True)


def test_more_interruptions_of_a_month_than_are_agreed_are_not_announced(
    claims: Desk, plan: Callable[..., None]
) -> None:
    plan("INT-1", "CMP-VAULT", "2026-11-10T07:00", "2026-11-10T07:30")
    claims.must("advance", "INT-1", "announce", person=OMAR)
    plan("INT-7", "CMP-FILTER", "2026-11-10T07:00", "2026-11-10T07:30")
    claims.must("advance", "INT-7", "announce", person=OMAR)
    plan("INT-2", "CMP-VAULT", "2026-11-24T07:00", "2026-11-24T08:00")
    assert found(claims, "INT-2").keys() == {"AVM-006"}
    assert "INT-7" not in found(claims, "INT-2")["AVM-006"]["message"], "it is of mail, and stops no claims"
    said = claims.type("advance", "INT-2", "announce", person=OMAR)
    assert (said.code, "announced before: INT-0911, INT-1" in said.words) == (1, True)
    assert found(claims, "INT-1") == {}
    plan("INT-3", "CMP-VAULT", "2026-11-10T07:30", "2026-11-10T08:00")
    assert found(claims, "INT-3") == {}


def test_work_is_judged_by_the_words_that_hold_on_its_day(
    claims: Desk, plan: Callable[..., None], write: Write
) -> None:
    Ledger(claims, write).in_force("SLA-0910")
    claims.must("advance", "SLA-0910", "revise")
    words = ("effective_on=2026-12-01", "change_request=CR-1", "planned_interruptions.early.notice_days=20")
    sets = [each for word in words for each in ("--set", word)]
    claims.must("amend", "SLA-0910", *sets, "--remove", "adopted.file_name", "--remove", "adopted.file_sha256")
    claims.must("adopt", str(write("second.txt", "The second paper.")), "SLA-0910")
    plan("INT-1", "CMP-VAULT", "2026-11-24T07:00", "2026-11-24T08:00", "2026-11-17")
    plan("INT-2", "CMP-VAULT", "2026-12-01T07:00", "2026-12-01T08:00", "2026-11-17")
    assert found(claims, "INT-1", "2026-11-17") == {}
    assert "asks for 20 days of notice" in found(claims, "INT-2", "2026-11-17")["AVM-004"]["message"]


def test_once_its_day_is_past_it_is_not_planned_again_and_before_it_is_over_not_concluded(claims: Desk) -> None:
    late = claims.type("advance", "INT-0910", "plan_again", person=OMAR)
    assert (late.code, "possible until 27 October 2026 (from_at)" in late.words) == (1, True)
    early = claims.type("advance", "INT-0911", "conclude", person=OMAR)
    assert (early.code, "possible from 17 November 2026 (until_at)" in early.words) == (1, True)


@pytest.mark.parametrize(
    ("began", "ended", "words"),
    [("2026-10-26T07:00", "2026-10-26T08:00", "ended_at"), ("2026-10-28T07:00", "2026-10-28T08:00", "began_at")],
)
def test_work_at_another_time_is_another_interruption(claims: Desk, began: str, ended: str, words: str) -> None:
    claims.must("advance", "INT-0910", "conclude", person=OMAR)
    said = claims.type("amend", "INT-0910", "--set", f"began_at={began}:00Z", "--set", f"ended_at={ended}:00Z")
    assert (said.code, words in said.words, "is another interruption" in said.words) == (2, True, True)


def test_only_what_it_really_took_of_its_window_is_planned_downtime(claims: Desk) -> None:
    assert availability(claims) == share(OFFICE - 60, DOWN)
    claims.must("advance", "INT-0910", "conclude", person=OMAR)
    times = ("--set", "began_at=2026-10-27T07:20:00Z", "--set", "ended_at=2026-10-27T09:00:00Z")
    claims.must("amend", "INT-0910", *times)
    claims.must("advance", "INT-0910", "finish", person=OMAR)
    assert availability(claims) == share(OFFICE - 40, DOWN + 20)


def test_what_did_not_take_place_is_no_planned_downtime(claims: Desk) -> None:
    claims.must("advance", "INT-0910", "conclude", person=OMAR)
    refused = claims.type("advance", "INT-0910", "leave_undone", person=OMAR)
    assert (refused.code, "cancelled_because" in refused.words) == (1, True)
    claims.must("amend", "INT-0910", "--set", "cancelled_because=The discs did not come.")
    claims.must("advance", "INT-0910", "leave_undone", person=OMAR)
    assert availability(claims) == share(OFFICE, DOWN + 30)


def test_what_is_over_is_not_to_come_on_the_day_itself(claims: Desk) -> None:
    def told() -> tuple[str, str]:
        words = claims.type("report", "SLA-0910", "--period", "2026-11", day="2026-11-17").out
        before, _, coming = words.partition("Interruptions to come")
        return before, coming.partition("\n\n")[0]

    assert "INT-0911" in told()[1]
    claims.must("advance", "INT-0911", "conclude", person=OMAR, day="2026-11-17")
    before, coming = told()
    assert ("INT-0911" in before, "INT-0911" in coming) == (True, False)
