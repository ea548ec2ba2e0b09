"""Done days: the fields in which records say when something was done last, which is never after today."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from sdflow.domain.clause_path import entries_at
from sdflow.domain.kind import Content
from sdflow.domain.obligation import Owed


def as_day(value: object) -> date | None:
    """The day that a value is or on which it lies; none for what is neither."""
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None


def spoken(day: date) -> str:
    """A day such as 1 January 2027."""
    return f"{day.day} {day:%B %Y}"


def faults_of_done_days(declared: Iterable[Owed], content: Content, today: date) -> Iterator[tuple[str, str]]:
    """The path and the words for every field in the `since` of an obligation whose day has not come.

    What was done on such a day would silence every reminder until then.
    """
    found: dict[str, str] = {}
    for owed in declared:
        for pattern in owed.due.since:
            for keys, value in entries_at(content, pattern, lambda _: None):
                day = as_day(value)
                if day is not None and day > today:
                    found.setdefault(_path(pattern, keys), _message(owed, day, today))
    yield from found.items()


def _message(owed: Owed, day: date, today: date) -> str:
    planned = f"; a day for which it is planned belongs in {' or '.join(owed.due.fields)}" if owed.due.fields else ""
    return (
        f"says when something was done last, but {spoken(day)} has not come (today is {spoken(today)}); "
        f"give the day on which it was done, or leave it out{planned}"
    )


def _path(pattern: str, keys: tuple[str, ...]) -> str:
    rest = iter(keys)
    return ".".join(next(rest) if part == "*" else part for part in pattern.split("."))
