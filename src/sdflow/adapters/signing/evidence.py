"""Evidence: what a signed file holds, taken from its bytes before anything is judged."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from cryptography import x509
from pyhanko.pdf_utils.generic import IndirectObject
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DiffResult,
    DSSCompareRule,
    FormUpdatingRule,
    ModificationLevel,
    ObjectStreamRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
    XrefStreamRule,
)
from pyhanko.sign.fields import MDPPerm, enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature, async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from sdflow.adapters.signing.authority import issued_by, revoked_at
from sdflow.adapters.signing.container import container_fault
from sdflow.adapters.signing.keys import common_name, fingerprint
from sdflow.adapters.signing.malformed import MALFORMED, reason
from sdflow.adapters.signing.stamps import (
    Material,
    StampEvidence,
    embedded_lists,
    material_in,
    stamp_context,
    stamp_evidence,
)
from sdflow.domain.signature import Trust

_ONLY_FURTHER_SIGNATURES = StandardDiffPolicy(
    [
        CatalogModificationRule(),
        XrefStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
        ObjectStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
        DSSCompareRule().as_qualified(ModificationLevel.LTA_UPDATES),
    ],
    FormUpdatingRule([SigFieldModificationRule()]),
    ignore_orphaned_objects=False,
    ignore_identical_objects=False,
)
"""Stricter than the library's own: no new metadata, no form values, no new fields, nothing left over."""


@dataclass(frozen=True)
class SignatureEvidence:
    """One filled signature field.

    `fault` says why the signature does not hold by itself, `covered_bytes` how much of the file it covers from the
    start (none if it does not enclose exactly its own container), `revision` which update of the file brought it
    (the unsigned document is 0), `altered` that later updates did more than sign, `closes` that it allows none,
    `revoked_at` when the certificate was revoked, by the lists at hand of the authority that issued it, `issued` that
    there are such lists.
    """

    field: str
    fault: str | None
    revision: int | None = None
    name: str = ""
    fingerprint: str = ""
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    claimed_at: datetime | None = None
    statement: str | None = None
    covered_bytes: int | None = None
    altered: bool = False
    closes: bool = False
    stamp: StampEvidence | None = None
    issued: bool = False
    revoked_at: datetime | None = None


@dataclass(frozen=True)
class Evidence:
    """A file that could be read; its attachments are those of one name, its signatures stand in their order."""

    length: int
    revisions: int
    attachments: tuple[bytes, ...]
    signatures: tuple[SignatureEvidence, ...]


def examine(pdf: bytes, attachment: str, at: datetime, trust: Trust) -> Evidence:
    """What the file holds; raises one of MALFORMED if it is no sound PDF. `at` is the moment of the examination."""
    reader = PdfFileReader(BytesIO(pdf))
    examination = _Examination(reader, pdf, at, trust, material_in(reader))
    signatures = [
        _examine_field(examination, str(name), field)
        for name, _, field in enumerate_sig_fields(reader, filled_status=True)
    ]
    signatures.sort(key=lambda one: reader.total_revisions if one.revision is None else one.revision)
    return Evidence(len(pdf), reader.total_revisions, _attachments(reader, attachment), tuple(signatures))


def attached(pdf: bytes, name: str) -> tuple[bytes, ...]:
    """The contents of the attachments of that name; raises one of MALFORMED if the file is no sound PDF."""
    return _attachments(PdfFileReader(BytesIO(pdf)), name)


@dataclass(frozen=True)
class _Examination:
    reader: PdfFileReader
    pdf: bytes
    at: datetime
    trust: Trust
    material: Material


def _examine_field(examination: _Examination, name: str, field: Any) -> SignatureEvidence:
    evidence = SignatureEvidence(name, "it cannot be read")
    try:
        embedded = EmbeddedPdfSignature(examination.reader, field, name)
        evidence = _described(embedded, evidence)
        evidence = replace(evidence, covered_bytes=_covered_bytes(embedded, examination.pdf))
        return _with_revocation(embedded, _judged(embedded, evidence, examination), examination)
    except MALFORMED as error:
        return replace(evidence, fault=f"it cannot be checked ({reason(error)})")


def _described(embedded: EmbeddedPdfSignature, evidence: SignatureEvidence) -> SignatureEvidence:
    certificate = x509.load_der_x509_certificate(embedded.signer_cert.dump())
    statement = embedded.sig_object.get("/Reason")
    return replace(
        evidence,
        revision=embedded.signed_revision,
        name=common_name(certificate) or certificate.subject.rfc4514_string(),
        fingerprint=fingerprint(certificate),
        valid_from=certificate.not_valid_before_utc,
        valid_until=certificate.not_valid_after_utc,
        claimed_at=_in_utc(embedded.self_reported_timestamp),
        statement=None if statement is None else str(statement),
    )


def _judged(
    embedded: EmbeddedPdfSignature, evidence: SignatureEvidence, examination: _Examination
) -> SignatureEvidence:
    context = ValidationContext(trust_roots=[embedded.signer_cert], moment=examination.at, allow_fetching=False)
    material, pinned = examination.material, examination.trust.timestamps
    status = asyncio.run(
        async_validate_pdf_signature(
            embedded,
            context,
            ts_validation_context=stamp_context(embedded, material, pinned),
            diff_policy=_ONLY_FURTHER_SIGNATURES,
        )
    )
    return replace(
        evidence,
        fault=_fault(status) or container_fault(embedded),
        altered=not (isinstance(status.diff_result, DiffResult) and status.docmdp_ok),
        closes=embedded.docmdp_level is MDPPerm.NO_CHANGES,
        stamp=stamp_evidence(embedded, status, material, pinned),
    )


def _with_revocation(
    embedded: EmbeddedPdfSignature, evidence: SignatureEvidence, examination: _Examination
) -> SignatureEvidence:
    """The evidence with what the lists at hand say: the given one, and those in the file of the same authority."""
    certificate = x509.load_der_x509_certificate(embedded.signer_cert.dump())
    lists = [*embedded_lists(examination.material), *filter(None, [examination.trust.revocations])]
    own = [one for one in lists if issued_by(certificate, one.authority)]
    moments = [moment for moment in (revoked_at(certificate, one) for one in own) if moment is not None]
    return replace(evidence, issued=bool(own), revoked_at=min(moments, default=None))


def _fault(status: Any) -> str | None:
    if not status.intact:
        return "the bytes that it covers are not those that were signed"
    if not status.valid:
        return "it was not made with the key of its certificate"
    return None if status.trusted else "its certificate may not be used for signing"


def _covered_bytes(embedded: EmbeddedPdfSignature, pdf: bytes) -> int | None:
    """Bytes covered from the start of the file, if all that is left out is the signature's own container.

    Compared byte by byte, because the library infers it from lengths, which a padded container can forge.
    """
    start, before, after, length = (int(number) for number in embedded.byte_range)
    container = bytes(embedded.pkcs7_content).hex()
    left_out = pdf[before:after]
    enclosed = left_out in (f"<{container}>".encode(), f"<{container.upper()}>".encode())
    return after + length if start == 0 and enclosed else None


def _in_utc(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC) if moment is not None and moment.tzinfo else None


def _attachments(reader: PdfFileReader, name: str) -> tuple[bytes, ...]:
    """The contents of every distinct embedded file of that name, wherever the document lists it."""
    streams: dict[Any, Any] = {}
    for specification in _file_specifications(reader.root):
        if name in (specification.get("/UF"), specification.get("/F")):
            embedded = specification["/EF"]
            for key in embedded:
                reference = embedded.raw_get(key)
                identity = reference.reference if isinstance(reference, IndirectObject) else id(reference)
                streams[identity] = reference.get_object()
    return tuple(bytes(stream.data) for stream in streams.values())


def _file_specifications(root: Any) -> Iterator[Any]:
    yield from (one.get_object() for one in root.get("/AF", ()))
    names = root.get("/Names", {})
    if "/EmbeddedFiles" in names:
        yield from _named(names["/EmbeddedFiles"])


def _named(tree: Any) -> Iterator[Any]:
    nodes, seen = [tree], set()
    while nodes:
        node = nodes.pop()
        yield from (one.get_object() for one in list(node.get("/Names", ()))[1::2])
        for child in node.get("/Kids", ()):
            if not isinstance(child, IndirectObject):
                nodes.append(child)
            elif child.reference not in seen:
                seen.add(child.reference)
                nodes.append(child.get_object())
