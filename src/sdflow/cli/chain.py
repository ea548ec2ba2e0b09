"""Chain: a service's way from business need to promise as one picture, link under link."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from sdflow.domain.continuity_chain import Chain, ChainLink, Standing

MARKS = {
    Standing.holds: ("✓", "good"),
    Standing.waived: ("~", "waived"),
    Standing.warned: ("!", "warning"),
    Standing.broken: ("✗", "breach"),
    Standing.absent: ("–", "quiet"),
}
FIRST_SHOWN = 2
"""How many of the things that are found about a link stand in the picture; each of them stands above it in full."""


def print_chains(out: Console, chains: Sequence[Chain]) -> None:
    """Each chain of a record under its service."""
    for one in chains:
        version = f"  [quiet]{escape(one.version)}[/]" if one.version else ""
        out.print(Padding(f"Continuity of [title]{escape(one.service)}[/]{version}", (0, 0, 0, 2)))
        out.print(_picture(one))
        style = "good" if one.whole else "quiet" if one.first_broken is None else _style(one.link(one.first_broken))
        out.print(Padding(f"[{style}]{escape(one.verdict)}.[/]", (0, 0, 1, 4)))


def _style(link: ChainLink) -> str:
    return MARKS[link.standing][1]


def _picture(chain: Chain) -> RenderableType:
    grid = Table.grid(padding=(0, 2, 0, 0), expand=False)
    grid.add_column(width=1, no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for place, link in enumerate(chain.links):
        if place:
            grid.add_row("[quiet]│[/]", "", "")
        mark, style = MARKS[link.standing]
        first = " [quiet]←[/]" if link.link is chain.first_broken else ""
        grid.add_row(f"[{style}]{mark}[/]", f"[{style}]{link.title}[/]{first}", Group(*_said(link, style)))
    return Padding(grid, (0, 0, 0, 4), expand=False)


def _said(link: ChainLink, style: str) -> Iterator[RenderableType]:
    """The figure of a link, and the first of what is found about it."""
    yield f"[quiet]{escape(link.figure)}[/]" if link.standing is Standing.absent else escape(link.figure)
    for message in link.found[:FIRST_SHOWN]:
        yield f"[{style}]{escape(message)}[/]"
    if len(link.found) > FIRST_SHOWN:
        yield f"[quiet]and {len(link.found) - FIRST_SHOWN} more[/]"
