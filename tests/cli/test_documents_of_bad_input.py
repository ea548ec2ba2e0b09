"""What people hand to a document that it cannot take: one clear line each, and nothing half written."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from desk import Desk, Said

pytestmark = pytest.mark.pdf

RECORD = "OLA-0001"
GAPS = {
    "exclusions.1": "The lines of the customer",
    "security": "Everybody signs in with a second factor.",
    "escalation.1": "The team lead",
    "priorities.P1.title": "Urgent",
    "priorities.P1.applies": "Nobody can send",
    "workload.users.title": "Users",
    "workload.users.most": "800",
    "workload.users.unit": "users",
    "next_review_on": "2026-12-01",
}
SETTINGS = {
    "primary = 'blue'": "organisation.primary: 'blue' is not a colour; write one such as #123a5f",
    "accent = '#12'": "organisation.accent: '#12' is not a colour",
    "primary = '#ffffff'": "organisation.primary: '#ffffff' has a contrast of 1.00 : 1 on white and needs 4.5 : 1",
    "logo = 'logo.png'": "organisation.logo: 'logo.png' is not a PNG picture, whatever its name says",
}
TEMPLATES = {
    "{% for a in range(90000) %}{% for b in range(90000) %}{% endfor %}{% endfor %}": "took longer than 2 seconds and was stopped",
    "{{ 'x' * 3000000000 }}": "MB of memory",
    "\n{{ content.purpos }}": "ola.html.j2:2: 'sdflow.areas.service_level.ola.Ola object' has no attribute 'purpos'",
    "\n\n{{ content.next_revue_on|day }}": "ola.html.j2:3:",
}


def document(desk: Desk, *more: str) -> tuple[Said, Path]:
    file = desk.folder / "out" / "document.pdf"
    return desk.type("document", RECORD, "-o", str(file), *more), file


def refused(said: Said, file: Path) -> bool:
    """Whether a command ended as one that says what is wrong and leaves nothing behind."""
    lines = [line for line in said.err.splitlines() if line.strip()]
    return said.code == 2 and not file.parent.exists() and "Traceback" not in said.words and len(lines) <= 4


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Καλημέρα κόσμε, Привет мир, Zażółć gęślą jaźń, Tiếng Việt", ""),
        ("漢字と仮名", "U+6F22"),
        ("한국어", "U+D55C"),
        ("नमस्ते", "U+0928"),
        ("ไทย", "U+0E44"),
        ("שלום", "U+05E9"),
        ("العربية", "U+0627"),
        ("ⴰⵎⴰⵣⵉⵖ", "U+2D30"),
        ("𓂀 and 😀", "U+13080"),
    ],
)
def test_a_script_is_printed_or_its_characters_are_named(text: str, named: str, desk: Desk) -> None:
    desk.must("amend", RECORD, "--set", f"purpose={text}")
    said, file = document(desk)
    if named:
        assert refused(said, file)
        assert named in said.words
    else:
        assert said.code == 0, said.words
        assert text in " ".join(words_of(file).split())


def words_of(file: Path) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed; install poppler-utils to run this test")
    done = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True)
    return done.stdout


def test_a_clause_of_twenty_thousand_letters_is_printed_whole_and_a_longer_one_is_refused(desk: Desk) -> None:
    words = [f"w{number}" for number in range(10_000)]
    text = " ".join(words)[:20_000].rpartition(" ")[0]
    desk.must("amend", RECORD, "--set", f"scope={text}")
    said, file = document(desk)
    assert said.code == 0, said.words
    printed = re.findall(r"\bw\d+\b", words_of(file))
    assert printed == text.split()
    said = desk.type("amend", RECORD, "--set", f"scope={text} {'x' * 20_000}")
    assert said.code == 2
    assert "scope: may have at most 20000 characters" in said.words.replace(",", "")


def test_a_clause_without_a_blank_stays_on_its_page(desk: Desk) -> None:
    desk.must("amend", RECORD, "--set", f"scope={'x' * 19_000}")
    said, file = document(desk)
    assert said.code == 0, said.words
    assert words_of(file).count("x") >= 19_000


@pytest.mark.parametrize("line", SETTINGS)
def test_a_look_that_cannot_be_printed_is_refused_before_anything_else(line: str, desk: Desk) -> None:
    settings = desk.folder / "sdflow.toml"
    setting = line.partition(" ")[0]
    kept = [one for one in settings.read_text().splitlines() if not one.startswith(setting)]
    at = kept.index("[organisation]") + 1
    settings.write_text("\n".join([*kept[:at], line, *kept[at:]]) + "\n")
    (desk.folder / "documents").mkdir()
    (desk.folder / "documents" / "logo.png").write_text("no picture")
    said, file = document(desk)
    assert refused(said, file), said.words
    assert SETTINGS[line] in said.words


@pytest.mark.parametrize("body", TEMPLATES)
def test_a_template_that_cannot_be_filled_is_stopped(body: str, desk: Desk) -> None:
    with (desk.folder / "sdflow.toml").open("a") as settings:
        settings.write(f"[documents]\nseconds = {2 if 'longer' in TEMPLATES[body] else 60}\n")
    (desk.folder / "documents").mkdir()
    (desk.folder / "documents" / "ola.html.j2").write_text(body)
    said, file = document(desk)
    assert refused(said, file), said.words
    assert TEMPLATES[body] in said.words


def test_a_thousand_entries_of_a_clause_are_refused_with_what_it_may_have(desk: Desk) -> None:
    said = desk.type("amend", RECORD, *(word for number in range(1000) for word in _row(number)))
    assert said.code == 2
    assert re.search(r"workload: may have at most \d+ entries", said.words), said.words
    assert desk.must("show", RECORD, "--json").data["record"]["revision"]["number"] == 1


def _row(number: int) -> tuple[str, ...]:
    path = f"workload.row{number}"
    fields = {"title": f"Row {number} of it", "most": "9", "unit": "rows"}
    return tuple(word for name, text in fields.items() for word in ("--set", f"{path}.{name}={text}"))


def test_what_is_still_to_be_agreed_is_named_with_the_command_that_fills_it_in(desk: Desk) -> None:
    passphrase = desk.folder / "passphrase"
    passphrase.write_text("correct horse\n")
    removed = ("exclusions", "security", "escalation", "priorities", "workload", "next_review_on")
    desk.must("amend", RECORD, *(word for clause in removed for word in ("--remove", clause)))
    for person in ("PER-LIN", "PER-HADDAD"):
        desk.must("key", "new", person, "-o", str(desk.folder / person), "--passphrase-file", str(passphrase), day=None)
    said, file = document(desk)
    assert said.code == 0, said.words
    assert words_of(file).count("To be agreed.") >= len(removed)
    desk.must("advance", RECORD, "offer", day=None)
    before = desk.must("audit", "verify", "--json").data["acts"]
    said = desk.type("advance", RECORD, "open_signing", day=None)
    assert said.code == 1
    assert "Scope: List what is not part of the agreement. (exclusions.1)" in said.words
    assert f"fill in: sdflow amend {RECORD} --set" in said.words
    paths = re.findall(r'--set (\S+)="…"', said.words)
    assert sorted(paths) == sorted(GAPS)
    assert desk.must("audit", "verify", "--json").data["acts"] == before
    desk.must("amend", RECORD, *(word for path in paths for word in ("--set", f"{path}={GAPS[path]}")))
    desk.must("advance", RECORD, "open_signing", day=None)
    said, file = document(desk)
    assert "To be agreed" not in words_of(file)
