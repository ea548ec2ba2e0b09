"""Document: the PDF of a record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sdflow.adapters.storage import Reading
from sdflow.domain.document import ACCESSIBLE_MARK
from sdflow.domain.errors import NotFound, Refused, SdflowError
from sdflow.domain.record import Record, StoredDocument
from sdflow.engine.printing import Order
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


@dataclass(frozen=True)
class Unpublished:
    """A record of which no PDF could be made, and what stands in the way."""

    reference: str
    error: SdflowError


def document(
    workspace: Workspace,
    occasion: Occasion,
    reference: str,
    *,
    draft: bool = False,
    version: int | None = None,
    accessible: bool = False,
) -> Published:
    """The kept document of a version, or of a record that is frozen; else a draft as the record stands.

    What is kept is never made anew, so that it is Refused where it was to be accessible and is not.
    """
    workspace = replace(workspace, accessible=workspace.accessible or accessible)
    with workspace.storage.reading() as reading:
        record = reading.required(reference)
        kept = None if draft else _frozen(workspace, reading, record, version)
        if kept:
            if accessible and ACCESSIBLE_MARK not in kept.pdf:
                raise _not_accessible(kept)
            return _kept(reading, kept)
        if version:
            raise NotFound(f"{reference} has no version {version}", advice=f"see: sdflow show {reference}")
        return _draft(record, Publisher(workspace, reading, occasion).draft(record))


def _not_accessible(kept: StoredDocument) -> Refused:
    return Refused(
        f"{kept.reference} version {kept.version} was frozen as a document without tags for accessibility",
        ("what is signed is never made anew",),
        "add --draft for an accessible draft; [documents] accessible = true in sdflow.toml makes the next version so",
    )


def documents(
    workspace: Workspace,
    occasion: Occasion,
    references: Sequence[str],
    *,
    draft: bool = False,
    workers: int = 1,
    accessible: bool = False,
) -> Iterator[Published | Unpublished]:
    """The same for many records, as each is ready: first what is kept, then drafts, so many of them at once.

    A record of which none can be made stops no other one.
    """
    workspace = replace(workspace, accessible=workspace.accessible or accessible)
    with workspace.storage.reading() as reading:
        drafts: list[Record] = []
        for reference in references:
            try:
                record = reading.required(reference)
                kept = None if draft else _frozen(workspace, reading, record, None)
            except SdflowError as error:
                yield Unpublished(reference, error)
            else:
                if kept:
                    yield _kept(reading, kept)
                else:
                    drafts.append(record)
        yield from _drafts(Publisher(workspace, reading, occasion), drafts, workers)


def _drafts(publisher: Publisher, records: Sequence[Record], workers: int) -> Iterator[Published | Unpublished]:
    ordered: list[Record] = []
    refused: list[Unpublished] = []

    def orders() -> Iterator[Order]:
        for record in records:
            try:
                order = publisher.draft_order(record)
            except SdflowError as error:
                refused.append(Unpublished(record.reference, error))
            else:
                ordered.append(record)
                yield order

    for number, result in publisher.workspace.printing.documents(orders(), workers):
        record = ordered[number]
        yield Unpublished(record.reference, result) if isinstance(result, SdflowError) else _draft(record, result)
    yield from refused


def every_reference(workspace: Workspace) -> list[str]:
    """The records of every kind for which there is a template."""
    with workspace.storage.reading() as reading:
        return [record.reference for record in reading.records() if workspace.pages.has(record.kind)]


def _frozen(workspace: Workspace, reading: Reading, record: Record, version: int | None) -> StoredDocument | None:
    wanted = version if version or not workspace.definitions.state(record).frozen else record.version
    return reading.document(record.reference, wanted) if wanted else None


def _draft(record: Record, pdf: bytes) -> Published:
    return Published(record.reference, record.version, pdf, sha256_of(pdf), draft=True, signatures=0)


def _kept(reading: Reading, kept: StoredDocument) -> Published:
    envelope = reading.envelope(kept.reference, kept.version)
    paper = adopted_as(envelope) if envelope else None
    suffix = Path(paper).suffix if paper else ".pdf"
    return Published(
        kept.reference, kept.version, kept.pdf, kept.sha256, draft=False, signatures=kept.sequence, suffix=suffix
    )


def annex(workspace: Workspace, occasion: Occasion, reference: str, *, accessible: bool = False) -> Published:
    """The contacts of a record as they are on the day, and the log of changes outside what was signed."""
    with workspace.storage.reading() as reading:
        record = reading.required(reference)
        workspace = replace(workspace, accessible=workspace.accessible or accessible)
        pdf = Publisher(workspace, reading, occasion).annex(record)
        return Published(reference, record.version, pdf, sha256_of(pdf), draft=True, signatures=0, suffix="-annex.pdf")


def notice(workspace: Workspace, occasion: Occasion, reference: str, *, accessible: bool = False) -> Published:
    """The letter by which notice of a record was given; where none was, the draft of one for the day."""
    with workspace.storage.reading() as reading:
        record = reading.required(reference)
        workspace = replace(workspace, accessible=workspace.accessible or accessible)
        pdf = Publisher(workspace, reading, occasion).notice(record)
        draft = not workspace.definitions.state(record).ending
        suffix = "-notice-draft.pdf" if draft else "-notice.pdf"
        return Published(reference, record.version, pdf, sha256_of(pdf), draft=draft, signatures=0, suffix=suffix)
