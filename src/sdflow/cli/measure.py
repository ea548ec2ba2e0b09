"""Measure: what service desks and monitors exported, taken in row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.markup import escape

from sdflow.cli.files import write_whole
from sdflow.cli.presentation import console, say_json, table
from sdflow.cli.progress import watched
from sdflow.cli.session import Session, examples, shared_options

if TYPE_CHECKING:
    from sdflow.domain.measured_form import RefusedRow
    from sdflow.operations.measure import Taken

MOST_SHOWN = 20
"""So many reasons are shown; a file or --json has all of them."""


@click.command(
    "measure",
    epilog=examples(
        "sdflow measure incidents desk.csv.gz --mapping desk.map.yaml",
        "sdflow measure outages checks.csv --mapping uptime.map.yaml --dry-run",
        "sdflow measure incidents desk.xlsx --mapping desk.map.yaml --refused refused.csv",
    ),
)
@click.argument("kind", type=click.Choice(["incidents", "outages", "measurements"]))
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--mapping", required=True, type=click.Path(path_type=Path), help="This YAML file says how to read the other."
)
@click.option("--dry-run", is_flag=True, help="Show what would be taken in and store nothing.")
@click.option(
    "--refused", type=click.Path(path_type=Path, dir_okay=False), help="Write every refused row into this CSV file."
)
@click.option("--reason", default="", help="Why; kept in the history.")
@shared_options
def measure_command(
    session: Session, kind: str, file: Path, mapping: Path, dry_run: bool, refused: Path | None, reason: str
) -> None:
    """Take in what a service desk or a monitor exported: CSV (also .gz), a workbook, Parquet, or a folder of pages.

    Rows that cannot be are refused one by one, each with its line and reason, and all others are taken in. The same file
    twice changes nothing; a row with a known number replaces what was there. Exit code 1 says that rows were refused.
    """
    from sdflow.domain.measured import MeasuredKind
    from sdflow.operations.measure import Export, measure

    with watched(silent=session.as_json, long=1) as progress:
        taken = measure(
            session.workspace,
            session.occasion,
            Export(MeasuredKind(kind), file, mapping),
            reason=reason,
            dry_run=dry_run,
            progress=progress,
        )
    if refused:
        write_whole(refused, _as_csv(taken.reasons))
    if session.as_json:
        say_json(_as_json(taken, dry_run))
    else:
        _show(console(), taken, refused, dry_run)
    if taken.refused:
        raise SystemExit(1)


def _as_json(taken: Taken, dry_run: bool) -> dict[str, object]:
    return {
        "source": taken.source,
        "kind": taken.kind.value,
        "file": taken.file,
        "sha256": taken.sha256,
        "dry_run": dry_run,
        "read": taken.read,
        "rows": taken.rows,
        "added": taken.new,
        "changed": taken.replaced,
        "unchanged": taken.unchanged,
        "refused": taken.refused,
        "reasons": [{one.name: getattr(row, one.name) for one in fields(row)} for row in taken.reasons],
        "watched": {
            subject: {"since": _instant(since), "until": _instant(until)}
            for subject, (since, until) in sorted(taken.watched.items())
        },
        "conventions": taken.conventions,
    }


def _show(out: Console, taken: Taken, refused: Path | None, dry_run: bool) -> None:
    counts = [
        ("read", taken.read),
        (f"{taken.kind.value}, new", taken.new),
        (f"{taken.kind.value}, changed", taken.replaced),
        (f"{taken.kind.value}, known already", taken.unchanged),
        ("rows refused", taken.refused),
    ]
    out.print(table(("Rows", "Number"), [(what, f"{number:,}") for what, number in counts], right=("Number",)))
    for convention in taken.conventions:
        out.print(f"[quiet]{escape(convention)}[/]")
    spans = {(since, until) for since, until in taken.watched.values()}
    if spans:
        since, until = min(spans)[0], max(end for _, end in spans)
        known = len([subject for subject in taken.watched if subject])
        told = f"of {known:,} services and components" if known else "without saying of which service"
        out.print(f"The file tells {told}, from {_instant(since)} to {_instant(until)}.")
    if taken.reasons:
        _show_reasons(out, taken.reasons, refused)
    if dry_run:
        out.print("\nNothing was stored: this was a dry run.")


def _show_reasons(out: Console, reasons: Sequence[RefusedRow], refused: Path | None) -> None:
    rows = [
        (str(row.line), escape(row.column), escape(row.value), f"{escape(row.reason)}\n[quiet]{escape(row.advice)}[/]")
        for row in reasons[:MOST_SHOWN]
    ]
    if len({row.file for row in reasons}) > 1:
        rows = [(f"{escape(Path(one.file).name)}:{row[0]}", *row[1:]) for one, row in zip(reasons, rows, strict=False)]
    out.print(table(("Line", "Column", "Value", "Why it is refused"), rows))
    if refused:
        out.print(f"All {len(reasons):,} reasons are in {escape(str(refused))}.")
    elif len(reasons) > MOST_SHOWN:
        out.print(f"… and {len(reasons) - MOST_SHOWN:,} more (--refused FILE writes all of them).")


def _as_csv(reasons: Sequence[RefusedRow]) -> bytes:
    from sdflow.domain.sheet import sheet

    rows = ((row.file, row.line, row.column, row.value, row.reason, row.advice) for row in reasons)
    return sheet(("file", "line", "column", "value", "reason", "advice"), rows)


def _instant(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
