"""Continuity: what the business needs after a disruption, how it is to be met, and what a test has proven.

What records of business impact, plans and tests tell the proof, by their traits. Times are whole minutes, and recovery
times run from the disruption.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from math import ceil

from sdflow.domain.trait import Provable

MINUTES_AN_HOUR = 60


@dataclass(frozen=True)
class Need:
    """What one business process needs of one service after a disruption (ISO 22301).

    `clause` is the path of the process in its analysis. `tolerable_minutes` is the maximum tolerable period of disruption
    (MTPD), `time_minutes` the recovery time objective (RTO), `point_minutes` the recovery point objective (RPO).
    `minimum_percent` and `minimum_level` are the least that must work meanwhile, as a share and in words. `plan_owed`: the
    impact is above the threshold from which a service must have a continuity plan.
    """

    clause: str
    process: str
    service: str
    tolerable_minutes: int | None
    time_minutes: int | None
    point_minutes: int | None
    minimum_percent: Decimal | None
    minimum_level: str
    plan_owed: bool


class Analysing(Provable, ABC):
    """Something that says what business processes need after a disruption: a business impact analysis."""

    @abstractmethod
    def needs(self) -> tuple[Need, ...]:
        """What each process needs of each service on which it depends."""

    def analysed_party(self) -> str | None:
        """Whose processes they are; none where they are everybody's."""
        return None


@dataclass(frozen=True)
class RecoveryStep:
    """One step of a recovery: who does it, how long it takes on whose calendar, and after which steps.

    `team` is the party that does it and does nothing else meanwhile; `hours` the calendar on which its minutes run, the
    elapsed time where it is none. `restores` are the services that work again once it is done. `supplier` is the contract
    on which it rests, `helped_by` the company, with or without a contract, `backup` the key of the backup that it restores.
    """

    key: str
    title: str
    team: str | None
    minutes: int
    hours: str | None
    after: tuple[str, ...]
    restores: tuple[str, ...] = ()
    supplier: str | None = None
    backup: str | None = None
    helped_by: str | None = None


@dataclass(frozen=True)
class Backup:
    """How the data of services are saved: how often, how long a run and its transfer take, how much, how fast it is read back.

    `gigabytes` and `gigabytes_an_hour` are none where the volume plays no part.
    """

    key: str
    title: str
    services: tuple[str, ...]
    interval_minutes: int
    duration_minutes: int
    transfer_minutes: int = 0
    gigabytes: Decimal | None = None
    gigabytes_an_hour: Decimal | None = None

    @property
    def point_minutes(self) -> int:
        """The most work that may be lost (alignment R20): interval + duration + transfer."""
        return self.interval_minutes + self.duration_minutes + self.transfer_minutes

    @property
    def restore_minutes(self) -> int | None:
        """How long reading it back takes: volume / throughput, rounded up; none where one of them is not stated."""
        if self.gigabytes is None or not self.gigabytes_an_hour:
            return None
        return ceil(self.gigabytes * MINUTES_AN_HOUR / self.gigabytes_an_hour)


@dataclass(frozen=True)
class PlannedService:
    """A service that a plan recovers, and the least that it gives meanwhile; `clause` is its path in the plan.

    `time_minutes` and `point_minutes` are the recovery time and point of which it says that they are required.
    """

    clause: str
    service: str
    minimum_percent: Decimal | None
    minimum_level: str
    time_minutes: int | None = None
    point_minutes: int | None = None


@dataclass(frozen=True)
class ScheduledExercise:
    """A test that a plan asks for: what sort, how often, and when next, where that is said."""

    title: str
    sort: str
    measured: bool
    every_months: int
    next_on: date | None


@dataclass(frozen=True)
class RecoveryPlan:
    """What a continuity plan says, as far as it can be reckoned with.

    The recovery begins after `detection_minutes` and `decision_minutes`. `steps` stand in the order in which a team takes
    them, by their keys. `invokers` may invoke the plan, the first before the others, who are deputies.
    `exercises` are the tests for which it asks.
    """

    owner: str
    services: tuple[PlannedService, ...]
    detection_minutes: int
    decision_minutes: int
    steps: Mapping[str, RecoveryStep]
    backups: Mapping[str, Backup] = field(default_factory=dict)
    invokers: tuple[str, ...] = ()
    contacts_checked_on: date | None = None
    exercises: tuple[ScheduledExercise, ...] = ()

    def backups_of(self, service: str) -> tuple[Backup, ...]:
        """How the data of a service are saved."""
        return tuple(one for one in self.backups.values() if service in one.services)


class Recovering(Provable, ABC):
    """Something that says how services come back: a continuity plan."""

    @abstractmethod
    def recovery_plan(self) -> RecoveryPlan:
        """What it says."""


@dataclass(frozen=True)
class TestedService:
    """What a test measured of one service: minutes until it worked again, minutes of work lost, the share that worked."""

    clause: str
    service: str
    time_minutes: int | None
    point_minutes: int | None
    minimum_percent: Decimal | None


@dataclass(frozen=True)
class Exercise:
    """A test of a version of a plan: what sort, when, with which outcome, and what it measured.

    Only a component, partial or full test is `measured`; a walk-through or tabletop yields no times (alignment R23).
    `planned_on` is the day for which it was planned, `next_on` the day on which the plan is to be tested again.
    """

    plan: str
    plan_version: int
    sort: str
    measured: bool
    held_on: date | None
    outcome: str
    services: tuple[TestedService, ...]
    planned_on: date | None = None
    next_on: date | None = None


class Exercising(Provable, ABC):
    """Something that tests a plan."""

    @abstractmethod
    def exercise(self) -> Exercise:
        """What was tested, and what came of it."""
