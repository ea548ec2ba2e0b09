"""Records: taking in, changing, listing, showing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.markup import escape
from rich.syntax import Syntax
from rich.table import Table

from sdflow.cli.files import PLACE, placed, write_whole
from sdflow.cli.presentation import (
    changes_table,
    console,
    day,
    instant,
    reference,
    say_json,
    state,
    table,
)
from sdflow.cli.session import Session, examples, shared_options

if TYPE_CHECKING:
    from sdflow.operations.look_up import HistoryLine

TABLES = (".csv", ".tsv")
MOST_SHOWN = 200
"""So many records are listed one by one; of more, only how many there are."""

OUTCOME_STYLE = {"created": "good", "revised": "warning", "unchanged": "quiet"}


@click.command(
    "apply",
    epilog=examples(
        "sdflow apply agreements/",
        "sdflow apply sla.yaml --dry-run",
        "sdflow apply suppliers.csv --mapping suppliers.map.yaml",
    ),
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--mapping", type=click.Path(path_type=Path), help="The files are CSV tables; this file says how to read them."
)
@click.option("--dry-run", is_flag=True, help="Show what would change and store nothing.")
@click.option("--reason", default="", help="Why; kept in the history.")
@shared_options
def apply_command(session: Session, paths: tuple[Path, ...], mapping: Path | None, dry_run: bool, reason: str) -> None:
    """Take in records from YAML files or folders, or from CSV tables with a mapping file; all or none.

    Every fault of every file is reported at once, with file, line and field; of a table also with its column.
    """
    from sdflow.cli.progress import watched
    from sdflow.operations.apply import apply

    tables = [str(path) for path in paths if path.suffix.lower() in TABLES]
    if tables and mapping is None:
        raise click.UsageError(f"{tables[0]} is a table; say which column is which field with --mapping FILE")
    with watched(silent=session.as_json) as progress:
        applied = apply(
            session.workspace,
            session.occasion,
            paths,
            mapping=mapping,
            reason=reason,
            dry_run=dry_run,
            progress=progress,
        )
    if session.as_json:
        say_json(applied)
        return
    out = console()
    if not applied:
        out.print("There is no record in what was given, so nothing was taken in.")
        return
    rows = [
        (reference(one.reference), escape(one.title), f"[{OUTCOME_STYLE[one.outcome]}]{one.outcome}[/]")
        for one in applied[:MOST_SHOWN]
    ]
    out.print(table(("Reference", "Title", "Outcome"), rows))
    if len(applied) > MOST_SHOWN:
        told = ", ".join(f"{number:,} {outcome}" for outcome, number in Counter(one.outcome for one in applied).items())
        out.print(f"… and {len(applied) - MOST_SHOWN:,} more (--json shows all): {told} together.")
    for one in applied[:MOST_SHOWN]:
        if one.changes:
            out.print(f"\n{reference(one.reference)}")
            out.print(changes_table(one.changes))
    if dry_run:
        out.print("\nNothing was stored: this was a dry run.")


@click.command(
    "amend",
    epilog=examples(
        'sdflow amend SLA-0001 --set targets.restore.P1.minutes=300 --reason "second round"',
        "sdflow amend SLA-0001 --remove critical_periods.1 --dry-run",
    ),
)
@click.argument("record")
@click.option("--set", "texts", multiple=True, metavar="CLAUSE=TEXT", help="Give a clause this text.")
@click.option("--remove", "removed", multiple=True, metavar="CLAUSE", help="Take a clause out.")
@click.option("--reason", default="", help="Why; kept in the history.")
@click.option("--dry-run", is_flag=True, help="Show what would change and store nothing.")
@shared_options
def amend_command(
    session: Session,
    record: str,
    texts: tuple[str, ...],
    removed: tuple[str, ...],
    reason: str,
    dry_run: bool,
) -> None:
    """Change single clauses of a record; in a negotiation that is the next numbered round."""
    from sdflow.operations.amend import amend

    clauses: dict[str, str | None] = dict.fromkeys(removed)
    for text in texts:
        path, equals, value = text.partition("=")
        if not equals:
            raise click.BadParameter(f"{text!r} is not CLAUSE=TEXT", param_hint="--set")
        clauses[path.strip()] = value
    if not clauses:
        raise click.UsageError("say what changes, with --set CLAUSE=TEXT or --remove CLAUSE")
    amended, changes = amend(session.workspace, session.occasion, record, clauses, reason=reason, dry_run=dry_run)
    if session.as_json:
        say_json(
            {
                "reference": record,
                "revision": amended.revision.number,
                "round": amended.revision.round,
                "changes": changes,
            }
        )
        return
    out = console()
    if not changes:
        out.print(f"{reference(record)} reads like that already; nothing was stored.")
        return
    out.print(changes_table(changes))
    if dry_run:
        out.print("\nNothing was stored: this was a dry run.")
        return
    latest = amended.revision
    place = f"round {latest.round} of the negotiation" if latest.round else f"revision {latest.number}"
    out.print(f"\n{reference(record)} is now in [good]{place}[/].")


@click.command("export", epilog=examples("sdflow export backup/", "sdflow export out/ SLA-0001 OLA-0001"))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.argument("records", nargs=-1)
@shared_options
def export_command(session: Session, folder: Path, records: tuple[str, ...]) -> None:
    """Write records, or all of them, as YAML files that give the same hashes when they are applied again."""
    from sdflow.operations.export import export

    written = export(session.workspace, folder, records)
    if session.as_json:
        say_json(written)
    else:
        console().print(f"{len(written)} files written to [title]{escape(str(folder))}[/].")


@click.command("list", epilog=examples("sdflow list", "sdflow list --kind sla --state active --json"))
@click.option("--kind", help="Only records of this kind.")
@click.option("--state", "wanted", help="Only records in this state.")
@shared_options
def list_command(session: Session, kind: str | None, wanted: str | None) -> None:
    """List records."""
    from sdflow.operations.look_up import records

    found = records(session.workspace, kind=kind, state=wanted)
    if session.as_json:
        say_json([_row(record) for record in found])
        return
    definitions = session.workspace.definitions
    rows = [
        (
            reference(one.reference),
            definitions.description(one.kind).title,
            escape(one.title),
            state(one.state),
            str(one.version or "–"),
            day(one.starts_on),
            day(one.ends_on),
        )
        for one in found
    ]
    out = console()
    out.print(table(("Reference", "Kind", "Title", "State", "Version", "Starts", "Ends"), rows, right=("Version",)))
    if not found:
        out.print("There are no such records." if kind or wanted else "There are no records yet: sdflow apply FOLDER")


def _row(record: object) -> dict[str, object]:
    shown = ("reference", "kind", "title", "state", "version", "owner", "service", "starts_on", "ends_on")
    return {name: getattr(record, name) for name in shown}


@click.command("show", epilog=examples("sdflow show SLA-0001"))
@click.argument("record")
@shared_options
def show_command(session: Session, record: str) -> None:
    """Show one record: its content, what it refers to, who refers to it, and its signatures."""
    from sdflow.adapters.definitions.record_text import record_text
    from sdflow.operations.look_up import show

    shown = show(session.workspace, record)
    if session.as_json:
        say_json(shown)
        return
    out = console()
    one = shown.record
    kind = session.workspace.definitions.description(one.kind).title
    out.print(f"{reference(one.reference)}  [title]{escape(one.title)}[/]")
    out.print(f"{kind}, {state(one.state)}: {escape(shown.meaning)}")
    out.print(
        f"[quiet]Revision {one.revision.number}, version {one.version or '–'}, SHA-256 {one.revision.sha256}[/]\n"
    )
    text = record_text(one.kind, one.reference, session.workspace.definitions.content(one))
    out.print(Syntax(text, "yaml", background_color="default", word_wrap=True))
    if shown.cited_by:
        out.print("Referred to by " + ", ".join(sorted({reference(cite.citing) for cite in shown.cited_by})))
    for signature in shown.signatures:
        how = (
            f"on paper on {day(signature.signed_at.date())}"
            if signature.on_paper
            else f"on {instant(signature.signed_at)}"
        )
        void = "  [quiet](counts no longer)[/]" if shown.declined else ""
        out.print(f"[good]✓[/] signed by {escape(signature.person)} {how}{void}")
    if shown.declined:
        said = escape(f"{shown.declined['person']}: “{shown.declined['reason']}”")
        out.print(f"[breach]✗[/] version {shown.declined['version']} declined by {said}")


@click.command("history", epilog=examples("sdflow history SLA-0001"))
@click.argument("record")
@shared_options
def history_command(session: Session, record: str) -> None:
    """Show what was done to a record, by whom, when and why."""
    from sdflow.operations.look_up import history

    lines = history(session.workspace, record)
    if session.as_json:
        say_json(lines)
        return
    console().print(history_table(lines))


def history_table(lines: Sequence[HistoryLine]) -> Table:
    """What was done to a record: act by act, with the day, who, and what changed."""
    rows = []
    for line in lines:
        told = [_told(event["type"], event["details"]) for event in line.events]
        told += [f"{escape(c.path)}: {escape(str(c.before))} → {escape(str(c.after))}" for c in line.changes[:6]]
        if len(line.changes) > 6:
            told.append(f"[quiet]… and {len(line.changes) - 6} more clauses[/]")
        if line.act.reason:
            told.append(f"[quiet]“{escape(line.act.reason)}”[/]")
        rows.append((str(line.act.number), day(line.act.effective_on), escape(line.actor), "\n".join(told)))
    return table(("Act", "Day", "Who", "What"), rows, right=("Act",))


def _told(type: str, details: dict[str, object]) -> str:
    match type:
        case "advanced":
            return f"{state(str(details['source']))} → {state(str(details['target']))}  [quiet]({details['step']})[/]"
        case "revised":
            place = f"round {details['round']}" if details.get("round") else f"revision {details['revision']}"
            return f"changed: {place}"
        case "frozen":
            return f"version {details['version']} frozen, SHA-256 {str(details['envelope_sha256'])[:16]}…"
        case "signed" if details.get("on_paper"):
            paper = f"{details['field']} on {details['signed_on']}, witnessed by {details['witness']}"
            return f"[good]signed on paper[/] as {paper}, scan {str(details['scan_sha256'])[:16]}…"
        case "declined":
            return f"[breach]declined[/] to sign as {details['field']}"
        case "revoked":
            return f"certificate {str(details['fingerprint'])[:16]}… revoked"
        case "signed":
            return f"[good]signed[/] as {details['field']}, certificate {str(details['fingerprint'])[:16]}…"
        case "certified":
            return f"certificate {str(details['fingerprint'])[:16]}… registered"
    return type


@click.command(
    "compare",
    epilog=examples(
        "sdflow compare SLA-0001",
        "sdflow compare SLA-0001 round-1 round-2",
        "sdflow compare SLA-0001 v1 -o redline.pdf",
    ),
)
@click.argument("record")
@click.argument("before", required=False)
@click.argument("after", default="now")
@click.option("-o", "--output", type=PLACE, help="Also write the changes as a PDF here.")
@shared_options
def compare_command(session: Session, record: str, before: str | None, after: str, output: Path | None) -> None:
    """Show what changed between two rounds or versions of a record, clause by clause.

    Write v1 for a version, round-2 for an offer, r3 for a revision. Unless BEFORE is given it is the last version,
    else the text before the present one; unless AFTER is given it is the present text.
    """
    from sdflow.operations.compare import compare, redline

    if output:
        found, pdf = redline(session.workspace, session.occasion, record, before, after)
        output = placed(output, f"{record}-{found.before.name}-{found.after.name}.pdf")
        write_whole(output, pdf)
    else:
        found = compare(session.workspace, record, before, after)
    if session.as_json:
        say_json({"before": found.before.name, "after": found.after.name, "changes": found.changes})
        return
    out = console()
    out.print(f"{reference(record)}  [title]{escape(found.record.title)}[/]")
    out.print(f"[quiet]from {found.before.name} to {found.after.name}[/]\n")
    out.print(changes_table(found.changes) if found.changes else "They read the same.")
    if output:
        out.print(f"\nAs a PDF in [title]{escape(str(output))}[/]")
