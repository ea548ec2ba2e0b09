"""Amend: single clauses of a record are changed; in a negotiation that is the next round."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from sdflow.adapters.definitions.wording import sentence
from sdflow.domain.difference import ClauseChange
from sdflow.domain.errors import Fault, Unreadable
from sdflow.domain.kind import Content, joined
from sdflow.domain.record import Record
from sdflow.engine.change import acting
from sdflow.engine.consistency import inconsistencies
from sdflow.engine.definitions import changes_of
from sdflow.engine.fixed_fields import refuse_fixed
from sdflow.engine.workspace import Occasion, Workspace


def amend(
    workspace: Workspace,
    occasion: Occasion,
    reference: str,
    clauses: Mapping[str, str | None],
    *,
    reason: str = "",
    dry_run: bool = False,
) -> tuple[Record, list[ClauseChange]]:
    """Set the clauses at these paths to these texts, or remove those whose text is none.

    Returns the record with its new revision and what changed. `Unreadable` says which path or value is
    wrong; `Refused` that the record can no longer be changed.
    """
    with acting(workspace, occasion, "amend", reason) as change:
        record = change.writing.lock(reference)
        content = amended(workspace, record, clauses)
        faults = [
            Fault("--set", None, _typed(one.path.split(".")), one.message)
            for one in inconsistencies(workspace, change.writing, {reference: content}, occasion.today)
        ]
        if faults:
            raise Unreadable(*faults)
        changes = changes_of(record.revision, content)
        refuse_fixed(workspace.definitions, change.writing, record, content)
        if dry_run or not changes:
            return record, changes
        return change.revise(record, content, occasion.actor), changes


def amended(workspace: Workspace, record: Record, clauses: Mapping[str, str | None]) -> Content:
    """The content of a record with some clauses changed."""
    stored = json.loads(record.revision.text)
    whole = joined(stored["content"], stored.get("housekeeping"))
    faults = [fault for path, text in clauses.items() if (fault := _set(whole, path, text))]
    if faults:
        raise Unreadable(*faults)
    try:
        return workspace.definitions.kinds[record.kind].model_validate(whole)
    except ValidationError as error:
        raise Unreadable(*(_fault(one) for one in error.errors(include_url=False))) from None


def _fault(error: Any) -> Fault:
    path = _typed(str(part) for part in error["loc"])
    message = {"missing": "is missing", "extra_forbidden": "there is no such field"}.get(error["type"])
    return Fault("--set", None, path, message or sentence(error))


def _typed(parts: Iterable[str]) -> str:
    """A path as people type it, who count the entries of a list from 1."""
    return ".".join(str(int(part) + 1) if part.isdigit() else part for part in parts)


def _set(whole: Any, path: str, text: str | None) -> Fault | None:
    *way, last = path.split(".")
    place = whole
    for part in way:
        place = _inside(place, part)
        if place is None:
            return Fault("--set", None, path, f"there is nothing at '{part}'")
    if isinstance(place, list):
        return _set_item(place, last, path, text)
    if not isinstance(place, dict):
        return Fault("--set", None, path, f"'{way[-1]}' has no parts")
    if text is None and place.pop(last, None) is None:
        return Fault("--set", None, path, "there is nothing to remove")
    if text is not None:
        place[last] = text
    return None


def _inside(place: Any, part: str) -> Any:
    if isinstance(place, dict):
        return place.setdefault(part, {})
    if isinstance(place, list) and part.isdigit() and 1 <= int(part) <= len(place):
        return place[int(part) - 1]
    return None


def _set_item(place: list[Any], last: str, path: str, text: str | None) -> Fault | None:
    if not last.isdigit() or not 1 <= int(last) <= len(place) + 1:
        return Fault("--set", None, path, f"number the item from 1 to {len(place) + 1}")
    position = int(last) - 1
    place[position : position + 1] = [] if text is None else [text]
    return None
