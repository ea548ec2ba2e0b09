"""Recovery organisation: who may invoke a continuity plan, who does what in it, and who calls whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field

from sdflow.areas.continuity.impact_scale import Minutes
from sdflow.domain.agreement import PersonReference
from sdflow.domain.clauses import Lines
from sdflow.domain.composition import dependency_cycle
from sdflow.domain.kind import Line, Reference, RefersTo, Strict, Title
from sdflow.domain.target import CalendarReference
from sdflow.domain.trait import Party


class Invoker(Strict):
    """Somebody who may invoke the plan."""

    person: PersonReference
    capacity: Line = Field(description="In which capacity")
    jointly: bool = Field(False, description="Only together with another of those who invoke jointly")


class Decision(Strict):
    """One question on the way to the invocation, and what follows from its answers."""

    question: Line
    if_yes: Line
    if_no: Line


class RecoveryTeam(Strict):
    """A team of the recovery: whose people it has, who leads it, and when they work."""

    title: Title
    party: Annotated[Reference, RefersTo((Party,))] = Field(
        description="The team or supplier whose people do it; they are never at two steps at once, whatever teams they form"
    )
    purpose: Line = Field(description="What it does in a recovery")
    leader: PersonReference
    deputy: PersonReference | None = None
    members: Annotated[list[PersonReference], Field(max_length=60)] = Field(default_factory=list)
    hours: CalendarReference | None = Field(None, description="When it works on its steps; at every hour unless given")
    duties: Lines = Field(default_factory=list, description="What it answers for, in the order in which it does it")


class Call(Strict):
    """Who calls whom once the plan is invoked."""

    caller: PersonReference
    called: Annotated[list[PersonReference], Field(min_length=1, max_length=30)]
    within_minutes: Minutes = Field(
        description="Minutes from the invocation, or from being called, until all are reached"
    )
    otherwise: Line | None = Field(None, description="What is done where somebody cannot be reached")


class CalledPerson(Strict):
    """A place in the call tree: how far down, who, by whom, and how many minutes after the invocation at the latest."""

    depth: int
    person: Reference
    caller: Reference | None
    by_minutes: int


def refuse_lonely_invokers(invokers: Sequence[Invoker]) -> None:
    """Raises ValueError where somebody stands twice among the invokers, or may only invoke with another who is not there."""
    people = [one.person for one in invokers]
    twice = sorted({one for one in people if people.count(one) > 1})
    if twice:
        raise ValueError(f"invokers: {twice[0]} stands there twice")
    jointly = [one.person for one in invokers if one.jointly]
    if len(jointly) == 1:
        raise ValueError(f"invokers: {jointly[0]} may only invoke jointly, but nobody else may so")


def refuse_tangled_calls(calls: Mapping[str, Call]) -> None:
    """Raises ValueError where somebody is called twice, or people call one another in a circle."""
    called = [one for call in calls.values() for one in call.called]
    twice = sorted({one for one in called if called.count(one) > 1})
    if twice:
        raise ValueError(f"calls: {twice[0]} is called twice; everybody is called by one person")
    graph: dict[str, list[str]] = {}
    for call in calls.values():
        graph.setdefault(call.caller, []).extend(call.called)
    way = dependency_cycle(graph)
    if way:
        raise ValueError(f"calls: people call one another in a circle: {' → '.join(way)}")


def call_tree(calls: Mapping[str, Call]) -> tuple[CalledPerson, ...]:
    """Everybody in the call tree, those who call first, each followed by those whom they call."""
    called = {one for call in calls.values() for one in call.called}
    first = dict.fromkeys(call.caller for call in calls.values() if call.caller not in called)
    found: list[CalledPerson] = []
    for caller in first:
        found += _below(calls, CalledPerson(depth=0, person=caller, caller=None, by_minutes=0))
    return tuple(found)


def _below(calls: Mapping[str, Call], place: CalledPerson) -> list[CalledPerson]:
    found = [place]
    for call in calls.values():
        if call.caller == place.person:
            by = place.by_minutes + call.within_minutes
            for one in call.called:
                found += _below(
                    calls, CalledPerson(depth=place.depth + 1, person=one, caller=place.person, by_minutes=by)
                )
    return found
