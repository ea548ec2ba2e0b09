"""Waiver: that a finding is accepted for a time, and for what reason it may no longer be."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sdflow.domain.finding import Finding, gap_text
from sdflow.domain.rule import spoken


@dataclass(frozen=True)
class Acceptance:
    """What is accepted: one finding about an agreement, up to a gap, until the end of a day."""

    agreement: str
    rule: str
    clause: str
    subject: str
    gap: Decimal | None
    unit: str
    expires_on: date

    @classmethod
    def of(cls, agreement: str, finding: Finding, until: date) -> Acceptance:
        """The finding as it stands, accepted until the end of a day."""
        return cls(agreement, finding.rule, finding.clause, finding.name, finding.gap, finding.unit, until)

    def concerns(self, agreement: str, finding: Finding) -> bool:
        """Whether it is about this finding, whatever its gap.

        One that names a version is about that alone; one that names none is about every version.
        """
        same = (self.agreement, self.rule, self.clause) == (agreement, finding.rule, finding.clause)
        return same and _composed(self.subject) in map(_composed, finding.names)

    def objection(self, finding: Finding, today: date) -> str | None:
        """Why it does not count for a finding that it concerns; none where it does."""
        if today > self.expires_on:
            return f"it expired on {spoken(self.expires_on)}"
        if self.gap is None and finding.gap is None:
            return None
        accepted = gap_text(self.gap, self.unit) or "no number"
        if self.gap is None or finding.gap is None or self.unit != finding.unit:
            return f"it accepts {accepted}, which cannot be compared with {finding.gap_text or 'no number'}"
        return f"it accepts {accepted}, and the gap is now {finding.gap_text}" if finding.gap > self.gap else None


def _composed(text: str) -> str:
    """As contents are stored, so that one text is not taken for two."""
    return unicodedata.normalize("NFC", text)
