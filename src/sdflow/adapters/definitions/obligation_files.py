"""Obligation files: what records owe, as the part `obligations` of a workflow file declares it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from sdflow.adapters.definitions.text_yaml import Place
from sdflow.adapters.definitions.uses import entries_in, fields_in, uses
from sdflow.adapters.definitions.wording import FIELD_PATH_PATTERN, NAME_PATTERN
from sdflow.domain.kind import Line, Strict
from sdflow.domain.obligation import Cause, Due, Ladder, Owed, Reached, TermDay

Name = Annotated[str, Field(pattern=NAME_PATTERN)]
FieldPath = Annotated[str, Field(pattern=FIELD_PATH_PATTERN, max_length=200)]
Months = Annotated[int, Field(ge=1, le=600)]
Days = Annotated[int, Field(ge=0, le=3660)]
Value = Annotated[str, Field(min_length=1, max_length=200)]

BASES = ("fields", "term", "days_in_state", "every_months")
HAPPENINGS = ("into", "changed", "next_version", "reached")
ONE_BASIS = "says from what the day follows in one of four ways: fields, term, days_in_state, or every_months (with or without fields)"
ONE_HAPPENING = "says what happens in one of four ways: into, changed, next_version, or reached"
NO_SUCH_DAY = "'field' and 'on' have a '*' in the same places: each figure has its own day"


class ReachedInFile(Strict):
    """A figure that was written down on some day and is as high as this."""

    field: FieldPath
    at_least: Annotated[int, Field(ge=1, le=100_000)]
    on: FieldPath

    def declared(self) -> Reached:
        """The figure."""
        return Reached(**dict(self))


class CauseInFile(Strict):
    """Something that happens and makes it due."""

    because: Line
    days: Days = 0
    cites: FieldPath | None = None
    cited_by: FieldPath | None = None
    into: tuple[Name, ...] = ()
    changed: FieldPath | None = None
    next_version: bool = False
    reached: ReachedInFile | None = None
    where: dict[FieldPath, tuple[Value, ...]] = Field(default_factory=dict)
    unless: dict[FieldPath, tuple[Value, ...]] = Field(default_factory=dict)

    def declared(self) -> Cause:
        """The cause."""
        return Cause(**{**dict(self), "reached": self.reached.declared() if self.reached else None})


class DueInFile(Strict):
    """From what the day follows."""

    fields: tuple[FieldPath, ...] = ()
    term: TermDay | None = None
    days_in_state: Days | None = None
    every_months: Months | None = None
    stated_months: FieldPath | None = None
    since: tuple[FieldPath, ...] = ()
    sooner: dict[FieldPath, dict[Value, Months]] = Field(default_factory=dict)
    after: tuple[CauseInFile, ...] = ()
    among: FieldPath | None = None
    latest: bool = False
    lead_days: Days = 0

    def declared(self) -> Due:
        """What the day follows from."""
        return Due(**{**dict(self), "after": tuple(one.declared() for one in self.after)})


class LadderInFile(Strict):
    """When people are reminded."""

    steps: Annotated[tuple[Annotated[int, Field(ge=-3660, le=3660)], ...], Field(min_length=1, max_length=40)] = (
        Ladder().steps
    )
    again_every: Annotated[int, Field(ge=1, le=3660)] = Ladder().again_every
    escalate_after: Days | None = None
    escalate_to: tuple[Name, ...] = ()

    def declared(self) -> Ladder:
        """The steps."""
        return Ladder(**dict(self))


class OwedInFile(Strict):
    """What records in some states owe."""

    meaning: Line
    states: Annotated[tuple[Name, ...], Field(min_length=1, max_length=100)]
    due: DueInFile
    by: tuple[Name, ...] = ()
    person: FieldPath | None = None
    until: FieldPath | None = None
    done_by: tuple[Name, ...] = ()
    done_when: tuple[CauseInFile, ...] = ()
    once: tuple[Name, ...] = ()
    standing: bool = False
    each_signatory: bool = False
    remind: LadderInFile = LadderInFile()

    def named(self, name: str) -> Owed:
        """The declaration under its name."""
        said = {word: value for word, value in self if word != "remind"}
        said |= {"due": self.due.declared(), "done_when": tuple(one.declared() for one in self.done_when)}
        return Owed(name, **said, ladder=self.remind.declared())


def obligation_names(value: object) -> Iterator[tuple[str, Place, str]]:
    """What every name has to stand for, where it is used, and the name; the part may have other faults."""
    for name, owed in fields_in(value).items():
        place: Place = ("obligations", name)
        for word, what in (("states", "state"), ("once", "state"), ("by", "role"), ("done_by", "step")):
            yield from uses(what, (*place, word), fields_in(owed).get(word))
        remind = fields_in(fields_in(owed).get("remind"))
        yield from uses("role", (*place, "remind", "escalate_to"), remind.get("escalate_to"))
        yield from _states_of_causes(fields_in(fields_in(owed).get("due")).get("after"), (*place, "due", "after"))
        yield from _states_of_causes(fields_in(owed).get("done_when"), (*place, "done_when"))


def _states_of_causes(causes: object, place: Place) -> Iterator[tuple[str, Place, str]]:
    """The states into which the record itself comes; those of others stand in other files."""
    for number, cause in enumerate(entries_in(causes)):
        if not {"cites", "cited_by"} & fields_in(cause).keys():
            yield from uses("state", (*place, number, "into"), fields_in(cause).get("into"))


def obligation_faults(value: object) -> Iterator[tuple[Place, str]]:
    """What in the part contradicts itself, and where; it may have other faults."""
    for name, owed in fields_in(value).items():
        words, place = fields_in(owed), ("obligations", name)
        due = fields_in(words.get("due"))
        yield from _due_faults(due, (*place, "due"))
        yield from _cause_faults(words.get("done_when"), (*place, "done_when"))
        if "by" not in words and "person" not in words and "each_signatory" not in words:
            yield place, "nobody owes it; say who with 'by' (roles), with 'person' (a field), or with 'each_signatory'"
        if "each_signatory" in words and "days_in_state" not in due:
            yield (
                (*place, "each_signatory"),
                "a signature is owed so many days after the turn to sign; give days_in_state",
            )
        remind = fields_in(words.get("remind"))
        if ("escalate_after" in remind) != ("escalate_to" in remind):
            yield (*place, "remind"), "escalate_after and escalate_to belong together"


def _due_faults(due: dict[str, object], place: Place) -> Iterator[tuple[Place, str]]:
    bases = {word for word in BASES if word in due}
    if len(bases) != 1 and bases != {"fields", "every_months"}:
        yield place, ONE_BASIS
    for word in ("since", "stated_months", "sooner", "after"):
        if word in due and "every_months" not in due:
            yield (*place, word), f"'{word}' belongs to an interval; give every_months"
    for word, enough in (("latest", len(entries_in(due.get("fields"))) > 1), ("among", False)):
        if word in due and not enough and "*" not in str(due.get("fields", "")):
            yield (*place, word), f"'{word}' chooses among the keys of a path with '*'; give fields with one"
    yield from _cause_faults(due.get("after"), (*place, "after"))


def _cause_faults(causes: object, place: Place) -> Iterator[tuple[Place, str]]:
    for number, cause in enumerate(entries_in(causes)):
        words = fields_in(cause)
        if sum(word in words for word in HAPPENINGS) != 1:
            yield (*place, number), ONE_HAPPENING
        if "cites" in words and "cited_by" in words:
            yield (*place, number), "it happens to what the record cites or to what cites it; give one of the two"
        reached = fields_in(words.get("reached"))
        if {"field", "on"} <= reached.keys() and _stars(reached["field"]) != _stars(reached["on"]):
            yield (*place, number, "reached"), NO_SUCH_DAY


def _stars(path: object) -> list[str]:
    """The ways to the keys of a path, up to the last `*`."""
    return str(path).split("*")[:-1]
