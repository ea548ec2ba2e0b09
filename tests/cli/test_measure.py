"""What `measure` takes in of an export, what it refuses and why, and that it can be repeated."""

from __future__ import annotations

import csv
import gzip
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from desk import Desk
from sdflow.adapters.storage import Storage
from sdflow.domain.measured import UNKNOWN, Incidents, MeasuredKind, Moment, Outages

Write = Callable[[str, str], Path]

MAPPING = """
reads: incidents
source: desk
zone: Europe/London
times: [d/m/yyyy HH:MM, iso]
missing: ["?"]
columns:
  number: No
  service: Service
  title: What
  priority: {column: Prio, translations: {1 - Critical: P1, 2 - High: P2}}
moments: {reported: Opened, resolved: Resolved}
pauses: {since: Hold, until: Resumed}
"""
HEADER = "No,Service,Prio,What,Opened,Resolved,Hold,Resumed\n"
GOOD = "INC1,SVC-EMAIL,1 - Critical,Mail is down,3/3/2026 09:00,3/3/2026 11:00,?,?\n"
OTHER = "INC2,SVC-EMAIL,2 - High,Slow,4/3/2026 09:00,,4/3/2026 10:00,4/3/2026 10:30\n"
CHECKS = """
reads: checks
source: uptime
zone: Etc/UTC
times: iso
columns: {service: name, status: status}
moments: {at: at}
checks: {up: [up, degraded], down: down}
"""


def incidents(desk: Desk) -> Incidents:
    with Storage.open(f"sqlite:///{desk.folder / 'sdflow.db'}").reading() as reading:
        return reading.incidents(["SVC-EMAIL"], 0, 10**10)


def outages(desk: Desk) -> Outages:
    with Storage.open(f"sqlite:///{desk.folder / 'sdflow.db'}").reading() as reading:
        return reading.outages(["SVC-EMAIL"], [], 0, 10**10)


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def acts(desk: Desk) -> int:
    number = desk.must("audit", "verify", "--json").data["acts"]
    assert isinstance(number, int)
    return number


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """The desk in December 2026, when what these tests tell of has happened."""
    return Desk(desk.folder, usual_day="2026-12-01")


@pytest.fixture
def mapping(write: Write) -> Path:
    return write("desk.map.yaml", MAPPING)


def measured(desk: Desk, file: Path, mapping: Path, *words: str, kind: str = "incidents") -> dict[str, int]:
    said = desk.must("measure", kind, str(file), "--mapping", str(mapping), "--json", *words)
    return {name: said.data[name] for name in ("added", "changed", "unchanged", "refused")}


def reasons(desk: Desk, file: Path, mapping: Path, *words: str, kind: str = "incidents") -> list[tuple[int, str, str]]:
    said = desk.type("measure", kind, str(file), "--mapping", str(mapping), "--json", *words)
    assert said.code == 1, said.out
    return [(row["line"], row["column"], row["reason"]) for row in said.data["reasons"]]


def test_incidents_are_taken_in_with_their_instants_and_pauses(desk: Desk, write: Write, mapping: Path) -> None:
    assert measured(desk, write("i.csv", HEADER + GOOD + OTHER), mapping)["added"] == 2

    found = incidents(desk)
    assert found.number.tolist() == ["INC1", "INC2"]
    assert found.priority.tolist() == ["P1", "P2"]
    assert found.at(Moment.reported).tolist() == [at("2026-03-03T09:00+00:00"), at("2026-03-04T09:00+00:00")]
    assert found.at(Moment.resolved).tolist() == [at("2026-03-03T11:00+00:00"), UNKNOWN]
    assert (found.pauses.row.tolist(), (found.pauses.until - found.pauses.since).tolist()) == ([1], [1800])


def test_the_same_file_twice_changes_nothing_and_a_corrected_one_only_what_it_corrects(
    desk: Desk, write: Write, mapping: Path
) -> None:
    measured(desk, write("i.csv", HEADER + GOOD + OTHER), mapping)
    before = acts(desk)

    assert measured(desk, write("i.csv", HEADER + GOOD + OTHER), mapping)["unchanged"] == 2
    assert acts(desk) == before

    corrected = write("i.csv", HEADER + GOOD + OTHER.replace("09:00,,", "09:00,4/3/2026 12:00,"))
    assert measured(desk, corrected, mapping) == {"added": 0, "changed": 1, "unchanged": 1, "refused": 0}
    assert acts(desk) == before + 1


def test_the_history_of_the_service_tells_of_the_file_and_the_audit_holds(
    desk: Desk, write: Write, mapping: Path
) -> None:
    measured(desk, write("i.csv", HEADER + GOOD), mapping, "--reason", "monthly export")
    told = desk.must("history", "SVC-EMAIL").out
    assert "measure" in told
    assert "monthly export" in told
    assert desk.must("audit", "verify", "--json").data["faults"] == []


def test_a_dry_run_counts_and_stores_nothing(desk: Desk, write: Write, mapping: Path) -> None:
    before = acts(desk)
    assert measured(desk, write("i.csv", HEADER + GOOD), mapping, "--dry-run")["added"] == 1
    assert (acts(desk), len(incidents(desk))) == (before, 0)


CANNOT_BE = {
    "ends before it starts": ("3/3/2026 09:00,3/3/2026 08:00,,", "Resolved", "resolved lies before reported"),
    "no such day": ("31/2/2026 09:00,,,", "Opened", "there is no such day or time"),
    "no such time": ("3/3/2026 24:30,,,", "Opened", "there is no such day or time"),
    "another form": ("March 3rd,,,", "Opened", "must be a time written as d/m/yyyy HH:MM or iso"),
    "a skipped hour": ("29/3/2026 01:30,,,", "Opened", "never show this time"),
    "a repeated hour": ("25/10/2026 01:30,,,", "Opened", "show this time twice"),
    "no time at all": (",,,", "Opened", "nothing says when this happened"),
    "the future": ("3/3/2999 09:00,,,", "Opened", "lies in the future"),
    "a pause that ends before it begins": (
        "3/3/2026 09:00,,3/3/2026 11:00,3/3/2026 10:00",
        "Resumed",
        "the pause ends before it begins",
    ),
    "a pause that never began": ("3/3/2026 09:00,,,3/3/2026 10:00", "Resumed", "when it began"),
}


@pytest.mark.parametrize(("times", "column", "reason"), CANNOT_BE.values(), ids=CANNOT_BE)
def test_a_row_whose_times_cannot_be_is_refused_with_its_line_and_the_others_are_taken_in(
    desk: Desk, write: Write, mapping: Path, times: str, column: str, reason: str
) -> None:
    file = write("i.csv", f"{HEADER}{GOOD}INC9,SVC-EMAIL,1 - Critical,x,{times}\n{OTHER}")
    said = reasons(desk, file, mapping)
    assert [(line, name) for line, name, _ in said] == [(3, column)]
    assert reason in said[0][2]
    assert incidents(desk).number.tolist() == ["INC1", "INC2"]


OTHERWISE_WRONG = {
    "an unknown service": (
        GOOD.replace("SVC-EMAIL", "SVC-NOWHERE"),
        "Service",
        "no service has the reference SVC-NOWHERE",
    ),
    "an unknown word": (GOOD.replace("1 - Critical", "urgent"), "Prio", "translates no such word"),
    "a second time": (GOOD, "No", "another row of the file has the same number"),
    "no number": (GOOD.replace("INC1", ""), "No", "the row has no number"),
    "too few cells": ("INC7,SVC-EMAIL\n", "", "the row has 2 cells where the header has 8"),
    "a control character": (GOOD.replace("INC1", "INC7").replace("down", "do\x07wn"), "What", "control character"),
}


@pytest.mark.parametrize(("row", "column", "reason"), OTHERWISE_WRONG.values(), ids=OTHERWISE_WRONG)
def test_a_row_that_names_what_is_not_known_is_refused(
    desk: Desk, write: Write, mapping: Path, row: str, column: str, reason: str
) -> None:
    said = reasons(desk, write("i.csv", HEADER + GOOD + row), mapping)
    assert [(line, name) for line, name, _ in said] == [(3, column)]
    assert reason in said[0][2]
    assert incidents(desk).number.tolist() == ["INC1"]


def test_refused_rows_are_written_into_a_file(desk: Desk, write: Write, mapping: Path, tmp_path: Path) -> None:
    bad = GOOD.replace("3/3/2026 09:00", "3/13/2026 09:00")
    reasons(desk, write("i.csv", HEADER + bad), mapping, "--refused", str(tmp_path / "refused.csv"))
    with (tmp_path / "refused.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["line"], row["column"], row["value"]) == ("2", "Opened", "3/13/2026 09:00")
    assert row["advice"] == "correct it"


def test_only_who_wants_the_refused_rows_needs_room_for_them(
    desk: Desk, write: Write, mapping: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    file, refused = write("i.csv", HEADER + GOOD), tmp_path / "refused.csv"
    said = desk.type("measure", "incidents", str(file), "--mapping", str(mapping), "--refused", str(refused))
    assert (said.code, "refused.csv: cannot be written: No such file or directory" in said.words) == (2, True), (
        said.words
    )
    assert measured(desk, file, mapping)["added"] == 1


@pytest.mark.parametrize(("meant", "offset"), [("earlier", "+01:00"), ("later", "+00:00")])
def test_a_time_in_a_repeated_hour_is_taken_as_the_mapping_says(
    desk: Desk, write: Write, meant: str, offset: str
) -> None:
    mapping = write("m.yaml", f"{MAPPING}repeated_hour: {meant}\n")
    row = "INC1,SVC-EMAIL,1 - Critical,x,25/10/2026 01:30,,,\n"
    measured(desk, write("i.csv", HEADER + row), mapping)
    assert incidents(desk).at(Moment.reported).tolist() == [at(f"2026-10-25T01:30{offset}")]


def test_a_time_with_its_offset_is_never_ambiguous(desk: Desk, write: Write, mapping: Path) -> None:
    row = "INC1,SVC-EMAIL,1 - Critical,x,2026-10-25T01:30:00+01:00,,,\n"
    measured(desk, write("i.csv", HEADER + row), mapping)
    assert incidents(desk).at(Moment.reported).tolist() == [at("2026-10-25T01:30+01:00")]


def test_a_date_that_two_forms_read_differently_is_refused(desk: Desk, write: Write) -> None:
    mapping = write("m.yaml", MAPPING.replace("[d/m/yyyy HH:MM, iso]", "[d/m/yyyy HH:MM, m/d/yyyy HH:MM]"))
    rows = "INC1,SVC-EMAIL,,x,3/4/2026 09:00,,,\nINC2,SVC-EMAIL,,x,13/4/2026 09:00,,,\nINC3,SVC-EMAIL,,x,4/4/2026 09:00,,,\n"
    ((line, _, reason),) = reasons(desk, write("i.csv", HEADER + rows), mapping)
    assert line == 2
    assert reason == "can be read as 2026-04-03T09:00:00+01:00 and as 2026-03-04T09:00:00+00:00"
    assert incidents(desk).number.tolist() == ["INC3", "INC2"]


def test_a_mapping_that_names_absent_columns_is_one_error_with_the_columns_that_are_there(
    desk: Desk, write: Write, mapping: Path
) -> None:
    said = desk.type("measure", "incidents", str(write("i.csv", "No,Service,Prio\n")), "--mapping", str(mapping))
    assert said.code == 2
    for name in ("What", "Opened", "Resolved", "Hold", "Resumed"):
        assert f"there is no column '{name}'" in said.err
    assert "Its columns are: No, Service, Prio" in said.err


def test_rows_with_line_breaks_in_cells_keep_their_lines(desk: Desk, write: Write, mapping: Path) -> None:
    broken = GOOD.replace("Mail is down", '"Mail\nis\ndown"')
    bad = OTHER.replace("4/3/2026 09:00", "40/3/2026 09:00")
    ((line, column, _),) = reasons(desk, write("i.csv", HEADER + broken + bad), mapping)
    assert (line, column) == (5, "Opened")


def test_a_quote_that_is_never_closed_takes_nothing_in(desk: Desk, write: Write, mapping: Path) -> None:
    file = write("i.csv", HEADER + GOOD + 'INC2,SVC-EMAIL,"1 - Critical,x\n' + OTHER)
    said = desk.type("measure", "incidents", str(file), "--mapping", str(mapping))
    assert said.code == 2
    assert "is a quote never closed?" in said.err
    assert not len(incidents(desk))


def test_compressed_tables_workbooks_and_parquet_say_the_same(desk: Desk, write: Write, mapping: Path) -> None:
    plain = write("i.csv", HEADER + GOOD + OTHER)
    packed, book, columns = (plain.with_name(name) for name in ("i.csv.gz", "i.xlsx", "i.parquet"))
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    frame = pl.read_csv(plain, null_values=["?"])
    times = {name: pl.col(name).str.to_datetime("%d/%m/%Y %H:%M") for name in ("Hold", "Resumed", "Resolved")}
    typed = frame.with_columns(**times, Opened=pl.col("Opened").str.to_datetime("%d/%m/%Y %H:%M"))
    typed.write_excel(book)
    typed.with_columns(pl.col("Opened").dt.replace_time_zone("Europe/London")).write_parquet(columns)

    assert measured(desk, plain, mapping)["added"] == 2
    for file in (packed, book, columns):
        assert measured(desk, file, mapping) == {"added": 0, "changed": 0, "unchanged": 2, "refused": 0}


@pytest.mark.parametrize("name", ["i.parquet", "i.xlsx", "i.csv.gz"])
def test_a_damaged_file_is_told_of_in_one_sentence(desk: Desk, write: Write, mapping: Path, name: str) -> None:
    file = write("x", "")
    file = file.with_name(name)
    file.write_bytes(b"\x1f\x8b\x08\x00 not what it says")
    said = desk.type("measure", "incidents", str(file), "--mapping", str(mapping))
    assert (said.code, "damaged" in said.err) == (2, True)


FAULTS = {
    "an unknown word": (
        MAPPING.replace("  title:", "  tilte:"),
        "map.yaml:10: columns.tilte: there is no word of incidents",
    ),
    "an unknown moment": (MAPPING.replace("resolved: R", "solved: R"), "there is no word of incidents 'solved'"),
    "an unknown zone": (MAPPING.replace("Europe/London", "Europe/Lndon"), "must be a zone such as Europe/London"),
    "a form that is none": (MAPPING.replace("HH:MM", "clock"), "must be iso, unix, unix ms, or a date and a time"),
    "a field in two ways": (f"{MAPPING}constants: {{service: SVC-EMAIL}}\n", "is given as a column already"),
    "no number": (MAPPING.replace("  number: No\n", ""), "'number' is missing; incidents need it"),
    "a span that ends first": (f"{MAPPING}covers: {{from: 2026-02-01, until: 2026-01-01}}\n", "before it begins"),
    "checks among incidents": (f"{MAPPING}checks: {{up: up, down: down}}\n", "where checks are read and only there"),
}


@pytest.mark.parametrize(("text", "message"), FAULTS.values(), ids=FAULTS)
def test_a_mapping_that_is_wrong_is_told_by_its_line(desk: Desk, write: Write, text: str, message: str) -> None:
    said = desk.type("measure", "incidents", str(write("i.csv", HEADER)), "--mapping", str(write("map.yaml", text)))
    assert said.code == 2
    assert message in said.err.replace("\n", " ")


def test_a_mapping_for_other_rows_is_refused_with_the_command_that_fits(
    desk: Desk, write: Write, mapping: Path
) -> None:
    said = desk.type("measure", "outages", str(write("i.csv", HEADER)), "--mapping", str(mapping))
    assert said.code == 1
    assert "sdflow measure incidents" in said.err


def test_a_constant_must_be_a_record_that_is_there(desk: Desk, write: Write) -> None:
    text = MAPPING.replace("  service: Service\n", "") + "constants: {service: SVC-NOWHERE}\n"
    said = desk.type("measure", "incidents", str(write("i.csv", HEADER)), "--mapping", str(write("map.yaml", text)))
    assert said.code == 2
    assert "there is no service SVC-NOWHERE" in said.err


def test_paused_minutes_are_a_length_and_cannot_be_longer_than_the_incident(desk: Desk, write: Write) -> None:
    mapping = write("m.yaml", MAPPING.replace("{since: Hold, until: Resumed}", "{minutes: Hold}"))
    rows = GOOD.replace("?,?", "30,") + GOOD.replace("INC1", "INC2").replace("?,?", "121,")
    ((line, _, reason),) = reasons(desk, write("i.csv", HEADER + rows), mapping)
    assert (line, reason) == (3, "was paused for longer than it lasted")
    found = incidents(desk)
    assert (found.pauses.lengths(1).tolist(), len(found.pauses.placed.row)) == ([1800], 0)


@pytest.mark.parametrize("minutes", ["1e300", "1e18", "153722867280912931"])
def test_paused_minutes_beyond_all_time_are_refused(desk: Desk, write: Write, minutes: str) -> None:
    mapping = write("m.yaml", MAPPING.replace("{since: Hold, until: Resumed}", "{minutes: Hold}"))
    rows = GOOD.replace("?,?", f"{minutes},") + OTHER.replace("4/3/2026 10:00,4/3/2026 10:30", f"{minutes},")
    said = reasons(desk, write("i.csv", HEADER + rows), mapping)
    assert said == [(line, "Hold", "was paused for longer than it lasted") for line in (2, 3)]


def test_consecutive_failed_checks_are_one_outage_until_the_next_that_did_not_fail(desk: Desk, write: Write) -> None:
    seen = ["up", "down", "down", "degraded", "up", "down"]
    rows = "".join(f"2026-03-01T0{hour}:00:00Z,SVC-EMAIL,{word}\n" for hour, word in enumerate(seen))
    mapping = write("m.yaml", CHECKS)
    measured(desk, write("c.csv", "at,name,status\n" + rows), mapping, kind="outages")
    found = outages(desk)
    assert found.since.tolist() == [at("2026-03-01T01:00Z"), at("2026-03-01T05:00Z")]
    assert found.until.tolist() == [at("2026-03-01T03:00Z"), UNKNOWN]

    later = "at,name,status\n2026-03-01T06:00:00Z,SVC-EMAIL,down\n2026-03-01T07:00:00Z,SVC-EMAIL,up\n"
    assert measured(desk, write("later.csv", later), mapping, kind="outages")["changed"] == 1
    assert outages(desk).until.tolist() == [at("2026-03-01T03:00Z"), at("2026-03-01T07:00Z")]
    with Storage.open(f"sqlite:///{desk.folder / 'sdflow.db'}").reading() as reading:
        spans = reading.watched(MeasuredKind.outages, ["SVC-EMAIL"])
    assert spans == [
        (at("2026-03-01T00:00Z"), at("2026-03-01T05:00Z") + 1),
        (at("2026-03-01T06:00Z"), at("2026-03-01T07:00Z") + 1),
    ]


def test_checks_that_contradict_one_another_or_say_something_else_are_refused(desk: Desk, write: Write) -> None:
    rows = "at,name,status\n2026-03-01T00:00:00Z,SVC-EMAIL,up\n2026-03-01T00:00:00Z,SVC-EMAIL,down\n2026-03-01T01:00:00Z,SVC-EMAIL,tired\n"
    said = reasons(desk, write("c.csv", rows), write("m.yaml", CHECKS), kind="outages")
    assert [line for line, *_ in said] == [3, 4]
    assert "it says so of degraded, down, up" in said[1][2]
    assert said[0][2] == "another check of the same moment found the contrary"


def test_a_file_covers_what_its_mapping_says_even_where_nothing_happened(desk: Desk, write: Write) -> None:
    text = "reads: outages\nsource: o\nzone: Europe/Berlin\ntimes: iso\ncolumns: {component: c, number: n}\n"
    text += "moments: {since: s, until: u}\ncovers: {from: 2026-03-01, until: 2026-03-31, of: SVC-EMAIL}\n"
    measured(desk, write("o.csv", "n,c,s,u\n"), write("m.yaml", text), kind="outages")
    with Storage.open(f"sqlite:///{desk.folder / 'sdflow.db'}").reading() as reading:
        spans = reading.watched(MeasuredKind.outages, ["SVC-EMAIL"])
    assert spans == [(at("2026-03-01T00:00+01:00"), at("2026-04-01T00:00+02:00"))]
    assert "measure" in desk.must("history", "SVC-EMAIL").out


def test_measurements_are_kept_once_for_each_moment(desk: Desk, write: Write) -> None:
    text = "reads: measurements\nsource: probe\nzone: Etc/UTC\ntimes: unix\ndecimal: comma\n"
    text += "columns: {value: v}\nconstants: {service: SVC-EMAIL, measure: login}\nmoments: {at: t}\n"
    mapping = write("m.yaml", text)
    said = reasons(
        desk, write("v.csv", 't,v\n1772323200,"1,5"\n1772323260,many\n1772323200,"1,6"\n'), mapping, kind="measurements"
    )
    assert [(line, column) for line, column, _ in said] == [(3, "v"), (4, "t")]
    with Storage.open(f"sqlite:///{desk.folder / 'sdflow.db'}").reading() as reading:
        found = reading.measurements(["SVC-EMAIL"], 0, 10**10)
    assert (found.at.tolist(), found.value.tolist()) == ([1772323200], [1.5])


PAGE = """---
title: Mail was down
---
- **Key events**
  - First detected: 2026-03-03 09:00
  - Resolved 2026-03-03 {resolved}

- **Context**:
  - Resolved at last
"""
PAGES = """
reads: incidents
source: pages
zone: Etc/UTC
times: yyyy-mm-dd H:MM
constants: {service: SVC-EMAIL}
pages:
  files: "*.md"
  under: Key events
  moments: {detected: First detected, resolved: Resolved}
  texts: {title: title}
"""


def test_pages_are_read_by_their_labels_and_refused_where_they_contradict_themselves(desk: Desk, write: Write) -> None:
    folder = write("good.md", PAGE.format(resolved="11:00")).parent
    write("bad.md", PAGE.format(resolved="8:00"))
    write("twofold.md", PAGE.format(resolved="11:00\n  - Resolved 2026-03-03 12:00"))
    write("other.md", "# Nothing of the sort\n")
    said = reasons(desk, folder, write("m.yaml", PAGES))
    assert sorted(said) == [
        (1, "", "none of the labels stands here: First detected, Resolved"),
        (6, "resolved", "resolved lies before detected, which is 2026-03-03T09:00:00+00:00"),
        (7, "resolved", "'Resolved' says something else than line 6: 2026-03-03 11:00"),
    ]
    found = incidents(desk)
    assert (found.number.tolist(), found.title.tolist()) == (["good"], ["Mail was down"])


def test_a_comma_before_decimals_leaves_no_point_that_could_part_thousands(desk: Desk, write: Write) -> None:
    text = "reads: measurements\nsource: probe\nzone: Etc/UTC\ntimes: unix\ndecimal: comma\n"
    text += "columns: {value: v}\nconstants: {service: SVC-EMAIL, measure: login}\nmoments: {at: t}\n"
    rows = 't,v\n1772323200,1.234\n1772323260,"1.234,5"\n1772323320,"1234,5"\n'
    said = reasons(desk, write("v.csv", rows), write("m.yaml", text), kind="measurements")
    assert said == [(line, "v", "must be a number such as 1234,5") for line in (2, 3)]


def test_rows_with_a_cell_too_many_and_too_few_are_refused_and_the_others_taken_in(
    desk: Desk, write: Write, mapping: Path
) -> None:
    odd = GOOD.replace("INC1", "INC3").strip() + ",more\n" + ",".join(OTHER.split(",")[:7]) + "\n"
    title = GOOD.replace("Mail is down", "Mail\u2028is\u0085\x0cdown").replace("INC1", "INC4")
    said = reasons(desk, write("i.csv", HEADER + GOOD + odd + title), mapping)
    assert [(line, reason[:16]) for line, _, reason in said] == [
        (3, "the row has 9 ce"),
        (4, "the row has 7 ce"),
        (5, "holds a control "),
    ]
    assert incidents(desk).number.tolist() == ["INC1"]


def test_a_stray_quote_refuses_its_row_alone(desk: Desk, write: Write, mapping: Path) -> None:
    file = write("i.csv", HEADER + GOOD + '"IN"C3,SVC-EMAIL,,x,3/3/2026 09:00,,,\n' + OTHER)
    assert reasons(desk, file, mapping) == [(3, "", "a quote stands in the midst of a cell")]
    assert incidents(desk).number.tolist() == ["INC1", "INC2"]


@pytest.mark.parametrize(
    ("encoded", "declared", "message"),
    [("utf-16", "utf-8", "declare 'encoding: utf-16'"), ("utf-16-le", "utf-16", "does not begin as UTF-16 does")],
)
def test_utf_16_is_told_by_its_name(desk: Desk, write: Write, encoded: str, declared: str, message: str) -> None:
    file = write("i.csv", "")
    file.write_bytes((HEADER + GOOD).encode(encoded))
    mapping = write("m.yaml", f"{MAPPING}file: {{encoding: {declared}}}\n")
    said = desk.type("measure", "incidents", str(file), "--mapping", str(mapping))
    assert (said.code, message in " ".join(said.err.split())) == (2, True)


def test_nothing_can_have_happened_after_today_where_the_desk_is(desk: Desk, write: Write, mapping: Path) -> None:
    rows = "INC1,SVC-EMAIL,,x,1/12/2026 23:59,,,\nINC2,SVC-EMAIL,,x,2/12/2026 00:00,,,\n"
    assert reasons(desk, write("i.csv", HEADER + rows), mapping) == [(3, "Opened", "lies in the future")]


@pytest.mark.parametrize("text", ["2026-03-03 09:00+99:99", "2026-03-03 09:00-14:01", "2026-03-03 09:00+05:60"])
def test_an_offset_that_no_clock_has_is_refused(desk: Desk, write: Write, mapping: Path, text: str) -> None:
    row = f"INC1,SVC-EMAIL,,x,{text},,,\n"
    assert reasons(desk, write("i.csv", HEADER + row), mapping) == [(2, "Opened", "there is no such day or time")]


def test_counted_seconds_mean_no_year_before_1900(desk: Desk, write: Write) -> None:
    mapping = write("m.yaml", MAPPING.replace("[d/m/yyyy HH:MM, iso]", "unix"))
    rows = "INC1,SVC-EMAIL,,x,-2208988801,,,\nINC2,SVC-EMAIL,,x,-2208988800,,,\n"
    assert [line for line, *_ in reasons(desk, write("i.csv", HEADER + rows), mapping)] == [2]


def test_cells_that_are_times_need_no_form(desk: Desk, write: Write) -> None:
    mapping = write("m.yaml", MAPPING.replace("[d/m/yyyy HH:MM, iso]", "d/m/yyyy HH:MM"))
    plain = write("i.csv", HEADER + GOOD + OTHER)
    frame = pl.read_csv(plain, null_values=["?"]).with_columns(pl.col("Opened").str.to_datetime("%d/%m/%Y %H:%M"))
    for name, written in (("i.xlsx", frame.write_excel), ("i.parquet", frame.write_parquet)):
        written(plain.with_name(name))
        assert measured(desk, plain.with_name(name), mapping)["refused"] == 0
    assert incidents(desk).at(Moment.reported).tolist() == [at("2026-03-03T09:00+00:00"), at("2026-03-04T09:00+00:00")]


def test_rows_of_a_workbook_stand_on_the_lines_that_a_spreadsheet_shows(desk: Desk, write: Write) -> None:
    book = write("x", "").with_name("i.xlsx")
    rows = {4: HEADER, 5: GOOD, 7: OTHER.replace("4/3/2026 09:00", "40/3/2026 09:00")}
    with xlsxwriter.Workbook(book) as made:
        sheet = made.add_worksheet()
        for line, row in rows.items():
            sheet.write_row(line - 1, 0, row.strip().split(","))
    mapping = write("m.yaml", f"{MAPPING}file: {{header_line: 4}}\n")
    assert [line for line, *_ in reasons(desk, book, mapping)] == [7]
    said = desk.type("measure", "incidents", str(book), "--mapping", str(write("m.yaml", MAPPING)))
    assert (said.code, "there is no header" in said.err) == (2, True)


def test_columns_of_parquet_are_read_by_their_names_without_spaces_and_whole_numbers_without_decimals(
    desk: Desk, write: Write, mapping: Path
) -> None:
    plain = write("i.csv", HEADER + GOOD.replace("INC1", "4711"))
    frame = pl.read_csv(plain, null_values=["?"], schema_overrides={"No": pl.Float64}).rename({"Opened": " Opened "})
    frame.write_parquet(plain.with_name("i.parquet"))
    assert measured(desk, plain.with_name("i.parquet"), mapping)["added"] == 1
    assert incidents(desk).number.tolist() == ["4711"]

    frame.with_columns(Prio=[[1]]).write_parquet(plain.with_name("lists.parquet"))
    said = desk.type("measure", "incidents", str(plain.with_name("lists.parquet")), "--mapping", str(mapping))
    assert (said.code, "the column 'Prio' holds list" in said.err) == (2, True)


def test_a_header_with_other_delimiters_is_told_by_their_name(desk: Desk, write: Write, mapping: Path) -> None:
    said = desk.type("measure", "incidents", str(write("i.csv", HEADER.replace(",", ";"))), "--mapping", str(mapping))
    assert said.code == 2
    assert "declare 'delimiter: semicolon'" in " ".join(said.err.split())
    assert "there is no column" not in said.err


def test_a_mark_for_nothing_and_a_translation_are_the_same_in_capital_letters(desk: Desk, write: Write) -> None:
    mapping = write("m.yaml", MAPPING.replace('["?"]', '["?", "Straße"]'))
    assert measured(desk, write("i.csv", HEADER + GOOD.replace("?,?", "STRAße,Straße")), mapping)["refused"] == 0
    twofold = write("m.yaml", MAPPING.replace("2 - High: P2", "1 - CRITICAL: P2"))
    said = desk.type("measure", "incidents", str(write("i.csv", HEADER)), "--mapping", str(twofold))
    assert (said.code, "translates '1 - CRITICAL' in two ways" in " ".join(said.err.split())) == (2, True)


@pytest.mark.parametrize("number", ['"INC\n1"', "INC\u202e1", "INC\u00a01"])
def test_a_number_that_shows_as_another_is_refused(desk: Desk, write: Write, mapping: Path, number: str) -> None:
    said = reasons(desk, write("i.csv", HEADER + GOOD.replace("INC1", number)), mapping)
    assert [(line, column) for line, column, _ in said] == [(2, "No")]


def test_what_steers_a_terminal_is_spelt_out(desk: Desk, write: Write, mapping: Path) -> None:
    row = GOOD.replace("3/3/2026 09:00", "\x1b]0;x\x07\x1b[31m\u202e3/3")
    said = desk.type("measure", "incidents", str(write("i.csv", HEADER + row)), "--mapping", str(mapping))
    assert said.code == 1
    assert not {"\x1b", "\x07", "\u202e"} & set(said.out)
    assert "\\u001b" in said.out


def test_refused_rows_are_told_in_the_order_of_their_lines(desk: Desk, write: Write, mapping: Path) -> None:
    rows = "INC1,SVC-NOWHERE,,x,nonsense,,,\nINC2,SVC-EMAIL,,x,nonsense,,,\nINC3,SVC-NOWHERE,,x,3/3/2026 09:00,,,\n"
    file = write("i.csv", HEADER + rows)
    assert [line for line, *_ in reasons(desk, file, mapping)] == [2, 2, 3, 4]
    said = desk.type(
        "measure", "incidents", str(file), "--mapping", str(mapping), "--refused", str(file.with_name("r.csv"))
    )
    assert "4 reasons why 3 rows are refused" in " ".join(said.out.split())


@pytest.mark.parametrize("which", ["file", "mapping", "link"])
def test_refused_rows_are_not_written_over_what_is_read(desk: Desk, write: Write, mapping: Path, which: str) -> None:
    file = write("i.csv", HEADER + GOOD.replace("3/3", "3/13"))
    before = file.read_text(encoding="utf-8"), mapping.read_text(encoding="utf-8")
    link = file.with_name("link.csv")
    link.symlink_to(file)
    over = {"file": file, "mapping": mapping, "link": link}[which]
    said = desk.type("measure", "incidents", str(file), "--mapping", str(mapping), "--refused", str(over))
    assert (said.code, "which is read here" in " ".join(said.err.split())) == (2, True)
    assert (file.read_text(encoding="utf-8"), mapping.read_text(encoding="utf-8")) == before
