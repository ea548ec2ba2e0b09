"""Documents: PDFs, keys, signatures and their checks."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape

from sdflow.cli.presentation import console, instant, reference, say_json, state
from sdflow.cli.session import Session, examples, shared_options
from sdflow.domain.errors import Unreadable
from sdflow.domain.signature import VerificationReport

MARK = {True: "[good]✓[/]", False: "[breach]✗[/]", None: "[warning]–[/]"}


@click.command("document", epilog=examples("sdflow document SLA-0001", "sdflow document SLA-0001 --draft -o draft.pdf"))
@click.argument("record")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where to write it.")
@click.option("--draft", is_flag=True, help="As a draft, even where a frozen version is kept.")
@click.option("--version", type=click.IntRange(1), help="The kept document of an earlier version.")
@click.option("--annex", is_flag=True, help="The annex: contacts as they are today, and the log of their changes.")
@shared_options
def document_command(
    session: Session, record: str, output: Path | None, draft: bool, version: int | None, annex: bool
) -> None:
    """Make the PDF of a record: the kept one of a frozen version, else a draft."""
    from sdflow.operations import document as operation

    if annex:
        published = operation.annex(session.workspace, session.occasion, record)
    else:
        published = operation.document(session.workspace, session.occasion, record, draft=draft, version=version)
    path = output or Path(published.file_name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(published.pdf)
    if session.as_json:
        say_json(
            {"file": path, "sha256": published.sha256, "draft": published.draft, "signatures": published.signatures}
        )
        return
    what = (
        "annex"
        if annex
        else "draft"
        if published.draft
        else f"version {published.version} with {published.signatures} signatures"
    )
    console().print(f"{reference(record)}: {what} written to [title]{escape(str(path))}[/]")


@click.command(
    "adopt", epilog=examples("sdflow adopt contract.pdf UC-0007.yaml", "sdflow adopt contract.pdf UC-0007 --dry-run")
)
@click.argument("paper", type=click.Path(path_type=Path))
@click.argument("record")
@click.option("--reason", default="", help="Why; kept in the history.")
@click.option("--dry-run", is_flag=True, help="Only say whether it can be taken in.")
@shared_options
def adopt_command(session: Session, paper: Path, record: str, reason: str, dry_run: bool) -> None:
    """Take in an agreement that was signed elsewhere: its paper, and the record that says what stands in it.

    RECORD is the reference of a draft, or a YAML file with one record. The paper is kept byte for byte; nobody
    signs anew.
    """
    from sdflow.operations.adopt import adopt

    adopted = adopt(session.workspace, session.occasion, paper, record, reason=reason, dry_run=dry_run)
    if session.as_json:
        say_json({"reference": adopted.record.reference, "state": adopted.record.state, "sha256": adopted.sha256})
        return
    out = console()
    out.print(
        f"{reference(adopted.record.reference)} version {adopted.record.version}, "
        f"{state(adopted.record.state)}, with {escape(adopted.file_name)}  [quiet]SHA-256 {adopted.sha256[:16]}…[/]"
    )
    if dry_run:
        out.print("Nothing was stored: this was a dry run.")


@click.group("key")
def key_command() -> None:
    """Make keys for signatories."""


@key_command.command("new", epilog=examples("sdflow key new PER-HADDAD -o haddad.p12"))
@click.argument("person_reference", metavar="PERSON")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Where to write the key; PERSON.p12 unless given."
)
@click.option("--years", type=click.IntRange(1, 10), default=3, show_default=True, help="How long it is valid.")
@click.option("--passphrase-file", type=click.Path(path_type=Path), help="Read the passphrase from this file.")
@shared_options
def key_new(
    session: Session, person_reference: str, output: Path | None, years: int, passphrase_file: Path | None
) -> None:
    """Make a key for a person and register its certificate.

    The key is written to a file that only its owner can read, protected by a passphrase; sdflow keeps the
    certificate's fingerprint alone.
    """
    from sdflow.operations.key import make_key

    passphrase = _passphrase(passphrase_file, confirm=True)
    path = output or Path(f"{person_reference}.p12")
    key = make_key(session.workspace, session.occasion, person_reference, path, passphrase, years=years)
    if session.as_json:
        say_json({"file": path, "fingerprint": key.fingerprint, "valid_until": key.valid_until})
        return
    out = console()
    out.print(f"Key of {reference(person_reference)} written to [title]{escape(str(path))}[/]")
    out.print(f"Certificate SHA-256 {key.fingerprint}, valid until {instant(key.valid_until)}")


@click.command("sign", epilog=examples("sdflow sign SLA-0001 --key haddad.p12 --as PER-HADDAD -o SLA-0001.pdf"))
@click.argument("record")
@click.option("--key", "key_file", required=True, type=click.Path(path_type=Path), help="The signatory's key file.")
@click.option("--passphrase-file", type=click.Path(path_type=Path), help="Read the passphrase from this file.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Also write the signed PDF here.")
@shared_options
def sign_command(
    session: Session, record: str, key_file: Path, passphrase_file: Path | None, output: Path | None
) -> None:
    """Sign the frozen version of a record, in the declared order."""
    from sdflow.adapters.signing import load_key
    from sdflow.operations.sign import sign

    key = load_key(key_file, _passphrase(passphrase_file))
    signed = sign(session.workspace, session.occasion, record, key)
    if output:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_bytes(signed.document.pdf)
    if session.as_json:
        say_json(signed)
        return
    out = console()
    out.print(f"[good]✓[/] {escape(signed.name)} signed {reference(record)} version {signed.record.version}")
    if signed.remaining:
        out.print(f"Next to sign: {escape(signed.remaining[0])}")
    else:
        out.print(f"All have signed; {reference(record)} is {state(signed.record.state)}.")


@click.command(
    "verify",
    epilog=examples("sdflow verify SLA-0001-v1.pdf", "sdflow verify SLA-0001-v1.pdf --without-database"),
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--without-database", is_flag=True, help="Judge the file by what it carries itself.")
@shared_options
def verify_command(session: Session, files: tuple[Path, ...], without_database: bool) -> None:
    """Check signed PDFs: whether each is what was agreed, signed by those who should have.

    Inside a workspace the records are asked as well. Exit code 1 where a file is not genuine.
    """
    from sdflow import bootstrap
    from sdflow.adapters.storage import Storage
    from sdflow.domain.errors import Refused
    from sdflow.operations.verify import verify

    storage = None
    if not without_database:
        try:
            storage = Storage.open(bootstrap.storage_url(bootstrap.workspace_folder(session.folder)))
        except Refused:
            if session.folder:
                raise
    reports = [verify(_bytes(path), str(path), bootstrap.now(), storage) for path in files]
    if session.as_json:
        say_json([{**_shown(report), "genuine": report.genuine} for report in reports])
    else:
        for report in reports:
            print_report(console(), report, with_database=storage is not None)
    if not all(report.genuine for report in reports):
        raise SystemExit(1)


def _shown(report: VerificationReport) -> dict[str, object]:
    return {name: getattr(report, name) for name in report.__dataclass_fields__}


def print_report(out: Console, report: VerificationReport, *, with_database: bool) -> None:
    """One file: the verdict, then every check."""
    verdict = "[good]✓ genuine[/]" if report.genuine else "[breach]✗ not genuine[/]"
    named = f"{reference(report.reference)} version {report.version}" if report.reference else "no agreement of ours"
    out.print(f"{verdict}  [title]{escape(report.source)}[/]  {named}")
    for check in report.checks:
        place = f" [quiet]({escape(check.field)})[/]" if check.field else ""
        out.print(f"  {MARK[check.held]} {escape(check.message)}{place}")
    if not with_database:
        for one in report.signatures:
            out.print(f"  [quiet]{escape(one.name)}: certificate SHA-256 {one.fingerprint}[/]")
        out.print("  [quiet]No records were asked: compare the fingerprints with what the signatories gave you.[/]")


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unreadable.because(str(path), f"cannot be read: {error.strerror}") from None


def _passphrase(path: Path | None, *, confirm: bool = False) -> str:
    if path is None:
        return str(click.prompt("Passphrase", hide_input=True, confirmation_prompt=confirm, err=True))
    text = _bytes(path).decode(errors="replace").rstrip("\r\n")
    if not text:
        raise Unreadable.because(str(path), "holds no passphrase")
    return text
