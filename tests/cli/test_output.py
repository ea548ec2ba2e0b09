"""The command line's output where it is full, closed or read no further, and a command that somebody stops."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from desk import Desk

FULL = Path("/dev/full")
ROWS = 60_000


def run(typed: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """What bash says to a line in which $SDFLOW is the command."""
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", typed.replace("$SDFLOW", f"{sys.executable} -m sdflow")],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.skipif(not FULL.exists(), reason="/dev/full is of Linux")
@pytest.mark.parametrize("command", ["list", "list --json", "report -h"])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_output_is_told_in_a_sentence(desk: Desk, command: str, unbuffered: str) -> None:
    ended = run(f"PYTHONUNBUFFERED={unbuffered} $SDFLOW {command} > {FULL}", desk.folder)
    assert ended.returncode == 2
    assert "No space left on device" in ended.stderr
    assert "look with 'sdflow history' before you repeat it" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("command", ["list", "list --json", "-h"])
def test_an_output_that_nobody_reads_on_ends_quietly(desk: Desk, command: str) -> None:
    ended = run(f"$SDFLOW {command} | true", desk.folder)
    assert (ended.returncode, ended.stderr) == (141, "")


def test_an_output_that_is_closed_changes_nothing(desk: Desk) -> None:
    ended = run("$SDFLOW list >&- && $SDFLOW audit verify", desk.folder)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_who_stops_a_command_is_told_that_nothing_of_it_was_stored(desk: Desk, tmp_path: Path) -> None:
    rows = (f"{number},2026-01-0{1 + number % 9} 10:00,2026-01-1{number % 9} 10:00" for number in range(ROWS))
    (tmp_path / "desk.csv").write_text("\n".join(("number,opened,restored", *rows)), encoding="utf-8")
    (tmp_path / "desk.map.yaml").write_text(
        "reads: incidents\nsource: desk\nzone: Etc/UTC\ntimes: iso\ncolumns: {number: number}\n"
        "moments: {reported: opened, restored: restored}\nconstants: {service: SVC-EMAIL}\n",
        encoding="utf-8",
    )
    before = run("$SDFLOW history --json", desk.folder).stdout
    typed = ["measure", "incidents", str(tmp_path / "desk.csv"), "--mapping", str(tmp_path / "desk.map.yaml")]
    running = subprocess.Popen(
        [sys.executable, "-m", "sdflow", *typed],
        cwd=desk.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "COLUMNS": "200"},
    )
    time.sleep(1.0)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "of the act that ran nothing was stored" in said
    assert "Traceback" not in said
    assert run("$SDFLOW history --json", desk.folder).stdout == before
