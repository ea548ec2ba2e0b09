"""Sign: a signatory puts a signature under a frozen document."""

from __future__ import annotations

from dataclasses import dataclass

from sdflow.adapters.signing import SigningKey
from sdflow.adapters.signing import sign as sign_pdf
from sdflow.domain.errors import Refused
from sdflow.domain.record import Envelope, Record, StoredDocument, StoredSignature
from sdflow.domain.signature import SigningRequest, statement
from sdflow.domain.workflow import Trigger
from sdflow.engine.change import Change, acting
from sdflow.engine.people import person, roles_ended_on
from sdflow.engine.publication import envelope_signatories, sha256_of
from sdflow.engine.transition import steps_triggered
from sdflow.engine.workspace import Occasion, Workspace


@dataclass(frozen=True)
class Signed:
    """A signature that was given, the file with it, and who is still to sign."""

    record: Record
    field: str
    name: str
    fingerprint: str
    document: StoredDocument
    remaining: tuple[str, ...]


def sign(workspace: Workspace, occasion: Occasion, reference: str, key: SigningKey) -> Signed:
    """Sign the present version of a record as the one who acts, in the declared order.

    `Refused` where it is not open for signature, somebody else is next, the person is no signatory, or the
    key is not the one whose certificate the version names.
    """
    with acting(workspace, occasion, "sign") as change:
        record = change.writing.lock(reference)
        envelope, document = _open(workspace, change, record)
        signatories = envelope_signatories(envelope)
        done = {one.field for one in change.writing.signatures(reference, record.version)}
        waiting = [one for one in signatories if one["key"] not in done]
        signatory = _next(record, waiting, signatories, occasion)
        _still_in_office(workspace, change, occasion)
        _same_key(signatory, key)
        request = SigningRequest(
            field=signatory["key"],
            name=signatory["name"],
            party=signatory["party"],
            capacity=signatory["capacity"],
            statement=statement(reference, record.version, envelope.sha256),
            signed_at=occasion.recorded_at,
            first=not done,
            last=len(waiting) == 1,
        )
        pdf = sign_pdf(document.pdf, request, key, _stamp(workspace, request, key))
        signed = StoredDocument(reference, record.version, document.sequence + 1, pdf, sha256_of(pdf), act=0)
        _keep(change, record, request, signed, key, occasion)
        record = steps_triggered(workspace, change, record, Trigger.signature, occasion)
    remaining = tuple(one["name"] for one in waiting[1:])
    return Signed(record, request.field, request.name, key.fingerprint, signed, remaining)


def _open(workspace: Workspace, change: Change, record: Record) -> tuple[Envelope, StoredDocument]:
    triggered = any(
        step.on is Trigger.signature for step in workspace.definitions.workflows[record.kind].steps_from(record.state)
    )
    envelope = change.writing.envelope(record.reference, record.version) if triggered else None
    document = change.writing.document(record.reference, record.version) if triggered else None
    if envelope is None or document is None:
        raise Refused(
            f"{record.reference} is '{record.state}' and not open for signature",
            advice=f"see: sdflow steps {record.reference}",
        )
    return envelope, document


def _next(
    record: Record, waiting: list[dict[str, str]], signatories: list[dict[str, str]], occasion: Occasion
) -> dict[str, str]:
    mine = [one for one in signatories if one["person"] == occasion.actor]
    if not mine:
        names = ", ".join(f"{one['name']} ({one['person']})" for one in signatories)
        raise Refused(f"{occasion.name} is no signatory of {record.reference}", advice=f"signatories: {names}")
    if mine[0] not in waiting:
        raise Refused(f"{occasion.name} has already signed {record.reference} version {record.version}")
    if waiting[0] is not mine[0]:
        raise Refused(f"{waiting[0]['name']} signs {record.reference} before {occasion.name}")
    return mine[0]


def _still_in_office(workspace: Workspace, change: Change, occasion: Occasion) -> None:
    ended_on = roles_ended_on(person(change.writing, workspace.definitions, occasion.actor), occasion.today)
    if ended_on is not None:
        raise Refused(
            f"{occasion.name} holds no role since {ended_on:%d %B %Y} and signs nothing any more",
            advice="name another signatory in a further round, or record the role that is held now",
        )


def _same_key(signatory: dict[str, str], key: SigningKey) -> None:
    if key.fingerprint != signatory["fingerprint"]:
        raise Refused(
            f"this is not the key of {signatory['name']}",
            (
                f"the version names the certificate {signatory['fingerprint'][:16]}…",
                f"the key given has the certificate {key.fingerprint[:16]}…",
            ),
            "use the key that was registered, or reopen the record after registering another",
        )


def _stamp(workspace: Workspace, request: SigningRequest, key: SigningKey) -> bytes:
    view = {
        "name": request.name,
        "party": request.party,
        "capacity": request.capacity,
        "signed_at": request.signed_at,
        "fingerprint": key.fingerprint,
    }
    return workspace.press.stamp(*STAMP_SIZE, workspace.pages.html("stamp", view))


STAMP_SIZE = (205.0, 69.0)
"""Width and height of a stamp, in points; it is scaled into its field."""


def _keep(
    change: Change,
    record: Record,
    request: SigningRequest,
    document: StoredDocument,
    key: SigningKey,
    occasion: Occasion,
) -> None:
    change.writing.keep_document(document)
    change.writing.keep_signature(
        StoredSignature(
            record.reference,
            record.version,
            request.field,
            occasion.actor,
            key.fingerprint,
            request.signed_at,
            document.sha256,
            act=0,
        )
    )
    change.tell(
        record.reference,
        "signed",
        version=record.version,
        field=request.field,
        person=occasion.actor,
        fingerprint=key.fingerprint,
        document_sha256=document.sha256,
    )
