"""Consistency: whether contents that are about to be stored fit one another and what is stored already."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, partial

from sdflow.adapters.storage import Reading
from sdflow.domain.composition import dependency_cycle
from sdflow.domain.continuity import Exercise, Exercising
from sdflow.domain.errors import Unreadable
from sdflow.domain.improvement import Improving
from sdflow.domain.interruption import Interrupting
from sdflow.domain.kind import Content, Link, links
from sdflow.domain.looking_back import Reviewed
from sdflow.domain.trait import Inheriting, Timed
from sdflow.engine.done_days import faults_of_done_days
from sdflow.engine.inheritance import Known, inheritance_faults, inherited_clauses
from sdflow.engine.review_parties import faults_of_reviewed
from sdflow.engine.second_ones import faults_of_second_ones
from sdflow.engine.versions import signed_versions
from sdflow.engine.voice_faults import NamedAgreements
from sdflow.engine.workspace import Workspace

SOME_DAY = date(2026, 1, 1)
"""A day for which holidays are asked, only to learn whether the region is known."""

REGION = "holidays"
TESTED_VERSION = "plan_version"
MEASURED_ON = "kpi.measured.on"

MOST_NEAR = 50
"""For so many unknown references the nearest known one is looked up, which takes its time among thousands."""


@dataclass(frozen=True)
class Inconsistency:
    """What does not fit, and the record and field (empty for the whole record) in which it stands."""

    reference: str
    path: str
    message: str


class _Known:
    """What the database knows, each record asked for once: thousands of contents may name the same ones."""

    def __init__(self, reading: Reading) -> None:
        self.record = cache(reading.record)
        self.records = cache(reading.records)
        self.cited_by = reading.cited_by
        self._near: dict[str, str] = {}

    def near(self, reference: str, arriving: Mapping[str, Content]) -> str:
        """The known reference that somebody who wrote an unknown one may have meant, for the first ones asked."""
        if reference not in self._near and len(self._near) < MOST_NEAR:
            known = [*arriving, *(record.reference for record in self.records())]
            found = difflib.get_close_matches(reference, known, 1)
            self._near[reference] = f"; did you mean {found[0]}?" if found else ""
        return self._near.get(reference, "")


def inconsistencies(
    workspace: Workspace, reading: Reading, arriving: Mapping[str, Content], today: date
) -> Iterator[Inconsistency]:
    """Everything that does not fit of the contents that arrive, by the references of their records.

    A reference to a record that is not there or of a kind that the field does not admit, parts that need one another in a
    circle, a review of what is of another customer, a second one of what there is one of at a time, a clause that others inherit
    and that would be gone, a region whose holidays nobody knows, a day after today on which something was done. Every verb that
    stores a content asks here.
    """
    asked = _Known(reading)
    for reference, content in arriving.items():
        for link in links(content):
            if message := _link_fault(workspace, asked, link, arriving):
                yield Inconsistency(reference, link.path, message)
        known = partial(_content_of, workspace, asked, arriving)
        yield from (Inconsistency(reference, *fault) for fault in inheritance_faults(content, known))
        yield from (Inconsistency(reference, "", message) for message in _bereft(workspace, asked, arriving, reference))
        if isinstance(content, Timed) and (message := _region_fault(workspace, content)):
            yield Inconsistency(reference, REGION, message)
        if isinstance(content, Exercising) and (message := _version_fault(workspace, reading, content.exercise())):
            yield Inconsistency(reference, TESTED_VERSION, message)
        if isinstance(content, Improving) and (message := content.improvement().measured_too_early()):
            yield Inconsistency(reference, MEASURED_ON, message)
        record = asked.record(reference)
        before = set(_untrue(workspace.definitions.content(record), known)) if record else set()
        yield from (Inconsistency(reference, *fault) for fault in _untrue(content, known) if fault not in before)
        yield from (
            Inconsistency(reference, *fault) for fault in faults_of_second_ones(workspace, asked, reference, arriving)
        )
        named = NamedAgreements(workspace.definitions, reading, known)
        yield from (Inconsistency(reference, *fault) for fault in named.faults(reference, content))
        owing = workspace.definitions.workflows[content.description.kind].obligations
        yield from (Inconsistency(reference, *fault) for fault in faults_of_done_days(owing, content, today))
    yield from _inheriting_circle(workspace, asked, arriving)
    yield from _circle(workspace, asked, arriving)


def _untrue(content: Content, known: Known) -> Iterator[tuple[str, str]]:
    """What reviews and interruptions say that can not be. What stood before was let in then, and is not found fault with."""
    if isinstance(content, Reviewed):
        yield from faults_of_reviewed(content, content.review(), known)
    if isinstance(content, Interrupting):
        yield from content.outside_its_window()


def _link_fault(workspace: Workspace, reading: _Known, link: Link, arriving: Mapping[str, Content]) -> str | None:
    kinds = workspace.definitions.kinds
    admitted = [model.description for model in kinds.values() if link.mark.admits(model)]
    wanted = " or ".join(description.title.lower() for description in admitted)
    found = _model_of(workspace, reading, link.reference, arriving)
    if found is None:
        return f"there is no record {link.reference}{reading.near(link.reference, arriving)}; expected {_article(wanted)} {wanted}"
    if not link.mark.admits(found):
        return f"{link.reference} is a {found.description.title.lower()}; expected {_article(wanted)} {wanted}"
    return None


def _article(word: str) -> str:
    return "an" if word[:1] in "aeiou" else "a"


def _model_of(
    workspace: Workspace, reading: _Known, reference: str, arriving: Mapping[str, Content]
) -> type[Content] | None:
    if reference in arriving:
        return type(arriving[reference])
    record = reading.record(reference)
    return workspace.definitions.kinds[record.kind] if record else None


def _content_of(
    workspace: Workspace, reading: _Known, arriving: Mapping[str, Content], reference: str
) -> Content | None:
    if reference in arriving:
        return arriving[reference]
    record = reading.record(reference)
    return workspace.definitions.content(record) if record else None


def _bereft(workspace: Workspace, reading: _Known, arriving: Mapping[str, Content], reference: str) -> Iterator[str]:
    """What those lack that are still being written and inherit from a record; what is frozen keeps its own words."""
    if not isinstance(arriving[reference], Inheriting):
        return
    known = partial(_content_of, workspace, reading, arriving)
    for citing in sorted({one.citing for one in reading.cited_by(reference)} - arriving.keys()):
        record = reading.record(citing)
        if record is None or workspace.definitions.state(record).frozen:
            continue
        content = workspace.definitions.content(record)
        if any(one.wider == reference for one in inherited_clauses(content)):
            yield from (f"{citing} inherits from it: {message}" for _, message in inheritance_faults(content, known))


def _inheriting_circle(
    workspace: Workspace, reading: _Known, arriving: Mapping[str, Content]
) -> Iterator[Inconsistency]:
    for reference in arriving:
        way = [reference]
        content = arriving.get(reference)
        while content is not None and (clauses := inherited_clauses(content)):
            way.append(clauses[0].wider)
            if way[-1] in way[:-1]:
                yield Inconsistency(reference, "within", f"these inherit from one another: {' → '.join(way)}")
                break
            content = _content_of(workspace, reading, arriving, way[-1])


def _region_fault(workspace: Workspace, content: Timed) -> str | None:
    region = content.holiday_region()
    if region is None:
        return None
    try:
        workspace.holidays(*region, SOME_DAY, SOME_DAY)
    except Unreadable as unknown:
        return unknown.faults[0].message
    return None


def _version_fault(workspace: Workspace, reading: Reading, test: Exercise) -> str | None:
    """What is wrong with the version of a plan that a test names.

    It may be one that is still to be signed. What was found out about an older version stays as it was recorded, but
    nobody plans to test one.
    """
    plan = reading.record(test.plan)
    if plan is None:
        return f"{test.plan} has no version {test.plan_version}; its first one is 1" if test.plan_version > 1 else None
    latest = max((one.number for one in signed_versions(workspace.definitions, reading, plan)), default=0)
    if test.plan_version > plan.version + 1:
        has = (
            f"its latest version is {plan.version}"
            if plan.version
            else "no version of it was frozen yet; its first one is 1"
        )
        return f"{test.plan} has no version {test.plan_version}; {has}"
    if test.plan_version < latest and not test.outcome:
        return (
            f"version {test.plan_version} of {test.plan} is an old one: version {latest} took its place, so test that"
        )
    return None


def _circle(workspace: Workspace, reading: _Known, arriving: Mapping[str, Content]) -> Iterator[Inconsistency]:
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
