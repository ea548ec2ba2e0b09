"""The chain from business need to promise: green when every link holds, and each link that breaks is found and named."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from counter import PASSPHRASE, TODAY
from desk import Desk, Said
from sdflow.bootstrap import content_folder
from sdflow.cli.root import sdflow

EXAMPLE = content_folder() / "examples" / "continuity"
ANALYSIS, PLAN, TEST, AGREEMENT, CONTRACT = "BIA-0001", "BCP-0001", "BCT-0001", "SLA-0001", "UC-0001"
ORTIZ, MERCER, VANCE, SHAH = "PER-ORTIZ", "PER-MERCER", "PER-VANCE", "PER-SHAH"
AFTERWARDS = "2027-03-12"
WRITTEN = "2027-02-01"
"""The day on which the example is taken in: its contacts were checked before it."""
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
severities: {}
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
        """Give clauses another text; one without a text is taken out."""
        words = [word for clause in clauses for word in ("--set" if "=" in clause else "--remove", clause)]
        self.desk.must("amend", reference, *words, person=ORTIZ, day=WRITTEN)

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
    desk.must("apply", str(EXAMPLE), person=ORTIZ, day=WRITTEN)
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
    office.set(PLAN, "suppliers.hosting.contract", "steps.databases.supplier")
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
    assert chain.marks == "✓✓✓–✓–✓✓"
    assert chain.chain["missing"] == []
    assert "back after 2 h 55 min at worst" in chain.links["plan"]["figure"]
    assert "full, 9 Mar 2027): passed, back after 2 h 52 min, 32 min of work lost" in chain.links["test"]["figure"]
    assert not [one for one in chain.rules if one.startswith("SCM")]


BREAKS: dict[str, tuple[str, tuple[str, ...], str, str, str, str]] = {
    "a plan that takes too long": (
        PLAN, ("steps.databases.minutes=120",), "plan", "✗", "SCM-005",
        "back after 235 min at worst",
    ),
    "a plan that never brings the service back": (
        PLAN, ("steps.test.restores",), "plan", "✗", "SCM-004", "never works again",
    ),
    "a plan that gives too little meanwhile": (
        PLAN, ("services.platform.minimum_percent=30",), "plan", "✗", "SCM-006", "gives 30 %",
    ),
    "contacts that nobody has checked for long": (
        PLAN, ("contacts_checked_on=2026-12-11",), "plan", "!", "SCM-020", "last checked on 11 Dec 2026",
    ),
    "another service of which nobody says when it is back": (
        "SVC-PLATFORM", ("depends_on.1=SVC-NAMES",), "order", "!", "SCM-010", "when SVC-NAMES Names is back",
    ),
    "a backup that is taken too rarely": (
        PLAN, ("backups.databases.interval_minutes=46",), "backup", "✗", "SCM-012", "61 min of work may be lost",
    ),
    "a backup that is too large for its step": (
        PLAN, ("backups.databases.gigabytes=152.5",), "backup", "✗", "SCM-014", "takes 61 min",
    ),
    "a supplier that is slower than the step": (
        CONTRACT, ("targets.continuity.recovery_time_objective_hours=1.5",), "supplier", "✗", "SCM-016", "within 90 min",
    ),
    "a promise that the plan cannot keep": (
        AGREEMENT, ("targets.continuity.recovery_time_objective_hours=2",), "promise", "✗", "SCM-032",
        "promises recovery time within 120 min",
    ),
    "a promise to invoke that is not kept": (
        PLAN, ("decision_minutes=16", "steps.test.minutes=9"), "promise", "✗", "SCM-032",
        "promises time to invocation within 30 min",
    ),
    "a promise that is later than the need": (
        AGREEMENT, ("targets.continuity.recovery_time_objective_hours=3.5",), "promise", "✗", "SCM-036",
        "needs 180 minutes",
    ),
    "a promise of more than the plan gives meanwhile": (
        AGREEMENT, ("targets.continuity.minimum_service_percent=60",), "promise", "✗", "SCM-034", "promises 60 %",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BREAKS)
def test_every_kind_of_break_is_found_at_its_link_with_its_figures(name: str, office: Office) -> None:
    record, changes, link, mark, rule, said = BREAKS[name]
    assert office.chain(PLAN).marks == "✓!✓–✓!–✓"
    office.set(record, *changes)
    for seen_from in (PLAN, AGREEMENT):
        chain = office.chain(seen_from)
        assert MARKS[chain.links[link]["standing"]] == mark, chain.links
        assert rule in chain.links[link]["rules"]
        assert said in " ".join(chain.links[link]["found"])
        assert chain.broken == "analysis"


def test_a_service_that_is_needed_too_late_breaks_the_order_of_recovery(office: Office, tmp_path: Path) -> None:
    office.set("SVC-PLATFORM", "depends_on.1=SVC-NAMES")
    names = "processes.permits.services.names"
    office.set(ANALYSIS, f"{names}.service=SVC-NAMES", f"{names}.used_for=Finding the platform")
    broken = office.chain(PLAN)
    assert broken.links["order"]["standing"] == "broken"
    assert "SVC-NAMES back after 3 h, 35 min allowed" in broken.links["order"]["figure"]
    assert "it must be back after 35 min" in " ".join(broken.links["order"]["found"])


def test_the_command_shows_the_picture_names_the_first_broken_link_and_fails(office: Office, tmp_path: Path) -> None:
    office.set(PLAN, "steps.databases.minutes=120")
    path = tmp_path / "chain.pdf"
    said = office.desk.type("check", PLAN, "-o", str(path), person=ORTIZ, day=AFTERWARDS)
    assert said.code == 1
    assert "Continuity of SVC-PLATFORM Cloud platform" in said.words
    assert "! Impact analysis ← BIA-0001 (draft) Services to the public" in said.words
    assert "✗ Recovery plan BCP-0001 (draft): back after 3 h 55 min at worst" in said.words
    assert "First broken link: impact analysis: BIA-0001 Services to the public" in said.words
    read = subprocess.run(["pdftotext", path, "-"], check=True, capture_output=True, text=True).stdout
    words = " ".join(read.split())
    assert "First broken link: impact analysis" in words
    assert "back after 3 h 55 min at worst" in words
    assert office.desk.type("check", "--accessible", person=ORTIZ).code == 2


def test_a_chain_that_nobody_needs_plans_or_promises_is_not_drawn(office: Office, tmp_path: Path) -> None:
    office.set(AGREEMENT, "targets.continuity")
    office.set(ANALYSIS, "processes.permits.services.platform.service=SVC-NAMES")
    office.set(PLAN, "services.platform.service=SVC-NAMES")
    said = office.desk.type("check", AGREEMENT, "--json", person=ORTIZ, day=AFTERWARDS)
    assert said.data[0]["chains"] == []
    said = office.desk.type("check", AGREEMENT, "-o", str(tmp_path / "x.pdf"), person=ORTIZ, day=AFTERWARDS)
    assert "there is no chain to draw" in said.words


def test_a_plan_with_an_open_breach_is_not_laid_out_for_signature_unless_it_is_waived(office: Office) -> None:
    office.set(PLAN, "steps.databases.minutes=120")
    office.take(PLAN, ("submit", ORTIZ))
    said = office.desk.type("advance", PLAN, "open_signing", person=MERCER, day=None)
    assert said.code == 1
    assert "SCM-005" in said.words
    until = ("--reason", "The second site comes in May", "--owner", MERCER, "--until", "2027-05-31")
    proposed = office.desk.must("waive", PLAN, "SCM-005", *until, "--json", person=ORTIZ, day=None).data
    for one in proposed["approvals"]:
        assert one["people"]
    assert proposed["acceptance"]["agreement"] == PLAN


@pytest.mark.pdf
def test_a_service_and_a_check_of_everything_stand_for_analyses_and_plans_as_well(approved: Office) -> None:
    everything = approved.desk.type("check", "--json", person=ORTIZ, day=AFTERWARDS).data
    assert {one["agreement"] for one in everything} == {AGREEMENT, ANALYSIS, PLAN}
    of_service = approved.desk.type("check", "SVC-PLATFORM", "--json", person=ORTIZ, day=AFTERWARDS).data
    assert {one["agreement"] for one in of_service} == {AGREEMENT, ANALYSIS, PLAN}


@pytest.mark.pdf
def test_a_test_that_is_too_old_or_not_yet_held_makes_the_chain_amber(approved: Office) -> None:
    assert "SCM-025" not in approved.chain(AGREEMENT, day="2028-03-09").rules
    old = approved.chain(AGREEMENT, day="2028-03-10")
    assert old.links["test"]["standing"] == "warned"
    assert {"SCM-025", "SCM-026"} <= set(old.links["test"]["rules"])
    assert {one["link"] for one in old.chain["links"] if one["standing"] == "warned"} == {"plan", "test"}
    before = approved.chain(AGREEMENT, day="2027-03-08")
    assert (before.broken, before.links["test"]["rules"]) == ("test", ["SCM-022"])


@pytest.mark.pdf
def test_a_part_that_moved_after_the_approval_makes_the_plan_untested(standing: Office) -> None:
    standing.set("SVC-PLATFORM", "purpose=Something else")
    assert standing.chain(PLAN).broken is None
    moving = ("amend", "CMP-SIGN-ON", "--set", "depends_on.1=CMP-REGION")
    standing.desk.must(*moving, person=ORTIZ, day="2027-03-10")
    moved = standing.chain(AGREEMENT)
    assert (moved.broken, moved.links["test"]["rules"]) == ("test", ["SCM-031"])
    assert "CMP-SIGN-ON Sign-on" in moved.links["test"]["found"][0]


@pytest.mark.pdf
def test_a_part_that_had_moved_before_the_last_test_was_tested_as_it_is(standing: Office) -> None:
    moving = ("amend", "CMP-SIGN-ON", "--set", "depends_on.1=CMP-REGION")
    standing.desk.must(*moving, person=ORTIZ, day="2027-03-08")
    assert standing.chain(AGREEMENT).broken is None


@pytest.mark.pdf
def test_a_test_does_not_count_for_a_version_that_was_written_after_it(approved: Office, tmp_path: Path) -> None:
    office = approved.copied(tmp_path)
    said = office.desk.type("amend", TEST, "--set", "plan_version=2", person=ORTIZ, day=None)
    assert said.code == 1
    assert "plan_version can no longer be changed" in said.words


def next_version(office: Office, *, since: str) -> None:
    """The plan is revised, and its second version is signed today and holds from a day on."""
    office.take(PLAN, ("revise", ORTIZ))
    office.set(PLAN, "change_request=RFC-2026-0044", f"effective_on={since}", "steps.databases.minutes=59")
    office.set(PLAN, "backups.databases.gigabytes=100")
    office.take(PLAN, ("submit", ORTIZ), ("open_signing", MERCER))
    office.sign(PLAN, MERCER, VANCE)


@pytest.mark.pdf
def test_the_version_in_force_is_proven_until_the_next_one_holds(standing: Office) -> None:
    next_version(standing, since="2027-06-01")
    said = standing.desk.type("check", PLAN, "--json", person=ORTIZ, day=AFTERWARDS).data[0]
    assert [one["version"] for one in said["chains"]] == [
        "Version 1 (approved)",
        "Version 2 (approved, from 1 Jun 2027)",
    ]
    assert [one["first_broken"] for one in said["chains"]] == [None, "test"]
    later = standing.desk.type("check", PLAN, "--json", person=ORTIZ, day="2027-06-01").data[0]
    assert "SCM-024" in {one["rule"] for one in later["findings"]}


@pytest.mark.pdf
def test_a_measured_test_without_lost_work_does_not_prove_a_recovery_point(standing: Office) -> None:
    standing.take(TEST, ("correct", VANCE))
    standing.set(TEST, "timeline.t11.data_as_of")
    standing.take(TEST, ("conclude_incomplete", VANCE))
    found = standing.chain(AGREEMENT).links["test"]
    assert "SCM-040" in found["rules"]
    assert "nobody recorded how much work of SVC-PLATFORM Cloud platform was lost" in " ".join(found["found"])


def test_a_step_with_a_supplier_and_no_contract_is_warned_of(office: Office) -> None:
    office.set(PLAN, "suppliers.hosting.contract")
    chain = office.chain(PLAN)
    assert (MARKS[chain.links["supplier"]["standing"]], chain.links["supplier"]["rules"]) == ("!", ["SCM-043"])
    assert "names no contract" in chain.links["supplier"]["found"][0]


def test_a_plan_that_misses_what_it_says_itself_is_broken_whatever_is_needed(office: Office) -> None:
    office.set(PLAN, "services.platform.time_minutes=120")
    broken = office.chain(PLAN).links["plan"]
    assert "SCM-048" in broken["rules"]
    office.set(PLAN, "services.platform.time_minutes=240")
    late = office.chain(PLAN).links["plan"]
    assert "SCM-049" in late["rules"]
    assert "a recovery time of 240 min is required" in " ".join(late["found"])


def test_a_backup_that_no_step_reads_back_is_warned_of(office: Office) -> None:
    office.set(PLAN, "steps.databases.backup")
    assert "SCM-046" in office.chain(PLAN).links["backup"]["rules"]


def test_a_service_that_nobody_needs_and_no_step_restores_breaks_its_plan(office: Office) -> None:
    office.set(ANALYSIS, "processes.permits.services.platform.service=SVC-NAMES")
    office.set(PLAN, "steps.test.restores")
    chain = office.chain(PLAN)
    assert MARKS[chain.links["plan"]["standing"]] == "✗"
    assert "SCM-047" in chain.links["plan"]["rules"]


def improved(office: Office, *records: str) -> list[tuple[str, str]]:
    """The record and the cause of what a rule finds that has to become better."""
    said = office.desk.must("improve", *records, "--dry-run", "--json", person=ORTIZ, day=AFTERWARDS)
    concerns = [one["found"]["concern"] for one in said.data["shortcomings"]]
    return sorted((one["record"], one["cause"]) for one in concerns if one["cause"].startswith("SCM"))


@pytest.mark.pdf
def test_a_test_that_failed_is_found_from_everywhere_and_raises_one_item(standing: Office) -> None:
    standing.take(TEST, ("correct", VANCE))
    standing.set(TEST, "timeline.t11.data_as_of=2027-03-09T08:59:00-05:00")
    standing.take(TEST, ("conclude_failed", VANCE))
    for reference in (ANALYSIS, PLAN, TEST, AGREEMENT):
        chain = standing.chain(reference)
        assert chain.broken == "test"
        assert {"SCM-027", "SCM-029"} <= set(chain.links["test"]["rules"])
    about = [improved(standing, AGREEMENT), improved(standing)]
    assert about[0] == about[1]
    assert [(record, cause.partition(":")[0]) for record, cause in about[0]] == [(PLAN, "SCM-027"), (PLAN, "SCM-029")]


@pytest.mark.pdf
def test_a_next_version_is_untested_and_what_was_approved_counts_until_it_is_signed(standing: Office) -> None:
    standing.take(PLAN, ("revise", ORTIZ))
    standing.set(PLAN, "change_request=RFC-2026-0044", f"effective_on={TODAY}", "steps.databases.minutes=120")
    assert standing.chain(AGREEMENT).broken is None
    said = standing.desk.type("check", PLAN, "--json", person=ORTIZ, day=AFTERWARDS).data[0]
    assert [one["version"] for one in said["chains"]] == ["Version 1 (approved)", "Version 2 (draft)"]
    assert [one["first_broken"] for one in said["chains"]] == [None, "plan"]
    standing.set(PLAN, "steps.databases.minutes=59", "backups.databases.gigabytes=100")
    standing.take(PLAN, ("submit", ORTIZ), ("open_signing", MERCER))
    standing.sign(PLAN, MERCER, VANCE)
    untested = standing.chain(AGREEMENT)
    assert (untested.broken, untested.links["test"]["rules"]) == ("test", ["SCM-024"])
