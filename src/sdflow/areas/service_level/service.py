"""Service: an entry of the service catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import Field

from sdflow.domain.agreement import Contact, PersonReference
from sdflow.domain.kind import HOUSEKEEPING, Content, Description, Key, Line, Reference, RefersTo, Text
from sdflow.domain.structure import Route, Structure
from sdflow.domain.trait import Catalogued, CatalogueEntry, Party, Structured


class Service(Content, Structured, Catalogued):
    """What is provided to customers, what it is made of, and how support reaches it."""

    description = Description("service", "Service", "Services", "SVC")

    owner: PersonReference = Field(description="Service owner, accountable for the service")
    purpose: Text = Field(description="What the service does for the business")
    users: Annotated[int, Field(ge=0, le=100_000_000)] | None = Field(None, description="Number of users")
    criticality: Line | None = Field(None, description="What it means to the business when the service fails")
    customers: Annotated[list[Annotated[Reference, RefersTo((Party,))]], Field(max_length=200)] = Field(
        default_factory=list, description="Who uses the service"
    )
    criticality_class: Key | None = Field(None, description="Class of criticality, such as gold or tier-1")
    depends_on: Annotated[
        list[Annotated[Reference, RefersTo((Structured,), dependency=True)]], Field(max_length=100)
    ] = Field(default_factory=list, description="Other services without which it does not work")
    structure: Structure = Field(description="Components in series, redundant, or at least some of many")
    routes: Annotated[dict[Key, Route], Field(max_length=50)] = Field(
        default_factory=dict, description="Support routes"
    )
    support_contact: Contact | None = Field(None, description="Where users report what does not work")
    next_review_on: date | None = Field(
        None, description="When the catalogue entry is next reviewed", json_schema_extra=HOUSEKEEPING
    )

    def owner_reference(self) -> str:
        """The service owner."""
        return self.owner

    def built_of(self) -> Structure:
        """How the service is made of components."""
        return self.structure

    def needed_services(self) -> tuple[str, ...]:
        """The other services that it needs."""
        return tuple(self.depends_on)

    def support_routes(self) -> Mapping[str, Route]:
        """The support routes by their keys."""
        return self.routes

    def catalogue_entry(self) -> CatalogueEntry:
        """What the catalogue says of the service."""
        return CatalogueEntry(
            self.purpose,
            self.users,
            tuple(self.customers),
            self.criticality,
            self.criticality_class,
            self.support_contact,
            self.next_review_on,
        )
