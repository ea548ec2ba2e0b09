"""Supplier: another company on which services rest."""

from __future__ import annotations

from pydantic import Field

from sdflow.domain.agreement import PersonReference
from sdflow.domain.kind import HOUSEKEEPING, Content, Description, Line, Text
from sdflow.domain.trait import Party


class Supplier(Content, Party):
    """A company that supplies something under contract."""

    description = Description("supplier", "Supplier", "Suppliers", "SUP")

    purpose: Text | None = Field(None, description="What the company supplies")
    registration: Line | None = Field(None, description="Number in the company register")
    representative: PersonReference | None = Field(None, description="Who speaks for the supplier")
    address: Line | None = Field(None, json_schema_extra=HOUSEKEEPING)
