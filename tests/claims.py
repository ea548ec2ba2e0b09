"""A year of a claims desk: an agreement with everything that is measured, and files that tell what was delivered.

In October 2026 office hours are 22 days of 12 hours, 15,840 minutes; an announced hour is left out, which leaves 15,780. The
vault stood for 120 of them, both lines together for 30, and the service of itself for 30: 180 minutes in three breaks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from desk import HELEN, Desk

AGREED, DOWN, BREAKS = 15_780, 180, 3
TODAY = "2026-11-03"

PARTS = """
kind: calendar
reference: CAL-EARLY
title: Early Tuesdays
zone: Europe/London
week: {tuesday: ["07:00-08:00"]}
---
kind: component
reference: CMP-VAULT
title: Claims vault
purpose: Keeps the files of claims
---
kind: component
reference: CMP-EAST
title: Line east
purpose: Line to the exchange in the east
---
kind: component
reference: CMP-WEST
title: Line west
purpose: Line to the exchange in the west
---
kind: service
reference: SVC-CLAIMS
title: Claims desk
owner: PER-HADDAD
purpose: Opens, files and settles claims
users: 200
structure: {series: [{component: CMP-VAULT}, {redundant: [{component: CMP-EAST}, {component: CMP-WEST}]}]}
"""

AGREEMENT = """
kind: sla
reference: SLA-0910
title: Claims desk for Halvorsen & Brandt
owner: PER-CARRICK
service: SVC-CLAIMS
provider: TEAM-NORTHGATE
customer: BU-HALVORSEN
term: {start_on: 2025-11-01, end_on: 2027-10-31}
hours: {service: CAL-OFFICE, support: CAL-OFFICE}
purpose: What can be relied on when claims are handled.
scope: The claims desk with its files, for the people in London.
targets:
  availability: {percent: 99.5, period: month}
  reliability: {breaks: 3, longest_minutes: 90, mean_time_between_failures_hours: 60, period: month}
  response: {P1: {minutes: 30, percent: 90}, P2: {minutes: 60, percent: 90}, P3: {minutes: 240, percent: 90}}
  restore: {P1: {minutes: 240, percent: 90}, P2: {minutes: 480, percent: 90}, P3: {minutes: 1440, percent: 90}}
  measures:
    found: {title: Files found within a second, comparison: at_least, value: 95, unit: per cent, period: month}
priorities:
  P1: {title: Urgent, applies: Nobody can work}
  P2: {title: High, applies: A team cannot work}
  P3: {title: Normal, applies: One person is affected}
workload:
  claims: {title: Claims opened, most: 900, unit: claims, per: day}
planned_interruptions:
  early: {window: CAL-EARLY, notice_days: 7, most: 2, period: month, longest_minutes: 60}
charges:
  monthly: {title: Claims desk, amount: 8000, currency: GBP, per: month}
credits:
  of: The monthly charge
  bands:
    first: {clause: targets.availability, below: 99.5, at_least: 99, percent: 5}
    second: {clause: targets.availability, below: 99, percent: 10}
  most_percent_a_month: 8
consequences:
  plan: {clause: targets.availability, periods: 2, what: Northgate brings a plan of improvement to the next meeting}
"""

ADOPTED = """
adopted:
  signed_on: 2025-10-20
  signatories:
    - {name: Ingrid Halvorsen, party: Halvorsen & Brandt}
    - {name: Helen Carrick, party: Northgate}
"""

SUPPORT = """
kind: ola
reference: OLA-0910
title: Keeping the claims vault
owner: PER-CARRICK
provider: TEAM-MESSAGING
receiver: TEAM-NORTHGATE
term: {start_on: 2025-11-01, end_on: 2027-10-31}
hours: {service: CAL-ALWAYS, support: CAL-ALWAYS}
purpose: Carries what customers are promised of the claims desk.
scope: The vault.
components:
  vault: {component: CMP-VAULT, availability: {percent: 99.9, period: month}}
targets: {}
"""

WORK = """
kind: interruption
reference: REFERENCE
title: TITLE
owner: PER-CARRICK
components: [CMP-VAULT]
from_at: FROM
until_at: UNTIL
reason: The vault gets new discs.
report_by: 2026-12-01
announced: {customer: {to: BU-HALVORSEN, on: TOLD}}
"""

COMPLAINT = """
kind: complaint
reference: CPL-0910
title: Nobody called us back
service: SVC-CLAIMS
customer: BU-HALVORSEN
received_on: 2026-10-07
agreement: SLA-0910
gravity: serious
statement: The vault stood for two hours and nobody called.
owner: PER-HADDAD
answer_due_on: 2026-10-14
"""

INCIDENTS = """
reads: incidents
source: desk
zone: Europe/London
times: iso
missing: ["-"]
columns: {number: number, service: service, priority: priority, cause: cause, title: title, security: security}
moments: {occurred: occurred, detected: detected, reported: reported, responded: responded, restored: restored}
covers: {from: 2025-11-01, until: 2026-10-31, of: SVC-CLAIMS}
conventions: The desk calls an incident restored when the user says so.
"""

OUTAGES = """
reads: outages
source: monitor
zone: Europe/London
times: iso
columns: {service: service, component: component, cause: cause, users: users}
missing: ["-"]
moments: {since: down, until: up}
covers: {from: 2025-11-01, until: 2026-10-31, of: [SVC-CLAIMS, CMP-VAULT, CMP-EAST, CMP-WEST]}
"""

MEASUREMENTS = """
reads: measurements
source: meter
zone: Europe/London
times: iso
columns: {service: service, measure: measure, value: value}
moments: {at: at}
covers: {from: 2025-11-01, until: 2026-10-31, of: SVC-CLAIMS}
"""

OUTAGE_ROWS = (
    "-,CMP-VAULT,full disc,-,2026-10-06T09:00,2026-10-06T11:00",
    "-,CMP-EAST,digger,-,2026-10-14T13:00,2026-10-14T15:00",
    "-,CMP-WEST,power,-,2026-10-14T14:30,2026-10-14T16:00",
    "SVC-CLAIMS,-,wrong release,50,2026-10-20T18:30,2026-10-20T20:00",
    "-,CMP-VAULT,new discs,-,2026-10-27T07:00,2026-10-27T07:30",
    "-,CMP-VAULT,full disc,-,2026-09-08T10:00,2026-09-08T12:30",
    "-,CMP-VAULT,full disc,-,2026-05-12T10:00,2026-05-12T10:20",
)


@dataclass(frozen=True)
class Case:
    """An incident: when it was reported, and after how many minutes of the clock on the wall it was answered and over."""

    number: str
    priority: str
    reported: datetime
    answered: int
    restored: int
    cause: str
    security: bool = False

    def row(self) -> str:
        after = [self.reported + timedelta(minutes=one) for one in (self.answered, self.restored)]
        before = [self.reported - timedelta(minutes=one) for one in (20, 5)]
        moments = [*before, self.reported, *after]
        told = ",".join(one.strftime("%Y-%m-%dT%H:%M") for one in moments)
        return f"{self.number},SVC-CLAIMS,{self.priority},{self.cause},Claim {self.number},{self.security},{told}"


def cases() -> Iterator[Case]:
    """Six incidents on the first working day of each month from nine o'clock on; in October two more that hurt."""
    day = date(2025, 11, 1)
    while day < date(2026, 11, 1):
        first = day
        while first.weekday() > 4 or first in (date(2026, 1, 1), date(2026, 5, 1)):
            first += timedelta(days=1)
        for number in range(6):
            priority = f"P{number // 2 + 1}"
            reported = datetime.combine(first, time(9, 10 * number))
            yield Case(f"I-{first:%y%m}-{number}", priority, reported, 20, 120, "")
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    yield Case("I-2610-8", "P1", datetime.fromisoformat("2026-10-06T09:05"), 45, 300, "full disc")
    yield Case("I-2610-9", "P1", datetime.fromisoformat("2026-10-13T10:00"), 10, 60, "stolen laptop", security=True)


def measurements() -> Iterator[str]:
    """Files found fast enough in each month, and the claims of one day of it."""
    for number in range(12):
        month = date(2025 + (number + 10) // 12, (number + 10) % 12 + 1, 15)
        yield f"SVC-CLAIMS,found,{month}T12:00,{96 if month.month != 10 else 94.5}"
        yield f"SVC-CLAIMS,claims,{month}T12:00,{700 + 20 * number}"


def set_up(desk: Desk, folder: Path) -> None:
    """The agreement in force, everything measured, one interruption past and one to come."""

    def write(name: str, text: str) -> str:
        path = folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    desk.must("apply", write("parts.yaml", PARTS))
    for reference, text in (("OLA-0910", SUPPORT), ("SLA-0910", AGREEMENT)):
        desk.must(
            "adopt", write(f"{reference}.txt", f"The paper of {reference}."), write(f"{reference}.yaml", text + ADOPTED)
        )
    for reference, told, begins in (("INT-0910", "2026-10-10", "2026-10-27"), ("INT-0911", "2026-11-02", "2026-11-17")):
        zone = "+00:00"
        text = WORK.replace("REFERENCE", reference).replace("TITLE", f"New discs on {begins}").replace("TOLD", told)
        text = text.replace("FROM", f"{begins}T07:00:00{zone}").replace("UNTIL", f"{begins}T08:00:00{zone}")
        desk.must("apply", write(f"{reference}.yaml", text), day=told)
        desk.must("advance", reference, "announce", person="PER-HADDAD", day=told)
    desk.must("apply", write("complaint.yaml", COMPLAINT), day="2026-10-07")
    for kind, head, rows, form in (
        ("incidents", "number,service,priority,cause,title,security,occurred,detected,reported,responded,restored",
         [one.row() for one in cases()], INCIDENTS),
        ("outages", "service,component,cause,users,down,up", OUTAGE_ROWS, OUTAGES),
        ("measurements", "service,measure,at,value", list(measurements()), MEASUREMENTS),
    ):  # fmt: skip
        desk.must(
            "measure", kind, write(f"{kind}.csv", "\n".join([head, *rows]) + "\n"),
            "--mapping", write(f"{kind}.map.yaml", form), person=HELEN, day=TODAY,
        )  # fmt: skip
