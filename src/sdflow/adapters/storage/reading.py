"""Reading: what the database knows, as of one moment."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Executable, Row, Select, func, or_, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from sdflow.adapters.storage.measured_reading import MeasuredReading
from sdflow.adapters.storage.rows import (
    as_act,
    as_document,
    as_envelope,
    as_obligation,
    as_record,
    as_revision,
    as_scan,
    as_signature,
)
from sdflow.adapters.storage.tables import (
    ActRow,
    ChainHeadRow,
    DocumentRow,
    EnvelopeRow,
    EventRow,
    LinkRow,
    ObligationRow,
    ProjectionRow,
    RecordRow,
    RevisionRow,
    ScanRow,
    SignatureRow,
)
from sdflow.domain.errors import NotFound, Unreadable
from sdflow.domain.event import Act, Trace
from sdflow.domain.obligation import KeptObligation
from sdflow.domain.record import Citation, Envelope, Record, Revision, StoredDocument, StoredScan, StoredSignature

Found = Row[*tuple[Any, ...]]
Kept = TypeVar("Kept")

ASKED_AT_ONCE = 500
"""How many references stand in one query."""


class Reading(MeasuredReading):
    """One consistent view of the database."""

    def __init__(self, session: Session, source: str) -> None:
        self._session = session
        self._source = source

    def record(self, reference: str) -> Record | None:
        """The record with its latest revision; none where the reference names none."""
        return self.records_named([reference]).get(reference)

    def required(self, reference: str) -> Record:
        """The record with its latest revision; raises NotFound where there is none."""
        record = self.record(reference)
        if record is None:
            raise NotFound(f"there is no record {reference}", advice="see: sdflow list")
        return record

    def records(self, *, kind: str | None = None, state: str | None = None) -> list[Record]:
        """The records of a kind, in a state, or all; by reference, each with its latest revision."""
        statement = _records()
        if kind is not None:
            statement = statement.where(col(RecordRow.kind) == kind)
        if state is not None:
            statement = statement.where(col(RecordRow.state) == state)
        return sorted((as_record(*row) for row in self._all(statement)), key=lambda record: record.reference)

    def tally(self) -> dict[tuple[str, str], int]:
        """How many records there are of each kind in each state."""
        asked = select(col(RecordRow.kind), col(RecordRow.state), func.count()).group_by(
            col(RecordRow.kind), col(RecordRow.state)
        )
        return {(kind, state): number for kind, state, number in self._all(asked)}

    def let_go(self) -> None:
        """Say that nothing of what was asked for is needed any more; only a reading that keeps answers does something."""

    def records_named(self, references: Sequence[str]) -> dict[str, Record]:
        """The records with these references, as far as they are there."""
        rows = self._in_parts(references, lambda some: _records().where(col(RecordRow.reference).in_(some)))
        return {row[0].reference: as_record(*row) for row in rows}

    def cites_of(self, references: Sequence[str]) -> dict[str, list[Citation]]:
        """The links from each of these records to others, by their paths."""
        rows = self._in_parts(references, lambda some: _links().where(col(LinkRow.citing).in_(some)))
        return _sorted_out(
            references, sorted((Citation(*row) for row in rows), key=_by_record_and_path), lambda one: one.citing
        )

    def cited_by_of(self, references: Sequence[str]) -> dict[str, list[Citation]]:
        """The links from others to each of these records, by record and path."""
        rows = self._in_parts(references, lambda some: _links().where(col(LinkRow.cited).in_(some)))
        return _sorted_out(
            references, sorted((Citation(*row) for row in rows), key=_by_record_and_path), lambda one: one.cited
        )

    def envelopes_of(self, references: Sequence[str]) -> dict[str, list[Envelope]]:
        """The frozen contents of all versions of each of these records, oldest first."""
        rows = self._in_parts(references, lambda some: select(EnvelopeRow).where(col(EnvelopeRow.reference).in_(some)))
        found = sorted((as_envelope(row) for (row,) in rows), key=lambda one: (one.reference, one.version))
        return _sorted_out(references, found, lambda one: one.reference)

    def signatures_of(self, references: Sequence[str]) -> dict[str, list[StoredSignature]]:
        """Who has signed which version of each of these records, in the order of signing."""
        rows = self._in_parts(references, lambda some: _signatures().where(col(SignatureRow.reference).in_(some)))
        return _sorted_out(
            references, sorted((as_signature(*row) for row in rows), key=_when), lambda one: one.reference
        )

    def revisions(self, reference: str) -> list[Revision]:
        """Every text that the record has had, in their order."""
        rows = self._all(select(RevisionRow).where(col(RevisionRow.reference) == reference))
        return sorted((as_revision(row) for (row,) in rows), key=lambda revision: revision.number)

    def revisions_of(self, references: Sequence[str]) -> dict[str, list[Revision]]:
        """Every text that each of these records has had, in their order."""
        rows = self._in_parts(references, lambda some: select(RevisionRow).where(col(RevisionRow.reference).in_(some)))
        found: dict[str, list[Revision]] = {reference: [] for reference in references}
        for row in sorted((row for (row,) in rows), key=lambda row: row.number):
            found[row.reference].append(as_revision(row))
        return found

    def cites(self, reference: str) -> list[Citation]:
        """The links from a record to others, by their paths."""
        return self.cites_of([reference])[reference]

    def cited_by(self, reference: str) -> list[Citation]:
        """The links from other records to this one, by record and path."""
        return self.cited_by_of([reference])[reference]

    def events(self, reference: str) -> list[tuple[date, str]]:
        """What was done to a record: the business date and the text of each event, in their order."""
        return self.events_of([reference])[reference]

    def events_of(self, references: Sequence[str]) -> dict[str, list[tuple[date, str]]]:
        """What was done to each of these records."""
        found = self.numbered_events_of(references)
        return {reference: [(day, text) for day, _, text in events] for reference, events in found.items()}

    def numbered_events_of(self, references: Sequence[str]) -> dict[str, list[tuple[date, int, str]]]:
        """What was done to each of these records, with the number of the act by which it was."""
        asked = select(col(EventRow.reference), col(ActRow.effective_on), col(EventRow.act), col(EventRow.text))
        ordered = asked.join(ActRow, col(ActRow.number) == col(EventRow.act)).order_by(
            col(EventRow.act), col(EventRow.sequence)
        )
        found: dict[str, list[tuple[date, int, str]]] = {reference: [] for reference in references}
        for reference, day, act, text in self._in_parts(
            references, lambda some: ordered.where(col(EventRow.reference).in_(some))
        ):
            found[reference].append((day, act, text))
        return found

    def changed_after(self, day: date) -> frozenset[str]:
        """The records to which something was done after a business date."""
        asked = select(col(EventRow.reference)).join(ActRow, col(ActRow.number) == col(EventRow.act))
        return frozenset(
            reference for (reference,) in self._all(asked.where(col(ActRow.effective_on) > day).distinct())
        )

    def traces_of(self, references: Sequence[str]) -> dict[str, Trace]:
        """What each of these records has left in the chain."""
        counted = select(
            col(EventRow.reference),
            func.min(col(EventRow.act)).label("first"),
            func.max(col(EventRow.act)).label("last"),
        ).group_by(col(EventRow.reference))
        first, last = aliased(ActRow), aliased(ActRow)

        def asked(some: Sequence[str]) -> Executable:
            of_some = counted.where(col(EventRow.reference).in_(some)).subquery()
            columns = (of_some.c.reference, col(first.hash), col(last.recorded_at))
            both = select(*columns).join(first, col(first.number) == of_some.c.first)
            return both.join(last, col(last.number) == of_some.c.last)

        return {row[0]: Trace(*row[1:]) for row in self._in_parts(references, asked)}

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

    def verbs(self, reference: str) -> dict[int, str]:
        """The command of each act that did something to a record, by the act's number."""
        touched = select(col(EventRow.act)).where(col(EventRow.reference) == reference)
        found = select(col(ActRow.number), col(ActRow.verb)).where(col(ActRow.number).in_(touched))
        return dict(self._all(found))

    def envelope(self, reference: str, version: int | None = None) -> Envelope | None:
        """The frozen content of a version, or of the latest one."""
        found = select(EnvelopeRow).where(col(EnvelopeRow.reference) == reference)
        if version is not None:
            found = found.where(col(EnvelopeRow.version) == version)
        rows = self._all(found.order_by(col(EnvelopeRow.version).desc()).limit(1))
        return as_envelope(rows[0][0]) if rows else None

    def envelopes(self, reference: str) -> list[Envelope]:
        """The frozen contents of all versions of a record, oldest first."""
        return self.envelopes_of([reference])[reference]

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
        return [one for one in self.signatures_of([reference])[reference] if one.version == version]

    def scan(self, reference: str, version: int, field: str) -> StoredScan | None:
        """The scan of a signature on paper; none where the field was not signed so."""
        of_version = (col(ScanRow.reference) == reference) & (col(ScanRow.version) == version)
        rows = self._all(select(ScanRow).where(of_version & (col(ScanRow.field) == field)))
        return as_scan(rows[0][0]) if rows else None

    def obligations(
        self,
        owner: str | None = None,
        *,
        nobody: bool = False,
        until: date | None = None,
        next_until: date | None = None,
        stale_on: date | None = None,
        limit: int | None = None,
    ) -> list[KeptObligation]:
        """What is owed as it is kept, the earliest due first; each condition is answered by an index.

        `owner`: by that person; `nobody`: by no person, but by roles. `until`: due by that day; `next_until`: whose next
        reminder step comes by that day; `stale_on`: to be derived anew on that day. `limit`: no more than so many.
        """
        asked = select(ObligationRow)
        if owner is not None:
            asked = asked.where(col(ObligationRow.person_reference) == owner)
        if nobody:
            asked = asked.where(col(ObligationRow.person_reference).is_(None))
        for column, day in (
            (ObligationRow.due_on, until),
            (ObligationRow.next_on, next_until),
        ):
            asked = asked if day is None else asked.where(col(column) <= day)
        if stale_on is not None:
            asked = asked.where(or_(col(ObligationRow.stale_on) <= stale_on, col(ObligationRow.holds_from) > stale_on))
        if limit is not None:
            asked = asked.order_by(col(ObligationRow.due_on), col(ObligationRow.reference)).limit(limit)
        return sorted(as_obligation(row) for (row,) in self._all(asked))

    def obligations_of(self, references: Sequence[str]) -> dict[str, list[KeptObligation]]:
        """What each of these records owes as it is kept, the earliest due first."""
        rows = self._in_parts(
            references, lambda some: select(ObligationRow).where(col(ObligationRow.reference).in_(some))
        )
        return _sorted_out(references, sorted(as_obligation(row) for (row,) in rows), lambda one: one.record)

    def basis(self, name: str) -> str | None:
        """The hash of that from which everything kept under a name was derived; none where nothing was."""
        rows = self._all(select(ProjectionRow).where(col(ProjectionRow.name) == name))
        return rows[0][0].sha256 if rows else None

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

    def _in_parts(self, references: Sequence[str], asked: Callable[[Sequence[str]], Executable]) -> Iterator[Found]:
        for start in range(0, len(references), ASKED_AT_ONCE):
            yield from self._all(asked(references[start : start + ASKED_AT_ONCE]))

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


def _links() -> Select[str, str, str]:
    return select(col(LinkRow.citing), col(LinkRow.path), col(LinkRow.cited))


def _signatures() -> Select[SignatureRow, str, str]:
    its_own = (
        (col(ScanRow.reference) == col(SignatureRow.reference))
        & (col(ScanRow.version) == col(SignatureRow.version))
        & (col(ScanRow.field) == col(SignatureRow.field))
    )
    asked = select(SignatureRow, col(ScanRow.witness_reference), col(ScanRow.sha256))
    return asked.outerjoin(ScanRow, its_own)


def _by_record_and_path(citation: Citation) -> tuple[str, str, str]:
    return citation.citing, citation.path, citation.cited


def _when(signature: StoredSignature) -> tuple[bool, int, datetime]:
    return signature.act == 0, signature.act, signature.signed_at


def _sorted_out(
    references: Iterable[str], found: Iterable[Kept], whose: Callable[[Kept], str]
) -> dict[str, list[Kept]]:
    sorted_out: dict[str, list[Kept]] = {reference: [] for reference in references}
    for one in found:
        sorted_out[whose(one)].append(one)
    return sorted_out
