"""Condition: whether a database is sound, and how it is kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from sqlalchemy import Connection, text

from sdflow.adapters.storage.append_only import trigger_names
from sdflow.adapters.storage.connection import wal_reset_fixed
from sdflow.adapters.storage.schema import foreign_key_faults

GAPS = """
    SELECT r.reference, r.revision_number, count(v.number), coalesce(max(v.number), 0)
    FROM record r LEFT JOIN revision v ON v.reference = r.reference
    GROUP BY r.reference, r.revision_number
    HAVING count(v.number) <> r.revision_number OR coalesce(max(v.number), 0) <> r.revision_number
    ORDER BY r.reference
"""
LAST_ACT = "SELECT number, hash FROM act ORDER BY number DESC LIMIT 1"


def problems(connection: Connection) -> Iterator[str]:
    """Everything that is wrong with the tables, each as a sentence; the chain of acts itself is for the audit."""
    if connection.dialect.name == "sqlite":
        found = [row[0] for row in connection.execute(text("PRAGMA integrity_check"))]
        yield from (f"the file is damaged: {sentence}" for sentence in found if sentence != "ok")
    yield from foreign_key_faults(connection)
    for name in sorted(trigger_names(connection.dialect.name) - set(_triggers(connection))):
        yield f"the trigger {name} is missing, so that history could be changed"
    yield from _head_problems(connection)
    for reference, expected, count, last in connection.execute(text(GAPS)):
        yield f"{reference} stands at revision {expected}, but has {count} revisions up to {last}"


def _triggers(connection: Connection) -> Iterator[str]:
    catalogue = {
        "sqlite": "SELECT name FROM sqlite_schema WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'",
    }
    yield from connection.scalars(text(catalogue[connection.dialect.name]))


def _head_problems(connection: Connection) -> Iterator[str]:
    head = connection.execute(text("SELECT number, hash FROM chain_head")).one_or_none()
    last = connection.execute(text(LAST_ACT)).one_or_none()
    count = connection.scalar(text("SELECT count(*) FROM act"))
    if head is None:
        yield "the head of the chain is missing"
    elif last is None:
        if head.number != 0:
            yield f"the chain should end with act {head.number}, but there is no act"
    elif tuple(head) != tuple(last):
        yield f"the chain should end with act {head.number}, but ends with act {last.number}"
    if last is not None and count != last.number:
        yield f"the last act is number {last.number}, but there are {count} acts"


def facts(connection: Connection) -> dict[str, str]:
    """How the database keeps what it acknowledged, by the names of its settings."""
    if connection.dialect.name == "sqlite":
        return _sqlite_facts(connection)
    names = ("server_version", "synchronous_commit", "fsync", "full_page_writes")
    return {name: str(connection.scalar(text(f"SHOW {name}"))) for name in names}


def _sqlite_facts(connection: Connection) -> dict[str, str]:
    levels = ("off", "normal", "full", "extra")
    level = connection.scalar(text("PRAGMA synchronous")) or 0
    return {
        "sqlite_version": sqlite3.sqlite_version,
        "wal_reset_fixed": "yes" if wal_reset_fixed(sqlite3.sqlite_version_info) else "no",
        "journal_mode": str(connection.scalar(text("PRAGMA journal_mode"))),
        "synchronous": levels[level],
        "foreign_keys": "on" if connection.scalar(text("PRAGMA foreign_keys")) else "off",
    }
