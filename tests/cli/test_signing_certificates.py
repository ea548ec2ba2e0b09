"""Certificates that signatories bring along, and those that are revoked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509.oid import NameOID

from counter import LIN, NOW, PASSPHRASE, RECORD, ROSSI, Counter
from desk import HELEN, OMAR, Desk
from sdflow import bootstrap
from sdflow.adapters.signing import load_key
from sdflow.domain.errors import Refused
from sdflow.operations.key import revoke
from sdflow.operations.sign import sign

pytestmark = pytest.mark.pdf


# Certificates from elsewhere


def brought(  # what a certificate authority issues
    folder: Path,
    name: str,
    *,
    curve: bool = False,
    bits: int = 2048,
    commits: bool = True,
    days: tuple[int, int] = (-1, 365),
) -> Path:
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    key = ec.generate_private_key(ec.SECP256R1()) if curve else rsa.generate_private_key(65537, bits)
    authority = rsa.generate_private_key(65537, 2048)
    usage = dict.fromkeys(
        (
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Kestrel Trust")]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + timedelta(days=days[0]))
        .not_valid_after(NOW + timedelta(days=days[1]))
        .add_extension(x509.KeyUsage(digital_signature=True, content_commitment=commits, **usage), critical=True)
        .sign(authority, SHA256())
    )
    (folder / "brought.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "brought.cer").write_bytes(certificate.public_bytes(Encoding.DER))
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    lock = BestAvailableEncryption(PASSPHRASE.encode())
    (folder / "brought.p12").write_bytes(serialize_key_and_certificates(b"x", key, certificate, None, lock))
    (folder / "passphrase").write_text(PASSPHRASE)
    return folder / "brought.pem"


@pytest.mark.parametrize("file", ["brought.pem", "brought.cer", "brought.p12"])
def test_a_certificate_of_another_authority_signs_once_its_fingerprint_is_registered(
    desk: Desk, tmp_path: Path, file: str
) -> None:
    brought(tmp_path, "ROSSI, Sofía")
    secret = ("--passphrase-file", str(tmp_path / "passphrase"))
    said = desk.must("key", "register", ROSSI, str(tmp_path / file), *secret, "--json", day=None)
    listed = desk.must("key", "list", ROSSI, "--json", day=None).data
    assert [one["fingerprint"] for one in listed] == [said.data["fingerprint"]]
    again = desk.type("key", "register", ROSSI, str(tmp_path / file), *secret, day=None)
    assert "it is registered for them already" in again.err
    other = desk.type("key", "register", LIN, str(tmp_path / file), *secret, day=None)
    assert "it is that of Sofia Rossi" in other.err


def test_a_signature_with_a_certificate_of_another_authority_verifies(side_by_side: Counter, tmp_path: Path) -> None:
    brought(tmp_path, "Sofia Rossi")
    side_by_side.must("advance", RECORD, "reopen", day=None)
    side_by_side.must("key", "register", ROSSI, str(tmp_path / "brought.pem"), day=None)
    listed = side_by_side.must("key", "list", ROSSI, "--json", day=None).data
    side_by_side.must("key", "revoke", ROSSI, listed[0]["fingerprint"][:12], "--reason", "Brought another", day=None)
    side_by_side.must("advance", RECORD, "open_signing", day=None)
    for person in (LIN, OMAR):
        assert side_by_side.sign(person).code == 0
    secret = ("--passphrase-file", str(tmp_path / "passphrase"))
    side_by_side.must("sign", RECORD, "--key", str(tmp_path / "brought.p12"), *secret, person=ROSSI, day=None)
    for options in ((), ("--without-database",)):
        verified = side_by_side.verified(tmp_path, *options)
        assert verified.code == 0, verified.words


@pytest.mark.parametrize(
    ("name", "shape", "message"),
    [
        ("Tom Keane", {}, "it names 'Tom Keane' and not Sofia Rossi"),
        ("Sofia Rossi", {"curve": True}, "elliptic-curve"),
        ("Sofia Rossi", {"bits": 1024}, "its RSA key has 1024 bits"),
        ("Sofia Rossi", {"commits": False}, "does not allow to commit to content"),
        ("Sofia Rossi", {"days": (-30, -1)}, "it expired on"),
        ("Sofia Rossi", {"days": (3, 30)}, "it is valid only from"),
    ],
)
def test_a_certificate_that_will_not_do_is_refused_with_the_reason(
    desk: Desk, tmp_path: Path, name: str, shape: dict[str, bool], message: str
) -> None:
    path = brought(tmp_path, name, **shape)  # type: ignore[arg-type]
    said = desk.type("key", "register", ROSSI, str(path), day=None)
    assert said.code == 1
    assert message in said.words
    assert desk.must("key", "list", ROSSI, "--json", day=None).data == []


def test_a_certificate_that_names_somebody_else_is_registered_for_a_reason_only(desk: Desk, tmp_path: Path) -> None:
    path = str(brought(tmp_path, "Kestrel Hosting seal"))
    said = desk.type("key", "register", ROSSI, path, "--any-name", day=None)
    assert said.code == 1
    assert "without a reason" in said.err
    desk.must("key", "register", ROSSI, path, "--any-name", "--reason", "The seal, by power of attorney", day=None)
    assert "“The seal, by power of attorney”" in desk.must("history", ROSSI, day=None).words


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("key.pem", "holds a private key, which nobody hands over"),
        ("passphrase", "is no certificate"),
        ("nowhere.pem", "cannot be read"),
    ],
)
def test_a_file_without_a_certificate_is_told_apart(desk: Desk, tmp_path: Path, content: str, message: str) -> None:
    brought(tmp_path, "Sofia Rossi")
    said = desk.type("key", "register", ROSSI, str(tmp_path / content), day=None)
    assert said.code == 2
    assert message in said.err


def test_a_wrong_passphrase_registers_nothing(desk: Desk, tmp_path: Path) -> None:
    brought(tmp_path, "Sofia Rossi")
    (tmp_path / "wrong").write_text("wrong")
    options = ("--passphrase-file", str(tmp_path / "wrong"))
    said = desk.type("key", "register", ROSSI, str(tmp_path / "brought.p12"), *options, day=None)
    assert said.code == 2
    assert "the passphrase does not open this key" in said.err


# Revoked keys


def test_nothing_is_signed_with_a_certificate_from_the_day_on_which_it_was_revoked(side_by_side: Counter) -> None:
    (held,) = side_by_side.must("key", "list", LIN, "--json", day=None).data
    said = side_by_side.must("key", "revoke", LIN, held["fingerprint"][:16], "--reason", "Laptop stolen", day=None)
    assert "revoked on" in said.words
    said = side_by_side.sign(LIN)
    assert said.code == 1
    assert "was revoked on" in said.words
    assert "“Laptop stolen”" in said.words
    again = side_by_side.type("key", "revoke", LIN, held["fingerprint"][:16], "--reason", "Again", day=None)
    assert "already" in again.err
    unknown = side_by_side.type("key", "revoke", LIN, "ffff", "--reason", "?", day=None)
    assert "0 certificates of Mei Lin begin with 'ffff'" in unknown.err
    side_by_side.must("advance", RECORD, "reopen", day=None)
    keyless = side_by_side.type("advance", RECORD, "open_signing", day=None)
    assert "no valid certificate is registered for Mei Lin" in keyless.words


def test_a_revoked_certificate_signs_nothing_on_an_earlier_business_day_either(side_by_side: Counter) -> None:
    (held,) = side_by_side.must("key", "list", LIN, "--json", day=None).data
    later = (datetime.now(UTC).date() + timedelta(days=30)).isoformat()
    side_by_side.must("key", "revoke", LIN, held["fingerprint"][:16], "--reason", "Laptop stolen", day=later)
    said = side_by_side.sign(LIN)
    assert (said.code, "was revoked on" in said.words) == (1, True)


def test_what_was_signed_before_a_revocation_stays_signed(side_by_side: Counter, tmp_path: Path) -> None:
    for person in (LIN, ROSSI, OMAR):
        assert side_by_side.sign(person).code == 0
    (held,) = side_by_side.must("key", "list", ROSSI, "--json", day=None).data
    side_by_side.must("key", "revoke", ROSSI, held["fingerprint"], "--reason", "Left the company", day=None)
    assert side_by_side.verified(tmp_path).code == 0
    assert side_by_side.state == "signed"


def test_what_was_signed_in_the_second_of_a_revocation_stays_signed(side_by_side: Counter, tmp_path: Path) -> None:
    workspace, moment = bootstrap.open_workspace(side_by_side.folder), bootstrap.now()
    for person in (LIN, ROSSI, OMAR):
        key = load_key(side_by_side.keys / f"{person}.p12", PASSPHRASE)
        sign(workspace, bootstrap.occasion(workspace, person, None, at=moment), RECORD, key)
    (held,) = side_by_side.must("key", "list", ROSSI, "--json", day=None).data
    revoke(workspace, bootstrap.occasion(workspace, HELEN, None, at=moment), ROSSI, held["fingerprint"], "Left")
    verified = side_by_side.verified(tmp_path)
    assert verified.code == 0, verified.words
    assert "was signed before the certificate of Sofia Rossi was revoked" in verified.words


# Keys that will not do


def test_nobody_signs_with_the_key_of_somebody_else(side_by_side: Counter) -> None:
    secret = (
        "--key",
        str(side_by_side.keys / f"{OMAR}.p12"),
        "--passphrase-file",
        str(side_by_side.keys / "passphrase"),
    )
    said = side_by_side.type("sign", RECORD, *secret, person=LIN, day=None)
    assert said.code == 1
    assert "this is not the key of Mei Lin" in said.words
    assert side_by_side.shown()["signatures"] == []


def test_nothing_is_signed_with_a_certificate_that_has_expired(side_by_side: Counter) -> None:
    workspace, late = bootstrap.open_workspace(side_by_side.folder), NOW + timedelta(days=4 * 365)
    key = load_key(side_by_side.keys / f"{LIN}.p12", PASSPHRASE)
    with pytest.raises(Refused, match="the key of Mei Lin expired on"):
        sign(workspace, bootstrap.occasion(workspace, LIN, NOW.date(), at=late), RECORD, key)
    assert side_by_side.shown()["signatures"] == []


# Files that cannot be written


def test_a_key_that_cannot_be_written_is_registered_for_nobody(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "passphrase").write_text(PASSPHRASE)
    (tmp_path / "taken").write_text("a file, no folder")
    options = ("--passphrase-file", str(tmp_path / "passphrase"))
    said = desk.type("key", "new", ROSSI, "-o", str(tmp_path / "taken" / "key.p12"), *options, day=None)
    assert said.code == 2, said.words
    assert "cannot be written" in said.err
    assert desk.must("key", "list", ROSSI, "--json", day=None).data == []
    said = desk.type("key", "new", ROSSI, "-o", str(tmp_path / "taken"), *options, day=None)
    assert (said.code, "a key is never overwritten" in said.words) == (1, True)


def test_a_signature_stands_where_its_file_cannot_be_written_beside(side_by_side: Counter, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, no folder")
    said = side_by_side.sign(LIN, "-o", str(tmp_path / "taken" / "signed.pdf"))
    assert said.code == 2, said.words
    assert "Mei Lin signed OLA-0001" in said.words
    assert "cannot be written" in said.err
    assert "sdflow document OLA-0001" in said.words
    assert [one["field"] for one in side_by_side.shown()["signatures"]] == ["team"]  # type: ignore[attr-defined]
