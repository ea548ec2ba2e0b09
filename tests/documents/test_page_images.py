"""How the pages look: each against its committed picture, so that an ugly change is seen."""

from __future__ import annotations

import logging
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from documents.test_pages import CASES
from sdflow.adapters.pages import Pages
from sdflow.adapters.pdf import PdfPress

if TYPE_CHECKING:
    from documents.conftest import Sample

pytestmark = pytest.mark.pdf

DOCUMENTS = Path(__file__).parents[2] / "documents"
PICTURES = Path(__file__).parents[1] / "golden" / "pages"
RESOLUTION = 40
TOLERANCE = 1.2
"""The mean difference of a page's pixels from 0 to 255. Another version of the drawing library gives up to 0.5, a heading
one size larger or a line more at least 2."""
GREYS = 16
STEP = 255 / (GREYS - 1)

GERMAN = "slr-german"
NAMES = [f"{case}-{'draft' if draft else 'final'}" for case, draft in CASES] + [GERMAN]


class Printed:
    """Every document of the sample as a PDF, each made once, with what WeasyPrint said meanwhile."""

    def __init__(self, sample: Sample, folder: Path) -> None:
        self.sample, self.folder = sample, folder
        self.press = PdfPress([DOCUMENTS])
        self.said: dict[str, list[str]] = {}

    def file(self, name: str, caplog: pytest.LogCaptureFixture) -> Path:
        file = self.folder / f"{name}.pdf"
        if name not in self.said:
            caplog.clear()
            with caplog.at_level(logging.WARNING):
                file.write_bytes(self.press.render(self.sample.manuscript(self.html(name), self.fields(name))))
            self.said[name] = [record.getMessage() for record in caplog.records]
        return file

    def html(self, name: str) -> str:
        if name == GERMAN:
            return self.sample.html(Pages([DOCUMENTS], "de_DE", "letter"), "slr")
        case, _, state = name.rpartition("-")
        return self.sample.html(Pages([DOCUMENTS]), case, draft=state == "draft")

    def fields(self, name: str) -> tuple[str, ...]:
        return tuple(re.findall(r'id="sig-([^"]+)"', self.html(name)))


@pytest.fixture(scope="module")
def printed(sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Printed:
    return Printed(sample, tmp_path_factory.mktemp("printed"))


def pages_of(pdf: Path) -> list[Image.Image]:
    if shutil.which("pdftoppm") is None:
        pytest.skip("pdftoppm is not installed; install poppler-utils to run this test")
    command = ["pdftoppm", "-r", str(RESOLUTION), "-gray", str(pdf), str(pdf.with_suffix(""))]
    subprocess.run(command, check=True, capture_output=True)
    files = sorted(pdf.parent.glob(f"{pdf.stem}-*.pgm"), key=lambda file: int(file.stem.rpartition("-")[2]))
    return [Image.open(file).convert("L") for file in files]


def keep(pages: list[Image.Image], file: Path) -> None:
    """The pages below one another, in few greys: small enough to be committed."""
    width, height = pages[0].size
    strip = Image.new("L", (width, height * len(pages)))
    for number, page in enumerate(pages):
        strip.paste(page, (0, number * height))
    few = strip.point(lambda value: round(round(value / STEP) * STEP))
    file.parent.mkdir(exist_ok=True)
    few.convert("P", palette=Image.Palette.ADAPTIVE, colors=GREYS).save(file, optimize=True)


def differences(pages: list[Image.Image], file: Path) -> list[float]:
    """The mean difference of each page from the one that is kept, beyond what its few greys account for."""
    strip = np.asarray(Image.open(file).convert("L"), dtype=float)
    width, height = pages[0].size
    assert strip.shape == (height * len(pages), width), (
        f"{len(pages)} pages where {strip.shape[0] / height:g} were kept"
    )
    kept = strip.reshape(len(pages), height, width)
    apart = (np.abs(np.asarray(page, dtype=float) - old) for page, old in zip(pages, kept, strict=True))
    return [float(np.maximum(one - STEP / 2, 0).mean()) for one in apart]


@pytest.mark.parametrize("name", NAMES)
def test_every_document_is_laid_out_without_a_complaint(
    name: str, printed: Printed, caplog: pytest.LogCaptureFixture
) -> None:
    pdf = printed.file(name, caplog).read_bytes()
    assert printed.said[name] == []
    assert (b"/AcroForm" in pdf or bool(printed.fields(name))) == bool(printed.fields(name))


@pytest.mark.parametrize("name", NAMES)
def test_the_pages_of_a_document_look_as_they_did(
    name: str, printed: Printed, caplog: pytest.LogCaptureFixture, pytestconfig: pytest.Config
) -> None:
    pages = pages_of(printed.file(name, caplog))
    file = PICTURES / f"{name}.png"
    if pytestconfig.getoption("--update-golden", default=False):
        keep(pages, file)
    found = differences(pages, file)
    changed = [f"page {number}: {one:.2f}" for number, one in enumerate(found, 1) if one > TOLERANCE]
    assert changed == [], f"compare with {file.name}; if the change is meant: --update-golden"


def test_every_picture_belongs_to_a_document() -> None:
    assert {file.stem for file in PICTURES.glob("*.png")} == set(NAMES)


@pytest.mark.parametrize(
    "ugly",
    [
        "h3 { font-size: 13pt }",
        "p { margin-bottom: 3.4mm }",
        "table { font-size: 9.4pt }",
        "main { font-weight: 600 }",
        ".structure, .route { background: #c0d0e0 }",
        "@page { margin-left: 27mm }",
    ],
)
def test_an_ugly_change_is_seen(ugly: str, printed: Printed, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    name = "sla-final" if "route" in ugly else "ola-final"
    html = printed.html(name).replace("</head>", f"<style>{ugly}</style></head>")
    file = tmp_path / "ugly.pdf"
    file.write_bytes(printed.press.render(printed.sample.manuscript(html, printed.fields(name))))
    try:
        found = differences(pages_of(file), PICTURES / f"{name}.png")
    except AssertionError:
        return  # another number of pages is seen as well
    assert max(found) > TOLERANCE
