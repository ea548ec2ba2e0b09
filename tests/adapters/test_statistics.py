"""Statistics: the p-values are those of counting every case."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdflow.adapters.statistics import fisher, mann_whitney

SMALL = st.integers(0, 12)


@settings(deadline=None)
@given(st.tuples(SMALL, SMALL).filter(any), st.tuples(SMALL, SMALL).filter(any))
def test_fishers_test_counts_every_table_with_the_same_margins(before: tuple[int, int], after: tuple[int, int]) -> None:
    met, cases, late = before[0] + after[0], sum(before), sum(after)
    tables = comb(cases + late, met)
    at_least = sum(
        comb(late, one) * comb(cases, met - one) for one in range(after[0], min(met, late) + 1) if met >= one
    )
    assert fisher(before, after) == pytest.approx(at_least / tables)


@settings(deadline=None)
@given(st.lists(st.integers(0, 1000), min_size=2, max_size=9, unique=True), st.data())
def test_the_u_test_counts_every_way_in_which_figures_may_be_dealt(values: list[int], data: st.DataObject) -> None:
    later = data.draw(st.integers(1, len(values) - 1))
    after, before = values[:later], values[later:]

    def above(some: tuple[int, ...]) -> int:
        rest = [one for one in values if one not in some]
        return sum(one > other for one in some for other in rest)

    dealt = [above(some) for some in combinations(values, later)]
    expected = sum(one >= above(tuple(after)) for one in dealt) / len(dealt)
    assert mann_whitney([Decimal(one) for one in before], [Decimal(one) for one in after]) == pytest.approx(expected)


def test_figures_that_are_all_the_same_are_not_better() -> None:
    assert mann_whitney([Decimal(7)] * 5, [Decimal(7)] * 5) == 1.0
