"""Team: a group of the provider's own people."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from sdflow.domain.agreement import PersonReference
from sdflow.domain.kind import HOUSEKEEPING, Content, Description, Line, Text
from sdflow.domain.trait import Party


class Team(Content, Party):
    """A group inside the provider that carries part of a service."""

    description = Description("team", "Team", "Teams", "TEAM")
    ours: ClassVar[bool] = True

    purpose: Text | None = Field(None, description="What the team does")
    lead: PersonReference | None = Field(None, description="Who leads the team")
    address: Line | None = Field(None, json_schema_extra=HOUSEKEEPING)
