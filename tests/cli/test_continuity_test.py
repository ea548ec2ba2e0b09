"""A continuity test from its plan to the signed report, what is refused of it, and the programme of tests."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from counter import NOW, PASSPHRASE, TODAY
from desk import Desk, Said
from sdflow.bootstrap import content_folder
from sdflow.cli.root import sdflow

EXAMPLE = content_folder() / "examples" / "continuity"
PLAN, TEST = "BCP-0001", "BCT-0001"
ORTIZ, MERCER, VANCE, SHAH, KIM = "PER-ORTIZ", "PER-MERCER", "PER-VANCE", "PER-SHAH", "PER-KIM"
AFTERWARDS = "2027-03-12"
FIRST = "2027-02-01"
Write = Callable[[str, str], Path]


def written(reference: str = TEST, /, **changes: object) -> str:
    """The test of the example with other values at some paths (dots as two underlines); what is none is left out."""
    text = next(EXAMPLE.glob("*continuity-test.yaml")).read_text(encoding="utf-8")
    record = yaml.load(text, Loader=yaml.BaseLoader)
    for path, value in ({"reference": reference} | changes).items():
        *way, last = path.split("__")
        place = record
        for key in way:
            place = place[key]
        if value is None:
            place.pop(last)
        else:
            place[last] = value
    return yaml.safe_dump(record, sort_keys=False, allow_unicode=True)


RESULTS = ("begun_at", "ended_at", "timeline", "problems", "actions", "evidence", "summary")
UNHELD: dict[str, object] = dict.fromkeys(RESULTS) | {"criteria": {"seen": {"statement": "The platform answers"}}}
ENTRY = {"at": "2027-03-09T10:20:00-05:00", "what": "An entry"}

REFUSED: dict[str, tuple[dict[str, object], str]] = {
    "a timeline out of order": (
        {"timeline__t5__at": "2027-03-09T10:25:59-05:00"},
        "timeline.t5: Tue 9 Mar 2027 10:25 is earlier than Tue 9 Mar 2027 10:26 of timeline.t4",
    ),
    "a timeline that runs forwards on clocks alone": (
        {"timeline__t5__at": "2027-03-09T11:00:00-02:00"},
        "timeline.t5: Tue 9 Mar 2027 08:00 is earlier",
    ),
    "an entry before the disruption": (
        {"timeline__t0": ENTRY | {"at": "2027-03-09T09:59:00-05:00"}},
        "timeline.t0: Tue 9 Mar 2027 09:59 is earlier than Tue 9 Mar 2027 10:00 of begun_at",
    ),
    "an end before the last entry": (
        {"ended_at": "2027-03-09T13:04:00-05:00"},
        "ended_at: Tue 9 Mar 2027 13:04 is earlier than Tue 9 Mar 2027 13:05 of timeline.t12",
    ),
    "an instant without its zone": ({"timeline__t5__at": "2027-03-09T10:49:00"}, "timeline.t5.at"),
    "a timeline without a disruption": ({"begun_at": None}, "begun_at: say when the simulated disruption began"),
    "the leader approves the report": (
        {"leader": MERCER},
        "signatories: PER-MERCER leads the test; somebody else has to approve its report",
    ),
    "the leader observes": ({"leader": KIM}, "observers: PER-KIM leads the test; an observer does nothing else"),
    "a tabletop that claims a recovery time": (
        {"sort": "tabletop"},
        "timeline.t11.restored: in a tabletop a recovery is talked about and not tried, so that it yields no times",
    ),
    "a full test without a service": ({"services": {}}, "services: a full test measures how services come back"),
    "a full test against nothing": (
        {"services__platform__time_minutes": None},
        "services.platform.time_minutes: a full test measures; say against which recovery time",
    ),
    "data from after the entry": (
        {"timeline__t11__data_as_of": "2027-03-09T12:53:00-05:00"},
        "data_as_of: the data cannot be newer than the entry itself",
    ),
    "data of nothing": ({"timeline__t9__data_as_of": "2027-03-09T09:00:00-05:00"}, "data_as_of: say with 'restored'"),
    "a service that is not under test": (
        {"timeline__t11__restored": ["mail"]},
        "timeline.t11.restored: there is no mail; there is platform",
    ),
    "an action for no problem": (
        {"actions__guide__problem": "weather"},
        "actions.guide.problem: there is no weather; there is margin, updates",
    ),
    "a problem at no entry": ({"problems__margin__entry": "t99"}, "problems.margin.entry: there is no t99"),
    "a sort that there is not": ({"sort": "surprise"}, "sort"),
    "a plan that is none": ({"plan": "SVC-PLATFORM"}, "SVC-PLATFORM is a service; expected a continuity plan"),
    "a version that there is not": ({"plan_version": "3"}, "plan_version: BCP-0001 has no version 3"),
    "a zone that there is not": ({"zone": "Mars/Olympus"}, "there is no time zone 'Mars/Olympus'"),
}


class Office:
    """A workspace with the example, at which people act today."""

    def __init__(self, desk: Desk, keys: Path) -> None:
        self.desk, self.keys = desk, keys

    def take(self, reference: str, *steps: tuple[str, str], code: int = 0) -> Said:
        for step, person in steps:
            said = self.desk.type("advance", reference, step, person=person, day=None)
            assert said.code == code, said.words
        return said

    def sign(self, reference: str, *people: str) -> None:
        for person in people:
            options = ("--key", str(self.keys / f"{person}.p12"), "--passphrase-file", str(self.keys / "passphrase"))
            self.desk.must("sign", reference, *options, person=person, day=None)

    def approve_plan(self) -> None:
        self.take(PLAN, ("submit", ORTIZ), ("open_signing", MERCER))
        self.sign(PLAN, MERCER, VANCE)

    def apply(self, path: Path, code: int = 0) -> Said:
        said = self.desk.type("apply", str(path), person=ORTIZ, day=None)
        assert said.code == code, said.words
        return said

    def set(self, *clauses: str, reference: str = TEST) -> Said:
        words = [word for clause in clauses for word in ("--set", clause)]
        return self.desk.type("amend", reference, *words, person=ORTIZ, day="2027-02-01" if reference == PLAN else None)

    def state(self, reference: str = TEST) -> str:
        return str(self.desk.must("show", reference, "--json", person=ORTIZ, day=None).data["record"]["state"])

    def programme(self, *words: str, day: str = AFTERWARDS) -> Said:
        return self.desk.must("tests", *words, person=ORTIZ, day=day)

    def owed(self, day: str = AFTERWARDS) -> dict[str, Any]:
        (plan,) = self.programme("--json", day=day).data["plans"]
        return dict(plan["owed"][0])


@pytest.fixture(scope="module")
def furnished_office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    folder = tmp_path_factory.mktemp("office")
    desk, keys = Desk(folder / "workspace"), folder / "keys"
    words = ["init", str(desk.folder), "--name", "Dana Ortiz", "--person", ORTIZ, "--role", "continuity_manager"]
    result = CliRunner().invoke(sdflow, [*words, "--organisation", "Cloud platform"])
    assert result.exit_code == 0, result.output
    desk.must("apply", str(EXAMPLE), person=ORTIZ, day="2027-02-01")
    keys.mkdir()
    (keys / "passphrase").write_text(PASSPHRASE + "\n")
    for person in (MERCER, VANCE, SHAH):
        options = ("-o", str(keys / f"{person}.p12"), "--passphrase-file", str(keys / "passphrase"))
        desk.must("key", "new", person, *options, person=ORTIZ, day=None)
    return Office(desk, keys)


def copied(office: Office, folder: Path) -> Office:
    shutil.copytree(office.desk.folder, folder / "workspace")
    return Office(Desk(folder / "workspace"), office.keys)


@pytest.fixture(scope="module")
def with_plan(furnished_office: Office, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """The plan is approved, and its test is for today."""
    office = copied(furnished_office, tmp_path_factory.mktemp("planned"))
    office.approve_plan()
    assert office.set(f"planned_on={TODAY}").code == 0
    return office


@pytest.fixture(scope="module")
def held_once(with_plan: Office, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """The test was held, and its result stands."""
    office = copied(with_plan, tmp_path_factory.mktemp("held"))
    office.take(TEST, ("approve", ORTIZ), ("start", VANCE), ("conclude_failed", VANCE))
    return office


@pytest.fixture
def office(with_plan: Office, tmp_path: Path) -> Office:
    return copied(with_plan, tmp_path)


@pytest.fixture
def held(held_once: Office, tmp_path: Path) -> Office:
    return copied(held_once, tmp_path)


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_so_is_refused_with_its_place_and_its_reason(
    name: str, furnished_office: Office, write: Write
) -> None:
    changes, expected = REFUSED[name]
    said = furnished_office.apply(write("bad.yaml", written(**changes)), code=2)
    assert "bad.yaml:" in said.err
    assert expected in said.words


def test_the_unchanged_test_is_not_refused(furnished_office: Office, write: Write) -> None:
    said = furnished_office.desk.must("apply", str(write("good.yaml", written())), "--json", person=ORTIZ, day=None)
    assert said.data[0]["outcome"] == "unchanged"


@pytest.mark.pdf
def test_who_leads_the_test_does_not_approve_its_plan(office: Office) -> None:
    assert office.set("leader=PER-BOYD", "participants.1=PER-VANCE").code == 0
    said = office.take(TEST, ("approve", "PER-BOYD"), code=1)
    assert "Tomas Boyd is named as leader" in said.words
    office.take(TEST, ("approve", MERCER))


@pytest.mark.pdf
def test_a_test_is_not_begun_before_its_day(office: Office) -> None:
    assert office.set("planned_on=2099-01-01").code == 0
    office.take(TEST, ("approve", ORTIZ))
    assert "possible from 01 January 2099 (planned_on)" in office.take(TEST, ("start", VANCE), code=1).words


@pytest.mark.pdf
def test_the_result_is_the_one_that_follows_by_rule(held: Office) -> None:
    held.take(TEST, ("correct", VANCE))
    said = held.take(TEST, ("conclude_passed", VANCE), code=1)
    assert "by what is recorded it is failed, not passed" in said.words
    assert held.set("criteria.hourly.met=true", "timeline.t11.data_as_of=2027-03-09T08:59:59-05:00").code == 0
    assert "failed, not passed" in held.take(TEST, ("conclude_passed", VANCE), code=1).words
    assert held.set("timeline.t11.data_as_of=2027-03-09T09:00:00-05:00").code == 0
    held.take(TEST, ("conclude_passed", VANCE))
    assert held.state() == "passed"
    assert held.set("timeline.t11.data_as_of=2027-03-09T08:59:59-05:00").code == 0
    assert "it is failed, not passed" in held.take(TEST, ("report_passed", ORTIZ), code=1).words


PLANNED = (
    ("criteria.hourly",), ("services.platform.time_minutes=600",), ("plan_version=2",),
    ("leader=PER-KIM", "observers.1=PER-BOYD", "signatories.1.person=PER-VANCE"), ("criteria.hourly.statement=Easy",),
)  # fmt: skip


@pytest.mark.pdf
@pytest.mark.parametrize("clauses", PLANNED)
def test_what_was_planned_cannot_be_changed_once_the_test_has_begun(
    clauses: tuple[str, ...], held_once: Office
) -> None:
    words = [word for one in clauses for word in ("--set" if "=" in one else "--remove", one)]
    said = held_once.desk.type("amend", TEST, *words, person=ORTIZ, day=None)
    assert said.code == 1
    assert "can no longer be changed" in said.words
    assert f"{clauses[0].partition('=')[0]}" in said.words


@pytest.mark.pdf
def test_a_record_file_does_not_change_what_was_planned_either(held_once: Office, write: Write) -> None:
    changed = written(planned_on=TODAY, services__platform__time_minutes="600")
    said = held_once.apply(write("easier.yaml", changed), code=2)
    assert "services.platform.time_minutes" in said.words
    assert "is 'failed', and this can no longer be changed" in said.words


@pytest.mark.pdf
def test_a_test_of_which_something_was_recorded_is_not_called_off(
    office: Office, held_once: Office, write: Write, tmp_path: Path
) -> None:
    held = copied(held_once, tmp_path / "held")
    held.take(TEST, ("correct", VANCE))
    held.take(TEST, ("call_off", ORTIZ), code=1)
    assert held.state() == "correcting"
    assert office.set("called_off_because=The region was needed").code == 0
    assert "failed, not open" in office.take(TEST, ("call_off", ORTIZ), code=1).words
    office.apply(write("new.yaml", written("BCT-0004", planned_on=TODAY, **UNHELD)))
    office.take("BCT-0004", ("approve", ORTIZ), ("start", VANCE))
    assert "called_off_because" in office.take("BCT-0004", ("call_off", ORTIZ), code=1).words
    assert office.set("called_off_because=The region was needed", reference="BCT-0004").code == 0
    office.take("BCT-0004", ("call_off", ORTIZ))


@pytest.mark.pdf
def test_who_signs_the_report_does_not_conclude_the_test(office: Office) -> None:
    assert office.set("leader=PER-KIM", "observers.1=PER-BOYD", "signatories.1.person=PER-VANCE").code == 0
    office.take(TEST, ("approve", ORTIZ))
    said = office.take(TEST, ("start", VANCE), code=1)
    assert "is named among signatories" in said.words


@pytest.mark.pdf
def test_a_test_proves_nothing_of_words_that_were_written_after_it(office: Office) -> None:
    assert office.set("plan_version=2", "criteria.hourly.met=true").code == 0
    office.take(TEST, ("approve", ORTIZ), ("start", VANCE), ("conclude_passed", VANCE))
    office.take(PLAN, ("revise", ORTIZ))
    changes = ("change_request=RFC-2026-0044", "effective_on=2027-03-20", "decision_minutes=10")
    assert office.set(*changes, reference=PLAN).code == 0
    office.take(PLAN, ("submit", ORTIZ))
    office.desk.must("advance", PLAN, "open_signing", person=MERCER, day="2027-03-20")
    office.sign(PLAN, MERCER, VANCE)
    owed = office.owed(day="2027-03-21")
    assert (owed["standing"], owed["due_on"]) == ("only an older version tested", "2027-03-20")
    proof = office.desk.type("check", PLAN, "--json", person=ORTIZ, day="2027-03-21").data[0]
    early = [one["message"] for one in proof["findings"] if one["rule"] == "SCM-039"]
    assert [("before version 2 of BCP-0001" in one, "20 Mar 2027" in one) for one in early] == [(True, True)]


OUT_OF_TIME: dict[str, dict[str, object]] = {
    "year one": {"begun_at": "0001-01-01T00:00:00+14:00"},
    "the last year of all": {"ended_at": "9999-12-31T23:59:59-14:00"},
}


@pytest.mark.parametrize("name", OUT_OF_TIME)
def test_an_instant_outside_all_clocks_is_refused(name: str, furnished_office: Office, write: Write) -> None:
    said = furnished_office.apply(write("old.yaml", written(**OUT_OF_TIME[name])), code=2)
    assert "lies in the years 1900 to 2999" in said.words


def test_a_time_outside_all_clocks_is_not_logged(furnished_office: Office) -> None:
    said = furnished_office.desk.type("log", TEST, "x", "--at", "0001-01-01T00:00+14:00", person=ORTIZ, day=FIRST)
    assert said.code == 2
    assert "lies in the years 1900 to 2999" in said.words


@pytest.mark.pdf
def test_the_report_is_signed_verifies_and_closes_once_everything_is_mended(held: Office, tmp_path: Path) -> None:
    held.take(TEST, ("report_failed", ORTIZ))
    held.sign(TEST, MERCER, SHAH)
    assert held.state() == "report_approved"
    path = tmp_path / "report.pdf"
    held.desk.must("document", TEST, "-o", str(path), person=ORTIZ, day=None)
    assert held.desk.type("verify", str(path), person=None, day=None).code == 0
    words = subprocess.run(["pdftotext", "-layout", path, "-"], check=True, capture_output=True, text=True).stdout
    assert "Continuity Test" in words
    assert "84 minutes went by without an update" in words
    assert held.set("summary=All went well").code == 1
    said = held.take(TEST, ("close", ORTIZ), code=1)
    assert "not yet filled in: actions.*.done_on" in said.words
    assert held.set("actions.guide.done_on=2027-04-20").code == 0
    held.take(TEST, ("close", ORTIZ), code=1)
    assert held.set("actions.writer.done_on=2027-04-02").code == 0
    held.take(TEST, ("close", ORTIZ))
    assert held.state() == "closed"


@pytest.mark.pdf
def test_a_test_of_an_old_version_is_refused_and_what_was_tested_before_stays(held: Office, write: Write) -> None:
    held.take(PLAN, ("revise", ORTIZ))
    change = ("change_request=RFC-2026-0044", f"effective_on={TODAY}", "decision_minutes=10")
    assert held.set(*change, reference=PLAN).code == 0
    held.approve_plan()
    said = held.apply(write("old.yaml", written("BCT-0002", **UNHELD)), code=2)
    assert "plan_version: version 1 of BCP-0001 is an old one: version 2 took its place" in said.words
    held.apply(write("new.yaml", written("BCT-0002", plan_version="2", **UNHELD)))
    assert held.set("next_test_on=2027-06-01").code == 0
    owed = held.owed()
    assert (owed["standing"], owed["overdue"]) == ("only an older version tested", True)
    assert owed["coming"]["test"] == "BCT-0002"


@pytest.mark.pdf
def test_the_programme_says_what_is_owed_from_the_approval_of_a_plan_on(
    furnished_office: Office, with_plan: Office, held: Office, tmp_path: Path
) -> None:
    (before,) = furnished_office.programme("--json").data["plans"]
    assert (before["version"], before["owed"]) == (None, [])
    assert "Nothing is owed before it is approved" in furnished_office.programme().words
    untested = with_plan.owed()
    assert (untested["standing"], untested["due_on"], untested["overdue"]) == ("never tested", TODAY, True)
    failed = held.owed()
    assert (failed["standing"], failed["due_on"], failed["overdue"]) == ("failed", "2027-03-09", True)
    assert "BCT-0001 failed full, version 1" in held.programme(PLAN).words
    path = tmp_path / "programme.pdf"
    held.programme("--overdue", "-o", str(path))
    words = subprocess.run(["pdftotext", path, "-"], check=True, capture_output=True, text=True).stdout
    assert "Contingency plan of the cloud platform" in words
    assert "overdue" in words


@pytest.mark.pdf
def test_a_passed_test_counts_for_twelve_months(held: Office) -> None:
    held.take(TEST, ("correct", VANCE))
    assert held.set("criteria.hourly.met=true").code == 0
    held.take(TEST, ("conclude_passed", VANCE))
    fresh = held.owed()
    assert (fresh["standing"], fresh["due_on"], fresh["overdue"]) == ("tested", "2028-03-09", False)
    assert held.owed(day="2028-03-09")["overdue"] is False
    assert held.owed(day="2028-03-10")["standing"] == "tested too long ago"
    assert held.owed(day="2027-03-08")["standing"] == "never tested"


@pytest.mark.pdf
def test_what_happens_is_logged_while_the_test_is_held(office: Office, write: Write) -> None:
    office.apply(write("new.yaml", written("BCT-0003", planned_on=TODAY, **UNHELD)))
    office.take("BCT-0003", ("approve", ORTIZ), ("start", VANCE))
    assert office.set(f"begun_at={(NOW - timedelta(days=1)).isoformat()}", reference="BCT-0003").code == 0

    def log(*words: str) -> Said:
        return office.desk.type("log", "BCT-0003", *words, person=KIM, day=None)

    assert log("The alert is seen").code == 0
    assert "notified: a test keeps no account of notices" in log("Users told", "--notified", "users").words
    said = log("The platform answers", "--restored", "SVC-PLATFORM")
    assert said.code == 0, said.words
    content = office.desk.must("show", "BCT-0003", "--json", person=ORTIZ, day=None).data["content"]
    told = [(key, one["restored"], one["by"]) for key, one in content["timeline"].items()]
    assert told == [("t1", [], KIM), ("t2", ["platform"], KIM)]


def test_a_record_that_is_no_plan_has_no_tests(furnished_office: Office) -> None:
    said = furnished_office.desk.type("tests", "SVC-PLATFORM", person=ORTIZ, day=FIRST)
    assert said.code == 1
    assert "SVC-PLATFORM is a service; only continuity plans are tested" in said.words
    assert furnished_office.desk.type("tests", "BCP-9999", person=ORTIZ, day=FIRST).code == 1
    assert "name it with -o" in furnished_office.desk.type("tests", "--accessible", person=ORTIZ, day=FIRST).words
