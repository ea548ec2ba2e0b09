"""Exercise: what a test of a continuity plan has measured, and what follows from that by rule.

Times are whole minutes, a begun one counted in full. The recovery time runs from the simulated disruption to the entry by
which a service works, the recovery point is how much older than the disruption the data then are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sdflow.domain.invocation import minutes_between

WHOLE = Decimal(100)
_NUMBER = re.compile(r"(\d+)")


class Outcome(StrEnum):
    """What came of a test."""

    passed = "passed"
    failed = "failed"
    incomplete = "incomplete"


@dataclass(frozen=True)
class Objective:
    """What a service is measured against: minutes until it works, minutes of lost work, the least share of it that works.

    What is none is not measured.
    """

    time_minutes: int | None
    point_minutes: int | None
    minimum_percent: Decimal | None


@dataclass(frozen=True)
class Happening:
    """An entry of a timeline: when, which services it restored or lost, with how old data and to which share."""

    at: datetime
    restored: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    data_as_of: datetime | None = None
    percent: Decimal = WHOLE


@dataclass(frozen=True)
class Course:
    """How a test went: from the simulated disruption to its end, entries in the order of time, none where not recorded."""

    begun_at: datetime | None
    ended_at: datetime | None
    happenings: tuple[Happening, ...]

    def run_minutes(self) -> int | None:
        """How long it went on; none where it has not ended."""
        if self.begun_at is None or self.ended_at is None:
            return None
        return minutes_between(self.begun_at, self.ended_at)


@dataclass(frozen=True)
class Measured:
    """What a test showed of one service, and how that compares: met, missed, or none where it cannot be said.

    `restored_at` is none where the service did not come back, or was lost again and did not.
    """

    objective: Objective
    restored_at: datetime | None
    data_as_of: datetime | None
    time_minutes: int | None
    point_minutes: int | None
    percent: Decimal | None
    time_met: bool | None
    point_met: bool | None
    minimum_met: bool | None

    def verdicts(self) -> tuple[bool | None, ...]:
        """Whether each objective that there is was met; none where it cannot be said."""
        return tuple(
            verdict
            for objective, verdict in (
                (self.objective.time_minutes, self.time_met),
                (self.objective.point_minutes, self.point_met),
                (self.objective.minimum_percent, self.minimum_met),
            )
            if objective is not None
        )


def in_order_of_keys(keys: Iterable[str]) -> list[str]:
    """Keys as people number them: t2 before t10, and t2a between t2 and t3."""
    return sorted(keys, key=_numbered)


def _numbered(key: str) -> tuple[tuple[int, int | str], ...]:
    parts = (part for part in _NUMBER.split(key) if part)
    return tuple((0, int(part)) if part.isdigit() else (1, part) for part in parts)


def following_key(keys: Iterable[str], first: str = "t1") -> str:
    """A key that stands after all others: t10 after t9, t010 after t009."""
    last = next(reversed(in_order_of_keys(keys)), None)
    if last is None:
        return first
    stem = last.rstrip("0123456789")
    number = last.removeprefix(stem)
    return f"{stem}{int(number or 0) + 1:0{len(number)}}"


def measured(service: str, objective: Objective, course: Course) -> Measured:
    """What a test showed of one service.

    It works from the first entry that restores it at the least share that is wanted, and from the first that restores it
    at all where none reaches that share; what was restored before the service was lost again does not count. One that
    did not come back has missed its recovery time once the test went on for longer than that; before, it cannot be
    said.
    """
    restored = _restored(service, objective, course.happenings)
    if restored is None or course.begun_at is None:
        late = _late(objective, course)
        return Measured(objective, None, None, None, None, None, False if late else None, None, None)
    time = minutes_between(course.begun_at, restored.at)
    data_as_of = restored.data_as_of
    point = max(minutes_between(data_as_of, course.begun_at), 0) if data_as_of else None
    return Measured(
        objective,
        restored.at,
        data_as_of,
        time,
        point,
        restored.percent,
        _at_most(time, objective.time_minutes),
        _at_most(point, objective.point_minutes),
        None if objective.minimum_percent is None else restored.percent >= objective.minimum_percent,
    )


def _restored(service: str, objective: Objective, happenings: Sequence[Happening]) -> Happening | None:
    since = max((number for number, one in enumerate(happenings, 1) if service in one.lost), default=0)
    found = [one for one in happenings[since:] if service in one.restored]
    enough = [one for one in found if one.percent >= (objective.minimum_percent or 0)]
    return next(iter([*enough, *found]), None)


def _late(objective: Objective, course: Course) -> bool:
    run = course.run_minutes()
    return run is not None and objective.time_minutes is not None and run > objective.time_minutes


def _at_most(value: int | None, limit: int | None) -> bool | None:
    return None if value is None or limit is None else value <= limit


def conclusion(
    *, begun: bool, ended: bool, stopped: bool, criteria: Iterable[bool | None], services: Iterable[Measured]
) -> Outcome | None:
    """What came of a test, by rule and not by opinion; none before anything is recorded.

    Failed: a success criterion was not met, or a service came back later, with older data or with less of it than its
    objective allows; that cannot be mended by going on. Incomplete: nothing was missed, but the test has not ended or was
    stopped, or it cannot be said of a criterion or an objective whether it was met, or there was nothing to meet.
    Passed: it has ended, and every criterion and every objective was met.
    """
    verdicts = [*criteria, *(verdict for one in services for verdict in one.verdicts())]
    if not begun and not ended and all(one is None for one in verdicts):
        return None
    if False in verdicts:
        return Outcome.failed
    whole = begun and ended and not stopped and bool(verdicts) and None not in verdicts
    return Outcome.passed if whole else Outcome.incomplete


def measurements(objectives: Mapping[str, Objective], course: Course) -> dict[str, Measured]:
    """What a test showed of each service, by its key."""
    return {key: measured(key, objective, course) for key, objective in objectives.items()}
