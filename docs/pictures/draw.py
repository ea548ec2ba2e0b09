"""Draws the pictures of the README: pages of what the demonstration leaves behind, beside one another.

A picture that looks as it did is left alone, since keys and stamps differ from one demonstration to the next.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageChops, ImageStat

FOLDER = Path(__file__).parent
AGREEMENT, DAY = "SLA-RESIDENTS-LINE", "2026-04-02"
PAGES = (
    "",  # the cover
    "Service hours and support hours",
    "Workload limits",  # below the targets
    "How the service is built and supported",
    "Proof of alignment",
    "Agreement and signatures",
)
CATALOGUE = ("", "Planning and maps", "Services and business units")
DOTS_PER_INCH, GAP, COLOURS = 50, 12, 160
BACKGROUND = (214, 221, 229)
SAME = 2.0
"""How far, of 255, two pictures may differ on average and still show the same."""


def main() -> None:
    """Play the demonstration, and draw its agreement and its catalogue."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "demo"
        _sdflow("demo", "--folder", str(place))
        catalogue = place / "catalogue.pdf"
        _sdflow("catalogue", "-C", str(place / "workspace"), "--as-of", DAY, "-o", str(catalogue))
        _keep("agreement.png", _sheet(place / "documents" / f"{AGREEMENT}-v1.pdf", PAGES))
        _keep("catalogue.png", _sheet(catalogue, CATALOGUE))


def _sdflow(*words: str) -> None:
    subprocess.run([Path(sys.executable).with_name("sdflow"), *words], check=True, stdout=subprocess.DEVNULL)


def _sheet(pdf: Path, headings: Sequence[str]) -> Image.Image:
    """The pages that begin these parts of a document, three in a row on a ground of grey."""
    pages = [_page(pdf, number) for number in _numbers(pdf, headings)]
    rows = [pages[start : start + 3] for start in range(0, len(pages), 3)]
    width = max(sum(page.width + GAP for page in row) for row in rows) + GAP
    height = sum(max(page.height for page in row) + GAP for row in rows) + GAP
    sheet, top = Image.new("RGB", (width, height), BACKGROUND), GAP
    for row in rows:
        left = GAP
        for page in row:
            sheet.paste(page, (left, top))
            left += page.width + GAP
        top += max(page.height for page in row) + GAP
    few = sheet.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE)
    return sheet.quantize(palette=few, dither=Image.Dither.FLOYDSTEINBERG)


def _numbers(pdf: Path, headings: Sequence[str]) -> list[int]:
    """For each heading the page on which it stands with its number, the contents left out; the cover for none."""
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], check=True, capture_output=True, text=True).stdout
    pages = [[line.strip() for line in page.splitlines()] for page in text.split("\f")]
    return [1 if not heading else _number(pages, heading) for heading in headings]


def _number(pages: Sequence[Sequence[str]], heading: str) -> int:
    found = [number for number, lines in enumerate(pages, start=1) if any(_is_head(line, heading) for line in lines)]
    if not found:
        sys.exit(f"draw.py: no page of the document has the heading {heading!r}")
    return found[0]


def _is_head(line: str, heading: str) -> bool:
    number, _, words = line.partition(" ")
    return words.strip() == heading and number.replace(".", "").isdigit()


def _page(pdf: Path, number: int) -> Image.Image:
    place = pdf.with_suffix("")
    options = ["-r", str(DOTS_PER_INCH), "-f", str(number), "-l", str(number), "-singlefile", "-png"]
    subprocess.run(["pdftoppm", *options, pdf, place], check=True)
    with Image.open(place.with_suffix(".png")) as picture:
        return picture.convert("RGB")


def _keep(name: str, picture: Image.Image) -> None:
    """Write a picture, unless the one that is there shows the same."""
    path = FOLDER / name
    if path.is_file():
        with Image.open(path) as before:
            if before.size == picture.size and _difference(before, picture) < SAME:
                return
    picture.save(path, optimize=True)


def _difference(one: Image.Image, other: Image.Image) -> float:
    return max(ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other.convert("RGB"))).mean)


if __name__ == "__main__":
    main()
