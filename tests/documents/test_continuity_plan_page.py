"""How a continuity plan reads: golden pages, its drawings, and that every field has its say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from pydantic import ValidationError

from documents.conftest import _cited, _week
from documents.fields import changed, declared_fields, filled_fields
from documents.test_pages import text_of
from sdflow.adapters.pages import Pages
from sdflow.areas.continuity.continuity_plan import ContinuityPlan
from sdflow.areas.registers.calendar import Calendar
from sdflow.domain.continuity import Exercise
from sdflow.domain.continuity import TestedService as Measured
from sdflow.domain.errors import Refused
from sdflow.domain.kind import Content
from sdflow.domain.recovery import recovery
from sdflow.engine.recovery import HeldTest, recovery_chart

if TYPE_CHECKING:
    from documents.conftest import Sample

HERE = Path(__file__).parent
GOLDEN = HERE.parent / "golden" / "continuity"
FIRST, LAST = date(2027, 1, 1), date(2027, 1, 10)
KEPT = ("title", "owner", "services", "detection_minutes", "decision_minutes", "zone")
TESTS = [
    HeldTest(
        "BCT-0001",
        "Restoring on reserved machines",
        Exercise(
            "BCP-0001", 1, "full", True, date(2026, 6, 6), "passed", (Measured("services.mail", "SVC-EMAIL", 455, 45, None),)
        ),
    )
]  # fmt: skip


@cache
def plan() -> ContinuityPlan:
    text = (HERE / "continuity_plan.yaml").read_text(encoding="utf-8")
    return ContinuityPlan.model_validate(yaml.load(text, Loader=yaml.BaseLoader))


def bare() -> ContinuityPlan:
    """The plan with everything still open that a draft may leave open."""
    whole = plan()
    fields = ContinuityPlan.model_fields
    opened = {name: fields[name].get_default(call_default_factory=True) for name in fields if name not in KEPT}
    services = {key: one.model_copy(update={"strategy": None}) for key, one in whole.services.items()}
    return whole.model_copy(update={**opened, "services": services})


def records(sample: Sample) -> Mapping[str, Content]:
    email = sample.records["SVC-EMAIL"]
    more = {
        "SVC-PAPERS": email.model_copy(update={"title": "Shipping papers"}),
        "SVC-JOURNAL": email.model_copy(update={"title": "Journal of mail"}),
        "BCP-0001": plan(),
    }
    return {**sample.records, **more}


def view(sample: Sample, content: ContinuityPlan, *, draft: bool = False) -> Mapping[str, object]:
    referred = _cited(content, records(sample), {})
    named = {one.hours for one in content.recovery_plan().steps.values() if one.hours}
    calendars = {name: one for name, one in records(sample).items() if isinstance(one, Calendar)}
    hours = {name: calendars[name].open_hours({}) for name in named}
    found = recovery(content.recovery_plan(), hours, FIRST, LAST)
    record = {
        "reference": "BCP-0001",
        "kind_title": content.description.title,
        "title": content.title,
        "version": 2,
        "revision": 7,
        "state": "draft" if draft else "pending_approval",
        "state_meaning": "Being written." if draft else "Frozen and waiting for the signatures, in their order.",
    }
    return {
        **sample.view("ola", content=sample.records["OLA-0002"]),
        "content": content,
        "record": record,
        "referred": referred,
        "calendars": {name: _week(one) for name, one in referred.items() if isinstance(one, Calendar)},
        "signatories": [
            {"key": one.key, "name": one.person, "capacity": one.capacity, "party": one.party, "fingerprint": "ab" * 32}
            for one in content.signing_order()
        ],
        "recovery_charts": {one: recovery_chart(found, one, content.zone) for one in found.services},
        "held_tests": [] if draft else TESTS,
        **({"draft": True, "envelope_sha256": None} if draft else {}),
    }


def page(sample: Sample, pages: Pages, content: ContinuityPlan, *, draft: bool = False) -> str:
    return pages.html("continuity_plan", view(sample, content, draft=draft))


@pytest.fixture(scope="module")
def final(sample: Sample, pages: Pages) -> str:
    return page(sample, pages, plan())


@pytest.mark.parametrize("draft", [False, True])
def test_the_plan_is_the_golden_page(draft: bool, sample: Sample, pages: Pages, pytestconfig: pytest.Config) -> None:
    html = page(sample, pages, bare() if draft else plan(), draft=draft)
    file = GOLDEN / f"continuity_plan-{'draft' if draft else 'final'}.html"
    if pytestconfig.getoption("--update-golden", default=False):
        file.write_text(html, encoding="utf-8")
    assert html == file.read_text(encoding="utf-8"), f"see {file.name}; if the change is meant: --update-golden"


def test_the_plan_says_what_people_must_know_in_a_disaster(final: str) -> None:
    words = text_of(final)
    for sentence in (
        "Disruptions of less than 45 min are dealt with otherwise.",
        "1 Chidi Okafor PER-OKAFOR Continuity manager alone",
        "2 Helen Carrick PER-CARRICK Head of delivery together with another who invokes jointly",
        "Noticed within 10 min of the disruption Decided within 20 min of when it is noticed",
        "Nobody works on a recovery for longer than 10 h at a stretch",
        "3 Restore the mailboxes restore Reads back: Nightly copy",
        "Nightly copy Business e-mail, Shipping papers Second computing centre, for 35 days 30 min 12 min + 8 min of transfer 50 min 2 h",
        "All users users What is disturbed. 15 min from when it is noticed every 1 h until services work Status page Crisis team",
        "6 June 2026 passed, version 1",
        "The contacts were last checked on 20 November 2026.",
        "Those who answer for the services and their recovery approve what is set out in BCP-0001, version 2.",
    ):
        assert sentence in words


def test_a_recovery_that_takes_longer_than_required_says_from_which_start(final: str) -> None:
    """15 min of the crisis team, 210 min of the mail crew, the last of them after it was away from Saturday 22:00 to Sunday 20:00."""
    assert 30 + 15 + 210 + 22 * 60 == 26 * 60 + 15
    words = text_of(final)
    assert "Longer than required. By its steps the recovery takes" in words
    assert re.search(
        r"At worst 26 h 15 min from the disruption, namely if it begins at \w{3} \d+ Jan 2027 \d\d:\d\d \(Europe/Oslo\)",
        words,
    )


def test_the_drawings_say_in_words_what_they_draw(final: str) -> None:
    titles = [" ".join(unescape(one).split()) for one in re.findall(r"<title>(.*?)</title>", final, re.DOTALL)]
    (calls,) = (one for one in titles if one.startswith("Call tree"))
    assert "Helen Carrick calls Solveig Lind within 10 minutes of the invocation" in calls
    assert "Solveig Lind calls Torbjørn Aasen within 25 minutes of the invocation" in calls
    charts = [one for one in titles if one.startswith("Recovery of")]
    assert [one.partition(",")[0] for one in charts] == ["Recovery of Business e-mail", "Recovery of Shipping papers"]
    assert "noticed after 10, invoked after 30; Open the crisis room from 30 to 45" in charts[0]
    assert "Thank the shipping desk" not in "".join(charts), "nothing waits for it"
    assert re.search(
        r"Restore the mailboxes from 105 to 1575, on the critical path; it works again after 1575", charts[0]
    )


def test_no_field_can_change_without_its_page(sample: Sample, pages: Pages, final: str) -> None:
    silent = set()
    for path, other in changed(plan(), records(sample)):
        try:
            content = ContinuityPlan.model_validate(other.model_dump())
            if page(sample, pages, content) == final:
                silent.add(path)
        except (ValidationError, Refused):
            continue  # refused, so that nobody can sign it
    assert silent == set()


def test_the_sample_fills_every_field() -> None:
    assert (
        declared_fields({ContinuityPlan}) - set(filled_fields(plan())) - {"Signatory.turn", "Signatory.method"} == set()
    )


def test_what_a_draft_shows_as_open_keeps_the_final_document_from_being_made(sample: Sample, pages: Pages) -> None:
    draft = page(sample, pages, bare(), draft=True)
    assert "To be agreed" not in page(sample, pages, plan())
    with pytest.raises(Refused) as refusal:
        pages.html("continuity_plan", {**view(sample, bare(), draft=True), "draft": False})
    said = " ".join(refusal.value.reasons)
    open_points = [unescape(one) for one in re.findall(r"<b>To be agreed.</b> (.*?)</p>", draft)]
    due = [one for one in open_points if "If it stays open" not in one]
    beside = {
        "Say who is reached how.",
        "Check every contact, and state when that was done.",
    }  # not part of what is signed
    assert len(due) >= 14
    assert [one for one in due if one not in said and one not in beside] == []


def test_every_entry_of_the_contents_leads_to_one_heading(final: str) -> None:
    ids = re.findall(r' id="([^"]+)"', final)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', final)) <= set(ids)
