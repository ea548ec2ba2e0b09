from __future__ import annotations

import hashlib
import random
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyhanko.pdf_utils.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    pdf_string,
)
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, sign_pdf
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.stamp import NoOpStampStyle
from pyhanko_certvalidator import ValidationContext

from sdflow.adapters.signing import SigningKey, sign, verify
from sdflow.domain.content import content_hash
from sdflow.domain.signature import CheckName, ExpectedSignature, SigningRequest, VerificationReport
from tampering import (
    add_page,
    annotate,
    container_of_the_last_signature,
    fill_note,
    flipped,
    library_signer,
    overpaint,
    retitle,
    swap_attachment,
    updated,
    valid_for_pdfsig,
)

Press = Callable[..., bytes]
Ask = Callable[..., SigningRequest]
Agreed = tuple[ExpectedSignature, ...]
Keys = dict[str, SigningKey]
Database = Callable[[bytes], VerificationReport]

LATER = datetime(2031, 6, 1, tzinfo=UTC)

pytestmark = pytest.mark.pdf


@pytest.fixture
def beside_the_database(signed: bytes, agreed: Agreed, envelope: str) -> Database:
    """Verifies a file against a database that has recorded the genuine one."""

    def checked(pdf: bytes) -> VerificationReport:
        return verify(
            pdf,
            "sla.pdf",
            expected=agreed,
            envelope_sha256=content_hash(envelope),
            recorded_sha256=frozenset({hashlib.sha256(signed).hexdigest()}),
            at=LATER,
        )

    return checked


def failed(pdf: bytes) -> set[CheckName]:
    """The questions that fail without any database."""
    return {one.name for one in verify(pdf, "sla.pdf", at=LATER).failed}


def sentences(pdf: bytes) -> str:
    return "\n".join(one.message for one in verify(pdf, "sla.pdf", at=LATER).failed)


# Bytes changed in place


def test_a_flipped_byte_in_the_page_content_breaks_both_signatures(signed: bytes, tmp_path: Path) -> None:
    position = signed.index(b" Tm", signed.index(b"\nBT")) - 1
    tampered = flipped(signed, position)
    assert failed(tampered) >= {CheckName.intact}
    assert sentences(tampered).count("the bytes that it covers are not those that were signed") == 2
    assert valid_for_pdfsig(tampered, tmp_path) == 0


def test_a_flipped_byte_in_a_signature_breaks_it(signed: bytes, tmp_path: Path) -> None:
    _, end = container_of_the_last_signature(signed)
    digit = next(at for at in range(end - 20, 0, -1) if signed[at : at + 1].isdigit())
    tampered = flipped(signed, digit)  # a letter could turn into something that is no hexadecimal digit
    assert failed(tampered) == {CheckName.intact}
    assert "customer does not hold: it was not made with the key of its certificate" in sentences(tampered)
    assert valid_for_pdfsig(tampered, tmp_path) == 1


def test_even_the_bytes_of_a_signature_that_nothing_signs_count(signed: bytes) -> None:
    start, end = container_of_the_last_signature(signed)
    shell = [*range(start + 1, start + 90, 2), *range(end - 1119, end - 930, 2)]
    unnoticed = [at for at in shell if not failed(flipped(signed, at))]
    assert unnoticed == []


def test_a_signature_written_with_other_letters_of_the_same_value_is_refused(signed: bytes) -> None:
    start, end = container_of_the_last_signature(signed)
    letter = next(at for at in range(start, end) if chr(signed[at]).isalpha())
    other_case = flipped(signed, letter, 0x20)
    assert bytes.fromhex(other_case[start:end].decode()) == bytes.fromhex(signed[start:end].decode())
    assert failed(other_case) >= {CheckName.intact, CheckName.complete}


# Incremental updates after the last signature


@pytest.mark.parametrize(
    "change",
    [overpaint, annotate, add_page, fill_note, retitle, swap_attachment('{"reference":"SLA-0001"}')],
    ids=["overpainted", "annotated", "page added", "field filled", "retitled", "attachment swapped"],
)
def test_an_update_after_the_signatures_is_refused_although_pdfsig_calls_them_valid(
    signed: bytes, beside_the_database: Database, tmp_path: Path, change: Callable[[Any], None]
) -> None:
    tampered = updated(signed, change)
    assert tampered.startswith(signed)
    assert failed(tampered) >= {CheckName.unchanged, CheckName.complete}
    assert f"covers {len(signed)} of {len(tampered)} bytes" in sentences(tampered)
    assert CheckName.recorded in {one.name for one in beside_the_database(tampered).failed}
    assert valid_for_pdfsig(tampered, tmp_path) == 2


def test_a_swapped_attachment_no_longer_has_the_signed_hash(signed: bytes, envelope: str) -> None:
    swapped = updated(signed, swap_attachment(envelope.replace('"restore_hours":"4"', '"restore_hours":"8"')))
    assert "provider does not name the SHA-256 of agreement.json" in sentences(swapped)
    assert "customer does not name the SHA-256 of agreement.json" in sentences(swapped)


def test_a_file_rewritten_by_qpdf_is_refused(signed: bytes, tmp_path: Path) -> None:
    tool = shutil.which("qpdf")
    if tool is None:
        pytest.skip("qpdf is not installed: a rewritten file was not checked")
    (tmp_path / "signed.pdf").write_bytes(signed)
    subprocess.run([tool, tmp_path / "signed.pdf", tmp_path / "rewritten.pdf"], check=True)
    rewritten = (tmp_path / "rewritten.pdf").read_bytes()
    assert failed(rewritten) >= {CheckName.intact, CheckName.complete}
    assert valid_for_pdfsig(rewritten, tmp_path) == 0


@pytest.mark.parametrize("garbage", [b"\n", b"\0", b"% a comment\n", b"%%EOF\n"])
def test_trailing_garbage_is_refused_although_pdfsig_calls_it_valid(
    signed: bytes, tmp_path: Path, garbage: bytes
) -> None:
    assert failed(signed + garbage) & {CheckName.complete, CheckName.readable}
    assert valid_for_pdfsig(signed + garbage, tmp_path) == 2


def test_a_padded_signature_that_deceives_the_library_about_its_coverage_is_refused(signed: bytes) -> None:
    tampered = padded(signed)
    embedded: Any = PdfFileReader(BytesIO(tampered)).embedded_signatures[-1]
    context = ValidationContext(trust_roots=[embedded.signer_cert], moment=LATER)
    assert validate_pdf_signature(embedded, context).bottom_line
    assert failed(tampered) >= {CheckName.intact, CheckName.unchanged, CheckName.complete}


def padded(pdf: bytes) -> bytes:
    """An overpainted file whose last signature is repeated as a string, padded until the lengths add up."""
    padding = 0
    while True:
        tampered = updated(pdf, partial(_overpaint_and_pad, padding=padding))
        reader: Any = PdfFileReader(BytesIO(tampered))
        signature = reader.embedded_signatures[-1]
        claimed = signature.byte_range[1] + signature.byte_range[3] + 2 * len(signature.pkcs7_content) + 2
        if claimed == len(tampered):
            return tampered
        padding += len(tampered) - claimed


def _overpaint_and_pad(writer: Any, padding: int) -> None:
    overpaint(writer)
    signature = writer.prev.embedded_signatures[-1]
    signature.sig_object["/Contents"] = _Literal(signature.pkcs7_content + bytes(padding))
    writer.update_container(signature.sig_object)


class _Literal(ByteStringObject):
    """Bytes written as they are, where the library would write two digits for each."""

    def write_to_stream(self, stream: Any, handler: Any = None, container_ref: Any = None) -> None:
        escaped = re.sub(rb"[\\()]", lambda found: b"\\" + found[0], bytes(self)).replace(b"\r", b"\\r")
        stream.write(b"(" + escaped + b")")


# Too few, too many, the wrong ones


def test_a_file_cut_back_to_the_first_signature_is_refused_although_pdfsig_calls_it_valid(
    signed: bytes, signed_once: bytes, beside_the_database: Database, tmp_path: Path
) -> None:
    cut_back = signed[: len(signed_once)]
    assert failed(cut_back) == {CheckName.signatures, CheckName.complete}
    assert "missing: Jürgen Brandt for Halvorsen & Brandt AG (customer)" in sentences(cut_back)
    recorded = [one for one in beside_the_database(cut_back).failed if one.name is CheckName.recorded]
    assert [one.message for one in recorded] == [
        "The file is not the latest on record: it is one from before Jürgen Brandt signed."
    ]
    assert valid_for_pdfsig(cut_back, tmp_path) == 1


def test_a_file_cut_back_to_before_any_signature_is_refused(unsigned: bytes) -> None:
    assert failed(unsigned) == {CheckName.signatures, CheckName.complete}


def test_another_persons_key_is_refused_although_pdfsig_calls_it_valid(
    signed_once: bytes, ask: Ask, signing_keys: Keys, tmp_path: Path
) -> None:
    tampered = sign(signed_once, ask("customer"), signing_keys["witness"], None)
    assert failed(tampered) == {CheckName.signatory}
    assert "customer was not signed with the certificate of Jürgen Brandt" in sentences(tampered)
    assert signing_keys["witness"].fingerprint in sentences(tampered)
    assert valid_for_pdfsig(tampered, tmp_path) == 2


def test_a_third_signature_after_the_lock_is_refused_although_pdfsig_calls_it_valid(
    signed: bytes, signing_keys: Keys, tmp_path: Path
) -> None:
    output = BytesIO()
    sign_pdf(
        IncrementalPdfFileWriter(BytesIO(signed)),
        PdfSignatureMetadata(field_name="witness", md_algorithm="sha256"),
        library_signer(signing_keys["witness"]),
        new_field_spec=SigFieldSpec("witness"),
        output=output,
    )
    tampered = output.getvalue()
    assert failed(tampered) >= {CheckName.signatures, CheckName.unchanged, CheckName.complete}
    assert "not asked for: witness" in sentences(tampered)
    assert valid_for_pdfsig(tampered, tmp_path) == 3


def test_signatures_in_another_order_than_agreed_are_refused(
    press: Press, rewritten_envelope: Callable[[Agreed], str], agreed: Agreed, ask: Ask, signing_keys: Keys
) -> None:
    envelope = rewritten_envelope((agreed[1], agreed[0]))
    pdf = press((envelope,))
    for role in ("provider", "customer"):
        pdf = sign(pdf, ask(role, content_hash(envelope)), signing_keys[role], None)
    assert failed(pdf) == {CheckName.order}


# Changes between the signatures, which the second signatory may have made


@pytest.mark.parametrize(
    "change",
    [overpaint, annotate, add_page, fill_note, retitle],
    ids=["overpainted", "annotated", "page added", "field filled", "retitled"],
)
def test_a_change_between_the_signatures_is_refused_although_pdfsig_calls_them_valid(
    signed_once: bytes, ask: Ask, signing_keys: Keys, tmp_path: Path, change: Callable[[Any], None]
) -> None:
    changed = updated(signed_once, change)
    tampered = sign(changed, ask("customer"), signing_keys["customer"], None)
    assert failed(tampered) == {CheckName.unchanged}
    assert "After provider was signed, more was changed than further signatures change." in sentences(tampered)
    assert "its updates and its signatures do not pair off" in sentences(tampered)
    assert valid_for_pdfsig(tampered, tmp_path) == 2


@pytest.mark.parametrize(
    "change",
    [overpaint, annotate, add_page, fill_note, retitle],
    ids=["overpainted", "annotated", "page added", "field filled", "retitled"],
)
def test_a_change_within_the_second_signature_itself_is_refused(
    signed_once: bytes, ask: Ask, signing_keys: Keys, change: Callable[[Any], None]
) -> None:
    assert unchanged_since_the_provider(signed_within(signed_once, ask("customer"), signing_keys["customer"]))
    tampered = signed_within(signed_once, ask("customer"), signing_keys["customer"], change)
    assert not unchanged_since_the_provider(tampered)


class _Writer(IncrementalPdfFileWriter):
    """Writes no metadata of its own, so that a test changes one thing only."""

    def _update_meta(self) -> None:
        return


def signed_within(
    pdf: bytes, request: SigningRequest, key: SigningKey, change: Callable[[Any], None] | None = None
) -> bytes:
    output, writer = BytesIO(), _Writer(BytesIO(pdf))
    if change is not None:
        change(writer)
    terms = PdfSignatureMetadata(request.field, "sha256", reason=request.statement, subfilter=SigSeedSubFilter.PADES)
    signer = PdfSigner(terms, library_signer(key), stamp_style=NoOpStampStyle())
    signer.sign_pdf(writer, existing_fields_only=True, output=output)
    return output.getvalue()


def unchanged_since_the_provider(pdf: bytes) -> bool:
    checks = [one for one in verify(pdf, "sla.pdf", at=LATER).checks if one.name is CheckName.unchanged]
    return [one.held for one in checks if one.field == "provider"] == [True]


# The agreement itself


def test_a_stranger_who_replaces_the_agreement_and_signs_for_everyone_fails_beside_the_database(
    press: Press,
    rewritten_envelope: Callable[[Agreed], str],
    agreed: Agreed,
    ask: Ask,
    signing_keys: Keys,
    beside_the_database: Database,
) -> None:
    stranger = signing_keys["witness"]
    forged = rewritten_envelope(tuple(replace(one, fingerprint=stranger.fingerprint) for one in agreed))
    pdf = press((forged,))
    for role in ("provider", "customer"):
        pdf = sign(pdf, ask(role, content_hash(forged)), stranger, None)
    alone = verify(pdf, "sla.pdf", at=LATER)
    assert [one.fingerprint for one in alone.signatures] == [stranger.fingerprint] * 2
    assert any(one.held is None and "compare each certificate's SHA-256" in one.message for one in alone.checks)
    assert {one.name for one in beside_the_database(pdf).failed} == {
        CheckName.envelope,
        CheckName.signatory,
        CheckName.recorded,
    }


def test_a_signature_that_names_another_agreement_is_refused(unsigned: bytes, ask: Ask, signing_keys: Keys) -> None:
    once = sign(unsigned, ask("provider", "0" * 64), signing_keys["provider"], None)
    twice = sign(once, ask("customer"), signing_keys["customer"], None)
    assert failed(twice) == {CheckName.envelope}
    assert "provider does not name the SHA-256" in sentences(twice)


@pytest.mark.parametrize(
    ("attachments", "reason"),
    [
        ((), "is attached 0 times, not once"),
        (('{"reference":"A"}', '{"reference":"B"}'), "is attached 2 times, not once"),
        (('{"reference": "SLA-0001"}',), "is not the canonical JSON of an agreement"),
        (('{"a":1,"a":1}',), "is not the canonical JSON of an agreement"),
        (('{"a":1.5}',), "is not canonical JSON"),
        (("not JSON",), "is not canonical JSON"),
        (("[" * 100_000,), "is not canonical JSON"),
        (("[]",), "is not the canonical JSON of an agreement"),
        (("{}",), "does not say reference"),
        (('{"reference":"A","version":"1"}',), "does not say version"),
        (('{"reference":"A","signatories":[],"version":1}',), "does not say signatories"),
        (('{"reference":"A","signatories":["x"],"version":1}',), "does not say signatories"),
        (('{"reference":"A","signatories":[{"key":"x"}],"version":1}',), "does not say person"),
    ],
)
def test_a_document_without_one_sound_agreement_is_refused_with_the_reason(
    press: Press, attachments: tuple[str, ...], reason: str
) -> None:
    pdf = press(attachments)
    assert CheckName.envelope in failed(pdf)
    assert reason in sentences(pdf)


def test_a_file_that_the_database_does_not_know_is_refused(signed: bytes) -> None:
    report = verify(signed, "sla.pdf", expected=(), envelope_sha256="", recorded_sha256=frozenset(), at=LATER)
    assert {one.name for one in report.failed} == {CheckName.envelope, CheckName.signatures, CheckName.recorded}


# Times


def test_a_time_outside_the_certificates_validity_is_refused(signed: bytes, ask: Ask, signing_keys: Keys) -> None:
    report = verify(signed, "sla.pdf", at=signing_keys["provider"].valid_until + timedelta(days=1))
    assert report.genuine
    assert sum("its certificate has expired since" in one.message for one in report.checks) == 2


def test_a_time_that_has_not_come_yet_is_refused(signed: bytes) -> None:
    report = verify(signed, "sla.pdf", at=datetime(2031, 5, 7, tzinfo=UTC))
    assert [(one.name, one.field) for one in report.failed] == [(CheckName.time, "customer")]
    assert "which has not come yet" in report.failed[0].message


def test_a_second_signature_that_claims_to_be_older_than_the_first_is_refused(
    signed_once: bytes, ask: Ask, signing_keys: Keys
) -> None:
    earlier = ask("provider").signed_at - timedelta(hours=1)
    pdf = sign(signed_once, ask("customer", signed_at=earlier), signing_keys["customer"], None)
    assert failed(pdf) == {CheckName.time}
    assert "customer claims a time before provider, which was signed first" in sentences(pdf)


# Whatever else


def _mutated(pdf: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(pdf))
    several = chance.choice((1, 1, 2, 16, 300))
    match chance.choice(("flip", "cut", "insert", "truncate")):
        case "flip":
            return flipped(pdf, at, chance.randrange(1, 256))
        case "cut":
            return pdf[:at] + pdf[at + several :]
        case "insert":
            return pdf[:at] + chance.randbytes(several) + pdf[at:]
    return pdf[:at]


@pytest.mark.parametrize("seed", range(150))
def test_a_file_mutated_anywhere_is_refused_and_never_an_exception(signed: bytes, seed: int) -> None:
    mutated = _mutated(signed, random.Random(seed))
    assert mutated != signed
    assert failed(mutated)


def field_within_itself(writer: Any) -> None:
    field = DictionaryObject({NameObject("/T"): pdf_string("endless")})
    reference = writer.add_object(field)
    field["/Kids"] = ArrayObject([reference, reference])
    writer.root["/AcroForm"]["/Fields"].append(reference)
    writer.update_container(writer.root["/AcroForm"])


def attachments_within_themselves(writer: Any) -> None:
    tree, reference = writer.root["/Names"]["/EmbeddedFiles"], writer.root["/Names"].raw_get("/EmbeddedFiles")
    tree["/Kids"] = ArrayObject([reference, reference])
    writer.update_container(tree)


def attachments_that_are_a_number(writer: Any) -> None:
    writer.root["/AF"] = NumberObject(3)
    writer.update_root()


def field_that_is_its_own_signature(writer: Any) -> None:
    reference = writer.root["/AcroForm"]["/Fields"].raw_get(0)
    reference.get_object()["/V"] = reference
    writer.update_container(reference.get_object())


@pytest.mark.parametrize(
    "change",
    [
        field_within_itself,
        attachments_within_themselves,
        attachments_that_are_a_number,
        field_that_is_its_own_signature,
    ],
)
def test_a_file_built_to_confuse_its_reader_is_refused_and_never_an_exception(
    signed: bytes, change: Callable[[Any], None]
) -> None:
    tampered = updated(signed, change)
    assert failed(tampered)
    assert "object" not in sentences(tampered)


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_refused_and_never_an_exception(content: bytes) -> None:
    assert failed(content) == {CheckName.readable}
    assert failed(b"%PDF-1.7\n" + content) == {CheckName.readable}
