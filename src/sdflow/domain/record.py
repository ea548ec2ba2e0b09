"""Record: a governed thing, its revisions and its versions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sdflow.domain.kind import Link


@dataclass(frozen=True)
class Revision:
    """One text of a record's content, as it was stored; never changed afterwards.

    `round` numbers the offers of a negotiation; it is none for a change outside one.
    """

    number: int
    format: str
    text: str
    sha256: str
    act: int
    round: int | None = None
    offered_by: str | None = None


@dataclass(frozen=True)
class Record:
    """A governed thing as it stands: where it is in its life cycle, and its latest revision."""

    reference: str
    kind: str
    title: str
    state: str
    version: int
    revision: Revision
    owner: str | None = None
    service: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    lock: int = 0

    def moved(self, state: str) -> Record:
        """The record in another state."""
        return replace(self, state=state)


@dataclass(frozen=True)
class Envelope:
    """A frozen version: everything that was agreed, self-contained, as canonical text with its hash."""

    reference: str
    version: int
    text: str
    sha256: str
    act: int


@dataclass(frozen=True)
class StoredDocument:
    """A document of a frozen version, kept byte for byte; each signature adds the next `sequence`."""

    reference: str
    version: int
    sequence: int
    pdf: bytes
    sha256: str
    act: int


@dataclass(frozen=True)
class StoredSignature:
    """Who signed which field of which version when, with which certificate.

    Where it was signed on paper there is no fingerprint, `document_sha256` is that of the file which was printed, and
    who witnessed it and the SHA-256 of the scan are given.
    """

    reference: str
    version: int
    field: str
    person: str
    fingerprint: str
    signed_at: datetime
    document_sha256: str
    act: int
    witness: str | None = None
    scan_sha256: str | None = None

    @property
    def on_paper(self) -> bool:
        """Whether it was given by hand, outside the file."""
        return self.scan_sha256 is not None


@dataclass(frozen=True)
class StoredScan:
    """The scan of a signature on paper, kept byte for byte, and the person who witnessed that it was given."""

    reference: str
    version: int
    field: str
    witness: str
    signed_on: date
    media_type: str
    content: bytes
    sha256: str
    act: int


@dataclass(frozen=True)
class Citation:
    """A link of one record to another, seen from the one that is cited."""

    citing: str
    path: str
    cited: str


__all__ = ["Citation", "Envelope", "Link", "Record", "Revision", "StoredDocument", "StoredScan", "StoredSignature"]
