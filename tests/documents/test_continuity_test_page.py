"""How the plan and the report of a continuity test read: golden pages, and that every field has its say."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from copy import copy
from functools import cache
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from pydantic import ValidationError

from documents.fields import changed, declared_fields, filled_fields
from documents.test_pages import text_of
from sdflow.adapters.pages import Pages
from sdflow.areas.continuity.continuity_plan import ContinuityPlan
from sdflow.areas.continuity.continuity_test import ContinuityTest
from sdflow.domain.errors import Refused
from sdflow.domain.kind import Content

if TYPE_CHECKING:
    from documents.conftest import Sample

HERE = Path(__file__).parent
GOLDEN = HERE.parent / "golden" / "continuity"
STATES = {"plan": "planned", "draft": "failed", "final": "pending_approval"}
RECORDED = ("begun_at", "ended_at", "stopped_because", "timeline", "summary", "problems", "actions", "evidence")
OPEN = (
    "scope",
    "scenario",
    "aims",
    "place",
    "observers",
    "participants",
    "next_test_on",
    "signatories",
    "next_review_on",
)


def written() -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(
        (HERE / "continuity_test.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader
    )
    return found


@cache
def report() -> ContinuityTest:
    return ContinuityTest.model_validate(written()["test"])


def without(content: ContinuityTest, names: tuple[str, ...]) -> ContinuityTest:
    fields = ContinuityTest.model_fields
    return content.model_copy(update={name: fields[name].get_default(call_default_factory=True) for name in names})


def planned() -> ContinuityTest:
    """The same test before it was held."""
    content = without(report(), RECORDED)
    criteria = {key: one.model_copy(update={"met": None, "remark": None}) for key, one in content.criteria.items()}
    return content.model_copy(update={"criteria": criteria})


def bare() -> ContinuityTest:
    """The test as it was recorded, with everything else still open."""
    return without(report(), (*OPEN, "summary", "problems", "actions", "evidence", "criteria", "timeline", "ended_at"))


CASES: dict[str, Callable[[], ContinuityTest]] = {"plan": planned, "draft": bare, "final": report}


def records(sample: Sample) -> Mapping[str, Content]:
    plan = ContinuityPlan.model_validate(written()["plan"])
    email = sample.records["SVC-EMAIL"]
    return {
        **sample.records,
        "SVC-FILES": email.model_copy(update={"title": "File share"}),
        "BCP-0001": plan,
        "BCP-0002": plan.model_copy(update={"title": "Recovery of everything"}),
    }


def page(sample: Sample, pages: Pages, content: ContinuityTest, case: str) -> str:
    draft = case != "final"
    record = {
        "reference": "BCT-0001",
        "kind_title": content.description.title,
        "title": content.title,
        "version": 0 if draft else 1,
        "revision": 9,
        "state": STATES[case],
        "state_meaning": "Where the test stands.",
    }
    open_ended = {"draft": True, "envelope_sha256": None} if draft else {}
    known = copy(sample)
    known.records = records(sample)
    return pages.html("continuity_test", {**known.view("ola", content=content), "record": record, **open_ended})


@pytest.fixture(scope="module")
def final(sample: Sample, pages: Pages) -> str:
    return page(sample, pages, report(), "final")


@pytest.mark.parametrize("case", list(CASES))
def test_the_test_is_the_golden_page(case: str, sample: Sample, pages: Pages, pytestconfig: pytest.Config) -> None:
    html = page(sample, pages, CASES[case](), case)
    file = GOLDEN / f"continuity-test-{case}.html"
    if pytestconfig.getoption("--update-golden", default=False):
        file.write_text(html, encoding="utf-8")
    assert html == file.read_text(encoding="utf-8"), f"see {file.name}; if the change is meant: --update-golden"


def test_before_it_is_held_it_is_a_plan_and_afterwards_a_report(sample: Sample, pages: Pages, final: str) -> None:
    before = page(sample, pages, planned(), "plan")
    assert ("Continuity Test Plan" in before, "Continuity Test Report" in before) == (True, False)
    assert ("Continuity Test Plan" in final, "Continuity Test Report" in final) == (False, True)
    words = text_of(before)
    assert "Planned for 2 March 2027" in words
    assert "Timeline" not in words
    assert "To be agreed" not in words


def test_the_report_says_what_was_measured_against_what(final: str) -> None:
    words = text_of(final)
    for sentence in (
        "failed A success criterion or an objective was missed",
        "Stopped. The air conditioning of the second centre gave up",
        "works since Tue 2 Mar 2027 15:20 · data as of Tue 2 Mar 2027 11:15",
        "3 h 20 min at most 4 h met 45 min at most 1 h met 75.5 % at least 60 % met",
        "not recovered at most 3 h missed – no objective – no objective",
        "2 Tue 2 Mar 2027 14:50 timeline.t2 2 h 50 min Mail comes in again",
        "restored Business e-mail, 40 % of it; data as of Tue 2 Mar 2027 10:45",
        "lost again File share",
        "Step of the plan: Restore the mailbox store",
        "Entry 4 of the timeline",
        "done 30 March 2027",
        "The plan is tested again by 7 September 2027",
        "of whom none led the test, find it true and complete: BCT-0001, version 1",
    ):
        assert sentence in words


def test_the_drawing_says_in_words_what_it_draws(final: str) -> None:
    titles = [" ".join(unescape(one).split()).replace("\N{NO-BREAK SPACE}", " ") for one in
              re.findall(r"<title>(.*?)</title>", final, re.DOTALL)]  # fmt: skip
    (drawn,) = [one for one in titles if one.startswith("How long each service stood still")]
    assert (
        "Business e-mail: works after 3 h 20 min, within 4 h wanted, 45 min of work lost, at most 1 h tolerated."
        in drawn
    )
    assert "File share: not recovered, within 3 h wanted." in drawn


def test_a_tabletop_says_that_it_measures_nothing(sample: Sample, pages: Pages) -> None:
    talked = written()["test"]
    talked["sort"] = "tabletop"
    for entry in talked["timeline"].values():
        for name in ("restored", "lost", "data_as_of", "percent"):
            entry.pop(name, None)
    words = text_of(page(sample, pages, ContinuityTest.model_validate(talked), "final"))
    assert "In a tabletop exercise a recovery is talked about and not tried. It measures no recovery time" in words
    assert "not recovered" not in words


def test_no_field_can_change_without_its_page(sample: Sample, pages: Pages, final: str) -> None:
    silent = set()
    for path, other in changed(report(), records(sample)):
        try:
            content = ContinuityTest.model_validate(other.model_dump())
        except ValidationError:
            continue  # refused, so that nobody can sign it
        if page(sample, pages, content, "final") == final:
            silent.add(path)
    assert silent == set()


def test_the_sample_fills_every_field() -> None:
    assert declared_fields({ContinuityTest}) - set(filled_fields(report())) == {
        "Signatory.turn",
        "Signatory.method",
        "ContinuityTest.called_off_because",  # no test is both called off and reported
    }


def test_what_a_draft_shows_as_open_keeps_the_final_report_from_being_made(sample: Sample, pages: Pages) -> None:
    draft = page(sample, pages, bare(), "draft")
    assert "To be agreed" not in page(sample, pages, report(), "final")
    with pytest.raises(Refused) as refusal:
        page(sample, pages, bare(), "final")
    said = " ".join(refusal.value.reasons)
    open_points = [unescape(one) for one in re.findall(r"<b>To be agreed.</b> (.*?)</p>", draft)]
    assert len(open_points) >= 14
    assert [one for one in open_points if one not in said] == []


def test_every_entry_of_the_contents_leads_to_one_heading(final: str) -> None:
    ids = re.findall(r' id="([^"]+)"', final)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', final)) <= set(ids)
