"""Composition: what a service needs, and how the availability of its components adds up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import prod

from sdflow.domain.errors import Refused
from sdflow.domain.structure import Structure

Dependencies = Mapping[str, Sequence[str]]
"""For each component, those without which it stands still."""

MOST_CONDITIONED = 16
"""How many components that stand in several redundant places can be told apart exactly."""


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

    def given(self, component: str, works: bool) -> Need | bool:
        """What is still needed once it is known whether a component works; a truth value where that decides."""
        parts: list[Need | str] = []
        least = self.least
        for part in self.parts:
            left = works if part == component else part if isinstance(part, str) else part.given(component, works)
            if isinstance(left, bool):
                least -= left
            else:
                parts.append(left)
        return least <= 0 if least <= 0 or least > len(parts) else Need(least, tuple(parts))


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
    """The components whose failure alone stops the service."""
    need = need_of(structure, dependencies)
    return tuple(one for one in needed_components(structure, dependencies) if not need.holds((one,)))


def redundant_needs(structure: Structure, dependencies: Dependencies) -> tuple[Need, ...]:
    """What the service needs besides its serial components, which count as working: sets of parts, some of each."""
    need: Need | bool = need_of(structure, dependencies)
    for component in serial_components(structure, dependencies):
        need = need.given(component, True) if isinstance(need, Need) else need
    return tuple(_redundant(need)) if isinstance(need, Need) else ()


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


def expected_availability(
    structure: Structure, dependencies: Dependencies, availability: Mapping[str, Decimal]
) -> Decimal:
    """The share of time in which the service is up if components fail independently; all shares from 0 to 1.

    Serial parts multiply, k of n is a convolution, and a component in several places is conditioned on. Raises
    Refused where more than `MOST_CONDITIONED` components stand in several redundant places.
    """
    return _expected(need_of(structure, dependencies), availability, MOST_CONDITIONED)


def _expected(need: Need | bool, availability: Mapping[str, Decimal], depth: int) -> Decimal:
    if isinstance(need, bool):
        return Decimal(need)
    shared = _shared(need)
    if not shared:
        return _independent(need, availability)
    one = shared[0]
    up, down = need.given(one, True), need.given(one, False)
    branches = isinstance(up, Need) and isinstance(down, Need)
    if branches and not depth:
        raise Refused(
            f"the availability of a service with more than {MOST_CONDITIONED} components shared by redundant parts "
            "cannot be computed",
            advice="describe the shared components as one",
        )
    works, depth = availability[one], depth - branches
    return works * _expected(up, availability, depth) + (1 - works) * _expected(down, availability, depth)


def _shared(need: Need) -> list[str]:
    return [component for component, places in Counter(need.components()).items() if places > 1]


def _independent(part: Need | str, availability: Mapping[str, Decimal]) -> Decimal:
    if isinstance(part, str):
        return availability[part]
    each = [_independent(one, availability) for one in part.parts]
    if part.least == len(each):
        return prod(each, start=Decimal(1))
    chances = [Decimal(1)]
    for works in each:
        fails = [*(chance * (1 - works) for chance in chances), Decimal(0)]
        chances = [a + b for a, b in zip(fails, [Decimal(0), *(chance * works for chance in chances)], strict=True)]
    return sum(chances[part.least :], Decimal(0))


def guaranteed_availability(
    structure: Structure, dependencies: Dependencies, availability: Mapping[str, Decimal]
) -> Decimal:
    """The share of time in which the service is up whenever its components' outages fall; all shares from 0 to 1.

    With u = 1 − A, k of n fails for at most the largest f ≤ 1 with Σ min(u, f) ≥ (n − k + 1)·f. Exact for
    disjoint parts. A component in several places is once allowed to fail in each place on its own and once put in
    series; both promise too little rather than too much, and the better of the two is taken.
    """
    need = need_of(structure, dependencies)
    shared = _shared(need)
    rest: Need | bool = need
    for component in shared:
        rest = rest.given(component, True) if isinstance(rest, Need) else rest
    in_series = sum((1 - availability[one] for one in shared), Decimal(0)) + _worst(rest, availability)
    return 1 - min(Decimal(1), in_series, _worst(need, availability))


def _worst(part: Need | str | bool, availability: Mapping[str, Decimal]) -> Decimal:
    """The largest share of time in which a part can be down."""
    if isinstance(part, bool):
        return Decimal(not part)
    if isinstance(part, str):
        return 1 - availability[part]
    down = sorted((_worst(one, availability) for one in part.parts), reverse=True)
    spare = len(down) - part.least + 1
    # Σ min(u, f) is the least of j·f + Σ of all but the j largest u: each j bounds f on its own.
    return min(Decimal(1), *(sum(down[j:], Decimal(0)) / (spare - j) for j in range(spare)))
