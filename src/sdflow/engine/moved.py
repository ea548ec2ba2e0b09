"""Moved: which parts of a service are made otherwise than when a plan for it was frozen (alignment R23)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from sdflow.domain.content import plain
from sdflow.domain.difference import clause_changes
from sdflow.domain.kind import Content, material
from sdflow.domain.trait import Dependent, Structured
from sdflow.engine.definitions import material_of
from sdflow.engine.staleness import named_changes
from sdflow.engine.versions import Version

if TYPE_CHECKING:
    from sdflow.engine.proof import Prover


def moved_parts(prover: Prover, signed: Version, service: str, tested_on: date | None = None) -> str | None:
    """The service and what it needs, as far as they are made of other parts now, with what changed; none where nothing.

    They are compared with what was frozen with the version, or with what they were on the day on which it was tested last.
    """
    was = _parts(service, lambda one: _as_tested(prover, signed, one, tested_on))
    now = prover.reading.records_named(sorted(was))
    moved = []
    for reference, content in sorted(was.items()):
        present = now.get(reference)
        if present is None or _made(content) == _made(prover.cited(reference)[1]):
            continue
        changes = clause_changes(plain(material(content)), material_of(present.revision))
        moved.append(f"{reference} {present.title} ({named_changes(changes)})")
    return "; ".join(moved) or None


def _as_tested(prover: Prover, signed: Version, reference: str, tested_on: date | None) -> Content | None:
    """A record as it was on the day of a test; as it was frozen with the version where there is none, or nothing older."""
    record = prover.reading.record(reference)
    if record is not None and tested_on is not None:
        written = prover.reading.numbered_events_of([reference]).get(reference, ())
        known = {act for day, act, _ in written if day <= tested_on}
        revisions = [one for one in prover.reading.revisions(reference) if one.act in known]
        if revisions:
            return prover.definitions.content(record, revisions[-1])
    return signed.embedded(prover.definitions, reference)


def _parts(service: str, content_of: Callable[[str], Content | None]) -> dict[str, Content]:
    """A service and everything that it needs, directly or through others, as far as their contents are known."""
    found: dict[str, Content] = {}
    todo, seen = [service], {service}
    while todo:
        reference = todo.pop()
        content = content_of(reference)
        if content is not None:
            found[reference] = content
            needed = [one for one in _made_of(content) if one not in seen]
            seen.update(needed)
            todo += needed
    return found


def _made(content: Content) -> object:
    """How something is made: its structure as a whole, so that a part that is no longer redundant counts as well."""
    if isinstance(content, Structured):
        return content.built_of(), content.needed_services()
    return content.needs() if isinstance(content, Dependent) else ()


def _made_of(content: Content) -> frozenset[str]:
    """The services and components that something needs directly."""
    if isinstance(content, Structured):
        return frozenset((*content.built_of().components(), *content.needed_services()))
    return frozenset(content.needs()) if isinstance(content, Dependent) else frozenset()
