"""Crew: worker processes that do one piece of work after another, each within a limit of time and of memory.

What a piece raises that a user can mend comes back as it was raised. A piece that takes too long is stopped with its
process, and the next piece gets a new one; nobody else notices.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Generic, TypeVar

from sdflow.domain.errors import SdflowError, Unreadable

Result = TypeVar("Result")
Outcome = tuple[str, Any]

PIECES = 50
"""After how many pieces a worker is replaced, since the layout of documents leaves memory behind."""

_GRACE_SECONDS = 5  # of processor time, after which a worker ends although nobody watches it any more


class PieceError(RuntimeError):
    """A bug inside a piece of work, with its traceback in the worker."""


@dataclass(frozen=True)
class Limits:
    """What one piece may take; `advice` tells how a user can allow more."""

    seconds: float = 60
    megabytes: int = 1024
    advice: str = ""

    def exceeded(self, source: str, what: str) -> Unreadable:
        """The error for a piece that was stopped."""
        return Unreadable.because(source, f"{what} and was stopped{f'; {self.advice}' if self.advice else ''}")


@dataclass(frozen=True)
class Piece(Generic[Result]):
    """One call: `function` stands in a module and its arguments can be pickled; `source` names it in errors."""

    source: str
    function: Callable[..., Result]
    arguments: tuple[Any, ...]


class Crew:
    """Workers that are started when they are first needed and stay for the pieces that follow."""

    def __init__(self, pieces: int = PIECES) -> None:
        self._pieces = pieces
        self._idle: list[_Worker] = []

    def call(self, limits: Limits, piece: Piece[Result]) -> Result:
        """The result of one piece; raises what the piece raises, Unreadable where it went over a limit."""
        result: Any = next(self.call_each(limits, [piece], 1))[1]
        if isinstance(result, SdflowError):
            raise result
        found: Result = result
        return found

    def call_each(self, limits: Limits, pieces: Iterable[Piece[Any]], workers: int) -> Iterator[tuple[int, Any]]:
        """The result of every piece, or what went wrong with it, with its number from 0, as each is ready.

        So many workers are busy at once. The next piece is taken from `pieces` while they are; a bug ends them all.
        """
        shift = _Shift(limits, enumerate(pieces), workers)
        try:
            while shift.assign(self._worker):
                for number, result, worker in shift.finished():
                    self._keep(worker)
                    yield number, result
        finally:
            shift.abandon()

    def dismiss(self) -> None:
        """End the workers that wait for work."""
        while self._idle:
            self._idle.pop().dismiss()

    def _worker(self) -> _Worker:
        while self._idle:
            worker = self._idle.pop()
            if worker.alive():
                return worker
            worker.dismiss()
        return _Worker()

    def _keep(self, worker: _Worker) -> None:
        if worker.alive() and worker.done < self._pieces:
            self._idle.append(worker)
        else:
            worker.dismiss()


class _Shift:
    """The workers of one call: which piece each of them has, and until when."""

    def __init__(self, limits: Limits, pieces: Iterator[tuple[int, Piece[Any]]], workers: int) -> None:
        self._limits, self._pieces, self._workers = limits, pieces, workers
        self._busy: dict[Any, _Task] = {}
        self._upcoming = next(pieces, None)

    def assign(self, worker: Callable[[], _Worker]) -> bool:
        """Give every free worker a piece, and have the next one ready; false where all is done."""
        while self._upcoming and len(self._busy) < self._workers:
            number, piece = self._upcoming
            task = _Task(number, piece.source, worker(), time.monotonic() + self._limits.seconds)
            self._busy[task.worker.connection] = task
            task.worker.give(self._limits, piece)
            self._upcoming = next(self._pieces, None)
        return bool(self._busy)

    def finished(self) -> Iterator[tuple[int, Any, _Worker]]:
        """What is ready or overdue, after waiting for the first that is."""
        patience = min(task.until for task in self._busy.values()) - time.monotonic()
        ready = wait(list(self._busy), max(0, patience))
        if not ready:
            ready = [one for one, task in self._busy.items() if task.until <= time.monotonic()]
            for one in ready:
                self._busy[one].worker.kill()
        for connection in ready:
            task = self._busy.pop(connection)
            yield task.number, self._result(task), task.worker

    def abandon(self) -> None:
        """Stop whatever is still being done."""
        for task in self._busy.values():
            task.worker.kill()
            task.worker.dismiss()

    def _result(self, task: _Task) -> Any:
        if task.worker.killed:
            return self._limits.exceeded(task.source, f"took longer than {self._limits.seconds:g} seconds")
        said, result = task.worker.outcome()
        match said:
            case "done" | "refused":
                return result
            case "memory":
                return self._limits.exceeded(task.source, f"needed more than {self._limits.megabytes} MB of memory")
            case "ended":
                what = f"ended its process by {result}, as happens beyond {self._limits.megabytes} MB of memory,"
                return self._limits.exceeded(task.source, what)
        task.worker.dismiss()
        raise PieceError(result)


class _Worker:
    """One process, and the line to it."""

    def __init__(self) -> None:
        context = multiprocessing.get_context(_start_method())
        self.connection, there = context.Pipe()
        self.done, self.killed = 0, False
        ours = self.connection if context.get_start_method() == "fork" else None
        self._process: Any = context.Process(target=_work, args=(there, ours), daemon=True)  # type: ignore[attr-defined]
        with warnings.catch_warnings():
            # newer Pythons warn of the threads of numerical libraries, which hold no locks while they wait
            warnings.simplefilter("ignore", DeprecationWarning)
            self._process.start()
        there.close()

    def alive(self) -> bool:
        """Whether it can be given work."""
        return not self.connection.closed and bool(self._process.is_alive())

    def give(self, limits: Limits, piece: Piece[Any]) -> None:
        """Hand a piece over; what the piece comes to is read as its outcome, even where the process has ended."""
        self.done += 1
        with suppress(BrokenPipeError):
            self.connection.send((limits, piece.function, piece.arguments))

    def outcome(self) -> Outcome:
        """What came of the piece, or how the process ended."""
        try:
            said: Outcome = self.connection.recv()
        except (EOFError, ConnectionResetError):
            self._process.join()
            code = self._process.exitcode
            return "ended", f"signal {-code}" if code < 0 else f"exit code {code}"
        return said

    def kill(self) -> None:
        """End it at once, whatever it does."""
        self.killed = True
        self._process.kill()
        self._process.join()

    def dismiss(self) -> None:
        """End it and close the line."""
        if not self.connection.closed:
            self.connection.close()
            self._process.kill()
            self._process.join()
            self._process.close()


@dataclass(frozen=True)
class _Task:
    """A piece in the hands of a worker; `until` is on the monotonic clock."""

    number: int
    source: str
    worker: _Worker
    until: float


def _start_method() -> str:
    """A copy of this process where that is safe: it starts at once, with everything loaded already."""
    alone = threading.active_count() == 1
    return "fork" if sys.platform.startswith("linux") and alone else "spawn"


def _work(line: Connection, ours: Connection | None) -> None:
    """The life of a worker: piece by piece until nobody is at the other end."""
    if ours:
        ours.close()  # else the end of the process that asked would never be noticed
    _quieten()
    gc.freeze()  # nothing of the other process, such as its database, is ever closed from here
    first = True
    while True:
        try:
            limits, function, arguments = line.recv()
        except (EOFError, OSError):
            os._exit(0)
        try:
            outcome = _outcome(limits, function, arguments)
        except Exception:
            line.send(("failed", traceback.format_exc()))
            raise
        line.send(outcome)
        gc.collect()
        if first:
            gc.freeze()  # what the first piece imported stays
            first = False


def _outcome(limits: Limits, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Outcome:
    try:
        _confine(limits)
        gc.disable()  # a sixth of the time of a layout; what it leaves is collected afterwards
        return "done", function(*arguments)
    except SdflowError as error:
        return "refused", error
    except MemoryError:
        return "memory", None


def _quieten() -> None:
    """Leave the terminal and its Ctrl-C to the process that asked."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(silence, stream)


def _confine(limits: Limits) -> None:
    """Have the system refuse memory beyond the limit, and end the process if the watch over it is gone."""
    try:
        import resource
    except ImportError:  # not on this system
        return
    spent = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(spent.ru_utime + spent.ru_stime + limits.seconds) + _GRACE_SECONDS
    _lower(resource.RLIMIT_CPU, seconds)
    _lower(resource.RLIMIT_CORE, 0)
    used = Path("/proc/self/statm")
    if used.exists():
        pages = int(used.read_text(encoding="ascii").split()[0])
        _lower(resource.RLIMIT_AS, pages * resource.getpagesize() + limits.megabytes * 2**20)


def _lower(which: int, to: int) -> None:
    import resource

    _, most = resource.getrlimit(which)
    resource.setrlimit(which, (to if most == resource.RLIM_INFINITY else min(to, most), most))
