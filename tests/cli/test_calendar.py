from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from ical.calendar_stream import IcsCalendarStream
from ical.event import Event

from contracts import CONTRACT, RENEWING, ROSSI, InForce, Write
from desk import HELEN, Desk

ELSEWHERE = """
kind: component
reference: CMP-TAPES
title: Tape library
"""


@pytest.fixture
def two_contracts(in_force: InForce, write: Write) -> Desk:
    """One contract that Sofia Rossi keeps, on which the service rests, and one that Helen Carrick keeps, on which none does."""
    desk = in_force(RENEWING)
    other = CONTRACT.replace("TERM", RENEWING).replace("UC-0002", "UC-0003").replace("CMP-FILTER", "CMP-TAPES")
    desk.must("apply", str(write("CMP-TAPES.yaml", ELSEWHERE)))
    desk.must(
        "adopt",
        str(write("other.txt", "What else was signed.")),
        str(write("UC-0003.yaml", other.replace("owner: PER-ROSSI", f"owner: {HELEN}"))),
        person=ROSSI,
    )
    desk.must("advance", "UC-0003", "activate", person=ROSSI)
    return desk


def written(desk: Desk, path: Path, *words: str, day: str = "2026-02-01") -> list[Event]:
    """The entries of the calendar, as another parser reads them."""
    desk.must("calendar", "-o", str(path), *words, day=day)
    return IcsCalendarStream.calendar_from_ics(path.read_text("utf-8")).events


def about(events: list[Event], text: str) -> list[Event]:
    return [one for one in events if text in (one.summary or "")]


def owed(desk: Desk, path: Path, day: str, *words: str) -> dict[str, tuple[object, int | None]]:
    """The day and the sequence of each entry by its UID."""
    return {str(one.uid): (one.dtstart, one.sequence) for one in written(desk, path, *words, day=day)}


def test_everything_that_is_owed_stands_in_the_calendar_once(in_force: InForce, tmp_path: Path) -> None:
    desk = in_force(RENEWING)
    found = written(desk, tmp_path / "a.ics")
    said = desk.must("calendar", "-o", str(tmp_path / "b.ics"), "--json", day="2026-02-01").data
    assert sorted(str(one.dtstart) for one in found) == sorted(one["due_on"] for one in said["entries"])
    assert len({one.uid for one in found}) == len(found)
    (notice,) = [one for one in about(found, "UC-0002") if one.dtstart == date(2026, 6, 28)]
    assert "its term ends on 28 August 2026" in str(notice.description)
    assert "Sofia Rossi (PER-ROSSI)" in str(notice.description)
    assert notice.alarm


def test_the_same_day_gives_the_same_bytes(in_force: InForce, tmp_path: Path) -> None:
    desk = in_force(RENEWING)
    files = [tmp_path / "a.ics", tmp_path / "b.ics"]
    for path in files:
        written(desk, path)
    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_day_that_moves_keeps_its_uid_and_gets_a_higher_sequence(in_force: InForce, tmp_path: Path) -> None:
    desk = in_force(RENEWING)
    before = owed(desk, tmp_path / "a.ics", "2026-02-01")
    desk.must("advance", "UC-0002", "confirm", person=ROSSI, day="2026-02-03")
    after = owed(desk, tmp_path / "b.ics", "2026-02-03")
    moved = [uid for uid in before.keys() & after.keys() if before[uid][0] != after[uid][0]]
    assert moved
    assert all((before[uid][1] or 0) < (after[uid][1] or 0) for uid in moved)


def test_a_file_for_a_day_to_come_is_no_newer_than_one_that_is_made_after_it(in_force: InForce, tmp_path: Path) -> None:
    desk = in_force(RENEWING)
    ahead = owed(desk, tmp_path / "a.ics", "2030-01-01")
    desk.must("advance", "UC-0002", "confirm", person=ROSSI, day="2026-02-03")
    after = owed(desk, tmp_path / "b.ics", "2026-02-03")
    assert ahead.keys() & after.keys()
    assert all((ahead[uid][1] or 0) < (after[uid][1] or 0) for uid in ahead.keys() & after.keys())


def test_each_term_of_a_renewing_agreement_has_a_notice_of_its_own(in_force: InForce, tmp_path: Path) -> None:
    desk = in_force(RENEWING)
    days = ("2026-02-01", "2026-09-01")
    found = [about(written(desk, tmp_path / f"{day}.ics", day=day), "Notice is given") for day in days]
    assert [[str(one.dtstart) for one in some] for some in found] == [["2026-06-28"], ["2027-06-28"]]
    assert found[0][0].uid != found[1][0].uid


def test_what_is_no_longer_owed_is_called_off_for_a_year_and_nothing_else_is(in_force: InForce, tmp_path: Path) -> None:
    desk, path = in_force(RENEWING), tmp_path / "owed.ics"
    before = {one.uid: one for one in written(desk, path)}
    desk.must("advance", "UC-0002", "give_notice", person=ROSSI, day="2026-02-02")
    after = {one.uid: one for one in written(desk, path, day="2026-02-02")}
    fresh = {one.uid for one in written(desk, tmp_path / "fresh.ics", day="2026-02-02")}
    off = {uid for uid, one in after.items() if one.status == "CANCELLED"}
    assert off == before.keys() - fresh != set()
    assert after.keys() - off == fresh
    for uid in off:
        assert after[uid].dtstart == before[uid].dtstart
        assert (after[uid].sequence or 0) > (before[uid].sequence or 0)
        assert not after[uid].alarm
    assert "called off" in desk.must("calendar", "-o", str(path), day="2026-02-02").words
    again = {one.uid: one for one in written(desk, path, day="2026-03-01")}
    assert {uid for uid, one in again.items() if one.status == "CANCELLED"} >= off
    assert {uid: again[uid].sequence for uid in off} == {uid: after[uid].sequence for uid in off}
    late = {one.uid for one in written(desk, path, day="2028-12-01")}
    assert not off & late


def test_a_calendar_that_gives_up_what_is_called_off_holds_what_is_owed(in_force: InForce, tmp_path: Path) -> None:
    desk, path = in_force(RENEWING), tmp_path / "owed.ics"
    held: dict[str | None, Event] = {}
    for day, step in (("2026-02-01", "give_notice"), ("2026-02-02", ""), ("2026-02-03", "")):
        for _ in range(2):
            for one in written(desk, path, day=day):
                if one.uid not in held or (held[one.uid].sequence or 0) <= (one.sequence or 0):
                    held[one.uid] = one
        if step:
            desk.must("advance", "UC-0002", step, person=ROSSI, day=day)
    owed_now = {one.uid: one.dtstart for one in written(desk, tmp_path / "fresh.ics", day="2026-02-03")}
    assert {uid: one.dtstart for uid, one in held.items() if one.status != "CANCELLED"} == owed_now


def test_a_file_of_another_calendar_is_replaced_and_calls_nothing_off(two_contracts: Desk, tmp_path: Path) -> None:
    path = tmp_path / "owed.ics"
    written(two_contracts, path, "--owner", ROSSI)
    assert {one.status for one in written(two_contracts, path, "--owner", HELEN)} == {"CONFIRMED"}
    path.write_text("BEGIN:VCALENDAR\nthis is no calendar")
    assert {one.status for one in written(two_contracts, path)} == {"CONFIRMED"}


def test_a_person_gets_what_names_them_and_what_their_roles_owe(two_contracts: Desk, tmp_path: Path) -> None:
    everything = written(two_contracts, tmp_path / "a.ics")
    hers = written(two_contracts, tmp_path / "b.ics", "--owner", ROSSI)
    others = written(two_contracts, tmp_path / "c.ics", "--owner", HELEN)
    assert about(hers, "UC-0002")
    assert not about(hers, "UC-0003")
    assert about(others, "UC-0003")
    assert not about(others, "UC-0002")
    assert {one.uid for one in hers} & {one.uid for one in others} == set()
    assert {one.uid for one in hers + others} <= {one.uid for one in everything}
    assert "Sofia Rossi" in (tmp_path / "b.ics").read_text("utf-8")


def test_a_service_gets_what_it_rests_on_and_nothing_of_others(two_contracts: Desk, tmp_path: Path) -> None:
    service = two_contracts.must("list", "--kind", "service", "--json").data[0]["reference"]
    found = written(two_contracts, tmp_path / "b.ics", "--service", service)
    assert about(found, "UC-0002")
    assert not about(found, "UC-0003")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--owner", "PER-NOBODY"), "there is no record PER-NOBODY"),
        (("--owner", "SUP-KESTREL"), "SUP-KESTREL is no person"),
        (("--service", "SUP-KESTREL"), "SUP-KESTREL is no service"),
    ],
)
def test_what_is_asked_for_must_be_there(desk: Desk, tmp_path: Path, words: tuple[str, ...], reason: str) -> None:
    said = desk.type("calendar", "-o", str(tmp_path / "a.ics"), *words)
    assert said.code == 1
    assert reason in said.words
    assert not (tmp_path / "a.ics").exists()
