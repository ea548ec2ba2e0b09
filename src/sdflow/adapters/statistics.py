"""Statistics: the tests that say whether something became better, by SciPy."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sdflow.domain.improvement_test import Cases


def fisher(before: Cases, after: Cases) -> float:
    """Fisher's exact test: how likely at least so many cases are met after, were they met as often before as after."""
    from scipy.stats import fisher_exact

    return float(fisher_exact([list(after), list(before)], alternative="greater").pvalue)


def mann_whitney(before: Sequence[Decimal], after: Sequence[Decimal]) -> float:
    """The Mann–Whitney U test: how likely figures lie at least so far above those before, did nothing change.

    Exact where no two figures are the same and one side has no more than eight, else by the normal approximation with
    correction for ties and continuity.
    """
    from scipy.stats import mannwhitneyu  # type: ignore[attr-defined] # exported, but not declared so

    values = list(map(float, after)), list(map(float, before))
    if len({*values[0], *values[1]}) == 1:
        return 1.0
    return float(mannwhitneyu(*values, alternative="greater").pvalue)
