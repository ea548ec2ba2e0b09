"""Impact scale: the times, levels and forms of loss by which an analysis measures harm, and the rules that follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from math import inf
from typing import Annotated, Self

from pydantic import Field, model_validator

from sdflow.domain.clauses import Amount, Currency
from sdflow.domain.impact import RecoveryClass, TolerableUntil, fitting_class
from sdflow.domain.kind import Key, Line, Strict, Title
from sdflow.domain.target import MOST_MINUTES, CalendarReference, Percent

Minutes = Annotated[int, Field(ge=0, le=MOST_MINUTES)]


class ScaleTime(Strict):
    """A time at which harm is assessed."""

    title: Title = Field(description="As people say it, such as 1 day")
    minutes: Minutes = Field(description="Minutes of disruption, or of work that is lost")


class ImpactLevel(Strict):
    """A level of harm, the higher rank the worse one."""

    rank: Annotated[int, Field(ge=1, le=12)] = Field(description="1 for the least harm, without gaps")
    title: Title
    meaning: Line = Field(description="How the level is recognised")
    from_amount: Amount | None = Field(None, description="Loss in money from which the level is reached")


class LossSort(StrEnum):
    """What is lost."""

    income = "income"
    extra_cost = "extra_cost"
    penalties = "penalties"
    reputation = "reputation"
    legal = "legal"
    safety = "safety"
    service = "service"
    other = "other"


class FormOfLoss(Strict):
    """A form of loss that the analysis looks at."""

    title: Title
    sort: LossSort
    meaning: Line | None = Field(None, description="What is counted under it")


class RecoveryTier(Strict):
    """A class of recovery: how fast whatever belongs to it comes back, and what of its work may be lost."""

    title: Title
    time_minutes: Minutes | None = Field(None, description="Minutes until work goes on; no limit unless given")
    not_before_minutes: Minutes | None = Field(None, description="Minutes before which nobody may expect it")
    point_minutes: Minutes | None = Field(None, description="Minutes of work that may be lost; no limit unless given")
    meaning: Line | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.time_minutes is not None and (self.not_before_minutes or 0) > self.time_minutes:
            raise ValueError(
                f"back within {self.time_minutes} minutes cannot be expected not before {self.not_before_minutes}"
            )
        return self


class Criticality(Strict):
    """A class of criticality: how much a process matters, and in which hours it has to work."""

    title: Title
    meaning: Line | None = None
    hours: CalendarReference | None = Field(None, description="Hours in which it has to work; all unless given")


class ImpactScale(Strict):
    """By what harm is measured, and the rules by which objectives follow from it."""

    times: Annotated[dict[Key, ScaleTime], Field(min_length=1, max_length=12)] = Field(
        description="Lengths of a disruption at which harm is assessed, such as 1 hour to 1 month"
    )
    lost_work: Annotated[dict[Key, ScaleTime], Field(max_length=12)] = Field(
        default_factory=dict, description="Amounts of lost work at which harm is assessed"
    )
    levels: Annotated[dict[Key, ImpactLevel], Field(min_length=2, max_length=12)]
    losses: Annotated[dict[Key, FormOfLoss], Field(min_length=1, max_length=20)]
    currency: Currency | None = Field(None, description="Currency of every amount")
    intolerable_from: Key = Field(description="Threshold: the level from which harm is intolerable")
    tolerable_until: TolerableUntil = Field(
        TolerableUntil.last_tolerable, description="Which time of the scale ends the tolerable period (MTPD)"
    )
    objective_percent: Percent = Field(
        Decimal(100), description="Recovery time objective (RTO) as a share of the tolerable period, in per cent"
    )
    plan_owed_within_minutes: Minutes | None = Field(
        None,
        description="A continuity plan is owed where at most so many minutes are tolerable; wherever there is a limit unless given",
    )
    classes: Annotated[dict[Key, RecoveryTier], Field(max_length=12)] = Field(
        default_factory=dict, description="Classes of recovery, of which the least demanding fitting one is chosen"
    )
    criticality: Annotated[dict[Key, Criticality], Field(max_length=12)] = Field(
        default_factory=dict, description="Classes of criticality"
    )

    @model_validator(mode="after")
    def _times_differ(self) -> Self:
        for name, times in (("times", self.times), ("lost_work", self.lost_work)):
            lengths = [one.minutes for one in times.values()]
            twice = sorted({one for one in lengths if lengths.count(one) > 1})
            if twice:
                raise ValueError(f"{name} holds {twice[0]} minutes twice")
        return self

    @model_validator(mode="after")
    def _levels_rise(self) -> Self:
        levels = self.ordered_levels()
        ranks = [one.rank for one in levels.values()]
        if ranks != list(range(1, len(ranks) + 1)):
            raise ValueError(
                f"the ranks of the levels are {', '.join(map(str, ranks))}; number them from 1 without gaps"
            )
        amounts = [one.from_amount for one in levels.values() if one.from_amount is not None]
        if amounts and len(amounts) < len(ranks):
            raise ValueError("either every level begins at an amount, or none does")
        if amounts != sorted(set(amounts)):
            raise ValueError("the amounts from which levels are reached do not rise with their ranks")
        if amounts and self.currency is None:
            raise ValueError("amounts need a currency")
        return self

    @model_validator(mode="after")
    def _threshold_known(self) -> Self:
        if self.intolerable_from not in self.levels:
            raise ValueError(
                f"intolerable_from is {self.intolerable_from}, which is none of {', '.join(self.ordered_levels())}"
            )
        return self

    def ordered_times(self) -> Mapping[str, ScaleTime]:
        """The lengths of a disruption, shortest first."""
        return _by_minutes(self.times)

    def ordered_lost_work(self) -> Mapping[str, ScaleTime]:
        """The amounts of lost work, least first."""
        return _by_minutes(self.lost_work)

    def ordered_levels(self) -> Mapping[str, ImpactLevel]:
        """The levels, least harm first."""
        return dict(sorted(self.levels.items(), key=lambda one: (one[1].rank, one[0])))

    def ordered_classes(self) -> Mapping[str, RecoveryTier]:
        """The classes of recovery, the most demanding first."""
        return dict(
            sorted(self.classes.items(), key=lambda one: (_limit(one[1].time_minutes), _limit(one[1].point_minutes)))
        )

    def level_of(self, rank: int) -> ImpactLevel | None:
        """The level of a rank; none for no harm."""
        return next((one for one in self.levels.values() if one.rank == rank), None)

    @property
    def threshold(self) -> int:
        """The rank from which harm is intolerable."""
        return self.levels[self.intolerable_from].rank

    def begins(self) -> Mapping[int, Decimal]:
        """The amount at which each rank begins, where amounts are assigned."""
        return {one.rank: one.from_amount for one in self.levels.values() if one.from_amount is not None}

    def class_for(self, time_minutes: int | None, point_minutes: int | None) -> str | None:
        """The least demanding class of recovery that keeps both objectives, by its key; none where no class does."""
        classes = {key: RecoveryClass(one.time_minutes, one.point_minutes) for key, one in self.classes.items()}
        return fitting_class(time_minutes, point_minutes, classes)

    def owes_plan(self, tolerable_minutes: int | None) -> bool:
        """Whether what tolerates so much disruption must have a continuity plan."""
        if tolerable_minutes is None:
            return False
        return self.plan_owed_within_minutes is None or tolerable_minutes <= self.plan_owed_within_minutes


def _limit(minutes: int | None) -> float:
    return inf if minutes is None else minutes


def _by_minutes(times: Mapping[str, ScaleTime]) -> Mapping[str, ScaleTime]:
    return dict(sorted(times.items(), key=lambda one: one[1].minutes))
