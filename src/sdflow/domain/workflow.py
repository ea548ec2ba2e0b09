"""Workflow: the life cycle of a kind of record, as its file declares it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sdflow.domain.clause_path import lies_within
from sdflow.domain.finding import Severity
from sdflow.domain.improvement_demands import Demands
from sdflow.domain.obligation import Owed


class Effect(StrEnum):
    """What a step brings about besides the new state.

    `freeze`: the content becomes the next version. `restore`: the content is again that of the last signed version.
    `supersede`: the version that comes into force takes the place of the one before it. `renew`: it is decided to go on
    after the term that runs.
    """

    freeze = "freeze"
    restore = "restore"
    supersede = "supersede"
    renew = "renew"


class TermGuard(StrEnum):
    """What must be so of the term for which a record holds.

    `renewable`: it is still open whether the record goes on after the term that runs.
    """

    begun = "begun"
    over = "over"
    renewable = "renewable"


class VersionGuard(StrEnum):
    """What must be so of the versions of a record: one was signed before, or none was.

    `in_force`: the last one signed came into force, by a step that supersedes the one before. `awaited`: it did not yet.
    """

    standing = "standing"
    first = "first"
    in_force = "in_force"
    awaited = "awaited"


class Trigger(StrEnum):
    """What takes a step by itself as soon as its guards hold."""

    signature = "signature"
    adoption = "adoption"
    decline = "decline"


@dataclass(frozen=True)
class State:
    """A state with its meaning.

    `frozen`: content may not change. `binding`: the agreement is signed, so it can support others while its
    term runs. `negotiation`: a change of content is a numbered round of offer and counter-offer. `ending`: notice
    was given on the day on which the record came here, and the term ends by it. `ended`: what was signed holds no
    longer from the day on which the record came here. `offered`: customers may have what the record describes.
    `settled`: what the record has found out stands, such as the result of a test. `open`: only these fields, and what
    stands below them, may change; every one where none is named. `fixed`: these may not. `kept`: these may be filled in,
    but neither changed nor removed afterwards. `kept_where`: what is kept as well where a field is filled in, by that field.
    `kept_since`: what is kept as well once a command has written into the record, by the name of that command. `*` stands for
    any key.
    """

    name: str
    meaning: str
    initial: bool = False
    final: bool = False
    frozen: bool = False
    binding: bool = False
    negotiation: bool = False
    ending: bool = False
    ended: bool = False
    offered: bool = False
    settled: bool = False
    open: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    kept_where: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    kept_since: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)

    @property
    def given_up(self) -> bool:
        """Whether a record ended here without anything that stands, such as a complaint that was withdrawn."""
        return self.final and not self.settled

    @property
    def holds_fields(self) -> bool:
        """Whether single fields may not change in this state, as far as anything is said of single fields."""
        return bool(self.open or self.fixed or self.kept or self.kept_where or self.kept_since)

    def admits(self, path: str) -> bool:
        """Whether the field at a path may change in this state, as far as single fields are fixed in it."""
        opened = not self.open or any(lies_within(one, path) for one in self.open)
        return opened and not any(lies_within(one, path) for one in self.fixed)

    def why_kept(self, path: str, filled: Callable[[str], bool], wrote: Callable[[str], bool]) -> str | None:
        """Because of what the field at a path keeps what stands in it; none where that may be changed.

        `filled` says whether anything stands at another path, `wrote` whether a command has written into the record.
        """
        if _lies_in_one(self.kept, path):
            return "it is kept in this state"
        for verb, some in self.kept_since.items():
            if _lies_in_one(some, path) and wrote(verb):
                return f"it is kept since 'sdflow {verb}' wrote what it found into it"
        for asked, some in self.kept_where.items():
            if _lies_in_one(some, path) and filled(asked):
                return f"it is kept since {asked} is filled in"
        return None


def _lies_in_one(patterns: Iterable[str], path: str) -> bool:
    return any(lies_within(one, path) for one in patterns)


@dataclass(frozen=True)
class Written:
    """What stands in `fields` was written by the command `verb`, and not by hand; asked for where `where` is filled in."""

    fields: tuple[str, ...]
    verb: str
    where: str


@dataclass(frozen=True)
class Alone:
    """No other record of these kinds with a value at `field` that this one has there is in one of `states`.

    Nothing is asked of the record that this one names in `but`, such as the one whose place it takes.
    """

    field: str
    states: tuple[str, ...]
    but: str


@dataclass(frozen=True)
class Guards:
    """What must hold before a step may be taken. Every guard is a word with its values.

    `by`: roles of which the person has one. `requires`: fields that may not be empty. `findings`: no
    finding of this weight or heavier. `signed_by`: every signatory has signed. `keys`: every signatory has a
    certificate. `not_by`: a person who took one of these steps may not take this one (`apply` is the
    drafting). `on_or_after`: the business date has reached the date in this field. `after`: has passed it. `term`: it
    has begun, or its last day, renewals and notice counted, is past, or it may be renewed. `version`: whether a version was signed before.
    `later_requires`: fields that may not be empty from the second version on. `requires_each`: fields that may not be empty
    in any entry that there is, such as actions.*.done_on; nothing is asked where there is no entry. `not_named`: whoever
    is named in one of these fields may not take this step. `named`: only somebody who is named in one of these fields may.
    `outcome`: what follows from the content is this word; `open` where nothing follows yet. `not_after`: the business date is
    not past the day in this field. `speaks_for`: whoever takes the step by a role alone that is named here stands for the party
    in the field beside it. `acts_for`: the person in one field stands for the party in the other. `present`: somebody who stands
    for the party in this field was there. `written`: by which command a value was written. `cited_by`: a record that names
    this one in the field is in one of the states beside it. `alone`: there is one at a time for what stands in a field.
    `anew`: what stands in these fields was written after the step was taken last; a day is not before it was taken back.
    """

    by: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    findings: Severity | None = None
    signed_by_all: bool = False
    keys: bool = False
    not_by: tuple[str, ...] = ()
    on_or_after: str | None = None
    after: str | None = None
    term: TermGuard | None = None
    version: VersionGuard | None = None
    later_requires: tuple[str, ...] = ()
    requires_each: tuple[str, ...] = ()
    not_named: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    outcome: str | None = None
    not_after: str | None = None
    speaks_for: Mapping[str, str] = field(default_factory=dict, hash=False)
    acts_for: Mapping[str, str] = field(default_factory=dict, hash=False)
    present: str | None = None
    written: Written | None = None
    cited_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    alone: Alone | None = None
    anew: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """A named way from some states to another."""

    name: str
    sources: tuple[str, ...]
    target: str
    meaning: str
    guards: Guards = Guards()
    effects: tuple[Effect, ...] = ()
    on: Trigger | None = None


@dataclass(frozen=True)
class JourneyMove:
    """One line of a journey: this person takes this step; where `refused`, the guard that must stop it."""

    step: str
    by: str
    refused: str | None = None
    given: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Journey:
    """A story told in a workflow file that is also a test: the moves, and the state in which they end."""

    name: str
    moves: tuple[JourneyMove, ...]
    ends: str


@dataclass(frozen=True)
class Workflow:
    """The life cycle of the kinds that a workflow file is for.

    `verification`: how much data it takes to say that a figure became better; none where nothing is compared.
    """

    name: str
    title: str
    kinds: tuple[str, ...]
    states: tuple[State, ...]
    steps: tuple[Step, ...]
    journeys: tuple[Journey, ...] = ()
    renamed: Mapping[str, str] | None = None
    obligations: tuple[Owed, ...] = ()
    verification: Demands | None = None
    sha256: str = ""
    source: str = ""

    def state(self, name: str) -> State:
        """The state of that name."""
        return next(state for state in self.states if state.name == name)

    @property
    def initial(self) -> State:
        """Where every record begins."""
        return next(state for state in self.states if state.initial)

    def owed(self, name: str) -> Owed | None:
        """The declaration of what records of these kinds owe under that name; none where there is no such."""
        return next((one for one in self.obligations if one.name == name), None)

    def steps_from(self, state: str) -> tuple[Step, ...]:
        """The steps that lead away from a state."""
        return tuple(step for step in self.steps if state in step.sources)

    def onwards_from(self, state: str) -> tuple[State, ...]:
        """A state and all others to which steps lead from it."""
        onward = {one.name: {step.target for step in self.steps_from(one.name)} for one in self.states}
        reached = _closure({state}, onward)
        return tuple(one for one in self.states if one.name in reached)

    def given_up_by(self, state: str) -> tuple[Step, ...]:
        """The steps that end a record from a state as they would have from the first one: before anything came of it."""
        return tuple(
            step
            for step in self.steps_from(state)
            if self.state(step.target).final and self.initial.name in step.sources
        )

    def outcomes_into(self, state: str) -> set[str | None]:
        """What the steps into a state ask to follow from the content; none of a step that asks for nothing."""
        return {step.guards.outcome for step in self.steps if step.target == state}


def workflow_faults(workflow: Workflow, roles: frozenset[str]) -> Iterator[str]:
    """Everything that makes a workflow unusable, each as a sentence."""
    names = [state.name for state in workflow.states]
    yield from (f"the state '{name}' is declared twice" for name in sorted(_repeated(names)))
    initial = [state.name for state in workflow.states if state.initial]
    if len(initial) != 1:
        yield f"exactly one state must be initial, not {len(initial)}"
        return
    yield from _step_faults(workflow, frozenset(names), roles)
    yield from _graph_faults(workflow, initial[0])


def _repeated(names: list[str]) -> set[str]:
    return {name for name in names if names.count(name) > 1}


def _step_faults(workflow: Workflow, names: frozenset[str], roles: frozenset[str]) -> Iterator[str]:
    finals = {state.name for state in workflow.states if state.final}
    steps = {step.name for step in workflow.steps}
    for step in workflow.steps:
        for state in sorted({*step.sources, step.target} - names):
            yield f"step '{step.name}' names the unknown state '{state}'"
        for state in sorted(finals & set(step.sources)):
            yield f"step '{step.name}' leaves the final state '{state}'"
        for role in sorted({*step.guards.by, *step.guards.speaks_for} - roles):
            yield f"step '{step.name}' names the unknown role '{role}'"
        for other in sorted(set(step.guards.not_by) - steps - {"apply"}):
            yield f"step '{step.name}' names the unknown step '{other}'"
    pairs = [f"step '{step.name}' leaves '{source}' in two ways" for step in workflow.steps for source in step.sources]
    yield from sorted(_repeated(pairs))


def _graph_faults(workflow: Workflow, initial: str) -> Iterator[str]:
    onward = {state.name: {s.target for s in workflow.steps if state.name in s.sources} for state in workflow.states}
    backward = {name: {source for source, targets in onward.items() if name in targets} for name in onward}
    reached = _closure({initial}, onward)
    for state in workflow.states:
        if state.name not in reached:
            yield f"the state '{state.name}' cannot be reached"
    finals = {state.name for state in workflow.states if state.final}
    if not finals:
        yield "no state is final"
        return
    ending = _closure(finals, backward)
    for name in sorted(reached & set(onward) - ending):
        yield f"from the state '{name}' no final state can be reached"


def _closure(start: set[str], edges: Mapping[str, set[str]]) -> set[str]:
    found, todo = set(start), list(start)
    while todo:
        for name in edges.get(todo.pop(), set()) - found:
            found.add(name)
            todo.append(name)
    return found
