"""Answers: whether somebody took up that a target was missed: by an item of the improvement programme, or by accepting it."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from sdflow.domain.event import Act
from sdflow.domain.fact import TargetAttained
from sdflow.domain.improvement import Improving
from sdflow.domain.record import Record
from sdflow.engine.known_records import KnownRecords
from sdflow.engine.shortcomings import Item, items_of
from sdflow.engine.waivers import Waivers

if TYPE_CHECKING:
    from sdflow.engine.proof import Prover


@dataclass(frozen=True)
class _Ending:
    """On which day an item came to its end, and whether somebody else than who raised it brought it there."""

    on: date
    by_another: bool


class Answers:
    """The items and acceptances as they were known on the prover's day, by the clauses that they are about."""

    def __init__(self, prover: Prover) -> None:
        self._prover = prover
        self._endings: dict[str, _Ending] = {}
        self._waivers = Waivers(prover.definitions, prover.reading, prover.today)

    def given(self, agreement: str, clause: str, missed_until: date) -> bool:
        """Whether the miss of a period that ended on a day is taken up.

        It is where an item takes it up, and where a waiver accepts what a rule finds of the attainment of the clause.
        """
        return bool(self.records(agreement, clause, missed_until))

    def records(self, agreement: str, clause: str, missed_until: date) -> list[Record]:
        """The items and waivers by which the miss of a period that ended on a day is taken up.

        An open one does, and one that was closed with a conclusion where it was added to after that day. One that was given up
        accepts what was missed until then, where it says why and somebody else than who raised it gave it up.
        """
        items = [one for one in self._items.get((agreement, clause), ()) if self._takes_up(one, missed_until)]
        waivers = self._waivers.accepting(agreement, clause, self._rules, self._prover.today)
        return [*(one.record for one in items), *waivers]

    def _takes_up(self, item: Item, missed_until: date) -> bool:
        if item.open:
            return True
        if item.concluded:
            return any(one.on > missed_until for one in item.improvement.seen)
        ending = self._ending(item)
        return bool(item.improvement.closure_reason) and ending.by_another and missed_until < ending.on

    def _ending(self, item: Item) -> _Ending:
        reference = item.record.reference
        if reference not in self._endings:
            acts = [one for one in self._prover.reading.acts(reference) if one.effective_on <= self._prover.today]
            last = next(one for one in reversed(acts) if _advances(one, reference))
            self._endings[reference] = _Ending(
                last.effective_on, last.actor not in (acts[0].actor, item.improvement.raised_by)
            )
        return self._endings[reference]

    @cached_property
    def _rules(self) -> frozenset[str]:
        """The rules that look at what was attained first."""
        kind = TargetAttained.kind_name()
        return frozenset(one.id for one in self._prover.definitions.rulebook.rules if one.match[0].fact == kind)

    @cached_property
    def _items(self) -> dict[tuple[str, str], list[Item]]:
        found: dict[tuple[str, str], list[Item]] = defaultdict(list)
        known = KnownRecords(self._prover.definitions, self._prover.reading, self._prover.today)
        for one in items_of(self._prover, known.having(Improving)):
            if one.improvement.concern:
                found[one.improvement.concern.record, one.improvement.concern.target].append(one)
        return found


def _advances(act: Act, reference: str) -> bool:
    events = map(json.loads, act.events)
    return any(one["reference"] == reference and one["type"] == "advanced" for one in events)
