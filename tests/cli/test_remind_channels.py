"""Who hears of what is owed over which way, from the settings to what a mail server and web hooks were told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desk import Desk
from post import Clock, Hook, Mailbox, free_port, hooked, mail_settings, person, served
from sdflow import bootstrap

Write = Callable[[str, str], Path]
OWNER = "PER-N00001"
GUIDE = f"""
kind: documented_information
reference: DOC-0900
title: How mail is restored
owner: {OWNER}
last_reviewed_on: 2024-12-01
"""
PEOPLE = (person(1), person(2).replace("auditor", "service_level_manager"))
OWNERS_MAIL, MANAGERS_MAIL = "p1@northgate.example", "p2@northgate.example"


@pytest.fixture
def mailbox(desk: Desk) -> Iterator[Mailbox]:
    made, port = Mailbox(), free_port()
    settle(desk, mail_settings(port))
    server = served(made, port)
    yield made
    server.stop()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the machine."""
    made = Clock(datetime(2025, 12, 1, 8, tzinfo=UTC))
    monkeypatch.setattr(bootstrap, "now", made)
    return made


@pytest.fixture
def guide(desk: Desk, write: Write) -> Desk:
    """A guide that is to be looked at by 1 December 2025."""
    desk.must(
        "apply",
        str(write("guide.yaml", "\n---\n".join((*PEOPLE, GUIDE)).replace("2026-03-02", "2035-03-02"))),
        day="2025-11-03",
    )
    return desk


def settle(desk: Desk, text: str) -> None:
    """Add to the settings of a workspace."""
    with (desk.folder / "sdflow.toml").open("a", encoding="utf-8") as settings:
        settings.write(f"\n{text}")


def channel(name: str, hook: Hook, *meant: str) -> str:
    named = ", ".join(f'"{one}"' for one in meant)
    return f'[channels.{name}]\naddress = "json://127.0.0.1:{hook.port}/"\nfor = [{named}]\n'


def told(mailbox: Mailbox, address: str) -> list[str]:
    """The plain texts of the letters about the guide to an address."""
    texts = [letter.get_body(("plain",)) for letter in mailbox.to(address)]
    return [one.get_content() for one in texts if one is not None and "DOC-0900" in one.get_content()]


def test_what_is_not_done_goes_up_to_the_next_role_by_mail_and_by_the_channel_of_that_role(
    guide: Desk, mailbox: Mailbox
) -> None:
    with hooked(Hook()) as hers, hooked(Hook()) as theirs:
        settle(guide, channel("phone", hers, OWNER) + channel("desk", theirs, "service_level_manager"))
        days = ("2025-12-01", "2025-12-08", "2025-12-15", "2025-12-22")
        for number, day in enumerate(days, 1):
            guide.type("remind", day=day)
            assert len(told(mailbox, OWNERS_MAIL)) == number
            assert len(hers.about("DOC-0900")) == number
        assert told(mailbox, MANAGERS_MAIL) == []
        assert theirs.about("DOC-0900") == []
        guide.type("remind", day="2025-12-29")
        (letter,) = told(mailbox, MANAGERS_MAIL)
        (note,) = theirs.about("DOC-0900")
    for text in (letter, note):
        assert "You hear of it because Person 1 (PER-N00001) has not acted" in text
    assert "You owe it" in told(mailbox, OWNERS_MAIL)[-1]


def test_a_channel_that_fails_is_tried_again_after_longer_and_longer_waits_and_then_reported(
    guide: Desk, mailbox: Mailbox, clock: Clock
) -> None:
    settle(guide, "[reminders]\nattempts = 3\nretry_after_minutes = 15\n")
    with hooked(Hook(500)) as hook:
        settle(guide, channel("phone", hook, OWNER))
        tried = []
        for _ in range(3):
            (waiting,) = guide.type("remind", "--json", day="2025-12-01").data["waiting"]
            tried.append(waiting["attempts"])
            clock.forward(minutes=15)
        # at once, after 15 minutes, and after 30 more; the run between them tries nothing
        assert tried == [1, 2, 2]
        said = guide.type("remind", day="2025-12-01")
        assert said.code == 1
        assert "was given up" in said.words
        assert "500" in said.words
        assert len(told(mailbox, OWNERS_MAIL)) == 1
        hook.status = 200
        guide.must("remind", "--resend", waiting["id"])
        guide.type("remind", day="2025-12-01")
        assert len(hook.about("DOC-0900")) == 1
    assert len(told(mailbox, OWNERS_MAIL)) == 1


def test_a_channel_that_comes_back_is_told_once(guide: Desk, mailbox: Mailbox, clock: Clock) -> None:
    with hooked(Hook(503)) as hook:
        settle(guide, channel("phone", hook, OWNER))
        guide.type("remind", day="2025-12-01")
        hook.status = 200
        guide.type("remind", day="2025-12-01")
        assert hook.about("DOC-0900") == []
        for _ in range(2):
            clock.forward(minutes=16)
            guide.type("remind", day="2025-12-01")
        assert len(hook.about("DOC-0900")) == 1
    assert len(told(mailbox, OWNERS_MAIL)) == 1


@pytest.mark.parametrize("words", [("remind",), ("remind", "--dry-run")])
def test_a_name_in_the_settings_that_nobody_has_is_refused_before_anything_is_planned(
    guide: Desk, mailbox: Mailbox, words: tuple[str, ...]
) -> None:
    settle(guide, '[reminders]\notherwise = "PER-NOBODY"\n')
    settle(guide, channel("desk", Hook(port=9), "service_level_manger", OWNER))
    said = guide.type(*words, day="2025-12-01")
    assert said.code == 2
    assert (
        "sdflow.toml: channels.desk.for: nobody is 'service_level_manger'; did you mean service_level_manager?"
        in said.words
    )
    assert "sdflow.toml: reminders.otherwise: nobody is 'PER-NOBODY'" in said.words
    assert "a role of workflows/roles.yaml" in said.words
    assert mailbox.letters == []
    assert guide.must("remind", "--ledger", "--json").data == []
