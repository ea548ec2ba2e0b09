"""What was sent is noted before anything else is sent, and confirmed by whoever comes after one who died."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from post import DUE, Office, free_port, person, served
from sdflow.adapters.delivery.sent_notes import PREFIX, SentNote, SentNotes
from sdflow.domain.message import Delivery, DeliveryState
from sdflow.domain.reminder import StepState
from sdflow.engine.reminder_planning import plan
from sdflow.engine.workspace import Workspace

DAY = DUE - timedelta(days=60)
DEAD = "the dead"
HOLD = '[reminders]\non_unknown = "hold"\n'
PEOPLE = 30
"""More than a sender takes in hand at once."""


@pytest.fixture(params=["", HOLD], ids=["repeat", "hold"])
def office(opened: Workspace, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Office]:
    """Two people who are to be reminded."""
    port = free_port()
    made = Office.furnished(opened, tmp_path / "workspace", [person(1), person(2)], port, request.param)
    server = served(made.mailbox, port)
    yield made
    server.stop()


@pytest.fixture
def crowded(opened: Workspace, tmp_path: Path) -> Iterator[Office]:
    """Many people who are to be reminded."""
    port = free_port()
    people = [person(number) for number in range(1, PEOPLE + 1)]
    made = Office.furnished(opened, tmp_path / "workspace", people, port)
    server = served(made.mailbox, port)
    yield made
    server.stop()


def test_what_somebody_noted_who_died_counts_as_sent_and_is_not_repeated(office: Office) -> None:
    first, second = _begun_by_somebody_who_dies(office, 2)
    at = office.clock()
    _note(office, first, second)
    office.clock.forward(minutes=16)
    outcome = office.remind(DAY)
    assert (outcome.sent, outcome.held, office.mailbox.letters) == (2, (), [])
    assert office.steps("PER-N00001") == office.steps("PER-N00002") == {"-60": StepState.sent}
    assert {one.settled_at for one in office.ledger(None)} == {at}
    with office.workspace.storage.looking() as ledger:
        kept = ledger.deliveries(DeliveryState.sent)
    assert [(one.attempts, one.address, one.claimed_by) for one in kept] == [(1, "noted@northgate.example", "")] * 2


def test_notes_silence_nothing_before_the_lease_is_over(office: Office) -> None:
    _note(office, *_begun_by_somebody_who_dies(office, 1))
    outcome = office.remind(DAY)
    assert (outcome.sent, len(outcome.waiting)) == (0, 2)


def test_a_note_that_was_cut_short_is_none(office: Office) -> None:
    first, _ = _begun_by_somebody_who_dies(office, 1)
    _note(office, first)
    (notes,) = _notes(office)
    notes.write_bytes(notes.read_bytes()[:-10] + b"\xff\n[1]\nnull\n")
    office.clock.forward(minutes=16)
    outcome = office.remind(DAY)
    assert (outcome.sent + len(outcome.held), len(office.mailbox.letters)) == (2, outcome.sent)


def test_who_has_sent_everything_leaves_no_notes(crowded: Office) -> None:
    seen: list[int] = []

    def answer(_: Any, __: str) -> str:
        seen.append(len(_notes(crowded)))
        return "250 kept"

    crowded.mailbox.answer = answer
    assert crowded.remind(DAY).sent == PEOPLE
    assert max(seen) == 1
    assert _notes(crowded) == []


def test_notes_of_the_dead_go_once_nothing_is_in_their_hand_and_those_of_the_living_stay(office: Office) -> None:
    _note(office, *_begun_by_somebody_who_dies(office, 1))
    (dead,) = _notes(office)
    office.clock.forward(minutes=14)
    office.apply([person(3)], DAY)
    office.remind(DAY)
    assert _notes(office) == [dead]
    office.clock.forward(minutes=2)
    SentNotes(office.workspace.folder, "the living", office.clock())
    office.remind(DAY)
    assert dead not in _notes(office)
    assert len(_notes(office)) == 1


def test_each_message_is_noted_before_the_next_one_leaves(crowded: Office) -> None:
    behind: list[int] = []

    def answer(_: Any, __: str) -> str:
        noted = sum(path.read_text("utf-8").count('"message"') for path in _notes(crowded))
        behind.append(len(crowded.mailbox.letters) - noted - _confirmed(crowded))
        return "250 kept"

    crowded.mailbox.answer = answer
    assert crowded.remind(DAY).sent == PEOPLE
    assert behind == [0] * PEOPLE


def test_where_no_notes_can_be_written_each_message_is_confirmed_before_the_next_one_leaves(crowded: Office) -> None:
    crowded.workspace = replace(crowded.workspace, folder=crowded.workspace.folder / "missing")
    behind: list[int] = []

    def answer(_: Any, __: str) -> str:
        behind.append(len(crowded.mailbox.letters) - _confirmed(crowded))
        return "250 kept"

    crowded.mailbox.answer = answer
    assert crowded.remind(DAY).sent == PEOPLE
    assert behind == [0] * PEOPLE
    assert set(Counter(crowded.mailbox.ids()).values()) == {1}


def _begun_by_somebody_who_dies(office: Office, count: int) -> list[Delivery]:
    """Two messages that are in hand; of so many of them the attempt has begun."""
    plan(office.workspace, office.clock(), DAY)
    with office.workspace.storage.ledger() as ledger:
        claimed = ledger.claim(DEAD, office.clock(), timedelta(minutes=15), 25)
        for one in claimed[:count]:
            ledger.begin(one.id)
    return claimed


def _note(office: Office, *sent: Delivery) -> None:
    notes = SentNotes(office.workspace.folder, DEAD, office.clock())
    for one in sent:
        notes.add(one.id, SentNote(office.clock(), "noted@northgate.example"))


def _notes(office: Office) -> list[Path]:
    return sorted(office.workspace.folder.glob(f"{PREFIX}*"))


def _confirmed(office: Office) -> int:
    with office.workspace.storage.looking() as ledger:
        return len(ledger.deliveries(DeliveryState.sent))
