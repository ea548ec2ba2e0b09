"""Waiver: that a finding about an agreement is accepted for a time, by whom and why."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from sdflow.domain.agreement import PersonReference
from sdflow.domain.kind import Content, Description, Line, Reference, RefersTo, Text
from sdflow.domain.rule import RULE_ID_PATTERN
from sdflow.domain.trait import Provable, Waiving
from sdflow.domain.waiver import Acceptance

LONGEST_TITLE = 200


class Waiver(Content, Waiving):
    """The acceptance of one finding: it counts once approved, until it expires or the gap grows."""

    description = Description("waiver", "Waiver", "Waivers", "WVR")

    agreement: Annotated[Reference, RefersTo((Provable,))] = Field(
        description="About which agreement, analysis, plan or test"
    )
    rule: Annotated[str, StringConstraints(pattern=RULE_ID_PATTERN)] = Field(
        description="The rule whose finding is accepted"
    )
    clause: Line | None = Field(None, description="The clause that the finding concerns, such as targets.restore.P1")
    subject: Text | None = Field(
        None, description="What about the clause, as the finding says it: the component, the route"
    )
    gap: Decimal | None = Field(None, description="The gap that is accepted; a larger one is not")
    unit: Line | None = Field(None, description="What the gap counts, such as minutes")
    reason: Text = Field(description="Why it is accepted")
    owner: PersonReference = Field(description="Who answers for what may come of it")
    expires_on: date = Field(description="The last day on which it is accepted")

    @model_validator(mode="after")
    def _counts_in_something(self) -> Self:
        if (self.gap is None) != (self.unit is None):
            raise ValueError("gap and unit belong together")
        return self

    @classmethod
    def proposing(cls, acceptance: Acceptance, reason: str, owner: str) -> Self:
        """The waiver that accepts this."""
        title = " ".join(filter(None, (acceptance.rule, "of", acceptance.agreement, acceptance.clause)))
        about = f"{title}: {acceptance.subject}" if acceptance.subject else title
        return cls(
            title=about if len(about) <= LONGEST_TITLE else f"{about[: LONGEST_TITLE - 1]}…",
            agreement=acceptance.agreement,
            rule=acceptance.rule,
            clause=acceptance.clause or None,
            subject=acceptance.subject or None,
            gap=acceptance.gap,
            unit=acceptance.unit or None if acceptance.gap is not None else None,
            reason=reason,
            owner=owner,
            expires_on=acceptance.expires_on,
        )

    def accepted(self) -> Acceptance:
        """What is accepted."""
        return Acceptance(
            self.agreement,
            self.rule,
            self.clause or "",
            self.subject or "",
            self.gap,
            self.unit or "",
            self.expires_on,
        )

    def ends_on(self) -> date:
        """The last day on which it is accepted."""
        return self.expires_on

    def owner_reference(self) -> str:
        """Who answers for what may come of it."""
        return self.owner
