"""Component: a part of which services are made."""

from __future__ import annotations

from pydantic import Field

from sdflow.domain.kind import Content, Description, Text
from sdflow.domain.structure import ComponentReference
from sdflow.domain.trait import Dependent


class Component(Content, Dependent):
    """A part of which services are made: software, hardware, a network, a place, people."""

    description = Description("component", "Component", "Components", "CMP")

    purpose: Text | None = Field(None, description="What the component does")
    depends_on: list[ComponentReference] = Field(
        default_factory=list, max_length=200, description="Components without which this one stands still"
    )

    def needs(self) -> tuple[str, ...]:
        """References of the components without which this one stands still."""
        return tuple(self.depends_on)
