"""How the agenda and the minutes of a service review read: golden pages, and that every field has its say."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from documents.fields import changed, declared_fields, filled_fields
from documents.looking_back import filled, records, view
from documents.test_pages import text_of
from sdflow.adapters.pages import Pages
from sdflow.areas.service_level.service_review import ServiceReview
from sdflow.domain.errors import Refused

if TYPE_CHECKING:
    from documents.conftest import Sample

GOLDEN = Path(__file__).parents[1] / "golden" / "review"
STATES = {"agenda": "planned", "draft": "held", "final": "minutes_agreed"}
MANDATORY = ("title", "customer", "agreements", "period", "owner", "planned_on")


def bare(**kept: object) -> ServiceReview:
    content, fields = filled(ServiceReview), ServiceReview.model_fields
    left = {name: one.get_default(call_default_factory=True) for name, one in fields.items() if name not in MANDATORY}
    return content.model_copy(update=left | kept)


CASES: dict[str, Callable[[], ServiceReview]] = {
    "agenda": bare,
    "draft": lambda: bare(held_on=filled(ServiceReview).held_on),
    "final": lambda: filled(ServiceReview),
}


def page(sample: Sample, pages: Pages, content: ServiceReview, case: str) -> str:
    return pages.html("service_review", view(sample, content, "SRV-0003", STATES[case], version=int(case == "final")))


@pytest.fixture(scope="module")
def final(sample: Sample, pages: Pages) -> str:
    return page(sample, pages, filled(ServiceReview), "final")


@pytest.mark.parametrize("case", list(CASES))
def test_the_review_is_the_golden_page(case: str, sample: Sample, pages: Pages, pytestconfig: pytest.Config) -> None:
    html = page(sample, pages, CASES[case](), case)
    file = GOLDEN / f"service-review-{case}.html"
    if pytestconfig.getoption("--update-golden", default=False):
        file.parent.mkdir(exist_ok=True)
        file.write_text(html, encoding="utf-8")
    assert html == file.read_text(encoding="utf-8"), f"see {file.name}; if the change is meant: --update-golden"


def test_before_the_meeting_it_is_an_agenda_and_afterwards_minutes(sample: Sample, pages: Pages, final: str) -> None:
    before = page(sample, pages, bare(), "agenda")
    assert ("Service Review Agenda" in before, "Service Review Minutes" in before) == (True, False)
    assert ("Service Review Agenda" in final, "Service Review Minutes" in final) == (False, True)
    assert "Planned for 10 November 2026" in text_of(before)
    assert "Attendance" not in before


def test_the_minutes_say_who_was_there_what_was_reached_and_what_was_agreed(final: str) -> None:
    words = text_of(final)
    for sentence in (
        "Held on 12 November 2026",
        "Ragnhild Moe Shipping desk for Halvorsen & Brandt excused",
        "2 of 3 Targets reached of those that were measured in 2026-10",
        "≥ 99.9 % 99.72 % missed",
        "≤ 30 minutes 22.5 minutes reached",
        "– no data",
        "4.2 of 6 at least 4.5 aimed at missed",
        "66 % 131 of 196",
        "answered on 19 October 2026 · 1 of 2 actions open",
        "Clear the lists because: Left over SLA-0001 actions.lists Chidi Okafor 29 November 2026 overdue",
        "Both sides meet again on 11 February 2027.",
    ):
        assert sentence in words, sentence


def test_the_pack_is_known_again_by_its_hash(final: str) -> None:
    assert "5a0e4b3d6c7f8a9b" in re.sub(r"[\s\u00a0]|<[^>]+>", "", final)


def test_minutes_without_what_they_have_to_say_are_refused(sample: Sample, pages: Pages) -> None:
    with pytest.raises(Refused) as caught:
        page(sample, pages, CASES["draft"](), "final")
    told = " ".join((str(caught.value), *caught.value.reasons, caught.value.advice or ""))
    for field in ("minutes_by", "summary", "attendance", "pack.sha256", "figures", "next_on", "satisfaction"):
        assert field in told, field


def test_the_sample_fills_every_field_that_there_is() -> None:
    reached = {one.partition(".")[0] for one in declared_fields([ServiceReview])}
    assert reached > {"ReviewAction", "FollowUp", "PeriodFigure", "TargetDecision"}
    assert declared_fields([ServiceReview]) - set(filled_fields(filled(ServiceReview))) == set()


def test_every_field_has_its_say(sample: Sample, pages: Pages, final: str) -> None:
    silent = [
        path
        for path, other in changed(filled(ServiceReview), records(sample))
        if page(sample, pages, ServiceReview.model_construct(**dict(other)), "final") == final
    ]
    assert silent == []


def test_what_people_write_stays_text(final: str) -> None:
    assert "room &lt;Fløyen&gt; &amp; by video" in final
    assert "<Fløyen>" in unescape(final)


def test_every_link_of_the_contents_leads_somewhere(final: str) -> None:
    ids = re.findall(r'id="([^"]+)"', final)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', final)) <= set(ids)
