"""A snapshot reads in bulk what a plain reading reads one by one, and gives the same answers."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import event

from sdflow.adapters.storage import Reading, Storage
from sdflow.domain.event import Event
from sdflow.domain.record import Envelope, Record, Revision, StoredDocument, StoredSignature

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
REFERENCES = [f"OLA-{number:04}" for number in range(1, 1004)]
"""More than stand in two queries."""


@pytest.fixture
def filled(database_url: str) -> Iterator[Storage]:
    """Records that cite one another at random; every tenth has two versions, the first of them signed by two people."""
    made = Storage.create(database_url)
    draw = random.Random(7)
    with made.writing() as writing:
        for reference in REFERENCES:
            cited = [(f"supports.{place}", draw.choice(REFERENCES)) for place in range(draw.randint(0, 3))]
            writing.add(Record(reference, "ola", reference, "draft", 0, Revision(1, "ola/1", "{}", "0" * 64, 0)), cited)
        for reference in REFERENCES[::10]:
            for version in (2, 1):
                writing.keep_envelope(Envelope(reference, version, f'{{"v":{version}}}', "e", 0))
            writing.keep_document(StoredDocument(reference, 1, 1, b"x", reference, 0))
            for field in ("receiver", "provider"):
                writing.keep_signature(StoredSignature(reference, 1, field, "PER-LIN", "ff", NOON, reference, 0))
        writing.close(
            verb="apply",
            actor="PER-LIN",
            login="lin",
            recorded_at=NOON,
            effective_on=date(2026, 11, 24),
            reason="",
            events=[Event(reference, "created", {}) for reference in REFERENCES],
        )
    yield made
    made.dispose()


@contextmanager
def counted(storage: Storage) -> Iterator[list[str]]:
    """The statements that reach the database."""
    seen: list[str] = []

    def see(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(storage._engine, "before_cursor_execute", see)
    yield seen
    event.remove(storage._engine, "before_cursor_execute", see)


def gather(reading: Reading, references: Sequence[str]) -> None:
    reading.records_named(references)
    reading.cites_of(references)
    reading.cited_by_of(references)
    reading.envelopes_of(references)
    reading.signatures_of(references)


def everything(reading: Reading, reference: str) -> tuple[object, ...]:
    signatures = [reading.signatures(reference, version) for version in (1, 2, 3)]
    return (
        reading.record(reference),
        reading.cites(reference),
        reading.cited_by(reference),
        reading.envelopes(reference),
        signatures,
    )


def test_what_was_gathered_is_what_a_plain_reading_finds_one_by_one(filled: Storage) -> None:
    asked = [*random.Random(1).sample(REFERENCES, 1000), "OLA-9999"]
    with filled.writing() as plain:
        one_by_one = {reference: everything(plain, reference) for reference in [*asked[::37], asked[-1]]}
    with filled.reading() as reading:
        gather(reading, asked)
        with counted(filled) as statements:
            gathered = {reference: everything(reading, reference) for reference in [*asked[::37], asked[-1]]}
    assert gathered == one_by_one
    assert any(found[3] for found in gathered.values())
    assert statements == []


def test_gathering_takes_a_few_queries_however_many_records_there_are(filled: Storage) -> None:
    with filled.reading() as reading, counted(filled) as statements:
        gather(reading, REFERENCES)
        for reference in REFERENCES:
            everything(reading, reference)
    assert len(statements) <= 1 + 5 * 3


def test_an_answer_does_not_change_because_somebody_changed_the_one_before(filled: Storage) -> None:
    with filled.reading() as reading:
        cited = next(reference for reference in REFERENCES if reading.cites(reference))
        reading.cites(cited).clear()
        assert reading.cites(cited)


def test_what_was_let_go_is_asked_for_again(filled: Storage) -> None:
    with filled.reading() as reading:
        before = everything(reading, REFERENCES[0])
        reading.let_go()
        with counted(filled) as statements:
            assert everything(reading, REFERENCES[0]) == before
    assert statements


def test_whoever_writes_sees_what_was_written_after_it_was_gathered(filled: Storage) -> None:
    with filled.writing() as writing:
        gather(writing, REFERENCES)
        writing.change(writing.lock(REFERENCES[0]).moved("signed"))
        found = writing.record(REFERENCES[0])
        assert found is not None
        assert found.state == "signed"


def test_the_events_of_a_record_come_with_their_business_date_and_without_those_of_others(filled: Storage) -> None:
    with filled.reading() as reading:
        ((day, text),) = reading.events(REFERENCES[5])
    assert day == date(2026, 11, 24)
    assert REFERENCES[5] in text
