from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from desk import HELEN, Desk
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
