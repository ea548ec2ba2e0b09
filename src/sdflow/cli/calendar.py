"""Calendar: what is owed, as a file for people's own calendars."""

from __future__ import annotations

from pathlib import Path

import click
from rich.markup import escape

from sdflow.cli.files import PLACE, placed, write_whole
from sdflow.cli.presentation import console, say_json
from sdflow.cli.session import Session, examples, shared_options


@click.command(
    "calendar",
    epilog=examples(
        "sdflow calendar -o owed.ics",
        "sdflow calendar -o mine.ics --owner PER-CARRICK",
        "sdflow calendar -o mail.ics --service SVC-MAIL",
    ),
)
@click.option("-o", "--output", required=True, type=PLACE, help="Where to write it; a file or a folder.")
@click.option("--owner", metavar="PERSON", help="Only what this person owes, by name or by a role.")
@click.option("--service", metavar="SERVICE", help="Only what concerns this service and what it rests on.")
@shared_options
def calendar_command(session: Session, output: Path, owner: str | None, service: str | None) -> None:
    """Write what is owed as a calendar file (iCalendar), with alarms.

    Importing the file again moves the entries that a calendar has already and adds none twice. Where it takes the place
    of an earlier file of the same calendar, what that held and is no longer owed is called off.
    """
    from sdflow import bootstrap
    from sdflow.operations.calendar import calendar

    path = placed(output, "sdflow.ics")
    before = path.read_bytes() if path.is_file() else None
    made = calendar(
        session.workspace, session.today, bootstrap.now().date(), owner=owner, service=service, before=before
    )
    write_whole(path, made.content)
    if session.as_json:
        say_json({"file": path, "name": made.name, "entries": made.entries, "called_off": made.called_off})
        return
    entries = f"{len(made.entries)} {'entry' if len(made.entries) == 1 else 'entries'}"
    off = f", {made.called_off} called off," if made.called_off else ""
    console().print(f"{escape(made.name)}: {entries}{off} written to [title]{escape(str(path))}[/]")
