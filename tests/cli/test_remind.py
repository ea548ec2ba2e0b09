from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desk import Desk
from post import Mailbox, free_port, mail_settings, person, served

Write = Callable[[str, str], Path]


@pytest.fixture
def mailbox(desk: Desk) -> Iterator[Mailbox]:
    """The server to which the mail of the workspace goes."""
    made, port = Mailbox(), free_port()
    with (desk.folder / "sdflow.toml").open("a", encoding="utf-8") as settings:
        settings.write(f"\n{mail_settings(port)}")
    server = served(made, port)
    yield made
    server.stop()


def test_a_dry_run_shows_who_would_be_told_what_and_changes_nothing(desk: Desk, mailbox: Mailbox, write: Write) -> None:
    desk.must("apply", str(write("people.yaml", person(1))))
    said = desk.type("remind", "--dry-run", day="2026-01-01")
    assert "p1@northgate.example" in said.out
    assert "Nothing was written and nothing sent" in said.words
    assert desk.must("remind", "--ledger", "--json").data == []
    assert mailbox.letters == []


def test_it_reminds_once_and_the_ledger_tells_of_it(desk: Desk, mailbox: Mailbox, write: Write) -> None:
    desk.must("apply", str(write("people.yaml", person(1))))
    first = desk.type("remind", "--json", day="2026-01-01").data
    assert first["sent"] == len(mailbox.letters) > 0
    count = len(mailbox.letters)
    again = desk.type("remind", day="2026-01-01")
    assert len(mailbox.letters) == count
    assert "✗" in again.out or "Nobody has to be told anything" in again.out
    (step,) = desk.must("remind", "--ledger", "--record", "PER-N00001", "--json").data
    assert (step["step"]["days"], step["state"]) == (-60, "sent")
    shown = desk.must("remind", "--ledger", "--record", "PER-N00001").words
    assert "certificate k1" in shown
    assert "sent" in shown


def test_a_message_that_was_given_up_is_reported_until_somebody_decides(
    desk: Desk, mailbox: Mailbox, write: Write
) -> None:
    mailbox.refused = frozenset({"p1@northgate.example"})
    desk.must("apply", str(write("people.yaml", person(1))))
    for _ in range(2):
        said = desk.type("remind", day="2026-01-01")
        assert said.code == 1
        assert "p1@northgate.example was given up: the server answered 550 no such mailbox" in said.words
    (given_up,) = desk.type("remind", "--json", day="2026-01-01").data["undelivered"]
    mailbox.refused = frozenset()
    desk.must("remind", "--resend", given_up["id"])
    desk.type("remind", day="2026-01-01")
    assert len(mailbox.to("p1@northgate.example")) == 1
    refused = desk.type("remind", "--arrived", given_up["id"])
    assert refused.code == 1
    assert "is sent, so nothing is to be decided about it" in refused.words


def test_without_a_mail_server_it_refuses_and_says_what_to_set(desk: Desk) -> None:
    said = desk.type("remind")
    assert said.code == 1
    assert "set server and from in [mail] of sdflow.toml" in said.words


def test_options_that_exclude_one_another_are_refused(desk: Desk) -> None:
    assert desk.type("remind", "--dry-run", "--ledger").code == 2
    assert desk.type("remind", "--record", "SLA-0001").code == 2
    assert desk.type("remind", "--resend", "nosuch").code == 1
    assert desk.type("remind", "--ledger", "--record", "SLA-9999").code == 1
