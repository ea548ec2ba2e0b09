"""Known records: what records said, and in which state they were, at the end of a day, whatever became of them since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property

from sdflow.adapters.storage import Reading
from sdflow.domain.record import Record, Revision
from sdflow.engine.change import with_index
from sdflow.engine.definitions import Definitions
from sdflow.engine.past import Past

Told = tuple[date, int, str]
"""What was done to a record: on which business date, by which act, and the text of the event."""


class KnownRecords:
    """The records as they were known at the end of a day, by the business dates of the acts.

    Which of them anything was done to afterwards is asked once; of those alone the history and the former texts are read,
    together. All others stand as they are.
    """

    def __init__(self, definitions: Definitions, reading: Reading, day: date) -> None:
        self._definitions = definitions
        self._reading = reading
        self._day = day

    def having(self, trait: type) -> list[Record]:
        """The records of every kind that has a trait, by their references."""
        kinds = [kind for kind, model in self._definitions.kinds.items() if issubclass(model, trait)]
        found = [one for kind in kinds for one in self.known(self._reading.records(kind=kind))]
        return sorted(found, key=lambda one: one.reference)

    def known(self, records: Sequence[Record]) -> list[Record]:
        """Some records as they were, in their order; those that did not exist yet are left out."""
        changed = [one.reference for one in records if one.reference in self._changed]
        events, revisions = self.events(changed), self._reading.revisions_of(changed)
        found = (
            self._as_it_was(one, events[one.reference], revisions[one.reference]) if one.reference in events else one
            for one in records
        )
        return [one for one in found if one is not None]

    def one(self, record: Record) -> Record:
        """A record as it was; as it stands where it did not exist yet."""
        found = self.known([record])
        return found[0] if found else record

    def events(self, references: Sequence[str]) -> dict[str, list[Told]]:
        """What had been done to each of these records until the end of the day."""
        told = self._reading.numbered_events_of(references)
        return {reference: [one for one in events if one[0] <= self._day] for reference, events in told.items()}

    @cached_property
    def _changed(self) -> frozenset[str]:
        return self._reading.changed_after(self._day)

    def _as_it_was(self, record: Record, events: Sequence[Told], revisions: Sequence[Revision]) -> Record | None:
        past = Past.told(events, self._definitions.workflows[record.kind].renamed or {})
        acts = {act for _, act, _ in events}
        written = [one for one in revisions if one.act in acts]
        if not past.came or not written:
            return None
        versions = (number for _, number in past.frozen)
        was = replace(record, state=past.came[-1][1], revision=written[-1], version=max(versions, default=0))
        return with_index(was, self._definitions.content(was))
