"""Planned once and delivered at least once, however many remind at once and however many of them die."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from post import DUE, Office, free_port, person, served
from sdflow.domain.reminder import StepState
from sdflow.engine.workspace import Workspace

AT_ONCE = 8
DAY = DUE - timedelta(days=60)
PEOPLE = int(os.environ.get("SDFLOW_REMINDERS", "120"))
KILLS = int(os.environ.get("SDFLOW_REMINDER_KILLS", "5"))
"""10000 people, or 2000 and 200 kills, make the runs whose figures the documentation names."""


@pytest.fixture
def office(opened: Workspace, database_url: str, tmp_path: Path) -> Iterator[Office]:
    """Many people who are all to be reminded on one day."""
    port = free_port()
    people = [person(number) for number in range(1, PEOPLE + 1)]
    made = Office.furnished(opened, tmp_path / "workspace", people, port, url=database_url)
    server = served(made.mailbox, port)
    yield made
    server.stop()
    made.workspace.storage.dispose()


def test_eight_who_remind_at_once_plan_each_step_once_and_send_it_once(office: Office) -> None:
    outcomes = _told("race", office, AT_ONCE)
    assert len(outcomes) == AT_ONCE
    assert sum(steps for steps, _ in outcomes) == PEOPLE
    assert sum(sent for _, sent in outcomes) == PEOPLE
    assert Counter(office.mailbox.ids().values()) == {1: PEOPLE}
    assert {to for to, _ in office.mailbox.letters} == {f"p{one}@northgate.example" for one in range(1, PEOPLE + 1)}
    assert {one.state for one in office.ledger(None)} == {StepState.sent}
    assert office.workspace.storage.check() == []


def test_who_is_killed_loses_nothing_and_repeats_one_message_at_most(office: Office) -> None:
    killed = _told("kill", office, KILLS)
    office.clock.forward(hours=KILLS + 1)
    office.remind(DAY)
    ids = office.mailbox.ids()
    assert killed > KILLS / 2, "they were done before they were killed; raise SDFLOW_REMINDERS"
    assert {one.state for one in office.ledger(None)} == {StepState.sent}
    assert len(ids) == PEOPLE
    assert sum(ids.values()) - PEOPLE <= killed
    assert office.workspace.storage.check() == []


def _told(what: str, office: Office, count: int) -> Any:
    """What processes came to that remind at once, or are killed one after the other."""
    tests = Path(__file__).parents[1]
    command = [sys.executable, str(tests / "senders.py"), what, str(office.workspace.folder), str(DAY), str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
