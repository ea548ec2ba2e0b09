"""Kind: what sort of thing a record is, described by the model of its content.

A content model is a subclass of `Content` with a `Description`. Dropping such a class in a module of
`sdflow.areas` is the whole registration; everything else (fields, units, what is housekeeping, what is
referred to) is read from the model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, ClassVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints

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


def without_housekeeping(model: BaseModel) -> dict[str, Any]:
    """The model's fields as a dictionary, without those declared as housekeeping, at every depth."""
    found: dict[str, Any] = {}
    for name, field in type(model).model_fields.items():
        extra = field.json_schema_extra
        if isinstance(extra, Mapping) and extra.get("housekeeping"):
            continue
        found[name] = _material(getattr(model, name))
    return found


def _material(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return without_housekeeping(value)
    if isinstance(value, Mapping):
        return {key: _material(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_material(item) for item in value]
    return value


@dataclass(frozen=True)
class Link:
    """A reference held in a content: the path of the field, whom it names, and what it may name."""

    path: str
    reference: str
    mark: RefersTo


def links(model: BaseModel, prefix: str = "") -> Iterator[Link]:
    """Every reference that a content holds, found by its `RefersTo` annotations."""
    for name, field in type(model).model_fields.items():
        marks = [mark for mark in field.metadata if isinstance(mark, RefersTo)]
        annotation = Annotated[field.annotation, *marks] if marks else field.annotation
        yield from _links(getattr(model, name), annotation, f"{prefix}{name}")


def _links(value: Any, annotation: Any, path: str) -> Iterator[Link]:
    if value is None:
        return
    marks = [mark for mark in _annotations(annotation) if isinstance(mark, RefersTo)]
    if isinstance(value, BaseModel):
        yield from links(value, f"{path}.")
    elif isinstance(value, str):
        yield from (Link(path, value, mark) for mark in marks)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _links(item, annotation, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for position, item in enumerate(value):
            yield from _links(item, annotation, f"{path}.{position}")


def _annotations(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) is Annotated:
        base, *marks = get_args(annotation)
        yield from marks
        yield from _annotations(base)
    else:
        for part in get_args(annotation):
            yield from _annotations(part)
