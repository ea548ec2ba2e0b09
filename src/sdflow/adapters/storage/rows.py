"""Rows: what the tables hold, as the domain's own values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sdflow.adapters.storage.tables import (
    ActRow,
    DeliveryRow,
    DocumentRow,
    EnvelopeRow,
    ObligationRow,
    RecordRow,
    ReminderRow,
    RevisionRow,
    ScanRow,
    SignatureRow,
)
from sdflow.domain.event import Act
from sdflow.domain.message import Delivery, DeliveryState
from sdflow.domain.obligation import KeptObligation
from sdflow.domain.record import Envelope, Record, Revision, StoredDocument, StoredScan, StoredSignature
from sdflow.domain.reminder import LedgerStep, ReminderStep, StepState


def as_record(row: RecordRow, revision: RevisionRow) -> Record:
    """The record with its latest revision."""
    return Record(
        reference=row.reference,
        kind=row.kind,
        title=row.title,
        state=row.state,
        version=row.version,
        revision=as_revision(revision),
        owner=row.owner_reference,
        service=row.service_reference,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        lock=row.lock,
    )


def as_revision(row: RevisionRow) -> Revision:
    """The revision."""
    return Revision(
        number=row.number,
        format=row.format,
        text=row.text,
        sha256=row.sha256,
        act=row.act,
        round=row.round,
        offered_by=row.offered_by,
    )


def as_act(row: ActRow, events: Iterable[str]) -> Act:
    """The act with the texts of its events."""
    return Act(
        number=row.number,
        verb=row.verb,
        actor=row.actor,
        login=row.login,
        recorded_at=row.recorded_at,
        effective_on=row.effective_on,
        reason=row.reason,
        events=tuple(events),
        previous_hash=row.previous_hash,
        hash=row.hash,
    )


def as_envelope(row: EnvelopeRow) -> Envelope:
    """The envelope of a frozen version."""
    return Envelope(row.reference, row.version, row.text, row.sha256, row.act)


def as_document(row: DocumentRow) -> StoredDocument:
    """The document, byte for byte."""
    return StoredDocument(row.reference, row.version, row.sequence, row.pdf, row.sha256, row.act)


def as_signature(row: SignatureRow, witness: str | None, scan_sha256: str | None) -> StoredSignature:
    """The signature; one on paper with its witness and the hash of its scan."""
    return StoredSignature(
        reference=row.reference,
        version=row.version,
        field=row.field,
        person=row.person_reference,
        fingerprint=row.fingerprint,
        signed_at=row.signed_at,
        document_sha256=row.document_sha256,
        act=row.act,
        witness=witness,
        scan_sha256=scan_sha256,
    )


def as_scan(row: ScanRow) -> StoredScan:
    """The scan, byte for byte."""
    return StoredScan(
        reference=row.reference,
        version=row.version,
        field=row.field,
        witness=row.witness_reference,
        signed_on=row.signed_on,
        media_type=row.media_type,
        content=row.content,
        sha256=row.sha256,
        act=row.act,
    )


def record_row(record: Record) -> RecordRow:
    """The row of a new record."""
    return RecordRow(reference=record.reference, revision_number=record.revision.number, **_said(record))


def fill(row: RecordRow, record: Record) -> None:
    """Writes what a record says of itself into its row, but for its revision and its lock."""
    for name, value in _said(record).items():
        setattr(row, name, value)


def _said(record: Record) -> dict[str, Any]:
    return {
        "kind": record.kind,
        "title": record.title,
        "state": record.state,
        "version": record.version,
        "owner_reference": record.owner,
        "service_reference": record.service,
        "starts_on": record.starts_on,
        "ends_on": record.ends_on,
    }


def revision_row(reference: str, revision: Revision) -> RevisionRow:
    """The row of a revision whose act is not known yet."""
    return RevisionRow(
        reference=reference,
        number=revision.number,
        format=revision.format,
        text=revision.text,
        sha256=revision.sha256,
        round=revision.round,
        offered_by=revision.offered_by,
    )


def envelope_row(envelope: Envelope) -> EnvelopeRow:
    """The row of a frozen version whose act is not known yet."""
    return EnvelopeRow(
        reference=envelope.reference, version=envelope.version, text=envelope.text, sha256=envelope.sha256
    )


def document_row(document: StoredDocument) -> DocumentRow:
    """The row of a document whose act is not known yet."""
    return DocumentRow(
        reference=document.reference,
        version=document.version,
        sequence=document.sequence,
        pdf=document.pdf,
        sha256=document.sha256,
    )


def signature_row(signature: StoredSignature) -> SignatureRow:
    """The row of a signature whose act is not known yet."""
    return SignatureRow(
        reference=signature.reference,
        version=signature.version,
        field=signature.field,
        person_reference=signature.person,
        fingerprint=signature.fingerprint,
        signed_at=signature.signed_at,
        document_sha256=signature.document_sha256,
    )


def scan_row(scan: StoredScan) -> ScanRow:
    """The row of a scan whose act is not known yet."""
    return ScanRow(
        reference=scan.reference,
        version=scan.version,
        field=scan.field,
        witness_reference=scan.witness,
        signed_on=scan.signed_on,
        media_type=scan.media_type,
        content=scan.content,
        sha256=scan.sha256,
    )


def as_obligation(row: ObligationRow) -> KeptObligation:
    """What is owed."""
    return KeptObligation(
        due_on=row.due_on,
        record=row.reference,
        name=row.name,
        subject=row.subject,
        person=row.person_reference,
        by=tuple(row.roles.split()),
        meaning=row.meaning,
        reason=row.reason,
        kind=row.kind,
        known_on=row.known_on,
        next_on=row.next_on,
        stale_on=row.stale_on,
        holds_from=row.holds_from,
    )


def obligation_values(kept: KeptObligation) -> dict[str, Any]:
    """The columns of what is owed."""
    return {
        "reference": kept.record,
        "name": kept.name,
        "subject": kept.subject,
        "due_on": kept.due_on,
        "kind": kept.kind,
        "person_reference": kept.person,
        "roles": " ".join(kept.by),
        "meaning": kept.meaning,
        "reason": kept.reason,
        "known_on": kept.known_on,
        "next_on": kept.next_on,
        "stale_on": kept.stale_on,
        "holds_from": kept.holds_from,
    }


def as_ledger_step(row: ReminderRow) -> LedgerStep:
    """A step of the ledger."""
    return LedgerStep(
        key=(row.reference, row.name, row.subject, row.due_on),
        step=ReminderStep(row.step, row.comes_on),
        state=StepState(row.state),
        planned_at=row.planned_at,
        settled_at=row.settled_at,
        folded_into=row.folded_into,
        why=row.why,
    )


def ledger_values(step: LedgerStep) -> dict[str, Any]:
    """The columns of a step."""
    reference, name, subject, due_on = step.key
    return {
        "reference": reference,
        "name": name,
        "subject": subject,
        "due_on": due_on,
        "step": step.step.days,
        "comes_on": step.step.on,
        "state": step.state.value,
        "folded_into": step.folded_into,
        "why": step.why,
        "planned_at": step.planned_at,
        "settled_at": step.settled_at,
    }


def as_delivery(row: DeliveryRow) -> Delivery:
    """A message on its way."""
    columns = {name: getattr(row, name) for name in DeliveryRow.model_fields}
    return Delivery(**{**columns, "state": DeliveryState(row.state)})


def delivery_values(delivery: Delivery) -> dict[str, Any]:
    """The columns of a message on its way."""
    return {name: getattr(delivery, name) for name in DeliveryRow.model_fields} | {"state": delivery.state.value}
