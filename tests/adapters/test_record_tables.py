"""Record tables: rows of CSV files become the same records as YAML files, and what cannot is told with its column."""

from __future__ import annotations

import csv
import importlib
import io
import json
import pkgutil
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field

import sdflow.areas
from sdflow.adapters.definitions.record_files import RecordFile, read_records
from sdflow.adapters.definitions.record_tables import read_tables
from sdflow.adapters.definitions.record_text import record_text
from sdflow.adapters.definitions.table_rows import MOST_FAULTS
from sdflow.adapters.definitions.table_text import TableForm, TableLimits, TableText
from sdflow.domain.content import canonical_text, plain
from sdflow.domain.errors import Unreadable
from sdflow.domain.kind import Content, Strict

for _module in pkgutil.walk_packages(sdflow.areas.__path__, "sdflow.areas."):
    importlib.import_module(_module.name)


def _models(base: type[Content]) -> Iterator[type[Content]]:
    for model in base.__subclasses__():
        if "description" in vars(model) and model.__module__.startswith("sdflow.areas."):
            yield model
        yield from _models(model)


KINDS = {model.description.kind: model for model in _models(Content)}

SUPPLIERS = """\
kind: supplier
reference: {prefix: SUP, column: Number}
columns:
  title: Company
  registration: Register
"""

CONTRACTS = """\
kind: contract
reference: Contract
missing: ["?", n/a]
date: d/m/yyyy
decimal: comma
columns:
  title: Title
  owner: {value: PER-ROSSI}
  supplier: {column: Supplier, translations: {Kestrel: SUP-KESTREL, Osprey: SUP-OSPREY}}
  receiver: {value: TEAM-DESK}
  scope: {value: What the order form says}
  hours.service: {value: CAL-ALWAYS}
  hours.support: {column: Support, translations: {24x7: CAL-ALWAYS, office: CAL-OFFICE}}
  term.start_on: From
  term.end_on: Until
  exclusions: {column: Without, separator: ";"}
  components.*.component: {column: Line, translations: {line_a: CMP-A, line_b: CMP-B}}
  components.*.availability.percent: {column: Available, unit: "%"}
  targets.restore.*.minutes: Restore
  severities.*: {value: S1, if_given: Restore}
keys:
  components: Line
  targets.restore: Severity
  severities: {column: Severity, translations: {S1: P1}}
"""
HEADER = "Contract,Title,Supplier,Support,From,Until,Without,Line,Available,Severity,Restore\n"
ROWS = """\
UC-0001,Lines,Kestrel,24x7,1/2/2026,31/12/2027,Cables; Poles,line_a,"99,5 %",S1,240
UC-0001,Lines,,,,,,line_b,"99,0",,
"""


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(folder: Path, mapping: str, *tables: str | bytes) -> list[RecordFile]:
    paths = [write(folder, f"t{number}.csv", table) for number, table in enumerate(tables, 1)]
    return read_tables(paths, write(folder, "m.yaml", mapping), KINDS)


def faults(folder: Path, mapping: str, *tables: str | bytes) -> list[str]:
    with pytest.raises(Unreadable) as caught:
        read(folder, mapping, *tables)
    return [str(fault).replace(f"{folder}/", "") for fault in caught.value.faults]


def the_fault(folder: Path, mapping: str, table: str | bytes) -> str:
    (fault,) = faults(folder, mapping, table)
    return fault


def titles(records: Sequence[RecordFile]) -> dict[str, str]:
    return {record.reference: record.content.title for record in records}


def dump(record: RecordFile) -> dict[str, Any]:
    dumped = json.loads(canonical_text(record.content.model_dump()))
    assert isinstance(dumped, dict)
    return dumped


# What a table says


def test_each_row_becomes_a_record(tmp_path: Path) -> None:
    first, second = read(tmp_path, SUPPLIERS, "Number,Company,Register,Remark\n17,Kestrel,HRB 1,x\n18,Osprey,,\n")

    assert (first.kind, first.reference, first.line) == ("supplier", "SUP-17", 2)
    assert dump(first) == {"title": "Kestrel", "registration": "HRB 1"}
    assert dump(second) == {"title": "Osprey"}


def test_rows_with_the_same_reference_are_one_record(tmp_path: Path) -> None:
    (record,) = read(tmp_path, CONTRACTS, HEADER + ROWS)

    found = dump(record)
    assert found["term"]["start_on"] == "2026-02-01"
    assert found["exclusions"] == ["Cables", "Poles"]
    assert found["hours"] == {"service": "CAL-ALWAYS", "support": "CAL-ALWAYS"}
    assert {key: one["availability"]["percent"] for key, one in found["components"].items()} == {
        "line_a": "99.5",
        "line_b": "99",
    }
    assert found["targets"]["restore"]["S1"]["minutes"] == 240
    assert found["severities"] == {"P1": "S1"}


def test_the_same_as_yaml_has_the_same_content(tmp_path: Path) -> None:
    text = """\
kind: contract
reference: UC-0001
title: Lines
owner: PER-ROSSI
supplier: SUP-KESTREL
receiver: TEAM-DESK
scope: What the order form says
hours: {service: CAL-ALWAYS, support: CAL-ALWAYS}
term: {start_on: 2026-02-01, end_on: 2027-12-31}
exclusions: [Cables, Poles]
components:
  line_a: {component: CMP-A, availability: {percent: 99.5}}
  line_b: {component: CMP-B, availability: {percent: 99.0}}
targets: {restore: {S1: {minutes: 240}}}
severities: {P1: S1}
"""
    (written,) = read_records([write(tmp_path, "a.yaml", text)], KINDS)

    assert read(tmp_path, CONTRACTS, HEADER + ROWS)[0].content == written.content


def test_records_join_across_rows_that_do_not_follow_one_another(tmp_path: Path) -> None:
    first, second = ROWS.splitlines(keepends=True)
    other = first.replace("UC-0001", "UC-0002")

    assert [one.reference for one in read(tmp_path, CONTRACTS, HEADER + first + other + second)] == [
        "UC-0001",
        "UC-0002",
    ]


def test_missing_marks_mean_that_nothing_is_there(tmp_path: Path) -> None:
    marked = ROWS.replace("31/12/2027", "?").replace("Cables; Poles", "N/A;?;Poles")

    found = dump(read(tmp_path, CONTRACTS, HEADER + marked)[0])

    assert "end_on" not in found["term"]
    assert found["exclusions"] == ["Poles"]


def test_a_running_number_gives_references_in_the_order_of_the_rows_and_of_the_tables(tmp_path: Path) -> None:
    mapping = SUPPLIERS.replace("column: Number", "number: running, first: 9, digits: 3")
    records = read(tmp_path, mapping, "Company,Register\nA,\nB,\n", "Company,Register\nC,\n")

    assert titles(records) == {"SUP-009": "A", "SUP-010": "B", "SUP-011": "C"}


def test_a_running_number_can_stand_for_each_different_word(tmp_path: Path) -> None:
    mapping = SUPPLIERS.replace("column: Number", "number: running, each: Company")
    records = read(tmp_path, mapping, "Company,Register\nA,\nB,\nA,HRB 1\n")

    assert titles(records) == {"SUP-0001": "A", "SUP-0002": "B"}
    assert dump(records[0])["registration"] == "HRB 1"


def test_a_cell_that_looks_like_a_formula_is_a_text(tmp_path: Path) -> None:
    table = 'Number,Company,Register\n1,"=HYPERLINK(""x"")",@SUM(1+1)\n'

    assert dump(read(tmp_path, SUPPLIERS, table)[0]) == {"title": '=HYPERLINK("x")', "registration": "@SUM(1+1)"}


def test_a_cell_may_hold_lines_and_later_rows_keep_their_line(tmp_path: Path) -> None:
    mapping = SUPPLIERS.replace("registration", "purpose")
    first, second = read(tmp_path, mapping, 'Number,Company,Register\r\n1,A,"x\r\ny"\r\n2,B,\r\n')

    assert dump(first)["purpose"] == "x\ny"
    assert (first.line, second.line) == (2, 4)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-bom", "windows-1252", "iso-8859-15"])
def test_line_endings_and_encodings_make_no_difference(ending: str, encoding: str, tmp_path: Path) -> None:
    text = "Number,Company,Register\n1,Müller & Söhne,\n".replace("\n", ending)
    content = ("\ufeff" + text).encode("utf-16-le") if encoding == "utf-16-le-bom" else text.encode(encoding)
    declared = "utf-8" if encoding == "utf-8-sig" else encoding.removesuffix("-le-bom")

    records = read(tmp_path, f"{SUPPLIERS}file: {{encoding: {declared}}}\n", content)

    assert titles(records) == {"SUP-1": "Müller & Söhne"}


@pytest.mark.parametrize(("word", "character"), [("comma", ","), ("semicolon", ";"), ("tab", "\t"), ("pipe", "|")])
def test_delimiters_are_named_by_words(word: str, character: str, tmp_path: Path) -> None:
    table = "Number,Company,Register\n1,A,B\n".replace(",", character)

    assert titles(read(tmp_path, f"{SUPPLIERS}file: {{delimiter: {word}}}\n", table)) == {"SUP-1": "A"}


def test_lines_before_the_header_are_passed_over_whatever_they_hold(tmp_path: Path) -> None:
    table = 'All "suppliers, an open quote\n\n\nNumber,"Com\npany",Register\n1,A,B\n'
    mapping = SUPPLIERS.replace("Company", "Com pany") + "file: {header_line: 4}\n"

    (record,) = read(tmp_path, mapping, table)

    assert (record.content.title, record.line) == ("A", 6)


def test_empty_rows_and_empty_cells_beyond_the_header_are_passed_over(tmp_path: Path) -> None:
    table = "Number,Company,Register,,\n\n , ,,\n1,A,,,\n,,,,,,\n"

    assert titles(read(tmp_path, SUPPLIERS, table)) == {"SUP-1": "A"}


def test_entries_of_a_list_are_numbered_or_follow_the_rows(tmp_path: Path) -> None:
    numbered = "kind: component\nreference: No\ncolumns: {title: T, depends_on.2: B, depends_on.1: A}\n"
    named = "kind: component\nreference: No\ncolumns: {title: T, depends_on.*: A}\nkeys: {depends_on: A}\n"
    table = "No,T,A,B\nCMP-X,x,CMP-B,CMP-A\nCMP-Y,y,,CMP-A\nCMP-X,x,CMP-A,CMP-A\nCMP-X,x,CMP-B,\n"

    assert dump(read(tmp_path, numbered, "\n".join(table.splitlines()[:3]))[0])["depends_on"] == ["CMP-B", "CMP-A"]
    assert dump(read(tmp_path, named, table)[0])["depends_on"] == ["CMP-B", "CMP-A"]
    assert dump(read(tmp_path, named, table)[1])["depends_on"] == []


def test_a_value_is_a_section_where_no_column_speaks_of_it(tmp_path: Path) -> None:
    mapping = CONTRACTS.replace(
        "hours.service: {value: CAL-ALWAYS}", "hours: {value: {service: CAL-A, support: CAL-B}}"
    )
    mapping = mapping.replace(
        "  hours.support: {column: Support, translations: {24x7: CAL-ALWAYS, office: CAL-OFFICE}}\n", ""
    )

    assert dump(read(tmp_path, mapping, HEADER + ROWS)[0])["hours"] == {"service": "CAL-A", "support": "CAL-B"}


def test_key_columns_may_stand_inside_one_another(tmp_path: Path) -> None:
    mapping = """\
kind: contract
reference: No
columns:
  title: No
  owner: {value: PER-A}
  supplier: {value: SUP-A}
  receiver: {value: TEAM-A}
  scope: {value: x}
  hours: {value: {service: CAL-A, support: CAL-A}}
  term.start_on: {value: 2026-01-01}
  components.c.component: {value: CMP-A}
  targets: {value: {}}
  severities: {value: {}}
  priorities.*.title: Priority
  priorities.*.applies: {value: always}
  priority_matrix.priorities.*.*: Priority
keys: {priorities: Priority, priority_matrix.priorities: Impact, priority_matrix.priorities.*: Urgency}
"""
    table = "No,Impact,Urgency,Priority\nUC-1,low,low,P3\nUC-1,low,high,P2\nUC-1,high,low,P2\nUC-1,high,high,P1\n"

    found = dump(read(tmp_path, mapping, table)[0])

    assert found["priority_matrix"]["priorities"] == {
        "low": {"low": "P3", "high": "P2"},
        "high": {"low": "P2", "high": "P1"},
    }
    assert found["priorities"].keys() == {"P1", "P2", "P3"}


def test_a_table_that_is_named_twice_is_read_once(tmp_path: Path) -> None:
    path = write(tmp_path, "t.csv", "Number,Company,Register\n1,A,\n")

    assert len(read_tables([path, path], write(tmp_path, "m.yaml", SUPPLIERS), KINDS)) == 1


# What a cell says


DATES = {
    "d/m/yyyy": {"1/2/2027": "2027-02-01", "31/12/2027": "2027-12-31", "01/02/2027": "2027-02-01"},
    "dd.mm.yyyy": {"01.02.2027": "2027-02-01"},
    "m/d/yyyy": {"1/2/2027": "2027-01-02"},
    "yyyymmdd": {"20270201": "2027-02-01"},
    "d-mmm-yyyy": {"1-Feb-2027": "2027-02-01", "31-DEC-2027": "2027-12-31"},
    "[d/m/yyyy, d.m.yyyy]": {"1/2/2027": "2027-02-01", "1.2.2027": "2027-02-01"},
    "[d/m/yyyy, m/d/yyyy]": {"25/1/2027": "2027-01-25", "1/25/2027": "2027-01-25", "1/1/2027": "2027-01-01"},
}
ROLE = """\
kind: person
reference: {prefix: PER, number: running}
columns:
  title: {value: Somebody}
  roles.owner.since: {column: Since, date: FORM}
"""


@pytest.mark.parametrize("form", DATES)
def test_dates_are_read_as_their_form_declares(form: str, tmp_path: Path) -> None:
    table = "Since\n" + "\n".join(DATES[form])

    records = read(tmp_path, ROLE.replace("FORM", form), table)

    assert [dump(one)["roles"]["owner"]["since"] for one in records] == list(DATES[form].values())


def test_dates_are_iso_dates_unless_a_form_is_declared(tmp_path: Path) -> None:
    mapping = ROLE.replace(", date: FORM", "")

    assert dump(read(tmp_path, mapping, "Since\n2027-02-01\n")[0])["roles"]["owner"]["since"] == "2027-02-01"
    assert the_fault(tmp_path, mapping, "Since\n1/2/2027\n") == (
        "t1.csv:2: roles.owner.since: must be a date such as 2027-01-31, but '1/2/2027' was found (column 'Since')"
    )


WRONG_DATES = {
    "another form": ("d/m/yyyy", "2027-02-01", "must be a date written as d/m/yyyy, but '2027-02-01' was found"),
    "a day without its zero": (
        "dd.mm.yyyy",
        "1.2.2027",
        "must be a date written as dd.mm.yyyy, but '1.2.2027' was found",
    ),
    "no day of the calendar": ("d/m/yyyy", "30/2/2027", "there is no day 30/2/2027 in the calendar"),
    "no month of the year": ("d/m/yyyy", "1/25/2027", "there is no day 1/25/2027 in the calendar"),
    "no name of a month": (
        "d-mmm-yyyy",
        "1-Okt-2027",
        "must be a date written as d-mmm-yyyy, but '1-Okt-2027' was found",
    ),
    "two days": (
        "[d/m/yyyy, m/d/yyyy]",
        "1/2/2027",
        "'1/2/2027' can be read as 2027-01-02 and as 2027-02-01; declare one form of dates",
    ),
    "a year outside all terms": (
        "d/m/yyyy",
        "1/2/0027",
        "must lie in the years 1900 to 2999, but '0027-02-01' was found",
    ),
    "other digits": ("d/m/yyyy", "١/2/2027", "must be a date written as d/m/yyyy, but '١/2/2027' was found"),
}


@pytest.mark.parametrize("name", WRONG_DATES)
def test_a_date_that_is_not_written_so_is_a_fault(name: str, tmp_path: Path) -> None:
    form, cell, message = WRONG_DATES[name]

    assert the_fault(tmp_path, ROLE.replace("FORM", form), f"Since\n{cell}\n") == (
        f"t1.csv:2: roles.owner.since: {message} (column 'Since')"
    )


class Lift(Content):
    """A kind of a test: numbers, a truth value, a list of numbers."""

    load: Decimal | None = None
    doors: int | None = None
    glass: bool | None = None
    floors: list[int] = Field(default_factory=list)
    steps: list[Strict] = Field(default_factory=list)


LIFT = "kind: lift\nreference: {prefix: LIFT, number: running}\ncolumns:\n  title: {value: Lift}\n  FIELD\n"
NUMBERS = {
    "decimal: comma": {"1234,5": "1234.5", "-0,5": "-0.5", "12": "12"},
    "decimal: comma, thousands: point": {"1.234,5": "1234.5", "1.234": "1234", "1234": "1234", "1.234.567": "1234567"},
    "thousands: comma": {"1,234.5": "1234.5"},
    "thousands: space": {"1 234": "1234", "1\u202f234.5": "1234.5", "1\xa0234": "1234"},
    "thousands: apostrophe": {"1'234.5": "1234.5", "1’234": "1234"},
    'unit: "%"': {"99.5 %": "99.5", "99.5%": "99.5", "99.5": "99.5"},
    'unit: "£", thousands: comma': {"£4,850.50": "4850.5"},
}
WRONG_NUMBERS = {
    "decimal: comma": {"99.5": "1234,5", "1.234,5": "1234,5", ",5": "1234,5", "1e3": "1234,5"},
    "decimal: comma, thousands: point": {"1.23,5": "1.234,5", "12.3456": "1.234,5"},
    "thousands: comma": {"1,23": "1,234.5"},
}


def lift(folder: Path, field: str, *cells: str) -> list[RecordFile]:
    out = io.StringIO()
    csv.writer(out).writerows([["Cell"], *([cell] for cell in cells)])
    table = write(folder, "t.csv", out.getvalue())
    return read_tables([table], write(folder, "m.yaml", LIFT.replace("FIELD", field)), {"lift": Lift})


@pytest.mark.parametrize("form", NUMBERS)
def test_numbers_are_read_as_their_form_declares(form: str, tmp_path: Path) -> None:
    records = lift(tmp_path, f"load: {{column: Cell, {form}}}", *NUMBERS[form])

    assert [str(dump(one)["load"]) for one in records] == list(NUMBERS[form].values())


@pytest.mark.parametrize("form", WRONG_NUMBERS)
def test_a_number_that_is_not_written_so_is_a_fault(form: str, tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as caught:
        lift(tmp_path, f"load: {{column: Cell, {form}}}", *WRONG_NUMBERS[form])

    assert [fault.message for fault in caught.value.faults] == [
        f"must be a number written as {example}, but '{cell}' was found (column 'Cell')"
        for cell, example in WRONG_NUMBERS[form].items()
    ]


def test_forms_of_the_whole_table_hold_for_dates_and_numbers_and_leave_texts_alone(tmp_path: Path) -> None:
    mapping = (
        LIFT.replace("title: {value: Lift}", "title: Cell").replace("FIELD", "load: Load")
        + "decimal: comma\ndate: d/m/yyyy\n"
    )
    table = write(tmp_path, "t.csv", 'Cell,Load\n1.5,"1,5"\n')

    (record,) = read_tables([table], write(tmp_path, "m.yaml", mapping), {"lift": Lift})

    assert dump(record) == {"title": "1.5", "load": "1.5", "floors": [], "steps": []}


def test_words_of_others_are_translated_and_ours_stay(tmp_path: Path) -> None:
    field = 'glass: {column: Cell, translations: {ja: "yes", nein: "no"}}'

    assert [dump(one)["glass"] for one in lift(tmp_path, field, "Ja", "NEIN", "yes")] == [True, False, True]
    with pytest.raises(Unreadable, match="there is no translation of 'neim'; did you mean 'nein'"):
        lift(tmp_path, field, "neim")


def test_each_entry_of_a_separated_list_is_read_for_itself(tmp_path: Path) -> None:
    field = 'floors: {column: Cell, separator: "\\n", translations: {ground: "0", "1": "1"}}'

    assert [dump(one)["floors"] for one in lift(tmp_path, field, "ground\r\n 1\n\n", "1")] == [[0, 1], [1]]


def test_a_fault_inside_a_list_has_its_number(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as caught:
        lift(tmp_path, 'floors: {column: Cell, separator: "/"}', "1/high/3")

    (fault,) = caught.value.faults
    assert (fault.line, fault.field) == (2, "floors.2")
    assert fault.message == "must be a whole number such as 240, but 'high' was found (column 'Cell')"


CELLS = {
    "a control character": ("a\x07b", "the character U+0007 (a control character) is not allowed"),
    "a text that is too long": ("x" * 20_001, "a text of 20,001 characters; at most 20,000 are allowed"),
    "only a unit": ("%", "nothing stands beside the unit %"),
}


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_that_cannot_be_a_text_is_a_fault(name: str, tmp_path: Path) -> None:
    cell, message = CELLS[name]
    mapping = SUPPLIERS.replace("registration: Register", 'purpose: {column: Register, unit: "%"}')

    assert the_fault(tmp_path, mapping, f"Number,Company,Register\n1,A,{cell}\n") == (
        f"t1.csv:2: purpose: {message} (column 'Register')"
    )


# What is wrong with a row


def test_every_fault_names_file_line_field_and_column(tmp_path: Path) -> None:
    rows = ROWS.replace("31/12/2027", "31/12/2025").replace("99,5 %", "101").replace("240", "soon")
    rows += "uc-3,Lines,Nobody,24x7,1/2/2026,,,line_a,99,,\n"

    assert faults(tmp_path, CONTRACTS, HEADER + rows) == [
        "t1.csv:2: components.line_a.availability.percent: may be at most 100, but '101' was found (column 'Available')",
        "t1.csv:2: targets.restore.S1.minutes: must be a number written as 1234,5, but 'soon' was found (column 'Restore')",
        "t1.csv:2: term: ends on 2025-12-31, which is not after its start on 2026-02-01 (columns 'From', 'Until')",
        "t1.csv:4: reference: must be capital letters and digits in parts joined by '-', at most 60 characters, "
        "such as SLA-0001, but 'uc-3' was found (column 'Contract')",
    ]


def test_what_a_record_lacks_is_told_with_the_column_that_is_empty(tmp_path: Path) -> None:
    rows = ROWS.replace("1/2/2026", "").replace("line_b", "")

    assert faults(tmp_path, CONTRACTS, HEADER + rows) == [
        "t1.csv:2: term.start_on: is missing (The first day on which the agreement holds) (column 'From')",
        "t1.csv:3: components.*.availability.percent: belongs to no entry, since the column 'Line' names none in this "
        "row (column 'Available')",
    ]


def test_a_contradiction_between_rows_names_both_lines(tmp_path: Path) -> None:
    rows = ROWS.replace("UC-0001,Lines,,,", "UC-0001,Cables,Osprey,,1/3/2026")

    assert faults(tmp_path, CONTRACTS, HEADER + rows.replace("1/3/2026,,,,", "1/3/2026,,,")) == [
        "t1.csv:3: supplier: 'SUP-OSPREY' contradicts 'SUP-KESTREL' on line 2; the rows of UC-0001 must agree "
        "(column 'Supplier')",
        "t1.csv:3: term.start_on: '2026-03-01' contradicts '2026-02-01' on line 2; the rows of UC-0001 must agree "
        "(column 'From')",
        "t1.csv:3: title: 'Cables' contradicts 'Lines' on line 2; the rows of UC-0001 must agree (column 'Title')",
    ]


def test_an_entry_that_is_given_twice_must_be_the_same(tmp_path: Path) -> None:
    twice = ROWS + ROWS.splitlines(keepends=True)[1].replace("99,0", "98,0")

    assert the_fault(tmp_path, CONTRACTS, HEADER + twice) == (
        "t1.csv:4: components.line_b.availability.percent: '98.0' contradicts '99.0' on line 3; "
        "the rows of UC-0001 must agree (column 'Available')"
    )


def test_an_ill_formed_key_is_one_fault(tmp_path: Path) -> None:
    mapping = CONTRACTS.replace("components: Line", "components: Title").replace("Lines", "Two lines")
    (fault,) = {one.split(": ", 1)[1] for one in faults(tmp_path, mapping, HEADER + ROWS.replace("Lines", "1st line"))}

    assert fault == (
        "components.*: must be a short name: a letter, then letters, digits, '-' and '_', at most 40 characters, "
        "but '1st line' was found (column 'Title')"
    )


def test_a_wrong_value_of_the_mapping_file_is_told_once_with_its_place_there(tmp_path: Path) -> None:
    rows = ROWS + ROWS.replace("UC-0001", "UC-0002")

    assert the_fault(tmp_path, CONTRACTS.replace("TEAM-DESK", "the desk"), HEADER + rows) == (
        "m.yaml:10: receiver: must be a reference such as SLA-0001: capital letters and digits, in parts joined by '-', "
        "but 'the desk' was found"
    )


def test_a_fault_of_a_section_has_the_line_of_its_cells_and_not_of_its_constants(tmp_path: Path) -> None:
    mapping = CONTRACTS.replace("  term.start_on", "  term.renewal: {value: ends}\n  term.start_on")
    rows = ROWS.replace("1/2/2026,31/12/2027", ",").replace("Lines,,,,,", "Lines,,,1/2/2026,31/12/2025,")

    assert the_fault(tmp_path, mapping, HEADER + rows) == (
        "t1.csv:3: term: ends on 2025-12-31, which is not after its start on 2026-02-01 (columns 'From', 'Until')"
    )


def test_an_unread_cell_of_an_entry_is_one_fault(tmp_path: Path) -> None:
    mapping = CONTRACTS.replace("columns:", SIGNATORIES).replace("keys:", "keys:\n  signatories: Line")
    rows = ROWS.replace("\n", ",Ann\n", 1).replace(",,\n", ",,,Bob\n")

    assert the_fault(tmp_path, mapping, HEADER.replace("\n", ",Signs\n") + rows) == (
        "t1.csv:3: signatories.line_b.person: there is no translation of 'Bob'; known: Ann (column 'Signs')"
    )


SIGNATORIES = """\
columns:
  signatories.*.key: Line
  signatories.*.person: {column: Signs, translations: {Ann: PER-ANN}}
  signatories.*.party: {value: BU-A}
  signatories.*.capacity: {value: Director}
"""


def test_a_fault_found_later_has_its_column_too(tmp_path: Path) -> None:
    (record,) = read(tmp_path, CONTRACTS, HEADER + ROWS)

    told = [
        str(record.fault(path, "no")).replace(f"{tmp_path}/", "")
        for path in ("supplier", "receiver", "components.line_b", "")
    ]

    assert told == [
        "t1.csv:2: supplier: no (column 'Supplier')",
        "m.yaml:10: receiver: no",
        "t1.csv:3: components.line_b: no (columns 'Line', 'Available')",
        "t1.csv:2: no",
    ]


def test_a_reference_of_two_tables_names_the_other_place(tmp_path: Path) -> None:
    table = "Number,Company,Register\n1,A,\n"

    (fault,) = faults(tmp_path, SUPPLIERS, table, "\n".join(["Number,Company,Register", "2,B,", "1,A,"]))

    assert fault == "t2.csv:3: reference: SUP-1 is already given at t1.csv:2"


def test_a_row_without_reference_is_a_fault(tmp_path: Path) -> None:
    assert the_fault(tmp_path, SUPPLIERS, "Number,Company,Register\n,A,\n") == (
        "t1.csv:2: reference: is missing (under what the record is known) (column 'Number')"
    )


def test_reading_ends_after_so_many_faults(tmp_path: Path) -> None:
    told = faults(tmp_path, SUPPLIERS, "Number,Company,Register\n" + "1 1,A,\n" * 2_000)

    assert len(told) == MOST_FAULTS + 1
    assert (
        f"t1.csv:{MOST_FAULTS + 1}: {MOST_FAULTS} faults were found up to here, and reading ended; mend them first"
        in told
    )


# What is wrong with a table


TABLES: dict[str, tuple[str | bytes, str]] = {
    "too few cells": (
        "Number,Company,Register\n1,A\n",
        "t1.csv:2: the row has 2 cells where the header on line 1 has 3",
    ),
    "too many cells": (
        "Number,Company,Register\n1,A,B,C\n",
        "t1.csv:2: the row has 4 cells where the header on line 1",
    ),
    "an unknown column": (
        "Number,Compny,Register\n",
        "m.yaml:4: columns.title: there is no column 'Company' on line 1 of t1.csv; did you mean 'Compny'?",
    ),
    "a column that stands twice": (
        "Number,Company,Register,Company\n",
        "m.yaml:4: columns.title: the column 'Company' stands more than once on line 1 of t1.csv, as number 2 and 4",
    ),
    "another delimiter": (
        "Number;Company;Register\n",
        "t1.csv:1: the header is a single column 'Number;Company;Register'; declare 'delimiter: semicolon' under 'file'",
    ),
    "nothing": ("", "t1.csv:1: there is no header"),
    "an empty header": (",,\n1,2,3\n", "t1.csv:1: there is no header"),
    "a quote that is never closed": (
        'Number,Company,Register\n1,"A,B\n',
        "t1.csv:2: a quote that is opened in this row is never closed",
    ),
    "a quote that is never closed in a long file": (
        'Number,Company,Register\n1,"A,B\n' + "2,A,B\n" * 40_000,
        "t1.csv:2: a cell of more than 131,072 characters begins in this row; is its quote never closed?",
    ),
    "letters after a quote": ('Number,Company,Register\n1,"A"B,C\n', "t1.csv:2: something follows a closing quote"),
    "another encoding": (
        "Number,Company,Register\n1,A,\n2,Müller,\n".encode("windows-1252"),
        "t1.csv:3: the byte 0xfc is not UTF-8; save the file as UTF-8, or declare its encoding",
    ),
    "UTF-16": (
        "Number,Company,Register\n".encode("utf-16"),
        "t1.csv:1: is written in UTF-16; declare 'encoding: utf-16'",
    ),
    "a workbook": (b"PK\x03\x04\x14\x00", "t1.csv:1: is a spreadsheet workbook; save it as CSV"),
    "a character that no header has": (
        "Number\x00,Company,Register\n",
        "t1.csv:1: the character U+0000 (a control character) is not allowed",
    ),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_that_is_none_is_told_with_its_place(name: str, tmp_path: Path) -> None:
    table, message = TABLES[name]

    assert the_fault(tmp_path, SUPPLIERS, table).startswith(message)


def test_utf_8_that_is_declared_as_something_else_is_told(tmp_path: Path) -> None:
    mapping = f"{SUPPLIERS}file: {{encoding: windows-1252}}\n"

    assert the_fault(tmp_path, mapping, "Number,Company,Register\n1,Müller,\n") == (
        "t1.csv:1: is written in UTF-8, not in windows-1252; declare 'encoding: utf-8' under 'file' in the mapping file"
    )


def test_faults_of_earlier_tables_are_told_beside_a_table_that_is_none(tmp_path: Path) -> None:
    told = faults(tmp_path, SUPPLIERS, "Number,Company,Register\n1,,\n", b"\xff\xff")

    assert [one.split(" ")[0] for one in told] == ["t1.csv:2:", "t2.csv:1:"]


def test_a_folder_or_nothing_is_no_table(tmp_path: Path) -> None:
    mapping = write(tmp_path, "m.yaml", SUPPLIERS)
    for path, message in ((tmp_path, "is a folder"), (tmp_path / "nowhere.csv", "there is no such file")):
        with pytest.raises(Unreadable, match=message):
            read_tables([path], mapping, KINDS)


def test_limits_hold(tmp_path: Path) -> None:
    path = write(tmp_path, "t.csv", "a,b\n" + "1,2\n" * 10)
    for limits, message in (
        (TableLimits(file_bytes=20), "t.csv:1: is larger than 20 bytes; split it into several files"),
        (TableLimits(rows=3), "t.csv:5: more than 3 rows in one file; split it"),
        (TableLimits(columns=1), "t.csv:1: more than 1 columns"),
    ):
        with pytest.raises(Unreadable) as caught:
            list(TableText(path, TableForm(), limits).rows())
        assert str(caught.value).endswith(message)


# What is wrong with a mapping file


MAPPINGS = {
    "an unknown kind": (
        "kind: supplier",
        "kind: suplier",
        "m.yaml:1: kind: there is no kind 'suplier'; did you mean 'supplier'?",
    ),
    "an unknown word": (
        "columns:",
        "column:",
        "m.yaml:1: columns: is missing\nm.yaml:3: column: there is no such field; did you mean 'columns'?",
    ),
    "an unknown field": (
        "registration:",
        "registrasion:",
        "m.yaml:5: columns.registrasion: there is no field 'registrasion'; did you mean 'registration'?",
    ),
    "a path through a single value": (
        "registration:",
        "title.short:",
        "m.yaml:5: columns.title.short: 'title' is a single value and has no parts",
    ),
    "a field that is needed and not given": (
        "title: Company",
        "purpose: Company",
        "m.yaml:3: columns: 'title' is missing (What people call it); give it a column or a value",
    ),
    "neither a column nor a value": (
        "registration: Register",
        "registration: {unit: x}",
        "m.yaml:5: columns.registration: give either a column or a value",
    ),
    "both a column and a value": (
        "registration: Register",
        "registration: {column: a, value: b}",
        "m.yaml:5: columns.registration: give either a column or a value",
    ),
    "a form of a value": (
        "registration: Register",
        "registration: {value: b, unit: x}",
        "m.yaml:5: columns.registration: unit belongs to a column, and a value is given",
    ),
    "a condition of a column": (
        "registration: Register",
        "registration: {column: b, if_given: x}",
        "m.yaml:5: columns.registration: if_given belongs to a value",
    ),
    "a separator of a single value": (
        "registration: Register",
        "registration: {column: Register, separator: x}",
        "m.yaml:5: columns.registration.separator: 'registration' is a single value and no list",
    ),
    "a form of dates that is none": (
        "registration: Register",
        "registration: {column: Register, date: d/m/yy}",
        "m.yaml:5: columns.registration.date: must be a form of dates such as d/m/yyyy, dd.mm.yyyy or d-mmm-yyyy, but 'd/m/yy' was found",
    ),
    "a form of dates that is ambiguous": (
        "registration: Register",
        "registration: {column: Register, date: dmyyyy}",
        "m.yaml:5: columns.registration.date: needs something between its parts",
    ),
    "one mark for two things": (
        "registration: Register",
        "registration: {column: Register, decimal: comma, thousands: comma}",
        "m.yaml:5: columns.registration: decimal and thousands are both a comma",
    ),
    "a word that is translated twice": (
        "registration: Register",
        "registration: {column: Register, translations: {Ja: a, ja: b}}",
        "m.yaml:5: columns.registration: 'ja' and 'Ja' are the same word",
    ),
    "a key for nothing": (
        "columns:",
        "keys: {title: Company}\ncolumns:",
        "m.yaml:3: keys.title: no path under 'columns' begins with 'title.*'",
    ),
    "a running number without prefix": (
        "{prefix: SUP, column: Number}",
        "{number: running}",
        "m.yaml:2: reference: a running number needs a prefix such as SUP",
    ),
    "two sources of references": (
        "{prefix: SUP, column: Number}",
        "{prefix: SUP, column: Number, number: running}",
        "m.yaml:2: reference: give either a column or 'number: running'",
    ),
    "an expression": (
        "registration: Register",
        "registration: {column: Register, expression: 1+1}",
        "m.yaml:5: columns.registration.expression: there is no such field; known: column",
    ),
    "an encoding that is not known": (
        "columns:",
        "file: {encoding: ebcdic}\ncolumns:",
        "m.yaml:3: file.encoding: must be utf-8, utf-16, windows-1250",
    ),
}


@pytest.mark.parametrize("name", MAPPINGS)
def test_a_mapping_file_is_held_against_its_kind_before_any_table_is_read(name: str, tmp_path: Path) -> None:
    written, changed, message = MAPPINGS[name]
    mapping = SUPPLIERS.replace(written, changed, 1)

    with pytest.raises(Unreadable) as caught:
        read_tables([tmp_path / "nowhere.csv"], write(tmp_path, "m.yaml", mapping), KINDS)

    assert str(caught.value).replace(f"{tmp_path}/", "").startswith(message)


CONTRACT_MAPPINGS = {
    "a section for a column": (
        "title: Title",
        "term: Title",
        "columns.term: 'term' has parts of its own; name one of them, such as term.start_on",
    ),
    "a list without separator": (
        '{column: Without, separator: ";"}',
        "Without",
        "columns.exclusions: 'exclusions' is a list; say what stands between its entries",
    ),
    "a part of what is given whole": (
        "hours.service: {value: CAL-ALWAYS}",
        "hours: {value: {}}",
        "columns.hours.support: lies inside 'hours', which is given as a whole",
    ),
    "an entry without key column": (
        "  components: Line\n",
        "",
        "columns.components.*.availability.percent: '*' needs the column that names the entries: under 'keys', 'components: COLUMN'",
    ),
    "a key that cannot be one": (
        "severities.*",
        "severities.1",
        "columns.severities.1: '1' cannot be a key of 'severities': a letter, then",
    ),
    "a position that is none": (
        "  exclusions: {column",
        "  exclusions.first: {column",
        "columns.exclusions.first: 'exclusions' is a list; its entries are numbered from 1, or named by '*' and a key column",
    ),
    "a field that a section needs": (
        "  term.start_on: From\n",
        "",
        "columns: 'term.start_on' is missing (The first day on which the agreement holds); give it a column or a value",
    ),
    "a section that is needed": (
        "  hours.service: {value: CAL-ALWAYS}\n",
        "",
        "columns: 'hours.service' is missing (Agreed service time); give it a column or a value",
    ),
}


@pytest.mark.parametrize("name", CONTRACT_MAPPINGS)
def test_paths_lead_through_the_sections_of_a_kind(name: str, tmp_path: Path) -> None:
    written, changed, message = CONTRACT_MAPPINGS[name]
    assert written in CONTRACTS

    told = faults(tmp_path, CONTRACTS.replace(written, changed, 1), HEADER + ROWS)

    assert any(one.split(": ", 1)[1].startswith(message) for one in told), told


def test_entries_of_a_list_are_not_both_numbered_and_named(tmp_path: Path) -> None:
    mapping = (
        "kind: component\nreference: No\ncolumns: {title: T, depends_on.1: A, depends_on.*: B}\nkeys: {depends_on: B}\n"
    )

    assert the_fault(tmp_path, mapping, "No,T,A,B\n").endswith(
        "'depends_on.1' numbers the entries of a list that are named by '*' here"
    )


def test_a_list_of_sections_has_no_separator(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"'steps' has parts of its own; name one of them, such as steps\.1"):
        lift(tmp_path, "steps: {column: Cell, separator: x}", "1")


# Tables and YAML files say the same


CHARACTERS = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff") | st.sampled_from(
    "\n\t,;|\"'=+@-:#. "
)
TEXTS = (
    st.text(CHARACTERS, min_size=1, max_size=20) | st.sampled_from(["=1+1", '"', "'", "yes", "007", "1,5", "a\nb"])
).filter(lambda text: bool(text.strip()) and text.strip().casefold() != MISSING)
MISSING = "(none)"
DAYS = st.dates(date(2026, 1, 1), date(2030, 12, 31))
KEYS = st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,10}", fullmatch=True)
REFERENCES = st.from_regex(r"[A-Z]{2,4}-[A-Z0-9]{1,6}", fullmatch=True)
PERCENTS = st.decimals(1, 100, places=2)


def optional(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


def _with_severities(content: dict[str, Any]) -> dict[str, Any]:
    return content | {"severities": {f"P{n}": key for n, key in enumerate(content["targets"]["restore"])}}


SUPPLIER_CONTENTS = st.builds(
    lambda required, rest: required | rest,
    st.fixed_dictionaries({"title": TEXTS}),
    optional(purpose=TEXTS, registration=TEXTS, representative=REFERENCES, address=TEXTS),
)
COMPONENT_CONTENTS = st.fixed_dictionaries({"title": TEXTS, "depends_on": st.lists(REFERENCES, max_size=3)})
PERSON_CONTENTS = st.fixed_dictionaries(
    {"title": TEXTS, "roles": st.dictionaries(KEYS, st.fixed_dictionaries({"since": DAYS}), max_size=3)}
)
CONTRACT_CONTENTS = st.fixed_dictionaries(
    {
        "title": TEXTS,
        "owner": REFERENCES,
        "supplier": REFERENCES,
        "receiver": REFERENCES,
        "scope": TEXTS,
        "hours": st.fixed_dictionaries({"service": REFERENCES, "support": REFERENCES}),
        "term": st.fixed_dictionaries({"start_on": DAYS}),
        "exclusions": st.lists(TEXTS, max_size=3),
        "components": st.dictionaries(
            KEYS,
            st.builds(
                lambda component, availability: {"component": component} | availability,
                REFERENCES,
                optional(availability=st.fixed_dictionaries({"percent": PERCENTS})),
            ),
            min_size=1,
            max_size=3,
        ),
        "targets": st.fixed_dictionaries(
            {
                "restore": st.dictionaries(
                    KEYS,
                    st.fixed_dictionaries({"minutes": st.integers(0, 9999), "percent": PERCENTS}),
                    min_size=1,
                    max_size=3,
                )
            }
        ),
        "signatories": st.permutations(["one", "two", "three"]).map(
            lambda keys: [
                {"key": key, "person": f"PER-{key.upper()}", "party": "BU-A", "capacity": "Director"} for key in keys
            ]
        ),
    }
).map(_with_severities)
CONTENTS = {
    "supplier": SUPPLIER_CONTENTS,
    "component": COMPONENT_CONTENTS,
    "person": PERSON_CONTENTS,
    "contract": CONTRACT_CONTENTS,
}
SECTIONS = ("components", "targets.restore", "severities", "signatories", "roles", "exclusions", "depends_on")
"""What stands in rows of its own in the long form of a table."""

Cells = dict[str, str]


def _cell(value: Any) -> str:
    match value:
        case date():
            return f"{value.day}.{value.month}.{value.year}"
        case Decimal():
            return str(value).replace(".", ",")
    return str(value)


def _flat(value: Any, path: str) -> Cells:
    """Every single value by its path; entries of lists are numbered from 1."""
    if isinstance(value, dict):
        parts = list(value.items())
    elif isinstance(value, list):
        parts = [(str(number), item) for number, item in enumerate(value, 1)]
    else:
        return {path: _cell(value)}
    return {name: cell for key, item in parts for name, cell in _flat(item, f"{path}.{key}" if path else key).items()}


def _wide(content: dict[str, Any]) -> list[Cells]:
    """A record as a single row."""
    return [_flat(content, "")]


def _long(content: dict[str, Any]) -> list[Cells]:
    """A record as rows that each hold at most one entry of every section, with its key."""
    cells = _flat(content, "")
    rows: list[Cells] = [{}]
    for section in SECTIONS:
        below = {path: cell for path, cell in cells.items() if path.startswith(f"{section}.")}
        keys = list(dict.fromkeys(path.removeprefix(f"{section}.").split(".")[0] for path in below))
        for number, key in enumerate(keys):
            rows += [{} for _ in range(number + 1 - len(rows))]
            rows[number][f"key of {section}"] = key
            for path, cell in below.items():
                if path == f"{section}.{key}" or path.startswith(f"{section}.{key}."):
                    rows[number][path.replace(f"{section}.{key}", f"{section}.*", 1)] = cell
    single = {path: cell for path, cell in cells.items() if not path.startswith(tuple(f"{one}." for one in SECTIONS))}
    return [single | row for row in rows]


def _mapping(kind: str, paths: Sequence[str], delimiter: str, encoding: str, header_line: int) -> dict[str, Any]:
    return {
        "kind": kind,
        "reference": {"column": "ref"},
        "file": {"delimiter": delimiter, "encoding": encoding, "header_line": header_line},
        "missing": MISSING,
        "date": "d.m.yyyy",
        "decimal": "comma",
        "columns": {path: path for path in paths if not path.startswith("key of ")},
        "keys": {path.removeprefix("key of "): path for path in paths if path.startswith("key of ")},
    }


@given(kind=st.sampled_from(sorted(CONTENTS)), form=st.sampled_from([_wide, _long]), data=st.data())
@settings(max_examples=200, deadline=None)
def test_a_table_of_generated_records_reads_back_to_the_same_contents_as_yaml_does(
    kind: str, form: Any, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp()
    raw = data.draw(st.lists(CONTENTS[kind], min_size=1, max_size=4))
    models = {f"REF-{number}": KINDS[kind].model_validate(one) for number, one in enumerate(raw)}
    text = "---\n".join(record_text(kind, reference, content) for reference, content in models.items())
    queues = {reference: form(one) for reference, one in zip(models, raw, strict=True)}
    rows: list[Cells] = []
    while any(queues.values()):
        reference = data.draw(st.sampled_from([one for one, queue in queues.items() if queue]))
        rows.append({"ref": reference} | queues[reference].pop(0))
    paths = sorted({path for row in rows for path in row if path != "ref"})
    delimiter, encoding = (
        data.draw(st.sampled_from(["comma", "semicolon", "tab"])),
        data.draw(st.sampled_from(["utf-8", "utf-16"])),
    )
    before = data.draw(st.integers(0, 2))
    written = _written(
        rows,
        data.draw(st.permutations(["ref", *paths])),
        {"comma": ",", "semicolon": ";", "tab": "\t"}[delimiter],
        data,
    )
    table = write(
        folder,
        "table.csv",
        ('before, the "header\n' * before + written).encode("utf-8-sig" if encoding == "utf-8" else encoding),
    )
    mapping = write(folder, "table.yaml", json.dumps(_mapping(kind, paths, delimiter, encoding, before + 1)))

    from_table = {one.reference: plain(one.content.model_dump()) for one in read_tables([table], mapping, KINDS)}

    from_yaml = {
        one.reference: plain(one.content.model_dump()) for one in read_records([write(folder, "r.yaml", text)], KINDS)
    }
    assert from_table == from_yaml


def _written(rows: Sequence[Cells], header: Sequence[str], delimiter: str, data: st.DataObject) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(
        out,
        delimiter=delimiter,
        lineterminator=data.draw(st.sampled_from(["\n", "\r\n"])),
        quoting=data.draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
    )
    writer.writerow(header)
    nothing = data.draw(st.sampled_from(["", MISSING, f" {MISSING.upper()} "]))
    writer.writerows([[row.get(name, nothing) for name in header] for row in rows])
    return out.getvalue()


# Whatever is there, it is read or refused


PIECES = [
    *HEADER.split(","),
    *ROWS.split(","),
    "\n",
    "\r",
    '"',
    '""',
    ",",
    ";",
    "\x00",
    "\ufeff",
    "=1",
    "UC-1",
    "é",
    "²",
]


@given(
    content=st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=40).map("".join) | st.just(""),
    tail=st.binary(max_size=3),
)
@settings(max_examples=300, deadline=None)
def test_no_table_makes_the_reader_crash(content: str, tail: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.getbasetemp()
    try:
        records = read(folder, CONTRACTS, (HEADER + content).encode("utf-8", "replace") + tail)
    except Unreadable:
        return
    assert all(record.content.title for record in records)


WORDS = st.sampled_from(
    [
        "kind",
        "columns",
        "keys",
        "reference",
        "file",
        "title",
        "term.start_on",
        "components.*.component",
        "contract",
        "column",
        "value",
        "*",
    ]
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    WORDS | st.text(max_size=5) | st.integers() | st.none(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.text(min_size=1, max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(columns=VALUES, keys=VALUES, reference=VALUES)
@settings(max_examples=300, deadline=None)
def test_no_mapping_file_makes_the_reader_crash(
    columns: Any, keys: Any, reference: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    mapping = {"kind": "contract", "reference": reference or "Contract", "columns": columns, "keys": keys or {}}
    with pytest.raises(Unreadable):
        read(tmp_path_factory.getbasetemp(), json.dumps(mapping), "title\nx\n")
