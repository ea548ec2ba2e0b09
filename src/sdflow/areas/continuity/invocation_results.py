"""Invocation results: what was to be reached in an invocation, beside what was reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sdflow.domain.invocation import minutes_between


@dataclass(frozen=True)
class ServiceResult:
    """The recovery of one service, in minutes from the disruption; lost work in minutes before it.

    What is required is none where nothing is; what happened is none where it is not known, or not yet.
    """

    service: str
    required_minutes: int | None
    planned_minutes: int | None
    required_point_minutes: int | None
    restored_at: datetime | None
    minutes: int | None
    data_as_of: datetime | None
    lost_minutes: int | None

    @property
    def in_time(self) -> bool | None:
        """Whether it worked again in the time that is required; none where that cannot be said."""
        return kept(self.minutes, self.required_minutes)

    @property
    def lost_little_enough(self) -> bool | None:
        """Whether no more work was lost than is allowed; none where that cannot be said."""
        return kept(self.lost_minutes, self.required_point_minutes)


@dataclass(frozen=True)
class StepResult:
    """A step: when it was to be taken, and when it was done."""

    begins_at: datetime | None
    ends_at: datetime | None
    done_at: datetime | None

    @property
    def late_minutes(self) -> int | None:
        """How much later it was done than planned, negative where earlier; none where that cannot be said."""
        if self.ends_at is None or self.done_at is None:
            return None
        return minutes_between(self.ends_at, self.done_at)


@dataclass(frozen=True)
class AnnouncementResult:
    """An announcement: by when it was due, when it was given first, how often, and the longest silence while services did not work."""

    due_at: datetime | None
    given_at: datetime | None
    times: int
    most_silent_minutes: int | None
    silent_minutes: int | None

    @property
    def in_time(self) -> bool | None:
        """Whether it was given in time; none where it was not given or not yet due."""
        return None if self.due_at is None or self.given_at is None else self.given_at <= self.due_at

    @property
    def often_enough(self) -> bool | None:
        """Whether it was given again as often as planned; none where nothing is planned."""
        return kept(self.silent_minutes, self.most_silent_minutes)


def kept(minutes: int | None, most: int | None) -> bool | None:
    """Whether a length is within a limit; none where one of them is not there."""
    return None if minutes is None or most is None else minutes <= most
