"""Document: the PDF of a record."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sdflow.adapters.storage import Reading
from sdflow.domain.errors import NotFound
from sdflow.domain.record import StoredDocument
from sdflow.engine.publication import Publisher, adopted_as, sha256_of
from sdflow.engine.workspace import Occasion, Workspace


@dataclass(frozen=True)
class Published:
    """A PDF, and whether it is the kept document of a frozen version or a draft made now."""

    reference: str
    version: int
    pdf: bytes
    sha256: str
    draft: bool
    signatures: int
    suffix: str = ".pdf"

    @property
    def file_name(self) -> str:
        """The name under which it is saved unless another is given."""
        version = "draft" if self.draft else f"v{self.version}"
        return f"{self.reference}-{version}{self.suffix}"


def document(
    workspace: Workspace, occasion: Occasion, reference: str, *, draft: bool = False, version: int | None = None
) -> Published:
    """The kept document of a version, or of a record that is frozen; else a draft as the record stands."""
    with workspace.storage.reading() as reading:
        record = reading.required(reference)
        wanted = version if version or not workspace.definitions.state(record).frozen else record.version
        kept = reading.document(reference, wanted) if wanted and not draft else None
        if kept:
            return _kept(reading, kept)
        if version:
            raise NotFound(f"{reference} has no version {version}", advice=f"see: sdflow show {reference}")
        pdf = Publisher(workspace, reading, occasion).draft(record)
        return Published(reference, record.version, pdf, sha256_of(pdf), draft=True, signatures=0)


def _kept(reading: Reading, kept: StoredDocument) -> Published:
    envelope = reading.envelope(kept.reference, kept.version)
    paper = adopted_as(envelope) if envelope else None
    suffix = Path(paper).suffix if paper else ".pdf"
    return Published(
        kept.reference, kept.version, kept.pdf, kept.sha256, draft=False, signatures=kept.sequence, suffix=suffix
    )


def annex(workspace: Workspace, occasion: Occasion, reference: str) -> Published:
    """The contacts of a record as they are on the day, and the log of changes outside what was signed."""
    with workspace.storage.reading() as reading:
        record = reading.required(reference)
        pdf = Publisher(workspace, reading, occasion).annex(record)
        return Published(reference, record.version, pdf, sha256_of(pdf), draft=True, signatures=0, suffix="-annex.pdf")
