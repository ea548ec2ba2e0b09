"""How an availability plan reads with and without what was measured: golden pages, and that every field has its say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from documents.fields import changed, declared_fields, filled_fields
from documents.looking_back import filled, records, view
from documents.test_pages import text_of
from sdflow.adapters.pages import Pages
from sdflow.areas.availability.availability_plan import AvailabilityPlan
from sdflow.domain.attainment.impact import FailureEffect
from sdflow.domain.attainment.result import Attainment
from sdflow.domain.availability_planning import (
    AvailabilityAspect,
    AvailabilityFigures,
    ComponentFigures,
    ImpactRow,
    InterruptionToCome,
    LifeCycleStage,
    ServiceFigures,
)
from sdflow.domain.errors import Refused
from sdflow.domain.period import Period
from sdflow.domain.service_report import Told
from sdflow.domain.target import Comparison

if TYPE_CHECKING:
    from documents.conftest import Sample

GOLDEN = Path(__file__).parents[1] / "golden" / "availability"
MANDATORY = ("title", "owner", "period", "services")
PERIOD = Period.parsed("2026-Q3")
AVAILABLE = Attainment(
    agreement="SLA-0001",
    clause="targets.availability",
    title="Availability",
    period=PERIOD,
    target=Decimal("99.90"),
    achieved=Decimal("99.723"),
    unit="per cent",
    comparison=Comparison.at_least,
    met=False,
    cases=3,
    missed=1,
    worst="August 2026, 99.51 %",
)
LONGEST = replace(
    AVAILABLE, clause="targets.reliability.longest_minutes", title="Longest break", target=Decimal(120),
    achieved=Decimal(95), unit="minutes", comparison=Comparison.at_most, met=True, worst="",
)  # fmt: skip
UNKNOWN = replace(
    LONGEST, clause="targets.restore.P1", title="Restored in time", achieved=None, met=None,
    note="The file has no moment of restoration",
)  # fmt: skip
FIGURES = AvailabilityFigures(
    period="2026-Q3",
    first=PERIOD.first,
    last=PERIOD.last,
    services={
        "SVC-EMAIL": ServiceFigures(
            "SVC-EMAIL",
            {
                AvailabilityAspect.availability: (AVAILABLE,),
                AvailabilityAspect.reliability: (LONGEST,),
                AvailabilityAspect.maintainability: (UNKNOWN,),
            },
            breaks=7,
            user_minutes=48_120,
        )
    },
    components=(
        ComponentFigures(
            "CMP-STORE", Decimal("99.71"), 5, Decimal(310), Decimal(62), Decimal(21_000), Decimal("88.888")
        ),
        ComponentFigures("CMP-HALL", None, None, None),
    ),
    impacts=(
        ImpactRow(
            Told("CMP-STORE", "Mailbox store"), {"SVC-EMAIL": FailureEffect.stops}, True, 800, Decimal("40000.4")
        ),
        ImpactRow(Told("CMP-HALL", "Computing centre"), {"SVC-EMAIL": FailureEffect.stops}, True, None, None),
        ImpactRow(
            Told("CMP-EDGE-A", "Mail gateway Bergen"), {"SVC-EMAIL": FailureEffect.alternative}, False, 0, Decimal(0)
        ),
        ImpactRow(Told("CMP-EDGE-B", "Mail gateway Leith"), {}, False, 0, Decimal(0)),
    ),
    stages=(
        LifeCycleStage("Detection", 41, Decimal(37), Decimal("54.4")),
        LifeCycleStage("Diagnosis", 41, Decimal(12), Decimal("17.6")),
        LifeCycleStage("Repair", 40, Decimal(19), Decimal("28")),
        LifeCycleStage("Recovery", 0, None, None),
    ),
    suppliers={"UC-0002": (replace(AVAILABLE, agreement="UC-0002", achieved=Decimal("99.95"), met=True),)},
    interruptions=(
        InterruptionToCome("SVC-EMAIL", "Sun 10 Jan 2027 02:00", "04:00 Europe/Oslo", "New rules", "INT-0001"),
    ),
    conventions=("Announced windows count as up",),
    lost_minutes=Decimal(270),
)


def bare() -> AvailabilityPlan:
    content, fields = filled(AvailabilityPlan), AvailabilityPlan.model_fields
    left = {name: one.get_default(call_default_factory=True) for name, one in fields.items() if name not in MANDATORY}
    return content.model_copy(update=left)


def page(
    sample: Sample, pages: Pages, content: AvailabilityPlan, case: str, figures: AvailabilityFigures = FIGURES
) -> str:
    given = {} if case == "draft" else {"availability_figures": None if case == "unmeasured" else figures}
    state = "draft" if case == "draft" else "agreed"
    told = view(sample, content, "AVP-0003", state, version=int(case != "draft"), **given)
    return pages.html("availability_plan", told)


def readings(content: AvailabilityPlan, sample: Sample) -> Iterator[tuple[str, AvailabilityPlan]]:
    """The plan with another value in each of its leaves; not where a key would stand for nothing any more."""
    for path, other in changed(content, records(sample)):
        with suppress(ValidationError):
            yield path, AvailabilityPlan.model_validate(other.model_dump())


CASES: dict[str, Callable[[], AvailabilityPlan]] = {
    "draft": bare,
    "unmeasured": lambda: filled(AvailabilityPlan),
    "final": lambda: filled(AvailabilityPlan),
}


@pytest.fixture(scope="module")
def final(sample: Sample, pages: Pages) -> str:
    return page(sample, pages, filled(AvailabilityPlan), "final")


@pytest.mark.parametrize("case", list(CASES))
def test_the_plan_is_the_golden_page(case: str, sample: Sample, pages: Pages, pytestconfig: pytest.Config) -> None:
    html = page(sample, pages, CASES[case](), case)
    file = GOLDEN / f"availability-plan-{case}.html"
    if pytestconfig.getoption("--update-golden", default=False):
        file.parent.mkdir(exist_ok=True)
        file.write_text(html, encoding="utf-8")
    assert html == file.read_text(encoding="utf-8"), f"see {file.name}; if the change is meant: --update-golden"


def test_what_was_measured_stands_beside_what_is_required(final: str) -> None:
    words = text_of(final)
    for sentence in (
        "1 of 2 Targets reached of those that were measured in 2026-Q3",
        "Availability worst: August 2026, 99.51 % ≥ 99.90 % 99.723 % missed",
        "≤ 2 h 1 h 35 min reached",
        "The file has no moment of restoration ≤ 2 h no data",
        "Time that users lost 48,120 user-minutes",
        "Computing centre CMP-HALL no data no data no data no data no data",
        "Mailbox store single CMP-STORE fails 40,000",
        "Detection 41 37 min 54.4 %",
        "Recovery 0 no data no data",
        "Business e-mail INT-0001 Sun 10 Jan 2027 02:00",
        "Watch the store from outside",
        "88.8 % measured estimated: 62.5 %",
        "of the 4 h 30 min for which users were without them",
        "No target is agreed for security.",
    ):
        assert sentence in words, sentence


def test_a_single_point_of_failure_that_the_plan_does_not_speak_of_is_named(
    final: str, sample: Sample, pages: Pages
) -> None:
    assert "the plan does not speak of them: Computing centre." in text_of(final)
    answered = filled(AvailabilityPlan)
    hall = answered.points_of_failure["store"].model_copy(update={"component": "CMP-HALL"})
    both = answered.model_copy(update={"points_of_failure": {**answered.points_of_failure, "hall": hall}})
    assert "does not speak of" not in text_of(page(sample, pages, both, "final"))


def test_what_stands_in_a_draft_is_not_told_as_if_it_were_agreed(final: str, sample: Sample, pages: Pages) -> None:
    drafted = replace(FIGURES, unsigned=("SLA-0001", "UC-0002"))
    words = text_of(page(sample, pages, filled(AvailabilityPlan), "final", drafted))
    assert "Not signed. No version of SLA-0001 and UC-0002 is signed; what they require stands in a draft." in words
    assert words.count("SLA-0001 (not signed)") == 3
    assert words.count("UC-0002 (not signed)") == 1
    assert "not signed" not in text_of(final)


def test_a_period_without_figures_is_no_data_and_never_a_target_that_was_reached(sample: Sample, pages: Pages) -> None:
    words = text_of(page(sample, pages, filled(AvailabilityPlan), "unmeasured"))
    assert "no data Targets reached nothing was measured in 2026-Q3" in words
    assert "No data. Nothing was measured of Business e-mail in 2026-Q3." in words
    assert words.count("That is no statement that all is well.") == 5
    assert "100 %" not in words


def test_a_plan_without_its_sections_is_not_printed_as_final(sample: Sample, pages: Pages) -> None:
    with pytest.raises(Refused) as caught:
        page(sample, pages, bare(), "final")
    told = " ".join((str(caught.value), *caught.value.reasons, caught.value.advice or ""))
    for field in (
        "purpose",
        "scope",
        "summary",
        "security",
        "causes",
        "life_cycle",
        "technology",
        "options",
        "reviews",
        "actions",
    ):
        assert field in told, field


def test_the_sample_fills_every_field_that_there_is() -> None:
    assert declared_fields([AvailabilityPlan]) - set(filled_fields(filled(AvailabilityPlan))) == set()


def test_every_field_has_its_say(sample: Sample, pages: Pages, final: str) -> None:
    told = {path: page(sample, pages, other, "final") for path, other in readings(filled(AvailabilityPlan), sample)}
    assert len(told) > 50
    assert [path for path, html in told.items() if html == final] == []


def test_every_link_of_the_contents_leads_somewhere(final: str) -> None:
    ids = re.findall(r'id="([^"]+)"', final)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', final)) <= set(ids)


def test_the_plan_asks_for_what_it_names() -> None:
    asked = filled(AvailabilityPlan).availability_request()
    assert (asked.services, asked.components, asked.suppliers) == (("SVC-EMAIL",), ("CMP-STORE",), ("SUP-SENTRY",))
    assert Period.parsed(asked.period).last == date(2026, 9, 30)
