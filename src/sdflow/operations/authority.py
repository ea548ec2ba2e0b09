"""Authority: the workspace issues certificates of its own, and takes back those that are lost."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from sdflow.adapters.signing import (
    Revocation,
    SigningKey,
    certificate_issued,
    key_written,
    load_key,
    new_authority,
    require_authority,
    require_free,
    revocation_list,
    revoked_in,
    write_authority,
    write_revocations,
)
from sdflow.domain.errors import Refused, Unreadable
from sdflow.domain.signature import NewKey
from sdflow.engine.change import Change, acting
from sdflow.engine.people import acting_records
from sdflow.engine.workspace import Occasion, Workspace


@dataclass(frozen=True)
class Revoked:
    """A certificate that was taken back: whose it was, as far as that is registered, and how many are by now."""

    fingerprint: str
    person: str | None
    name: str | None
    listed: int


def make_authority(workspace: Workspace, occasion: Occasion, path: Path, passphrase: str, *, years: int = 10) -> NewKey:
    """Make the workspace's authority: its key in a file that only its owner can read, its certificate in the workspace.

    `Refused` where the file exists, or the workspace has an authority.
    """
    require_free(path)
    with ExitStack() as until_stored, acting(workspace, occasion, "authority new") as change:
        key = new_authority(workspace.organisation.name, passphrase, valid_from=occasion.recorded_at, years=years)
        change.tell(occasion.actor, "authorised", fingerprint=key.fingerprint)
        until_stored.enter_context(key_written(path, key.pkcs12))
        loaded = load_key(path, passphrase)
        write_authority(workspace.authority_folder, key, revocation_list(loaded, (), occasion.recorded_at))
    return key


def revoke(workspace: Workspace, occasion: Occasion, started: str, authority: SigningKey, reason: str) -> Revoked:
    """Put a certificate, by the beginning of its fingerprint, on the authority's list, and say so where it is registered.

    `Refused` without a reason, with another authority's key, and where it is on the list already.
    """
    if not reason.strip():
        raise Refused("a certificate is not revoked without a reason", advice="say with --reason what happened")
    known = revoked_in(require_authority(workspace.authority_folder, authority))
    fingerprint, number = certificate_issued(workspace.authority_folder, started)
    if any(one.serial_number == number for one in known):
        raise Refused(f"{fingerprint[:16]}… is on the list of revoked certificates already")
    listed = (*known, Revocation(number, occasion.recorded_at))
    with acting(workspace, occasion, "authority revoke", reason) as change:
        person, name = _take_back(workspace, change, occasion, fingerprint, reason)
        change.tell(person or occasion.actor, "revoked", fingerprint=fingerprint, revoked_on=occasion.today)
    _publish(workspace.authority_folder, revocation_list(authority, listed, occasion.recorded_at))
    return Revoked(fingerprint, person, name, len(listed))


def _publish(folder: Path, listed: bytes) -> None:
    """Write the list after the act: what the act holds without it can be repeated, a list without an act could not."""
    try:
        write_revocations(folder, listed)
    except OSError as error:
        raise Unreadable.because(
            str(folder),
            f"the records revoke the certificate, but the list cannot be written ({error.strerror}); "
            "mend that and revoke it again",
        ) from None


def _take_back(
    workspace: Workspace, change: Change, occasion: Occasion, fingerprint: str, reason: str
) -> tuple[str | None, str | None]:
    """Who holds the certificate, by the register, which from now on says that it is revoked."""
    for record, content in acting_records(change.writing, workspace.definitions):
        for one in content.held_certificates():
            if one.fingerprint == fingerprint:
                if one.revoked_on is None:
                    locked = change.writing.lock(record.reference)
                    change.revise(locked, content.revoked(fingerprint, occasion.today, reason))
                return record.reference, record.title
    return None, None
