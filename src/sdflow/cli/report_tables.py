"""Report tables: a service report as people read it on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sdflow.cli.presentation import day, reference, shown, table
from sdflow.domain.attainment.result import Attainment
from sdflow.domain.service_report import (
    AgreementReport,
    Breach,
    CauseCount,
    IncidentTable,
    InterruptionLine,
    Money,
    ServiceReport,
    SupplierLine,
    TargetLine,
)
from sdflow.domain.target import Comparison
from sdflow.domain.traffic_light import MEANINGS, Light

STYLES = {Light.red: "breach", Light.amber: "warning", Light.green: "good", Light.grey: "quiet"}
MARKS = {Light.red: "✗", Light.amber: "!", Light.green: "✓", Light.grey: "·"}
MOST_CAUSES = 8
"""So many causes are shown; --json has all of them."""

BLOCKS = "▁▂▃▄▅▆▇█"


def print_service_report(out: Console, report: ServiceReport) -> None:
    """Every agreement with its targets, what was missed, what is credited and what comes."""
    held = "" if report.over else f", which is not over: what is known until {day(report.as_of)}"
    out.print(
        f"Service report [title]{escape(report.period.name)}[/]{held}\n"
        f"{reference(report.about.reference)}  [title]{shown(report.about.title)}[/]"
    )
    for one in report.agreements:
        out.print()
        _print_agreement(out, one)
    out.print(f"\n[quiet]{'  '.join(f'{MARKS[light]} {meaning}' for light, meaning in MEANINGS.items())}[/]")
    if not report.measured:
        out.print("\n[warning]Nothing was measured in this period.[/] Take in what was, with: sdflow measure")


def _print_agreement(out: Console, one: AgreementReport) -> None:
    version = f"version {one.delivered.version}" if one.delivered.version else "not signed; measured by its draft"
    parties = [each.title for each in (one.service, one.customer) if each]
    out.print(f"{light(one.light)} {reference(one.agreement.reference)}  [title]{shown(one.agreement.title)}[/]")
    out.print(
        f"  [quiet]{version}; {shown(', '.join(parties) or 'for all who rely on it')}; {escape(_counts(one))}[/]\n"
    )
    out.print(_targets(one.lines))
    if one.workload:
        out.print()
        out.print(_targets(one.workload, "Workload"))
    for text in _texts(one):
        out.print(text)
    if one.incidents:
        out.print()
        out.print(_incidents(one.incidents))


def light(one: Light) -> str:
    """A colour with its mark."""
    return f"[{STYLES[one]}]{MARKS[one]}[/]"


def figure(value: Decimal | None, unit: str) -> str:
    """A figure with its unit."""
    if value is None:
        return "[warning]no data[/]"
    return f"{value:f} %" if unit == "per cent" else f"{value:,f} {escape(unit)}"


def spark(chart: Sequence[Attainment | None]) -> str:
    """Figures as blocks, as high as they are among one another and their target, in the colour of their verdict."""
    known = [one.achieved for one in chart if one and one.achieved is not None]
    edges = [*known, *(one.target for one in chart if one)]
    return "".join(_block(one, min(edges), max(edges)) for one in chart) if known else "[quiet]no data[/]"


def _block(one: Attainment | None, least: Decimal, most: Decimal) -> str:
    if one is None or one.achieved is None:
        return "[quiet]·[/]"
    share = (one.achieved - least) / (most - least) if most > least else Decimal(1)
    return f"[{'good' if one.met else 'breach'}]{BLOCKS[int(share * (len(BLOCKS) - 1))]}[/]"


def _counts(one: AgreementReport) -> str:
    said = [f"{number} {MEANINGS[light]}" for light, number in one.counts.items() if number]
    return "; ".join(said) or "it promises nothing that is measured"


def _targets(lines: Sequence[TargetLine], title: str = "Target") -> Table:
    rows = [
        (
            light(line.light),
            f"{shown(line.now.title)}\n[quiet]{escape(line.series.clause)}[/]",
            f"{'≥' if line.now.comparison is Comparison.at_least else '≤'} {figure(line.now.target, line.now.unit)}",
            figure(line.now.shown, line.now.unit),
            f"{line.now.missed}/{line.now.cases}" if line.now.cases else "–",
            spark(line.chart),
        )
        for line in lines
    ]
    return table(("", title, "Agreed", "Achieved", "Missed", "Over time"), rows, right=("Agreed", "Achieved", "Missed"))


def _texts(one: AgreementReport) -> Iterator[str]:
    yield from _section("Missed", [text for each in one.breaches for text in _breach(each)])
    yield from _section("What follows", [_follows(each.what, each.clause, len(each.periods), each.needed)
                                         for each in one.consequences])  # fmt: skip
    yield from _section("Credits", list(_money(one.money)) if one.money else [])
    yield from _section("Suppliers that missed a target", list(_suppliers(one.suppliers)))
    yield from _section("Complaints", [f"{reference(each.record.reference)} {shown(each.record.title)}"
                                       f"{' [breach]unanswered[/]' if each.late else ''}" for each in one.complaints])  # fmt: skip
    yield from _section("Interruptions to come", [_interruption(each) for each in one.interruptions])


def _section(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield f"\n[title]{title}[/]"
        yield from (f"  {line}" for line in lines)


def _breach(one: Breach) -> Iterator[str]:
    attained = one.attained
    on_end = f", for the {one.on_end}th period on end" if one.on_end > 3 else ""
    on_end = f", for the {('', '', 'second', 'third')[one.on_end]} period on end" if one.on_end in (2, 3) else on_end
    yield f"[breach]✗[/] {shown(attained.title)}: {figure(attained.shown, attained.unit)}{on_end}"
    if attained.worst:
        yield f"    worst: {shown(attained.worst)}"
    if one.causes or one.unexplained:
        yield f"    causes: {causes_text(one.causes, one.unexplained)}"
    actions = ", ".join(f"{reference(each.reference)} {shown(each.title)}" for each in one.actions)
    yield f"    {actions or '[warning]nobody has taken it up[/]; raise an item with: sdflow improve'}"


def causes_text(causes: Sequence[CauseCount], unexplained: int) -> str:
    """The most frequent causes, how many others there are, and of how many cases none is named."""
    said = [f"{one.cause} ({one.cases:,})" for one in causes[:MOST_CAUSES]]
    others = causes[MOST_CAUSES:]
    if others:
        said.append(
            f"{len(others):,} further {'cause' if len(others) == 1 else 'causes'} ({sum(one.cases for one in others):,})"
        )
    said += [f"no cause named ({unexplained:,})"] if unexplained else []
    return shown(", ".join(said))


def _follows(what: str, clause: str, periods: int, needed: int) -> str:
    due = (
        "[breach]due now[/]" if periods >= needed else f"after {needed} periods on end, of which {periods} have passed"
    )
    return f"{shown(what)} ({escape(clause)}): {due}"


def _money(money: Money) -> Iterator[str]:
    for line in money.credits:
        due = line.due
        if not due.bands:
            yield f"{line.period}: nothing is due"
            continue
        said = f"{money.currency} {due.amount:,.2f}" if due.amount is not None else "the charge is not known"
        capped = f", limited by the most of a {' and a '.join(due.capped_by)}" if due.capped_by else ""
        withheld = f"; {money.currency} {due.withheld:,.2f} are too little to be paid out" if due.withheld else ""
        yield f"{line.period}: {due.percent} % of {shown(money.of.lower())}: [title]{escape(said)}[/]{capped}{withheld}"
    if not money.credits:
        yield "no month ended in this period"
    silent = sorted({clause for line in money.credits for clause in line.due.without_data})
    if silent:
        yield f"[warning]no data[/] of {escape(', '.join(silent))}, so that nothing can be said of its credits"


def _suppliers(lines: Sequence[SupplierLine]) -> Iterator[str]:
    for line in lines:
        for one in line.attained:
            if one.met is False:
                yield (
                    f"[breach]✗[/] {reference(line.agreement.reference)} {shown(one.title)}: "
                    f"{figure(one.shown, one.unit)}, agreed {figure(one.target, one.unit)}"
                )


def _interruption(one: InterruptionLine) -> str:
    return (
        f"{reference(one.record.reference)} {escape(one.begins)} – {escape(one.ends)} ({escape(one.zone)}): "
        f"{shown(', '.join(one.subjects))}; {shown(one.reason)}"
    )


def _incidents(found: IncidentTable) -> Table:
    rows = [(escape(name or "none"), *map(_count, row)) for name, row in found.rows.items()]
    rows.append(("[title]All[/]", *map(_count, found.total)))
    names = [one.name[2:] for one in found.periods]
    return table(("Incidents", *names), rows, right=names)


def _count(number: int | None) -> str:
    return "[quiet]·[/]" if number is None else f"{number:,}"
