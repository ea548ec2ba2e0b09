"""What the shipped life cycles declare to be owed leads somewhere: every field and every state is there."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from sdflow import bootstrap
from sdflow.domain.kind import Content, RefersTo
from sdflow.domain.obligation import Cause, Owed
from sdflow.domain.workflow import Workflow

declared = bootstrap.definitions()
workflows = sorted({one.name: one for one in declared.workflows.values()}.values(), key=lambda one: one.name)


@cache
def _leads_somewhere(kind: str, path: str) -> bool:
    return _found([declared.kinds[kind]], path.split("."))


def _found(here: list[Any], parts: list[str]) -> bool:
    if not parts:
        return bool(here)
    below = [one for place in here for one in _below(place, parts[0])]
    return bool(below) and _found(below, parts[1:])


def _below(annotation: Any, part: str) -> Iterator[Any]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        field = annotation.model_fields.get(part)
        if field is not None:
            yield field.annotation
            yield from field.metadata
        return
    if isinstance(annotation, RefersTo):
        admitted = [model for model in declared.kinds.values() if annotation.admits(model)]
        yield from (one for model in admitted for one in _below(model, part))
        return
    if _is_plural(annotation):
        yield from get_args(annotation) if part == "*" else ()
        return
    inside = (*get_args(annotation), *getattr(annotation, "__metadata__", ()))
    yield from (found for one in inside for found in _below(one, part))


def _is_plural(annotation: Any) -> bool:
    return getattr(annotation, "__origin__", None) in (dict, list, tuple)


def test_a_path_that_leads_nowhere_is_seen() -> None:
    assert _leads_somewhere("sla", "service.criticality_class")
    assert not _leads_somewhere("sla", "service.class_of_criticality")
    assert _leads_somewhere("improvement", "actions.*.due_on")
    assert not _leads_somewhere("improvement", "actions.due_on")


@pytest.mark.parametrize("workflow", workflows, ids=lambda one: one.name)
def test_every_field_by_which_something_is_owed_is_there(workflow: Workflow) -> None:
    for owed in workflow.obligations:
        for path in owed.paths():
            assert any(_leads_somewhere(kind, path) for kind in workflow.kinds), f"{owed.name}: {path}"


@pytest.mark.parametrize("workflow", workflows, ids=lambda one: one.name)
def test_every_cause_concerns_records_that_there_can_be(workflow: Workflow) -> None:
    for owed in workflow.obligations:
        for cause in owed.causes():
            kinds = list(_concerned(workflow, cause))
            assert kinds, f"{owed.name}: {cause.because}"
            states = {state.name for kind in kinds for state in declared.workflows[kind].states}
            assert set(cause.into) <= states, f"{owed.name}: {cause.because}"
            for path in cause.paths():
                assert any(_leads_somewhere(kind, path) for kind in kinds), f"{owed.name}: {path}"


def _concerned(workflow: Workflow, cause: Cause) -> Iterator[str]:
    if cause.cites is not None:
        yield from (
            kind for own in workflow.kinds for kind in declared.kinds if _cites(declared.kinds[own], cause.cites, kind)
        )
    elif cause.cited_by is not None:
        for kind, model in declared.kinds.items():
            if any(_cites(model, cause.cited_by, own) for own in workflow.kinds):
                yield kind
    else:
        yield from workflow.kinds


def _cites(model: type[Content], path: str, kind: str) -> bool:
    return any(mark.admits(declared.kinds[kind]) for mark in _marks(list(_at([model], path.split(".")))))


def _at(here: list[Any], parts: list[str]) -> list[Any]:
    if not parts:
        return here
    return _at([one for place in here for one in _below(place, parts[0])], parts[1:])


def _marks(annotations: list[Any]) -> Iterator[RefersTo]:
    for one in annotations:
        if isinstance(one, RefersTo):
            yield one
        else:
            yield from _marks([*get_args(one), *getattr(one, "__metadata__", ())])


@pytest.mark.parametrize("workflow", workflows, ids=lambda one: one.name)
def test_whoever_owes_something_can_be_found(workflow: Workflow) -> None:
    def anybody(owed: Owed) -> bool:
        return bool(owed.by)

    assert [one.name for one in workflow.obligations if not anybody(one)] == []


def test_nothing_waits_for_somebody_without_being_owed() -> None:
    """A state that is neither the beginning nor an end, in which nothing is owed, can be forgotten."""
    forgotten = [
        f"{workflow.name}: {state.name}"
        for workflow in workflows
        for state in workflow.states
        if not state.initial and not state.final and not any(state.name in one.states for one in workflow.obligations)
    ]
    assert forgotten == []
