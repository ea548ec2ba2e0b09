"""Processes that remind: each opens the workspace of a folder for itself, with the definitions that all of them share."""

from __future__ import annotations

import multiprocessing
import tempfile
import tomllib
from dataclasses import replace
from datetime import date, timedelta
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from multiprocessing.synchronize import Barrier
from pathlib import Path

from post import NOON, Clock
from sdflow import bootstrap
from sdflow.adapters.delivery.settings import post
from sdflow.adapters.storage import Storage
from sdflow.engine.workspace import Workspace
from sdflow.operations.remind import remind


def _empty() -> Workspace:
    with tempfile.TemporaryDirectory() as folder:
        bootstrap.write_settings(Path(folder), "Northgate", None)
        return bootstrap.open_workspace(Path(folder), create=True)


LIKE = _empty()


def processes() -> ForkServerContext:
    """Processes that begin with this module loaded."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["senders"])
    return context


def reopened(folder: Path) -> Workspace:
    found = tomllib.loads((folder / "sdflow.toml").read_text("utf-8"))
    url = found.get("storage", {}).get("url", f"sqlite:///{folder / 'sdflow.db'}")
    return replace(LIKE, folder=folder, storage=Storage.open(url), post=post(folder / "sdflow.toml", found))


def remind_at_once(folder: Path, day: date, barrier: Barrier, answers: Connection) -> None:
    """Plan and send when everybody is ready."""
    workspace = reopened(folder)
    barrier.wait()
    outcome = remind(workspace, Clock(), day)
    answers.send((outcome.steps, outcome.sent))
    workspace.storage.dispose()


def remind_until_killed(folder: Path, day: date, generation: int, ready: Connection) -> None:
    """Plan and send, by a clock that is an hour further with every generation, so that claims of the dead have ended."""
    workspace = reopened(folder)
    ready.send("ready")
    remind(workspace, Clock(NOON + timedelta(hours=generation)), day)
    ready.send("done")
    workspace.storage.dispose()

