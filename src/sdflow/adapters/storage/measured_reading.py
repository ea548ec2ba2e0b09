"""Measured reading: the incidents, outages and measurements of a stretch of time, and what was watched in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from sdflow.adapters.storage.measured_rows import (
    INCIDENT,
    MEASUREMENT,
    OUTAGE,
    as_incidents,
    as_measurements,
    as_outages,
)
from sdflow.adapters.storage.measured_tables import (
    FileRow,
    IncidentRow,
    MeasurementRow,
    OutageRow,
    RefusedCountRow,
    WatchedRow,
)
from sdflow.domain.measured import UNKNOWN, Incidents, MeasuredKind, Measurements, Moment, Outages
from sdflow.domain.measured_file import FileRead, Span, shared, united

Columns = TypeVar("Columns")
_OfFile = TypeVar("_OfFile", WatchedRow, RefusedCountRow)
Table = type[IncidentRow] | type[OutageRow] | type[MeasurementRow]

_MAY_BE_UNKNOWN = frozenset(moment.value for moment in Moment)


class MeasuredReading:
    """What was measured, as of one moment of the database. Instants are seconds since 1970-01-01 00:00 UTC."""

    _session: Session

    def incidents(self, services: Sequence[str], since: int, until: int) -> Incidents:
        """The incidents of these services whose life meets a stretch of time, by their first moments.

        An incident lives from its first known moment until it is closed, or else resolved, or else restored; one that is
        none of them lives on. An empty reference asks for those of which the desk names no service.
        """
        ended = or_(col(IncidentRow.until) > since, col(IncidentRow.since) >= since)
        asked = _named(IncidentRow.service, services) & (col(IncidentRow.since) < until) & ended
        order = (col(IncidentRow.since), col(IncidentRow.source), col(IncidentRow.number))
        return self._found(IncidentRow, INCIDENT, asked, order, as_incidents)

    def outages(self, services: Sequence[str], components: Sequence[str], since: int, until: int) -> Outages:
        """The outages of these services and components that meet a stretch of time, those that last still among them."""
        ended = or_(col(OutageRow.until).is_(None), col(OutageRow.until) > since, col(OutageRow.since) >= since)
        whose = or_(_named(OutageRow.service, services), _named(OutageRow.component, components))
        order = (col(OutageRow.since), col(OutageRow.source), col(OutageRow.number))
        return self._found(OutageRow, OUTAGE, whose & (col(OutageRow.since) < until) & ended, order, as_outages)

    def measurements(self, services: Sequence[str], since: int, until: int) -> Measurements:
        """What was measured of these services in a stretch of time; an empty reference asks for what is of no service."""
        at = col(MeasurementRow.at)
        asked = _named(MeasurementRow.service, services) & (at >= since) & (at < until)
        order = (at, *(col(column) for column in (MeasurementRow.source, MeasurementRow.measure)))
        return self._found(MeasurementRow, MEASUREMENT, asked, order, as_measurements)

    def watched(self, kind: MeasuredKind, references: Sequence[str]) -> list[Span]:
        """The stretches of time in which files told everything of each of these subjects, in their order."""
        found: dict[str, list[Span]] = {reference: [] for reference in references}
        rows = select(col(WatchedRow.subject), col(WatchedRow.since), col(WatchedRow.until)).where(
            col(WatchedRow.kind) == kind.value, _named(WatchedRow.subject, references)
        )
        for subject, since, until in self._session.execute(rows):
            found[subject].append((since, until))
        return reduce(shared, map(united, found.values())) if found else []

    def ever_watched(self) -> frozenset[str]:
        """Every subject of which some file told something."""
        return frozenset(self._session.execute(select(col(WatchedRow.subject)).distinct()).scalars())

    def files_read(self, kind: MeasuredKind, references: Sequence[str] | None = None) -> list[FileRead]:
        """The files that told of any of these subjects, by the instant at which they were read; all where none are named.

        A file also told of those of whom it named rows that were refused.
        """
        spans = self._by_file(WatchedRow, kind, references)
        refused = self._by_file(RefusedCountRow, kind, None if references is None else [*references, ""])
        rows = [row for (row,) in self._session.execute(select(FileRow).where(col(FileRow.kind) == kind.value))]
        told = [
            _as_file(row, spans.get(place, []), refused.get(place, []))
            for row in rows
            if (place := (row.source, row.sha256)) in spans
            or references is None
            or any(one.subject for one in refused.get(place, []))
        ]
        return sorted(told, key=lambda one: (one.read_at, one.source, one.sha256))

    def _by_file(
        self, table: type[_OfFile], kind: MeasuredKind, references: Sequence[str] | None
    ) -> dict[Any, list[_OfFile]]:
        asked = select(table).where(col(table.kind) == kind.value)
        if references is not None:
            asked = asked.where(_named(table.subject, references))
        found: dict[Any, list[_OfFile]] = {}
        for (row,) in self._session.execute(asked):
            found.setdefault((row.source, row.sha256), []).append(row)
        return found

    def _found(
        self,
        table: Table,
        names: Sequence[str],
        asked: ColumnElement[bool],
        order: Sequence[Any],
        made: Callable[[Sequence[Any]], Columns],
    ) -> Columns:
        columns = [_known(table, name) for name in names]
        return made(self._session.execute(select(*columns).where(asked).order_by(*order)).all())


def _known(table: Table, name: str) -> Any:
    column = getattr(table, name)
    unknown = name in _MAY_BE_UNKNOWN or (table is OutageRow and name == "until")
    return func.coalesce(column, UNKNOWN) if unknown else column


def _named(column: str, references: Sequence[str]) -> ColumnElement[bool]:
    return col(column).in_(list(dict.fromkeys(references)))


def _as_file(row: FileRow, watched: Sequence[WatchedRow], refused: Sequence[RefusedCountRow]) -> FileRead:
    return FileRead(
        source=row.source,
        kind=MeasuredKind(row.kind),
        sha256=row.sha256,
        file=row.file,
        conventions=tuple(row.conventions.splitlines()),
        rows=row.rows,
        refused=row.refused,
        read_at=row.read_at,
        watched={one.subject: (one.since, one.until) for one in watched},
        refused_of={one.subject: one.rows for one in refused},
    )
