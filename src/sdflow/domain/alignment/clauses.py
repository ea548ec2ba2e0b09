"""Clauses: the paths of what is compared, and how people are named in facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from sdflow.domain.scene import Scene, Supporter
from sdflow.domain.structure import Route
from sdflow.domain.target import AvailabilityTarget, TimeTarget

HOURS, AVAILABILITY, TERM = "hours.service", "targets.availability", "term"
SUPPORT, ON_CALL, CONTACT, SERVICE = "hours.support", "hours.on_call", "hours.contact", "service"
RESPONSE, RESTORE = "response", "restore"
NOBODY, ANYBODY = "nobody", "anybody"
BEFORE = timedelta(days=3)
"""How far before the horizon a window may open that is still open inside it, whatever the zone."""


def time_targets(scene: Scene) -> Iterator[tuple[str, str, TimeTarget]]:
    """Metric, priority and target of every promised time."""
    targets = scene.promise.targets
    for metric, by_priority in ((RESPONSE, targets.response), (RESTORE, targets.restore)):
        yield from ((metric, priority, target) for priority, target in sorted(by_priority.items()))


def used_routes(scene: Scene) -> list[Route]:
    """The support routes that carry a priority for which a time is promised; all where no time is promised."""
    used = {priority for _, priority, _ in time_targets(scene)}
    routes = [route for _, route in sorted(scene.routes.items())]
    return [route for route in routes if not used or used.intersection(route.priorities)]


def availability_targets(scene: Scene) -> Iterator[tuple[str, AvailabilityTarget]]:
    """Clause and target of every promised availability."""
    targets = scene.promise.targets
    if targets.availability:
        yield AVAILABILITY, targets.availability
    for key, target in sorted(targets.further_availability.items()):
        yield f"targets.further_availability.{key}", target


def clause_of(metric: str, priority: str) -> str:
    """The path of a promised time."""
    return f"targets.{metric}.{priority}"


def names(supporters: Iterable[Supporter]) -> str:
    """Supporters as people read them, each once."""
    return ", ".join(dict.fromkeys(one.label for one in supporters)) or NOBODY
