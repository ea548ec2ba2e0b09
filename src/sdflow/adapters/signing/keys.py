"""Keys: making the key with which a person signs, and reading it from its protected file."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from asn1crypto.x509 import Certificate as LibraryCertificate
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import (
    PBES,
    PKCS12KeyAndCertificates,
    load_pkcs12,
    serialize_key_and_certificates,
)
from cryptography.x509.oid import NameOID
from dateutil.relativedelta import relativedelta
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import Signer

from sdflow.domain.errors import Refused, Unreadable
from sdflow.domain.signature import NewKey

KEY_BITS = 2048
DIGEST = "sha256"
_PUBLIC_EXPONENT = 65537
_KEY_DERIVATION_ROUNDS = 600_000
_LONGEST_NAME = 64
_WRONG_PASSPHRASE = "Invalid password"


@dataclass(frozen=True)
class SignatoryKey(ABC):
    """A key with its certificate, ready to sign, wherever it is held; the fingerprint is the certificate's SHA-256."""

    name: str
    fingerprint: str
    valid_from: datetime
    valid_until: datetime
    certificate: x509.Certificate = field(repr=False)

    @abstractmethod
    def signer(self) -> Signer:
        """What the PDF library signs with."""

    def library_certificate(self) -> LibraryCertificate:
        """The certificate as the PDF library knows it."""
        certificate: LibraryCertificate = LibraryCertificate.load(self.certificate.public_bytes(Encoding.DER))
        return certificate


@dataclass(frozen=True)
class SigningKey(SignatoryKey):
    """A private key from a file, held in memory."""

    private_key: RSAPrivateKey = field(repr=False)

    def signer(self) -> Signer:
        """What the PDF library signs with."""
        return _HeldKeySigner(self)


class _HeldKeySigner(Signer):
    """Signs with the open key; the library's own signer would read and check it anew for each signature."""

    def __init__(self, key: SigningKey) -> None:
        super().__init__(signing_cert=key.library_certificate())
        self._private_key = key.private_key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if dry_run:
            return bytes(self._private_key.key_size // 8)
        if digest_algorithm != DIGEST:
            raise SigningError(f"the digest {digest_algorithm} was not asked for")
        return self._private_key.sign(data, PKCS1v15(), SHA256())


def new_key(name: str, organisation: str, passphrase: str, *, valid_from: datetime, years: int = 3) -> NewKey:
    """A fresh RSA key with a self-signed certificate, locked by the passphrase.

    RSA, because an elliptic-curve signature would raise the file above the PDF version of PDF/A-3. Raises Refused
    for a name or an organisation that a certificate cannot hold, and for an empty passphrase.
    """
    check_names(name, organisation, passphrase)
    private_key = generate_private_key(public_exponent=_PUBLIC_EXPONENT, key_size=KEY_BITS)
    certificate = _self_signed(private_key, name, organisation, valid_from.astimezone(UTC), years)
    return NewKey(
        locked(private_key, certificate, name, passphrase),
        certificate.public_bytes(Encoding.PEM),
        fingerprint(certificate),
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
    )


def load_key(path: Path, passphrase: str) -> SigningKey:
    """The signing key of a PKCS#12 file; raises Unreadable if the file, the passphrase or the key will not do."""
    found = unlocked(path, passphrase)
    if found.key is None or found.cert is None:
        raise Unreadable.because(
            str(path), "holds no private key with its certificate; take the file that `key` wrote, not the certificate"
        )
    if not isinstance(found.key, RSAPrivateKey) or found.key.key_size < KEY_BITS:
        raise Unreadable.because(
            str(path), f"is not an RSA key of at least {KEY_BITS} bits, which PDF/A-3 needs; make one with `key`"
        )
    certificate = found.cert.certificate
    return SigningKey(
        common_name(certificate) or certificate.subject.rfc4514_string(),
        fingerprint(certificate),
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
        certificate,
        found.key,
    )


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the certificate, in lower-case hexadecimal, as registers and envelopes hold it."""
    return certificate.fingerprint(SHA256()).hex()


def common_name(certificate: x509.Certificate) -> str | None:
    """The name that the certificate gives its holder."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else None


def check_names(name: str, organisation: str, passphrase: str) -> None:
    """Raise Refused for names that a certificate cannot hold, and for an empty passphrase."""
    reasons = [
        f"the {what} has {len(text)} characters; a certificate holds 1 to {_LONGEST_NAME}"
        for what, text in (("name", name), ("organisation", organisation))
        if not 1 <= len(text) <= _LONGEST_NAME
    ]
    if not passphrase:
        reasons.append("without a passphrase, whoever finds the file can sign as this person")
    if reasons:
        raise Refused("No key was made.", tuple(reasons), "Shorten the names or give a passphrase, then repeat.")


def _self_signed(
    private_key: RSAPrivateKey, name: str, organisation: str, valid_from: datetime, years: int
) -> x509.Certificate:
    holder = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    )
    public_key = private_key.public_key()
    starts = valid_from.replace(microsecond=0)
    return (
        x509.CertificateBuilder()
        .subject_name(holder)
        .issuer_name(holder)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(starts)
        .not_valid_after(starts + relativedelta(years=years))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(signing_only(), critical=True)
        .sign(private_key, SHA256())
    )


def signing_only() -> x509.KeyUsage:
    """What a signatory's key may be used for: signatures and nothing else."""
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def locked(private_key: RSAPrivateKey, certificate: x509.Certificate, name: str, passphrase: str) -> bytes:
    """A PKCS#12 file with the key and its certificate, which the passphrase opens."""
    encryption = (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(_KEY_DERIVATION_ROUNDS)
        .key_cert_algorithm(PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(SHA256())
        .build(passphrase.encode())
    )
    return serialize_key_and_certificates(name.encode(), private_key, certificate, None, encryption)


def unlocked(path: Path, passphrase: str) -> PKCS12KeyAndCertificates:
    """What a PKCS#12 file holds; raises Unreadable if the file or the passphrase will not do."""
    try:
        return load_pkcs12(path.read_bytes(), passphrase.encode())
    except OSError as error:
        raise Unreadable.because(
            str(path), f"cannot be read ({error.strerror}); name the key file that `key` wrote"
        ) from error
    except UnsupportedAlgorithm as error:
        raise Unreadable.because(
            str(path),
            "is locked in a way that cannot be read here; export it anew with AES-256, or make one with `key`",
        ) from error
    except ValueError as error:
        if _WRONG_PASSPHRASE in str(error):
            message = "the passphrase does not open this key; type it again, a lost one cannot be recovered"
        else:
            message = "is not a PKCS#12 key file; name the file that `key` wrote (its name ends in .p12)"
        raise Unreadable.because(str(path), message) from error
