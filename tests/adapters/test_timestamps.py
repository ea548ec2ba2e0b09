from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms, pem
from asn1crypto.x509 import Certificate
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import DocumentSecurityStore, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from sdflow.adapters.signing import SigningKey, pinned, sign, timestamp_authority, verify
from sdflow.domain.errors import Refused, Unreadable
from sdflow.domain.signature import (
    Check,
    CheckName,
    PinnedCertificates,
    SigningRequest,
    TimestampAuthority,
    Trust,
    VerificationReport,
)
from tampering import container_of_the_last_signature, flipped, overpaint, updated, valid_for_pdfsig
from trust_services import TrustServices, trust_services

Ask = Callable[..., SigningRequest]
Keys = dict[str, SigningKey]

LATER = datetime(2031, 6, 1, tzinfo=UTC)
STAMPED_AT = datetime(2031, 5, 6, 7, 8, 11, tzinfo=UTC)

pytestmark = pytest.mark.pdf


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrustServices]:
    with trust_services(tmp_path_factory.mktemp("trust"), STAMPED_AT) as running:
        yield running


@pytest.fixture
def clock_of(services: TrustServices) -> Iterator[TrustServices]:
    yield services
    services.set_clock(STAMPED_AT)
    services.closed.clear()


@pytest.fixture(scope="session")
def authority(services: TrustServices) -> TimestampAuthority:
    return timestamp_authority(services.url(), "sdflow.toml", root=services.root, timeout_seconds=5)


@pytest.fixture(scope="session")
def trust(authority: TimestampAuthority) -> Trust:
    return Trust(authority.pinned)


@pytest.fixture(scope="session")
def stamped_once(unsigned: bytes, ask: Ask, signing_keys: Keys, stamp: bytes, authority: TimestampAuthority) -> bytes:
    return sign(unsigned, ask("provider"), signing_keys["provider"], stamp, timestamps=authority)


@pytest.fixture(scope="session")
def stamped(
    stamped_once: bytes,
    ask: Ask,
    signing_keys: Keys,
    stamp: bytes,
    authority: TimestampAuthority,
    services: TrustServices,
) -> bytes:
    services.set_clock(STAMPED_AT + timedelta(days=1))
    signed = sign(stamped_once, ask("customer"), signing_keys["customer"], stamp, timestamps=authority)
    services.set_clock(STAMPED_AT)
    return signed


def times(report: VerificationReport) -> list[Check]:
    return [one for one in report.checks if one.name is CheckName.time]


def held(report: VerificationReport) -> list[bool | None]:
    return [one.held for one in times(report)]


def test_two_stamped_signatures_are_genuine_and_their_times_proven(stamped: bytes, trust: Trust) -> None:
    report = verify(stamped, "sla.pdf", at=LATER, trust=trust)
    assert report.failed == ()
    assert [one.message for one in times(report)] == [
        "provider was signed at 2031-05-06 07:08:11 UTC, proven by the time stamp of Fjord Time.",
        "customer was signed at 2031-05-07 07:08:11 UTC, proven by the time stamp of Fjord Time.",
    ]
    assert held(report) == [True, True]
    assert [one.stamped_by for one in report.signatures] == ["Fjord Time"] * 2


def test_a_stamped_signature_covers_the_file_with_what_is_needed_to_check_it(
    unsigned: bytes, stamped_once: bytes, stamped: bytes, trust: Trust
) -> None:
    assert stamped_once.startswith(unsigned)
    assert stamped.startswith(stamped_once)
    reader = PdfFileReader(BytesIO(stamped))
    assert reader.total_revisions == 3
    store = reader.root["/DSS"]
    assert len(store["/CRLs"]) >= 1
    names = {Certificate.load(one.get_object().data).subject.native["common_name"] for one in store["/Certs"]}
    assert names >= {"Fjord Time", "Fjord Root"}
    complete = [one for one in verify(stamped, "x", at=LATER, trust=trust).checks if one.name is CheckName.complete]
    assert [one.held for one in complete] == [True]


def test_pyhanko_alone_finds_the_stamp_sound_with_what_the_file_embeds(stamped: bytes, services: TrustServices) -> None:
    _, _, root = pem.unarmor(services.root.read_bytes())
    embedded: Any = PdfFileReader(BytesIO(stamped)).embedded_signatures[-1]
    status = validate_pdf_signature(
        embedded,
        ValidationContext(trust_roots=[embedded.signer_cert], moment=LATER),
        ts_validation_context=ValidationContext(trust_roots=[Certificate.load(root)], moment=LATER),
    )
    assert status.bottom_line
    assert status.timestamp_validity is not None
    assert status.timestamp_validity.timestamp == STAMPED_AT + timedelta(days=1)


def test_poppler_finds_both_stamped_signatures_valid(stamped: bytes, tmp_path: Path) -> None:
    assert valid_for_pdfsig(stamped, tmp_path) == 2


def test_a_stamp_of_an_authority_that_nobody_pinned_is_said_to_be_one(stamped: bytes) -> None:
    report = verify(stamped, "sla.pdf", at=LATER)
    assert report.genuine
    assert held(report) == [None, None]
    assert (
        "if the time stamp of Fjord Time is to be believed, whose certificate nobody pinned" in times(report)[0].message
    )


def test_an_authority_can_be_pinned_by_the_fingerprint_of_its_own_certificate(
    stamped: bytes, unsigned: bytes, ask: Ask, signing_keys: Keys, services: TrustServices
) -> None:
    printed = times(verify(stamped, "sla.pdf", at=LATER))[0].message
    fingerprint = printed.rstrip(".").rpartition("SHA-256 ")[2].upper()
    colons = ":".join(fingerprint[at : at + 2] for at in range(0, 64, 2))
    named = timestamp_authority(services.url(), "sdflow.toml", fingerprint=colons)
    assert held(verify(stamped, "sla.pdf", at=LATER, trust=Trust(named.pinned))) == [True, True]
    once = sign(unsigned, ask("provider"), signing_keys["provider"], None, timestamps=named)
    assert held(verify(once, "sla.pdf", at=LATER, trust=Trust(named.pinned))) == [True]


def test_after_the_signatories_certificates_have_expired_a_stamp_still_proves_the_time(
    stamped: bytes, trust: Trust, signing_keys: Keys
) -> None:
    report = verify(stamped, "sla.pdf", at=signing_keys["provider"].valid_until + timedelta(days=1), trust=trust)
    assert report.genuine
    assert held(report) == [True, True]


def test_after_the_authoritys_own_certificate_has_expired_nothing_is_proven_by_it_any_more(
    stamped: bytes, trust: Trust
) -> None:
    report = verify(stamped, "sla.pdf", at=datetime(2036, 1, 1, tzinfo=UTC), trust=trust)
    assert report.genuine
    assert held(report) == [None, None]
    assert "whose own certificate expired on 2035-01-01" in times(report)[0].message


def test_a_signature_that_claims_to_be_younger_than_its_stamp_is_refused(
    unsigned: bytes, ask: Ask, signing_keys: Keys, authority: TimestampAuthority, trust: Trust
) -> None:
    late = ask("provider", signed_at=STAMPED_AT + timedelta(minutes=6))
    pdf = sign(unsigned, late, signing_keys["provider"], None, timestamps=authority)
    assert held(verify(pdf, "sla.pdf", at=LATER, trust=trust)) == [False]
    assert "after the time stamp of Fjord Time" in times(verify(pdf, "sla.pdf", at=LATER, trust=trust))[0].message


def test_a_signature_stamped_after_its_certificate_expired_is_refused(
    unsigned: bytes,
    ask: Ask,
    signing_keys: Keys,
    authority: TimestampAuthority,
    trust: Trust,
    clock_of: TrustServices,
) -> None:
    clock_of.set_clock(signing_keys["provider"].valid_until + timedelta(days=1))
    backdated = ask("provider", signed_at=signing_keys["provider"].valid_until - timedelta(hours=1))
    pdf = sign(unsigned, backdated, signing_keys["provider"], None, timestamps=authority)
    report = verify(pdf, "sla.pdf", at=datetime(2034, 6, 1, tzinfo=UTC), trust=trust)
    assert held(report) == [False]
    assert "when its certificate was not valid" in times(report)[0].message


@pytest.mark.parametrize(("minutes_before", "holds"), [(4, True), (6, False)])
def test_a_key_made_this_minute_may_be_ahead_of_the_authoritys_clock_by_a_little(
    unsigned: bytes,
    ask: Ask,
    signing_keys: Keys,
    authority: TimestampAuthority,
    trust: Trust,
    clock_of: TrustServices,
    *,
    minutes_before: int,
    holds: bool,
) -> None:
    made = signing_keys["provider"].valid_from
    clock_of.set_clock(made - timedelta(minutes=minutes_before))
    pdf = sign(unsigned, ask("provider", signed_at=made), signing_keys["provider"], None, timestamps=authority)
    assert held(verify(pdf, "sla.pdf", at=LATER, trust=trust)) == [holds]


@pytest.mark.parametrize("place", ["name of the authority", "signature of the authority", "padding", "last padding"])
def test_a_changed_byte_in_or_after_the_stamp_is_refused(stamped: bytes, trust: Trust, place: str) -> None:
    start, end = container_of_the_last_signature(stamped)
    content = bytes.fromhex(stamped[start:end].decode())
    filled = len(content.rstrip(b"\0"))
    position = {
        "name of the authority": content.index(b"Fjord Time"),
        "signature of the authority": filled - 20,
        "padding": filled + 40,
        "last padding": len(content) - 1,
    }[place]
    digit = next(at for at in range(start + 2 * position, end) if stamped[at : at + 1].isdigit())
    failed = {one.name for one in verify(flipped(stamped, digit), "sla.pdf", at=LATER, trust=trust).failed}
    assert failed & {CheckName.intact, CheckName.time}


def test_the_stamp_of_another_signature_proves_nothing(stamped_once: bytes, stamped: bytes, trust: Trust) -> None:
    tampered = with_stamp_of(stamped, stamped_once)
    assert held(verify(tampered, "sla.pdf", at=LATER, trust=trust)) == [False]
    assert "it was not made for this signature" in times(verify(tampered, "sla.pdf", at=LATER, trust=trust))[0].message


def with_stamp_of(other: bytes, pdf: bytes) -> bytes:
    """The file, its last signature bearing the time stamp of the other file's last signature."""
    start, end = container_of_the_last_signature(pdf)
    there, until = container_of_the_last_signature(other)
    content = cms.ContentInfo.load(bytes.fromhex(pdf[start:end].decode()))
    given = cms.ContentInfo.load(bytes.fromhex(other[there:until].decode()))
    signer = content["content"]["signer_infos"][0]
    signer["unsigned_attrs"] = given["content"]["signer_infos"][0]["unsigned_attrs"]
    written: bytes = content.dump(force=True)
    return pdf[:start] + written.hex().encode().ljust(end - start, b"0") + pdf[end:]


def test_a_page_painted_over_after_the_last_stamp_is_refused_although_pdfsig_calls_it_valid(
    stamped: bytes, trust: Trust, tmp_path: Path
) -> None:
    tampered = updated(stamped, overpaint)
    failed = {one.name for one in verify(tampered, "sla.pdf", at=LATER, trust=trust).failed}
    assert failed >= {CheckName.unchanged, CheckName.complete}
    assert valid_for_pdfsig(tampered, tmp_path) == 2


def test_validation_data_added_after_the_last_signature_is_refused(
    signed: bytes, services: TrustServices, tmp_path: Path
) -> None:
    tampered = updated(signed, _add_certificate(services))
    assert {one.name for one in verify(tampered, "sla.pdf", at=LATER).failed} >= {
        CheckName.unchanged,
        CheckName.complete,
    }
    assert valid_for_pdfsig(tampered, tmp_path) == 2


def _add_certificate(services: TrustServices) -> Callable[[Any], None]:
    _, _, root = pem.unarmor(services.root.read_bytes())

    def change(writer: Any) -> None:
        DocumentSecurityStore.supply_dss_in_writer(writer, None, certs=[Certificate.load(root)])

    return change


# An authority that does not do its part


def refusal(authority: TimestampAuthority, unsigned: bytes, ask: Ask, signing_keys: Keys) -> str:
    with pytest.raises(Refused) as caught:
        sign(unsigned, ask("provider"), signing_keys["provider"], None, timestamps=authority)
    assert "sign with --without-timestamp" in str(caught.value)
    return str(caught.value)


def test_an_authority_that_takes_the_call_and_stays_silent_is_given_up(
    unsigned: bytes, ask: Ask, signing_keys: Keys, authority: TimestampAuthority
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        said = refusal(replace(authority, url=url, timeout_seconds=1), unsigned, ask, signing_keys)
    assert f"no time stamp came from {url}" in said
    assert "nothing came within 1 seconds" in said


def test_an_authority_that_sends_a_byte_now_and_then_is_given_up(
    unsigned: bytes, ask: Ask, signing_keys: Keys, authority: TimestampAuthority
) -> None:
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        trickling = threading.Thread(target=_trickle, args=(server, done))
        trickling.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        said = refusal(replace(authority, url=url, timeout_seconds=1), unsigned, ask, signing_keys)
        done.set()
        trickling.join()
    assert "nothing came within 1 seconds" in said


def _trickle(server: socket.socket, done: threading.Event) -> None:
    connection, _ = server.accept()
    with connection:
        connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n")
        while not done.wait(0.1):
            connection.sendall(b"x")


def test_an_address_where_nobody_is_home_is_said_to_be_one(
    unsigned: bytes, ask: Ask, signing_keys: Keys, authority: TimestampAuthority
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    said = refusal(replace(authority, url=f"http://127.0.0.1:{port}/"), unsigned, ask, signing_keys)
    assert "Connection refused" in said


@pytest.mark.parametrize(
    ("service", "reason"),
    [
        ("/trust/crls/root/latest.crl", "it answered with status 405"),
        ("/trust/tsa/unknown", "it answered with status"),
        ("/trust/tsa/revoked", "revoked"),
    ],
)
def test_an_authority_that_answers_with_something_else_is_refused(
    unsigned: bytes,
    ask: Ask,
    signing_keys: Keys,
    authority: TimestampAuthority,
    services: TrustServices,
    service: str,
    reason: str,
) -> None:
    assert reason in refusal(replace(authority, url=f"{services.address}{service}"), unsigned, ask, signing_keys)


def test_an_authority_whose_list_of_revoked_certificates_cannot_be_had_is_refused(
    unsigned: bytes, ask: Ask, signing_keys: Keys, authority: TimestampAuthority, clock_of: TrustServices
) -> None:
    clock_of.closed.add("/crls/")
    said = refusal(authority, unsigned, ask, signing_keys)
    assert "whether its certificate was revoked cannot be asked" in said
    assert "status 503" in said


def test_an_authority_that_is_not_the_pinned_one_is_refused(
    unsigned: bytes, ask: Ask, signing_keys: Keys, authority: TimestampAuthority
) -> None:
    other = replace(authority, pinned=PinnedCertificates(frozenset({"0" * 64})))
    assert "none of its certificates is the pinned one" in refusal(other, unsigned, ask, signing_keys)


# Settings


@pytest.mark.parametrize(
    ("url", "named", "reason"),
    [
        ("ftp://time.example", {}, "is no http or https address"),
        ("http://time.example", {}, "needs signing.timestamp_root"),
        ("http://time.example", {"fingerprint": "12:34"}, "'12:34' is no SHA-256"),
        ("http://time.example", {"root": Path("nowhere.pem")}, "nowhere.pem: cannot be read"),
        ("http://time.example", {"root": Path(__file__)}, "holds no certificates in PEM form"),
    ],
)
def test_settings_that_do_not_suffice_are_refused(url: str, named: dict[str, Any], reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        timestamp_authority(url, "sdflow.toml", **named)


def test_the_certificates_of_a_file_are_pinned_by_their_fingerprints(services: TrustServices) -> None:
    _, _, root = pem.unarmor(services.root.read_bytes())
    assert pinned("sdflow.toml", services.root).fingerprints == {hashlib.sha256(root).hexdigest()}
