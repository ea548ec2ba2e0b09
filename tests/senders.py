"""Processes that remind, born of one that has the definitions loaded: `race` lets them run at once, `kill` one by one.

Run as a program, it prints what came of it as JSON: the planned steps and sent messages of each, or how many were killed.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from post import NOON, Clock
from sdflow import bootstrap
from sdflow.adapters.delivery.settings import post
from sdflow.adapters.storage import Storage
from sdflow.domain.message import Carrier
from sdflow.engine.workspace import Workspace
from sdflow.operations.remind import remind


def main(what: str, folder: str, day: str, count: str) -> None:
    """Do what was asked for."""
    with tempfile.TemporaryDirectory() as place:
        bootstrap.write_settings(Path(place), "Northgate", None)
        like = bootstrap.open_workspace(Path(place), create=True)
        asked = like, Path(folder), date.fromisoformat(day), int(count)
        print(json.dumps(race(*asked) if what == "race" else kill(*asked)))


def race(like: Workspace, folder: Path, day: date, count: int) -> list[list[int]]:
    """How many steps each planned and how many messages each sent, when all began at the same moment."""
    begin, ended = os.pipe(), os.pipe()
    children = [_born(lambda: _race(like, folder, day, begin, ended[1])) for _ in range(count)]
    time.sleep(1)
    os.write(begin[1], b"." * count)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert codes == [0] * count, codes
    os.close(ended[1])
    with os.fdopen(ended[0]) as heard:
        return [json.loads(line) for line in heard]


def _race(like: Workspace, folder: Path, day: date, begin: tuple[int, int], ended: int) -> None:
    workspace = reopened(like, folder)
    os.read(begin[0], 1)
    outcome = remind(workspace, Clock(), day)
    os.write(ended, f"{json.dumps([outcome.steps, outcome.sent])}\n".encode())


def kill(like: Workspace, folder: Path, day: date, count: int) -> int:
    """How many of so many were killed at a random moment before they had sent everything.

    The moments of every other one are counted from its beginning, which is mostly planning, and of the rest from the moment
    in which it begins to send. The clock of each is an hour further than that of the one before, so that the claims of the dead have ended.
    """
    chance = random.Random(count)
    killed = 0
    for generation in range(count):
        ready = os.pipe()
        child = _born(lambda: _remind(like, folder, day, generation, ready[1]))  # noqa: B023 - it is called at once
        os.close(ready[1])
        first = os.read(ready[0], 1)
        time.sleep(chance.uniform(0, 0.2) if first == b"r" else 0)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        killed += first == b"r" and os.read(ready[0], 1) == b""
        os.close(ready[0])
    return killed


def _remind(like: Workspace, folder: Path, day: date, generation: int, ready: int) -> None:
    workspace = reopened(like, folder)
    if generation % 2:
        workspace = replace(workspace, post=replace(workspace.post, opened=_saying(workspace.post.opened, ready)))
    else:
        os.write(ready, b"r")
    remind(workspace, Clock(NOON + timedelta(hours=generation)), day)
    os.write(ready, b"d")


def _saying(opened: Callable[[str], Carrier], ready: int) -> Callable[[str], Carrier]:
    """Opens the carrier of a channel and says that it is about to be used."""

    def opens(channel: str) -> Carrier:
        os.write(ready, b"r")
        return opened(channel)

    return opens


def reopened(like: Workspace, folder: Path) -> Workspace:
    """The workspace of a folder, with a database connection of its own."""
    found = tomllib.loads((folder / "sdflow.toml").read_text("utf-8"))
    url = found.get("storage", {}).get("url", f"sqlite:///{folder / 'sdflow.db'}")
    return replace(like, folder=folder, storage=Storage.open(url), post=post(folder / "sdflow.toml", found))


def _born(living: Callable[[], None]) -> int:
    """A process that does one thing and ends, whatever happens."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        living()
        code = 0
    finally:
        os._exit(code)


if __name__ == "__main__":
    main(*sys.argv[1:])
