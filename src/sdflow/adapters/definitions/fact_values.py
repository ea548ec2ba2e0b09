"""Fact values: constants of rule files and facts of their examples, by the types that fact kinds declare."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sdflow.adapters.definitions.shape import YEARS
from sdflow.adapters.definitions.text_yaml import Place
from sdflow.adapters.definitions.wording import DATE, NUMBER, TRUTH, WHOLE, found, nearest, shortened, unknown
from sdflow.domain.rule import Fact, FactValue, FieldType, Schema

TRUTHS = {"true": True, "yes": True, "false": False, "no": False}

_NUMBERS = {
    FieldType.int: (re.compile("[+-]?[0-9]{1,12}"), WHOLE),
    FieldType.number: (re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{1,6})?"), f"{NUMBER}, with at most six decimal places"),
}


class MisfitError(ValueError):
    """A value that cannot stand where it stands: the sentence, and where below the place being read."""

    def __init__(self, message: str, *below: str | int) -> None:
        self.below: Place = below
        super().__init__(message)


def constant(raw: object, wanted: FieldType) -> FactValue:
    """The text of a constant as a value of a field's type; `MisfitError` says what was expected."""
    if not isinstance(raw, str):
        raise MisfitError(f"a value of type '{wanted}' is expected, {found(raw)}")
    match wanted:
        case FieldType.str:
            return raw
        case FieldType.bool:
            if raw.lower() not in TRUTHS:
                raise MisfitError(f"{TRUTH}, {found(raw)}")
            return TRUTHS[raw.lower()]
        case FieldType.date:
            return _date(raw)
        case FieldType.int | FieldType.number:
            return number(raw, wanted)


def number(raw: str, wanted: FieldType) -> int | Decimal:
    """The text of a whole or decimal number; `MisfitError` where it is none or too large."""
    pattern, expected = _NUMBERS[wanted]
    if not pattern.fullmatch(raw):
        raise MisfitError(f"{expected}, {found(raw)}")
    return int(raw) if wanted is FieldType.int else Decimal(raw)


def _date(raw: str) -> date:
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", raw):
        raise MisfitError(f"{DATE}, {found(raw)}")
    try:
        day = date.fromisoformat(raw)
    except ValueError:
        raise MisfitError(f"there is no day {raw} in the calendar") from None
    if day.year not in YEARS:
        raise MisfitError(f"must lie in the years {YEARS.start} to {YEARS.stop - 1}, {found(raw)}")
    return day


def read_fact(given: Mapping[str, Any], schema: Schema) -> tuple[Fact | None, list[MisfitError]]:
    """The fact that a mapping with `fact` (its kind) and its fields gives, or what is wrong with it."""
    kind = given.get("fact")
    if kind is None:
        return None, [MisfitError("the kind of the fact is missing; write it as 'fact: ...'")]
    if not isinstance(kind, str) or kind not in schema:
        return None, [MisfitError(unknown("kind of fact", str(kind), schema), "fact")]
    values: dict[str, FactValue] = {}
    misfits = list(_fill(values, given, kind, schema))
    return Fact(kind, values), misfits


def _fill(values: dict[str, FactValue], given: Mapping[str, Any], kind: str, schema: Schema) -> Iterator[MisfitError]:
    for name, raw in given.items():
        if name != "fact" and raw is not None:
            try:
                values[name] = constant(raw, field_type(kind, name, schema))
            except MisfitError as misfit:
                yield MisfitError(str(misfit), name)


def no_field(kind: str, name: str, schema: Schema) -> str:
    """The sentence for a field that a kind of fact does not have."""
    return f"a fact '{kind}' has no field '{shortened(name)}'{nearest(name, schema[kind])}"


def field_type(kind: str, name: str, schema: Schema) -> FieldType:
    """The type of a kind's field; `MisfitError` where it has no such field."""
    if name not in schema[kind]:
        raise MisfitError(no_field(kind, name, schema))
    return schema[kind][name]
