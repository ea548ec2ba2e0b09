"""Agenda: what is owed, by whom, when and why; and how everything stands for somebody who comes in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sdflow.adapters.storage import Reading
from sdflow.domain.errors import NotFound
from sdflow.domain.obligation import KeptObligation
from sdflow.domain.trait import Acting
from sdflow.engine.people import acting_records, roles_ended_on, roles_on
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
    until = None if within is None else today + timedelta(days=within)
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
            mine=lines.of(lines.asked(me, today + timedelta(days=HOME_DAYS))) if me else (),
            overdue=lines.of([one for one in everything if one.due_on < today]),
            portfolio=tuple(_portfolio(workspace, reading, everything, today)),
        )


class _Lines:
    """Makes lines of what is owed; everybody is read once."""

    def __init__(self, workspace: Workspace, reading: Reading, today: date) -> None:
        self._workspace = workspace
        self._reading = reading
        self._today = today
        found = acting_records(reading, workspace.definitions)
        self._people = {record.reference: (Somebody(record.reference, record.title), one) for record, one in found}
        retired = {record.reference for record, _ in found if workspace.definitions.state(record).final}
        self._gone = {name for name, (_, one) in self._people.items() if name in retired or self._has_left(one)}

    def somebody(self, reference: str) -> Somebody:
        """The person of that reference."""
        return self._people[reference][0]

    def asked(self, owner: str | None, until: date | None) -> list[KeptObligation]:
        """What is owed by everybody, or what a person or a role is asked for."""
        if owner is None:
            return owed(self._workspace, self._reading, self._today, until=until)
        return sorted(one for one in self._asked_of(owner, until))

    def of(self, obligations: Sequence[KeptObligation]) -> tuple[AgendaLine, ...]:
        """The lines, the earliest due first."""
        records = self._reading.records_named(sorted({one.record for one in obligations}))
        return tuple(self._line(one, records[one.record].title, records[one.record].state) for one in obligations)

    def _line(self, one: KeptObligation, title: str, state: str) -> AgendaLine:
        named = self._people[one.person][0] if one.person in self._people else None
        gone = named if one.person in self._gone else None
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

    def _asked_of(self, owner: str, until: date | None) -> Iterator[KeptObligation]:
        roles = self._roles(owner)
        if owner in self._people and owner not in self._gone:
            yield from owed(self._workspace, self._reading, self._today, owner=owner, until=until)
        open_to_roles = owed(self._workspace, self._reading, self._today, nobody=True, until=until)
        for gone in sorted(self._gone):
            open_to_roles += owed(self._workspace, self._reading, self._today, owner=gone, until=until)
        yield from (one for one in open_to_roles if roles & set(one.by))

    def _roles(self, owner: str) -> frozenset[str]:
        if owner in self._people:
            return roles_on(self._people[owner][1], self._today)
        if owner in self._workspace.definitions.roles:
            return frozenset({owner})
        raise NotFound(
            f"{owner} is neither a person nor a role",
            (f"the roles are {', '.join(sorted(self._workspace.definitions.roles))}",),
            "see: sdflow list --kind person",
        )

    def _holders(self, roles: Sequence[str]) -> tuple[Somebody, ...]:
        holding = (name for name, one in self._people.values() if roles_on(one, self._today) & set(roles))
        return tuple(one for one in holding if one.reference not in self._gone)

    def _has_left(self, one: Acting) -> bool:
        return roles_ended_on(one, self._today) is not None


def _portfolio(
    workspace: Workspace, reading: Reading, everything: Sequence[KeptObligation], today: date
) -> Iterator[Standing]:
    tally = reading.tally()
    owing, late = Counter(one.kind for one in everything), Counter(one.kind for one in everything if one.due_on < today)
    for kind, workflow in workspace.definitions.workflows.items():
        states = {state.name: tally[kind, state.name] for state in workflow.states if (kind, state.name) in tally}
        if states:
            yield Standing(kind, workspace.definitions.description(kind).plural, states, owing[kind], late[kind])
