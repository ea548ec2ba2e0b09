"""Called off: what an earlier calendar file holds and nobody owes any more, so that calendars give it up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from sdflow.domain.calendar_entry import CalendarEntry

CALLED_OFF_FOR = timedelta(days=366)
"""For so long after its day an entry that is no longer owed is still written as cancelled: not every file is imported."""


def called_off(
    former: Sequence[CalendarEntry], entries: Sequence[CalendarEntry], today: date
) -> Iterator[CalendarEntry]:
    """Those of an earlier calendar that are not among the present entries, cancelled, the earliest first.

    Its sequence is higher by one than that of what it cancels, and lower than that of an entry that is owed again later: an
    act or a day lies between.
    """
    present = {one.uid for one in entries}
    for one in sorted(former, key=lambda entry: (entry.on, entry.uid)):
        if one.uid not in present and one.on + CALLED_OFF_FOR >= today:
            yield one if one.cancelled else replace(one, sequence=one.sequence + 1, alarms=(), cancelled=True)
