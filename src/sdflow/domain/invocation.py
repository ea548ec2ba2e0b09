"""Invocation: that a plan is put to work, and what was done when.

What records of plans and of their invocations tell the verbs, by their traits.
"""

from __future__ import annotations

import re
import zoneinfo
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import AfterValidator, AwareDatetime

from sdflow.domain.service_time import wall_clock
from sdflow.domain.time_zone import time_zones

if TYPE_CHECKING:
    from sdflow.domain.kind import Content

SECONDS_A_MINUTE = 60
YEARS = range(1900, 3000)
"""Years in which an instant may lie."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _real_zone(name: str) -> str:
    if name not in time_zones():
        raise ValueError(f"there is no time zone {name!r}; write one such as Europe/London")
    return name


def _within_years(at: datetime) -> datetime:
    if at.year not in YEARS:
        raise ValueError(f"an instant lies in the years {YEARS.start} to {YEARS.stop - 1}, not in {at.year:04}")
    return at


Instant = Annotated[AwareDatetime, AfterValidator(_within_years)]
"""An instant with its offset from UTC, in years that can be reckoned with on every clock."""

ZoneName = Annotated[str, AfterValidator(_real_zone)]
"""The name of a time zone, such as Europe/London."""


@dataclass(frozen=True)
class Authorised:
    """Somebody who may invoke a plan: alone, or only `jointly` with another one of those who may so."""

    person: str
    jointly: bool = False


class Invocable(ABC):
    """Something that may be put to work by those whom it authorises: a continuity plan."""

    @abstractmethod
    def authorised(self) -> tuple[Authorised, ...]:
        """Who may invoke it, the first before the others, who are deputies."""

    @abstractmethod
    def told_in(self) -> str:
        """The time zone in which it tells the time."""


@dataclass(frozen=True)
class Required:
    """The strictest recovery time and point that approved analyses and signed agreements ask of a service, in minutes."""

    time_minutes: int | None = None
    point_minutes: int | None = None


@dataclass(frozen=True)
class Invoked:
    """That a version of a plan was invoked: when, by whom, why, and what it leads to by its own reckoning.

    `detected_at` is when somebody noticed, where that is known. `expected` gives the minutes from this disruption until
    each service works, none for never; `required` what was analysed and promised beside the plan; `planned` when each step
    begins and ends, none where it never does.
    """

    plan: str
    version: int
    disrupted_at: datetime
    detected_at: datetime | None
    invoked_at: datetime
    invoked_by: str
    together_with: str | None
    because: str
    expected: Mapping[str, int | None]
    planned: Mapping[str, tuple[datetime, datetime] | None]
    required: Mapping[str, Required] = field(default_factory=dict)


class Invoking(ABC):
    """Something that tells of one invocation of a plan."""

    @classmethod
    @abstractmethod
    def invoking(cls, plan: Content, invoked: Invoked) -> Content:
        """The content of a new invocation of a plan, which has nothing but its invocation in its timeline."""

    @abstractmethod
    def invoked_plan(self) -> str:
        """The plan that was invoked."""


@dataclass(frozen=True)
class LogEntry:
    """What happened when: in words, of which step, services and announcement it was the end, and which services were lost.

    `data_as_of`: up to when the data of the services that work again are there.
    """

    at: datetime
    what: str
    by: str
    step: str | None = None
    restored: tuple[str, ...] = ()
    notified: tuple[str, ...] = ()
    data_as_of: datetime | None = None
    lost: tuple[str, ...] = ()


class Chronicling(ABC):
    """Something with a timeline, in which it is kept what was done when."""

    @abstractmethod
    def told_in(self) -> str:
        """The time zone in which it tells the time."""

    @abstractmethod
    def with_entry(self, entry: LogEntry) -> Self:
        """The content with one more entry; ValueError says why the entry does not fit into the timeline."""


def minutes_between(earlier: datetime, later: datetime) -> int:
    """Whole minutes from one instant to another, a begun one counted in full: what took longer is never said to be shorter."""
    return -int((earlier - later).total_seconds() // SECONDS_A_MINUTE)


def longest_silence(told: Iterable[datetime], until: datetime) -> int | None:
    """The most minutes between one message and the next, or the end; none where nothing was ever told."""
    instants = sorted(one for one in told if one <= until)
    if not instants:
        return None
    return max(minutes_between(one, later) for one, later in zip(instants, [*instants[1:], until], strict=True))


def moment(minute: int) -> datetime:
    """The instant that lies so many minutes after 1970-01-01 00:00 UTC."""
    return _EPOCH + timedelta(minutes=minute)


def minute_of(at: datetime) -> int:
    """In which minute since 1970-01-01 00:00 UTC an instant lies."""
    return int((at - _EPOCH).total_seconds() // SECONDS_A_MINUTE)


def shown_in(at: datetime, zone: str) -> str:
    """An instant as clocks and calendars of a zone show it: "Sat 14 Nov 2026 09:00"."""
    return wall_clock(minute_of(at), zone)


def read_instant(text: str, zone: str, today: date) -> datetime:
    """An instant as somebody in a zone writes it: 14:05 for today, 2027-03-01 14:05, or with an offset.

    Raises ValueError for anything else, and for a time that clocks show twice or jump over where no offset is given.
    """
    whole = f"{today.isoformat()} {text.zfill(5)}" if re.fullmatch(r"\d{1,2}:\d{2}", text) else text
    try:
        at = datetime.fromisoformat(whole)
    except ValueError:
        at = None
    if at is None or len(whole) <= len("2027-03-01"):
        raise ValueError(f"{text!r} is no time; write one such as 14:05, 2027-03-01 14:05 or 2027-03-01T14:05Z")
    at = _within_years(at)
    return at.astimezone(UTC) if at.tzinfo else _read_on_the_wall(at, zone)


def _read_on_the_wall(at: datetime, zone: str) -> datetime:
    first, second = (at.replace(tzinfo=zoneinfo.ZoneInfo(zone), fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == second:
        return first
    if first.astimezone(zoneinfo.ZoneInfo(zone)).replace(tzinfo=None) != at:
        raise ValueError(f"clocks in {zone} jump over {at:%Y-%m-%d %H:%M}; write it in UTC, with a Z at its end")
    raise ValueError(f"clocks in {zone} show {at:%Y-%m-%d %H:%M} twice; write it in UTC, with a Z at its end")
