"""Reminders of terms that run out: under a wrong clock, with a long notice, and past runs that were missed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest

from contracts import RENEWING, ROSSI, InForce
from desk import HELEN, Desk
from post import Mailbox, free_port, mail_settings, served
from sdflow import bootstrap
from sdflow.domain.reminder import StepState
from sdflow.engine.obligations import derive
from sdflow.engine.projection import owed
from sdflow.engine.workspace import Occasion, Workspace
from sdflow.operations.advance import advance
from sdflow.operations.remind import Reminded, ledger_of, remind

Steps = dict[tuple[date, int], StepState]
QUARTERLY = "{start_on: 2024-01-01, end_on: 2024-12-31, renewal: automatic, renewal_months: 3, notice: {months: 3}}"
MONTHLY = "{start_on: 2024-01-01, end_on: 2026-01-31, renewal: automatic, renewal_months: 1, notice: {days: 14}}"


@pytest.fixture
def mailbox(desk: Desk) -> Iterator[Mailbox]:
    """The server to which the mail of the workspace goes, and whose it is."""
    made, port = Mailbox(), free_port()
    with (desk.folder / "sdflow.toml").open("a", encoding="utf-8") as settings:
        settings.write(f"\n{mail_settings(port)}")
    for person in (ROSSI, HELEN):
        desk.must("amend", person, "--set", f"email={person.lower()}@northgate.example")
    server = served(made, port)
    yield made
    server.stop()


def _run(workspace: Workspace, day: date) -> Reminded:
    """A run whose clock stands on a day."""
    return remind(workspace, lambda: datetime.combine(day, time(9), tzinfo=UTC))


def _agrees(workspace: Workspace, day: date) -> bool:
    """Whether what is kept is what follows from the records on a day."""
    with workspace.storage.reading() as reading:
        fresh = sorted(one for record in reading.records() for one in derive(workspace, reading, record, day))
        return [one.plainly() for one in owed(workspace, reading, day)] == fresh


def _notices(workspace: Workspace) -> Steps:
    return {(one.key[3], one.step.days): one.state for one in ledger_of(workspace, "UC-0002") if "notice" in one.key[1]}


def test_one_run_under_a_wrong_clock_does_not_silence_the_notice_of_the_term_that_runs(
    in_force: InForce, mailbox: Mailbox
) -> None:
    workspace = bootstrap.open_workspace(in_force(RENEWING).folder)
    _run(workspace, date(2026, 1, 2))
    _run(workspace, date(2027, 3, 1))
    mailbox.letters.clear()
    for day in range(-91, 1):
        on = date(2026, 6, 28) + timedelta(days=day)
        _run(workspace, on)
        assert _agrees(workspace, on)
    steps = _notices(workspace)
    told = {days: steps[date(2026, 6, 28), days] for days in (-90, -30, -14, -7, -1, 0)}
    assert set(told.values()) == {StepState.sent}
    assert len(mailbox.letters) >= len(told)
    workspace.storage.dispose()


def test_an_act_of_a_later_day_leaves_the_notice_of_the_term_that_runs(in_force: InForce) -> None:
    desk = in_force(RENEWING)
    desk.must("advance", "UC-0002", "confirm", "--reason", "looked at", person=ROSSI, day="2031-01-01")
    found = desk.must("agenda", "--json", day="2026-01-01").data["lines"]
    assert [one["due_on"] for one in found if one["obligation"] == "notice_by"] == ["2026-06-28"]


def test_of_a_notice_as_long_as_the_renewal_everybody_hears_in_time(in_force: InForce, mailbox: Mailbox) -> None:
    workspace = bootstrap.open_workspace(in_force(QUARTERLY).folder)
    day = date(2026, 3, 1)
    while day <= date(2026, 6, 30):
        _run(workspace, day)
        day += timedelta(days=1)
    steps = _notices(workspace)
    assert {steps[date(2026, 6, 30), days] for days in (-90, -30, -14, -7, -1, 0)} == {StepState.sent}
    assert _agrees(workspace, date(2026, 6, 30))
    assert mailbox.letters
    workspace.storage.dispose()


def test_an_act_after_missed_runs_leaves_the_same_steps_as_runs_on_every_day(
    in_force: InForce, mailbox: Mailbox
) -> None:
    first = in_force(MONTHLY)
    shutil.copytree(first.folder, first.folder.parent / "copy")
    punctual, late = (bootstrap.open_workspace(first.folder.parent / name) for name in (first.folder.name, "copy"))
    seen = []
    for workspace in (punctual, late):
        for number in range(136):
            day = date(2026, 1, 5) + timedelta(days=number)
            if day == date(2026, 5, 10):
                at = datetime.combine(day, time(8), tzinfo=UTC)
                advance(workspace, Occasion(ROSSI, "Sofia", "tester", at, day), "UC-0002", "confirm", reason="seen")
            if workspace is punctual or number < 2 or day >= date(2026, 5, 12):
                _run(workspace, day)
        seen.append(_notices(workspace).keys())
        workspace.storage.dispose()
    assert seen[0] == seen[1]
    assert mailbox.letters


def test_a_real_run_does_not_lie_ahead_of_the_clock_and_a_rehearsal_not_too_far(desk: Desk, mailbox: Mailbox) -> None:
    ahead = f"{bootstrap.now().year + 1}-12-31"
    said = desk.type("remind", day=ahead)
    assert said.code == 1
    assert "lies ahead of the clock" in said.words
    assert desk.type("remind", "--dry-run", day=ahead).code in (0, 1)
    said = desk.type("remind", "--dry-run", day=f"{bootstrap.now().year + 21}-01-01")
    assert said.code == 1
    assert "more than 20 years ahead" in said.words
    assert mailbox.letters == []
