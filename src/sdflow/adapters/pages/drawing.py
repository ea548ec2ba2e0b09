"""Drawing: where the boxes and lines of structures and routes stand; the templates draw them.

All lengths are pixels of CSS. A structure is drawn as a reliability block diagram (IEC 61078): the service works when
there is a way from left to right through blocks that work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import log10
from typing import Any, Protocol

WIDTH = 590.0
TEXT = 10.0
LINE = 12.5
SMALL = 8.2

_NARROW, _WIDE = frozenset("iIjl.,:;'|!()[] ftr1-"), frozenset("mwMW@%&—")
_MIN_BLOCK, _MAX_BLOCK = 76.0, 142.0
_PADDING = 9.0
_GAP, _FORK, _BETWEEN, _NOTE, _END = 22.0, 20.0, 9.0, 14.0, 18.0
_MIN_TIER, _MAX_TIER, _PASSING = 118.0, 168.0, 54.0


class Part(Protocol):
    """What of a structure is drawn."""

    @property
    def component(self) -> str | None: ...

    @property
    def series(self) -> object: ...

    @property
    def redundant(self) -> object: ...

    def parts(self) -> Sequence[Part]: ...

    def needed(self) -> int: ...

    def components(self) -> Iterator[str]: ...


@dataclass(frozen=True)
class Block:
    """A box with a name on some lines and a reference; `again` where the same component is drawn elsewhere as well."""

    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]
    reference: str
    again: bool = False


@dataclass
class Picture:
    """Blocks, lines (points in order) and notes (x, y, needed, of), and how much room they take."""

    width: float = WIDTH
    height: float = 0.0
    blocks: list[Block] = field(default_factory=list)
    lines: list[tuple[tuple[float, float], ...]] = field(default_factory=list)
    notes: list[tuple[float, float, int, int]] = field(default_factory=list)


@dataclass(frozen=True)
class Extent:
    """How much room a part takes to the right, above and below the line that runs through it."""

    width: float
    above: float
    below: float


def text_width(text: str, size: float = TEXT) -> float:
    """About how wide a text is in the semi-bold face; a little more rather than less."""
    widths = (0.33 if one in _NARROW else 0.9 if one in _WIDE else 0.7 if one.isupper() else 0.6 for one in text)
    return size * sum(widths)


def wrapped(text: str, width: float, size: float = TEXT, most: int = 3) -> tuple[str, ...]:
    """A text on lines that are no wider than `width`; what is over the last of `most` lines is cut with an ellipsis."""
    lines: list[str] = []
    for word in text.split():
        if lines and text_width(f"{lines[-1]} {word}", size) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    kept = [_cut(line, width, size) for line in lines[:most]]
    if len(lines) > most:
        kept[-1] = _cut(f"{kept[-1]} …", width, size)
    return tuple(kept)


def _cut(line: str, width: float, size: float) -> str:
    bare = line.removesuffix("…").rstrip()
    if text_width(line, size) <= width:
        return line
    while bare and text_width(f"{bare}…", size) > width:
        bare = bare[:-1].rstrip()
    return f"{bare}…"


def structure_picture(structure: Part, names: Mapping[str, str]) -> Picture:
    """How a service is made of components, as blocks in series and in parallel."""
    return _Structure(structure, names).picture()


class _Structure:
    """Measures parts from the inside outwards, then places them from the outside inwards."""

    def __init__(self, structure: Part, names: Mapping[str, str]) -> None:
        self.structure, self.names, self.drawn = structure, names, Picture()
        every = list(structure.components())
        self.repeated = {one for one in every if every.count(one) > 1}

    def picture(self) -> Picture:
        rows = self._rows(self.structure)
        widest = max(self._row_extent(row).width for row in rows) + 2 * _END
        self.drawn.width = max(WIDTH, widest)
        below = 0.0
        for number, row in enumerate(rows):
            extent = self._row_extent(row)
            middle = below + extent.above
            end = self._series(row, self._beginning(middle, first=number == 0), middle)
            below = middle + extent.below + 2 * _BETWEEN
            if number == len(rows) - 1:
                self.drawn.lines.append(((end, middle), (self.drawn.width, middle)))
            else:
                self._turn(end, middle, below - _BETWEEN, below + self._row_extent(rows[number + 1]).above)
        self.drawn.height = below - 2 * _BETWEEN
        return self.drawn

    def _rows(self, structure: Part) -> list[list[Part]]:
        """The parts in series, on as many rows as the page asks for."""
        rows: list[list[Part]] = [[]]
        for part in structure.parts() if structure.series else [structure]:
            if rows[-1] and self._row_extent([*rows[-1], part]).width > WIDTH - 2 * _END:
                rows.append([])
            rows[-1].append(part)
        return rows

    def _row_extent(self, row: Sequence[Part]) -> Extent:
        extents = [self._extent(part) for part in row]
        width = sum(one.width for one in extents) + _GAP * (len(row) - 1)
        return Extent(width, max(one.above for one in extents), max(one.below for one in extents))

    def _extent(self, part: Part) -> Extent:
        if part.component is not None:
            lines = self._lines(part.component)
            height = len(lines) * LINE + SMALL + 12
            wide = max(*(text_width(line) for line in lines), text_width(part.component, SMALL)) + 2 * _PADDING
            return Extent(min(max(wide, _MIN_BLOCK), _MAX_BLOCK), height / 2, height / 2)
        if part.series:
            return self._row_extent(part.parts())
        branches = [self._extent(one) for one in part.parts()]
        tall = sum(one.above + one.below for one in branches) + _BETWEEN * (len(branches) - 1)
        return Extent(max(one.width for one in branches) + 2 * _FORK, tall / 2 + _NOTE, tall / 2)

    def _lines(self, reference: str) -> tuple[str, ...]:
        return wrapped(self.names.get(reference, reference), _MAX_BLOCK - 2 * _PADDING)

    def _beginning(self, middle: float, *, first: bool) -> float:
        self.drawn.lines.append(((0.0 if first else _END / 2, middle), (_END, middle)))
        return _END

    def _turn(self, end: float, middle: float, turn: float, down: float) -> None:
        """The line from the end of a row to the beginning of the next."""
        out, back = end + _END / 2, _END / 2
        self.drawn.lines.append(((end, middle), (out, middle), (out, turn), (back, turn), (back, down)))

    def _series(self, parts: Sequence[Part], x: float, middle: float) -> float:
        for number, part in enumerate(parts):
            if number:
                self.drawn.lines.append(((x, middle), (x + _GAP, middle)))
                x += _GAP
            self._part(part, x, middle)
            x += self._extent(part).width
        return x

    def _part(self, part: Part, x: float, middle: float, width: float = 0.0) -> None:
        """One part; a component is at least as wide as `width`."""
        extent = self._extent(part)
        if part.component is not None:
            again = part.component in self.repeated
            height = extent.above + extent.below
            lines = self._lines(part.component)
            self.drawn.blocks.append(
                Block(x, middle - extent.above, max(extent.width, width), height, lines, part.component, again)
            )
        elif part.series:
            self._series(part.parts(), x, middle)
        else:
            self._choice(part, x, middle, extent)

    def _choice(self, part: Part, x: float, middle: float, extent: Extent) -> None:
        """Branches below one another between two bars."""
        top = middle - extent.above + _NOTE
        left, right = x + _FORK / 2, x + extent.width - _FORK / 2
        ends = []
        for one in part.parts():
            branch = self._extent(one)
            at = top + branch.above
            inner = extent.width - 2 * _FORK
            wide = inner if one.component is not None else branch.width
            start = x + _FORK + (inner - wide) / 2
            self.drawn.lines += [((left, at), (start, at)), ((start + wide, at), (right, at))]
            self._part(one, start, at, wide)
            ends.append(at)
            top = at + branch.below + _BETWEEN
        for bar, edge in ((left, x), (right, x + extent.width)):
            self.drawn.lines += [((bar, ends[0]), (bar, ends[-1])), ((edge, middle), (bar, middle))]
        self.drawn.notes.append((left, middle - extent.above + _NOTE / 2, part.needed(), len(part.parts())))


@dataclass(frozen=True)
class Station:
    """A box of a route: who works there and until what, and each priority with its time; `beside` is not the first."""

    x: float
    y: float
    width: float
    height: float
    who: tuple[str, ...]
    tier: Mapping[str, Any]
    beside: bool


@dataclass
class Way:
    """The stations of a route, the passings between them (points, words at x and y), and how much room they take."""

    width: float = WIDTH
    height: float = 0.0
    stations: list[Station] = field(default_factory=list)
    passings: list[tuple[tuple[tuple[float, float], ...], str, float, float]] = field(default_factory=list)


def route_picture(tiers: Sequence[Mapping[str, Any]]) -> Way:
    """The tiers of a route from left to right, each above those that work beside it.

    A tier has `reference`, `who`, `times` (pairs of a priority and its time), `passing` (words about what passing on
    takes) and `beside` (the same of others).
    """
    way = Way()
    columns = min(len(tiers), int((WIDTH - _END + _PASSING) // (_MIN_TIER + _PASSING)))
    width = min(_MAX_TIER, (WIDTH - _END - _PASSING * (columns - 1)) / columns)
    top = 0.0
    for begin in range(0, len(tiers), columns):
        row = tiers[begin : begin + columns]
        tallest = 0.0
        for number, tier in enumerate(row):
            x = _END + number * (width + _PASSING)
            tallest = max(tallest, _column(way, tier, x, top, width))
            if begin + number:
                _pass(way, tiers[begin + number - 1], x, top, number == 0)
        top += tallest + 2 * _END
    way.height = top - 2 * _END
    return way


def _column(way: Way, tier: Mapping[str, Any], x: float, top: float, width: float) -> float:
    """A tier and those beside it, below one another; how much room they take."""
    y = top
    for number, one in enumerate([tier, *tier["beside"]]):
        if number:
            y += _NOTE + 4
        who = wrapped(one["who"], width - 2 * _PADDING, most=2)
        height = 2 * SMALL + len(who) * LINE + len(one["times"]) * LINE + 20
        way.stations.append(Station(x, y, width, height, who, one, number > 0))
        y += height
    return y - top


def _pass(way: Way, tier: Mapping[str, Any], x: float, top: float, turned: bool) -> None:
    middle = top + 26.0
    if turned:
        way.passings.append(
            (((0.0, middle - _END), (0.0, middle), (x, middle)), tier["passing"], 2.0, middle - _END - 4)
        )
    else:
        way.passings.append((((x - _PASSING, middle), (x, middle)), tier["passing"], x - _PASSING / 2, middle - 5))


def nines(percent: Any, most: int = 5) -> float:
    """How far to the right an availability stands on a scale on which each step is a tenth of the downtime: 0 to 1.

    90 % is 1 of `most` steps, 99 % 2, 99.9 % 3. Downtime is what users feel, so the scale is of downtime.
    """
    down = 1 - float(percent) / 100
    return 1.0 if down <= 10**-most else max(0.0, -log10(down)) / most


def along(value: float, stops: Sequence[float]) -> float:
    """Where a value stands on a scale whose stops stand side by side: 1 at the first stop, their number at the last.

    Between two stops, and between 0 and the first, it moves evenly; beyond the last it stays there.
    """
    before = 0.0
    for number, stop in enumerate(stops):
        if value <= stop:
            return number + ((value - before) / (stop - before) if stop > before else 1.0)
        before = stop
    return float(len(stops))


FILTERS: Mapping[str, Callable[..., Any]] = {
    "structure_picture": structure_picture,
    "route_picture": route_picture,
    "nines": nines,
    "along": along,
    "wrapped": wrapped,
}
