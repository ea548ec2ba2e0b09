"""Reference: the rule engine that evaluates rules as they are specified, without any other software."""

from __future__ import annotations

from collections.abc import Sequence

from sdflow.adapters.rule_engine.soundness import require_sound
from sdflow.domain.finding import Finding
from sdflow.domain.rule import Fact, Rulebook
from sdflow.domain.rule_evaluation import check_facts, evaluate


class ReferenceEngine:
    """The plain evaluator: the oracle of the tests, and what works everywhere."""

    name = "reference"

    def __init__(self, rulebook: Rulebook, fallback_reason: str | None = None) -> None:
        require_sound(rulebook)
        self._rulebook = rulebook
        self.fallback_reason = fallback_reason

    def evaluate(self, facts: Sequence[Fact]) -> list[Finding]:
        """Everything that the rules find in the facts."""
        check_facts(self._rulebook.schema, facts)
        return evaluate(self._rulebook.rules, facts)

    def close(self) -> None:
        """Nothing is held."""
