"""The examples of real exports, typed to the letter in an empty folder, as their pages say."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from real_input.conftest import REPOSITORY, real_input


@pytest.mark.parametrize(
    ("example", "real", "name", "code", "said"),
    [
        ("servicenow", "incidents/servicenow_2016.csv.gz", "incidents.csv.gz", 0, "9.09 %"),
        ("uptime", "outages/unibern_checks.csv.gz", "checks.csv.gz", 0, "93.982 %"),
        ("incident-pages", "incidents/pages", "pages", 1, "41.437 %"),
    ],
)
def test_an_example_works_from_top_to_bottom(
    tmp_path: Path, example: str, real: str, name: str, code: int, said: str
) -> None:
    source = real_input() / real
    if not source.exists():
        pytest.skip(f"{source} IS NOT THERE: NO EXAMPLE WAS TYPED")
    (shutil.copytree if source.is_dir() else shutil.copyfile)(source, tmp_path / name)
    page = (REPOSITORY / "examples" / example / "README.md").read_text(encoding="utf-8")
    (typed,) = re.findall(r"^```sh\n(.*?)^```", page, flags=re.DOTALL | re.MULTILINE)
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "SDFLOW_REPOSITORY": str(REPOSITORY),
    }
    ended = subprocess.run(
        ["bash", "-eu", "-c", typed],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ended.returncode == code, ended.stdout + ended.stderr
    assert said in ended.stdout
    assert "Traceback" not in ended.stderr
