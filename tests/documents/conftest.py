from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

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
from sdflow.domain.signature import SigningMethod
from sdflow.domain.trait import Signable

HERE = Path(__file__).parent
DOCUMENTS = HERE.parents[1] / "documents"
GOLDEN = HERE.parent / "golden"
MODELS: tuple[type[Content], ...] = (
    BusinessUnit,
    Calendar,
    Component,
    Person,
    Supplier,
    Team,
    Service,
    Slr,
    Sla,
    Ola,
    Contract,
)
SUBJECTS = {"slr": "SLR-0001", "sla": "SLA-0001", "ola": "OLA-0002", "contract": "UC-0001",
            "corporate": "SLA-CORP", "customer": "SLA-YARDS", "adopted": "UC-0002"}  # fmt: skip
MANDATORY = ("title", "owner", "term", "hours", "scope", "level", "service", "customer", "provider", "receiver", "supplier",
             "representative", "stated_on", "wanted_by", "background", "requirements", "components", "targets",
             "severities", "signatories", "adopted")  # fmt: skip
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
    text = yaml.load((HERE / "sample.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    by_kind = {model.description.kind: model for model in MODELS}
    records: dict[str, Content] = {}
    for reference, fields in text.pop("registers").items():
        records[reference] = by_kind[fields.pop("kind")].model_validate(fields)
    for reference, fields in text.items():
        model = next(model for model in (Slr, Sla, Ola, Contract) if reference.startswith(model.description.prefix))
        records[reference] = model.model_validate(fields)
    return records


def _week(calendar: Calendar) -> Mapping[str, object]:
    hours = calendar.open_hours({})
    return {
        "title": calendar.title,
        "zone": calendar.zone,
        "week": [[(window.opens, window.closes) for window in day] for day in hours.week],
        "closed_days": [] if calendar.zone == "Etc/UTC" else CLOSED,
        "openings": [] if calendar.zone == "Etc/UTC" else [(date(2027, 12, 24), [(480, 720)])],
    }


def _cited(content: Content, records: Mapping[str, Content], found: dict[str, Content]) -> dict[str, Content]:
    for link in links(content):
        if link.reference not in found:
            found[link.reference] = records[link.reference]
            _cited(records[link.reference], records, found)
    return found


def _bare(content: Content) -> Content:
    """The content with all that is optional still open."""
    fields = type(content).model_fields
    open_fields = {name: field.get_default(call_default_factory=True) for name, field in fields.items()
                   if name not in MANDATORY}  # fmt: skip
    return content.model_copy(update=open_fields)


PROOF: Mapping[str, object] = {
    "proven": [
        {
            "clause": "hours.service",
            "what": "Hours of all components",
            "statement": "The duty of Messaging Operations and the computing centre cover all 8,372 agreed hours of the term.",
        },
        {
            "clause": "targets.restore.P1",
            "what": "Route: Faults of the mail platform",
            "statement": "The worst start, Saturday 2 January 2027 13:59, arrives 25 min before the promised 4 h.",
        },
        {
            "clause": "targets.availability",
            "what": "Availability of the service",
            "statement": "Components in series give 99.90 % at least, rounded down; 99.90 % is promised.",
        },
        {
            "clause": "term",
            "what": "Terms of supporting agreements",
            "statement": "All are in force from 1 January 2027 to 31 December 2028.",
        },
    ],
    "unproven": [{"clause": "targets.restore.P4", "what": "No route carries incidents of the priority P4"}],
    "findings": [
        {
            "rule": "SLM-014",
            "severity": "warning",
            "title": "A contract renews before the agreement ends",
            "message": "UC-0001 may be ended with notice by 30 June 2028, six months before the end of SLA-0001.",
            "reference": "ITIL Service Design, supplier management",
            "clause": "term",
            "gap": "184 days",
            "weakest": "UC-0001",
            "witness": "Saturday 1 July 2028 00:00 Europe/Oslo: no agreement supports the computing centre.",
            "waiver": "WVR-0001",
            "waived_until": date(2027, 12, 31),
        },
        {
            "rule": "SLM-021",
            "severity": "advice",
            "title": "A promise without reserve",
            "message": "targets.availability is promised at exactly what its components give.",
            "reference": "ISO/IEC 20000-1, 8.7.1",
        },
    ],
    "availability": [
        {
            "clause": "targets.availability",
            "period": "month",
            "target_percent": Decimal("99.90"),
            "expected_percent": Decimal("99.951238"),
            "guaranteed_percent": Decimal("99.9"),
            "worst_percent": Decimal("98.363636"),
            "weakest": "Directory and sign-on (OLA-0002)",
            "worst_period": "February 2027",
        }
    ],
    "overridden": ["availability.yaml"],
    "engine": "durable_rules 2.0.28",
}

VERSIONS = [
    {
        "version": 1,
        "starts_on": date(2024, 1, 1),
        "ends_on": date(2026, 12, 31),
        "change_request": None,
        "signed_on": date(2023, 12, 4),
        "superseded_by": 2,
    },
    {
        "version": 2,
        "starts_on": date(2027, 1, 1),
        "ends_on": None,
        "change_request": "RFC-2026-0412",
        "signed_on": None,
        "superseded_by": None,
    },
]
AMENDMENTS = [
    {
        "recorded_on": date(2026, 10, 5),
        "actor": "Chidi Okafor",
        "reason": "New telephone exchange in Bergen",
        "changes": [
            {"path": "contacts.desk.telephone", "before": "+47 55 01 10 00", "after": "+47 55 01 20 00"},
            {"path": "contacts.manager.telephone", "before": "+47 55 01 10 41", "after": "+47 55 01 20 41"},
        ],
    },
    {
        "recorded_on": date(2026, 11, 23),
        "actor": "Helen Carrick",
        "reason": "",
        "changes": [{"path": "contacts.customer.email", "before": None, "after": "ingrid@halvorsen.example"}],
    },
]
CHANGES = [
    {"path": "targets.restore.P1.minutes", "pieces": [("gone", "180"), ("come", "240")]},
    {
        "path": "scope",
        "pieces": [
            ("same", "The service comprises mailboxes, calendars and address books for"),
            ("gone", "1,900"),
            ("come", "1,960"),
            ("same", "users on desks and mobile devices."),
        ],
    },
    {"path": "critical_periods.winter", "pieces": [("come", "Sundays 08:00–14:00 from October to March")]},
]


class Sample:
    """Views of sample documents, as the engine hands them to templates."""

    def __init__(self) -> None:
        self.records = _records()

    def content(self, case: str) -> Content:
        """The content of a case."""
        return self.records[SUBJECTS[case]]

    def html(self, pages: Pages, case: str, *, draft: bool = False, content: Content | None = None) -> str:
        """The page of a case; of another content in its place where one is given."""
        if case == "annex":
            return pages.html("annex", self.annex())
        if case == "redline":
            return pages.html("redline", self.redline())
        return pages.html(self.content(case).description.kind, self.view(case, draft=draft, content=content))

    def annex(self) -> dict[str, object]:
        """The view of the annex of contacts: no more than it is given by the engine."""
        whole = self.view("sla")
        given = ("record", "content", "organisation", "effective_on", "generator")
        return {name: whole[name] for name in given} | {"amendments": AMENDMENTS}

    def redline(self) -> dict[str, object]:
        """The view of a redline, as a comparison of two rounds gives it."""
        whole = self.view("sla")
        given = ("record", "organisation", "effective_on", "generator")
        sides = {
            "before": {
                "name": "round 2, offered by the customer",
                "recorded_on": date(2026, 11, 5),
                "by": "Jürgen Brandt",
            },
            "after": {"name": "version 2", "recorded_on": date(2026, 11, 19), "by": ""},
        }
        return {name: whole[name] for name in given} | sides | {"changes": CHANGES}

    def view(
        self, kind: str, *, draft: bool = False, content: Content | None = None, **changed: object
    ) -> dict[str, object]:
        """The view of a sample; of another content in its place where one is given."""
        reference = SUBJECTS[kind]
        content = content or self.records[reference]
        referred = _cited(content, self.records, {})
        content = _bare(content) if draft else content
        return {
            "record": {
                "reference": reference,
                "kind_title": content.description.title,
                "title": content.title,
                "version": 2,
                "revision": 7,
                "state": "under_negotiation" if draft else "agreed",
                "state_meaning": "The parties exchange offers; nothing is binding yet."
                if draft
                else "Both parties have agreed to the content; it is frozen and waits for signatures.",
            },
            "content": content,
            "referred": referred,
            "calendars": {name: _week(one) for name, one in referred.items() if isinstance(one, Calendar)},
            "signatories": [
                {
                    "key": one.key,
                    "name": referred[one.person].title,
                    "capacity": one.capacity,
                    "party": referred[one.party].title,
                    "fingerprint": None if draft else f"{number:x}f0e1d2c3b4a5968" * 4,
                    "turn": one.turn,
                    "method": (one.method or SigningMethod.key).value,
                }
                for number, one in enumerate(
                    (content.signing_order() if isinstance(content, Signable) else ()), start=4
                )
            ],
            "inherited": {
                clause: {"reference": "SLA-CORP", "title": "Services of Northgate to all its customers", "version": 1}
                for clause in getattr(content, "inherited", ())
            },
            "versions": VERSIONS if kind == "sla" else [],
            "proof": PROOF if kind == "sla" and not draft else None,
            "envelope_sha256": None if draft else "3a7bd3e2360a3d29eea436fcfb7e44c735d117c42d1c1835420b6b9942dd4f1b",
            "draft": draft,
            "organisation": {"name": "Northgate Service Delivery", "primary": "#123a5f", "accent": "#f0b429"},
            "revisions": [
                {
                    "number": 1,
                    "round": None,
                    "offered_by": None,
                    "recorded_on": date(2026, 9, 3),
                    "actor": "Chidi Okafor",
                    "reason": "First draft from the requirement",
                },
                {
                    "number": 4,
                    "round": 1,
                    "offered_by": "provider",
                    "recorded_on": date(2026, 10, 12),
                    "actor": "Chidi Okafor",
                    "reason": "Offer after the review of Messaging Operations",
                },
                {
                    "number": 6,
                    "round": 2,
                    "offered_by": "customer",
                    "recorded_on": date(2026, 11, 5),
                    "actor": "Jürgen Brandt",
                    "reason": "Sundays in winter; credits capped",
                },
                {
                    "number": 7,
                    "round": 3,
                    "offered_by": "provider",
                    "recorded_on": date(2026, 11, 19),
                    "actor": "Helen Carrick",
                    "reason": "Named Sundays; agreed",
                },
            ],
            "effective_on": date(2026, 12, 1),
            "generator": "sdflow 0.1.0",
        } | changed

    def manuscript(self, html: str, fields: tuple[str, ...] = ("provider", "customer")) -> Manuscript:
        return Manuscript(
            html=html,
            title="Service level agreement SLA-0001",
            author="Northgate Service Delivery",
            dated_at=datetime(2026, 12, 1, 9, 30, tzinfo=UTC),
            identifier="SLA-0001/2",
            attachments=(
                Attachment("agreement.json", "What was agreed", "Source", b'{"format":"sla/1"}'),
                Attachment("targets.csv", "Targets", "Data", b"clause,minutes\ntargets.restore.P1,240\n"),
            ),
            fields=fields,
        )


@pytest.fixture(scope="session")
def sample() -> Sample:
    return Sample()


@pytest.fixture(scope="session")
def pages() -> Pages:
    return Pages([DOCUMENTS])
