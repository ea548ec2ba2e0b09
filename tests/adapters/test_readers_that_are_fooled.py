"""What poppler's pdfsig, pyHanko alone and we say of the same tampered files; docs/how-to/verify.md shows it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sdflow.adapters.signing import SigningKey, sign, verify
from sdflow.domain.content import content_hash
from sdflow.domain.signature import CheckName, ExpectedSignature, SigningRequest
from tampering import (
    add_page,
    annotate,
    attach_a_second_agreement,
    enlarge_the_stamp,
    fill_note,
    fooled_pyhanko,
    hide_a_layer,
    overpaint,
    retitle,
    script_on_opening,
    swap_attachment,
    swap_fonts,
    updated,
    valid_for_pdfsig,
)

Ask = Callable[..., SigningRequest]
Keys = dict[str, SigningKey]

LATER = datetime(2031, 6, 1, tzinfo=UTC)
CHANGES: dict[str, Callable[[Any], None]] = {
    "a page painted over": overpaint,
    "an annotation added": annotate,
    "a page added": add_page,
    "a layer hidden in the page": hide_a_layer,
    "the fonts swapped": swap_fonts,
    "a form field filled": fill_note,
    "the stamp of a signature replaced": enlarge_the_stamp,
    "`agreement.json` replaced": swap_attachment('{"reference":"SLA-0001"}'),
    "a second `agreement.json` attached": attach_a_second_agreement,
    "a script run on opening": script_on_opening,
    "another title": retitle,
}
BETWEEN = " between the signatures"

pytestmark = pytest.mark.pdf


@pytest.fixture(scope="session")
def tampered(signed: bytes, signed_once: bytes, ask: Ask, signing_keys: Keys) -> dict[str, tuple[bytes, int]]:
    """Each tampered file, with the number of its signatures."""

    def countersigned(pdf: bytes, key: str = "customer") -> bytes:
        return sign(pdf, ask("customer"), signing_keys[key], None)

    files = {name: (updated(signed, change), 2) for name, change in CHANGES.items()}
    for name, change in CHANGES.items():
        files[name + BETWEEN] = (countersigned(updated(signed_once, change)), 2)
    return files | {
        "a line written after the end": (signed + b"% a comment\n", 2),
        "cut back to the first signature": (signed[: len(signed_once)], 1),
        "another person's key": (countersigned(signed_once, "witness"), 2),
    }


@pytest.fixture(scope="session")
def table() -> dict[str, tuple[bool, bool]]:
    """What the page says: of each case whether pdfsig is fooled, and whether pyHanko is."""
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "verify.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.+?) \| (fooled|refuses) \| (fooled|refuses) \|$", page, re.MULTILINE)
    return {name: (pdfsig == "fooled", pyhanko == "fooled") for name, pdfsig, pyhanko in rows}


def test_we_refuse_every_case_without_the_records(tampered: dict[str, tuple[bytes, int]]) -> None:
    assert [name for name, (pdf, _) in tampered.items() if verify(pdf, name, at=LATER).genuine] == []


def test_we_refuse_every_case_beside_the_records_and_not_for_its_hash_alone(
    tampered: dict[str, tuple[bytes, int]], signed: bytes, agreed: tuple[ExpectedSignature, ...], envelope: str
) -> None:
    recorded = frozenset({hashlib.sha256(signed).hexdigest()})
    ask = partial(verify, expected=agreed, envelope_sha256=content_hash(envelope), recorded_sha256=recorded, at=LATER)
    assert ask(signed, "the untouched file").genuine
    failed = {name: {one.name for one in ask(pdf, name).failed} for name, (pdf, _) in tampered.items()}
    assert [name for name, found in failed.items() if CheckName.recorded not in found or len(found) == 1] == []


def test_the_page_says_of_every_case_who_is_fooled(
    tampered: dict[str, tuple[bytes, int]], table: dict[str, tuple[bool, bool]], tmp_path: Path
) -> None:
    found = {
        name: (valid_for_pdfsig(pdf, tmp_path) == signatures, fooled_pyhanko(pdf, LATER))
        for name, (pdf, signatures) in tampered.items()
    }
    assert found == table


def test_the_untouched_file_is_good_for_everybody(signed: bytes, tmp_path: Path) -> None:
    assert verify(signed, "sla.pdf", at=LATER).genuine
    assert valid_for_pdfsig(signed, tmp_path) == 2
    assert fooled_pyhanko(signed, LATER)
