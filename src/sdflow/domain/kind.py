"""Kind: what sort of thing a record is, described by the model of its content.

A content model is a subclass of `Content` with a `Description`. Dropping such a class in a module of
`sdflow.areas` is the whole registration; everything else (fields, units, what is housekeeping, what is
referred to) is read from the model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType
from typing import Annotated, Any, ClassVar, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints
from pydantic.fields import FieldInfo

from sdflow.domain.content import plain

REFERENCE_PATTERN = r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)+$"
KEY_PATTERN = r"^[A-Za-z][A-Za-z0-9_-]{0,39}$"

Reference = Annotated[str, StringConstraints(pattern=REFERENCE_PATTERN, max_length=60)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]
Key = Annotated[str, StringConstraints(pattern=KEY_PATTERN)]


@dataclass(frozen=True)
class RefersTo:
    """Marks a field that holds the reference of a record: of a kind with one of these traits or names.

    `dependency` says that the record cannot work without the other one: such links may not form a cycle.
    """

    admitted: tuple[type | str, ...]
    dependency: bool = False

    def admits(self, model: type[Content]) -> bool:
        """Whether a record with this content may be named."""
        return any(
            model.description.kind == one if isinstance(one, str) else issubclass(model, one) for one in self.admitted
        )


PLAIN_VALUES = (str, int, Decimal, date, Enum, NoneType)
"""Types of values that hold nothing else."""

HOUSEKEEPING: dict[str, JsonValue] = {"housekeeping": True}


class Strict(BaseModel):
    """A part of a content: frozen, unknown fields refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


@dataclass(frozen=True)
class Description:
    """What the engine must know of a kind: its words and the prefix of its references."""

    kind: str
    title: str
    plural: str
    prefix: str
    format: int = 1
    document: bool = False

    @property
    def format_name(self) -> str:
        """The name of the content's present format, such as `sla/1`."""
        return f"{self.kind}/{self.format}"


class Content(Strict):
    """The content of a record: one model per kind."""

    description: ClassVar[Description]

    title: Title = Field(description="What people call it")

    @classmethod
    def upgraded(cls, number: int, content: dict[str, Any]) -> dict[str, Any]:
        """A content of the older format `number` in the present format; a kind whose format rose overrides this."""
        return content

    def starts_on(self) -> date | None:
        """The day from which the content has effect, where it has one."""
        return None

    def ends_on(self) -> date | None:
        """The last day on which the content has effect, where it has one."""
        return None

    def owner_reference(self) -> str | None:
        """The person who answers for the record, where one is named."""
        return None

    def service_reference(self) -> str | None:
        """The service that the content is about, where there is one."""
        return None


def _is_housekeeping(field: FieldInfo) -> bool:
    return isinstance(field.json_schema_extra, Mapping) and bool(field.json_schema_extra.get("housekeeping"))


def material(value: Any) -> Any:
    """A content, or a part of one, as plain mappings and lists without what is declared as housekeeping."""
    if isinstance(value, BaseModel):
        fields = type(value).model_fields.items()
        return {name: material(getattr(value, name)) for name, field in fields if not _is_housekeeping(field)}
    if isinstance(value, Mapping):
        return {key: material(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [material(item) for item in value]
    return value


def housekeeping(value: Any) -> Any:
    """What `material` leaves out: nested mappings with only the housekeeping fields, list positions as keys."""
    if isinstance(value, BaseModel):
        found = {
            name: plain(material(getattr(value, name)))
            if _is_housekeeping(field)
            else housekeeping(getattr(value, name))
            for name, field in type(value).model_fields.items()
            if getattr(value, name) is not None
        }
    elif isinstance(value, Mapping):
        found = {key: housekeeping(item) for key, item in value.items()}
    elif isinstance(value, list | tuple):
        found = {str(number): housekeeping(item) for number, item in enumerate(value)}
    else:
        return None
    return {key: item for key, item in found.items() if item is not None} or None


def joined(plain_material: Any, kept: Any) -> Any:
    """The whole content again, from its material and its housekeeping part."""
    if isinstance(plain_material, list) and isinstance(kept, Mapping):
        return [joined(item, kept.get(str(number))) for number, item in enumerate(plain_material)]
    if isinstance(plain_material, dict) and isinstance(kept, Mapping):
        keys = [*plain_material, *(key for key in kept if key not in plain_material)]
        return {key: joined(plain_material.get(key), kept.get(key)) for key in keys}
    return plain_material if plain_material is not None else kept


@dataclass(frozen=True)
class Link:
    """A reference held in a content: the path of the field, whom it names, and what it may name."""

    path: str
    reference: str
    mark: RefersTo


def links(model: BaseModel, prefix: str = "") -> Iterator[Link]:
    """Every reference that a content holds, found by its `RefersTo` annotations."""
    for name, marks in _linking(type(model)):
        yield from _links(getattr(model, name), marks, f"{prefix}{name}")


def _links(value: Any, marks: tuple[RefersTo, ...], path: str) -> Iterator[Link]:
    if isinstance(value, BaseModel):
        yield from links(value, f"{path}.")
    elif isinstance(value, str):
        yield from (Link(path, value, mark) for mark in marks)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _links(item, marks, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for position, item in enumerate(value):
            yield from _links(item, marks, f"{path}.{position}")


@cache
def _linking(model: type[BaseModel]) -> tuple[tuple[str, tuple[RefersTo, ...]], ...]:
    """The fields that can hold references, with what they may name; those of plain values alone are left out."""
    found = []
    for name, field in model.model_fields.items():
        marks = tuple(mark for mark in marks_of(field) if isinstance(mark, RefersTo))
        if marks or _may_hold_parts(field.annotation):
            found.append((name, marks))
    return tuple(found)


def _may_hold_parts(annotation: Any) -> bool:
    if get_origin(annotation) is Literal:
        return False
    parts = get_args(annotation)[:1] if get_origin(annotation) is Annotated else get_args(annotation)
    if parts:
        return any(map(_may_hold_parts, parts))
    return not (isinstance(annotation, type) and issubclass(annotation, PLAIN_VALUES))


def marks_of(field: FieldInfo) -> Iterator[Any]:
    """What a field and its parts are annotated with."""
    yield from field.metadata
    yield from _annotations(field.annotation)


def _annotations(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) is Annotated:
        base, *marks = get_args(annotation)
        yield from marks
        yield from _annotations(base)
    else:
        for part in get_args(annotation):
            yield from _annotations(part)
