"""Workflow files: life cycles and roles as they are declared in files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, RootModel

from sdflow.adapters.definitions.obligation_files import OwedInFile, obligation_faults, obligation_names
from sdflow.adapters.definitions.text_yaml import FILES_REMEMBERED, Located, Place, read_bytes, single
from sdflow.adapters.definitions.uses import Use, entries_in, fields_in, uses
from sdflow.adapters.definitions.validation import fault_at, validated
from sdflow.adapters.definitions.wording import FIELD_PATH_PATTERN, NAME_PATTERN, unknown
from sdflow.domain.errors import Fault, Unreadable
from sdflow.domain.event import VERBS
from sdflow.domain.finding import Severity
from sdflow.domain.improvement_demands import Demands
from sdflow.domain.kind import Line, Strict, Title
from sdflow.domain.workflow import (
    Alone,
    Effect,
    Guards,
    Journey,
    JourneyMove,
    State,
    Step,
    TermGuard,
    Trigger,
    VersionGuard,
    Workflow,
    Written,
    workflow_faults,
)

Name = Annotated[str, Field(pattern=NAME_PATTERN)]
FieldPath = Annotated[str, Field(pattern=FIELD_PATH_PATTERN, max_length=200)]
GuardName = Literal[
    "role",
    "not_by",
    "not_named",
    "named",
    "requires",
    "on_or_after",
    "after",
    "not_after",
    "speaks_for",
    "acts_for",
    "present",
    "written",
    "cited_by",
    "alone",
    "anew",
    "term",
    "version",
    "keys",
    "signed_by",
    "outcome",
    "findings",
]

_NAMED = re.compile(r"(step|state) '([^']+)'")


class _StateInFile(Strict):
    meaning: Line
    initial: bool = False
    final: bool = False
    frozen: bool = False
    binding: bool = False
    negotiation: bool = False
    ending: bool = False
    ended: bool = False
    offered: bool = False
    settled: bool = False
    open: tuple[FieldPath, ...] = ()
    fixed: tuple[FieldPath, ...] = ()
    kept: tuple[FieldPath, ...] = ()
    kept_where: dict[FieldPath, tuple[FieldPath, ...]] = Field(default_factory=dict)
    kept_since: dict[Name, tuple[FieldPath, ...]] = Field(default_factory=dict)


class _WrittenInFile(Strict):
    field: FieldPath | Annotated[tuple[FieldPath, ...], Field(min_length=1, max_length=100)]
    verb: Name
    where: FieldPath

    def told(self) -> Written:
        fields = (self.field,) if isinstance(self.field, str) else self.field
        return Written(fields, self.verb, self.where)


class _AloneInFile(Strict):
    field: FieldPath
    states: Annotated[tuple[Name, ...], Field(alias="in", min_length=1)]
    but: FieldPath


class _StepInFile(Strict):
    sources: Annotated[tuple[Name, ...], Field(alias="from", min_length=1, max_length=100)]
    to: Name
    meaning: Line
    by: tuple[Name, ...] = ()
    requires: tuple[FieldPath, ...] = ()
    findings: Severity | None = None
    signed_by: Literal["all"] | None = None
    keys: Literal["all"] | None = None
    not_by: tuple[Name, ...] = ()
    on_or_after: FieldPath | None = None
    after: FieldPath | None = None
    term: TermGuard | None = None
    version: VersionGuard | None = None
    later_requires: tuple[FieldPath, ...] = ()
    requires_each: tuple[FieldPath, ...] = ()
    not_named: tuple[FieldPath, ...] = ()
    only_named: Annotated[tuple[FieldPath, ...], Field(alias="named")] = ()
    outcome: Name | None = None
    not_after: FieldPath | None = None
    speaks_for: dict[Name, FieldPath] = Field(default_factory=dict)
    acts_for: dict[FieldPath, FieldPath] = Field(default_factory=dict)
    present: FieldPath | None = None
    written: _WrittenInFile | None = None
    cited_by: dict[FieldPath, Annotated[tuple[Name, ...], Field(min_length=1)]] = Field(default_factory=dict)
    alone: _AloneInFile | None = None
    anew: tuple[FieldPath, ...] = ()
    effects: tuple[Effect, ...] = ()
    on: Trigger | None = None

    def named(self, name: str) -> Step:
        return Step(name, self.sources, self.to, self.meaning, self._guards(), self.effects, self.on)

    def _guards(self) -> Guards:
        return Guards(
            by=self.by,
            requires=self.requires,
            findings=self.findings,
            signed_by_all=self.signed_by is not None,
            keys=self.keys is not None,
            not_by=self.not_by,
            on_or_after=self.on_or_after,
            after=self.after,
            term=self.term,
            version=self.version,
            later_requires=self.later_requires,
            requires_each=self.requires_each,
            not_named=self.not_named,
            named=self.only_named,
            outcome=self.outcome,
            not_after=self.not_after,
            speaks_for=self.speaks_for,
            acts_for=self.acts_for,
            present=self.present,
            written=self.written.told() if self.written else None,
            cited_by=self.cited_by,
            alone=Alone(**dict(self.alone)) if self.alone else None,
            anew=self.anew,
        )


class _GivenInFile(Strict):
    """What a journey may say of a move; the rest is as it should be."""

    today: Literal["before", "on", "after"] | None = None
    missing: FieldPath | None = None
    took: Name | None = None
    findings: Severity | None = None
    unsigned: Literal["yes"] | None = None
    keyless: Literal["yes"] | None = None
    standing: Literal["yes"] | None = None
    in_force: Literal["yes"] | None = None
    decided: Literal["yes"] | None = None
    unchanged: FieldPath | None = None
    named: FieldPath | None = None
    unnamed: FieldPath | None = None
    outcome: Name | None = None
    party: Literal["another"] | None = None
    absent: FieldPath | None = None
    written: Name | None = None
    uncited: FieldPath | None = None
    other: Line | None = None
    as_before: FieldPath | None = None


class _MoveInFile(Strict):
    step: Name
    by: Line
    refused: GuardName | None = None
    given: _GivenInFile = _GivenInFile()

    def told(self) -> JourneyMove:
        return JourneyMove(self.step, self.by, self.refused, self.given.model_dump(exclude_none=True))


class _JourneyInFile(Strict):
    name: Line
    moves: Annotated[tuple[_MoveInFile, ...], Field(min_length=1, max_length=200)]
    ends: Name

    def told(self) -> Journey:
        return Journey(self.name, tuple(move.told() for move in self.moves), self.ends)


class _VerificationInFile(Strict):
    level: Annotated[Decimal, Field(gt=0, lt=1, max_digits=6, decimal_places=6)]
    least_cases: Annotated[int, Field(ge=1, le=1_000_000)]
    least_periods: Annotated[int, Field(ge=1, le=1_000)]


class _WorkflowInFile(Strict):
    title: Title
    kinds: tuple[Name, ...] | None = None
    states: Annotated[dict[Name, _StateInFile], Field(min_length=1, max_length=100)]
    steps: Annotated[dict[Name, _StepInFile], Field(max_length=200)]
    obligations: Annotated[dict[Name, OwedInFile], Field(max_length=100)] = Field(default_factory=dict)
    verification: _VerificationInFile | None = None
    journeys: tuple[_JourneyInFile, ...] = ()
    renamed: dict[Name, Name] | None = None


class _RolesInFile(RootModel[Annotated[dict[Name, Line], Field(min_length=1)]]):
    pass


def read_roles(path: Path) -> dict[str, str]:
    """The meaning of every role that a file declares; `Unreadable` with every fault otherwise."""
    return dict(_roles(str(path), read_bytes(path)))


@lru_cache(FILES_REMEMBERED)
def _roles(source: str, content: bytes) -> dict[str, str]:
    located = single(content, source)
    return validated(located, _RolesInFile, located.value).root


def read_workflow(path: Path, roles: frozenset[str], kinds: frozenset[str]) -> Workflow:
    """The life cycle that a file declares for one or more kinds; `Unreadable` with every fault otherwise.

    What is wrong with the life cycle as a whole (a state that cannot be reached, say) is looked at once
    every word and name in the file is right, since a misspelt state makes others unreachable.
    """
    return _read(path, read_bytes(path), roles, kinds)


@lru_cache(FILES_REMEMBERED)
def _read(path: Path, content: bytes, roles: frozenset[str], kinds: frozenset[str]) -> Workflow:
    """What a file of that content declares; a process reads the same content only once."""
    located, digest = single(content, str(path)), hashlib.sha256(content).hexdigest()
    faults = [fault_at(located, place, message) for place, message in _name_faults(located.value, path, roles, kinds)]
    try:
        declared = validated(located, _WorkflowInFile, located.value)
    except Unreadable as unreadable:
        raise Unreadable(*faults, *unreadable.faults) from None
    workflow = _workflow(declared, path, digest)
    faults = faults or [_fault_of_whole(located, sentence) for sentence in workflow_faults(workflow, roles)]
    if faults:
        raise Unreadable(*faults)
    return workflow


def _workflow(declared: _WorkflowInFile, path: Path, digest: str) -> Workflow:
    return Workflow(
        name=path.stem,
        title=declared.title,
        kinds=(path.stem,) if declared.kinds is None else declared.kinds,
        states=tuple(State(name, **dict(state)) for name, state in declared.states.items()),
        steps=tuple(step.named(name) for name, step in declared.steps.items()),
        journeys=tuple(journey.told() for journey in declared.journeys),
        renamed=declared.renamed,
        obligations=tuple(one.named(name) for name, one in declared.obligations.items()),
        verification=Demands(**dict(declared.verification)) if declared.verification else None,
        sha256=digest,
        source=str(path),
    )


def _fault_of_whole(located: Located, sentence: str) -> Fault:
    named = _NAMED.search(sentence)
    return fault_at(located, (f"{named.group(1)}s", named.group(2)) if named else ("states",), sentence)


def _name_faults(
    value: object, path: Path, roles: frozenset[str], kinds: frozenset[str]
) -> Iterator[tuple[Place, str]]:
    """Every name in the file that stands for nothing; the file may have other faults."""
    top = fields_in(value)
    states, steps = set(fields_in(top.get("states"))), set(fields_in(top.get("steps")))
    known = {"state": states, "step": steps, "earlier step": steps | {"apply"}, "role": roles, "kind": kinds}
    known |= {"command that writes": VERBS}
    if "kinds" not in top and path.stem not in kinds:
        yield (), f"{unknown('kind', path.stem, kinds)}; name them with 'kinds: [...]', or the file after its kind"
    yield from obligation_faults(top.get("obligations"))
    used = (
        *_used_by_steps(top),
        *_used_by_states(top),
        *obligation_names(top.get("obligations")),
        *_used_elsewhere(top),
    )
    for what, place, name in used:
        if name not in known[what]:
            yield place, unknown(what, name, known[what])
    for name in states & set(fields_in(top.get("renamed"))):
        yield ("renamed", name), f"'{name}' is still a state; a renamed state is there under its new name only"


"""What a name has to stand for, where it is used, and the name."""


def _used_by_steps(top: dict[str, object]) -> Iterator[Use]:
    for name, value in fields_in(top.get("steps")).items():
        for word, what in (("from", "state"), ("to", "state"), ("by", "role"), ("not_by", "earlier step")):
            yield from uses(what, ("steps", name, word), fields_in(value).get(word))
        for path, states in fields_in(fields_in(value).get("cited_by")).items():
            yield from uses("state", ("steps", name, "cited_by", path), states)
        written = fields_in(fields_in(value).get("written"))
        yield from uses("command that writes", ("steps", name, "written", "verb"), written.get("verb"))
        yield from uses("state", ("steps", name, "alone", "in"), fields_in(fields_in(value).get("alone")).get("in"))


def _used_by_states(top: dict[str, object]) -> Iterator[Use]:
    for name, value in fields_in(top.get("states")).items():
        for verb in fields_in(fields_in(value).get("kept_since")):
            yield "command that writes", ("states", name, "kept_since", verb), verb


def _used_elsewhere(top: dict[str, object]) -> Iterator[Use]:
    yield from uses("kind", ("kinds",), top.get("kinds"))
    for number, journey in enumerate(entries_in(top.get("journeys"))):
        place: Place = ("journeys", number)
        yield from uses("state", (*place, "ends"), fields_in(journey).get("ends"))
        for position, move in enumerate(entries_in(fields_in(journey).get("moves"))):
            yield from uses("step", (*place, "moves", position, "step"), fields_in(move).get("step"))
    for old, new in fields_in(top.get("renamed")).items():
        yield from uses("state", ("renamed", old), new)
