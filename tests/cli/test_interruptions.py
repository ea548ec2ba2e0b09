"""Planned interruptions: announced only in agreed windows and with agreed notice, or with a waiver."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desk import Desk

Write = Callable[[str, str], Path]
MANAGER = "PER-CARRICK"
DAY = "2026-02-02"
WORK = """
kind: interruption
reference: INT-0001
title: New firmware for the mail platform
owner: PER-CARRICK
components: [CMP-MAIL]
from_at: 2026-02-15T02:00:00Z
until_at: 2026-02-15T04:00:00Z
reason: The maker has mended a fault that loses mail.
announce_by: 2026-02-08
report_by: 2026-02-20
"""
TOLD = "announced:\n  all: {on: TOLD, channel: mail}\n"


@pytest.fixture
def running(played: Path, tmp_path: Path) -> Desk:
    """The demonstration's workspace, its agreement in force."""
    folder = tmp_path / "workspace"
    shutil.copytree(played / "workspace", folder)
    return Desk(folder)


def found(desk: Desk, day: str = DAY) -> dict[str, Any]:
    (proof,) = desk.type("check", "INT-0001", "--json", day=day).data
    return {one["rule"]: one for one in proof["findings"]}


def test_an_interruption_that_keeps_window_and_notice_is_announced(running: Desk, write: Write) -> None:
    running.must("apply", str(write("int.yaml", WORK)), day=DAY)
    assert found(running).keys() == {"AVM-005"}
    running.must("apply", str(write("int.yaml", WORK + TOLD.replace("TOLD", "2026-02-02"))), day=DAY)
    assert found(running) == {}
    running.must("advance", "INT-0001", "announce", person=MANAGER, day=DAY)
    shown = running.must("show", "INT-0001", "--json", day=DAY).data
    assert shown["record"]["state"] == "announced"


def test_what_has_begun_is_not_announced_any_more(running: Desk, write: Write) -> None:
    running.must("apply", str(write("int.yaml", WORK + TOLD.replace("TOLD", "2026-02-02"))), day="2026-02-16")
    said = running.type("advance", "INT-0001", "announce", person=MANAGER, day="2026-02-16")
    assert (said.code, "possible until 15 February 2026 (from_at)" in said.words) == (1, True)


def test_notice_counts_from_the_day_of_announcing_whatever_is_written_down(running: Desk, write: Write) -> None:
    running.must("apply", str(write("int.yaml", WORK + TOLD.replace("TOLD", "2026-01-02"))), day="2026-02-14")
    assert "AVM-004" in found(running, "2026-02-14")
    said = running.type("advance", "INT-0001", "announce", person=MANAGER, day="2026-02-14")
    assert (said.code, "AVM-004" in said.words) == (1, True)


@pytest.mark.parametrize(
    "clause", ["from_at=2026-02-14T02:00:00Z", "announced.all.on=2026-01-01", "components.1=CMP-LINE-A", "reason=x"]
)
def test_once_the_work_is_over_only_when_it_was_is_written_down(running: Desk, write: Write, clause: str) -> None:
    running.must("apply", str(write("int.yaml", WORK + TOLD.replace("TOLD", DAY))), day=DAY)
    running.must("advance", "INT-0001", "announce", person=MANAGER, day=DAY)
    running.must("advance", "INT-0001", "conclude", person=MANAGER, day="2026-02-16")
    said = running.type("amend", "INT-0001", "--set", clause, person=MANAGER, day="2026-02-16")
    assert (said.code, "can no longer be changed" in said.words) == (1, True)
    later = ("--set", "began_at=2026-02-15T02:10:00Z", "--set", "ended_at=2026-02-17T03:00:00Z")
    assert "17 February 2026 has not come" in running.type("amend", "INT-0001", *later, day="2026-02-16").words
    times = ("--set", "began_at=2026-02-15T02:10:00Z", "--set", "ended_at=2026-02-15T03:00:00Z")
    running.must("amend", "INT-0001", *times, person=MANAGER, day="2026-02-16")
    running.must("advance", "INT-0001", "finish", person=MANAGER, day="2026-02-16")


def test_one_that_is_told_too_late_and_lies_outside_the_window_is_not(running: Desk, write: Write) -> None:
    monday = WORK.replace("15T02:00", "16T08:00").replace("15T04:00", "16T11:00")
    late = monday + TOLD.replace("TOLD", "2026-02-10")
    assert "10 February 2026 has not come" in running.type("apply", str(write("int.yaml", late)), day=DAY).words
    running.must("apply", str(write("int.yaml", late)), day="2026-02-10")
    findings = found(running, "2026-02-10")
    assert {rule: one["severity"] for rule, one in findings.items()} == {
        "AVM-001": "breach",
        "AVM-003": "breach",
        "AVM-004": "breach",
    }
    assert findings["AVM-001"]["witness"].startswith("Mon 16 Feb 2026 08:00–11:00 (Europe/London)")
    said = running.type("advance", "INT-0001", "announce", person=MANAGER, day="2026-02-10")
    assert said.code == 1
    assert "AVM-001" in said.words


def test_work_on_one_of_two_lines_interrupts_nobody(running: Desk, write: Write) -> None:
    running.must("apply", str(write("int.yaml", WORK.replace("[CMP-MAIL]", "[CMP-LINE-A]"))), day=DAY)
    assert found(running) == {}


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("components: [CMP-MAIL]\n", "", "give the services that stop"),
        ("2026-02-15T04:00", "2026-02-15T01:00", "until_at"),
    ],
)
def test_an_interruption_of_nothing_or_of_no_time_is_refused(
    desk: Desk, write: Write, before: str, after: str, words: str
) -> None:
    said = desk.type("apply", str(write("int.yaml", WORK.replace(before, after))), day=DAY)
    assert said.code == 2
    assert words in said.words
