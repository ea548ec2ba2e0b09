"""Accessible documents: PDF/A-3a that is PDF/UA-1 as well, read back from the file."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import unescape
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from pyhanko.pdf_utils.generic import IndirectObject
from pyhanko.pdf_utils.reader import PdfFileReader

from documents.test_pdf import DOCUMENTS, tool
from sdflow.adapters.pages import Pages
from sdflow.adapters.pdf import PdfPress
from sdflow.domain.document import ACCESSIBLE_MARK

if TYPE_CHECKING:
    from documents.conftest import Sample

pytestmark = pytest.mark.pdf

CASES = ("sla", "slr-german", "annex", "redline")


def html_of(case: str, sample: Sample) -> str:
    kind, _, language = case.partition("-")
    return sample.html(Pages([DOCUMENTS], "de_DE" if language else "en_GB"), kind)


@dataclass(frozen=True)
class Tagged:
    """An accessible file: the page of which it was made, and its elements in the order of reading."""

    html: str
    reader: PdfFileReader
    elements: list[tuple[str, str]]

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.elements]


@pytest.fixture(scope="module", params=CASES)
def tagged(request: pytest.FixtureRequest, sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Tagged:
    html = html_of(request.param, sample)
    fields = tuple(re.findall(r'id="sig-([^"]+)"', html))
    folder = tmp_path_factory.mktemp("accessible")
    made, plain = folder / "made.pdf", folder / "plain.pdf"
    made.write_bytes(PdfPress([DOCUMENTS]).render(replace(sample.manuscript(html, fields), accessible=True)))
    tool("qpdf", "--object-streams=disable", "--stream-data=uncompress", str(made), str(plain))
    reader = PdfFileReader(io.BytesIO(plain.read_bytes()))
    return Tagged(html, reader, list(elements(reader.root["/StructTreeRoot"])))


def elements(node: Any) -> Iterator[tuple[str, str]]:
    """Kind and alternative text of the elements of a structure tree in the order of reading."""
    children = node.get("/K", [])
    for reference in children if isinstance(children, list) else [children]:
        child = reference.get_object() if isinstance(reference, IndirectObject) else reference
        if isinstance(child, dict) and "/S" in child:
            yield str(child["/S"]), " ".join(str(child.get("/Alt", "")).split())
            yield from elements(child)


def test_the_file_says_what_it_is(tagged: Tagged) -> None:
    root = tagged.reader.root
    metadata = root["/Metadata"].data
    assert ACCESSIBLE_MARK in metadata
    assert b"<pdfaid:part>3</pdfaid:part>" in metadata or b'pdfaid:part="3"' in metadata
    assert re.search(rb"pdfaid:conformance[>=\"]+A", metadata)
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    (language,) = re.findall(r'<html lang="([^"]+)"', tagged.html)
    assert str(root["/Lang"]) == language


def test_every_drawing_has_the_words_of_its_title_in_its_place(tagged: Tagged) -> None:
    titles = re.findall(r"<svg\b[^>]*>\s*<title>(.*?)</title>", tagged.html, flags=re.DOTALL)
    assert tagged.html.count("<svg") == len(titles)
    assert [said for kind, said in tagged.elements if kind == "/Figure"] == [
        unescape(" ".join(one.split())) for one in titles
    ]


def test_headings_tables_lists_and_links_are_tagged_as_what_they_are(tagged: Tagged) -> None:
    found = tagged.kinds
    body = re.sub(r"<svg\b.*?</svg>", "", tagged.html, flags=re.DOTALL)
    for element, kind in (
        ("h1", "/H1"),
        ("h2", "/H2"),
        ("h3", "/H3"),
        ("table", "/Table"),
        ("tr", "/TR"),
        ("li", "/LI"),
    ):
        assert found.count(kind) >= len(re.findall(rf"<{element}\b", body)), element
    assert found.count("/Link") >= len(re.findall(r"<a href", body))


def test_headings_never_skip_a_level(tagged: Tagged) -> None:
    levels = [int(kind[2:]) for kind in tagged.kinds if re.fullmatch(r"/H\d", kind)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_annotation_is_in_the_structure_and_says_what_it_is(tagged: Tagged) -> None:
    reader = tagged.reader
    annotations = []
    for number in range(int(reader.root["/Pages"]["/Count"])):
        page = reader.find_page_for_modification(number)[0].get_object()
        found = [one.get_object() for one in page.get("/Annots", [])]
        assert not found or page["/Tabs"] == "/S"
        annotations += found
    assert all("/StructParent" in one for one in annotations)
    assert all(one["/Contents"] for one in annotations if one["/Subtype"] == "/Link")
    fields = [one for one in annotations if one["/Subtype"] == "/Widget"]
    assert len(fields) == tagged.html.count('id="sig-')
    assert all(one["/TU"] for one in fields)
    assert tagged.kinds.count("/Form") == len(fields)


def test_a_document_that_is_not_asked_to_be_accessible_does_not_say_that_it_is(sample: Sample) -> None:
    pdf = PdfPress([DOCUMENTS]).render(sample.manuscript(html_of("annex", sample), ()))
    assert ACCESSIBLE_MARK not in pdf
    assert "/StructTreeRoot" not in PdfFileReader(io.BytesIO(pdf)).root
