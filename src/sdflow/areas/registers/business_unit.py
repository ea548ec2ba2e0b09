"""Business unit: a customer of services."""

from __future__ import annotations

from pydantic import Field

from sdflow.domain.agreement import PersonReference
from sdflow.domain.kind import HOUSEKEEPING, Content, Description, Line, Text
from sdflow.domain.trait import Party


class BusinessUnit(Content, Party):
    """A part of the business that uses services and pays for them."""

    description = Description("business_unit", "Business unit", "Business units", "BU")

    purpose: Text | None = Field(None, description="What the unit does")
    representative: PersonReference | None = Field(None, description="Who speaks for the unit")
    address: Line | None = Field(None, json_schema_extra=HOUSEKEEPING)
