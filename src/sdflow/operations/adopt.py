"""Adopt: an agreement that was signed elsewhere is taken in with its paper."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from sdflow.adapters.definitions.record_files import RecordFile, read_records
from sdflow.domain.errors import Fault, Refused, Unreadable
from sdflow.domain.kind import Content
from sdflow.domain.record import Record
from sdflow.domain.trait import Adoptable
from sdflow.domain.workflow import Trigger
from sdflow.engine.change import Change, acting
from sdflow.engine.consistency import inconsistencies
from sdflow.engine.publication import Publisher, sha256_of
from sdflow.engine.transition import take_step
from sdflow.engine.workspace import Occasion, Workspace

MOST_BYTES = 50_000_000
"""The largest paper that is kept."""


@dataclass(frozen=True)
class Adopted:
    """An agreement that was taken in: the record as it stands, and the paper that is now its document."""

    record: Record
    file_name: str
    sha256: str


class _RehearsedError(Exception):
    """Ends the act before anything is stored."""


def adopt(
    workspace: Workspace, occasion: Occasion, paper: Path, source: str, *, reason: str = "", dry_run: bool = False
) -> Adopted:
    """Take in an agreement that was signed elsewhere; `source` is the reference of its draft, or a record file.

    The paper is kept byte for byte as the document of the next version, and nobody signs anew. `Refused` where the
    record does not say by whom and when it was signed, the paper is another record's already, or its life cycle does
    not let it be adopted from where it is.
    """
    content_bytes = _bytes(paper)
    adopted: Adopted | None = None
    with suppress(_RehearsedError), acting(workspace, occasion, "adopt", reason) as change:
        record = _drafted(workspace, change, source, paper, content_bytes, occasion)
        envelope, document = Publisher(workspace, change.writing, occasion).adopt(record, content_bytes, paper.name)
        change.keep_version(envelope, document)
        record = replace(record, version=envelope.version)
        step = _step(workspace, record)
        record = take_step(workspace, change, record, step, occasion, on=Trigger.adoption)
        change.tell(record.reference, "adopted", version=record.version, document_sha256=document.sha256)
        adopted = Adopted(record, paper.name, document.sha256)
        if dry_run:
            raise _RehearsedError
    if adopted is None:
        raise RuntimeError("an act that was carried out has a result")
    return adopted


def _drafted(
    workspace: Workspace, change: Change, source: str, paper: Path, content_bytes: bytes, occasion: Occasion
) -> Record:
    known = change.writing.document_by_sha256(sha256_of(content_bytes))
    if known is not None:
        raise Refused(f"{paper} is already the paper of {known.reference} version {known.version}")
    file = _file(workspace, source)
    if file is None:
        record = change.writing.lock(source)
        content = _with_paper(workspace.definitions.content(record), source, paper, content_bytes, occasion)
        return change.revise(record, content)
    if change.writing.record(file.reference) is not None:
        raise Refused(f"{file.reference} is known already", advice=f"adopt its draft: sdflow adopt {paper} RECORD")
    content = _with_paper(file.content, file.reference, paper, content_bytes, occasion)
    faults = [
        Fault(file.source, file.line_of(one.path) if one.path else file.line, one.path, one.message)
        for one in inconsistencies(workspace, change.writing, {file.reference: content}, occasion.today)
    ]
    if faults:
        raise Unreadable(*faults)
    change.create(file.kind, file.reference, content)
    return change.writing.lock(file.reference)


def _file(workspace: Workspace, source: str) -> RecordFile | None:
    path = Path(source)
    if path.suffix not in (".yaml", ".yml"):
        return None
    files = read_records([path], workspace.definitions.kinds)
    if len(files) != 1:
        raise Unreadable.because(source, f"holds {len(files)} records; a paper belongs to one")
    return files[0]


def _with_paper(content: Content, reference: str, paper: Path, content_bytes: bytes, occasion: Occasion) -> Content:
    signed_on = content.signed_elsewhere_on() if isinstance(content, Adoptable) else None
    if not isinstance(content, Adoptable) or signed_on is None:
        raise Refused(
            f"{reference} does not say that it was signed elsewhere",
            advice="give 'adopted' with signed_on and signatories in the record",
        )
    if signed_on > occasion.today:
        raise Refused(f"{reference} was signed on {signed_on}, which has not come; today is {occasion.today}")
    return content.with_paper(paper.name, sha256_of(content_bytes))


def _step(workspace: Workspace, record: Record) -> str:
    steps = workspace.definitions.workflows[record.kind].steps_from(record.state)
    found = [step.name for step in steps if step.on is Trigger.adoption]
    if not found:
        raise Refused(
            f"{record.reference} is '{record.state}' and cannot be adopted from there",
            advice=f"see: sdflow diagram {record.kind}",
        )
    return found[0]


def _bytes(paper: Path) -> bytes:
    try:
        found = paper.read_bytes()
    except OSError as error:
        raise Unreadable.because(str(paper), f"cannot be read: {error.strerror}") from None
    if not found:
        raise Unreadable.because(str(paper), "is empty; give the file of the signed paper")
    if len(found) > MOST_BYTES:
        raise Unreadable.because(str(paper), f"has {len(found):,} bytes; a paper may have {MOST_BYTES:,}")
    return found
