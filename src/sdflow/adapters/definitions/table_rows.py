"""Table rows: the rows of a table become drafts of records, those with the same reference one draft."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import Enum, auto

from sdflow.adapters.definitions.record_files import LONGEST_REFERENCE
from sdflow.adapters.definitions.table_draft import Draft, Given
from sdflow.adapters.definitions.table_mapping import Column, MappedField, TableMapping
from sdflow.adapters.definitions.table_paths import EACH, Parts
from sdflow.adapters.definitions.table_text import Row, TableText
from sdflow.adapters.definitions.wording import found
from sdflow.domain.errors import Fault, Unreadable
from sdflow.domain.kind import KEY_PATTERN, REFERENCE_PATTERN

MOST_FAULTS = 500
"""After so many faults a table is not read further."""


class Unread(Enum):
    """What a cell says that could not be read, which is a fault already."""

    unread = auto()


UNREAD = Unread.unread
Cell = str | list[str] | Unread | None


class Faults:
    """Faults that were found so far, each once."""

    def __init__(self) -> None:
        self.kept: dict[Fault, None] = {}

    def add(self, faults: Iterable[Fault]) -> None:
        """Keep faults; too many of them end the reading."""
        for fault in faults:
            self.kept[fault] = None
            if len(self.kept) >= MOST_FAULTS:
                message = f"{MOST_FAULTS} faults were found up to here, and reading ended; mend them first"
                raise Unreadable(*self.kept, Fault(fault.source, fault.line, "", message))


class Numbers:
    """Running numbers, which go on from table to table."""

    def __init__(self, mapping: TableMapping) -> None:
        self._source = mapping.reference
        self._next = mapping.reference.first
        self._given: dict[str, str] = {}

    def reference(self, word: str | None) -> str:
        """The next reference, or the one that a row with the same word has."""
        if word is not None and word in self._given:
            return self._given[word]
        reference = f"{self._source.prefix}-{self._next:0{self._source.digits}d}"
        self._next += 1
        if word is not None:
            self._given[word] = reference
        return reference


class Joining:
    """Rows of one table become drafts of records: those with the same reference become one."""

    def __init__(self, mapping: TableMapping, table: TableText, faults: Faults, numbers: Numbers) -> None:
        self.drafts: dict[str, Draft] = {}
        self._mapping, self._table, self._faults, self._numbers = mapping, table, faults, numbers
        self._position = {column.name: table.header.positions(column.name)[0] for column in mapping.columns()}

    def take(self, row: Row) -> None:
        """A further row."""
        reference = self._reference(row)
        if reference is None:
            return
        draft = self.drafts.setdefault(reference, Draft(self._table.source, row.line, reference, self._mapping))
        keys = {prefix: self._key(row, prefix, column) for prefix, column in self._mapping.keys.items()}
        for one in self._mapping.fields:
            self._take_field(draft, row, one, keys)

    def _take_field(self, draft: Draft, row: Row, one: MappedField, keys: Mapping[Parts, Cell]) -> None:
        path, unnamed = _path(one.path.parts, keys)
        if unnamed is not None and keys[unnamed] is UNREAD:
            draft.spoil(path)
            return
        given = self._given(row, one, ".".join(path))
        if given is UNREAD:
            draft.spoil(path)
        elif isinstance(given, Given) and unnamed is None:
            self._faults.add(draft.give(one.path, path, given))
        elif given is not None and unnamed is not None and one.column is not None:
            name = self._mapping.keys[unnamed].name
            message = f"belongs to no entry, since the column '{name}' names none in this row"
            self._refuse(row, one.column, str(one.path), message)

    def _given(self, row: Row, one: MappedField, path: str) -> Given | Unread | None:
        if one.column is not None:
            value = self._read(row, one.column, path)
            if value is None or value is UNREAD:
                return value
            return Given(value, row.line, self._position[one.column.name] + 1, one.column.name)
        if one.given is not None and self._read(row, one.given, path) in (None, UNREAD):
            return None
        return Given(one.value, one.line, 1, None)

    def _key(self, row: Row, prefix: Parts, column: Column) -> Cell:
        key = self._read(row, column, ".".join((*prefix, EACH)))
        if isinstance(key, str) and not self._mapping.lists_entries(prefix) and not re.fullmatch(KEY_PATTERN, key):
            expected = "must be a short name: a letter, then letters, digits, '-' and '_', at most 40 characters"
            self._refuse(row, column, ".".join((*prefix, EACH)), f"{expected}, {found(key)}")
            return UNREAD
        return key

    def _reference(self, row: Row) -> str | None:
        source = self._mapping.reference
        if source.column is None:
            word = self._read(row, source.each, "reference") if source.each else None
            if word is UNREAD:
                return None
            if source.each is not None and word is None:
                self._refuse(row, source.each, "reference", "is missing (what tells one record from another)")
                return None
            return self._numbers.reference(word if isinstance(word, str) else None)
        cell = self._read(row, source.column, "reference")
        if cell is None:
            self._refuse(row, source.column, "reference", "is missing (under what the record is known)")
            return None
        if not isinstance(cell, str):
            return None
        reference = f"{source.prefix}-{cell}" if source.prefix else cell
        if len(reference) > LONGEST_REFERENCE or not re.fullmatch(REFERENCE_PATTERN, reference):
            expected = f"capital letters and digits in parts joined by '-', at most {LONGEST_REFERENCE} characters"
            message = f"must be {expected}, such as SLA-0001, {found(reference)}"
            self._refuse(row, source.column, "reference", message)
            return None
        return reference

    def _read(self, row: Row, column: Column, path: str) -> Cell:
        try:
            return column.form.read(row.cells[self._position[column.name]])
        except ValueError as unread:
            self._refuse(row, column, path, str(unread))
            return UNREAD

    def _refuse(self, row: Row, column: Column, path: str, message: str) -> None:
        self._faults.add([Fault(self._table.source, row.line, path, f"{message} (column '{column.name}')")])


def _path(parts: Parts, keys: Mapping[Parts, Cell]) -> tuple[Parts, Parts | None]:
    """The way with every `*` replaced by the row's key; up to the first one without a key, and which one that is."""
    path: list[str] = []
    for depth, part in enumerate(parts):
        key = keys[parts[:depth]] if part == EACH else part
        if not isinstance(key, str):
            return tuple(path), parts[:depth]
        path.append(key)
    return tuple(path), None
