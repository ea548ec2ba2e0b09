"""Remind: who is told what, and what did not reach anybody."""

from __future__ import annotations

from collections.abc import Iterator

import click
from rich.console import Console
from rich.markup import escape

from sdflow.cli.presentation import console, day, instant, reference, say_json, state, table
from sdflow.cli.session import Session, examples, shared_options
from sdflow.domain.message import Delivery
from sdflow.domain.reminder import LedgerStep
from sdflow.operations.remind import Reminded


@click.command(
    "remind",
    epilog=examples(
        "sdflow remind --dry-run",
        "sdflow remind",
        "sdflow remind --ledger --record SLA-0001",
        "sdflow remind --resend 5e0a…",
    ),
)
@click.option("--dry-run", is_flag=True, help="Show what would be sent; nothing is written and nothing sent.")
@click.option("--ledger", is_flag=True, help="Show every step that was planned, and how it ended.")
@click.option("--record", metavar="REFERENCE", help="With --ledger: of this record alone.")
@click.option("--resend", metavar="MESSAGE", help="Send a message that is held or was given up once more.")
@click.option("--arrived", metavar="MESSAGE", help="Say of a message that is held or was given up that it arrived.")
@shared_options
def remind_command(
    session: Session, dry_run: bool, ledger: bool, record: str | None, resend: str | None, arrived: str | None
) -> None:
    """Tell people what they owe: each step once, however often this runs.

    Made for cron and systemd timers. It catches up by itself with runs that were missed, and may run twice at once. Exit
    code 1 where somebody could not be told.
    """
    if sum(map(bool, (dry_run, ledger, resend, arrived))) > 1:
        raise click.UsageError("give one of --dry-run, --ledger, --resend and --arrived")
    if record and not ledger:
        raise click.UsageError("--record belongs to --ledger")
    if ledger:
        _show_ledger(session, record)
    elif resend or arrived:
        _decide(session, resend or arrived or "", has_arrived=bool(arrived))
    else:
        _remind(session, dry_run=dry_run)


def _remind(session: Session, *, dry_run: bool) -> None:
    from sdflow import bootstrap
    from sdflow.operations.remind import rehearse, remind, require_day

    require_day(session.as_of, bootstrap.now(), rehearsal=dry_run)
    outcome = (rehearse if dry_run else remind)(session.workspace, bootstrap.now, session.as_of)
    if session.as_json:
        say_json({**vars(outcome), "well": outcome.is_well})
    elif dry_run:
        _show_rehearsal(console(), outcome)
    else:
        _show(console(), outcome)
    if not outcome.is_well:
        raise SystemExit(1)


def _decide(session: Session, message: str, *, has_arrived: bool) -> None:
    from sdflow import bootstrap
    from sdflow.operations.remind import settle

    decided = settle(session.workspace, message, bootstrap.now(), arrived=has_arrived)
    if session.as_json:
        say_json(decided)
        return
    then = "counts as sent" if has_arrived else "is sent again by the next: sdflow remind"
    console().print(f"Message [title]{escape(decided.id)}[/] {then}")


def _show_ledger(session: Session, record: str | None) -> None:
    from sdflow.operations.remind import ledger_of

    steps = ledger_of(session.workspace, record)
    if session.as_json:
        say_json(steps)
        return
    rows = [_ledger_row(step) for step in steps]
    console().print(table(("Reference", "What", "Due", "Step", "State", "When", "Why"), rows))


def _ledger_row(step: LedgerStep) -> tuple[str, ...]:
    record, name, subject, due_on = step.key
    what = " ".join(filter(None, (name.replace("_", " "), subject)))
    into = "" if step.folded_into is None else f"into step {step.folded_into:+d}" if step.folded_into else "into step 0"
    when = instant(step.settled_at or step.planned_at)
    return (
        reference(record),
        escape(what),
        day(due_on),
        step.step.name,
        state(step.state.value),
        when,
        escape(step.why or into),
    )


def _show(out: Console, outcome: Reminded) -> None:
    if not (outcome.steps or outcome.sent or outcome.cancelled or outcome.folded):
        out.print("Nobody has to be told anything that they were not told before.")
    else:
        out.print(f"[good]✓[/] {_counted(outcome.sent, 'message')} sent  [quiet]{', '.join(_ledger_words(outcome))}[/]")
    for words, style, deliveries in (
        ("waits", "warning", outcome.waiting),
        ("is held until you decide", "breach", outcome.held),
        ("was given up", "breach", outcome.undelivered),
    ):
        for one in deliveries:
            out.print(
                f"[{style}]![/] {_to(one)} {words}: {escape(one.problem or 'it was not tried yet')}", soft_wrap=True
            )
    _show_untold(out, outcome)
    if outcome.held or outcome.undelivered:
        out.print("Decide with: sdflow remind --resend MESSAGE, or --arrived MESSAGE")


def _show_rehearsal(out: Console, outcome: Reminded) -> None:
    for one in outcome.drafts:
        to = f"{escape(one.name)} [quiet]{escape(one.to)}[/]" if one.name else f"channel {escape(one.delivery.channel)}"
        out.print(f"[title]{to}[/]  {day(one.day)}")
        rows = [
            (
                reference(item.reference),
                escape(item.meaning),
                day(item.due_on),
                item.step,
                _remarks(item.missed, item.escalated),
            )
            for item in one.items
        ]
        out.print(table(("Reference", "What", "Due", "Step", ""), rows))
    if not outcome.drafts:
        out.print("Nobody would be told anything.")
    _show_untold(out, outcome)
    out.print("Nothing was written and nothing sent: this was a dry run.")


def _remarks(missed: tuple[object, ...], escalated: bool) -> str:
    words = [f"catches up with {len(missed)}"] if missed else []
    return ", ".join(words + (["escalated"] if escalated else []))


def _show_untold(out: Console, outcome: Reminded) -> None:
    for one in outcome.untold:
        what = f"{reference(one.owed.record)} {escape(one.owed.meaning)} ({day(one.owed.due_on)})"
        out.print(f"[breach]✗[/] nobody can be told: {what}\n  [quiet]{escape(one.why)}[/]", soft_wrap=True)


def _ledger_words(outcome: Reminded) -> Iterator[str]:
    yield f"{_counted(outcome.steps, 'step')} planned"
    if outcome.folded:
        yield f"{outcome.folded} folded into them"
    if outcome.cancelled:
        yield f"{outcome.cancelled} given up, no longer owed"


def _to(one: Delivery) -> str:
    to = one.address or one.recipient or one.channel
    return f"message [title]{one.id}[/] to {escape(to)}"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
