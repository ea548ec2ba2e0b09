"""Connection: how a database is reached, and the settings under which what it acknowledged stays."""

from __future__ import annotations

import logging
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from sdflow.domain.errors import Unreadable

BUSY_SECONDS = 60
"""So long one waits for whoever writes: a million measured rows are written in half a minute."""

FIXED_SINCE = (3, 51, 3)
FIXED_BRANCHES = {(3, 44): 6, (3, 50): 7}


@dataclass(frozen=True)
class Durability:
    """How SQLite keeps what was acknowledged over a loss of power."""

    journal_mode: str
    synchronous: str


def wal_reset_fixed(version: tuple[int, int, int]) -> bool:
    """Whether this SQLite is free of the rare corruption when a write-ahead log starts again (see sqlite.org/wal.html).

    Mended in 3.51.3, and in 3.44.6 and 3.50.7 for those branches.
    """
    return version >= FIXED_SINCE or version[2] >= FIXED_BRANCHES.get(version[:2], version[2] + 1)


def durability(version: tuple[int, int, int]) -> Durability:
    """The settings that lose nothing with this SQLite: the write-ahead log where it is safe, else the rollback journal.

    Only EXTRA makes the rollback journal durable: it also syncs the folder from which the journal was deleted.
    """
    return Durability("wal", "FULL") if wal_reset_fixed(version) else Durability("delete", "EXTRA")


def parsed(address: str) -> URL:
    """The address of a database as a URL; raises Unreadable where it is none, or of a database that is not served."""
    try:
        url = make_url(address)
        if url.drivername == "postgresql":
            url = url.set(drivername="postgresql+psycopg")
        backend = url.get_backend_name()
        url.get_dialect()
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise Unreadable.because(
            "database", "the address is not understood; write sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME"
        ) from error
    if backend not in ("sqlite", "postgresql"):
        raise Unreadable.because("database", f"{backend} is not served; use sqlite or postgresql+psycopg")
    return url


def database_name(url: URL) -> str:
    """What the database is called in messages: its file, or its address without the password."""
    if url.get_backend_name() == "sqlite":
        return url.database or "the database in memory"
    return url.render_as_string(hide_password=True)


def file_of(url: URL) -> Path | None:
    """The file of an SQLite database; none for one in memory, on a server, or under a `file:` URI."""
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:") or "uri" in url.query:
        return None
    return Path(str(url.database))


def engine_for(url: URL) -> Engine:
    """The engine of a database, with the settings that this program needs."""
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(url)
    # Its messages of a pipeline that ended early would stand beside our own of the same error.
    logging.getLogger("psycopg").addHandler(logging.NullHandler())
    try:
        return create_engine(url)
    except ModuleNotFoundError as error:
        raise Unreadable.because("database", f"{error.name} is missing; install sdflow[postgresql]") from error


def _sqlite_engine(url: URL) -> Engine:
    in_memory = url.database in (None, "", ":memory:")
    waiting: dict[str, Any] = {} if "timeout" in url.query else {"timeout": BUSY_SECONDS}
    pool: dict[str, Any] = {"poolclass": StaticPool} if in_memory else {}
    engine = create_engine(url, connect_args={**waiting, "check_same_thread": False}, **pool)
    event.listen(engine, "connect", _settle)
    event.listen(engine, "begin", _begin)
    return engine


def _settle(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    mode = _journal_mode(connection, durability(sqlite3.sqlite_version_info))
    connection.execute(f"PRAGMA synchronous = {'FULL' if mode == 'wal' else 'EXTRA'}")


def _journal_mode(connection: sqlite3.Connection, wanted: Durability) -> str:
    (present,) = connection.execute("PRAGMA journal_mode").fetchone()
    if present in (wanted.journal_mode, "memory"):
        return str(present)
    try:
        (present,) = connection.execute(f"PRAGMA journal_mode = {wanted.journal_mode}").fetchone()
    except sqlite3.OperationalError:
        if wanted.journal_mode != "wal":
            raise
    return str(present)


def _begin(connection: Connection) -> None:
    mode = "BEGIN IMMEDIATE" if connection.get_execution_options().get("sdflow_writing") else "BEGIN"
    connection.exec_driver_sql(mode)


def for_reading(engine: Engine) -> Engine:
    """The engine for transactions that see one snapshot and write nothing."""
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def for_writing(engine: Engine) -> Engine:
    """The engine for transactions that write; on SQLite they hold the write lock from their beginning."""
    return engine.execution_options(sdflow_writing=True) if engine.dialect.name == "sqlite" else engine
