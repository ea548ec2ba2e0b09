"""Rule patterns: the conditions of a rule, each word and each type looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from sdflow.adapters.definitions.fact_values import MisfitError, constant, field_type, number
from sdflow.adapters.definitions.wording import found, unknown
from sdflow.domain.rule import (
    Arithmetic,
    Computed,
    Condition,
    FactValue,
    FieldOf,
    FieldType,
    Operand,
    Operator,
    Schema,
)

Aliases = Mapping[str, str | None]
"""The fact kind of each earlier pattern by its alias; none where the kind itself is unknown."""

_EQUALITY = frozenset({Operator.eq, Operator.ne})
_PRESENCE = frozenset({Operator.exists, Operator.missing})
_ORDERED = frozenset({FieldType.int, FieldType.number, FieldType.date})
_FIELD_OF = re.compile(r"\$([a-z][a-z0-9_]*)\.([a-z][a-z0-9_]*)")


def read_conditions(
    kind: str, field: str, value: object, aliases: Aliases, schema: Schema
) -> Iterator[Condition | MisfitError]:
    """The conditions on one field of a pattern, or what is wrong with each."""
    try:
        reading = _FieldReading(field, field_type(kind, field, schema), aliases, schema)
    except MisfitError as misfit:
        yield misfit
        return
    for word, operand, place in _comparisons(value):
        try:
            yield reading.condition(word, operand)
        except MisfitError as misfit:
            yield MisfitError(str(misfit), *place, *misfit.below)


def _comparisons(value: object) -> Iterator[tuple[str, object, tuple[str, ...]]]:
    """Each comparison as its word, its right side, and where that stands."""
    if not isinstance(value, dict) or _is_computed(value):
        yield Operator.eq, value, ()
    elif not value:
        yield "", value, ()
    else:
        yield from ((word, operand, (word,)) for word, operand in value.items())


def _is_computed(value: Mapping[str, object]) -> bool:
    return bool(value) and not value.keys() - set(Arithmetic)


def read_gap(value: object, aliases: Aliases, schema: Schema) -> FieldOf | Computed:
    """By how much a rule does not hold: a number of a matched fact, or computed; `MisfitError` says why it is none."""
    if isinstance(value, str):
        return _number_of(f"${value.removeprefix('$')}", aliases, schema)
    if not isinstance(value, dict) or len(value) != 1 or not _is_computed(value):
        example = "{sub: [$promised.percent, $part.percent]}"
        raise MisfitError(f"is a number of a matched fact, written alias.field, or computed as in {example}")
    ((word, parts),) = value.items()
    if not isinstance(parts, list) or len(parts) != 2:
        raise MisfitError(f"'{word}' takes a list of two", word)
    left, right = (_gap_part(part, aliases, schema) for part in parts)
    if not isinstance(left, FieldOf) and not isinstance(right, FieldOf):
        raise MisfitError("both parts are constants; a gap comes from the facts", word)
    return Computed(Arithmetic(word), left, right)


def _gap_part(value: object, aliases: Aliases, schema: Schema) -> FieldOf | int | Decimal:
    if isinstance(value, str) and value.startswith("$"):
        return _number_of(value, aliases, schema)
    return number(str(value), FieldType.number)


def _number_of(text: str, aliases: Aliases, schema: Schema) -> FieldOf:
    reference, kind_type = _field_of(text, aliases, schema, "pattern")
    if kind_type not in (None, FieldType.int, FieldType.number):
        raise MisfitError(f"{reference} is of type '{kind_type}', and a gap is a number")
    return reference


def _field_of(text: str, aliases: Aliases, schema: Schema, among: str) -> tuple[FieldOf, FieldType | None]:
    """The field that `$alias.field` names and its type; none where the kind of the fact is unknown."""
    named = _FIELD_OF.fullmatch(text)
    if not named:
        raise MisfitError(
            f"the field of {'an' if among.startswith('e') else 'a'} {among} is written $alias.field, {found(text)}"
        )
    alias, field = named.groups()
    if alias not in aliases:
        raise MisfitError(unknown(among, alias, aliases))
    kind = aliases[alias]
    return FieldOf(alias, field), None if kind is None else field_type(kind, field, schema)


class _FieldReading:
    """Reads the comparisons of one field of a pattern."""

    def __init__(self, field: str, wanted: FieldType, aliases: Aliases, schema: Schema) -> None:
        self._field, self._type, self._aliases, self._schema = field, wanted, aliases, schema

    def condition(self, word: str, value: object) -> Condition:
        """One comparison; `MisfitError` says why it means nothing."""
        if word not in set(Operator):
            raise MisfitError(unknown("operator", word, {*Operator, *Arithmetic} - {word}))
        operator = Operator(word)
        if operator in _PRESENCE:
            if value != "true":
                raise MisfitError(f"is written {{{operator}: true}}; the other way round is a word of its own")
            return Condition(self._field, operator)
        if operator not in _EQUALITY and self._type not in _ORDERED:
            raise MisfitError(f"values of type '{self._type}' have no order, so '{operator}' says nothing")
        if isinstance(value, dict):
            return Condition(self._field, operator, self._computed(operator, value))
        return Condition(self._field, operator, self._operand(value, self._type))

    def _operand(self, value: object, wanted: FieldType) -> FieldOf | FactValue:
        if value is None:
            raise MisfitError("nothing equals nothing; write {missing: true} or {exists: true}")
        if not isinstance(value, str) or not value.startswith("$"):
            return constant(value, wanted)
        reference, kind_type = _field_of(value, self._aliases, self._schema, "earlier pattern")
        if kind_type is not None and kind_type is not wanted:
            raise MisfitError(f"{value} is of type '{kind_type}', where type '{wanted}' is needed")
        return reference

    def _computed(self, operator: Operator, value: Mapping[str, Any]) -> Operand:
        if len(value) != 1 or not _is_computed(value):
            wrong = next((word for word in value if word not in set(Arithmetic)), "")
            raise MisfitError(unknown("arithmetic", wrong, Arithmetic) if wrong else "compute one thing at a time")
        ((word, parts),) = value.items()
        if not isinstance(parts, list) or len(parts) != 2:
            raise MisfitError(f"'{word}' takes a list of two", word)
        if self._type not in _ORDERED or (word == Arithmetic.mul and self._type is FieldType.date):
            raise MisfitError(f"'{word}' cannot be computed for a field of type '{self._type}'", word)
        if word == Arithmetic.mul:
            return self._product(operator, parts)
        shift = FieldType.int if self._type is FieldType.date else self._type
        left, right = self._operand(parts[0], self._type), self._operand(parts[1], shift)
        if not isinstance(left, FieldOf) and not isinstance(right, FieldOf):
            raise MisfitError("both parts are constants; write the result", word)
        return Computed(Arithmetic(word), left, right)

    def _product(self, operator: Operator, parts: list[object]) -> Computed:
        left, right = parts
        if not isinstance(right, str) or right.startswith("$"):
            raise MisfitError("'mul' takes a field and then a constant factor", Arithmetic.mul)
        factor = number(right, FieldType.number if "." in right else FieldType.int)
        if operator in _EQUALITY and factor != int(factor):
            raise MisfitError(f"a product by {right} is compared by lt, lte, gt or gte only", Arithmetic.mul)
        field = self._operand(left, self._type)
        if not isinstance(field, FieldOf):
            raise MisfitError("'mul' takes a field and then a constant factor", Arithmetic.mul)
        return Computed(Arithmetic.mul, field, factor)
