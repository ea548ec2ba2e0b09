"""Staleness: what has moved since an agreement was signed (alignment R19 and R33)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sdflow.domain.content import plain
from sdflow.domain.difference import ClauseChange, clause_changes
from sdflow.domain.fact import CheckedClause, EmbeddedChange, FactKind, RivalAgreement, SlaTarget
from sdflow.domain.kind import links, material
from sdflow.domain.record import Record
from sdflow.domain.scene import Scene, Supporter
from sdflow.domain.trait import Promising
from sdflow.engine.definitions import material_of
from sdflow.engine.inheritance import inherited_clauses, present_clauses

if TYPE_CHECKING:
    from sdflow.engine.proof import Prover

ALL = 100
MOST_NAMED = 3
"""How many changed clauses a finding names."""


def checked_clauses(prover: Prover, reference: str) -> dict[str, Any]:
    """What a supporting agreement is about to be frozen against.

    For each agreement with a customer that rests on it: its version, and the promises that it carries as they stand.
    """
    found: dict[str, Any] = {}
    for agreement in prover.resting_on(reference):
        record, _ = prover.cited(agreement)
        carried = carried_promises(prover, agreement, reference)
        found[agreement] = {
            "version": record.version,
            "sha256": record.revision.sha256,
            "clauses": {one.clause: _figures(one) for one in carried},
        }
    return found


def carried_promises(prover: Prover, agreement: str, supporter: str) -> list[SlaTarget]:
    """The promises of an agreement that a supporter takes part in carrying: by a route, or through a component."""
    scene = prover.scene(agreement)
    named = {
        priority
        for route in scene.routes.values()
        for tier in route.tiers
        if supporter in tier.agreements
        for priority in route.priorities
    }
    carries = supporter in scene.supporters and bool(_components(scene, scene.supporters[supporter]))
    promises = [one for one in prover.facts(agreement) if isinstance(one, SlaTarget)]
    return [one for one in promises if (one.priority in named if one.priority else carries)]


def _components(scene: Scene, supporter: Supporter) -> set[str]:
    return {one.component for one in supporter.support.components.values()} & scene.dependencies.keys()


def _figures(promise: SlaTarget) -> dict[str, Any]:
    return {"minutes": promise.minutes, "percent": promise.percent}


def staleness_facts(prover: Prover, reference: str) -> list[FactKind]:
    """Every fact about what has moved since an agreement and those that support it were signed."""
    return [
        *_checked(prover, reference),
        *_embedded(prover, reference),
        *_inherited(prover, reference),
        *_rivals(prover, reference),
    ]


def _checked(prover: Prover, reference: str) -> Iterator[CheckedClause]:
    """R19: what supporters were agreed against, beside what is promised now."""
    scene = prover.scene(reference)
    now = {one.clause: one for one in prover.facts(reference) if isinstance(one, SlaTarget)}
    for supporter in sorted(scene.supporters):
        record = prover.evidence.record(supporter)
        versions = prover.versions(record)
        against = versions[-1].envelope.get("checked_against", {}) if versions else {}
        if reference not in against:
            continue
        for clause, figures in against[reference]["clauses"].items():
            if clause in now:
                yield _compared(scene, supporter, now[clause], against[reference]["version"], figures)


def _compared(scene: Scene, supporter: str, now: SlaTarget, version: int, figures: Mapping[str, Any]) -> CheckedClause:
    minutes, given = figures.get("minutes"), figures.get("percent")
    percent = Decimal(given) if given else None
    tighter = (minutes is not None and now.minutes is not None and now.minutes < minutes) or (
        percent is not None and now.percent is not None and now.percent > percent
    )
    return CheckedClause(
        agreement=now.agreement,
        clause=now.clause,
        supporter=scene.label(supporter),
        version=version,
        tighter=tighter,
        was=_said(minutes, percent),
        now=_said(now.minutes, now.percent),
    )


def _said(minutes: int | None, percent: Decimal | None) -> str:
    share = percent if percent is not None and (minutes is None or percent < ALL) else None
    parts = [f"{minutes:,} min" if minutes is not None else "", f"{share.normalize():f} %" if share else ""]
    return ", ".join(part for part in parts if part) or "something else"


def _embedded(prover: Prover, reference: str) -> Iterator[EmbeddedChange]:
    """R33: registers that read differently now than when the version was frozen; the agreement stands as it was."""
    record, content = prover.cited(reference)
    versions = prover.versions(record)
    places = {link.reference: link.path for link in links(content)}
    embedded: Mapping[str, Any] = versions[-1].envelope["records"] if versions else {}
    there = prover.reading.records_named(list(embedded))
    for name, kept in embedded.items():
        present = there.get(name)
        if present is None or "content" not in kept or present.revision.sha256 == kept["sha256"]:
            continue
        changes = clause_changes(kept["content"], material_of(present.revision))
        register = f"{name} {present.title}"
        yield EmbeddedChange(reference, places.get(name, "records"), versions[-1].number, register, _named(changes))


def _inherited(prover: Prover, reference: str) -> Iterator[EmbeddedChange]:
    """R33: clauses of a wider agreement that read differently now than when the version took them over."""
    record, content = prover.cited(reference)
    versions = prover.versions(record)
    if not versions or not inherited_clauses(content):
        return
    present = plain(material(present_clauses(content, lambda wider: prover.cited(wider)[1])))
    changes = clause_changes(versions[-1].inherited(), present)
    if changes:
        wider, _ = prover.cited(inherited_clauses(content)[0].wider)
        register = f"{wider.reference} {wider.title}"
        yield EmbeddedChange(reference, "within", versions[-1].number, register, _named(changes))


def _named(changes: Sequence[ClauseChange]) -> str:
    """The first few clauses that changed, and how many others there are."""
    rest = len(changes) - MOST_NAMED
    paths = ", ".join(one.path for one in changes[:MOST_NAMED])
    return f"{paths} and {rest} more" if rest > 0 else paths


def _rivals(prover: Prover, reference: str) -> Iterator[RivalAgreement]:
    """Other signed agreements that promise the same customer the same service on the same days."""
    scene = prover.scene(reference)
    for other in prover.evidence.promising_of(scene.promise.service):
        if other.reference != reference and _stands(prover, other):
            yield from _overlap(prover, scene, other)


def _stands(prover: Prover, record: Record) -> bool:
    return prover.definitions.state(record).binding


def _overlap(prover: Prover, scene: Scene, other: Record) -> Iterator[RivalAgreement]:
    _, content = prover.cited(other.reference)
    promise = content.promise() if isinstance(content, Promising) else None
    if promise is None or promise.customer != scene.promise.customer:
        return
    first = max(promise.term.start_on, scene.promise.term.start_on)
    lasts = [day for day in (promise.term.ends_by_itself(), scene.promise.term.ends_by_itself()) if day]
    if not lasts or first <= min(lasts):
        yield RivalAgreement(scene.reference, "term", f"{other.reference} {other.title}", first)
