from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import product
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sdflow.domain.composition import (
    Placement,
    dependency_cycle,
    expected_availability,
    need_of,
    needed_components,
    redundant_needs,
    serial_components,
)
from sdflow.domain.errors import Refused
from sdflow.domain.structure import Structure


def one(name: str) -> Structure:
    return Structure(component=name)


def series(*parts: str | Structure) -> Structure:
    return Structure(series=[one(part) if isinstance(part, str) else part for part in parts])


def redundant(*parts: str | Structure) -> Structure:
    return Structure(redundant=[one(part) if isinstance(part, str) else part for part in parts])


def least(number: int, *parts: str | Structure) -> Structure:
    return Structure(at_least=number, of=[one(part) if isinstance(part, str) else part for part in parts])


def expected(
    structure: Structure, available: Mapping[str, Decimal], needs: Mapping[str, Sequence[str]] | None = None
) -> Fraction:
    shares = {name: Fraction(share) for name, share in available.items()}
    return expected_availability(need_of(structure, needs or {}), shares)


def guaranteed(
    structure: Structure, available: Mapping[str, Decimal], needs: Mapping[str, Sequence[str]] | None = None
) -> Fraction:
    down = {name: 1 - Fraction(share) for name, share in available.items()}
    return 1 - Fraction(Placement.of(need_of(structure, needs or {})).most_down(down, 1))


A, B, C, D, S = "CMP-A", "CMP-B", "CMP-C", "CMP-D", "CMP-S"
FOUR = {A: Decimal("0.98"), B: Decimal("0.98"), C: Decimal("0.975"), D: Decimal("0.96")}


def test_every_component_in_series_is_serial_and_no_redundant_one_is() -> None:
    assert serial_components(series(A, redundant(B, C), D), {}) == (A, D)


def test_what_a_serial_component_depends_on_is_serial_too() -> None:
    assert serial_components(one(A), {A: [B], B: [C]}) == (A, B, C)


def test_what_both_redundant_parts_depend_on_is_serial() -> None:
    assert serial_components(redundant(A, B), {A: [S], B: [S]}) == (S,)


def test_of_two_out_of_three_none_is_serial_and_of_three_out_of_three_all_are() -> None:
    assert serial_components(least(2, A, B, C), {}) == ()
    assert serial_components(least(3, A, B, C), {}) == (A, B, C)


def test_a_component_in_two_redundant_places_counts_as_one() -> None:
    assert serial_components(least(2, A, A, B), {}) == (A,)


def test_needed_components_stand_in_the_order_of_the_text_each_before_what_it_depends_on() -> None:
    assert needed_components(series(C, A, B), {C: [S, D], A: [S]}) == (C, S, D, A, B)


def test_a_cycle_of_dependencies_does_not_hang() -> None:
    assert needed_components(one(A), {A: [B], B: [A]}) == (A, B)


def test_a_cycle_is_found_with_its_path() -> None:
    assert dependency_cycle({"x": [A], A: [B], B: [C], C: [A]}) == (A, B, C, A)
    assert dependency_cycle({A: [A]}) == (A, A)


def test_a_diamond_is_no_cycle() -> None:
    assert dependency_cycle({A: [B, C], B: [D], C: [D], D: []}) is None


def test_a_long_chain_is_searched_without_running_out_of_room() -> None:
    chain = {str(number): [str(number + 1)] for number in range(20_000)}
    assert dependency_cycle(chain) is None


def test_what_remains_besides_serial_components_are_the_redundant_needs() -> None:
    (need,) = redundant_needs(series(A, redundant(B, series(C, D))), {B: [S], C: [S]})
    assert need.least == 1
    assert list(need.components()) == [B, C, D]
    assert redundant_needs(series(A, B), {}) == ()


def test_a_need_counts_its_working_parts() -> None:
    need = need_of(least(2, A, B, C), {})
    assert need.holds({A})
    assert not need.holds({A, B})


@pytest.mark.parametrize(
    ("structure", "available", "wanted"),
    [
        (series(A, B, C, D), FOUR, "0.898934"),
        (redundant(A, B), {A: Decimal("0.98"), B: Decimal("0.98")}, "0.9996"),
        (least(2, A, B, C), dict.fromkeys((A, B, C), Decimal("0.99")), "0.999702"),
        (redundant(series(A, S), series(B, S)), dict.fromkeys((A, B, S), Decimal("0.9")), "0.891"),
    ],
)
def test_expected_availability(structure: Structure, available: Mapping[str, Decimal], wanted: str) -> None:
    assert round(expected(structure, available), 6) == Fraction(wanted)


def test_a_shared_dependency_is_conditioned_on_like_a_shared_part() -> None:
    available = dict.fromkeys((A, B, S), Decimal("0.9"))
    assert expected(redundant(A, B), available, {A: [S], B: [S]}) == Fraction("0.891")


@pytest.mark.parametrize(
    ("structure", "available", "wanted"),
    [
        (series(A, B, C, D), FOUR, "0.895"),
        (redundant(A, B), {A: Decimal("0.98"), B: Decimal("0.96")}, "0.98"),
        (least(2, A, B, C), dict.fromkeys((A, B, C), Decimal("0.99")), "0.985"),
        (series(A, B), {A: Decimal("0.4"), B: Decimal("0.5")}, "0"),
        (redundant(series(A, S), series(B, S)), dict.fromkeys((A, B, S), Decimal("0.9")), "0.8"),
    ],
)
def test_guaranteed_availability(structure: Structure, available: Mapping[str, Decimal], wanted: str) -> None:
    assert guaranteed(structure, available) == Fraction(wanted)


def test_more_shared_components_than_can_be_told_apart_are_refused_with_an_advice() -> None:
    names = [f"CMP-{number:02}" for number in range(40)]
    draw = Random(3)
    groups = [series(*draw.sample(names, 3)) for _ in range(60)]
    with pytest.raises(Refused, match="share so many components"):
        expected(least(30, *groups), dict.fromkeys(names, Decimal("0.9")))


def test_components_that_only_one_redundant_part_shares_cost_nothing_elsewhere() -> None:
    pairs = [
        redundant(series(f"CMP-A{number}", f"CMP-S{number}"), series(f"CMP-B{number}", f"CMP-S{number}"))
        for number in range(40)
    ]
    available = dict.fromkeys((f"CMP-{letter}{number}" for letter in "ABS" for number in range(40)), Decimal("0.9"))
    assert expected(least(40, *pairs), available) == Fraction("0.891") ** 40
    assert expected(redundant(*pairs), available) == 1 - (1 - Fraction("0.891")) ** 40


def test_two_of_three_pairs_of_which_one_must_work() -> None:
    pairs = [redundant(A, B), redundant(C, D), redundant(S, "CMP-T")]
    available = dict.fromkeys((A, B, C, D, S, "CMP-T"), Decimal("0.9"))
    pair = Fraction("0.99")
    assert expected(least(2, *pairs), available) == pair**3 + 3 * pair**2 * (1 - pair)
    # Each pair can be down for 0.1; two of them have to be at once: (3 · 0.1) / 2.
    assert guaranteed(least(2, *pairs), available) == Fraction("0.85")


def test_two_of_three_with_a_common_power_supply() -> None:
    available = dict.fromkeys((A, B, C), Decimal("0.9")) | {S: Decimal("0.99")}
    needs = {A: [S], B: [S], C: [S]}
    three = Fraction("0.9")
    assert expected(least(2, A, B, C), available, needs) == Fraction("0.99") * (three**3 + 3 * three**2 * (1 - three))
    assert guaranteed(least(2, A, B, C), available, needs) == 1 - Fraction("0.01") - Fraction("0.15")


def test_the_weakest_component_is_the_one_without_which_outages_would_cost_least() -> None:
    need = need_of(series(A, redundant(B, C)), {})
    assert Placement.of(need).weakest({A: 1, B: 50, C: 20}, 100) == B
    assert Placement.of(need).weakest({A: 30, B: 50, C: 20}, 100) == A


NAMES = (A, B, C, D)
LEAVES = st.sampled_from(NAMES).map(one)


def nested(leaves: st.SearchStrategy[Structure], most: int) -> st.SearchStrategy[Structure]:
    return st.recursive(
        leaves,
        lambda parts: st.lists(parts, min_size=2, max_size=4).flatmap(
            lambda found: st.integers(1, len(found)).map(lambda number: Structure(at_least=number, of=found))
        ),
        max_leaves=most,
    )


STRUCTURES = nested(LEAVES, 8)
SHARES = st.tuples(*[st.integers(0, 10).map(lambda tenth: Decimal(tenth) / 10)] * 4)


def works(structure: Structure, up: Mapping[str, bool], needs: Mapping[str, Sequence[str]]) -> bool:
    if structure.component is not None:
        return up[structure.component] and all(up[name] for name in needs.get(structure.component, ()))
    return sum(works(part, up, needs) for part in structure.parts()) >= structure.needed()


def most_failing(structure: Structure, down: Mapping[str, Fraction], needs: Mapping[str, Sequence[str]]) -> Fraction:
    """The linear program: shares of time for all states, each component down as long as it may be, failing most."""
    names = sorted(down)
    states = [dict(zip(names, state, strict=True)) for state in product([True, False], repeat=len(names))]
    rows = [[Fraction(1)] * len(states), *([Fraction(not state[name]) for state in states] for name in names)]
    limits = [Fraction(1), *(down[name] for name in names)]
    return maximum([Fraction(not works(structure, state, needs)) for state in states], rows, limits)


def maximum(gains: list[Fraction], rows: list[list[Fraction]], limits: list[Fraction]) -> Fraction:
    """max gains·x for rows·x ≤ limits, x ≥ 0, with limits ≥ 0: the simplex method in fractions, by Bland's rule."""
    slack = [[Fraction(row == column) for column in range(len(rows))] for row in range(len(rows))]
    table = [[*row, *own, limit] for row, own, limit in zip(rows, slack, limits, strict=True)]
    costs = [*gains, *[Fraction(0)] * (len(rows) + 1)]
    basis = list(range(len(gains), len(gains) + len(rows)))
    while any(cost > 0 for cost in costs[:-1]):
        enters = next(column for column, cost in enumerate(costs) if cost > 0)
        candidates = [(row[-1] / row[enters], basis[at], at) for at, row in enumerate(table) if row[enters] > 0]
        leaves = min(candidates)[2]
        table[leaves] = [value / table[leaves][enters] for value in table[leaves]]
        basis[leaves] = enters
        for at, row in enumerate(table):
            if at != leaves:
                table[at] = [value - row[enters] * other for value, other in zip(row, table[leaves], strict=True)]
        costs = [value - costs[enters] * other for value, other in zip(costs, table[leaves], strict=True)]
    return -costs[-1]


@settings(deadline=None)
@given(structure=STRUCTURES, shares=SHARES, on=st.none() | st.sampled_from(NAMES))
def test_expected_availability_is_the_sum_over_all_states_of_the_components(
    structure: Structure, shares: tuple[Decimal, ...], on: str | None
) -> None:
    needs = {A: [on]} if on and on != A else {}
    available = dict(zip(NAMES, shares, strict=True))
    total = Fraction(0)
    for state in product([True, False], repeat=4):
        up = dict(zip(NAMES, state, strict=True))
        if works(structure, up, needs):
            chance = Fraction(1)
            for name in NAMES:
                chance *= Fraction(available[name]) if up[name] else 1 - Fraction(available[name])
            total += chance
    assert expected(structure, available, needs) == total


@settings(deadline=None)
@given(structure=STRUCTURES, on=st.none() | st.sampled_from(NAMES))
def test_a_component_is_serial_exactly_if_the_service_fails_without_it(structure: Structure, on: str | None) -> None:
    needs = {A: [on]} if on and on != A else {}
    failing = {name for name in NAMES if not works(structure, {other: other != name for other in NAMES}, needs)}
    assert set(serial_components(structure, needs)) == failing


@settings(deadline=None, max_examples=60)
@given(structure=nested(st.just(one("CMP-X")), 6), data=st.data())
def test_guaranteed_availability_of_disjoint_parts_is_what_linear_programming_finds(
    structure: Structure, data: st.DataObject
) -> None:
    distinct = renamed(structure, iter(range(100)))
    names = list(distinct.components())
    available = {name: Decimal(data.draw(st.integers(0, 20))) / 20 for name in names}
    down = {name: 1 - Fraction(share) for name, share in available.items()}
    assert guaranteed(distinct, available) == 1 - most_failing(distinct, down, {})


def renamed(structure: Structure, numbers: Iterator[int]) -> Structure:
    if structure.component is not None:
        return one(f"CMP-{next(numbers)}")
    return Structure(at_least=structure.needed(), of=[renamed(part, numbers) for part in structure.parts()])


@settings(deadline=None, max_examples=60)
@given(structure=STRUCTURES, shares=SHARES, on=st.none() | st.sampled_from(NAMES))
def test_guaranteed_availability_of_shared_parts_never_exceeds_what_linear_programming_finds(
    structure: Structure, shares: tuple[Decimal, ...], on: str | None
) -> None:
    needs = {A: [on]} if on and on != A else {}
    available = dict(zip(NAMES, shares, strict=True))
    exact = 1 - most_failing(structure, {name: 1 - Fraction(share) for name, share in available.items()}, needs)
    assert guaranteed(structure, available, needs) <= exact <= expected(structure, available, needs)


@settings(deadline=None, max_examples=60)
@given(structure=nested(st.sampled_from((B, C, D)).map(one), 4), shares=SHARES)
def test_what_everything_needs_adds_up_exactly(structure: Structure, shares: tuple[Decimal, ...]) -> None:
    assume(len(set(structure.components())) == len(list(structure.components())))
    needs = {name: [A] for name in (B, C, D)}
    available = dict(zip(NAMES, shares, strict=True))
    down = {name: 1 - Fraction(share) for name, share in available.items()}
    assert guaranteed(structure, available, needs) == 1 - most_failing(structure, down, needs)
