"""Hours: the hours of one agreement against those of ten supporters over a year, beside the same with `portion`.

    python benchmarks/hours.py [--pairs 9]

Both start from the same opening times in minutes and find what of the agreed time nobody covers; in pairs one right after
the other, by processor time. The median of the pairs' ratios is printed. Needs the extra `benchmarks`.
"""

from __future__ import annotations

import argparse
import sys
import zoneinfo
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from statistics import median
from time import process_time

from sdflow.domain.service_time import (
    CalendarHours,
    Intervals,
    Window,
    local_days,
    minus,
    open_minutes,
    total_minutes,
    union,
)

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
ZONES = ("Europe/London", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Tokyo", "Australia/Sydney")
SHAPES = ((9, 17, 5), (8, 18, 5), (7, 13, 6), (14, 22, 7), (6, 20, 5))
SUPPORTERS = 10
WITHOUT_PORTION = "portion is not installed, so nothing was compared; install it with: pip install 'sdflow[benchmarks]'"


def calendar(number: int) -> CalendarHours:
    """One of many calendars, with a dozen closed days of its own."""
    opens, closes, days = SHAPES[number % len(SHAPES)]
    week = tuple((Window(opens * 60, closes * 60),) if day < days else () for day in range(7))
    closed = {FIRST + timedelta(days=(number * 37 + 29 * k) % 365): "Closed" for k in range(12)}
    return CalendarHours("", f"Calendar {number}", ZONES[number % len(ZONES)], week, closed)


def agreed_calendar() -> CalendarHours:
    """The hours that the customer is promised: 07:00 to 20:00 in London, all week but Sunday."""
    window = (Window(7 * 60, 20 * 60),)
    return CalendarHours("", "Agreed", "Europe/London", tuple(window if day < 6 else () for day in range(7)))


def uncovered(agreed: Intervals, supporters: Sequence[Intervals]) -> int:
    """Agreed minutes in which nobody supports."""
    return total_minutes(minus(agreed, union(*supporters)))


def uncovered_by_portion(agreed: Intervals, supporters: Sequence[Intervals]) -> int:
    """The same with portion, as its manual does it: an interval from all its parts, a union, a difference."""
    import portion

    def made(time: Intervals) -> portion.Interval:
        return portion.Interval(*(portion.closedopen(int(opens), int(closes)) for opens, closes in time))

    cover = portion.empty()
    for time in supporters:
        cover |= made(time)
    left = made(agreed) - cover
    return sum(part.upper - part.lower for part in left if not part.empty)


def seconds(work: Callable[[], object], times: int) -> float:
    """Processor time of one repetition."""
    begun = process_time()
    for _ in range(times):
        work()
    return (process_time() - begun) / times


def expanded(number: int) -> None:
    """Every calendar of another situation, so that nothing is known already."""
    for each in range(SUPPORTERS + 1):
        open_minutes(calendar(number * (SUPPORTERS + 1) + each + 1000), FIRST, LAST)


def main() -> int:
    """Compare, and print the ratio."""
    options = argparse.ArgumentParser(description="Hours cover of one agreement, beside the same with portion.")
    options.add_argument("--pairs", type=int, default=9, help="how many pairs are timed")
    pairs: int = options.parse_args().pairs
    zoneinfo.reset_tzpath(to=[])
    local_days(ZONES[0], FIRST, LAST)
    agreed = open_minutes(agreed_calendar(), FIRST, LAST)
    supporters = [open_minutes(calendar(number), FIRST, LAST) for number in range(SUPPORTERS)]
    ours = uncovered(agreed, supporters)
    print(
        f"{total_minutes(agreed):,} agreed minutes in {len(agreed)} windows, {SUPPORTERS} supporters: {ours:,} uncovered"
    )
    cover = seconds(lambda: uncovered(agreed, supporters), 100) * 1000
    numbers = iter(range(1000))
    expansion = seconds(lambda: expanded(next(numbers)), 10) * 1000
    print(f"{cover:.2f} ms from opening times, and {expansion:.2f} ms to expand the eleven calendars anew")
    try:
        theirs = uncovered_by_portion(agreed, supporters)
    except ImportError:
        print(WITHOUT_PORTION, file=sys.stderr)
        return 1
    if theirs != ours:
        raise AssertionError(f"portion finds {theirs:,} uncovered minutes")
    timed = [
        (
            seconds(lambda: uncovered_by_portion(agreed, supporters), 1),
            seconds(lambda: uncovered(agreed, supporters), 100),
        )
        for _ in range(pairs)
    ]
    ratio = median(other / one for other, one in timed)
    print(
        f"portion takes {ratio:.0f} times as long ({median(other for other, _ in timed) * 1000:.0f} ms) and finds the same"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
