"""Table draft: a record while its rows are joined, and afterwards where in the table each of its values stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sdflow.adapters.definitions.record_files import place_in
from sdflow.adapters.definitions.table_mapping import TableMapping
from sdflow.adapters.definitions.table_paths import EACH, FieldPath, Parts
from sdflow.adapters.definitions.text_yaml import Located, Place, nearest_line
from sdflow.adapters.definitions.wording import shortened
from sdflow.domain.errors import Fault

MOST_NAMED = 4
"""So many columns are named in a fault of a section; where more lead into it, none is."""


@dataclass(frozen=True)
class Given:
    """A value and where it stands: in a column of a line of the table, or without a column in the mapping file."""

    value: object
    line: int
    position: int
    column: str | None


@dataclass(frozen=True)
class Origins:
    """Where the values of a record come from; `spoilt` are places whose cells could not be read."""

    source: str
    line: int
    mapping: TableMapping
    lines: Mapping[Place, tuple[int, int]]
    given: Mapping[Place, Given]
    spoilt: frozenset[Place]

    def explained(self, faults: Iterable[Fault]) -> Iterator[Fault]:
        """Faults of the content with file, line and column; those that only follow from an unread cell are left out."""
        for fault in faults:
            place = place_in(self.lines, fault.field)
            if not any(_is_inside(place, one) or _is_inside(one, place) for one in self.spoilt):
                yield self._fault(place, fault.message)

    def fault(self, field_path: str, message: str) -> Fault:
        """A fault of a field, or of the whole record where the path is empty."""
        return self._fault(place_in(self.lines, field_path), message)

    def _fault(self, place: Place, message: str) -> Fault:
        given = self._given_around(place)
        if given is None:
            line = nearest_line(self.lines, place) or self.line
            return Fault(self.source, line, _shown(place), f"{message}{self._leading_to(place)}")
        if given.column is None:
            return Fault(self.mapping.source, given.line, _shown(place), message)
        return Fault(self.source, given.line, _shown(place), f"{message} (column '{given.column}')")

    def _given_around(self, place: Place) -> Given | None:
        around = (place[:length] for length in range(len(place), 0, -1))
        return next((self.given[one] for one in around if one in self.given), None)

    def _leading_to(self, place: Place) -> str:
        fields = (one for one in self.mapping.fields if place and one.column and one.path.leads_to(place))
        names = list(dict.fromkeys(f"'{one.column.name}'" for one in fields if one.column))
        if not names or len(names) > MOST_NAMED:
            return ""
        return f" ({'column' if len(names) == 1 else 'columns'} {', '.join(names)})"


class Draft:
    """A record of which some rows were read."""

    def __init__(self, source: str, line: int, reference: str, mapping: TableMapping) -> None:
        self.source, self.line = source, line
        self._reference, self._mapping = reference, mapping
        self._given: dict[Parts, Given] = {}
        self._spoilt: set[Parts] = set()
        self._numbered: dict[Parts, bool] = {}

    def give(self, field: FieldPath, path: Parts, given: Given) -> list[Fault]:
        """A value for the field at a path; a fault where an earlier row says something else."""
        earlier = self._given.setdefault(path, given)
        if earlier is given:
            self._numbered.update({path[:depth]: field.parts[depth] != EACH for depth in field.lists})
        if earlier.value == given.value:
            return []
        before = f"on line {earlier.line}" if earlier.column else f"in {self._mapping.source}:{earlier.line}"
        message = f"{_quoted(given.value)} contradicts {_quoted(earlier.value)} {before}"
        column = f" (column '{given.column}')" if given.column else ""
        line = given.line if given.column else self.line
        text = f"{message}; the rows of {self._reference} must agree{column}"
        return [Fault(self.source, line, ".".join(path), text)]

    def spoil(self, path: Parts) -> None:
        """Remember that what belongs there could not be read."""
        self._spoilt.add(path)

    def located(self) -> tuple[Located, Origins]:
        """The record as a record file would hold it, and where each value comes from."""
        tree: dict[str, Any] = {}
        for path, given in self._given.items():
            node = tree
            for part in path[:-1]:
                node = node.setdefault(part, {})
            node[path[-1]] = given
        origins: dict[Place, Given] = {}
        places: dict[Parts, Place] = {}
        value = self._nested(tree, (), (), origins, places)
        lines = self._lines(origins)
        spoilt = frozenset(_nearest(places, path) for path in self._spoilt)
        located = Located(value, self.source, lines)
        return located, Origins(self.source, self.line, self._mapping, lines, origins, spoilt)

    def _nested(
        self, node: Any, path: Parts, place: Place, origins: dict[Place, Given], places: dict[Parts, Place]
    ) -> object:
        places[path] = place
        if isinstance(node, Given):
            origins[place] = node
            return node.value
        if path not in self._numbered:
            return {key: self._nested(one, (*path, key), (*place, key), origins, places) for key, one in node.items()}
        keys = sorted(node, key=int) if self._numbered[path] else list(node)
        return [
            self._nested(node[key], (*path, key), (*place, number), origins, places) for number, key in enumerate(keys)
        ]

    def _lines(self, origins: Mapping[Place, Given]) -> dict[Place, tuple[int, int]]:
        lines: dict[Place, tuple[int, int]] = {(): (self.line, 1)}
        for place, given in sorted(origins.items(), key=lambda one: one[1].column is None):
            at = (self.line, 1) if given.column is None else (given.line, given.position)
            for length in range(1, len(place)):
                lines.setdefault(place[:length], at)
            lines.update(dict.fromkeys(_places(given.value, place), at))
        return lines


def _places(value: object, place: Place) -> Iterator[Place]:
    yield place
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in parts:
        yield from _places(item, (*place, key))


def _nearest(places: Mapping[Parts, Place], path: Parts) -> Place:
    """The place of a path; of one that is not there, what its own place would be where no list stands on the way."""
    if path in places:
        return places[path]
    length = next(length for length in range(len(path), -1, -1) if path[:length] in places)
    return places[path[:length]] + path[length:]


def _is_inside(inner: Place, outer: Place) -> bool:
    return inner[: len(outer)] == outer


def _shown(place: Place) -> str:
    return ".".join(str(part + 1 if isinstance(part, int) else part) for part in place)


def _quoted(value: object) -> str:
    return f"'{shortened('; '.join(map(str, value)) if isinstance(value, list) else str(value))}'"
