"""Reminders when something comes back, cannot be sent, or has nothing left to tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from post import DUE, Mailbox, Office, free_port, person, served
from sdflow.domain.errors import Refused
from sdflow.domain.message import DeliveryState, Message, Post, Receipt
from sdflow.domain.reminder import StepState
from sdflow.engine.reminder_planning import plan
from sdflow.engine.reminder_sending import Sender
from sdflow.engine.workspace import Workspace
from sdflow.operations.remind import settle

Made = Callable[..., Office]
HOLD = '[reminders]\non_unknown = "hold"\n'
ALWAYS = "kind: calendar\nreference: CAL-{0}\ntitle: Days\nzone: Etc/UTC\nweek: {{monday: [00:00-24:00]}}"
ROLE = """\
kind: improvement
reference: SIP-0001
title: Item
raised_on: 2025-12-01
origin: review
statement: Something is to become better."""


class Unfriendly(Mailbox):
    """A server that takes nothing from this sender for a while."""

    welcomes = False

    async def handle_MAIL(self, _: Any, __: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802
        if not self.welcomes:
            return "550 relaying denied"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"


@pytest.fixture
def made(opened: Workspace, tmp_path: Path) -> Iterator[Made]:
    """Makes an office with some people and settings."""
    running = []

    def makes(*people: str, settings: str = "", mailbox: Mailbox | None = None) -> Office:
        port = free_port()
        office = Office.furnished(opened, tmp_path / "workspace", people, port, settings)
        office.mailbox = mailbox or office.mailbox
        running.append(served(office.mailbox, port))
        return office

    yield makes
    for server in running:
        server.stop()


def before(days: int) -> date:
    return DUE - timedelta(days=days)


def _until(day: date) -> dict[str, str]:
    return {"certificates__k1__valid_until": f"{day}T00:00:00Z"}


def test_a_day_that_moves_away_and_back_is_told_of_as_if_it_had_stayed(made: Made) -> None:
    office = made(person(1))
    office.remind(before(60))
    office.remind(before(8))
    office.amend(before(7), "PER-N00001", **_until(date(2026, 8, 1)))
    office.amend(before(7), "PER-N00001", **_until(DUE))
    assert office.steps()["-7"] is StepState.cancelled
    assert office.remind(before(7)).sent == 1
    assert office.steps()["-7"] is StepState.sent


def test_a_message_that_waits_while_its_day_moves_away_and_back_is_sent_once(made: Made) -> None:
    office = made(person(1))
    office.mailbox.answer = lambda _, __: "451 later"
    office.remind(before(60))
    office.amend(before(60), "PER-N00001", **_until(date(2026, 8, 1)))
    office.amend(before(60), "PER-N00001", **_until(DUE))
    office.mailbox.answer = lambda _, __: "250 kept"
    office.clock.forward(hours=13)
    office.remind(before(60))
    office.remind(before(59))
    assert len(office.mailbox.letters) == 1
    assert office.steps() == {"-60": StepState.sent}


def test_what_is_owed_by_a_role_is_told_of_by_the_usual_calendar_though_everybody_has_their_own(made: Made) -> None:
    coordinator = (
        "kind: person\nreference: PER-C\ntitle: Cora\nemail: cora@northgate.example\ncalendar: CAL-HERS\n"
        "roles: {improvement_coordinator: {since: 2020-01-01}}"
    )
    office = made(settings='[reminders]\ncalendar = "CAL-USUAL"\n')
    calendars = [ALWAYS.format(name) for name in ("USUAL", "HERS")]
    office.apply([*calendars, coordinator, ROLE], date(2025, 12, 1))
    office.amend(date(2025, 12, 1), "PER-CARRICK", calendar="CAL-HERS")
    assert office.remind(date(2025, 12, 8)).sent == 1


def test_a_server_that_takes_nothing_from_us_makes_everything_wait_and_gives_nothing_up(made: Made) -> None:
    mailbox = Unfriendly()
    office = made(person(1), person(2), mailbox=mailbox)
    outcome = office.remind(before(60))
    assert [one.problem for one in outcome.waiting] == ["the server answered 550 relaying denied"] * 2
    assert outcome.undelivered == ()
    mailbox.welcomes = True
    office.clock.forward(hours=13)
    assert office.remind(before(60)).sent == 2


def test_a_message_that_comes_late_counts_the_days_from_when_it_is_sent(made: Made) -> None:
    office = made(person(1))
    office.clock.at = datetime.combine(before(60), office.clock.at.time(), tzinfo=UTC)
    office.mailbox.answer = lambda _, __: "451 later"
    office.remind(None)
    office.mailbox.answer = lambda _, __: "250 kept"
    office.clock.forward(days=4)
    office.remind(None)
    (letter,) = office.mailbox.to("p1@northgate.example")
    text = letter.get_body(("plain",))
    assert text is not None
    assert "due in 56 days" in text.get_content()


def test_what_is_done_needs_no_decision_about_a_message_that_is_held(made: Made) -> None:
    office = made(person(1), settings=HOLD)
    office.mailbox.answer = lambda _, __: "drop"
    assert len(office.remind(before(60)).held) == 1
    office.amend(before(59), "PER-N00001", certificates__k1__revoked_on="2026-01-02")
    outcome = office.remind(before(59))
    assert outcome.held == ()
    assert outcome.is_well


def test_what_has_nothing_left_to_tell_is_not_sent_again(made: Made) -> None:
    office = made(person(1))
    office.mailbox.refused = frozenset({"p1@northgate.example"})
    (first,) = office.remind(before(60)).undelivered
    office.mailbox.refused = frozenset()
    assert office.remind(before(30)).sent == 1
    with pytest.raises(Refused, match="has nothing left to tell"):
        settle(office.workspace, first.id, office.clock(), arrived=False)
    with office.workspace.storage.looking() as ledger:
        assert [one.id for one in ledger.deliveries(DeliveryState.undelivered)] == [first.id]


def test_what_was_on_its_way_when_somebody_interrupts_is_held(made: Made) -> None:
    office = made(person(1), settings=HOLD)

    class Interrupted:
        def carry(self, _: Message) -> Receipt:
            raise KeyboardInterrupt

        def close(self) -> None:
            """Nothing is open."""

    post = office.workspace.post
    interrupted = Post(post.settings, post.channels, post.domain, lambda _: Interrupted())
    office.remind(before(61))
    plan(office.workspace, office.clock(), before(60))
    with pytest.raises(KeyboardInterrupt):
        Sender(replace(office.workspace, post=interrupted), office.clock, before(60), "somebody").send()
    office.clock.forward(minutes=16)
    outcome = office.remind(before(60))
    assert (outcome.sent, len(outcome.held)) == (0, 1)
