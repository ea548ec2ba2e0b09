"""Document: the PDF of a record."""

from __future__ import annotations

from dataclasses import dataclass

from sdflow.domain.errors import NotFound
from sdflow.engine.publication import Publisher, sha256_of
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

    @property
    def file_name(self) -> str:
        """The name under which it is saved unless another is given."""
        return f"{self.reference}-{'draft' if self.draft else f'v{self.version}'}.pdf"


def document(workspace: Workspace, occasion: Occasion, reference: str, *, draft: bool = False) -> Published:
    """The kept document of a record that is frozen, else a draft as the record stands."""
    with workspace.storage.reading() as reading:
        record = reading.record(reference)
        if record is None:
            raise NotFound(f"there is no record {reference}", advice="see: sdflow list")
        kept = reading.document(reference, record.version) if workspace.definitions.state(record).frozen else None
        if kept and not draft:
            return Published(reference, kept.version, kept.pdf, kept.sha256, draft=False, signatures=kept.sequence)
        pdf = Publisher(workspace, reading, occasion).draft(record)
        return Published(reference, record.version, pdf, sha256_of(pdf), draft=True, signatures=0)
