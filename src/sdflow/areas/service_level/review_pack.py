"""Review pack: how what is sent before a review comes into its minutes, and what people wrote there stays."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from itertools import count
from typing import Any

from sdflow.areas.service_level.review_minutes import PreviousAction, Progress, ReviewedFigure
from sdflow.domain.review_pack import AgreedBefore, Pack, PackedFigure


def written_pack(pack: Pack) -> dict[str, Any]:
    """What is written down of the file."""
    return {
        "file_name": pack.file_name,
        "sha256": pack.sha256,
        "sent_on": pack.sent_on,
        "sent_to": {f"p{number}": person for number, person in enumerate(pack.sent_to, 1)},
        "measured_until": pack.measured_until,
        "unsigned": list(pack.unsigned) or None,
    }


def spoken_about(written: Sequence[str], packed: Sequence[str], given_up: Container[str]) -> list[str]:
    """The records of one kind that people or the pack name, each once, without those that came to nothing."""
    return [one for one in dict.fromkeys((*written, *packed)) if one not in given_up]


def figures_with(
    written: Mapping[str, ReviewedFigure], packed: Sequence[PackedFigure], usual: str
) -> dict[str, ReviewedFigure]:
    """The figures of a review with those of the report in place of older ones of the same clause.

    `usual` is the agreement of figures that name none. A remark stays, and a cause while the target is missed.
    """
    keys = {(one.agreement or usual, one.clause): key for key, one in written.items() if one.clause is not None}
    free = (key for number in count(1) if (key := f"f{number}") not in written)
    found = dict(written)
    for one in packed:
        key = keys.get((one.agreement, one.figure.clause or "")) or next(free)
        found[key] = _figure(one, found.get(key))
    return found


def _figure(packed: PackedFigure, before: ReviewedFigure | None) -> ReviewedFigure:
    said = packed.figure.model_dump() | {"agreement": packed.agreement}
    if before is not None:
        written = before.remark if before.achieved is not None or packed.figure.achieved is None else None
        said["remark"] = written or said["remark"]
        said["cause"] = (before.cause or said["cause"]) if packed.figure.missed else None
    return ReviewedFigure.model_validate(said)


def actions_with(written: Mapping[str, PreviousAction], before: Sequence[AgreedBefore]) -> dict[str, PreviousAction]:
    """What had been agreed before, as it stands now; what was dropped stays dropped, and a remark stays."""
    found = dict(written)
    for one in before:
        known = found.get(one.key)
        dropped = known is not None and known.progress is Progress.dropped
        progress = Progress.dropped if dropped else Progress.done if one.done else Progress.open
        remark = known.remark if known else None
        found[one.key] = PreviousAction(what=one.what, owner=one.owner, progress=progress, remark=remark)
    return found
