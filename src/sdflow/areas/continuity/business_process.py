"""Business process: what of the business a disruption would stop, what it rests on, and what its loss would mean."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from sdflow.areas.continuity.impact_scale import ImpactScale, Minutes, ScaleTime
from sdflow.domain.agreement import PersonReference
from sdflow.domain.clauses import Amount, CriticalPeriods, Lines
from sdflow.domain.impact import Course, first_fall, rank_of_amount
from sdflow.domain.kind import Key, Line, Reference, RefersTo, Strict, Text, Title
from sdflow.domain.target import Percent
from sdflow.domain.trait import Party, Structured


class SetByHand(Strict):
    """A time that does not follow the rule, and why."""

    minutes: Minutes
    reason: Line = Field(description="Why it differs from what the rule gives")


class Loss(Strict):
    """How one form of loss grows with time: as levels, or as amounts in the currency of the scale."""

    levels: dict[Key, Key] | None = Field(None, description="Level by time of the scale")
    amounts: dict[Key, Amount] | None = Field(None, description="Loss in money by time of the scale")
    remark: Line | None = Field(None, description="Where the figures come from")

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if (self.levels is None) == (self.amounts is None):
            raise ValueError("give either levels or amounts")
        return self

    def course(self, scale: ImpactScale, times: Mapping[str, ScaleTime]) -> Course:
        """Rank of harm by minutes."""
        if self.amounts is not None:
            begins = scale.begins()
            return {times[key].minutes: rank_of_amount(amount, begins) for key, amount in self.amounts.items()}
        return {times[key].minutes: scale.levels[level].rank for key, level in (self.levels or {}).items()}


Losses = Annotated[dict[Key, Loss], Field(max_length=20)]


class NeededService(Strict):
    """An IT service on which a process depends, and what it needs of it."""

    service: Annotated[Reference, RefersTo((Structured,))]
    used_for: Line = Field(description="What the process does with it")
    resumption_minutes: Minutes = Field(
        0, description="Minutes that the process needs until it works again once the service is back"
    )
    minimum_percent: Percent | None = Field(
        None, description="Least share of the service in the meantime; that of the process unless given"
    )
    minimum_level: Line | None = Field(
        None, description="What must work of it in the meantime; that of the process unless given"
    )


class NeededPeople(Strict):
    """People on whom a process depends: somebody by name, or a group."""

    title: Title = Field(description="Role or group, such as claims handlers")
    person: PersonReference | None = None
    number: Annotated[int, Field(ge=1, le=100_000)] | None = Field(None, description="How many usually work in it")
    skills: Line | None = Field(None, description="What they must be able or allowed to do")


class NeededPlace(Strict):
    """A place on which a process depends."""

    title: Title
    remark: Line | None = Field(None, description="What is there that is not elsewhere")


class NeededSupplier(Strict):
    """Another company or team on which a process depends."""

    supplier: Annotated[Reference, RefersTo((Party,))]
    used_for: Line


class NeededData(Strict):
    """Data or records on which a process depends."""

    title: Title
    kept_in: Line = Field(description="Where they are kept")


class MinimumOperation(Strict):
    """The least with which a process goes on until it works fully again."""

    percent: Percent | None = Field(None, description="Share of the usual output")
    level: Line = Field(description="What is done at least")
    staff: Annotated[dict[Key, NeededPeople], Field(max_length=40)] = Field(default_factory=dict)
    facilities: Lines = Field(default_factory=list, description="Places, devices and forms that are needed at least")


class Workaround(Strict):
    """How a process goes on by other means, and for how long."""

    title: Title
    carries_minutes: Minutes = Field(description="How long it carries, from the disruption")
    limits: Line = Field(description="What it cannot do, and what ends it")


class BusinessProcess(Strict):
    """A process of the business."""

    title: Title
    owner: PersonReference = Field(description="Who answers for the process")
    purpose: Text | None = Field(None, description="What the process does")
    outputs: Lines = Field(default_factory=list, description="What comes out, and for whom")
    criticality: Key | None = Field(None, description="Class of criticality of the scale")
    peaks: CriticalPeriods = Field(default_factory=dict, description="Times that matter most")
    needs: Annotated[list[Key], Field(max_length=40)] = Field(
        default_factory=list, description="Other processes of the analysis without which it cannot work"
    )
    services: Annotated[dict[Key, NeededService], Field(max_length=60)] = Field(default_factory=dict)
    people: Annotated[dict[Key, NeededPeople], Field(max_length=40)] = Field(default_factory=dict)
    places: Annotated[dict[Key, NeededPlace], Field(max_length=40)] = Field(default_factory=dict)
    suppliers: Annotated[dict[Key, NeededSupplier], Field(max_length=40)] = Field(default_factory=dict)
    data: Annotated[dict[Key, NeededData], Field(max_length=40)] = Field(default_factory=dict)
    impacts: Losses = Field(default_factory=dict, description="Harm by form of loss and length of the disruption")
    lost_work: Losses = Field(default_factory=dict, description="Harm by form of loss and amount of work that is lost")
    tolerable: SetByHand | None = Field(None, description="Maximum tolerable period of disruption (MTPD) set by hand")
    recovery_time: SetByHand | None = Field(None, description="Recovery time objective (RTO) set by hand")
    recovery_point: SetByHand | None = Field(None, description="Recovery point objective (RPO) set by hand")
    full_again_minutes: Minutes | None = Field(None, description="Minutes until the process must work fully again")
    minimum: MinimumOperation | None = None
    workarounds: Annotated[dict[Key, Workaround], Field(max_length=20)] = Field(default_factory=dict)

    def carried_minutes(self) -> int:
        """How long the workaround that carries longest carries the process; 0 without one."""
        return max((one.carries_minutes for one in self.workarounds.values()), default=0)

    def courses(self, scale: ImpactScale) -> Mapping[str, Course]:
        """Rank of harm by minutes of disruption, by form of loss."""
        return {key: one.course(scale, scale.times) for key, one in self.impacts.items()}

    def lost_work_courses(self, scale: ImpactScale) -> Mapping[str, Course]:
        """Rank of harm by minutes of lost work, by form of loss."""
        return {key: one.course(scale, scale.lost_work) for key, one in self.lost_work.items()}

    def refuse_unlike(self, scale: ImpactScale) -> None:
        """Raises ValueError where the process does not speak the language of the scale, or where harm falls with time."""
        if self.criticality is not None and self.criticality not in scale.criticality:
            raise ValueError(f"its criticality {self.criticality} is none of {_listed(scale.criticality)}")
        for name, losses, times in (
            ("impacts", self.impacts, scale.ordered_times()),
            ("lost_work", self.lost_work, scale.ordered_lost_work()),
        ):
            for key, loss in losses.items():
                if key not in scale.losses:
                    raise ValueError(f"{name}.{key}: none of the forms of loss, which are {_listed(scale.losses)}")
                _refuse_unlike(f"{name}.{key}", loss, scale, times)


def _refuse_unlike(place: str, loss: Loss, scale: ImpactScale, times: Mapping[str, ScaleTime]) -> None:
    """Raises ValueError where a loss is not assessed at exactly the times of the scale, by its levels, or falls."""
    given = loss.amounts if loss.amounts is not None else loss.levels or {}
    unknown, missing = sorted(given.keys() - times.keys()), [key for key in times if key not in given]
    if unknown:
        raise ValueError(f"{place}: {unknown[0]} is no time of the scale, which has {_listed(times)}")
    if missing:
        raise ValueError(f"{place}: nothing is said for {_listed(missing)}; assess every time of the scale")
    strange = sorted({level for level in (loss.levels or {}).values() if level not in scale.levels})
    if strange:
        raise ValueError(f"{place}: {strange[0]} is none of the levels {_listed(scale.ordered_levels())}")
    if loss.amounts is not None and not scale.begins():
        raise ValueError(f"{place}: amounts are given, but no level of the scale says from which amount it is reached")
    _refuse_fall(place, loss, scale, times)


def _refuse_fall(place: str, loss: Loss, scale: ImpactScale, times: Mapping[str, ScaleTime]) -> None:
    amounts = {times[key].minutes: amount for key, amount in (loss.amounts or {}).items()}
    fall = first_fall(amounts) if amounts else first_fall(dict(loss.course(scale, times)))
    if fall is None:
        return
    before, after = (next(key for key, one in times.items() if one.minutes == minutes) for minutes in fall)
    raise ValueError(
        f"{place}: the harm falls from {_worded(loss, scale, before)} after {times[before].title} to "
        f"{_worded(loss, scale, after)} after {times[after].title}; what is lost by then stays lost, so say at least as much"
    )


def _worded(loss: Loss, scale: ImpactScale, key: str) -> str:
    if loss.amounts is not None:
        amount: Decimal = loss.amounts[key]
        return f"{scale.currency} {amount:,}"
    return scale.levels[(loss.levels or {})[key]].title


def _listed(keys: Mapping[str, object] | list[str]) -> str:
    return ", ".join(keys) or "empty"
