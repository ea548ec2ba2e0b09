"""Composition: when a service was down, from when its components were, through its structure.

A need of k of n parts is down in the instants in which at least n − k + 1 of its parts are; so outages of redundant
parts count where they overlap, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sdflow.domain.composition import Dependencies, Need, need_of, needed_components
from sdflow.domain.service_time import NOTHING, Intervals, covered, intersection, minus, union
from sdflow.domain.structure import Structure


def service_downtime(
    structure: Structure, dependencies: Dependencies, down: Mapping[str, Intervals], own: Intervals = NOTHING
) -> Intervals:
    """The instants in which a service was down: through its components, or of itself.

    `down` gives for each component when it was down, nothing for those that it does not name; `own` are the outages that
    were recorded of the service itself.
    """
    return union(_down(need_of(structure, dependencies), down), own)


def _down(part: Need | str, down: Mapping[str, Intervals]) -> Intervals:
    if isinstance(part, str):
        return down.get(part, NOTHING)
    each = [_down(one, down) for one in part.parts]
    return covered(len(each) - part.least + 1, *each)


@dataclass(frozen=True)
class ServiceTime:
    """When a service was down, and when it is known whether it was."""

    down: Intervals
    watched: Intervals


def service_time(
    structure: Structure,
    dependencies: Dependencies,
    down: Mapping[str, Intervals],
    watched: Mapping[str, Intervals],
    span: Intervals,
) -> ServiceTime:
    """When a service was down in a span through its components, and when that can be known from those that were watched.

    At an instant it is known where it is the same whatever the components did that nobody watched: a redundant part
    that was up, or a serial part that was down, decides alone.
    """
    needed = needed_components(structure, dependencies)
    unknown = {one: minus(span, watched.get(one, NOTHING)) for one in needed}
    seen = {one: intersection(down.get(one, NOTHING), watched.get(one, NOTHING)) for one in needed}
    least = intersection(service_downtime(structure, dependencies, seen), span)
    possible = {one: union(seen[one], unknown[one]) for one in needed}
    most = intersection(service_downtime(structure, dependencies, possible), span)
    return ServiceTime(least, minus(span, minus(most, least)))


def joined_time(times: Iterable[ServiceTime]) -> ServiceTime:
    """What is known of a service from several sides, such as its own outages and its components: down where any says so."""
    found = list(times)
    return ServiceTime(union(NOTHING, *(one.down for one in found)), union(NOTHING, *(one.watched for one in found)))
