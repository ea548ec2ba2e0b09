"""Fields: every leaf of a content, changed one at a time, and the fields that models declare and contents fill."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, get_args

from pydantic import BaseModel

from sdflow.domain.kind import Content


def changed(content: Content, records: Mapping[str, Content]) -> Iterator[tuple[str, Content]]:
    """The content as often as it has leaves, each time with another value in one of them; with the path of the leaf."""
    yield from _changed(content, "", records)


def _changed(value: Any, path: str, records: Mapping[str, Content]) -> Iterator[tuple[str, Any]]:
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            for leaf, other in _changed(getattr(value, name), f"{path}.{name}".lstrip("."), records):
                yield leaf, value.model_copy(update={name: other})
    elif isinstance(value, Mapping):
        for key, item in value.items():
            for leaf, other in _changed(item, f"{path}.{key}", records):
                yield leaf, {**value, key: other}
    elif isinstance(value, list):
        for number, item in enumerate(value):
            for leaf, other in _changed(item, f"{path}.{number}", records):
                yield leaf, [*value[:number], other, *value[number + 1 :]]
    else:
        yield from ((path, other) for other in _others(value, records))


def _others(value: Any, records: Mapping[str, Content]) -> list[Any]:
    """Another value of the same sort; none where there is no other."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, StrEnum):
        members = list(type(value))
        return [members[(members.index(value) + 1) % len(members)]]
    if isinstance(value, int | Decimal):
        return [value + 1]
    if isinstance(value, date):
        return [value + timedelta(days=1)]
    if value in records:
        return [one for one, record in records.items() if one != value and type(record) is type(records[value])][:1]
    return [f"{value} otherwise"] if isinstance(value, str) else []


def filled_fields(value: Any) -> Iterator[str]:
    """Model and field of everything in a content that is neither none nor empty."""
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            item = getattr(value, name)
            if item not in (None, [], {}):
                yield declared(type(value), name)
                yield from filled_fields(item)
    elif isinstance(value, Mapping | list):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from filled_fields(item)


def declared(model: type[BaseModel], name: str) -> str:
    """A field by the model that declares it, of which others may be made."""
    return next(
        f"{one.__name__}.{name}" for one in reversed(model.__mro__) if name in vars(one).get("__annotations__", ())
    )


def declared_fields(models: Iterable[type[BaseModel]]) -> set[str]:
    """Model and field of everything that some models can hold, at any depth."""
    found: set[str] = set()
    todo = list(models)
    while todo:
        model = todo.pop()
        for name, field in model.model_fields.items():
            if declared(model, name) not in found:
                found.add(declared(model, name))
                todo += _models(field.annotation)
    return found


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models(part)]
