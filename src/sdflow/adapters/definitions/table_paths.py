"""Table paths: the fields that a mapping file names, as ways through the model of a kind."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, get_origin

from pydantic import BaseModel

from sdflow.adapters.definitions.shape import Types, fields_of, types_below
from sdflow.adapters.definitions.text_yaml import Place
from sdflow.adapters.definitions.wording import nearest
from sdflow.domain.kind import KEY_PATTERN

EACH = "*"
"""Stands in a path for every entry of a mapping or list, each named by its key column."""

Parts = tuple[str, ...]


@dataclass(frozen=True)
class FieldPath:
    """A way through a model: `lists` are the depths at which an entry of a list is named, by its number from 1 or `*`."""

    parts: Parts
    lists: frozenset[int]
    types: Types

    def __str__(self) -> str:
        return ".".join(self.parts)

    @property
    def keyed(self) -> Iterator[Parts]:
        """The ways to the mappings and lists whose entries a key column names."""
        return (self.parts[:depth] for depth, part in enumerate(self.parts) if part == EACH)

    @property
    def holds_list(self) -> bool:
        """Whether a list of single values stands at its end."""
        entries = types_below(self.types, 0)
        return bool(entries) and not any(_has_parts(one) for one in entries)

    @property
    def holds_parts(self) -> bool:
        """Whether nothing but a section, or a list of sections, may stand at its end."""
        entries = types_below(self.types, 0)
        return bool(self.types) and all(_has_parts(one) for one in entries or self.types)

    def holds(self, *wanted: type) -> bool:
        """Whether only a value of one of these types, or a list of them, may stand at its end."""
        found = types_below(self.types, 0) or self.types
        return bool(found) and all(one in wanted for one in found)

    def leads_to(self, place: Place) -> bool:
        """Whether the place lies at its end, or on the way to it."""
        return len(place) <= len(self.parts) and all(
            part in (EACH, str(one + 1 if isinstance(one, int) else one))
            for part, one in zip(self.parts, place, strict=False)
        )

    def overlaps(self, other: FieldPath) -> bool:
        """Whether the other one leads to the same place or inside it."""
        return len(other.parts) >= len(self.parts) and all(
            mine == theirs or EACH in (mine, theirs) for mine, theirs in zip(self.parts, other.parts, strict=False)
        )

    def numbers(self, prefix: Parts) -> bool:
        """Whether it gives an entry of the list at that way by its number."""
        depth = len(prefix)
        return depth in self.lists and self.parts[:depth] == prefix and self.parts[depth] != EACH

    @property
    def example(self) -> str:
        """A way to a part of what stands at its end."""
        entries = types_below(self.types, 0)
        before = ["1"] if entries else []
        models = [one for one in entries or self.types if _is_model(one)]
        return ".".join((*self.parts, *before, *(list(fields_of(models[0]))[:1] if models else [EACH])))

    @property
    def is_date(self) -> bool:
        """Whether days stand there."""
        return self.holds(date)

    @property
    def is_number(self) -> bool:
        """Whether numbers stand there."""
        return self.holds(int, Decimal)


def field_path(model: type[BaseModel], text: str) -> FieldPath:
    """The way that a text such as `targets.restore.*.minutes` describes; `ValueError` says where it leads nowhere."""
    parts = tuple(text.split("."))
    types: Types = (model,)
    lists = set()
    for depth, part in enumerate(parts):
        message = _step_fault(types, part, ".".join(parts[:depth]))
        if message:
            raise ValueError(message)
        listed = not _is_mapping(types) and bool(types_below(types, 0))
        if listed:
            lists.add(depth)
        types = _without_none(types_below(types, 0 if listed else part))
    return FieldPath(parts, frozenset(lists), types)


def missing_fields(model: type[BaseModel], paths: Sequence[FieldPath]) -> Iterator[tuple[str, str]]:
    """Every field that a section cannot do without though no path leads to it, with its description."""
    sections = {path.parts[:depth]: path for path in paths for depth in range(len(path.parts))}
    for section in sections:
        types = _types_at(model, section)
        if len(types) == 1 and _is_model(types[0]):
            for name, field in fields_of(types[0]).items():
                wanted = FieldPath((*section, name), frozenset(), ())
                if field.is_required() and not any(wanted.overlaps(path) for path in paths):
                    yield str(wanted), field.description or ""


def _types_at(model: type[BaseModel], parts: Parts) -> Types:
    types: Types = (model,)
    for part in parts:
        types = _without_none(types_below(types, part) or types_below(types, 0))
    return types


def _step_fault(types: Types, part: str, before: str) -> str | None:
    if _is_mapping(types):
        if part == EACH or re.fullmatch(KEY_PATTERN, part):
            return None
        return f"'{part}' cannot be a key of '{before}': a letter, then letters, digits, '-' and '_', at most 40 characters"
    if types_below(types, 0):
        if part == EACH or re.fullmatch("[1-9][0-9]{0,2}", part):
            return None
        return f"'{before}' is a list; its entries are numbered from 1, or named by '{EACH}' and a key column"
    names = [name for one in types if _is_model(one) for name in fields_of(one)]
    if not names:
        return f"'{before}' is a single value and has no parts"
    if part in names:
        return None
    inside = f" in '{before}'" if before else ""
    return f"there is no field '{part}'{inside}{nearest(part, names)}"


def _is_mapping(types: Types) -> bool:
    return not {dict, Mapping}.isdisjoint(map(get_origin, types))


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and get_origin(kind) is None and issubclass(kind, BaseModel)


def _has_parts(kind: Any) -> bool:
    return _is_model(kind) or get_origin(kind) in (dict, Mapping, list, tuple)


def _without_none(types: Types) -> Types:
    return tuple(one for one in types if one is not type(None))
