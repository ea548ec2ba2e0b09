"""A published contingency plan: taken in, approved by signature, invoked, kept by the minute, and closed with a report."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from desk import Desk, Said
from sdflow.cli.root import sdflow

EXAMPLE = Path(__file__).parents[2] / "examples" / "continuity"
ORTIZ, MERCER, BOYD, VANCE, ADEYEMI, LUND = (
    f"PER-{name}" for name in ("ORTIZ", "MERCER", "BOYD", "VANCE", "ADEYEMI", "LUND")
)
PLAN, INVOCATION = "BCP-0001", "INV-0001"
DAY = (datetime.now(UTC) - timedelta(days=1)).date()
PASSPHRASE = "correct horse"
WRITTEN = "2027-02-01"
"""The day on which the example is taken in: its contacts were checked before it."""


@dataclass(frozen=True)
class Room(Desk):
    """The room from which the platform is recovered, on the day before today."""

    keys: Path

    def copied(self, folder: Path) -> Room:
        shutil.copytree(self.folder, folder / "workspace")
        return Room(folder / "workspace", self.keys)

    def now(self, *words: str, person: str = ORTIZ) -> Said:
        return self.type(*words, person=person, day=None)

    def surely(self, *words: str, person: str = ORTIZ) -> Said:
        return self.must(*words, person=person, day=None)

    def sign(self, record: str, person: str) -> Said:
        secret = ("--passphrase-file", str(self.keys / "passphrase"))
        return self.surely("sign", record, "--key", str(self.keys / f"{person}.p12"), *secret, person=person)

    def invoke(self, *more: str, person: str = BOYD) -> Said:
        times = ("--since", f"{DAY} 09:00", "--detected", f"{DAY} 09:10", "--at", f"{DAY} 09:25")
        return self.now("invoke", PLAN, "--because", "Data bases are lost", *times, *more, person=person)

    def log(self, clock: str, what: str, *more: str) -> Said:
        return self.now("log", INVOCATION, what, "--at", f"{DAY} {clock}", *more, person=BOYD)

    def state(self, record: str) -> str:
        return str(self.surely("show", record, "--json").data["record"]["state"])


@pytest.fixture(scope="session")
def approved_once(tmp_path_factory: pytest.TempPathFactory) -> Room:
    """The plan, written and submitted by the continuity manager, released by the director, and signed."""
    folder = tmp_path_factory.mktemp("cloud")
    room = Room(folder / "workspace", folder / "keys")
    room.keys.mkdir()
    (room.keys / "passphrase").write_text(PASSPHRASE + "\n")
    begun = CliRunner().invoke(
        sdflow,
        ["init", str(room.folder), "--name", "Dana Ortiz", "--person", ORTIZ, "--role", "continuity_manager",
         "--organisation", "Cloud platform"],
    )  # fmt: skip
    assert begun.exit_code == 0, begun.output
    room.must("apply", str(EXAMPLE), person=ORTIZ, day=WRITTEN)
    for person in (MERCER, VANCE):
        files = ("-o", str(room.keys / f"{person}.p12"), "--passphrase-file", str(room.keys / "passphrase"))
        room.surely("key", "new", person, *files)
    room.surely("advance", PLAN, "submit")
    room.surely("advance", PLAN, "open_signing", person=MERCER)
    room.sign(PLAN, MERCER)
    room.sign(PLAN, VANCE)
    return room


@pytest.fixture
def room(approved_once: Room, tmp_path: Path) -> Room:
    return approved_once.copied(tmp_path)


@pytest.fixture
def drafted(tmp_path: Path) -> Room:
    """The plan as it is taken in, and not yet approved."""
    made = Room(tmp_path / "workspace", tmp_path)
    CliRunner().invoke(
        sdflow, ["init", str(made.folder), "--name", "Dana Ortiz", "--person", ORTIZ, "--role", "continuity_manager"]
    )
    made.must("apply", str(EXAMPLE), person=ORTIZ, day=WRITTEN)
    return made


@pytest.fixture
def changed_plan(tmp_path: Path) -> Callable[[str, str], Path]:
    """Writes the example's plan with one piece of it replaced."""

    def changes(old: str, new: str) -> Path:
        text = (EXAMPLE / "05-continuity-plan.yaml").read_text(encoding="utf-8")
        assert old in text
        path = tmp_path / "plan.yaml"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return path

    return changes


REPORT = f"""
summary: Two data bases were damaged and read back.
causes: A volume failed without a sign.
lessons: [Volumes are watched from now on]
signatories:
  - {{key: leader, person: {MERCER}, party: TEAM-CLOUD, capacity: Director}}
"""


def reported(room: Room, folder: Path) -> Path:
    """The invocation as a file, with the report written into it."""
    room.surely("export", str(folder / "out"), INVOCATION)
    (path,) = (folder / "out").rglob(f"{INVOCATION}.yaml")
    text = re.sub(r"^(summary|causes|lessons|signatories):.*\n", "", path.read_text("utf-8"), flags=re.MULTILINE)
    path.write_text(text + REPORT, encoding="utf-8")
    return path


def words_of(pdf: Path) -> str:
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], check=True, capture_output=True, text=True).stdout
    return " ".join(text.split())


def test_the_published_numbers_stand_in_the_record(approved_once: Room) -> None:
    content = approved_once.surely("show", PLAN, "--json").data["content"]
    assert content["activation_after_minutes"] == content["detection_minutes"] + content["decision_minutes"] == 30
    assert content["services"]["platform"]["time_minutes"] == 3 * 60
    users, leadership = content["announcements"]["users"], content["announcements"]["leadership"]
    assert (users["within_minutes"], users["clock"], users["repeated_minutes"]) == (15, "detection", 60)
    assert (leadership["within_minutes"], leadership["clock"]) == (60, "invocation")
    assert content["longest_shift_minutes"] == 3 * 60


def test_a_plan_is_approved_by_signatures_of_others_than_its_writer(approved_once: Room, tmp_path: Path) -> None:
    assert approved_once.state(PLAN) == "approved"
    approved_once.surely("document", PLAN, "-o", str(tmp_path / "plan.pdf"))
    words = words_of(tmp_path / "plan.pdf")
    assert "At worst 2 h 55 min from the disruption, whenever it begins; 3 h is required." in words
    assert approved_once.type("verify", str(tmp_path / "plan.pdf"), person=None, day=None).code == 0


def test_the_plan_goes_through_its_sections_before_it_is_reviewed(drafted: Room) -> None:
    for clause in ("criteria", "invokers", "announcements"):
        drafted.must("amend", PLAN, "--remove", clause, person=ORTIZ, day=WRITTEN)
    refused = drafted.now("advance", PLAN, "submit")
    assert refused.code == 1
    assert "not yet filled in: criteria, invokers, announcements" in refused.words


def test_somebody_who_may_not_invoke_is_refused_and_told_who_may(room: Room) -> None:
    refused = room.invoke(person=ORTIZ)
    assert refused.code == 1
    assert "Dana Ortiz (PER-ORTIZ) may not invoke BCP-0001, version 1" in refused.words
    assert "Tomas Boyd (PER-BOYD) may - Jisoo Kim" in refused.words
    assert "Freja Lund (PER-LUND) may, together with another" in refused.words
    assert room.now("show", INVOCATION).code == 1, "nothing was stored"


def test_two_operators_may_invoke_together_and_one_alone_may_not(room: Room) -> None:
    alone = room.invoke(person=LUND)
    assert (alone.code, "only together with another" in alone.words) == (1, True)
    for other in (LUND, ORTIZ):
        assert room.invoke("--with", other, person=LUND).code == 1
    assert room.invoke("--with", ADEYEMI, person=LUND).code == 0
    content = room.surely("show", INVOCATION, "--json").data["content"]
    assert (content["invoked_by"], content["together_with"]) == (LUND, ADEYEMI)


def test_somebody_whose_roles_have_ended_no_longer_invokes(room: Room, write: Callable[[str, str], Path]) -> None:
    room.surely(
        "amend",
        BOYD,
        "--set",
        "roles.service_owner.until=2025-12-31",
        "--set",
        "roles.recovery_leader.until=2025-12-31",
    )
    refused = room.invoke()
    assert refused.code == 1
    assert "PER-BOYD may not invoke BCP-0001, version 1: the last role ended on 31 December 2025" in refused.words


def test_a_plan_that_was_never_approved_is_not_invoked(drafted: Room) -> None:
    refused = drafted.invoke()
    assert refused.code == 1
    assert "no version of BCP-0001 was approved that holds today" in refused.words


def test_what_is_approved_is_invoked_while_the_next_version_is_written(room: Room) -> None:
    room.surely("advance", PLAN, "revise")
    room.must("amend", PLAN, "--set", "services.platform.time_minutes=60", person=ORTIZ, day=WRITTEN)
    assert "BCP-0001, version 1" in room.invoke().words
    assert room.surely("show", INVOCATION, "--json").data["content"]["aims"]["platform"]["time_minutes"] == 180


def test_a_rehearsal_says_what_would_follow_and_stores_nothing(room: Room) -> None:
    said = room.invoke("--dry-run")
    assert said.code == 0
    # 25 minutes until it was invoked, and 145 on the critical path of the operators
    assert f"would begin {INVOCATION}" in said.words
    assert re.search(r"SVC-PLATFORM Cloud platform \w{3} \d+ \w{3} \d{4} 11:50", said.words)
    assert room.now("show", INVOCATION).code == 1
    data = room.invoke("--dry-run", "--json").data
    assert data["invoked"]["expected"] == {"SVC-PLATFORM": 170}


def test_one_plan_is_not_worked_through_twice_at_once(room: Room) -> None:
    assert room.invoke().code == 0
    again = room.invoke(person=MERCER)
    assert again.code == 1
    assert "BCP-0001 is being worked through already, in INV-0001" in again.words


def test_times_that_do_not_fit_are_refused(room: Room) -> None:
    ahead = (datetime.now(UTC) + timedelta(days=2)).date()
    assert "has not come yet" in room.now("invoke", PLAN, "--because", "x", "--at", f"{ahead} 10:00", person=BOYD).words
    unread = room.now("invoke", PLAN, "--because", "x", "--at", "soon", person=BOYD)
    assert (unread.code, "'soon' is no time" in unread.words) == (2, True)
    late = room.now("invoke", PLAN, "--because", "x", "--since", f"{DAY} 10:00", "--at", f"{DAY} 09:00", person=BOYD)
    assert late.code == 1
    assert "before the disruption began" in late.words
    other_day = room.type("invoke", PLAN, "--because", "x", person=BOYD, day=(DAY - timedelta(days=3)).isoformat())
    assert "say with --at when" in other_day.words


def test_a_timeline_runs_forwards_and_names_only_what_is_there(room: Room) -> None:
    assert room.invoke().code == 0
    room.log("09:30", "Call opened", "--step", "call")
    before = room.log("09:29", "Forgotten")
    assert before.code == 1
    assert "09:29 lies before" in before.words
    assert "“Call opened” was logged; a timeline runs forwards" in before.words
    assert "call was done before already" in room.log("09:31", "Again", "--step", "call").words
    assert "there is no step calls; there is assess, call" in room.log("09:31", "?", "--step", "calls").words
    assert "there is no service SVC-MAIL; there is platform" in room.log("09:31", "?", "--restored", "SVC-MAIL").words
    assert "there is no announcement everybody" in room.log("09:31", "?", "--notified", "everybody").words
    unread = room.log("09:32", "?", "--restored", "platform", "--data-as-of", "yesterday")
    assert (unread.code, "--data-as-of" in unread.words) == (2, True)
    content = room.surely("show", INVOCATION, "--json").data["content"]
    assert sorted(content["timeline"]) == ["e0001", "e0002"], "what was refused was not kept"


def test_a_hand_written_timeline_that_runs_back_is_refused_too(room: Room, tmp_path: Path) -> None:
    assert room.invoke().code == 0
    refused = room.now("amend", INVOCATION, "--set", f"timeline.e0001.at={DAY}T00:00:00Z")
    assert refused.code == 2
    assert "a timeline runs forwards" in refused.words


def test_an_invocation_is_kept_by_the_minute_and_closed_with_a_signed_report(room: Room, tmp_path: Path) -> None:
    assert room.invoke().code == 0
    for clock, what, *more in (
        ("09:26", "Status page written", "--notified", "users"),
        ("09:30", "Call opened", "--step", "call"),
        ("09:50", "Two data bases are damaged", "--step", "assess"),
        ("10:05", "Machines made", "--step", "jumpbox"),
        ("10:20", "Told by mail", "--notified", "leadership", "--notified", "security", "--notified", "authorising"),
        ("10:24", "Status page written", "--notified", "users"),
        ("11:02", "Data bases read back", "--step", "databases"),
        ("11:15", "Told again", "--notified", "security", "--notified", "authorising"),
        ("11:20", "Status page written", "--notified", "users"),
        ("11:44", "Platform deployed", "--step", "deploy"),
    ):
        assert room.log(clock, what, *more).code == 0
    early = room.now("advance", INVOCATION, "stand_down", person=BOYD)
    assert "by what is recorded it is open, not restored" in early.words
    done = room.log(
        "11:53", "Checks pass", "--step", "test", "--restored", "SVC-PLATFORM", "--data-as-of", f"{DAY} 08:20"
    )
    assert "by its timeline it is restored" in done.words
    room.log("12:10", "Everybody told", "--notified", "all_clear")
    room.surely("advance", INVOCATION, "stand_down", person=BOYD)
    refused = room.now("advance", INVOCATION, "open_signing")
    assert "not yet filled in: summary, causes, lessons, signatories" in refused.words
    room.surely("apply", str(reported(room, tmp_path)))
    room.surely("advance", INVOCATION, "open_signing")
    assert room.log("12:30", "Too late").code == 1, "what is frozen is not added to"
    room.sign(INVOCATION, MERCER)
    assert room.state(INVOCATION) == "closed"
    room.surely("document", INVOCATION, "-o", str(tmp_path / "report.pdf"))
    words = words_of(tmp_path / "report.pdf")
    for said in (
        "1 of 1",
        "SVC-PLATFORM",
        "2 h 53 min",
        "7 min to spare",
        "40 min",
        "Users of the platform",
        "never silent",
        "A volume failed without a sign.",
    ):
        assert said in words, said
    assert room.type("verify", str(tmp_path / "report.pdf"), person=None, day=None).code == 0
    assert room.surely("audit", "verify").code == 0


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("after: [assess]", "after: [deploy]", "steps wait for one another in a loop: "),
        ("after: [assess]", "after: [asess]", "steps.jumpbox.after: the plan has no asess"),
        ("number: 2,", "number: 1,", "call and assess both have the number 1"),
        ("restores: [platform]", "restores: [mail]", "steps.test.restores: the plan has no mail; it has platform"),
        ("team: command, minutes", "team: comand, minutes", "steps.call.team: the plan has no comand"),
        ("called: [PER-ADEYEMI, PER-LUND]", "called: [PER-ADEYEMI, PER-KIM]", "calls: PER-KIM is called twice"),
        ("called: [PER-ADEYEMI, PER-LUND]", "called: [PER-BOYD]", "calls: people call one another in a circle"),
        ("person: PER-BOYD, capacity", "person: PER-MERCER, capacity", "invokers: PER-MERCER stands there twice"),
        ("zone: America/New_York", "zone: America/Gotham", "there is no time zone 'America/Gotham'"),
        ("minutes: 60, after", "minutes: -1, after", "steps.databases.minutes"),
    ],
)
def test_a_plan_that_could_not_be_worked_through_is_refused_with_the_reason(
    old: str, new: str, message: str, room: Room, changed_plan: Callable[[str, str], Path]
) -> None:
    room.surely("advance", PLAN, "revise")
    refused = room.now("apply", str(changed_plan(old, new)))
    assert refused.code == 2
    assert message in refused.words


def test_the_loop_of_steps_is_named_with_every_step_on_it(
    drafted: Room, changed_plan: Callable[[str, str], Path]
) -> None:
    refused = drafted.now("apply", str(changed_plan("after: [assess]", "after: [assess, deploy]")))
    found = re.search(r"in a loop: ([a-z]+(?: → [a-z]+)+)", refused.words)
    assert found
    way = found.group(1).split(" → ")
    assert way[0] == way[-1]
    assert set(way) == {"jumpbox", "databases", "deploy"}


def test_a_service_that_was_lost_again_is_not_restored_by_what_restored_it_before(room: Room) -> None:
    assert room.invoke().code == 0
    assert room.log("11:53", "Checks pass", "--restored", "SVC-PLATFORM").code == 0
    assert "by its timeline it is restored" in room.log("11:55", "Users agree").words
    room.surely("advance", INVOCATION, "stand_down", person=BOYD)
    refused = room.now("advance", INVOCATION, "resume", person=BOYD)
    assert "by what is recorded it is restored, not open" in refused.words
    assert room.log("12:10", "Down again", "--lost", "SVC-PLATFORM").code == 0
    room.surely("advance", INVOCATION, "resume", person=BOYD)
    early = room.now("advance", INVOCATION, "stand_down", person=BOYD)
    assert "by what is recorded it is open, not restored" in early.words
    assert room.log("13:00", "Checks pass again", "--restored", "SVC-PLATFORM").code == 0
    room.surely("advance", INVOCATION, "stand_down", person=BOYD)


def test_what_was_to_be_reached_is_not_changed_once_a_plan_is_invoked(room: Room) -> None:
    assert room.invoke().code == 0
    for clause in ("aims.platform.time_minutes=900", "disrupted_at=2026-01-01T09:00:00Z", "because=Nothing much"):
        refused = room.now("amend", INVOCATION, "--set", clause)
        assert refused.code == 1, refused.words
        assert f"{clause.partition('=')[0]} can no longer be changed" in refused.words
