"""Rule files: rules as people who know the field write them, each with its source and its examples."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from sdflow.adapters.definitions.fact_values import MisfitError, no_field, read_fact
from sdflow.adapters.definitions.rule_patterns import read_conditions, read_gap
from sdflow.adapters.definitions.text_yaml import FILES_REMEMBERED, Located, Place, read_bytes, single
from sdflow.adapters.definitions.validation import fault_at, validated
from sdflow.adapters.definitions.wording import NAME_PATTERN, unknown
from sdflow.domain.errors import Fault, Unreadable
from sdflow.domain.finding import Severity
from sdflow.domain.kind import Line, Strict, Title
from sdflow.domain.rule import (
    FIGURE_FIELDS,
    RULE_ID_PATTERN,
    Computed,
    Condition,
    Example,
    FieldOf,
    FieldType,
    Operator,
    Pattern,
    Rule,
    Schema,
)

MOST_PATTERNS = 15
"""The rule engine takes no more patterns in one rule."""

_SENTENCES = ("message", "advice", "proves", "subject", "weakest", "witness", "improvement", "cause")

FieldsOfKinds = tuple[tuple[str, tuple[tuple[str, FieldType], ...]], ...]
"""A schema that can be compared and remembered."""

Name = Annotated[str, Field(pattern=NAME_PATTERN)]


class _PatternInFile(Strict):
    alias: Name | None = Field(None, alias="as")
    fact: Name | None = None
    none: Name | None = None
    where: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if (self.fact is None) == (self.none is None):
            raise ValueError("give either the fact that has to be there, or with 'none' the one that must not")
        if self.fact is not None and self.alias is None:
            raise ValueError("a fact needs a name of its own with 'as'")
        if self.none is not None and self.alias is not None:
            raise ValueError("what is not there has no name; leave out 'as'")
        return self


class _ExampleInFile(Strict):
    name: Line
    given: tuple[dict[str, Any], ...]
    fires: Annotated[int, Field(ge=0, le=1000)]
    says: Line | None = None

    @model_validator(mode="after")
    def _speaks_when_it_fires(self) -> Self:
        if self.says is not None and self.fires == 0:
            raise ValueError("a rule that does not fire says nothing")
        return self


class _RuleInFile(Strict):
    id: Annotated[str, Field(pattern=RULE_ID_PATTERN)]
    title: Title
    reference: Line
    severity: Severity
    advice: Line | None = None
    proves: Line | None = None
    gap: Any = None
    unit: Line | None = None
    subject: Line | None = None
    weakest: Line | None = None
    witness: Line | None = None
    improvement: Line | None = None
    cause: Line | None = None
    figure: Name | None = None
    match: Annotated[tuple[_PatternInFile, ...], Field(min_length=1, max_length=MOST_PATTERNS)]
    message: Line
    examples: tuple[_ExampleInFile, ...]

    @model_validator(mode="after")
    def _shows_both_sides(self) -> Self:
        if not any(one.fires for one in self.examples) or all(one.fires for one in self.examples):
            raise ValueError("needs at least two examples: one in which it fires and one in which it stays silent")
        return self

    @model_validator(mode="after")
    def _says_more_of_an_improvement(self) -> Self:
        alone = next((word for word in ("cause", "figure") if getattr(self, word) is not None), None)
        if alone and self.improvement is None:
            raise ValueError(f"{alone} belongs to improvement: it says more of the item that is raised")
        return self

    @model_validator(mode="after")
    def _counts_in_something(self) -> Self:
        if (self.gap is None) != (self.unit is None):
            raise ValueError("gap and unit belong together: a number, and what it counts, such as minutes")
        return self


class _RulesInFile(Strict):
    rules: Annotated[tuple[Any, ...], Field(min_length=1)]


def read_rules(path: Path, schema: Schema) -> tuple[Rule, ...]:
    """The rules that a file declares over the fact kinds of the schema; `Unreadable` with every fault otherwise."""
    return _rules(str(path), read_bytes(path), tuple((kind, tuple(fields.items())) for kind, fields in schema.items()))


@lru_cache(FILES_REMEMBERED)
def _rules(source: str, content: bytes, fields_of_kinds: FieldsOfKinds) -> tuple[Rule, ...]:
    """What a file of that content declares; a process reads the same content only once."""
    located, schema = single(content, source), {kind: dict(fields) for kind, fields in fields_of_kinds}
    declared = validated(located, _RulesInFile, located.value)
    readings = [_RuleReading(located, number, schema) for number in range(len(declared.rules))]
    rules = [rule for reading, raw in zip(readings, declared.rules, strict=True) if (rule := reading.rule(raw))]
    faults = [fault for reading in readings for fault in reading.faults]
    faults += [*_repeated_ids(located, declared.rules), *_negation_cycles(located, rules)]
    if faults:
        raise Unreadable(*faults)
    return tuple(rules)


class _RuleReading:
    """Reads one rule of a file and keeps every fault of it."""

    def __init__(self, located: Located, number: int, schema: Schema) -> None:
        self.faults: list[Fault] = []
        self._located, self._schema = located, schema
        self._place: Place = ("rules", number)
        self._aliases: dict[str, str | None] = {}

    def rule(self, raw: object) -> Rule | None:
        """The rule, none where it has faults."""
        try:
            declared = validated(self._located, _RuleInFile, raw, self._place)
        except Unreadable as unreadable:
            self.faults += unreadable.faults
            return None
        match = tuple(self._pattern(number, pattern) for number, pattern in enumerate(declared.match))
        examples = tuple(self._example(number, example) for number, example in enumerate(declared.examples))
        first = dict(list(self._aliases.items())[:1])
        for word in _SENTENCES:
            known = first if word == "proves" else self._aliases
            self._check_placeholders(word, getattr(declared, word) or "", known)
        self._check_figure(declared.figure)
        gap = self._gap(declared.gap)
        self._check_names([example.name for example in examples])
        return None if self.faults else replace(self._complete(declared, match, examples), gap=gap)

    def _check_figure(self, alias: str | None) -> None:
        """A figure is held by a matched fact that says all that an improvement is judged by."""
        if alias is None:
            return
        kind = self._aliases.get(alias)
        missing = FIGURE_FIELDS - (self._schema[kind].keys() if kind else set())
        if alias not in self._aliases:
            self._refuse(unknown("fact of the match", alias, self._aliases), "figure")
        elif kind and missing:
            self._refuse(f"'{kind}' holds no figure: it has no {', '.join(sorted(missing))}", "figure")

    def _complete(self, declared: _RuleInFile, match: tuple[Pattern, ...], examples: tuple[Example, ...]) -> Rule:
        return Rule(
            id=declared.id,
            title=declared.title,
            reference=declared.reference,
            severity=declared.severity,
            match=match,
            message=declared.message,
            examples=examples,
            advice=declared.advice or "",
            proves=declared.proves or "",
            unit=declared.unit or "",
            subject=declared.subject or "",
            weakest=declared.weakest or "",
            witness=declared.witness or "",
            improvement=declared.improvement or "",
            cause=declared.cause or "",
            figure=declared.figure or "",
            source=self._located.source,
            line=self._located.line(self._place) or 0,
        )

    def _refuse(self, message: str, *below: str | int) -> None:
        self.faults.append(fault_at(self._located, (*self._place, *below), message))

    def _pattern(self, number: int, declared: _PatternInFile) -> Pattern:
        place, before = ("match", number), len(self.faults)
        kind = declared.fact or declared.none or ""
        conditions: tuple[Condition, ...] = ()
        if kind not in self._schema:
            word = "fact" if declared.fact else "none"
            self._refuse(unknown("kind of fact", kind, self._schema), *place, word)
        else:
            conditions = tuple(self._conditions(place, kind, declared.where))
        if declared.none and number == 0:
            self._refuse("the first pattern has to be a fact that is there", *place, "none")
        if declared.fact and number and len(self.faults) == before and not any(map(_joins, conditions)):
            advice = "compare one of its fields with $alias.field by equality"
            self._refuse(f"shares nothing with an earlier pattern; {advice}", *place)
        if declared.alias:
            if declared.alias in self._aliases:
                self._refuse(f"the name '{declared.alias}' is given to two patterns", *place, "as")
            self._aliases[declared.alias] = kind if kind in self._schema else None
        return Pattern(kind, conditions, declared.alias or "", declared.none is not None)

    def _conditions(self, place: Place, kind: str, where: dict[str, Any]) -> Iterator[Condition]:
        for field, value in where.items():
            for one in read_conditions(kind, field, value, self._aliases, self._schema):
                if isinstance(one, MisfitError):
                    self._refuse(str(one), *place, "where", field, *one.below)
                else:
                    yield one

    def _gap(self, declared: object) -> FieldOf | Computed | None:
        try:
            return None if declared is None else read_gap(declared, self._aliases, self._schema)
        except MisfitError as misfit:
            self._refuse(str(misfit), "gap", *misfit.below)
        return None

    def _example(self, number: int, declared: _ExampleInFile) -> Example:
        read = [read_fact(given, self._schema) for given in declared.given]
        for position, (_, misfits) in enumerate(read):
            for misfit in misfits:
                self._refuse(str(misfit), "examples", number, "given", position, *misfit.below)
        facts = tuple(fact for fact, _ in read if fact is not None)
        return Example(declared.name, facts, declared.fires, declared.says)

    def _check_placeholders(self, word: str, text: str, known: dict[str, str | None]) -> None:
        for place in re.findall(r"\{([^{}]*)\}", text):
            alias, _, field = place.partition(".")
            if alias not in known:
                self._refuse(f"{{{place}}} stands for nothing: {unknown('pattern', alias, known)}", word)
            elif (kind := known[alias]) is not None and field not in self._schema[kind]:
                self._refuse(f"{{{place}}} stands for nothing: {no_field(kind, field, self._schema)}", word)
        if re.search("[{}]", re.sub(r"\{[^{}]*\}", "", text)):
            self._refuse("a brace stands alone; a value is written {alias.field}", word)

    def _check_names(self, names: Sequence[str]) -> None:
        for number, name in enumerate(names):
            if name in names[:number]:
                self._refuse(f"another example is called '{name}'", "examples", number, "name")


def _joins(condition: Condition) -> bool:
    return condition.operator is Operator.eq and isinstance(condition.operand, FieldOf)


def _repeated_ids(located: Located, rules: Sequence[object]) -> Iterator[Fault]:
    places: dict[str, int | None] = {}
    for number, rule in enumerate(rules):
        rule_id = rule.get("id") if isinstance(rule, dict) else None
        if isinstance(rule_id, str):
            place: Place = ("rules", number, "id")
            if rule_id in places:
                yield fault_at(located, place, f"the rule on line {places[rule_id]} has the same id '{rule_id}'")
            places.setdefault(rule_id, located.line(place))


def _negation_cycles(located: Located, rules: Sequence[Rule]) -> Iterator[Fault]:
    """Rules that close a circle of kinds of which each has to be known before the next can be found missing."""
    earlier: dict[str, set[str]] = defaultdict(set)
    for rule in rules:
        for pattern in rule.match:
            if pattern.negated:
                earlier[pattern.fact] |= {other.fact for other in rule.match if not other.negated}
    for rule in rules:
        present = {pattern.fact for pattern in rule.match if not pattern.negated}
        for pattern in rule.match:
            if pattern.negated and pattern.fact in _reached(present, earlier):
                message = (
                    f"'none: {pattern.fact}' goes round in a circle; give what must not be there its own kind of fact"
                )
                yield Fault(located.source, rule.line, rule.id, message)


def _reached(start: set[str], edges: dict[str, set[str]]) -> set[str]:
    found, todo = set(start), list(start)
    while todo:
        for kind in edges.get(todo.pop(), set()) - found:
            found.add(kind)
            todo.append(kind)
    return found
