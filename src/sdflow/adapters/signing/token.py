"""Token: a key on a card or stick that never leaves it, reached through its maker's PKCS#11 library.

Importing this module needs the extra `tokens`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from pkcs11 import Attribute, ObjectClass, PKCS11Error, Session, lib
from pkcs11.exceptions import PinIncorrect, PinInvalid, PinLenRange, PinLocked
from pkcs11.types import Slot
from pyhanko.config.pkcs11 import TokenCriteria
from pyhanko.sign.pkcs11 import PKCS11Signer, find_token
from pyhanko.sign.signers import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

from sdflow.adapters.signing.keys import KEY_BITS, SignatoryKey, common_name, fingerprint
from sdflow.domain.errors import Refused, Unreadable


@dataclass(frozen=True)
class TokenKey(SignatoryKey):
    """A private key on a token, with which can be signed while the session is open."""

    session: Session = field(repr=False)
    label: str

    def signer(self) -> Signer:
        """What the PDF library signs with."""
        return _TokenSigner(self)


class _TokenSigner(PKCS11Signer):
    """Writes the same container as a key from a file: the certificate once, and no padding after the signature."""

    def __init__(self, key: TokenKey) -> None:
        super().__init__(key.session, signing_cert=key.library_certificate(), key_label=key.label)
        self._cert_registry = SimpleCertificateStore()

    def estimate_raw_signature_size_bytes(self) -> int:
        return int(self.signing_cert.public_key.byte_size)


@contextmanager
def token_key(library: Path, token_label: str, key_label: str, pin: str) -> Iterator[TokenKey]:
    """The key of that label on the token of that label, for as long as the context lasts.

    The token also holds the certificate, under the same label. Raises Unreadable if the library is none, the token or
    the key is not there, or the certificate will not do; Refused for a wrong PIN.
    """
    if not library.is_file():
        raise Unreadable.because(str(library), "is not there; name the PKCS#11 library of the token's maker")
    try:
        session = _opened(library, token_label, pin)
        try:
            yield _found(library, session, key_label)
        finally:
            session.close()
    except PKCS11Error as error:
        raise _translated(library, token_label, error) from error


def _opened(library: Path, token_label: str, pin: str) -> Session:
    token = find_token(_slots(library), token_criteria=TokenCriteria(label=token_label))
    if token is None:
        raise Unreadable.because(
            str(library), f"knows no token '{token_label}'; put it in, or give the label that is written on it"
        )
    return token.open(user_pin=pin)


def _slots(library: Path) -> list[Slot]:
    try:
        return lib(str(library.resolve())).get_slots()
    except PKCS11Error as error:
        raise Unreadable.because(
            str(library), f"is no PKCS#11 library that works here ({_told(error)}); name that of the token's maker"
        ) from error


def _found(library: Path, session: Session, label: str) -> TokenKey:
    certificates = list(session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE, Attribute.LABEL: label}))
    keys = list(session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.LABEL: label}))
    if len(certificates) != 1 or len(keys) != 1:
        message = (
            f"the token holds {len(keys)} keys and {len(certificates)} certificates labelled '{label}', not one each"
        )
        raise Unreadable.because(str(library), message)
    certificate = _certificate(library, bytes(certificates[0][Attribute.VALUE]))
    return TokenKey(
        common_name(certificate) or certificate.subject.rfc4514_string(),
        fingerprint(certificate),
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
        certificate,
        session,
        label,
    )


def _certificate(library: Path, der: bytes) -> x509.Certificate:
    try:
        certificate = x509.load_der_x509_certificate(der)
        public_key = certificate.public_key()
    except ValueError as error:
        raise Unreadable.because(str(library), f"the certificate on the token is none ({error})") from error
    if not isinstance(public_key, RSAPublicKey) or public_key.key_size < KEY_BITS:
        raise Unreadable.because(
            str(library), f"the key on the token is not an RSA key of at least {KEY_BITS} bits, which PDF/A-3 needs"
        )
    return certificate


def _translated(library: Path, token_label: str, error: Exception) -> Refused | Unreadable:
    if isinstance(error, PinIncorrect | PinInvalid | PinLenRange):
        return Refused(
            f"the PIN does not open the token '{token_label}'",
            advice="type it again; most tokens lock themselves after a few wrong PINs",
        )
    if isinstance(error, PinLocked):
        return Refused(f"the token '{token_label}' is locked", advice="its maker's tool unlocks it with the PUK")
    return Unreadable.because(str(library), f"the token '{token_label}' did not sign ({_told(error)})")


def _told(error: Exception) -> str:
    return str(error) or type(error).__name__
