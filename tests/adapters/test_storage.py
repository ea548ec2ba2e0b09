"""What a storage gives back of what it was given, on SQLite and on PostgreSQL."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdflow.adapters.storage import Storage, Writing
from sdflow.domain.errors import NotFound, Overtaken, Refused
from sdflow.domain.event import FIRST_HASH, Act, Event, chain_breaks
from sdflow.domain.record import Citation, Envelope, Record, Revision, StoredDocument, StoredSignature

NOON = datetime(2026, 11, 24, 12, 0, 5, 999_999, tzinfo=UTC)


def revision(number: int, text: str = "{}", **more: object) -> Revision:
    made = Revision(number, "sla/1", text, hashlib.sha256(text.encode()).hexdigest(), 0)
    return replace(made, **more)  # type: ignore[arg-type]


def record(reference: str, **more: object) -> Record:
    made = Record(reference, "sla", f"Title of {reference}", "draft", 1, revision(1))
    return replace(made, **more)  # type: ignore[arg-type]


def close(writing: Writing, *references: str, verb: str = "apply", actor: str = "P-ANNA") -> Act:
    return writing.close(
        verb=verb,
        actor=actor,
        login="anna",
        recorded_at=NOON,
        effective_on=date(2026, 12, 1),
        reason="because",
        events=[Event(reference, "changed", {"by": verb}) for reference in references],
    )


def add(storage: Storage, *records: Record, links: Sequence[tuple[str, str]] = ()) -> list[Record]:
    with storage.writing() as writing:
        added = [writing.add(one, links) for one in records]
        close(writing, *(one.reference for one in records))
    return added


@pytest.fixture
def both(database_url: str) -> Iterator[Storage]:
    made = Storage.create(database_url)
    yield made
    made.dispose()


def test_a_record_comes_back_as_it_was_given(both: Storage) -> None:
    given_record = record(
        "SLA-0001",
        title="Übersicht – 概要",
        owner="P-ANNA",
        service="SVC-EMAIL",
        starts_on=date(2027, 1, 1),
        ends_on=date(2027, 12, 31),
        revision=revision(1, '{"title":"Übersicht"}', round=3, offered_by="P-BO"),
    )
    (added,) = add(both, given_record)
    with both.reading() as reading:
        found = reading.record("SLA-0001")
    assert found == replace(given_record, lock=added.lock, revision=replace(given_record.revision, act=1))


def test_a_reference_that_names_nothing_gives_none_to_readers_and_is_refused_to_writers(both: Storage) -> None:
    with both.reading() as reading:
        assert reading.record("SLA-0404") is None
    with both.writing() as writing, pytest.raises(NotFound, match="SLA-0404"):
        writing.lock("SLA-0404")
    with both.writing() as writing, pytest.raises(NotFound, match="SLA-0404"):
        writing.change(record("SLA-0404"))


def test_records_are_listed_by_reference_and_narrowed_by_kind_and_state(both: Storage) -> None:
    add(both, record("SLA-0002"), record("SLA-0001", state="signed"), record("OLA-0001", kind="ola"))
    with both.reading() as reading:
        assert [one.reference for one in reading.records()] == ["OLA-0001", "SLA-0001", "SLA-0002"]
        assert [one.reference for one in reading.records(kind="sla")] == ["SLA-0001", "SLA-0002"]
        assert [one.reference for one in reading.records(kind="sla", state="signed")] == ["SLA-0001"]


def test_a_revision_is_appended_and_the_earlier_ones_stay(both: Storage) -> None:
    (added,) = add(both, record("SLA-0001"))
    with both.writing() as writing:
        revised = writing.revise(added.moved("offered"), revision(2, '{"a":1}', round=1), [])
        assert writing.record("SLA-0001") == revised
        close(writing, "SLA-0001")
    with both.reading() as reading:
        assert [(one.number, one.text, one.act) for one in reading.revisions("SLA-0001")] == [
            (1, "{}", 1),
            (2, '{"a":1}', 2),
        ]
        assert reading.record("SLA-0001") == replace(revised, revision=replace(revised.revision, act=2))


def test_what_follows_in_one_transaction_builds_on_what_was_written_before(both: Storage) -> None:
    with both.writing() as writing:
        added = writing.add(record("SLA-0001"))
        changed = writing.change(added.moved("offered"))
        again = writing.revise(changed.moved("agreed"), revision(2), [])
        assert writing.lock("SLA-0001") == again
        close(writing, "SLA-0001")
    with both.reading() as reading:
        assert reading.record("SLA-0001") == replace(again, revision=replace(again.revision, act=1))


def test_a_change_on_an_outdated_record_is_refused_and_says_who_did_what(both: Storage) -> None:
    (seen,) = add(both, record("SLA-0001"))
    with both.writing() as writing:
        writing.change(seen.moved("offered"))
        close(writing, "SLA-0001", verb="advance", actor="P-BO")
    with both.writing() as writing, pytest.raises(Overtaken) as refusal:
        writing.change(seen.moved("withdrawn"))
    assert "P-BO did 'advance' (act 2); it is now in state 'offered'" in str(refusal.value)
    with both.writing() as writing, pytest.raises(Overtaken):
        writing.revise(seen, revision(2), [])


def test_a_record_cannot_be_added_twice(both: Storage) -> None:
    add(both, record("SLA-0001"))
    with both.writing() as writing, pytest.raises(Overtaken, match="P-ANNA did 'apply'"):
        writing.add(record("SLA-0001"))
    with both.writing() as writing:
        writing.add(record("SLA-0002"))
        with pytest.raises(Overtaken, match="SLA-0002"):
            writing.add(record("SLA-0002"))


def test_links_may_name_records_that_are_added_later_in_the_same_act(both: Storage) -> None:
    with both.writing() as writing:
        writing.add(record("SLA-0001"), [("routes.main.0", "OLA-0001"), ("hours.service", "CAL-1")])
        writing.add(record("OLA-0001"), [("hours.service", "CAL-1")])
        writing.add(record("CAL-1"))
        close(writing, "SLA-0001", "OLA-0001", "CAL-1")
    with both.reading() as reading:
        assert reading.cites("SLA-0001") == [
            Citation("SLA-0001", "hours.service", "CAL-1"),
            Citation("SLA-0001", "routes.main.0", "OLA-0001"),
        ]
        assert [one.citing for one in reading.cited_by("CAL-1")] == ["OLA-0001", "SLA-0001"]


def test_a_link_to_nothing_is_refused_with_its_path_and_nothing_stays(both: Storage) -> None:
    with pytest.raises(Refused, match=r"SLA-0001: routes\.main\.0 names OLA-0009, which is not there"):
        add(both, record("SLA-0001"), links=[("routes.main.0", "OLA-0009")])
    with both.reading() as reading:
        assert (reading.records(), reading.acts(), reading.head()) == ([], [], (0, FIRST_HASH))


def test_a_revision_replaces_the_links_of_the_one_before(both: Storage) -> None:
    add(both, record("CAL-1"), record("CAL-2"))
    (added,) = add(both, record("SLA-0001"), links=[("hours", "CAL-1")])
    with both.writing() as writing:
        revised = writing.revise(added, revision(2), [("hours", "NOWHERE-1")])
        writing.revise(revised, revision(3), [("hours", "CAL-2"), ("hours", "CAL-2")])
        close(writing, "SLA-0001")
    with both.reading() as reading:
        assert reading.cites("SLA-0001") == [Citation("SLA-0001", "hours", "CAL-2")]
        assert reading.cited_by("CAL-1") == []


def test_nothing_stays_of_a_transaction_that_was_not_closed(both: Storage) -> None:
    with both.writing() as writing:
        writing.add(record("SLA-0001"))
        writing.keep_envelope(Envelope("SLA-0001", 1, "{}", "aa", 0))
    with both.reading() as reading:
        assert reading.record("SLA-0001") is None
        assert reading.envelope("SLA-0001") is None


def test_nothing_stays_of_a_transaction_in_which_something_is_raised_after_closing(both: Storage) -> None:
    def close_and_fail() -> None:
        with both.writing() as writing:
            writing.add(record("SLA-0001"))
            close(writing, "SLA-0001")
            raise LookupError

    with pytest.raises(LookupError):
        close_and_fail()
    with both.reading() as reading:
        assert (reading.records(), reading.head()) == ([], (0, FIRST_HASH))


def test_a_closed_act_takes_nothing_more(both: Storage) -> None:
    with both.writing() as writing:
        added = writing.add(record("SLA-0001"))
        close(writing, "SLA-0001")
        with pytest.raises(RuntimeError, match="closed"):
            writing.change(added.moved("offered"))
        with pytest.raises(RuntimeError, match="closed"):
            close(writing, "SLA-0001")


def test_acts_form_an_unbroken_chain_that_the_head_closes(both: Storage) -> None:
    with both.writing() as writing:
        writing.add(record("SLA-0001"))
        writing.add(record("SLA-0002"))
        first = close(writing, "SLA-0001", "SLA-0002")
    with both.writing() as writing:
        writing.change(writing.lock("SLA-0002").moved("offered"))
        second = close(writing, "SLA-0002", verb="advance")
    with both.reading() as reading:
        assert reading.acts() == [first, second]
        assert reading.acts("SLA-0001") == [first]
        assert reading.acts("SLA-0002") == [first, second]
        assert reading.acts("SLA-0003") == []
        assert reading.head() == (2, second.hash)
    assert (first.previous_hash, second.previous_hash) == (FIRST_HASH, first.hash)
    assert chain_breaks([first, second]) == []
    assert both.check() == []


def test_an_act_keeps_its_instant_to_the_second_in_utc_whatever_zone_it_came_in(both: Storage) -> None:
    eastern = timezone(timedelta(hours=-5))
    with both.writing() as writing:
        act = writing.close(
            verb="apply",
            actor="P-ANNA",
            login="anna",
            recorded_at=NOON.astimezone(eastern),
            effective_on=date(2026, 11, 24),
            reason="",
            events=[],
        )
    with both.reading() as reading:
        (found,) = reading.acts()
    assert found == act
    assert found.recorded_at.isoformat() == "2026-11-24T12:00:05+00:00"
    assert chain_breaks([found]) == []


def test_an_instant_without_a_time_zone_is_refused(both: Storage) -> None:
    with both.writing() as writing, pytest.raises(TypeError, match="time zone"):
        writing.close(
            verb="apply",
            actor="P-ANNA",
            login="anna",
            recorded_at=datetime(2026, 11, 24),  # noqa: DTZ001 - what is refused
            effective_on=date(2026, 11, 24),
            reason="",
            events=[],
        )


def test_frozen_versions_are_found_by_version_or_as_the_latest(both: Storage) -> None:
    add(both, record("SLA-0001"))
    for version in (1, 2):
        with both.writing() as writing:
            writing.keep_envelope(Envelope("SLA-0001", version, f'{{"v":{version}}}', f"e{version}", 0))
            writing.keep_document(StoredDocument("SLA-0001", version, 1, b"%PDF-\x00\xff", f"d{version}", 0))
            close(writing, "SLA-0001")
    with both.reading() as reading:
        assert reading.envelope("SLA-0001", 1) == Envelope("SLA-0001", 1, '{"v":1}', "e1", 2)
        assert reading.envelope("SLA-0001") == Envelope("SLA-0001", 2, '{"v":2}', "e2", 3)
        assert reading.envelope("SLA-0001", 3) is None
        assert reading.document("SLA-0001", 1) == StoredDocument("SLA-0001", 1, 1, b"%PDF-\x00\xff", "d1", 2)
        assert reading.document_by_sha256("d2") == reading.document("SLA-0001")
        assert reading.document_by_sha256("d3") is None
        assert [one.version for one in reading.documents("SLA-0001")] == [1, 2]


def test_each_signature_adds_the_next_document_and_is_listed_in_order(both: Storage) -> None:
    add(both, record("SLA-0001"))
    signatures = [
        StoredSignature("SLA-0001", 1, field, person, "ff", NOON.replace(microsecond=0), f"d{sequence}", 0)
        for sequence, (field, person) in enumerate([("receiver", "P-ZOE"), ("provider", "P-ANNA")], 1)
    ]
    for sequence, signature in enumerate(signatures, 1):
        with both.writing() as writing:
            writing.keep_document(StoredDocument("SLA-0001", 1, sequence, b"x", f"d{sequence}", 0))
            writing.keep_signature(signature)
            assert [one.field for one in writing.signatures("SLA-0001", 1)][-1] == signature.field
            close(writing, "SLA-0001")
    with both.reading() as reading:
        assert reading.signatures("SLA-0001", 1) == [replace(one, act=n) for n, one in enumerate(signatures, 2)]
        assert reading.signatures("SLA-0001", 2) == []
        latest = reading.document("SLA-0001")
    assert latest is not None
    assert latest.sequence == 2


def test_what_is_frozen_or_signed_already_is_not_overwritten(both: Storage) -> None:
    add(both, record("SLA-0001"))
    envelope = Envelope("SLA-0001", 1, "{}", "e", 0)
    document = StoredDocument("SLA-0001", 1, 1, b"x", "d", 0)
    signature = StoredSignature("SLA-0001", 1, "provider", "P-ANNA", "ff", NOON, "d", 0)
    with both.writing() as writing:
        writing.keep_envelope(envelope)
        writing.keep_document(document)
        writing.keep_signature(signature)
        close(writing, "SLA-0001")
    with both.writing() as writing:
        with pytest.raises(Overtaken):
            writing.keep_envelope(replace(envelope, text="[]"))
        with pytest.raises(Overtaken):
            writing.keep_document(replace(document, pdf=b"y"))
        with pytest.raises(Overtaken):
            writing.keep_signature(replace(signature, person="P-BO"))


def test_the_free_number_follows_the_highest_of_its_prefix_alone(both: Storage) -> None:
    add(both, *map(record, ("SLA-0002", "SLA-0010", "SLA-0999-B", "SLA-X", "SLAB-0500", "OLA-0001")))
    with both.reading() as reading:
        assert reading.free_number("SLA") == 11
        assert reading.free_number("OLA") == 2
        assert reading.free_number("UC") == 1
        assert reading.free_number("S_A") == 1


def test_a_reader_sees_one_moment_whether_or_not_a_writer_has_to_wait_for_it(database_url: str) -> None:
    patience = "?timeout=0.1" if database_url.startswith("sqlite") else ""
    storage = Storage.create(database_url + patience)
    add(storage, record("SLA-0001"))
    with storage.reading() as reading:
        before = reading.records()
        with suppress(Overtaken):
            add(storage, record("SLA-0002"))
        assert reading.records() == before
    storage.dispose()


def test_two_writers_on_different_records_that_cite_each_other_do_not_wait_for_ever(postgresql_url: str) -> None:
    storage = Storage.create(postgresql_url)
    one, two = add(storage, record("SLA-0001"), record("OLA-0001"))
    with storage.writing() as first:
        first.revise(one, revision(2), [("a", "OLA-0001")])
        with storage.writing() as second:
            second.revise(two, revision(2), [("a", "SLA-0001")])
            close(second, "OLA-0001")
        close(first, "SLA-0001")
    with storage.reading() as reading:
        assert [act.number for act in reading.acts()] == [1, 2, 3]
        assert chain_breaks(reading.acts()) == []
    storage.dispose()


@settings(max_examples=30, deadline=None)
@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")))
def test_any_text_is_kept_exactly(text: str) -> None:
    storage = Storage.create("sqlite://")
    add(storage, record("SLA-0001", title=text, revision=revision(1, text)))
    with storage.reading() as reading:
        found = reading.record("SLA-0001")
    assert found is not None
    assert (found.title, found.revision.text) == (text, text)
    assert hashlib.sha256(found.revision.text.encode()).hexdigest() == found.revision.sha256
    storage.dispose()


def test_a_storage_that_is_let_go_closes_its_connections(storage: Storage) -> None:
    forgotten = Storage.create("sqlite://")
    add(forgotten, record("SLA-0001"))
    del forgotten
    gc.collect()
    add(storage, record("SLA-0001"))


def test_everything_of_a_large_act_is_kept(storage: Storage) -> None:
    names = [f"CI-{number:04}" for number in range(1200)]
    with storage.writing() as writing:
        for position, name in enumerate(names):
            writing.add(record(name), [("needs", names[(position + 1) % len(names)])])
        close(writing, *names)
    with storage.reading() as reading:
        assert [one.reference for one in reading.records()] == names
        assert {one.revision.act for one in reading.records()} == {1}
        assert len(reading.acts()[0].events) == len(names)
