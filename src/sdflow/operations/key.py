"""Key: a signatory receives a key or brings one along, its certificate is registered, and revoked when it is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sdflow.adapters.signing import (
    BroughtCertificate,
    SigningKey,
    issue,
    keep_issued,
    key_written,
    new_key,
    require_free,
)
from sdflow.domain.errors import NotFound, Refused
from sdflow.domain.record import Record
from sdflow.domain.signature import NewKey
from sdflow.domain.trait import Acting, HeldCertificate
from sdflow.engine.change import Change, acting
from sdflow.engine.people import acting_records, person
from sdflow.engine.workspace import Occasion, Workspace


def make_key(
    workspace: Workspace,
    occasion: Occasion,
    reference: str,
    path: Path,
    passphrase: str,
    *,
    years: int = 3,
    authority: SigningKey | None = None,
) -> NewKey:
    """Make a key for a person, write it to a file that only its owner can read, register its certificate.

    With an `authority` the certificate is issued by it, so that its list can revoke it. `Refused` where the file
    exists: a key is never overwritten; and where the authority is not the workspace's.
    """
    require_free(path)
    with ExitStack() as until_stored, acting(workspace, occasion, "key new") as change:
        record, content = _locked(workspace, change, reference)
        organisation = content.acts_for()
        party = change.writing.record(organisation) if organisation else None
        name = party.title if party else workspace.organisation.name
        if authority is None:
            key = new_key(record.title, name, passphrase, valid_from=occasion.recorded_at, years=years)
        else:
            key = issue(authority, record.title, name, passphrase, valid_from=occasion.recorded_at, years=years)
            keep_issued(workspace.authority_folder, authority, key)
        certified = content.certified(key.fingerprint, key.valid_from, key.valid_until)
        change.revise(record, certified)
        change.tell(reference, "certified", fingerprint=key.fingerprint)
        until_stored.enter_context(key_written(path, key.pkcs12))
    return key


def register(
    workspace: Workspace,
    occasion: Occasion,
    reference: str,
    certificate: BroughtCertificate,
    *,
    any_name: bool = False,
    reason: str = "",
) -> HeldCertificate:
    """Register a certificate that a person brings along; from then on its fingerprint stands for the person.

    With `any_name` it may name somebody else, for a reason that is kept. `Refused` with everything that speaks against it.
    """
    if any_name and not reason.strip():
        raise Refused(
            "a certificate that names somebody else is not registered without a reason", advice="add --reason"
        )
    with acting(workspace, occasion, "key register", reason) as change:
        record, content = _locked(workspace, change, reference)
        obstacles = [*certificate.faults, *_untimely(certificate, occasion.recorded_at)]
        obstacles += _taken(workspace, change, record, certificate.fingerprint)
        if not any_name and not certificate.is_named(record.title):
            named = " or ".join(f"'{name}'" for name in certificate.names) or "nobody"
            obstacles.append(f"it names {named} and not {record.title}; if that is right: --any-name --reason TEXT")
        if obstacles:
            raise Refused(f"The certificate was not registered for {record.title}.", tuple(obstacles))
        held = HeldCertificate(certificate.fingerprint, certificate.valid_from, certificate.valid_until)
        change.revise(record, content.certified(held.fingerprint, held.valid_from, held.valid_until))
        change.tell(
            reference, "certified", fingerprint=held.fingerprint, names=certificate.names, issuer=certificate.issuer
        )
    return held


def revoke(workspace: Workspace, occasion: Occasion, reference: str, started: str, reason: str) -> HeldCertificate:
    """Revoke a certificate by the beginning of its fingerprint: from the day on nothing is signed with it.

    What was signed before stays signed. `Refused` where no or several certificates begin so, without a reason, and
    where it is revoked already.
    """
    if not reason.strip():
        raise Refused("a certificate is not revoked without a reason", advice="say with --reason what happened")
    with acting(workspace, occasion, "key revoke", reason) as change:
        record, content = _locked(workspace, change, reference)
        held = _beginning(record, content, started)
        if held.revoked_on is not None:
            raise Refused(f"{held.fingerprint[:16]}… was revoked on {held.revoked_on:%d %B %Y} already")
        change.revise(record, content.revoked(held.fingerprint, occasion.today, reason))
        change.tell(reference, "revoked", fingerprint=held.fingerprint, revoked_on=occasion.today)
    return replace(held, revoked_on=occasion.today, reason=reason)


def certificates(workspace: Workspace, reference: str) -> tuple[HeldCertificate, ...]:
    """The certificates of a person, in the order in which they were registered."""
    with workspace.storage.reading() as reading:
        return person(reading, workspace.definitions, reference).held_certificates()


def _locked(workspace: Workspace, change: Change, reference: str) -> tuple[Record, Acting]:
    record = change.writing.lock(reference)
    content = workspace.definitions.content(record)
    if not isinstance(content, Acting):
        raise NotFound(f"{reference} is nobody who signs", advice="see: sdflow list --kind person")
    return record, content


def _untimely(certificate: BroughtCertificate, now: datetime) -> Iterator[str]:
    if now > certificate.valid_until:
        yield f"it expired on {certificate.valid_until:%d %B %Y}"
    if now < certificate.valid_from:
        yield f"it is valid only from {certificate.valid_from:%d %B %Y}"


def _taken(workspace: Workspace, change: Change, record: Record, fingerprint: str) -> Iterator[str]:
    for other, content in acting_records(change.writing, workspace.definitions):
        if fingerprint in [one.fingerprint for one in content.held_certificates()]:
            whose = "registered for them already" if other.reference == record.reference else f"that of {other.title}"
            yield f"it is {whose}"


def _beginning(record: Record, content: Acting, started: str) -> HeldCertificate:
    wanted = started.lower().replace(":", "")
    found = [one for one in content.held_certificates() if wanted and one.fingerprint.startswith(wanted)]
    if len(found) != 1:
        raise NotFound(
            f"{len(found)} certificates of {record.title} begin with '{started}'",
            advice=f"see: sdflow key list {record.reference}",
        )
    return found[0]
