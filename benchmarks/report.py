"""Report: a year's service report on 100,000 incidents, beside reading the same incidents from the database.

Run `python benchmarks/report.py [INCIDENTS]`. Both are timed in the same run on the same database, each in its best of three.
The report judges every target of the year and of each of its months, counts incidents by priority and month, and finds causes.
Goal: the report takes less than three times as long as reading the incidents.
"""

from __future__ import annotations

import csv
import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

from click.testing import CliRunner

from sdflow.bootstrap import open_workspace
from sdflow.cli.root import sdflow
from sdflow.domain.period import Period
from sdflow.operations.report import service_report

INCIDENTS, GOAL, TIMES = 100_000, 3.0, 3
YEAR, TODAY = Period.parsed("2026"), date(2027, 1, 4)
RECORDS = """
kind: calendar
reference: CAL-OFFICE
title: Office hours
zone: Europe/London
week: {monday: ["07:00-19:00"], tuesday: ["07:00-19:00"], wednesday: ["07:00-19:00"], thursday: ["07:00-19:00"], friday: ["07:00-19:00"]}
holidays: {country: GB, subdivision: ENG}
---
kind: business_unit
reference: BU-CUSTOMER
title: Customer
---
kind: team
reference: TEAM-DESK
title: Desk
---
kind: component
reference: CMP-ONE
title: Part
---
kind: service
reference: SVC-ONE
title: Service
owner: PER-0001
purpose: To be measured
structure: {component: CMP-ONE}
---
kind: sla
reference: SLA-ONE
title: Agreement
owner: PER-0001
service: SVC-ONE
provider: TEAM-DESK
customer: BU-CUSTOMER
term: {start_on: 2025-01-01, end_on: 2027-12-31}
hours: {service: CAL-OFFICE, support: CAL-OFFICE}
scope: The service.
targets:
  response:
    {P1: {minutes: 30, percent: 90}, P2: {minutes: 60, percent: 90}, P3: {minutes: 240, percent: 90}, P4: {minutes: 480}}
  restore: {P1: {minutes: 240, percent: 90}, P2: {minutes: 480, percent: 90}, P3: {days: 2, percent: 90}, P4: {days: 5}}
priorities:
  P1: {title: One, applies: Always}
  P2: {title: Two, applies: Always}
  P3: {title: Three, applies: Always}
  P4: {title: Four, applies: Always}
"""
MAPPING = """
reads: incidents
source: desk
zone: Etc/UTC
times: iso
missing: ["?"]
columns: {number: number, service: service, priority: priority, cause: cause}
moments: {reported: reported, responded: responded, resolved: resolved}
pauses: {since: paused, until: resumed}
covers: {from: 2026-01-01, until: 2026-12-31, of: SVC-ONE}
"""


def write_table(path: Path, rows: int) -> None:
    """Incidents of one year, always the same; one in ten waits for the customer."""
    draw = random.Random(11)
    start = datetime(2026, 1, 1)  # noqa: DTZ001 - what the clocks of the desk show
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["number", "service", "priority", "cause", "reported", "responded", "resolved", "paused", "resumed"]
        )
        for number in range(rows):
            reported = start + timedelta(minutes=draw.randrange(364 * 1440))
            responded = reported + timedelta(minutes=draw.randrange(90))
            paused = responded + timedelta(minutes=draw.randrange(30))
            resumed = paused + timedelta(minutes=draw.randrange(240))
            resolved = resumed + timedelta(minutes=draw.randrange(2000))
            waits = [paused, resumed] if draw.random() < 0.1 else ["?", "?"]
            texts = [
                one if isinstance(one, str) else one.isoformat() for one in (reported, responded, resolved, *waits)
            ]
            row = [
                f"I{number:06}",
                "SVC-ONE",
                f"P{draw.choice([1, 2, 3, 3, 4])}",
                f"Cause {draw.randrange(40)}",
                *texts,
            ]
            writer.writerow(row)


def run(*words: str) -> None:
    """A command of sdflow, which must succeed."""
    result = CliRunner().invoke(sdflow, list(words))
    if result.exit_code:
        raise SystemExit(result.output)


def best(work: Callable[[], object]) -> float:
    """The shortest time that some work takes, in seconds."""
    found = []
    for _ in range(TIMES):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found)


def main() -> None:
    """Measures both side by side, and ends with exit code 1 where the goal is missed."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else INCIDENTS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        place = str(folder / "workspace")
        write_table(folder / "incidents.csv", rows)
        (folder / "map.yaml").write_text(MAPPING, encoding="utf-8")
        (folder / "records.yaml").write_text(RECORDS, encoding="utf-8")
        run("init", place, "--name", "Kit Keeper", "--as-of", "2025-01-01")
        run("apply", str(folder / "records.yaml"), "-C", place, "--as-of", "2025-01-01")
        arguments = [
            str(folder / "incidents.csv"),
            "--mapping",
            str(folder / "map.yaml"),
            "-C",
            place,
            "--as-of",
            "2027-01-04",
        ]
        run("measure", "incidents", *arguments)
        workspace = open_workspace(folder / "workspace")

        def read() -> None:
            with workspace.storage.reading() as reading:
                found = reading.incidents(["SVC-ONE"], 0, 2**40)
            assert len(found) == rows

        def report() -> None:
            found = service_report(workspace, TODAY, YEAR, "SLA-ONE")
            assert sum(line.now.cases for line in found.agreements[0].lines) == 2 * rows

        reading_takes, report_takes = best(read), best(report)
    ratio = report_takes / reading_takes
    print(f"{rows:,} incidents of a year, best of {TIMES}")
    print(f"reading them from the database   {reading_takes:8.2f} s")
    print(f"the year's report                {report_takes:8.2f} s   {ratio:.2f} times as long (goal: under {GOAL:g})")
    if ratio >= GOAL:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
