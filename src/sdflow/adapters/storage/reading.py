"""Reading: what the database knows, as of one moment."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Executable, Row, Select, select
from sqlalchemy.orm import Session
from sqlmodel import col

from sdflow.adapters.storage.rows import as_act, as_document, as_envelope, as_record, as_revision, as_signature
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
from sdflow.domain.errors import Unreadable
from sdflow.domain.event import Act
from sdflow.domain.record import Citation, Envelope, Record, Revision, StoredDocument, StoredSignature

Found = Row[*tuple[Any, ...]]


class Reading:
    """One consistent view of the database."""

    def __init__(self, session: Session, source: str) -> None:
        self._session = session
        self._source = source

    def record(self, reference: str) -> Record | None:
        """The record with its latest revision; none where the reference names none."""
        rows = self._all(_records().where(col(RecordRow.reference) == reference))
        return as_record(*rows[0]) if rows else None

    def records(self, *, kind: str | None = None, state: str | None = None) -> list[Record]:
        """The records of a kind, in a state, or all; by reference, each with its latest revision."""
        statement = _records()
        if kind is not None:
            statement = statement.where(col(RecordRow.kind) == kind)
        if state is not None:
            statement = statement.where(col(RecordRow.state) == state)
        return sorted((as_record(*row) for row in self._all(statement)), key=lambda record: record.reference)

    def revisions(self, reference: str) -> list[Revision]:
        """Every text that the record has had, in their order."""
        rows = self._all(select(RevisionRow).where(col(RevisionRow.reference) == reference))
        return sorted((as_revision(row) for (row,) in rows), key=lambda revision: revision.number)

    def cites(self, reference: str) -> list[Citation]:
        """The links from a record to others, by their paths."""
        return self._citations(select(LinkRow).where(col(LinkRow.citing) == reference))

    def cited_by(self, reference: str) -> list[Citation]:
        """The links from other records to this one, by record and path."""
        return self._citations(select(LinkRow).where(col(LinkRow.cited) == reference))

    def acts(self, reference: str | None = None) -> list[Act]:
        """The acts in their order, each with all its events; with a reference only those that did something to it."""
        acts, events = select(ActRow), select(col(EventRow.act), col(EventRow.text))
        if reference is not None:
            touched = select(col(EventRow.act)).where(col(EventRow.reference) == reference)
            acts, events = acts.where(col(ActRow.number).in_(touched)), events.where(col(EventRow.act).in_(touched))
        texts: defaultdict[int, list[str]] = defaultdict(list)
        for act, text in self._all(events.order_by(col(EventRow.act), col(EventRow.sequence))):
            texts[act].append(text)
        rows = self._all(acts.order_by(col(ActRow.number)))
        return [as_act(row, texts.get(row.number, ())) for (row,) in rows]

    def envelope(self, reference: str, version: int | None = None) -> Envelope | None:
        """The frozen content of a version, or of the latest one."""
        found = select(EnvelopeRow).where(col(EnvelopeRow.reference) == reference)
        if version is not None:
            found = found.where(col(EnvelopeRow.version) == version)
        rows = self._all(found.order_by(col(EnvelopeRow.version).desc()).limit(1))
        return as_envelope(rows[0][0]) if rows else None

    def document(self, reference: str, version: int | None = None) -> StoredDocument | None:
        """The latest document of a version, or of the latest version that has one."""
        found = select(DocumentRow).where(col(DocumentRow.reference) == reference)
        if version is not None:
            found = found.where(col(DocumentRow.version) == version)
        latest = found.order_by(col(DocumentRow.version).desc(), col(DocumentRow.sequence).desc()).limit(1)
        rows = self._all(latest)
        return as_document(rows[0][0]) if rows else None

    def documents(self, reference: str) -> list[StoredDocument]:
        """Every document of a record, by version and sequence."""
        rows = self._all(select(DocumentRow).where(col(DocumentRow.reference) == reference))
        return sorted((as_document(row) for (row,) in rows), key=lambda found: (found.version, found.sequence))

    def document_by_sha256(self, sha256: str) -> StoredDocument | None:
        """The document with these bytes."""
        rows = self._all(select(DocumentRow).where(col(DocumentRow.sha256) == sha256).limit(1))
        return as_document(rows[0][0]) if rows else None

    def signatures(self, reference: str, version: int) -> list[StoredSignature]:
        """Who has signed a version, in the order of signing."""
        asked = select(SignatureRow).where(
            col(SignatureRow.reference) == reference, col(SignatureRow.version) == version
        )
        found = (as_signature(row) for (row,) in self._all(asked))
        return sorted(found, key=lambda signature: (signature.act == 0, signature.act, signature.signed_at))

    def free_number(self, prefix: str) -> int:
        """The number after the highest of the references that are made of this prefix, a hyphen and digits."""
        asked = select(col(RecordRow.reference)).where(
            col(RecordRow.reference).startswith(f"{prefix}-", autoescape=True)
        )
        numbered = re.compile(rf"{re.escape(prefix)}-([0-9]+)")
        matches = (numbered.fullmatch(found) for (found,) in self._all(asked))
        return 1 + max((int(match[1]) for match in matches if match), default=0)

    def head(self) -> tuple[int, str]:
        """Number and hash of the last act; 0 and the first hash where nothing was done yet."""
        ((head,),) = self._all(select(ChainHeadRow))
        return head.number, head.hash

    def _citations(self, statement: Select[LinkRow]) -> list[Citation]:
        found = [Citation(row.citing, row.path, row.cited) for (row,) in self._all(statement)]
        return sorted(found, key=lambda citation: (citation.citing, citation.path, citation.cited))

    def _all(self, statement: Executable) -> Sequence[Found]:
        try:
            return self._session.execute(statement).all()
        except ValueError as error:
            raise Unreadable.because(self._source, f"holds a value that is none of its column ({error})") from error


def _records() -> Select[RecordRow, RevisionRow]:
    latest = (col(RevisionRow.reference) == col(RecordRow.reference)) & (
        col(RevisionRow.number) == col(RecordRow.revision_number)
    )
    return select(RecordRow, RevisionRow).join(RevisionRow, latest)
