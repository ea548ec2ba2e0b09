"""Time targets: in what share of cases a promised time was kept in a period."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

import numpy as np

from sdflow.domain.alignment.times import ClockHours, Stage
from sdflow.domain.attainment.outages import joined, length_text
from sdflow.domain.attainment.result import Attainment, met, rounded_against
from sdflow.domain.attainment.service_clock import Judged, ServiceClock, Truths
from sdflow.domain.measured import RESTORED_OR_RESOLVED, UNKNOWN, Incidents, Moment, Seconds
from sdflow.domain.period import Period
from sdflow.domain.service_time import NEVER, wall_clock
from sdflow.domain.target import ClockStart, ClockStop, Comparison, CountedIn, DaysAre, MissedAt, TimeTarget

_MINUTE = 60


class TimeMetric(StrEnum):
    """What is promised within a time: the first answer, passing on to the next tier, or that it works again."""

    response = "response"
    hand_over = "hand_over"
    restore = "restore"


@dataclass(frozen=True)
class TimePromise:
    """One time target of an agreement: what it promises, on which hours its clock runs, and how people call it."""

    agreement: str
    clause: str
    title: str
    metric: TimeMetric
    target: TimeTarget
    hours: ClockHours

    @property
    def starts(self) -> Moment:
        """The moment at which the clock starts; that of a first answer always at the report."""
        from_response = self.metric is TimeMetric.restore and self.target.starts is ClockStart.response
        return Moment.responded if from_response else Moment.reported

    @property
    def stops(self) -> tuple[Moment, ...]:
        """The moments at which the clock stops: the first of them that is recorded. Nobody records a passing on."""
        if self.metric is TimeMetric.restore:
            return _STOPS[self.target.stops or ClockStop.restored]
        return (Moment.responded,) if self.metric is TimeMetric.response else ()

    @property
    def conventions(self) -> tuple[str, ...]:
        """How cases are counted, in words of a closed list."""
        return tuple(_conventions(self))


_STOPS = {
    ClockStop.restored: RESTORED_OR_RESOLVED,
    ClockStop.resolved: (Moment.resolved,),
    ClockStop.closed: (Moment.closed,),
}
_ENDS = {
    Moment.responded: (Moment.restored, Moment.resolved, Moment.closed),
    Moment.restored: (Moment.closed,),
    Moment.resolved: (Moment.closed,),
    Moment.closed: (),
}
"""The moments after which no clock runs that should have stopped at a moment, recorded or not."""

_WHEN = {
    Moment.reported: "were reported",
    Moment.responded: "were first responded to",
    Moment.restored: "were restored or resolved",
    Moment.resolved: "were resolved",
    Moment.closed: "were closed",
}
_UNTIL = {
    Moment.responded: "until the first response",
    Moment.restored: "until users work again, or it is resolved where that is not recorded",
    Moment.resolved: "until it is resolved",
    Moment.closed: "until it is closed",
}
_DAYS = {
    DaysAre.hours: "working days are hours of the clock",
    DaysAre.time_of_day: "working days keep the time of day",
    DaysAre.end_of_day: "working days last until their hours close",
}
_MISSED = {MissedAt.beyond: "missed beyond its time", MissedAt.at: "missed at its time already"}
_COUNTED = {
    CountedIn.reported: "counted where it was reported",
    CountedIn.stopped: "counted where its clock stopped",
}
_NOT_HANDED_OVER = "no data: no file records when incidents were handed over"
_NO_CASES = "no cases"
_NOT_HELD = "no data: it held on no day of this period"
_BY_ITS_VERSION = "each case by the version that held on its day"


def _conventions(promise: TimePromise) -> Iterator[str]:
    target = promise.target
    yield "from the report" if promise.starts is Moment.reported else "from the first response"
    if promise.stops:
        yield _UNTIL[promise.stops[0]]
    stands = "stands" if target.pauses_for_customer else "runs on"
    yield f"the clock {stands} while the customer is asked"
    if target.days is not None:
        yield _DAYS[target.days_are or DaysAre.hours]
    yield _MISSED[target.missed or MissedAt.beyond]
    yield _COUNTED[target.counted_in or CountedIn.reported]


@dataclass(frozen=True)
class TimePart:
    """The cases between two instants, in seconds, that are judged by one wording of a promise.

    `incidents` are those for which it is meant, of every period. Where cases are counted when their clock stops, those that
    were reported before and still run are told of by the part `with_earlier` ones.
    """

    promise: TimePromise
    incidents: Incidents
    bounds: tuple[int, int]
    with_earlier: bool = True


def attained_time(promise: TimePromise, parts: Sequence[TimePart], period: Period, as_of: int) -> Attainment:
    """In what share of cases a time was kept in a period, in per cent rounded down; judged before it is rounded.

    The cases of all parts are counted together: those of several services, or of several versions, each of which judges
    the cases of its days. `promise` is the wording at the period's end, which says what share is due. `as_of` is the instant in seconds
    until which one looks. A case that still ran then has missed where it was due before, else it is not counted, nor is
    one that ended without the instant that is asked for; the note says so. Where nothing was recorded there is no figure.
    """
    each = [_Cases.of(one, as_of) for one in parts]
    recorded = [one for one in each if not one.unrecorded]
    decided, missed = (sum(int(getattr(one, name).sum()) for one in recorded) for name in ("decided", "missed"))
    share = Fraction(100 * (decided - missed), decided) if decided else None
    several = len({one.promise.target for one in parts}) > 1
    return Attainment(
        agreement=promise.agreement,
        clause=promise.clause,
        title=promise.title,
        period=period,
        target=promise.target.percent,
        achieved=None if share is None else rounded_against(share, Comparison.at_least),
        unit="per cent",
        comparison=Comparison.at_least,
        met=None if share is None else met(share, promise.target.percent, Comparison.at_least),
        cases=decided,
        missed=missed,
        worst=max((one.worst for one in recorded if one.decided.any()), default=(False, 0, ""))[2],
        conventions=(*promise.conventions, *([_BY_ITS_VERSION] if several else [])),
        note=joined(_notes(each, recorded)),
    )


def _notes(each: Sequence[_Cases], recorded: Sequence[_Cases]) -> Iterator[str]:
    """What is to be known: of a part without cases nothing, where another has some."""
    told = [one.note for one in recorded] or [one.unrecorded for one in each] or [_NOT_HELD]
    found = list(dict.fromkeys(told))
    yield from (one for one in found if one != _NO_CASES) if len(found) > 1 else found


def missed_incidents(part: TimePart, as_of: int) -> Incidents:
    """The cases that missed their time, as `attained_time` counts them."""
    cases = _Cases.of(part, as_of)
    return cases.incidents.chosen(cases.missed & (not cases.unrecorded))


@dataclass(frozen=True)
class _Cases:
    """The incidents that a target looks at in a period, beside those that are counted elsewhere as they still run."""

    promise: TimePromise
    incidents: Incidents
    stop: Seconds
    counted: Truths
    judged: Judged
    ended: Truths
    unrecorded: str

    @classmethod
    def of(cls, part: TimePart, as_of: int) -> _Cases:
        """Those between the instants at which a part begins and ends."""
        promise, incidents, bounds = part.promise, part.incidents, part.bounds
        unrecorded = _unrecorded(promise, incidents)
        stopped = _within(incidents.at_first_known(promise.stops), (-NEVER, as_of + 1))
        reported = incidents.at(Moment.reported)
        asked = _within(reported, (bounds[0], min(bounds[1], as_of + 1)))
        if promise.target.counted_in is CountedIn.stopped:
            since = -NEVER if part.with_earlier else bounds[0]
            running = ~stopped & _within(reported, (since, min(bounds[1], as_of + 1)))
            asked = running | (stopped & _within(incidents.at_first_known(promise.stops), bounds))
        chosen = incidents.chosen(asked)
        stop = np.where(stopped[asked], chosen.at_first_known(promise.stops), UNKNOWN)
        counted = stopped[asked] if promise.target.counted_in is CountedIn.stopped else np.ones(len(chosen), dtype=bool)
        clock = ServiceClock.over(
            Stage(promise.clause, promise.target, promise.hours), chosen.at(promise.starts), stop, np.array([as_of])
        )
        judged = clock.judge(chosen.at(promise.starts), stop, chosen.pauses, as_of)
        ended = ~stopped[asked] & _ended(promise, chosen, as_of)
        return cls(promise, chosen, stop, counted, judged, ended, unrecorded)

    @property
    def decided(self) -> Truths:
        """Of which it can be said whether they were in time."""
        decided: Truths = self.counted & ~self.judged.undecided & ~self.ended
        return decided

    @property
    def missed(self) -> Truths:
        """Those that were not."""
        missed: Truths = self.decided & self.judged.missed
        return missed

    @property
    def note(self) -> str:
        """What is to be known of the cases that are not counted."""
        if not len(self.incidents):
            return _NO_CASES
        unstarted = self.incidents.at(self.promise.starts) == UNKNOWN
        late = int((~self.counted & self.judged.missed & ~self.ended).sum())
        running = self._running & ~unstarted
        lacking = _WHEN[self.promise.stops[0]]
        return joined(
            (
                _said(int(running.sum()), "still runs", "still run")
                + (f", {late} of them past due" if late else ", not yet due" if running.any() else ""),
                _said(
                    int(self.ended.sum()),
                    f"ended and does not say when they {lacking}",
                    f"ended without saying when they {lacking}",
                ),
                _said(int((unstarted & ~self.ended).sum()), "has no first response", "have no first response"),
            )
        )

    @property
    def _running(self) -> Truths:
        running: Truths = ~self.ended & (self.judged.undecided | ~self.counted)
        return running

    @property
    def worst(self) -> tuple[bool, int, str]:
        """The case that took longest in agreed time, of those that missed where any did: whether, how many seconds, in words."""
        rows = np.flatnonzero(self.missed if self.missed.any() else self.decided)
        row = int(rows[self.judged.elapsed[rows].argmax()])
        due, stop, zone = int(self.judged.due[row]), int(self.stop[row]), self.promise.hours.zone
        by = f"due {wall_clock(due // _MINUTE, zone)}" if due < NEVER else "never due"
        took = f"{length_text(int(self.judged.elapsed[row]))} of agreed time"
        until = f"stopped {wall_clock(stop // _MINUTE, zone)}" if stop != UNKNOWN else "still runs"
        words = f"{self.incidents.number[row]}: {took}, {by}, {until}"
        return bool(self.missed.any()), int(self.judged.elapsed[row]), words


def _said(number: int, one: str, other: str) -> str:
    return f"{number} {one if number == 1 else other}" if number else ""


def _within(at: Seconds, bounds: tuple[int, int]) -> Truths:
    found: Truths = (at != UNKNOWN) & (at >= bounds[0]) & (at < bounds[1])
    return found


def _ended(promise: TimePromise, incidents: Incidents, as_of: int) -> Truths:
    """Which of them are over, whatever is recorded of the moment that is asked for."""
    ends = _ENDS[promise.stops[0]] if promise.stops else ()
    return _within(incidents.at_first_known(ends), (-NEVER, as_of + 1))


def _unrecorded(promise: TimePromise, incidents: Incidents) -> str:
    """Which moment nobody recorded of any incident, although it must have come."""
    if not promise.stops:
        return _NOT_HANDED_OVER if len(incidents) else _NO_CASES
    if not len(incidents):
        return _NO_CASES
    over = bool(_ended(promise, incidents, NEVER).any() or incidents.at_first_known(promise.stops).max() != UNKNOWN)
    for moments in ((Moment.reported,), (promise.starts,), promise.stops):
        absent = not any(moment in incidents.moments for moment in moments)
        never = (incidents.at_first_known(moments) == UNKNOWN).all()
        if absent or (never and (over or moments == (Moment.reported,))):
            return f"no data: it is not recorded when incidents {_WHEN[moments[0]]}"
    return ""
