"""Composition: what a service needs, and how the availability of its components adds up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod

from sdflow.domain.errors import Refused
from sdflow.domain.structure import Structure

Dependencies = Mapping[str, Sequence[str]]
"""For each component, those without which it stands still."""

Share = int | Fraction
"""An exact part of a whole; whole numbers stay whole numbers, which is much faster."""

MOST_CONDITIONED = 1000
"""How often a service is looked at with a shared component once up and once down, before it is given up."""


@dataclass(frozen=True)
class Need:
    """So many of these parts must work; a part is a component by reference, or a need of its own."""

    least: int
    parts: tuple[Need | str, ...]

    def holds(self, down: Collection[str]) -> bool:
        """Whether the service works while these components are down."""
        return sum(_works(part, down) for part in self.parts) >= self.least

    def components(self) -> Iterator[str]:
        """Every component, as often as it is needed."""
        for part in self.parts:
            yield from [part] if isinstance(part, str) else part.components()

    def given(self, works: Mapping[str, bool]) -> Need | bool:
        """What is still needed once it is known of some components whether they work; a truth value where that decides."""
        parts: list[Need | str] = []
        least = self.least
        for part in self.parts:
            left = works.get(part, part) if isinstance(part, str) else part.given(works)
            if isinstance(left, bool):
                least -= left
            else:
                parts.append(left)
        return least <= 0 if least <= 0 or least > len(parts) else Need(least, tuple(parts))

    def serial(self) -> frozenset[str]:
        """The components whose failure alone stops the service."""
        stopped = Counter(one for part in self.parts for one in ({part} if isinstance(part, str) else part.serial()))
        return frozenset(one for one, parts in stopped.items() if len(self.parts) - parts < self.least)


def _works(part: Need | str, down: Collection[str]) -> bool:
    return part not in down if isinstance(part, str) else part.holds(down)


def need_of(structure: Structure, dependencies: Dependencies) -> Need:
    """The structure with each component in series with everything that it depends on."""
    if structure.component is not None:
        parts = tuple(_with_dependencies([structure.component], dependencies))
        return Need(len(parts), parts)
    return Need(structure.needed(), tuple(need_of(part, dependencies) for part in structure.parts()))


def _with_dependencies(components: Sequence[str], dependencies: Dependencies) -> dict[str, None]:
    found: dict[str, None] = {}
    todo = list(reversed(components))
    while todo:
        component = todo.pop()
        if component not in found:
            found[component] = None
            todo.extend(reversed(dependencies.get(component, ())))
    return found


def needed_components(structure: Structure, dependencies: Dependencies) -> tuple[str, ...]:
    """Every component of a service, in the order of its text, each followed by what it depends on."""
    return tuple(_with_dependencies(list(structure.components()), dependencies))


def serial_components(structure: Structure, dependencies: Dependencies) -> tuple[str, ...]:
    """The components whose failure alone stops the service, in the order of its text."""
    serial = need_of(structure, dependencies).serial()
    return tuple(one for one in needed_components(structure, dependencies) if one in serial)


def redundant_needs(structure: Structure, dependencies: Dependencies) -> tuple[Need, ...]:
    """What the service needs besides its serial components, which count as working: sets of parts, some of each."""
    need = need_of(structure, dependencies)
    rest = need.given(dict.fromkeys(need.serial(), True))
    return tuple(_redundant(rest)) if isinstance(rest, Need) else ()


def _redundant(need: Need) -> Iterator[Need]:
    if need.least < len(need.parts):
        yield need
        return
    for part in need.parts:
        if isinstance(part, Need):
            yield from _redundant(part)


def dependency_cycle(graph: Mapping[str, Sequence[str]]) -> tuple[str, ...] | None:
    """A way along the graph that ends where it began (a, b, a); none where there is no such way."""
    done: set[str] = set()
    for start in graph:
        path: dict[str, Iterator[str]] = {} if start in done else {start: iter(graph[start])}
        while path:
            last = next(reversed(path))
            following = next(path[last], None)
            if following is None:
                done.add(last)
                del path[last]
            elif following in path:
                names = list(path)
                return (*names[names.index(following) :], following)
            elif following not in done:
                path[following] = iter(graph.get(following, ()))
    return None


def expected_availability(need: Need, availability: Mapping[str, Fraction]) -> Fraction:
    """The share of time in which a service is up if its components fail independently, exactly (alignment R6, R14).

    Serial parts multiply, k of n is a convolution, and a component that stands in several places is conditioned on.
    Raises `Refused` where that leads to more than `MOST_CONDITIONED` cases.
    """
    return _Expectation(availability).of(need)


class _Expectation:
    """The chance that a need is met, each worked out once."""

    def __init__(self, availability: Mapping[str, Fraction]) -> None:
        self.availability = availability
        self.known: dict[Need, Fraction] = {}
        self.conditioned = 0

    def of(self, part: Need | str | bool) -> Fraction:
        if isinstance(part, bool):
            return Fraction(part)
        if isinstance(part, str):
            return self.availability[part]
        crossing = _crossing(part)
        if not crossing:
            return _at_least(part.least, [self.of(one) for one in part.parts])
        if part not in self.known:
            serial = part.serial().intersection(crossing)
            self.known[part] = self._all(part, serial) if serial else self._either(part, crossing[0])
        return self.known[part]

    def _all(self, need: Need, serial: Collection[str]) -> Fraction:
        return prod((self.availability[one] for one in serial), start=self.of(need.given(dict.fromkeys(serial, True))))

    def _either(self, need: Need, component: str) -> Fraction:
        self.conditioned += 1
        if self.conditioned > MOST_CONDITIONED:
            raise Refused(
                "its redundant parts share so many components that they cannot be told apart",
                advice="describe components that fail together as one",
            )
        up, down = (self.of(need.given({component: works})) for works in (True, False))
        return down + self.availability[component] * (up - down)


def _crossing(need: Need) -> list[str]:
    """The components that stand in more than one part of a need, those in most of them first."""
    places = Counter(
        one
        for part in need.parts
        for one in ({part: None} if isinstance(part, str) else dict.fromkeys(part.components()))
    )
    return [one for one, number in places.most_common() if number > 1]


def _at_least(least: int, each: Sequence[Fraction]) -> Fraction:
    """The chance that so many of independent parts work."""
    if least == len(each):
        return prod(each, start=Fraction(1))
    chances = [Fraction(1)]
    for works in each:
        fails = [*(chance * (1 - works) for chance in chances), Fraction(0)]
        chances = [a + b for a, b in zip(fails, [Fraction(0), *(chance * works for chance in chances)], strict=True)]
    return sum(chances[least:], Fraction(0))


@dataclass(frozen=True)
class Placement:
    """How long a service can be down when nothing is known of when its components' outages fall (alignment R7, R14).

    Of n parts that can be down for u each, of which k must work, so many can fail at once for at most the largest f
    with Σ min(u, f) ≥ (n − k + 1)·f. That is exact for parts without a common component, and serial components add
    up exactly. Any other component that stands in several places is once allowed to fail in each place on its own
    and once put in series; both promise too little rather than too much, and the better of the two is taken.
    """

    serial: tuple[str, ...]
    rest: Need | bool
    shared: tuple[str, ...]
    without_shared: Need | bool

    @classmethod
    def of(cls, need: Need) -> Placement:
        """The placement of outages in a service that needs this."""
        serial = tuple(sorted(need.serial()))
        rest = need.given(dict.fromkeys(serial, True))
        places = Counter(rest.components()) if isinstance(rest, Need) else {}
        shared = tuple(one for one, number in places.items() if number > 1)
        without = rest.given(dict.fromkeys(shared, True)) if isinstance(rest, Need) else rest
        return cls(serial, rest, shared, without)

    def most_down(self, down: Mapping[str, Share], whole: Share) -> Share:
        """The longest that the service can be down in a time, `down` being the same for each component alone."""
        found = _most_down(self.rest, down, whole)
        if self.shared:
            found = min(found, _total(self.shared, down) + _most_down(self.without_shared, down, whole))
        return min(whole, _total(self.serial, down) + found)

    def weakest(self, down: Mapping[str, Share], whole: Share) -> str:
        """The component without whose outages the service could be down least; of several alike the one down longest."""
        return min(down, key=lambda one: (self.most_down({**down, one: 0}, whole), -down[one]))


def _total(components: Collection[str], down: Mapping[str, Share]) -> Share:
    return sum((down[one] for one in components), 0)


def _most_down(part: Need | str | bool, down: Mapping[str, Share], whole: Share) -> Share:
    if isinstance(part, bool):
        return 0 if part else whole
    if isinstance(part, str):
        return down[part]
    each = sorted((_most_down(one, down, whole) for one in part.parts), reverse=True)
    left, most = sum(each, 0), whole
    # Σ min(u, f) is the least of j·f + Σ of all but the j largest u: each j bounds f on its own.
    for failed, longest in zip(range(len(each) - part.least + 1, 0, -1), each, strict=False):
        most = min(most, Fraction(left, failed) if left % failed else left // failed)
        left -= longest
    return most
