"""Tampering: changes that somebody could make to a signed file, and what other readers say of it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
    pdf_name,
    pdf_string,
)
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from sdflow.adapters.signing import SigningKey

RED = b"q 1 0 0 rg 0 0 400 400 re f Q"


def valid_for_pdfsig(pdf: bytes, folder: Path) -> int:
    """How many signatures poppler's pdfsig calls valid."""
    tool = shutil.which("pdfsig")
    if tool is None:
        pytest.skip("pdfsig (poppler-utils) is not installed: what it is fooled by was not checked")
    path = folder / "tampered.pdf"
    path.write_bytes(pdf)
    finished = subprocess.run([tool, "-nocert", path], capture_output=True, text=True, check=False)
    return finished.stdout.count("Signature Validation: Signature is Valid.")


def updated(pdf: bytes, change: Callable[[Any], None]) -> bytes:
    """The file with an incremental update, every byte of the signed part as it was."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    change(writer)
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def first_page(writer: Any) -> Any:
    return writer.root["/Pages"]["/Kids"][0]


def overpaint(writer: Any) -> None:
    page = first_page(writer)
    page["/Contents"] = ArrayObject([page.raw_get("/Contents"), writer.add_object(StreamObject(stream_data=RED))])
    writer.update_container(page)


def annotate(writer: Any) -> None:
    page = first_page(writer)
    note = {"/Type": pdf_name("/Annot"), "/Subtype": pdf_name("/FreeText"), "/Contents": pdf_string("in 8 hours")}
    box = ArrayObject([NumberObject(number) for number in (50, 500, 300, 550)])
    annotation = DictionaryObject({NameObject(key): value for key, value in {**note, "/Rect": box}.items()})
    page["/Annots"].append(writer.add_object(annotation))
    writer.update_container(page["/Annots"])


def swap_attachment(text: str) -> Callable[[Any], None]:
    def change(writer: Any) -> None:
        specification = writer.root["/AF"][0]
        for key in specification["/EF"]:
            specification["/EF"][key] = writer.add_object(StreamObject(stream_data=text.encode()))
        writer.update_container(specification)

    return change


def add_page(writer: Any) -> None:
    pages = writer.root["/Pages"]
    page = DictionaryObject({NameObject("/Type"): pdf_name("/Page"), NameObject("/Parent"): pages.container_ref})
    page[NameObject("/MediaBox")] = ArrayObject([NumberObject(number) for number in (0, 0, 595, 842)])
    page[NameObject("/Parent")] = writer.root.raw_get("/Pages")
    pages["/Kids"].append(writer.add_object(page))
    pages["/Count"] = NumberObject(2)
    writer.update_container(pages)


def fill_note(writer: Any) -> None:
    note = next(one for one in writer.root["/AcroForm"]["/Fields"] if one.get_object()["/T"] == "note").get_object()
    note["/V"] = pdf_string("restored in 8 hours")
    writer.update_container(note)


def retitle(writer: Any) -> None:
    writer.trailer["/Info"]["/Title"] = pdf_string("Another agreement")
    writer.update_container(writer.trailer["/Info"])


def hide_a_layer(writer: Any) -> None:
    """An optional layer that prints over the page, and that a reader may switch on and off."""
    page = first_page(writer)
    group = writer.add_object(_dictionary({"/Type": pdf_name("/OCG"), "/Name": pdf_string("Terms")}))
    groups = ArrayObject([group])
    configuration = _dictionary({"/ON": ArrayObject([group]), "/Order": ArrayObject([group])})
    writer.root[NameObject("/OCProperties")] = _dictionary({"/OCGs": groups, "/D": configuration})
    writer.update_root()
    layered = b"/OC /Terms BDC " + RED + b" EMC"
    page["/Contents"] = ArrayObject([page.raw_get("/Contents"), writer.add_object(StreamObject(stream_data=layered))])
    page["/Resources"][NameObject("/Properties")] = _dictionary({"/Terms": group})
    writer.update_container(page)
    writer.update_container(page["/Resources"])


def swap_fonts(writer: Any) -> None:
    """Every font of the page becomes one that shows other signs for the same text."""
    fonts = first_page(writer)["/Resources"]["/Font"]
    other = _dictionary({"/Type": pdf_name("/Font"), "/Subtype": pdf_name("/Type1"), "/BaseFont": pdf_name("/Symbol")})
    reference = writer.add_object(other)
    for name in list(fonts):
        fonts[name] = reference
    writer.update_container(fonts)


def script_on_opening(writer: Any) -> None:
    """A program that a reader runs when the file is opened."""
    action = _dictionary({"/S": pdf_name("/JavaScript"), "/JS": pdf_string("app.alert(1)")})
    writer.root[NameObject("/OpenAction")] = writer.add_object(action)
    writer.update_root()


def attach_a_second_agreement(writer: Any) -> None:
    """Another file of the agreement's name, beside the first."""
    stream = writer.add_object(StreamObject(stream_data=b'{"reference":"SLA-0001"}'))
    file = _dictionary({"/Type": pdf_name("/Filespec"), "/EF": _dictionary({"/F": stream})})
    file[NameObject("/F")] = file[NameObject("/UF")] = pdf_string("agreement.json")
    writer.root["/AF"].append(writer.add_object(file))
    writer.update_container(writer.root["/AF"])


def enlarge_the_stamp(writer: Any) -> None:
    """The first signature's picture is replaced by another one: as if somebody else had signed."""
    field = writer.root["/AcroForm"]["/Fields"][0]
    picture = StreamObject(stream_data=RED)
    picture[NameObject("/Type")], picture[NameObject("/Subtype")] = pdf_name("/XObject"), pdf_name("/Form")
    picture[NameObject("/BBox")] = field["/AP"]["/N"]["/BBox"]
    field["/AP"][NameObject("/N")] = writer.add_object(picture)
    writer.update_container(field)


def _dictionary(entries: dict[str, Any]) -> DictionaryObject:
    return DictionaryObject({NameObject(key): value for key, value in entries.items()})


def fooled_pyhanko(pdf: bytes, at: datetime) -> bool:
    """Whether pyHanko, run as its documentation shows, calls every signature of the file good."""
    signatures: list[Any] = PdfFileReader(BytesIO(pdf)).embedded_signatures
    return all(
        validate_pdf_signature(one, ValidationContext(trust_roots=[one.signer_cert], moment=at)).bottom_line
        for one in signatures
    )


def flipped(pdf: bytes, position: int, mask: int = 0x01) -> bytes:
    return pdf[:position] + bytes([pdf[position] ^ mask]) + pdf[position + 1 :]


def container_of_the_last_signature(pdf: bytes) -> tuple[int, int]:
    """Where the hexadecimal container of the last signature starts and ends, without its brackets."""
    _, before, after, _ = re.findall(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)\]", pdf)[-1]
    return int(before) + 1, int(after) - 1


def library_signer(key: SigningKey) -> SimpleSigner:
    (certificate,) = load_certs_from_pemder_data(key.certificate.public_bytes(Encoding.DER))
    secret = key.private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    store: Any = SimpleCertificateStore
    return SimpleSigner(certificate, load_private_key_from_pemder_data(secret, None), store())
