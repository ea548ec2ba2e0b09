"""Upkeep: setting up, auditing, looking after the database."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.markup import escape

from sdflow.cli.files import PLACE, placed, write_whole
from sdflow.cli.presentation import console, reference, say_json
from sdflow.cli.session import Session, examples, shared_options
from sdflow.domain.errors import Unreadable


@click.command(
    "init", epilog=examples('sdflow init mine --name "Helen Carrick" --organisation "Northgate Service Delivery"')
)
@click.argument("folder", type=click.Path(path_type=Path), default=".")
@click.option("--name", required=True, help="Your name; you are the first person of the workspace.")
@click.option("--organisation", help="The provider whose agreements are kept; the folder's name unless given.")
@click.option("--person", "first", default="PER-0001", show_default=True, help="Your reference.")
@click.option("--role", "roles", multiple=True, help="A role that you hold; service_level_manager unless given.")
@click.option(
    "--database", help="Where records are stored, such as postgresql://localhost/sdflow; a SQLite file unless given."
)
@shared_options
def init_command(
    session: Session,
    folder: Path,
    name: str,
    organisation: str | None,
    first: str,
    roles: tuple[str, ...],
    database: str | None,
) -> None:
    """Set up a workspace: a folder with settings and records, and you as its first person."""
    from sdflow import bootstrap
    from sdflow.operations.initialise import register_first_person

    path = bootstrap.write_settings(folder, organisation or folder.resolve().name, database)
    try:
        workspace = bootstrap.open_workspace(folder.resolve(), create=True)
        occasion = bootstrap.first_occasion(first, name, session.as_of)
        register_first_person(workspace, occasion, roles)
    except BaseException:
        path.unlink()
        raise
    if session.as_json:
        say_json({"workspace": folder.resolve(), "person": first})
        return
    out = console()
    out.print(
        f"Workspace [title]{escape(str(folder))}[/] is ready; {reference(first)} is {escape(name)} ({occasion.login})."
    )
    out.print("Next: sdflow apply FOLDER, to take in records from YAML files.")


@click.group("audit")
def audit_command() -> None:
    """Check the history, or anchor it."""


@audit_command.command("verify", epilog=examples("sdflow audit verify", "sdflow audit verify --anchor anchor.json"))
@click.option("--anchor", "anchor_file", type=click.Path(path_type=Path), help="Also compare with this anchor.")
@shared_options
def audit_verify(session: Session, anchor_file: Path | None) -> None:
    """Follow the chain of acts and derive every record again from it.

    Agreed texts, documents and scans are compared byte for byte with the hashes in the history.
    """
    from sdflow.operations.audit import audit, read_anchor

    kept = read_anchor(_text(anchor_file), str(anchor_file)) if anchor_file else None
    report = audit(session.workspace, kept)
    if session.as_json:
        say_json(report)
    else:
        out = console()
        for fault in report.faults:
            out.print(f"[breach]✗[/] {escape(fault)}")
        if not report.faults:
            out.print(
                f"[good]✓[/] {report.acts} acts form an unbroken chain, and {report.records} records follow from it."
            )
            out.print(f"[quiet]Head {report.head}[/]")
    if report.faults:
        raise SystemExit(1)


@audit_command.command("anchor", epilog=examples("sdflow audit anchor -o /safe/place/anchor.json"))
@click.option("-o", "--output", type=PLACE, help="Where to write it; the screen unless given.")
@shared_options
def audit_anchor(session: Session, output: Path | None) -> None:
    """Write down how long the chain is and how it ends; kept elsewhere, it finds what was cut off."""
    from sdflow.operations.audit import anchor

    found = anchor(session.workspace)
    text = json.dumps({"acts": found.acts, "head": found.head})
    if output:
        output = placed(output, "anchor.json")
        write_whole(output, f"{text}\n".encode())
        console().print(f"Anchor of {found.acts} acts written to [title]{escape(str(output))}[/]; keep it elsewhere.")
    else:
        click.echo(text)


@click.group("db")
def db_command() -> None:
    """Look after the database."""


@db_command.command("upgrade", epilog=examples("sdflow db upgrade"))
@shared_options
def db_upgrade(session: Session) -> None:
    """Bring the database to the present schema, all or nothing."""
    from sdflow import bootstrap
    from sdflow.adapters.storage import Storage

    url = bootstrap.storage_url(bootstrap.workspace_folder(session.folder))
    before, after = Storage.open(url, outdated=True).upgrade()
    if before != after:
        from sdflow.operations.keep_up import rebuild_obligations

        rebuild_obligations(session.workspace, session.today, bootstrap.now())
    if session.as_json:
        say_json({"before": before, "after": after})
    elif before == after:
        console().print(f"The database already has the present schema, {after}.")
    else:
        console().print(f"The database went from schema {before} to {after}.")


@db_command.command("rebuild", epilog=examples("sdflow db rebuild"))
@shared_options
def db_rebuild(session: Session) -> None:
    """Derive anew what every record owes, after life cycles were changed or a database was restored.

    Nothing of the history is touched, and nothing that was sent is sent again.
    """
    from sdflow import bootstrap
    from sdflow.operations.keep_up import rebuild_obligations

    found = rebuild_obligations(session.workspace, session.today, bootstrap.now())
    if session.as_json:
        say_json(found)
        return
    console().print(f"{found.records} records owe {found.obligations} things; {len(found.mended)} were kept otherwise.")


@db_command.command("check", epilog=examples("sdflow db check"))
@shared_options
def db_check(session: Session) -> None:
    """Check the database itself: integrity, triggers, settings."""
    problems, facts = session.workspace.storage.check(), session.workspace.storage.facts()
    if session.as_json:
        say_json({"problems": problems, "facts": facts})
    else:
        out = console()
        for name, value in facts.items():
            out.print(f"[quiet]{escape(name)}[/] {escape(value)}")
        for problem in problems:
            out.print(f"[breach]✗[/] {escape(problem)}")
        if not problems:
            out.print("[good]✓[/] the database is sound")
    if problems:
        raise SystemExit(1)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable.because(str(path), f"cannot be read: {error}") from None
