"""Time zone: the names of the zones that there are."""

from __future__ import annotations

import zoneinfo
from functools import cache


def time_zones() -> frozenset[str]:
    """The names of all zones, such as Europe/London; listed once for each place where zones are looked up."""
    return _listed(tuple(zoneinfo.TZPATH))


@cache
def _listed(_path: tuple[str, ...]) -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())
