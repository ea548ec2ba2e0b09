"""What is kept of what is owed is what follows from the records, whatever is done to them and on whatever day."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from desk import HELEN, Desk
from sdflow import bootstrap
from sdflow.adapters.storage import Storage
from sdflow.domain.errors import SdflowError, Unreadable
from sdflow.domain.obligation import Obligation
from sdflow.engine.obligations import derive
from sdflow.engine.projection import follow, owed, rebuild, refresh, stale
from sdflow.engine.workspace import Occasion, Workspace
from sdflow.operations.adopt import adopt
from sdflow.operations.advance import advance
from sdflow.operations.amend import amend
from sdflow.operations.apply import apply

FIRST = date(2025, 12, 1)
ROLES = (
    "service_level_manager",
    "service_owner",
    "service_catalogue_manager",
    "customer_representative",
    "team_manager",
    "supplier_manager",
    "legal_adviser",
    "finance_manager",
    "improvement_coordinator",
)
HELD = ", ".join(f"{role}: {{since: 2020-01-01}}" for role in ROLES)
PEOPLE = ("PER-ALPHA", "PER-BETA")
SIGNED = (
    "adopted: {signed_on: 2025-09-20, signatories: [{name: Ada Fern, party: Fernhill}, {name: Bo Lind, party: Us}]}\n"
)
AGREED = """\
hours: {service: CAL-ALWAYS, support: CAL-OFFICE}
scope: What is agreed.
"""
SUPPORT = """\
components: {filter: {component: CMP-FILTER, availability: {percent: 99.9}}}
targets: {response: {S1: {minutes: 60}}, restore: {S1: {minutes: 240}}}
"""
RECORDS = {
    "people": "\n---\n".join(
        f"kind: person\nreference: {name}\ntitle: Somebody {name[-2:]}\norganisation: TEAM-NORTHGATE\nroles: {{{HELD}}}"
        for name in PEOPLE
    ),
    "UC-0900": f"""\
kind: contract
reference: UC-0900
title: Hosting
owner: PER-ALPHA
supplier: SUP-KESTREL
receiver: TEAM-NORTHGATE
term: {{start_on: 2025-10-01, end_on: 2026-03-31, renewal: automatic, renewal_months: 2, notice: {{months: 1}}}}
{AGREED}{SUPPORT}severities: {{P1: S1}}
{SIGNED}""",
    "OLA-0900": f"""\
kind: ola
reference: OLA-0900
title: Keeping
owner: PER-ALPHA
provider: TEAM-MESSAGING
receiver: TEAM-NORTHGATE
term: {{start_on: 2025-10-01, end_on: 2027-09-30}}
{AGREED}{SUPPORT}{SIGNED}""",
    "SLA-0900": f"""\
kind: sla
reference: SLA-0900
title: Mail for the branch
owner: PER-BETA
service: SVC-EMAIL
provider: TEAM-NORTHGATE
customer: BU-HALVORSEN
term: {{start_on: 2025-10-01, end_on: 2026-09-30, renewal: express, renewal_months: 12}}
relies_on: [UC-0900, OLA-0900]
{AGREED}{SIGNED}""",
    "SIP-0900": """\
kind: improvement
reference: SIP-0900
title: Answer sooner
origin: breach
raised_on: 2025-11-01
record: SLA-0900
statement: Calls are answered sooner
owner: PER-ALPHA
due_on: 2026-04-01
actions:
  desk: {what: A second desk, who: PER-BETA, due_on: 2026-02-01}
  night: {what: A night shift, due_on: 2026-03-01}
""",
}
NAMES = ("UC-0900", "OLA-0900", "SLA-0900", "SIP-0900", "SVC-EMAIL", "SLR-0001", "PER-BETA")
AMENDMENTS = (
    ("SVC-EMAIL", {"next_review_on": "2026-06-01"}),
    ("SVC-EMAIL", {"criticality_class": "gold"}),
    ("SIP-0900", {"actions.desk.done_on": "2026-01-15"}),
    ("SIP-0900", {"record": "OLA-0900"}),
    ("SIP-0900", {"record": None, "owner": "PER-BETA"}),
    ("SIP-0900", {"due_on": "2025-12-31"}),
    (
        "SIP-0900",
        {"occurrences.o1.on": "2025-12-05", "occurrences.o1.statement": "Late", "occurrences.o1.missed_on_end": "3"},
    ),
    ("SIP-0900", {"occurrences.o1.missed_on_end": "2", "cause": "missed target"}),
    ("UC-0900", {"next_review_on": "2026-01-07"}),
    ("UC-0900", {"supplier": "SUP-KESTREL", "term.notice.months": "2"}),
    ("SLA-0900", {"last_reviewed_on": "2025-12-15"}),
)


Told = list[tuple[str, int, tuple[str, int | dict[str, str | None]], bool]]
"""Who did what to which record so many days after the last time, and whether what is stale was derived anew then."""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which agreements were taken in that were signed elsewhere, and something is to be improved."""
    folder = tmp_path_factory.mktemp("owing")
    return _prepared(folder / "workspace", None)


def _prepared(folder: Path, url: str | None) -> Path:
    desk = Desk(folder)
    database = ["--database", url] if url else []
    made = Desk(folder).type(
        "init", str(folder), "--name", "Helen", "--person", HELEN, *database, person=None, day=None
    )
    assert made.code == 0, made.words
    shipped = (bootstrap.content_folder() / "workflows" / "sla.yaml").read_text()
    (folder / "workflows").mkdir()
    (folder / "workflows" / "sla.yaml").write_text(shipped.replace("    findings: breach\n", ""))
    desk.must("apply", str(bootstrap.content_folder() / "examples" / "halvorsen"))
    files = folder.parent / "files"
    files.mkdir()
    for name, text in RECORDS.items():
        (files / f"{name}.yaml").write_text(text)
    desk.must("apply", str(files / "people.yaml"))
    workspace = bootstrap.open_workspace(folder)
    for number, name in enumerate(("UC-0900", "OLA-0900", "SLA-0900")):
        (files / f"{name}.txt").write_text(f"Signed on paper: {name}")
        adopt(workspace, _occasion(PEOPLE[number % 2], FIRST), files / f"{name}.txt", str(files / f"{name}.yaml"))
    desk.must("apply", str(files / "SIP-0900.yaml"))
    desk.must("db", "rebuild")
    return folder


@pytest.fixture(scope="module")
def defined(prepared: Path) -> Workspace:
    """The workspace, opened once; its definitions serve every example."""
    return bootstrap.open_workspace(prepared)


@pytest.fixture
def workspace(prepared: Path, tmp_path: Path) -> Iterator[Workspace]:
    shutil.copytree(prepared, tmp_path / "workspace")
    opened = bootstrap.open_workspace(tmp_path / "workspace")
    yield opened
    opened.storage.dispose()


def _occasion(person: str, day: date) -> Occasion:
    return Occasion(person, person, "tester", datetime.combine(day, time(9), tzinfo=UTC), day)


def _fresh(workspace: Workspace, day: date) -> list[Obligation]:
    with workspace.storage.reading() as reading:
        return sorted(one for record in reading.records() for one in derive(workspace, reading, record, day))


def _kept(workspace: Workspace, day: date) -> list[Obligation]:
    """As it is kept once what is stale was derived anew, one term after the other."""
    with workspace.storage.noting() as noting:
        for _ in range(100):
            refresh(workspace.definitions, noting, day)
            if not noting.obligations(stale_on=day):
                break
        return [one.plainly() for one in noting.obligations()]


def _seen(workspace: Workspace, day: date) -> list[Obligation]:
    with workspace.storage.reading() as reading:
        return [one.plainly() for one in owed(workspace, reading, day)]


moves = st.lists(
    st.tuples(
        st.sampled_from(PEOPLE),
        st.integers(-60, 90),
        st.one_of(
            st.tuples(st.sampled_from(NAMES), st.integers(0, 8)),
            st.sampled_from(AMENDMENTS),
        ),
        st.booleans(),
    ),
    max_size=10,
)


def _move(workspace: Workspace, occasion: Occasion, name: str, what: int | dict[str, str | None]) -> None:
    """A step from where the record is, or an amendment; what is refused changes nothing."""
    with suppress(SdflowError):
        if isinstance(what, dict):
            amend(workspace, occasion, name, what)
            return
        with workspace.storage.reading() as reading:
            record = reading.required(name)
        steps = workspace.definitions.workflows[record.kind].steps_from(record.state)
        if steps:
            advance(workspace, occasion, name, steps[what % len(steps)].name)


@settings(max_examples=20, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(told=moves)
def test_what_is_kept_is_what_follows_from_the_records_after_any_acts_on_any_days(
    prepared: Path, defined: Workspace, tmp_path_factory: pytest.TempPathFactory, told: Told
) -> None:
    folder = tmp_path_factory.mktemp("told") / "workspace"
    shutil.copytree(prepared, folder)
    workspace = replace(defined, folder=folder, storage=Storage.open(f"sqlite:///{folder / 'sdflow.db'}"))
    day = FIRST
    for person, days, (name, what), swept in told:
        day += timedelta(days=days)
        _move(workspace, _occasion(person, day), name, what)
        assert _seen(workspace, day) == _fresh(workspace, day)
        if swept:
            assert _kept(workspace, day) == _fresh(workspace, day)
    workspace.storage.dispose()
    shutil.rmtree(folder)


def test_on_either_database_acts_keep_what_is_owed_and_a_rebuild_finds_nothing_to_mend(
    database_url: str, tmp_path: Path
) -> None:
    workspace = bootstrap.open_workspace(_prepared(tmp_path / "workspace", database_url))
    day = date(2026, 1, 10)
    for name, step in (("UC-0900", "activate"), ("OLA-0900", "activate"), ("SIP-0900", "accept")):
        advance(workspace, _occasion("PER-BETA", day), name, step)
    kept = _kept(workspace, day)
    assert {(one.record, one.name) for one in kept} >= {
        ("UC-0900", "notice_by"), ("UC-0900", "review"), ("OLA-0900", "expiry"), ("SIP-0900", "completion")
    }  # fmt: skip
    assert kept == _fresh(workspace, day)
    with workspace.storage.noting() as noting:
        assert rebuild(workspace.definitions, noting, day).mended == ()
    assert _kept(workspace, day) == kept
    workspace.storage.dispose()


def test_a_rebuild_derives_what_was_lost_and_names_it_and_leaves_the_day_of_the_next_reminder_alone(
    workspace: Workspace,
) -> None:
    day = date(2026, 1, 10)
    advance(workspace, _occasion("PER-BETA", day), "UC-0900", "activate")
    before = _kept(workspace, day)
    with workspace.storage.noting() as noting:
        rows = noting.obligations()
        noting.remind_next([(one, date(2026, 3, 3)) for one in rows if one.record == "UC-0900"])
        noting.keep_obligations(["SLA-0900"], [])
    with workspace.storage.noting() as noting:
        found = rebuild(workspace.definitions, noting, day)
    assert found.mended == ("SLA-0900",)
    assert found.obligations == len(before)
    assert _kept(workspace, day) == before
    with workspace.storage.reading() as reading:
        assert {one.next_on for one in reading.obligations_of(["UC-0900"])["UC-0900"]} == {date(2026, 3, 3)}


def test_what_was_kept_by_other_life_cycles_is_not_believed(workspace: Workspace) -> None:
    day = date(2026, 1, 10)
    with workspace.storage.noting() as noting:
        noting.keep_obligations(["SLA-0900"], [])
    assert _seen(workspace, day) != _fresh(workspace, day)
    with workspace.storage.noting() as noting:
        noting.keep_basis("obligations", "0" * 64)
    assert _seen(workspace, day) == _fresh(workspace, day)


def test_an_obligation_that_stays_goes_on_with_its_reminders_and_a_new_one_begins_with_its_own(
    workspace: Workspace,
) -> None:
    day = date(2025, 12, 2)
    with workspace.storage.noting() as noting:
        noting.remind_next([(one, date(2026, 1, 31)) for one in noting.obligations_of(["SIP-0900"])["SIP-0900"]])
    amend(workspace, _occasion("PER-BETA", day), "SIP-0900", {"title": "Answer much sooner"})
    with workspace.storage.reading() as reading:
        (waiting,) = reading.obligations_of(["SIP-0900"])["SIP-0900"]
    assert (waiting.name, waiting.known_on, waiting.next_on) == ("acceptance", FIRST, date(2026, 1, 31))
    advance(workspace, _occasion("PER-BETA", day), "SIP-0900", "accept")
    with workspace.storage.reading() as reading:
        found = {one.name: one for one in reading.obligations_of(["SIP-0900"])["SIP-0900"]}
    assert found["completion"].known_on == day
    assert found["completion"].next_on == date(2026, 3, 2)


def test_each_term_that_a_missed_sweep_went_past_is_taken_in_turn(workspace: Workspace) -> None:
    advance(workspace, _occasion("PER-BETA", date(2025, 12, 2)), "UC-0900", "activate")
    late = date(2026, 10, 15)
    known: dict[date, date] = {}
    with workspace.storage.noting() as noting:
        while True:
            rows = [one for one in noting.obligations_of(["UC-0900"])["UC-0900"] if one.name == "notice_by"]
            known |= {one.due_on: one.known_on for one in rows}
            if not stale(noting, late):
                break
            refresh(workspace.definitions, noting, late)
    assert known == {
        date(2026, 2, 28): date(2025, 12, 1),
        date(2026, 4, 30): date(2026, 1, 30),
        date(2026, 6, 30): date(2026, 4, 1),
        date(2026, 8, 30): date(2026, 6, 1),
        date(2026, 10, 30): date(2026, 8, 1),
        date(2026, 12, 31): date(2026, 10, 2),
    }


def test_what_is_due_is_found_by_an_index_and_not_by_reading_all(workspace: Workspace) -> None:
    plans = []
    for column in (
        "due_on <= '2026-01-01'",
        "next_on <= '2026-01-01'",
        "stale_on <= '2026-01-01' OR holds_from > '2026-01-01'",
        "person_reference = 'P'",
    ):
        with workspace.storage.reading() as reading:
            session = reading._session
            rows = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN SELECT * FROM obligation WHERE {column}")
            plans.append(" ".join(str(row[3]) for row in rows))
    assert all("USING INDEX" in plan for plan in plans), plans


def test_acts_on_others_reach_those_that_look_at_them_and_nobody_else(workspace: Workspace) -> None:
    with workspace.storage.noting() as noting:
        noting.lock_chain()
        noting.keep_obligations(["SLA-0900", "UC-0900"], [])
        follow(workspace.definitions, noting, ["SVC-EMAIL"], (), FIRST)
        assert noting.obligations_of(["SLA-0900"])["SLA-0900"] != []
        assert noting.obligations_of(["UC-0900"])["UC-0900"] == []


def _due(workspace: Workspace, name: str, day: date) -> dict[str, tuple[date, str]]:
    with workspace.storage.reading() as reading:
        found = derive(workspace, reading, reading.required(name), day)
    return {one.name + (f"/{one.subject}" if one.subject else ""): (one.due_on, one.reason) for one in found}


def _all(workspace: Workspace, day: date, *moves: tuple[str, str]) -> None:
    for name, step in moves:
        advance(workspace, _occasion("PER-BETA", day), name, step)


def test_a_review_is_due_yearly_and_sooner_for_a_service_of_a_higher_class(workspace: Workspace) -> None:
    day = date(2026, 1, 10)
    _all(workspace, day, ("SIP-0900", "accept"), ("SLA-0900", "activate"))
    assert _due(workspace, "SLA-0900", day)["review"] == (
        date(2027, 1, 10),
        "every 12 months; owed since 10 January 2026",
    )
    amend(workspace, _occasion("PER-BETA", day), "SVC-EMAIL", {"criticality_class": "gold"})
    due, reason = _due(workspace, "SLA-0900", day)["review"]
    assert due == date(2026, 7, 10)
    assert reason == "every 6 months, since criticality class is gold; owed since 10 January 2026"


def test_a_review_restarts_the_interval_and_neither_begins_nor_waits_for_it(workspace: Workspace) -> None:
    _all(workspace, date(2026, 1, 10), ("UC-0900", "activate"), ("SLA-0900", "activate"))
    assert _due(workspace, "UC-0900", date(2026, 1, 10))["review"][0] == date(2026, 4, 10)
    _all(workspace, date(2026, 4, 20), ("UC-0900", "confirm"))
    assert _due(workspace, "UC-0900", date(2026, 4, 20))["review"][0] == date(2026, 7, 20)
    _all(workspace, date(2026, 5, 1), ("SLA-0900", "start_review"))
    assert _due(workspace, "SLA-0900", date(2026, 5, 1))["review"][0] == date(2027, 1, 10)
    _all(workspace, date(2026, 5, 20), ("SLA-0900", "confirm"))
    assert _due(workspace, "SLA-0900", date(2026, 5, 20))["review"] == (
        date(2027, 5, 20),
        "every 12 months; done last on 20 May 2026",
    )


def test_what_falls_short_and_another_supplier_bring_a_review_forward(workspace: Workspace, tmp_path: Path) -> None:
    day = date(2026, 1, 10)
    _all(workspace, day, ("SLA-0900", "activate"), ("UC-0900", "activate"))
    found = tmp_path / "found.yaml"
    found.write_text(RECORDS["SIP-0900"].replace("SIP-0900", "SIP-0901"))
    apply(workspace, _occasion("PER-BETA", date(2026, 2, 1)), [found])
    due, reason = _due(workspace, "SLA-0900", date(2026, 2, 1))["review"]
    assert due == date(2026, 3, 3)
    assert reason.startswith("what it promises was found not to be carried (SIP-0901, 1 February 2026); owed since")
    _all(workspace, date(2026, 2, 10), ("SLA-0900", "start_review"), ("SLA-0900", "confirm"))
    assert _due(workspace, "SLA-0900", date(2026, 2, 10))["review"][0] == date(2027, 2, 10)
    _all(workspace, date(2026, 3, 1), ("UC-0900", "revise"))
    other = tmp_path / "other.yaml"
    other.write_text("kind: supplier\nreference: SUP-OTHER\ntitle: Another supplier\n")
    apply(workspace, _occasion("PER-BETA", date(2026, 3, 1)), [other])
    changed = {"supplier": "SUP-OTHER", "effective_on": "2026-03-05", "change_request": "CR-1"}
    amend(
        workspace,
        _occasion("PER-BETA", date(2026, 3, 1)),
        "UC-0900",
        {**changed, "adopted.file_name": None, "adopted.file_sha256": None},
    )
    paper = tmp_path / "second.txt"
    paper.write_text("Signed again with another supplier")
    adopt(workspace, _occasion("PER-BETA", date(2026, 3, 5)), paper, "UC-0900")
    due, reason = _due(workspace, "SLA-0900", date(2026, 3, 5))["review"]
    assert due == date(2026, 4, 4)
    assert reason.startswith("a supplier on whom it rests is another (UC-0900, 5 March 2026)")
    assert _seen(workspace, date(2026, 3, 5)) == _fresh(workspace, date(2026, 3, 5))


def _next_version(workspace: Workspace, folder: Path, day: date, effective_on: date) -> None:
    """A next version of the contract that was signed elsewhere is written and taken in."""
    _all(workspace, day, ("UC-0900", "revise"))
    words = {"scope": "More is agreed.", "effective_on": f"{effective_on}", "change_request": "CR-1"}
    unsigned = {"adopted.file_name": None, "adopted.file_sha256": None}
    amend(workspace, _occasion("PER-BETA", day), "UC-0900", {**words, **unsigned})
    paper = folder / "next.txt"
    paper.write_text("Signed again")
    adopt(workspace, _occasion("PER-BETA", day), paper, "UC-0900")


def test_a_new_version_counts_as_the_review_and_one_that_waits_for_its_start_is_looked_at_too(
    workspace: Workspace, tmp_path: Path
) -> None:
    assert "review" not in _due(workspace, "UC-0900", date(2026, 1, 9))
    _all(workspace, date(2026, 1, 10), ("UC-0900", "activate"))
    _all(workspace, date(2026, 1, 20), ("UC-0900", "confirm"))
    _next_version(workspace, tmp_path, date(2026, 3, 5), date(2026, 9, 1))
    expected = (date(2026, 6, 5), "every 3 months; done last on 5 March 2026")
    assert _due(workspace, "UC-0900", date(2026, 3, 5))["review"] == expected
    _all(workspace, date(2026, 9, 1), ("UC-0900", "activate"))
    assert _due(workspace, "UC-0900", date(2026, 9, 1))["review"] == expected


def test_what_falls_short_on_the_day_of_a_review_brings_the_next_one_forward_only_where_it_came_after_it(
    workspace: Workspace, tmp_path: Path
) -> None:
    day = date(2026, 1, 10)
    _all(workspace, day, ("SLA-0900", "activate"))
    for name, moves in (("SIP-0901", ("start_review", "confirm")), ("SIP-0902", ())):
        found = tmp_path / f"{name}.yaml"
        found.write_text(RECORDS["SIP-0900"].replace("SIP-0900", name))
        apply(workspace, _occasion("PER-BETA", date(2026, 2, 1)), [found])
        assert _due(workspace, "SLA-0900", date(2026, 2, 1))["review"][0] == date(2026, 3, 3)
        for step in moves:
            _all(workspace, date(2026, 2, 1), ("SLA-0900", step))
            expected = date(2027, 2, 1) if step == "confirm" else date(2026, 3, 3)
            assert _due(workspace, "SLA-0900", date(2026, 2, 1))["review"][0] == expected


def test_notice_is_owed_while_a_change_is_negotiated_and_a_renewal_decides_about_one_term(workspace: Workspace) -> None:
    _all(workspace, date(2026, 1, 10), ("UC-0900", "activate"))
    due, reason = _due(workspace, "UC-0900", date(2026, 1, 10))["notice_by/term to 2026-03-31"]
    assert due == date(2026, 2, 28)
    assert (
        reason == "its term ends on 31 March 2026 and goes on for 2 months unless notice is given by 28 February 2026"
    )
    assert _due(workspace, "UC-0900", date(2026, 1, 10))["renewal_decision/term to 2026-03-31"][0] == date(2026, 1, 29)
    _all(workspace, date(2026, 1, 11), ("UC-0900", "revise"))
    assert _due(workspace, "UC-0900", date(2026, 1, 11))["notice_by/term to 2026-03-31"][0] == date(2026, 2, 28)
    _all(workspace, date(2026, 1, 12), ("UC-0900", "abandon"), ("UC-0900", "renew"))
    assert _due(workspace, "UC-0900", date(2026, 1, 12))["notice_by/term to 2026-05-31"][0] == date(2026, 4, 30)
    _all(workspace, date(2026, 1, 13), ("UC-0900", "give_notice"))
    after = _due(workspace, "UC-0900", date(2026, 1, 13))
    assert after["expiry"] == (date(2026, 3, 31), "its last day is 31 March 2026")
    assert not [name for name in after if name.startswith("notice_by")]


def test_an_action_is_owed_by_who_does_it_until_it_is_done(workspace: Workspace) -> None:
    day = date(2026, 1, 10)
    _all(workspace, day, ("SIP-0900", "accept"))
    figure = {"kpi.title": "Waiting", "kpi.unit": "minutes", "kpi.direction": "less", "kpi.target": "5", "size": "small",
              "kpi.baseline.value": "9", "kpi.baseline.on": "2026-01-01", "kpi.baseline.how": "by hand", "priority": "high",
              "kpi.review_on": "2026-06-01", "justification": "People wait"}  # fmt: skip
    amend(workspace, _occasion("PER-ALPHA", day), "SIP-0900", dict(figure))
    advance(workspace, _occasion("PER-ALPHA", day), "SIP-0900", "assess")
    _all(workspace, day, ("SIP-0900", "approve"))
    with workspace.storage.reading() as reading:
        owing = {one.subject: (one.person, one.by, one.due_on) for one in reading.obligations_of(["SIP-0900"])["SIP-0900"]
                 if one.name == "action"}  # fmt: skip
    assert owing == {
        "desk": ("PER-BETA", ("improvement_coordinator",), date(2026, 2, 1)),
        "night": (None, ("improvement_coordinator",), date(2026, 3, 1)),
    }
    amend(workspace, _occasion("PER-ALPHA", day), "SIP-0900", {"actions.desk.done_on": "2026-01-10"})
    assert {name for name in _due(workspace, "SIP-0900", day) if "action" in name} == {"action/night"}


REVIEWED_LATER = date(2026, 9, 1)
GUIDE = "kind: documented_information\nreference: DOC-0900\ntitle: A guide\nowner: PER-ALPHA\n"


def _guide(workspace: Workspace, day: date, reviewed_on: date) -> Path:
    path = workspace.folder / "guide.yaml"
    path.write_text(f"{GUIDE}last_reviewed_on: {reviewed_on}\n")
    apply(workspace, _occasion("PER-BETA", day), [path])
    return path


def test_a_day_that_has_not_come_is_no_day_on_which_something_was_done(workspace: Workspace, tmp_path: Path) -> None:
    day = date(2026, 1, 20)
    with pytest.raises(Unreadable) as applied:
        _guide(workspace, day, REVIEWED_LATER)
    _guide(workspace, day, day)
    with pytest.raises(Unreadable) as amended:
        amend(workspace, _occasion("PER-BETA", day), "DOC-0900", {"last_reviewed_on": str(REVIEWED_LATER)})
    paper, files = tmp_path / "paper.txt", tmp_path / "another.yaml"
    paper.write_text("Signed on another paper")
    files.write_text(f"{RECORDS['OLA-0900'].replace('OLA-0900', 'OLA-0901')}last_reviewed_on: {REVIEWED_LATER}\n")
    with pytest.raises(Unreadable) as adopted:
        adopt(workspace, _occasion("PER-BETA", day), paper, str(files))
    for refused in (amended, applied, adopted):
        (fault,) = refused.value.faults
        assert fault.field == "last_reviewed_on"
        assert "1 September 2026 has not come (today is 20 January 2026)" in fault.message
    assert "a day for which it is planned belongs in next_review_on" in adopted.value.faults[0].message
    assert applied.value.faults[0].line == 5
    assert _due(workspace, "DOC-0900", day)["review"][0] == date(2027, 1, 20)


def test_a_future_day_that_is_stored_silences_nothing_until_it_comes(workspace: Workspace) -> None:
    """A clock that ran ahead wrote it, and was then set back."""
    _guide(workspace, date(2026, 1, 10), date(2025, 12, 20))
    _guide(workspace, REVIEWED_LATER, REVIEWED_LATER)
    day = date(2026, 1, 20)
    with workspace.storage.noting() as noting:
        noting.keep_basis("obligations", "0" * 64)
        rebuild(workspace.definitions, noting, day)
    for today, due_on in (
        (day, date(2027, 1, 10)),
        (REVIEWED_LATER - timedelta(days=1), date(2027, 1, 10)),
        (REVIEWED_LATER, date(2027, 9, 1)),
    ):
        assert _due(workspace, "DOC-0900", today)["review"][0] == due_on
        assert _seen(workspace, today) == _fresh(workspace, today)
        assert _kept(workspace, today) == _fresh(workspace, today)
