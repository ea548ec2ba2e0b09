"""The chain from business need to promise: green when every link holds, and each link that breaks is found and named."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from counter import PASSPHRASE, TODAY
from desk import Desk, Said
from sdflow.bootstrap import content_folder
from sdflow.cli.root import sdflow

EXAMPLE = content_folder() / "examples" / "continuity"
ANALYSIS, PLAN, TEST, AGREEMENT, CONTRACT = "BIA-0001", "BCP-0001", "BCT-0001", "SLA-0001", "UC-0001"
ORTIZ, MERCER, VANCE, SHAH = "PER-ORTIZ", "PER-MERCER", "PER-VANCE", "PER-SHAH"
AFTERWARDS = "2027-03-12"
MARKS = {"holds": "✓", "waived": "~", "warned": "!", "broken": "✗", "absent": "–"}

AROUND = """
kind: calendar
reference: CAL-ALWAYS
title: Always
zone: America/New_York
week: {monday: ["00:00-24:00"], tuesday: ["00:00-24:00"], wednesday: ["00:00-24:00"], thursday: ["00:00-24:00"],
  friday: ["00:00-24:00"], saturday: ["00:00-24:00"], sunday: ["00:00-24:00"]}
---
kind: component
reference: CMP-NAMES
title: Name servers
purpose: Answer for the names of the platform
---
kind: service
reference: SVC-NAMES
title: Names
owner: PER-MERCER
purpose: Where the platform is found
structure: {component: CMP-NAMES}
---
kind: contract
reference: UC-0001
title: Regions and data bases
owner: PER-KIM
supplier: SUP-HOSTING
receiver: TEAM-CLOUD
term: {start_on: 2026-01-01, end_on: 2028-12-31}
hours: {service: CAL-ALWAYS, support: CAL-ALWAYS}
scope: Regions with their data bases
components: {region: {component: CMP-REGION}}
severities: {P1: P1}
priorities: {P1: {title: Urgent, applies: Nothing works}}
targets: {continuity: {recovery_time_objective_hours: 1}}
---
kind: sla
reference: SLA-0001
title: Cloud platform for the agencies
owner: PER-KIM
service: SVC-PLATFORM
provider: TEAM-CLOUD
customer: BU-AGENCIES
term: {start_on: 2027-04-01, end_on: 2028-03-31}
hours: {service: CAL-ALWAYS, support: CAL-ALWAYS}
scope: The platform on which applications run
targets:
  continuity:
    recovery_time_objective_hours: 3
    recovery_point_objective_minutes: 60
    invoked_after_minutes: 30
    minimum_service_percent: 40
    tested_every_months: 12
---
kind: bia
reference: BIA-0001
title: Services to the public
owner: PER-ORTIZ
business_unit: BU-AGENCIES
scope: Applications that the public uses
method: Two workshops
participants: [PER-SHAH]
scale:
  times: {h4: {title: 4 hours, minutes: 240}, d1: {title: 1 day, minutes: 1440}}
  lost_work: {h1: {title: 1 hour, minutes: 60}, d1: {title: 1 day, minutes: 1440}}
  levels: {slight: {rank: 1, title: Slight, meaning: Little}, severe: {rank: 2, title: Severe, meaning: Much}}
  losses: {law: {title: Duties of law, sort: legal}}
  intolerable_from: severe
  plan_owed_within_minutes: 1440
processes:
  permits:
    title: Granting permits
    owner: PER-SHAH
    purpose: Permits are asked for and granted
    services: {platform: {service: SVC-PLATFORM, used_for: Everything}}
    impacts: {law: {levels: {h4: slight, d1: severe}}}
    lost_work: {law: {levels: {h1: slight, d1: severe}}}
    recovery_time: {minutes: 180, reason: Counters close after three hours}
    minimum: {percent: 40, level: Urgent permits, staff: {clerks: {title: Clerks, number: 4}}}
residual_risk: A day on which nothing works
next_review_on: 2027-10-01
signatories: [{key: permits, person: PER-SHAH, party: BU-AGENCIES, capacity: For those who use the platform}]
"""


class Chain:
    """What `check` says about a record: the links of its chain, and what was found."""

    def __init__(self, said: Said) -> None:
        (self.proof,) = said.data
        (self.chain,) = self.proof["chains"]
        self.links: Mapping[str, Mapping[str, Any]] = {one["link"]: one for one in self.chain["links"]}
        self.rules = {one["rule"] for one in self.proof["findings"]}

    @property
    def marks(self) -> str:
        return "".join(MARKS[one["standing"]] for one in self.chain["links"])

    @property
    def broken(self) -> str | None:
        return None if self.chain["first_broken"] is None else str(self.chain["first_broken"])


class Office:
    """A workspace with the example, and around it what makes a chain of it."""

    def __init__(self, desk: Desk, keys: Path) -> None:
        self.desk, self.keys = desk, keys

    def copied(self, folder: Path) -> Office:
        shutil.copytree(self.desk.folder, folder / "workspace")
        return Office(Desk(folder / "workspace"), self.keys)

    def take(self, reference: str, *steps: tuple[str, str]) -> None:
        for step, person in steps:
            self.desk.must("advance", reference, step, person=person, day=None)

    def sign(self, reference: str, *people: str) -> None:
        for person in people:
            options = ("--key", str(self.keys / f"{person}.p12"), "--passphrase-file", str(self.keys / "passphrase"))
            self.desk.must("sign", reference, *options, person=person, day=None)

    def set(self, reference: str, *clauses: str) -> None:
        words = [word for clause in clauses for word in ("--set", clause)]
        self.desk.must("amend", reference, *words, person=ORTIZ, day=None)

    def chain(self, reference: str, day: str = AFTERWARDS) -> Chain:
        return Chain(self.desk.type("check", reference, "--json", person=ORTIZ, day=day))


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Everything is there, and nothing is approved."""
    folder = tmp_path_factory.mktemp("chain")
    desk, keys = Desk(folder / "workspace"), folder / "keys"
    words = ["init", str(desk.folder), "--name", "Dana Ortiz", "--person", ORTIZ, "--role", "continuity_manager"]
    result = CliRunner().invoke(sdflow, [*words, "--organisation", "Cloud platform"])
    assert result.exit_code == 0, result.output
    desk.must("apply", str(EXAMPLE), person=ORTIZ, day=None)
    (folder / "around.yaml").write_text(AROUND, encoding="utf-8")
    desk.must("apply", str(folder / "around.yaml"), person=ORTIZ, day=None)
    office = Office(desk, keys)
    office.set(PLAN, "suppliers.hosting.contract=UC-0001", "services.platform.minimum_percent=50")
    return office


@pytest.fixture
def office(drafted: Office, tmp_path: Path) -> Office:
    return drafted.copied(tmp_path)


@pytest.fixture(scope="module")
def approved(drafted: Office, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """The analysis and the plan are approved, and a full test of the plan was passed."""
    office = drafted.copied(tmp_path_factory.mktemp("approved"))
    office.keys.mkdir()
    (office.keys / "passphrase").write_text(PASSPHRASE + "\n")
    for person in (MERCER, VANCE, SHAH):
        options = ("-o", str(office.keys / f"{person}.p12"), "--passphrase-file", str(office.keys / "passphrase"))
        office.desk.must("key", "new", person, *options, person=ORTIZ, day=None)
    office.take(ANALYSIS, ("submit", ORTIZ), ("open_signing", SHAH))
    office.sign(ANALYSIS, SHAH)
    office.take(PLAN, ("submit", ORTIZ), ("open_signing", MERCER))
    office.sign(PLAN, MERCER, VANCE)
    office.set(TEST, f"planned_on={TODAY}", "criteria.hourly.met=true", "timeline.t11.percent=100")
    office.take(TEST, ("approve", ORTIZ), ("start", VANCE), ("conclude_passed", VANCE))
    return office


@pytest.fixture
def standing(approved: Office, tmp_path: Path) -> Office:
    return approved.copied(tmp_path)


@pytest.mark.pdf
@pytest.mark.parametrize("reference", [ANALYSIS, PLAN, TEST, AGREEMENT])
def test_a_chain_of_which_every_link_holds_is_green_from_wherever_it_is_seen(approved: Office, reference: str) -> None:
    chain = approved.chain(reference)
    assert chain.broken is None, chain.links
    assert {name: one["standing"] for name, one in chain.links.items() if name not in ("order", "supplier")} == (
        dict.fromkeys(["need", "analysis", "plan", "backup", "test", "promise"], "holds")
    )
    assert chain.chain["missing"] == []
    assert "back after 2 h 55 min at worst" in chain.links["plan"]["figure"]
    assert "full, 9 Mar 2027): passed, back after 2 h 52 min, 32 min of work lost" in chain.links["test"]["figure"]
    assert not {one for one in chain.rules if one.startswith("SCM")} - {"SCM-018"}
