"""Obligation: what a record owes by some day, who has to do it, and why; as workflow files declare it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

ITSELF = "itself"
"""In place of the path of a field: the person whose record it is."""


class TermDay(StrEnum):
    """A day that follows from the term of a record, renewals and notice counted (alignment R16)."""

    notice_by = "notice_by"
    last_day = "last_day"


@dataclass(frozen=True)
class Reached:
    """A figure that was written down on some day and is as high as this.

    `field` is the path of the figure and `on` that of its day, with the same key where a `*` stands in both.
    """

    field: str
    at_least: int
    on: str


@dataclass(frozen=True)
class Cause:
    """Something that happened since the last time, and makes it due so many days afterwards (alignment R31).

    It happened to the record itself, to one that it names at the path `cites`, or to one that names it at the path
    `cited_by`; with `where`, only if its field at each path holds one of the values, and with `unless`, only if none
    does. One of four things: it came `into` one of these states; a version was signed in which the field `changed` is
    another than in the version before; its `next_version` was signed; or a figure `reached` what was set.
    """

    because: str
    days: int
    cites: str | None = None
    cited_by: str | None = None
    into: tuple[str, ...] = ()
    changed: str | None = None
    next_version: bool = False
    reached: Reached | None = None
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unless: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def paths(self) -> Iterator[str]:
        """The path of every field that it asks for, of the record to which it happened."""
        yield from () if self.changed is None else (self.changed,)
        yield from () if self.reached is None else (self.reached.field, self.reached.on)
        yield from (*self.where, *self.unless)


@dataclass(frozen=True)
class Due:
    """From what the day follows by which something is owed.

    `fields`: the date in these fields; a `*` in a path makes one obligation of each key, of which `latest` leaves only
    the one whose date is last, and `among` only those that stand in the list at that path; of several fields the earliest
    date counts, or with `latest` the last. `term`: a day of its term.
    `days_in_state`: so many days after the record came into one of the declared states. `every_months`: so many months
    after the last time, which is the latest of the dates in `since` and of the days on which something happened that says
    that it is done, or after the record came into one of the declared states; the record may state the interval itself in
    the field `stated_months`. A date in `fields` that lies after the last time counts where it is earlier, unless it was
    done since that date was written down.

    `sooner` shortens the interval: by the path of a field, for each of its values, the months that hold instead. What
    happened `after` the last time makes it due too. The earliest day counts. `lead_days` moves it so many days before.
    """

    fields: tuple[str, ...] = ()
    term: TermDay | None = None
    days_in_state: int | None = None
    every_months: int | None = None
    stated_months: str | None = None
    since: tuple[str, ...] = ()
    sooner: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    after: tuple[Cause, ...] = ()
    among: str | None = None
    latest: bool = False
    lead_days: int = 0


@dataclass(frozen=True)
class Ladder:
    """When people are reminded: days before (negative) and after the due day, and every how many days after the last.

    After `escalate_after` days without action those who hold one of the roles `escalate_to` hear of it as well.
    """

    steps: tuple[int, ...] = (-90, -30, -7, 0)
    again_every: int = 7
    escalate_after: int | None = None
    escalate_to: tuple[str, ...] = ()


@dataclass(frozen=True)
class Owed:
    """A declaration: records in these states owe this.

    With `once` nothing is owed before the record came into one of these states for the first time. With `standing` it is
    owed by the version that was signed last, whose content counts, even while a change of it is being negotiated; where
    none was signed, nothing is owed. `until` is a field that, once filled in, says that it is done
    (for a path with a `*`, with the same key as the date); `done_by` are steps that say so, and `done_when` is what else
    may happen that does. `by` are roles, which decide
    where `person` does not: `person` is the path of a field that names somebody, with the same key as the date, or
    `itself`. `each_signatory`: each of those whose turn it is to sign owes the signature.
    """

    name: str
    meaning: str
    states: tuple[str, ...]
    due: Due
    by: tuple[str, ...] = ()
    person: str | None = None
    until: str | None = None
    done_by: tuple[str, ...] = ()
    done_when: tuple[Cause, ...] = ()
    once: tuple[str, ...] = ()
    standing: bool = False
    each_signatory: bool = False
    ladder: Ladder = Ladder()

    def paths(self) -> Iterator[str]:
        """The path of every field of the record that decides about it."""
        named = (self.person if self.person != ITSELF else None, self.until, self.due.among, self.due.stated_months)
        yield from (path for path in named if path is not None)
        yield from (*self.due.fields, *self.due.since, *self.due.sooner)
        own = [one for one in self.causes() if one.cites is None and one.cited_by is None]
        yield from (path for one in own for path in one.paths())

    def causes(self) -> tuple[Cause, ...]:
        """Everything that may happen and decides about it."""
        return self.due.after + self.done_when


@dataclass(frozen=True, order=True)
class Obligation:
    """What one record owes by one day.

    `subject` tells obligations of one name apart: the key of an action, the signature field, the key of a certificate;
    empty where there is one. `person` is who has to do it, none where anybody with one of the roles `by`
    may. `reason` says in words why it is due then.
    """

    due_on: date
    record: str
    name: str
    subject: str = ""
    person: str | None = None
    by: tuple[str, ...] = ()
    meaning: str = ""
    reason: str = ""

    @property
    def key(self) -> tuple[str, str, str, date]:
        """What makes it the same obligation: record, name, subject and due day."""
        return self.record, self.name, self.subject, self.due_on


@dataclass(frozen=True, order=True)
class KeptObligation(Obligation):
    """An obligation as it is kept, so that those that are due are found without deriving all.

    `kind` is that of the record, whose workflow declares the obligation under its name. `known_on` is the day on which it
    was first owed, `next_on` that of its next reminder step. It holds from `holds_from` until the day before `stale_on`, as
    far as these are known: on any other day it has to be derived anew, since another term runs then.
    """

    kind: str = ""
    known_on: date = date.min
    next_on: date = date.max
    stale_on: date | None = None
    holds_from: date | None = None

    def plainly(self) -> Obligation:
        """The obligation alone, as it is derived."""
        return Obligation(
            self.due_on, self.record, self.name, self.subject, self.person, self.by, self.meaning, self.reason
        )
