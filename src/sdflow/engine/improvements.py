"""Improvements: the items of the service improvement programme as they stand on a day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sdflow.domain.improvement import (
    Conclusion,
    Frequency,
    Improvement,
    ImprovementProgramme,
    Improving,
    Priority,
    Steering,
    Worth,
)
from sdflow.domain.record import Record
from sdflow.domain.workflow import State
from sdflow.engine.catalogue import Named
from sdflow.engine.known_records import KnownRecords
from sdflow.engine.proof import Prover
from sdflow.engine.shortcomings import Item, improvement_items, items_of, records_of_trait


@dataclass(frozen=True)
class ActionEntry:
    """One action of an item, with who does it and whether its day has passed."""

    key: str
    what: str
    who: Named | None
    due_on: date | None
    done_on: date | None
    overdue: bool


@dataclass(frozen=True)
class ImprovementEntry:
    """One item as it stands on a day.

    `improvement` is what it says. `open`: neither closed nor cancelled. `overdue`: open, and its last day has passed.
    `review_overdue`: open, the day of its review has passed and nothing was measured on it or since. `about` is the record
    with which something is wrong. `conclusion` follows from the measured value; `closed_as` is the one that was verified
    when it was closed, none for what is open or was cancelled. `progress` is the share of the way to the target.
    """

    reference: str
    title: str
    state: str
    state_meaning: str
    open: bool
    overdue: bool
    review_overdue: bool
    improvement: Improvement
    about: Named | None
    service: Named | None
    owner: Named | None
    verifier: Named | None
    programme: Named | None
    actions: tuple[ActionEntry, ...]
    conclusion: Conclusion | None
    closed_as: Conclusion | None
    progress: Decimal | None

    @property
    def actions_done(self) -> int:
        """How many of its actions are done."""
        return sum(one.done_on is not None for one in self.actions)

    @property
    def given_up(self) -> bool:
        """Whether it has ended and nothing was verified, so that it neither costs nor gains anything."""
        return not self.open and self.closed_as is None


@dataclass(frozen=True)
class Amount:
    """A sum of money in one currency, spent or gained once or each year, and of how many items it is made."""

    currency: str
    per: Frequency
    amount: Decimal
    items: int


@dataclass(frozen=True)
class ServiceTally:
    """How the items of one service stand, of all that belong to none where it is none."""

    service: Named | None
    by_state: Mapping[str, int]
    open: int
    overdue: int
    met: int
    not_met: int


@dataclass(frozen=True)
class ProgrammeEntry:
    """One programme with its items; `spent` is what its items that were not cancelled cost."""

    reference: str
    title: str
    state: str
    state_meaning: str
    programme: ImprovementProgramme
    sponsor: Named
    owner: Named
    items: int
    spent: tuple[Amount, ...]


@dataclass(frozen=True)
class ImprovementRegister:
    """Every item on a day, the most urgent first, with the states in which they can be and what they add up to."""

    as_of: date
    items: tuple[ImprovementEntry, ...]
    states: tuple[State, ...]
    by_state: Mapping[str, int]
    services: tuple[ServiceTally, ...]
    costs: tuple[Amount, ...]
    benefits: tuple[Amount, ...]
    programmes: tuple[ProgrammeEntry, ...]


def improvement_register(prover: Prover, *, everything: bool = True) -> ImprovementRegister:
    """The items on the prover's day: every one, or those alone that are open."""
    stored = improvement_items(prover)
    steering = [(record, prover.definitions.content(record)) for record in records_of_trait(prover, Steering)]
    lines = _lines_of(prover, stored)
    items = lines.entries(stored)
    shown = items if everything else tuple(one for one in items if one.open)
    states = lines.states(stored)
    return ImprovementRegister(
        as_of=prover.today,
        items=shown,
        states=states,
        by_state=_by_state(shown, states),
        services=tuple(_tallies(shown, states)),
        costs=_sums([one.improvement.cost for one in shown if not one.given_up]),
        benefits=_sums([one.improvement.benefit for one in shown if not one.given_up]),
        programmes=tuple(
            lines.programme(record, content.programme(), items)
            for record, content in steering
            if isinstance(content, Steering) and not prover.definitions.state(record).final
        ),
    )


def known_improvements(prover: Prover) -> tuple[ImprovementEntry, ...]:
    """Every item as it was known on the prover's day, whatever became of it since, the most urgent first."""
    known = KnownRecords(prover.definitions, prover.reading, prover.today)
    items = items_of(prover, known.having(Improving))
    return _lines_of(prover, items).entries(items)


def _lines_of(prover: Prover, items: Sequence[Item]) -> _Lines:
    return _Lines(prover, [name for item in items for name in _cited(item.improvement)])


class _Lines:
    """Makes the lines of the register; whom they name is read at once."""

    def __init__(self, prover: Prover, cited: Iterable[str]) -> None:
        self._prover = prover
        self._cited = prover.reading.records_named(list(dict.fromkeys(cited)))

    def entries(self, items: Iterable[Item]) -> tuple[ImprovementEntry, ...]:
        """Items as they stand, the most urgent first."""
        return tuple(sorted(map(self.entry, items), key=_urgency))

    def entry(self, item: Item) -> ImprovementEntry:
        """One item as it stands."""
        said, record, today = item.improvement, item.record, self._prover.today
        return ImprovementEntry(
            reference=record.reference,
            title=record.title,
            state=record.state,
            state_meaning=self._prover.definitions.state(record).meaning,
            open=item.open,
            overdue=item.open and said.due_on is not None and said.due_on < today,
            review_overdue=item.open and said.kpi is not None and said.kpi.unreviewed(today),
            improvement=said,
            about=self._named(said.record),
            service=self._named(said.service),
            owner=self._named(said.owner),
            verifier=self._named(said.verifier),
            programme=self._named(said.programme),
            actions=tuple(self._actions(said)),
            conclusion=said.kpi.conclusion() if said.kpi else None,
            closed_as=self._closed_as(record),
            progress=said.kpi.progress() if said.kpi else None,
        )

    def states(self, items: Sequence[Item]) -> tuple[State, ...]:
        """The states in which items can be, in the order of their life cycle."""
        kinds = dict.fromkeys(item.record.kind for item in items)
        return tuple(state for kind in kinds for state in self._prover.definitions.workflows[kind].states)

    def programme(
        self, record: Record, programme: ImprovementProgramme, items: Sequence[ImprovementEntry]
    ) -> ProgrammeEntry:
        """A programme with what its items add up to."""
        own = [one for one in items if one.improvement.programme == record.reference]
        return ProgrammeEntry(
            reference=record.reference,
            title=record.title,
            state=record.state,
            state_meaning=self._prover.definitions.state(record).meaning,
            programme=programme,
            sponsor=Named(programme.sponsor, self._prover.evidence.record(programme.sponsor).title),
            owner=Named(programme.owner, self._prover.evidence.record(programme.owner).title),
            items=len(own),
            spent=_sums([one.improvement.cost for one in own if not one.given_up]),
        )

    def _closed_as(self, record: Record) -> Conclusion | None:
        """With which conclusion a record came into its final state; none where that asks for none."""
        workflow = self._prover.definitions.workflows[record.kind]
        asked = workflow.outcomes_into(record.state)
        words = [one for one in Conclusion if workflow.state(record.state).final and asked == {one.value}]
        return words[0] if words else None

    def _actions(self, improvement: Improvement) -> Iterator[ActionEntry]:
        for key, one in improvement.actions.items():
            who = self._named(one.who)
            yield ActionEntry(key, one.what, who, one.due_on, one.done_on, one.overdue(self._prover.today))

    def _named(self, reference: str | None) -> Named | None:
        return Named(reference, self._cited[reference].title) if reference else None


def _cited(said: Improvement) -> Iterator[str]:
    people = (said.owner, said.verifier, *(one.who for one in said.actions.values()))
    yield from (one for one in (said.record, said.service, said.programme, *people) if one)


def _urgency(entry: ImprovementEntry) -> tuple[bool, bool, int, date, str]:
    """Open before closed, overdue first, then by priority and last day."""
    said = entry.improvement
    rank = said.priority.rank if said.priority else len(Priority)
    return not entry.open, not entry.overdue, rank, said.due_on or date.max, entry.reference


def _by_state(items: Iterable[ImprovementEntry], states: Iterable[State]) -> dict[str, int]:
    found = Counter(one.state for one in items)
    return {state.name: found[state.name] for state in states}


def _tallies(items: Sequence[ImprovementEntry], states: Sequence[State]) -> Iterator[ServiceTally]:
    """The items by service, in the order of the services' names; those of none last."""
    services = {one.service.reference: one.service for one in items if one.service}
    ordered = sorted(services.values(), key=lambda one: (one.title, one.reference))
    for service in (*ordered, None):
        own = [one for one in items if one.service == service]
        if own:
            yield ServiceTally(
                service=service,
                by_state=_by_state(own, states),
                open=sum(one.open for one in own),
                overdue=sum(one.overdue for one in own),
                met=sum(one.closed_as is Conclusion.met for one in own),
                not_met=sum(one.closed_as is Conclusion.not_met for one in own),
            )


def _sums(worths: Iterable[Worth | None]) -> tuple[Amount, ...]:
    """Amounts of one currency and frequency together; what is spent once is never added to what is spent each year."""
    found: dict[tuple[str, Frequency], list[Decimal]] = defaultdict(list)
    for one in worths:
        if one is not None:
            found[one.currency, one.per].append(one.amount)
    ordered = sorted(found.items(), key=lambda pair: (pair[0][0], list(Frequency).index(pair[0][1])))
    return tuple(Amount(currency, per, sum(some, Decimal(0)), len(some)) for (currency, per), some in ordered)
