"""Measured tables: what service desks and monitors recorded, and which files said so.

Instants are whole seconds since 1970-01-01 00:00 UTC, none where they are not known. These rows are no history: a file that
is read again may correct them, and the chain tells of each reading by the file's hash. `file` is the number of the file that
brought a row as it stands, 0 where that is not known.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, LargeBinary, Text
from sqlmodel import Field

from sdflow.adapters.storage.instant import Instant
from sdflow.adapters.storage.tables import Row


class IncidentRow(Row, table=True):
    """An incident; `since` and `until` are its life, in which it is found, and `pauses` such as "100:200 300:400 +60"."""

    __tablename__ = "incident"
    __table_args__ = (Index(None, "service", "until"),)

    source: str = Field(primary_key=True, sa_type=Text)
    number: str = Field(primary_key=True, sa_type=Text)
    service: str = Field(sa_type=Text)
    component: str = Field(sa_type=Text)
    customer: str = Field(sa_type=Text)
    supplier: str = Field(sa_type=Text)
    priority: str = Field(sa_type=Text)
    cause: str = Field(sa_type=Text)
    title: str = Field(sa_type=Text)
    security: bool
    users: int = Field(sa_type=BigInteger)
    occurred: int | None = Field(default=None, sa_type=BigInteger)
    detected: int | None = Field(default=None, sa_type=BigInteger)
    reported: int | None = Field(default=None, sa_type=BigInteger)
    responded: int | None = Field(default=None, sa_type=BigInteger)
    diagnosed: int | None = Field(default=None, sa_type=BigInteger)
    repaired: int | None = Field(default=None, sa_type=BigInteger)
    recovered: int | None = Field(default=None, sa_type=BigInteger)
    restored: int | None = Field(default=None, sa_type=BigInteger)
    resolved: int | None = Field(default=None, sa_type=BigInteger)
    closed: int | None = Field(default=None, sa_type=BigInteger)
    pauses: str = Field(sa_type=Text)
    since: int = Field(sa_type=BigInteger)
    until: int = Field(sa_type=BigInteger)
    file: int = Field(sa_column_kwargs={"server_default": "0"})


class OutageRow(Row, table=True):
    """A stretch in which a service or a component was down; without an `until` it still is."""

    __tablename__ = "outage"
    __table_args__ = (Index(None, "service", "since"), Index(None, "component", "since"))

    source: str = Field(primary_key=True, sa_type=Text)
    number: str = Field(primary_key=True, sa_type=Text)
    service: str = Field(sa_type=Text)
    component: str = Field(sa_type=Text)
    cause: str = Field(sa_type=Text)
    users: int = Field(sa_type=BigInteger)
    since: int = Field(sa_type=BigInteger)
    until: int | None = Field(default=None, sa_type=BigInteger)
    file: int = Field(sa_column_kwargs={"server_default": "0"})


class MeasurementRow(Row, table=True):
    """A value that was measured at an instant."""

    __tablename__ = "measurement"
    __table_args__ = (Index(None, "service", "at"),)

    source: str = Field(primary_key=True, sa_type=Text)
    measure: str = Field(primary_key=True, sa_type=Text)
    service: str = Field(primary_key=True, sa_type=Text)
    component: str = Field(primary_key=True, sa_type=Text)
    customer: str = Field(primary_key=True, sa_type=Text)
    at: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    value: float
    file: int = Field(sa_column_kwargs={"server_default": "0"})


class FileRow(Row, table=True):
    """A file that was read: what it holds, how its mapping says that it is to be understood, and when it was read last.

    `number` is its place in the order in which files were read first.
    """

    __tablename__ = "reading_of_file"

    source: str = Field(primary_key=True, sa_type=Text)
    kind: str = Field(primary_key=True, sa_type=Text)
    sha256: str = Field(primary_key=True, sa_type=Text)
    file: str = Field(sa_type=Text)
    conventions: str = Field(sa_type=Text)
    rows: int
    refused: int
    read_at: datetime = Field(sa_type=Instant)
    number: int = Field(sa_column_kwargs={"server_default": "0"})


class WatchedRow(Row, table=True):
    """The stretch of time over which a file says everything of a subject, such as a service."""

    __tablename__ = "watched"
    __table_args__ = (Index(None, "kind", "subject"),)

    source: str = Field(primary_key=True, sa_type=Text)
    kind: str = Field(primary_key=True, sa_type=Text)
    sha256: str = Field(primary_key=True, sa_type=Text)
    subject: str = Field(primary_key=True, sa_type=Text)
    since: int = Field(sa_type=BigInteger)
    until: int = Field(sa_type=BigInteger)


class RefusedCountRow(Row, table=True):
    """How many rows of a file were refused that are of a subject, such as a service; the empty one where nobody can say."""

    __tablename__ = "refused"
    __table_args__ = (Index(None, "kind", "subject"),)

    source: str = Field(primary_key=True, sa_type=Text)
    kind: str = Field(primary_key=True, sa_type=Text)
    sha256: str = Field(primary_key=True, sa_type=Text)
    subject: str = Field(primary_key=True, sa_type=Text)
    rows: int


class ChecksRow(Row, table=True):
    """The checks of one subject in a file, packed; `place` is where the file stands in the order in which files were read last."""

    __tablename__ = "checks"

    source: str = Field(primary_key=True, sa_type=Text)
    subject: str = Field(primary_key=True, sa_type=Text)
    sha256: str = Field(primary_key=True, sa_type=Text)
    place: int
    service: str = Field(sa_type=Text)
    component: str = Field(sa_type=Text)
    packed: bytes = Field(sa_type=LargeBinary)
