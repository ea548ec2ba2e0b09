"""Tables: what is kept of records, of what was done to them, and of what was signed.

Rows of `revision`, `envelope`, `document`, `signature` and `scan` name the act that wrote them. They are written with
act 0 before the act is known; the deferred foreign key refuses a transaction that ends without an act.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Text,
)
from sqlmodel import Field, SQLModel

from sdflow.adapters.storage.instant import Instant

NAMING = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}


class Row(SQLModel):
    """A row of sdflow's own tables."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMING)


def _deferred(target: str) -> list[Any]:
    """A foreign key that is checked at commit, so that rows may name others written later in the transaction."""
    return [ForeignKey(target, deferrable=True, initially="DEFERRED")]


def _own_number() -> dict[str, Any]:
    """A primary key whose numbers are given, never counted up by the database."""
    return {"autoincrement": False}


_lock = Column("lock", Integer, nullable=False)


class RecordRow(Row, table=True):
    """A record as it stands. Its reference never changes: acts name it and their hashes cover it."""

    __tablename__ = "record"
    __table_args__ = (
        Index(None, "kind", "state"),
        Index(None, "owner_reference"),
        Index(None, "service_reference"),
        Index(None, "starts_on"),
        Index(None, "ends_on"),
    )

    reference: str = Field(primary_key=True, sa_type=Text)
    kind: str = Field(sa_type=Text)
    title: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    version: int
    revision_number: int
    owner_reference: str | None = Field(default=None, sa_type=Text)
    service_reference: str | None = Field(default=None, sa_type=Text)
    starts_on: date | None = None
    ends_on: date | None = None
    lock: int = Field(default=None, sa_column=_lock)

    __mapper_args__: ClassVar[dict[str, Any]] = {"version_id_col": _lock}


class RevisionRow(Row, table=True):
    """One text of a record's content."""

    __tablename__ = "revision"

    reference: str = Field(primary_key=True, sa_type=Text, sa_column_args=_deferred("record.reference"))
    number: int = Field(primary_key=True, sa_column_kwargs=_own_number())
    format: str = Field(sa_type=Text)
    text: str = Field(sa_type=Text)
    sha256: str = Field(sa_type=Text)
    act: int = Field(default=0, index=True, sa_column_args=_deferred("act.number"))
    round: int | None = None
    offered_by: str | None = Field(default=None, sa_type=Text)


class LinkRow(Row, table=True):
    """A reference from the content of one record to another, by the path of its field."""

    __tablename__ = "link"

    citing: str = Field(primary_key=True, sa_type=Text, sa_column_args=_deferred("record.reference"))
    path: str = Field(primary_key=True, sa_type=Text)
    cited: str = Field(primary_key=True, index=True, sa_type=Text, sa_column_args=_deferred("record.reference"))


class ActRow(Row, table=True):
    """One link of the chain."""

    __tablename__ = "act"

    number: int = Field(primary_key=True, sa_column_kwargs=_own_number())
    verb: str = Field(sa_type=Text)
    actor: str = Field(index=True, sa_type=Text)
    login: str = Field(sa_type=Text)
    recorded_at: datetime = Field(sa_type=Instant)
    effective_on: date
    reason: str = Field(sa_type=Text)
    previous_hash: str = Field(sa_type=Text)
    hash: str = Field(sa_type=Text)


class EventRow(Row, table=True):
    """One thing that an act did to one record, as the text that the act's hash covers."""

    __tablename__ = "event"

    act: int = Field(primary_key=True, sa_column_args=_deferred("act.number"))
    sequence: int = Field(primary_key=True, sa_column_kwargs=_own_number())
    reference: str = Field(index=True, sa_type=Text)
    type: str = Field(sa_type=Text)
    text: str = Field(sa_type=Text)


class ChainHeadRow(Row, table=True):
    """The last act: the one row that every act locks, last of all."""

    __tablename__ = "chain_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: int = Field(default=1, primary_key=True, sa_column_kwargs=_own_number())
    number: int
    hash: str = Field(sa_type=Text)


class EnvelopeRow(Row, table=True):
    """A frozen version."""

    __tablename__ = "envelope"

    reference: str = Field(primary_key=True, sa_type=Text, sa_column_args=_deferred("record.reference"))
    version: int = Field(primary_key=True, sa_column_kwargs=_own_number())
    text: str = Field(sa_type=Text)
    sha256: str = Field(index=True, sa_type=Text)
    act: int = Field(default=0, index=True, sa_column_args=_deferred("act.number"))


class DocumentRow(Row, table=True):
    """A document of a frozen version, byte for byte."""

    __tablename__ = "document"

    reference: str = Field(primary_key=True, sa_type=Text, sa_column_args=_deferred("record.reference"))
    version: int = Field(primary_key=True, sa_column_kwargs=_own_number())
    sequence: int = Field(primary_key=True, sa_column_kwargs=_own_number())
    pdf: bytes = Field(sa_type=LargeBinary)
    sha256: str = Field(index=True, sa_type=Text)
    act: int = Field(default=0, index=True, sa_column_args=_deferred("act.number"))


class SignatureRow(Row, table=True):
    """Who signed which field of which version."""

    __tablename__ = "signature"

    reference: str = Field(primary_key=True, sa_type=Text, sa_column_args=_deferred("record.reference"))
    version: int = Field(primary_key=True, sa_column_kwargs=_own_number())
    field: str = Field(primary_key=True, sa_type=Text)
    person_reference: str = Field(index=True, sa_type=Text)
    fingerprint: str = Field(sa_type=Text)
    signed_at: datetime = Field(sa_type=Instant)
    document_sha256: str = Field(sa_type=Text)
    act: int = Field(default=0, index=True, sa_column_args=_deferred("act.number"))


class ScanRow(Row, table=True):
    """A signature on paper, byte for byte as it was scanned, and who witnessed it."""

    __tablename__ = "scan"

    reference: str = Field(primary_key=True, sa_type=Text, sa_column_args=_deferred("record.reference"))
    version: int = Field(primary_key=True, sa_column_kwargs=_own_number())
    field: str = Field(primary_key=True, sa_type=Text)
    witness_reference: str = Field(index=True, sa_type=Text)
    signed_on: date
    media_type: str = Field(sa_type=Text)
    content: bytes = Field(sa_type=LargeBinary)
    sha256: str = Field(index=True, sa_type=Text)
    act: int = Field(default=0, index=True, sa_column_args=_deferred("act.number"))


class ObligationRow(Row, table=True):
    """What a record owes by a day; derived from the records, and kept so that what is due is found by an index."""

    __tablename__ = "obligation"
    __table_args__ = (
        Index(None, "due_on"),
        Index(None, "person_reference", "due_on"),
        Index(None, "next_on"),
        Index(None, "stale_on"),
        Index(None, "holds_from"),
    )

    reference: str = Field(primary_key=True, sa_type=Text, sa_column_args=_deferred("record.reference"))
    name: str = Field(primary_key=True, sa_type=Text)
    subject: str = Field(primary_key=True, sa_type=Text)
    due_on: date
    kind: str = Field(sa_type=Text)
    person_reference: str | None = Field(default=None, sa_type=Text)
    roles: str = Field(sa_type=Text)
    meaning: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    known_on: date
    next_on: date
    stale_on: date | None = None
    holds_from: date | None = None


class ProjectionRow(Row, table=True):
    """From which definitions something was derived that is kept: the hash of them."""

    __tablename__ = "projection"

    name: str = Field(primary_key=True, sa_type=Text)
    sha256: str = Field(sa_type=Text)


class ReminderRow(Row, table=True):
    """A step by which somebody was to be reminded: planned once, whoever plans."""

    __tablename__ = "reminder"
    __table_args__ = (Index(None, "state"),)

    reference: str = Field(primary_key=True, sa_type=Text, sa_column_args=_deferred("record.reference"))
    name: str = Field(primary_key=True, sa_type=Text)
    subject: str = Field(primary_key=True, sa_type=Text)
    due_on: date = Field(primary_key=True)
    step: int = Field(primary_key=True, sa_column_kwargs=_own_number())
    comes_on: date
    state: str = Field(sa_type=Text)
    folded_into: int | None = None
    why: str = Field(default="", sa_type=Text)
    planned_at: datetime = Field(sa_type=Instant)
    settled_at: datetime | None = Field(default=None, sa_type=Instant)


class DeliveryRow(Row, table=True):
    """A message to one recipient over one channel, and how it stands with it."""

    __tablename__ = "delivery"
    __table_args__ = (Index(None, "state", "not_before"),)

    id: str = Field(primary_key=True, sa_type=Text)
    channel: str = Field(sa_type=Text)
    recipient: str | None = Field(default=None, sa_type=Text)
    day: date
    state: str = Field(sa_type=Text)
    planned_at: datetime = Field(sa_type=Instant)
    not_before: datetime = Field(sa_type=Instant)
    attempts: int = 0
    claimed_by: str = Field(default="", sa_type=Text)
    claimed_at: datetime | None = Field(default=None, sa_type=Instant)
    begun: bool = False
    address: str = Field(default="", sa_type=Text)
    problem: str = Field(default="", sa_type=Text)
    settled_at: datetime | None = Field(default=None, sa_type=Instant)


class MentionRow(Row, table=True):
    """A step of which a message tells."""

    __tablename__ = "mention"
    __table_args__ = (
        ForeignKeyConstraint(
            ["reference", "name", "subject", "due_on", "step"],
            ["reminder.reference", "reminder.name", "reminder.subject", "reminder.due_on", "reminder.step"],
            deferrable=True,
            initially="DEFERRED",
        ),
        Index(None, "reference", "name", "subject", "due_on", "step"),
    )

    delivery: str = Field(primary_key=True, sa_type=Text, sa_column_args=_deferred("delivery.id"))
    reference: str = Field(primary_key=True, sa_type=Text)
    name: str = Field(primary_key=True, sa_type=Text)
    subject: str = Field(primary_key=True, sa_type=Text)
    due_on: date = Field(primary_key=True)
    step: int = Field(primary_key=True, sa_column_kwargs=_own_number())
    escalated: bool = False
