"""Uses: the names that a part of a file uses, found before its shape is known to be right."""

from __future__ import annotations

from collections.abc import Iterator

from sdflow.adapters.definitions.text_yaml import Place

Use = tuple[str, Place, str]
"""What sort of thing is named, where, and how."""


def uses(what: str, place: Place, value: object) -> Iterator[Use]:
    """The name that stands here, or each one in a list."""
    if isinstance(value, str):
        yield what, place, value
    for number, name in enumerate(entries_in(value)):
        if isinstance(name, str):
            yield what, (*place, number), name


def fields_in(value: object) -> dict[str, object]:
    """What stands below, none where there are no fields."""
    return value if isinstance(value, dict) else {}


def entries_in(value: object) -> list[object]:
    """The entries, none where there is no list."""
    return value if isinstance(value, list) else []
