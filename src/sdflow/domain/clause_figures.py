"""Clause figures: the numbers that a target agrees on, and on which side of each what is measured has to lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sdflow.domain.attainment.result import met
from sdflow.domain.clause_path import values_at
from sdflow.domain.target import (
    AvailabilityTarget,
    BatchTarget,
    Comparison,
    ContinuityTarget,
    MeasureTarget,
    ReliabilityTarget,
    SecurityTarget,
    ThroughputTarget,
    TimeTarget,
    TransactionTarget,
    WorkloadLimit,
)

LEAST, MOST = Comparison.at_least, Comparison.at_most

_FIGURES: Mapping[type, Mapping[str, Comparison]] = {
    AvailabilityTarget: {"percent": LEAST},
    ReliabilityTarget: {
        "breaks": MOST,
        "longest_minutes": MOST,
        "down_minutes": MOST,
        "mean_time_between_failures_hours": LEAST,
    },
    TimeTarget: {"minutes": MOST, "days": MOST, "percent": LEAST},
    TransactionTarget: {"seconds": MOST},
    ThroughputTarget: {"least": LEAST},
    BatchTarget: {"percent": LEAST},
    ContinuityTarget: {
        "recovery_time_objective_hours": MOST,
        "recovery_not_before_hours": LEAST,
        "recovery_point_objective_minutes": MOST,
        "minimum_service_percent": LEAST,
        "tested_every_months": MOST,
    },
    SecurityTarget: {"most": MOST},
    WorkloadLimit: {"most": MOST},
}


@dataclass(frozen=True)
class ClauseFigure:
    """A number of a target by the name of its field, such as minutes."""

    name: str
    value: Decimal
    comparison: Comparison

    def __str__(self) -> str:
        words = self.comparison.value.replace("_", " ")
        return f"{words} {self.value:f} ({self.name.replace('_', ' ')})"


def clause_figures(content: Any, path: str) -> tuple[ClauseFigure, ...]:
    """The numbers of the target at a path, or the one number that the path ends in; none where no target is there."""
    (found,) = values_at(content, path) or [None]
    if (figures := figures_of(found)) or "." not in path:
        return figures
    before, _, name = path.rpartition(".")
    (target,) = values_at(content, before) or [None]
    return tuple(one for one in figures_of(target) if one.name == name)


def shortfalls(wanted: Any, promised: Any) -> list[str]:
    """In which figures a promise is worse than a wish for the same, each in words; nothing where they cannot be compared."""
    if type(wanted) is not type(promised):
        return []
    given = {(one.name, one.comparison): one.value for one in figures_of(promised)}
    asked = [(one, given.get((one.name, one.comparison))) for one in figures_of(wanted)]
    return [
        f"{one.name.replace('_', ' ')} {one.value:f} wanted, {value:f} promised"
        for one, value in asked
        if value is not None and not met(value, one.value, one.comparison)
    ]


def figures_of(target: Any) -> tuple[ClauseFigure, ...]:
    """The numbers that a target agrees on; none of what is no target."""
    if isinstance(target, MeasureTarget):
        return (ClauseFigure("value", target.value, target.comparison),)
    fields = next((fields for model, fields in _FIGURES.items() if isinstance(target, model)), {})
    given = ((name, getattr(target, name), comparison) for name, comparison in fields.items())
    return tuple(ClauseFigure(name, Decimal(value), side) for name, value, side in given if value is not None)
