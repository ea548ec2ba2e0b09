"""Start-up: what `sdflow --help` costs beside a bare Click program with as many commands."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from sdflow.cli.root import COMMANDS

PAIRS = 30
GOAL = 2.0


def bare_program() -> str:
    """A Click program whose commands do nothing, with the names and sentences of ours."""
    lines = ["import click", "", "@click.group()", "def bare():", "    pass", ""]
    for number, (name, (_, sentence)) in enumerate(COMMANDS.items()):
        lines += [f"@bare.command({name!r}, help={sentence!r})", f"def command_{number}():", "    pass", ""]
    return "\n".join([*lines, "bare()", ""])


def seconds(command: Sequence[str]) -> float:
    """Wall time of a whole process."""
    before = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - before


def main() -> None:
    """Measure interleaved pairs, so that a busy moment weighs on both sides."""
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.py"
        bare.write_text(bare_program(), encoding="utf-8")
        commands = ([sys.executable, "-m", "sdflow", "--help"], [sys.executable, str(bare), "--help"])
        for command in commands:
            seconds(command)
        pairs = [tuple(map(seconds, commands)) for _ in range(PAIRS)]
    ours, theirs = (statistics.median(side) * 1000 for side in zip(*pairs, strict=True))
    ratio = statistics.median(one / other for one, other in pairs)
    print(f"sdflow --help        {ours:7.1f} ms")
    print(f"bare Click program   {theirs:7.1f} ms, with {len(COMMANDS)} commands")
    print(f"ratio                {ratio:7.2f}    median of {PAIRS} interleaved pairs; goal: within {GOAL:g}")
    sys.exit(ratio > GOAL)


if __name__ == "__main__":
    main()
