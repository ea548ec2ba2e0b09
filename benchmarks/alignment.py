"""What the arithmetic of alignment costs: routes against trying every minute, and the facts of one agreement.

Run it with `python benchmarks/alignment.py`. Ratios compare on one machine; milliseconds are an order of magnitude.
"""

from __future__ import annotations

import random
import zoneinfo
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import cycle
from time import process_time

import numpy as np

from sdflow.domain.agreement import Hours, Promise, SupportedComponent, SupportPromise
from sdflow.domain.alignment import facts_of
from sdflow.domain.deadlines import ByClock
from sdflow.domain.routes import Lateness, Side, TierTime, lateness
from sdflow.domain.scene import Scene, Supporter
from sdflow.domain.service_time import CalendarHours, Clock, Window, clock, local_days, open_minutes
from sdflow.domain.structure import Route, Structure, Tier
from sdflow.domain.target import AvailabilityTarget, SupportTargets, Targets, TimeTarget
from sdflow.domain.terms import Term

ZONES = ("Europe/London", "Europe/Paris", "America/New_York", "Asia/Kolkata", "Australia/Sydney", "Etc/UTC")
SHAPES = ((8, 18, 5), (9, 17, 5), (7, 22, 6), (8, 20, 5), (0, 24, 7))
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
PRIORITIES = {"P1": 240, "P2": 480, "P3": 960, "P4": 2400}
Way = tuple[Clock, int, Sequence[tuple[Clock, int]]]


def calendar(number: int) -> CalendarHours:
    """One of many calendars, with a few closed days of its own."""
    opens, closes, days = SHAPES[number % len(SHAPES)]
    window = (Window(opens * 60, closes * 60),)
    closed = {FIRST + timedelta(days=(number * 37 + 41 * k) % 365): "Closed" for k in range(9)}
    week = tuple(window if day < days else () for day in range(7))
    return CalendarHours("", "", ZONES[number % len(ZONES)], week, closed)


def ways(count: int) -> Iterator[Way]:
    """Routes of three tiers over random calendars."""
    draw = random.Random(5)
    clocks = [clock(calendar(number), FIRST - timedelta(days=3), LAST + timedelta(days=60)) for number in range(20)]
    for _ in range(count):
        times = [(draw.choice(clocks), draw.choice((15, 30, 60, 240))) for _ in range(3)]
        yield draw.choice(clocks), draw.choice(tuple(PRIORITIES.values())), times


def by_edges(agreed: Clock, promised: int, times: Sequence[tuple[Clock, int]], horizon: tuple[int, int]) -> Lateness:
    """The lateness of a route as it is computed."""
    tiers = [TierTime([Side("", ByClock(running, minutes))]) for running, minutes in times]
    return lateness(ByClock(agreed, promised), tiers, horizon, agreed)


def every_minute(agreed: Clock, promised: int, times: Sequence[tuple[Clock, int]], horizon: tuple[int, int]) -> int:
    """The lateness of a route by trying every start of the horizon."""
    starts = np.arange(*horizon)
    starts = starts[agreed.runs(starts)]
    instants = starts
    for running, minutes in times:
        instants = running.due(instants, minutes)
    return int((instants - agreed.due(starts, promised)).max())


def scene(number: int) -> Scene:
    """An agreement on five components with four priorities, each with a route of three tiers."""
    hours = Hours(service="CAL-ONE", support="CAL-ONE")
    term = Term(start_on=FIRST, end_on=LAST)
    components = [f"CMP-{part}" for part in range(5)]
    times = {priority: TimeTarget(minutes=minutes // 4) for priority, minutes in PRIORITIES.items()}
    targets = SupportTargets(response=times, hand_over=times, restore=times)
    supporters = {}
    for part in range(5):
        promised = {
            "one": SupportedComponent(
                component=components[part], availability=AvailabilityTarget(percent=Decimal("99.9"))
            )
        }
        opened = calendar(number + part)
        reference = f"OLA-000{part}"
        support = SupportPromise(term, hours, promised, targets)
        supporters[reference] = Supporter(reference, "Operations", support, True, opened, opened)
    names = cycle(supporters)
    routes = {
        priority: Route(
            title=f"Faults of {priority}",
            priorities=[priority],
            tiers=[Tier(agreement=next(names), until=until) for until in ("hand_over", "hand_over", "restore")],
        )
        for priority in PRIORITIES
    }
    promise = Promise(
        "SVC-MAIL",
        "BU-ONE",
        term,
        hours,
        Targets(
            availability=AvailabilityTarget(percent=Decimal("99.5")),
            restore={priority: TimeTarget(minutes=minutes) for priority, minutes in PRIORITIES.items()},
        ),
    )
    agreed = calendar(number)
    structure = Structure(series=[Structure(component=name) for name in components])
    return Scene(f"SLA-{number:04}", promise, agreed, agreed, structure, {}, routes, supporters, {})


def milliseconds(work: Callable[[], object], times: int) -> float:
    """How long one of so many repetitions takes."""
    begun = process_time()
    for _ in range(times):
        work()
    return (process_time() - begun) / times * 1000


def main() -> None:
    """Measure and print."""
    zoneinfo.reset_tzpath(to=[])
    horizon = local_days("Europe/London", FIRST, LAST)
    drawn = list(ways(60))
    wrong = sum(by_edges(*way, horizon).minutes != every_minute(*way, horizon) for way in drawn)
    quick = milliseconds(lambda: [by_edges(*way, horizon) for way in drawn], 5) / len(drawn)
    slow = milliseconds(lambda: [every_minute(*way, horizon) for way in drawn], 1) / len(drawn)
    tried = sum(by_edges(*way, horizon).starts_tried for way in drawn) // len(drawn)
    print(
        f"routes of a year: {quick:.2f} ms by {tried} starts, {slow:.1f} ms by every minute: {slow / quick:.0f} times, {wrong} wrong"
    )

    numbers = iter(range(10_000))
    cold = milliseconds(lambda: open_minutes(calendar(next(numbers)), FIRST, LAST), 200)
    warm = milliseconds(lambda: open_minutes(calendar(7), FIRST, LAST), 2000)
    print(f"a calendar of a year: {cold:.2f} ms anew, {warm:.3f} ms kept: {cold / warm:.0f} times")

    scenes = [scene(number) for number in range(60)]
    first = milliseconds(lambda: [facts_of(one) for one in scenes], 1) / len(scenes)
    again = milliseconds(lambda: [facts_of(one) for one in scenes], 3) / len(scenes)
    print(
        f"facts of an agreement (5 components, 4 routes of 3 tiers): {first:.1f} ms at first, {again:.1f} ms with kept calendars"
    )


if __name__ == "__main__":
    main()
