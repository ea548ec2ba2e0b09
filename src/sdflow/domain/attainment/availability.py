"""Availability: the share of agreed service time in which something was up, by the conventions of its target (R13)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from sdflow.domain.attainment.breaks import breaks_of, known_time
from sdflow.domain.attainment.outages import Observed, joined, length_text, seconds_of
from sdflow.domain.attainment.result import Attainment, met, rounded_against
from sdflow.domain.period import Period
from sdflow.domain.service_time import NEVER, Clock, Intervals, intersection, intervals, merged, minus, union
from sdflow.domain.target import AvailabilityTarget, BeforeFirstUse, Comparison, PlannedDowntime

_PLANNED = {
    PlannedDowntime.down: "downtime counts inside announced windows too",
    PlannedDowntime.up: "inside announced windows it counts as up, in those that are over for as long as the work really took",
    PlannedDowntime.left_out: "announced windows are left out of agreed time, those that are over for as long as the work really took",
    PlannedDowntime.window_down: "announced windows count as down from beginning to end",
}
TWO_LOOKS = 2
"""So many seconds are watched at least where somebody looked twice: a look alone tells of its own second, and of no time."""

_UNANNOUNCED = "an agreed window in which no work was announced counts as any other time"
_FIRST_USE = {
    BeforeFirstUse.up: "days before the first use count as up",
    BeforeFirstUse.left_out: "days before the first use are left out",
}


@dataclass(frozen=True)
class Counted:
    """Agreed time of a period that is known, what of it counts as down, and the seconds that nobody watched."""

    agreed: Intervals
    down: Intervals
    unwatched: int

    @property
    def agreed_seconds(self) -> int:
        """The time on which it is judged."""
        return seconds_of(self.agreed)

    @property
    def down_seconds(self) -> int:
        """What of that counts as down."""
        return seconds_of(self.down)

    @property
    def share(self) -> Fraction | None:
        """The share of the time in which it counts as up, exactly; none where nobody looked, or only once."""
        agreed = self.agreed_seconds
        return 1 - Fraction(self.down_seconds, agreed) if agreed >= TWO_LOOKS else None


def counted(
    seen: Observed,
    planned: PlannedDowntime = PlannedDowntime.left_out,
    before: BeforeFirstUse | None = None,
    stretch_minutes: int | None = None,
) -> Counted:
    """Agreed time and downtime of a period by a convention.

    Announced windows count as `planned` says, days before the first use as `before` says. Where `stretch_minutes` are
    given, time is looked at in stretches of so many minutes from the period's beginning, and one counts as down
    where all of its agreed time is. A window that counts as down is known, whether or not anybody watched it.
    """
    seen = _since_first_use(seen, before)
    agreed = intersection(seen.agreed, seen.whole)
    down = union(seen.down, seen.windows) if planned is PlannedDowntime.window_down else seen.down
    if planned is PlannedDowntime.left_out:
        agreed = minus(agreed, seen.planned)
    if planned is PlannedDowntime.up:
        down = minus(down, seen.planned)
    known = intersection(agreed, known_time(seen, planned))
    found = intersection(known, down)
    if stretch_minutes:
        found = _whole_stretches(seen, known, found, stretch_minutes * 60)
    return Counted(known, found, seconds_of(agreed) - seconds_of(known))


def _since_first_use(seen: Observed, before: BeforeFirstUse | None) -> Observed:
    if seen.first_use is None or seen.first_use <= seen.since:
        return seen
    used = intervals((seen.first_use, NEVER))
    if before is not BeforeFirstUse.up:
        return replace(seen, agreed=intersection(seen.agreed, used))
    unused = intervals((seen.since, seen.first_use))
    return replace(
        seen,
        down=intersection(seen.down, used),
        planned=intersection(seen.planned, used),
        announced=intersection(seen.windows, used),
        watched=union(seen.watched, unused),
    )


def _whole_stretches(seen: Observed, agreed: Intervals, down: Intervals, length: int) -> Intervals:
    edges = np.append(np.arange(seen.since, seen.until, length), seen.until)
    of_agreed, of_down = (Clock(time).elapsed(edges[:-1], edges[1:]) for time in (agreed, down))
    full = (of_down > 0) & (of_down == of_agreed)
    return intersection(agreed, merged(np.column_stack((edges[:-1][full], edges[1:][full]))))


def attained_availability(
    agreement: str,
    clause: str,
    target: AvailabilityTarget,
    period: Period,
    seen: Observed,
    title: str = "Availability",
) -> Attainment:
    """What was reached of an availability target, in per cent rounded down; judged before it is rounded.

    `missed` counts the breaks that alone took more than the target leaves open. Where only part of the agreed time was
    watched it is judged on that part, and the note says so; where none was there is no figure.
    """
    found = counted(seen, target.planned_downtime, target.before_first_use, target.measured_in_minutes)
    breaks = breaks_of(seen, target.planned_downtime)
    share = found.share
    left_open = (1 - Fraction(target.percent) / 100) * found.agreed_seconds
    return Attainment(
        agreement=agreement,
        clause=clause,
        title=title,
        period=period,
        target=target.percent,
        achieved=None if share is None else rounded_against(100 * share, Comparison.at_least),
        unit="per cent",
        comparison=Comparison.at_least,
        met=None if share is None else met(100 * share, target.percent, Comparison.at_least),
        cases=len(breaks.seconds),
        missed=sum(length > left_open for length in breaks.in_period.tolist()),
        worst=breaks.longest_text(seen.zone),
        conventions=tuple(_conventions(target, seen)),
        note=note_of(seen, found),
        tallied="breaks",
    )


def _conventions(target: AvailabilityTarget, seen: Observed) -> Iterator[str]:
    yield _PLANNED[target.planned_downtime]
    if target.planned_downtime is not PlannedDowntime.down:
        yield _UNANNOUNCED
    if target.measured_in_minutes:
        yield f"looked at in stretches of {target.measured_in_minutes} minutes, of which one counts where all of it was down"
    if seen.first_use is not None and seen.first_use > seen.since:
        yield _FIRST_USE[target.before_first_use or BeforeFirstUse.left_out]


def note_of(seen: Observed, found: Counted) -> str:
    """What is to be known about a figure: what was not watched, and what is still down."""
    if not found.agreed_seconds:
        return "no data: nobody watched it" if found.unwatched else "no agreed service time in this period"
    if found.share is None:
        return "no data: it was looked at once, which tells of no stretch of time"
    unwatched = found.unwatched and (
        f"{length_text(found.unwatched)} of {length_text(found.unwatched + found.agreed_seconds)} of agreed service time"
        " were not watched and are left out"
    )
    return joined(
        (unwatched or "", "still down, counted until the end of what is looked at" if seen.still_down else "")
    )
