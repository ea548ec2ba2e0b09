"""Wall time: what the clocks of a zone show, as instants; hours that they skip or show twice are told apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from sdflow.domain.measured import Seconds

DAY = 86_400
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - what a clock shows, in no zone


@dataclass(frozen=True)
class WallTimes:
    """The instants of some times of a zone's clocks: the earlier and the later where the clocks show one twice.

    `skipped` are times that the clocks never show; their instants mean nothing.
    """

    earlier: Seconds
    later: Seconds
    skipped: npt.NDArray[np.bool_]

    @property
    def repeated(self) -> npt.NDArray[np.bool_]:
        """Which of them are shown twice."""
        found: npt.NDArray[np.bool_] = ~self.skipped & (self.earlier != self.later)
        return found


def wall_times(zone: str, shown: Seconds) -> WallTimes:
    """The instants at which the clocks of a zone show these times, given in seconds since they showed 1970-01-01 00:00."""
    days, which = np.unique(shown // DAY, return_inverse=True)
    offsets = np.array([_offset_of_day(zone, day) for day in days.tolist()], dtype=np.int64).reshape(-1, 2)
    before, after = offsets[which, 0], offsets[which, 1]
    skipped = np.zeros(len(shown), dtype=np.bool_)
    for row in np.flatnonzero(before != after).tolist():
        first, second = _offsets(zone, int(shown[row]))
        before[row], after[row] = max(first, second), min(first, second)
        skipped[row] = first < second
    return WallTimes(shown - before, shown - after, skipped)


@lru_cache(maxsize=100_000)
def _offset_of_day(zone: str, day: int) -> tuple[int, int]:
    """The offsets to UTC when a day begins and when the next one does; they differ where the clocks change on it."""
    return _offsets(zone, day * DAY)[0], _offsets(zone, (day + 1) * DAY)[1]


def _offsets(zone: str, shown: int) -> tuple[int, int]:
    place = ZoneInfo(zone)
    local = _EPOCH + timedelta(seconds=shown)
    found = (local.replace(tzinfo=place, fold=fold).utcoffset() or timedelta() for fold in (0, 1))
    first, second = (int(offset.total_seconds()) for offset in found)
    return first, second


def instant_text(instant: int, zone: str) -> str:
    """An instant as the clocks of a zone show it, with its offset: 2026-10-25T01:30:00+01:00."""
    return datetime.fromtimestamp(instant, UTC).astimezone(ZoneInfo(zone)).isoformat()
