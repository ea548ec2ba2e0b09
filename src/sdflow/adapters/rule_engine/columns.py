"""Columns: every fact as small whole numbers, the only thing that crosses into the rule engine.

Texts are numbered, dates count as days, truth values as 0 and 1; numbers and days are kept in millionths. What a
rule computes from one fact is computed here, exactly, and rounded towards the side that keeps the comparison true.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from itertools import count

from sdflow.domain.rule import Arithmetic, Computed, Fact, FactValue, FieldOf, Operand, Operator
from sdflow.domain.rule_evaluation import EXACT, LIMIT, PLACES

MILLIONTHS: int = 10**PLACES
OUT_OF_REACH = 4 * LIMIT * MILLIONTHS
"""Beyond every field and every sum of two fields, and still a 64-bit number."""

RESERVED = ("id", "sid", "$s", "kind", "one", "m")


class Rounding(Enum):
    """Towards which side a computed value may move without changing what it is compared with."""

    down = "down"
    up = "up"
    none = "none"


_ROUNDING = {
    Operator.lt: Rounding.up,
    Operator.gte: Rounding.up,
    Operator.lte: Rounding.down,
    Operator.gt: Rounding.down,
    Operator.eq: Rounding.none,
    Operator.ne: Rounding.none,
}


def engine_hash(name: str) -> int:
    """The hash by which the engine knows a name: 32-bit FNV-1a."""
    number = 0x811C9DC5
    for byte in name.encode("ascii"):
        number = (number ^ byte) * 16777619 & 0xFFFFFFFF
    return number


@dataclass(frozen=True)
class _Source:
    """Where a column's number comes from: a field as it is, or something computed from the fact's own fields."""

    operand: FieldOf | Computed
    rounding: Rounding | None = None


class Columns:
    """The columns that a rulebook needs, and the numbers of its kinds and texts."""

    def __init__(self) -> None:
        self._texts: dict[str, int] = {}
        self._kinds: dict[str, int] = {}
        self._names: dict[str, dict[_Source, str]] = defaultdict(dict)
        self._free_names = _names_apart()

    def kind(self, kind: str) -> int:
        """The number of a fact kind, from 1."""
        return self._kinds.setdefault(kind, len(self._kinds) + 1)

    def field(self, kind: str, name: str) -> str:
        """The column that holds a field as it is."""
        return self._column(kind, _Source(FieldOf("", name)))

    def computed(self, kind: str, operand: Computed, operator: Operator) -> str:
        """The column that holds what is computed from one fact, for a comparison with that operator."""
        return self._column(kind, _Source(_unnamed(operand), _ROUNDING[operator]))

    def constant(self, operand: Operand, operator: Operator) -> int:
        """A value that depends on no fact, for a comparison with that operator."""
        if isinstance(operand, str):
            return self._texts.setdefault(operand, len(self._texts) + 1)
        if isinstance(operand, bool):
            return int(operand)
        exact = _exact(operand, Fact("", {}))
        return OUT_OF_REACH if exact is None else _rounded(exact, _ROUNDING[operator])

    def rows(self, facts: list[Fact]) -> Iterator[dict[str, int | str]]:
        """The facts as the engine gets them, each known by its place in the list."""
        texts = dict(self._texts)
        for place, fact in enumerate(facts):
            row: dict[str, int | str] = {"id": f"{place:06d}", "kind": self._kinds[fact.kind], "one": 1}
            for source, column in self._names[fact.kind].items():
                number = _number(source, fact, texts)
                if number is not None:
                    row[column] = number
            yield row

    def _column(self, kind: str, source: _Source) -> str:
        if source not in self._names[kind]:
            self._names[kind][source] = next(self._free_names)
        return self._names[kind][source]


def _names_apart() -> Iterator[str]:
    """Names of which no two have the same hash: the engine tells names apart by nothing else."""
    taken = {engine_hash(name) for name in RESERVED}
    for number in count():
        name = f"c{number}"
        if engine_hash(name) not in taken:
            taken.add(engine_hash(name))
            yield name


def _unnamed(operand: Computed) -> Computed:
    left, right = (
        FieldOf("", part.field) if isinstance(part, FieldOf) else part for part in (operand.left, operand.right)
    )
    return Computed(operand.operation, left, right)


def _number(source: _Source, fact: Fact, texts: dict[str, int]) -> int | None:
    if source.rounding is None and isinstance(source.operand, FieldOf):
        return _encoded(fact.get(source.operand.field), texts)
    exact = _exact(source.operand, fact)
    return None if exact is None else _rounded(exact, source.rounding or Rounding.none)


def _encoded(value: FactValue, texts: dict[str, int]) -> int | None:
    match value:
        case str():
            return texts.setdefault(value, len(texts) + 1)
        case bool():
            return int(value)
        case int():
            return value * MILLIONTHS
        case Decimal():
            return int(EXACT.scaleb(value, PLACES))
        case date():
            return value.toordinal() * MILLIONTHS
    return None


def _exact(operand: Operand, fact: Fact) -> Fraction | None:
    match operand:
        case FieldOf(field=name):
            return _exact(fact.get(name), fact)
        case Computed(operation, left, right):
            return _combined(operation, _exact(left, fact), _exact(right, fact))
        case date():
            return Fraction(operand.toordinal())
        case int() | Decimal():
            return Fraction(operand)
    return None


def _combined(operation: Arithmetic, left: Fraction | None, right: Fraction | None) -> Fraction | None:
    if left is None or right is None:
        return None
    match operation:
        case Arithmetic.mul:
            return left * right
        case Arithmetic.add:
            return left + right
        case Arithmetic.sub:
            return left - right


def _rounded(exact: Fraction, rounding: Rounding) -> int:
    scaled = exact * MILLIONTHS
    match rounding:
        case Rounding.up:
            whole = math.ceil(scaled)
        case Rounding.down:
            whole = math.floor(scaled)
        case Rounding.none:
            whole = scaled.numerator if scaled.denominator == 1 else OUT_OF_REACH
    return max(-OUT_OF_REACH, min(OUT_OF_REACH, whole))
