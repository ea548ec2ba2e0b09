"""Obligation sources: what many derivations ask of the records, each read once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from sdflow.adapters.storage import Reading
from sdflow.domain.clause_path import entries_at, leads_to, values_at
from sdflow.domain.content import plain
from sdflow.domain.done_day import as_day
from sdflow.domain.kind import Content
from sdflow.domain.obligation import Cause, Reached
from sdflow.domain.record import Citation, Record
from sdflow.engine.definitions import Definitions
from sdflow.engine.past import DAY_OVER, Past, When
from sdflow.engine.versions import Version, signed_versions


class Sources:
    """The records with their contents, pasts and signed versions, as of one moment."""

    def __init__(self, definitions: Definitions, reading: Reading) -> None:
        self.definitions = definitions
        self.reading = reading
        self._records: dict[str, Record | None] = {}
        self._contents: dict[str, Content] = {}
        self._pasts: dict[str, Past] = {}
        self._versions: dict[str, tuple[Version, ...]] = {}

    def gather(self, records: Sequence[Record]) -> None:
        """Read what happened to many records at once."""
        self._records.update({record.reference: record for record in records})
        events = self.reading.numbered_events_of([record.reference for record in records])
        self._pasts.update({one.reference: self._told(one, events[one.reference]) for one in records})

    def record(self, reference: str) -> Record | None:
        """The record of that reference; none where there is no such."""
        if reference not in self._records:
            self._records[reference] = self.reading.record(reference)
        return self._records[reference]

    def content(self, record: Record) -> Content:
        """What a record says."""
        if record.reference not in self._contents:
            self._contents[record.reference] = self.definitions.content(record)
        return self._contents[record.reference]

    def past(self, record: Record) -> Past:
        """What happened to a record."""
        if record.reference not in self._pasts:
            self.gather([record])
        return self._pasts[record.reference]

    def versions(self, record: Record) -> tuple[Version, ...]:
        """The versions of a record that were signed, oldest first."""
        if record.reference not in self._versions:
            self._versions[record.reference] = signed_versions(self.definitions, self.reading, record)
        return self._versions[record.reference]

    def entries(self, content: Content, path: str) -> list[tuple[tuple[str, ...], Any]]:
        """The values at a path, each with the keys for which `*` stands there; a path leads on behind references."""
        return list(entries_at(content, path, self._cited))

    def happened(self, record: Record, cause: Cause) -> Iterator[tuple[When, str]]:
        """Whenever a cause happened, with the record to which it did."""
        for one in self._concerned(record, cause):
            met = (self._holds(one, path, values) for path, values in cause.where.items())
            barred = (self._holds(one, path, values) for path, values in cause.unless.items())
            if all(met) and not any(barred):
                yield from ((when, one.reference) for when in self._times(one, cause))

    def _told(self, record: Record, events: Sequence[tuple[date, int, str]]) -> Past:
        return Past.told(events, self.definitions.workflows[record.kind].renamed or {})

    def _cited(self, reference: str) -> Content | None:
        record = self.record(reference)
        return self.content(record) if record else None

    def _concerned(self, record: Record, cause: Cause) -> Iterator[Record]:
        if cause.cites is None and cause.cited_by is None:
            yield record
            return
        for reference in self._linked(record.reference, cause):
            one = self.record(reference)
            if one is not None:
                yield one

    def _linked(self, reference: str, cause: Cause) -> list[str]:
        if cause.cites is not None:
            return _ends(self.reading.cites(reference), cause.cites, citing=False)
        return _ends(self.reading.cited_by(reference), cause.cited_by or "", citing=True)

    def _holds(self, record: Record, path: str, values: Sequence[str]) -> bool:
        return any(plain(value) in values for _, value in self.entries(self.content(record), path))

    def _times(self, record: Record, cause: Cause) -> Iterator[When]:
        if cause.into:
            yield from self.past(record).came_into(cause.into)
            return
        if cause.reached:
            yield from self._reached(record, cause.reached)
            return
        versions = self.versions(record)
        for before, after in pairwise(versions):
            changed = cause.changed
            if changed is None or values_at(before.content, changed) != values_at(after.content, changed):
                signed = self.past(record).signed_last(after.number)
                yield signed or (date.fromisoformat(after.envelope["frozen_on"]), after.act)

    def _reached(self, record: Record, reached: Reached) -> Iterator[When]:
        """The days of the figures that are high enough; on its day it follows every act, since none says when it came."""
        content = self.content(record)
        days = dict(self.entries(content, reached.on))
        for keys, value in self.entries(content, reached.field):
            day = as_day(days.get(keys))
            if day is not None and isinstance(value, int) and value >= reached.at_least:
                yield day, DAY_OVER


def _ends(citations: Sequence[Citation], pattern: str, *, citing: bool) -> list[str]:
    fitting = [one for one in citations if len(one.path.split(".")) == len(pattern.split("."))]
    ends = [one.citing if citing else one.cited for one in fitting if leads_to(pattern, one.path)]
    return list(dict.fromkeys(ends))
