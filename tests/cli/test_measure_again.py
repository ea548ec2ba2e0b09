"""Files of measured rows that are read again: under another mapping, told by others too, or first read before files had numbers."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from desk import Desk

Write = Callable[[str, str], Path]
INCIDENTS = """
reads: incidents
source: desk
zone: Etc/UTC
times: iso
columns: {number: n, service: s}
moments: {reported: r, resolved: e}
"""
LIST = """
reads: outages
source: list
zone: Etc/UTC
times: iso
columns: {service: s}
moments: {since: r, until: e}
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
A, B, C = (
    f"{name},SVC-EMAIL,2026-11-0{day} 08:00,2026-11-0{day} 09:00\n" for name, day in zip("ABC", "345", strict=True)
)
FILES = {
    "measurements": (PROBE, "at,v\n2026-11-03 08:00,1\n2026-11-03 08:20,2\n2026-11-03 09:50,3\n"),
    "outages": (LIST, "n,s,r,e\n" + A + B),
    "incidents": (INCIDENTS, "n,s,r,e\n" + A + B),
}
TABLES = {"measurements": "measurement", "outages": "outage", "incidents": "incident"}
WHEN = {"measurements": "at", "outages": "since", "incidents": "reported"}


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """The desk in December 2026, when what these tests tell of has happened."""
    return Desk(desk.folder, usual_day="2026-12-05")


def read(desk: Desk, kind: str, file: Path, mapping: Path) -> dict[str, Any]:
    said = desk.type("measure", kind, str(file), "--mapping", str(mapping), "--json")
    assert said.code in (0, 1), said.err
    found: dict[str, Any] = said.data
    return found


def asked(desk: Desk, *statements: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(desk.folder / "sdflow.db")) as database, database:
        return [row for statement in statements for row in database.execute(statement).fetchall()]


def kept(desk: Desk, kind: str) -> list[int]:
    """The instants of all rows of a kind."""
    return [at for (at,) in asked(desk, f"SELECT {WHEN[kind]} FROM {TABLES[kind]} ORDER BY 1")]


def forget_numbers(desk: Desk) -> None:
    """Leave what was read as the schema before 0007 left it: which file brought a row is not known."""
    tables = [f"UPDATE {table} SET file = 0" for table in TABLES.values()]
    asked(desk, *tables, "UPDATE reading_of_file SET number = 0")


@pytest.mark.parametrize("kind", FILES)
def test_what_was_read_before_files_had_numbers_is_taken_back_once_it_was_read_again(
    desk: Desk, write: Write, kind: str
) -> None:
    text, rows = FILES[kind]
    mapping, file = write("m.yaml", text), write("f.csv", rows)
    read(desk, kind, file, mapping)
    there = kept(desk, kind)
    forget_numbers(desk)
    refused = desk.type("measure", kind, "f.csv", "--take-back")
    assert (refused.code, "read it again" in refused.words) == (1, True)
    again = read(desk, kind, file, mapping)
    assert (again["unchanged"], again["changed"], kept(desk, kind)) == (len(there), 0, there)
    assert desk.must("measure", kind, "f.csv", "--take-back", "--json").data["removed"] == len(there)
    assert kept(desk, kind) == []


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("before", [False, True], ids=["", "read before files had numbers"])
def test_the_same_file_under_a_corrected_zone_is_moved_and_not_doubled(
    desk: Desk, write: Write, kind: str, *, before: bool
) -> None:
    text, rows = FILES[kind]
    file = write("f.csv", rows)
    read(desk, kind, file, write("m.yaml", text))
    utc = kept(desk, kind)
    if before:
        forget_numbers(desk)
    berlin = write("berlin.yaml", text.replace("Etc/UTC", "Europe/Berlin"))
    told = read(desk, kind, file, berlin)
    assert kept(desk, kind) == [at - 3600 for at in utc]
    assert told["withdrawn"] == (0 if kind == "incidents" else len(utc))
    third = read(desk, kind, file, berlin)
    assert (third["unchanged"], third["removed"], kept(desk, kind)) == (len(utc), 0, [at - 3600 for at in utc])


def test_a_reading_under_another_mapping_says_what_it_took_out_and_what_to_read_again(desk: Desk, write: Write) -> None:
    text, rows = FILES["measurements"]
    mapping, file, other = (
        write("m.yaml", text),
        write("f.csv", rows),
        write("other.csv", rows + "2026-11-03 10:00,4\n"),
    )
    read(desk, "measurements", file, mapping)
    read(desk, "measurements", other, mapping)
    told_by_both = kept(desk, "measurements")
    berlin = write("berlin.yaml", text.replace("Etc/UTC", "Europe/Berlin"))
    said = desk.must("measure", "measurements", str(file), "--mapping", str(berlin)).words
    assert "3 rows that it brought then are taken out" in said
    assert "Read again what tells of the same time, so that nothing is missing that it said too: other.csv" in said
    assert read(desk, "measurements", other, mapping)["added"] == 3
    assert set(told_by_both) < set(kept(desk, "measurements"))


def test_rows_of_which_two_old_files_tell_stay_since_nobody_knows_whose_they_are(desk: Desk, write: Write) -> None:
    text, rows = FILES["measurements"]
    mapping, file = write("m.yaml", text), write("f.csv", rows)
    read(desk, "measurements", file, mapping)
    read(desk, "measurements", write("other.csv", rows + "2026-11-03 10:00,4\n"), mapping)
    forget_numbers(desk)
    read(desk, "measurements", file, write("berlin.yaml", text.replace("Etc/UTC", "Europe/Berlin")))
    assert len(kept(desk, "measurements")) == 7


ORDERS = [[*order, order[again]] for order in permutations(range(3), 2) for again in (0, 1)]


@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_whatever_was_read_in_whichever_order_nothing_is_left_when_all_is_taken_back(
    desk: Desk, write: Write, order: Sequence[int]
) -> None:
    mapping = write("m.yaml", INCIDENTS)
    amended = A.replace("09:00", "10:00")
    rows = [A + B, B + C, amended + C]
    files = [write(f"{number}.csv", "n,s,r,e\n" + text) for number, text in enumerate(rows)]
    read(desk, "incidents", files[order[0]], mapping)
    forget_numbers(desk)
    for number in (*order, order[0]):
        read(desk, "incidents", files[number], mapping)
    for number in dict.fromkeys(order):
        desk.must("measure", "incidents", f"{number}.csv", "--take-back")
    assert kept(desk, "incidents") == []


def test_an_outage_of_a_list_that_checks_have_ended_goes_with_both(desk: Desk, write: Write) -> None:
    checks = LIST.replace("outages", "checks").replace("since: r, until: e", "at: r").replace("s}", "s, status: e}")
    read(desk, "outages", write("list.csv", "s,r,e\nSVC-EMAIL,2026-11-03 08:00,\n"), write("m.yaml", LIST))
    seen = write("checks.csv", "s,r,e\nSVC-EMAIL,2026-11-03 09:00,up\n")
    read(desk, "outages", seen, write("c.yaml", f"{checks}checks: {{up: up, down: down}}\n"))
    for name in ("checks.csv", "list.csv"):
        desk.must("measure", "outages", name, "--take-back")
    assert kept(desk, "outages") == []


def test_a_row_of_an_earlier_reading_that_is_refused_now_stays_only_where_another_file_brought_it(
    desk: Desk, write: Write
) -> None:
    file = write("f.csv", "n,s,r,e\n" + A + B)
    read(desk, "incidents", file, write("m.yaml", INCIDENTS))
    us = INCIDENTS.replace("times: iso", "times: dd.mm.yyyy HH:MM")
    told = read(desk, "incidents", file, write("us.yaml", us))
    assert (told["refused"], told["earlier_state_stays"], kept(desk, "incidents")) == (2, 0, [])


def test_the_same_file_under_two_sources_is_told_of_and_either_is_taken_back(desk: Desk, write: Write) -> None:
    text, rows = FILES["measurements"]
    file = write("f.csv", rows)
    read(desk, "measurements", file, write("m.yaml", text))
    other = write("o.yaml", text.replace("source: probe", "source: other"))
    said = desk.must("measure", "measurements", str(file), "--mapping", str(other)).words
    assert "The same file was also read as probe; what it brought there stays" in said
    unclear = desk.type("measure", "measurements", "f.csv", "--take-back")
    assert (unclear.code, "say with --source which is meant" in unclear.words) == (1, True)
    desk.must("measure", "measurements", "f.csv", "--take-back", "--source", "probe")
    assert asked(desk, "SELECT DISTINCT source FROM measurement") == [("other",)]
