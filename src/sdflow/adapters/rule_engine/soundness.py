"""Soundness: whether rules speak only of fact kinds, fields and types that exist."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from sdflow.domain.errors import Fault, Unreadable
from sdflow.domain.rule import (
    Arithmetic,
    Computed,
    Condition,
    FieldOf,
    FieldType,
    Operand,
    Operator,
    Rule,
    Rulebook,
    Schema,
)

NUMBERS = frozenset({FieldType.int, FieldType.number})
_WITHOUT_OPERAND = frozenset({Operator.exists, Operator.missing})
_EQUALITY = frozenset({Operator.eq, Operator.ne})
_DATES: Mapping[tuple[Arithmetic, FieldType, FieldType], FieldType] = {
    (Arithmetic.add, FieldType.date, FieldType.int): FieldType.date,
    (Arithmetic.add, FieldType.int, FieldType.date): FieldType.date,
    (Arithmetic.sub, FieldType.date, FieldType.int): FieldType.date,
    (Arithmetic.sub, FieldType.date, FieldType.date): FieldType.int,
}

Known = Mapping[str, Mapping[str, FieldType]]
"""The fields of earlier patterns' facts, by alias."""


class _Unsound(Exception):
    """One reason why an operand means nothing."""


def require_sound(rulebook: Rulebook) -> None:
    """Raise `Unreadable` with every fault of every rule, unless all of them can be evaluated."""
    faults = [fault for rule in rulebook.rules for fault in _faults(rule, rulebook.schema)]
    repeated = [rule_id for rule_id, times in Counter(rule.id for rule in rulebook.rules).items() if times > 1]
    faults += [_fault(rule, "another rule has this id") for rule in rulebook.rules if rule.id in repeated]
    if faults:
        raise Unreadable(*faults)


def _fault(rule: Rule, message: str) -> Fault:
    return Fault(rule.source or "rules", rule.line or None, rule.id, message)


def _faults(rule: Rule, schema: Schema) -> Iterator[Fault]:
    known: dict[str, Mapping[str, FieldType]] = {}
    if not rule.match or rule.match[0].negated:
        yield _fault(rule, "its first pattern has to be a fact that is there")
    for pattern in rule.match:
        if pattern.fact not in schema:
            yield _fault(rule, f"there is no kind of fact '{pattern.fact}'; known: {', '.join(sorted(schema))}")
            continue
        fields = schema[pattern.fact]
        for condition in pattern.conditions:
            try:
                _require_meaning(condition, pattern.fact, fields, known)
            except _Unsound as unsound:
                yield _fault(rule, f"{pattern.fact}.{condition.field}: {unsound}")
        if not pattern.negated:
            if not pattern.alias or pattern.alias in known:
                yield _fault(rule, f"its pattern for '{pattern.fact}' needs an alias of its own")
            known[pattern.alias] = fields
    if rule.gap is not None and (reason := _gap_fault(rule.gap, known)):
        yield _fault(rule, f"gap: {reason}")


def _gap_fault(gap: Operand, known: Known) -> str | None:
    try:
        found = _type_of(gap, known)
    except _Unsound as unsound:
        return str(unsound)
    return None if found in NUMBERS else f"it is of type '{found}', and a gap is a number"


def _require_meaning(condition: Condition, kind: str, fields: Mapping[str, FieldType], known: Known) -> None:
    if condition.field not in fields:
        raise _Unsound(f"'{kind}' has no such field; known: {', '.join(fields)}")
    if condition.operator in _WITHOUT_OPERAND:
        return
    own, other = fields[condition.field], _type_of(condition.operand, known)
    if own is not other and not {own, other} <= NUMBERS:
        raise _Unsound(f"it is of type '{own}' and cannot be compared with one of type '{other}'")
    if own in (FieldType.str, FieldType.bool) and condition.operator not in _EQUALITY:
        raise _Unsound(f"values of type '{own}' have no order, so '{condition.operator}' says nothing")


def _type_of(operand: Operand, known: Known) -> FieldType:
    if isinstance(operand, Computed):
        return _computed_type(operand.operation, _type_of(operand.left, known), _type_of(operand.right, known))
    if isinstance(operand, FieldOf):
        if operand.alias not in known:
            raise _Unsound(f"{operand} refers to no earlier pattern; known: {', '.join(known) or 'none'}")
        if operand.field not in known[operand.alias]:
            raise _Unsound(f"{operand} is no field; known: {', '.join(known[operand.alias])}")
        return known[operand.alias][operand.field]
    return _constant_type(operand)


def _constant_type(constant: object) -> FieldType:
    match constant:
        case bool():
            return FieldType.bool
        case int():
            return FieldType.int
        case Decimal() if constant.is_finite():
            return FieldType.number
        case str():
            return FieldType.str
        case date():
            return FieldType.date
    raise _Unsound("it has to be compared with a value; 'exists' and 'missing' ask whether there is one")


def _computed_type(operation: Arithmetic, left: FieldType, right: FieldType) -> FieldType:
    if {left, right} <= NUMBERS:
        return FieldType.int if left is right is FieldType.int else FieldType.number
    if (operation, left, right) not in _DATES:
        raise _Unsound(f"'{operation}' cannot be computed from types '{left}' and '{right}'")
    return _DATES[operation, left, right]
