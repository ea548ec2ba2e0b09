"""Measured writing: incidents, outages and measurements are kept, each once under its number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, islice
from typing import TypeVar

import numpy as np
from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session
from sqlmodel import col

from sdflow.adapters.storage.ledger import Ledger
from sdflow.adapters.storage.measured_rows import (
    INCIDENT,
    MEASUREMENT,
    OUTAGE,
    STILL_OPEN,
    Values,
    incident_values,
    measurement_values,
    outage_values,
)
from sdflow.adapters.storage.measured_tables import FileRow, RefusedCountRow, WatchedRow
from sdflow.domain.measured import Incidents, MeasuredKind, Measurements, Outages
from sdflow.domain.measured_file import FileRead, Kept, Span

Part = TypeVar("Part")

COMPARED_AT_ONCE = 4_000
"""How many rows are compared with what is kept in one query; SQLite admits 32,766 values in one."""

CACHE_KILOBYTES = 65_536
"""How much of the keys SQLite keeps in memory; with its usual 2 MB a million rows take twice as long."""


class MeasuredWriting(Ledger):
    """A transaction that also keeps what was measured.

    A row that is there already is left alone where it says the same, and replaced where it does not. Within one
    transaction each number of a source may be given once.
    """

    def __init__(self, session: Session, source: str) -> None:
        super().__init__(session, source)
        self._known: dict[tuple[str, str], bool] = {}

    def keep_incidents(self, source: str, incidents: Incidents, file: int = 0) -> Kept:
        """Keep the incidents of a source, by their numbers; `file` is the number of the file that tells of them."""
        return self._keep_rows("incident", ("source", *INCIDENT, "file"), 2, incident_values(source, incidents, file))

    def keep_outages(self, source: str, outages: Outages, file: int = 0, *, claims: bool = True) -> Kept:
        """Keep the outages of a source, by their numbers; `claims` unless they follow from the checks of several files."""
        values = outage_values(source, outages, file)
        return self._keep_rows("outage", ("source", *OUTAGE, "file"), 2, values, claims=claims)

    def keep_measurements(self, source: str, measurements: Measurements, file: int = 0) -> Kept:
        """Keep what a source measured, by what was measured of whom and when."""
        values = measurement_values(source, measurements, file)
        return self._keep_rows("measurement", ("source", *MEASUREMENT, "file"), 6, values)

    def number_of_file(self, source: str, kind: MeasuredKind, sha256: str) -> int | None:
        """The number of a file that was read before; none where it was not."""
        row = self._session.get(FileRow, (source, kind.value, sha256))
        return row.number if row else None

    def next_file(self) -> int:
        """The number of the next file that is read for the first time."""
        return int(self._session.scalar(select(func.coalesce(func.max(col(FileRow.number)), 0))) or 0) + 1

    def keep_file(self, file: FileRead, number: int = 0) -> bool:
        """Keep that a file was read and what it covers; whether that is new, which it is not where only the time is."""
        key = {"source": file.source, "kind": file.kind.value, "sha256": file.sha256}
        row = self._session.get(FileRow, tuple(key.values()))
        says = (file.file, "\n".join(file.conventions), file.rows, file.refused, number)
        said = (row.file, row.conventions, row.rows, row.refused, row.number) if row else None
        if said == says and self._watched(file) == file.watched and self._refused_of(file) == file.refused_of:
            return False
        self.forget_file(file)
        told = dict(zip(("file", "conventions", "rows", "refused", "number"), says, strict=True))
        self._session.execute(insert(FileRow), [key | told | {"read_at": file.read_at}])
        spans = [key | {"subject": name, "since": since, "until": end} for name, (since, end) in file.watched.items()]
        counts = [key | {"subject": name, "rows": count} for name, count in file.refused_of.items()]
        for table, rows in ((WatchedRow, spans), (RefusedCountRow, counts)):
            if rows:
                self._session.execute(insert(table), rows)
        return True

    def _watched(self, file: FileRead) -> dict[str, Span]:
        asked = select(col(WatchedRow.subject), col(WatchedRow.since), col(WatchedRow.until)).where(
            col(WatchedRow.source) == file.source,
            col(WatchedRow.kind) == file.kind.value,
            col(WatchedRow.sha256) == file.sha256,
        )
        return {subject: (since, until) for subject, since, until in self._session.execute(asked)}

    def _refused_of(self, file: FileRead) -> dict[str, int]:
        asked = select(col(RefusedCountRow.subject), col(RefusedCountRow.rows)).where(
            col(RefusedCountRow.source) == file.source,
            col(RefusedCountRow.kind) == file.kind.value,
            col(RefusedCountRow.sha256) == file.sha256,
        )
        return {row.subject: row.rows for row in self._session.execute(asked)}

    def forget_file(self, file: FileRead) -> None:
        """Forget that a file was read, what it covers, and of whom its rows were refused."""
        self._session.expire_all()
        for table in (WatchedRow, RefusedCountRow, FileRow):
            its_own = (col(table.source) == file.source) & (col(table.kind) == file.kind.value)
            self._session.execute(delete(table).where(its_own & (col(table.sha256) == file.sha256)))

    def _keep_rows(
        self, table: str, names: Sequence[str], key: int, rows: Iterable[Values], *, claims: bool = True
    ) -> Kept:
        """Keep rows of a table, whose first columns, the source first of all, are their key, and whose last is their file.

        A row that says the same stays with the file that brought it; where nobody knows which that was, the one that tells of
        it now claims it, so that it can be taken back.
        """
        added: list[bool] = []
        changed: list[bool] = []
        reopened: list[bool] = []
        for some in parts_of(rows, COMPARED_AT_ONCE):
            before = self._before(table, names, key, some) if self._was_there(table, some[0][0]) else {}
            is_new = [row[:key] not in before for row in some]
            differs = [not new and before[row[:key]][:-1] != row[:-1] for new, row in zip(is_new, some, strict=True)]
            of_nobody = [
                claims and not new and not before[row[:key]][-1] for new, row in zip(is_new, some, strict=True)
            ]
            written = [one or other for one, other in zip(differs, of_nobody, strict=True)]
            self._insert(table, names, list(compress(some, is_new)))
            self._update(table, names, key, list(compress(some, written)))
            added += is_new
            changed += differs
            ended = names[-2] == "until"
            reopened += [
                ended and one and _open(row[-2]) and not _open(before[row[:key]][-2])
                for one, row in zip(differs, some, strict=True)
            ]
        return Kept(*(np.array(each, dtype=np.bool_) for each in (added, changed, reopened)))

    def _before(self, table: str, names: Sequence[str], key: int, rows: Sequence[Values]) -> dict[Values, Values]:
        """The rows of the same keys as they are kept."""
        columns = ", ".join(names[1:key])
        marks = ", ".join([self._mark] * (key - 1))
        each = f"({marks})" if key > 2 else marks
        values = ", ".join([each] * len(rows))
        wanted = f"VALUES {values}" if key > 2 else values
        asked = f"SELECT {', '.join(names)} FROM {table} WHERE source = {self._mark} AND ({columns}) IN ({wanted})"
        parameters = (rows[0][0], *(value for row in rows for value in row[1:key]))
        found = self._session.connection().exec_driver_sql(asked, parameters)
        return {row[:key]: row for row in map(tuple, found)}

    def _was_there(self, table: str, source: str) -> bool:
        """Whether anything of the source was kept before this transaction."""
        if (table, source) not in self._known:
            connection = self._session.connection()
            if self._is_sqlite:
                connection.exec_driver_sql(f"PRAGMA cache_size = -{CACHE_KILOBYTES}")
            asked = f"SELECT 1 FROM {table} WHERE source = {self._mark} LIMIT 1"
            self._known[table, source] = connection.exec_driver_sql(asked, (source,)).first() is not None
        return self._known[table, source]

    def _insert(self, table: str, names: Sequence[str], rows: list[Values]) -> None:
        if rows:
            marks = ", ".join([self._mark] * len(names))
            statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"
            self._session.connection().exec_driver_sql(statement, rows)

    def _update(self, table: str, names: Sequence[str], key: int, rows: Sequence[Values]) -> None:
        if rows:
            mark = self._mark
            values = ", ".join(f"{name} = {mark}" for name in names[key:])
            same = " AND ".join(f"{name} = {mark}" for name in names[:key])
            statement = f"UPDATE {table} SET {values} WHERE {same}"
            self._session.connection().exec_driver_sql(statement, [(*row[key:], *row[:key]) for row in rows])

    @property
    def _is_sqlite(self) -> bool:
        return self._session.connection().dialect.name == "sqlite"

    @property
    def _mark(self) -> str:
        """What stands for a value in a statement."""
        return "?" if self._is_sqlite else "%s"


def parts_of(several: Iterable[Part], size: int) -> Iterator[list[Part]]:
    """Lists of so many, in their order."""
    left = iter(several)
    while some := list(islice(left, size)):
        yield some


def _open(until: int | None) -> bool:
    return until is None or until == STILL_OPEN
