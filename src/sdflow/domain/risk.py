"""Risk: how large it is by a declared scale and matrix, what treatments leave of it, and who bears what remains.

The measure stands in a matrix of value × likelihood × vulnerability, as in the forms for teaching that free sources show of
CRAMM (1–10 × 1–3 × 1–3); the numbers are the organisation's own, those of CRAMM are licensed. Ranks count from 1, more is
worse.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import product
from typing import NamedTuple

from sdflow.domain.improvement import Frequency, Worth


class Levels(NamedTuple):
    """How much an asset is worth, how likely the threat is, and how open the asset lies to it, each as a rank."""

    value: int
    likelihood: int
    vulnerability: int


Matrix = Mapping[Levels, int]
"""The measure of every combination of ranks."""


def combinations(most: Levels) -> Iterator[Levels]:
    """Every combination of ranks from 1 up to `most`."""
    return (Levels(*ranks) for ranks in product(*(range(1, rank + 1) for rank in most)))


def hole(matrix: Matrix, most: Levels) -> Levels | None:
    """The first combination of ranks that has no measure; none where all have one."""
    return next((levels for levels in combinations(most) if levels not in matrix), None)


def fall(matrix: Matrix, most: Levels) -> tuple[Levels, Levels] | None:
    """Two neighbouring combinations between which the measure falls although one rank grows; none where it never does.

    `matrix` has no holes. What is worth more, threatened more often or more open is never the smaller risk.
    """
    for levels in combinations(most):
        for higher in _next(levels, most):
            if matrix[higher] < matrix[levels]:
                return levels, higher
    return None


def _next(levels: Levels, most: Levels) -> Iterator[Levels]:
    for axis, limit in zip(Levels._fields, most, strict=True):
        rank = getattr(levels, axis)
        if rank < limit:
            yield levels._replace(**{axis: rank + 1})


def lowered(levels: Levels, reached: Iterable[Levels]) -> Levels:
    """What several treatments leave together: of each rank the lowest that one of them reaches."""
    return Levels(*map(min, zip(levels, *reached, strict=True)))


@dataclass(frozen=True)
class RiskClass:
    """Into which class a measure falls from `begins` on, and what is done about such a risk.

    What remains in it may be accepted for at most `longest_acceptance_days`; without a limit where that is none.
    """

    key: str
    title: str
    meaning: str
    begins: int
    longest_acceptance_days: int | None = None


def class_of(measure: int, classes: Iterable[RiskClass]) -> RiskClass | None:
    """The class that begins highest at the measure or below; none where every class begins above it."""
    return max((one for one in classes if one.begins <= measure), key=lambda one: one.begins, default=None)


@dataclass(frozen=True)
class RiskScale:
    """By what risks are measured: the titles of the ranks, the first for rank 1, the matrix, and the classes, least first."""

    values: tuple[str, ...]
    likelihoods: tuple[str, ...]
    vulnerabilities: tuple[str, ...]
    matrix: Matrix
    classes: tuple[RiskClass, ...]

    @property
    def most(self) -> Levels:
        """The highest ranks."""
        return Levels(len(self.values), len(self.likelihoods), len(self.vulnerabilities))

    def measure(self, levels: Levels) -> int:
        """The measure of a risk with these ranks."""
        return self.matrix[levels]

    def class_at(self, levels: Levels) -> RiskClass:
        """The class of a risk with these ranks; ValueError where the scale has none for it."""
        found = class_of(self.matrix[levels], self.classes)
        if found is None:
            raise ValueError(f"no class begins at the measure {self.matrix[levels]} or below")
        return found


class TreatmentSort(StrEnum):
    """What can be done about a risk: bear it, give up what brings it, make it smaller, let another bear its cost."""

    accept = "accept"
    avoid = "avoid"
    reduce = "reduce"
    transfer = "transfer"


@dataclass(frozen=True)
class Treatment:
    """What was chosen to be done about a risk.

    `leaves` are the ranks once it is done; none where it gives up what brings the risk. Only what somebody has to do has a
    `due_on`.
    """

    key: str
    title: str
    sort: TreatmentSort
    leaves: Levels | None
    cost: Worth | None
    responsible: str | None
    due_on: date | None
    done_on: date | None

    def done(self, day: date) -> bool:
        """Whether it is done by a day; to bear a risk, nothing has to be done."""
        return self.sort is TreatmentSort.accept or (self.done_on is not None and self.done_on <= day)

    def overdue(self, day: date) -> bool:
        """Whether its last day has passed and it is not done."""
        return not self.done(day) and self.due_on is not None and self.due_on < day


@dataclass(frozen=True)
class RiskAcceptance:
    """Who bears what remains of a risk, from and until when (the last day included)."""

    by: str
    on: date
    until: date

    def holds(self, day: date) -> bool:
        """Whether it is borne on a day."""
        return self.on <= day <= self.until


@dataclass(frozen=True)
class AssessedRisk:
    """One risk of an assessment: an asset, a threat to it, and the vulnerability by which the threat does harm.

    `before` are the ranks with the counter-measures that exist, before any treatment. Names are the titles of the
    assessment; `owner` is a reference.
    """

    key: str
    title: str
    asset: str
    threat: str
    vulnerability: str
    owner: str
    before: Levels
    treatments: tuple[Treatment, ...]
    acceptance: RiskAcceptance | None

    def residual(self) -> Levels | None:
        """The ranks once every treatment is done; none where what brings the risk is given up."""
        return self._left(self.treatments)

    def left_on(self, day: date) -> Levels | None:
        """The ranks on a day, by the treatments that are done by then; none where what brought the risk is given up."""
        return self._left([one for one in self.treatments if one.done(day)])

    def _left(self, treatments: Iterable[Treatment]) -> Levels | None:
        reached = [one.leaves for one in treatments]
        known = [levels for levels in reached if levels is not None]
        return lowered(self.before, known) if len(known) == len(reached) else None


def ranked(risks: Iterable[AssessedRisk], scale: RiskScale) -> tuple[AssessedRisk, ...]:
    """The risks, the largest before treatment first; of those alike, that of which most remains, then by key."""
    return tuple(sorted(risks, key=lambda one: (-scale.measure(one.before), -_remaining(one, scale), one.key)))


def with_progress(risks: Iterable[AssessedRisk], recorded: Iterable[AssessedRisk]) -> tuple[AssessedRisk, ...]:
    """The risks with the days on which treatments were done, as a later text of the same assessment records them.

    A treatment is known again by its risk and its key.
    """
    done = {(risk.key, one.key): one.done_on for risk in recorded for one in risk.treatments}
    return tuple(
        replace(
            risk,
            treatments=tuple(
                replace(one, done_on=done.get((risk.key, one.key), one.done_on)) for one in risk.treatments
            ),
        )
        for risk in risks
    )


def on_map(places: Iterable[Levels | None]) -> dict[Levels, tuple[int, ...]]:
    """Which of some risks, counted from 1, stand at which ranks; those of which nothing is left stand nowhere."""
    found: dict[Levels, tuple[int, ...]] = {}
    for number, levels in enumerate(places, 1):
        if levels is not None:
            found[levels] = (*found.get(levels, ()), number)
    return found


class Spent(NamedTuple):
    """A sum of money in one currency, spent once or each year."""

    currency: str
    per: Frequency
    amount: Decimal


def spent(risks: Iterable[AssessedRisk]) -> tuple[Spent, ...]:
    """What the chosen treatments cost; what is spent once is never added to what is spent each year."""
    found: dict[tuple[str, Frequency], Decimal] = {}
    for cost in (treatment.cost for risk in risks for treatment in risk.treatments):
        if cost is not None:
            found[cost.currency, cost.per] = found.get((cost.currency, cost.per), Decimal(0)) + cost.amount
    ordered = sorted(found.items(), key=lambda one: (one[0][0], list(Frequency).index(one[0][1])))
    return tuple(Spent(currency, per, amount) for (currency, per), amount in ordered)


def _remaining(risk: AssessedRisk, scale: RiskScale) -> int:
    left = risk.residual()
    return 0 if left is None else scale.measure(left)


class RiskAssessing(ABC):
    """Something that assesses risks: a risk assessment."""

    @abstractmethod
    def risk_scale(self) -> RiskScale:
        """By what the risks are measured."""

    @abstractmethod
    def assessed_risks(self) -> tuple[AssessedRisk, ...]:
        """The risks, the largest first."""

    @abstractmethod
    def review_due_on(self) -> date | None:
        """By when the assessment is looked at again."""
