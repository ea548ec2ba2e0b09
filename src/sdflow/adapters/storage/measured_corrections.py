"""Measured corrections: what a file brought and no longer says is taken out, and checks of all files become outages together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, delete, func, insert, literal, or_, select, tuple_
from sqlmodel import col

from sdflow.adapters.storage.measured_rows import as_outages, packed_checks, unpacked_checks
from sdflow.adapters.storage.measured_tables import ChecksRow, IncidentRow, MeasurementRow, OutageRow, RefusedCountRow
from sdflow.adapters.storage.measured_writing import MeasuredWriting, parts_of
from sdflow.domain.checks import Checks, outage_numbers, together
from sdflow.domain.measured import UNKNOWN, MeasuredKind, Outages
from sdflow.domain.measured_file import FileRead, Kept, Span

TABLES: dict[MeasuredKind, type[IncidentRow] | type[OutageRow] | type[MeasurementRow]] = {
    MeasuredKind.incidents: IncidentRow,
    MeasuredKind.outages: OutageRow,
    MeasuredKind.measurements: MeasurementRow,
}
REMOVED_AT_ONCE = 500
NO_OUTAGES = as_outages([])
Key = tuple[Any, ...]


def key_of(kind: MeasuredKind) -> tuple[str, ...]:
    """The columns by which a source names its rows."""
    return ("measure", "service", "component", "customer", "at") if kind is MeasuredKind.measurements else ("number",)


class MeasuredCorrections(MeasuredWriting):
    """A transaction that also takes out what was measured, where the source says so no longer."""

    def has_rows(self, kind: MeasuredKind, source: str) -> bool:
        """Whether anything of a source is kept."""
        table = TABLES[kind]
        return self._session.scalar(select(literal(1)).where(col(table.source) == source).limit(1)) is not None

    def brought_by(self, kind: MeasuredKind, source: str, number: int) -> set[Key]:
        """The keys of the rows that stand as a file brought them."""
        table = TABLES[kind]
        columns = [getattr(table, name) for name in key_of(kind)]
        asked = select(*columns).where(col(table.source) == source, col(table.file) == number)
        return {tuple(row) for row in self._session.execute(asked)}

    def of_no_file(self, kind: MeasuredKind, source: str, subject: str, span: Span) -> set[Key]:
        """The keys of outages or measurements of a subject within a stretch of time of which no file is known that brought them."""
        table = OutageRow if kind is MeasuredKind.outages else MeasurementRow
        moment = col(OutageRow.since) if table is OutageRow else col(MeasurementRow.at)
        columns = [getattr(table, name) for name in key_of(kind)]
        of, by = col(table.service), col(table.component)
        whose = or_(of == subject, by == subject) if subject else (of == "") & (by == "")
        within = (moment >= span[0]) & (moment < span[1])
        asked = select(*columns).where(col(table.source) == source, col(table.file) == 0, whose, within)
        return {tuple(row) for row in self._session.execute(asked)}

    def told_within(self, source: str, group: Key, span: Span) -> set[Key]:
        """The keys of what a source measured of one measure and subject within a stretch of time."""
        table = MeasurementRow
        columns = [getattr(table, name) for name in key_of(MeasuredKind.measurements)]
        same = [column == said for column, said in zip(columns[:-1], group, strict=True)]
        asked = select(*columns).where(
            col(table.source) == source, *same, col(table.at) >= span[0], col(table.at) < span[1]
        )
        return {tuple(row) for row in self._session.execute(asked)}

    def unnumbered_outages(self, source: str, subject: str, since: int, until: int) -> Outages:
        """The outages of a subject that have no number of the source's own, and meet a stretch of time."""
        meets = or_(col(OutageRow.until).is_(None), col(OutageRow.until) > since, col(OutageRow.since) >= since)
        found = self._outages_of(source, subject, meets & (col(OutageRow.since) < until))
        return _without_numbers(found)

    def remove(self, kind: MeasuredKind, source: str, keys: Iterable[Key]) -> None:
        """Take rows out."""
        table = TABLES[kind]
        columns = [getattr(table, name) for name in key_of(kind)]
        for some in parts_of(keys, REMOVED_AT_ONCE):
            named = tuple_(*columns).in_(some) if len(columns) > 1 else columns[0].in_([key[0] for key in some])
            self._session.execute(delete(table).where(col(table.source) == source, named))

    def known_numbers(self, kind: MeasuredKind, source: str, numbers: Sequence[str]) -> set[str]:
        """Those of these numbers of which a source has rows."""
        table = IncidentRow if kind is MeasuredKind.incidents else OutageRow
        found: set[str] = set()
        for some in parts_of(dict.fromkeys(numbers), REMOVED_AT_ONCE):
            asked = select(col(table.number)).where(col(table.source) == source, col(table.number).in_(some))
            found.update(self._session.scalars(asked))
        return found

    def settle_refused(self, file: FileRead) -> None:
        """Forget which rows of an earlier file of the same name were refused, where this one tells of all its time."""
        for one in self.files_read(file.kind):
            same = (one.source, one.file) == (file.source, file.file) and one.sha256 != file.sha256
            if same and one.refused_of and _covers(file, one):
                its_own = (col(RefusedCountRow.source) == one.source) & (col(RefusedCountRow.kind) == one.kind.value)
                self._session.execute(delete(RefusedCountRow).where(its_own, col(RefusedCountRow.sha256) == one.sha256))

    def keep_checks(self, source: str, sha256: str, checks: Sequence[Checks], number: int) -> tuple[Outages, Kept, int]:
        """Keep the checks of a file, in the place of those that it brought before, and the outages that now follow.

        Returns the outages of every subject of the file, what became of each, and how many others are there no more.
        """
        place = int(self._session.scalar(select(func.coalesce(func.max(col(ChecksRow.place)), 0))) or 0) + 1
        its_own = (col(ChecksRow.source) == source) & (col(ChecksRow.sha256) == sha256)
        subjects = {one.subject for one in (*self._checks(its_own), *checks)}
        before = {subject: self._checks_of(source, subject) for subject in sorted(subjects)}
        self._session.execute(delete(ChecksRow).where(its_own))
        if checks:
            self._session.execute(insert(ChecksRow), [_values(source, sha256, place, one) for one in checks])
        found = [self._folded(source, subject, files) for subject, files in before.items()]
        outages = _joined([one for one, _ in found])
        kept = self.keep_outages(source, outages, number, claims=False)
        return outages, kept, sum(gone for _, gone in found)

    def take_back(self, file: FileRead, number: int) -> int:
        """Take out what a file brought, as far as no other has changed it since, and that it was read; how many rows that were."""
        its_own = (col(ChecksRow.source) == file.source) & (col(ChecksRow.sha256) == file.sha256)
        if file.kind is MeasuredKind.outages and self._checks(its_own):
            follow, kept, removed = self.keep_checks(file.source, file.sha256, (), 0)
            changed = self.brought_by(file.kind, file.source, number) if number else set()
            changed -= {(one,) for one in follow.number.tolist()}
            self.remove(file.kind, file.source, changed)
            removed += int(kept.changed.sum()) + len(changed)
        else:
            keys = self.brought_by(file.kind, file.source, number) if number else set()
            self.remove(file.kind, file.source, keys)
            removed = len(keys)
        self.forget_file(file)
        return removed

    def _folded(self, source: str, subject: str, before: Sequence[Checks]) -> tuple[Outages, int]:
        """The outages of a subject by all checks that are kept, and how many that followed from those before are taken out.

        An outage that began outside of every file of checks was told by one that is not kept; it lasts until a check says
        otherwise.
        """
        files = self._checks_of(source, subject)
        there = _without_numbers(self._outages_of(source, subject))
        within = np.zeros(len(there), dtype=np.bool_)
        for since, until in (one.span for one in (*before, *files)):
            within |= (there.since >= since) & (there.since < until)
        outages = (
            together([*_told_without_checks(there.chosen(~within), files), *files]).outages() if files else NO_OUTAGES
        )
        numbers = set(outages.number.tolist())
        gone = [(number,) for number in there.chosen(within).number.tolist() if number not in numbers]
        self.remove(MeasuredKind.outages, source, gone)
        return outages, len(gone)

    def _checks_of(self, source: str, subject: str) -> list[Checks]:
        return self._checks((col(ChecksRow.source) == source) & (col(ChecksRow.subject) == subject))

    def _checks(self, asked: ColumnElement[bool]) -> list[Checks]:
        """Kept checks in the order in which their files were read last."""
        columns = col(ChecksRow.service), col(ChecksRow.component), col(ChecksRow.packed)
        order = (col(ChecksRow.place), col(ChecksRow.sha256), col(ChecksRow.subject))
        rows = self._session.execute(select(*columns).where(asked).order_by(*order))
        return [unpacked_checks(of, by, packed) for of, by, packed in rows]

    def _outages_of(self, source: str, subject: str, asked: ColumnElement[bool] | None = None) -> Outages:
        names = ("number", "service", "component", "cause", "users", "since")
        columns = [*(getattr(OutageRow, name) for name in names), func.coalesce(col(OutageRow.until), UNKNOWN)]
        whose = or_(col(OutageRow.service) == subject, col(OutageRow.component) == subject)
        found = select(*columns).where(col(OutageRow.source) == source, whose, *([] if asked is None else [asked]))
        return as_outages(self._session.execute(found.order_by(col(OutageRow.since))).all())


def _without_numbers(found: Outages) -> Outages:
    """Those that nobody has numbered."""
    names = outage_numbers(found.service, found.component, found.since)
    return found.chosen(np.asarray(found.number == names, dtype=np.bool_))


def _covers(file: FileRead, other: FileRead) -> bool:
    """Whether a file tells of every subject over all the time of another, or of all whose rows alone the other had refused."""
    if not other.watched:
        return other.refused_of.keys() - {""} <= file.watched.keys()
    spans = ((file.watched.get(subject), span) for subject, span in other.watched.items())
    return all(own is not None and own[0] <= span[0] and span[1] <= own[1] for own, span in spans)


def _values(source: str, sha256: str, place: int, checks: Checks) -> dict[str, object]:
    return {
        "source": source,
        "subject": checks.subject,
        "sha256": sha256,
        "place": place,
        "service": checks.service,
        "component": checks.component,
        "packed": packed_checks(checks),
    }


def _told_without_checks(outages: Outages, files: Sequence[Checks]) -> list[Checks]:
    """What outages say of which no check tells, as checks: down when they begin, up when they end."""
    return [
        replace(files[0], at=np.array(at, dtype=np.int64), down=np.array(down, dtype=np.bool_))
        for since, until in zip(outages.since.tolist(), outages.until.tolist(), strict=True)
        for at, down in [([since], [True]) if until in (UNKNOWN, since) else ([since, until], [True, False])]
    ]


def _joined(several: Sequence[Outages]) -> Outages:
    names = Outages.__dataclass_fields__
    if not several:
        return NO_OUTAGES
    return Outages(**{name: np.concatenate([getattr(one, name) for one in several]) for name in names})
