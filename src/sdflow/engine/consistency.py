"""Consistency: whether contents that are about to be stored fit one another and what is stored already."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sdflow.adapters.storage import Reading
from sdflow.domain.composition import dependency_cycle
from sdflow.domain.errors import Unreadable
from sdflow.domain.kind import Content, Link, links
from sdflow.domain.trait import Timed
from sdflow.engine.workspace import Workspace

SOME_DAY = date(2026, 1, 1)
"""A day for which holidays are asked, only to learn whether the region is known."""

REGION = "holidays"


@dataclass(frozen=True)
class Inconsistency:
    """What does not fit, and the record and field (empty for the whole record) in which it stands."""

    reference: str
    path: str
    message: str


def inconsistencies(workspace: Workspace, reading: Reading, arriving: Mapping[str, Content]) -> Iterator[Inconsistency]:
    """Everything that does not fit of the contents that arrive, by the references of their records.

    A reference to a record that is not there or of a kind that the field does not admit, parts that need one
    another in a circle, a region whose holidays nobody knows. Every verb that stores a content asks here.
    """
    for reference, content in arriving.items():
        for link in links(content):
            if message := _link_fault(workspace, reading, link, arriving):
                yield Inconsistency(reference, link.path, message)
        if isinstance(content, Timed) and (message := _region_fault(workspace, content)):
            yield Inconsistency(reference, REGION, message)
    yield from _circle(workspace, reading, arriving)


def _link_fault(workspace: Workspace, reading: Reading, link: Link, arriving: Mapping[str, Content]) -> str | None:
    kinds = workspace.definitions.kinds
    admitted = [model.description for model in kinds.values() if link.mark.admits(model)]
    wanted = " or ".join(description.title.lower() for description in admitted)
    found = _model_of(workspace, reading, link.reference, arriving)
    if found is None:
        return f"there is no record {link.reference}{_near(reading, link.reference, arriving)}; expected a {wanted}"
    if not link.mark.admits(found):
        return f"{link.reference} is a {found.description.title.lower()}; expected a {wanted}"
    return None


def _model_of(
    workspace: Workspace, reading: Reading, reference: str, arriving: Mapping[str, Content]
) -> type[Content] | None:
    if reference in arriving:
        return type(arriving[reference])
    record = reading.record(reference)
    return workspace.definitions.kinds[record.kind] if record else None


def _near(reading: Reading, reference: str, arriving: Mapping[str, Content]) -> str:
    known = [*arriving, *(record.reference for record in reading.records())]
    near = difflib.get_close_matches(reference, known, 1)
    return f"; did you mean {near[0]}?" if near else ""


def _region_fault(workspace: Workspace, content: Timed) -> str | None:
    region = content.holiday_region()
    if region is None:
        return None
    try:
        workspace.holidays(*region, SOME_DAY, SOME_DAY)
    except Unreadable as unknown:
        return unknown.faults[0].message
    return None


def _circle(workspace: Workspace, reading: Reading, arriving: Mapping[str, Content]) -> Iterator[Inconsistency]:
    graph = {reference: _needs(content) for reference, content in arriving.items()}
    if not any(graph.values()):
        return
    for record in reading.records():
        if record.reference not in graph:
            graph[record.reference] = _needs(workspace.definitions.content(record))
    cycle = dependency_cycle(graph)
    if cycle:
        place = next(reference for reference in cycle if reference in arriving)
        yield Inconsistency(place, "", f"these need one another in a circle: {' → '.join(cycle)}")


def _needs(content: Content) -> tuple[str, ...]:
    return tuple(link.reference for link in links(content) if link.mark.dependency)
