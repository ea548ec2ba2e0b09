"""Agenda: what is owed, by whom, when and why, and the home screen of a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.markup import escape

from sdflow.cli.presentation import console, day, reference, say_json, state, table
from sdflow.cli.session import Session, examples, shared_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sdflow.operations.agenda import Agenda, AgendaLine, Home, Standing

SHOWN_AT_HOME = 10
"""How many lines of a list the home screen shows."""


@click.command(
    "agenda",
    epilog=examples(
        "sdflow agenda",
        "sdflow agenda --owner PER-CARRICK --days 30",
        "sdflow agenda --owner supplier_manager",
        "sdflow agenda --overdue --json",
    ),
)
@click.option("--owner", metavar="PERSON|ROLE", help="Only what this person, or anybody in this role, is asked for.")
@click.option("--days", type=click.IntRange(min=0, max=36_500), help="Only what is due within so many days.")
@click.option("--overdue", is_flag=True, help="Only what is late.")
@shared_options
def agenda_command(session: Session, owner: str | None, days: int | None, overdue: bool) -> None:
    """Show what is owed: by whom, when, and why."""
    from sdflow.operations.agenda import agenda

    found = agenda(session.workspace, session.today, owner=owner, days=days, overdue=overdue)
    if not found.current:
        click.echo(
            "sdflow: life cycles were changed, so that everything is derived anew; quicker after: sdflow db rebuild",
            err=True,
        )
    if session.as_json:
        say_json({"as_of": found.as_of, "lines": [_as_data(one) for one in found.lines]})
        return
    _say_agenda(found, "overdue" if overdue else "owed")


@click.command("home", epilog=examples("sdflow", "sdflow home --as PER-CARRICK"))
@shared_options
def home_command(session: Session) -> None:
    """Show what waits for you, what is overdue, and how everything stands; the same as 'sdflow' alone."""
    from sdflow.domain.errors import Refused
    from sdflow.operations.agenda import home

    try:
        me = session.occasion.actor
    except Refused:
        if session.person is not None:
            raise
        me = None
    found = home(session.workspace, session.today, me)
    if session.as_json:
        say_json({**vars(found), "mine": [_as_data(one) for one in found.mine],
                  "overdue": [_as_data(one) for one in found.overdue]})  # fmt: skip
        return
    _say_home(console(), found)


def _as_data(line: AgendaLine) -> dict[str, object]:
    return {**vars(line), "overdue": line.overdue}


def _say_agenda(found: Agenda, word: str) -> None:
    out = console()
    if not found.lines:
        out.print(f"[good]✓[/] Nothing is {word} as of {day(found.as_of)}.")
        return
    out.print(_lines(found.lines))
    late = sum(one.overdue for one in found.lines)
    late_words = f", [breach]{late} overdue[/]" if late else ""
    out.print(f"[quiet]As of {day(found.as_of)}: {len(found.lines)} owed{late_words}.[/]")


def _lines(lines: Sequence[AgendaLine]) -> object:
    rows = [(_due(one), reference(one.reference), _what(one), _who(one)) for one in lines]
    return table(("Due", "Reference", "What, and why then", "Who"), rows)


def _due(line: AgendaLine) -> str:
    if line.overdue:
        return f"[breach]{day(line.due_on)}[/]\n[breach]{-line.days} day{'' if line.days == -1 else 's'} late[/]"
    ahead = "today" if line.days == 0 else f"in {line.days} day{'' if line.days == 1 else 's'}"
    return f"{day(line.due_on)}\n[quiet]{ahead}[/]"


def _what(line: AgendaLine) -> str:
    subject = f" [quiet]({escape(line.subject)})[/]" if line.subject else ""
    name = f"[title]{escape(line.obligation.replace('_', ' '))}[/]{subject} · {escape(line.title)}"
    return f"{name}\n{escape(line.meaning)}\n[quiet]{escape(line.reason)}[/]"


def _who(line: AgendaLine) -> str:
    if line.person is not None:
        return escape(line.person.name)
    left = f"[warning]{escape(line.gone.name)} has left[/]\n" if line.gone else ""
    roles = " or ".join(role.replace("_", " ") for role in line.by)
    names = ", ".join(one.name for one in line.anybody)
    return f"{left}{escape(names)}\n[quiet]{roles}[/]" if names else f"{left}[warning]nobody[/]\n[quiet]{roles}[/]"


def _say_home(out: Console, found: Home) -> None:
    who = f" · {escape(found.me.name)}" if found.me else ""
    out.print(f"[title]{escape(found.organisation)}[/]{who} · {day(found.as_of)}\n")
    if found.me is None:
        out.print("[quiet]Nobody has your login; say who you are with --as PERSON to see what waits for you.[/]\n")
    else:
        _say_some(
            out, f"Waits for you within {found.days} days", found.mine, "sdflow agenda --owner " + found.me.reference
        )
    _say_some(out, "Overdue", found.overdue, "sdflow agenda --overdue")
    if not found.portfolio:
        out.print("[quiet]There are no records yet.[/]")
    out.print(table(("Kind", "Records", "States", "Owed", "Overdue"), map(_standing, found.portfolio),
                    right=("Records", "Owed", "Overdue")))  # fmt: skip
    out.print(
        "[quiet]Is what is promised carried? sdflow check · All that is owed: sdflow agenda · Help: sdflow --help[/]"
    )


def _say_some(out: Console, title: str, lines: Sequence[AgendaLine], all_of_it: str) -> None:
    if not lines:
        out.print(f"[good]✓[/] {title}: nothing.\n")
        return
    out.print(f"[title]{title}: {len(lines)}[/]")
    out.print(_lines(lines[:SHOWN_AT_HOME]))
    if len(lines) > SHOWN_AT_HOME:
        out.print(f"[quiet]… and {len(lines) - SHOWN_AT_HOME} more: {all_of_it}[/]")
    out.print()


def _standing(one: Standing) -> tuple[str, ...]:
    states = ", ".join(f"{number} {state(name)}" for name, number in one.states.items())
    late = f"[breach]{one.overdue}[/]" if one.overdue else "–"
    return escape(one.title), str(sum(one.states.values())), states, str(one.owed or "–"), late
