"""Verify: whether a file is what was agreed, signed by those who should have."""

from __future__ import annotations

import json
from datetime import datetime

from sdflow.adapters.signing import agreement_in
from sdflow.adapters.signing import verify as verify_pdf
from sdflow.adapters.storage import Storage
from sdflow.domain.record import Envelope
from sdflow.domain.signature import Check, CheckName, ExpectedSignature, VerificationReport
from sdflow.engine.publication import adopted_as, envelope_signatories, sha256_of


def verify(pdf: bytes, source: str, at: datetime, storage: Storage | None = None) -> VerificationReport:
    """Check a signed file; with the storage against what was recorded, else against what it carries itself."""
    if storage is None:
        return verify_pdf(pdf, source, at=at)
    named = agreement_in(pdf)
    with storage.reading() as reading:
        known = reading.document_by_sha256(sha256_of(pdf))
        reference, version = (known.reference, known.version) if known else named or ("", 0)
        envelope = reading.envelope(reference, version) if reference else None
        latest = reading.document(reference, version) if reference else None
    paper = adopted_as(envelope) if envelope else None
    if known and envelope and paper:
        return _adopted(source, envelope, paper)
    if envelope is None or latest is None:
        return verify_pdf(pdf, source, expected=(), envelope_sha256="", recorded_sha256=frozenset(), at=at)
    return verify_pdf(
        pdf,
        source,
        expected=tuple(_expected(one) for one in envelope_signatories(envelope)),
        envelope_sha256=envelope.sha256,
        recorded_sha256=frozenset({latest.sha256}),
        at=at,
    )


def _adopted(source: str, envelope: Envelope, paper: str) -> VerificationReport:
    signed = json.loads(envelope.text)["content"]["adopted"]
    people = ", ".join(f"{one['name']} for {one['party']}" for one in signed["signatories"])
    checks = (
        Check(CheckName.recorded, True, f"The file is, byte for byte, the paper that was taken in as {paper}"),
        Check(
            CheckName.signatures,
            None,
            f"It was signed elsewhere, on {signed['signed_on']} by {people}; that is not judged",
        ),
    )
    return VerificationReport(source, envelope.reference, envelope.version, envelope.sha256, (), checks)


def _expected(signatory: dict[str, str]) -> ExpectedSignature:
    return ExpectedSignature(
        field=signatory["key"],
        person=signatory["person"],
        name=signatory["name"],
        party=signatory["party"],
        capacity=signatory["capacity"],
        fingerprint=signatory["fingerprint"],
    )
