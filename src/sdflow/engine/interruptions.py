"""Interruptions: planned interruptions beside the agreements with customers whose services they stop."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sdflow.domain.alignment.interruption import interruption_facts
from sdflow.domain.fact import FactKind
from sdflow.domain.interruption import Interrupting, OtherWork, PlannedWork
from sdflow.domain.scene import Scene
from sdflow.engine.measured_words import Span, Wording
from sdflow.engine.past import When
from sdflow.engine.planned_time import announced_since, announced_work

if TYPE_CHECKING:
    from sdflow.engine.proof import Prover
    from sdflow.engine.subjects import Subject

_ANY_ZONE = timedelta(days=1)
"""How far around the days of the work, as they are written, its days may lie on the clocks of an agreement."""


def facts_of_interruption(prover: Prover, subject: Subject) -> Iterator[FactKind]:
    """What an interruption does to each agreement, in the signed words that hold on the days of the work; nothing of other records.

    Who was told counts from the day on which the record was announced, or would be today, whatever day is written down. What
    else is announced counts beside it.
    """
    if not isinstance(subject.content, Interrupting):
        return
    announced = _announced_when(prover, subject.reference)
    work = _told_since(prover, subject.content.planned_work(), announced)
    others = tuple(_others(prover, subject.reference, announced))
    for held in _agreements(prover, work):
        scene = held.words.party
        if isinstance(scene, Scene):
            yield from interruption_facts(subject.reference, work, scene, others, (held.first, held.last))


def _announced_when(prover: Prover, reference: str) -> When | None:
    record = prover.evidence.record(reference)
    if not prover.definitions.state(record).settled:
        return None
    return announced_since(prover, record, prover.reading.numbered_events_of([reference])[reference])


def _told_since(prover: Prover, work: PlannedWork, announced: When | None) -> PlannedWork:
    since = announced[0] if announced else prover.today
    return replace(work, told=tuple((whom, max(on, since)) for whom, on in work.told))


def _others(prover: Prover, reference: str, announced: When | None) -> Iterator[OtherWork]:
    for one in announced_work(prover):
        if one.record != reference:
            yield OtherWork(one.record, one.planned, announced is None or (one.on, one.act) < announced)


def _agreements(prover: Prover, work: PlannedWork) -> Iterator[Span]:
    services = set(work.services).union(*(prover.evidence.services_resting_on(one) for one in work.components))
    first, last = work.since.date() - _ANY_ZONE, work.until.date() + _ANY_ZONE
    for service in sorted(services):
        for record in prover.evidence.promising_of(service):
            yield from Wording(prover, record.reference, first).agreed(first, last)
