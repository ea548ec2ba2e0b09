"""The last page of minutes and plans, wherever the text before it happens to end."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from documents.looking_back import filled
from documents.test_availability_plan_page import page as plan_page
from documents.test_service_review_page import page as review_page
from sdflow.adapters.pages import Pages
from sdflow.adapters.pdf import PdfPress
from sdflow.areas.availability.availability_plan import AvailabilityPlan
from sdflow.areas.service_level.service_review import ServiceReview
from sdflow.bootstrap import content_folder

if TYPE_CHECKING:
    from documents.conftest import Sample

CONTROL = '<section class="part part-control">'
PAGE, STEP = 260, 30
"""Millimetres: more than the text on a page is high, and less than a heading with a table of one row."""

PRINTED: dict[str, Callable[[Sample, Pages], str]] = {
    "minutes": lambda sample, pages: review_page(sample, pages, filled(ServiceReview), "final"),
    "plan": lambda sample, pages: plan_page(sample, pages, filled(AvailabilityPlan), "final"),
}


def cut(html: str) -> str:
    """The page with nothing of its parts but its document control, which is enough to see where that ends."""
    before, _, _ = html.partition('<nav class="contents">')
    return f"{before}<main>{html[html.index(CONTROL) :]}"


def last_pages(html: str, sample: Sample) -> Iterator[str]:
    """The words of the last page, for every place on a page at which document control may begin."""
    press = PdfPress([content_folder() / "documents"])
    for height in range(0, PAGE, STEP):
        pushed = html.replace(CONTROL, f'<div style="height: {height}mm"></div>{CONTROL}')
        whole = press.render(sample.manuscript(pushed, ()))
        words = subprocess.run(["pdftotext", "-layout", "-", "-"], input=whole, capture_output=True, check=True)
        yield words.stdout.decode().split("\f")[-2]


@pytest.mark.parametrize("which", list(PRINTED))
def test_the_last_page_never_holds_the_revisions_alone(which: str, sample: Sample, pages: Pages) -> None:
    html = cut(PRINTED[which](sample, pages))
    endings = list(last_pages(html, sample))
    assert sum("Revisions" in one for one in endings) > PAGE // STEP // 2
    assert [one for one in endings if "Revisions" in one and "Made by" not in one] == []
