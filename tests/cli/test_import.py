from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from desk import Desk
from sdflow.cli.progress import LONG, watched

Write = Callable[[str, str], Path]

MAPPING = "kind: supplier\nreference: {prefix: SUP, column: No}\ncolumns: {title: Company, representative: Speaks}\n"
TABLE = "No,Company,Speaks\n901,Osprey,\n902,Heron,PER-KEANE\n"
SUMMARY = "kind: component\nreference: {prefix: CMP, column: No}\ncolumns: {title: Title}\n"


@pytest.fixture
def page() -> str:
    """The page on importing tables."""
    return (Path(__file__).parents[2] / "docs" / "how-to" / "import-tables.md").read_text("utf-8")


def files_on(page: str) -> dict[str, str]:
    return dict(re.findall(r"^`([\w.]+)`:\n\n```\w+\n(.*?)```", page, re.DOTALL | re.MULTILINE))


def acts(desk: Desk) -> int:
    number = desk.must("audit", "verify", "--json").data["acts"]
    assert isinstance(number, int)
    return number


def applied(desk: Desk, table: Path, mapping: Path, *words: str) -> dict[str, str]:
    said = desk.must("apply", str(table), "--mapping", str(mapping), "--json", *words)
    return {one["reference"]: one["outcome"] for one in said.data}


def test_a_table_becomes_records_in_one_act(desk: Desk, write: Write) -> None:
    table, mapping = write("t.csv", TABLE), write("t.map.yaml", MAPPING)
    before = acts(desk)

    said = desk.must("apply", str(table), "--mapping", str(mapping), "--reason", "from the ledger")

    assert "SUP-901" in said.out
    assert acts(desk) == before + 1
    assert "PER-KEANE" in desk.must("show", "SUP-902").out
    assert "from the ledger" in desk.must("history", "SUP-902").out


def test_a_dry_run_shows_what_would_become_and_stores_nothing(desk: Desk, write: Write) -> None:
    table, mapping = write("t.csv", TABLE), write("t.map.yaml", MAPPING)
    before = acts(desk)

    assert applied(desk, table, mapping, "--dry-run") == {"SUP-901": "created", "SUP-902": "created"}
    assert acts(desk) == before
    assert desk.type("show", "SUP-901").code == 1


def test_a_corrected_table_revises_only_what_changed(desk: Desk, write: Write) -> None:
    table, mapping = write("t.csv", TABLE), write("t.map.yaml", MAPPING)
    applied(desk, table, mapping)
    table.write_text(TABLE.replace("Heron", "Heron Ltd"), encoding="utf-8")

    assert applied(desk, table, mapping) == {"SUP-901": "unchanged", "SUP-902": "revised"}


WRONG = {
    "a reference that names nothing": (
        TABLE.replace("PER-KEANE", "PER-KEENE"),
        "t.csv:3: representative: there is no record PER-KEENE; did you mean PER-KEANE?; expected a person (column 'Speaks')",
    ),
    "a reference of the wrong kind": (
        TABLE.replace("PER-KEANE", "TEAM-NORTHGATE"),
        "t.csv:3: representative: TEAM-NORTHGATE is a team; expected a person (column 'Speaks')",
    ),
    "a title that is missing": (
        TABLE.replace("Heron", ""),
        "t.csv:3: title: is missing (What people call it) (column 'Company')",
    ),
    "an unknown column": (
        TABLE.replace("Company", "Compny"),
        "t.map.yaml:3: columns.title: there is no column 'Company' on line 1 of",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_one_wrong_row_stops_the_whole_table(name: str, desk: Desk, write: Write) -> None:
    text, message = WRONG[name]
    before = acts(desk)

    said = desk.type("apply", str(write("t.csv", text)), "--mapping", str(write("t.map.yaml", MAPPING)))

    assert said.code == 2
    assert message in said.words
    assert "Traceback" not in said.words
    assert acts(desk) == before


def test_a_wrong_constant_is_told_once_however_many_rows_there_are(desk: Desk, write: Write) -> None:
    mapping = write("t.map.yaml", MAPPING.replace("representative: Speaks", "representative: {value: PER-NOBODY}"))

    said = desk.type("apply", str(write("t.csv", TABLE)), "--mapping", str(mapping))

    assert said.code == 2
    assert said.words.count("there is no record PER-NOBODY") == 1
    assert "t.map.yaml:3: representative:" in said.words


def test_a_table_without_its_mapping_file_is_a_question_of_usage(desk: Desk, write: Write) -> None:
    said = desk.type("apply", str(write("t.csv", TABLE)))

    assert said.code == 2
    assert "say which column is which field with --mapping FILE" in said.words


def test_a_reference_that_another_kind_has_stops_the_table(desk: Desk, write: Write) -> None:
    mapping = write("t.map.yaml", SUMMARY.replace("component", "team").replace("CMP", "SUP"))

    said = desk.type("apply", str(write("t.csv", "No,Title\nKESTREL,A team\n")), "--mapping", str(mapping))

    assert said.code == 2
    assert "t.csv:2: kind: SUP-KESTREL is already a supplier" in said.words


def test_of_many_records_some_are_listed_and_all_are_counted(desk: Desk, write: Write) -> None:
    rows = "".join(f"{number},Part {number}\n" for number in range(600))
    table, mapping = write("t.csv", f"No,Title\n{rows}"), write("t.map.yaml", SUMMARY)

    said = desk.must("apply", str(table), "--mapping", str(mapping))

    assert "and 400 more (--json shows all): 600 created together." in said.words
    assert len(applied(desk, table, mapping)) == 600


def test_the_page_on_importing_tables_shows_what_works(desk: Desk, write: Write, page: str) -> None:
    files = {name: write(name, text) for name, text in files_on(page).items()}

    suppliers = applied(desk, files["suppliers.csv"], files["suppliers.map.yaml"])
    contracts = applied(desk, files["contracts.csv"], files["contracts.map.yaml"])

    assert suppliers == {"SUP-1017": "created", "SUP-1018": "created"}
    assert contracts == {"UC-0901": "created"}
    shown = desk.must("show", "UC-0901").out
    for line in ("start_on: 2026-02-01", "percent: 99.5", "- Poles", "P2: S2"):
        assert line in shown


def test_the_page_on_importing_tables_shows_faults_as_they_are_told(desk: Desk, write: Write, page: str) -> None:
    shown = re.findall(r"^(contracts\.\S+:\d+: .*)$", page, re.MULTILINE)
    files = files_on(page)
    mapping = write("contracts.map.yaml", files["contracts.map.yaml"])
    told = ""
    for written, wrong in (("99,0", "101"), ("31/1/2028", "31/12/2025"), ("Supplier", "Suplier")):
        table = write("contracts.csv", files["contracts.csv"].replace(written, wrong))
        told += desk.type("apply", str(table), "--mapping", str(mapping)).err

    assert len(shown) == 3
    for line in shown:
        assert line in told.replace(f"{mapping.parent}/", "")


def test_progress_is_shown_on_a_terminal_and_only_there() -> None:
    for terminal, silent in ((True, False), (False, False), (True, True)):
        out = io.StringIO()
        with watched(silent=silent, to=Console(file=out, force_terminal=terminal, width=80)) as progress:
            for number in range(1, LONG + 1):
                progress("Reading rows", number, LONG)
        assert ("Reading rows" in out.getvalue()) is (terminal and not silent)


def test_short_work_shows_no_progress() -> None:
    out = io.StringIO()
    with watched(to=Console(file=out, force_terminal=True, width=80)) as progress:
        progress("Reading rows", 10, 10)

    assert "Reading rows" not in out.getvalue()
