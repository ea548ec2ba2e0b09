"""Record tables: records as rows of a CSV file, read by a mapping file with the same faults as record files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sdflow.adapters.definitions.record_files import RecordFile
from sdflow.adapters.definitions.table_draft import Draft, Origins
from sdflow.adapters.definitions.table_mapping import TableMapping, read_mapping
from sdflow.adapters.definitions.table_rows import Faults, Joining, Numbers
from sdflow.adapters.definitions.table_text import TableText
from sdflow.adapters.definitions.validation import validated
from sdflow.adapters.definitions.wording import nearest
from sdflow.domain.errors import Fault, Unreadable
from sdflow.domain.kind import Content

Progress = Callable[[str, int, int], None]
"""Is told what is done, how much of it is done, and how much there is to do."""


def unseen(what: str, done: int, of: int) -> None:
    """The progress that nobody watches."""


@dataclass(frozen=True)
class TableRecord(RecordFile):
    """A record as it stands in the rows of a table."""

    origins: Origins = field(repr=False, kw_only=True)

    def fault(self, field_path: str, message: str) -> Fault:
        """A fault of a field, with the line and the column that gave it."""
        return self.origins.fault(field_path, message)


def read_tables(
    paths: Sequence[Path], mapping: Path, kinds: Mapping[str, type[Content]], progress: Progress = unseen
) -> list[RecordFile]:
    """The records of tables that one mapping file explains, in the order of their first rows.

    Rows with the same reference are one record. `Unreadable` carries every fault, up to `MOST_FAULTS`: of the
    mapping file first, then of the tables.
    """
    reading = _Reading(read_mapping(mapping, kinds), progress)
    for path in paths:
        reading.take(path)
    if reading.faults.kept:
        raise Unreadable(*reading.faults.kept)
    return reading.records


class _Reading:
    """What was read so far of all tables, and what was wrong with it."""

    def __init__(self, mapping: TableMapping, progress: Progress) -> None:
        self.records: list[RecordFile] = []
        self.faults = Faults()
        self._mapping, self._progress = mapping, progress
        self._files: set[str] = set()
        self._places: dict[str, str] = {}
        self._numbers = Numbers(mapping)

    def take(self, path: Path) -> None:
        """Read a table; one that was read already is passed over."""
        real = os.path.realpath(path)
        if real in self._files:
            return
        self._files.add(real)
        try:
            self._take_table(TableText(path, self._mapping.form))
        except Unreadable as unreadable:
            raise Unreadable(*dict.fromkeys((*self.faults.kept, *unreadable.faults))) from None

    def _take_table(self, table: TableText) -> None:
        missing = list(_column_faults(self._mapping, table))
        if missing:
            raise Unreadable(*missing)
        joining = Joining(self._mapping, table, self.faults, self._numbers)
        for row in table.rows():
            if isinstance(row, Fault):
                self.faults.add([row])
            else:
                joining.take(row)
                self._progress("Reading rows", row.line, table.lines)
        for number, (reference, draft) in enumerate(joining.drafts.items(), 1):
            self._take_draft(reference, draft)
            self._progress("Checking records", number, len(joining.drafts))

    def _take_draft(self, reference: str, draft: Draft) -> None:
        located, origins = draft.located()
        if reference in self._places:
            message = f"{reference} is already given at {self._places[reference]}"
            self.faults.add([Fault(draft.source, draft.line, "reference", message)])
        self._places.setdefault(reference, f"{draft.source}:{draft.line}")
        try:
            content = validated(located, self._mapping.model, located.value)
        except Unreadable as unreadable:
            self.faults.add(origins.explained(unreadable.faults))
        else:
            self.records.append(
                TableRecord(
                    draft.source, draft.line, self._mapping.kind, reference, content, located.lines, origins=origins
                )
            )


def _column_faults(mapping: TableMapping, table: TableText) -> Iterator[Fault]:
    for column in mapping.columns():
        positions = table.header.positions(column.name)
        place = f"line {table.header.line} of {table.source}"
        if not positions:
            message = f"there is no column '{column.name}' on {place}{nearest(column.name, table.header.names)}"
        elif len(positions) > 1:
            numbers = " and ".join(str(position + 1) for position in positions)
            message = f"the column '{column.name}' stands more than once on {place}, as number {numbers}; rename one"
        else:
            continue
        yield Fault(mapping.source, mapping.located.line(column.place), ".".join(map(str, column.place)), message)
