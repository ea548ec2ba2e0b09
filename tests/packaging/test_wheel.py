"""The wheel holds everything that the program needs, in an environment with nothing for developers."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.wheel
REPOSITORY = Path(__file__).parents[2]
CONTENT = {
    "workflows": "workflows",
    "rules": "rules",
    "documents": "documents",
    "examples/halvorsen": "examples/halvorsen",
    "examples/harrowmere": "examples/harrowmere",
    "examples/looking-back": "examples/looking-back",
    "examples/reviews": "examples/reviews",
}


def _run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "SDFLOW", "VIRTUAL"))}
    return subprocess.run(list(map(str, command)), cwd=cwd, env=bare, capture_output=True, text=True, check=False)


def _uv(*command: str | Path, cwd: Path) -> None:
    """Run uv as the Makefile does; without the package index there is nothing to install from."""
    certificates = ["--system-certs"] if Path("/etc/ssl/certs/ca-certificates.crt").is_file() else []
    outcome = _run(Path(sys.executable).with_name("uv"), *certificates, *command, cwd=cwd)
    if outcome.returncode and any(
        word in outcome.stderr.lower() for word in ("connect", "dns", "timed out", "offline")
    ):
        pytest.skip("THE PACKAGE INDEX CANNOT BE REACHED; THE WHEEL WAS NOT INSTALLED")
    assert outcome.returncode == 0, outcome.stderr


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    outcome = _run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, REPOSITORY, cwd=folder)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (found,) = built.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    _uv("venv", "--quiet", "--python", sys.executable, folder / "venv", cwd=folder)
    constraints = ("--constraint", REPOSITORY / "constraints.txt", "--build-constraint", REPOSITORY / "constraints.txt")
    python = folder / "venv" / "bin" / "python"
    _uv("pip", "install", "--quiet", "--link-mode", "copy", "--python", python, *constraints, wheel, cwd=folder)
    return folder


@pytest.mark.parametrize(("folder", "inside"), CONTENT.items())
def test_the_wheel_holds_every_file_of_a_content_folder(folder: str, inside: str, wheel: Path) -> None:
    ours = {
        path.relative_to(REPOSITORY / folder).as_posix() for path in (REPOSITORY / folder).rglob("*") if path.is_file()
    }
    packed = {name.removeprefix(f"sdflow/content/{inside}/") for name in zipfile.ZipFile(wheel).namelist()}
    hidden = {name for name in ours if Path(name).name.startswith(".")}
    assert ours
    assert ours - hidden <= packed


def test_the_wheel_holds_its_fonts_with_their_licence(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert any(name.startswith("sdflow/content/documents/fonts/") and name.endswith(".ttf") for name in names)
    assert "sdflow/content/documents/fonts/OFL.txt" in names


def test_nothing_for_developers_is_in_the_wheel(wheel: Path) -> None:
    packages = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {name for name in packages if not name.endswith(".dist-info")} == {"sdflow"}


def test_a_wheel_can_be_built_from_the_source_distribution(built: Path) -> None:
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as source:
        packed = {name.partition("/")[2] for name in source.getnames()}
    assert {"pyproject.toml", "Makefile", "constraints.txt", "conftest.py", "rules/hours.yaml", "LICENSE"} <= packed


def test_the_demonstration_runs_where_only_the_wheel_is_installed(installed: Path) -> None:
    elsewhere = installed / "elsewhere"
    elsewhere.mkdir()
    outcome = _run(installed / "venv" / "bin" / "sdflow", "demo", cwd=elsewhere)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert list(elsewhere.rglob("*.pdf"))
