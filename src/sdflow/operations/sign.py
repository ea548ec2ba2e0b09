"""Sign: a signatory puts a signature under a frozen document."""

from __future__ import annotations

from dataclasses import dataclass

from sdflow.adapters.signing import SignatoryKey
from sdflow.adapters.signing import sign as sign_pdf
from sdflow.domain.errors import Refused
from sdflow.domain.record import Record, StoredDocument, StoredSignature
from sdflow.domain.signature import ExpectedSignature, SigningMethod, SigningRequest, closing_field, statement
from sdflow.domain.workflow import Trigger
from sdflow.engine.change import Change, acting
from sdflow.engine.people import person
from sdflow.engine.publication import sha256_of
from sdflow.engine.signing import OpenVersion, open_version, require_office
from sdflow.engine.transition import steps_triggered
from sdflow.engine.workspace import Occasion, Workspace


@dataclass(frozen=True)
class Signed:
    """A signature that was given, the file with it, who is still to sign, and whose turn of them it is."""

    record: Record
    field: str
    name: str
    fingerprint: str
    document: StoredDocument
    remaining: tuple[str, ...]
    next: tuple[str, ...]


def sign(
    workspace: Workspace, occasion: Occasion, reference: str, key: SignatoryKey, *, with_timestamp: bool = True
) -> Signed:
    """Sign the present version of a record as the one who acts, when it is their turn.

    Where the workspace names a time-stamp authority its stamp is asked for, unless `with_timestamp` is false.
    `Refused` where it is not open for signature, others sign before, the person is no signatory, or the key is
    not the one whose certificate the version names, or was revoked since.
    """
    with acting(workspace, occasion, "sign") as change:
        version = open_version(workspace, change, reference)
        signatory = version.turn_of(occasion.actor, occasion.name)
        require_office(workspace, change, signatory, occasion.today)
        _right_key(workspace, change, version, signatory, key)
        request = _request(version, signatory, occasion)
        pdf = sign_pdf(
            version.document.pdf,
            request,
            key,
            _stamp(workspace, request, key),
            timestamps=workspace.timestamps if with_timestamp else None,
            revocations=workspace.trust.revocations,
        )
        signed = StoredDocument(
            reference, version.record.version, version.document.sequence + 1, pdf, sha256_of(pdf), act=0
        )
        after = _keep(change, version, request, signed, key, occasion)
        record = steps_triggered(workspace, change, version.record, Trigger.signature, occasion)
    return Signed(
        record,
        request.field,
        request.name,
        key.fingerprint,
        signed,
        tuple(one.name for one in after.waiting),
        tuple(one.name for one in after.next),
    )


def _request(version: OpenVersion, signatory: ExpectedSignature, occasion: Occasion) -> SigningRequest:
    in_file = {one.field: one.turn or 0 for one in version.signatories if one.method is not SigningMethod.paper}
    return SigningRequest(
        field=signatory.field,
        name=signatory.name,
        party=signatory.party,
        capacity=signatory.capacity,
        statement=statement(version.record.reference, version.record.version, version.envelope.sha256),
        signed_at=occasion.recorded_at,
        first=all(one.on_paper for one in version.done.values()),
        last=signatory.field == closing_field(in_file),
        on_paper=frozenset(field for field, one in version.done.items() if one.on_paper),
    )


def _right_key(
    workspace: Workspace,
    change: Change,
    version: OpenVersion,
    signatory: ExpectedSignature,
    key: SignatoryKey,
) -> None:
    """A revocation on record counts whatever business day is named: the file would be refused by `verify`."""
    reopen = "reopen the record after registering another"
    if signatory.method is SigningMethod.paper:
        raise Refused(
            f"{signatory.name} signs {version.record.reference} on paper, as agreed",
            advice="have it recorded with: sdflow sign RECORD --wet SCAN",
        )
    if key.fingerprint != signatory.fingerprint:
        raise Refused(
            f"this is not the key of {signatory.name}",
            (
                f"the version names the certificate {signatory.fingerprint[:16]}…",
                f"the key given has the certificate {key.fingerprint[:16]}…",
            ),
            f"use the key that was registered, or {reopen}",
        )
    held = person(change.writing, workspace.definitions, signatory.person).held_certificates()
    for one in held:
        if one.fingerprint == key.fingerprint and one.revoked_on:
            raise Refused(
                f"the certificate {key.fingerprint[:16]}… of {signatory.name} was revoked on {one.revoked_on:%d %B %Y}",
                (f"“{one.reason}”",),
                reopen,
            )


def _stamp(workspace: Workspace, request: SigningRequest, key: SignatoryKey) -> bytes:
    view = {
        "name": request.name,
        "party": request.party,
        "capacity": request.capacity,
        "signed_at": request.signed_at,
        "fingerprint": key.fingerprint,
    }
    return workspace.printing.stamp(STAMP_SIZE, view)


STAMP_SIZE = (205.0, 69.0)
"""Width and height of a stamp, in points; it is scaled into its field."""


def _keep(
    change: Change,
    version: OpenVersion,
    request: SigningRequest,
    document: StoredDocument,
    key: SignatoryKey,
    occasion: Occasion,
) -> OpenVersion:
    """The version with the signature that is kept now."""
    given = StoredSignature(
        version.record.reference,
        version.record.version,
        request.field,
        occasion.actor,
        key.fingerprint,
        request.signed_at,
        document.sha256,
        act=0,
    )
    change.writing.keep_document(document)
    change.writing.keep_signature(given)
    change.tell(
        version.record.reference,
        "signed",
        version=version.record.version,
        field=request.field,
        person=occasion.actor,
        fingerprint=key.fingerprint,
        document_sha256=document.sha256,
    )
    return version.signed(given)
