"""Base: what every fact kind is, and which fields rule files may name.

A rule file names a kind by the snake-case name of its class. Fields that are none are left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Any, ClassVar, get_args, get_origin, get_type_hints

from sdflow.domain.rule import Fact, FieldType, Schema

_TYPES: dict[Any, FieldType] = {
    bool: FieldType.bool,
    int: FieldType.int,
    str: FieldType.str,
    Decimal: FieldType.number,
    date: FieldType.date,
}


class FactKind:
    """Base of all fact kinds."""

    kinds: ClassVar[dict[str, type[FactKind]]] = {}
    states_promise: ClassVar[bool] = False
    """Whether the fact only states what is promised, so that another fact has to compare it."""
    compares_support: ClassVar[bool] = True
    """Whether the fact holds a promise against those who carry it, so that its clause counts as looked at."""
    link: ClassVar[str] = ""
    """Which link of the chain from business need to promise the fact is about; empty where of none."""

    def __init_subclass__(cls) -> None:
        FactKind.kinds[cls.kind_name()] = cls

    @classmethod
    def kind_name(cls) -> str:
        """The name under which rule files know the kind."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def fact(self) -> Fact:
        """The statement in the form that rules are evaluated on."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]
        return Fact(self.kind_name(), {name: value for name, value in values.items() if value is not None})


def _field_type(annotation: Any) -> FieldType:
    if get_origin(annotation) is UnionType:
        (annotation,) = (part for part in get_args(annotation) if part is not type(None))
    return _TYPES[annotation]


def schema() -> Schema:
    """The fields and types of every fact kind, for the loader of rule files and the rule engine."""
    return {name: _fields_of(kind) for name, kind in FactKind.kinds.items()}  # type: ignore[arg-type]


@cache
def _fields_of(kind: type[FactKind]) -> Mapping[str, FieldType]:
    hints = get_type_hints(kind)
    return {field.name: _field_type(hints[field.name]) for field in fields(kind)}  # type: ignore[arg-type]
