"""How a risk assessment and the register of risks read: golden pages, and that every field has its say."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from pydantic import ValidationError

from documents.conftest import _cited
from documents.fields import changed, declared_fields, filled_fields
from documents.test_bia_page import analysis
from documents.test_pages import text_of
from sdflow.adapters.pages import Pages
from sdflow.adapters.pdf import PdfPress
from sdflow.areas.continuity.risk_assessment import RiskAssessment
from sdflow.domain.document import Manuscript
from sdflow.domain.errors import Refused
from sdflow.domain.risk import on_map, spent
from sdflow.engine.catalogue import Named
from sdflow.engine.letterhead import Organisation, letterhead
from sdflow.operations.risk_register import (
    AssessmentEntry,
    RiskEntry,
    RiskMap,
    RiskRegister,
    Standing,
    TreatmentEntry,
    risk_register_view,
)

if TYPE_CHECKING:
    from documents.conftest import Sample
    from sdflow.domain.kind import Content
    from sdflow.domain.risk import AssessedRisk, Levels

HERE = Path(__file__).parent
GOLDEN = HERE.parent / "golden" / "continuity"
TODAY = date(2028, 2, 1)
OPEN = ("scope", "method", "participants", "analyses", "assets", "threats", "vulnerabilities", "counter_measures", "risks",
        "recovery", "next_review_on", "signatories", "change_request", "effective_on")  # fmt: skip


@cache
def assessment() -> RiskAssessment:
    text = (HERE / "risk_assessment.yaml").read_text(encoding="utf-8")
    return RiskAssessment.model_validate(yaml.load(text, Loader=yaml.BaseLoader))


def bare() -> RiskAssessment:
    """The assessment before anything but its scale is known."""
    fields = RiskAssessment.model_fields
    return assessment().model_copy(update={name: fields[name].get_default(call_default_factory=True) for name in OPEN})


def undecided() -> RiskAssessment:
    """The assessment once risks are stated, before anything is said of what is done about them."""
    whole = assessment()
    update: dict[str, object] = {"options": {}, "chosen": [], "decision": None, "acceptance": None, "consequence": None}
    return whole.model_copy(update={"risks": {key: one.model_copy(update=update) for key, one in whole.risks.items()}})


def records(sample: Sample) -> Mapping[str, Content]:
    return {**sample.records, "BIA-0001": analysis()}


def page(sample: Sample, pages: Pages, content: RiskAssessment, *, draft: bool = False) -> str:
    found = sample.view("ola", content=content.model_copy(update={"analyses": []}))
    record = {
        "reference": "RSK-0001",
        "kind_title": content.description.title,
        "title": content.title,
        "version": 2,
        "revision": 7,
        "state": "draft" if draft else "treatment_agreed",
        "state_meaning": "Gathered and rated." if draft else "Frozen and waiting for the signatures.",
    }
    open_ended = {"draft": True, "envelope_sha256": None} if draft else {}
    cited = _cited(content, records(sample), {})
    return pages.html(
        "risk_assessment", {**found, "content": content, "record": record, "referred": cited, **open_ended}
    )


@pytest.fixture(scope="module")
def final(sample: Sample, pages: Pages) -> str:
    return page(sample, pages, assessment())


def standing(levels: Levels | None) -> Standing | None:
    scale = assessment().risk_scale()
    if levels is None:
        return None
    found = scale.class_at(levels)
    return Standing(levels, scale.measure(levels), found.key, found.title, scale.classes.index(found) / 3)


def entry(number: int, risk: AssessedRisk, sample: Sample) -> RiskEntry:
    def named(reference: str) -> Named:
        return Named(reference, sample.records[reference].title)

    before, acceptance = standing(risk.before), risk.acceptance
    assert before
    assert acceptance
    treatments = tuple(
        TreatmentEntry(one, named(one.responsible) if one.responsible else None, one.done(TODAY), one.overdue(TODAY))
        for one in risk.treatments
    )
    return RiskEntry(
        number, "RSK-0001", risk, named(risk.owner), before, standing(risk.left_on(TODAY)), standing(risk.residual()),
        treatments, named(acceptance.by), borne=acceptance.holds(TODAY), lapsed=acceptance.until < TODAY,
    )  # fmt: skip


def register(sample: Sample) -> RiskRegister:
    """The register of the one assessment, and of a second one that nobody has accepted and that states no risk."""
    content = assessment()
    entries = tuple(entry(number, risk, sample) for number, risk in enumerate(content.assessed_risks(), 1))
    drafted = AssessmentEntry("RSK-0002", "Risks to nothing yet", "draft", "Gathered.", None, None, None, False, 0, 0)
    accepted = AssessmentEntry(
        "RSK-0001", content.title, "under_review", "The next version is written.", 2, Named("PER-OKAFOR", "Chidi Okafor"),
        content.next_review_on, True, len(entries), sum(one.open for one in entries),
    )  # fmt: skip
    now = on_map(one.now.levels if one.now else None for one in entries)
    after = on_map(one.residual.levels if one.residual else None for one in entries)
    shown = RiskMap(content.risk_scale(), ("RSK-0001",), entries, now, after)
    return RiskRegister(TODAY, (accepted, drafted), entries, (shown,), spent(content.assessed_risks()))


def register_page(pages: Pages, found: RiskRegister) -> str:
    shown = letterhead(Organisation("Northgate"), found.as_of, "sdflow 0")
    return pages.html("risk_register", risk_register_view(found) | shown)


@pytest.mark.parametrize("name", ["final", "draft", "undecided", "register", "register-empty"])
def test_it_is_the_golden_page(name: str, sample: Sample, pages: Pages, pytestconfig: pytest.Config) -> None:
    made = {
        "final": lambda: page(sample, pages, assessment()),
        "draft": lambda: page(sample, pages, bare(), draft=True),
        "undecided": lambda: page(sample, pages, undecided(), draft=True),
        "register": lambda: register_page(pages, register(sample)),
        "register-empty": lambda: register_page(pages, RiskRegister(TODAY, (), (), (), ())),
    }
    html = made[name]()
    file = GOLDEN / f"risk_{name}.html"
    if pytestconfig.getoption("--update-golden", default=False):
        file.write_text(html, encoding="utf-8")
    assert html == file.read_text(encoding="utf-8"), f"see {file.name}; if the change is meant: --update-golden"


def test_the_document_says_openly_that_it_is_a_teaching_form(final: str) -> None:
    words = text_of(final)
    assert "A teaching form." in words
    assert "it is not CRAMM, whose own tables are licensed and are not used here" in words
    assert "(4 × 3 × 3 steps)" in words


def test_measures_options_and_what_remains_stand_with_their_classes(final: str) -> None:
    words = text_of(final)
    for sentence in (
        "1 A thief reads mail Sign-on · Somebody guesses passwords · Passwords alone open mailboxes 18 Large 8 Medium",
        "2 The hall burns and the mailboxes with it Mailboxes · Fire in the computing centre · Everything stands in one hall "
        "12 Medium 2 Small Torbjørn Aasen",
        "Avoid not chosen Go back to paper Solveig Lind by 1 January 2028 – given up no cost",
        "Everything that was chosen costs EUR 12,500.00 once and EUR 51,000.00 each year.",
        "Business e-mail SVC-EMAIL Gradual recovery after days, on a place without equipment (cold)",
        "8 Medium Torbjørn Aasen owned by Solveig Lind 1 February 2027 – 31 December 2028",
        "All 4 8 12 8 16 24 12 24 36",
        "Unbearable 36 Given up not at all",
    ):
        assert sentence in words, sentence


def test_maps_say_in_words_where_each_risk_stands(final: str) -> None:
    titles = [" ".join(unescape(one).split()) for one in re.findall(r"<title>(.*?)</title>", final, re.DOTALL)]
    before = next(one for one in titles if one.startswith("Risks before treatment."))
    after = next(one for one in titles if one.startswith("Risks once every chosen treatment is done."))
    assert "Risk 1 A thief reads mail: value Much, likelihood Often, vulnerability Ajar, measure 18, Large." in before
    assert (
        "Risk 1 A thief reads mail: value Some, likelihood Now and then, vulnerability Ajar, measure 8, Medium."
        in after
    )
    burnt = "Risk 2 The hall burns and the mailboxes with it: value Some, likelihood Rare, vulnerability Shut, measure 2, Small."
    assert burnt in after


def test_a_map_shows_every_cell_of_the_matrix_with_its_measure(final: str) -> None:
    drawn = re.findall(r"<svg.*?</svg>", final, re.DOTALL)
    scale = assessment().risk_scale()
    for picture in drawn:
        cells = re.findall(r'<text font-size="6.8"[^>]*>(\d+)</text>', picture)
        assert sorted(map(int, cells)) == sorted(scale.matrix.values())


def test_what_has_no_room_in_a_cell_is_counted_there(sample: Sample, pages: Pages) -> None:
    whole = assessment()
    more = {f"more{number}": whole.assets["store"] for number in range(30)}
    risks = {key: whole.risks["burnt"].model_copy(update={"asset": key, "title": key}) for key in more}
    crowded = whole.model_copy(update={"assets": {**whole.assets, **more}, "risks": {**whole.risks, **risks}})
    html = page(sample, pages, RiskAssessment.model_validate(crowded.model_dump()))
    first = re.findall(r"<svg.*?</svg>", html, re.DOTALL)[0]
    counted = [int(one) for one in re.findall(r">\+(\d+)</text>", first)]
    assert counted
    assert len(re.findall("<circle", first)) + sum(counted) == len(risks) + len(whole.risks)


def test_no_field_can_change_without_its_page_but_what_is_recorded_afterwards(
    sample: Sample, pages: Pages, final: str
) -> None:
    silent = set()
    for path, other in changed(assessment(), records(sample)):
        try:
            content = RiskAssessment.model_validate(other.model_dump())
        except ValidationError:
            continue  # refused, so that nobody can sign it
        if page(sample, pages, content) == final:
            silent.add(path)
    assert silent == {"risks.burnt.options.copy.done_on"}


def test_the_sample_fills_every_field() -> None:
    declared = declared_fields({RiskAssessment})
    assert declared - set(filled_fields(assessment())) - {"Signatory.turn", "Signatory.method"} == set()


def test_what_a_draft_shows_as_open_keeps_the_final_document_from_being_made(sample: Sample, pages: Pages) -> None:
    assert "To be agreed" not in page(sample, pages, assessment())
    for content, least in ((bare(), 9), (undecided(), 5 * len(assessment().risks))):
        draft = page(sample, pages, content, draft=True)
        with pytest.raises(Refused) as refusal:
            page(sample, pages, content)
        said = " ".join(refusal.value.reasons)
        found = [unescape(one) for one in re.findall(r"<b>To be agreed.</b> (.*?)</p>", draft)]
        must = [one for one in found if "If it stays open" not in one]
        assert len(must) >= least
        assert [one for one in must if one not in said] == []


def test_every_entry_of_the_contents_leads_to_one_heading(final: str) -> None:
    ids = re.findall(r' id="([^"]+)"', final)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', final)) <= set(ids)


def test_the_register_says_what_is_overdue_lapsed_and_done(sample: Sample, pages: Pages) -> None:
    words = text_of(register_page(pages, register(sample)))
    for sentence in (
        "2 open of 2 risks in 2 assessments",
        "Ask for a second factor, EUR 12,500.00 once Solveig Lind by 31 March 2027 overdue",
        "Solveig Lind by 30 June 2027 done on 1 June 2027",
        "1 February 2027 – 31 January 2028 lapsed",
        "This is a teaching form of CRAMM, whose own tables are licensed and are not used.",
        "Risks to nothing yet RSK-0002 draft not accepted yet: what is written counts 0 0 –",
        "under review version 2 counts 2 2 Chidi Okafor 1 December 2027 overdue",
    ):
        assert sentence in words, sentence


@pytest.mark.pdf
def test_no_word_of_the_register_stands_outside_its_page(sample: Sample, pages: Pages, tmp_path: Path) -> None:
    html = register_page(pages, register(sample))
    manuscript = Manuscript(html, "Risk register", "Northgate", datetime(2028, 2, 1, tzinfo=UTC), "risks")
    (tmp_path / "risks.pdf").write_bytes(PdfPress([HERE.parents[1] / "documents"]).render(manuscript))
    text = subprocess.run(
        ["pdftotext", "-bbox", tmp_path / "risks.pdf", "-"], check=True, capture_output=True, text=True
    ).stdout
    for width, height, inside in re.findall(r'<page width="([\d.]+)" height="([\d.]+)">(.*?)</page>', text, re.DOTALL):
        boxes = re.findall(r'xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)"', inside)
        assert boxes
        for box in boxes:
            left, top, right, bottom = map(float, box)
            assert left >= 0
            assert top >= 0
            assert right <= float(width)
            assert bottom <= float(height)
