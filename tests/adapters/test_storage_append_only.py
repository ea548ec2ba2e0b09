"""History under attack: what the database refuses, and what is found when its triggers were taken away first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError

from sdflow.adapters.storage import Storage
from sdflow.adapters.storage.append_only import trigger_names
from sdflow.domain.event import Act, Event, chain_breaks
from sdflow.domain.record import Envelope, Record, Revision, StoredDocument, StoredSignature

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def fill(storage: Storage, acts: int = 4) -> None:
    """A record that is added, frozen and signed in the first act and revised in each further one."""
    with storage.writing() as writing:
        writing.add(Record("SLA-0001", "sla", "Mail", "draft", 1, Revision(1, "sla/1", "{}", "r1", 0)))
        writing.keep_envelope(Envelope("SLA-0001", 1, "{}", "e", 0))
        writing.keep_document(StoredDocument("SLA-0001", 1, 1, b"x", "d", 0))
        writing.keep_signature(StoredSignature("SLA-0001", 1, "provider", "P-ANNA", "ff", NOON, "d", 0))
        close(writing.close)
    for number in range(2, acts + 1):
        with storage.writing() as writing:
            writing.revise(writing.lock("SLA-0001"), Revision(number, "sla/1", "{}", f"r{number}", 0), [])
            close(writing.close)


def close(closing: Callable[..., Act]) -> None:
    closing(
        verb="apply",
        actor="P-ANNA",
        login="anna",
        recorded_at=NOON,
        effective_on=date(2026, 11, 24),
        reason="",
        events=[Event("SLA-0001", "changed", {"a": 1}), Event("SLA-0001", "noted", {"b": 2})],
    )


@pytest.fixture
def filled(database_url: str) -> Iterator[Storage]:
    storage = Storage.create(database_url)
    fill(storage)
    yield storage
    storage.dispose()


@pytest.fixture
def attacker(database_url: str, filled: Storage) -> Iterator[Connection]:
    """A connection of somebody who writes to the database directly, without sdflow and its settings."""
    engine = create_engine(database_url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def drop_triggers(connection: Connection) -> None:
    for name in trigger_names(connection.dialect.name):
        table = name.removesuffix("_guard").rpartition("_")[0]
        on = "" if connection.dialect.name == "sqlite" else f" ON {table}"
        connection.execute(text(f"DROP TRIGGER {name}{on}"))


CHANGES = {
    "act": "reason = 'no'",
    "event": "text = '{}'",
    "revision": "text = '[]'",
    "envelope": "sha256 = 'no'",
    "document": "sha256 = 'no'",
    "signature": "fingerprint = 'no'",
}


def test_no_row_of_history_can_be_changed_or_deleted(attacker: Connection) -> None:
    for table, change in CHANGES.items():
        for statement in (f"UPDATE {table} SET {change}", f"DELETE FROM {table}"):
            with pytest.raises(DBAPIError, match=f"nothing is ever .* {table}"):
                attacker.execute(text(statement))
            attacker.rollback()


ACT = "'apply', 'P-EVE', 'eve', '2026-11-24 12:00:00', '2026-11-24', ''"
ACT_COLUMNS = "number, verb, actor, login, recorded_at, effective_on, reason, previous_hash, hash"


INTRUSIONS = [
    (f"INSERT INTO act ({ACT_COLUMNS}) VALUES (6, {ACT}, (SELECT hash FROM chain_head), 'h')", "continue the chain"),
    (f"INSERT INTO act ({ACT_COLUMNS}) VALUES (5, {ACT}, 'not the last hash', 'h')", "continue the chain"),
    ("INSERT INTO event (act, sequence, reference, type, text) VALUES (2, 3, 'X', 'x', '{}')", "being recorded"),
    (
        "INSERT INTO revision (reference, number, format, text, sha256, act) "
        "VALUES ('SLA-0001', 9, 'sla/1', '{}', 's', 3)",
        "grows with a new act only",
    ),
    ("INSERT INTO envelope (reference, version, text, sha256, act) VALUES ('SLA-0001', 2, '{}', 's', 1)", "grows"),
    ("UPDATE chain_head SET number = 3, hash = (SELECT hash FROM act WHERE number = 3)", "next act only"),
    ("UPDATE chain_head SET number = 5, hash = 'h'", "next act only"),
    ("DELETE FROM chain_head", "one head"),
    ("INSERT INTO chain_head (id, number, hash) VALUES (2, 0, 'h')", "one head"),
]


def test_nothing_can_be_slipped_into_history(attacker: Connection) -> None:
    for statement, message in INTRUSIONS:
        with pytest.raises(DBAPIError, match=message):
            attacker.execute(text(statement))
        attacker.rollback()


@pytest.mark.parametrize("table", [*CHANGES, "chain_head"])
@pytest.mark.parametrize("how", ["whole rows", "rows under another key"])
def test_insert_or_replace_is_refused_where_no_delete_trigger_would_see_it(
    tmp_path: Path, table: str, how: str
) -> None:
    storage = Storage.create(f"sqlite:///{tmp_path}/attacked.db")
    fill(storage)
    engine = create_engine(f"sqlite:///{tmp_path}/attacked.db")
    with engine.connect() as attacker:
        columns = [row[1] for row in attacker.execute(text(f"PRAGMA table_info({table})"))]
        key = {"act": "number", "chain_head": "id"}.get(table, "rowid")
        moved = {"number": "99", "act": "0", "version": "99", "id": "2"} if how != "whole rows" else {}
        values = ", ".join(moved.get(column, column) for column in columns)
        extra = () if key in columns else ("rowid",)
        statement = (
            f"INSERT OR REPLACE INTO {table} ({', '.join([*columns, *extra])}) "
            f"SELECT {', '.join([values, *extra])} FROM {table} WHERE {key} = 1"
        )
        with pytest.raises(DBAPIError, match="IntegrityError"):
            attacker.execute(text(statement))
    engine.dispose()
    storage.dispose()


def test_truncation_is_refused_on_postgresql(postgresql_url: str) -> None:
    storage = Storage.create(postgresql_url)
    fill(storage)
    engine = create_engine(postgresql_url)
    for table in (*CHANGES, "chain_head"):
        with engine.connect() as attacker, pytest.raises(DBAPIError, match="nothing is ever deleted"):
            attacker.execute(text(f"TRUNCATE {table} CASCADE"))
    engine.dispose()
    storage.dispose()


def tampered(storage: Storage, attacker: Connection, *statements: str) -> list[str]:
    """What is found by the chain, the head and the check after triggers were dropped and statements run."""
    drop_triggers(attacker)
    for statement in statements:
        attacker.execute(text(statement))
    attacker.commit()
    with storage.reading() as reading:
        acts, head = reading.acts(), reading.head()
    found = [f"act {one.number}: {one.reason}" for one in chain_breaks(acts)]
    if acts and (acts[-1].number, acts[-1].hash) != head:
        found.append("cut")
    return found + [problem for problem in storage.check() if "trigger" not in problem]


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        ("UPDATE act SET reason = 'another' WHERE number = 2", "act 2: its content was changed"),
        ("UPDATE act SET recorded_at = '2026-11-24 11:59:59' WHERE number = 2", "act 2: its content was changed"),
        ("UPDATE act SET actor = 'P-EVE', hash = 'forged' WHERE number = 2", "act 3: does not continue"),
        ("UPDATE event SET text = '{}' WHERE act = 3 AND sequence = 2", "act 3: its content was changed"),
        ("DELETE FROM event WHERE act = 3 AND sequence = 1", "act 3: its content was changed"),
        ("UPDATE event SET sequence = sequence + 5 WHERE act = 3 AND sequence = 1", "act 3: its content was changed"),
        (
            "INSERT INTO event (act, sequence, reference, type, text) VALUES (4, 3, 'X', 'x', '{}')",
            "act 4: its content",
        ),
        ("DELETE FROM revision WHERE number = 2", "SLA-0001 stands at revision 4, but has 3 revisions up to 4"),
        ("DELETE FROM revision WHERE number = 4", "but has 3 revisions up to 3"),
        ("UPDATE chain_head SET number = 3", "cut"),
        ("UPDATE chain_head SET hash = 'forged'", "should end with act 4"),
        ("DELETE FROM chain_head", "the head of the chain is missing"),
    ],
)
def test_tampering_is_found_after_the_triggers_were_dropped(
    filled: Storage, attacker: Connection, statement: str, finding: str
) -> None:
    if statement == "DELETE FROM chain_head":
        drop_triggers(attacker)
        attacker.execute(text(statement))
        attacker.commit()
        assert finding in filled.check()
        return
    found = tampered(filled, attacker, statement)
    assert any(finding in sentence for sentence in found), found


def test_a_tail_that_was_cut_off_is_found_by_the_head(filled: Storage, attacker: Connection) -> None:
    found = tampered(
        filled,
        attacker,
        "DELETE FROM event WHERE act = 4",
        "UPDATE record SET revision_number = 3",
        "DELETE FROM revision WHERE act = 4",
        "DELETE FROM act WHERE number = 4",
    )
    assert found == ["cut", "the chain should end with act 4, but ends with act 3"]


def test_a_middle_that_was_cut_out_is_found(filled: Storage, attacker: Connection) -> None:
    found = tampered(
        filled,
        attacker,
        "DELETE FROM event WHERE act = 2",
        "DELETE FROM revision WHERE act = 2",
        "DELETE FROM act WHERE number = 2",
    )
    assert "act 3: act 2 is missing" in found
    assert "act 3: does not continue the act before it" in found
    assert "the last act is number 4, but there are 3 acts" in found


def test_missing_triggers_are_found_by_name(filled: Storage, attacker: Connection) -> None:
    assert filled.check() == []
    drop_triggers(attacker)
    attacker.commit()
    names = trigger_names(attacker.dialect.name)
    expected = [f"the trigger {name} is missing, so that history could be changed" for name in sorted(names)]
    assert filled.check() == expected


def test_an_act_that_was_written_in_two_transactions_is_found_torn(tmp_path: Path) -> None:
    storage = Storage.create(f"sqlite:///{tmp_path}/torn.db")
    fill(storage)
    engine = create_engine(f"sqlite:///{tmp_path}/torn.db")
    with engine.begin() as first_half:
        first_half.execute(text("UPDATE record SET state = 'offered', revision_number = 5, lock = lock + 1"))
        first_half.execute(
            text(
                "INSERT INTO revision (reference, number, format, text, sha256, act) "
                "VALUES ('SLA-0001', 5, 'sla/1', '{}', 'r5', 5)"
            )
        )
    torn = storage.check()
    with engine.begin() as second_half:
        second_half.execute(
            text(f"INSERT INTO act ({ACT_COLUMNS}) VALUES (5, {ACT}, (SELECT hash FROM chain_head), 'h')")
        )
    half_recorded = storage.check()
    engine.dispose()
    storage.dispose()
    assert torn == ["row 5 of revision refers to a row of act that is not there"]
    assert half_recorded == ["the chain should end with act 4, but ends with act 5"]
