"""Wet: that somebody signed on paper is recorded, with the scan and who witnessed it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from sdflow.adapters.signing import scan_type
from sdflow.domain.errors import NotFound, Refused, Unreadable
from sdflow.domain.record import Record, StoredScan, StoredSignature
from sdflow.domain.signature import ExpectedSignature
from sdflow.domain.workflow import Trigger
from sdflow.engine.change import Change, acting
from sdflow.engine.people import person, roles_on
from sdflow.engine.publication import sha256_of
from sdflow.engine.signing import OpenVersion, frozen_on, open_version, require_office
from sdflow.engine.transition import steps_triggered
from sdflow.engine.workspace import Occasion, Workspace

NOON = time(12, tzinfo=UTC)
"""A paper names a day and no time; at noon in UTC it is the same day in nearly every zone."""


@dataclass(frozen=True)
class SignedOnPaper:
    """A signature on paper that was recorded, who is still to sign, and whose turn of them it is."""

    record: Record
    field: str
    name: str
    scan_sha256: str
    remaining: tuple[str, ...]
    next: tuple[str, ...]


def record_paper_signature(
    workspace: Workspace,
    occasion: Occasion,
    reference: str,
    scan: Path,
    *,
    signed_on: date,
    witness: str,
    signatory: str | None = None,
) -> SignedOnPaper:
    """Record that a signatory signed the present version on paper; it counts as their signature.

    `signatory` is the person who signed, needed where it is the turn of several. Neither do signatories record their
    own paper, nor witness it. `Refused` for that, for a witness who holds no role on the day, and for a day before the
    version was frozen or still to come; Unreadable for a scan that is none.
    """
    content = _read(scan)
    media_type = scan_type(content, str(scan))
    with acting(workspace, occasion, "sign") as change:
        version = open_version(workspace, change, reference)
        signing = _signatory(version, signatory)
        _independent(signing, witness, occasion)
        _possible_day(version, signed_on, occasion)
        require_office(workspace, change, signing, signed_on)
        _in_office(workspace, change, witness, signed_on)
        kept = StoredScan(
            reference,
            version.record.version,
            signing.field,
            witness,
            signed_on,
            media_type,
            content,
            sha256_of(content),
            act=0,
        )
        after = _keep(change, version, signing, kept)
        record = steps_triggered(workspace, change, version.record, Trigger.signature, occasion)
    remaining, following = (tuple(one.name for one in some) for some in (after.waiting, after.next))
    return SignedOnPaper(record, signing.field, signing.name, kept.sha256, remaining, following)


def paper_scan(workspace: Workspace, reference: str, field: str, version: int | None = None) -> StoredScan:
    """The scan of a signature on paper, byte for byte; `NotFound` where the field was not signed so."""
    with workspace.storage.reading() as reading:
        number = version or reading.required(reference).version
        found = reading.scan(reference, number, field)
    if found is None:
        raise NotFound(
            f"{reference} version {number} has no signature on paper in '{field}'",
            advice=f"see: sdflow show {reference}",
        )
    return found


def _signatory(version: OpenVersion, named: str | None) -> ExpectedSignature:
    if named is not None:
        names = {one.person: one.name for one in version.signatories}
        return version.turn_of(named, names.get(named, named))
    if len(version.next) != 1:
        names_of = " and ".join(f"{one.name} ({one.person})" for one in version.next)
        raise Refused(f"it is the turn of {names_of}", advice="say who signed on paper, with --signatory PERSON")
    return version.next[0]


def _independent(signing: ExpectedSignature, witness: str, occasion: Occasion) -> None:
    if witness == signing.person:
        raise Refused(f"{signing.name} signed and cannot witness it", advice="name somebody else with --witness")
    if occasion.actor == signing.person:
        raise Refused(
            f"{signing.name} does not record the own signature on paper",
            advice="let somebody else record it, such as the witness, with --as PERSON",
        )


def _possible_day(version: OpenVersion, signed_on: date, occasion: Occasion) -> None:
    first = frozen_on(version.envelope)
    if not first <= signed_on <= occasion.today:
        raise Refused(
            f"{version.record.reference} version {version.record.version} cannot have been signed on {signed_on:%d %B %Y}",
            (f"it was frozen on {first:%d %B %Y}, and today is {occasion.today:%d %B %Y}",),
            "give the day that stands on the paper, with --signed-on",
        )


def _in_office(workspace: Workspace, change: Change, witness: str, day: date) -> None:
    if not roles_on(person(change.writing, workspace.definitions, witness), day):
        raise Refused(f"{witness} held no role on {day:%d %B %Y} and witnesses nothing", advice="name another witness")


def _keep(change: Change, version: OpenVersion, signing: ExpectedSignature, scan: StoredScan) -> OpenVersion:
    """The version with the signature that is kept now."""
    signed_at = datetime.combine(scan.signed_on, NOON)
    document = version.document.sha256
    given = StoredSignature(
        scan.reference,
        scan.version,
        signing.field,
        signing.person,
        "",
        signed_at,
        document,
        0,
        scan.witness,
        scan.sha256,
    )
    change.writing.keep_signature(given)
    change.writing.keep_scan(scan)
    change.tell(
        scan.reference,
        "signed",
        version=scan.version,
        field=signing.field,
        person=signing.person,
        on_paper=True,
        signed_on=scan.signed_on,
        witness=scan.witness,
        scan_sha256=scan.sha256,
        document_sha256=document,
    )
    return version.signed(given)


def _read(scan: Path) -> bytes:
    try:
        return scan.read_bytes()
    except OSError as error:
        raise Unreadable.because(str(scan), f"cannot be read: {error.strerror}") from None
