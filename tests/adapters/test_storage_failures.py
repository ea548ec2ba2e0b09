"""What the storage says when the database cannot be read or written, in words of what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from sqlite3 import connect

import pytest
from sqlalchemy import create_engine, event, text

from sdflow.adapters.storage import Storage, Writing
from sdflow.adapters.storage.connection import durability, parsed
from sdflow.adapters.storage.failures import understood
from sdflow.domain.errors import Overtaken, Refused, Unreadable
from sdflow.domain.record import Record, Revision


def add(writing: Writing, reference: str = "SLA-0001") -> None:
    writing.add(Record(reference, "sla", "Mail", "draft", 1, Revision(1, "sla/1", "{}", "r1", 0)))
    writing.close(
        verb="apply",
        actor="P-ANNA",
        login="anna",
        recorded_at=datetime(2026, 11, 24, tzinfo=UTC),
        effective_on=date(2026, 11, 24),
        reason="",
        events=[],
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "sdflow.db"
    Storage.create(f"sqlite:///{path}").dispose()
    return path


def test_a_writer_who_waits_too_long_for_another_is_told_so(file: Path) -> None:
    storage = Storage.open(f"sqlite:///{file}?timeout=0.05")
    with storage.writing() as first:
        add(first)
        with pytest.raises(Overtaken, match=r"in use: another process is writing.*\n.*try again"), storage.writing():
            raise AssertionError("the write lock was given twice")
    with storage.reading() as reading:
        assert [one.reference for one in reading.records()] == ["SLA-0001"]
    storage.dispose()


def test_a_write_lock_is_taken_at_the_beginning_not_at_the_first_change(file: Path) -> None:
    storage = Storage.open(f"sqlite:///{file}")
    with storage.writing(), closing(connect(file, timeout=0.05)) as other, pytest.raises(Exception, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    storage.dispose()


def test_a_file_that_may_only_be_read_can_be_read_but_refuses_writing(file: Path) -> None:
    storage = Storage.open(f"sqlite:///file:{file}?mode=ro&uri=true")
    with storage.reading() as reading:
        assert reading.records() == []
    with pytest.raises(Refused, match="may not be written"), storage.writing() as writing:
        add(writing)
    storage.dispose()


def test_a_full_disk_is_told_and_nothing_stays(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/small.db")
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count = 2"))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE small (content BLOB)"))
    with pytest.raises(Refused, match="no room left for small"), understood("small"), engine.begin() as connection:
        connection.execute(text("INSERT INTO small VALUES (zeroblob(100000))"))
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM small")) == 0
    engine.dispose()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear customer, " * 200)
    for refused in (Storage.create, Storage.open):
        with pytest.raises(Unreadable, match="not a sound database"):
            refused(f"sqlite:///{tmp_path}/letter.txt")


def test_a_damaged_file_is_reported(file: Path) -> None:
    storage = Storage.open(f"sqlite:///{file}")
    with storage.writing() as writing:
        add(writing)
    storage.dispose()
    damaged = bytearray(file.read_bytes())
    damaged[4096:] = b"\xff" * (len(damaged) - 4096)
    file.write_bytes(damaged)
    with pytest.raises(Unreadable, match="not a sound database"):
        Storage.open(f"sqlite:///{file}")


def test_a_value_that_is_none_of_its_column_is_reported(file: Path) -> None:
    storage = Storage.open(f"sqlite:///{file}")
    with storage.writing() as writing:
        add(writing)
    with closing(connect(file, isolation_level=None)) as connection:
        connection.execute("UPDATE record SET starts_on = 'some day'")
    with pytest.raises(Unreadable, match="holds a value that is none of its column"), storage.reading() as reading:
        reading.records()
    storage.dispose()


def test_a_folder_that_is_not_there_is_reported(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="cannot be opened; check that its folder exists"):
        Storage.create(f"sqlite:///{tmp_path}/missing/sdflow.db")


@pytest.mark.parametrize("address", ["", "sdflow.db", "mysql://localhost/x", "nonsense://x", "postgresql+nothing://x"])
def test_an_address_of_no_database_is_refused(address: str) -> None:
    with pytest.raises(Unreadable, match=r"not understood|not served"):
        parsed(address)


def test_a_server_that_does_not_answer_is_reported_without_the_password() -> None:
    with pytest.raises(Unreadable, match="cannot be reached") as refusal:
        Storage.open("postgresql+psycopg://anna:secret@/sdflow?host=/nowhere")
    assert "secret" not in str(refusal.value)


@pytest.mark.server
def test_an_unknown_database_on_a_server_is_reported(postgresql_server: str) -> None:
    with pytest.raises(Unreadable, match=r"cannot be reached.*does not exist"):
        Storage.open(postgresql_server % "nowhere")


@pytest.fixture
def only_reader(postgresql_url: str) -> Iterator[str]:
    """The address of a database in which the user may read and nothing else."""
    Storage.create(postgresql_url).dispose()
    role = f"r{abs(hash(postgresql_url))}"
    engine = create_engine(postgresql_url)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE ROLE {role} LOGIN"))
        connection.execute(text(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}"))
    yield postgresql_url.replace("postgres@", f"{role}@")
    with engine.begin() as connection:
        connection.execute(text(f"DROP OWNED BY {role}"))
        connection.execute(text(f"DROP ROLE {role}"))
    engine.dispose()


def test_a_user_without_the_right_to_write_is_told_so(only_reader: str) -> None:
    storage = Storage.open(only_reader)
    with storage.reading() as reading:
        assert reading.records() == []
    with pytest.raises(Refused, match="may not be written"), storage.writing() as writing:
        add(writing)
    storage.dispose()


@pytest.mark.parametrize(
    ("version", "journal_mode"),
    [
        ((3, 40, 1), "delete"),
        ((3, 44, 5), "delete"),
        ((3, 44, 6), "wal"),
        ((3, 45, 0), "delete"),
        ((3, 50, 6), "delete"),
        ((3, 50, 7), "wal"),
        ((3, 51, 2), "delete"),
        ((3, 51, 3), "wal"),
        ((3, 52, 0), "wal"),
        ((4, 0, 0), "wal"),
    ],
)
def test_the_write_ahead_log_is_used_only_where_sqlite_is_mended(
    version: tuple[int, int, int], journal_mode: str
) -> None:
    settings = durability(version)
    assert (settings.journal_mode, settings.synchronous) in {("wal", "FULL"), ("delete", "EXTRA")}
    assert settings.journal_mode == journal_mode


def test_the_settings_in_force_lose_nothing_on_a_power_cut(file: Path) -> None:
    storage = Storage.open(f"sqlite:///{file}")
    facts = storage.facts()
    storage.dispose()
    assert (facts["journal_mode"], facts["synchronous"]) in {("wal", "full"), ("delete", "extra")}
    assert facts["foreign_keys"] == "on"


def test_a_write_ahead_log_left_by_another_program_is_given_up_where_it_is_not_safe(file: Path) -> None:
    with closing(connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = wal")
    storage = Storage.open(f"sqlite:///{file}")
    facts = storage.facts()
    storage.dispose()
    assert (facts["wal_reset_fixed"], facts["journal_mode"]) in {("no", "delete"), ("yes", "wal")}


def test_the_storage_reads_what_the_sqlite_program_reads(file: Path) -> None:
    storage = Storage.open(f"sqlite:///{file}")
    with storage.writing() as writing:
        add(writing)
    storage.dispose()
    with closing(connect(file)) as connection:
        assert connection.execute("SELECT reference, state, lock FROM record").fetchall() == [("SLA-0001", "draft", 1)]
