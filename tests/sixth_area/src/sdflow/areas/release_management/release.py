"""Release: a new version of a service, and what is promised in its first weeks."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from sdflow.domain.agreement import Hours, PersonReference, Promise
from sdflow.domain.kind import Content, Description, Reference, RefersTo, Text
from sdflow.domain.target import Targets
from sdflow.domain.terms import Term
from sdflow.domain.trait import Party, Promising, Structured


class Release(Content, Promising):
    """A new version of a service with its early life support."""

    description = Description("release", "Release", "Releases", "REL", document=True)

    owner: PersonReference = Field(description="Who answers for the release")
    service: Annotated[Reference, RefersTo((Structured,))]
    customer: Annotated[Reference, RefersTo((Party,))]
    purpose: Text = Field(description="What is new")
    back_out: Text | None = Field(None, description="How the old version comes back")
    term: Term = Field(description="Early life support")
    hours: Hours
    targets: Targets

    def promise(self) -> Promise:
        """What is promised during early life support."""
        return Promise(self.service, self.customer, self.term, self.hours, self.targets)

    def starts_on(self) -> date:
        """The day on which the release goes live."""
        return self.term.start_on

    def owner_reference(self) -> str:
        """Who answers for the release."""
        return self.owner

    def service_reference(self) -> str:
        """The service that changes."""
        return self.service
