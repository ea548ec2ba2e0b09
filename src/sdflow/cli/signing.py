"""Signing: the keys of signatories, signatures by key, token and hand, and those who decline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from mimetypes import guess_extension
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.markup import escape

from sdflow.cli.authority import AUTHORITY_PASSPHRASE_FILE, loaded_authority
from sdflow.cli.files import PLACE, placed, write_whole
from sdflow.cli.presentation import console, day, instant, reference, say_json, state, table
from sdflow.cli.secret import secret
from sdflow.cli.session import Session, calendar_day, examples, shared_options
from sdflow.domain.errors import Refused, Unreadable

if TYPE_CHECKING:
    from sdflow.adapters.signing import SignatoryKey
    from sdflow.domain.record import Record
    from sdflow.domain.trait import HeldCertificate

PASSPHRASE_FILE = click.option(
    "--passphrase-file", type=click.Path(path_type=Path), help="Read the passphrase from this file."
)


@click.group("key")
def key_command() -> None:
    """Make, register and revoke the keys of signatories."""


@key_command.command("new", epilog=examples("sdflow key new PER-HADDAD -o haddad.p12"))
@click.argument("person_reference", metavar="PERSON")
@click.option("-o", "--output", type=PLACE, help="Where to write the key; PERSON.p12 unless given.")
@click.option("--years", type=click.IntRange(1, 10), default=3, show_default=True, help="How long it is valid.")
@click.option(
    "--authority",
    "authority_file",
    type=click.Path(path_type=Path),
    help="Have the certificate issued by this authority.",
)
@AUTHORITY_PASSPHRASE_FILE
@PASSPHRASE_FILE
@shared_options
def key_new(
    session: Session,
    person_reference: str,
    output: Path | None,
    years: int,
    authority_file: Path | None,
    authority_passphrase_file: Path | None,
    passphrase_file: Path | None,
) -> None:
    """Make a key for a person and register its certificate.

    The key is written to a file that only its owner can read, protected by a passphrase; sdflow keeps the
    certificate's fingerprint alone.
    """
    from sdflow.operations.key import make_key

    authority = loaded_authority(authority_file, authority_passphrase_file) if authority_file else None
    passphrase = secret("Passphrase", passphrase_file, confirm=True)
    path = placed(output or Path(), f"{person_reference}.p12")
    key = make_key(
        session.workspace, session.occasion, person_reference, path, passphrase, years=years, authority=authority
    )
    if session.as_json:
        say_json({"file": path, "fingerprint": key.fingerprint, "valid_until": key.valid_until})
        return
    out = console()
    out.print(f"Key of {reference(person_reference)} written to [title]{escape(str(path))}[/]")
    out.print(f"Certificate SHA-256 {key.fingerprint}, valid until {instant(key.valid_until)}")


@key_command.command(
    "register",
    epilog=examples(
        "sdflow key register PER-ROSSI rossi.pem",
        'sdflow key register PER-ROSSI company.crt --any-name --reason "The company\'s seal, by power of attorney"',
    ),
)
@click.argument("person_reference", metavar="PERSON")
@click.argument("certificate", type=click.Path(path_type=Path))
@click.option("--any-name", is_flag=True, help="Also if the certificate names somebody else; needs --reason.")
@click.option("--reason", default="", help="Why; kept in the history.")
@PASSPHRASE_FILE
@shared_options
def key_register(
    session: Session,
    person_reference: str,
    certificate: Path,
    any_name: bool,
    reason: str,
    passphrase_file: Path | None,
) -> None:
    """Register a certificate that a person brings along: a .pem, .crt, .cer or .p12 file.

    Compare the fingerprint with the one that the person reads to you: from then on it stands for the person.
    """
    from sdflow.adapters.signing import read_certificate
    from sdflow.operations.key import register

    brought = read_certificate(certificate, lambda: secret("Passphrase", passphrase_file))
    held = register(session.workspace, session.occasion, person_reference, brought, any_name=any_name, reason=reason)
    if session.as_json:
        say_json(held)
        return
    out = console()
    named = f" ({escape(', '.join(brought.names))})" if brought.names else ""
    out.print(f"Certificate{named} registered for {reference(person_reference)}")
    out.print(f"SHA-256 {held.fingerprint}, valid until {instant(held.valid_until)}")


@key_command.command("list", epilog=examples("sdflow key list PER-HADDAD"))
@click.argument("person_reference", metavar="PERSON")
@shared_options
def key_list(session: Session, person_reference: str) -> None:
    """List the certificates of a person."""
    from sdflow.operations.key import certificates

    found = certificates(session.workspace, person_reference)
    if session.as_json:
        say_json(found)
        return
    out = console()
    rows = [
        (one.fingerprint, day(one.valid_from.date()), day(one.valid_until.date()), _standing(one, session.today))
        for one in found
    ]
    out.print(table(("SHA-256", "From", "Until", "On this day"), rows))
    if not found:
        out.print(f"{reference(person_reference)} has none yet: sdflow key new, or sdflow key register")


def _standing(held: HeldCertificate, today: date) -> str:
    if held.revoked_on is not None:
        return f"[breach]revoked on {day(held.revoked_on)}[/]: {escape(held.reason or '')}"
    if held.signs_on(today):
        return "[good]signs[/]"
    return "not yet valid" if today < held.valid_from.date() else "[warning]expired[/]"


@key_command.command(
    "revoke", epilog=examples('sdflow key revoke PER-HADDAD 4f0e1d2c --reason "The laptop was stolen"')
)
@click.argument("person_reference", metavar="PERSON")
@click.argument("fingerprint")
@click.option("--reason", required=True, help="Why; kept in the record and in the history.")
@shared_options
def key_revoke(session: Session, person_reference: str, fingerprint: str, reason: str) -> None:
    """Revoke a certificate, named by the beginning of its fingerprint.

    From this day on nothing is signed with it; what was signed before stays signed.
    """
    from sdflow.operations.key import revoke

    held = revoke(session.workspace, session.occasion, person_reference, fingerprint, reason)
    if session.as_json:
        say_json(held)
        return
    console().print(
        f"Certificate {held.fingerprint[:16]}… of {reference(person_reference)} {_standing(held, session.today)}"
    )


@click.command(
    "sign",
    epilog=examples(
        "sdflow sign SLA-0001 --key haddad.p12 --as PER-HADDAD -o SLA-0001.pdf",
        "sdflow sign SLA-0001 --token /usr/lib/opensc-pkcs11.so --token-label CARD --key-label signing --as PER-ROSSI",
        "sdflow sign SLA-0001 --wet signed.pdf --signed-on 2027-01-15 --witness PER-CARRICK --signatory PER-ROSSI",
    ),
)
@click.argument("record")
@click.option("--key", "key_file", type=click.Path(path_type=Path), help="The signatory's key file.")
@PASSPHRASE_FILE
@click.option(
    "--token", "library", type=click.Path(path_type=Path), help="The PKCS#11 library of the signatory's token."
)
@click.option("--token-label", help="The label of the token.")
@click.option("--key-label", help="The label of key and certificate on the token.")
@click.option("--pin-file", type=click.Path(path_type=Path), help="Read the token's PIN from this file.")
@click.option("--wet", "scan", type=click.Path(path_type=Path), help="The scan of a paper that was signed by hand.")
@click.option("--signed-on", metavar="DAY", callback=calendar_day, help="The day on which the paper was signed.")
@click.option("--witness", metavar="PERSON", help="Who saw the paper being signed.")
@click.option("--signatory", metavar="PERSON", help="Who signed the paper; needed where it is the turn of several.")
@click.option("--without-timestamp", is_flag=True, help="Do not ask the time-stamp authority of the settings.")
@click.option("-o", "--output", type=PLACE, help="Also write the signed PDF here.")
@shared_options
def sign_command(  # noqa: PLR0917, PLR0913 - one option for each thing that the ways of signing need
    session: Session,
    record: str,
    key_file: Path | None,
    passphrase_file: Path | None,
    library: Path | None,
    token_label: str | None,
    key_label: str | None,
    pin_file: Path | None,
    scan: Path | None,
    signed_on: date | None,
    witness: str | None,
    signatory: str | None,
    without_timestamp: bool,
    output: Path | None,
) -> None:
    """Sign the frozen version of a record when it is your turn: with a key file or a token.

    With --wet, record instead that somebody signed it on paper, which another person has to witness.
    """
    if [key_file, library, scan].count(None) != 2:
        raise click.UsageError("say how it is signed, with one of --key FILE, --token LIBRARY or --wet SCAN")
    if scan is not None:
        _record_paper(session, record, scan, signed_on, witness, signatory)
    elif key_file is not None:
        from sdflow.adapters.signing import load_key

        key = load_key(key_file, secret("Passphrase", passphrase_file))
        _sign(session, record, key, output, with_timestamp=not without_timestamp)
    elif library is not None:
        with _token(library, token_label, key_label, pin_file) as token:
            _sign(session, record, token, output, with_timestamp=not without_timestamp)


@contextmanager
def _token(
    library: Path, token_label: str | None, key_label: str | None, pin_file: Path | None
) -> Iterator[SignatoryKey]:
    if not token_label or not key_label:
        raise click.UsageError("--token needs --token-label and --key-label")
    try:
        from sdflow.adapters.signing.token import token_key
    except ImportError:
        advice = "install it with: pip install 'sdflow[tokens]'"
        raise Refused("tokens need the package python-pkcs11", advice=advice) from None
    with token_key(library, token_label, key_label, secret("PIN", pin_file)) as key:
        yield key


def _sign(session: Session, record: str, key: SignatoryKey, output: Path | None, *, with_timestamp: bool) -> None:
    from sdflow.operations.sign import sign

    signed = sign(session.workspace, session.occasion, record, key, with_timestamp=with_timestamp)
    if session.as_json:
        say_json(signed)
    else:
        console().print(f"[good]✓[/] {escape(signed.name)} signed {reference(record)} version {signed.record.version}")
        _print_outlook(signed.record, signed.next)
    if output:
        file_name = f"{signed.record.reference}-v{signed.record.version}.pdf"
        _write_signed(placed(output, file_name), signed.record, signed.document.pdf)


def _write_signed(output: Path, record: Record, pdf: bytes) -> None:
    try:
        write_whole(output, pdf)
    except Unreadable as error:
        again = f"the signature stands; write its file with: sdflow document {record.reference} -o FILE"
        raise Unreadable(*(replace(fault, message=f"{fault.message}; {again}") for fault in error.faults)) from None


def _record_paper(
    session: Session, record: str, scan: Path, signed_on: date | None, witness: str | None, signatory: str | None
) -> None:
    from sdflow.operations.wet import record_paper_signature

    if signed_on is None or witness is None:
        raise click.UsageError("--wet needs --signed-on DAY and --witness PERSON")
    signed = record_paper_signature(
        session.workspace,
        session.occasion,
        record,
        scan,
        signed_on=signed_on,
        witness=witness,
        signatory=signatory,
    )
    if session.as_json:
        say_json(signed)
        return
    out = console()
    out.print(
        f"[good]✓[/] {escape(signed.name)} signed {reference(record)} version {signed.record.version} on paper on "
        f"{day(signed_on)}, witnessed by {reference(witness)}  [quiet]scan SHA-256 {signed.scan_sha256[:16]}…[/]"
    )
    _print_outlook(signed.record, signed.next)


def _print_outlook(record: Record, following: Sequence[str]) -> None:
    if following:
        console().print(f"Next to sign: {escape(' and '.join(following))}{', in any order' * (len(following) > 1)}")
    else:
        console().print(f"All have signed; {reference(record.reference)} is {state(record.state)}.")


@click.command(
    "decline", epilog=examples('sdflow decline SLA-0001 --reason "Credits are capped too low" --as PER-HALVORSEN')
)
@click.argument("record")
@click.option("--reason", required=True, help="What would have to change; kept in the history.")
@shared_options
def decline_command(session: Session, record: str, reason: str) -> None:
    """Decline to sign a frozen version, and say why.

    The record goes back to be negotiated; signatures given so far no longer count.
    """
    from sdflow.operations.decline import decline

    declined = decline(session.workspace, session.occasion, record, reason)
    if session.as_json:
        say_json(declined)
        return
    out = console()
    out.print(f"{escape(declined.name)} declined to sign {reference(record)} version {declined.record.version}.")
    if declined.void:
        out.print(f"The signature of {escape(' and of '.join(declined.void))} counts no longer.")
    out.print(f"{reference(record)} is {state(declined.record.state)}.")


@click.command("scan", epilog=examples("sdflow scan SLA-0001 customer -o signed.pdf"))
@click.argument("record")
@click.argument("field")
@click.option("--version", type=click.IntRange(1), help="Of this version; of the present one unless given.")
@click.option("-o", "--output", required=True, type=PLACE, help="Where to write it.")
@shared_options
def scan_command(session: Session, record: str, field: str, version: int | None, output: Path) -> None:
    """Write the scan of a signature on paper, byte for byte as it was recorded."""
    from sdflow.operations.wet import paper_scan

    scan = paper_scan(session.workspace, record, field, version)
    output = placed(output, f"{record}-v{scan.version}-{field}{guess_extension(scan.media_type) or ''}")
    write_whole(output, scan.content)
    if session.as_json:
        told = ("reference", "version", "field", "witness", "signed_on", "media_type", "sha256")
        say_json({"file": output} | {name: getattr(scan, name) for name in told})
        return
    console().print(
        f"{reference(record)} version {scan.version}, {escape(field)}: {scan.media_type} written to "
        f"[title]{escape(str(output))}[/]; signed on {day(scan.signed_on)}, witnessed by {reference(scan.witness)}"
    )
