"""The README's session, typed command by command by a shell."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def test_the_session_of_the_readme_goes_as_it_says(tmp_path: Path) -> None:
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```console\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)
    commands = [line.removeprefix("$ ") for block in blocks for line in block.splitlines() if line.startswith("$ ")]
    typed = [command for command in commands if not command.startswith(("make", "git "))]
    assert len(typed) >= 10
    ended = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(typed)],
        cwd=tmp_path,
        env={
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "SDFLOW_REPOSITORY": str(REPOSITORY),
        },
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr
    assert "unbroken chain" in ended.stdout
