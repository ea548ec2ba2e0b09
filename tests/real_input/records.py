"""Records: what published agreements have in common when they are said as records."""

from __future__ import annotations

from typing import Any

import yaml

from real_input.figures import DAYS, every

KEEPER, SIGNED_SINCE = "PER-KEEPER", "2026-01-01"
"""Who keeps the agreements, and the day from which they hold where the published terms name none."""

RecordText = dict[str, Any]


def record(kind: str, reference: str, title: str, **fields: Any) -> RecordText:
    """A record as people write it, fields that are none left out."""
    given = {name: value for name, value in fields.items() if value is not None}
    return {"kind": kind, "reference": reference, "title": title, **given}


class _WrittenOut(yaml.SafeDumper):
    """Writes a part that stands twice twice: record files know no aliases."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def as_yaml(records: list[RecordText]) -> str:
    return yaml.dump_all(records, Dumper=_WrittenOut, sort_keys=False, allow_unicode=True)


def calendar(reference: str, title: str, zone: str, week: dict[str, list[str]], **fields: Any) -> RecordText:
    return record("calendar", reference, title, zone=zone, week=week, **fields)


def always(name: str, zone: str = "UTC") -> RecordText:
    return calendar(f"CAL-{name}-ALWAYS", "Round the clock", zone, every(DAYS, "00:00-24:00"))


def sla(name: str, title: str, hours: dict[str, str], **fields: Any) -> list[RecordText]:
    """An agreement with customers on one service, with the service, its one part, the provider and the customer."""
    return [
        record("team", f"TEAM-{name}", f"Provider of {title}"),
        record("business_unit", f"BU-{name}", f"Customers of {title}"),
        record("component", f"CMP-{name}", title),
        record(
            "service",
            f"SVC-{name}",
            title,
            owner=KEEPER,
            purpose=f"What is promised as {title}",
            structure={"component": f"CMP-{name}"},
        ),
        record(
            "sla",
            f"SLA-{name}",
            title,
            **_said(fields, title, hours),
            service=f"SVC-{name}",
            provider=f"TEAM-{name}",
            customer=f"BU-{name}",
        ),
    ]


def corporate_sla(name: str, title: str, hours: dict[str, str], **fields: Any) -> list[RecordText]:
    """An agreement that holds for every customer and service of a provider."""
    said = _said(fields, title, hours)
    return [
        record("team", f"TEAM-{name}", f"Provider of {title}"),
        record("sla", f"SLA-{name}", title, **said, level="corporate", provider=f"TEAM-{name}"),
    ]


def ola(name: str, title: str, hours: dict[str, str], part: dict[str, Any], **fields: Any) -> list[RecordText]:
    """An agreement between two teams, for one part with what is promised for it."""
    return [
        record("team", f"TEAM-{name}", f"Those who promise: {title}"),
        record("team", f"TEAM-{name}-RECEIVER", f"Those who rely on it: {title}"),
        record("component", f"CMP-{name}", title),
        record(
            "ola",
            f"OLA-{name}",
            title,
            **_said(fields, title, hours),
            provider=f"TEAM-{name}",
            receiver=f"TEAM-{name}-RECEIVER",
            components={"part": {"component": f"CMP-{name}", **part}},
        ),
    ]


def contract(name: str, title: str, hours: dict[str, str], part: dict[str, Any], **fields: Any) -> list[RecordText]:
    """A contract with a supplier, for one part with what is promised for it."""
    said = {"targets": {}, "severities": {}, **fields}
    return [
        record("team", f"TEAM-{name}", f"Those who buy: {title}"),
        record("supplier", f"SUP-{name}", f"Supplier of {title}"),
        record("component", f"CMP-{name}", title),
        record(
            "contract",
            f"UC-{name}",
            title,
            **_said(said, title, hours),
            supplier=f"SUP-{name}",
            receiver=f"TEAM-{name}",
            components={"part": {"component": f"CMP-{name}", **part}},
        ),
    ]


def _said(fields: dict[str, Any], title: str, hours: dict[str, str]) -> dict[str, Any]:
    return {"owner": KEEPER, "term": {"start_on": SIGNED_SINCE}, "hours": hours, "scope": title, **fields}
