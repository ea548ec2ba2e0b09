"""Durable: the rule engine that uses durable_rules where it can be trusted, and the specification elsewhere."""

from __future__ import annotations

import weakref
from collections import defaultdict
from collections.abc import Iterator, Sequence
from threading import Lock
from typing import TYPE_CHECKING

from sdflow.adapters.rule_engine.compiler import compiled, separating_field
from sdflow.adapters.rule_engine.failure import EngineError
from sdflow.adapters.rule_engine.soundness import require_sound
from sdflow.domain.finding import Finding
from sdflow.domain.rule import Fact, FactValue, Rulebook
from sdflow.domain.rule_evaluation import check_facts, evaluate, finding_of, in_order

if TYPE_CHECKING:
    from sdflow.adapters.rule_engine.session import Hit, Ruleset

FACTS_PER_SESSION = 1_000
"""Up to how many facts that never meet share a session; a session's cost grows faster than its facts."""

FACTS_AT_MOST = 200_000
"""How many facts one session may hold; each takes about 9 kB."""


class DurableEngine:
    """Rules compiled once for durable_rules, evaluated on any number of facts, from any thread.

    `left_out` holds the rules that durable_rules would get wrong, each with the reason; the plain evaluator
    finds what they find. Raises `ImportError` where the C module is missing.
    """

    name = "durable_rules"
    fallback_reason: str | None = None

    def __init__(self, rulebook: Rulebook) -> None:
        require_sound(rulebook)
        from sdflow.adapters.rule_engine.session import Ruleset

        self._schema = rulebook.schema
        self._compilation = compiled(rulebook)
        self._kinds = {pattern.fact for one in self._compilation.rules.values() for pattern in one.rule.match}
        self._plain = [rule for rule in rulebook.rules if rule.id in self._compilation.left_out]
        self._separating = separating_field((one.rule for one in self._compilation.rules.values()), rulebook.schema)
        self._lock = Lock()
        self._rulesets = [Ruleset(definition) for definition in self._compilation.rulesets]
        self._freed = weakref.finalize(self, _close_all, self._rulesets)
        self._freed.atexit = False
        self.left_out = dict(self._compilation.left_out)

    def evaluate(self, facts: Sequence[Fact]) -> list[Finding]:
        """Everything that the rules find in the facts; `EngineError` where durable_rules cannot be believed."""
        self._require_open()
        check_facts(self._schema, facts)
        found = [self._finding(hit, part) for part in self._parts(facts) for hit in self._hits(part)]
        return in_order([*found, *evaluate(self._plain, facts)])

    def close(self) -> None:
        """Give the memory of the compiled rules back; the engine cannot be used again."""
        with self._lock:
            self._freed()

    def _require_open(self) -> None:
        if not self._freed.alive:
            raise EngineError("the rule engine has been closed")

    def _hits(self, part: list[Fact]) -> set[Hit]:
        if len(part) > FACTS_AT_MOST:
            raise EngineError(f"{len(part)} facts would have to meet in one session, which holds {FACTS_AT_MOST}")
        rows = list(self._compilation.columns.rows(part))
        with self._lock:
            self._require_open()
            return set().union(*(ruleset.hits(rows) for ruleset in self._rulesets))

    def _finding(self, hit: Hit, part: Sequence[Fact]) -> Finding:
        name, places = hit
        compiled_rule = self._compilation.rules[name]
        by_name = dict(places)
        chosen = {alias: part[by_name[inner]] for inner, alias in compiled_rule.aliases.items()}
        return finding_of(compiled_rule.rule, chosen)

    def _parts(self, facts: Sequence[Fact]) -> Iterator[list[Fact]]:
        """Facts that compiled rules look at, in small sessions where they can be kept apart; negated kinds first."""
        rank = self._compilation.rank
        for part in _packed([one for one in facts if one.kind in self._kinds], self._separating):
            yield sorted(part, key=lambda one: rank.get(one.kind, 0))


def _packed(facts: Sequence[Fact], separating: str | None) -> Iterator[list[Fact]]:
    groups: dict[FactValue, list[Fact]] = defaultdict(list)
    for fact in facts:
        groups[fact.get(separating) if separating else None].append(fact)
    part: list[Fact] = []
    for group in groups.values():
        if part and len(part) + len(group) > FACTS_PER_SESSION:
            yield part
            part = []
        part += group
    if part:
        yield part


def _close_all(rulesets: list[Ruleset]) -> None:
    for ruleset in rulesets:
        ruleset.close()
