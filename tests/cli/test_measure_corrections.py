"""What a source says later, or under a corrected mapping, replaces what it said; and what was read can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from desk import Desk
from sdflow.adapters.storage import Storage
from sdflow.domain.measured import UNKNOWN, MeasuredKind

Write = Callable[[str, str], Path]
CHECKS = """
reads: checks
source: uptime
zone: Etc/UTC
times: iso
columns: {service: name, status: status}
moments: {at: at}
checks: {up: up, down: down}
"""
LIST = """
reads: outages
source: list
zone: ZONE
times: iso
columns: {service: name}
moments: {since: since, until: until}
"""
INCIDENTS = """
reads: incidents
source: desk
zone: Etc/UTC
times: iso
columns: {number: n, service: s}
moments: {reported: r, resolved: e}
"""
PROBE = """
reads: measurements
source: probe
zone: Etc/UTC
times: iso
columns: {value: v}
constants: {service: SVC-EMAIL, measure: login}
moments: {at: at}
"""


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """The desk in December 2026, when what these tests tell of has happened."""
    return Desk(desk.folder, usual_day="2026-12-05")


def read(desk: Desk, kind: str, file: Path, mapping: Path, *words: str, day: str = "2026-12-05") -> dict[str, Any]:
    said = desk.type("measure", kind, str(file), "--mapping", str(mapping), "--json", *words, day=day)
    assert said.code in (0, 1), said.err
    found: dict[str, Any] = said.data
    return found


def counts(told: dict[str, Any]) -> tuple[int, int, int]:
    return told["added"], told["changed"], told["removed"]


def outages(desk: Desk) -> list[tuple[str, str | None]]:
    """The outages of the mail service, as days and hours of UTC."""
    with Storage.open(f"sqlite:///{desk.folder / 'sdflow.db'}").reading() as reading:
        found = reading.outages(["SVC-EMAIL"], [], 0, 10**10)
    return [(shown(a), None if b == UNKNOWN else shown(b)) for a, b in zip(found.since, found.until, strict=True)]


def values(desk: Desk) -> dict[str, float]:
    with Storage.open(f"sqlite:///{desk.folder / 'sdflow.db'}").reading() as reading:
        found = reading.measurements(["SVC-EMAIL"], 0, 10**10)
    return {shown(at): float(value) for at, value in zip(found.at, found.value, strict=True)}


def shown(at: int) -> str:
    return datetime.fromtimestamp(int(at), UTC).strftime("%m-%d %H:%M")


def checks(write: Write, name: str, *rows: tuple[str, str]) -> Path:
    return write(name, "at,name,status\n" + "".join(f"2026-{at}:00Z,SVC-EMAIL,{word}\n" for at, word in rows))


def test_an_older_file_of_checks_read_again_opens_no_outage_that_is_over(desk: Desk, write: Write) -> None:
    mapping = write("m.yaml", CHECKS)
    october = checks(write, "oct.csv", ("10-31T22:00", "up"), ("10-31T23:00", "down"))
    november = checks(write, "nov.csv", ("11-01T00:00", "up"), ("11-30T23:00", "up"))
    for file in (october, november):
        read(desk, "outages", file, mapping)
    for file in (october, november, october):
        assert counts(read(desk, "outages", file, mapping)) == (0, 0, 0)
    assert outages(desk) == [("10-31 23:00", "11-01 00:00")]


def test_checks_may_be_read_backwards(desk: Desk, write: Write) -> None:
    mapping = write("m.yaml", CHECKS)
    read(desk, "outages", checks(write, "nov.csv", ("11-01T00:00", "up"), ("11-30T23:00", "up")), mapping)
    read(desk, "outages", checks(write, "oct.csv", ("10-31T22:00", "up"), ("10-31T23:00", "down")), mapping)
    assert outages(desk) == [("10-31 23:00", "11-01 00:00")]


def test_a_corrected_export_of_checks_takes_the_outage_out_that_was_none(desk: Desk, write: Write) -> None:
    mapping = write("m.yaml", CHECKS)
    read(
        desk,
        "outages",
        checks(write, "n.csv", ("11-03T00:00", "up"), ("11-03T01:00", "down"), ("11-03T02:00", "up")),
        mapping,
    )
    amended = checks(write, "n.csv", ("11-03T00:00", "up"), ("11-03T01:00", "up"), ("11-03T02:00", "up"))
    assert counts(read(desk, "outages", amended, mapping)) == (0, 0, 1)
    assert outages(desk) == []


def test_the_same_checks_under_a_corrected_zone_are_moved_and_not_doubled(desk: Desk, write: Write) -> None:
    rows = "at,name,status\n2026-11-03 08:00,SVC-EMAIL,down\n2026-11-03 09:00,SVC-EMAIL,up\n"
    file = write("c.csv", rows)
    read(desk, "outages", file, write("m.yaml", CHECKS))
    assert counts(read(desk, "outages", file, write("m.yaml", CHECKS.replace("Etc/UTC", "Europe/Berlin")))) == (1, 0, 1)
    assert outages(desk) == [("11-03 07:00", "11-03 08:00")]


def test_the_same_list_under_a_corrected_zone_is_moved_and_not_doubled(desk: Desk, write: Write) -> None:
    file = write("o.csv", "name,since,until\nSVC-EMAIL,2026-11-03 08:00,2026-11-03 09:00\n")
    read(desk, "outages", file, write("m.yaml", LIST.replace("ZONE", "Etc/UTC")))
    read(desk, "outages", file, write("m.yaml", LIST.replace("ZONE", "Europe/Berlin")))
    assert outages(desk) == [("11-03 07:00", "11-03 08:00")]


@pytest.mark.parametrize("covers", ["", "covers: {from: 2026-11-01, until: 2026-11-30, of: SVC-EMAIL}\n"])
def test_an_outage_without_a_number_whose_beginning_is_corrected_is_one_outage(
    desk: Desk, write: Write, covers: str
) -> None:
    mapping = write("m.yaml", LIST.replace("ZONE", "Etc/UTC") + covers)
    read(desk, "outages", write("o.csv", "name,since,until\nSVC-EMAIL,2026-11-03 08:00,2026-11-03 09:00\n"), mapping)
    amended = write("amended.csv", "name,since,until\nSVC-EMAIL,2026-11-03 08:05,2026-11-03 09:00\n")
    assert counts(read(desk, "outages", amended, mapping)) == (1, 0, 1)
    assert outages(desk) == [("11-03 08:05", "11-03 09:00")]


def test_the_list_of_another_month_leaves_the_outages_of_this_one(desk: Desk, write: Write) -> None:
    november = LIST.replace("ZONE", "Etc/UTC") + "covers: {from: 2026-11-01, until: 2026-11-30, of: SVC-EMAIL}\n"
    october = november.replace("2026-11-01", "2026-10-01").replace("2026-11-30", "2026-10-31")
    lasting = "name,since,until\nSVC-EMAIL,2026-10-31 23:00,2026-11-01 02:00\n"
    read(desk, "outages", write("oct.csv", lasting), write("o.yaml", october))
    told = read(
        desk, "outages", write("nov.csv", "name,since,until\nSVC-EMAIL,2026-11-03 08:00,\n"), write("n.yaml", november)
    )
    assert counts(told) == (1, 0, 0)
    assert outages(desk) == [("10-31 23:00", "11-01 02:00"), ("11-03 08:00", None)]


def test_measurements_of_a_corrected_export_replace_those_of_its_time_and_another_probe_stays(
    desk: Desk, write: Write
) -> None:
    mapping = write("m.yaml", PROBE)
    first = "at,v\n2026-11-03T08:00Z,1\n2026-11-03T08:10Z,99\n2026-11-03T08:20Z,3\n"
    read(desk, "measurements", write("a.csv", first), mapping)
    assert counts(read(desk, "measurements", write("b.csv", "at,v\n2026-11-03T08:05Z,7\n"), mapping)) == (1, 0, 0)
    amended = "at,v\n2026-11-03T08:00Z,1\n2026-11-03T08:05Z,7\n2026-11-03T08:20Z,4\n"
    assert counts(read(desk, "measurements", write("a.csv", amended), mapping)) == (0, 1, 1)
    assert values(desk) == {"11-03 08:00": 1, "11-03 08:05": 7, "11-03 08:20": 4}


def test_a_file_is_taken_back_with_what_it_brought_by_its_name_or_hash(desk: Desk, write: Write) -> None:
    mapping = write("m.yaml", INCIDENTS)
    old = "n,s,r,e\nA,SVC-EMAIL,2026-11-03 08:00,\n"
    read(desk, "incidents", write("old.csv", old), mapping)
    told = read(desk, "incidents", write("new.csv", old + "B,SVC-EMAIL,2026-11-03 09:00,\n"), mapping)

    rehearsed = desk.must("measure", "incidents", "new.csv", "--take-back", "--dry-run", "--json").data
    assert (rehearsed["removed"], rehearsed["read_again"]) == (1, ["old.csv"])
    said = desk.must("measure", "incidents", str(told["sha256"])[:12], "--take-back", "--reason", "a test").out
    assert "1 incidents" in said
    with Storage.open(f"sqlite:///{desk.folder / 'sdflow.db'}").reading() as reading:
        assert reading.incidents(["SVC-EMAIL"], 0, 10**10).number.tolist() == ["A"]
        assert [one.file for one in reading.files_read(MeasuredKind.incidents, ["SVC-EMAIL"])] == ["old.csv"]
    assert desk.must("audit", "verify", "--json").data["faults"] == []
    again = desk.type("measure", "incidents", "new.csv", "--take-back")
    assert (again.code, "no file of incidents was read that is named new.csv" in again.err) == (1, True)


def test_checks_that_are_taken_back_leave_what_the_others_say(desk: Desk, write: Write) -> None:
    mapping = write("m.yaml", CHECKS)
    read(desk, "outages", checks(write, "a.csv", ("11-03T00:00", "down"), ("11-03T04:00", "up")), mapping)
    read(desk, "outages", checks(write, "b.csv", ("11-03T01:00", "up"), ("11-03T02:00", "down")), mapping)
    assert outages(desk) == [("11-03 00:00", "11-03 01:00"), ("11-03 02:00", "11-03 04:00")]
    desk.must("measure", "outages", "b.csv", "--take-back")
    assert outages(desk) == [("11-03 00:00", "11-03 04:00")]


def test_what_a_mapping_says_of_days_to_come_is_not_watched(desk: Desk, write: Write) -> None:
    mapping = write(
        "m.yaml", LIST.replace("ZONE", "Etc/UTC") + "covers: {from: 2026-01-01, until: 2027-12-31, of: SVC-EMAIL}\n"
    )
    told = read(desk, "outages", write("o.csv", "name,since,until\n"), mapping)
    assert told["watched"]["SVC-EMAIL"]["until"] == told["not_known_from"] == "2026-12-06 00:00 UTC"
    said = desk.must("measure", "outages", str(write("o.csv", "name,since,until\n")), "--mapping", str(mapping)).out
    assert "what comes after 2026-12-06 00:00 UTC is not known yet" in " ".join(said.split())


def test_a_refused_row_is_told_beside_every_figure_that_it_may_have_changed(desk: Desk, write: Write) -> None:
    mapping = write(
        "m.yaml", LIST.replace("ZONE", "Etc/UTC") + "covers: {from: 2026-11-01, until: 2026-11-30, of: SVC-EMAIL}\n"
    )
    bad = "name,since,until\nSVC-EMAIL,2026-11-03 09:00,2026-11-03 08:00\n"
    assert read(desk, "outages", write("o.csv", bad), mapping)["refused_of"] == {"SVC-EMAIL": 1}
    report = desk.must("report", "SLA-0001", "--period", "2026-11", "--json").data
    told = "1 row of o.csv was refused and counts nowhere"
    assert told in str(report.get("conventions", report))
    notes = [str(one) for one in _figures(report) if "vailability" in str(one.get("title"))]
    assert notes
    assert all(told in one for one in notes)

    good = write("o.csv", bad.replace("2026-11-03 08:00", "2026-11-03 10:00"))
    read(desk, "outages", good, mapping)
    assert told not in str(desk.must("report", "SLA-0001", "--period", "2026-11", "--json").data)


def test_the_refused_row_of_a_file_is_settled_by_the_corrected_file_of_its_name(desk: Desk, write: Write) -> None:
    mapping = write("m.yaml", INCIDENTS)
    row = "n,s,r,e\nA,SVC-EMAIL,2026-11-03 08:00,2026-11-03 07:00\n"
    read(desk, "incidents", write("i.csv", row), mapping)
    told = "1 row of i.csv was refused and counts nowhere"
    assert told in str(desk.type("report", "SLA-0001", "--period", "2026-11", "--json").data)
    read(desk, "incidents", write("other.csv", row.replace("07:00", "09:00")), mapping)
    assert told in str(desk.type("report", "SLA-0001", "--period", "2026-11", "--json").data)
    read(desk, "incidents", write("i.csv", row.replace("07:00", "09:30")), mapping)
    assert told not in str(desk.type("report", "SLA-0001", "--period", "2026-11", "--json").data)


def test_an_earlier_state_of_a_refused_row_is_told_of(desk: Desk, write: Write) -> None:
    mapping = write("m.yaml", INCIDENTS)
    read(desk, "incidents", write("i.csv", "n,s,r,e\nA,SVC-EMAIL,2026-11-03 08:00,\n"), mapping)
    amended = write("i.csv", "n,s,r,e\nA,SVC-EMAIL,2026-11-03 08:00,2026-11-03 07:00\n")
    assert read(desk, "incidents", amended, mapping)["earlier_state_stays"] == 1


def test_an_older_export_that_takes_an_end_back_is_told_of(desk: Desk, write: Write) -> None:
    mapping = write("m.yaml", INCIDENTS)
    old = write("old.csv", "n,s,r,e\nA,SVC-EMAIL,2026-11-03 08:00,\n")
    read(desk, "incidents", write("new.csv", "n,s,r,e\nA,SVC-EMAIL,2026-11-03 08:00,2026-11-03 09:00\n"), mapping)
    assert read(desk, "incidents", old, mapping, "--dry-run")["reopened"] == 1
    said = desk.must("measure", "incidents", str(old), "--mapping", str(mapping)).out
    assert "is this an older export" in " ".join(said.split())


def test_incidents_that_name_a_component_alone_are_told_of(desk: Desk, write: Write) -> None:
    mapping = write("m.yaml", INCIDENTS.replace("service: s", "component: s"))
    component = desk.must("list", "--kind", "component", "--json").data[0]["reference"]
    file = write("i.csv", f"n,s,r,e\nA,{component},2026-11-03 08:00,\n")
    assert read(desk, "incidents", file, mapping)["of_no_service"] == 1


def _figures(told: Any) -> list[dict[str, Any]]:
    """Everything in a report that has a title and a note."""
    if isinstance(told, list):
        return [one for each in told for one in _figures(each)]
    if not isinstance(told, dict):
        return []
    own = [told] if {"title", "note"} <= told.keys() else []
    return [*own, *(one for each in told.values() for one in _figures(each))]
