"""Told: reminders of a real user guide as a postman saw them, beside a slow account of which should have come when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from real_input.records import KEEPER, as_yaml, record
from real_input.reviews import Guide, Shelf, Written, days_between, occasion, reading_room
from sdflow.domain.message import MAIL, Message, Outcome, Post, Receipt
from sdflow.domain.reminder import LedgerStep
from sdflow.engine.workspace import Workspace
from sdflow.operations.apply import apply
from sdflow.operations.remind import ledger_of, remind

BEFORE, EVERY = (-30, -7, 0), 7
"""The days from the due day on which `workflows/documented_information.yaml` reminds, and how often afterwards."""

Step = tuple[str, date, int]
"""Of which document, due by which day, and which step."""


@dataclass
class Postman:
    """Takes every message, and remembers it."""

    messages: list[Message] = field(default_factory=list)

    def carry(self, message: Message) -> Receipt:
        """Take a message."""
        self.messages.append(message)
        return Receipt(Outcome.sent)

    def close(self) -> None:
        """Nothing stays open."""


@dataclass
class Round:
    """A workspace whose keeper is reminded on some days, while the guide is written on."""

    workspace: Workspace
    shelf: Shelf
    postman: Postman

    @classmethod
    def begun(cls, folder: Path, day: date, written: Mapping[date, Sequence[Written]]) -> Round:
        """A workspace that knows on a day everything that was written until then."""
        workspace, postman = reading_room(folder / "room", day), Postman()
        workspace = replace(workspace, post=Post(channels={MAIL: frozenset()}, opened=lambda _: postman))
        begun = cls(workspace, Shelf(folder), postman)
        keeper = record(
            "person", KEEPER, "Kit Keeper", roles={"auditor": {"since": "2019-01-01"}}, email="kit@example.com"
        )
        (folder / "keeper.yaml").write_text(as_yaml([keeper]), encoding="utf-8")
        apply(workspace, occasion(day), [folder / "keeper.yaml"])
        for one in (one for at in sorted(written) if at <= day for one in written[at]):
            begun.shelf.take(one)
        begun.shelf.store(workspace, day, list(begun.shelf.guides))
        return begun

    def write(self, day: date, written: Sequence[Written]) -> None:
        """What was written that day is taken in, in the morning."""
        for one in written:
            self.shelf.take(one)
        if written:
            self.shelf.store(self.workspace, day, [one.path for one in written])

    def remind(self, day: date) -> list[Message]:
        """The messages of the evening."""
        before = len(self.postman.messages)
        evening = datetime.combine(day, time(18), tzinfo=ZoneInfo("UTC"))
        remind(self.workspace, lambda: evening, day)
        return self.postman.messages[before:]

    def settled(self) -> dict[Step, LedgerStep]:
        """Every step that the ledger knows."""
        return {(one.key[0], one.key[3], one.step.days): one for one in ledger_of(self.workspace, None)}


@dataclass
class Account:
    """Which steps come on which day, looked up day by day and document by document."""

    known: dict[str, tuple[date, date]] = field(default_factory=dict)
    come: dict[Step, date] = field(default_factory=dict)
    told: dict[Step, date] = field(default_factory=dict)

    def write(self, day: date, guides: Mapping[str, Guide]) -> None:
        """Documents as they stand from that day on: what was owed until then and is no more ends in the morning."""
        for name, guide in guides.items():
            due_on, known_on = self.known.get(name, (None, day))
            if due_on != guide.due_on:
                if due_on is not None:
                    self.come.update({(name, due_on, step): day for step in _on(due_on, day) if known_on <= day})
                self.known[name] = (guide.due_on, day)

    def evening(self, day: date) -> set[Step]:
        """The steps of which the keeper hears that evening, if there was one every day."""
        heard: set[Step] = set()
        for name, (due_on, known_on) in self.known.items():
            today = list(_on(due_on, day))
            early = list(_until(due_on, day - timedelta(days=1)))[-1:] if day == known_on else []
            self.come.update({(name, due_on, step): day for step in early + today})
            latest = [(name, due_on, step) for step in (early + today)[-1:]]
            heard.update(step for step in latest if step not in self.told)
        self.told.update(dict.fromkeys(heard, day))
        return heard


def _on(due_on: date, day: date) -> Iterator[int]:
    days = (day - due_on).days
    if days in BEFORE or (days > 0 and days % EVERY == 0):
        yield days


def _until(due_on: date, day: date) -> Iterator[int]:
    first = due_on + timedelta(days=BEFORE[0])
    return (step for one in days_between(first, day) for step in _on(due_on, one)) if day >= first else iter(())
