"""Signing: what a signature and a verification cost here, beside pyHanko alone on the same file.

Run `python benchmarks/signing.py [PAIRS]`. The ratios say what our checks and the stamp's import add; they hardly
depend on the machine, the milliseconds do. pyHanko's own signer opens the key anew for each signature; "key kept open"
hands it ours, so that nothing but the way of signing differs. Time stamps come from an authority on loopback, with the
validation data in the signed update (PAdES B-LT) on both sides. Exit code 1 where the goal is missed.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from statistics import median
from typing import Any

from asn1crypto.x509 import Certificate
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer, SimpleSigner
from pyhanko.sign.signers.pdf_signer import DSSContentSettings, SigDSSPlacementPreference
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator import ValidationContext

from sdflow.adapters.pdf import PdfPress
from sdflow.adapters.signing import SigningKey, load_key, new_key, sign, timestamp_authority, verify
from sdflow.domain.content import canonical_text, content_hash
from sdflow.domain.document import Attachment, Manuscript
from sdflow.domain.signature import ENVELOPE_ATTACHMENT, SigningRequest, TimestampAuthority, statement

sys.path.append(str(Path(__file__).parent.parent / "tests"))

from trust_services import trust_services

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
FIELDS = ("provider", "customer")
DOCUMENTS = Path(__file__).parent.parent / "documents"
PASSPHRASE = "benchmark"
GOAL = 1.2

Times = tuple[float, float, float]


def manuscript(envelope: str) -> Manuscript:
    """Ten pages of text with two places to sign."""
    pages = '<p style="break-after: page">What is promised.</p>' * 9
    boxes = "".join(f'<div id="sig-{field}" style="height: 58pt; width: 212pt"></div>' for field in FIELDS)
    html = f'<html lang="en"><title>Agreement</title><body style="font-family: Inter">{pages}{boxes}</body></html>'
    attachment = Attachment(ENVELOPE_ATTACHMENT, "What was agreed", "Source", envelope.encode())
    return Manuscript(html, "Agreement", "Northgate", NOON, "0" * 64, (attachment,), FIELDS)


def keys(folder: Path) -> dict[str, SigningKey]:
    """A key for each field."""
    for field in FIELDS:
        made = new_key(field, "Northgate", PASSPHRASE, valid_from=NOON - timedelta(days=1))
        (folder / f"{field}.p12").write_bytes(made.pkcs12)
    return {field: load_key(folder / f"{field}.p12", PASSPHRASE) for field in FIELDS}


def agreement(signers: dict[str, SigningKey]) -> str:
    """An envelope that asks for the two signatures."""
    rows = [
        {"key": field, "person": field, "name": field, "party": "x", "capacity": "x", "fingerprint": key.fingerprint}
        for field, key in signers.items()
    ]
    return canonical_text({"reference": "SLA-0001", "version": 1, "signatories": rows})


def request(field: str, envelope: str) -> SigningRequest:
    """What the field's person signs."""
    said = statement("SLA-0001", 1, content_hash(envelope))
    return SigningRequest(field, field, "x", "x", said, NOON, field == FIELDS[0], field == FIELDS[-1])


def bare_signature(
    pdf: bytes, wanted: SigningRequest, signer: Signer, stamp: Path, authority: TimestampAuthority | None = None
) -> bytes:
    """The same certifying signature and stamp by pyHanko alone.

    With an authority also the same time stamp and what is needed to check it, fetched in pyHanko's own ways.
    """
    terms = PdfSignatureMetadata(
        field_name=wanted.field,
        md_algorithm="sha256",
        reason=wanted.statement,
        name=wanted.name,
        certify=True,
        subfilter=SigSeedSubFilter.PADES,
        docmdp_permissions=MDPPerm.FILL_FORMS,
        **(bare_witness(signer, authority) if authority else {}),
    )
    stamper = HTTPTimeStamper(authority.url) if authority else None
    picture = StaticStampStyle.from_pdf_file(str(stamp), border_width=0)
    output = BytesIO()
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    PdfSigner(terms, signer, timestamper=stamper, stamp_style=picture).sign_pdf(writer, output=output)
    return output.getvalue()


def bare_witness(signer: Signer, authority: TimestampAuthority) -> dict[str, Any]:
    """What pyHanko has to be told to embed what its time stamp is checked with."""
    roots = [signer.signing_cert, *(Certificate.load(one) for one in authority.pinned.certificates)]
    return {
        "embed_validation_info": True,
        "validation_context": ValidationContext(
            trust_roots=roots, allow_fetching=True, revocation_mode="hard-fail", moment=NOON
        ),
        "dss_settings": DSSContentSettings(
            include_vri=False, placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE
        ),
    }


def bare_validation(pdf: bytes) -> None:
    """Every signature of the file by pyHanko alone, with its own policy for changes."""
    signatures: list[Any] = PdfFileReader(BytesIO(pdf)).embedded_signatures
    for one in signatures:
        status = validate_pdf_signature(one, ValidationContext(trust_roots=[one.signer_cert], moment=NOON))
        assert status.bottom_line


def compared(ours: Callable[[], object], bare: Callable[[], object], pairs: int) -> Times:
    """Median seconds of each, and the median ratio of runs made one right after the other."""
    times = []
    for _ in range(pairs):
        begun = time.perf_counter()
        ours()
        between = time.perf_counter()
        bare()
        times.append((between - begun, time.perf_counter() - between))
    return median(one for one, _ in times), median(two for _, two in times), median(one / two for one, two in times)


def main(pairs: int) -> int:
    """Measures everything, prints milliseconds and ratios, and tells whether the goal is met."""
    with tempfile.TemporaryDirectory() as name, trust_services(Path(name), NOON) as services:
        authority = timestamp_authority(services.url(), "benchmark", root=services.root)
        found = measured(Path(name), authority, pairs)
    for what, (ours, alone, ratio) in found.items():
        goal = f" (goal {GOAL})" if what.startswith("sign") else ""
        print(f"{what:24} {1e3 * ours:7.1f} ms   pyHanko alone {1e3 * alone:7.1f} ms   ratio {ratio:.2f}{goal}")
    return int(any(ratio > GOAL for what, (_, _, ratio) in found.items() if what.startswith("sign")))


def measured(folder: Path, authority: TimestampAuthority, pairs: int) -> dict[str, Times]:
    """Each way of signing, and verifying two signatures, beside pyHanko alone."""
    signers = keys(folder)
    envelope = agreement(signers)
    press = PdfPress([DOCUMENTS])
    unsigned = press.render(manuscript(envelope))
    stamp = press.stamp(212, 58, '<html lang="en"><body style="font-family: Inter">Digitally signed</body></html>')
    picture = folder / "stamp.pdf"
    picture.write_bytes(stamp)
    key, first = signers[FIELDS[0]], request(FIELDS[0], envelope)
    simple = SimpleSigner.load_pkcs12(str(folder / f"{FIELDS[0]}.p12"), passphrase=PASSPHRASE.encode())

    def signed(pdf: bytes, field: str, timestamps: TimestampAuthority | None) -> bytes:
        return sign(pdf, request(field, envelope), signers[field], stamp, timestamps=timestamps)

    once = signed(unsigned, FIELDS[0], None)
    twice = signed(once, FIELDS[1], None)
    assert verify(twice, "benchmark", at=NOON).genuine
    return {
        "sign": compared(
            lambda: sign(unsigned, first, key, stamp), lambda: bare_signature(unsigned, first, simple, picture), pairs
        ),
        "sign, key kept open": compared(
            lambda: sign(unsigned, first, key, stamp),
            lambda: bare_signature(unsigned, first, key.signer(), picture),
            pairs,
        ),
        "sign with time stamp": compared(
            lambda: sign(unsigned, first, key, stamp, timestamps=authority),
            lambda: bare_signature(unsigned, first, key.signer(), picture, authority),
            pairs,
        ),
        "verify two": compared(lambda: verify(twice, "benchmark", at=NOON), lambda: bare_validation(twice), pairs),
    }


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 30))
