"""How improvement items, their register and their programme read: golden pages, and that every field has its say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from pydantic import ValidationError

from documents.conftest import _cited
from documents.fields import changed, declared_fields, filled_fields
from documents.test_pages import text_of
from sdflow.adapters.definitions.workflow_files import read_roles, read_workflow
from sdflow.adapters.pages import Pages
from sdflow.areas.service_level.improvement import ImprovementItem
from sdflow.areas.service_level.improvement_programme import ServiceImprovementProgramme
from sdflow.domain.errors import Refused
from sdflow.domain.improvement import Conclusion, Frequency, Priority
from sdflow.engine.catalogue import Named
from sdflow.engine.improvements import (
    ActionEntry,
    Amount,
    ImprovementEntry,
    ImprovementRegister,
    ProgrammeEntry,
    ServiceTally,
)
from sdflow.engine.letterhead import Organisation, letterhead
from sdflow.operations.improvements import improvements_view

if TYPE_CHECKING:
    from documents.conftest import Sample

HERE = Path(__file__).parent
GOLDEN = HERE.parent / "golden" / "improvement"
WORKFLOWS = HERE.parents[1] / "workflows"
TODAY = date(2027, 6, 15)
OPEN = ("raised_by", "programme", "record", "target", "cause", "service", "justification", "size", "priority", "kpi",
        "due_on", "cost", "benefit", "owner", "verifier", "actions", "occurrences", "closure_reason")  # fmt: skip
PROGRAMME = ServiceImprovementProgramme.model_validate(
    {
        "title": "Better mail in 2027",
        "sponsor": "PER-AASEN",
        "owner": "PER-CARRICK",
        "scope": "Everything on the mail platform.",
        "goals": {"down": {"statement": "Half as long down", "by": "2027-12-31"}, "calm": {"statement": "Fewer calls"}},
        "starts": "2027-01-01",
        "ends": "2027-12-31",
        "budget": {"amount": "20000", "currency": "EUR", "remark": "Approved in December"},
        "next_review_on": "2027-07-01",
    }
)
EMAIL, PRG = Named("SVC-EMAIL", "Business e-mail"), Named("PRG-2027", PROGRAMME.title)


def item() -> ImprovementItem:
    text = (HERE / "improvement.yaml").read_text(encoding="utf-8")
    return ImprovementItem.model_validate(yaml.load(text, Loader=yaml.BaseLoader))


def bare() -> ImprovementItem:
    fields = ImprovementItem.model_fields
    return item().model_copy(update={name: fields[name].get_default(call_default_factory=True) for name in OPEN})


def page(sample: Sample, pages: Pages, content: ImprovementItem, *, draft: bool = False) -> str:
    found = sample.view("ola")
    record = {
        "reference": "SIP-0001",
        "kind_title": content.description.title,
        "title": content.title,
        "version": 0 if draft else 1,
        "revision": 7,
        "state": "raised" if draft else "closed_met",
        "state_meaning": "Written down." if draft else "The target was reached, by a measured value that was verified.",
    }
    referred = _cited(content, {**sample.records, "PRG-2027": PROGRAMME}, {})
    given: Mapping[str, object] = {"content": content, "record": record, "referred": referred, "signatories": [],
                                   "draft": draft, "envelope_sha256": None if draft else "0" * 64}  # fmt: skip
    return pages.html("improvement", {**found, **given})


def entry(content: ImprovementItem, reference: str, state: str, **changed: object) -> ImprovementEntry:
    said = content.improvement()
    kpi = said.kpi
    made = ImprovementEntry(
        reference=reference,
        title=content.title,
        state=state,
        state_meaning="As its life cycle says",
        open=not state.startswith(("closed", "cancelled")),
        overdue=False,
        review_overdue=False,
        improvement=said,
        about=Named("SLA-0001", "E-mail for the yards") if content.record else None,
        service=EMAIL if content.service else None,
        owner=Named("PER-LIND", "Astrid Lind") if content.owner else None,
        verifier=Named("PER-OKAFOR", "Grace Okafor") if content.verifier else None,
        programme=PRG if content.programme else None,
        actions=tuple(
            ActionEntry(key, one.what, Named("PER-LIND", "Astrid Lind"), one.due_on, one.done_on, one.overdue(TODAY))
            for key, one in content.actions.items()
        ),
        conclusion=kpi.conclusion() if kpi else None,
        closed_as=Conclusion.met if state == "closed_met" else None,
        progress=kpi.progress() if kpi else None,
    )
    return replace(made, **changed)  # type: ignore[arg-type]


def register(*items: ImprovementEntry) -> ImprovementRegister:
    kinds = frozenset({"improvement"})
    states = read_workflow(
        WORKFLOWS / "improvement.yaml", frozenset(read_roles(WORKFLOWS / "roles.yaml")), kinds
    ).states
    by_state = {state.name: sum(one.state == state.name for one in items) for state in states}
    once, yearly = Amount("EUR", Frequency.once, Decimal(4200), 1), Amount("EUR", Frequency.year, Decimal("18000.5"), 1)
    programme = ProgrammeEntry(
        "PRG-2027", PROGRAMME.title, "running", "Its items are worked on", PROGRAMME.programme(),
        Named("PER-AASEN", "Kari Aasen"), Named("PER-CARRICK", "Helen Carrick"), 1, (once,),
    )  # fmt: skip
    tallies = (
        ServiceTally(EMAIL, by_state, 1, 1, 1, 0),
        ServiceTally(None, {**by_state, "closed_met": 0}, 1, 0, 0, 0),
    )
    services, money, programmes = (tallies, (once,), (programme,)) if items else ((), (), ())
    benefits = (yearly,) if items else ()
    return ImprovementRegister(TODAY, items, states, by_state, services, money, benefits, programmes)


def filled() -> ImprovementRegister:
    late = item().model_copy(update={"kpi": item().kpi.model_copy(update={"measured": None})})  # type: ignore[union-attr]
    undone = {key: one.model_copy(update={"done_on": None}) for key, one in late.actions.items()}
    late = late.model_copy(update={"actions": undone, "title": "Quieter nights", "closure_reason": None})
    return register(
        entry(late, "SIP-0002", "in_progress", overdue=True, review_overdue=True),
        entry(bare().model_copy(update={"title": "An idea", "priority": Priority.low}), "SIP-0003", "raised"),
        entry(item(), "SIP-0001", "closed_met"),
    )


def listed(pages: Pages, found: ImprovementRegister, *, whole: bool) -> str:
    shown = letterhead(Organisation("Northgate"), found.as_of, "sdflow 0")
    return pages.html("improvements", improvements_view(found, whole=whole) | shown)


def golden(config: pytest.Config, name: str, html: str) -> None:
    file = GOLDEN / f"{name}.html"
    if config.getoption("--update-golden", default=False):
        file.parent.mkdir(exist_ok=True)
        file.write_text(html, encoding="utf-8")
    assert html == file.read_text(encoding="utf-8"), f"see {file.name}; if the change is meant: --update-golden"


@pytest.mark.parametrize("draft", [False, True])
def test_an_item_is_the_golden_page(draft: bool, sample: Sample, pages: Pages, pytestconfig: pytest.Config) -> None:
    html = page(sample, pages, bare() if draft else item(), draft=draft)
    golden(pytestconfig, "item-draft" if draft else "item-final", html)


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("empty", [False, True])
def test_register_and_programme_are_the_golden_pages(
    whole: bool, empty: bool, pages: Pages, pytestconfig: pytest.Config
) -> None:
    html = listed(pages, register() if empty else filled(), whole=whole)
    golden(pytestconfig, f"{'programme' if whole else 'register'}{'-empty' if empty else ''}", html)


def test_no_field_can_change_without_its_page(sample: Sample, pages: Pages) -> None:
    final = page(sample, pages, item())
    silent = set()
    records = {**sample.records, "PRG-2027": PROGRAMME, "PRG-2028": PROGRAMME}
    for path, other in changed(item(), records):
        try:
            content = ImprovementItem.model_validate(other.model_dump())
        except ValidationError:
            continue  # refused, so that nobody can close it
        if content.programme == "PRG-2028":
            continue  # a title is all that its page says of a programme
        if page(sample, pages, content) == final:
            silent.add(path)
    assert silent == set()


def test_the_sample_fills_every_field() -> None:
    assert declared_fields({ImprovementItem}) - set(filled_fields(item())) == set()


def test_what_a_draft_shows_as_open_keeps_the_report_of_a_closed_item_from_being_made(
    sample: Sample, pages: Pages
) -> None:
    draft = page(sample, pages, bare(), draft=True)
    assert "To be agreed" not in page(sample, pages, item())
    with pytest.raises(Refused) as refusal:
        page(sample, pages, bare())
    said = " ".join(refusal.value.reasons)
    open_points = [unescape(one) for one in re.findall(r"<b>To be agreed.</b> (.*?)</p>", draft)]
    assert len(open_points) == 7
    assert [one for one in open_points if one not in said and "If it stays open" not in one] == []


def test_a_drawing_says_in_words_from_where_to_where_a_figure_goes(sample: Sample, pages: Pages) -> None:
    titles = [
        " ".join(unescape(one).split())
        for one in re.findall(r"<title>(.*?)</title>", page(sample, pages, item()), re.DOTALL)
    ]
    wanted = (
        "Minutes down in agreed hours, where less is better: baseline 310 minutes a month, target 120 minutes a month"
    )
    assert f"{wanted}, measured 97.5 minutes a month" in titles


def test_the_programme_says_what_every_item_the_budget_and_the_goals_say(pages: Pages) -> None:
    words = text_of(listed(pages, filled(), whole=True))
    for said in (
        "Half as long down by 31 December 2027", "EUR 20,000.00 once", "Approved in December", "Kari Aasen",
        "Cause: Mailboxes are moved <during> office hours & nobody is told; seen 2 times, last on 21 December 2026",
        "EUR 18,000.50 each year", "Move mailboxes at night", "Kept for three months on end.", "310 → 120 → 97.5 minutes a month",
        "overdue", "review overdue since 1 June 2027", "Across services", "nobody yet",
    ):  # fmt: skip
        assert said in words, said


@pytest.mark.parametrize("whole", [False, True])
def test_every_entry_of_the_contents_leads_to_one_heading(pages: Pages, whole: bool) -> None:
    html = listed(pages, filled(), whole=whole)
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)
