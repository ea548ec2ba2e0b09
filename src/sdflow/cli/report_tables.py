"""Report tables: a service report as people read it on a terminal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from sdflow.cli.presentation import day, reference, shown, table
from sdflow.cli.report_figures import figure
from sdflow.cli.report_texts import agreement_texts
from sdflow.domain.attainment.result import Attainment
from sdflow.domain.service_report import AgreementReport, IncidentTable, ServiceReport, TargetLine
from sdflow.domain.target import Comparison
from sdflow.domain.traffic_light import MEANINGS, Light

STYLES = {Light.red: "breach", Light.amber: "warning", Light.green: "good", Light.grey: "quiet"}
MARKS = {Light.red: "✗", Light.amber: "!", Light.green: "✓", Light.grey: "·"}
BETWEEN = 3
"""So many characters stand between two columns."""

WIDE, NARROW = 9, 5
"""So many characters wide are the first column of incidents and each of the others."""

LEAST_ROOM = 20
"""So many characters of a line names of targets have at least."""

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
    if one.not_held:
        out.print(f"  [warning]It held on no day of this period:[/] {escape(one.not_held)}.\n")
    out.print(_targets(out, one.lines))
    if one.workload:
        out.print()
        out.print(_targets(out, one.workload, "Workload"))
    if one.incidents:
        out.print()
        out.print(_incidents(one.incidents, (out.width - WIDE) // (NARROW + BETWEEN)))
    for text in agreement_texts(one):
        out.print(text)


def light(one: Light) -> str:
    """A colour with its mark."""
    return f"[{STYLES[one]}]{MARKS[one]}[/]"


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


def _targets(out: Console, lines: Sequence[TargetLine], title: str = "Target") -> Table:
    columns = ("", title, "Agreed", "Achieved", "Missed", "Over time")
    figures = [
        (
            f"{'≥' if line.now.comparison is Comparison.at_least else '≤'} {figure(line.now.target, line.now.unit)}",
            figure(line.now.shown, line.now.unit),
            line.tally or "–",
            spark(line.chart),
        )
        for line in lines
    ]
    room = max(out.width - _taken(columns[2:], figures), LEAST_ROOM)
    rows = [(light(line.light), _named(line, room), *cells) for line, cells in zip(lines, figures, strict=True)]
    return table(columns, rows, right=columns[2:5])


def _taken(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """How many characters of a line the mark and some columns take, with what stands between them."""
    widths = [max(Text.from_markup(cell).cell_len for cell in column) for column in zip(columns, *rows, strict=True)]
    return 1 + sum(widths) + BETWEEN * (len(widths) + 1)


def _path(clause: str, room: int) -> str:
    """A clause path that is broken after dots and between words alone."""
    lines = [""]
    for piece in re.findall(r"[^._]+[._]?", clause):
        if lines[-1] and len(lines[-1]) + len(piece) > room:
            lines.append("")
        lines[-1] += piece
    return "\n".join(lines)


def _named(line: TargetLine, room: int) -> str:
    note = f"\n[quiet]{shown(line.now.note)}[/]" if line.now.note else ""
    return f"{shown(line.now.title)}\n[quiet]{escape(_path(line.series.clause, room))}[/]{note}"


def _incidents(found: IncidentTable, most: int) -> Table:
    """The last periods of the table, as many as there is room for."""
    rows = [(escape(name or "none"), *map(_count, row[-most:])) for name, row in found.rows.items()]
    rows.append(("[title]All[/]", *map(_count, found.total[-most:])))
    names = [one.name[2:] for one in found.periods[-most:]]
    return table(("Incidents", *names), rows, right=names)


def _count(number: int | None) -> str:
    return "[quiet]·[/]" if number is None else f"{number:,}"
