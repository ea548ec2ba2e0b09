"""Writing: one act, from the lock on a record to the next link of the chain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import islice

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session
from sqlmodel import col

from sdflow.adapters.storage.reading import Reading
from sdflow.adapters.storage.rows import as_revision, fill, revision_row
from sdflow.adapters.storage.tables import (
    ActRow,
    ChainHeadRow,
    DocumentRow,
    EnvelopeRow,
    EventRow,
    LinkRow,
    RecordRow,
    RevisionRow,
    SignatureRow,
)
from sdflow.domain.errors import NotFound, Overtaken, Refused
from sdflow.domain.event import Act, Event
from sdflow.domain.record import Citation, Envelope, Record, Revision, StoredDocument, StoredSignature

ActOf = RevisionRow | EnvelopeRow | DocumentRow | SignatureRow
AT_ONCE = 500


class Writing(Reading):
    """One transaction. What it writes stays only if `close` is called and the transaction ends without an error."""

    def __init__(self, session: Session, source: str) -> None:
        super().__init__(session, source)
        self.closed = False
        self._written: list[ActOf] = []
        self._links: list[Citation] = []

    def lock(self, reference: str) -> Record:
        """The record, kept from changes by others until the transaction ends; raises NotFound."""
        row = self._locked(reference)
        revision = self._session.get_one(RevisionRow, (reference, row.revision_number))
        return replace(as_record_of(row, revision), lock=row.lock)

    def add(self, record: Record, links: Sequence[tuple[str, str]] = ()) -> Record:
        """Adds a record with its first revision and its links (path, reference); raises Overtaken if it is there."""
        self._check_open()
        if self._session.get(RecordRow, record.reference) is not None:
            raise self._overtaken(record.reference)
        row = RecordRow(reference=record.reference)
        fill(row, record)
        self._session.add(row)
        self._write(revision_row(record.reference, record.revision))
        self._link(record.reference, links)
        self._session.flush()
        return replace(record, lock=row.lock, revision=replace(record.revision, act=0))
