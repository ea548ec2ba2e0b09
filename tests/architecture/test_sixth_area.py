"""A process area is added by dropping in its files; the shipped source stays as it is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

SIXTH_AREA = Path(__file__).parents[1] / "sixth_area"
CONTENT = ("workflows", "rules", "documents", "examples")
AS_OF = ("--as-of", "2027-01-15")


@dataclass(frozen=True)
class Installation:
    """A copy of sdflow with its content folders, and a workspace beside it."""

    folder: Path

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run Python on the copy, in the workspace where there is one."""
        workspace = self.folder / "workspace"
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "SDFLOW"))}
        return subprocess.run(
            [sys.executable, *command],
            cwd=workspace if workspace.is_dir() else self.folder,
            env=inherited | {"PYTHONPATH": str(self.folder / "src"), "COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
        )

    def sdflow(self, *command: str, code: int = 0) -> str:
        """What sdflow says, which has to end with the exit code."""
        outcome = self.run("-m", "sdflow", *command)
        assert outcome.returncode == code, outcome.stdout + outcome.stderr
        return outcome.stdout + outcome.stderr

    def set_up(self) -> None:
        """A workspace with its first person."""
        self.sdflow("init", "workspace", "--name", "Helen Carrick", "--person", "PER-CARRICK", *AS_OF)


def _installed(repository: Path, folder: Path) -> Installation:
    unneeded = shutil.ignore_patterns("__pycache__")
    shutil.copytree(repository / "src" / "sdflow", folder / "src" / "sdflow", ignore=unneeded)
    for name in CONTENT:
        shutil.copytree(repository / name, folder / name)
    return Installation(folder)


@pytest.fixture(scope="module")
def with_releases(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    installation = _installed(repository, tmp_path_factory.mktemp("sixth"))
    shutil.copytree(SIXTH_AREA, installation.folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    installation.set_up()
    records = (installation.folder / "examples" / "halvorsen", installation.folder / "release_sample.yaml")
    installation.sdflow("apply", *map(str, records), *AS_OF)
    return installation


def test_a_record_of_the_sixth_area_is_kept_and_listed(with_releases: Installation) -> None:
    assert "REL-0001" in with_releases.sdflow("list", "--kind", "release")


def test_its_steps_are_taken_and_its_guards_hold(with_releases: Installation) -> None:
    assert "schedule" in with_releases.sdflow("steps", "REL-0001", *AS_OF)
    assert "scheduled" in with_releases.sdflow("advance", "REL-0001", "schedule", *AS_OF)
    refusal = with_releases.sdflow("advance", "REL-0001", "release", *AS_OF, code=1)
    assert "back_out" in refusal
    assert "REL-001" in refusal


def test_its_rules_find_what_they_say(with_releases: Installation) -> None:
    assert "REL-0001 promises 99.99 %" in with_releases.sdflow("check", "REL-0001", *AS_OF, code=1)


@pytest.mark.pdf
def test_its_document_is_made(with_releases: Installation) -> None:
    with_releases.sdflow("document", "REL-0001", "-o", "release.pdf", *AS_OF)
    assert (with_releases.folder / "workspace" / "release.pdf").read_bytes().startswith(b"%PDF-")


def test_its_examples_and_journeys_are_tests(with_releases: Installation, repository: Path) -> None:
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(repository / name, with_releases.folder)
    content = [str(with_releases.folder / name / "release.yaml") for name in ("rules", "workflows")]
    outcome = with_releases.run(
        "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(with_releases.folder), *content
    )
    assert "3 passed" in outcome.stdout, outcome.stdout + outcome.stderr


def test_it_fits_the_import_contracts(with_releases: Installation, repository: Path) -> None:
    lint_imports = str(Path(sys.executable).with_name("lint-imports"))
    outcome = with_releases.run(lint_imports, "--no-logo", "--no-cache", "--config", str(repository / "pyproject.toml"))
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


@pytest.mark.parametrize("kind", ["ola", "slr"])
def test_without_one_kind_the_others_go_on(kind: str, repository: Path, tmp_path: Path) -> None:
    installation = _installed(repository, tmp_path)
    for name in (f"src/sdflow/areas/service_level/{kind}.py", f"workflows/{kind}.yaml", f"documents/{kind}.html.j2"):
        (tmp_path / name).unlink()

    assert "Run a service provider's agreements." in installation.sdflow("--help")
    installation.set_up()
    assert "Helen Carrick" in installation.sdflow("list")
    assert f"there is no kind '{kind}'" in installation.sdflow("list", "--kind", kind, code=1)
