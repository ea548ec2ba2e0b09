"""Proof: what was found, with its witness and its gap."""

from __future__ import annotations

from itertools import groupby

import click
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from sdflow.cli.presentation import MARKS, console, reference, say_json, table
from sdflow.cli.session import Session, examples, shared_options
from sdflow.domain.finding import Finding, Severity
from sdflow.engine.proof import Proof


@click.command("check", epilog=examples("sdflow check", "sdflow check SLA-0001", "sdflow check OLA-0001 --json"))
@click.argument("records", nargs=-1)
@click.option("--facts", is_flag=True, help="Also show the facts from which the rules conclude.")
@shared_options
def check_command(session: Session, records: tuple[str, ...], facts: bool) -> None:
    """Prove that what is promised is carried; of all agreements with customers unless some are named.

    A supporting agreement or a service stands for every agreement that rests on it. Exit code 1 where a
    breach was found.
    """
    from sdflow.operations.check import check

    proofs = check(session.workspace, session.today, records)
    if session.as_json:
        say_json(proofs)
    else:
        out = console()
        for proof in proofs:
            print_proof(out, proof)
            if facts:
                _print_facts(out, proof)
        if not proofs:
            out.print("There is no agreement with a customer to prove.")
    if any(one.severity is Severity.breach for proof in proofs for one in proof.findings):
        raise SystemExit(1)


def print_proof(out: Console, proof: Proof) -> None:
    """One agreement: findings first, then what is proven, then what nobody compared."""
    out.print(f"{reference(proof.agreement)}  [title]{escape(proof.title)}[/]")
    for one in proof.findings:
        _print_finding(out, one)
    broken = {one.rule for one in proof.findings}
    for (rule, title), held in groupby(proof.proven, key=lambda one: (one.rule, one.title)):
        but = ", but for what is found above" if rule in broken else ""
        out.print(Padding(f"[good]✓[/] {escape(title)}{but}  [quiet]{rule}[/]", (0, 0, 0, 2)))
        for proven in held:
            out.print(Padding(f"[quiet]{escape(proven.statement)}[/]", (0, 0, 0, 12)))
    for open_ in proof.unproven:
        out.print(Padding(f"[warning]? not proven[/] {escape(open_.clause)}: {escape(open_.statement)}", (0, 0, 0, 2)))
    if proof.overridden:
        out.print(
            Padding(f"[warning]Rule files of this workspace replace {', '.join(proof.overridden)}.[/]", (0, 0, 0, 2))
        )
    out.print()


def _print_finding(out: Console, finding: Finding) -> None:
    style = finding.severity.value
    out.print(Padding(f"[{style}]{MARKS[finding.severity]}[/]  {escape(finding.message)}", (0, 0, 0, 2)))
    rest = f"[quiet]{finding.rule}, {escape(finding.reference)}: {escape(finding.title)}[/]"
    advice = f"\n[advice]→ {escape(finding.advice)}[/]" if finding.advice else ""
    out.print(Padding(rest + advice, (0, 0, 0, 12)))


def _print_facts(out: Console, proof: Proof) -> None:
    rows = [
        (fact.kind, "  ".join(f"[quiet]{name}[/] {escape(str(value))}" for name, value in fact.fields.items()))
        for fact in proof.facts
    ]
    out.print(table(("Fact", "Fields"), rows))
