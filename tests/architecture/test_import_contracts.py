from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

TRESPASSES = {
    "domain/errors.py": [
        "import sdflow.engine.change",
        "import alembic, apprise, cryptography, durable_rules_engine, holidays, icalendar, jinja2, rich, transitions, weasyprint, yaml",
        "import fastexcel, polars, scipy",
    ],
    "areas/registers/team.py": ["import sdflow.areas.service_level.sla"],
    "operations/check.py": ["import sdflow.operations.apply"],
    "adapters/public_holidays.py": ["import sdflow.adapters.workflow_engine"],
    "engine/change.py": ["import sdflow.areas", "import sdflow.areas.registers.team"],
}


def test_every_import_contract_is_kept(repository: Path) -> None:
    outcome = _lint_imports(repository, repository / "src")
    assert outcome.returncode == 0, outcome.stdout


def test_every_import_contract_notices_a_trespass(repository: Path, tmp_path: Path) -> None:
    shutil.copytree(repository / "src" / "sdflow", tmp_path / "sdflow", ignore=shutil.ignore_patterns("__pycache__"))
    for name, lines in TRESPASSES.items():
        with (tmp_path / "sdflow" / name).open("a", encoding="utf-8") as module:
            module.write("\n" + "\n".join(lines) + "\n")
    contracts = tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]

    outcome = _lint_imports(repository, tmp_path)

    said = outcome.stdout.splitlines()
    kept = [contract["name"] for contract in contracts if f"{contract['name']} BROKEN" not in said]
    assert kept == [], outcome.stdout + outcome.stderr


def _lint_imports(repository: Path, source: Path) -> subprocess.CompletedProcess[str]:
    command = str(Path(sys.executable).with_name("lint-imports"))
    return subprocess.run(
        [command, "--no-logo", "--no-cache", "--config", str(repository / "pyproject.toml")],
        cwd=source,
        env=os.environ | {"PYTHONPATH": str(source), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
