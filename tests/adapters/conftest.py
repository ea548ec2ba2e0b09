from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pydyf
import pytest
import weasyprint

from sdflow.adapters.signing import SigningKey, load_key, new_key, sign
from sdflow.domain.content import canonical_text, content_hash
from sdflow.domain.signature import ExpectedSignature, SigningRequest, statement

Press = Callable[..., bytes]
Ask = Callable[..., SigningRequest]

SIGNED_AT = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
STAMP = "<style>@page { size: 212pt 58pt; margin: 4pt }</style><p>Digitally signed by Helen Carrick"
PEOPLE = {
    "provider": ("Helen Carrick", "Northgate Service Delivery Ltd"),
    "customer": ("Jürgen Brandt", "Halvorsen & Brandt AG"),
    "witness": ("Mallory Quist", "Nobody in Particular"),
}


def _write(document: Any, **options: Any) -> bytes:
    written: bytes = document.write_pdf(pdf_variant="pdf/a-3u", **options)
    return written


@pytest.fixture(scope="session")
def signing_keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, SigningKey]:
    folder = tmp_path_factory.mktemp("keys")
    keys = {}
    for role, (name, organisation) in PEOPLE.items():
        made = new_key(name, organisation, "correct horse", valid_from=SIGNED_AT - timedelta(days=30))
        (folder / f"{role}.p12").write_bytes(made.pkcs12)
        keys[role] = load_key(folder / f"{role}.p12", "correct horse")
    return keys


@pytest.fixture(scope="session")
def agreed(signing_keys: dict[str, SigningKey]) -> tuple[ExpectedSignature, ...]:
    return tuple(
        ExpectedSignature(role, f"PER-{role}", *PEOPLE[role], "director", signing_keys[role].fingerprint)
        for role in ("provider", "customer")
    )


@pytest.fixture(scope="session")
def envelope(agreed: tuple[ExpectedSignature, ...]) -> str:
    return envelope_text(agreed)


def envelope_text(signatories: tuple[ExpectedSignature, ...]) -> str:
    rows = [
        {"key": one.field}
        | {name: getattr(one, name) for name in ("person", "name", "party", "capacity", "fingerprint")}
        for one in signatories
    ]
    return canonical_text({"reference": "SLA-0001", "version": 1, "restore_hours": "4", "signatories": rows})


@pytest.fixture(scope="session")
def rewritten_envelope() -> Callable[[tuple[ExpectedSignature, ...]], str]:
    return envelope_text


@pytest.fixture(scope="session")
def press() -> Press:
    """Makes a document with an attached text and empty signature fields; the one named by `lock` closes it."""

    def make(
        attachments: tuple[str, ...], fields: tuple[str, ...] = ("provider", "customer"), lock: str = "customer"
    ) -> bytes:
        boxes = "".join(f'<p id="sig-{field}" style="height: 60pt; width: 220pt"></p>' for field in fields)
        html = f"<html lang=en><title>Agreement SLA-0001</title><h1>Agreement</h1><p>Restored in 4 hours{boxes}"
        return _write(
            weasyprint.HTML(string=html).render(pdf_variant="pdf/a-3u"),
            uncompressed_pdf=True,
            attachments=[_attachment(text) for text in attachments],
            finisher=lambda document, pdf: _add_fields(document, pdf, lock),
        )

    return make


def _attachment(text: str) -> Any:
    dated = datetime(2031, 5, 1, tzinfo=UTC)
    return weasyprint.Attachment(
        string=text, name="agreement.json", relationship="Source", created=dated, modified=dated
    )


def _is_page(one: Any) -> bool:
    return isinstance(one, dict) and one.get("Type") == "/Page"


def _add_fields(document: Any, pdf: Any, lock: str) -> None:
    form = pdf.catalog["AcroForm"] = pydyf.Dictionary({"Fields": pydyf.Array(), "SigFlags": 1})
    pages = {one.reference: one for one in pdf.objects if _is_page(one)}
    for reference, page in zip(pdf.page_references, document.pages, strict=True):
        for anchor, (left, top, right, bottom) in page.anchors.items():
            height = page.height * 0.75
            box = [left * 0.75, height - bottom * 0.75, right * 0.75, height - top * 0.75]
            _add_field(pdf, form, (reference, pages[reference]), anchor.removeprefix("sig-"), box, lock)
    _add_note(pdf, form)


def _add_field(pdf: Any, form: Any, page: tuple[Any, Any], name: str, box: list[float], lock: str) -> None:
    size = pydyf.Array([0, 0, box[2] - box[0], box[3] - box[1]])
    empty = pydyf.Stream([], pydyf.Dictionary({"Type": "/XObject", "Subtype": "/Form", "BBox": size}))
    pdf.add_object(empty)
    widget = pydyf.Dictionary({"Type": "/Annot", "Subtype": "/Widget", "FT": "/Sig", "T": pydyf.String(name), "F": 132})
    widget.update({"Rect": pydyf.Array(box), "P": page[0], "AP": pydyf.Dictionary({"N": empty.reference})})
    if name == lock:
        widget["Lock"] = pydyf.Dictionary({"Type": "/SigFieldLock", "Action": "/All", "P": 1})
    pdf.add_object(widget)
    page[1].setdefault("Annots", pydyf.Array()).append(widget.reference)
    form["Fields"].append(widget.reference)


def _add_note(pdf: Any, form: Any) -> None:
    note = pydyf.Dictionary({"FT": "/Tx", "T": pydyf.String("note"), "V": pydyf.String("none")})
    pdf.add_object(note)
    form["Fields"].append(note.reference)


@pytest.fixture(scope="session")
def stamp() -> bytes:
    return _write(weasyprint.HTML(string=STAMP))


@pytest.fixture(scope="session")
def ask(envelope: str) -> Ask:
    """A request to sign a field as its person, a day after the one before."""

    def request(field: str, sha256: str | None = None, **changes: Any) -> SigningRequest:
        name, party = PEOPLE[field]
        usual: dict[str, Any] = {
            "statement": statement("SLA-0001", 1, sha256 or content_hash(envelope)),
            "signed_at": SIGNED_AT + timedelta(days=list(PEOPLE).index(field)),
            "first": field == "provider",
            "last": field == "customer",
        }
        return SigningRequest(field=field, name=name, party=party, capacity="director", **(usual | changes))

    return request


@pytest.fixture(scope="session")
def unsigned(press: Press, envelope: str) -> bytes:
    return press((envelope,))


@pytest.fixture(scope="session")
def signed_once(unsigned: bytes, ask: Ask, signing_keys: dict[str, SigningKey], stamp: bytes) -> bytes:
    return sign(unsigned, ask("provider"), signing_keys["provider"], stamp)


@pytest.fixture(scope="session")
def signed(signed_once: bytes, ask: Ask, signing_keys: dict[str, SigningKey], stamp: bytes) -> bytes:
    return sign(signed_once, ask("customer"), signing_keys["customer"], stamp)
