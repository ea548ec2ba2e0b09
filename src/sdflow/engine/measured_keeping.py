"""Measured keeping: the rows of a file are kept, and what its source said before and says no longer is taken out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sdflow.adapters.storage import Writing
from sdflow.domain.checks import Checks
from sdflow.domain.measured import UNKNOWN, Incidents, MeasuredKind, Outages
from sdflow.domain.measured_file import FileRead, Kept, Measured, MeasuredPart, Span
from sdflow.domain.measured_form import MeasuredForm, Reads

Key = tuple[object, ...]


class Keeping:
    """Keeps one file of a source.

    Taken out is what the same file brought when it was read before, and says no longer under a corrected mapping; outages
    without numbers of their own in the stretch over which this file tells everything of their subject; and measurements
    between the first and the last of this file, where it tells of moments that were told before, as a corrected export does.
    """

    def __init__(self, writing: Writing, form: MeasuredForm, sha256: str) -> None:
        self._writing, self._form, self._sha256 = writing, form, sha256
        kind = form.reads.kind
        known = writing.number_of_file(form.source, kind, sha256)
        self.number = known or writing.next_file()
        self.removed = self.withdrawn = 0
        self._again = known is not None
        self._before = _file_of(writing.files_read(kind), form.source, sha256) if known is not None else None
        self._stays: set[str] = set()
        self._unnumbered = form.reads is Reads.outages and "number" not in form.columns
        replaces = self._unnumbered or form.reads is Reads.measurements
        self._remembers = self._again or (replaces and writing.has_rows(kind, form.source))
        self._told: set[Key] = set()
        self._corrected: set[Key] = set()

    def keep(self, part: MeasuredPart) -> tuple[Measured, Kept]:
        """Keep a part of the file; which rows it brought, and what became of each."""
        if part.checks is not None:
            return self._keep_checks(part.checks)
        rows, kept = part.rows, self._kept(part.rows)
        if self._remembers:
            keys = _keys(rows)
            self._told.update(keys)
            self._corrected.update(key[:-1] for key, new in zip(keys, kept.added.tolist(), strict=True) if not new)
        return rows, kept

    @property
    def stale(self) -> int:
        """Of how many refused rows the source told before, so that their earlier state stays."""
        return len(self._stays)

    def refuse(self, numbers: Sequence[str]) -> None:
        """Keep in mind which of the numbers of refused rows the source told before."""
        if numbers:
            self._stays |= self._writing.known_numbers(self._form.reads.kind, self._form.source, numbers)

    def to_read_again(self) -> tuple[str, ...]:
        """The other files of the source that may say what was taken out because this file says it no longer."""
        if self._before is None or not self.withdrawn:
            return ()
        files = self._writing.files_read(self._before.kind)
        return tuple(dict.fromkeys(one.file for one in files if tells_of_the_same(one, self._before)))

    def other_sources(self) -> tuple[str, ...]:
        """The other sources under which the same file was read."""
        files = self._writing.files_read(self._form.reads.kind)
        return tuple(sorted({one.source for one in files if one.sha256 == self._sha256} - {self._form.source}))

    def settle(self, watched: Mapping[str, Span]) -> None:
        """Take out what is said no longer, once all parts are kept."""
        if self._form.reads is Reads.checks or not self._remembers:
            return
        kind, source = self._form.reads.kind, self._form.source
        stale: set[Key] = set()
        if self._again:
            stale |= self._writing.brought_by(kind, source, self.number) | self._brought_before_that_was_kept()
            stale -= self._told
            self.withdrawn = len(stale)
        if self._unnumbered:
            for subject, span in watched.items():
                stale |= self._outages_within(subject, span)
        if kind is MeasuredKind.measurements:
            for group, span in self._spans().items():
                stale |= self._writing.told_within(source, group, span)
        stale -= self._told
        self._writing.remove(kind, source, stale)
        self.removed += len(stale)
        self._stays -= {str(key[0]) for key in stale} if kind is not MeasuredKind.measurements else set()

    def _brought_before_that_was_kept(self) -> set[Key]:
        """What the file brought before it was kept which file brings what: all of its time that no other such file tells of."""
        before = self._before
        replaced = self._unnumbered or self._form.reads is Reads.measurements
        if before is None or not replaced or self._writing.number_of_file(before.source, before.kind, self._sha256):
            return set()
        others = [one for one in self._writing.files_read(before.kind) if self._is_another_unknown(one)]
        found: set[Key] = set()
        for subject, span in before.watched.items():
            if not any(_meet(one.watched.get(subject), span) for one in others):
                found |= self._of_no_file(subject, span)
        return found

    def _of_no_file(self, subject: str, span: Span) -> set[Key]:
        kind, source = self._form.reads.kind, self._form.source
        found = self._writing.of_no_file(kind, source, subject, span)
        if kind is MeasuredKind.outages:
            found &= {(one,) for one in self._writing.unnumbered_outages(source, subject, *span).number.tolist()}
        return found

    def _is_another_unknown(self, one: FileRead) -> bool:
        other = one.source == self._form.source and one.sha256 != self._sha256
        return other and not self._writing.number_of_file(one.source, one.kind, one.sha256)

    def _keep_checks(self, checks: Sequence[Checks]) -> tuple[Measured, Kept]:
        outages, kept, gone = self._writing.keep_checks(self._form.source, self._sha256, checks, self.number)
        self.removed += gone
        spans = {one.subject: one.span for one in checks}
        told = [_meets(spans.get(of or by), *row) for of, by, *row in zip(*_columns(outages), strict=True)]
        shown = np.array(told, dtype=np.bool_) | kept.added | kept.changed
        return outages.chosen(shown), Kept(kept.added[shown], kept.changed[shown], kept.reopened[shown])

    def _kept(self, rows: Measured) -> Kept:
        match rows:
            case Incidents():
                return self._writing.keep_incidents(self._form.source, rows, self.number)
            case Outages():
                return self._writing.keep_outages(self._form.source, rows, self.number)
        return self._writing.keep_measurements(self._form.source, rows, self.number)

    def _outages_within(self, subject: str, span: Span) -> set[Key]:
        """Those that begin in a stretch; where only the rows say how long it is, also those that an outage of it meets."""
        found = self._writing.unnumbered_outages(self._form.source, subject, *span)
        begins = found.since >= span[0]
        meets = (found.until != UNKNOWN) & (self._form.covers.first is None)
        return {(number,) for number in found.number[begins | meets].tolist()}

    def _spans(self) -> dict[Key, Span]:
        """From the first to the last moment of each measure and subject of which some moments were told before."""
        found: dict[Key, Span] = {}
        for *group, at in self._told:
            if (key := tuple(group)) in self._corrected and isinstance(at, int):
                since, until = found.get(key, (at, at + 1))
                found[key] = min(since, at), max(until, at + 1)
        return found


def tells_of_the_same(one: FileRead, file: FileRead) -> bool:
    """Whether another file of the same source tells of a time of which a file tells too."""
    if one.source != file.source or one.sha256 == file.sha256:
        return False
    return any(_meet(one.watched.get(subject), span) for subject, span in file.watched.items())


def _file_of(files: Sequence[FileRead], source: str, sha256: str) -> FileRead | None:
    return next((one for one in files if (one.source, one.sha256) == (source, sha256)), None)


def _meet(own: Span | None, span: Span) -> bool:
    return own is not None and own[0] < span[1] and span[0] < own[1]


def _keys(rows: Measured) -> list[Key]:
    if isinstance(rows, Incidents | Outages):
        return [(number,) for number in rows.number.tolist()]
    columns = (rows.measure, rows.service, rows.component, rows.customer, rows.at)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def _columns(outages: Outages) -> list[list[object]]:
    return [column.tolist() for column in (outages.service, outages.component, outages.since, outages.until)]


def _meets(span: Span | None, since: int, until: int) -> bool:
    return span is not None and since < span[1] and (until == UNKNOWN or until > span[0])
