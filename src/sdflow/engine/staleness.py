"""Staleness: what has moved since an agreement was signed (alignment R19 and R33)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sdflow.domain.agreement import Promise
from sdflow.domain.content import plain
from sdflow.domain.difference import ClauseChange, clause_changes
from sdflow.domain.fact import CheckedClause, EmbeddedChange, FactKind, RivalAgreement, SlaTarget
from sdflow.domain.kind import links, material
from sdflow.domain.record import Record
from sdflow.domain.scene import Scene, Supporter
from sdflow.domain.target import Comparison
from sdflow.domain.trait import Promising
from sdflow.engine.definitions import material_of
from sdflow.engine.inheritance import inherited_clauses, present_clauses
from sdflow.engine.terms import term_in_force

if TYPE_CHECKING:
    from sdflow.engine.proof import Prover
    from sdflow.engine.scenes import VersionScene

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
            "draft": not prover.definitions.state(record).binding,
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
    return {name: getattr(promise, name) for name in ("minutes", "percent", "value", "unit", "statement")}


def staleness_facts(prover: Prover, version: VersionScene) -> list[FactKind]:
    """Every fact about what has moved since a version of an agreement and those that support it were signed."""
    return [
        *_checked(prover, version),
        *_embedded(prover, version),
        *_inherited(prover, version),
        *_rivals(prover, version.scene),
    ]


def _checked(prover: Prover, version: VersionScene) -> Iterator[CheckedClause]:
    """R19: what supporters were agreed against, beside what the version promises."""
    scene, reference = version.scene, version.scene.reference
    now = {one.clause: one for one in prover.facts_of_version(version) if isinstance(one, SlaTarget)}
    for supporter in sorted(scene.supporters):
        record = prover.evidence.record(supporter)
        versions = prover.versions(record)
        against = versions[-1].envelope.get("checked_against", {}) if versions else {}
        if reference not in against:
            continue
        for clause, figures in against[reference]["clauses"].items():
            if clause in now:
                yield _compared(scene, supporter, now[clause], _words_of(against[reference]), figures)


def _words_of(against: Mapping[str, Any]) -> str:
    """Which words of the agreement a supporter was frozen against."""
    version = against["version"]
    if not against.get("draft"):
        return f"version {version}"
    return f"the draft after version {version}" if version else "the draft"


def _compared(scene: Scene, supporter: str, now: SlaTarget, against: str, figures: Mapping[str, Any]) -> CheckedClause:
    was = replace(
        now,
        minutes=figures.get("minutes"),
        percent=_number(figures.get("percent")),
        value=_number(figures.get("value")),
        unit=figures.get("unit"),
        statement=figures.get("statement"),
    )
    return CheckedClause(
        agreement=now.agreement,
        clause=now.clause,
        supporter=scene.label(supporter),
        against=against,
        tighter=_tighter(was, now),
        was=_said(was),
        now=_said(now),
    )


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _tighter(was: SlaTarget, now: SlaTarget) -> bool:
    """Whether more is promised than was, in any figure; what is said in another way counts, as nobody can tell."""
    if (was.unit, was.statement) != (now.unit, now.statement):
        return True
    more_is_better = now.comparison == Comparison.at_least
    figures = (
        (was.minutes, now.minutes, False),
        (was.percent, now.percent, True),
        (was.value, now.value, more_is_better),
    )
    return any(_exceeds(*one) for one in figures)


def _exceeds(was: Decimal | int | None, now: Decimal | int | None, more_is_better: bool) -> bool:
    if was is None or now is None:
        return was is not now
    return now > was if more_is_better else now < was


def _said(promise: SlaTarget) -> str:
    minutes, percent, value = promise.minutes, promise.percent, promise.value
    whole = percent is None or (percent == ALL and (minutes, value, promise.statement) != (None, None, None))
    parts = [
        promise.statement,
        f"{minutes:,} min" if minutes is not None else None,
        f"{value.normalize():f} {promise.unit or ''}".rstrip() if value is not None else None,
        None if whole or percent is None else f"{percent.normalize():f} %",
    ]
    return ", ".join(part for part in parts if part)


def _embedded(prover: Prover, version: VersionScene) -> Iterator[EmbeddedChange]:
    """R33: registers that read differently now than when the version was frozen; the agreement stands as it was.

    A draft takes registers as they are.
    """
    if version.signed is None:
        return
    reference, signed = version.scene.reference, version.signed
    places = {link.reference: link.path for link in links(signed.content)}
    embedded: Mapping[str, Any] = signed.envelope["records"]
    there = prover.reading.records_named(list(embedded))
    for name, kept in embedded.items():
        present = there.get(name)
        if present is None or "content" not in kept or present.revision.sha256 == kept["sha256"]:
            continue
        changes = clause_changes(kept["content"], material_of(present.revision))
        register = f"{name} {present.title}"
        yield EmbeddedChange(reference, places.get(name, "records"), signed.number, register, named_changes(changes))


def _inherited(prover: Prover, version: VersionScene) -> Iterator[EmbeddedChange]:
    """R33: clauses of a wider agreement that read differently now than when the version took them over."""
    signed = version.signed
    if signed is None or not inherited_clauses(signed.content):
        return
    present = plain(material(present_clauses(signed.content, lambda wider: prover.cited(wider)[1])))
    changes = clause_changes(signed.inherited(), present)
    if changes:
        wider, _ = prover.cited(inherited_clauses(signed.content)[0].wider)
        register = f"{wider.reference} {wider.title}"
        yield EmbeddedChange(version.scene.reference, "within", signed.number, register, named_changes(changes))


def named_changes(changes: Sequence[ClauseChange]) -> str:
    """The first few clauses that changed, and how many others there are."""
    rest = len(changes) - MOST_NAMED
    paths = ", ".join(one.path for one in changes[:MOST_NAMED])
    return f"{paths} and {rest} more" if rest > 0 else paths


def _rivals(prover: Prover, scene: Scene) -> Iterator[RivalAgreement]:
    """Other agreements of which a signed version promises the same customer the same service on the same days.

    What is in force while a next version is negotiated counts, and what was ended, or ends by notice, only until then.
    """
    for other in prover.evidence.promising_of(scene.promise.service):
        if other.reference != scene.reference and not prover.definitions.state(other).ended:
            found = [day for promise, days in _held(prover, other) if (day := _shared_day(scene, promise, days))]
            if found:
                yield RivalAgreement(scene.reference, "term", f"{other.reference} {other.title}", min(found))


def _held(prover: Prover, record: Record) -> Iterator[tuple[Promise, tuple[date, date]]]:
    """What each signed version of an agreement promises, with the first and the last day on which it holds."""
    for version in prover.versions(record):
        promise = version.content.promise() if isinstance(version.content, Promising) else None
        if promise is not None:
            term = term_in_force(prover.definitions, prover.reading, record, promise.term)
            lasts = [day for day in (version.last, term.ends_by_itself()) if day]
            yield promise, (max(term.start_on, version.first or term.start_on), min(lasts, default=date.max))


def _shared_day(scene: Scene, promise: Promise, days: tuple[date, date]) -> date | None:
    """The first day on which another promise holds beside that of an agreement; none where they never meet."""
    mine = scene.promise
    if (promise.customer, promise.service) != (mine.customer, mine.service):
        return None
    first = max(days[0], scene.since or mine.term.start_on)
    return first if first <= min(days[1], mine.term.ends_by_itself() or date.max, scene.until or date.max) else None
