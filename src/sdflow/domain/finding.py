"""Finding: a rule that does not hold, with the facts that prove it. Findings are returned, never raised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
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
    """What does not hold: the rule, its weight, the message in words, and the matched facts by alias.

    `clause` is what it concerns and `subject` what about it (the component, the route); rule, clause and subject
    together say which finding it is. `gap` is by how much, in `unit`; `weakest` the weakest link; `witness` a concrete
    case; `improvement` what has to become better, where the rule asks for that, because of which `cause` and by which
    `figure`, the alias of a matched fact; `records` the records that it is
    about. `waiver` names the waiver that counts for it, through
    `waived_until`; `note` says of one that was meant for it why it does not count. `version` is the version of the
    agreement that it is about, none where it is about all that are looked at; `versions` are the numbers under which
    waivers may name that version.
    """

    rule: str
    severity: Severity
    message: str
    reference: str = field(compare=False, default="")
    title: str = field(compare=False, default="")
    advice: str = field(compare=False, default="")
    matched: Mapping[str, Mapping[str, Any]] = field(compare=False, hash=False, default_factory=dict)
    absent: tuple[str, ...] = field(compare=False, default=())
    clause: str = field(compare=False, default="")
    subject: str = field(compare=False, default="")
    gap: Decimal | None = field(compare=False, default=None)
    unit: str = field(compare=False, default="")
    weakest: str = field(compare=False, default="")
    witness: str = field(compare=False, default="")
    improvement: str = field(compare=False, default="")
    cause: str = field(compare=False, default="")
    figure: str = field(compare=False, default="")
    records: tuple[str, ...] = field(compare=False, default=())
    waiver: str | None = field(compare=False, default=None)
    waived_until: date | None = field(compare=False, default=None)
    note: str = field(compare=False, default="")
    version: int | None = field(compare=False, default=None)
    versions: tuple[int, ...] = field(compare=False, default=())

    @property
    def counts(self) -> bool:
        """Whether it weighs in full: nobody waives it."""
        return self.waiver is None

    @property
    def name(self) -> str:
        """What about the clause it concerns, and of which version where others differ."""
        return named(self.subject, self.version)

    @property
    def names(self) -> frozenset[str]:
        """Every name under which a waiver may accept it: of the agreement, or of its version alone."""
        return frozenset(named(self.subject, number) for number in (None, self.version, *self.versions))

    def of_version(self, number: int, title: str) -> Finding:
        """The same, said of one version of an agreement among several."""
        return replace(self, version=number, message=f"{title}: {self.message}")

    @property
    def gap_text(self) -> str:
        """By how much, as people say it, such as 3,120 minutes; empty where the rule says no number."""
        return gap_text(self.gap, self.unit)


def named(subject: str, version: int | None) -> str:
    """A subject, and the version of the agreement where one is meant, such as Faults, version 2."""
    return ", ".join(filter(None, (subject, f"version {version}" if version else "")))


def gap_text(gap: Decimal | None, unit: str) -> str:
    """A gap as people say it, such as 3,120 minutes; empty where there is none."""
    if gap is None:
        return ""
    digits = f"{gap:,f}"
    return f"{digits.rstrip('0').rstrip('.') if '.' in digits else digits} {unit}".rstrip()
