"""Writing: one act, from the lock on a record to the next link of the chain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from sqlmodel import col

from sdflow.adapters.storage.measured_corrections import MeasuredCorrections
from sdflow.adapters.storage.reading import ASKED_AT_ONCE
from sdflow.adapters.storage.rows import (
    as_record,
    document_row,
    envelope_row,
    fill,
    record_row,
    revision_row,
    scan_row,
    signature_row,
)
from sdflow.adapters.storage.tables import (
    ActRow,
    ChainHeadRow,
    DocumentRow,
    EnvelopeRow,
    EventRow,
    LinkRow,
    RecordRow,
    RevisionRow,
    ScanRow,
    SignatureRow,
)
from sdflow.domain.errors import NotFound, Overtaken, Refused
from sdflow.domain.event import Act, Event
from sdflow.domain.record import Envelope, Record, Revision, StoredDocument, StoredScan, StoredSignature

FIRST_LOCK = 1

WrittenRow = RevisionRow | EnvelopeRow | DocumentRow | SignatureRow | ScanRow


class Writing(MeasuredCorrections):
    """One transaction. What it writes stays only if `close` is called and nothing is raised afterwards."""

    def __init__(self, session: Session, source: str) -> None:
        super().__init__(session, source)
        self.closed = False
        self._added: set[str] = set()
        self._written: list[WrittenRow] = []
        self._links: list[LinkRow] = []

    def lock(self, reference: str) -> Record:
        """The record, which nobody else can change until the transaction ends; raises NotFound."""
        row = self._locked(reference)
        return as_record(row, self._session.get_one(RevisionRow, (reference, row.revision_number)))

    def add(self, record: Record, links: Sequence[tuple[str, str]] = ()) -> Record:
        """Adds a record with its first revision and its links (path, reference); raises Overtaken if it is there.

        Links may name records that are added later, before `close`.
        """
        self._check_open()
        if self._is_there(record.reference):
            raise self._overtaken(record.reference)
        self._session.add(record_row(record))
        self._added.add(record.reference)
        self._write(revision_row(record.reference, record.revision))
        self._link(record.reference, links)
        return replace(record, lock=FIRST_LOCK)

    def revise(self, record: Record, revision: Revision, links: Sequence[tuple[str, str]]) -> Record:
        """Appends a revision, writes the record as given and replaces its links; raises NotFound and Overtaken."""
        row = self._unchanged(record)
        fill(row, record)
        row.revision_number = revision.number
        self._write(revision_row(record.reference, revision))
        self._unlink(record.reference)
        self._link(record.reference, links)
        self._session.flush()
        return replace(record, revision=revision, lock=row.lock)

    def change(self, record: Record) -> Record:
        """Writes the record as given, but for its revision; raises NotFound, and Overtaken if it was changed since."""
        row = self._unchanged(record)
        fill(row, record)
        self._session.flush()
        return replace(record, lock=row.lock)

    def keep_envelope(self, envelope: Envelope) -> None:
        """Keeps a frozen version; raises Overtaken if that version is frozen already."""
        self._keep(envelope_row(envelope), envelope.reference, (envelope.version,))

    def keep_document(self, document: StoredDocument) -> None:
        """Keeps a document; raises Overtaken if there is one with this sequence already."""
        self._keep(document_row(document), document.reference, (document.version, document.sequence))

    def keep_signature(self, signature: StoredSignature) -> None:
        """Keeps a signature; raises Overtaken if its field is signed already."""
        self._keep(signature_row(signature), signature.reference, (signature.version, signature.field))

    def keep_scan(self, scan: StoredScan) -> None:
        """Keeps the scan of a signature on paper; raises Overtaken if there is one for its field already."""
        self._keep(scan_row(scan), scan.reference, (scan.version, scan.field))

    def close(
        self,
        *,
        verb: str,
        actor: str,
        login: str,
        recorded_at: datetime,
        effective_on: date,
        reason: str,
        events: Sequence[Event],
    ) -> Act:
        """Appends the act with its events to the chain and gives its number to everything written.

        `recorded_at` is kept to the second, as the hash covers it. Raises Refused where a link names a record
        that is not there.
        """
        self._check_open()
        self._refuse_dangling_links()
        head = self._locked_head()
        act = Act.next(
            number=head.number + 1,
            verb=verb,
            actor=actor,
            login=login,
            recorded_at=recorded_at.replace(microsecond=0),
            effective_on=effective_on,
            reason=reason,
            events=events,
            previous_hash=head.hash,
        )
        self._append(act, events)
        head.number, head.hash = act.number, act.hash
        self._session.flush()
        self.closed = True
        return act

    def _append(self, act: Act, events: Sequence[Event]) -> None:
        said = {name: getattr(act, name) for name in ActRow.model_fields}
        self._session.add(ActRow(**said))
        for sequence, (event, text) in enumerate(zip(events, act.events, strict=True), 1):
            named = EventRow(act=act.number, sequence=sequence, reference=event.reference, type=event.type, text=text)
            self._session.add(named)
        for row in self._written:
            row.act = act.number
        self._session.flush()

    def _locked_head(self) -> ChainHeadRow:
        statement = select(ChainHeadRow).with_for_update().execution_options(populate_existing=True)
        return self._session.execute(statement).scalar_one()

    def _locked(self, reference: str) -> RecordRow:
        asked = select(RecordRow).where(col(RecordRow.reference) == reference)
        # FOR NO KEY UPDATE: a full lock would wait for those who only cite the record, and they for the chain.
        locked = asked.with_for_update(key_share=True).execution_options(populate_existing=True)
        row = self._session.execute(locked).scalar_one_or_none()
        if row is None:
            raise NotFound(f"there is no record {reference}", advice="'sdflow list' shows the records.")
        return row

    def _unchanged(self, record: Record) -> RecordRow:
        self._check_open()
        row = self._locked(record.reference)
        if row.lock != record.lock:
            raise self._overtaken(record.reference)
        return row

    def _overtaken(self, reference: str) -> Overtaken:
        row = self._locked(reference)
        last = select(ActRow).join(EventRow, col(EventRow.act) == col(ActRow.number))
        named = last.where(col(EventRow.reference) == reference).order_by(col(ActRow.number).desc()).limit(1)
        act = self._session.execute(named).scalar_one_or_none()
        by = f"{act.actor} did '{act.verb}' (act {act.number})" if act else "it was written in this transaction"
        return Overtaken(
            f"{reference} was changed meanwhile",
            (f"{by}; it is now in state '{row.state}'",),
            f"Nothing was done. Look at it again ('sdflow show {reference}') and repeat the step if it still applies.",
        )

    def _is_there(self, reference: str) -> bool:
        if reference in self._added:
            return True
        with self._session.no_autoflush:
            return self._session.get(RecordRow, reference) is not None

    def _write(self, row: WrittenRow) -> None:
        self._session.add(row)
        self._written.append(row)

    def _keep(self, row: WrittenRow, reference: str, key: tuple[int | str, ...]) -> None:
        self._check_open()
        if self._session.get(type(row), (reference, *key)) is not None:
            raise self._overtaken(reference)
        self._write(row)
        self._session.flush()

    def _link(self, citing: str, links: Sequence[tuple[str, str]]) -> None:
        rows = [LinkRow(citing=citing, path=path, cited=cited) for path, cited in dict.fromkeys(links)]
        self._session.add_all(rows)
        self._links += rows

    def _unlink(self, citing: str) -> None:
        self._session.execute(delete(LinkRow).where(col(LinkRow.citing) == citing))
        self._links = [link for link in self._links if link.citing != citing]

    def _refuse_dangling_links(self) -> None:
        there = set(self._those_there(sorted({link.cited for link in self._links})))
        missing = [link for link in self._links if link.cited not in there]
        if missing:
            raise Refused(
                "A record names others that are not there",
                tuple(f"{link.citing}: {link.path} names {link.cited}, which is not there" for link in missing),
                "Nothing was done. Add what is missing, before or together with this, or correct the name.",
            )

    def _those_there(self, references: Sequence[str]) -> Iterator[str]:
        for start in range(0, len(references), ASKED_AT_ONCE):
            some = references[start : start + ASKED_AT_ONCE]
            yield from self._session.scalars(select(col(RecordRow.reference)).where(col(RecordRow.reference).in_(some)))

    def _check_open(self) -> None:
        if self.closed:
            raise RuntimeError("the act is closed; what is written now would belong to none")
