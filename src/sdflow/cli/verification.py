"""Verification: what signed PDFs are, one by one or a folder at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from sdflow.cli.presentation import console, reference, say_json, shown, table
from sdflow.cli.progress import watched
from sdflow.cli.session import Session, examples, shared_options
from sdflow.domain.errors import Refused, Unreadable
from sdflow.domain.signature import Check, CheckName, Trust, VerificationReport

if TYPE_CHECKING:
    from sdflow.adapters.storage import Storage

MARK = {True: "[good]✓[/]", False: "[breach]✗[/]", None: "[warning]–[/]"}
MANY = 5
"""From so many files on, it is shown how many of them are done."""


@click.command(
    "verify",
    epilog=examples(
        "sdflow verify SLA-0001-v1.pdf",
        "sdflow verify SLA-0001-v1.pdf --without-database --timestamp-root authority.pem",
        "sdflow verify received/",
    ),
)
@click.argument("places", metavar="FILE|FOLDER...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--without-database", is_flag=True, help="Judge the file by what it carries itself.")
@click.option(
    "--timestamp-root",
    type=click.Path(path_type=Path),
    help="Believe the time stamps that lead to the certificates in this PEM file, beside those of the settings.",
)
@shared_options
def verify_command(
    session: Session, places: tuple[Path, ...], without_database: bool, timestamp_root: Path | None
) -> None:
    """Check signed PDFs: whether each is what was agreed, signed by those who should have.

    Inside a workspace the records are asked as well. Of a folder every PDF in it and below it is checked, with a
    table of what they are. Exit code 1 where a file is not genuine.
    """
    from sdflow import bootstrap
    from sdflow.operations.verify import verify

    storage, trust = _witnesses(session, without_database, timestamp_root)
    files = list(_files(places))
    reports = []
    with watched(silent=session.as_json, long=MANY) as progress:
        for done, path in enumerate(files, start=1):
            pdf = _bytes(path, known=path in places)
            report = unreadable(path) if pdf is None else verify(pdf, str(path), bootstrap.now(), storage, trust)
            reports.append(report)
            progress("files", done, len(files))
    if session.as_json:
        say_json([{**_shown(report), "genuine": report.genuine} for report in reports])
    elif any(path.is_dir() for path in places):
        print_summary(console(), reports, with_database=storage is not None)
    else:
        for report in reports:
            print_report(console(), report, with_database=storage is not None)
    if not all(report.genuine for report in reports):
        raise SystemExit(1)


def _witnesses(session: Session, without_database: bool, timestamp_root: Path | None) -> tuple[Storage | None, Trust]:
    """The records to ask, if there are some, and whose time stamps and revocations to believe."""
    from sdflow import bootstrap
    from sdflow.adapters.storage import Storage

    storage, trust = None, Trust()
    if not without_database:
        try:
            folder = bootstrap.workspace_folder(session.folder)
        except Refused:
            if session.folder:
                raise
        else:
            storage, trust = Storage.open(bootstrap.storage_url(folder)), bootstrap.trust(folder)
    return storage, bootstrap.trusting(trust, timestamp_root) if timestamp_root else trust


def _files(places: tuple[Path, ...]) -> Iterator[Path]:
    for place in places:
        if not place.is_dir():
            yield place
            continue
        found = sorted(path for path in place.rglob("*") if path.suffix.lower() == ".pdf" and not path.is_dir())
        if not found:
            raise Unreadable.because(str(place), "holds no PDF files")
        yield from found


def _bytes(path: Path, *, known: bool) -> bytes | None:
    """The content of a file; one that was named must be readable, one that was come across need not be."""
    if not known and not path.is_file():  # a pipe or a device would never end
        return None
    try:
        return path.read_bytes()
    except OSError as error:
        if known:
            raise Unreadable.because(str(path), f"cannot be read: {error.strerror}") from None
        return None


def unreadable(path: Path) -> VerificationReport:
    """The report of a file in a folder that cannot even be opened."""
    check = Check(CheckName.readable, False, "The file cannot be read.")
    return VerificationReport(str(path), None, None, None, (), (check,))


def _shown(report: VerificationReport) -> dict[str, object]:
    return {name: getattr(report, name) for name in report.__dataclass_fields__}


def print_summary(out: Console, reports: list[VerificationReport], *, with_database: bool) -> None:
    """Many files: one row each, with the first thing that is wrong, and how many are genuine."""
    rows = [
        (
            "[good]✓ genuine[/]" if report.genuine else "[breach]✗ not genuine[/]",
            f"{reference(report.reference)} v{report.version}" if report.reference else "–",
            shown(report.source),
            shown(report.failed[0].message) if report.failed else "",
        )
        for report in reports
    ]
    out.print(table(("Verdict", "Agreement", "File", "What is wrong first"), rows))
    genuine = sum(report.genuine for report in reports)
    out.print(f"{genuine} of {len(reports)} files are genuine.")
    if genuine < len(reports):
        out.print("[quiet]Verify a file by itself to see everything that was asked of it.[/]")
    if not with_database:
        out.print("No records were asked, so a certificate that somebody made in another's name counts as well:")
        out.print("verify each file by itself, and compare the fingerprints with what the signatories gave you.")


def print_report(out: Console, report: VerificationReport, *, with_database: bool) -> None:
    """One file: the verdict, then every check."""
    verdict = "[good]✓ genuine[/]" if report.genuine else "[breach]✗ not genuine[/]"
    named = f"{reference(report.reference)} version {report.version}" if report.reference else "no agreement of ours"
    out.print(f"{verdict}  [title]{shown(report.source)}[/]  {named}")
    for check in report.checks:
        place = f" [quiet]({shown(check.field)})[/]" if check.field else ""
        out.print(f"  {MARK[check.held]} {shown(check.message)}{place}")
    if not with_database:
        for one in report.signatures:
            out.print(f"  [quiet]{shown(one.name)}: certificate SHA-256 {one.fingerprint}[/]")
        out.print("  [quiet]No records were asked: compare the fingerprints with what the signatories gave you.[/]")
