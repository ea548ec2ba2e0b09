"""Impact: how the harm of a disruption grows with time, and by when work must go on again.

Sources of the terms: ISO 22301:2019, 3.1 and 8.2.2, and NIST SP 800-34 rev. 1, 3.2. Times are whole minutes from the
disruption, lost work is whole minutes before it, and harm is a rank of the analysis's own scale: 0 is none, more is worse.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum
from heapq import heapify, heappop, heappush
from itertools import pairwise

Course = Mapping[int, int]
"""Rank of harm by minutes of disruption (or of lost work), at the times that were assessed."""

HUNDRED = Decimal(100)


class TolerableUntil(StrEnum):
    """Where the maximum tolerable period of disruption ends, when harm is only known at some times.

    `last_tolerable`: at the last time at which all harm is still tolerable, so that nothing between the times is taken for
    granted. `first_intolerable`: at the first time at which some harm is not.
    """

    last_tolerable = "last_tolerable"
    first_intolerable = "first_intolerable"


def rank_of_amount(amount: Decimal, begins: Mapping[int, Decimal]) -> int:
    """The rank of a loss in money: the highest one that begins at this amount or below; 0 where none does."""
    return max((rank for rank, least in begins.items() if least <= amount), default=0)


def first_fall(values: Mapping[int, int] | Mapping[int, Decimal]) -> tuple[int, int] | None:
    """Two neighbouring times between which harm falls, the first such pair; none where it never does.

    What a disruption has cost by one time it has also cost by every later one.
    """
    return next(((before, after) for before, after in pairwise(sorted(values)) if values[after] < values[before]), None)


def worst(courses: Iterable[Course]) -> dict[int, int]:
    """The highest rank of several forms of loss at each time at which one of them was assessed."""
    found: dict[int, int] = {}
    for course in courses:
        for minutes, rank in course.items():
            found[minutes] = max(rank, found.get(minutes, 0))
    return dict(sorted(found.items()))


def tolerable_minutes(course: Course, intolerable_from: int, until: TolerableUntil) -> int | None:
    """The maximum tolerable period of disruption (MTPD): how long the harm stays below a rank.

    MTPD = the last assessed time before the first one with rank ≥ `intolerable_from` (0 where that is the first), or
    that one itself, as `until` says. None where no harm of the course is intolerable: the scale ends before.
    """
    times = sorted(course)
    first = next((place for place, minutes in enumerate(times) if course[minutes] >= intolerable_from), None)
    if first is None:
        return None
    if until is TolerableUntil.first_intolerable:
        return times[first]
    return times[first - 1] if first else 0


def share_of(minutes: int | None, percent: Decimal) -> int | None:
    """A share of a time, cut down to whole minutes; none of none."""
    return None if minutes is None else int((minutes * percent / HUNDRED).to_integral_value(ROUND_FLOOR))


def earlier(one: int | None, other: int | None) -> int | None:
    """The earlier of two times, where none is later than every time."""
    return min((each for each in (one, other) if each is not None), default=None)


def loop(needs: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """A way on which something needs itself, such as a → b → a; empty where there is none."""
    done: set[str] = set()
    for start in needs:
        way: list[str] = []
        todo: list[tuple[str, bool]] = [(start, False)]
        while todo:
            key, left = todo.pop()
            if left:
                done.add(way.pop())
            elif key in way:
                return (*way[way.index(key) :], key)
            elif key not in done:
                way.append(key)
                todo += [(key, True), *((one, False) for one in needs.get(key, ()))]
    return ()


def waiting_for(needs: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Who needs each of the keys, directly."""
    return {key: [one for one, needed in needs.items() if key in needed] for key in needs}


def in_order(needs: Mapping[str, Sequence[str]], times: Mapping[str, tuple[int | None, ...]]) -> tuple[str, ...]:
    """The recovery order: what others need comes before them, else by the times, the earlier first, none last.

    `needs` must be free of loops, or what is on one is left out.
    """
    open_needs = {key: len(set(needed)) for key, needed in needs.items()}
    waiting = waiting_for(needs)
    ready = [(_urgency(times[key]), key) for key, count in open_needs.items() if not count]
    heapify(ready)
    found: list[str] = []
    while ready:
        _, key = heappop(ready)
        found.append(key)
        for one in waiting[key]:
            open_needs[one] -= 1
            if not open_needs[one]:
                heappush(ready, (_urgency(times[one]), one))
    return tuple(found)


def _urgency(times: tuple[int | None, ...]) -> tuple[tuple[bool, int], ...]:
    return tuple((one is None, one or 0) for one in times)


def no_later_than_those_who_need_it(
    own: Mapping[str, int | None], needs: Mapping[str, Sequence[str]]
) -> dict[str, tuple[int | None, str | None]]:
    """Each objective, brought forward to that of whoever needs it, directly or through others; and who that is.

    objective(p) = min(own(p), objective(q) for every q that needs p) (alignment R21). `needs` is free of loops.
    """
    waiting = waiting_for(needs)
    unordered: dict[str, tuple[int | None, ...]] = dict.fromkeys(needs, ())
    found: dict[str, tuple[int | None, str | None]] = {}
    for key in reversed(in_order(needs, unordered)):
        minutes, because = own[key], None
        for other in sorted(waiting[key]):
            if earlier(minutes, found[other][0]) != minutes:
                minutes, because = found[other][0], other
        found[key] = minutes, because
    return found


@dataclass(frozen=True)
class RecoveryClass:
    """What a class of recovery gives: minutes until work goes on, and minutes of work that are lost; none: no limit."""

    time_minutes: int | None
    point_minutes: int | None


def fitting_class(
    time_minutes: int | None, point_minutes: int | None, classes: Mapping[str, RecoveryClass]
) -> str | None:
    """The least demanding class that keeps both objectives; none where no class does.

    The least demanding one takes longest; of those that take equally long, it loses most.
    """
    fitting = [
        (_urgency((one.time_minutes, one.point_minutes)), key)
        for key, one in classes.items()
        if _within(one.time_minutes, time_minutes) and _within(one.point_minutes, point_minutes)
    ]
    most = max((urgency for urgency, _ in fitting), default=None)
    return min((key for urgency, key in fitting if urgency == most), default=None)


def _within(given: int | None, wanted: int | None) -> bool:
    return wanted is None or (given is not None and given <= wanted)
