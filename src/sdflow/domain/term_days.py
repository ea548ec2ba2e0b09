"""Term days: on which days a running agreement asks somebody to decide whether and how it goes on (alignment R16, R31)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

from sdflow.domain.terms import Term, ends_after_notice, notice_by_after, plus_months

ONE_DAY = timedelta(days=1)
DAYS_CLIPPED = 3
"""By how many days a month can be shorter than another."""


@dataclass(frozen=True)
class Decision:
    """A term that runs out: the last day on which notice ends the agreement with it, and its own last day.

    `notice_by` is none where the agreement ends by itself.
    """

    notice_by: date | None
    last_day: date


def decisions(term: Term) -> Iterator[Decision]:
    """Every term of an agreement by its last day, the first one first; endlessly many where it renews itself.

    An open-ended agreement asks once, before its minimum term ends: later it can be ended at any time.
    """
    if term.renews():
        yield from (_renewing(term, number) for number in count())
    elif term.minimum_until is not None:
        yield Decision(_latest_notice(term, term.minimum_until), term.minimum_until)
    else:
        last = term.last_day()
        yield from [Decision(None, last)] if last else []


@dataclass(frozen=True)
class OpenDecisions:
    """What is to be decided on a day, the earliest term first; the same from `holds_from` until the day before `stale_on`.

    Where one of these is none, it is the same on every day before or after.
    """

    found: tuple[Decision, ...]
    holds_from: date | None
    stale_on: date | None


def open_decisions(term: Term, going_on_after: Collection[date], days_ahead: int, today: date) -> OpenDecisions:
    """The first term that is not over and after which it was not decided to go on, and later ones that ask already.

    A later term asks from so many days before its notice: where the notice period is long, that is while an earlier one
    runs. `going_on_after` are the last days of the terms about which it was decided.
    """
    undecided = (one for one in decisions(term) if one.last_day not in going_on_after)
    over: Decision | None = None
    found: list[Decision] = []
    coming: Decision | None = None
    for one in undecided:
        if one.last_day < today:
            over = one
        elif not found or _asks_from(one, days_ahead) <= today:
            found.append(one)
        else:
            coming = one
            break
    changed = [over.last_day + ONE_DAY] if over else []
    changed += [_asks_from(one, days_ahead) for one in found[1:]]
    changes = [_asks_from(coming, days_ahead)] if coming else []
    changes += [_day_after(one.last_day) for one in found[:1]]
    return OpenDecisions(tuple(found), max(changed, default=None), min(changes, default=None))


def _asks_from(decision: Decision, days_ahead: int) -> date:
    day = decision.notice_by or decision.last_day
    return date.fromordinal(max(day.toordinal() - days_ahead, 1))


def _day_after(day: date) -> date:
    return min(day, date.max - ONE_DAY) + ONE_DAY


def _renewing(term: Term, number: int) -> Decision:
    last = term.last_day_after(number)
    if last is None:
        raise ValueError("an agreement that renews itself has an end of each of its terms")
    return Decision(notice_by_after(term, number), last)


def _latest_notice(term: Term, until: date) -> date | None:
    """The last day on which notice still ends an agreement on a day; none where none is in time.

    Several days of notice may end on one, since months are not equally long.
    """
    notice = term.notice
    months, days = (notice.months or 0, notice.days or 0) if notice else (0, 0)
    earliest = plus_months(until, -months) - timedelta(days=days)
    candidates = (earliest + timedelta(days=more) for more in range(DAYS_CLIPPED + 1))
    return max((day for day in candidates if ends_after_notice(term, day) == until), default=None)
