"""Eight processes at one record: exactly one wins each round, the others are told what happened.

SDFLOW_ROUNDS sets the number of rounds; the full run has 1,000.
"""

from __future__ import annotations

import multiprocessing
import os
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from multiprocessing.context import ForkServerProcess
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier

from sdflow.adapters.storage import Storage, Writing
from sdflow.domain.errors import Overtaken
from sdflow.domain.event import Event, chain_breaks
from sdflow.domain.record import Record, Revision, StoredSignature

ROUNDS = int(os.environ.get("SDFLOW_ROUNDS", "25"))
PROCESSES = 8
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)

Answer = tuple[int, int, str]
Racer = Callable[[str, int, Barrier, "Queue[Answer]"], None]


def close(writing: Writing, actor: str, reference: str = "SLA-0001") -> None:
    writing.close(
        verb="advance",
        actor=actor,
        login=actor.lower(),
        recorded_at=NOON,
        effective_on=date(2026, 11, 24),
        reason="",
        events=[Event(reference, "advanced", {"by": actor})],
    )


def prepared(url: str) -> Storage:
    storage = Storage.create(url)
    with storage.writing() as writing:
        writing.add(Record("SLA-0001", "sla", "Mail", "round-0", 1, Revision(1, "sla/1", "{}", "r1", 0)))
        close(writing, "P-0")
    return storage


def advance(url: str, number: int, barrier: Barrier, answers: Queue[Answer]) -> None:
    """Moves the record on, round by round, from what was seen before everybody started."""
    storage = Storage.open(url)
    for turn in range(1, ROUNDS + 1):
        with storage.reading() as reading:
            seen = reading.record("SLA-0001")
        assert seen is not None
        barrier.wait()
        try:
            with storage.writing() as writing:
                writing.change(seen.moved(f"round-{turn}"))
                close(writing, f"P-{number}")
            answers.put((turn, number, ""))
        except Overtaken as refusal:
            answers.put((turn, number, str(refusal)))
        barrier.wait()
    storage.dispose()


def sign(url: str, number: int, barrier: Barrier, answers: Queue[Answer]) -> None:
    """Signs one field of each version; whoever signs last moves the record on."""
    storage = Storage.open(url)
    for turn in range(1, ROUNDS + 1):
        barrier.wait()
        with storage.writing() as writing:
            record = writing.lock("SLA-0001")
            writing.keep_signature(
                StoredSignature("SLA-0001", turn, f"f{number}", f"P-{number}", "ff", NOON, f"d{number}", 0)
            )
            complete = len(writing.signatures("SLA-0001", turn)) == PROCESSES
            if complete:
                writing.change(record.moved(f"signed-{turn}"))
            close(writing, f"P-{number}")
        answers.put((turn, number, "complete" if complete else ""))
    storage.dispose()


def add(url: str, number: int, barrier: Barrier, answers: Queue[Answer]) -> None:
    """Adds a record under the next free number, again until it is not taken."""
    storage = Storage.open(url)
    for turn in range(1, ROUNDS + 1):
        barrier.wait()
        refused = True
        while refused:
            try:
                with storage.writing() as writing:
                    reference = f"SLA-{writing.free_number('SLA'):04}"
                    writing.add(Record(reference, "sla", "Mail", "draft", 1, Revision(1, "sla/1", "{}", "r1", 0)))
                    close(writing, f"P-{number}", reference)
                refused = False
            except Overtaken:
                refused = True
        answers.put((turn, number, reference))
    storage.dispose()


def raced(url: str, racer: Racer) -> list[Answer]:
    """The answers of all racers in all rounds."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["sdflow.adapters.storage"])
    barrier = context.Barrier(PROCESSES, timeout=120)
    answers: Queue[Answer] = context.Queue()
    processes: list[ForkServerProcess] = [
        context.Process(target=racer, args=(url, number, barrier, answers)) for number in range(1, PROCESSES + 1)
    ]
    for process in processes:
        process.start()
    found = [answers.get(timeout=120) for _ in range(PROCESSES * ROUNDS)]
    for process in processes:
        process.join()
        assert process.exitcode == 0
        process.close()
    answers.close()
    answers.join_thread()
    return found


def test_exactly_one_of_eight_wins_each_round_and_the_others_are_told_the_new_state(database_url: str) -> None:
    storage = prepared(database_url)
    answers = raced(database_url, advance)
    winners = {turn: f"P-{number}" for turn, number, refusal in answers if not refusal}
    assert Counter(turn for turn, _, refusal in answers if not refusal) == dict.fromkeys(range(1, ROUNDS + 1), 1)
    for turn, _, refusal in answers:
        if refusal:
            assert f"{winners[turn]} did 'advance' (act {turn + 1}); it is now in state 'round-{turn}'" in refusal
    with storage.reading() as reading:
        acts, record = reading.acts(), reading.record("SLA-0001")
    assert [act.actor for act in acts[1:]] == [winners[turn] for turn in range(1, ROUNDS + 1)]
    assert record is not None
    assert (record.state, record.lock, chain_breaks(acts)) == (f"round-{ROUNDS}", ROUNDS + 1, [])
    assert storage.check() == []
    storage.dispose()


def test_of_eight_who_sign_at_once_exactly_one_completes_each_round(database_url: str) -> None:
    storage = prepared(database_url)
    answers = raced(database_url, sign)
    completed = Counter(turn for turn, _, answer in answers if answer)
    assert completed == dict.fromkeys(range(1, ROUNDS + 1), 1)
    with storage.reading() as reading:
        acts, record = reading.acts(), reading.record("SLA-0001")
        assert all(len(reading.signatures("SLA-0001", turn)) == PROCESSES for turn in range(1, ROUNDS + 1))
    assert len(acts) == 1 + PROCESSES * ROUNDS
    assert record is not None
    assert (record.state, chain_breaks(acts)) == (f"signed-{ROUNDS}", [])
    assert storage.check() == []
    storage.dispose()


def test_eight_who_add_at_once_never_get_the_same_number(database_url: str) -> None:
    storage = prepared(database_url)
    given = sorted(reference for _, _, reference in raced(database_url, add))
    assert given == [f"SLA-{number:04}" for number in range(2, 2 + PROCESSES * ROUNDS)]
    with storage.reading() as reading:
        assert chain_breaks(reading.acts()) == []
    assert storage.check() == []
    storage.dispose()
