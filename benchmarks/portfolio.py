"""Portfolio: a service provider of any size, the same on every run, as record files and as a workspace.

    python benchmarks/portfolio.py FOLDER [SLAS]

makes a workspace with so many agreements with customers (1,000 unless given), three times as many OLAs and contracts,
three tenths as many services, four priorities and 20 calendars in 8 zones. What surrounds one agreement has the same
size in every portfolio: 14 supporting agreements, 9 components and 12 promised times on their routes.
"""

from __future__ import annotations

import json
import sys
import zoneinfo
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

from sdflow.bootstrap import first_occasion, open_workspace, write_settings
from sdflow.domain.record import Record
from sdflow.domain.terms import plus_months
from sdflow.domain.trait import Lasting, Promising
from sdflow.engine.change import Change, acting
from sdflow.engine.publication import Publisher
from sdflow.engine.workspace import Occasion, Workspace
from sdflow.operations.apply import apply
from sdflow.operations.initialise import register_first_person

Entry = dict[str, Any]

TODAY = date(2026, 11, 24)
AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
SEED = 3
SERVICES_PER_FILE = 30
PRIORITIES = {"P1": (30, 240), "P2": (60, 480), "P3": (120, 1440), "P4": (480, 2880)}
"""Minutes until the first response and until restoration, as customers are promised them."""

SEVERITIES = {"P1": "S1", "P2": "S2", "P3": "S3", "P4": "S3"}
ZONES = (
    ("Europe/London", "GB", "ENG"),
    ("Europe/Berlin", "DE", "BY"),
    ("Europe/Paris", "FR", None),
    ("America/New_York", "US", "NY"),
    ("America/Sao_Paulo", "BR", "SP"),
    ("Asia/Kolkata", "IN", "KA"),
    ("Asia/Tokyo", "JP", None),
    ("Australia/Sydney", "AU", "NSW"),
)
SHAPES = {
    "Office": ("09:00-17:30",),
    "Extended": ("07:00-20:00",),
    "Two shifts": ("06:00-13:00", "14:00-22:00"),
    "Nights": ("20:00-06:00",),
}
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CALENDARS = 20
TEAMS, SUPPLIERS, CUSTOMERS, PEOPLE = 30, 25, 40, 60
SHARING = 3
"""How many services share a directory and a network."""

OWN_PARTS = ("APP", "DB", "LINE-A", "LINE-B", "NODE-1", "NODE-2", "NODE-3")
SCOPE = (
    "Running, watching and mending what is named here, in the hours that are agreed, with every incident kept, "
    "handed over with its findings and reported on by the fifth working day of the next month."
)


@dataclass(frozen=True)
class Size:
    """How many agreements with customers, and with them everything else."""

    agreements: int

    @property
    def services(self) -> int:
        """Three for ten agreements."""
        return max(SHARING, round(self.agreements * 0.3))

    @property
    def supporters(self) -> int:
        """Ten for each service."""
        return self.services * 10


def registers() -> Iterator[Entry]:
    """Calendars, teams, suppliers, customers and people: as many in every portfolio."""
    yield from (_calendar(number) for number in range(CALENDARS))
    for number in range(1, TEAMS + 1):
        yield {"kind": "team", "reference": f"TEAM-{number:02}", "title": f"Operations {number}"}
    for number in range(1, SUPPLIERS + 1):
        yield {"kind": "supplier", "reference": f"SUP-{number:02}", "title": f"Supplier {number}"}
    for number in range(1, CUSTOMERS + 1):
        yield {"kind": "business_unit", "reference": f"BU-{number:02}", "title": f"Business unit {number}"}
    for number in range(1, PEOPLE + 1):
        yield {
            "kind": "person",
            "reference": f"PER-{number:02}",
            "title": f"Person {number}",
            "organisation": f"TEAM-{number % TEAMS + 1:02}",
            "roles": {"service_owner": {"since": "2024-01-01"}},
        }


def _calendar(number: int) -> Entry:
    """Every fifth is open round the clock, the others have hours, holidays and a closure of their own."""
    zone, country, subdivision = ZONES[number % len(ZONES)]
    entry: Entry = {"kind": "calendar", "reference": f"CAL-{number:02}", "zone": zone}
    if number % 5 == 0:
        return entry | {"title": f"Round the clock {number}", "week": {day: ["00:00-24:00"] for day in DAYS}}
    name, windows = list(SHAPES.items())[number % len(SHAPES)]
    region = {"country": country} | ({"subdivision": subdivision} if subdivision else {})
    return entry | {
        "title": f"{name} hours in {zone.partition('/')[2].replace('_', ' ')}",
        "week": dict.fromkeys(DAYS[: 5 + number % 2], windows),
        "holidays": region,
        "closures": {"works": {"first_on": f"2026-08-{number + 1:02}", "reason": "Works in the building"}},
    }


def services(size: Size) -> Iterator[list[Entry]]:
    """For each service what belongs to it: components, the service, its supporters, its agreements with customers."""
    draw = Random(SEED)
    for number in range(size.services):
        yield [
            *_components(number),
            _service(number, draw),
            *_supporters(number, draw),
            *(_sla(one, number, draw) for one in range(number, size.agreements, size.services)),
        ]


def _part(service: int, name: str) -> str:
    return f"CMP-{service:03}-{name}"


def _shared(service: int, name: str) -> str:
    return f"CMP-{name}-{service // SHARING:03}"


def _components(service: int) -> Iterator[Entry]:
    directory, network = _shared(service, "DIRECTORY"), _shared(service, "NETWORK")
    if service % SHARING == 0:
        yield {"kind": "component", "reference": network, "title": f"Network {service // SHARING}"}
        title = f"Directory {service // SHARING}"
        yield {"kind": "component", "reference": directory, "title": title, "depends_on": [network]}
    for name in OWN_PARTS:
        needed = {"APP": [directory], "DB": [network]}.get(name, [])
        title = f"{name.replace('-', ' ').capitalize()} of service {service}"
        yield {"kind": "component", "reference": _part(service, name), "title": title, "depends_on": needed}


def _service(number: int, draw: Random) -> Entry:
    parts = {name: {"component": _part(number, name)} for name in OWN_PARTS}
    nodes = [parts[name] for name in OWN_PARTS if name.startswith("NODE")]
    redundant = {"redundant": [parts["LINE-A"], parts["LINE-B"]]}
    return {
        "kind": "service",
        "reference": f"SVC-{number:03}",
        "title": f"Service {number}",
        "owner": f"PER-{draw.randint(1, PEOPLE):02}",
        "purpose": "Carries a part of the business that stands still without it.",
        "structure": {"series": [parts["APP"], parts["DB"], redundant, {"at_least": 2, "of": nodes}]},
        "routes": {
            "urgent": _route("Urgent incidents", ["P1", "P2"], [_ola(number, 1), _ola(number, 2), _uc(number, 4)]),
            "lines": _route("Faults of the lines", ["P1", "P2"], [_ola(number, 1), _uc(number, 1)]),
            "normal": _route("Normal incidents", ["P3", "P4"], [_ola(number, 1), _ola(number, 3)]),
        },
    }


def _route(title: str, priorities: Sequence[str], agreements: Sequence[str]) -> Entry:
    handing = [{"agreement": one, "until": "hand_over", "relay_minutes": 5} for one in agreements[:-1]]
    return {
        "title": title,
        "priorities": priorities,
        "tiers": [*handing, {"agreement": agreements[-1], "until": "restore"}],
    }


def _ola(service: int, number: int) -> str:
    return f"OLA-{service * 6 + number:04}"


def _uc(service: int, number: int) -> str:
    return f"UC-{service * 4 + number:04}"


def _supporters(service: int, draw: Random) -> Iterator[Entry]:
    """Six OLAs and four contracts; the last two OLAs are on what the service shares with others."""
    nodes = [name for name in OWN_PARTS if name.startswith("NODE")]
    own = [["APP"], ["APP"], ["DB"], nodes]
    carried = [[_part(service, name) for name in names] for names in own]
    carried += [[_shared(service, "DIRECTORY")], [_shared(service, "NETWORK")]]
    for number, components in enumerate(carried, 1):
        yield _ola_entry(service, number, components, draw)
    for number, names in enumerate((["LINE-A"], ["LINE-B"], ["DB"], nodes), 1):
        yield _contract_entry(service, number, [_part(service, name) for name in names], draw)


def _ola_entry(service: int, number: int, components: Sequence[str], draw: Random) -> Entry:
    restore = {priority: {"minutes": minutes * 3 // 8} for priority, (_, minutes) in PRIORITIES.items()}
    response = {priority: {"minutes": minutes // 2} for priority, (minutes, _) in PRIORITIES.items()}
    return _supporting(components, service, draw) | {
        "kind": "ola",
        "reference": _ola(service, number),
        "title": f"Operation {number} of service {service}",
        "provider": f"TEAM-{draw.randint(1, TEAMS - 1):02}",
        "receiver": f"TEAM-{TEAMS:02}",
        "supports": [f"SVC-{service:03}"],
        "targets": {"response": response, "hand_over": response, "restore": restore},
        "hand_over_rules": "By telephone and in the ticket, with what was tried.",
    }


def _contract_entry(service: int, number: int, components: Sequence[str], draw: Random) -> Entry:
    times = {"S1": (15, 120), "S2": (30, 240), "S3": (120, 900)}
    return _supporting(components, service, draw) | {
        "kind": "contract",
        "reference": _uc(service, number),
        "title": f"Supply {number} for service {service}",
        "supplier": f"SUP-{draw.randint(1, SUPPLIERS):02}",
        "receiver": f"TEAM-{TEAMS:02}",
        "supports": [f"SVC-{service:03}"],
        "targets": {
            "response": {severity: {"minutes": first} for severity, (first, _) in times.items()},
            "restore": {
                severity: {"minutes": last, "percent": draw.choice((100, 100, 98))}
                for severity, (_, last) in times.items()
            },
        },
        "severities": SEVERITIES,
    }


def _supporting(components: Sequence[str], service: int, draw: Random) -> Entry:
    percent = draw.choice((99.5, 99.7, 99.9, 99.95))
    return _agreement(draw, service, months_before=30, round_the_clock=0.7) | {
        "components": {
            f"c{number}": {"component": component, "availability": {"percent": percent, "period": "month"}}
            for number, component in enumerate(components, 1)
        },
        "continuity": "Mirrored in a second place and tried once a year.",
    }


def _sla(number: int, service: int, draw: Random) -> Entry:
    return _agreement(draw, service, months_before=22, round_the_clock=0.1) | {
        "kind": "sla",
        "reference": f"SLA-{number + 1:04}",
        "title": f"Service {service} for customer {number}",
        "service": f"SVC-{service:03}",
        "provider": f"TEAM-{TEAMS:02}",
        "customer": f"BU-{draw.randint(1, CUSTOMERS):02}",
        "targets": {
            "availability": {"percent": draw.choice((98.5, 99, 99.5)), "period": "month"},
            "response": {priority: {"minutes": first} for priority, (first, _) in PRIORITIES.items()},
            "restore": {priority: {"minutes": last} for priority, (_, last) in PRIORITIES.items()},
        },
        "relies_on": [*(_ola(service, one) for one in range(1, 7)), *(_uc(service, one) for one in range(1, 5))],
    }


def _agreement(draw: Random, service: int, *, months_before: int, round_the_clock: float) -> Entry:
    """Owner, term, hours and words; the hours are round the clock, or mostly those of the service's own zone."""
    start = plus_months(date(2026, 12, 1), -draw.randint(1, months_before))
    calendar = f"CAL-{_calendar_number(draw, service, round_the_clock):02}"
    return {
        "owner": f"PER-{draw.randint(1, PEOPLE):02}",
        "term": _term(start, draw.random()),
        "hours": {"service": calendar, "support": calendar},
        "scope": SCOPE,
        "exclusions": ["What is not named here"],
        "provider_responsibilities": ["Keep what is promised", "Say each month how it was kept"],
        "receiver_responsibilities": ["Report incidents with their impact"],
        "escalation": ["After half of a target: the team lead", "At three quarters: the head of delivery"],
    }


def _calendar_number(draw: Random, service: int, round_the_clock: float) -> int:
    drawn = draw.random()
    always = [number for number in range(CALENDARS) if number % 5 == 0]
    others = [number for number in range(CALENDARS) if number % 5]
    near = [number for number in others if number % len(ZONES) == service % len(ZONES)]
    return draw.choice(always if drawn < round_the_clock else near if drawn < 0.95 else others)


def _term(start: date, drawn: float) -> Entry:
    """Seven in ten renew themselves, two run three years, one is open-ended."""
    if drawn < 0.7:
        end = plus_months(start, 12).isoformat()
        renewal = {"renewal": "automatic", "renewal_months": 12, "notice": {"months": 3}}
        return {"start_on": start.isoformat(), "end_on": end, "end_counts": "first_day_after", **renewal}
    if drawn < 0.9:
        return {
            "start_on": start.isoformat(),
            "end_on": plus_months(start, 36).isoformat(),
            "end_counts": "first_day_after",
        }
    return {"start_on": start.isoformat(), "notice": {"months": 3}}


def write_files(folder: Path, size: Size) -> list[Path]:
    """The portfolio as record files; what is JSON is YAML too."""
    written = [_written(folder / "registers.yaml", list(registers()))]
    parts = list(services(size))
    for first in range(0, len(parts), SERVICES_PER_FILE):
        some = [entry for part in parts[first : first + SERVICES_PER_FILE] for entry in part]
        written.append(_written(folder / f"services-{first:04}.yaml", some))
    return written


def _written(path: Path, entries: Sequence[Mapping[str, Any]]) -> Path:
    path.write_text("---\n".join(f"{json.dumps(entry)}\n" for entry in entries), encoding="utf-8")
    return path


@dataclass(frozen=True)
class Made:
    """A workspace with a portfolio, and how long it took to take its files in and to adopt its agreements."""

    workspace: Workspace
    records: int
    applied_seconds: float
    adopted_seconds: float


def make(folder: Path, size: Size) -> Made:
    """A new workspace in which the portfolio was applied, and most agreements were then signed."""
    write_settings(folder, "Meridian Services", None)
    workspace = open_workspace(folder, create=True)
    occasion = first_occasion("PER-FIRST", "Ada First", TODAY, at=AT)
    register_first_person(workspace, occasion, ())
    sources = folder / "records"
    sources.mkdir()
    files = write_files(sources, size)
    begun = perf_counter()
    applied = apply(workspace, occasion, files)
    applied_seconds = perf_counter() - begun
    begun = perf_counter()
    _sign(workspace, occasion, list(_agreements(workspace, size)))
    return Made(workspace, len(applied), applied_seconds, perf_counter() - begun)


def _agreements(workspace: Workspace, size: Size) -> Iterator[list[str]]:
    """The references of the agreements of the services that share parts, supporters first."""
    agreements = [
        model.description.kind for model in workspace.definitions.kinds.values() if issubclass(model, Lasting)
    ]
    parts = list(services(size))
    for first in range(0, len(parts), SHARING):
        some = [entry for part in parts[first : first + SHARING] for entry in part]
        yield [entry["reference"] for entry in some if entry["kind"] in agreements]


def _sign(workspace: Workspace, occasion: Occasion, groups: Sequence[Sequence[str]]) -> None:
    """Put most agreements in force as adopted from paper: laying thousands of documents out is another benchmark.

    Of those that support, one in forty stays a draft and one in fifty has notice.
    """
    draw = Random(SEED)
    for group in groups:
        with acting(workspace, occasion, "adopt") as change:
            publisher = Publisher(workspace, change.writing, occasion)
            for reference in group:
                record = change.writing.lock(reference)
                drawn = 1.0 if issubclass(workspace.definitions.kinds[record.kind], Promising) else draw.random()
                if drawn >= 1 / 40:
                    _put_in_force(workspace, change, publisher, record, notice=drawn < 1 / 40 + 1 / 50)


def _put_in_force(workspace: Workspace, change: Change, publisher: Publisher, record: Record, *, notice: bool) -> None:
    states = workspace.definitions.workflows[record.kind].states
    wanted = next(state for state in states if state.binding and state.ending is notice)
    envelope, document = publisher.adopt(record, f"The paper of {record.reference}".encode(), "paper.txt")
    change.keep_version(envelope, document)
    change.move(replace(record, version=envelope.version), "adopt", wanted.name)


def main() -> None:
    """Make a portfolio in a new folder."""
    zoneinfo.reset_tzpath(to=[])
    folder = Path(sys.argv[1])
    size = Size(int(sys.argv[2]) if len(sys.argv) > 2 else 1000)
    made = make(folder, size)
    print(f"{folder}: {size.agreements} SLAs, {size.services} services, {size.supporters} OLAs and contracts")
    print(
        f"{made.records} records applied in {made.applied_seconds:.1f} s, agreements adopted in {made.adopted_seconds:.1f} s"
    )


if __name__ == "__main__":
    main()
