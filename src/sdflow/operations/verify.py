"""Verify: whether a file is what was agreed, signed by those who should have."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from sdflow.adapters.signing import agreement_in
from sdflow.adapters.signing import verify as verify_pdf
from sdflow.adapters.storage import Reading, Storage
from sdflow.domain.event import Act
from sdflow.domain.record import Envelope, Record, StoredSignature
from sdflow.domain.signature import Check, CheckName, ExpectedSignature, SigningMethod, Trust, VerificationReport
from sdflow.engine.publication import adopted_as, sha256_of
from sdflow.engine.signing import envelope_signatories


def verify(
    pdf: bytes, source: str, at: datetime, storage: Storage | None = None, trust: Trust | None = None
) -> VerificationReport:
    """Check a signed file; with the storage against what was recorded, else against what it carries itself."""
    if storage is None:
        return verify_pdf(pdf, source, at=at, trust=trust)
    named = agreement_in(pdf)
    with storage.reading() as reading:
        known = reading.document_by_sha256(sha256_of(pdf))
        reference, version = (known.reference, known.version) if known else named or ("", 0)
        envelope = reading.envelope(reference, version) if reference else None
        latest = reading.document(reference, version) if reference else None
        given = _given(reading, reference, version)
        expected = _expected(reading, envelope, given) if envelope and not adopted_as(envelope) else ()
        record = reading.record(reference) if reference else None
    paper = adopted_as(envelope) if envelope else None
    if known and envelope and paper:
        return _adopted(source, envelope, paper)
    if envelope is None or latest is None:
        return verify_pdf(pdf, source, expected=(), envelope_sha256="", recorded_sha256=frozenset(), at=at, trust=trust)
    report = verify_pdf(
        pdf,
        source,
        expected=expected,
        envelope_sha256=envelope.sha256,
        recorded_sha256=frozenset({latest.sha256}),
        at=at,
        trust=trust,
    )
    return replace(report, checks=(*report.checks, *_overtaken(record, version)))


def _overtaken(record: Record | None, version: int) -> Iterator[Check]:
    """That the file is not of the version that was frozen last: genuine, yet perhaps not what holds."""
    if record is not None and record.version > version:
        message = (
            f"{record.reference} has a later version, {record.version}; which one holds when, sdflow show "
            f"{record.reference} tells."
        )
        yield Check(CheckName.recorded, None, message)


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


def _given(reading: Reading, reference: str, version: int) -> dict[str, StoredSignature]:
    """The signatures on record by their fields, with witnesses by name."""
    signatures = reading.signatures(reference, version) if reference else []
    people = reading.records_named([one.witness for one in signatures if one.witness])
    titles = {reference: record.title for reference, record in people.items()}
    return {one.field: replace(one, witness=titles.get(one.witness or "")) for one in signatures}


def _expected(reading: Reading, envelope: Envelope, given: dict[str, StoredSignature]) -> tuple[ExpectedSignature, ...]:
    """The signatories with everything that the records say of their signatures and certificates."""
    return tuple(
        _with_revocation(reading, _recorded(one, given.get(one.field)), given.get(one.field))
        for one in envelope_signatories(envelope)
    )


def _with_revocation(
    reading: Reading, signatory: ExpectedSignature, given: StoredSignature | None
) -> ExpectedSignature:
    revocation = _revocation(reading, signatory)
    if revocation is None:
        return signatory
    before = given is not None and given.act < revocation.number
    return replace(signatory, revoked_at=revocation.recorded_at, revoked_since=before)


def _revocation(reading: Reading, signatory: ExpectedSignature) -> Act | None:
    """The act that took back the certificate with which somebody is to sign."""
    for act in reading.acts(signatory.person):
        for event in map(json.loads, act.events):
            if event["type"] == "revoked" and event["details"]["fingerprint"] == signatory.fingerprint:
                return act
    return None


def _recorded(signatory: ExpectedSignature, given: StoredSignature | None) -> ExpectedSignature:
    """What is expected of a signatory, with what the records say of the signature that was given."""
    if given is None:
        return signatory
    if not given.on_paper:
        return replace(signatory, signed_at=given.signed_at)
    return replace(
        signatory,
        signed_at=given.signed_at,
        method=SigningMethod.paper,
        witness=given.witness,
        scan_sha256=given.scan_sha256,
    )
