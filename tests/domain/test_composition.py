from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdflow.domain.composition import (
    dependency_cycle,
    expected_availability,
    guaranteed_availability,
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
    ("structure", "available", "expected"),
    [
        (series(A, B, C, D), FOUR, "0.898934"),
        (redundant(A, B), {A: Decimal("0.98"), B: Decimal("0.98")}, "0.9996"),
        (least(2, A, B, C), dict.fromkeys((A, B, C), Decimal("0.99")), "0.999702"),
        (redundant(series(A, S), series(B, S)), dict.fromkeys((A, B, S), Decimal("0.9")), "0.891"),
    ],
)
def test_expected_availability(structure: Structure, available: Mapping[str, Decimal], expected: str) -> None:
    assert round(expected_availability(structure, {}, available), 6) == Decimal(expected)


def test_a_shared_dependency_is_conditioned_on_like_a_shared_part() -> None:
    available = dict.fromkeys((A, B, S), Decimal("0.9"))
    assert expected_availability(redundant(A, B), {A: [S], B: [S]}, available) == Decimal("0.891")


@pytest.mark.parametrize(
    ("structure", "available", "guaranteed"),
    [
        (series(A, B, C, D), FOUR, "0.895"),
        (redundant(A, B), {A: Decimal("0.98"), B: Decimal("0.96")}, "0.98"),
        (least(2, A, B, C), dict.fromkeys((A, B, C), Decimal("0.99")), "0.985"),
        (series(A, B), {A: Decimal("0.4"), B: Decimal("0.5")}, "0"),
        (redundant(series(A, S), series(B, S)), dict.fromkeys((A, B, S), Decimal("0.9")), "0.8"),
    ],
)
def test_guaranteed_availability(structure: Structure, available: Mapping[str, Decimal], guaranteed: str) -> None:
    assert guaranteed_availability(structure, {}, available) == Decimal(guaranteed)


def test_more_shared_components_than_can_be_told_apart_are_refused_with_an_advice() -> None:
    names = [f"CMP-{number}" for number in range(40)]
    pairs = [series(names[number], names[(number + 7) % 40]) for number in range(40)]
    with pytest.raises(Refused, match="shared by redundant parts"):
        expected_availability(least(20, *pairs), {}, dict.fromkeys(names, Decimal("0.9")))


NAMES = (A, B, C, D)
LEAVES = st.sampled_from(NAMES).map(one)
STRUCTURES = st.recursive(
    LEAVES,
    lambda parts: st.lists(parts, min_size=2, max_size=3).flatmap(
        lambda found: st.integers(1, len(found)).map(lambda number: Structure(at_least=number, of=found))
    ),
    max_leaves=6,
)
SHARES = st.tuples(*[st.integers(0, 10).map(lambda tenth: Decimal(tenth) / 10)] * 4)


def works(structure: Structure, up: Mapping[str, bool], needs: Mapping[str, Sequence[str]]) -> bool:
    if structure.component is not None:
        return up[structure.component] and all(up[name] for name in needs.get(structure.component, ()))
    return sum(works(part, up, needs) for part in structure.parts()) >= structure.needed()


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
    found = expected_availability(structure, needs, available)
    assert abs(Fraction(found) - total) < Fraction(1, 10**20)
    assert guaranteed_availability(structure, needs, available) <= found + Decimal("1e-20")


@settings(deadline=None)
@given(structure=STRUCTURES, on=st.none() | st.sampled_from(NAMES))
def test_a_component_is_serial_exactly_if_the_service_fails_without_it(structure: Structure, on: str | None) -> None:
    needs = {A: [on]} if on and on != A else {}
    expected = {name for name in NAMES if not works(structure, {other: other != name for other in NAMES}, needs)}
    assert set(serial_components(structure, needs)) == expected


@settings(deadline=None)
@given(down=st.lists(st.integers(0, 4), min_size=2, max_size=4), data=st.data())
def test_guaranteed_availability_is_what_no_placing_of_outages_undercuts(down: list[int], data: st.DataObject) -> None:
    number = data.draw(st.integers(1, len(down)))
    names = NAMES[: len(down)]
    slots, tolerated = 12, len(down) - number
    available = {name: 1 - Decimal(outage) / slots for name, outage in zip(names, down, strict=True)}
    placed = [0] * slots
    for outage in sorted(down, reverse=True):
        free = sorted(range(slots), key=lambda slot: placed[slot])
        for slot in free[: 0 if outage == 0 else outage]:
            placed[slot] += 1
    failed = len([slot for slot in placed if slot > tolerated])
    assert guaranteed_availability(least(number, *names), {}, available) <= 1 - Decimal(failed) / slots + Decimal(
        "1e-20"
    )
