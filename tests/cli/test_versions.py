from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from desk import OMAR, Desk
from next_version import LIN, ROSSI, keys, next_version


@pytest.fixture
def desk(played: Path, tmp_path: Path) -> Desk:
    shutil.copytree(played / "workspace", tmp_path / "workspace")
    return Desk(tmp_path / "workspace")


def state_of(desk: Desk, reference: str) -> str:
    return str(desk.must("show", reference, "--json").data["record"]["state"])


pytestmark = pytest.mark.pdf


def test_what_is_in_force_stands_while_a_change_is_negotiated_and_is_back_when_it_is_given_up(desk: Desk) -> None:
    day = "2026-02-02"
    desk.must("advance", "OLA-0001", "revise", day=day)
    desk.must("amend", "OLA-0001", "--set", "targets.hand_over.P1.minutes=45", day=day)
    proof = desk.must("check", "SLA-0001", "--json", day=day).data[0]
    assert not [one for one in proof["findings"] if one["severity"] == "breach"]
    desk.must("advance", "OLA-0001", "abandon", day=day)
    shown = desk.must("show", "OLA-0001", "--json").data
    assert shown["record"]["state"] == "active"
    assert shown["content"]["targets"]["hand_over"]["P1"]["minutes"] == 30


def test_a_next_version_needs_the_change_request_that_caused_it_and_a_day_from_which_it_holds(desk: Desk) -> None:
    day = "2026-02-02"
    desk.must("advance", "SLA-0001", "revise", day=day)
    desk.must("amend", "SLA-0001", "--set", "workload.users.most=700", day=day)
    desk.must("advance", "SLA-0001", "align", person=OMAR, day=day)
    said = desk.type("advance", "SLA-0001", "open_signing", day=day)
    assert said.code == 1
    assert "change_request, effective_on" in said.words


def test_an_agreement_that_was_never_signed_has_no_version_to_go_back_to(furnished: Path, tmp_path: Path) -> None:
    shutil.copytree(furnished, tmp_path / "fresh")
    desk = Desk(tmp_path / "fresh")
    desk.must("advance", "SLA-0001", "review")
    desk.must("advance", "SLA-0001", "offer")
    said = desk.type("advance", "SLA-0001", "abandon")
    assert said.code == 1
    assert "no version of it was signed before" in said.words


def test_giving_up_a_change_brings_nothing_into_force_that_waits_for_its_start(
    desk: Desk, tmp_path: Path, clock: Callable[[str], None]
) -> None:
    clock("2026-03-10")
    second_version(desk, tmp_path, "targets.hand_over.P1.minutes=20", "change_request=CR-21", "effective_on=2026-07-01")
    desk.must("advance", "OLA-0001", "revise", day="2026-04-01")
    said = desk.type("advance", "OLA-0001", "abandon", day="2026-04-01")
    assert said.code == 1
    assert "the version that was signed last has not come into force yet" in said.words
    desk.must("advance", "OLA-0001", "set_aside", day="2026-04-01")
    assert state_of(desk, "OLA-0001") == "signed"
    desk.must("advance", "OLA-0001", "activate", day="2026-07-01")
    desk.must("advance", "OLA-0001", "revise", day="2026-07-02")
    said = desk.type("advance", "OLA-0001", "set_aside", day="2026-07-02")
    assert "the version that was signed last has come into force" in said.words
    desk.must("advance", "OLA-0001", "abandon", day="2026-07-02")
    assert state_of(desk, "OLA-0001") == "active"


def test_two_versions_are_compared_clause_by_clause_on_the_terminal_and_as_a_pdf(desk: Desk, tmp_path: Path) -> None:
    day = "2026-02-02"
    desk.must("advance", "SLA-0001", "revise", day=day)
    desk.must("amend", "SLA-0001", "--set", "targets.restore.P1.minutes=270", "--set", "change_request=CR-17", day=day)
    pdf = tmp_path / "redline.pdf"
    said = desk.must("compare", "SLA-0001", "v1", "-o", str(pdf), "--json", day=day)
    assert [one["path"] for one in said.data["changes"]] == ["change_request", "targets.restore.P1.minutes"]
    assert said.data["changes"][1] == {"path": "targets.restore.P1.minutes", "before": 300, "after": 270}
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True).stdout
    assert "targets.restore.P1.minutes" in text
    assert "CR-17" in text


def test_rounds_are_compared_and_a_round_that_was_never_offered_is_told(desk: Desk) -> None:
    said = desk.must("compare", "SLA-0001", "round-1", "round-2", "--json")
    assert [one["path"] for one in said.data["changes"]] == ["targets.restore.P1.minutes"]
    said = desk.type("compare", "SLA-0001", "round-9")
    assert said.code == 1
    assert "there are: round-1, round-2" in said.words


def test_a_fault_of_an_amended_clause_is_told_in_plain_words_at_the_place_that_was_typed(desk: Desk) -> None:
    desk.must("advance", "SLA-0001", "revise", day="2026-02-02")
    for typed, said in (
        ("signatories.2.person=PER-NOBODY", "signatories.2.person: there is no record PER-NOBODY"),
        ("signatories.2.person=nobody", "signatories.2.person: must be a reference such as SLA-0001"),
        ("targets.restore.P1.minutes=abc", "must be a whole number such as 240, but 'abc' was found"),
        ("targets.restore.P1.minutez=3", "targets.restore.P1.minutez: there is no such field"),
    ):
        answer = desk.type("amend", "SLA-0001", "--set", typed, day="2026-02-02")
        assert answer.code == 2
        assert said in answer.words


def test_revisions_are_counted_from_one(desk: Desk) -> None:
    said = desk.type("compare", "SLA-0001", "r0")
    assert said.code == 1
    assert "there are: r1, r2, r3" in said.words


def test_contacts_of_a_signed_agreement_may_change_and_the_change_is_logged_in_the_annex(
    desk: Desk, tmp_path: Path
) -> None:
    before = desk.must("show", "SLA-0001", "--json").data["record"]["revision"]["sha256"]
    desk.must(
        "amend",
        "SLA-0001",
        "--set",
        "contacts.desk.telephone=+44 118 496 0199",
        "--reason",
        "new number",
        day="2026-03-01",
    )
    assert desk.must("show", "SLA-0001", "--json").data["record"]["revision"]["sha256"] == before
    annex = tmp_path / "annex.pdf"
    desk.must("document", "SLA-0001", "--annex", "-o", str(annex), day="2026-03-02")
    text = subprocess.run(["pdftotext", "-layout", annex, "-"], capture_output=True, text=True, check=True).stdout
    assert "+44 118 496 0199" in text
    assert "+44 118 496 0100" in text
    assert "new number" in text


def test_the_words_of_a_signed_agreement_may_not_change_with_its_contacts(desk: Desk) -> None:
    said = desk.type("amend", "SLA-0001", "--set", "contacts.desk.title=Help desk", day="2026-03-01")
    assert said.code == 1
    assert "can no longer be changed" in said.words


def test_a_calendar_that_changes_after_signing_alters_no_signed_agreement_and_is_found(desk: Desk) -> None:
    before = {
        one["fields"]["component"]: one["fields"]["agreed_minutes"]
        for one in desk.must("check", "SLA-0001", "--json", day="2026-02-02").data[0]["facts"]
        if one["kind"] == "hours_cover"
    }
    desk.must("amend", "CAL-OFFICE", "--set", "week.monday.1=07:00-15:00", day="2026-02-02")
    proof = desk.must("check", "SLA-0001", "--json", day="2026-02-02").data[0]
    after = {
        one["fields"]["component"]: one["fields"]["agreed_minutes"]
        for one in proof["facts"]
        if one["kind"] == "hours_cover"
    }
    assert before == after
    (finding,) = [one for one in proof["findings"] if one["rule"] == "SLM-033"]
    assert "CAL-OFFICE" in finding["message"]
    assert "week.monday.1" in finding["message"]


def test_an_agreement_ends_with_the_notice_that_was_given(desk: Desk) -> None:
    said = desk.type("advance", "UC-0001", "end", person=ROSSI, day="2029-06-01")
    assert said.code == 1
    assert "goes on until somebody gives notice" in said.words
    desk.must("advance", "UC-0001", "give_notice", person=ROSSI, day="2028-09-15")
    said = desk.type("advance", "UC-0001", "end", person=ROSSI, day="2028-12-15")
    assert "runs until 14 December 2029" in said.words
    desk.must("advance", "UC-0001", "end", person=ROSSI, day="2029-12-15")
    assert state_of(desk, "UC-0001") == "ended"


def test_support_that_ends_by_notice_no_longer_carries_the_term(desk: Desk) -> None:
    desk.must("advance", "UC-0001", "give_notice", person=ROSSI, day="2028-09-01")
    (proof,) = desk.type("check", "SLA-0001", "--json", day="2028-09-02").data
    found = [one for one in proof["findings"] if one["rule"] == "SLM-015"]
    assert any("15 Dec 2028" in one["message"] and "CMP-FILTER" in one["message"] for one in found)


def second_version(desk: Desk, folder: Path, *changes: str) -> None:
    next_version(desk, folder, "OLA-0001", (LIN, OMAR), *changes)


def test_a_next_version_takes_the_place_of_the_one_before_on_its_day(
    desk: Desk, tmp_path: Path, clock: Callable[[str], None]
) -> None:
    clock("2026-03-10")
    second_version(desk, tmp_path, "targets.hand_over.P1.minutes=20", "change_request=CR-21", "effective_on=2026-07-01")
    assert state_of(desk, "OLA-0001") == "signed"
    said = desk.type("advance", "OLA-0001", "activate", day="2026-06-30")
    assert "possible from 01 July 2026" in said.words
    routes = [
        one["fields"]
        for one in desk.must("check", "SLA-0001", "--json", day="2026-04-01").data[0]["facts"]
        if one["kind"] == "support_route" and one["fields"]["clause"] == "targets.restore.P1"
    ]
    assert sorted(one["margin_minutes"] for one in routes) == [45, 55]
    desk.must("advance", "OLA-0001", "activate", day="2026-07-01")
    events = [event for line in desk.must("history", "OLA-0001", "--json").data for event in line["events"]]
    (superseded,) = [one["details"] for one in events if one["type"] == "superseded"]
    assert superseded == {"version": 1, "by": 2, "last_on": "2026-06-30"}


def test_the_version_in_force_is_still_had_while_the_next_one_is_written(desk: Desk, tmp_path: Path) -> None:
    desk.must("advance", "OLA-0001", "revise", day="2026-02-02")
    first = tmp_path / "first.pdf"
    desk.must("document", "OLA-0001", "--version", "1", "-o", str(first), day="2026-02-02")
    assert desk.must("verify", str(first), day=None).code == 0
    said = desk.type("document", "OLA-0001", "--version", "7", day="2026-02-02")
    assert "has no version 7" in said.words


def test_support_that_was_agreed_against_less_than_is_promised_now_is_found(desk: Desk) -> None:
    desk.must("advance", "SLA-0001", "revise", day="2026-02-02")
    desk.must("amend", "SLA-0001", "--set", "targets.restore.P2.minutes=470", day="2026-02-02")
    (proof,) = desk.type("check", "SLA-0001", "--json", day="2026-02-02").data
    stale = {(one["clause"], one["witness"]) for one in proof["findings"] if one["rule"] == "SLM-019"}
    assert stale == {("targets.restore.P2", "agreed against 480 min, now 470 min")}


def test_a_promise_that_is_said_in_another_way_is_not_taken_for_one_that_is_no_tighter(desk: Desk) -> None:
    desk.must("advance", "SLA-0001", "revise", day="2026-02-02")
    desk.must("amend", "SLA-0001", "--remove", "targets.restore.P3.minutes", *cut_off("P3"), day="2026-02-02")
    (proof,) = desk.type("check", "SLA-0001", "--json", day="2026-02-02").data
    stale = {(one["clause"], one["witness"]) for one in proof["findings"] if one["rule"] == "SLM-019"}
    now = "by 17:00 if reported before 12:00, else by 12:00 of the next working day"
    assert stale == {("targets.restore.P3", f"agreed against 2,400 min, now {now}")}


def cut_off(priority: str) -> list[str]:
    times = {"reported_before": "12:00", "due_at": "17:00", "otherwise_at": "12:00"}
    sets = [f"targets.restore.{priority}.cut_off.{name}={time}" for name, time in times.items()]
    return [word for one in sets for word in ("--set", one)]


def test_somebody_whose_roles_have_ended_signs_nothing(
    desk: Desk, tmp_path: Path, clock: Callable[[str], None]
) -> None:
    clock("2026-03-10")
    keys(desk, tmp_path, LIN, OMAR)
    desk.must("advance", "OLA-0001", "revise", day=None)
    changes = ("change_request=CR-21", "effective_on=2026-07-01")
    desk.must("amend", "OLA-0001", *(word for one in changes for word in ("--set", one)), day=None)
    desk.must("advance", "OLA-0001", "open_signing", person=LIN, day=None)
    desk.must("amend", LIN, "--set", "roles.team_manager.until=2026-02-28", day=None)
    secret, key = tmp_path / "secret", tmp_path / f"{LIN}.p12"
    said = desk.type("sign", "OLA-0001", "--key", str(key), "--passphrase-file", str(secret), person=LIN, day=None)
    assert said.code == 1
    assert "holds no role since 28 February 2026" in said.words


def second_agreement(desk: Desk, folder: Path, start: str, end: str, day: str) -> None:
    desk.must("export", str(folder / "out"), "SLA-0001")
    (file,) = (folder / "out").rglob("*.yaml")
    text = file.read_text().replace("SLA-0001", "SLA-0002").replace("2026-01-01", start).replace("2026-12-31", end)
    second = folder / "second.yaml"
    second.write_text(text)
    desk.must("apply", str(second), day=day)


def rivals(desk: Desk, day: str) -> list[str]:
    (proof,) = desk.type("check", "SLA-0002", "--json", day=day).data
    assert all(one["severity"] == "breach" for one in proof["findings"] if one["rule"] == "SLM-108")
    return [one["message"] for one in proof["findings"] if one["rule"] == "SLM-108"]


def test_two_agreements_that_promise_a_customer_the_same_service_at_once_are_found(desk: Desk, tmp_path: Path) -> None:
    second_agreement(desk, tmp_path, "2026-06-01", "2027-05-31", "2026-02-02")
    (found,) = rivals(desk, "2026-02-02")
    assert "SLA-0001" in found
    assert "both hold on 1 Jun 2026" in found
    desk.must("advance", "SLA-0001", "revise", day="2026-02-02")
    assert rivals(desk, "2026-02-02") == [found]


def test_an_agreement_may_follow_one_that_ends_by_notice(desk: Desk, tmp_path: Path) -> None:
    second_agreement(desk, tmp_path, "2027-01-01", "2027-12-31", "2026-02-02")
    assert len(rivals(desk, "2026-02-02")) == 1
    desk.must("advance", "SLA-0001", "give_notice", day="2026-03-01")
    assert rivals(desk, "2026-03-01") == []
