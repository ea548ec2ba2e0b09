"""Proof: what was found, with its witness and its gap, and what is accepted of it for a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import click
from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sdflow.cli.chain import print_chains
from sdflow.cli.files import PLACE, placed, require_pdf, write_whole
from sdflow.cli.presentation import MARKS, console, day, reference, say_json, table
from sdflow.cli.session import Session, calendar_day, examples, shared_options
from sdflow.domain.finding import Finding, Severity
from sdflow.domain.rule import spoken
from sdflow.engine.proof import Proof

MANY = 40
"""From so many agreements on, it is shown how many of them are proven."""

MARK_WIDTH, NAME_WIDTH = 9, 8
COUNTED = {
    Severity.breach: ("✗", "breach", "breaches"),
    Severity.warning: ("!", "warning", "warnings"),
    Severity.advice: ("·", "piece of advice", "pieces of advice"),
}


@click.command(
    "check", epilog=examples("sdflow check", "sdflow check SLA-0001 --explain", "sdflow check BCP-0001 -o chain.pdf")
)
@click.argument("records", nargs=-1)
@click.option("--explain", is_flag=True, help="Also show the facts that fired each finding.")
@click.option("--facts", is_flag=True, help="Also show all facts from which the rules conclude.")
@click.option("-o", "--output", type=PLACE, help="Also write the chains of continuity as a PDF here.")
@click.option("--accessible", is_flag=True, help="Tagged for people who have it read to them (PDF/A-3a, PDF/UA-1).")
@shared_options
def check_command(
    session: Session,
    records: tuple[str, ...],
    *,
    explain: bool,
    facts: bool,
    output: Path | None,
    accessible: bool,
) -> None:
    """Prove that what is promised is carried; of all agreements, impact analyses and continuity plans unless some are named.

    A supporting agreement or a service stands for every agreement that rests on it. Where something is planned or promised
    for after a disruption, the chain from business need to promise is shown link by link. Exit code 1 where
    a breach was found that nobody has waived.
    """
    from sdflow.cli.progress import watched
    from sdflow.operations.chain import chain_document
    from sdflow.operations.check import check

    require_pdf(output, accessible=accessible)

    with watched(silent=session.as_json, long=MANY) as progress:
        proofs = check(session.workspace, session.today, records, partial(progress, "proving"))
    path = None
    if output:
        path = placed(output, "continuity.pdf")
        write_whole(path, chain_document(session.workspace, session.today, proofs, accessible=accessible))
    if session.as_json:
        say_json(proofs)
    else:
        out = console()
        for proof in proofs:
            print_proof(out, proof, explain=explain)
            print_chains(out, proof.chains)
            if facts:
                _print_facts(out, proof)
        if not proofs:
            out.print("There is no agreement with a customer, impact analysis or continuity plan to prove.")
        if path:
            out.print(f"The chains of continuity as a PDF: [title]{escape(str(path))}[/]")
    if any(one.counts and one.severity is Severity.breach for proof in proofs for one in proof.findings):
        raise SystemExit(1)


@click.command(
    "waive",
    epilog=examples(
        'sdflow waive SLA-0001 SLM-003 --reason "the team grows in March" --owner PER-HADDAD --until 2026-03-31',
        "sdflow waive SLA-0001 SLM-003 --clause targets.restore.P1 --subject standard … --dry-run",
    ),
)
@click.argument("agreement")
@click.argument("rule")
@click.option("--clause", help="The clause, where the rule finds several things.")
@click.option("--subject", help="What about the clause, or a part of its words: the component, the route.")
@click.option("--reason", required=True, help="Why it is accepted; kept in the waiver.")
@click.option("--owner", required=True, metavar="PERSON", help="Who answers for what may come of it.")
@click.option("--until", required=True, metavar="DAY", callback=calendar_day, help="The last day on which it holds.")
@click.option("--dry-run", is_flag=True, help="Show what would be proposed and store nothing.")
@shared_options
def waive_command(session: Session, agreement: str, rule: str, dry_run: bool, **wished: Any) -> None:
    """Propose to accept what a rule found about an agreement, for a time and up to its present gap.

    It counts once somebody else approves it, and no longer than it says: after its last day, or when the gap
    grows, the finding weighs in full again.
    """
    from sdflow.operations.waive import Wish, waive

    wish = Wish(agreement, rule, **wished)
    proposal = waive(session.workspace, session.occasion, wish, dry_run=dry_run)
    if session.as_json:
        say_json(proposal)
        return
    out = console()
    done = "would propose" if dry_run else "proposes"
    out.print(f"{reference(proposal.reference)} {done} to waive until [title]{day(wish.until)}[/]:\n")
    out.print(_findings([proposal.finding], explain=False))
    if dry_run:
        out.print("Nothing was stored: this was a dry run.")
        return
    out.print("It counts in full until somebody else approves that:")
    for one in proposal.approvals:
        out.print(f"  sdflow advance {proposal.reference} {one.step} --as {(*one.people, 'PERSON')[0]}", soft_wrap=True)
        roles = " or ".join(role.replace("_", " ") for role in one.roles) or "anybody"
        out.print(f"  [quiet]{roles}: {', '.join(one.people) or 'nobody else today'}[/]")


def print_proof(out: Console, proof: Proof, *, explain: bool = False) -> None:
    """One agreement: how it stands, findings by their weight, what is proven, and what nobody compared."""
    print_findings(out, proof, explain=explain)
    broken = {one.rule for one in proof.findings}
    for (rule, title), held in groupby(proof.proven, key=lambda one: (one.rule, one.title)):
        but = ", but for what is found above" if rule in broken else ""
        out.print(_row("[good]✓[/]", f"{escape(title)}{but}  [quiet]{rule}[/]"))
        for proven in held:
            out.print(_row("", f"[quiet]{escape(proven.statement)}[/]"))
    for clause, statements in groupby(proof.unproven, key=lambda one: one.clause):
        for open_ in statements:
            out.print(_row("[warning]? open[/]", f"not proven: [title]{escape(clause)}[/]: {escape(open_.statement)}"))
    if proof.overridden:
        files = escape(", ".join(proof.overridden))
        out.print(_row("[warning]![/]", f"[warning]Rule files of this workspace replace {files}.[/]"))
    out.print()


def print_findings(out: Console, proof: Proof, *, explain: bool = False, waived: bool = True) -> None:
    """One agreement: how it stands in numbers, and its findings by their weight, those that are waived where asked."""
    out.print(f"{reference(proof.agreement)}  [title]{escape(proof.title)}[/]")
    out.print(Padding("   ".join(_tally(proof)), (0, 0, 1, 2)))
    shown = [one for one in proof.findings if waived or one.counts]
    by_weight = sorted(shown, key=lambda one: (not one.counts, one.severity.rank, one.rule))
    for _, alike in groupby(by_weight, key=lambda one: (one.counts, one.rule)):
        out.print(_findings(list(alike), explain=explain))


def _tally(proof: Proof) -> Iterator[str]:
    """How many of each there are, such as ✗ 2 breaches."""
    found = Counter(one.severity for one in proof.findings if one.counts)
    for severity, (mark, one, many) in COUNTED.items():
        if found[severity]:
            yield f"[{severity.value}]{mark} {found[severity]} {one if found[severity] == 1 else many}[/]"
    waived = sum(not one.counts for one in proof.findings)
    if waived:
        yield f"[waived]~ {waived} waived[/]"
    yield f"[good]✓ {len(proof.proven)} proven[/]"
    if proof.unproven:
        yield f"[warning]? {len(proof.unproven)} not proven[/]"


def _row(mark: str, *body: RenderableType) -> RenderableType:
    grid = Table.grid(padding=(0, 2, 0, 0), expand=False)
    grid.add_column(width=MARK_WIDTH, no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(mark, Group(*body))
    return Padding(grid, (0, 0, 0, 2), expand=False)


def _findings(alike: list[Finding], *, explain: bool) -> RenderableType:
    """What one rule found, all of it waived or none: the rule, each finding, and once what would mend them."""
    first = alike[0]
    style = first.severity.value if first.counts else "waived"
    mark = MARKS[first.severity] if first.counts else "~ waived"
    source = escape(", ".join(filter(None, (first.rule, first.reference))))
    body: list[RenderableType] = [f"[title]{escape(first.title)}[/]  [quiet]{source}[/]"]
    for advice, findings in groupby(alike, key=lambda one: one.advice if one.counts else ""):
        for one in findings:
            body += [*([""] if one is not first else []), *_finding(one, explain=explain)]
        body += [f"[advice]→ {escape(advice)}[/]"] if advice else []
    return Padding(_row(f"[{style}]{mark}[/]", *body), (0, 0, 1, 0), expand=False)


def _finding(finding: Finding, *, explain: bool) -> Iterator[RenderableType]:
    """What was found, the details that the rule declares, and the facts where they are asked for."""
    yield escape(finding.message)
    names = Table.grid(padding=(0, 2, 0, 0))
    names.add_column(width=NAME_WIDTH, no_wrap=True, style="quiet")
    names.add_column(overflow="fold")
    for name, value in _details(finding):
        names.add_row(name, value)
    yield Padding(names, (0, 0, 0, 2), expand=False)
    if explain:
        yield Padding(Group(*_matched(finding)), (0, 0, 0, 2), expand=False)


def _details(finding: Finding) -> Iterator[tuple[str, RenderableType]]:
    place = ": ".join(filter(None, (finding.clause, finding.name)))
    weight = f"[{finding.severity.value}]{finding.gap_text}[/]" if finding.gap_text else ""
    told = {
        "clause": escape(place),
        "gap": weight,
        "witness": escape(finding.witness),
        "weakest": escape(finding.weakest),
        "records": ", ".join(map(reference, finding.records)),
    }
    if finding.waiver and finding.waived_until:
        told["waived"] = f"by {reference(finding.waiver)} until [title]{day(finding.waived_until)}[/]"
    if finding.note:
        told["waiver"] = f"[warning]{escape(finding.note)}[/]"
    yield from ((name, value) for name, value in told.items() if value)


def _matched(finding: Finding) -> Iterator[RenderableType]:
    """The facts that the rule matched, each by its name in the rule, and what it found missing."""
    for alias, fields in finding.matched.items():
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(style="quiet", no_wrap=True)
        grid.add_column(overflow="fold")
        for name, value in fields.items():
            if value is not None:
                grid.add_row(name, Text(spoken(value)))
        yield f"because of [title]{escape(alias)}[/]"
        yield Padding(grid, (0, 0, 0, 2))
    for absent in finding.absent:
        yield f"and because there is {escape(absent)}"


def _print_facts(out: Console, proof: Proof) -> None:
    rows = [
        (fact.kind, "  ".join(f"[quiet]{name}[/] {escape(str(value))}" for name, value in fact.fields.items()))
        for fact in proof.facts
    ]
    out.print(table(("Fact", "Fields"), rows))
