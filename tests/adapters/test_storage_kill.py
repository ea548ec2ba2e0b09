"""Kill -9 in the middle of acts: nothing acknowledged is lost, nothing is half there, the chain holds.

SDFLOW_KILLS sets how often a process is killed; the full run has 1,000.
"""

from __future__ import annotations

import multiprocessing
import os
import random
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from sqlite3 import connect

from sdflow.adapters.storage import Reading, Storage
from sdflow.domain.errors import Overtaken
from sdflow.domain.event import Event, chain_breaks
from sdflow.domain.record import Envelope, Record, Revision

KILLS = int(os.environ.get("SDFLOW_KILLS", "25"))
CONTROL_KILLS = 200
LONGEST_WAIT = 0.03
NAMES = [f"SLA-000{number}" for number in range(1, 6)]
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)

Acknowledge = Callable[[str, int], None]


def act_on(storage: Storage, reference: str) -> int:
    """One act that writes to every table that belongs to it; gives the revision that it made."""
    with storage.writing() as writing:
        record = writing.lock(reference)
        number = record.revision.number + 1
        cited = NAMES[number % len(NAMES)]
        revision = Revision(number, "sla/1", f'{{"cited":"{cited}"}}', f"r{number}", 0)
        writing.revise(record.moved(f"state-{number}"), revision, [("cited", cited)])
        writing.keep_envelope(Envelope(reference, number, "{}", f"e{number}", 0))
        writing.close(
            verb="advance",
            actor="P-ANNA",
            login="anna",
            recorded_at=NOON,
            effective_on=date(2026, 11, 24),
            reason="",
            events=[Event(reference, "revised", {"number": number}), Event(reference, "advanced", {"number": number})],
        )
    return number


def act_until_killed(url: str, seed: int, acknowledged: Connection) -> None:
    storage, chosen = Storage.open(url), random.Random(seed)
    while True:
        reference = chosen.choice(NAMES)
        acknowledged.send((reference, act_on(storage, reference)))


def act_in_two_transactions_until_killed(place: str, _seed: int, acknowledged: Connection) -> None:
    """The control: the record and its revision first, the act in a transaction of its own."""
    with closing(connect(place, isolation_level=None)) as connection:
        for number in range(2, 1_000_000):
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("UPDATE record SET revision_number = ? WHERE reference = 'SLA-0001'", (number,))
            connection.execute(
                "INSERT INTO revision VALUES ('SLA-0001', ?, 'f', '{}', 's', NULL, NULL, ?)", (number, number)
            )
            connection.execute("COMMIT")
            connection.execute("BEGIN IMMEDIATE")
            (previous,) = connection.execute("SELECT hash FROM chain_head").fetchone()
            row = (number, "v", "a", "l", "2026-11-24 12:00:00", "2026-11-24", "", previous, f"h{number}")
            connection.execute("INSERT INTO act VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            connection.execute("UPDATE chain_head SET number = ?, hash = ?", (number, f"h{number}"))
            connection.execute("COMMIT")
            acknowledged.send(("SLA-0001", number))


@contextmanager
def killed_somewhere(target: Callable[[str, int, Connection], None], place: str, seed: int) -> Iterator[dict[str, int]]:
    """What a process acknowledged, by reference, before it was killed at a random moment after its first act."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["sdflow.adapters.storage"])
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=target, args=(place, seed, theirs))
    process.start()
    theirs.close()
    acknowledged: dict[str, int] = dict([ours.recv()])
    process.join(timeout=random.Random(seed).uniform(0, LONGEST_WAIT))
    process.kill()
    process.join()
    try:
        while True:
            acknowledged.update([ours.recv()])
    except (EOFError, OSError):
        ours.close()
    process.close()
    yield acknowledged


@dataclass
class Tally:
    """What the run came to."""

    acknowledged: dict[str, int] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    half: list[str] = field(default_factory=list)


def halves(reading: Reading, reference: str) -> Iterator[str]:
    """Every sign that an act on the record was written in part."""
    record, revisions, acts = reading.record(reference), reading.revisions(reference), reading.acts(reference)
    assert record is not None
    numbers = [revision.number for revision in revisions]
    if numbers != list(range(1, record.revision.number + 1)):
        yield f"{reference}: revisions {numbers} for {record.revision.number}"
    if [revision.act for revision in revisions] != [act.number for act in acts]:
        yield f"{reference}: revisions and acts differ"
    if any(len(act.events) != 2 for act in acts[1:]):
        yield f"{reference}: events are missing"
    if record.revision.number > 1:
        latest = reading.envelope(reference)
        expected = (f"state-{record.revision.number}", record.revision.number)
        if latest is None or (record.state, latest.version) != expected:
            yield f"{reference}: state or envelope is not that of the last act"
        cited = [citation.cited for citation in reading.cites(reference)]
        if cited != [NAMES[record.revision.number % len(NAMES)]]:
            yield f"{reference}: its links are not those of its revision"


def prepared(url: str) -> Storage:
    storage = Storage.create(url)
    with storage.writing() as writing:
        for name in NAMES:
            writing.add(Record(name, "sla", "Mail", "draft", 1, Revision(1, "sla/1", "{}", "r1", 0)))
        writing.close(
            verb="apply",
            actor="P-ANNA",
            login="anna",
            recorded_at=NOON,
            effective_on=date(2026, 11, 24),
            reason="",
            events=[Event(name, "created", {}) for name in NAMES],
        )
    return storage


def test_a_process_killed_at_any_moment_loses_nothing_and_leaves_nothing_half(database_url: str) -> None:
    storage, tally = prepared(database_url), Tally()
    for seed in range(KILLS):
        with killed_somewhere(act_until_killed, database_url, seed) as acknowledged:
            tally.acknowledged |= acknowledged
        with storage.reading() as reading:
            for name in NAMES:
                record = reading.record(name)
                assert record is not None
                if record.revision.number < tally.acknowledged.get(name, 1):
                    tally.lost.append(f"{name}: {record.revision.number} of {tally.acknowledged[name]}")
                tally.half += halves(reading, name)
    with storage.reading() as reading:
        acts, head = reading.acts(), reading.head()
    assert (tally.lost, tally.half, chain_breaks(acts)) == ([], [], [])
    assert (acts[-1].number, acts[-1].hash) == head
    assert storage.check() == []
    storage.dispose()


def test_the_same_kills_tear_acts_that_are_written_in_two_transactions(tmp_path: Path) -> None:
    place = tmp_path / "control.db"
    storage = prepared(f"sqlite:///{place}")
    torn: list[str] = []
    for seed in range(CONTROL_KILLS):
        if torn:
            break
        with killed_somewhere(act_in_two_transactions_until_killed, str(place), seed):
            torn = storage.check()
        storage.dispose()
        if not torn:
            place.unlink()
            storage = prepared(f"sqlite:///{place}")
    assert any("refers to a row of act that is not there" in sentence for sentence in torn), torn
    storage.dispose()


def test_an_act_goes_on_after_a_kill_without_waiting(database_url: str) -> None:
    storage = prepared(database_url)
    with killed_somewhere(act_until_killed, database_url, 1):
        before = storage.check()
    try:
        act_on(storage, "SLA-0001")
    except Overtaken as refusal:
        raise AssertionError("the killed process still holds a lock") from refusal
    assert (before, storage.check()) == ([], [])
    storage.dispose()
