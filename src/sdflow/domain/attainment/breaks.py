"""Breaks: unbroken runs of downtime that meet agreed time, however often hours close in between (R12)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sdflow.domain.attainment.outages import Observed, length_text
from sdflow.domain.measured import Seconds
from sdflow.domain.service_time import NEVER, Clock, Intervals, intersection, intervals, minus, span_text, union
from sdflow.domain.target import PlannedDowntime

_BEGINNING = -NEVER


@dataclass(frozen=True)
class Breaks:
    """The breaks of a period: when each began and ended, and how much agreed time it took.

    `seconds` is the agreed time of the whole break until the period's end, also of what lies before the period;
    `in_period` is what of it lies in the period and is known.
    """

    spans: Intervals
    seconds: Seconds
    in_period: Seconds

    @property
    def longest(self) -> int:
        """The agreed seconds of the longest one; 0 where there is none."""
        return int(self.seconds.max(initial=0))

    @property
    def longest_spans(self) -> Intervals:
        """When the longest one was; several where more than one took as long."""
        found: Intervals = self.spans[self.seconds == self.longest]
        return found

    def longest_text(self, zone: str) -> str:
        """The longest one in words: when, on the clocks of a zone, and how much agreed time it took."""
        if not len(self.spans):
            return ""
        since, until = self.spans[int(self.seconds.argmax())].tolist()
        return f"{span_text(since // 60, -(-until // 60), zone)}, {length_text(self.longest)} of agreed service time"

    def by_length(self, minutes: Sequence[int]) -> tuple[int, ...]:
        """How many took less than the first of these minutes, then up to the next, and at last that many or more."""
        edges = np.array(minutes, dtype=np.int64) * 60
        return tuple(np.bincount(np.searchsorted(edges, self.seconds, "right"), minlength=len(edges) + 1).tolist())


def breaks_of(seen: Observed, planned: PlannedDowntime = PlannedDowntime.left_out) -> Breaks:
    """The breaks of a period.

    Announced windows count as they do for availability: where they are left out or count as up, a break takes no time
    inside them and is still one break; where a window counts as down, it belongs to the run. A break counts in each
    period in which it takes agreed time that is known.
    """
    runs = union(seen.down, seen.windows) if planned is PlannedDowntime.window_down else seen.down
    if seen.first_use is not None and seen.first_use > seen.since:
        runs = intersection(runs, intervals((seen.first_use, NEVER)))
    forgiven = planned in (PlannedDowntime.left_out, PlannedDowntime.up)
    lasting = intersection(minus(seen.agreed, seen.planned) if forgiven else seen.agreed, _until(seen))
    inside = intersection(lasting, seen.whole, known_time(seen, planned))
    in_period = Clock(inside).elapsed(runs[:, 0], runs[:, 1])
    real = in_period > 0
    spans = np.minimum(runs[real], seen.until)
    return Breaks(spans, Clock(lasting).elapsed(spans[:, 0], spans[:, 1]), in_period[real])


def known_time(seen: Observed, planned: PlannedDowntime) -> Intervals:
    """When it is known whether something counts as up: where it was watched, and in windows that count as down anyway."""
    return union(seen.watched, seen.windows) if planned is PlannedDowntime.window_down else seen.watched


def _until(seen: Observed) -> Intervals:
    return intervals((_BEGINNING, seen.until))
