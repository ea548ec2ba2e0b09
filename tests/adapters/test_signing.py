from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from hypothesis import given
from hypothesis import strategies as st

from sdflow.adapters.signing import SigningKey, agreement_in, key_written, load_key, new_key, sign, verify
from sdflow.domain.content import content_hash
from sdflow.domain.errors import Refused, Unreadable
from sdflow.domain.signature import (
    CheckName,
    ExpectedSignature,
    NewKey,
    SigningRequest,
    stated_sha256,
    statement,
)

Press = Callable[..., bytes]
Ask = Callable[..., SigningRequest]
Agreed = tuple[ExpectedSignature, ...]
Keys = dict[str, SigningKey]

PASSPHRASE = "correct horse"
STARTS = datetime(2028, 2, 29, 12, 30, 15, tzinfo=UTC)
LATER = datetime(2031, 6, 1, tzinfo=UTC)


def tool(name: str, *arguments: str | Path, stdin: bytes | None = None) -> str:
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed, so what it says of these files was not checked")
    finished = subprocess.run([path, *arguments], capture_output=True, input=stdin, check=False)
    return (finished.stdout + finished.stderr).decode("utf-8", "replace")


def saved(folder: Path, pdf: bytes) -> Path:
    path = folder / "document.pdf"
    path.write_bytes(pdf)
    return path


@pytest.fixture(scope="module")
def made() -> NewKey:
    return new_key("Helen Carrick", "Northgate", PASSPHRASE, valid_from=STARTS)


@pytest.fixture
def key_file(made: NewKey, tmp_path: Path) -> Path:
    path = tmp_path / "helen.p12"
    path.write_bytes(made.pkcs12)
    return path


# Keys


def test_a_new_key_can_be_loaded_and_keeps_its_name_dates_and_fingerprint(made: NewKey, key_file: Path) -> None:
    key = load_key(key_file, PASSPHRASE)
    assert (key.name, key.fingerprint) == ("Helen Carrick", made.fingerprint)
    assert (key.valid_from, key.valid_until) == (STARTS, datetime(2031, 2, 28, 12, 30, 15, tzinfo=UTC))


def test_the_fingerprint_is_the_one_that_openssl_computes(made: NewKey) -> None:
    printed = tool("openssl", "x509", "-noout", "-fingerprint", "-sha256", stdin=made.certificate_pem)
    assert printed.strip().partition("=")[2].replace(":", "").lower() == made.fingerprint


def test_openssl_reads_the_certificate_as_one_for_signing_only(made: NewKey) -> None:
    printed = tool("openssl", "x509", "-noout", "-text", stdin=made.certificate_pem)
    assert re.search(r"Key Usage: critical\s+Digital Signature, Non Repudiation\s", printed)
    assert "Public-Key: (2048 bit)" in printed
    assert "CA:FALSE" in printed


def test_openssl_opens_the_key_file_and_finds_modern_encryption(key_file: Path) -> None:
    printed = tool("openssl", "pkcs12", "-info", "-noout", "-in", key_file, "-passin", f"pass:{PASSPHRASE}")
    assert printed.count("PBES2, PBKDF2, AES-256-CBC") == 2
    assert "MAC: sha256" in printed


@pytest.mark.parametrize(
    ("name", "organisation", "passphrase", "reason"),
    [
        ("x" * 65, "Northgate", PASSPHRASE, "the name has 65 characters"),
        ("Helen", "", PASSPHRASE, "the organisation has 0 characters"),
        ("Helen", "Northgate", "", "without a passphrase"),
    ],
)
def test_a_key_that_no_certificate_can_hold_or_nobody_protects_is_refused(
    name: str, organisation: str, passphrase: str, reason: str
) -> None:
    with pytest.raises(Refused, match=reason):
        new_key(name, organisation, passphrase, valid_from=STARTS)


def test_a_wrong_passphrase_is_said_to_be_wrong(key_file: Path) -> None:
    with pytest.raises(Unreadable, match=r"helen\.p12: the passphrase does not open this key"):
        load_key(key_file, "wrong")


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"-----BEGIN CERTIFICATE-----"])
def test_a_file_that_is_no_key_file_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.p12"
    path.write_bytes(content)
    with pytest.raises(Unreadable, match="is not a PKCS#12 key file; name the file"):
        load_key(path, PASSPHRASE)


def test_a_missing_key_file_is_reported_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"gone\.p12: cannot be read \(No such file"):
        load_key(tmp_path / "gone.p12", PASSPHRASE)


def test_a_key_file_without_a_private_key_is_refused(made: NewKey, tmp_path: Path) -> None:
    certificate = x509.load_pem_x509_certificate(made.certificate_pem)
    protection = BestAvailableEncryption(PASSPHRASE.encode())
    path = tmp_path / "certificate.p12"
    path.write_bytes(serialize_key_and_certificates(b"x", None, certificate, None, protection))
    with pytest.raises(Unreadable, match="holds no private key"):
        load_key(path, PASSPHRASE)


@pytest.mark.parametrize("kind", ["elliptic", "short"])
def test_a_kind_of_key_that_would_break_the_archive_format_is_refused(tmp_path: Path, kind: str) -> None:
    private_key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    private_key = (
        ec.generate_private_key(ec.SECP256R1()) if kind == "elliptic" else rsa.generate_private_key(65537, 1024)
    )
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Helen")])
    certificate = (
        x509.CertificateBuilder(name, name, private_key.public_key(), 1, STARTS, STARTS + timedelta(days=9))
    ).sign(private_key, SHA256())
    path = tmp_path / "odd.p12"
    protection = BestAvailableEncryption(PASSPHRASE.encode())
    path.write_bytes(serialize_key_and_certificates(b"x", private_key, certificate, None, protection))
    with pytest.raises(Unreadable, match="is not an RSA key of at least 2048 bits, which PDF/A-3 needs"):
        load_key(path, PASSPHRASE)


# Signing


def test_a_key_is_its_owners_alone_and_gone_again_when_what_follows_fails(tmp_path: Path) -> None:
    with key_written(tmp_path / "new" / "kept.p12", b"secret"):
        pass
    assert (tmp_path / "new" / "kept.p12").read_bytes() == b"secret"
    assert (tmp_path / "new" / "kept.p12").stat().st_mode & 0o777 == 0o600
    with pytest.raises(RuntimeError), key_written(tmp_path / "lost.p12", b"secret"):
        raise RuntimeError
    assert not (tmp_path / "lost.p12").exists()
    with pytest.raises(Refused, match="never overwritten"), key_written(tmp_path / "new" / "kept.p12", b"other"):
        pass
    assert (tmp_path / "new" / "kept.p12").read_bytes() == b"secret"


@pytest.mark.pdf
def test_two_parties_sign_and_the_file_is_genuine_without_the_database(signed: bytes, envelope: str) -> None:
    report = verify(signed, "sla.pdf", at=LATER)
    assert report.failed == ()
    assert (report.reference, report.version, report.envelope_sha256) == ("SLA-0001", 1, content_hash(envelope))
    assert [(one.field, one.name) for one in report.signatures] == [
        ("provider", "Helen Carrick"),
        ("customer", "Jürgen Brandt"),
    ]


@pytest.mark.pdf
def test_two_parties_sign_and_the_file_is_genuine_beside_the_database(
    signed: bytes, agreed: Agreed, envelope: str
) -> None:
    report = verify(
        signed,
        "sla.pdf",
        expected=agreed,
        envelope_sha256=content_hash(envelope),
        recorded_sha256=frozenset({hashlib.sha256(signed).hexdigest()}),
        at=LATER,
    )
    assert report.genuine
    assert [one.name for one in report.checks if one.held is None] == [CheckName.time, CheckName.time]


@pytest.mark.pdf
def test_every_question_is_answered(signed: bytes) -> None:
    assert {one.name for one in verify(signed, "sla.pdf", at=LATER).checks} == set(CheckName) - {CheckName.revoked}


@pytest.mark.pdf
def test_poppler_finds_both_signatures_valid_and_the_whole_file_signed(signed: bytes, tmp_path: Path) -> None:
    printed = tool("pdfsig", "-nocert", saved(tmp_path, signed))
    assert printed.count("Signature Validation: Signature is Valid.") == 2
    assert printed.count("ETSI.CAdES.detached") == 2
    assert printed.count("Total document signed") == 1


@pytest.mark.pdf
def test_qpdf_finds_no_fault_in_a_signed_file(signed: bytes, tmp_path: Path) -> None:
    assert "No syntax or stream encoding errors found" in tool("qpdf", "--check", saved(tmp_path, signed))


@pytest.mark.pdf
def test_signing_leaves_every_byte_before_it_alone(unsigned: bytes, signed_once: bytes, signed: bytes) -> None:
    assert signed_once.startswith(unsigned)
    assert signed.startswith(signed_once)


@pytest.mark.pdf
def test_signing_leaves_the_archive_metadata_and_the_version_alone(
    unsigned: bytes, signed: bytes, tmp_path: Path
) -> None:
    before = tool("pdfinfo", "-meta", saved(tmp_path, unsigned))
    assert tool("pdfinfo", "-meta", saved(tmp_path, signed)) == before
    assert 'pdfaid:part="3" pdfaid:conformance="U"' in before
    kept = [line for line in tool("pdfinfo", saved(tmp_path, unsigned)).splitlines() if "File size" not in line]
    assert set(kept) <= set(tool("pdfinfo", saved(tmp_path, signed)).splitlines())


@pytest.mark.pdf
def test_the_stamp_is_visible_and_brings_its_own_embedded_font(unsigned: bytes, signed: bytes, tmp_path: Path) -> None:
    assert tool("pdftotext", saved(tmp_path, signed), "-").count("Digitally signed") == 2
    fonts = tool("pdffonts", saved(tmp_path, signed)).splitlines()[2:]
    assert len(fonts) > len(tool("pdffonts", saved(tmp_path, unsigned)).splitlines()[2:])
    assert all(re.search(r" yes yes yes +\d+ +\d+$", line) for line in fonts)


@pytest.mark.pdf
def test_a_signature_without_a_stamp_is_as_good(unsigned: bytes, ask: Ask, signing_keys: Keys) -> None:
    once = sign(unsigned, ask("provider"), signing_keys["provider"], None)
    twice = sign(once, ask("customer"), signing_keys["customer"], None)
    assert verify(twice, "sla.pdf", at=LATER).genuine


@pytest.mark.pdf
def test_time_and_statement_are_the_callers_to_the_second(signed: bytes, ask: Ask) -> None:
    for found, role in zip(verify(signed, "sla.pdf", at=LATER).signatures, ("provider", "customer"), strict=True):
        assert found.claimed_at == ask(role).signed_at
        assert found.statement == ask(role).statement


@pytest.mark.pdf
def test_a_document_with_one_signatory_is_certified_and_closed_at_once(
    press: Press,
    rewritten_envelope: Callable[[Agreed], str],
    agreed: Agreed,
    ask: Ask,
    signing_keys: Keys,
) -> None:
    envelope = rewritten_envelope(agreed[:1])
    unsigned = press((envelope,), fields=("provider",), lock="provider")
    signed = sign(unsigned, ask("provider", content_hash(envelope), last=True), signing_keys["provider"], None)
    assert verify(signed, "sla.pdf", at=LATER).genuine
    with pytest.raises(Refused, match="provider is already signed"):
        sign(signed, ask("provider", last=True), signing_keys["provider"], None)


@pytest.mark.pdf
def test_three_signatories_sign_one_after_the_other(
    press: Press,
    rewritten_envelope: Callable[[Agreed], str],
    agreed: Agreed,
    ask: Ask,
    signing_keys: Keys,
) -> None:
    third = ExpectedSignature("witness", "PER-3", "Mallory Quist", "Nobody", "CFO", signing_keys["witness"].fingerprint)
    envelope = rewritten_envelope((*agreed, third))
    pdf = press((envelope,), fields=("provider", "customer", "witness"), lock="witness")
    for role in ("provider", "customer", "witness"):
        request = ask(role, content_hash(envelope), last=role == "witness")
        pdf = sign(pdf, request, signing_keys[role], None)
    assert verify(pdf, "sla.pdf", at=LATER).failed == ()


@pytest.mark.pdf
def test_the_attached_agreement_can_be_named_before_anything_is_checked(signed: bytes) -> None:
    assert agreement_in(signed) == ("SLA-0001", 1)
    assert agreement_in(b"no PDF at all") is None


# Refusals


@pytest.mark.pdf
def test_a_field_that_the_document_does_not_have_is_refused(unsigned: bytes, ask: Ask, signing_keys: Keys) -> None:
    with pytest.raises(Refused, match="no signature field witness; it has: provider, customer"):
        sign(unsigned, ask("witness", first=True), signing_keys["witness"], None)


@pytest.mark.pdf
def test_a_field_is_signed_only_once(signed_once: bytes, ask: Ask, signing_keys: Keys) -> None:
    with pytest.raises(Refused, match="provider is already signed"):
        sign(signed_once, ask("provider"), signing_keys["provider"], None)


@pytest.mark.pdf
def test_nobody_signs_before_the_first_signatory(unsigned: bytes, ask: Ask, signing_keys: Keys) -> None:
    with pytest.raises(Refused, match="who certifies the document, has not signed yet"):
        sign(unsigned, ask("customer"), signing_keys["customer"], None)


@pytest.mark.pdf
def test_a_second_first_signature_is_refused(signed_once: bytes, ask: Ask, signing_keys: Keys) -> None:
    with pytest.raises(Refused, match="to be customer, but provider has been signed before"):
        sign(signed_once, ask("customer", first=True), signing_keys["customer"], None)


@pytest.mark.pdf
def test_a_closed_document_takes_no_further_signature(
    press: Press, envelope: str, ask: Ask, signing_keys: Keys
) -> None:
    pdf = press((envelope,), fields=("provider", "witness"), lock="provider")
    with pytest.raises(Refused, match="would close the document before the others have signed"):
        sign(pdf, ask("provider"), signing_keys["provider"], None)
    with pytest.raises(Refused, match="but witness is still to be signed"):
        sign(pdf, ask("provider", last=True), signing_keys["provider"], None)


@pytest.mark.pdf
def test_the_last_signature_needs_a_field_that_closes_the_document(
    press: Press, envelope: str, ask: Ask, signing_keys: Keys
) -> None:
    once = sign(press((envelope,), lock="nobody"), ask("provider"), signing_keys["provider"], None)
    with pytest.raises(Refused, match="customer is to close the document, but carries no lock"):
        sign(once, ask("customer"), signing_keys["customer"], None)


@pytest.mark.pdf
@pytest.mark.parametrize(
    ("days", "reason"), [(-40, "is valid only from 2031-04-06"), (3 * 366, "expired on 2034-04-06")]
)
def test_a_key_signs_only_while_it_is_valid(
    unsigned: bytes, ask: Ask, signing_keys: Keys, days: int, reason: str
) -> None:
    request = ask("provider")
    with pytest.raises(Refused, match=reason):
        sign(
            unsigned,
            replace(request, signed_at=request.signed_at + timedelta(days=days)),
            signing_keys["provider"],
            None,
        )


@pytest.mark.pdf
def test_what_is_no_document_cannot_be_signed(ask: Ask, signing_keys: Keys) -> None:
    with pytest.raises(Unreadable, match="the document to sign: is not a sound PDF file"):
        sign(b"%PDF-1.7 and nothing else", ask("provider"), signing_keys["provider"], None)


# Statements


@given(st.text(max_size=40), st.integers(1, 999), st.text(alphabet="0123456789abcdef", min_size=64, max_size=64))
def test_the_hash_in_a_statement_can_be_read_again(reference: str, version: int, sha256: str) -> None:
    assert stated_sha256(statement(reference, version, sha256)) == sha256


@pytest.mark.parametrize(
    "text", [None, "", "Agreed.", "sha256 " + "a" * 63, "sha256 " + "a" * 65, "sha256 " + "A" * 64]
)
def test_a_statement_without_a_whole_hash_names_none(text: str | None) -> None:
    assert stated_sha256(text) is None


def test_a_statement_with_two_hashes_names_none() -> None:
    assert stated_sha256(f"sha256 {'a' * 64}, sha256 {'b' * 64}") is None
