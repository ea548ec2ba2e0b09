"""Kinds: what records hold, read from the models of their contents."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from docs.generator.markdown import code, codes, documentation, filled, table
from pydantic import BaseModel, JsonValue
from pydantic.fields import FieldInfo

from sdflow.domain.kind import Content, RefersTo
from sdflow.engine.definitions import Definitions

BOUNDS = {"ge": "from", "gt": "above", "le": "to", "lt": "below"}
NUMBERS = (int, Decimal)
PLAIN: dict[Any, str] = {
    str: "text",
    int: "whole number",
    Decimal: "number",
    bool: "yes or no",
    date: "day",
    JsonValue: "any value",
}


def page(defined: Definitions) -> str:
    """The page of all kinds, with the parts of which their contents are made."""
    models = sorted(defined.kinds.values(), key=lambda one: one.description.title)
    parts: dict[str, type[BaseModel]] = {}
    lines = [
        "# Kinds of records",
        "",
        "Every kind of record: its fields, what may stand in them, and the parts of which they are made.",
        "",
        "A record file has `kind` and `reference` first, then these fields. What is marked *housekeeping* may change without",
        "a new version and is not signed.",
        "",
        *table(
            ("Kind", "Title", "References", "Printed and signed"),
            [
                (f"[{one.description.kind}](#{one.description.kind})", one.description.title,
                 f"{one.description.prefix}-…", "yes" if one.description.document else "")
                for one in models
            ],
        ),
        "",
    ]  # fmt: skip
    for model in models:
        lines += _section(f"## {model.description.kind}", model, parts, defined.kinds)
    lines += ["## Parts", ""]
    done: set[str] = set()
    while todo := sorted(parts.keys() - done):
        for name in todo:
            done.add(name)
            lines += _section(f"### {name}", parts[name], parts, defined.kinds)
    return "\n".join(lines)


def _section(
    head: str, model: type[BaseModel], parts: dict[str, type[BaseModel]], kinds: Mapping[str, type[Content]]
) -> Iterator[str]:
    yield from [head, "", filled(documentation(model)), ""]
    rows = [
        (code(name), _type(field, parts, kinds), _needed(field), _meaning(field))
        for name, field in model.model_fields.items()
    ]
    yield from [*table(("Field", "What stands there", "Unless given", "Meaning"), rows), ""]


def _needed(field: FieldInfo) -> str:
    if field.is_required():
        return "must be given"
    value = field.get_default(call_default_factory=True)
    if value is None or value in ({}, []):
        return ""
    return code(
        str(value.value if isinstance(value, Enum) else value).lower() if isinstance(value, bool) else str(value)
    )


def _meaning(field: FieldInfo) -> str:
    extra = field.json_schema_extra
    kept = isinstance(extra, Mapping) and extra.get("housekeeping")
    return " ".join(filter(None, (field.description, "*housekeeping*" if kept else "")))


def _type(field: FieldInfo, parts: dict[str, type[BaseModel]], kinds: Mapping[str, type[Content]]) -> str:
    marks = [one for one in field.metadata if isinstance(one, RefersTo)]
    return _referring(marks[0], kinds) if marks else _words(field.annotation, parts, kinds) + _bounds(field.metadata)


def _words(annotation: Any, parts: dict[str, type[BaseModel]], kinds: Mapping[str, type[Content]]) -> str:
    origin, inside = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        marks = [one for one in inside if isinstance(one, RefersTo)]
        if marks:
            return _referring(marks[0], kinds)
        limits = [mark for one in inside[1:] for mark in (one.metadata if isinstance(one, FieldInfo) else [one])]
        return _words(inside[0], parts, kinds) + _bounds(limits)
    if origin in (Union, types.UnionType):
        return " or ".join(_words(one, parts, kinds) for one in inside if one is not type(None))
    if origin is Literal:
        return codes(map(str, inside))
    if origin is list or origin is tuple:
        return f"list of {_words(inside[0], parts, kinds)}"
    if origin is dict:
        return f"by key: {_words(inside[1], parts, kinds)}"
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return codes(str(one.value) for one in annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        parts.setdefault(annotation.__name__, annotation)
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    return PLAIN.get(annotation, getattr(annotation, "__name__", str(annotation)))


def _bounds(marks: Iterable[Any]) -> str:
    """The least and the most that a number may be."""
    found = {
        name: getattr(one, name) for one in marks for name in BOUNDS if isinstance(getattr(one, name, None), NUMBERS)
    }
    return "".join(f" {word} {found[name]:,}" for name, word in BOUNDS.items() if name in found)


def _referring(mark: RefersTo, kinds: Mapping[str, type[Content]]) -> str:
    admitted = sorted(kind for kind, model in kinds.items() if mark.admits(model))
    return f"reference of {codes(admitted)}"
