"""Agenda: what is owed, by whom, when and why; and how everything stands for somebody who comes in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sdflow.adapters.storage import Reading
from sdflow.domain.errors import NotFound
from sdflow.domain.obligation import KeptObligation
from sdflow.engine.asked import People
from sdflow.engine.people import roles_on
from sdflow.engine.projection import is_current, owed
from sdflow.engine.workspace import Workspace

HOME_DAYS = 30
"""How far the home screen looks ahead."""


@dataclass(frozen=True)
class Somebody:
    """A person by reference and name."""

    reference: str
    name: str


@dataclass(frozen=True)
class AgendaLine:
    """Something that is owed.

    `person` is who owes it; where nobody is named, or who is named has left, `anybody` are those who hold one of the roles
    `by`. `gone` is who is named and has left. `days` are those from today to the due day, below 0 where it is overdue.
    """

    reference: str
    title: str
    kind: str
    state: str
    obligation: str
    subject: str
    meaning: str
    reason: str
    due_on: date
    days: int
    person: Somebody | None
    gone: Somebody | None
    by: tuple[str, ...]
    anybody: tuple[Somebody, ...]

    @property
    def overdue(self) -> bool:
        """Whether its day has passed."""
        return self.days < 0


@dataclass(frozen=True)
class Agenda:
    """What is owed as it stands on a day, the earliest due first.

    `current` says whether it was found by the index, or had to be derived since life cycles were changed.
    """

    as_of: date
    lines: tuple[AgendaLine, ...]
    current: bool


@dataclass(frozen=True)
class Standing:
    """How many records of a kind there are in each of its states, in their order, and what they owe."""

    kind: str
    title: str
    states: Mapping[str, int]
    owed: int
    overdue: int


@dataclass(frozen=True)
class Home:
    """What waits for somebody within the next days, what is overdue for anybody, and how the records stand."""

    as_of: date
    organisation: str
    me: Somebody | None
    days: int
    mine: tuple[AgendaLine, ...]
    overdue: tuple[AgendaLine, ...]
    portfolio: tuple[Standing, ...]


def agenda(
    workspace: Workspace, today: date, *, owner: str | None = None, days: int | None = None, overdue: bool = False
) -> Agenda:
    """What is owed on a day: by everybody, or by the person or the role `owner`, who is then asked for it.

    With `days` only what is due within so many days, with `overdue` only what is late. Raises NotFound for an owner
    who is neither a person nor a role.
    """
    within = -1 if overdue else days
    until = None if within is None else _days_on(today, within)
    with workspace.storage.reading() as reading:
        lines = _Lines(workspace, reading, today)
        found = lines.of(lines.asked(owner, until))
        return Agenda(today, found, is_current(workspace.definitions, reading))


def home(workspace: Workspace, today: date, me: str | None) -> Home:
    """How everything stands on a day, for a person or for nobody in particular."""
    with workspace.storage.reading() as reading:
        lines = _Lines(workspace, reading, today)
        everything = owed(workspace, reading, today)
        return Home(
            as_of=today,
            organisation=workspace.organisation.name,
            me=lines.somebody(me) if me else None,
            days=HOME_DAYS,
            mine=lines.of(lines.asked(me, _days_on(today, HOME_DAYS))) if me else (),
            overdue=lines.of([one for one in everything if one.due_on < today]),
            portfolio=tuple(_portfolio(workspace, reading, everything, today)),
        )


def _days_on(day: date, days: int) -> date:
    """So many days later, or the first or last day of the calendar."""
    return date.fromordinal(min(max(day.toordinal() + days, 1), date.max.toordinal()))


class _Lines:
    """Makes lines of what is owed; everybody is read once."""

    def __init__(self, workspace: Workspace, reading: Reading, today: date) -> None:
        self._workspace = workspace
        self._reading = reading
        self._today = today
        self._people = People(workspace, reading, today)

    def somebody(self, reference: str) -> Somebody:
        """The person of that reference."""
        return Somebody(reference, self._people.known[reference][0].title)

    def asked(self, owner: str | None, until: date | None) -> list[KeptObligation]:
        """What is owed by everybody, or what a person or a role is asked for."""
        if owner is None:
            return owed(self._workspace, self._reading, self._today, until=until)
        if owner in self._people.known:
            return self._people.asked_of_person(owner, until)
        if owner in self._workspace.definitions.roles:
            return self._people.asked_of_roles(frozenset({owner}), until)
        raise NotFound(
            f"{owner} is neither a person nor a role",
            (f"the roles are {', '.join(sorted(self._workspace.definitions.roles))}",),
            "see: sdflow list --kind person",
        )

    def of(self, obligations: Sequence[KeptObligation]) -> tuple[AgendaLine, ...]:
        """The lines, the earliest due first."""
        records = self._reading.records_named(sorted({one.record for one in obligations}))
        return tuple(self._line(one, records[one.record].title, records[one.record].state) for one in obligations)

    def _line(self, one: KeptObligation, title: str, state: str) -> AgendaLine:
        named = self.somebody(one.person) if one.person and one.person in self._people.known else None
        gone = named if one.person in self._people.gone else None
        return AgendaLine(
            reference=one.record,
            title=title,
            kind=one.kind,
            state=state,
            obligation=one.name,
            subject=one.subject,
            meaning=one.meaning,
            reason=one.reason,
            due_on=one.due_on,
            days=(one.due_on - self._today).days,
            person=None if gone else named,
            gone=gone,
            by=one.by,
            anybody=() if named and not gone else self._holders(one.by),
        )

    def _holders(self, roles: Sequence[str]) -> tuple[Somebody, ...]:
        holding = (name for name, (_, one) in self._people.known.items() if roles_on(one, self._today) & set(roles))
        return tuple(self.somebody(name) for name in holding if name not in self._people.gone)


def _portfolio(
    workspace: Workspace, reading: Reading, everything: Sequence[KeptObligation], today: date
) -> Iterator[Standing]:
    tally = reading.tally()
    owing, late = Counter(one.kind for one in everything), Counter(one.kind for one in everything if one.due_on < today)
    for kind, workflow in workspace.definitions.workflows.items():
        states = {state.name: tally[kind, state.name] for state in workflow.states if (kind, state.name) in tally}
        if states:
            yield Standing(kind, workspace.definitions.description(kind).plural, states, owing[kind], late[kind])
