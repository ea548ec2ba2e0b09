"""Answers: whether somebody took up that a target was missed: by an item of the improvement programme, or by accepting it."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from sdflow.domain.fact import TargetAttained
from sdflow.engine.shortcomings import Item, improvement_items

if TYPE_CHECKING:
    from sdflow.engine.proof import Prover


class Answers:
    """The items and acceptances that there are, by the clauses that they are about."""

    def __init__(self, prover: Prover) -> None:
        self._prover = prover

    def given(self, agreement: str, clause: str, missed_until: date) -> bool:
        """Whether the miss of a period that ended on a day is taken up.

        It is where an item about the clause is open or was added to after that day, and where a waiver accepts what a rule
        finds of the attainment of the clause.
        """
        items = self._items.get((agreement, clause), ())
        return any(_takes_up(one, missed_until) for one in items) or self._accepted(agreement, clause)

    def _accepted(self, agreement: str, clause: str) -> bool:
        return self._prover.waivers.accepting(agreement, clause, self._rules, self._prover.today)

    @cached_property
    def _rules(self) -> frozenset[str]:
        """The rules that look at what was attained first."""
        kind = TargetAttained.kind_name()
        return frozenset(one.id for one in self._prover.definitions.rulebook.rules if one.match[0].fact == kind)

    @cached_property
    def _items(self) -> dict[tuple[str, str], list[Item]]:
        found: dict[tuple[str, str], list[Item]] = defaultdict(list)
        for one in improvement_items(self._prover):
            if one.improvement.concern:
                found[one.improvement.concern.record, one.improvement.concern.target].append(one)
        return found


def _takes_up(item: Item, missed_until: date) -> bool:
    return item.open or any(one.on > missed_until for one in item.improvement.seen)
