"""Clause path: the address of a clause inside a content, such as targets.restore.P1."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
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


def entries_at(content: Any, path: str, cited: Callable[[str], Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The values at a path, each with the keys for which `*` stands there; what is not there is left out.

    Where the path goes on behind a reference, it goes on in the record that is cited.
    """
    found: list[tuple[tuple[str, ...], Any]] = [((), content)]
    for part in path.split("."):
        followed = [(keys, cited(one) if isinstance(one, str) else one) for keys, one in found]
        found = [entry for keys, one in followed for entry in _entries_below(keys, one, part)]
    yield from ((keys, value) for keys, value in found if value is not None)


def _entries_below(keys: tuple[str, ...], value: Any, part: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    if part != "*":
        yield from ((keys, one) for one in _below(value, part))
    elif isinstance(value, Mapping):
        yield from (((*keys, str(key)), one) for key, one in value.items())
    else:
        yield from (((*keys, str(number)), one) for number, one in enumerate(value or ()))


def leads_to(pattern: str, path: str) -> bool:
    """Whether a path is the one that a pattern describes, in which `*` stands for any key, or leads on its way."""
    wanted, parts = pattern.split("."), path.split(".")
    return len(parts) <= len(wanted) and all(one in ("*", part) for one, part in zip(wanted, parts, strict=False))


def lies_within(pattern: str, path: str) -> bool:
    """Whether a path is the one that a pattern describes, in which `*` stands for any key, or lies below it."""
    wanted, parts = pattern.split("."), path.split(".")
    return len(wanted) <= len(parts) and all(one in ("*", part) for one, part in zip(wanted, parts, strict=False))


def is_filled(content: Any, path: str) -> bool:
    """Whether anything that is not empty stands at a path, `*` for some key of a mapping."""
    return any(value is not None and value not in ("", [], {}) for value in values_at(content, path))


def is_empty(content: Any, path: str) -> bool:
    """Whether nothing, or something empty, stands at a path."""
    return any(value is None or value in ("", [], {}) for value in values_at(content, path))
