"""Done day: marks the fields that say when something was done, which is never after today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, get_args

from pydantic import AwareDatetime, BaseModel

from sdflow.domain.kind import marks_of


@dataclass(frozen=True)
class Done:
    """Marks a field that says when something was done."""


DayDone = Annotated[date, Done()]
MomentDone = Annotated[AwareDatetime, Done()]


def as_day(value: object) -> date | None:
    """The day that a value is or on which it lies; none for what is neither."""
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None


def days_done(content: BaseModel) -> Iterator[tuple[str, date]]:
    """The path and the day of every field in a content that says when something was done, where it is filled in."""
    if _tells(type(content)):
        yield from _days(content, "", False)


def _days(value: Any, path: str, marked: bool) -> Iterator[tuple[str, date]]:
    if isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            yield from _days(getattr(value, name), f"{path}.{name}" if path else name, _marks(field))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _days(item, f"{path}.{key}", marked)
    elif isinstance(value, list | tuple):
        for position, item in enumerate(value):
            yield from _days(item, f"{path}.{position}", marked)
    elif marked and (day := as_day(value)):
        yield path, day


def _marks(field: Any) -> bool:
    return any(isinstance(one, Done) for one in marks_of(field))


@cache
def _tells(model: type[BaseModel]) -> bool:
    """Whether any field of a model, or of the parts that it may hold, is marked."""
    seen: set[type[BaseModel]] = set()
    waiting = [model]
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        fields = one.model_fields.values()
        if any(map(_marks, fields)):
            return True
        waiting += [part for field in fields for part in _models_in(field.annotation)]
    return False


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)
