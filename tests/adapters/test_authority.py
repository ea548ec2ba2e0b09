"""The workspace's own authority: certificates that it issues, embeds the list for, and takes back."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from sdflow.adapters.signing import (
    Revocation,
    SigningKey,
    issue,
    issued_by,
    load_key,
    new_authority,
    new_key,
    revocation_list,
    revoked_in,
    sign,
    verify,
)
from sdflow.domain.content import content_hash
from sdflow.domain.errors import Refused
from sdflow.domain.signature import (
    Check,
    CheckName,
    ExpectedSignature,
    NewKey,
    Revocations,
    SigningRequest,
    Trust,
    VerificationReport,
)

Ask = Callable[..., SigningRequest]
Agreed = tuple[ExpectedSignature, ...]

PASSPHRASE = "correct horse"
FOUNDED = datetime(2031, 1, 1, tzinfo=UTC)
LATER = datetime(2031, 6, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    return opened(new_authority("Northgate", PASSPHRASE, valid_from=FOUNDED), tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def issued(authority: SigningKey, tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    made = issue(authority, "Helen Carrick", "Northgate", PASSPHRASE, valid_from=FOUNDED + timedelta(days=30))
    return opened(made, tmp_path_factory.mktemp("issued"))


def opened(made: NewKey, folder: Path) -> SigningKey:
    (folder / "key.p12").write_bytes(made.pkcs12)
    return load_key(folder / "key.p12", PASSPHRASE)


def listing(authority: SigningKey, *revoked: Revocation, at: datetime = FOUNDED) -> Revocations:
    return Revocations(authority.certificate.public_bytes(Encoding.DER), revocation_list(authority, revoked, at))


def taken_back(key: SigningKey, at: datetime) -> Revocation:
    return Revocation(key.certificate.serial_number, at)


def test_openssl_accepts_the_chain_and_the_list(authority: SigningKey, issued: SigningKey, tmp_path: Path) -> None:
    tool = shutil.which("openssl")
    if tool is None:
        pytest.skip("openssl is not installed: the chain was not checked by another tool")
    (tmp_path / "ca.pem").write_bytes(authority.certificate.public_bytes(Encoding.PEM))
    (tmp_path / "leaf.pem").write_bytes(issued.certificate.public_bytes(Encoding.PEM))
    said = {}
    for name, revoked in (("good", ()), ("revoked", (taken_back(issued, FOUNDED + timedelta(days=40)),))):
        (tmp_path / f"{name}.crl").write_bytes(listing(authority, *revoked).revoked)
        moment = str(int((FOUNDED + timedelta(days=60)).timestamp()))
        converted: list[str | Path] = [
            tool,
            "crl",
            "-inform",
            "DER",
            "-in",
            tmp_path / f"{name}.crl",
            "-out",
            tmp_path / f"{name}.pem",
        ]
        subprocess.run(converted, check=True, capture_output=True)
        options: list[str | Path] = ["-CAfile", tmp_path / "ca.pem", "-crl_check", "-CRLfile", tmp_path / f"{name}.pem"]
        command: list[str | Path] = [tool, "verify", *options, "-attime", moment, tmp_path / "leaf.pem"]
        finished = subprocess.run(command, check=False, capture_output=True, text=True)
        said[name] = finished.stdout + finished.stderr
    assert "leaf.pem: OK" in said["good"]
    assert "certificate revoked" in said["revoked"]


def test_a_certificate_never_outlives_its_authority(authority: SigningKey, tmp_path: Path) -> None:
    made = issue(authority, "Helen", "Northgate", PASSPHRASE, valid_from=datetime(2040, 1, 1, tzinfo=UTC), years=3)
    assert made.valid_until == authority.valid_until


@pytest.mark.parametrize("moment", [FOUNDED - timedelta(days=1), FOUNDED + timedelta(days=3660)])
def test_an_authority_issues_only_while_it_is_valid(authority: SigningKey, moment: datetime) -> None:
    with pytest.raises(Refused, match="is valid from 2031-01-01 until 2041-01-01 only"):
        issue(authority, "Helen", "Northgate", PASSPHRASE, valid_from=moment)


def test_a_signatorys_key_issues_nothing(issued: SigningKey) -> None:
    with pytest.raises(Refused, match="the key of Helen Carrick is no authority's"):
        issue(issued, "Mallory", "Northgate", PASSPHRASE, valid_from=FOUNDED + timedelta(days=31))


def test_a_list_says_what_it_revokes_and_when(authority: SigningKey, issued: SigningKey) -> None:
    lost = taken_back(issued, LATER)
    assert revoked_in(listing(authority, lost)) == (lost,)
    assert revoked_in(listing(authority)) == ()


def test_the_list_of_another_authority_is_none(authority: SigningKey, issued: SigningKey, tmp_path: Path) -> None:
    other = opened(new_authority("Northgate", PASSPHRASE, valid_from=FOUNDED), tmp_path)
    mixed = replace(listing(authority), revoked=listing(other).revoked)
    with pytest.raises(ValueError, match="was not signed by the authority"):
        revoked_in(mixed)
    assert not issued_by(issued.certificate, listing(other).authority)
    assert issued_by(issued.certificate, listing(authority).authority)


# In documents


@pytest.fixture(scope="module")
def agreement(issued: SigningKey, agreed: Agreed, rewritten_envelope: Callable[[Agreed], str]) -> str:
    """The agreement, the provider's signatory having a certificate of the authority."""
    return rewritten_envelope((replace(agreed[0], fingerprint=issued.fingerprint), agreed[1]))


@pytest.fixture(scope="module")
def in_file(
    authority: SigningKey,
    issued: SigningKey,
    agreement: str,
    press: Callable[..., bytes],
    ask: Ask,
    signing_keys: dict[str, SigningKey],
) -> bytes:
    once = sign(
        press((agreement,)), ask("provider", content_hash(agreement)), issued, None, revocations=listing(authority)
    )
    return sign(
        once, ask("customer", content_hash(agreement)), signing_keys["customer"], None, revocations=listing(authority)
    )


def revoked(report: VerificationReport) -> list[Check]:
    return [one for one in report.checks if one.name is CheckName.revoked]


@pytest.mark.pdf
def test_a_certificate_that_was_issued_is_shown_not_to_be_revoked_by_the_file_itself(in_file: bytes) -> None:
    report = verify(in_file, "sla.pdf", at=LATER)
    assert report.failed == ()
    assert [(one.field, one.held) for one in revoked(report)] == [("provider", True)]
    assert "is on no list of revoked ones" in revoked(report)[0].message


@pytest.mark.pdf
def test_nothing_is_signed_with_a_revoked_certificate(
    authority: SigningKey, issued: SigningKey, agreement: str, press: Callable[..., bytes], ask: Ask
) -> None:
    lost = listing(authority, taken_back(issued, FOUNDED + timedelta(days=40)))
    with pytest.raises(Refused, match="the certificate of Helen Carrick was revoked on 2031-02-10"):
        sign(press((agreement,)), ask("provider", content_hash(agreement)), issued, None, revocations=lost)


@pytest.mark.pdf
def test_a_time_that_is_only_claimed_does_not_survive_a_revocation(
    in_file: bytes, authority: SigningKey, issued: SigningKey
) -> None:
    lost = Trust(revocations=listing(authority, taken_back(issued, LATER)))
    report = verify(in_file, "sla.pdf", at=LATER, trust=lost)
    assert {one.name for one in report.failed} == {CheckName.revoked}
    assert "provider cannot be shown to be older" in report.failed[0].message


@pytest.mark.pdf
@pytest.mark.parametrize(("revoked_after", "held"), [(timedelta(days=1), True), (timedelta(days=-1), False)])
def test_beside_the_records_a_signature_before_the_revocation_holds_and_one_after_it_does_not(
    in_file: bytes,
    agreement: str,
    agreed: Agreed,
    authority: SigningKey,
    issued: SigningKey,
    revoked_after: timedelta,
    held: bool,
) -> None:
    given = [one.claimed_at or FOUNDED for one in verify(in_file, "sla.pdf", at=LATER).signatures]
    expected = (
        replace(agreed[0], fingerprint=issued.fingerprint, signed_at=given[0]),
        replace(agreed[1], signed_at=given[1]),
    )
    report = verify(
        in_file,
        "sla.pdf",
        expected=expected,
        envelope_sha256=content_hash(agreement),
        recorded_sha256=frozenset({hashlib.sha256(in_file).hexdigest()}),
        at=LATER,
        trust=Trust(revocations=listing(authority, taken_back(issued, given[0] + revoked_after))),
    )
    assert [one.held for one in revoked(report)] == [held]
    times = [one for one in report.checks if one.name is CheckName.time]
    assert [one.held for one in times] == [True, True]
    assert "as the history on record holds" in times[0].message


@pytest.mark.pdf
def test_what_the_records_revoked_counts_without_any_authority(signed: bytes, agreed: Agreed, envelope: str) -> None:
    expected = (replace(agreed[0], revoked_at=LATER - timedelta(days=1)), agreed[1])
    report = verify(signed, "sla.pdf", expected=expected, envelope_sha256=content_hash(envelope), at=LATER)
    assert [(one.name, one.field) for one in report.failed] == [(CheckName.revoked, "provider")]


@pytest.mark.pdf
@pytest.mark.parametrize("which_first", ["the signature", "the revocation"])
def test_of_a_signature_and_a_revocation_in_the_same_second_the_history_knows_which_was_first(
    signed: bytes, agreed: Agreed, envelope: str, which_first: str
) -> None:
    given = [one.claimed_at for one in verify(signed, "sla.pdf", at=LATER).signatures]
    since = which_first == "the signature"
    expected = (
        replace(agreed[0], signed_at=given[0], revoked_at=given[0], revoked_since=since),
        replace(agreed[1], signed_at=given[1]),
    )
    ask = partial(verify, signed, "sla.pdf", expected=expected, envelope_sha256=content_hash(envelope), at=LATER)
    report = ask(recorded_sha256=frozenset({hashlib.sha256(signed).hexdigest()}))
    assert [one.held for one in revoked(report)] == [since]
    elsewhere = ask(recorded_sha256=frozenset({"0" * 64}))
    assert [one.held for one in revoked(elsewhere)] == [False]


@pytest.mark.pdf
def test_a_list_that_revoked_earlier_than_the_records_outweighs_their_order(
    in_file: bytes, agreement: str, agreed: Agreed, authority: SigningKey, issued: SigningKey
) -> None:
    given = [one.claimed_at or FOUNDED for one in verify(in_file, "sla.pdf", at=LATER).signatures]
    helen = replace(agreed[0], fingerprint=issued.fingerprint, signed_at=given[0])
    report = verify(
        in_file,
        "sla.pdf",
        expected=(replace(helen, revoked_at=LATER, revoked_since=True), replace(agreed[1], signed_at=given[1])),
        envelope_sha256=content_hash(agreement),
        recorded_sha256=frozenset({hashlib.sha256(in_file).hexdigest()}),
        at=LATER,
        trust=Trust(revocations=listing(authority, taken_back(issued, given[0] - timedelta(days=1)))),
    )
    assert [one.held for one in revoked(report)] == [False]


def test_a_self_signed_key_is_no_authoritys(authority: SigningKey, tmp_path: Path) -> None:
    made = new_key("Helen", "Northgate", PASSPHRASE, valid_from=FOUNDED)
    assert not issued_by(opened(made, tmp_path).certificate, listing(authority).authority)
