"""Measure import: incidents through `measure`, beside pandas.read_csv and DataFrame.to_sql into SQLite.

Run `python benchmarks/measure_import.py [ROWS]`; 1,000,000 rows unless told. Needs the extra `benchmarks`. Both read the same
file in the same run. pandas reads it once with its times parsed, and once with its times left as texts, with which nobody
can reckon; it checks nothing, and its table has neither key nor index. Goal: at least half the rows per second of pandas with
parsed times.
"""

from __future__ import annotations

import csv
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from sqlite3 import connect

from click.testing import CliRunner

from sdflow.cli.root import sdflow

ROWS = 1_000_000
GOAL = 0.5
TIMES = ["opened_at", "resolved_at", "closed_at"]
SERVICE = """
kind: service
reference: SVC-NUMBER
title: Service NUMBER
owner: PER-0001
purpose: To be measured
structure: {series: [{component: CMP-ONE}]}
"""
COMPONENT = "kind: component\nreference: CMP-ONE\ntitle: Part\n"
MAPPING = """
reads: incidents
source: desk
zone: Europe/London
times: d/m/yyyy HH:MM
repeated_hour: earlier
missing: ["?"]
columns: {number: number, service: service, title: title, cause: category, users: users,
  priority: {column: priority, translations: {1 - Critical: P1, 2 - High: P2, 3 - Moderate: P3, 4 - Low: P4}}}
moments: {reported: opened_at, resolved: resolved_at, closed: closed_at}
"""


def write_table(path: Path, rows: int) -> None:
    """A table of incidents over three years, always the same; none of its times is skipped by the clocks of London."""
    draw = random.Random(7)
    start = datetime(2022, 1, 1)  # noqa: DTZ001 - what the clocks of the desk show
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["number", "service", "priority", "category", "title", "users", *TIMES])
        for number in range(rows):
            opened = start + timedelta(days=draw.randrange(1095), minutes=draw.randrange(180, 1440))
            resolved = (opened + timedelta(days=draw.randrange(3))).replace(hour=draw.randrange(3, 24))
            resolved = max(opened, resolved)
            closed = resolved + timedelta(days=5)
            priority = draw.choice(["1 - Critical", "2 - High", "3 - Moderate", "4 - Low"])
            cause = f"Category {draw.randrange(50)}"
            texts = [f"{one.day}/{one.month}/{one.year} {one:%H:%M}" for one in (opened, resolved, closed)]
            if draw.random() < 0.05:
                texts[1:] = ["?", "?"]
            title = f"Something is wrong with part {draw.randrange(1000)}"
            row = [f"INC{number:07}", f"SVC-{number % 20:02}", priority, cause, title, draw.randrange(100), *texts]
            writer.writerow(row)


def measured(folder: Path, table: Path) -> None:
    """Takes the table in, and again, which changes nothing."""
    mapping = folder / "map.yaml"
    mapping.write_text(MAPPING, encoding="utf-8")
    run("measure", "incidents", str(table), "--mapping", str(mapping), "-C", str(folder / "workspace"))


def with_pandas(folder: Path, table: Path, *, parsed: bool) -> None:
    """Reads the table with pandas and writes it into a table of SQLite."""
    import pandas as pd

    if parsed:
        frame = pd.read_csv(table, na_values=["?"], parse_dates=TIMES, date_format="%d/%m/%Y %H:%M")
    else:
        frame = pd.read_csv(table, na_values=["?"])
    target = connect(folder / f"pandas-{parsed}.db")
    frame.to_sql("incident", target, index=False, chunksize=50_000)
    target.commit()
    target.close()


def run(*words: str) -> None:
    """A command of sdflow, which must succeed."""
    result = CliRunner().invoke(sdflow, list(words))
    if result.exit_code:
        raise SystemExit(result.output)


def seconds(work: Callable[[], None]) -> float:
    """How long some work takes, in processor time and what it waits for."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Measures all of them side by side, and ends with exit code 1 where the goal is missed."""
    try:
        import pandas as pd  # noqa: F401
    except ModuleNotFoundError:
        raise SystemExit("pandas is missing; install the extra: pip install -e '.[benchmarks]'") from None
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table = folder / "incidents.csv"
        write_table(table, rows)
        run("init", str(folder / "workspace"), "--name", "Kit Keeper")
        services = folder / "services.yaml"
        parts = [COMPONENT, *(SERVICE.replace("NUMBER", f"{number:02}") for number in range(20))]
        services.write_text("---".join(parts), encoding="utf-8")
        run("apply", str(services), "-C", str(folder / "workspace"))
        ours = seconds(lambda: measured(folder, table))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        again = seconds(lambda: measured(folder, table))
        texts = seconds(lambda: with_pandas(folder, table, parsed=False))
        parsed = seconds(lambda: with_pandas(folder, table, parsed=True))
    ratio = parsed / ours
    print(f"{rows:,} incidents")
    print(f"sdflow measure          {ours:6.1f} s  {rows / ours:9,.0f} rows a second, {memory:,.0f} MB at most")
    print(f"the same file again     {again:6.1f} s  {rows / again:9,.0f} rows a second")
    print(f"pandas, times as texts  {texts:6.1f} s  {rows / texts:9,.0f} rows a second")
    print(f"pandas, times parsed    {parsed:6.1f} s  {rows / parsed:9,.0f} rows a second")
    print(f"rows per second beside pandas with times parsed: {ratio:.2f} (goal: at least {GOAL})")
    print(f"rows per second beside pandas with times as texts: {texts / ours:.2f}")
    if ratio < GOAL:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
