"""Pack: the report that goes out before a service review is made, and what it says is written into the review."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sdflow.adapters.storage import Reading
from sdflow.domain.difference import ClauseChange
from sdflow.domain.errors import Refused
from sdflow.domain.kind import Content
from sdflow.domain.record import Record
from sdflow.domain.review_pack import Pack, Packed
from sdflow.engine.change import acting
from sdflow.engine.definitions import changes_of
from sdflow.engine.fixed_fields import refuse_fixed
from sdflow.engine.report_document import report_document
from sdflow.engine.review_packs import Gathered, gathered
from sdflow.engine.review_parties import refuse_outsiders
from sdflow.engine.service_report import Progress
from sdflow.engine.workspace import Occasion, Workspace

VERB: Final = "pack"
REASON = "the pack of the review is put together"

Keeping = Callable[[str, bytes, str | None], str]
"""Keeps a file with this content, and says under which name.

It is given the usual name, and the SHA-256 of the pack that the review had before, which may be replaced. What it raises
undoes the act.
"""


@dataclass(frozen=True)
class PackedReview:
    """A review with its pack, what the report says, and what of the review changed."""

    reference: str
    pack: Pack
    gathered: Gathered
    changes: tuple[ClauseChange, ...]


def pack(
    workspace: Workspace,
    occasion: Occasion,
    reference: str,
    keep: Keeping | None,
    *,
    sent_to: Sequence[str] = (),
    accessible: bool = False,
    progress: Progress | None = None,
) -> PackedReview:
    """Make the report on the agreements and the period of a review, and write its name, hash and figures into the review.

    It goes to those in `sent_to`, or else to those who are asked to come, of the customer and the provider alone. All in one
    act; without `keep` no file is kept and nothing is stored. `Refused` where the record is no review, or is past its pack.
    """
    with acting(workspace, occasion, VERB, REASON) as change:
        record = change.writing.lock(reference)
        content = _review(workspace, record)
        _refuse_held(reference, content, occasion)
        people = _people(reference, sent_to, content)
        refuse_outsiders(workspace.definitions, change.writing, people, content.review())
        found = gathered(workspace, change.writing, record, content, occasion.today, progress)
        file = report_document(workspace, found.report, accessible=accessible)
        made = _made(reference, found, file, people)
        refuse_fixed(workspace.definitions, change.writing, record, content.with_pack(made))
        if keep is not None:
            made = replace(made, file_name=keep(made.file_name, file, content.review().pack_sha256))
        revised = content.with_pack(made)
        changes = tuple(changes_of(record.revision, revised))
        if keep is not None and (changes or not _wrote_last(change.writing, record)):
            change.revise(record, revised, occasion.actor)
    return PackedReview(reference, made, found, changes)


def _made(reference: str, found: Gathered, file: bytes, people: tuple[str, ...]) -> Pack:
    return Pack(
        file_name=f"{reference}-{found.report.period.name}.pdf",
        sha256=hashlib.sha256(file).hexdigest(),
        sent_on=found.report.as_of,
        sent_to=people,
        figures=found.figures,
        previous=found.previous,
        agreed_before=found.agreed_before,
        complaints=found.complaints,
        surveys=found.surveys,
        given_up=found.given_up,
        measured_until=found.measured_until,
        unsigned=found.unsigned,
    )


def _wrote_last(reading: Reading, record: Record) -> bool:
    """Whether the present words of a review are those that its pack wrote."""
    return reading.verbs(record.reference).get(record.revision.act) == VERB


def _people(reference: str, sent_to: Sequence[str], review: Packed) -> tuple[str, ...]:
    """To whom the pack goes, each once."""
    people = tuple(dict.fromkeys(sent_to)) or review.invited()
    if not people:
        raise Refused(
            f"nobody is named to whom the pack of {reference} goes",
            advice="name them with --to, or write down in attendance who is asked to come",
        )
    return people


def _refuse_held(reference: str, review: Packed, occasion: Occasion) -> None:
    held = review.review().held_on
    if held is not None and held < occasion.today:
        raise Refused(f"{reference} was held on {held}; a pack goes out before the meeting")


def _review(workspace: Workspace, record: Record) -> Packed:
    content: Content = workspace.definitions.content(record)
    if not isinstance(content, Packed):
        raise Refused(f"{record.reference} is no service review", advice="name one, such as SRV-0001")
    if workspace.definitions.state(record).frozen:
        raise Refused(
            f"{record.reference} is '{record.state}', and its pack is what was sent",
            (workspace.definitions.state(record).meaning,),
            f"see what is possible: sdflow steps {record.reference}",
        )
    return content
