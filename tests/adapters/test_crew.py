from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from sdflow.adapters.crew import Crew, Limits, Piece, PieceError
from sdflow.domain.errors import Fault, NotFound, Overtaken, Refused, SdflowError, Unreadable

QUICK = Limits(seconds=30, megabytes=256, advice="ask for less")


def process() -> int:
    return os.getpid()


def doubled(number: int) -> int:
    if number < 0:
        raise Refused("negative", ("it is below 0",), "take another")
    return 2 * number


def never_ends() -> None:
    while True:
        pass


def waits() -> None:
    threading.Event().wait()


def is_killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def takes_memory() -> int:
    return len(bytearray(2**30))


def leaves(what: Exception) -> None:
    raise what


@pytest.fixture
def crew() -> Iterator[Crew]:
    made = Crew(pieces=3)
    yield made
    made.dismiss()


def call(crew: Crew, function: Any, *arguments: Any, limits: Limits = QUICK) -> Any:
    return crew.call(limits, Piece("a document", function, arguments))


def test_a_piece_is_worked_on_in_another_process_that_stays_for_the_next(crew: Crew) -> None:
    first = call(crew, process)
    assert first != os.getpid()
    assert call(crew, process) == first


def test_a_worker_is_replaced_after_its_number_of_pieces(crew: Crew) -> None:
    asked = [call(crew, process) for _ in range(7)]
    assert len(set(asked)) == 3
    assert [len(set(asked[at : at + 3])) for at in (0, 3)] == [1, 1]


@pytest.mark.parametrize(
    "error",
    [
        Unreadable(Fault("a.yaml", 3, "title", "is missing"), Fault("b.yaml", None, "", "is empty")),
        Refused("it may not", ("because",), "do another"),
        NotFound("SLA-1 is unknown"),
        Overtaken("somebody was first"),
    ],
)
def test_what_a_user_can_mend_comes_back_as_it_was_raised(error: SdflowError, crew: Crew) -> None:
    with pytest.raises(type(error)) as caught:
        call(crew, leaves, error)
    assert (type(caught.value), vars(caught.value), str(caught.value)) == (type(error), vars(error), str(error))
    assert vars(pickle.loads(pickle.dumps(error))) == vars(error)


def test_a_bug_comes_back_with_its_traceback(crew: Crew) -> None:
    with pytest.raises(PieceError, match=r"in leaves\n(.|\n)*KeyError: 'lost'"):
        call(crew, leaves, KeyError("lost"))
    assert call(crew, doubled, 2) == 4


def test_a_piece_that_never_ends_is_stopped_and_the_next_is_done(crew: Crew) -> None:
    with pytest.raises(Unreadable, match=r"^a document: took longer than 0.2 seconds and was stopped; ask for less$"):
        call(crew, never_ends, limits=Limits(0.2, 256, "ask for less"))
    assert call(crew, doubled, 2) == 4


def test_a_piece_that_wants_too_much_memory_is_stopped_and_the_next_is_done(crew: Crew) -> None:
    with pytest.raises(Unreadable, match="needed more than 256 MB of memory and was stopped"):
        call(crew, takes_memory)
    assert call(crew, doubled, 2) == 4


def test_a_process_that_ends_by_itself_is_reported_and_the_next_piece_is_done(crew: Crew) -> None:
    with pytest.raises(Unreadable, match="ended its process by signal 9"):
        call(crew, is_killed)
    assert call(crew, doubled, 2) == 4


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_of_many_pieces_one_that_fails_stops_no_other(workers: int, crew: Crew) -> None:
    pieces = [Piece(str(number), doubled, (number,)) for number in (1, -1, 3, 4, -5, 6, 7)]
    found = dict(crew.call_each(QUICK, pieces, workers))
    assert {number: str(found.pop(number)).splitlines()[0] for number in (1, 4)} == {1: "negative", 4: "negative"}
    assert found == {0: 2, 2: 6, 3: 8, 5: 12, 6: 14}


def test_of_many_pieces_those_that_never_end_are_stopped_beside_the_others(crew: Crew) -> None:
    pieces: list[Piece[Any]] = [Piece("0", waits, ()), *(Piece("n", doubled, (number,)) for number in range(5))]
    found = dict(crew.call_each(Limits(5), pieces, 2))
    assert "took longer" in str(found.pop(0))
    assert found == {number + 1: 2 * number for number in range(5)}


def test_whoever_turns_away_in_the_middle_leaves_nobody_at_work(crew: Crew) -> None:
    of_others = _children()
    pieces: list[Piece[Any]] = [Piece("n", doubled, (1,)), Piece("0", never_ends, ())]
    results = crew.call_each(QUICK, pieces, 2)
    assert next(results) == (0, 2)
    assert len(_children() - of_others) == 2
    results.close()  # type: ignore[attr-defined]
    crew.dismiss()
    assert _children() <= of_others


def test_a_process_with_threads_gets_its_work_done_too(crew: Crew) -> None:
    stop = threading.Event()
    beside = threading.Thread(target=stop.wait)
    beside.start()
    try:
        assert call(crew, doubled, 21) == 42
    finally:
        stop.set()
        beside.join()


def test_workers_end_when_the_process_that_asked_is_killed() -> None:
    program = (
        "import os, signal; from sdflow.adapters.crew import Crew, Limits, Piece\n"
        "crew = Crew()\n"
        "list(crew.call_each(Limits(), [Piece('a', os.getpid, ()) for _ in range(4)], 2))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], start_new_session=True) as asking:
        assert asking.wait(60) == -signal.SIGKILL
    for _ in range(1000):
        if not _group_lives(asking.pid):
            return
        os.sched_yield()
        subprocess.run(["/bin/sleep", "0.02"], check=True)
    pytest.fail("a worker outlives the process for which it worked")


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _children() -> set[int]:
    import multiprocessing

    return {one.pid for one in multiprocessing.active_children() if one.pid}
