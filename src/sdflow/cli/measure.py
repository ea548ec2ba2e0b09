"""Measure: what service desks and monitors exported, taken in row by row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import fields
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING

import click
from rich.console import Console
from rich.markup import escape

from sdflow.cli.files import told_unwritable, write_whole
from sdflow.cli.presentation import console, say_json, shown, table
from sdflow.cli.progress import watched
from sdflow.cli.session import Session, examples, shared_options

if TYPE_CHECKING:
    from sdflow.domain.measured_form import RefusedRow
    from sdflow.operations.measure import Refuse, Taken

MOST_SHOWN = 20
"""So many reasons are shown; --refused writes all of them, --json tells the first thousand."""

MOST_COUNTED = 10
"""So many of the reasons that are counted by their words are shown."""

REFUSED_COLUMNS = ("file", "line", "column", "value", "reason", "advice")
WRITTEN_AT_ONCE = 1 << 20

NOTHING_STORED = "\nNothing was stored: this was a dry run."
_OF_NOBODY = "without saying of which service"
_HAS = {True: "has", False: "have"}


@click.command(
    "measure",
    epilog=examples(
        "sdflow measure incidents desk.csv.gz --mapping desk.map.yaml",
        "sdflow measure outages checks.csv --mapping uptime.map.yaml --dry-run",
        "sdflow measure incidents desk.xlsx --mapping desk.map.yaml --refused refused.csv",
        "sdflow measure incidents desk.csv.gz --take-back --reason 'the export was wrong'",
    ),
)
@click.argument("kind", type=click.Choice(["incidents", "outages", "measurements"]))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--mapping", type=click.Path(path_type=Path), help="This YAML file says how to read the other.")
@click.option("--take-back", is_flag=True, help="Take out what a file brought; FILE is its name, or its hash.")
@click.option("--source", help="With --take-back: under which source the file was read, where it was under several.")
@click.option("--dry-run", is_flag=True, help="Show what would be done and store nothing.")
@click.option(
    "--refused", type=click.Path(path_type=Path, dir_okay=False), help="Write every refused row into this CSV file."
)
@click.option("--reason", default="", help="Why; kept in the history.")
@shared_options
def measure_command(  # noqa: PLR0913, PLR0917 - each is an option
    session: Session,
    kind: str,
    file: Path,
    mapping: Path | None,
    take_back: bool,
    source: str | None,
    dry_run: bool,
    refused: Path | None,
    reason: str,
) -> None:
    """Take in what a service desk or a monitor exported: CSV (also .gz), a workbook, Parquet, or a folder of pages.

    Rows that cannot be are refused one by one, each with its line and reason, and all others are taken in. The same file
    twice changes nothing; a row with a known number replaces what was there. Exit code 1 says that rows were refused.
    """
    if take_back:
        if mapping or refused:
            raise click.UsageError("--take-back stands without --mapping and --refused")
        _take_back(session, kind, str(file), source, dry_run, reason)
        return
    if source:
        raise click.UsageError("--source belongs to --take-back; the mapping says under which source rows are kept")
    if mapping is None:
        raise click.UsageError("Missing option '--mapping'.")
    _require_another(refused, file, mapping)
    _measure(session, kind, file, mapping, dry_run, refused, reason)


def _measure(
    session: Session, kind: str, file: Path, mapping: Path, dry_run: bool, refused: Path | None, reason: str
) -> None:
    from sdflow.domain.measured import MeasuredKind
    from sdflow.operations.measure import Export, measure

    with _refused_rows(refused) as refuse, watched(silent=session.as_json, long=1) as progress:
        taken = measure(
            session.workspace,
            session.occasion,
            Export(MeasuredKind(kind), file, mapping),
            reason=reason,
            dry_run=dry_run,
            progress=progress,
            refuse=refuse,
        )
    if session.as_json:
        say_json(_as_json(taken, dry_run))
    else:
        _show(console(), taken, refused, dry_run)
    if taken.refused:
        raise SystemExit(1)


def _require_another(refused: Path | None, *inputs: Path) -> None:
    """Refuse to write the refused rows over what is read."""
    for one in inputs:
        if refused and refused.exists() and one.exists() and refused.samefile(one):
            raise click.UsageError(f"--refused names {refused}, which is read here; name another file")


def _take_back(session: Session, kind: str, named: str, source: str | None, dry_run: bool, reason: str) -> None:
    from sdflow.domain.measured import MeasuredKind
    from sdflow.operations.take_back import take_back

    found = take_back(
        session.workspace,
        session.occasion,
        MeasuredKind(kind),
        named,
        source=source,
        reason=reason,
        dry_run=dry_run,
    )
    file = found.file
    if session.as_json:
        told = {"source": file.source, "kind": kind, "file": file.file, "sha256": file.sha256}
        say_json(told | {"dry_run": dry_run, "removed": found.removed, "read_again": found.again})
        return
    out = console()
    out.print(f"{shown(file.file)} of {shown(file.source)} is taken back, and {found.removed:,} {kind} with it.")
    if found.again:
        names = ", ".join(map(shown, found.again))
        out.print(f"Read again what tells of the same time, so that nothing is missing that it said too: {names}.")
    if dry_run:
        out.print(NOTHING_STORED)


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
        "removed": taken.removed,
        "refused": taken.refused,
        "refused_of": dict(sorted(taken.refused_of.items())),
        "withdrawn": taken.withdrawn,
        "read_again": taken.read_again,
        "other_sources": taken.other_sources,
        "reopened": taken.reopened,
        "earlier_state_stays": taken.stale,
        "of_no_service": taken.unreported,
        "reasons": [{one.name: getattr(row, one.name) for one in fields(row)} for row in taken.reasons],
        "reason_count": taken.reason_count,
        "refused_because": [
            {"column": column, "reason": reason, "count": count}
            for (column, reason), count in taken.because.most_common()
        ],
        "watched": {
            subject: {"since": _instant(since), "until": _instant(until)}
            for subject, (since, until) in sorted(taken.watched.items())
        },
        "not_known_from": None if taken.cut_at is None else _instant(taken.cut_at),
        "conventions": taken.conventions,
    }


def _show(out: Console, taken: Taken, refused: Path | None, dry_run: bool) -> None:
    counts = [
        ("read", taken.read),
        (f"{taken.kind.value}, new", taken.new),
        (f"{taken.kind.value}, changed", taken.replaced),
        (f"{taken.kind.value}, known already", taken.unchanged),
        *([(f"{taken.kind.value}, taken out", taken.removed)] if taken.removed else []),
        ("rows refused", taken.refused),
    ]
    out.print(table(("Rows", "Number"), [(what, f"{number:,}") for what, number in counts], right=("Number",)))
    for convention in taken.conventions:
        out.print(f"[quiet]{shown(convention)}[/]")
    for sentence in _sentences(taken):
        out.print(sentence)
    if taken.reasons:
        _show_reasons(out, taken, refused)
    if dry_run:
        out.print(NOTHING_STORED)


def _sentences(taken: Taken) -> Iterator[str]:
    """What the file tells of, and what whoever reads it should look at."""
    spans = set(taken.watched.values())
    if spans:
        since, until = min(spans)[0], max(end for _, end in spans)
        known = sum(1 for subject in taken.watched if subject)
        told = f"of {_counted(known, 'service or component', 'services and components')}" if known else _OF_NOBODY
        yield f"The file tells {told}, from {_instant(since)} to {_instant(until)}."
    if taken.cut_at is not None:
        yield f"Its mapping says that it tells of more; what comes after {_instant(taken.cut_at)} is not known yet."
    yield from _taken_out(taken)
    if taken.reopened:
        yield (
            f"{_counted(taken.reopened, 'changed row', 'changed rows')} had an end and {_HAS[taken.reopened == 1]} none now: "
            "is this an older export, read after a newer one?"
        )
    if taken.stale:
        yield f"Of {_counted(taken.stale, 'refused row', 'refused rows')} an earlier state is kept, and still counts."
    if taken.unreported:
        one, other = "incident names a component and no service", "incidents name a component and no service"
        yield f"{_counted(taken.unreported, one, other)}: no figure of a service counts them."


def _taken_out(taken: Taken) -> Iterator[str]:
    """What of the source, or of this file itself, is there no more."""
    if taken.withdrawn:
        rows = _counted(taken.withdrawn, "row that it brought then is", "rows that it brought then are")
        yield f"The file was read before, as another mapping said; {rows} taken out."
    if others := taken.removed - taken.withdrawn:
        yield f"{_counted(others, 'row', 'rows')} of this source said what the file says no longer; taken out."
    if taken.read_again:
        names = ", ".join(map(shown, taken.read_again))
        yield f"Read again what tells of the same time, so that nothing is missing that it said too: {names}."
    if taken.other_sources:
        names = ", ".join(map(shown, taken.other_sources))
        yield f"The same file was also read as {names}; what it brought there stays, until it is taken back."


def _show_reasons(out: Console, taken: Taken, refused: Path | None) -> None:
    reasons = taken.reasons
    rows = [
        (str(row.line), shown(row.column), shown(row.value), f"{shown(row.reason)}\n[quiet]{shown(row.advice)}[/]")
        for row in reasons[:MOST_SHOWN]
    ]
    if len({row.file for row in reasons}) > 1:
        rows = [(f"{shown(Path(one.file).name)}:{row[0]}", *row[1:]) for one, row in zip(reasons, rows, strict=False)]
    out.print(table(("Line", "Column", "Value", "Why it is refused"), rows))
    if taken.reason_count > MOST_SHOWN:
        _show_counts(out, taken)
    told = f"{_counted(taken.reason_count, 'reason', 'reasons')} why {_counted(taken.refused, 'row is', 'rows are')} refused"
    if refused:
        out.print(f"{escape(str(refused))} has {told}.")
    elif taken.reason_count > MOST_SHOWN:
        out.print(f"… of {told} (--refused FILE writes all of them).")


def _show_counts(out: Console, taken: Taken) -> None:
    """How often each reason is given, the most frequent first."""
    counted = taken.because.most_common()
    rows = [(shown(column), shown(reason), f"{count:,}") for (column, reason), count in counted[:MOST_COUNTED]]
    if left := counted[MOST_COUNTED:]:
        rows.append(("", f"{len(left):,} further reasons", f"{sum(count for _, count in left):,}"))
    out.print(table(("Column", "Why rows are refused", "Number"), rows, right=("Number",)))


@contextmanager
def _refused_rows(refused: Path | None) -> Iterator[Refuse | None]:
    """What takes every refused row, where somebody wants them in a file; that file is written at the end, or stays as it was."""
    from sdflow.domain.sheet import sheet

    if refused is None:
        yield None
        return
    with told_unwritable(refused):
        spool = TemporaryFile()  # noqa: SIM115 - closing it may fail on a full disk as well, which was told of then
    try:
        with told_unwritable(refused):
            spool.write(sheet(REFUSED_COLUMNS, ()))
        yield partial(_write_into, spool, refused)
        with told_unwritable(refused):
            spool.seek(0)
        write_whole(refused, iter(lambda: spool.read(WRITTEN_AT_ONCE), b""))
    finally:
        with suppress(OSError):
            spool.close()


def _write_into(spool: IO[bytes], refused: Path, reasons: Sequence[RefusedRow]) -> None:
    from sdflow.domain.sheet import sheet_rows

    with told_unwritable(refused):
        spool.write(sheet_rows([getattr(row, name) for name in REFUSED_COLUMNS] for row in reasons))


def _counted(number: int, one: str, other: str) -> str:
    return f"{number:,} {one if number == 1 else other}"


def _instant(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
