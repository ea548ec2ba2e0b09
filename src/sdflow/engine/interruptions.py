"""Interruptions: planned interruptions beside the agreements with customers whose services they stop."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sdflow.domain.alignment.interruption import interruption_facts
from sdflow.domain.fact import FactKind
from sdflow.domain.interruption import Interrupting, PlannedWork
from sdflow.domain.scene import Scene
from sdflow.domain.terms import days_in_force

if TYPE_CHECKING:
    from sdflow.engine.proof import Prover
    from sdflow.engine.subjects import Subject


def facts_of_interruption(prover: Prover, subject: Subject) -> Iterator[FactKind]:
    """What an interruption does to each signed agreement that holds on its first day; nothing of other records."""
    if isinstance(subject.content, Interrupting):
        work = subject.content.planned_work()
        for scene in _agreements(prover, work):
            yield from interruption_facts(subject.reference, work, scene)


def _agreements(prover: Prover, work: PlannedWork) -> Iterator[Scene]:
    services = set(work.services).union(*(prover.evidence.services_resting_on(one) for one in work.components))
    day = work.since.date()
    for service in sorted(services):
        for record in prover.evidence.promising_of(service):
            scene = prover.scenes.present(record.reference).scene
            if prover.definitions.state(record).binding and days_in_force(scene.promise.term, day, day):
                yield scene
