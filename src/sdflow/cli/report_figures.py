"""Report figures: figures of reports, and what missed a target, in words of a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from rich.markup import escape

from sdflow.cli.presentation import shown
from sdflow.domain.service_report import CauseCount

MOST_CAUSES = 8
"""So many causes are shown; --json has all of them."""


def figure(value: Decimal | None, unit: str) -> str:
    """A figure with its unit."""
    if value is None:
        return "[warning]no data[/]"
    if unit == "per cent":
        return f"{value:f} %"
    return f"{value:,f} {'break' if unit == 'breaks' and value == 1 else escape(unit)}"


def causes_text(causes: Sequence[CauseCount], unexplained: int) -> str:
    """The most frequent causes, how many others there are, and of how many cases none is named."""
    said = [f"{one.cause} ({one.cases:,})" for one in causes[:MOST_CAUSES]]
    others = causes[MOST_CAUSES:]
    if others:
        word = "cause" if len(others) == 1 else "causes"
        said.append(f"{len(others):,} further {word} ({sum(one.cases for one in others):,})")
    said += [f"no cause named ({unexplained:,})"] if unexplained else []
    return shown(", ".join(said))
