"""Complaints, surveys, supplier performance, reviews and availability plans: what they refuse, conclude and owe."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from documents.looking_back import MODELS, filled
from sdflow.areas.availability.availability_plan import AvailabilityPlan
from sdflow.areas.service_level.complaint import Complaint
from sdflow.areas.service_level.satisfaction_survey import SatisfactionSurvey
from sdflow.areas.service_level.service_review import ServiceReview
from sdflow.areas.service_level.supplier_performance import SupplierPerformance
from sdflow.domain.improvement import Correcting, Origin
from sdflow.domain.kind import Content
from sdflow.domain.looking_back import PeriodFigure

REFUSED: list[tuple[type[Content], dict[str, object], str]] = [
    (Complaint, {"answered_on": "2026-10-13"}, "answered_on: 2026-10-13 is before 2026-10-14"),
    (Complaint, {"answer": None}, "answer and answered_on belong together"),
    (Complaint, {"agreement": None}, "names a clause of no agreement"),
    (Complaint, {"escalated_to": "PER-OKAFOR"}, "escalated to somebody else"),
    (
        Complaint,
        {"actions": {"a": {"what": "x", "owner": "PER-LIND", "due_on": "2026-10-01"}}},
        "actions.a.due_on: 2026-10-01 is before",
    ),
    (SatisfactionSurvey, {"service": None, "customer": None}, "names the service"),
    (SatisfactionSurvey, {"answers": "197"}, "only 196 were asked"),
    (SatisfactionSurvey, {"score": "6.1"}, "6.1 is not on the scale from 1 to 6"),
    (SatisfactionSurvey, {"answers": "0"}, "nobody answered"),
    (SatisfactionSurvey, {"closes_on": "2026-10-01"}, "closes_on: 2026-10-01 is before opens_on"),
    (SatisfactionSurvey, {"scale": {"least": "5", "most": "5"}}, "is not below the highest"),
    (SatisfactionSurvey, {"period": "October"}, "'October' is no period"),
    (SupplierPerformance, {"agreed_on": "2026-10-31"}, "is not after 2026-10-31, the last day of 2026-10"),
    (SupplierPerformance, {"agreed_with": "PER-OKAFOR"}, "spoken for by somebody else"),
    (SupplierPerformance, {"figures": {}}, "there is no figure filter"),
    (ServiceReview, {"agreements": ["SLA-0009"]}, "SLA-0001 is not among the agreements"),
    (ServiceReview, {"agreements": ["SLA-0001", "SLA-0001"]}, "stands there twice"),
    (ServiceReview, {"held_on": "2026-11-04"}, "pack.sent_on: 2026-11-05 is after the meeting"),
    (ServiceReview, {"next_on": "2026-11-12"}, "is not after the meeting"),
    (ServiceReview, {"attendance": {"a": {"capacity": "Desk"}}}, "give either person, by reference, or name"),
    (AvailabilityPlan, {"options": {}}, "there is no second"),
    (AvailabilityPlan, {"causes": {"store": {"title": "a", "percent": "60"}, "late": {"title": "b", "percent": "41"}}}, "101"),
]  # fmt: skip


@pytest.mark.parametrize(("model", "otherwise", "said"), REFUSED)
def test_what_contradicts_itself_is_refused(model: type[Content], otherwise: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        filled(model, **otherwise)
    assert said in str(caught.value)


figures = st.decimals(min_value=0, max_value=1000, places=2)


@given(st.booleans(), figures, st.none() | figures)
def test_a_figure_without_a_value_is_neither_reached_nor_missed(
    more: bool, target: Decimal, value: Decimal | None
) -> None:
    comparison = "at_least" if more else "at_most"
    figure = PeriodFigure.model_validate(
        {"title": "x", "comparison": comparison, "target": target, "achieved": value, "unit": "minutes"}
    )
    if value is None:
        assert figure.missed is None
    else:
        assert figure.missed is (target > value if more else value > target)


def test_a_period_is_kept_only_where_everything_was_measured_and_reached() -> None:
    def said(*achieved: str | None) -> str:
        figures = {f"f{number}": {"title": "x", "target": "99", "achieved": one, "unit": "per cent"}
                   for number, one in enumerate(achieved)}  # fmt: skip
        return filled(SupplierPerformance, figures=figures, actions={}).conclusion()

    assert (said(), said("99", "100"), said("99", None), said("98.9", None)) == ("", "kept", "unmeasured", "missed")


def test_a_survey_concludes_by_the_score_that_was_aimed_at() -> None:
    def said(score: str | None, wanted: str | None) -> str:
        return filled(SatisfactionSurvey, score=score, wanted=wanted).conclusion()

    found = [said(None, "4"), said("3.9", None), said("4", "4"), said("3.99", "4")]
    assert found == ["", "found", "reached", "missed"]


@pytest.mark.parametrize("model", MODELS)
def test_each_owes_its_actions_to_the_improvement_programme_as_a_review(model: type[Content]) -> None:
    content = filled(model)
    assert isinstance(content, Correcting)
    actions = content.corrective_actions()
    written = content.model_dump()["actions"]
    assert actions.keys() == written.keys()
    for key, one in actions.items():
        assert (one.what, one.owner, one.due_on, one.done_on) == tuple(
            written[key][name] for name in ("what", "owner", "due_on", "done_on")
        )
        assert (one.origin, bool(one.cause)) == (Origin.review, True)


def test_what_others_count_is_told_by_traits() -> None:
    complaint, survey = filled(Complaint).complaint(), filled(SatisfactionSurvey).survey()
    assert (complaint.service, complaint.actions, complaint.open_actions) == ("SVC-EMAIL", 2, 1)
    late = filled(Complaint, answer=None, answered_on=None).complaint()
    assert [late.unanswered(date(2026, 10, day)) for day in (21, 22)] == [False, True]
    assert (survey.period, survey.reached, survey.answered_percent) == ("2026-Q3", False, Decimal(13100) / 196)
    supplier, review = filled(SupplierPerformance).supplier_performance(), filled(ServiceReview).review()
    assert (supplier.missed, supplier.unmeasured, supplier.open_actions) == (("filter",), (), 0)
    assert (review.agreements, review.complaints, review.open_actions) == (("SLA-0001",), ("CPL-0001",), 2)
