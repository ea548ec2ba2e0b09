"""A signed agreement on one vault, a desk and a monitor that tell of it, for tests of what was delivered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desk import HELEN, Desk, Said
from sdflow import bootstrap

PARTS = """
kind: component
reference: CMP-VAULT
title: Vault
purpose: Keeps the ledgers
---
kind: service
reference: SVC-LEDGER
title: Ledger
owner: PER-HADDAD
purpose: Keeps the accounts
structure: {component: CMP-VAULT}
"""

ADOPTED = """
adopted:
  signed_on: 2025-11-20
  signatories:
    - {name: Ingrid Halvorsen, party: Halvorsen & Brandt}
    - {name: Helen Carrick, party: Northgate}
"""

AGREEMENT = """
kind: sla
reference: SLA-0900
title: Ledger for Halvorsen & Brandt
owner: PER-CARRICK
service: SVC-LEDGER
provider: TEAM-NORTHGATE
customer: BU-HALVORSEN
term: {start_on: 2026-01-01, end_on: 2026-12-31}
hours: {service: CAL-ALWAYS, support: CAL-ALWAYS}
purpose: What can be relied on.
scope: The ledger.
targets:
  availability: {percent: 99, period: month}
  restore: {P1: {minutes: 240, percent: 90}}
priorities:
  P1: {title: Urgent, applies: Nobody can work}
"""

SUPPORT = """
kind: ola
reference: OLA-0900
title: Keeping the vault
owner: PER-CARRICK
provider: TEAM-MESSAGING
receiver: TEAM-NORTHGATE
term: {start_on: 2026-01-01, end_on: 2026-12-31}
hours: {service: CAL-ALWAYS, support: CAL-ALWAYS}
purpose: Carries what customers are promised of the ledger.
scope: The vault.
components:
  vault: {component: CMP-VAULT, availability: {percent: 99.5, period: month}}
targets:
  response: {P1: {minutes: 60}}
priorities:
  P1: {title: Urgent, applies: Nobody can work}
"""

INCIDENTS = """
reads: incidents
source: desk
zone: Etc/UTC
times: iso
columns: {number: number, service: service, priority: priority, cause: cause}
moments: {reported: reported, resolved: resolved}
covers: {from: FIRST, until: LAST, of: SVC-LEDGER}
"""

OUTAGES = """
reads: outages
source: monitor
zone: Etc/UTC
times: iso
columns: {component: component}
moments: {since: down, until: up}
covers: {from: FIRST, until: LAST, of: [CMP-VAULT]}
"""

MEASUREMENTS = """
reads: measurements
source: meter
zone: Etc/UTC
times: iso
columns: {service: service, measure: measure, value: value}
moments: {at: at}
covers: {from: FIRST, until: LAST, of: SVC-LEDGER}
"""


def of(taken: Sequence[tuple[str, float, str]]) -> list[str]:
    """Incidents as lines: the day and hour of the report, the hours until they were resolved, and the cause."""
    lines = []
    for number, (day, hours, cause) in enumerate(taken):
        whole, minutes = divmod(round(hours * 60), 60)
        lines.append(f"I-{day}-{number},SVC-LEDGER,P1,{cause},{day}T01:00:00,{day}T{1 + whole:02}:{minutes:02}:00")
    return lines


@dataclass(frozen=True)
class Ledger:
    """A desk at which the agreement is signed, and the files that a test writes."""

    desk: Desk
    write: Callable[[str, str], Path]

    def adopt(self, text: str, reference: str, person: str = HELEN) -> None:
        paper = self.write(f"{reference}.txt", f"The paper of {reference}.")
        self.desk.must("adopt", str(paper), str(self.write(f"{reference}.yaml", text + ADOPTED)), person=person)

    def in_force(self, reference: str = "SLA-0900") -> None:
        """The agreement is in force, by a life cycle that does not ask whether it is carried."""
        shipped = (bootstrap.content_folder() / "workflows" / "sla.yaml").read_text()
        own = self.desk.folder / "workflows" / "sla.yaml"
        own.parent.mkdir()
        own.write_text(shipped.replace("    findings: breach\n", ""))
        self.desk.must("advance", reference, "activate", day="2026-01-01")

    def measured(self, kind: str, head: str, lines: Sequence[str], form: str, first: str, last: str) -> None:
        rows = self.write(f"{kind}-{first}.csv", "\n".join([head, *lines]) + "\n")
        mapping = self.write(f"{kind}-{first}.map.yaml", form.replace("FIRST", first).replace("LAST", last))
        self.desk.must("measure", kind, str(rows), "--mapping", str(mapping), day="2026-12-31")

    def incidents(self, first: str, last: str, *taken: tuple[str, float, str]) -> None:
        """What the desk tells of some days: reported on which, restored after how many hours, of which cause."""
        self.measured("incidents", "number,service,priority,cause,reported,resolved", of(taken), INCIDENTS, first, last)

    def outages(self, first: str, last: str, *lines: str) -> None:
        """What the monitor tells of some days."""
        self.measured("outages", "component,down,up", [f"CMP-VAULT,{one}" for one in lines], OUTAGES, first, last)

    def measurements(self, first: str, last: str, *lines: str) -> None:
        """What the meter tells of some days."""
        told = [f"SVC-LEDGER,{one}" for one in lines]
        self.measured("measurements", "service,measure,at,value", told, MEASUREMENTS, first, last)

    def proof(self, day: str) -> Any:
        (found,) = self.desk.type("check", "SLA-0900", "--json", day=day).data
        return found

    def found(self, day: str, *rules: str) -> list[tuple[str, str, str]]:
        """Rule, clause and message of each finding of these rules."""
        return [
            (one["rule"], one["clause"], one["message"]) for one in self.proof(day)["findings"] if one["rule"] in rules
        ]

    def rules(self, day: str) -> list[str]:
        """The rules about what was delivered that find something."""
        kept = ("SLM-30", "SLM-029", "AVM-101")
        return sorted(one["rule"] for one in self.proof(day)["findings"] if one["rule"].startswith(kept))

    def improve(self, day: str, about: str = "SLA-0900") -> list[tuple[str, str | None, str, str]]:
        """Outcome, item, clause and cause of each shortcoming of these causes."""
        taken = self.desk.must("improve", about, "--json", day=day).data["shortcomings"]
        return [
            (one["outcome"], one["reference"], one["found"]["concern"]["target"], one["found"]["concern"]["cause"])
            for one in taken
        ]

    def item(self, reference: str, day: str = "2026-12-31") -> Any:
        return self.desk.must("show", reference, "--json", day=day).data["content"]

    def type(self, *words: str, day: str, person: str = HELEN) -> Said:
        return self.desk.type(*words, day=day, person=person)


LATER = "2027-01-05"


def agreed(ledger: Ledger, text: str = AGREEMENT, reference: str = "SLA-0900", person: str = HELEN) -> None:
    ledger.adopt(text, reference, person)


def changed(ledger: Ledger, first: str, *words: str, without: Sequence[str] = ()) -> None:
    """The agreement says something else from a day on, or leaves clauses out: its next version was signed on paper."""
    desk = ledger.desk
    day = first
    desk.must("advance", "SLA-0900", "revise", day=day)
    sets = (f"effective_on={first}", "change_request=CR-1", *words)
    left_out = ("adopted.file_name", "adopted.file_sha256", *without)
    removed = [word for one in left_out for word in ("--remove", one)]
    desk.must("amend", "SLA-0900", *(word for one in sets for word in ("--set", one)), *removed, day=day)
    paper = ledger.write(f"paper-{first}.txt", f"The paper of {first}.")
    desk.must("adopt", str(paper), "SLA-0900", day=day)


def targets(ledger: Ledger, about: str, period: str, day: str = LATER) -> dict[str, Any]:
    found = ledger.desk.type("report", about, "--period", period, "--json", day=day, person=HELEN)
    assert found.code in (0, 1), found.words
    return {one["clause"]: one for one in found.data["agreements"][0]["targets"]}


def share(ledger: Ledger, period: str, about: str = "SLA-0900") -> tuple[Any, Any, Any, Any]:
    found = targets(ledger, about, period)["targets.restore.P1"]
    return found["achieved"], found["met"], found["cases"], found["missed"]
