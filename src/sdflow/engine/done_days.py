"""Done days: the fields in which records say when something was done, which is never after today."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from sdflow.domain.clause_path import entries_at
from sdflow.domain.done_day import as_day, days_done
from sdflow.domain.kind import Content
from sdflow.domain.obligation import Owed


def spoken(day: date) -> str:
    """A day such as 1 January 2027."""
    return f"{day.day} {day:%B %Y}"


def faults_of_done_days(declared: Iterable[Owed], content: Content, today: date) -> Iterator[tuple[str, str]]:
    """The path and the words for every field that says when something was done, and whose day has not come.

    Those are the fields in the `since` of an obligation, and those that their model marks. What was done on such a day would
    silence every reminder until then.
    """
    found = {path: _early(day, today) for path, day in days_done(content) if day > today}
    for owed in declared:
        for pattern in owed.due.since:
            for keys, value in entries_at(content, pattern, lambda _: None):
                day = as_day(value)
                if day is not None and day > today:
                    found.setdefault(_path(pattern, keys), _message(owed, day, today))
    yield from found.items()


def _early(day: date, today: date) -> str:
    return (
        f"says when something was done, but {spoken(day)} has not come (today is {spoken(today)}); "
        "give the day on which it was done, or leave it out"
    )


def _message(owed: Owed, day: date, today: date) -> str:
    planned = f"; a day for which it is planned belongs in {' or '.join(owed.due.fields)}" if owed.due.fields else ""
    return (
        f"says when something was done last, but {spoken(day)} has not come (today is {spoken(today)}); "
        f"give the day on which it was done, or leave it out{planned}"
    )


def _path(pattern: str, keys: tuple[str, ...]) -> str:
    rest = iter(keys)
    return ".".join(next(rest) if part == "*" else part for part in pattern.split("."))
