"""Rule evaluation: what a rule means, written as plainly as it can be.

This is the specification of the rule language. Engines that are faster have to find the same.
"""

from __future__ import annotations

import operator as compare
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import Any

from sdflow.domain.finding import Finding
from sdflow.domain.rule import (
    Arithmetic,
    Computed,
    Condition,
    Fact,
    FactValue,
    FieldOf,
    FieldType,
    Operand,
    Operator,
    Pattern,
    Rule,
    Schema,
    message_text,
    spoken,
)

LIMIT = 10**12
"""Numbers of facts lie strictly between minus this and this."""

PLACES = 6
"""How many decimal places a number of a fact may have."""

EXACT = Context(prec=400, traps=[Inexact, InvalidOperation])
"""Decimal arithmetic that never rounds, whatever context the caller has set."""

_COMPARISONS: Mapping[Operator, Callable[[Any, Any], bool]] = {
    Operator.eq: compare.eq,
    Operator.ne: compare.ne,
    Operator.lt: compare.lt,
    Operator.lte: compare.le,
    Operator.gt: compare.gt,
    Operator.gte: compare.ge,
}
_ARITHMETIC: Mapping[Arithmetic, Callable[[Any, Any], Decimal]] = {
    Arithmetic.mul: EXACT.multiply,
    Arithmetic.add: EXACT.add,
    Arithmetic.sub: EXACT.subtract,
}
_COMPARED_IN_WORDS: Mapping[Operator, str] = {
    Operator.eq: "is",
    Operator.ne: "is not",
    Operator.lt: "is below",
    Operator.lte: "is at most",
    Operator.gt: "is above",
    Operator.gte: "is at least",
    Operator.exists: "is given",
    Operator.missing: "is not given",
}
_SIGNS: Mapping[Arithmetic, str] = {Arithmetic.mul: "×", Arithmetic.add: "+", Arithmetic.sub: "−"}

Chosen = Mapping[str, Fact]
"""The facts chosen so far, by the alias of the pattern that each satisfies."""


def evaluate(rules: Sequence[Rule], facts: Sequence[Fact]) -> list[Finding]:
    """Everything that the rules find in the facts, ordered by rule and message."""
    by_kind: dict[str, list[tuple[int, Fact]]] = defaultdict(list)
    for number, fact in enumerate(facts):
        by_kind[fact.kind].append((number, fact))
    return in_order(finding_of(rule, chosen) for rule in rules for chosen in _matches(rule, by_kind))


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Findings by rule, then message, then what was matched, so that the order of facts never shows."""
    return sorted(findings, key=lambda one: (one.rule, one.message, _in_text(one.matched)))


def finding_of(rule: Rule, chosen: Chosen) -> Finding:
    """What a rule finds where these facts satisfy its patterns."""
    matched = {alias: dict(fact.fields) for alias, fact in chosen.items()}
    clause = chosen[rule.match[0].alias].get("clause")
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        message=message_text(rule.message, matched),
        reference=rule.reference,
        title=rule.title,
        advice=message_text(rule.advice, matched),
        matched=matched,
        absent=tuple(_absence(pattern, chosen) for pattern in rule.match if pattern.negated),
        clause="" if clause is None else spoken(clause),
        subject=_filled(rule.subject, matched),
        gap=_gap(rule, chosen),
        unit=rule.unit,
        weakest=_filled(rule.weakest, matched),
        witness=_filled(rule.witness, matched),
        improvement=message_text(rule.improvement, matched),
        cause=_filled(rule.cause, matched),
        figure=rule.figure,
    )


def _filled(template: str, matched: Mapping[str, Mapping[str, Any]]) -> str:
    """The template filled in; nothing where the facts lack all that it names and it says nothing besides."""
    text = " ".join(message_text(template, matched).split())
    return text if text.strip("– ") else ""


def _gap(rule: Rule, chosen: Chosen) -> Decimal | None:
    """By how much the rule does not hold; none where it says no number, or the facts lack it."""
    value = None if rule.gap is None else _value(rule.gap, chosen)
    return Decimal(value) if isinstance(value, int | Decimal) else None


def fields_referred_to(operand: Operand) -> tuple[FieldOf, ...]:
    """The fields of earlier patterns' facts from which an operand takes its value."""
    parts = (operand.left, operand.right) if isinstance(operand, Computed) else (operand,)
    return tuple(part for part in parts if isinstance(part, FieldOf))


def check_facts(schema: Schema, facts: Iterable[Fact]) -> None:
    """Make sure that every fact fits its kind; one that does not is a bug of whoever made it.

    `TypeError` for an unknown kind or field and for a value of another type; `ValueError` for a number that is
    not finite, has more than six decimal places or reaches 10¹².
    """
    for fact in facts:
        if fact.kind not in schema:
            raise TypeError(f"there is no kind of fact '{fact.kind}'")
        types = schema[fact.kind]
        for name, value in fact.fields.items():
            if name not in types:
                raise TypeError(f"a fact of kind '{fact.kind}' has no field '{name}'")
            if value is not None and not _FITS[types[name]](value):
                raise TypeError(f"{fact.kind}.{name}: {value!r} is not of type '{types[name]}'")
            if isinstance(value, int | Decimal) and not _within_bounds(value):
                raise ValueError(f"{fact.kind}.{name}: {value} is not finite, exceeds 10¹² or has over six places")


_FITS: Mapping[FieldType, Callable[[Any], bool]] = {
    FieldType.str: lambda value: isinstance(value, str),
    FieldType.int: lambda value: isinstance(value, int) and not isinstance(value, bool),
    FieldType.number: lambda value: isinstance(value, int | Decimal) and not isinstance(value, bool),
    FieldType.bool: lambda value: isinstance(value, bool),
    FieldType.date: lambda value: isinstance(value, date) and not isinstance(value, datetime),
}


def _within_bounds(value: int | Decimal) -> bool:
    if isinstance(value, int):
        return -LIMIT < value < LIMIT
    if not value.is_finite() or not -LIMIT < value < LIMIT:
        return False
    shifted = EXACT.scaleb(value, PLACES)
    return shifted == shifted.to_integral_value()


class _Candidates:
    """The facts that satisfy a pattern as far as it looks at nothing else, by what they must equal of earlier ones."""

    def __init__(self, pattern: Pattern, needed: Iterable[str], facts: Iterable[tuple[int, Fact]]) -> None:
        joins = [one for one in pattern.conditions if fields_referred_to(one.operand)]
        alone = [one for one in pattern.conditions if not fields_referred_to(one.operand)]
        self.equal = [one for one in joins if one.operator is Operator.eq]
        self.compared = [one for one in joins if one.operator is not Operator.eq]
        self.by_key: dict[tuple[Any, ...], list[tuple[int, Fact]]] = defaultdict(list)
        needed = (*needed, *(one.field for one in self.equal))
        for number, fact in facts:
            if all(fact.get(name) is not None for name in needed) and all(_holds(one, fact, {}) for one in alone):
                self.by_key[tuple(_measure(fact.get(one.field)) for one in self.equal)].append((number, fact))

    def beside(self, chosen: Chosen, taken: frozenset[int]) -> Iterator[tuple[int, Fact]]:
        """Those that satisfy the pattern beside the facts chosen so far, each once."""
        key = tuple(_value(one.operand, chosen) for one in self.equal)
        for number, fact in self.by_key.get(key, ()):
            if number not in taken and all(_holds(one, fact, chosen) for one in self.compared):
                yield number, fact


def _matches(rule: Rule, by_kind: Mapping[str, list[tuple[int, Fact]]]) -> Iterator[Chosen]:
    used = [one for pattern in rule.match for condition in pattern.conditions for one in _referred(condition)]
    present_first = sorted(rule.match, key=lambda pattern: pattern.negated)
    steps = [
        (pattern, _Candidates(pattern, _needed(pattern, used), by_kind.get(pattern.fact, ())))
        for pattern in present_first
    ]
    return _completed(steps, {}, frozenset())


def _completed(steps: Sequence[tuple[Pattern, _Candidates]], chosen: Chosen, taken: frozenset[int]) -> Iterator[Chosen]:
    if not steps:
        yield chosen
        return
    (pattern, candidates), *rest = steps
    found = candidates.beside(chosen, taken)
    if pattern.negated:
        if next(found, None) is None:
            yield from _completed(rest, chosen, taken)
        return
    for number, fact in found:
        yield from _completed(rest, {**chosen, pattern.alias: fact}, taken | {number})


def _referred(condition: Condition) -> tuple[FieldOf, ...]:
    return fields_referred_to(condition.operand)


def _needed(pattern: Pattern, used: Iterable[FieldOf]) -> set[str]:
    return set() if pattern.negated else {one.field for one in used if one.alias == pattern.alias}


def _holds(condition: Condition, fact: Fact, chosen: Chosen) -> bool:
    value = fact.get(condition.field)
    if condition.operator is Operator.exists:
        return value is not None
    if condition.operator is Operator.missing:
        return value is None
    other = _value(condition.operand, chosen)
    return value is not None and other is not None and _COMPARISONS[condition.operator](_measure(value), other)


def _value(operand: Operand, chosen: Chosen) -> FactValue:
    if isinstance(operand, FieldOf):
        return _measure(chosen[operand.alias].get(operand.field))
    if isinstance(operand, Computed):
        left, right = _value(operand.left, chosen), _value(operand.right, chosen)
        return None if left is None or right is None else _ARITHMETIC[operand.operation](left, right)
    return _measure(operand)


def _measure(value: FactValue) -> FactValue:
    """Dates count as days, so that days may be added to them without leaving the calendar."""
    return value.toordinal() if isinstance(value, date) else value


def _absence(pattern: Pattern, chosen: Chosen) -> str:
    kind = pattern.fact.replace("_", " ")
    conditions = " and ".join(_in_words(one, chosen) for one in pattern.conditions)
    return f"no {kind} whose {conditions}" if conditions else f"no {kind}"


def _in_words(condition: Condition, chosen: Chosen) -> str:
    name = condition.field.replace("_", " ")
    compared = _COMPARED_IN_WORDS[condition.operator]
    if condition.operator in (Operator.exists, Operator.missing):
        return f"{name} {compared}"
    return f"{name} {compared} {_operand_in_words(condition.operand, chosen)}"


def _operand_in_words(operand: Operand, chosen: Chosen) -> str:
    if isinstance(operand, Computed):
        left, right = _operand_in_words(operand.left, chosen), _operand_in_words(operand.right, chosen)
        return f"{left} {_SIGNS[operand.operation]} {right}"
    return spoken(chosen[operand.alias].get(operand.field) if isinstance(operand, FieldOf) else operand)


def _in_text(matched: Mapping[str, Mapping[str, Any]]) -> tuple[Any, ...]:
    return tuple(
        (alias, tuple(sorted((name, str(value)) for name, value in fields.items())))
        for alias, fields in matched.items()
    )
