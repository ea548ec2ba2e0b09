"""Documents: the PDFs of records, and those that were signed elsewhere."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.markup import escape

from sdflow.cli.files import PLACE, placed, write_whole
from sdflow.cli.presentation import console, reference, say_json, state
from sdflow.cli.progress import watched
from sdflow.cli.session import Session, examples, shared_options

if TYPE_CHECKING:
    from sdflow.operations.document import Published

MANY = 5
"""From so many documents on, it is shown how many of them are done."""


@click.command(
    "document",
    epilog=examples(
        "sdflow document SLA-0001",
        "sdflow document SLA-0001 --draft -o draft.pdf",
        "sdflow document UC-0001 --notice",
        "sdflow document --all -o documents",
    ),
)
@click.argument("records", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every record for which there is a template.")
@click.option("-o", "--output", type=PLACE, help="Where to write it; a folder, where it is many.")
@click.option("--draft", is_flag=True, help="As a draft, even where a frozen version is kept.")
@click.option("--version", type=click.IntRange(1), help="The kept document of an earlier version.")
@click.option("--accessible", is_flag=True, help="Tagged for people who have it read to them (PDF/A-3a, PDF/UA-1).")
@click.option("--annex", is_flag=True, help="The annex: contacts as they are today, and the log of their changes.")
@click.option("--notice", is_flag=True, help="The letter that gives notice; a draft where none was given yet.")
@click.option("--jobs", type=click.IntRange(1, 64), help="How many to make at once; one for each processor, up to 4.")
@shared_options
def document_command(  # noqa: PLR0913 - each is an option
    session: Session,
    records: tuple[str, ...],
    *,
    every: bool,
    output: Path | None,
    draft: bool,
    version: int | None,
    accessible: bool,
    annex: bool,
    notice: bool,
    jobs: int | None,
) -> None:
    """Make the PDF of a record: the kept one of a frozen version, else a draft.

    With several records, one that cannot be made stops no other; what was wrong is said at the end. A file is written
    whole or not at all.
    """
    from sdflow.operations import document as operation

    if every == bool(records):
        raise click.UsageError("name the records, or say --all")
    if every or len(records) > 1:
        if version or annex or notice:
            raise click.UsageError("--version, --annex and --notice are for one record alone")
        references = operation.every_reference(session.workspace) if every else list(dict.fromkeys(records))
        _write_many(session, references, output or Path(), draft=draft, jobs=jobs, accessible=accessible)
        return
    record = records[0]
    if annex and notice:
        raise click.UsageError("--annex and --notice are two documents; ask for one at a time")
    if annex:
        published = operation.annex(session.workspace, session.occasion, record, accessible=accessible)
    elif notice:
        published = operation.notice(session.workspace, session.occasion, record, accessible=accessible)
    else:
        published = operation.document(
            session.workspace, session.occasion, record, draft=draft, version=version, accessible=accessible
        )
    path = placed(output or Path(), published.file_name)
    write_whole(path, published.pdf)
    if session.as_json:
        say_json(_described(path, published))
        return
    console().print(_written(path, published, _sort_of_letter(published) if notice else _sort_of(published, annex)))


def _write_many(
    session: Session, references: list[str], folder: Path, *, draft: bool, jobs: int | None, accessible: bool
) -> None:
    from sdflow.operations.document import Unpublished, documents

    workers = jobs or min(os.cpu_count() or 1, 4)
    made, out = [], console()
    failed: list[Unpublished] = []
    with watched(silent=session.as_json, long=MANY) as progress:
        found = documents(
            session.workspace, session.occasion, references, draft=draft, workers=workers, accessible=accessible
        )
        for done, published in enumerate(found, start=1):
            progress("documents", done, len(references))
            if isinstance(published, Unpublished):
                failed.append(published)
                continue
            path = folder / published.file_name
            write_whole(path, published.pdf)
            made.append({"reference": published.reference, **_described(path, published)})
            if not session.as_json:
                out.print(_written(path, published, _sort(published)))
    if session.as_json:
        errors = [{"reference": one.reference, "error": str(one.error)} for one in failed]
        say_json({"documents": sorted(made, key=lambda one: str(one["reference"])), "errors": errors})
    for one in failed:
        click.echo(f"sdflow: {one.reference}: {one.error}", err=True)
    if failed:
        raise SystemExit(max(one.error.exit_code for one in failed))


def _sort_of(published: Published, annex: bool) -> str:
    return "annex" if annex else _sort(published)


def _sort_of_letter(published: Published) -> str:
    return "draft of the notice" if published.draft else "notice"


def _sort(published: Published) -> str:
    return "draft" if published.draft else f"version {published.version} with {published.signatures} signatures"


def _written(path: Path, published: Published, what: str) -> str:
    return f"{reference(published.reference)}: {what} written to [title]{escape(str(path))}[/]"


def _described(path: Path, published: Published) -> dict[str, object]:
    return {"file": path, "sha256": published.sha256, "draft": published.draft, "signatures": published.signatures}


@click.command(
    "adopt", epilog=examples("sdflow adopt contract.pdf UC-0007.yaml", "sdflow adopt contract.pdf UC-0007 --dry-run")
)
@click.argument("paper", type=click.Path(path_type=Path))
@click.argument("record")
@click.option("--reason", default="", help="Why; kept in the history.")
@click.option("--dry-run", is_flag=True, help="Only say whether it can be taken in.")
@shared_options
def adopt_command(session: Session, paper: Path, record: str, reason: str, dry_run: bool) -> None:
    """Take in an agreement that was signed elsewhere: its paper, and the record that says what stands in it.

    RECORD is the reference of a draft, or a YAML file with one record. The paper is kept byte for byte; nobody
    signs anew.
    """
    from sdflow.operations.adopt import adopt

    adopted = adopt(session.workspace, session.occasion, paper, record, reason=reason, dry_run=dry_run)
    if session.as_json:
        say_json({"reference": adopted.record.reference, "state": adopted.record.state, "sha256": adopted.sha256})
        return
    out = console()
    out.print(
        f"{reference(adopted.record.reference)} version {adopted.record.version}, "
        f"{state(adopted.record.state)}, with {escape(adopted.file_name)}  [quiet]SHA-256 {adopted.sha256[:16]}…[/]"
    )
    if dry_run:
        out.print("Nothing was stored: this was a dry run.")
