"""BIA: what a disruption of business processes would mean, and what follows for the services on which they rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import Field, model_validator

from sdflow.areas.continuity.business_process import BusinessProcess, NeededService, SetByHand
from sdflow.areas.continuity.impact_scale import ImpactScale
from sdflow.domain.agreement import PersonReference
from sdflow.domain.continuity import Analysing, Need
from sdflow.domain.impact import (
    TolerableUntil,
    in_order,
    loop,
    no_later_than_those_who_need_it,
    share_of,
    tolerable_minutes,
    worst,
)
from sdflow.domain.kind import Description, Key, Reference, RefersTo, Text
from sdflow.domain.signed_document import SignedDocument
from sdflow.domain.trait import Party


@dataclass(frozen=True)
class Objective:
    """A time, what the rule gives in its stead, and why it differs; none where the scale sets no limit.

    `reason` is given where it is set by hand, `needed_by` is the process that needs it earlier than its own harm asks for.
    """

    minutes: int | None
    derived_minutes: int | None
    reason: str | None = None
    needed_by: str | None = None


@dataclass(frozen=True)
class Assessment:
    """What follows for one process: place in the recovery order, worst harm by minutes, and its objectives."""

    place: int
    harm: Mapping[int, int]
    tolerable: Objective
    recovery_time: Objective
    recovery_point: Objective
    recovery_class: str | None
    plan_owed: bool


class Bia(SignedDocument, Analysing):
    """What a disruption would mean for the business, approved by those who answer for its processes."""

    description = Description("bia", "Business impact analysis", "Business impact analyses", "BIA", document=True)

    business_unit: Annotated[Reference, RefersTo((Party,))] = Field(description="Whose processes are analysed")
    scope: Text | None = Field(None, description="What is analysed, and what is not")
    method: Text | None = Field(None, description="How the figures were gathered, and what they assume")
    participants: Annotated[list[PersonReference], Field(max_length=60)] = Field(
        default_factory=list, description="Who was asked"
    )
    scale: ImpactScale
    processes: Annotated[dict[Key, BusinessProcess], Field(min_length=1, max_length=200)]
    residual_risk: Text | None = Field(None, description="What remains even if every objective is kept")

    @model_validator(mode="after")
    def _in_the_language_of_the_scale(self) -> Self:
        for key, process in self.processes.items():
            try:
                process.refuse_unlike(self.scale)
            except ValueError as error:
                raise ValueError(f"processes.{key}.{error}") from error
        return self

    @model_validator(mode="after")
    def _without_loops(self) -> Self:
        for key, process in self.processes.items():
            unknown = sorted(set(process.needs) - self.processes.keys())
            if unknown:
                raise ValueError(f"processes.{key}.needs: {unknown[0]} is no process of the analysis")
        way = loop(self._needs())
        if way:
            raise ValueError(f"processes need one another in a loop: {' → '.join(way)}")
        return self

    @model_validator(mode="after")
    def _objectives_can_be_kept(self) -> Self:
        for key, one in self.assessments().items():
            process, place = self.processes[key], f"processes.{key}"
            _refuse_later(f"{place}.recovery_time", one.recovery_time, one.tolerable.minutes, self.processes)
            _refuse_later(f"{place}.recovery_point", one.recovery_point, None, self.processes)
            objective, full = one.recovery_time.minutes, process.full_again_minutes
            if objective is not None and full is not None and full < objective:
                raise ValueError(
                    f"{place}.full_again_minutes: fully again after {full} minutes, before the objective of {objective} minutes "
                    "by which it works at all"
                )
            for name, needed in process.services.items():
                if objective is not None and needed.resumption_minutes > objective:
                    raise ValueError(
                        f"{place}.services.{name}.resumption_minutes: {needed.resumption_minutes} minutes after the service is "
                        f"back are more than the whole objective of {objective} minutes"
                    )
        return self

    def assessments(self) -> Mapping[str, Assessment]:
        """What follows for each process, in the recovery order (ISO 22301:2019, 8.2.2).

        MTPD: from the worst harm at each time, by the threshold of the scale. RTO: the share of the MTPD that the scale
        states, no later than the process that needs it. A plan is owed by the earliest MTPD of all that need the process.
        RPO: as the MTPD, from the harm of lost work. What is set by hand takes the place of what the rule gives.
        """
        scale, processes, needs = self.scale, self.processes, self._needs()
        harm = {key: worst(one.courses(scale).values()) for key, one in processes.items()}
        tolerable = {
            key: _chosen(one.tolerable, tolerable_minutes(harm[key], scale.threshold, scale.tolerable_until))
            for key, one in processes.items()
        }
        times = self._objectives(
            {key: one.recovery_time for key, one in processes.items()},
            {key: share_of(one.minutes, scale.objective_percent) for key, one in tolerable.items()},
        )
        points = self._objectives(
            {key: one.recovery_point for key, one in processes.items()},
            {key: self._point(one) for key, one in processes.items()},
        )
        borne = no_later_than_those_who_need_it({key: one.minutes for key, one in tolerable.items()}, needs)
        order = in_order(needs, {key: (times[key].minutes, tolerable[key].minutes) for key in processes})
        return {
            key: Assessment(
                place=place,
                harm=harm[key],
                tolerable=tolerable[key],
                recovery_time=times[key],
                recovery_point=points[key],
                recovery_class=scale.class_for(times[key].minutes, points[key].minutes),
                plan_owed=scale.owes_plan(borne[key][0]),
            )
            for place, key in enumerate(order, 1)
        }

    def _needs(self) -> Mapping[str, list[str]]:
        return {key: one.needs for key, one in self.processes.items()}

    def _point(self, process: BusinessProcess) -> int | None:
        course = worst(process.lost_work_courses(self.scale).values())
        return tolerable_minutes(course, self.scale.threshold, TolerableUntil.last_tolerable)

    def _objectives(
        self, by_hand: Mapping[str, SetByHand | None], derived: Mapping[str, int | None]
    ) -> Mapping[str, Objective]:
        own = {key: _chosen(one, derived[key]) for key, one in by_hand.items()}
        kept = no_later_than_those_who_need_it({key: one.minutes for key, one in own.items()}, self._needs())
        return {key: Objective(kept[key][0], one.derived_minutes, one.reason, kept[key][1]) for key, one in own.items()}

    def analysed_party(self) -> str:
        """The part of the business whose processes are analysed."""
        return self.business_unit

    def needs(self) -> tuple[Need, ...]:
        """What each process needs of each service: back early enough for the process to work again by its objective."""
        return tuple(self._service_needs())

    def _service_needs(self) -> Iterator[Need]:
        for key, one in self.assessments().items():
            process = self.processes[key]
            for needed in process.services.values():
                yield self._need(key, process, one, needed)

    def _need(self, key: str, process: BusinessProcess, one: Assessment, needed: NeededService) -> Need:
        objective, least = one.recovery_time.minutes, process.minimum
        return Need(
            clause=f"processes.{key}",
            process=process.title,
            service=needed.service,
            tolerable_minutes=one.tolerable.minutes,
            time_minutes=None if objective is None else objective - needed.resumption_minutes,
            point_minutes=one.recovery_point.minutes,
            minimum_percent=needed.minimum_percent or (least.percent if least else None),
            minimum_level=needed.minimum_level or (least.level if least else ""),
            plan_owed=one.plan_owed,
        )


def _chosen(by_hand: SetByHand | None, derived: int | None) -> Objective:
    """What is set by hand where it is, else what the rule gives."""
    return Objective(by_hand.minutes, derived, by_hand.reason) if by_hand else Objective(derived, derived)


def _refuse_later(
    place: str, objective: Objective, tolerable: int | None, processes: Mapping[str, BusinessProcess]
) -> None:
    """Raises ValueError where an objective that is set by hand cannot be kept or comes too late."""
    if objective.reason is not None and objective.needed_by is not None:
        raise ValueError(
            f"{place}: set by hand, but {processes[objective.needed_by].title} ({objective.needed_by}) needs the process after "
            f"{objective.minutes} minutes already"
        )
    if objective.minutes is not None and tolerable is not None and objective.minutes > tolerable:
        raise ValueError(
            f"{place}: the objective of {objective.minutes} minutes is longer than the {tolerable} minutes that are tolerable "
            "(MTPD); set an earlier objective, or state the tolerable period by hand with its reason"
        )
