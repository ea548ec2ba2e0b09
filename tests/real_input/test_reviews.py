"""What a real user guide owed on each day of six years, against a slow account of it."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from desk import Desk
from real_input.conftest import REPOSITORY, VARIABLE, real_input
from real_input.records import KEEPER, as_yaml, record
from real_input.reviews import Guide, Shelf, by_day, days_between, is_ahead, is_day, reading_room, table
from real_input.told import Account, Round, Step
from sdflow.domain.message import Message
from sdflow.domain.reminder import LedgerStep, StepState
from sdflow.engine.projection import owed

MAPPING = REPOSITORY / "examples" / "reviews" / "reviews.map.yaml"
TAKEN_IN = "2026-04-22"
YEAR = date(2021, 1, 1), date(2021, 12, 31)


def _table(name: str) -> Path:
    path = real_input() / "reviews" / name
    if not path.is_file():
        pytest.skip(f"{path} IS NOT THERE: NO REAL REVIEW WAS TRIED; name the folder of real input in {VARIABLE}")
    return path


@pytest.fixture(scope="module")
def history() -> list[dict[str, str]]:
    """Every change, oldest first."""
    return table(_table("review_history.csv"))


def test_a_table_of_documents_is_taken_in_as_it_is_and_each_owes_its_next_review(room: Desk) -> None:
    source = _table("reviews.csv")
    said = room.must("apply", str(source), "--mapping", str(MAPPING), "--json", person=KEEPER, day=TAKEN_IN)
    assert [one["outcome"] for one in said.data] == ["created"] * 105

    expected = {
        f"DOC-{number:04d}": Guide(date.fromisoformat(row["last_reviewed_on"]), int(row["review_in"].split()[0])).due_on
        for number, row in enumerate(table(source), 1)
    }
    agenda = room.must("agenda", "--days", "3650", "--json", person=KEEPER, day=TAKEN_IN).data
    reviews = {one["reference"]: date.fromisoformat(one["due_on"]) for one in agenda["lines"]}
    assert reviews == expected
    again = room.must("apply", str(source), "--mapping", str(MAPPING), "--json", person=KEEPER, day=TAKEN_IN)
    assert {one["outcome"] for one in again.data} == {"unchanged"}


def test_the_page_beside_the_mapping_shows_a_table_that_is_taken_in(room: Desk, tmp_path: Path) -> None:
    page = MAPPING.with_name("README.md").read_text("utf-8")
    (shown,) = re.findall(r"^```csv\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    (tmp_path / "reviews.csv").write_text(shown, encoding="utf-8")
    room.must("apply", str(tmp_path / "reviews.csv"), "--mapping", str(MAPPING), person=KEEPER, day="2027-02-01")
    lines = room.must("agenda", "--json", person=KEEPER, day="2027-02-01").data["lines"]
    assert [(one["title"], one["due_on"], one["reason"]) for one in lines] == [
        ("Restoring a mailbox", "2027-02-28", "every 6 months; done last on 31 August 2026"),
        ("Quotas", "2027-04-15", "every 3 months; done last on 15 January 2027"),
    ]


def test_days_that_are_no_days_are_refused_with_their_place(
    room: Desk, history: list[dict[str, str]], tmp_path: Path
) -> None:
    wrong = [one["value"] for one in history if one["field"] == "last_reviewed_on" and not is_day(one["value"])]
    assert wrong == ["2020-5-14", '2020-07-29"', "2024-05-9", "2025-01-16--21", "2025-01-16--27"]
    written = [
        record("documented_information", f"DOC-{number:04d}", "A guide", owner=KEEPER, last_reviewed_on=text)
        for number, text in enumerate(wrong, 1)
    ]
    (tmp_path / "guides.yaml").write_text(as_yaml(written), encoding="utf-8")
    said = room.type("apply", str(tmp_path / "guides.yaml"), person=KEEPER)
    assert said.code == 2
    assert said.err.count("last_reviewed_on: ") == len(wrong), said.err
    assert [f"guides.yaml:{line}: " in said.err for line in (5, 11, 17, 23, 29)] == [True] * 5, said.err


def test_days_of_review_that_had_not_come_are_refused_on_the_day_on_which_they_were_written(
    room: Desk, history: list[dict[str, str]], tmp_path: Path
) -> None:
    ahead = [one for one in history if is_day(one["value"]) and is_ahead(one)]
    assert len(ahead) == 20
    assert (
        max(date.fromisoformat(one["value"]) - date.fromisoformat(one["commit_date"][:10]) for one in ahead).days == 366
    )
    for one in ahead[:: len(ahead) - 1]:
        text = as_yaml(
            [record("documented_information", "DOC-0001", "A guide", owner=KEEPER, last_reviewed_on=one["value"])]
        )
        (tmp_path / "guide.yaml").write_text(text, encoding="utf-8")
        said = room.type("apply", str(tmp_path / "guide.yaml"), person=KEEPER, day=one["commit_date"][:10])
        assert said.code == 2
        assert "guide.yaml:5: last_reviewed_on: says when something was done last, but" in said.err
        room.must("apply", "--dry-run", str(tmp_path / "guide.yaml"), person=KEEPER, day=one["value"])


def test_on_every_day_of_six_years_the_same_reviews_are_due_and_overdue_as_by_a_slow_account(
    history: list[dict[str, str]], tmp_path: Path
) -> None:
    written = by_day(history)
    first, last = min(written), max(written)
    workspace = reading_room(tmp_path / "room", first - timedelta(days=1))
    shelf = Shelf(tmp_path)
    taken = 0
    for day in days_between(first, last):
        for one in written.get(day, ()):
            shelf.take(one)
            taken += 1
        if day in written:
            shelf.store(workspace, day, [one.path for one in written[day]])
        with workspace.storage.reading() as reading:
            found = owed(workspace, reading, day, until=day)
        assert {(one.record, one.due_on): one.due_on < day for one in found} == shelf.owed(day), day
    assert (len(shelf.guides), taken) == (168, sum(map(len, written.values())))
    workspace.storage.dispose()


@dataclass(frozen=True)
class Played:
    """A year as it was played: of which steps the keeper should have heard, and what the ledger holds."""

    account: Account
    settled: dict[Step, LedgerStep]
    amiss: list[date]
    """The days on which the message named other documents than the account."""


@pytest.fixture(scope="module")
def played(history: list[dict[str, str]], tmp_path_factory: pytest.TempPathFactory) -> Played:
    """The year with a run every evening, beside the account of it."""
    written, account, amiss = by_day(history), Account(), []
    start, end = YEAR
    told = Round.begun(tmp_path_factory.mktemp("played"), start, written)
    for day in days_between(start, end):
        if day > start:
            told.write(day, written.get(day, ()))
        account.write(day, told.shelf.by_reference())
        messages = told.remind(day)
        expected = sorted({name for name, _, _ in account.evening(day)})
        if [_named(one) for one in messages] != ([expected] if expected else []):
            amiss.append(day)
    settled = told.settled()
    told.workspace.storage.dispose()
    return Played(account, settled, amiss)


def test_every_review_silences_its_reminders_and_starts_the_next_interval(played: Played) -> None:
    assert played.amiss == []
    sent = {step for step, one in played.settled.items() if one.state is StepState.sent}
    assert sent == set(played.account.told)
    assert set(played.settled) == set(played.account.come)
    assert len({(name, due_on) for name, due_on, _ in sent}) > 200
    assert [step for step, one in played.settled.items() if one.state.is_open] == []


@pytest.mark.parametrize(("kept", "runs_at_least"), [(0.15, 30), (0.04, 5)])
def test_missed_runs_settle_the_same_steps_of_the_same_obligations(
    kept: float, runs_at_least: int, played: Played, history: list[dict[str, str]], tmp_path: Path
) -> None:
    written, chance = by_day(history), random.Random(2021)
    start, end = YEAR
    told = Round.begun(tmp_path, start, written)
    runs = 0
    for day in days_between(start, end):
        if day > start:
            told.write(day, written.get(day, ()))
        if chance.random() < kept or day == end:
            runs += 1
            assert len(told.remind(day)) <= 1
    settled = told.settled()
    assert runs_at_least < runs < 150
    assert set(settled) == set(played.settled)
    assert [step for step, one in settled.items() if one.state.is_open] == []
    folded = {step: one.folded_into for step, one in settled.items() if one.state is StepState.folded}
    assert len(folded) > 20
    later = {(name, due_on, into) for (name, due_on, _), into in folded.items() if into is not None}
    assert [step for step, into in folded.items() if into is None or into <= step[2]] == []
    assert {settled[step].state for step in later} <= {StepState.sent, StepState.folded}
    told.workspace.storage.dispose()


def _named(message: Message) -> list[str]:
    return sorted(set(re.findall(r"\bDOC-\d{4}\b", message.text)))
