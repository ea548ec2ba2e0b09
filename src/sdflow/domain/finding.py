"""Finding: a rule that does not hold, with the facts that prove it. Findings are returned, never raised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """How much a finding weighs; a breach stops what depends on it."""

    breach = "breach"
    warning = "warning"
    advice = "advice"

    @property
    def rank(self) -> int:
        """0 for the heaviest."""
        return list(Severity).index(self)

    def at_least(self, other: Severity) -> bool:
        """Whether this weighs as much as the other or more."""
        return self.rank <= other.rank


@dataclass(frozen=True, order=True)
class Finding:
    """What does not hold: the rule, its weight, the message in words, and the matched facts by alias."""

    rule: str
    severity: Severity
    message: str
    reference: str = field(compare=False, default="")
    title: str = field(compare=False, default="")
    advice: str = field(compare=False, default="")
    matched: Mapping[str, Mapping[str, Any]] = field(compare=False, hash=False, default_factory=dict)
    absent: tuple[str, ...] = field(compare=False, default=())
