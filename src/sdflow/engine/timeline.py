"""Timeline: when something happened that people tell of now."""

from __future__ import annotations

from datetime import UTC, datetime

from sdflow.domain.errors import Refused, Unreadable
from sdflow.domain.invocation import read_instant, shown_in
from sdflow.engine.workspace import Occasion


def said_at(occasion: Occasion, option: str, text: str | None, zone: str) -> datetime:
    """The instant that an option names, in the zone of the record; the present minute where it names none.

    `Unreadable` where it is no time; `Refused` where it lies ahead, or is left open on another business date.
    """
    if text is None:
        return _now(occasion, option)
    try:
        at = read_instant(text, zone, occasion.today)
    except ValueError as error:
        raise Unreadable.because(option, str(error)) from None
    ahead = at.date() > occasion.today or (_is_today(occasion) and at > occasion.recorded_at)
    if ahead:
        now = shown_in(occasion.recorded_at, zone) if _is_today(occasion) else f"{occasion.today:%d %B %Y}"
        raise Refused(f"{shown_in(at, zone)} ({zone}) has not come yet", (f"now it is {now}",), f"correct {option}")
    return at


def _now(occasion: Occasion, option: str) -> datetime:
    if not _is_today(occasion):
        raise Refused(
            f"it is not known at what time of {occasion.today:%d %B %Y} it happened",
            advice=f"say with {option} when, such as {option} 14:05",
        )
    return occasion.recorded_at.replace(second=0, microsecond=0)


def _is_today(occasion: Occasion) -> bool:
    return occasion.today == occasion.recorded_at.astimezone(UTC).date()
