"""Review: the pack that goes out before a service review."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.markup import escape

from sdflow.cli.files import PLACE, placed, refuse_other, write_whole
from sdflow.cli.presentation import console, reference, say_json, shown, table
from sdflow.cli.progress import watched
from sdflow.cli.report import LONG
from sdflow.cli.session import Session, examples, shared_options
from sdflow.domain.rule import spoken

if TYPE_CHECKING:
    from sdflow.domain.review_pack import PackedFigure
    from sdflow.operations.pack import PackedReview

VERDICTS = {True: "[breach]✗ missed[/]", False: "[good]✓ met[/]", None: "[quiet]– no data[/]"}


@click.command(
    "pack",
    epilog=examples(
        "sdflow pack SRV-0001 --to PER-HALVORSEN -o packs/",
        "sdflow pack SRV-0001 --dry-run",
    ),
)
@click.argument("review")
@click.option("--to", "people", multiple=True, metavar="PERSON", help="To whom it goes; else those in attendance.")
@click.option("-o", "--output", type=PLACE, default=Path(), help="Folder or file of the PDF; else here.")
@click.option("--accessible", is_flag=True, help="Tagged for people who have it read to them (PDF/A-3a, PDF/UA-1).")
@click.option("--dry-run", is_flag=True, help="Show what would be packed; write no file and store nothing.")
@shared_options
def pack_command(
    session: Session, review: str, people: tuple[str, ...], output: Path, *, accessible: bool, dry_run: bool
) -> None:
    """Make the report on what a service review looks back upon, and write what it says into the review.

    The report is on the agreements and the period of the review. Its file name and SHA-256 are written down, with each figure
    agreed and achieved, with complaints and surveys of the period, and with what the review before had agreed, as it
    stands. Remarks and causes that people wrote stay. Packing again renews it until the pack is sent, for which you take the
    step send_pack.
    """
    from sdflow.operations.pack import pack

    written: list[Path] = []

    def keep(name: str, content: bytes, before: str | None) -> str:
        path = placed(output, name)
        refuse_other(path, content, before)
        write_whole(path, content)
        written.append(path)
        return path.name

    with watched(silent=session.as_json, long=LONG) as progress:
        found = pack(
            session.workspace,
            session.occasion,
            review,
            None if dry_run else keep,
            sent_to=people,
            accessible=accessible,
            progress=partial(progress, "agreements"),
        )
    if session.as_json:
        say_json({"dry_run": dry_run, "review": found.reference, "pack": found.pack, "files": written})
        return
    _print_packed(found, written)


def _print_packed(found: PackedReview, written: list[Path]) -> None:
    out, pack = console(), found.pack
    about, period = found.gathered.report.about, found.gathered.report.period
    out.print(
        f"{reference(found.reference)}  pack for [title]{escape(period.name)}[/], {shown(about.title)}\n"
        f"[quiet]to {escape(', '.join(pack.sent_to))}; SHA-256 {pack.sha256}[/]\n"
    )
    out.print(table(("Agreement", "Figure", "Agreed", "Achieved", ""), [_figure(one) for one in pack.figures]))
    others = [
        _count(number, what) for number, what in ((len(pack.complaints), "complaint"), (len(pack.surveys), "survey"))
    ]
    before = f"; {_count(len(pack.agreed_before), 'action')} of {pack.previous}" if pack.previous else ""
    out.print(f"\nWith it: {', '.join(others)}{escape(before)}.")
    if pack.measured_until:
        out.print(
            f"[warning]{escape(period.name)} is not over[/]: the figures count until {pack.measured_until}, and the minutes say so."
        )
    if pack.unsigned:
        unsigned = escape(" or ".join(pack.unsigned))
        out.print(
            f"[warning]Nobody has signed {unsigned}[/]: its figures are held against a draft, and the minutes say so."
        )
    for path in written:
        out.print(
            f"Written to [title]{escape(str(path))}[/]. When it is sent: sdflow advance {found.reference} send_pack"
        )
    if not written:
        out.print("Nothing was written or stored: this was a dry run.")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _figure(one: PackedFigure) -> tuple[str, ...]:
    said = one.figure
    unit = escape(said.unit)
    achieved = "–" if said.achieved is None else f"{spoken(said.achieved)} {unit}"
    return (
        reference(one.agreement),
        escape(said.title),
        f"{spoken(said.target)} {unit}",
        achieved,
        VERDICTS[said.missed],
    )
