"""Outages: when services and components were down, as merged time, and what is known of them around a period."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from sdflow.domain.measured import UNKNOWN, Outages, Words
from sdflow.domain.period import Period
from sdflow.domain.service_time import NOTHING, CalendarHours, Intervals, intersection, intervals, merged, union

_MINUTE, _HOUR = 60, 3600


@dataclass(frozen=True)
class Downtime:
    """When something was down, in seconds; `still_since` is when an outage began that had no end, and is counted until then."""

    time: Intervals
    still_since: int | None = None


def downtime_of(outages: Outages, until: int) -> Downtime:
    """The outages of one service or component as merged time, what has no end counted until an instant.

    Outages that overlap or touch are one. What begins after the instant is not looked at.
    """
    begun = outages.since < until
    since, ends = outages.since[begun], outages.until[begun]
    still = ends == UNKNOWN
    time = merged(np.column_stack((since, np.minimum(np.where(still, until, ends), until))))
    return Downtime(time, int(since[still].min()) if still.any() else None)


def downtime_by_component(outages: Outages, until: int) -> dict[str, Downtime]:
    """When each component was down that is named, by its reference."""
    return _downtime_by(outages.component, outages, until)


def downtime_by_service(outages: Outages, until: int) -> dict[str, Downtime]:
    """When each service was down of itself that is named, by its reference."""
    return _downtime_by(outages.service, outages, until)


def _downtime_by(names: Words, outages: Outages, until: int) -> dict[str, Downtime]:
    return {name: downtime_of(outages.chosen(names == name), until) for name in sorted(set(names.tolist()) - {""})}


@dataclass(frozen=True)
class Observed:
    """What is known of one service or component around a period, in seconds since 1970-01-01 UTC.

    The period lies from `since` until `until`. `agreed` is agreed service time, `down` when it was down, `watched` when
    somebody looked, `planned` the announced windows as far as work took place in them, `announced` the whole windows where
    that is more; all of them may begin before the period, so that a break which
    began earlier is known in its whole length. `first_use` is the instant from which it was used, where that lies in
    the period; `still_down` says that the last outage has no end yet. Instants are told on the clocks of `zone`.
    """

    since: int
    until: int
    agreed: Intervals
    down: Intervals
    watched: Intervals
    planned: Intervals = field(default_factory=lambda: NOTHING)
    zone: str = "Etc/UTC"
    first_use: int | None = None
    still_down: bool = False
    announced: Intervals | None = None

    @property
    def windows(self) -> Intervals:
        """The announced windows from beginning to end."""
        return self.planned if self.announced is None else self.announced

    @property
    def whole(self) -> Intervals:
        """The period."""
        return intervals((self.since, self.until))


def agreed_seconds(opened: Intervals, critical: Sequence[Intervals] = ()) -> Intervals:
    """Open minutes of a calendar as seconds; in critical periods alone, where some are given in minutes."""
    within = intersection(opened, union(*critical)) if critical else opened
    return within * _MINUTE


def bounds(hours: CalendarHours, period: Period) -> tuple[int, int]:
    """The instants between which a period lies on the clocks of a calendar, in seconds."""
    return period.seconds(hours.zone)


def seconds_of(time: Intervals) -> int:
    """How many seconds intervals in seconds are together."""
    return int((time[:, 1] - time[:, 0]).sum())


def length_text(seconds: int) -> str:
    """A length as people read it, such as 1 h 41 min 40 s."""
    hours, rest = divmod(seconds, _HOUR)
    minutes, left = divmod(rest, _MINUTE)
    parts = [f"{number} {unit}" for number, unit in ((hours, "h"), (minutes, "min"), (left, "s")) if number]
    return " ".join(parts) or "0 s"


def joined(sentences: Iterable[str]) -> str:
    """Notes as one text."""
    return "; ".join(one for one in sentences if one)
