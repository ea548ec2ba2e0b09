"""Timestamps: stamps of a time-stamp authority (RFC 3161), and what is needed to check them later."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from asn1crypto import crl, ocsp, tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.authority import AuthorityWithCert
from pyhanko_certvalidator.fetchers.common_utils import format_ocsp_request

from sdflow.adapters.signing.download import Silence, download
from sdflow.adapters.signing.malformed import MALFORMED
from sdflow.domain.errors import Unreadable
from sdflow.domain.signature import PinnedCertificates, TimestampAuthority

DIGEST = "sha256"
_UNUSABLE: tuple[type[Exception], ...] = (Silence, *MALFORMED)


def timestamp_authority(
    url: str, source: str, *, root: Path | None = None, fingerprint: str | None = None, timeout_seconds: int = 10
) -> TimestampAuthority:
    """The authority that a workspace's settings (`source`) name; raises Unreadable where they do not suffice."""
    if not url.startswith(("http://", "https://")):
        raise Unreadable.because(source, f"signing.timestamp_url: '{url}' is no http or https address")
    if type(timeout_seconds) is not int or not 1 <= timeout_seconds <= 300:
        raise Unreadable.because(source, "signing.timestamp_timeout_seconds: a whole number from 1 to 300 is wanted")
    if root is None and fingerprint is None:
        raise Unreadable.because(
            source,
            "signing.timestamp_url needs signing.timestamp_root (a PEM file with the authority's root certificate) or "
            "signing.timestamp_fingerprint (the SHA-256 of its certificate): nobody else could tell its stamps from others",
        )
    return TimestampAuthority(url, pinned(source, root, fingerprint), timeout_seconds)


def pinned(source: str, root: Path | None, fingerprint: str | None = None) -> PinnedCertificates:
    """The certificates whose stamps are believed; raises Unreadable where the file or the fingerprint is none."""
    certificates = _certificates(root) if root else ()
    named = {hashlib.sha256(one).hexdigest() for one in certificates}
    if fingerprint is not None:
        plain = fingerprint.replace(":", "").strip().lower()
        if len(plain) != 64 or set(plain) - set("0123456789abcdef"):
            raise Unreadable.because(source, f"signing.timestamp_fingerprint: '{fingerprint}' is no SHA-256")
        named.add(plain)
    return PinnedCertificates(frozenset(named), certificates)


def _certificates(path: Path) -> tuple[bytes, ...]:
    try:
        found = x509.load_pem_x509_certificates(path.read_bytes())
    except OSError as error:
        raise Unreadable.because(str(path), f"cannot be read ({error.strerror})") from None
    except ValueError:
        raise Unreadable.because(str(path), "holds no certificates in PEM form") from None
    return tuple(one.public_bytes(Encoding.DER) for one in found)


def trusted(given: PinnedCertificates, candidates: Iterable[asn1.Certificate]) -> list[asn1.Certificate]:
    """The pinned certificates among those that are at hand."""
    known = [*(asn1.Certificate.load(one) for one in given.certificates), *candidates]
    return [one for one in known if one.sha256.hex() in given.fingerprints]


class Stamper(TimeStamper):
    """Asks one authority, and takes only stamps of what was sent."""

    def __init__(self, authority: TimestampAuthority) -> None:
        super().__init__(include_nonce=True)  # type: ignore[no-untyped-call]
        self._authority = authority

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """The authority's answer; raises Silence if it gives none."""
        answer = download(
            self._authority.url, self._authority.timeout_seconds, req.dump(), "application/timestamp-query"
        )
        try:
            response: tsp.TimeStampResp = tsp.TimeStampResp.load(answer, strict=True)
            _ = response.native
        except MALFORMED:
            raise Silence("its answer is not a time stamp") from None
        return response

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> Any:
        """A stamp of exactly that digest; raises Silence if the authority refuses, or stamps something else."""
        try:
            token = await super().async_timestamp(message_digest, md_algorithm)
            imprint = token["content"]["encap_content_info"]["content"].parsed["message_imprint"]
            same = imprint["hashed_message"].native == message_digest
        except MALFORMED as error:
            raise Silence(f"it sent no stamp ({error})") from error
        if not same:
            raise Silence("it stamped something else than what was sent")
        return token

    def chain(self) -> list[asn1.Certificate]:
        """The certificates that come with the authority's stamps; raises Silence if it gives none."""
        asyncio.run(self.async_dummy_response(DIGEST))
        return list(self.cert_registry)


def validation_context(
    roots: list[asn1.Certificate],
    stamper: Stamper,
    revocations: list[crl.CertificateList],
    authority: TimestampAuthority,
    at: datetime,
) -> ValidationContext:
    """What proves the authority's certificates now and later, with fresh lists of what was revoked.

    `roots` and `revocations` are those of the signatory. Raises Silence where the authority is not the pinned one, or
    a certificate names a place for such a list and none comes from there.
    """
    chain = stamper.chain()
    anchors = trusted(authority.pinned, chain)
    if not anchors:
        known = ", ".join(f"{one.subject.human_friendly} (SHA-256 {one.sha256.hex()})" for one in chain)
        raise Silence(f"none of its certificates is the pinned one; it uses {known or 'none'}")
    lists, answers = list(revocations), []
    for certificate in chain:
        issuer = next((one for one in [*chain, *anchors] if one.subject == certificate.issuer), None)
        if issuer is not None and all(certificate.sha256 != one.sha256 for one in anchors):
            found = _revocation(certificate, issuer, authority.timeout_seconds)
            if isinstance(found, crl.CertificateList):
                lists.append(found)
            elif found is not None:
                answers.append(found)
    return ValidationContext(
        trust_roots=[*roots, *anchors],
        other_certs=chain,
        crls=lists,
        ocsps=answers,
        moment=at,
        revocation_mode="hard-fail",
    )


def _revocation(
    certificate: asn1.Certificate, issuer: asn1.Certificate, timeout_seconds: int
) -> crl.CertificateList | ocsp.OCSPResponse | None:
    reasons = []
    for url in _list_urls(certificate):
        try:
            listed: crl.CertificateList = crl.CertificateList.load(download(url, timeout_seconds), strict=True)
            _ = listed.native
            return listed
        except _UNUSABLE as error:
            reasons.append(f"{url}: {error}")
    for url in certificate.ocsp_urls:
        request = format_ocsp_request(
            certificate, AuthorityWithCert(issuer), certid_hash_algo="sha1", request_nonces=False
        )
        try:
            answer = download(url, timeout_seconds, request.dump(), "application/ocsp-request")
            answered: ocsp.OCSPResponse = ocsp.OCSPResponse.load(answer, strict=True)
            _ = answered.native
            return answered
        except _UNUSABLE as error:
            reasons.append(f"{url}: {error}")
    if reasons:
        raise Silence(f"whether its certificate was revoked cannot be asked ({'; '.join(reasons)})")
    return None


def _list_urls(certificate: asn1.Certificate) -> Iterator[str]:
    for point in certificate.crl_distribution_points:
        if point.url is not None:
            yield point.url
