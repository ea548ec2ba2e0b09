"""Planned once and delivered at least once, however many remind at once and however many of them die."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from post import DUE, Office, free_port, person, served
from sdflow.domain.reminder import StepState
from sdflow.engine.workspace import Workspace
from senders import processes, remind_at_once, remind_until_killed

AT_ONCE = 8
DAY = DUE - timedelta(days=60)
PEOPLE = int(os.environ.get("SDFLOW_REMINDERS", "160"))
KILLS = int(os.environ.get("SDFLOW_REMINDER_KILLS", "5"))
"""Set them to 10000 and 200 for the run whose figures the documentation names."""


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
    context = processes()
    barrier = context.Barrier(AT_ONCE, timeout=120)
    answers = [context.Pipe(duplex=False) for _ in range(AT_ONCE)]
    racing = [
        context.Process(target=remind_at_once, args=(office.workspace.folder, DAY, barrier, answer))
        for _, answer in answers
    ]
    for process in racing:
        process.start()
    for _, answer in answers:
        answer.close()
    outcomes = [heard.recv() for heard, _ in answers]
    for process, (heard, _) in zip(racing, answers, strict=True):
        process.join()
        assert process.exitcode == 0
        heard.close()
        process.close()
    assert sum(steps for steps, _ in outcomes) == PEOPLE
    assert sum(sent for _, sent in outcomes) == PEOPLE
    assert Counter(office.mailbox.ids().values()) == {1: PEOPLE}
    assert {to for to, _ in office.mailbox.letters} == {f"p{one}@northgate.example" for one in range(1, PEOPLE + 1)}
    assert {one.state for one in office.ledger(None)} == {StepState.sent}
    assert office.workspace.storage.check() == []


def test_who_is_killed_loses_nothing_and_repeats_one_message_at_most(office: Office) -> None:
    chance = random.Random(7)
    killed = sum(_killed(office, generation, chance.uniform(0, 0.5)) for generation in range(KILLS))
    office.clock.forward(hours=KILLS + 1)
    office.remind(DAY)
    ids = office.mailbox.ids()
    assert killed > KILLS / 2, "they were done before they were killed; raise SDFLOW_REMINDERS"
    assert {one.state for one in office.ledger(None)} == {StepState.sent}
    assert len(ids) == PEOPLE
    assert sum(ids.values()) - PEOPLE <= killed
    assert office.workspace.storage.check() == []


def _killed(office: Office, generation: int, seconds: float) -> bool:
    """Whether a process was killed before it had sent everything."""
    context = processes()
    heard, ready = context.Pipe(duplex=False)
    process = context.Process(target=remind_until_killed, args=(office.workspace.folder, DAY, generation, ready))
    process.start()
    ready.close()
    assert heard.recv() == "ready"
    process.join(timeout=seconds)
    was_done = heard.poll()
    process.kill()
    process.join()
    process.close()
    heard.close()
    return not was_done
