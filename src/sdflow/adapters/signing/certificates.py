"""Certificates: those that signatories bring along, read and judged before they are registered."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.oid import NameOID

from sdflow.adapters.signing.keys import KEY_BITS, common_name, fingerprint, unlocked
from sdflow.domain.errors import Unreadable

_PEM, _KEY = b"-----BEGIN CERTIFICATE-----", b"PRIVATE KEY-----"
_KEY_FILES = (".p12", ".pfx")


@dataclass(frozen=True)
class BroughtCertificate:
    """A certificate that somebody brings along.

    `names` are those that it gives its holder. `faults` say why nothing can be signed with it here, whoever holds it.
    """

    fingerprint: str
    names: tuple[str, ...]
    issuer: str
    valid_from: datetime
    valid_until: datetime
    faults: tuple[str, ...]

    def is_named(self, person: str) -> bool:
        """Whether it names that person: the same words in any order, whatever their case and accents."""
        return _words(person) in [_words(name) for name in self.names]


def read_certificate(path: Path, passphrase: Callable[[], str]) -> BroughtCertificate:
    """The signatory's certificate in a PEM, DER or PKCS#12 file; of a chain the one that is no authority's.

    The passphrase is asked for where the file is a key file; the key in it is not used. Raises Unreadable if the file
    holds no certificate, or several between which nobody could choose.
    """
    certificate = _chosen(path, _read(path, passphrase))
    try:
        return BroughtCertificate(
            fingerprint(certificate),
            tuple(_names(certificate)),
            certificate.issuer.rfc4514_string(),
            certificate.not_valid_before_utc,
            certificate.not_valid_after_utc,
            tuple(_faults(certificate)),
        )
    except ValueError as error:
        raise Unreadable.because(str(path), f"holds a certificate that cannot be read ({error})") from error


def _read(path: Path, passphrase: Callable[[], str]) -> list[x509.Certificate]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Unreadable.because(str(path), f"cannot be read: {error.strerror}") from None
    if path.suffix.lower() in _KEY_FILES:
        found = unlocked(path, passphrase())
        return [found.cert.certificate] if found.cert else []
    try:
        if _PEM in content:
            return x509.load_pem_x509_certificates(content)
        if _KEY in content:
            raise Unreadable.because(
                str(path), "holds a private key, which nobody hands over; name the certificate alone"
            )
        return [x509.load_der_x509_certificate(content)]
    except ValueError as error:
        raise Unreadable.because(str(path), "is no certificate; name a .pem, .crt, .cer or .p12 file") from error


def _chosen(path: Path, found: list[x509.Certificate]) -> x509.Certificate:
    personal = found if len(found) == 1 else [one for one in found if not _is_authority(one)]
    if len(personal) != 1:
        raise Unreadable.because(str(path), f"holds {len(personal)} certificates of people; name a file with one")
    return personal[0]


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _names(certificate: x509.Certificate) -> Iterator[str]:
    common = common_name(certificate)
    if common:
        yield common
    parts = [
        str(attribute.value)
        for oid in (NameOID.GIVEN_NAME, NameOID.SURNAME)
        for attribute in certificate.subject.get_attributes_for_oid(oid)
    ]
    if len(parts) > 1:
        yield " ".join(parts)


def _faults(certificate: x509.Certificate) -> Iterator[str]:
    try:
        key = certificate.public_key()
    except (UnsupportedAlgorithm, ValueError):
        yield "its key is of a kind that is not known here"
        return
    if isinstance(key, EllipticCurvePublicKey):
        yield "its key is an elliptic-curve one, which would raise the file above the PDF version of PDF/A-3; bring an RSA key"
    elif not isinstance(key, RSAPublicKey):
        yield "its key is not an RSA key, which PDF/A-3 needs"
    elif key.key_size < KEY_BITS:
        yield f"its RSA key has {key.key_size} bits; at least {KEY_BITS} are needed"
    if _is_authority(certificate):
        yield "it is an authority's and issues certificates; bring the person's own"
    if not _commits(certificate):
        yield "its key usage does not allow to commit to content (non-repudiation)"


def _commits(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value.content_commitment
    except x509.ExtensionNotFound:
        return False


def _words(name: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", name).casefold()
    letters = "".join(one if one.isalnum() else " " for one in plain if not unicodedata.combining(one))
    return sorted(letters.split())
