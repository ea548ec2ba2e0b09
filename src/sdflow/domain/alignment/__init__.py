"""Alignment: an agreement with a customer beside what it rests on, as facts for the rules."""

from __future__ import annotations

from sdflow.domain.alignment.availability import availability_facts
from sdflow.domain.alignment.ends import end_facts
from sdflow.domain.alignment.hours import hours_facts
from sdflow.domain.alignment.planned_downtime import planned_downtime_facts
from sdflow.domain.alignment.promised import promised_facts
from sdflow.domain.alignment.reliability import reliability_facts
from sdflow.domain.alignment.routes import route_facts
from sdflow.domain.alignment.terms import term_facts
from sdflow.domain.fact import FactKind
from sdflow.domain.scene import Scene

__all__ = ["facts_of"]


def facts_of(scene: Scene) -> list[FactKind]:
    """Every fact about one agreement, in a fixed order, none of them twice.

    Times are looked at for each stretch of the horizon in which the same versions of its supporters hold.
    """
    horizon = scene.horizon
    parts = list(scene.parts(horizon))
    return list(
        dict.fromkeys(
            [
                *promised_facts(scene),
                *hours_facts(scene, horizon),
                *availability_facts(scene, horizon),
                *reliability_facts(scene, horizon),
                *planned_downtime_facts(scene, horizon),
                *(fact for part, span in parts for fact in route_facts(part, span)),
                *term_facts(scene, horizon),
                *end_facts(scene),
            ]
        )
    )
