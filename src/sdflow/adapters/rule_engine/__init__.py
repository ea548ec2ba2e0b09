"""Rule engine: what the declared rules find in facts.

Two engines read the same rules and find the same: durable_rules, and the plain evaluator that specifies the language.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sdflow.adapters.rule_engine.durable import DurableEngine
from sdflow.adapters.rule_engine.failure import EngineError
from sdflow.adapters.rule_engine.reference import ReferenceEngine
from sdflow.domain.errors import Refused
from sdflow.domain.finding import Finding
from sdflow.domain.rule import Fact, Rulebook

__all__ = ["DurableEngine", "EngineError", "ReferenceEngine", "RuleEngine", "rule_engine"]


class RuleEngine(Protocol):
    """Evaluates a rulebook on facts. `fallback_reason` is one line for people where another engine was wanted."""

    @property
    def name(self) -> str:
        """What the engine is called in proofs."""

    @property
    def fallback_reason(self) -> str | None:
        """Why this engine evaluates and not the one that was wanted."""

    def evaluate(self, facts: Sequence[Fact]) -> list[Finding]:
        """Everything that the rules find in the facts, ordered by rule and message."""

    def close(self) -> None:
        """Give back what the engine holds; it cannot be used again."""


def rule_engine(rulebook: Rulebook, prefer: str | None = None) -> RuleEngine:
    """The engine named, or durable_rules; the plain evaluator where the C module of durable_rules is missing."""
    if prefer not in (None, DurableEngine.name, ReferenceEngine.name):
        raise Refused(
            f"there is no rule engine '{prefer}'", advice=f"known: {DurableEngine.name}, {ReferenceEngine.name}"
        )
    if prefer == ReferenceEngine.name:
        return ReferenceEngine(rulebook)
    try:
        return DurableEngine(rulebook)
    except ImportError as missing:
        return ReferenceEngine(
            rulebook,
            fallback_reason=f"durable_rules cannot be loaded ({missing}), so the slower plain evaluator is used; "
            "installing sdflow[engine] mends this",
        )
