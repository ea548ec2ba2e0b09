"""What customers and suppliers say, as reports and minutes count it: complaints, surveys, records of suppliers."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from desk import HELEN, INGRID, OMAR, Desk
from sdflow.bootstrap import content_folder

ROSSI = "PER-ROSSI"
DAY = "2026-11-09"
SLA = content_folder() / "examples" / "halvorsen" / "08-sla.yaml"


@pytest.fixture(scope="module")
def told(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("voice") / "workspace"
    shutil.copytree(furnished, folder)
    Desk(folder).must("apply", str(content_folder() / "examples" / "looking-back"), day=DAY)
    return folder


@pytest.fixture
def desk(told: Path, tmp_path: Path) -> Desk:
    folder = tmp_path / "workspace"
    shutil.copytree(told, folder)
    return Desk(folder)


def amend(desk: Desk, reference: str, day: str = DAY, **fields: str) -> None:
    words = [word for path, value in fields.items() for word in ("--set", f"{path}={value}")]
    desk.must("amend", reference, *words, "--reason", "as it was", day=day)


def refused(desk: Desk, text: str) -> str:
    path = desk.folder.parent / "refused.yaml"
    path.write_text(text)
    said = desk.type("apply", str(path), day=DAY)
    assert said.code == 2, said.words
    return said.words


def reported(desk: Desk, about: str = "SLA-0001", period: str = "2026-10", day: str = DAY) -> dict[str, Any]:
    (found,) = desk.type("report", about, "--period", period, "--json", day=day).data["agreements"]
    assert isinstance(found, dict)
    return found


def complaints(desk: Desk, about: str = "SLA-0001", period: str = "2026-10", day: str = DAY) -> list[str]:
    return [one["record"]["reference"] for one in reported(desk, about, period, day)["complaints"]]


def words(desk: Desk, about: str = "SLA-0001", period: str = "2026-10", day: str = DAY) -> str:
    return desk.type("report", about, "--period", period, day=day).words


def take(desk: Desk, reference: str, person: str, *steps: str, day: str = DAY) -> None:
    for step in steps:
        desk.must("advance", reference, step, person=person, day=day)


# Records of suppliers


SUPPLIED = """
kind: supplier_performance
reference: SPR-0910
title: The supplier in September
supplier: SUPPLIER
contract: UC-0001
period: 2026-09
owner: PER-ROSSI
figures:
  figure: {title: Availability of the filter, FIGURE, achieved: 99.32, unit: per cent}
"""
AGREED = "clause: components.filter.availability, target: 99.9"


def supplied(figure: str = AGREED, supplier: str = "SUP-KESTREL") -> str:
    return SUPPLIED.replace("FIGURE", figure).replace("SUPPLIER", supplier)


def test_the_record_of_a_supplier_names_the_supplier_of_its_contract(desk: Desk) -> None:
    other = "kind: supplier\nreference: SUP-NOBODY\ntitle: Nobody\n---"
    said = refused(desk, other + supplied(supplier="SUP-NOBODY"))
    assert "supplier: the supplier of UC-0001 is SUP-KESTREL, not SUP-NOBODY" in said


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        (
            "clause: components.filter.availability, target: 90",
            "figures.figure.target: 90 is not what UC-0001 of 30 September 2026 agrees in components.filter.availability: "
            "at least 99.9 (percent)",
        ),
        (AGREED + ", comparison: at_most", "figures.figure.comparison: 'at most' is not what UC-0001"),
        (
            "clause: targets.restore.S1, target: 300, comparison: at_most",
            "at most 210 (minutes) or at least 100 (percent)",
        ),
        ("clause: targets.restore.S9, target: 300", "there is no target targets.restore.S9 in UC-0001"),
        ("clause: purpose, target: 300", "there is no target purpose in UC-0001"),
    ],
)
def test_the_target_of_a_figure_is_the_one_that_the_contract_agrees(desk: Desk, figure: str, said: str) -> None:
    assert said in refused(desk, supplied(figure))


def test_what_the_contract_agrees_and_figures_of_no_clause_are_taken_in(desk: Desk) -> None:
    path = desk.folder.parent / "taken.yaml"
    for number, figure in enumerate((AGREED, "target: 12", "clause: targets.restore.S1, target: 100")):
        path.write_text(supplied(figure).replace("2026-09", f"2026-0{number + 6}").replace("0910", f"091{number}"))
        desk.must("apply", str(path), day=DAY)


def test_a_target_that_was_agreed_is_not_amended_away_afterwards(desk: Desk) -> None:
    said = desk.type("amend", "SPR-0001", "--set", "figures.filter.target=99.5", day=DAY)
    assert (said.code, "at least 99.9 (percent)" in said.words) == (2, True)


def test_the_terminal_says_of_which_period_the_record_of_a_supplier_is(desk: Desk) -> None:
    assert "SPR-0001 Kestrel Networks in October 2026, 2026-10: 2 of 4 figures missed" in words(desk)


# Surveys


def test_a_score_counts_once_somebody_has_evaluated_the_survey(desk: Desk) -> None:
    def found() -> tuple[object, object]:
        (line,) = reported(desk, period="2026-Q3")["surveys"]
        return line["survey"]["score"], line["survey"]["answers"]

    assert found() == (None, None)
    assert "SAT-0001 How content underwriters and claims handlers are with e-mail: no result yet" in words(
        desk, period="2026-Q3"
    )
    take(desk, "SAT-0001", HELEN, "start", "evaluate")
    assert found() == ("3.8", 83)
    amend(desk, "SAT-0001", corrected_because="Two sheets were counted twice")
    take(desk, "SAT-0001", HELEN, "correct")
    assert found() == (None, None)


def test_a_result_is_counted_again_for_a_reason_and_for_another_one_the_next_time(desk: Desk) -> None:
    take(desk, "SAT-0001", HELEN, "start", "evaluate")
    said = desk.type("advance", "SAT-0001", "correct", person=HELEN, day=DAY)
    assert (said.code, "not yet filled in: corrected_because" in said.words) == (1, True)
    amend(desk, "SAT-0001", corrected_because="Two sheets were counted twice")
    take(desk, "SAT-0001", HELEN, "correct")
    assert desk.type("amend", "SAT-0001", "--set", "corrected_because=x", day=DAY).code == 1
    take(desk, "SAT-0001", HELEN, "evaluate")
    said = desk.type("advance", "SAT-0001", "correct", person=HELEN, day=DAY)
    assert (said.code, "still as when 'correct' was taken last: corrected_because" in said.words) == (1, True)


# Complaints


def test_a_typed_answer_is_none_until_somebody_answered_with_it_and_one_that_came_late_is_marked(desk: Desk) -> None:
    assert "CPL-0001 Quotes went out half a day late: received, serious, received on 14 Oct 2026; unanswered" in words(
        desk
    )
    (line,) = reported(desk)["complaints"]
    assert (line["late"], line["complaint"]["answered_on"]) == (True, None)
    amend(desk, "CPL-0001", answered_on="2026-11-05")
    take(desk, "CPL-0001", OMAR, "take_up", "answer")
    assert "answered, serious, received on 14 Oct 2026; answered on 5 Nov 2026, 15 days late" in words(desk)


def test_a_complaint_that_was_reopened_has_no_answer_and_is_not_answered_again_by_the_same_words(desk: Desk) -> None:
    take(desk, "CPL-0001", OMAR, "take_up", "answer")
    said = desk.type("advance", "CPL-0001", "reopen", person=INGRID, day=DAY)
    assert (said.code, "not yet filled in: reopened_because" in said.words) == (1, True)
    amend(desk, "CPL-0001", reopened_because="Nobody told us within the hour on 6 November")
    take(desk, "CPL-0001", INGRID, "reopen")
    assert "in work, serious, received on 14 Oct 2026; unanswered, due on 21 Oct 2026" in words(desk)
    said = desk.type("advance", "CPL-0001", "answer", person=OMAR, day=DAY)
    assert (said.code, "still as when 'answer' was taken last: answer, answered_on" in said.words) == (1, True)
    amend(desk, "CPL-0001", answer="You were not told; now the desk calls", answered_on="2026-11-08")
    said = desk.type("advance", "CPL-0001", "answer", person=OMAR, day=DAY)
    assert (said.code, "taken last: answered_on" in said.words) == (1, True), "before it was reopened"
    amend(desk, "CPL-0001", answered_on=DAY)
    take(desk, "CPL-0001", OMAR, "answer")
    assert "answered on 9 Nov 2026, 19 days late" in words(desk)


def test_a_complaint_that_is_still_open_is_told_in_every_later_report_until_it_is_answered(desk: Desk) -> None:
    late, later = "2026-12-03", "2027-01-04"
    assert complaints(desk, period="2026-11", day=late) == ["CPL-0001"]
    assert "received on 14 Oct 2026, before this period; unanswered" in words(desk, period="2026-11", day=late)
    assert complaints(desk, period="2026-09") == []
    amend(desk, "CPL-0001", late, answered_on="2026-12-02")
    take(desk, "CPL-0001", OMAR, "take_up", "answer", day=late)
    assert complaints(desk, period="2026-12", day=later) == ["CPL-0001"], "answered in December"
    assert complaints(desk, period="2027-01", day="2027-02-01") == []


def test_a_complaint_that_was_withdrawn_is_in_no_report_on_a_later_period(desk: Desk) -> None:
    amend(desk, "CPL-0001", withdrawn_because="Settled on the telephone")
    take(desk, "CPL-0001", OMAR, "take_up")
    take(desk, "CPL-0001", INGRID, "withdraw")
    assert complaints(desk, period="2026-11", day="2026-12-03") == ["CPL-0001"], "withdrawn in November"
    assert complaints(desk, period="2026-12", day="2027-01-04") == []


COMPLAINT = """
kind: complaint
reference: CPL-0910
title: It was slow
service: SVC-EMAIL
customer: BU-HALVORSEN
received_on: 2026-10-12
gravity: minor
statement: It was slow all day.
owner: PER-HADDAD
"""
OTHER = "kind: business_unit\nreference: BU-OTHER\ntitle: Another customer\n---"
ANOTHER_SERVICE = """
kind: service
reference: SVC-OTHER
title: Other
owner: PER-HADDAD
purpose: Something else
structure: {component: CMP-FILTER}
---"""


def test_a_complaint_names_an_agreement_of_its_customer_and_on_its_service(desk: Desk) -> None:
    said = refused(desk, OTHER + COMPLAINT.replace("BU-HALVORSEN", "BU-OTHER") + "agreement: SLA-0001\n")
    assert "agreement: SLA-0001 is an agreement with BU-HALVORSEN, but BU-OTHER complains" in said
    said = refused(desk, ANOTHER_SERVICE + COMPLAINT.replace("SVC-EMAIL", "SVC-OTHER") + "agreement: SLA-0001\n")
    assert "agreement: SLA-0001 is an agreement on SVC-EMAIL, but the complaint is about SVC-OTHER" in said


def test_a_complaint_that_names_an_agreement_counts_under_that_one_alone(desk: Desk) -> None:
    second = SLA.read_text(encoding="utf-8").replace("SLA-0001", "SLA-0002")
    path = desk.folder.parent / "second.yaml"
    path.write_text(f"{second}---{COMPLAINT}")
    desk.must("apply", str(path), day=DAY)
    assert complaints(desk) == ["CPL-0910", "CPL-0001"]
    assert complaints(desk, "SLA-0002") == ["CPL-0910"]


@pytest.mark.parametrize("about", ["UC-0001", "OLA-0001"])
def test_what_customers_say_is_in_no_report_that_goes_to_a_supporter(desk: Desk, about: str) -> None:
    found = reported(desk, about, "2026-Q3")
    assert (found["complaints"], found["surveys"], found["voiced"]) == ([], [], False)
    assert complaints(desk, about) == []
    assert reported(desk)["voiced"] is True


REVIEW = """
kind: service_review
reference: SRV-0910
title: Business e-mail in November
customer: BU-HALVORSEN
agreements: [SLA-0001]
service: SVC-EMAIL
period: 2026-11
owner: PER-CARRICK
planned_on: 2026-12-10
"""


@pytest.mark.pdf
def test_the_pack_of_a_later_review_takes_the_complaint_along_that_is_still_open(desk: Desk, tmp_path: Path) -> None:
    path, day = tmp_path / "review.yaml", "2026-12-03"
    path.write_text(REVIEW)
    desk.must("apply", str(path), day=day)
    pack = ("pack", "SRV-0910", "--to", INGRID, "-o", str(tmp_path / "pack.pdf"))
    desk.must(*pack, day=day)
    assert desk.must("show", "SRV-0910", "--json", person=None).data["content"]["complaints"] == ["CPL-0001"]
