"""Life cycle: what is possible, taking a step, drawing the whole."""

from __future__ import annotations

import click
from rich.markup import escape

from sdflow.cli.presentation import console, reference, say_json, state, table
from sdflow.cli.session import Session, examples, shared_options


@click.command("steps", epilog=examples("sdflow steps SLA-0001", "sdflow steps SLA-0001 --as PER-HADDAD"))
@click.argument("record")
@shared_options
def steps_command(session: Session, record: str) -> None:
    """Show what is possible with a record now, and for what is not, each reason why."""
    from sdflow.operations.advance import steps

    found, possible = steps(session.workspace, session.occasion, record)
    if session.as_json:
        say_json({"reference": record, "state": found.state, "steps": possible})
        return
    out = console()
    meaning = session.workspace.definitions.state(found).meaning
    out.print(f"{reference(record)} is {state(found.state)}: {escape(meaning)}\n")
    rows = [
        (
            f"[good]✓ {one.step.name}[/]" if one.possible else f"[quiet]✗ {one.step.name}[/]",
            state(one.step.target),
            "\n".join(map(_sentence, one.unmet)) if one.unmet else escape(one.step.meaning),
        )
        for one in possible
    ]
    out.print(
        table(("Step", "Leads to", "Meaning, or what stands against it"), rows) if rows else "It has reached its end."
    )


def _sentence(unmet: object) -> str:
    return escape(str(unmet))


@click.command(
    "advance",
    epilog=examples(
        "sdflow advance SLA-0001 offer", 'sdflow advance SLA-0001 align --as PER-HADDAD --reason "agreed on 3 December"'
    ),
)
@click.argument("record")
@click.argument("step")
@click.option("--reason", default="", help="Why; kept in the history.")
@click.option("--from", "expected", metavar="STATE", help="Only if the record is still in this state.")
@click.option("--dry-run", is_flag=True, help="Only say whether the step is possible.")
@shared_options
def advance_command(
    session: Session,
    record: str,
    step: str,
    reason: str,
    expected: str | None,
    dry_run: bool,
) -> None:
    """Take a step of a record's life cycle."""
    from sdflow.operations.advance import advance, rehearse

    if dry_run:
        rehearse(session.workspace, session.occasion, record, step)
        console().print(f"[good]✓[/] '{escape(step)}' of {reference(record)} is possible; nothing was done.")
        return
    done = advance(session.workspace, session.occasion, record, step, expected_state=expected, reason=reason)
    if session.as_json:
        say_json({"reference": record, "step": step, "source": done.source, "state": done.record.state})
        return
    console().print(
        f"{reference(record)}: {state(done.source)} → {state(done.record.state)}  [quiet]{escape(done.meaning)}[/]"
    )


@click.command("diagram", epilog=examples("sdflow diagram sla", "sdflow diagram sla --mermaid > sla.mmd"))
@click.argument("kind")
@click.option("--mermaid", is_flag=True, help="As a Mermaid state diagram.")
@shared_options
def diagram_command(session: Session, kind: str, mermaid: bool) -> None:
    """Draw the life cycle of a kind of record."""
    from sdflow import bootstrap
    from sdflow.operations.diagram import mermaid_text

    declared = bootstrap.definitions(session.folder)
    workflow = declared.workflows[declared.kind_named(kind)]
    if session.as_json:
        say_json(workflow)
        return
    if mermaid:
        click.echo(mermaid_text(workflow))
        return
    out = console()
    out.print(f"[title]{escape(workflow.title)}[/]\n")
    for one in workflow.states:
        mark = "●" if one.initial else "◎" if one.final else "○"
        out.print(f"{mark} {state(one.name)}  [quiet]{escape(one.meaning)}[/]")
        for step in workflow.steps_from(one.name):
            roles = ", ".join(role.replace("_", " ") for role in step.guards.by) or "by itself"
            out.print(f"    └─ [title]{step.name}[/] → {state(step.target)}  [quiet]{roles}[/]")
