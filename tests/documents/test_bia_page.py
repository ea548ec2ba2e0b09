"""How a business impact analysis reads: golden pages, and that every field has its say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from pydantic import ValidationError

from documents.conftest import _cited
from documents.fields import changed, declared_fields, filled_fields
from documents.test_pages import text_of
from sdflow.adapters.pages import Pages
from sdflow.adapters.pages.drawing import along
from sdflow.areas.continuity.bia import Bia
from sdflow.domain.errors import Refused

if TYPE_CHECKING:
    from documents.conftest import Sample

HERE = Path(__file__).parent
GOLDEN = HERE.parent / "golden" / "continuity"
OPEN = ("scope", "method", "participants", "residual_risk", "next_review_on", "signatories", "change_request")


@cache
def analysis() -> Bia:
    text = (HERE / "bia.yaml").read_text(encoding="utf-8")
    return Bia.model_validate(yaml.load(text, Loader=yaml.BaseLoader))


def bare() -> Bia:
    """The analysis with everything still open that a draft may leave open."""
    whole = analysis()
    opened = {name: Bia.model_fields[name].get_default(call_default_factory=True) for name in OPEN}
    processes = {key: one.model_copy(update={"minimum": None, "impacts": {}}) for key, one in whole.processes.items()}
    return whole.model_copy(update=opened | {"processes": processes})


def view(sample: Sample, content: Bia, *, draft: bool = False) -> Mapping[str, object]:
    found = sample.view("ola", content=content)
    record = {
        "reference": "BIA-0001",
        "kind_title": content.description.title,
        "title": content.title,
        "version": 2,
        "revision": 7,
        "state": "draft" if draft else "pending_approval",
        "state_meaning": "Being written." if draft else "Frozen and waiting for the signatures, in their order.",
    }
    open_ended = {"draft": True, "envelope_sha256": None} if draft else {}
    return {**found, "record": record, "referred": _cited(content, sample.records, {}), **open_ended}


def page(sample: Sample, pages: Pages, content: Bia, *, draft: bool = False) -> str:
    return pages.html("bia", view(sample, content, draft=draft))


@pytest.fixture(scope="module")
def final(sample: Sample, pages: Pages) -> str:
    return page(sample, pages, analysis())


@pytest.mark.parametrize("draft", [False, True])
def test_the_analysis_is_the_golden_page(
    draft: bool, sample: Sample, pages: Pages, pytestconfig: pytest.Config
) -> None:
    html = page(sample, pages, bare() if draft else analysis(), draft=draft)
    file = GOLDEN / f"bia-{'draft' if draft else 'final'}.html"
    if pytestconfig.getoption("--update-golden", default=False):
        file.write_text(html, encoding="utf-8")
    assert html == file.read_text(encoding="utf-8"), f"see {file.name}; if the change is meant: --update-golden"


def test_objectives_stand_with_the_rule_or_the_reason_from_which_they_come(final: str) -> None:
    words = text_of(final)
    for sentence in (
        "1 Keeping the ledger MTPD set by hand: The quarter's accounts are due within a week (by the rule no limit)",
        "RTO as needed by Booking and papers of freight",
        "2 Booking and papers of freight after Keeping the ledger fully again after 2 days 4 h 3 h 1 h Gold",
        "The services of Keeping the ledger and Booking and papers of freight need a continuity plan, since at most 2 days are tolerable.",
        "Back within Lost work At least Meanwhile Business e-mail SVC-EMAIL; needs a continuity plan",
        "Booking and papers of freight 2 h 30 min 1 h 60 % Mail of the shipping desk in and out",
        "Nothing carries it from 2 h after the disruption until 3 h, when it has to work again",
        "75 % of the tolerable period, cut down to whole minutes",
        "Those who answer for the processes approve what is set out in BIA-0001, version 2",
    ):
        assert sentence in words


def test_curves_and_heat_map_say_in_words_what_they_draw(final: str) -> None:
    titles = [" ".join(unescape(one).split()) for one in re.findall(r"<title>(.*?)</title>", final, re.DOTALL)]
    drawn = [one for one in titles if one.startswith(("Worst harm", "Harm of losing"))]
    assert len(drawn) == 1 + len(analysis().processes)
    assert "Heavy after 1 day" in drawn[0]
    assert "tolerable for 4 h, back within 3 h." in drawn[0]
    assert any("Safety of crews: Minor after 1 hour, Minor after 4 hours, Heavy after 1 day" in one for one in drawn)


def test_no_field_can_change_without_its_page(sample: Sample, pages: Pages, final: str) -> None:
    silent = set()
    for path, other in changed(analysis(), sample.records):
        try:
            content = Bia.model_validate(other.model_dump())
        except ValidationError:
            continue  # refused, so that nobody can sign it
        if page(sample, pages, content) == final:
            silent.add(path)
    assert silent == set()


def test_the_sample_fills_every_field(sample: Sample) -> None:
    assert declared_fields({Bia}) - set(filled_fields(analysis())) - {"Signatory.turn", "Signatory.method"} == set()


def test_what_a_draft_shows_as_open_keeps_the_final_document_from_being_made(sample: Sample, pages: Pages) -> None:
    draft = page(sample, pages, bare(), draft=True)
    assert "To be agreed" not in page(sample, pages, analysis())
    with pytest.raises(Refused) as refusal:
        page(sample, pages, bare())
    said = " ".join(refusal.value.reasons)
    open_points = [unescape(one) for one in re.findall(r"<b>To be agreed.</b> (.*?)</p>", draft)]
    assert len(open_points) >= 3 + 2 * len(analysis().processes)
    assert [one for one in open_points if one not in said] == []


def test_every_entry_of_the_contents_leads_to_one_heading(final: str) -> None:
    ids = re.findall(r' id="([^"]+)"', final)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', final)) <= set(ids)


def test_a_time_stands_between_the_stops_of_the_scale_between_which_it_lies() -> None:
    stops = [60, 240, 1440]
    places = {0: 0, 30: 0.5, 60: 1, 150: 1.5, 240: 2, 840: 2.5, 1440: 3, 99_999: 3}
    assert {minutes: along(minutes, stops) for minutes in places} == places
    assert along(0, [0, 10]) == 1, "the first stop is where it stands, be it nothing at all"
