"""Record files: read with every fault at once, and written so that they are read again as the same."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import Field, ValidationError

import sdflow.areas
from sdflow.adapters.definitions.record_files import RecordFile, read_records
from sdflow.adapters.definitions.record_text import record_text
from sdflow.adapters.definitions.text_yaml import read_single
from sdflow.domain.content import canonical_text
from sdflow.domain.errors import Fault, Unreadable
from sdflow.domain.kind import Content, Strict

for _module in pkgutil.walk_packages(sdflow.areas.__path__, "sdflow.areas."):
    importlib.import_module(_module.name)


def _models(base: type[Content]) -> Iterator[type[Content]]:
    for model in base.__subclasses__():
        if "description" in vars(model) and model.__module__.startswith("sdflow.areas."):
            yield model
        yield from _models(model)


KINDS = {model.description.kind: model for model in _models(Content)}

SLA = """\
kind: sla
reference: SLA-0001
title: E-mail for everybody
owner: PER-OKAFOR
term:
  start_on: 2027-01-01
  end_on: 2028-12-31
hours: {service: CAL-DAY, support: CAL-DAY}
scope: Mail and calendars
service: SVC-EMAIL
provider: TEAM-DESK
customer: BU-HALVORSEN
targets:
  availability: {percent: 99.50}
  restore:
    P1: {minutes: 240}
signatories:
  - {key: provider, person: PER-CARRICK, party: TEAM-DESK, capacity: Head of delivery}
  - {key: customer, person: PER-BRANDT, party: BU-HALVORSEN, capacity: Chief information officer}
"""


def write(folder: Path, text: str, name: str = "a.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    return path


def faults(*paths: Path) -> list[str]:
    with pytest.raises(Unreadable) as caught:
        read_records(paths, KINDS)
    return [f"{Path(fault.source).name}:{fault.line}: {fault.field}: {fault.message}" for fault in caught.value.faults]


def faults_of(folder: Path, text: str) -> list[str]:
    return faults(write(folder, text))


def test_a_record_file_becomes_its_content(tmp_path: Path) -> None:
    (record,) = read_records([write(tmp_path, SLA)], KINDS)

    assert (record.kind, record.reference, record.line) == ("sla", "SLA-0001", 1)
    assert record.content.title == "E-mail for everybody"
    assert record.content.model_dump()["targets"]["availability"]["percent"] == Decimal("99.5")


def test_a_fault_found_later_has_the_line_of_its_field(tmp_path: Path) -> None:
    (record,) = read_records([write(tmp_path, "---\n" + SLA)], KINDS)

    assert record.line_of("targets.restore.P1") == 17
    assert record.line_of("targets.restore.P1.minutes") == 17
    assert record.line_of("signatories.1.person") == 20
    assert record.line_of("relies_on.0") == record.line_of("") == 2


def test_folders_are_read_file_by_file_in_the_order_of_names_and_each_file_once(tmp_path: Path) -> None:
    (tmp_path / "z").mkdir()
    team = "kind: team\nreference: {}\ntitle: A team\n"
    first = write(tmp_path, team.format("TEAM-A"), "a.yml")
    write(tmp_path, team.format("TEAM-C"), "z/c.yaml")
    write(tmp_path, team.format("TEAM-B"), "b.yaml")
    write(tmp_path, "not: [read", "notes.txt")

    records = read_records([tmp_path, first, tmp_path / "z"], KINDS)

    assert [record.reference for record in records] == ["TEAM-A", "TEAM-B", "TEAM-C"]


def test_every_fault_of_every_file_is_found_at_once(tmp_path: Path) -> None:
    write(tmp_path, "kind: team\nreference: TEAM-A\ntitle: [", "a.yaml")
    write(tmp_path, "kind: team\nreference: TEAM-B\n---\nkind: temn\nreference: TEAM-C", "b.yaml")
    write(tmp_path, "", "c.yaml")
    write(tmp_path, "- a", "d.yaml")
    found = faults(tmp_path, tmp_path / "nowhere.yaml")

    assert [line.split(" ")[0] for line in found] == [
        "a.yaml:4:",
        "b.yaml:1:",
        "b.yaml:4:",
        "c.yaml:1:",
        "d.yaml:1:",
        "nowhere.yaml:None:",
    ]


def test_a_folder_without_files_is_a_fault(tmp_path: Path) -> None:
    assert "no *.yaml file" in faults(tmp_path)[0]


def test_a_reference_given_twice_names_the_other_place(tmp_path: Path) -> None:
    text = "kind: team\nreference: TEAM-A\ntitle: A team\n"
    first, second = write(tmp_path, text, "a.yaml"), write(tmp_path, "\n" + text, "b.yaml")

    assert faults(first, second) == [f"b.yaml:3: reference: TEAM-A is already given at {first}:2"]


def test_head_faults_are_told_beside_the_faults_of_the_content(tmp_path: Path) -> None:
    assert faults_of(tmp_path, "reference: TEAM-A") == [
        "a.yaml:1: kind: is missing (what sort of record it is, one of: " + ", ".join(sorted(KINDS)) + ")"
    ]
    assert faults_of(tmp_path, "kind: team\ntitel: A team") == [
        "a.yaml:1: reference: is missing (under what the record is known, such as SLA-0001)",
        "a.yaml:1: title: is missing (What people call it)",
        "a.yaml:2: titel: there is no such field; did you mean 'title'?",
    ]
    assert faults_of(tmp_path, "kind: [a]\nreference: team-a\n")[1].endswith("such as SLA-0001, but 'team-a' was found")


CHANGES: dict[str, tuple[str, str, str]] = {
    "an unknown field deep inside": (
        "P1: {minutes: 240}",
        "P1: {minutes: 240, percnt: 95}",
        "16: targets.restore.P1.percnt: there is no such field; did you mean 'percent'?",
    ),
    "a text for a number": (
        "99.50",
        "'very high'",
        "14: targets.availability.percent: must be a number such as 99.5, but 'very high' was found",
    ),
    "a number without end": (
        "99.50",
        "NaN",
        "14: targets.availability.percent: must be a number such as 99.5, but 'NaN' was found",
    ),
    "a number of a million digits": (
        "99.50",
        "1e999999",
        "14: targets.availability.percent: must be a number such as 99.5, but '1e999999' was found",
    ),
    "underscores in a number": (
        "99.50",
        "9_9.5",
        "14: targets.availability.percent: must be a number such as 99.5, but '9_9.5' was found",
    ),
    "too much": ("99.50", "100.1", "14: targets.availability.percent: may be at most 100, but '100.1' was found"),
    "a fraction of a minute": (
        "minutes: 240",
        "minutes: 240.5",
        "16: targets.restore.P1.minutes: must be a whole number such as 240, but '240.5' was found",
    ),
    "a day that does not exist": (
        "2028-12-31",
        "2028-02-30",
        "7: term.end_on: there is no day 2028-02-30 in the calendar",
    ),
    "seconds since 1970 as a date": (
        "2027-01-01",
        "0",
        "6: term.start_on: must be a date such as 2027-01-31, but '0' was found",
    ),
    "a date beyond all terms": (
        "2028-12-31",
        "9999-12-31",
        "7: term.end_on: must lie in the years 1900 to 2999, but '9999-12-31' was found",
    ),
    "an end before the start": (
        "2028-12-31",
        "2026-12-31",
        "5: term: ends on 2026-12-31, which is not after its start on 2027-01-01",
    ),
    "something unknown from a closed list": (
        "{percent: 99.50}",
        "{percent: 99.50, period: weekly}",
        "14: targets.availability.period: must be week, month, quarter, year or trailing_year, but 'weekly' was found",
    ),
    "an ill-formed reference": (
        "SVC-EMAIL",
        "email",
        "10: service: must be a reference such as SLA-0001: capital letters and digits, in parts joined by '-', "
        "but 'email' was found",
    ),
    "an ill-formed key": (
        "P1:",
        "1st:",
        "16: targets.restore.1st: must be a short name: a letter, then letters, digits, '-' and '_', at most 40 "
        "characters, but '1st' was found",
    ),
    "a text for fields": (
        "{service: CAL-DAY, support: CAL-DAY}",
        "office hours",
        "8: hours: must hold fields, each as 'name: value' on a line below, but 'office hours' was found",
    ),
    "nothing": ("Mail and calendars", "", "9: scope: must be a text, but nothing stands there"),
    "a text of spaces": ("Mail and calendars", "'  '", "9: scope: may not be empty, but '' was found"),
    "a person who signs twice": (
        "PER-BRANDT",
        "PER-CARRICK",
        "1: : PER-CARRICK stands twice among the signatories; nobody signs for two parties",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_wrong_value_is_told_in_plain_words_with_its_line(name: str, tmp_path: Path) -> None:
    written, changed, message = CHANGES[name]

    assert faults_of(tmp_path, SLA.replace(written, changed, 1)) == [f"a.yaml:{message}"]


def test_what_was_found_is_shortened(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, SLA.replace("99.50", "9" * 500))

    assert fault.endswith(f"but '{'9' * 79}…' was found")


def test_a_sum_of_dates_that_leaves_the_calendar_is_a_fault_and_no_crash(tmp_path: Path) -> None:
    text = "kind: calendar\nreference: CAL-A\ntitle: A\nzone: Europe/Oslo\nweek: {monday: [09:00-17:00]}\n"
    text += "closures:\n  a: {first_on: 9999-12-31, last_on: 9999-12-31, reason: The end}\n"

    assert [line.split(" ")[0] for line in faults_of(tmp_path, text)] == ["a.yaml:7:", "a.yaml:7:"]


def test_a_time_without_its_zone_is_refused(tmp_path: Path) -> None:
    text = "kind: person\nreference: PER-A\ntitle: A\ncertificates:\n  a:\n"
    text += f"    fingerprint: {'0' * 64}\n    valid_from: 2026-01-01T00:00:00\n    valid_until: 2027-01-01T00:00:00Z\n"

    (fault,) = faults_of(tmp_path, text)

    assert fault.startswith("a.yaml:7: certificates.a.valid_from: must be a date and time with its zone")


class Ramp(Strict):
    kind_of: Literal["ramp"]
    steep: bool = False


class Stair(Strict):
    kind_of: Literal["stair"]
    steps: int


class Entrance(Content):
    """A kind of a test: a truth value, a union, defaults of every sort."""

    open: bool
    ways: dict[str, Annotated[Ramp | Stair, Field(discriminator="kind_of")]] = Field(default_factory=dict)
    signs: list[str] = Field(default_factory=lambda: ["Mind the step"])
    width: Decimal | None = Decimal(1)


def entrance(folder: Path, text: str) -> RecordFile:
    path = write(folder, f"kind: entrance\nreference: ENT-1\ntitle: Door\n{text}")
    return read_records([path], {"entrance": Entrance})[0]


@pytest.mark.parametrize(("word", "truth"), [("true", True), ("yes", True), ("No", False), ("false", False)])
def test_truth_values_are_words(word: str, truth: bool, tmp_path: Path) -> None:
    assert entrance(tmp_path, f"open: {word}").content.model_dump()["open"] is truth


@pytest.mark.parametrize("word", ["1", "on", "t", "maybe"])
def test_other_words_for_truth_values_are_refused(word: str, tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=f"open: must be true or false, but '{word}' was found"):
        entrance(tmp_path, f"open: {word}")


def test_faults_inside_a_union_have_their_line_and_the_names_of_the_chosen_form(tmp_path: Path) -> None:
    text = "open: yes\nways:\n  a: {kind_of: stair, stepps: 3}\n  b: {kind_of: lift}\n  c:\n    steep: no"
    with pytest.raises(Unreadable) as caught:
        entrance(tmp_path, text)

    assert [f"{fault.line}: {fault.field}: {fault.message}" for fault in caught.value.faults] == [
        "6: ways.a.stepps: there is no such field; did you mean 'steps'?",
        "6: ways.a.steps: is missing",
        "7: ways.b: must have one of ramp, stair as its kind_of, but fields were found",
        "8: ways.c: needs a kind_of that says what it is",
    ]


def test_what_differs_from_a_default_is_written_out_and_what_equals_an_empty_one_is_not(tmp_path: Path) -> None:
    content = Entrance(title="Door", open=True, signs=[], width=None)

    text = record_text("entrance", "ENT-1", content)

    assert text == "kind: entrance\nreference: ENT-1\ntitle: Door\nopen: true\nsigns: []\nwidth: null\n"
    (again,) = read_records([write(tmp_path, text)], {"entrance": Entrance})
    assert again.content == content


def test_a_record_is_written_in_the_order_of_its_model_with_texts_as_people_read_them(tmp_path: Path) -> None:
    text = "Mail: calendars, contacts\n\n# not a remark\n  and more"
    changed = SLA.replace("scope: Mail and calendars", f"scope: {text!r}".replace("'", '"'))
    (record,) = read_records(
        [write(tmp_path, changed + f"purpose: {'word ' * 40}\nexclusions: ['null', '- a']\n")], KINDS
    )

    written = record_text(record.kind, record.reference, record.content)

    lines = written.splitlines()
    assert lines[:4] == ["kind: sla", "reference: SLA-0001", "title: E-mail for everybody", "owner: PER-OKAFOR"]
    start = lines.index("purpose: >-")
    assert all(len(line) <= 100 for line in lines)
    assert lines[start + 4 : start + 9] == [
        "scope: |-",
        "  Mail: calendars, contacts",
        "",
        "  # not a remark",
        "    and more",
    ]
    assert lines[start + 9 : start + 12] == ["exclusions:", '  - "null"', '  - "- a"']
    assert "  start_on: 2027-01-01" in lines
    assert "    percent: 99.5" in lines


T = "a text to be replaced"

RAW: dict[str, dict[str, Any]] = {
    "team": {"title": T, "purpose": T, "lead": "PER-A", "address": T},
    "business_unit": {"title": T, "purpose": T, "representative": "PER-A", "address": T},
    "supplier": {"title": T, "registration": T},
    "component": {"title": T, "depends_on": ["CMP-A", "CMP-B"]},
    "person": {
        "title": T,
        "position": T,
        "roles": {"owner": {"since": "2026-01-01", "until": "2027-01-01"}},
        "certificates": {
            "null": {
                "fingerprint": "0e" * 32,
                "valid_from": "2026-01-01T01:00:00+01:00",
                "valid_until": "2027-01-01T00:00:00Z",
            }
        },
    },
    "calendar": {
        "title": T,
        "zone": "Europe/Oslo",
        "week": {"monday": ["09:00-12:00", "13:00-24:00"], "sunday": ["22:00-06:00"]},
        "holidays": {"country": "NO"},
        "closures": {"a": {"first_on": "2026-12-24", "reason": T}},
        "openings": {"y": {"on": "2026-12-25", "windows": [], "reason": T}},
    },
    "service": {
        "title": T,
        "owner": "PER-A",
        "purpose": T,
        "users": "007",
        "structure": {
            "series": [{"component": "CMP-A"}, {"at_least": 1, "of": [{"component": "C-1"}, {"component": "C-2"}]}]
        },
        "routes": {"r": {"title": T, "priorities": ["P1"], "tiers": [{"agreement": "OLA-1", "until": "restore"}]}},
    },
    "slr": {
        "title": T,
        "service": "SVC-A",
        "customer": "BU-A",
        "representative": "PER-A",
        "stated_on": "2026-01-01",
        "wanted_by": "2026-06-01",
        "background": T,
        "hours": {"service": "CAL-A", "support": "CAL-A"},
        "targets": {},
        "requirements": {"r1": {"weight": "must", "statement": T, "source": T}},
        "ceiling": "1000.00",
        "currency": "EUR",
    },
}
AGREEMENT: dict[str, Any] = {
    "title": T,
    "owner": "PER-A",
    "term": {
        "start_on": "2027-01-01",
        "end_on": "2028-01-01",
        "renewal": "automatic",
        "renewal_months": "12",
        "notice": {"days": 30},
    },
    "hours": {"service": "CAL-A", "support": "CAL-A"},
    "purpose": T,
    "scope": T,
    "exclusions": [T, T],
    "planned_interruptions": {"a": {"window": "CAL-A", "notice_days": "3", "remark": T}},
    "charges": {"a": {"title": T, "amount": "10.50", "currency": "EUR", "per": T}},
    "credits": {"of": T, "bands": {"a": {"clause": "targets.availability", "below": "99.50", "percent": "5"}}},
    "reporting": {"content": T, "reports": "month"},
    "consequences": {"a": {"clause": "targets.availability", "what": T}},
    "contacts": {"desk": {"title": T, "telephone": T}},
    "signatories": [
        {"key": "provider", "person": "PER-A", "party": "TEAM-A", "capacity": T},
        {"key": "customer", "person": "PER-B", "party": "BU-A", "capacity": T},
    ],
}
SUPPORT = {"components": {"c": {"component": "CMP-A", "availability": {"percent": "99.90"}}}, "targets": {}}
RAW |= {
    "sla": AGREEMENT
    | {
        "service": "SVC-A",
        "provider": "TEAM-A",
        "customer": "BU-A",
        "targets": {"restore": {"P1": {"minutes": "240"}}},
    },
    "ola": AGREEMENT | SUPPORT | {"provider": "TEAM-A", "receiver": "TEAM-B", "on_call": [T]},
    "contract": AGREEMENT | SUPPORT | {"supplier": "SUP-A", "receiver": "TEAM-A", "severities": {}, "termination": T},
    "waiver": {
        "title": T,
        "agreement": "SLA-A",
        "rule": "SLM-003",
        "clause": "targets.restore.P1",
        "subject": T,
        "gap": "15.50",
        "unit": T,
        "reason": T,
        "owner": "PER-A",
        "expires_on": "2027-06-30",
    },
}

ODD = [
    "null",
    "~",
    "yes",
    "- a",
    "a: b",
    "a #b",
    "'",
    '"',
    "|",
    ">-",
    "%",
    "@",
    "---",
    "...",
    "\ufeff",
    "\u2028x",
    "x\xa0",
    "\\n",
]
ODD += [
    "a\n b",
    " \n\n  a\n\nb",
    "a\t",
    "a\tb\nc",
    "a\r\nb",
    "word " * 60,
    "word  " * 40,
    "[a]",
    "{a: b}",
    "!a",
    "&a",
    "*a",
    "? a",
    "e\u0301",
]
CHARACTERS = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff") | st.sampled_from(
    "\n\n\t \r:#-'\""
)
TEXTS = (
    st.sampled_from(ODD) | st.text(CHARACTERS, min_size=1, max_size=60) | st.lists(st.sampled_from(ODD)).map(" ".join)
).filter(lambda text: bool(text.strip()))


def _filled(raw: Any, draw: Any) -> Any:
    if isinstance(raw, dict):
        return {key: _filled(item, draw) for key, item in raw.items()}
    if isinstance(raw, list):
        return [_filled(item, draw) for item in raw]
    return draw(TEXTS) if raw == T else raw


FILLED: dict[str, Any] = {
    kind: read_single(Path(__file__).parents[1] / "documents" / f"{kind}.yaml")[0].value
    for kind in (
        "availability_plan",
        "bia",
        "complaint",
        "continuity_plan",
        "continuity_test",
        "improvement",
        "risk_assessment",
        "satisfaction_survey",
        "service_review",
        "supplier_performance",
    )
}
"""The contents in which documents are shown with every field filled; that of a test lies beside its plan."""

RAW |= {kind: {**value.get("test", value), "title": T} for kind, value in FILLED.items()} | {
    "documented_information": {"title": T, "owner": "PER-A", "held_at": T, "purpose": T, "review_every_months": "6"},
    "improvement_programme": {
        "title": T,
        "sponsor": "PER-A",
        "owner": "PER-B",
        "scope": T,
        "goals": {"fewer": {"statement": T, "by": "2027-12-31"}},
        "starts": "2027-01-01",
        "budget": {"amount": "1000.50", "currency": "EUR", "per": "year", "remark": T},
    },
    "interruption": {
        "title": T,
        "owner": "PER-A",
        "services": ["SVC-A"],
        "components": ["CMP-A"],
        "from_at": "2026-02-15T02:00:00+01:00",
        "until_at": "2026-02-15T04:00:00Z",
        "reason": T,
        "announced": {"all": {"on": "2026-02-02", "channel": T}},
    },
    "invocation": {
        "title": T,
        "owner": "PER-A",
        "plan": "BCP-A",
        "plan_version": "1",
        "zone": "Europe/London",
        "because": T,
        "disrupted_at": "2027-03-01T01:00:00+01:00",
        "invoked_at": "2027-03-01T01:30:00+01:00",
        "invoked_by": "PER-A",
        "aims": {"mail": {"service": "SVC-A", "time_minutes": "240"}},
        "timeline": {"t1": {"at": "2027-03-01T02:00:00Z", "what": T, "by": "PER-A", "restored": ["mail"]}},
        "problems": [T],
    },
}


def test_every_shipped_kind_takes_part_in_the_round_trip() -> None:
    assert RAW.keys() == KINDS.keys()
    for kind, raw in RAW.items():
        KINDS[kind].model_validate(_filled(raw, lambda _: "a text"))


@given(kind=st.sampled_from(sorted(RAW)), data=st.data())
@settings(max_examples=300, deadline=None)
def test_a_record_that_is_written_is_read_again_as_the_same(
    kind: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    try:
        content = KINDS[kind].model_validate(_filled(RAW[kind], data.draw))
    except ValidationError:
        assume(False)
    path = write(tmp_path_factory.getbasetemp(), record_text(kind, "REF-1", content), "round.yaml")

    (again,) = read_records([path], KINDS)

    assert (again.kind, again.reference) == (kind, "REF-1")
    assert canonical_text(again.content.model_dump()) == canonical_text(content.model_dump())


PIECES = [
    *SLA.replace(":", ": ").split(" "),
    "- ",
    "[",
    "{",
    "'",
    "\n",
    "\n  ",
    "---\n",
    "~",
    "&a",
    "\x00",
    "1e999999",
    "9999-12-31",
]


@given(
    text=st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=30).map(" ".join),
    cut=st.integers(0, len(SLA)),
)
@settings(max_examples=300, deadline=None)
def test_any_text_as_a_record_file_is_read_or_refused_with_places(
    text: str, cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzz.yaml"
    path.write_bytes((SLA[:cut] + text + SLA[cut:]).encode("utf-8", "surrogatepass"))
    found: tuple[Fault, ...] = ()
    try:
        read_records([path], KINDS)
    except Unreadable as unreadable:
        found = unreadable.faults
    assert all(fault.source == str(path) and fault.line for fault in found)
