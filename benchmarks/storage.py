"""Storage: acts per second, beside bare inserts of the same rows with the same settings of SQLite.

Run `python benchmarks/storage.py [ACTS]`. The ratio says what the act costs over the disk alone; it hardly
depends on the machine, the rates do.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from sqlite3 import Connection, connect

from sdflow.adapters.storage import Storage
from sdflow.domain.event import Event, chain_breaks
from sdflow.domain.record import Record, Revision

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TEXT = '{"title":"' + "x" * 4000 + '"}'


def first(storage: Storage) -> None:
    """Adds the record that the acts revise."""
    with storage.writing() as writing:
        writing.add(Record("SLA-0001", "sla", "Mail", "draft", 1, Revision(1, "sla/1", TEXT, "0" * 64, 0)))
        writing.close(
            verb="apply",
            actor="P-ANNA",
            login="anna",
            recorded_at=NOON,
            effective_on=NOON.date(),
            reason="",
            events=[Event("SLA-0001", "created", {})],
        )


def act(storage: Storage, number: int) -> None:
    """One act: the record locked and moved, a revision and an event appended, the chain continued."""
    with storage.writing() as writing:
        record = writing.lock("SLA-0001")
        revision = Revision(number, "sla/1", TEXT, "0" * 64, 0)
        writing.revise(record.moved(f"state-{number}"), revision, [])
        writing.close(
            verb="advance",
            actor="P-ANNA",
            login="anna",
            recorded_at=NOON,
            effective_on=date(2026, 11, 24),
            reason="",
            events=[Event("SLA-0001", "advanced", {"number": number})],
        )


def bare(connection: Connection, number: int) -> None:
    """The same rows without chain, locks, triggers, foreign keys and SQLAlchemy."""
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE record SET state = ?, revision_number = ?", (f"state-{number}", number))
    connection.execute("INSERT INTO revision VALUES ('SLA-0001', ?, ?, ?)", (number, TEXT, number))
    connection.execute("INSERT INTO act VALUES (?, 'advance', 'P-ANNA', ?, ?)", (number, "0" * 64, "0" * 64))
    connection.execute("INSERT INTO event VALUES (?, 1, 'SLA-0001', '{}')", (number,))
    connection.execute("UPDATE chain_head SET number = ?", (number,))
    connection.execute("COMMIT")


def bare_database(place: Path, journal_mode: str, synchronous: str) -> Connection:
    """A database with the same settings and five plain tables."""
    connection = connect(place, isolation_level=None)
    connection.executescript(
        f"PRAGMA journal_mode = {journal_mode}; PRAGMA synchronous = {synchronous};"
        "CREATE TABLE record (reference TEXT PRIMARY KEY, state TEXT, revision_number INTEGER);"
        "CREATE TABLE revision (reference TEXT, number INTEGER, text TEXT, act INTEGER, PRIMARY KEY (reference, number)"
        ");"
        "CREATE TABLE act (number INTEGER PRIMARY KEY, verb TEXT, actor TEXT, previous_hash TEXT, hash TEXT);"
        "CREATE TABLE event (act INTEGER, sequence INTEGER, reference TEXT, text TEXT, PRIMARY KEY (act, sequence));"
        "CREATE TABLE chain_head (number INTEGER);"
        "INSERT INTO record VALUES ('SLA-0001', 'draft', 1); INSERT INTO chain_head VALUES (1);"
    )
    return connection


def per_second(once: Callable[[int], None], times: int) -> float:
    """How often a second something is done."""
    begun = time.perf_counter()
    for number in range(2, times + 2):
        once(number)
    return times / (time.perf_counter() - begun)


def main(times: int) -> None:
    """Measures both and prints rates and ratio."""
    with tempfile.TemporaryDirectory() as folder:
        storage = Storage.create(f"sqlite:///{folder}/acts.db")
        first(storage)
        acts = per_second(lambda number: act(storage, number), times)
        facts = storage.facts()
        connection = bare_database(Path(folder) / "bare.db", facts["journal_mode"], facts["synchronous"])
        plain = per_second(lambda number: bare(connection, number), times)
        connection.close()
        begun = time.perf_counter()
        with storage.reading() as reading:
            breaks = chain_breaks(reading.acts())
        audited = (time.perf_counter() - begun) / (times + 1)
        storage.dispose()
    print(f"SQLite {facts['sqlite_version']}, {facts['journal_mode']} + {facts['synchronous']}, {times} acts")
    print(f"acts {acts:8.0f}/s   bare inserts {plain:8.0f}/s   ratio {acts / plain:.2f}")
    print(f"audit {1e6 * audited:6.1f} µs an act, {len(breaks)} breaks")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
