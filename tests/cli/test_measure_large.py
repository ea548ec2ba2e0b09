"""Files with more refused rows, or longer lines, than anybody holds in memory."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from desk import Desk
from sdflow.adapters.measured_files import lines

Write = Callable[[str, str], Path]
MAPPING = """
reads: incidents
source: desk
zone: Etc/UTC
times: iso
columns: {number: n, service: s, title: t}
moments: {reported: r}
"""
HEADER = "n,s,t,r\n"
GOOD = "A,SVC-EMAIL,fine,2025-11-03 08:00\n"
OTHER = GOOD.replace("A,", "B,")


def packed(file: Path) -> Path:
    """The same file, compressed."""
    made = file.with_name(f"{file.name}.gz")
    made.write_bytes(gzip.compress(file.read_bytes()))
    return made


def test_all_refused_rows_go_into_their_file_and_the_terminal_counts_the_reasons(desk: Desk, write: Write) -> None:
    rows = "".join(
        f"{number},SVC-{'NOWHERE' if number % 3 else number},x,2025-11-03 08:00\n" for number in range(60_000)
    )
    file, mapping, refused = write("i.csv", HEADER + rows), write("m.yaml", MAPPING), write("refused.csv", "")
    words = ("measure", "incidents", str(file), "--mapping", str(mapping), "--dry-run")
    said = desk.type(*words, "--refused", str(refused))
    assert said.code == 1
    assert "no service has the reference SVC-NOWHERE 40,000" in said.words
    assert "refused.csv has 60,000 reasons why 60,000 rows are refused" in said.words
    with refused.open(encoding="utf-8", newline="") as written:
        assert [int(row["line"]) for row in csv.DictReader(written)] == list(range(2, 60_002))

    told = desk.type(*words, "--json").data
    assert (told["reason_count"], len(told["reasons"])) == (60_000, 1_000)
    assert sum(one["count"] for one in told["refused_because"]) == 60_000
    others = [one for one in told["refused_because"] if one["reason"] == "other reasons"]
    assert others[0]["count"] == 20_000 - 999


@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "gz"])
@pytest.mark.parametrize("cell", ["x" * 1_000_001, '"' + "x," * 600_000 + '"'], ids=["one word", "quoted"])
def test_a_line_that_is_too_long_is_refused_and_the_others_are_taken_in(
    desk: Desk, write: Write, *, compressed: bool, cell: str
) -> None:
    file = write("i.csv", HEADER + GOOD + GOOD.replace("fine", cell) + OTHER)
    file = packed(file) if compressed else file
    said = desk.type("measure", "incidents", str(file), "--mapping", str(write("m.yaml", MAPPING)), "--json")
    assert (said.code, said.data["added"], said.data["refused"]) == (1, 2, 1)
    assert [(row["line"], row["reason"]) for row in said.data["reasons"]] == [
        (3, "the line has more than 1,000,000 characters")
    ]


@pytest.mark.parametrize(
    ("rows", "line", "message"),
    [
        (HEADER.replace("t", "t" * 1_000_001), 1, "the names of the columns are expected"),
        (HEADER + GOOD.replace("fine", '"' + "x" * 1_000_000), 2, "a quote in it is not closed"),
        (HEADER + "A,SVC-EMAIL" + ',"x\n"' * 300_000, 2, "from here a row has more than 1,000,000 characters"),
    ],
    ids=["header", "open quote", "row over many lines"],
)
def test_a_file_in_which_nobody_can_say_which_rows_there_are_is_none(
    desk: Desk, write: Write, rows: str, line: int, message: str
) -> None:
    file = write("i.csv", rows)
    said = desk.type("measure", "incidents", str(file), "--mapping", str(write("m.yaml", MAPPING)))
    assert (said.code, message in said.words, f"i.csv:{line}" in said.words.replace(" ", "")) == (2, True, True), (
        said.words
    )


def test_a_cell_that_is_too_long_says_so_and_not_that_a_quote_is_wrong(desk: Desk, write: Write) -> None:
    file = write("i.csv", HEADER + GOOD.replace("fine", '"' + "x" * 200_000 + '"') + OTHER)
    said = desk.type("measure", "incidents", str(file), "--mapping", str(write("m.yaml", MAPPING)), "--json")
    assert [(row["line"], row["reason"]) for row in said.data["reasons"]] == [
        (2, "a cell has more than 131,072 characters")
    ]


def test_a_compressed_file_that_unpacks_to_far_more_than_any_table_is_refused(
    desk: Desk, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "MOST_UNPACKED_BYTES", 1_000_000)
    bomb = packed(write("i.csv", HEADER + "\n" * 3_000_000))
    said = desk.type("measure", "incidents", str(bomb), "--mapping", str(write("m.yaml", MAPPING)))
    assert (said.code, "unpacks to more than 200 times its size" in said.words) == (2, True)
