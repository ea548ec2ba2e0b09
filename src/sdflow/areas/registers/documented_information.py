"""Documented information: a guide, procedure or policy that is kept up by being looked at again and again."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from sdflow.domain.agreement import PersonReference
from sdflow.domain.kind import Content, Description, Line, Reference, RefersTo, Text
from sdflow.domain.trait import Structured


class DocumentedInformation(Content):
    """A text that others rely on, where it is found, who keeps it right, and how often it is looked at."""

    description = Description("documented_information", "Documented information", "Documented information", "DOC")

    owner: PersonReference = Field(description="Who answers for what it says")
    held_at: Line | None = Field(None, description="Where it is found: an address, a path, a shelf")
    purpose: Text | None = Field(None, description="For whom it is and what it is for")
    service: Annotated[Reference, RefersTo((Structured,))] | None = Field(
        None, description="The service that it is about"
    )
    last_reviewed_on: date | None = Field(
        None,
        description="When it was looked at last; the step confirm says it as well, with the day on which it is taken",
    )
    review_every_months: Annotated[int, Field(ge=1, le=60)] | None = Field(
        None, description="How many months after a review the next is due, if not as many as usual"
    )

    def owner_reference(self) -> str:
        """Who answers for it."""
        return self.owner

    def service_reference(self) -> str | None:
        """The service that it is about, where there is one."""
        return self.service
