from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml

from sdflow.adapters.pages import Pages
from sdflow.areas.registers.business_unit import BusinessUnit
from sdflow.areas.registers.calendar import Calendar
from sdflow.areas.registers.component import Component
from sdflow.areas.registers.person import Person
from sdflow.areas.registers.supplier import Supplier
from sdflow.areas.registers.team import Team
from sdflow.areas.service_level.contract import Contract
from sdflow.areas.service_level.ola import Ola
from sdflow.areas.service_level.service import Service
from sdflow.areas.service_level.sla import Sla
from sdflow.areas.service_level.slr import Slr
from sdflow.domain.document import Attachment, Manuscript
from sdflow.domain.kind import Content, links

HERE = Path(__file__).parent
DOCUMENTS = HERE.parents[1] / "documents"
GOLDEN = HERE.parent / "golden"
MODELS: tuple[type[Content], ...] = (BusinessUnit, Calendar, Component, Person, Supplier, Team, Service, Slr, Sla, Ola, Contract)
SUBJECTS = {"slr": "SLR-0001", "sla": "SLA-0001", "ola": "OLA-0002", "contract": "UC-0001"}
OPTIONAL = ("purpose", "continuity", "security", "reporting", "changes", "charge", "next_review_on", "hand_over_rules",
            "credits", "credit_cap", "audit_right", "indexation", "termination", "legal_reference")  # fmt: skip
OPTIONAL_LISTS = ("exclusions", "provider_responsibilities", "receiver_responsibilities", "escalation", "assumptions",
                  "critical_periods", "workload", "on_call", "capacity", "subcontractors")  # fmt: skip
CLOSED = [
    (date(2027, 1, 1), "New Year's Day"),
    (date(2027, 3, 25), "Maundy Thursday"),
    (date(2027, 3, 26), "Good Friday"),
    (date(2027, 3, 29), "Easter Monday"),
    (date(2027, 5, 1), "Labour Day"),
    (date(2027, 5, 6), "Ascension Day"),
    (date(2027, 5, 17), "Constitution Day; Whit Monday"),
    (date(2027, 12, 24), "Company holiday"),
    (date(2027, 12, 25), "Christmas Day"),
    (date(2027, 12, 26), "Second Day of Christmas"),
    (date(2028, 1, 1), "New Year's Day"),
    (date(2028, 4, 13), "Maundy Thursday"),
    (date(2028, 4, 14), "Good Friday"),
    (date(2028, 4, 17), "Easter Monday"),
    (date(2028, 5, 1), "Labour Day"),
    (date(2028, 5, 17), "Constitution Day"),
    (date(2028, 5, 25), "Ascension Day"),
    (date(2028, 6, 5), "Whit Monday"),
    (date(2028, 12, 25), "Christmas Day"),
    (date(2028, 12, 26), "Second Day of Christmas"),
]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden pages anew")


def _records() -> Mapping[str, Content]:
    text = yaml.load((HERE / "sample.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
    by_kind = {model.description.kind: model for model in MODELS}
    records: dict[str, Content] = {}
    for reference, fields in text.pop("registers").items():
        records[reference] = by_kind[fields.pop("kind")].model_validate(fields)
    for reference, fields in text.items():
        model = next(model for model in (Slr, Sla, Ola, Contract) if reference.startswith(model.description.prefix))
        records[reference] = model.model_validate(fields)
    return records
