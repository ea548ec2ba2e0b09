"""Records of the voice of customers, of reviews and plans, with every field filled."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy, deepcopy
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import yaml

from sdflow.areas.availability.availability_plan import AvailabilityPlan
from sdflow.areas.service_level.complaint import Complaint
from sdflow.areas.service_level.satisfaction_survey import SatisfactionSurvey
from sdflow.areas.service_level.service_review import ServiceReview
from sdflow.areas.service_level.supplier_performance import SupplierPerformance
from sdflow.domain.kind import Content

if TYPE_CHECKING:
    from documents.conftest import Sample

HERE = Path(__file__).parent
Model = TypeVar("Model", bound=Content)
MODELS: tuple[type[Content], ...] = (
    Complaint,
    SatisfactionSurvey,
    SupplierPerformance,
    ServiceReview,
    AvailabilityPlan,
)


def written(model: type[Content]) -> dict[str, Any]:
    """What the file of a kind says."""
    return deepcopy(_written(model.description.kind))


@cache
def _written(kind: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load((HERE / f"{kind}.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    return found


def filled(model: type[Model], **otherwise: object) -> Model:
    """A content with every field filled, but for what is given otherwise."""
    return model.model_validate({**written(model), **otherwise})


def records(sample: Sample) -> Mapping[str, Content]:
    """The sample, with what reviews and plans refer to."""
    survey = filled(SatisfactionSurvey, previous=None)
    review = filled(ServiceReview, previous=None)
    plan = filled(AvailabilityPlan, replaces=None)
    return {
        **sample.records,
        "CPL-0001": filled(Complaint),
        "CPL-0002": filled(Complaint, title="Another complaint", gravity="grave"),
        "SAT-0001": survey.model_copy(update={"title": "How content the yards were", "period": "2026-Q2"}),
        "SAT-0002": filled(SatisfactionSurvey),
        "SRV-0001": review.model_copy(update={"title": "Mail in July"}),
        "SRV-0002": review.model_copy(update={"title": "Mail in April"}),
        "AVP-0001": plan.model_copy(update={"title": "Availability of mail in 2026"}),
        "AVP-0002": plan.model_copy(update={"title": "Availability of mail in 2025"}),
    }


def view(sample: Sample, content: Content, reference: str, state: str, **given: object) -> dict[str, object]:
    """What the template of a content is given; a draft unless it has a version."""
    draft = not given.pop("version", 0)
    known = copy(sample)
    known.records = records(sample)
    record = {
        "reference": reference,
        "kind_title": content.description.title,
        "title": content.title,
        "version": 0 if draft else 1,
        "revision": 5,
        "state": state,
        "state_meaning": "Where the record stands.",
    }
    stand: dict[str, object] = {"draft": draft, "envelope_sha256": None if draft else "0" * 64, "signatories": []}
    return {**known.view("ola", content=content), "record": record, **stand, **given}
