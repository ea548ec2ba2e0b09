"""Signed document: what analyses, plans and reports that are approved by signature contain."""

from __future__ import annotations

from datetime import date

from pydantic import Field, field_validator

from sdflow.domain.agreement import PersonReference, Signatories, Signatory, in_turn, repeated_signatories
from sdflow.domain.kind import Content, Line
from sdflow.domain.trait import Signable


class SignedDocument(Content, Signable):
    """The base of kinds that are approved by those who sign; one signature may be enough."""

    owner: PersonReference = Field(description="Who answers for the document")
    effective_on: date | None = Field(None, description="From when this version holds, if not from its approval")
    change_request: Line | None = Field(None, description="What caused this version, from the second on")
    next_review_on: date | None = Field(None, description="When the document is next reviewed")
    signatories: Signatories = Field(default_factory=list, description="Who approves by signature, in order")

    @field_validator("signatories")
    @classmethod
    def _signed_once_by_each(cls, signatories: list[Signatory]) -> list[Signatory]:
        twice = repeated_signatories(signatories)
        if twice:
            raise ValueError(f"{', '.join(twice)} stands twice among the signatories; everybody signs once")
        return signatories

    def starts_on(self) -> date | None:
        """From when this version holds, where it says so."""
        return self.effective_on

    def owner_reference(self) -> str:
        """Who answers for the document."""
        return self.owner

    def signing_order(self) -> tuple[Signatory, ...]:
        """Who signs, by turns."""
        return in_turn(self.signatories)
