from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from contracts import CONTRACT, ROSSI, InForce, Write
from counter import BRIGGS, LIN, Counter, prepared, signatory
from desk import HELEN, OMAR, Desk
from sdflow.bootstrap import content_folder
from sdflow.cli.root import sdflow


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("furnished") / "workspace"
    desk = Desk(folder)
    result = CliRunner().invoke(
        sdflow,
        [
            "init",
            str(folder),
            "--name",
            "Helen Carrick",
            "--person",
            HELEN,
            "--organisation",
            "Northgate",
            "--as-of",
            "2025-12-01",
        ],
    )
    assert result.exit_code == 0, result.output
    desk.must("apply", str(content_folder() / "examples" / "halvorsen"))
    return folder


@pytest.fixture
def desk(furnished: Path, tmp_path: Path) -> Desk:
    """A workspace with the sample organisation, of the test's own."""
    folder = tmp_path / "workspace"
    shutil.copytree(furnished, folder)
    return Desk(folder)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    """Writes a file that a test wants to apply."""

    def writes(name: str, text: str) -> Path:
        path = tmp_path / "files" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return writes


@pytest.fixture
def in_force(desk: Desk, write: Write) -> InForce:
    """A contract with some term, taken in with its paper and in force since its start."""

    def brings(term: str) -> Desk:
        contract = write("UC-0002.yaml", CONTRACT.replace("TERM", term))
        desk.must("adopt", str(write("paper.txt", "What was signed.")), str(contract), person=ROSSI)
        desk.must("advance", "UC-0002", "activate", person=ROSSI)
        return desk

    return brings


@pytest.fixture(scope="session")
def side_by_side_once(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Counter:
    """Mei Lin first, then Omar Haddad and Sofia Rossi in any order."""
    signatories = signatory("team", LIN) + signatory("receiver", OMAR) + signatory("supplier", ROSSI, ", turn: 2")
    return prepared(furnished, tmp_path_factory.mktemp("turns"), signatories, (LIN, OMAR, ROSSI))


@pytest.fixture(scope="session")
def on_paper_once(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Counter:
    """Mei Lin with her key, and Alan Briggs, who has none, on paper, after her; Omar Haddad last."""
    signatories = signatory("team", LIN) + signatory("counsel", BRIGGS, ", method: paper") + signatory("receiver", OMAR)
    return prepared(furnished, tmp_path_factory.mktemp("paper"), signatories, (LIN, OMAR))


@pytest.fixture
def side_by_side(side_by_side_once: Counter, tmp_path: Path) -> Counter:
    return side_by_side_once.copied(tmp_path)


@pytest.fixture
def on_paper(on_paper_once: Counter, tmp_path: Path) -> Counter:
    return on_paper_once.copied(tmp_path)


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    path = tmp_path / "scan.png"
    Image.new("L", (620, 877), 250).save(path)
    return path


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration's workspace: everything signed and in force since 1 January 2026; `told.json` is what it said.

    It is played once for all processes of a test run; whoever changes anything takes a copy.
    """
    shared = "PYTEST_XDIST_WORKER" in os.environ
    place = tmp_path_factory.getbasetemp().parent if shared else tmp_path_factory.mktemp("played")
    folder, told = place / "played-demo", place / "played-demo" / "told.json"
    with (place / "played-demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            if not told.is_file():
                shutil.rmtree(folder, ignore_errors=True)
                result = CliRunner().invoke(sdflow, ["demo", "email", "--folder", str(folder), "--json"])
                assert result.exit_code == 0, result.output
                told.write_text(result.stdout, encoding="utf-8")
        finally:
            fcntl.flock(lock, fcntl.LOCK_UN)  # workers that print documents hold the file open, too
    return folder


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Sets the clock on the wall, which signatures and keys go by."""
    from sdflow import bootstrap

    def sets(day: str) -> None:
        instant = datetime.fromisoformat(f"{day}T10:00:00+00:00")
        monkeypatch.setattr(bootstrap, "now", lambda: instant)

    return sets
