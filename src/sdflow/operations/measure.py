"""Measure: what a service desk or a monitor exported is taken in, row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from sdflow.adapters.definitions.measured_mapping import read_measured_mapping
from sdflow.adapters.measured_files import file_hash, read_measured
from sdflow.adapters.storage import Reading
from sdflow.domain.errors import Refused
from sdflow.domain.kind import Content
from sdflow.domain.measured import Incidents, MeasuredKind
from sdflow.domain.measured_file import FileRead, Kept, Measured, MeasuredPart, Span, subjects_of, told_over
from sdflow.domain.measured_form import KnownSubjects, MeasuredForm, RefusedRow, conventions_of
from sdflow.domain.service_time import local_days
from sdflow.domain.trait import Dependent, Party, Structured
from sdflow.engine.change import Change, acting
from sdflow.engine.definitions import Definitions
from sdflow.engine.measured_keeping import Keeping
from sdflow.engine.workspace import Occasion, Workspace

Progress = Callable[[str, int, int], None]
Refuse = Callable[[Sequence[RefusedRow]], None]
"""Takes the reasons why rows of a part of a file are refused, as they come."""

MOST_EXAMPLES = 1_000
"""So many reasons are kept with all they say; a file may have millions."""

MOST_WORDINGS = 1_000
"""So many reasons are counted by their words, since a reason may name what stands in its row; all others of a column together."""

OTHER_REASONS = "other reasons"
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

    `added` and `changed` count by subject, the empty one for rows that name none. `removed` counts what the source said before
    and says no longer, `reopened` the changed rows that had an end and have none now, and `stale` the refused rows of which an
    earlier state stays. `unreported` are incidents that name a component and no service, which no figure counts. `watched` says
    over which stretch of time the file tells everything of whom, as far as it was over then; `cut_at` is the instant from
    which on it tells nothing, although its mapping says so. `withdrawn` are those removed that the same file had brought under
    another mapping; `reasons` are the first of the `reason_count` reasons, all of which `refuse` was given, and `because` counts
    them by column and words; `read_again` names the files that may say them too, and `other_sources` under which it was read as well.
    """

    source: str
    kind: MeasuredKind
    file: str
    sha256: str
    conventions: tuple[str, ...]
    refuse: Refuse | None
    read: int = 0
    rows: int = 0
    refused: int = 0
    reasons: list[RefusedRow] = field(default_factory=list)
    reason_count: int = 0
    because: Counter[tuple[str, str]] = field(default_factory=Counter)
    added: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    new: int = 0
    replaced: int = 0
    removed: int = 0
    reopened: int = 0
    stale: int = 0
    unreported: int = 0
    refused_of: Counter[str] = field(default_factory=Counter)
    watched: dict[str, Span] = field(default_factory=dict)
    cut_at: int | None = None
    withdrawn: int = 0
    read_again: tuple[str, ...] = ()
    other_sources: tuple[str, ...] = ()

    @property
    def unchanged(self) -> int:
        """How many rows were there already and say the same."""
        return self.rows - self.new - self.replaced

    @property
    def altered(self) -> bool:
        """Whether anything is kept otherwise than before."""
        return bool(self.new or self.replaced or self.removed)

    def take(self, part: MeasuredPart, rows: Measured, kept: Kept) -> None:
        """Count a part of the file, and the rows that follow from it."""
        self.read += part.read
        self.rows += len(rows)
        self.refused += part.refused
        self.refused_of.update(part.refused_of)
        self._count_reasons(part.reasons)
        self.new += int(kept.added.sum())
        self.replaced += int(kept.changed.sum())
        self.reopened += int(kept.reopened.sum())
        for which, counted in ((kept.added, self.added), (kept.changed, self.changed)):
            if which.any():
                counted.update(subjects_of(rows.chosen(which)))
        if isinstance(rows, Incidents):
            self.unreported += int(((rows.service == "") & (rows.component != "")).sum())
        self._watch(part)

    def _count_reasons(self, reasons: Sequence[RefusedRow]) -> None:
        if reasons and self.refuse is not None:
            self.refuse(reasons)
        self.reason_count += len(reasons)
        self.reasons += reasons[: MOST_EXAMPLES - len(self.reasons)]
        for (column, reason), count in Counter((one.column, one.reason) for one in reasons).items():
            known = (column, reason) in self.because or len(self.because) < MOST_WORDINGS
            self.because[column, reason if known else OTHER_REASONS] += count

    def _watch(self, part: MeasuredPart) -> None:
        told = told_over(part.rows)
        spans = (
            dict.fromkeys(subjects_of(part.rows), told)
            if told
            else {one.subject: one.span for one in part.checks or ()}
        )
        for subject, (since, until) in spans.items():
            first, last = self.watched.get(subject, (since, until))
            self.watched[subject] = (min(first, since), max(last, until))

    def cut(self, instant: int) -> None:
        """Leave out of what is watched all that was still to come."""
        late = any(until > instant for _, until in self.watched.values())
        self.cut_at = instant if late else None
        known = {subject: (since, min(until, instant)) for subject, (since, until) in self.watched.items()}
        self.watched = {subject: span for subject, span in known.items() if span[0] < span[1]}


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
    refuse: Refuse | None = None,
) -> Taken:
    """Take in the rows of a file as its mapping says; those that cannot be are left out, each with its reason.

    A row whose number is known under the same source is replaced where it says something else, so that the same file twice
    changes nothing, and what the source says no longer is taken out. `refuse` is given every reason, part by part.
    With `dry_run` nothing is stored. `Unreadable` where the
    file or its mapping cannot be read, `Refused` where the mapping is for rows of another kind.
    """
    kind, path, mapping = export.kind, export.path, export.mapping
    form = read_measured_mapping(mapping)
    if form.reads.kind is not kind:
        advice = f"run: sdflow measure {form.reads.kind.value} {path} --mapping {mapping}"
        raise Refused(f"{mapping} reads {form.reads.value}, not {kind.value}", advice=advice)
    taken = Taken(form.source, kind, path.name, file_hash(path, form), conventions_of(form), refuse)
    with suppress(_DryRunError), acting(workspace, occasion, "measure", reason) as change:
        keeping = Keeping(change.writing, form, taken.sha256)
        known = known_subjects(workspace.definitions, change.writing)
        _read(occasion, form, path, known, taken, keeping, progress)
        new = change.writing.keep_file(_file(taken, occasion), keeping.number)
        if new or taken.altered:
            change.writing.settle_refused(_file(taken, occasion))
            _tell(change, occasion, taken)
        if dry_run:
            raise _DryRunError
    return taken


def _read(
    occasion: Occasion,
    form: MeasuredForm,
    path: Path,
    known: KnownSubjects,
    taken: Taken,
    keeping: Keeping,
    progress: Progress,
) -> None:
    now, end = _known_until(occasion, form.zone)
    for part in read_measured(path, form, known, end - 1):
        keeping.refuse(part.refused_numbers)
        taken.take(part, *keeping.keep(part))
        progress(f"Reading {path.name}, {taken.read:,} rows", int(100 * part.share), 100)
    taken.watched = watched_over(form, taken.watched)
    keeping.settle(taken.watched)
    taken.removed, taken.withdrawn, taken.stale = keeping.removed, keeping.withdrawn, keeping.stale
    taken.read_again, taken.other_sources = keeping.to_read_again(), keeping.other_sources()
    taken.cut(now)


def _known_until(occasion: Occasion, zone: str) -> tuple[int, int]:
    """The instant up to which anything can be known, and the end of that day; without a clock of that day its end."""
    since, until = (60 * minute for minute in local_days(zone, occasion.today, occasion.today))
    now = int(occasion.recorded_at.timestamp())
    return now if since <= now < until else until, until


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
        refused_of={subject: rows for subject, rows in taken.refused_of.items() if rows},
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
            **({"removed": taken.removed} if taken.removed else {}),
        )
