"""Authority: a workspace's own certificate authority, which issues certificates and lists those it has revoked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from asn1crypto import crl as asn1_crl
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from dateutil.relativedelta import relativedelta

from sdflow.adapters.signing.keys import KEY_BITS, SigningKey, check_names, fingerprint, locked, signing_only
from sdflow.domain.errors import Refused
from sdflow.domain.signature import NewKey, Revocations

_PUBLIC_EXPONENT = 65537
_LIST_YEARS = 10
"""A list counts until the next one is written, however long that takes: nobody publishes it on a schedule."""


@dataclass(frozen=True)
class Revocation:
    """A certificate that its authority took back, and when."""

    serial_number: int
    revoked_at: datetime


def new_authority(name: str, passphrase: str, *, valid_from: datetime, years: int = 10) -> NewKey:
    """A fresh authority of an organisation; raises Refused for names or a passphrase that will not do."""
    check_names(name, name, passphrase)
    private_key = generate_private_key(public_exponent=_PUBLIC_EXPONENT, key_size=KEY_BITS)
    title = f"{name} signing authority"[:64]
    subject = _name(name, title)
    builder = _dated(private_key.public_key(), subject, subject, valid_from, years)
    certificate = (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_issuing_only(), critical=True)
        .sign(private_key, SHA256())
    )
    return _new_key(private_key, certificate, title, passphrase)


def issue(
    authority: SigningKey, name: str, organisation: str, passphrase: str, *, valid_from: datetime, years: int = 3
) -> NewKey:
    """A fresh key whose certificate the authority signs, valid no longer than the authority itself.

    Raises Refused if the key is no authority's, has expired, or for names that a certificate cannot hold.
    """
    check_names(name, organisation, passphrase)
    _check_authority(authority, valid_from)
    private_key = generate_private_key(public_exponent=_PUBLIC_EXPONENT, key_size=KEY_BITS)
    issuer = authority.certificate
    builder = _dated(
        private_key.public_key(), _name(organisation, name), issuer.subject, valid_from, years, authority.valid_until
    )
    certificate = (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(signing_only(), critical=True)
        .add_extension(_issuer_identifier(issuer), critical=False)
        .sign(authority.private_key, SHA256())
    )
    return _new_key(private_key, certificate, name, passphrase)


def revocation_list(authority: SigningKey, revoked: tuple[Revocation, ...], at: datetime) -> bytes:
    """The authority's list of revoked certificates as of an instant (DER)."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.certificate.subject)
        .last_update(at.astimezone(UTC))
        .next_update(at.astimezone(UTC) + relativedelta(years=_LIST_YEARS))
        .add_extension(x509.CRLNumber(int(at.timestamp())), critical=False)
        .add_extension(_issuer_identifier(authority.certificate), critical=False)
    )
    for one in revoked:
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder().serial_number(one.serial_number).revocation_date(one.revoked_at).build()
        )
    return builder.sign(authority.private_key, SHA256()).public_bytes(Encoding.DER)


def revoked_in(revocations: Revocations) -> tuple[Revocation, ...]:
    """What a list revokes; raises ValueError if it is not the authority's list, or not as it was signed."""
    listed, authority = _list(revocations), x509.load_der_x509_certificate(revocations.authority)
    public_key = authority.public_key()
    if not isinstance(public_key, RSAPublicKey) or not listed.is_signature_valid(public_key):
        raise ValueError("the list of revoked certificates was not signed by the authority")
    return tuple(Revocation(one.serial_number, one.revocation_date_utc) for one in listed)


def issued_by(certificate: x509.Certificate, authority: bytes) -> bool:
    """Whether the authority (DER) issued the certificate."""
    try:
        certificate.verify_directly_issued_by(x509.load_der_x509_certificate(authority))
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def revoked_at(certificate: x509.Certificate, revocations: Revocations | None) -> datetime | None:
    """When the authority revoked a certificate of its own; none where it did not, or issued no such certificate."""
    if revocations is None or not issued_by(certificate, revocations.authority):
        return None
    found = [one for one in revoked_in(revocations) if one.serial_number == certificate.serial_number]
    return found[0].revoked_at if found else None


def as_library_list(revocations: Revocations) -> asn1_crl.CertificateList:
    """The list as the PDF library embeds it."""
    found: asn1_crl.CertificateList = asn1_crl.CertificateList.load(revocations.revoked)
    return found


def _list(revocations: Revocations) -> x509.CertificateRevocationList:
    return x509.load_der_x509_crl(revocations.revoked)


def _check_authority(authority: SigningKey, moment: datetime) -> None:
    extension = _constraints(authority.certificate)
    if extension is None or not extension.ca:
        raise Refused(
            f"the key of {authority.name} is no authority's and issues no certificates",
            advice="name the file that `authority new` wrote",
        )
    if not authority.valid_from <= moment <= authority.valid_until:
        raise Refused(
            f"the authority {authority.name} is valid from {authority.valid_from:%Y-%m-%d} "
            f"until {authority.valid_until:%Y-%m-%d} only",
            advice="make a new one with: sdflow authority new",
        )


def _constraints(certificate: x509.Certificate) -> x509.BasicConstraints | None:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        return None


def _name(organisation: str, title: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation), x509.NameAttribute(NameOID.COMMON_NAME, title)]
    )


def _dated(
    public_key: RSAPublicKey,
    subject: x509.Name,
    issuer: x509.Name,
    valid_from: datetime,
    years: int,
    latest: datetime | None = None,
) -> x509.CertificateBuilder:
    starts = valid_from.astimezone(UTC).replace(microsecond=0)
    ends = starts + relativedelta(years=years)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(starts)
        .not_valid_after(min(ends, latest) if latest else ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _issuer_identifier(issuer: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)


def _issuing_only() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )


def _new_key(private_key: RSAPrivateKey, certificate: x509.Certificate, name: str, passphrase: str) -> NewKey:
    return NewKey(
        locked(private_key, certificate, name, passphrase),
        certificate.public_bytes(Encoding.PEM),
        fingerprint(certificate),
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
    )
