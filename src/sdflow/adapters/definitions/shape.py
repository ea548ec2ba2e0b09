"""Shape: what a model lets stand at each place, and whether a text is written as that is written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sdflow.adapters.definitions.text_yaml import Place
from sdflow.adapters.definitions.wording import DATE, INSTANT, NUMBER, TIME, TRUTH, WHOLE, found

YEARS = range(1900, 3000)
"""Years in which a date may lie, so that terms and reviews can be computed from it."""

Types = tuple[Any, ...]
"""The types of which a value may be one."""

_WRITTEN: Mapping[type, tuple[re.Pattern[str], str]] = {
    bool: (re.compile("(?i:true|false|yes|no)"), TRUTH),
    int: (re.compile("[+-]?[0-9]{1,30}"), WHOLE),
    Decimal: (re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?"), NUMBER),
    datetime: (re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}.*(Z|[+-][0-9]{2}:?[0-9]{2})"), INSTANT),
    date: (re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}"), DATE),
    time: (re.compile("[0-9]{2}:[0-9]{2}(:[0-9]{2})?"), TIME),
}


@cache
def fields_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields of a model by the names under which files give them."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


@cache
def _types_of_fields(model: type[BaseModel]) -> dict[str, Types]:
    return {name: tuple(_alternatives(field.annotation)) for name, field in fields_of(model).items()}


def models_at(model: type[BaseModel], location: Place) -> list[type[BaseModel]]:
    """The models of which the value at one of Pydantic's locations may be one; tags of unions are passed over."""
    types: Types = (model,)
    for part in location:
        types = types_below(types, part) or types
    return [one for one in types if _is_model(one)]


def misread(raw: object, types: Types, path: Place) -> Iterator[tuple[Place, str]]:
    """Texts that Pydantic would take for a number, a date or a truth value though they are not written as one."""
    if not types:
        return  # anything may stand here and below
    if isinstance(raw, dict):
        for key, item in raw.items():
            yield from misread(item, types_below(types, key), (*path, key))
    elif isinstance(raw, list):
        below = types_below(types, 0)
        for number, item in enumerate(raw):
            yield from misread(item, below, (*path, number))
    elif isinstance(raw, str):
        wanted = [one for one in types if one is not type(None)]
        message = _ill_written(raw.strip(), wanted[0]) if len(wanted) == 1 and wanted[0] in _WRITTEN else None
        if message:
            yield path, message


def _ill_written(raw: str, wanted: type) -> str | None:
    pattern, expected = _WRITTEN[wanted]
    if not pattern.fullmatch(raw):
        return f"{expected}, {found(raw)}"
    if issubclass(wanted, date) and int(raw[:4]) not in YEARS:
        return f"must lie in the years {YEARS.start} to {YEARS.stop - 1}, {found(raw)}"
    return None


def types_below(types: Types, part: str | int) -> Types:
    """The types of which what stands under a field, a key or a position may be one; none where nothing may."""
    return tuple(one for kind in types for one in _below_one(kind, part))


def _below_one(kind: Any, part: str | int) -> Iterator[Any]:
    if _is_model(kind):
        yield from _types_of_fields(kind).get(str(part), ())
    elif get_origin(kind) in (dict, Mapping) and isinstance(part, str):
        yield from _alternatives(get_args(kind)[1])
    elif get_origin(kind) in (list, tuple) and isinstance(part, int):
        yield from _alternatives(get_args(kind)[0])


def _alternatives(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) in (Union, UnionType):
        for part in get_args(annotation):
            yield from _alternatives(part)
    elif get_origin(annotation) is Annotated:
        yield from _alternatives(get_args(annotation)[0])
    else:
        yield annotation


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and get_origin(kind) is None and issubclass(kind, BaseModel)
