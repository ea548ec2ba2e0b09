"""Grids and clouds: operational level agreements of a research grid and contracts of a cloud supplier, as records."""

from __future__ import annotations

import re
from typing import Any

from real_input.figures import Entry, minutes, week
from real_input.records import RecordText, always, calendar, contract, ola

AVAILABILITY, RELIABILITY = "components.part.availability", "components.part.further_availability.reliability"


def _monthly(available: str, reliable: str) -> dict[str, Any]:
    """Both shares that the grid measures; only reliability leaves announced downtime out."""
    return {
        "availability": {"percent": available, "period": "month", "planned_downtime": "down"},
        "further_availability": {
            "reliability": {"percent": reliable, "period": "month", "planned_downtime": "left_out"}
        },
    }


def _at_most(title: str, value: str, unit: str) -> dict[str, str]:
    return {"title": title, "comparison": "at_most", "value": value, "unit": unit, "period": "month"}


def egi_resource_centre(entry: Entry) -> list[RecordText]:
    """The agreement as it is today; its threshold of suspension was raised once, as its history says."""
    monthly = entry["monthly"]
    threshold = re.search(r"availability below (\d+) for three consecutive months -> (\w+)", entry["rule"])
    assert threshold
    justified = "Written justification"
    return [
        always("EGI-RC"),
        *ola(
            "EGI-RC",
            "Resource centre of a research grid",
            {"service": "CAL-EGI-RC-ALWAYS", "support": "CAL-EGI-RC-ALWAYS"},
            _monthly(monthly["availability_min"], monthly["reliability_min"]),
            term={"start_on": f"{min(entry['history'])}-01"},
            targets={"measures": {"unknown": _at_most("Status unknown", monthly["unknown_max"], "per cent")}},
            consequences={
                "suspension": {
                    "clause": AVAILABILITY,
                    "below": threshold[1],
                    "periods": "3",
                    "what": threshold[2].capitalize(),
                },
                "availability": {"clause": AVAILABILITY, "periods": "1", "what": justified},
                "reliability": {"clause": RELIABILITY, "periods": "1", "what": justified},
                "unknown": {"clause": "targets.measures.unknown", "periods": "1", "what": justified},
            },
        ),
    ]


def egi_infrastructure_provider(entry: Entry) -> list[RecordText]:
    monthly, due = entry["monthly"], entry["rule"].split("-> ")[1].capitalize()
    rod = _at_most("Performance index of the operators on duty", monthly["rod_performance_index_max"], "points")
    missed = {"availability": AVAILABILITY, "reliability": RELIABILITY, "rod": "targets.measures.rod"}
    return [
        always("EGI-RP"),
        *ola(
            "EGI-RP",
            "Information system of a resource infrastructure provider",
            {"service": "CAL-EGI-RP-ALWAYS", "support": "CAL-EGI-RP-ALWAYS"},
            _monthly(monthly["top_bdii_availability_min"], monthly["top_bdii_reliability_min"]),
            targets={"measures": {"rod": rod}},
            consequences={key: {"clause": clause, "periods": "1", "what": due} for key, clause in missed.items()},
        ),
    ]


def _at_once(published: str) -> str:
    return "0" if published.startswith("immediate") else minutes(published)


def egi_partner(entry: Entry) -> list[RecordText]:
    monthly, support = entry["monthly"], entry["support"]
    named = {name.replace(" ", "-").lower(): name for name in support}
    return [
        always("EGI-EU"),
        calendar("CAL-EGI-EU-SUPPORT", "Support hours", "Europe/Amsterdam", week("Mon-Fri 09:00-17:00")),
        *ola(
            "EGI-EU",
            "Partner services for a research grid",
            {"service": "CAL-EGI-EU-ALWAYS", "support": "CAL-EGI-EU-SUPPORT"},
            _monthly(monthly["availability_min"], monthly["reliability_min"]),
            priorities={key: {"title": name, "applies": f"Tickets of priority {name}"} for key, name in named.items()},
            targets={
                "response": {
                    key: {"minutes": _at_once(support[name]), "clock": "support"} for key, name in named.items()
                }
            },
        ),
    ]


def _bands(entry: Entry) -> dict[str, dict[str, str]]:
    return {
        f"band{number}": {
            "clause": AVAILABILITY,
            "below": band["below"],
            **({"at_least": band["at_least"]} if "at_least" in band else {}),
            "percent": band["pct"],
        }
        for number, band in enumerate(entry["credits"], 1)
    }


def _cloud(name: str, title: str, availability: dict[str, str], **fields: Any) -> list[RecordText]:
    hours = {"service": f"CAL-{name}-ALWAYS", "support": f"CAL-{name}-ALWAYS"}
    return [always(name), *contract(name, title, hours, {"availability": availability}, **fields)]


def aws_region(entry: Entry) -> list[RecordText]:
    return _cloud(
        "AWS-REGION",
        "Computing in a region of a cloud supplier",
        {"percent": entry["monthly_uptime_commitment"], "period": "month"},
        credits={"of": "The month's charge", "bands": _bands(entry)},
    )


def aws_optimizer(entry: Entry) -> list[RecordText]:
    floor = re.fullmatch(r"more than (\d+) ([A-Z]{3})", entry["minimum_credit"])
    assert floor
    return _cloud(
        "AWS-OPTIMIZER",
        "Advice on computing from a cloud supplier",
        {"percent": entry["credits"][0]["below"], "period": "month"},
        credits={
            "of": "The month's charge",
            "bands": _bands(entry),
            "more_than": floor[1],
            "currency": floor[2],
        },
    )


def aws_ec2_2008(entry: Entry) -> list[RecordText]:
    availability = {
        "percent": entry["annual_uptime_commitment"],
        "period": "trailing_year",
        "measured_in_minutes": "5",
        "before_first_use": "up",
    }
    return _cloud("AWS-EC2", "Virtual machines of a cloud supplier, by its paper of 2008", availability)
