"""Authority: the workspace's own authority over certificates."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.markup import escape

from sdflow.cli.files import PLACE, placed
from sdflow.cli.presentation import console, instant, reference, say_json
from sdflow.cli.secret import secret
from sdflow.cli.session import Session, examples, shared_options

if TYPE_CHECKING:
    from sdflow.adapters.signing import SigningKey

AUTHORITY_PASSPHRASE_FILE = click.option(
    "--authority-passphrase-file",
    type=click.Path(path_type=Path),
    help="Read the passphrase of the authority's key from this file.",
)


def loaded_authority(path: Path, passphrase_file: Path | None) -> SigningKey:
    """The authority's key, opened."""
    from sdflow.adapters.signing import load_key

    return load_key(path, secret("Passphrase of the authority", passphrase_file))


@click.group("authority")
def authority_command() -> None:
    """Let the workspace issue certificates of its own, and revoke them."""


@authority_command.command("new", epilog=examples("sdflow authority new -o northgate-authority.p12"))
@click.option("-o", "--output", required=True, type=PLACE, help="Where to write the authority's key.")
@click.option("--years", type=click.IntRange(1, 30), default=10, show_default=True, help="How long it is valid.")
@AUTHORITY_PASSPHRASE_FILE
@shared_options
def authority_new(session: Session, output: Path, years: int, authority_passphrase_file: Path | None) -> None:
    """Make the workspace's authority.

    Its key goes into a file that only its owner can read: keep it away from the workspace. Its certificate and its
    list of revoked certificates go into the workspace's folder `authority`. Trust stays with the fingerprints that are
    registered; what the authority adds is that a lost certificate can be revoked, also in files that leave the house.
    """
    from sdflow.operations.authority import make_authority

    passphrase = secret("Passphrase of the authority", authority_passphrase_file, confirm=True)
    output = placed(output, "authority.p12")
    key = make_authority(session.workspace, session.occasion, output, passphrase, years=years)
    if session.as_json:
        say_json({"file": output, "fingerprint": key.fingerprint, "valid_until": key.valid_until})
        return
    out = console()
    out.print(f"Key of the authority written to [title]{escape(str(output))}[/]")
    out.print(f"Certificate SHA-256 {key.fingerprint}, valid until {instant(key.valid_until)}")


@authority_command.command(
    "revoke",
    epilog=examples(
        'sdflow authority revoke 3f9c27aa --authority northgate-authority.p12 --reason "Card lost on the train"'
    ),
)
@click.argument("fingerprint")
@click.option(
    "--authority", "authority_file", required=True, type=click.Path(path_type=Path), help="The authority's key file."
)
@click.option("--reason", default="", help="Why; kept in the history.")
@AUTHORITY_PASSPHRASE_FILE
@shared_options
def authority_revoke(
    session: Session, fingerprint: str, authority_file: Path, reason: str, authority_passphrase_file: Path | None
) -> None:
    """Revoke a certificate that the authority issued, by the beginning of its SHA-256.

    From now on nobody signs with it here, and `verify` refuses what was signed with it afterwards.
    """
    from sdflow.operations.authority import revoke

    authority = loaded_authority(authority_file, authority_passphrase_file)
    revoked = revoke(session.workspace, session.occasion, fingerprint, authority, reason)
    if session.as_json:
        say_json(revoked)
        return
    whose = f" of {escape(revoked.name)} ({reference(revoked.person)})" if revoked.name and revoked.person else ""
    out = console()
    out.print(f"The certificate {revoked.fingerprint[:16]}…{whose} is revoked; {revoked.listed} are on the list.")
