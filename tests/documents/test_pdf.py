from __future__ import annotations

import hashlib
import io
import logging
import os
import pickle
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from sdflow.adapters.pages import Pages
from sdflow.adapters.pdf import PdfPress
from sdflow.adapters.pdf.press import missing_library
from sdflow.domain.document import Manuscript
from sdflow.domain.errors import Unreadable

if TYPE_CHECKING:
    from documents.conftest import Sample

pytestmark = pytest.mark.pdf

DOCUMENTS = Path(__file__).parents[2] / "documents"
SECRET = "the content of a file outside"
PIXEL = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def tool(*command: str) -> str:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed; install poppler-utils and qpdf to run this test")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def press() -> PdfPress:
    return PdfPress([DOCUMENTS])


@pytest.fixture(scope="session")
def manuscript(sample: Sample, pages: Pages) -> Manuscript:
    return sample.manuscript(pages.html("sla", sample.view("sla")))


@pytest.fixture(scope="session")
def sla(press: PdfPress, manuscript: Manuscript, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("pdf") / "sla.pdf"
    file.write_bytes(press.render(manuscript))
    return file


def plain(body: str, fields: Sequence[str] = ()) -> Manuscript:
    html = f'<!DOCTYPE html><html lang="en"><head><title>Page</title></head><body>{body}</body></html>'
    return Manuscript(html, "Page", "Somebody", datetime(2026, 12, 1, tzinfo=UTC), "PAGE-1", fields=tuple(fields))


def fields_of(pdf: bytes) -> list[Any]:
    form = PdfFileReader(io.BytesIO(pdf)).root["/AcroForm"]
    return [reference.get_object() for reference in form.raw_get("/Fields")]


def test_a_document_is_a_sound_pdf(sla: Path) -> None:
    assert "No syntax or stream encoding errors" in tool("qpdf", "--check", str(sla))


def test_a_document_declares_pdf_a_3u_and_the_title_author_and_date_of_the_record(sla: Path) -> None:
    metadata = tool("pdfinfo", "-meta", str(sla))
    assert 'pdfaid:part="3"' in metadata
    assert "<pdfaid:conformance>U</pdfaid:conformance>" in metadata or 'pdfaid:conformance="U"' in metadata
    facts = tool("pdfinfo", "-isodates", str(sla))
    assert re.search(r"Title: +Service level agreement SLA-0001", facts)
    assert re.search(r"Author: +Northgate Service Delivery", facts)
    assert re.search(r"CreationDate: +2026-12-01T09:30:00", facts)


def test_a_document_carries_its_attachments_with_what_they_are_to_it(sla: Path, tmp_path: Path) -> None:
    listed = tool("pdfdetach", "-list", str(sla))
    assert "agreement.json" in listed
    assert "targets.csv" in listed
    tool("pdfdetach", "-savefile", "agreement.json", "-o", str(tmp_path / "out.json"), str(sla))
    assert (tmp_path / "out.json").read_bytes() == b'{"format":"sla/1"}'
    files = [one.get_object() for one in PdfFileReader(io.BytesIO(sla.read_bytes())).root["/AF"]]
    assert {str(one["/UF"]): str(one["/AFRelationship"]) for one in files} == {
        "agreement.json": "/Source",
        "targets.csv": "/Data",
    }


def test_every_font_of_a_document_is_inter_and_embedded(sla: Path) -> None:
    rows = tool("pdffonts", str(sla)).splitlines()[2:]
    assert rows
    for row in rows:
        assert "+Inter" in row
        assert re.search(r"Identity-H +yes +yes +yes", row), row


def test_a_document_has_an_empty_field_for_each_signatory_inside_the_page(sla: Path) -> None:
    provider, customer = fields_of(sla.read_bytes())
    assert [str(one["/T"]) for one in (provider, customer)] == ["provider", "customer"]
    for one in (provider, customer):
        left, bottom, right, top = map(float, one["/Rect"])
        assert str(one["/FT"]) == "/Sig"
        assert "/V" not in one
        assert 150 < right - left < 250
        assert 50 < top - bottom < 100
        assert 0 < left < right < 595
        assert 0 < bottom < top < 842
    assert float(provider["/Rect"][2]) < float(customer["/Rect"][0])
    assert "/Lock" not in provider
    lock = customer["/Lock"]
    assert (str(lock["/Type"]), str(lock["/Action"]), int(lock["/P"])) == ("/SigFieldLock", "/All", 1)


def test_a_document_has_one_revision_until_it_is_signed(sla: Path) -> None:
    assert sla.read_bytes().count(b"startxref") == 1


def test_the_same_manuscript_gives_the_same_bytes(press: PdfPress, manuscript: Manuscript, sla: Path) -> None:
    assert press.render(manuscript) == sla.read_bytes()


def test_the_bytes_depend_neither_on_the_process_nor_on_the_time_zone(manuscript: Manuscript, sla: Path) -> None:
    program = (
        "import hashlib, pickle, sys, pathlib; from sdflow.adapters.pdf import PdfPress;"
        "m = pickle.loads(sys.stdin.buffer.read());"
        "print(hashlib.sha256(PdfPress([pathlib.Path(sys.argv[1])]).render(m)).hexdigest())"
    )
    for zone in ("Pacific/Auckland", "America/Los_Angeles"):
        done = subprocess.run(
            [sys.executable, "-c", program, str(DOCUMENTS)],
            input=pickle.dumps(manuscript),
            env={**os.environ, "TZ": zone, "PYTHONHASHSEED": str(len(zone))},
            capture_output=True,
            check=True,
        )
        assert done.stdout.decode().strip() == hashlib.sha256(sla.read_bytes()).hexdigest()


def test_the_annex_of_contacts_is_laid_out_without_a_complaint(
    sample: Sample, pages: Pages, press: PdfPress, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "annex.pdf"
    with caplog.at_level(logging.WARNING):
        file.write_bytes(press.render(sample.manuscript(sample.html(pages, "annex"), ())))
    assert [record.getMessage() for record in caplog.records] == []
    words = " ".join(tool("pdftotext", "-layout", str(file), "-").replace("\N{NO-BREAK SPACE}", " ").split())
    assert "annex of contacts · 1 December 2026 Page 1 of 1" in words


def test_a_table_of_a_thousand_rows_has_its_head_on_every_page_and_no_row_is_lost(
    press: PdfPress, sample: Sample, pages: Pages, tmp_path: Path
) -> None:
    changes = [
        {"path": f"targets.measures.row_{one}.value", "pieces": [("gone", "1"), ("come", "2")]} for one in range(1000)
    ]
    html = pages.html("redline", sample.redline() | {"changes": changes})
    file = tmp_path / "redline.pdf"
    file.write_bytes(press.render(sample.manuscript(html, ())))
    printed = tool("pdftotext", "-layout", str(file), "-").split("\f")[:-1]
    rows = "".join("".join(printed).split())
    assert [number for number in range(1000) if f"row_{number}.value" not in rows] == []
    assert len(printed) > 10
    assert [page for page in printed if "Clause" not in page] == []


def test_the_contents_give_the_pages_on_which_the_parts_are(sla: Path) -> None:
    texts = tool("pdftotext", "-layout", str(sla), "-").split("\f")
    contents = next(text for text in texts if "Contents" in text and ". . ." in text)
    for title in ("Service level targets", "Proof of alignment", "Agreement and signatures"):
        found = re.search(rf"{title}[ .]+(\d+)\n", contents)
        assert found, title
        assert title in texts[int(found[1]) - 1]
    assert f"Page 3 of {len(texts) - 1}" in texts[2]


def test_a_stamp_is_one_page_of_the_size_of_its_box(press: PdfPress, pages: Pages, tmp_path: Path) -> None:
    view = {"name": "Jürgen Brandt", "capacity": "Chief Information Officer", "party": "Halvorsen & Brandt"}
    moment = datetime(2026, 12, 3, 14, 5, 9, tzinfo=UTC)
    html = pages.html("stamp", {**view, "signed_at": moment, "fingerprint": "ab12" * 16})
    file = tmp_path / "stamp.pdf"
    file.write_bytes(press.stamp(203.5, 68, html))
    facts = tool("pdfinfo", str(file))
    assert re.search(r"Pages: +1\n", facts)
    assert "203.5 x 68 pts" in facts
    assert "3 December 2026, 14:05:09 UTC" in tool("pdftotext", str(file), "-").replace("\N{NO-BREAK SPACE}", " ")
    assert press.stamp(203.5, 68, html) == file.read_bytes()


def test_a_stamp_for_the_longest_names_stays_on_its_page(press: PdfPress, pages: Pages, tmp_path: Path) -> None:
    view = {"name": "Maximiliane " * 16, "capacity": "Deputy head " * 40, "party": "Brandt & " * 20}
    moment = datetime(2026, 12, 3, 14, 5, 9, tzinfo=UTC)
    file = tmp_path / "stamp.pdf"
    html = pages.html("stamp", {**view, "signed_at": moment, "fingerprint": "ab12" * 16})
    file.write_bytes(press.stamp(203.5, 68, html))
    assert re.search(r"Pages: +1\n", tool("pdfinfo", str(file)))


def test_characters_that_no_font_has_are_named_with_the_heading_where_they_stand(press: PdfPress) -> None:
    with pytest.raises(Unreadable) as refusal:
        press.render(plain("<h2>Scope of <b>service</b></h2><p>Mail for 中国 &#x1F600;</p>"))
    messages = [fault.message for fault in refusal.value.faults]
    assert any("U+4E2D CJK UNIFIED IDEOGRAPH-4E2D" in message for message in messages)
    assert any("U+1F600 GRINNING FACE" in message for message in messages)
    assert {fault.field for fault in refusal.value.faults} == {"Scope of service"}


def test_marks_that_turn_the_direction_of_reading_are_refused(press: PdfPress) -> None:
    with pytest.raises(Unreadable, match="U\\+202E RIGHT-TO-LEFT OVERRIDE turns the direction"):
        press.render(plain("<p>Restore within 4\u202e h</p>"))


@pytest.mark.parametrize("text", ["≤ 4 h ± 5 % → ✓ × – … „Größe“ Łódź Ελλάδα Кирилица", "e\u0301 a\u00adb a\u2060b"])
def test_the_letters_of_europe_and_the_usual_signs_can_be_printed(text: str, press: PdfPress) -> None:
    assert press.render(plain(f'<p style="font-family: Inter">{text}</p>')).startswith(b"%PDF-1.7")


@pytest.mark.parametrize(
    "payload",
    [
        '<img src="file:///etc/hostname">',
        '<img src="http://127.0.0.1:9/x.png">',
        '<img src="https://127.0.0.1:9/x.png">',
        '<img src="HTTP://127.0.0.1:9/x.png">',
        '<img src="//127.0.0.1/x.png">',
        '<img src="ftp://127.0.0.1/x.png">',
        '<img src="../secret.png">',
        '<img src="/etc/hostname">',
        '<img src="sdflow:../secret.png">',
        '<img src="sdflow:/../secret.png">',
        '<img src="sdflow:%2e%2e/secret.png">',
        '<img src="sdflow:linked.png">',
        '<img src="sdflow:nothing.png">',
        '<img src="sdflow:page.html.j2">',
        '<img src="data:text/html,hello">',
        '<img src="data:application/pdf;base64,AAAA">',
        f'<img src="data:image/png;base64,{"A" * 2_000_001}">',
        '<link rel="stylesheet" href="http://127.0.0.1:9/x.css">',
        '<link rel="stylesheet" href="file:///etc/hostname">',
        '<link rel="attachment" href="file:///etc/hostname">',
        '<a rel="attachment" href="file:///etc/hostname">x</a>',
        '<style>@import url("http://127.0.0.1:9/x.css");</style>',
        '<style>@import "file:///etc/hostname";</style>',
        '<style>body { background: url("file:///etc/hostname") }</style>',
        '<style>li { list-style-image: url("http://127.0.0.1:9/x") }</style><ul><li>x</li></ul>',
        '<style>p::before { content: url("http://127.0.0.1:9/x") }</style><p>x</p>',
        '<style>@font-face { font-family: x; src: url("file:///etc/hostname") }</style><p style="font-family: x">x</p>',
        '<p style="background: url(http://127.0.0.1:9/x)">x</p>',
        '<base href="http://127.0.0.1:9/"><img src="x.png">',
        '<base href="file:///etc/"><img src="hostname">',
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/hostname" width="9" height="9"/></svg>',
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="http://127.0.0.1:9/x" width="9" height="9"/></svg>',
        '<img src="data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 width=%229%22 height=%229%22%3E'
        '%3Cimage href=%22file:///etc/hostname%22 width=%229%22 height=%229%22/%3E%3C/svg%3E">',
        '<object data="file:///etc/hostname"></object>',
        '<embed src="http://127.0.0.1:9/x.png">',
        '<a href="javascript:alert(1)">x</a>',
        '<a href="JavaScript:alert(1)">x</a>',
        '<a href="file:///etc/hostname">x</a>',
        '<a href="http://127.0.0.1:9/">x</a>',
        '<a href="data:text/html,x">x</a>',
        '<a href="other.pdf">x</a>',
        '<a href="//127.0.0.1/">x</a>',
        '<table><tr><td colspan="100000">x</td></tr></table>',
        '<table><tr><td rowspan="99999999999999999999">x</td></tr></table>',
        "<div>" * 300 + "x",
    ],
)
def test_a_page_that_asks_for_something_from_outside_or_without_measure_is_refused(
    payload: str, tmp_path: Path
) -> None:
    folder = tmp_path / "documents"
    shutil.copytree(DOCUMENTS / "fonts", folder / "fonts")
    (folder / "page.html.j2").write_text("a template", encoding="utf-8")
    (tmp_path / "secret.png").write_text(SECRET, encoding="utf-8")
    (folder / "linked.png").symlink_to(tmp_path / "secret.png")
    with pytest.raises(Unreadable):
        PdfPress([folder]).render(plain(payload))


@pytest.mark.parametrize(
    "body",
    [
        f'<img alt="" src="{PIXEL}">',
        '<img alt="" src="sdflow:logo.svg">',
        '<a href="https://northgate.example/">x</a> <a href="mailto:desk@northgate.example">x</a>',
        '<script>alert(1)</script><p onclick="alert(1)">x</p>',
    ],
)
def test_pictures_of_the_folders_and_small_ones_in_place_may_be_used(body: str, tmp_path: Path) -> None:
    logo = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
    (tmp_path / "logo.svg").write_text(logo, encoding="utf-8")
    pdf = PdfPress([tmp_path, DOCUMENTS]).render(plain(f'<div style="font-family: Inter">{body}</div>'))
    assert b"/JavaScript" not in pdf


def test_a_stylesheet_of_the_workspace_takes_the_place_of_its_namesake(tmp_path: Path) -> None:
    (tmp_path / "document.css").write_text("@page { size: 300pt 400pt }", encoding="utf-8")
    body = '<link rel="stylesheet" href="sdflow:document.css"><p style="font-family: Inter">x</p>'
    reader = PdfFileReader(io.BytesIO(PdfPress([tmp_path, DOCUMENTS]).render(plain(body))))
    page = reader.root["/Pages"]["/Kids"][0]
    assert [float(edge) for edge in page["/MediaBox"]] == [0, 0, 300, 400]


def test_a_signature_without_a_place_on_the_page_is_refused_by_name(press: PdfPress) -> None:
    with pytest.raises(Unreadable, match='customer: no element has the id "sig-customer"'):
        press.render(plain('<div id="sig-provider" style="height: 9mm"></div>', ["provider", "customer"]))


def test_names_of_fields_with_letters_of_other_alphabets_are_kept(press: PdfPress) -> None:
    (field,) = fields_of(press.render(plain('<div id="sig-Zoë" style="height: 9mm"></div>', ["Zoë"])))
    assert str(field["/T"]) == "Zoë"


def test_another_identifier_or_date_gives_another_file(press: PdfPress) -> None:
    first = plain('<p style="font-family: Inter">x</p>')
    files = {
        press.render(one)
        for one in (
            first,
            replace(first, identifier="PAGE-2"),
            replace(first, dated_at=datetime(2026, 12, 2, tzinfo=UTC)),
        )
    }
    assert len(files) == 3


def test_folders_without_a_font_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="no documents folder holds a font"):
        PdfPress([tmp_path]).render(plain("x"))


def test_a_font_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "fonts").mkdir()
    (tmp_path / "fonts" / "Broken.ttf").write_text("no font", encoding="utf-8")
    with pytest.raises(Unreadable, match=r"Broken\.ttf"):
        PdfPress([tmp_path]).render(plain("x"))


def test_the_environment_is_as_before_after_a_document(press: PdfPress, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FONTCONFIG_FILE", "/somewhere/else.conf")
    press.render(plain('<p style="font-family: Inter">x</p>'))
    assert os.environ["FONTCONFIG_FILE"] == "/somewhere/else.conf"


def test_a_machine_without_the_libraries_is_told_how_to_install_them() -> None:
    message = str(missing_library("cannot load library 'libpango-1.0-0'\nmore"))
    assert "cannot load library 'libpango-1.0-0'" in message
    assert "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0" in message


def test_importing_the_press_loads_nothing_heavy() -> None:
    program = "import sys, sdflow.adapters.pdf; print('weasyprint' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
