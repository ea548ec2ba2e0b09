"""Reviews: the history of a real user guide, played day by day, and what is owed on each day, worked out slowly."""

from __future__ import annotations

import csv
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from real_input.records import KEEPER, as_yaml, record
from sdflow import bootstrap
from sdflow.engine.workspace import Occasion, Workspace
from sdflow.operations.apply import Applied, apply
from sdflow.operations.initialise import register_first_person

USUAL_MONTHS = 12


@dataclass(frozen=True)
class Written:
    """What was written of a document on a day: the fields that changed, as their last text of that day."""

    day: date
    path: str
    fields: Mapping[str, str]


@dataclass(frozen=True)
class Guide:
    """A document as it stands: when it was last reviewed, and how often it should be."""

    last_on: date
    months: int = USUAL_MONTHS

    @property
    def due_on(self) -> date:
        """The same day so many months later, or the last day of that month; counted month by month."""
        year, month = self.last_on.year, self.last_on.month
        for _ in range(self.months):
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        return date(year, month, min(self.last_on.day, monthrange(year, month)[1]))


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def is_day(text: str) -> bool:
    """Whether a text is a day as the history writes it."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def is_ahead(change: Mapping[str, str]) -> bool:
    """Whether a day of review was written down before it came."""
    return change["field"] == "last_reviewed_on" and change["commit_date"][:10] < change["value"]


def by_day(changes: Sequence[Mapping[str, str]]) -> dict[date, list[Written]]:
    """What was written on each day, but for what cannot be read; in the order of the documents' first appearance.

    Who is refused a day of review that had not come gives the day on which it was written.
    """
    found: dict[date, dict[str, dict[str, str]]] = {}
    for one in changes:
        if one["field"] != "last_reviewed_on" or is_day(one["value"]):
            day = date.fromisoformat(one["commit_date"][:10])
            value = day.isoformat() if is_ahead(one) else one["value"]
            found.setdefault(day, {}).setdefault(one["path"], {})[one["field"]] = value
    return {day: [Written(day, path, fields) for path, fields in of.items()] for day, of in found.items()}


def days_between(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def occasion(day: date) -> Occasion:
    """The keeper of the guide, at nine in the morning."""
    return Occasion(KEEPER, "Kit Keeper", "tester", datetime.combine(day, time(9), tzinfo=UTC), day)


def reading_room(folder: Path, day: date) -> Workspace:
    """A workspace with nobody in it but the keeper; its records are kept in memory."""
    bootstrap.write_settings(folder, "Reading room", "sqlite://")
    workspace = bootstrap.open_workspace(folder, create=True)
    register_first_person(workspace, occasion(day), ())
    return workspace


@dataclass
class Shelf:
    """Every document that there has been, and as it stands, kept by hand beside the workspace."""

    folder: Path
    references: dict[str, str] = field(default_factory=dict)
    guides: dict[str, Guide] = field(default_factory=dict)

    def take(self, written: Written) -> None:
        """Change a document as the history says."""
        before, said = self.guides.get(written.path), written.fields
        if "last_reviewed_on" in said:
            last_on = date.fromisoformat(said["last_reviewed_on"])
        else:
            assert before is not None, f"{written.path} was never reviewed"
            last_on = before.last_on
        months = int(said["review_in"].split()[0]) if "review_in" in said else before.months if before else USUAL_MONTHS
        self.references.setdefault(written.path, f"DOC-{len(self.references) + 1:04d}")
        self.guides[written.path] = Guide(last_on, months)

    def store(self, workspace: Workspace, day: date, paths: Sequence[str]) -> list[Applied]:
        """Let the workspace have these documents as they stand."""
        file = self.folder / "changed.yaml"
        file.write_text(as_yaml([self._record(path) for path in paths]), encoding="utf-8")
        return apply(workspace, occasion(day), [file])

    def owed(self, day: date) -> dict[tuple[str, date], bool]:
        """Which reviews are due by a day, and whether they are overdue."""
        return {
            (self.references[path], guide.due_on): guide.due_on < day
            for path, guide in self.guides.items()
            if guide.due_on <= day
        }

    def by_reference(self) -> dict[str, Guide]:
        """The documents by the references of their records."""
        return {self.references[path]: guide for path, guide in self.guides.items()}

    def _record(self, path: str) -> dict[str, object]:
        guide = self.guides[path]
        return record(
            "documented_information",
            self.references[path],
            path,
            owner=KEEPER,
            held_at=path,
            last_reviewed_on=guide.last_on.isoformat(),
            review_every_months=guide.months,
        )
