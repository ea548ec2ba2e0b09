"""Availability tables: an availability report as people read it on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sdflow.cli.presentation import day, reference, shown, table
from sdflow.cli.report_figures import causes_text, figure
from sdflow.cli.report_tables import BLOCKS, light
from sdflow.domain.attainment.impact import FailureEffect
from sdflow.domain.availability_planning import ImpactRow
from sdflow.domain.availability_report import (
    BREAK_MINUTES,
    AvailabilityNumbers,
    AvailabilityReport,
    LifeCycleTable,
    ServiceAvailability,
    VitalFunction,
)
from sdflow.domain.traffic_light import Light

EFFECTS = {FailureEffect.stops: "[breach]stops[/]", FailureEffect.alternative: "another part carries on"}


def print_availability_report(out: Console, report: AvailabilityReport) -> None:
    """Every service with its figures, its components and the life cycle of its incidents, and the impact of failures."""
    held = "" if report.over else f", which is not over: what is known until {day(report.as_of)}"
    out.print(
        f"Availability report [title]{escape(report.period.name)}[/]{held}\n"
        f"{reference(report.about.reference)}  [title]{shown(report.about.title)}[/]"
    )
    for one in report.services:
        out.print()
        _print_service(out, one)
    if report.impact:
        out.print("\n[title]What the failure of a component does[/]")
        out.print(table(("Component", "Title", "Services", "Users", "User-minutes"), map(_impact, report.impact),
                        right=("Users", "User-minutes")))  # fmt: skip
    if not report.measured:
        out.print(
            "\n[warning]Availability was not measured in this period.[/] Take in outages with: sdflow measure outages"
        )


def _print_service(out: Console, one: ServiceAvailability) -> None:
    out.print(f"{reference(one.service.reference)}  [title]{shown(one.service.title)}[/]")
    agreed = ", ".join(_agreement(each.reference, one) for each in one.agreements) or "nothing is agreed"
    out.print(f"  [quiet]{shown(one.hours)} ({escape(one.zone)}); {escape(agreed)}[/]\n")
    out.print(_figures(one))
    for text in (*_breaks(one), *_cost(one)):
        out.print(f"  {text}")
    if one.life_cycle and any(stage.cases for stage in one.life_cycle.stages):
        out.print()
        out.print(_life_cycle(one.life_cycle))
        for text in one.life_cycle.conventions:
            out.print(f"  [quiet]{escape(text)}[/]")
    if one.life_cycle and one.life_cycle.left_out:
        told = ", ".join(f"{name} {count:,}" for name, count in one.life_cycle.left_out)
        out.print(f"  [warning]incidents left out, for their moments lie in the wrong order:[/] {escape(told)}")
    for text in _promised(one):
        out.print(f"  {text}")


def _agreement(name: str, one: ServiceAvailability) -> str:
    return f"{name}, which is not signed" if name in one.unsigned else name


def _figures(one: ServiceAvailability) -> Table:
    rows = [("[title]The service[/]", *_cells(one.numbers), _trend(one.trend))]
    for part in one.components:
        alone = " [warning]alone[/]" if part.alone else ""
        rows.append((f"{reference(part.component.reference)}{alone}", *_cells(part.numbers), ""))
    columns = ("", "Available", "Breaks", "Down", "MTRS", "MTBF", "MTBSI", "Over time")
    return table(columns, rows, right=columns[1:7])


def _breaks(one: ServiceAvailability) -> Iterator[str]:
    if one.numbers.breaks:
        yield f"breaks: {_lengths(one.numbers.by_length)}; the longest {shown(one.numbers.longest)}"
    if one.numbers.note:
        yield f"[quiet]{shown(one.numbers.note)}[/]"
    if one.planned:
        shares = one.planned.percents.items()
        said = ", ".join(f"{way.replace('_', ' ')} {figure(share, 'per cent')}" for way, share in shares)
        yield f"announced windows: {minutes(one.planned.minutes)} of agreed time; availability by convention: {said}"


def _cost(one: ServiceAvailability) -> Iterator[str]:
    if one.user_minutes is not None or one.users_unknown:
        yield f"user-minutes lost: {_lost(one)}"
    if one.causes or one.unexplained:
        yield f"causes of outages: {causes_text(one.causes, one.unexplained)}"


def _lost(one: ServiceAvailability) -> str:
    told = "[warning]no data[/]" if one.user_minutes is None else f"[title]{one.user_minutes:,.0f}[/]"
    if not one.users_unknown:
        return told
    stretches = "1 stretch" if one.users_unknown == 1 else f"{one.users_unknown:,} stretches"
    least = "" if one.user_minutes is None else "at least "
    return f"{least}{told}; of {stretches} of downtime nobody knows whom they hit"


def _promised(one: ServiceAvailability) -> Iterator[str]:
    vital = [_vital(each) for each in one.vital if each.vital]
    if vital:
        yield f"vital business functions that need it: {shown(', '.join(vital))}"
    for aspect, attainments in one.attainments.items():
        met = sum(each.met is True for each in attainments)
        known = sum(each.met is not None for each in attainments)
        mark = Light.grey if not known else Light.green if met == known else Light.red
        drafts = sum(each.agreement in one.unsigned for each in attainments)
        unsigned = f", {drafts} of them by a draft that nobody signed" if drafts else ""
        told = f"{met} of {known} measured targets met, of {len(attainments)} in all{unsigned}"
        yield f"{light(mark)} {aspect.value}: {told}"


def _vital(one: VitalFunction) -> str:
    return one.process if one.approved else f"{one.process} (by {one.analysis.reference}, which is not approved)"


def minutes(value: Decimal | None) -> str:
    """A length in minutes of agreed time, such as 1 h 30 min."""
    if value is None:
        return "–"
    hours, rest = divmod(value, 60)
    whole = f"{int(hours):,} h " if hours else ""
    return f"{whole}{rest:.3f}".rstrip("0").rstrip(".") + " min" if rest or not hours else whole.strip()


def _cells(one: AvailabilityNumbers) -> tuple[str, ...]:
    lengths = (one.down, one.mean_down, one.between_failures, one.between_incidents)
    down, *means = map(minutes, lengths)
    return (figure(one.percent, "per cent"), "–" if one.breaks is None else f"{one.breaks:,}", down, *means)


def _trend(shares: Sequence[Decimal | None]) -> str:
    known = [one for one in shares if one is not None]
    if not known:
        return "[quiet]no data[/]"
    least, most = min(known), max(known)
    return "".join(
        "[quiet]·[/]" if one is None else BLOCKS[int((one - least) / (most - least) * 7) if most > least else 7]
        for one in shares
    )


def _lengths(counts: Sequence[int]) -> str:
    edges = [minutes(Decimal(one)) for one in BREAK_MINUTES]
    names = [
        f"under {edges[0]}",
        *(f"{a} to {b}" for a, b in pairwise(edges)),
        f"{edges[-1]} or more",
    ]
    return ", ".join(f"{count} of {name}" for count, name in zip(counts, names, strict=True) if count)


def _life_cycle(found: LifeCycleTable) -> Table:
    rows = [
        (one.title, f"{one.cases:,}", minutes(one.mean_minutes), figure(one.percent, "per cent"))
        for one in found.stages
    ]
    return table(("Stage", "Incidents", "Mean", "Share"), rows, right=("Incidents", "Mean", "Share"))


def _impact(row: ImpactRow) -> tuple[str, ...]:
    single = " [breach]single point of failure[/]" if row.single else ""
    effects = "\n".join(f"{reference(one)} {EFFECTS[effect]}" for one, effect in row.effects.items())
    title = f"{shown(row.component.title)}{single}"
    return reference(row.component.reference), title, effects, _count(row.users), _count(row.user_minutes)


def _count(value: Decimal | int | None) -> str:
    return "[warning]no data[/]" if value is None else f"{value:,.0f}"
