"""Clause path: the address of a clause inside a content, such as targets.restore.P1."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel


def values_at(content: Any, path: str) -> list[Any]:
    """The values at a path; `*` stands for every key of a mapping. A way that leads nowhere gives none.

    An empty mapping under `*` gives one none, since what should be there for each is there for nobody.
    """
    found = [content]
    for part in path.split("."):
        found = [value for one in found for value in _below(one, part)]
    return found


def _below(value: Any, part: str) -> Iterator[Any]:
    if part == "*":
        items = list(value.values()) if isinstance(value, Mapping) else list(value or ())
        yield from items or [None]
    elif isinstance(value, BaseModel):
        yield getattr(value, part, None)
    elif isinstance(value, Mapping):
        yield value.get(part)
    elif isinstance(value, list | tuple) and part.isdigit() and int(part) < len(value):
        yield value[int(part)]
    else:
        yield None


def is_empty(content: Any, path: str) -> bool:
    """Whether nothing, or something empty, stands at a path."""
    return any(value is None or value in ("", [], {}) for value in values_at(content, path))
