"""Stamps: what the time stamp on a signature proves, and what the file holds to check certificates with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from asn1crypto import cms, crl, ocsp
from asn1crypto import x509 as asn1
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko_certvalidator import ValidationContext

from sdflow.adapters.signing.container import timestamp_in
from sdflow.adapters.signing.timestamps import trusted
from sdflow.domain.signature import PinnedCertificates, Revocations


@dataclass(frozen=True)
class StampEvidence:
    """A time stamp on a signature: by whom, when, until when its certificate is valid.

    `fault` says why it does not hold, `pinned` that its authority is one of those that are trusted.
    """

    name: str
    fingerprint: str
    stamped_at: datetime
    valid_until: datetime
    pinned: bool
    fault: str | None = None


@dataclass(frozen=True)
class Material:
    """What a file embeds so that its signatures can be checked later: certificates and lists of revoked ones."""

    certificates: tuple[asn1.Certificate, ...] = ()
    lists: tuple[crl.CertificateList, ...] = ()
    answers: tuple[ocsp.OCSPResponse, ...] = ()


def material_in(reader: PdfFileReader) -> Material:
    """The document security store; raises one of MALFORMED if it is not sound."""
    if "/DSS" not in reader.root:
        return Material()
    store = reader.root["/DSS"]
    return Material(
        tuple(asn1.Certificate.load(one, strict=True) for one in _streams(store, "/Certs")),
        tuple(crl.CertificateList.load(one, strict=True) for one in _streams(store, "/CRLs")),
        tuple(ocsp.OCSPResponse.load(one, strict=True) for one in _streams(store, "/OCSPs")),
    )


def embedded_lists(material: Material) -> list[Revocations]:
    """Each list of revoked certificates in the file, with the authority in the file that signed it."""
    found = []
    for one in material.lists:
        for authority in material.certificates:
            if authority.subject == one.issuer:
                found.append(Revocations(authority.dump(), one.dump()))
    return found


def _streams(store: Any, key: str) -> list[bytes]:
    if key not in store:
        return []
    return [bytes(one.get_object().data) for one in store[key]]


def stamp_context(
    embedded: EmbeddedPdfSignature, material: Material, pinned: PinnedCertificates
) -> ValidationContext | None:
    """How to judge the stamp on a signature: at its own time, by the pinned certificates; none if it has no stamp.

    Where none is pinned the authority's certificate is taken as it is, so that the stamp is at least held against it.
    """
    token = timestamp_in(embedded)
    if token is None:
        return None
    known = [*_certificates(token), *material.certificates]
    anchors = trusted(pinned, known)
    return ValidationContext(
        trust_roots=anchors or [_authority(token)],
        other_certs=known,
        crls=list(material.lists),
        ocsps=list(material.answers),
        moment=_stamped_at(token),
        revocation_mode="hard-fail" if anchors else "soft-fail",
    )


def stamp_evidence(
    embedded: EmbeddedPdfSignature, status: Any, material: Material, pinned: PinnedCertificates
) -> StampEvidence | None:
    """What the stamp on a signature proves, given how the library judged it in its `stamp_context`."""
    token = timestamp_in(embedded)
    if token is None:
        return None
    authority = _authority(token)
    return StampEvidence(
        str(authority.subject.native.get("common_name") or authority.subject.human_friendly),
        authority.sha256.hex(),
        _stamped_at(token),
        authority.not_valid_after.astimezone(UTC),
        bool(trusted(pinned, [*_certificates(token), *material.certificates])),
        _fault(status.timestamp_validity, authority),
    )


def _fault(validity: Any, authority: asn1.Certificate) -> str | None:
    if validity is None or not (validity.intact and validity.valid):
        return "it was not made for this signature, or was altered"
    usage = authority.extended_key_usage_value
    if usage is None or "time_stamping" not in usage.native:
        return "its certificate may not be used for time stamps"
    if validity.revoked:
        return "its certificate had been revoked"
    return None if validity.trusted else "its certificate was not valid, or does not lead to the pinned one"


def _stamped_at(token: cms.SignedData) -> datetime:
    moment: datetime = token["encap_content_info"]["content"].parsed["gen_time"].native
    return moment.astimezone(UTC)


def _certificates(token: cms.SignedData) -> list[asn1.Certificate]:
    return [one.chosen for one in token["certificates"] if one.name == "certificate"]


def _authority(token: cms.SignedData) -> asn1.Certificate:
    """The certificate with which the stamp says that it was made; raises LookupError where it is missing."""
    (signer,) = token["signer_infos"]
    identifier = signer["sid"].chosen
    found = [
        one
        for one in _certificates(token)
        if (
            one.key_identifier == identifier.native
            if signer["sid"].name == "subject_key_identifier"
            else (one.issuer, one.serial_number) == (identifier["issuer"], identifier["serial_number"].native)
        )
    ]
    return found[0]
