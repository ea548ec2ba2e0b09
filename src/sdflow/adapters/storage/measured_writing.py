"""Measured writing: incidents, outages and measurements are kept, each once under its number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, islice

import numpy as np
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session
from sqlmodel import col

from sdflow.adapters.storage.ledger import Ledger
from sdflow.adapters.storage.measured_rows import (
    INCIDENT,
    MEASUREMENT,
    OUTAGE,
    Values,
    incident_values,
    measurement_values,
    outage_values,
)
from sdflow.adapters.storage.measured_tables import FileRow, WatchedRow
from sdflow.domain.measured import Incidents, Measurements, Outages
from sdflow.domain.measured_file import FileRead, Kept, Span

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

    def keep_incidents(self, source: str, incidents: Incidents) -> Kept:
        """Keep the incidents of a source, by their numbers."""
        return self._keep_rows("incident", source, ("source", *INCIDENT), 2, incident_values(source, incidents))

    def keep_outages(self, source: str, outages: Outages) -> Kept:
        """Keep the outages of a source, by their numbers."""
        return self._keep_rows("outage", source, ("source", *OUTAGE), 2, outage_values(source, outages))

    def keep_measurements(self, source: str, measurements: Measurements) -> Kept:
        """Keep what a source measured, by what was measured of whom and when."""
        return self._keep_rows(
            "measurement", source, ("source", *MEASUREMENT), 6, measurement_values(source, measurements)
        )

    def keep_file(self, file: FileRead) -> bool:
        """Keep that a file was read and what it covers; whether that is new, which it is not where only the time is."""
        of_file = [col(FileRow.source) == file.source, col(FileRow.kind) == file.kind.value]
        before = self._session.execute(select(FileRow).where(*of_file, col(FileRow.sha256) == file.sha256))
        row = before.scalar_one_or_none()
        says = (file.file, "\n".join(file.conventions), file.rows, file.refused)
        said = (row.file, row.conventions, row.rows, row.refused) if row else None
        if said == says and self._watched(file) == dict(file.watched):
            return False
        self._forget_file(file)
        key = {"source": file.source, "kind": file.kind.value, "sha256": file.sha256}
        told = dict(zip(("file", "conventions", "rows", "refused"), says, strict=True))
        self._session.execute(insert(FileRow), [key | told | {"read_at": file.read_at}])
        spans = [key | {"subject": name, "since": since, "until": end} for name, (since, end) in file.watched.items()]
        if spans:
            self._session.execute(insert(WatchedRow), spans)
        return True

    def _watched(self, file: FileRead) -> dict[str, Span]:
        asked = select(col(WatchedRow.subject), col(WatchedRow.since), col(WatchedRow.until)).where(
            col(WatchedRow.source) == file.source,
            col(WatchedRow.kind) == file.kind.value,
            col(WatchedRow.sha256) == file.sha256,
        )
        return {subject: (since, until) for subject, since, until in self._session.execute(asked)}

    def _forget_file(self, file: FileRead) -> None:
        for table in (WatchedRow, FileRow):
            its_own = (col(table.source) == file.source) & (col(table.kind) == file.kind.value)
            self._session.execute(delete(table).where(its_own & (col(table.sha256) == file.sha256)))

    def _keep_rows(self, table: str, source: str, names: Sequence[str], key: int, rows: Iterable[Values]) -> Kept:
        """Keep rows of a table, whose first columns, the source first of all, are their key."""
        if not self._was_there(table, source):
            new = list(rows)
            self._insert(table, names, new)
            return Kept(np.ones(len(new), dtype=np.bool_), np.zeros(len(new), dtype=np.bool_))
        added: list[bool] = []
        changed: list[bool] = []
        for some in _parts(rows):
            before = self._before(table, names, key, some)
            is_new = [row[:key] not in before for row in some]
            differs = [not new and before[row[:key]] != row for new, row in zip(is_new, some, strict=True)]
            self._insert(table, names, list(compress(some, is_new)))
            self._update(table, names, key, list(compress(some, differs)))
            added += is_new
            changed += differs
        return Kept(np.array(added, dtype=np.bool_), np.array(changed, dtype=np.bool_))

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


def _parts(rows: Iterable[Values]) -> Iterator[list[Values]]:
    left = iter(rows)
    while some := list(islice(left, COMPARED_AT_ONCE)):
        yield some
