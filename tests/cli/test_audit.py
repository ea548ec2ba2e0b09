"""The audit of what is kept: agreed texts, documents, signatures and scans beside what the history tells of them."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from counter import LIN, RECORD, ROSSI, Counter

pytestmark = pytest.mark.pdf

OTHER = "00" * 32


@pytest.fixture(scope="module")
def begun_once(on_paper_once: Counter, tmp_path_factory: pytest.TempPathFactory) -> Counter:
    """Signed by Mei Lin with her key and by Alan Briggs on paper."""
    folder = tmp_path_factory.mktemp("begun")
    counter = on_paper_once.copied(folder)
    Image.new("L", (620, 877), 250).save(folder / "paper.png")
    for said in (counter.sign(LIN), counter.wet(folder / "paper.png")):
        assert said.code == 0, said.words
    return counter


@pytest.fixture
def begun(begun_once: Counter, tmp_path: Path) -> Counter:
    return begun_once.copied(tmp_path)


def meddle(counter: Counter, statement: str, *values: object) -> None:
    """Change one row behind the program's back, as whoever holds the file can."""
    with closing(sqlite3.connect(counter.folder / "sdflow.db")) as database, database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        assert database.execute(statement, values).rowcount == 1


def faults(counter: Counter) -> list[str]:
    said = counter.type("audit", "verify", "--json", day=None)
    found: list[str] = said.data["faults"]
    assert said.code == int(bool(found))
    return found


def test_what_was_signed_by_key_and_on_paper_follows_from_its_history(begun: Counter) -> None:
    assert faults(begun) == []


@pytest.mark.parametrize(
    ("table", "column", "where", "place"),
    [
        ("document", "pdf", "sequence = 1", "document 1"),
        ("document", "pdf", "sequence = 0", "document 0"),
        ("scan", "content", "field = 'counsel'", "scan of counsel"),
    ],
)
def test_content_that_was_replaced_is_told_whether_or_not_its_hash_was_too(
    begun: Counter, table: str, column: str, where: str, place: str
) -> None:
    forged = b"%PDF-1.7 something else"
    digest = hashlib.sha256(forged).hexdigest()
    meddle(begun, f"UPDATE {table} SET {column} = ? WHERE reference = '{RECORD}' AND {where}", forged)
    named, told = faults(begun)
    assert named.startswith(f"{RECORD}, version 1, {place}: its content is SHA-256 {digest}, but it is filed as")
    assert told.startswith(f"{RECORD}, version 1, {place}: is SHA-256 {digest}, but its history says SHA-256 ")
    meddle(begun, f"UPDATE {table} SET sha256 = ? WHERE reference = '{RECORD}' AND {where}", digest)
    assert faults(begun) == [told]


def test_an_agreed_text_that_was_changed_is_told(begun: Counter) -> None:
    meddle(begun, "UPDATE envelope SET text = replace(text, 'OLA-0001', 'OLA-0002') WHERE reference = ?", RECORD)
    assert all(one.startswith(f"{RECORD}, version 1, agreed text: ") for one in faults(begun))
    assert len(faults(begun)) == 2


def test_a_signature_in_somebody_elses_name_is_told(begun: Counter) -> None:
    meddle(begun, "UPDATE signature SET person_reference = ? WHERE field = 'team'", ROSSI)
    (fault,) = faults(begun)
    assert fault.startswith(f"{RECORD}, version 1, signature as team: is by {ROSSI} with certificate ")
    assert f"but its history says by {LIN} with certificate" in fault


@pytest.mark.parametrize(
    ("statement", "places"),
    [
        ("DELETE FROM document WHERE sequence = 1", ["document 1"]),
        ("DELETE FROM scan", ["scan of counsel"]),
    ],
)
def test_what_is_in_the_history_but_gone_is_told(begun: Counter, statement: str, places: list[str]) -> None:
    meddle(begun, statement)
    found = faults(begun)
    for place in places:
        assert f"{RECORD}, version 1, {place}: is in the history but not stored" in found


def test_what_no_act_tells_of_is_told(begun: Counter) -> None:
    columns = "reference, version, sequence, pdf, sha256, act"
    meddle(
        begun,
        f"INSERT INTO document ({columns}) SELECT reference, version, 2, pdf, sha256, act FROM document "
        "WHERE sequence = 1",
    )
    assert faults(begun) == [f"{RECORD}, version 1, document 2: is stored, but no act tells of it"]
