from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from desk import Desk

Write = Callable[[str, str], Path]

COMPONENT = "kind: component\nreference: CMP-NEW\ntitle: A new part\n"
CALENDAR = "kind: calendar\nreference: CAL-NEW\ntitle: Hours\nzone: {zone}\nweek:\n  monday: [{monday}]\n"

BAD = {
    "a tab where YAML wants spaces": ("kind: component\n\treference: CMP-X\n", "bad.yaml:2"),
    "an unknown kind, with the nearest one": (COMPONENT.replace("component", "componnet"), "component"),
    "an unknown field, with the nearest one": (COMPONENT + "purpos: nothing\n", "purpose"),
    "a dangling reference, with the nearest one": (COMPONENT + "depends_on: [CMP-MIAL]\n", "CMP-MAIL"),
    "a reference to a record of the wrong kind": (
        COMPONENT + "depends_on: [TEAM-MESSAGING]\n",
        "TEAM-MESSAGING is a team",
    ),
    "a cycle, with its path": (
        COMPONENT
        + "depends_on: [CMP-OTHER]\n---\nkind: component\nreference: CMP-OTHER\ntitle: Other\ndepends_on: [CMP-NEW]\n",
        "CMP-NEW → CMP-OTHER → CMP-NEW",
    ),
    "a component that needs itself": (COMPONENT + "depends_on: [CMP-NEW]\n", "CMP-NEW → CMP-NEW"),
    "a zone that does not exist": (
        CALENDAR.format(zone="Europe/Lodnon", monday='"09:00-17:00"'),
        "there is no time zone",
    ),
    "hours that overlap themselves": (
        CALENDAR.format(zone="Europe/London", monday='"09:00-17:00", "16:00-18:00"'),
        "overlap",
    ),
    "a time that no clock shows": (CALENDAR.format(zone="Europe/London", monday='"09:00-27:00"'), "not a time of day"),
    "a country without known holidays": (
        CALENDAR.format(zone="Europe/London", monday='"09:00-17:00"') + "holidays: {country: XX}\n",
        "no public holidays are known",
    ),
    "the same reference twice": (COMPONENT + "---\n" + COMPONENT, "CMP-NEW"),
    "the same field twice": (COMPONENT + "title: Another\n", "twice"),
    "an alias": ("kind: component\nreference: &a CMP-X\ntitle: *a\n", "alias"),
    "a Python object": ("kind: !!python/object:os.system component\n", "tag"),
    "a text of a million letters": (COMPONENT + f"purpose: {'x' * 1_000_000}\n", "at most"),
    "brackets without end": ("[" * 100_000, "more than 20 levels"),
    "a role that ends before it starts": (
        "kind: person\nreference: PER-NEW\ntitle: N\nroles: {finance_manager: {since: 2027-01-01, until: 2026-01-01}}\n",
        "before it starts",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_clear_message_with_its_place_and_nothing_is_stored(
    name: str, desk: Desk, write: Write
) -> None:
    text, expected = BAD[name]
    before = desk.must("audit", "verify", "--json").data["acts"]
    said = desk.type("apply", str(write("bad.yaml", text)))
    assert said.code == 2
    assert "bad.yaml:" in said.err
    assert expected in said.words
    assert "Traceback" not in said.words
    assert desk.must("audit", "verify", "--json").data["acts"] == before


def test_every_fault_of_every_file_is_told_at_once(desk: Desk, write: Write) -> None:
    first = write("one.yaml", COMPONENT + "purpos: x\n")
    second = write("two.yaml", "kind: team\nreference: lower-case\ntitle: T\n---\nkind: nonsense\nreference: X-1\n")
    said = desk.type("apply", str(first), str(second))
    assert said.code == 2
    assert {name for name in ("one.yaml", "two.yaml") if f"{name}:" in said.err} == {"one.yaml", "two.yaml"}
    assert said.err.count(".yaml:") >= 3


SLA_CHANGES = {
    "an agreement that ends before it starts": ("term.end_on", "2025-06-01", "not after its start"),
    "an absurd number": ("targets.restore.P1.minutes", "99999999999999999999", ""),
    "more than everything": ("targets.availability.percent", "100.5", ""),
    "not a number": ("targets.availability.percent", "NaN", ""),
    "a signatory for both parties": ("signatories.2.person", "PER-HADDAD", "nobody signs for two parties"),
    "a field that is not there": ("targets.restroe.P1.minutes", "10", "restroe"),
    "a calendar that is not there, with the nearest one": ("hours.service", "CAL-OFICE", "did you mean CAL-OFFICE?"),
    "a record of the wrong kind": ("hours.service", "CMP-MAIL", "CMP-MAIL is a component; expected a calendar"),
}


REGISTER_CHANGES = {
    "parts that come to need one another": ("CMP-DIRECTORY", "depends_on.1=CMP-MAIL", "CMP-DIRECTORY → CMP-MAIL"),
    "a part that comes to need itself": ("CMP-MAIL", "depends_on.1=CMP-MAIL", "CMP-MAIL → CMP-MAIL"),
    "a country without known holidays": ("CAL-OFFICE", "holidays.country=XX", "no public holidays are known"),
}


@pytest.mark.parametrize("name", REGISTER_CHANGES)
def test_an_amendment_of_a_register_is_held_against_the_other_records(name: str, desk: Desk) -> None:
    reference, change, expected = REGISTER_CHANGES[name]
    said = desk.type("amend", reference, "--set", change)
    assert said.code == 2
    assert expected in said.words
    assert desk.must("show", reference, "--json").data["record"]["revision"]["number"] == 1


@pytest.mark.parametrize("name", SLA_CHANGES)
def test_an_amendment_that_cannot_be_is_refused_and_nothing_is_stored(name: str, desk: Desk) -> None:
    path, text, expected = SLA_CHANGES[name]
    said = desk.type("amend", "SLA-0001", "--set", f"{path}={text}")
    assert said.code in (1, 2)
    assert expected in said.words
    assert "Traceback" not in said.words
    assert desk.must("show", "SLA-0001", "--json").data["record"]["revision"]["number"] == 1


def test_markup_in_a_title_is_printed_as_it_is(desk: Desk) -> None:
    title = "<script>alert(1)</script> {{ 7 * 7 }} [bold]x[/bold]"
    desk.must("amend", "CMP-MAIL", "--set", f"title={title}")
    assert title in desk.must("list", "--kind", "component", "--json").out
    assert "<script>" in desk.must("list", "--kind", "component").words


@pytest.mark.parametrize(
    "words",
    [
        ["show", "SLA-9999"],
        ["history", "X-1"],
        ["steps", "X-1"],
        ["document", "X-1"],
        ["check", "X-1"],
        ["advance", "X-1", "go"],
    ],
)
def test_a_record_that_is_not_there_is_a_refusal(words: list[str], desk: Desk) -> None:
    said = desk.type(*words)
    assert said.code == 1
    assert "there is no record" in said.err


def test_a_day_that_is_none_is_told(desk: Desk) -> None:
    said = desk.type("list", day="2026-13-01")
    assert said.code == 2
    assert "is not a day" in said.err


def test_a_word_that_is_no_command_names_the_nearest(desk: Desk) -> None:
    said = desk.type("chek")
    assert said.code == 2
    assert "Did you mean 'check'?" in said.err


def test_a_stranger_may_not_act(desk: Desk) -> None:
    said = desk.type("advance", "SVC-EMAIL", "launch", person="PER-NOBODY")
    assert said.code == 1
    assert "PER-NOBODY" in said.err


def test_settings_that_are_unknown_are_told(desk: Desk) -> None:
    settings = desk.folder / "sdflow.toml"
    settings.write_text(settings.read_text() + "\n[storge]\nurl = 1\n")
    said = desk.type("list")
    assert said.code == 2
    assert "storge: there is no such setting" in said.err


def test_a_folder_that_is_no_workspace_is_told(tmp_path: Path) -> None:
    said = Desk(tmp_path).type("list")
    assert said.code == 1
    assert "is not a workspace" in said.err


def test_a_rule_file_of_the_workspace_that_cannot_be_read_is_told_with_its_line(desk: Desk) -> None:
    (desk.folder / "rules").mkdir()
    (desk.folder / "rules" / "own.yaml").write_text("rules:\n  - id: OWN-001\n    titel: x\n")
    said = desk.type("list")
    assert said.code == 2
    assert "own.yaml:3" in said.err
    assert "title" in said.err


def test_a_file_that_is_no_pdf_is_not_genuine(desk: Desk, write: Write) -> None:
    said = desk.type("verify", str(write("x.pdf", "not a pdf")))
    assert said.code == 1
    assert "not genuine" in said.words


def test_a_file_that_is_not_there_is_told(desk: Desk) -> None:
    said = desk.type("verify", "/nowhere/at/all.pdf")
    assert said.code == 2
    assert "cannot be read" in said.err


def test_a_database_of_a_newer_version_is_told(desk: Desk) -> None:
    import sqlite3

    database = sqlite3.connect(desk.folder / "sdflow.db")
    with database:
        database.execute("UPDATE sdflow_schema SET version_num = '9999_from_the_future'")
    database.close()
    said = desk.type("list")
    assert said.code == 2
    assert "newer" in said.err


@pytest.mark.pdf
def test_characters_that_the_fonts_lack_are_named(desk: Desk) -> None:
    desk.must("amend", "OLA-0001", "--set", "scope=Runs \u4e2d the mail")
    said = desk.type("document", "OLA-0001", "-o", str(desk.folder / "x.pdf"))
    assert said.code == 2
    assert "U+4E2D" in said.err
    assert not (desk.folder / "x.pdf").exists()


@pytest.mark.pdf
@pytest.mark.parametrize(
    "body",
    [
        "<img src='file:///etc/passwd'>",
        "<img src='http://127.0.0.1:9/x.png'>",
        "{% include '/etc/passwd' %}",
        "{{ ''.__class__.__mro__ }}",
        "{{ nowhere.at_all }}",
        "{% if %}",
    ],
)
def test_a_template_that_reaches_outside_is_refused(body: str, desk: Desk) -> None:
    own = desk.folder / "documents"
    own.mkdir()
    (own / "ola.html.j2").write_text(f"<html lang='en'><body>{body}</body></html>")
    said = desk.type("document", "OLA-0001", "-o", str(desk.folder / "x.pdf"))
    assert said.code == 2
    assert "Traceback" not in said.words
    assert not (desk.folder / "x.pdf").exists()


def test_a_wrong_passphrase_and_a_file_that_is_no_key_are_told(desk: Desk, write: Write) -> None:
    right, wrong = write("right", "four words of mine\n"), write("wrong", "three words only\n")
    key = desk.folder / "haddad.p12"
    desk.must("key", "new", "PER-HADDAD", "-o", str(key), "--passphrase-file", str(right))
    said = desk.type("sign", "SLA-0001", "--key", str(key), "--passphrase-file", str(wrong))
    assert said.code == 2
    assert "passphrase" in said.err
    said = desk.type("sign", "SLA-0001", "--key", str(write("x.p12", "no key")), "--passphrase-file", str(right))
    assert said.code == 2
    said = desk.type("sign", "SLA-0001", "--key", str(key), "--passphrase-file", str(right))
    assert said.code == 1
    assert "not open for signature" in said.err
    assert desk.type("key", "new", "PER-HADDAD", "-o", str(key), "--passphrase-file", str(right)).code == 1


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--person", "helen c"], "is no reference"),
        (["--role", "emperor"], "there is no role emperor"),
        (["--name", ""], ""),
    ],
)
def test_a_workspace_that_cannot_be_set_up_leaves_no_settings(
    options: list[str], expected: str, tmp_path: Path
) -> None:
    from click.testing import CliRunner

    from sdflow.cli.root import sdflow

    words = ["init", str(tmp_path / "new"), *(["--name", "Helen"] if "--name" not in options else []), *options]
    result = CliRunner().invoke(sdflow, words)
    assert result.exit_code in (1, 2)
    assert expected in result.stderr
    assert not (tmp_path / "new" / "sdflow.toml").exists()


AGREEMENT_FAULTS = {
    "more parts needed than there are": (
        "kind: service\nreference: SVC-NEW\ntitle: New\nowner: PER-HADDAD\npurpose: P\nstructure:\n"
        "  at_least: 3\n  of: [{component: CMP-MAIL}, {component: CMP-FILTER}]\n",
        "at least 3 of 2 parts cannot be",
    ),
    "a term of a hundred years": (
        "{sla}term: {start_on: 2026-01-01, end_on: 2125-12-31}\n",
        "is longer than 99 years",
    ),
    "a matrix that leads to a priority that is none": (
        "{sla}term: {start_on: 2026-01-01}\npriorities: {P1: {title: Urgent, applies: Always}}\n"
        "priority_matrix: {priorities: {high: {high: P1, low: P9}}}\n",
        "the matrix leads to P9",
    ),
    "a severity that maps to nothing": (
        "kind: contract\nreference: UC-NEW\ntitle: New\nowner: PER-ROSSI\nsupplier: SUP-KESTREL\nreceiver: TEAM-NORTHGATE\n"
        "term: {start_on: 2026-01-01}\nhours: {service: CAL-ALWAYS, support: CAL-ALWAYS}\nscope: S\n"
        "components: {a: {component: CMP-FILTER}}\ntargets: {restore: {S1: {minutes: 60}}}\nseverities: {P1: S7}\n",
        "no target is given for the severity S7",
    ),
    "a target in two units": (
        "{sla}term: {start_on: 2026-01-01}\ntargets: {restore: {P1: {minutes: 60, days: 2}}}\n",
        "exactly one of minutes, days or cut_off",
    ),
    "a requirement that is measured by nothing": (
        "kind: slr\nreference: SLR-NEW\ntitle: New\nservice: SVC-EMAIL\ncustomer: BU-HALVORSEN\n"
        "representative: PER-HALVORSEN\nstated_on: 2026-01-01\nwanted_by: 2026-02-01\nbackground: B\n"
        "hours: {service: CAL-OFFICE, support: CAL-OFFICE}\ntargets: {}\n"
        "requirements: {a: {weight: must, statement: S, source: T, measured_by: targets.restore.P1}}\n",
        "about which nothing is said here",
    ),
}
NEW_SLA = (
    "kind: sla\nreference: SLA-NEW\ntitle: New\nowner: PER-CARRICK\nservice: SVC-EMAIL\nprovider: TEAM-NORTHGATE\n"
    "customer: BU-HALVORSEN\nhours: {service: CAL-OFFICE, support: CAL-OFFICE}\nscope: S\n"
)


@pytest.mark.parametrize("name", AGREEMENT_FAULTS)
def test_an_agreement_that_cannot_be_is_told_in_its_words(name: str, desk: Desk, write: Write) -> None:
    text, expected = AGREEMENT_FAULTS[name]
    said = desk.type("apply", str(write("bad.yaml", text.replace("{sla}", NEW_SLA))))
    assert said.code == 2
    assert "bad.yaml:" in said.err
    assert expected in said.words
