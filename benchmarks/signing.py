"""Signing: what a signature and a verification cost here, beside pyHanko alone on the same file.

Run `python benchmarks/signing.py [PAIRS]`. The ratios say what our checks and the stamp's import add; they hardly
depend on the machine, the milliseconds do.
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

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator import ValidationContext

from sdflow.adapters.pdf import PdfPress
from sdflow.adapters.signing import SigningKey, load_key, new_key, sign, verify
from sdflow.domain.content import canonical_text, content_hash
from sdflow.domain.document import Attachment, Manuscript
from sdflow.domain.signature import ENVELOPE_ATTACHMENT, SigningRequest, statement

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
FIELDS = ("provider", "customer")
DOCUMENTS = Path(__file__).parent.parent / "documents"
PASSPHRASE = "benchmark"


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


def bare_signature(pdf: bytes, wanted: SigningRequest, signer: SimpleSigner, stamp: Path) -> bytes:
    """The same certifying signature and stamp by pyHanko alone."""
    terms = PdfSignatureMetadata(
        field_name=wanted.field,
        md_algorithm="sha256",
        reason=wanted.statement,
        name=wanted.name,
        certify=True,
        subfilter=SigSeedSubFilter.PADES,
        docmdp_permissions=MDPPerm.FILL_FORMS,
    )
    picture = StaticStampStyle.from_pdf_file(str(stamp), border_width=0)
    output = BytesIO()
    PdfSigner(terms, signer, stamp_style=picture).sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), output=output)
    return output.getvalue()


def bare_validation(pdf: bytes) -> None:
    """Every signature of the file by pyHanko alone, with its own policy for changes."""
    signatures: list[Any] = PdfFileReader(BytesIO(pdf)).embedded_signatures
    for one in signatures:
        status = validate_pdf_signature(one, ValidationContext(trust_roots=[one.signer_cert], moment=NOON))
        assert status.bottom_line


def compared(ours: Callable[[], object], bare: Callable[[], object], pairs: int) -> tuple[float, float, float]:
    """Median seconds of each, and the median ratio of runs made one right after the other."""
    times = []
    for _ in range(pairs):
        begun = time.perf_counter()
        ours()
        between = time.perf_counter()
        bare()
        times.append((between - begun, time.perf_counter() - between))
    return median(one for one, _ in times), median(two for _, two in times), median(one / two for one, two in times)


def main(pairs: int) -> None:
    """Measures both and prints milliseconds and ratios."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        signers = keys(folder)
        envelope = agreement(signers)
        press = PdfPress([DOCUMENTS])
        unsigned = press.render(manuscript(envelope))
        stamp = press.stamp(212, 58, '<html lang="en"><body style="font-family: Inter">Digitally signed</body></html>')
        (folder / "stamp.pdf").write_bytes(stamp)
        first = request(FIELDS[0], envelope)
        bare = SimpleSigner.load_pkcs12(str(folder / f"{FIELDS[0]}.p12"), passphrase=PASSPHRASE.encode())
        signing = compared(
            lambda: sign(unsigned, first, signers[FIELDS[0]], stamp),
            lambda: bare_signature(unsigned, first, bare, folder / "stamp.pdf"),
            pairs,
        )
        once = sign(unsigned, first, signers[FIELDS[0]], stamp)
        signed = sign(once, request(FIELDS[1], envelope), signers[FIELDS[1]], stamp)
        assert verify(signed, "benchmark", at=NOON).genuine
        verifying = compared(lambda: verify(signed, "benchmark", at=NOON), lambda: bare_validation(signed), pairs)
    for what, (ours, alone, ratio) in (("sign", signing), ("verify two", verifying)):
        print(f"{what:10} {1e3 * ours:7.1f} ms   pyHanko alone {1e3 * alone:7.1f} ms   ratio {ratio:.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
