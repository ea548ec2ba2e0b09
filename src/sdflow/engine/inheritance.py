"""Inheritance: the clauses that an agreement takes over from a wider one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from sdflow.domain.clause_path import is_empty
from sdflow.domain.errors import Refused
from sdflow.domain.kind import Content
from sdflow.domain.trait import Inheriting

Known = Callable[[str], Content | None]
"""The content of a record, whether it is stored or arrives; none where there is no such record."""

Cited = Callable[[str], Content]


@dataclass(frozen=True)
class Inherited:
    """A clause that stands in a wider agreement: its path, and the reference of that agreement."""

    path: str
    wider: str


def inherited_clauses(content: Content) -> tuple[Inherited, ...]:
    """The clauses that a content takes over, in the order in which it names them."""
    asked = content.inherits() if isinstance(content, Inheriting) else None
    return tuple(Inherited(path, asked.wider) for path in asked.paths) if asked else ()


def whole(content: Content, cited: Cited, signed: Mapping[str, Any] | None = None) -> Content:
    """A content with the clauses that it inherits, which may in turn be inherited by the wider agreement.

    `cited` gives the content behind a reference. What was `signed` keeps the clauses that its envelope holds, whatever
    became of the wider agreement. `Refused` where what results is no valid content.
    """
    clauses = inherited_clauses(content)
    if not clauses:
        return content
    filled = content.model_dump()
    for path, value in (signed or present_clauses(content, cited)).items():
        _put(filled, path, deepcopy(value))
    try:
        return type(content).model_validate(filled)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        path = ".".join(str(part) for part in first["loc"])
        raise Refused(f"what is inherited from {clauses[0].wider} does not fit: {path}: {first['msg']}") from None


def present_clauses(content: Content, cited: Cited) -> dict[str, Any]:
    """The inherited clauses, by their paths, as the wider agreement has them now."""
    clauses = inherited_clauses(content)
    wider = whole(cited(clauses[0].wider), cited) if clauses else content
    return {clause.path: _plain(_at(wider, clause.path)) for clause in clauses}


def inheritance_faults(content: Content, cited: Known) -> Iterator[tuple[str, str]]:
    """What stands against inheriting each clause: its place, and the reason."""
    for position, clause in enumerate(inherited_clauses(content)):
        place = f"inherited.{position}"
        wider = cited(clause.wider)
        if not is_empty(content, clause.path):
            yield place, f"'{clause.path}' is given here as well; leave it out here, or do not inherit it"
        elif wider is not None and is_empty(wider, clause.path) and not _hands_on(wider, clause.path):
            yield place, f"{clause.wider} says nothing about '{clause.path}'"


def _hands_on(content: Content, path: str) -> bool:
    return any(path == one.path or path.startswith(f"{one.path}.") for one in inherited_clauses(content))


def _at(content: Content, path: str) -> Any:
    value: Any = content
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else getattr(value, part, None)
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump()
    return {key: _plain(item) for key, item in value.items()} if isinstance(value, dict) else deepcopy(value)


def _put(filled: dict[str, Any], path: str, value: Any) -> None:
    *way, last = path.split(".")
    place = filled
    for part in way:
        if place.get(part) is None:
            place[part] = {}
        place = place[part]
    place[last] = value
