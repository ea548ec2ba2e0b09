"""Continuity: a plan is invoked, and what happens is kept in its timeline."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import click
from rich.markup import escape

from sdflow.cli.presentation import console, reference, say_json, table
from sdflow.cli.session import Session, examples, shared_options

NOT_YET = "never, by the plan"


@click.command(
    "invoke",
    epilog=examples(
        'sdflow invoke BCP-0001 --because "the computing centre is flooded"',
        'sdflow invoke BCP-0001 --because "no sign-on" --since 09:40 --at 10:05 --as PER-LIN',
        'sdflow invoke BCP-0001 --because "exercise" --with PER-ROSSI --dry-run',
    ),
)
@click.argument("plan")
@click.option("--because", required=True, help="Why it is invoked; kept in the invocation.")
@click.option("--at", metavar="TIME", help="When it is invoked, such as 14:05 in the plan's zone; now unless given.")
@click.option("--since", metavar="TIME", help="When the disruption began; when the plan is invoked unless given.")
@click.option("--detected", metavar="TIME", help="When somebody noticed it; at once unless given.")
@click.option("--with", "together_with", metavar="PERSON", help="Who else invokes it, where one alone may not.")
@click.option("--dry-run", is_flag=True, help="Only say whether you may, and what it would lead to.")
@shared_options
def invoke_command(session: Session, plan: str, dry_run: bool, **said: Any) -> None:
    """Invoke a continuity plan, and begin its timeline.

    The version that is approved and holds today is invoked, by somebody whom it authorises. From then on every step,
    announcement and recovery is kept with: sdflow log.
    """
    from sdflow.domain.invocation import shown_in
    from sdflow.operations.invoke import Emergency, invoke

    begun = invoke(session.workspace, session.occasion, Emergency(plan, **said), dry_run=dry_run)
    if session.as_json:
        say_json(begun)
        return
    out, invoked = console(), begun.invoked
    when = f"{shown_in(invoked.invoked_at, begun.zone)} ({begun.zone})"
    done = f"would begin {reference(begun.reference)}" if dry_run else f"has begun {reference(begun.reference)}"
    out.print(
        f"Invoking {reference(plan)}, version {invoked.version}, on [title]{when}[/] {done}: {escape(invoked.because)}\n"
    )
    rows = []
    for service, minutes in invoked.expected.items():
        works = (
            shown_in(invoked.disrupted_at + timedelta(minutes=minutes), begun.zone) if minutes is not None else NOT_YET
        )
        rows.append((reference(service), escape(begun.services[service]), works))
    out.print(table(("Reference", "Service", "Works again, by the plan"), rows))
    if not dry_run:
        out.print(f'\n[quiet]Keep what happens: sdflow log {begun.reference} "what was done" --step KEY[/]')


@click.command(
    "log",
    epilog=examples(
        'sdflow log INV-0001 "status page updated" --notified users',
        'sdflow log INV-0001 "data base read back" --at 11:40 --step restore',
        'sdflow log INV-0001 "users work again" --restored SVC-EMAIL --data-as-of 09:00',
    ),
)
@click.argument("record")
@click.argument("what")
@click.option("--at", metavar="TIME", help="When it happened, such as 14:05 in the record's zone; now unless given.")
@click.option("--step", metavar="KEY", help="The step of the plan that was done with it.")
@click.option("--restored", metavar="SERVICE", multiple=True, help="A service that works again; may be repeated.")
@click.option("--lost", metavar="SERVICE", multiple=True, help="A service that no longer works; may be repeated.")
@click.option(
    "--notified", metavar="KEY", multiple=True, help="An announcement of the plan that was given; may be repeated."
)
@click.option("--data-as-of", metavar="TIME", help="Up to when the data of the restored services are there.")
@shared_options
def log_command(session: Session, record: str, **told: Any) -> None:
    """Keep what happened when in the timeline of an invocation; it runs forwards only."""
    from sdflow.domain.invocation import shown_in
    from sdflow.operations.log import Telling, log

    logged = log(session.workspace, session.occasion, record, Telling(**told))
    if session.as_json:
        say_json({"reference": record, "entry": logged.entry, "conclusion": logged.conclusion})
        return
    out = console()
    out.print(f"{reference(record)}: [title]{shown_in(logged.entry.at, logged.zone)}[/] {escape(logged.entry.what)}")
    if logged.conclusion:
        out.print(
            f"[good]✓[/] by its timeline it is [title]{escape(logged.conclusion)}[/]; see what is next: "
            f"sdflow steps {escape(record)}"
        )
