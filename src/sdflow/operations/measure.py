"""Measure: what a service desk or a monitor exported is taken in, row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path

from sdflow.adapters.definitions.measured_mapping import read_measured_mapping
from sdflow.adapters.measured_files import file_hash, read_measured
from sdflow.adapters.storage import Reading, Writing
from sdflow.domain.errors import Refused
from sdflow.domain.kind import Content
from sdflow.domain.measured import Incidents, MeasuredKind, Outages
from sdflow.domain.measured_file import FileRead, Kept, Measured, MeasuredPart, Span, told_over
from sdflow.domain.measured_form import KnownSubjects, MeasuredForm, RefusedRow, conventions_of
from sdflow.domain.service_time import local_days
from sdflow.domain.trait import Dependent, Party, Structured
from sdflow.engine.change import Change, acting
from sdflow.engine.definitions import Definitions
from sdflow.engine.workspace import Occasion, Workspace

Progress = Callable[[str, int, int], None]
SUBJECTS: Mapping[str, type] = {"service": Structured, "component": Dependent, "customer": Party, "supplier": Party}


@dataclass(frozen=True)
class Export:
    """A file that a desk or a monitor wrote, what is wanted of it, and the mapping that explains it."""

    kind: MeasuredKind
    path: Path
    mapping: Path


@dataclass
class Taken:
    """What became of a file: how many of its rows were new, changed, known already and refused, and each reason why.

    `added` and `changed` count by subject, the empty one for rows that name none. `watched` says over which stretch of time the
    file tells everything of whom.
    """

    source: str
    kind: MeasuredKind
    file: str
    sha256: str
    conventions: tuple[str, ...]
    read: int = 0
    rows: int = 0
    refused: int = 0
    reasons: list[RefusedRow] = field(default_factory=list)
    added: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    new: int = 0
    replaced: int = 0
    watched: dict[str, Span] = field(default_factory=dict)

    @property
    def unchanged(self) -> int:
        """How many rows were there already and say the same."""
        return self.rows - self.new - self.replaced

    def take(self, part: MeasuredPart, kept: Kept) -> None:
        """Count a part of the file."""
        self.read += part.read
        self.rows += len(part.rows)
        self.refused += part.refused
        self.reasons += part.reasons
        self.new += int(kept.added.sum())
        self.replaced += int(kept.changed.sum())
        for which, counted in ((kept.added, self.added), (kept.changed, self.changed)):
            if which.any():
                counted.update(_subjects(part.rows.chosen(which)))
        self._watch(part)

    def _watch(self, part: MeasuredPart) -> None:
        told = told_over(part.rows)
        spans = dict(part.seen) if part.seen or not told else dict.fromkeys(_subjects(part.rows), told)
        for subject, (since, until) in spans.items():
            first, last = self.watched.get(subject, (since, until))
            self.watched[subject] = (min(first, since), max(last, until))


class _DryRunError(Exception):
    """Ends the act before anything is stored."""


def measure(
    workspace: Workspace,
    occasion: Occasion,
    export: Export,
    *,
    reason: str = "",
    dry_run: bool = False,
    progress: Progress,
) -> Taken:
    """Take in the rows of a file as its mapping says; those that cannot be are left out, each with its reason.

    A row whose number is known under the same source is replaced where it says something else, so that the same file twice
    changes nothing. With `dry_run` nothing is stored. `Unreadable` where the file or its mapping cannot be read, `Refused`
    where the mapping is for rows of another kind.
    """
    kind, path, mapping = export.kind, export.path, export.mapping
    form = read_measured_mapping(mapping)
    if form.reads.kind is not kind:
        advice = f"run: sdflow measure {form.reads.kind.value} {path} --mapping {mapping}"
        raise Refused(f"{mapping} reads {form.reads.value}, not {kind.value}", advice=advice)
    taken = Taken(form.source, kind, path.name, file_hash(path, form), conventions_of(form))
    with suppress(_DryRunError), acting(workspace, occasion, "measure", reason) as change:
        _read(workspace, occasion, change.writing, form, path, taken, progress)
        file = _file(taken, occasion)
        if change.writing.keep_file(file) or taken.new or taken.replaced:
            _tell(change, occasion, taken)
        if dry_run:
            raise _DryRunError
    return taken


def _read(
    workspace: Workspace,
    occasion: Occasion,
    writing: Writing,
    form: MeasuredForm,
    path: Path,
    taken: Taken,
    progress: Progress,
) -> None:
    known = known_subjects(workspace.definitions, writing)
    lasting = writing.outages_that_last(form.source)
    latest = datetime.combine(occasion.today + timedelta(days=2), time(0), UTC)
    keep = partial(_keep, writing, form.source)
    for part in read_measured(path, form, known, int(latest.timestamp()), lasting):
        taken.take(part, keep(part.rows))
        progress(f"Reading {path.name}, {taken.read:,} rows", int(100 * part.share), 100)
    taken.watched = watched_over(form, taken.watched)


def known_subjects(definitions: Definitions, reading: Reading) -> KnownSubjects:
    """What rows may be about: the records whose kinds have the traits that the fields need."""
    records = [(one, definitions.kinds[one.kind]) for one in reading.records() if one.kind in definitions.kinds]
    found = {
        name: {one.reference: one.title for one, model in records if _has(model, trait)}
        for name, trait in SUBJECTS.items()
    }
    titles = {name: _unique_titles(named) for name, named in found.items()}
    return KnownSubjects({name: frozenset(named) for name, named in found.items()}, titles)


def _has(model: type[Content], trait: type) -> bool:
    return issubclass(model, trait)


def _unique_titles(named: Mapping[str, str]) -> dict[str, str]:
    """References by title in small letters; a title that two records share names neither."""
    times = Counter(title.lower() for title in named.values())
    return {title.lower(): reference for reference, title in named.items() if times[title.lower()] == 1}


def watched_over(form: MeasuredForm, seen: Mapping[str, Span]) -> dict[str, Span]:
    """Of whom a file tells everything over which stretch of time: as the mapping says, else as its rows show.

    Whom the mapping names without a time is watched from the first row to the last of all.
    """
    covers = form.covers
    whole = (min(since for since, _ in seen.values()), max(until for _, until in seen.values())) if seen else None
    if covers.first and covers.last:
        since, until = local_days(form.zone, covers.first, covers.last)
        whole = (since * 60, until * 60)
        return dict.fromkeys((*seen, *covers.subjects), whole)
    return dict(seen) | (dict.fromkeys(covers.subjects, whole) if whole else {})


def _keep(writing: Writing, source: str, rows: Measured) -> Kept:
    match rows:
        case Incidents():
            return writing.keep_incidents(source, rows)
        case Outages():
            return writing.keep_outages(source, rows)
    return writing.keep_measurements(source, rows)


def _subjects(rows: Measured) -> Counter[str]:
    """How many rows are of each service and component; the empty name counts those that are of neither."""
    services, components = Counter(rows.service.tolist()), Counter(rows.component.tolist())
    nobody = sum(1 for of, by in zip(rows.service, rows.component, strict=True) if not of and not by)
    counted = services + components
    del counted[""]
    return counted + Counter({"": nobody})


def _file(taken: Taken, occasion: Occasion) -> FileRead:
    return FileRead(
        source=taken.source,
        kind=taken.kind,
        sha256=taken.sha256,
        file=taken.file,
        conventions=taken.conventions,
        rows=taken.rows,
        refused=taken.refused,
        read_at=occasion.recorded_at,
        watched=taken.watched,
    )


def _tell(change: Change, occasion: Occasion, taken: Taken) -> None:
    """Tell of the reading where it changed something: at each subject, or at who read it where the rows name none."""
    subjects = sorted({*taken.watched, *taken.added, *taken.changed} - {""}) or [occasion.actor]
    for subject in subjects:
        whose = subject if subject != occasion.actor else ""
        change.tell(
            subject,
            "measured",
            source=taken.source,
            measured=taken.kind.value,
            file=taken.file,
            sha256=taken.sha256,
            added=taken.added[whose],
            changed=taken.changed[whose],
        )
