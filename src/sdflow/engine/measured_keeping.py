"""Measured keeping: the rows of a file are kept, and what its source said before and says no longer is taken out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sdflow.adapters.storage import Writing
from sdflow.domain.checks import Checks
from sdflow.domain.measured import UNKNOWN, Incidents, MeasuredKind, Outages
from sdflow.domain.measured_file import Kept, Measured, MeasuredPart, Span
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
        self.removed = 0
        self._again = known is not None
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

    def known_already(self, numbers: Sequence[str]) -> int:
        """How many of the numbers of refused rows the source told before, whose earlier state stays."""
        kind = self._form.reads.kind
        return self._writing.known_numbers(kind, self._form.source, numbers) if numbers else 0

    def settle(self, watched: Mapping[str, Span]) -> None:
        """Take out what is said no longer, once all parts are kept."""
        if self._form.reads is Reads.checks or not self._remembers:
            return
        kind, source = self._form.reads.kind, self._form.source
        stale: set[Key] = set()
        if self._again:
            stale |= self._writing.brought_by(kind, source, self.number)
        if self._unnumbered:
            for subject, span in watched.items():
                stale |= self._outages_within(subject, span)
        if kind is MeasuredKind.measurements:
            for group, span in self._spans().items():
                stale |= self._writing.told_within(source, group, span)
        stale -= self._told
        self._writing.remove(kind, source, stale)
        self.removed += len(stale)

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


def _keys(rows: Measured) -> list[Key]:
    if isinstance(rows, Incidents | Outages):
        return [(number,) for number in rows.number.tolist()]
    columns = (rows.measure, rows.service, rows.component, rows.customer, rows.at)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def _columns(outages: Outages) -> list[list[object]]:
    return [column.tolist() for column in (outages.service, outages.component, outages.since, outages.until)]


def _meets(span: Span | None, since: int, until: int) -> bool:
    return span is not None and since < span[1] and (until == UNKNOWN or until > span[0])
