"""Service clock: one million incidents judged, beside two searches in sorted columns and beside a loop over rows.

    python benchmarks/service_clock.py [--incidents 1000000] [--rows 3000] [--pairs 5]

The incidents of two years run on three calendars in three zones with their holidays, a tenth of them paused. Ours finds for each
how long it took in agreed time, when it was due and whether it missed, once in the order of a log (as they were reported) and
once shuffled. Beside it, in interleaved pairs of processor time: two passes of numpy.searchsorted over the same two columns
and the openings of the same calendars (goal: at most 5 times), and a loop that asks pandas' CustomBusinessHour, which knows one
window a day and holidays, for the due instant and the hours between, row by row on the clocks of the zone (goal: ours at least
200 times as fast a row). Both must find the same. Ends with exit code 1 where a goal is missed. Needs the extra `benchmarks`.
"""

from __future__ import annotations

import argparse
import sys
import zoneinfo
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from time import process_time
from typing import Any

import holidays
import numpy as np

from sdflow.domain.alignment.times import ClockHours, Stage
from sdflow.domain.attainment.service_clock import Judged, ServiceClock
from sdflow.domain.measured import Pauses, Seconds
from sdflow.domain.service_time import CalendarHours, Window
from sdflow.domain.target import TimeTarget

SEARCHES, LOOP = 5.0, 200.0
"""At most so many times two searches, and at least so many times as fast as a loop."""

PLACES = (("Europe/London", "GB", 9, 17), ("America/New_York", "US", 8, 18), ("Asia/Kolkata", "IN", 10, 19))
FIRST = int(datetime(2025, 1, 6, tzinfo=UTC).timestamp())
DAYS, MINUTES = 700, 240
WITHOUT_PANDAS = "pandas is not installed, so nothing was compared; install it with: pip install 'sdflow[benchmarks]'"


@dataclass(frozen=True)
class Desk:
    """The incidents of one calendar: when they were reported and resolved, their pauses, and when it is now."""

    hours: CalendarHours
    start: Seconds
    stop: Seconds
    pauses: Pauses
    as_of: int

    def clock(self) -> ServiceClock:
        """The clock of four hours on its calendar, which is expanded once and then kept."""
        target = TimeTarget(minutes=MINUTES, pauses_for_customer=len(self.pauses.row) > 0)
        stage = Stage("targets.restore.P1", target, ClockHours((self.hours,), self.hours.zone))
        return ServiceClock.over(stage, self.start, self.stop)

    def judged(self) -> Judged:
        """What became of every incident."""
        return self.clock().judge(self.start, self.stop, self.pauses, self.as_of)


def calendar(zone: str, country: str, opens: int, closes: int) -> CalendarHours:
    """Working days of a country."""
    week = tuple((Window(opens * 60, closes * 60),) if day < 5 else () for day in range(7))
    closed = dict(holidays.country_holidays(country, years=range(2024, 2029)).items())
    return CalendarHours("", country, zone, week, closed)


def desks(incidents: int, *, in_order: bool, paused: float) -> list[Desk]:
    """A third of the incidents for each calendar, always the same."""
    random = np.random.default_rng(7)
    found = []
    for place in PLACES:
        count = incidents // len(PLACES)
        start = FIRST + random.integers(0, DAYS * 86_400, count)
        start = np.sort(start) if in_order else start
        stop = start + random.exponential(30 * 3600, count).astype(np.int64)
        row = np.sort(random.choice(count, int(count * paused), replace=False))
        since = start[row] + random.integers(0, 20 * 3600, len(row))
        pauses = Pauses(row, since, since + random.integers(60, 50 * 3600, len(row)))
        found.append(Desk(calendar(*place), start, stop, pauses, FIRST + (DAYS + 60) * 86_400))
    return found


def every(some: Sequence[Desk]) -> None:
    """What became of every incident of all desks."""
    for desk in some:
        desk.judged()


def searched(some: Sequence[Desk], opens: Sequence[Seconds]) -> None:
    """The least that anybody has to do: find the window of both instants."""
    for desk, at in zip(some, opens, strict=True):
        np.searchsorted(at, desk.start)
        np.searchsorted(at, desk.stop)


class Row:
    """The same for one incident, as the manual of pandas does it: a due instant is a sum, the time between goes by days."""

    def __init__(self, hours: CalendarHours) -> None:
        import pandas as pd

        self.pandas = pd
        self.place = zoneinfo.ZoneInfo(hours.zone)
        window, closed = hours.week[0][0], sorted(hours.closed_days)
        self.opens, self.closes = pd.Timedelta(minutes=window.opens), pd.Timedelta(minutes=window.closes)
        texts = [f"{minute // 60:02}:{minute % 60:02}" for minute in (window.opens, window.closes)]
        self.later = pd.offsets.CustomBusinessHour(n=MINUTES // 60, start=texts[0], end=texts[1], holidays=closed)
        self.day = pd.offsets.CustomBusinessDay(holidays=closed)

    def judged(self, start: int, stop: int) -> tuple[int, int]:
        """Elapsed seconds of agreed time, and the due instant."""
        begun, ended = self._local(start), self._local(stop)
        day, elapsed = self.day.rollforward(begun.normalize()), 0.0
        while day <= ended:
            since, until = max(begun, day + self.opens), min(ended, day + self.closes)
            elapsed += max((until - since).total_seconds(), 0)
            day += self.day
        due = (begun + self.later).tz_localize(self.place)
        return int(elapsed), int(due.timestamp())

    def _local(self, instant: int) -> Any:
        return self.pandas.Timestamp(instant, unit="s", tz=self.place).tz_localize(None)


def by_rows(desk: Desk, row: Row, count: int) -> list[tuple[int, int]]:
    """The first incidents of a desk, one after the other."""
    pairs = zip(desk.start[:count].tolist(), desk.stop[:count].tolist(), strict=True)
    return [row.judged(start, stop) for start, stop in pairs]


def differing(desk: Desk, found: Sequence[tuple[int, int]]) -> int:
    """How many of the first incidents pandas judges in another way; the end of a day is to it the beginning of the next."""
    clock, judged = desk.clock().clock, desk.judged()
    elapsed, due = np.array(found).T
    count = len(found)
    same = (elapsed == judged.elapsed[:count]) & (clock.run(due) == clock.run(judged.due[:count]))
    return int((~same).sum())


def seconds(work: Callable[[], object]) -> float:
    """Processor time."""
    begun = process_time()
    work()
    return process_time() - begun


def beside_searches(some: Sequence[Desk], pairs: int) -> tuple[float, float]:
    """The median of the pairs' ratios to two searches, and the median of our seconds."""
    opens = [desk.clock().clock.intervals[:, 0].copy() for desk in some]
    timed = [(seconds(lambda: every(some)), seconds(lambda: searched(some, opens))) for _ in range(pairs)]
    return median(ours / least for ours, least in timed), median(ours for ours, _ in timed)


def beside_a_loop(some: Sequence[Desk], rows: int, pairs: int) -> float:
    """How many times as long the loop takes for a row, and that both find the same."""
    asked = [Row(desk.hours) for desk in some]
    wrong = sum(differing(desk, by_rows(desk, row, rows // 3)) for desk, row in zip(some, asked, strict=True))
    if wrong:
        raise AssertionError(f"pandas finds something else for {wrong} of {rows} incidents")
    incidents = sum(len(desk.start) for desk in some)
    timed = []
    for _ in range(pairs):
        theirs = seconds(lambda: [by_rows(desk, row, rows // 3) for desk, row in zip(some, asked, strict=True)])
        ours = seconds(lambda: every(some))
        timed.append((theirs / (rows // 3 * 3)) / (ours / incidents))
    return median(timed)


def main() -> int:
    """Compare, print the ratios, and say whether the goals are met."""
    options = argparse.ArgumentParser(description="The service clock over many incidents, beside searches and a loop.")
    options.add_argument("--incidents", type=int, default=1_000_000, help="how many incidents")
    options.add_argument("--rows", type=int, default=3000, help="how many of them the loop takes")
    options.add_argument("--pairs", type=int, default=7, help="how many pairs are timed")
    asked = options.parse_args()
    zoneinfo.reset_tzpath(to=[])
    ratios = []
    for words, in_order, paused in (
        ("as reported", True, 0.0),
        ("shuffled", False, 0.0),
        ("as reported, a tenth paused", True, 0.1),
    ):
        some = desks(asked.incidents, in_order=in_order, paused=paused)
        ratio, ours = beside_searches(some, asked.pairs)
        print(f"{asked.incidents:,} incidents {words}: {ours * 1000:.0f} ms, {ratio:.2f} times two searches")
        ratios.append(ratio)
    try:
        faster = beside_a_loop(desks(asked.incidents, in_order=True, paused=0.0), asked.rows, asked.pairs)
    except ImportError:
        print(WITHOUT_PANDAS, file=sys.stderr)
        return 1
    print(f"a loop with pandas' CustomBusinessHour takes {faster:,.0f} times as long a row, and finds the same")
    return int(max(ratios) > SEARCHES or faster < LOOP)


if __name__ == "__main__":
    sys.exit(main())
