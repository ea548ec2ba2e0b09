"""Interruptions: planned interruptions beside the agreements with customers whose services they stop."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from sdflow.domain.alignment.interruption import interruption_facts
from sdflow.domain.fact import FactKind
from sdflow.domain.interruption import Interrupting, PlannedWork
from sdflow.domain.scene import Scene
from sdflow.domain.terms import days_in_force
from sdflow.engine.planned_time import announced_since

if TYPE_CHECKING:
    from sdflow.engine.proof import Prover
    from sdflow.engine.subjects import Subject


def facts_of_interruption(prover: Prover, subject: Subject) -> Iterator[FactKind]:
    """What an interruption does to each signed agreement that holds on its first day; nothing of other records.

    Who was told counts from the day on which the record was announced, or would be today, whatever day is written down.
    """
    if isinstance(subject.content, Interrupting):
        work = _told_by_its_step(prover, subject.reference, subject.content.planned_work())
        for scene in _agreements(prover, work):
            yield from interruption_facts(subject.reference, work, scene)


def _told_by_its_step(prover: Prover, reference: str, work: PlannedWork) -> PlannedWork:
    record = prover.evidence.record(reference)
    announced = prover.definitions.state(record).settled
    since = prover.today
    if announced:
        since, _ = announced_since(prover, record, prover.reading.numbered_events_of([reference])[reference])
    return replace(work, told=tuple((whom, max(on, since)) for whom, on in work.told))


def _agreements(prover: Prover, work: PlannedWork) -> Iterator[Scene]:
    services = set(work.services).union(*(prover.evidence.services_resting_on(one) for one in work.components))
    day = work.since.date()
    for service in sorted(services):
        for record in prover.evidence.promising_of(service):
            scene = prover.scenes.present(record.reference).scene
            if prover.definitions.state(record).binding and days_in_force(scene.promise.term, day, day):
                yield scene
