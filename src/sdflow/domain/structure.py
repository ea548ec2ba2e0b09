"""Structure: how a service is made of components, and the routes by which support reaches a fault."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sdflow.domain.kind import Key, Line, Reference, RefersTo, Strict
from sdflow.domain.trait import Dependent, Supporting

ComponentReference = Annotated[Reference, RefersTo((Dependent,), dependency=True)]
SupporterReference = Annotated[Reference, RefersTo((Supporting,))]


class Structure(Strict):
    """One component, or parts in series, redundant, or of which at least some are needed."""

    component: ComponentReference | None = None
    series: Annotated[list[Structure], Field(min_length=1, max_length=200)] | None = None
    redundant: Annotated[list[Structure], Field(min_length=2, max_length=200)] | None = None
    at_least: Annotated[int, Field(ge=1, le=200)] | None = None
    of: Annotated[list[Structure], Field(min_length=2, max_length=200)] | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        forms = [self.component, self.series, self.redundant, self.of]
        if sum(form is not None for form in forms) != 1:
            raise ValueError("give exactly one of component, series, redundant, or at_least with of")
        if (self.at_least is None) != (self.of is None):
            raise ValueError("at_least and of belong together")
        if self.of is not None and self.at_least is not None and self.at_least > len(self.of):
            raise ValueError(f"at least {self.at_least} of {len(self.of)} parts cannot be")
        return self

    def parts(self) -> tuple[Structure, ...]:
        """The parts, none for a single component."""
        return tuple(self.series or self.redundant or self.of or ())

    def needed(self) -> int:
        """How many of the parts must work."""
        return len(self.series) if self.series else 1 if self.redundant else self.at_least or 1

    def components(self) -> Iterator[str]:
        """The references of all components, in the order of the text."""
        if self.component is not None:
            yield self.component
        for part in self.parts():
            yield from part.components()


class Tier(Strict):
    """One station of a support route; those `beside` it work at the same time, and the later one counts.

    A tier hands over within `hand_over` of its agreement, the last one restores; `relay_minutes` is what the
    hand-over itself takes, on the clock of the tier that hands over. Of an agreement and those by which it is
    `followed_by` one works at a time, each from the day on which it starts.
    """

    agreement: SupporterReference
    beside: Annotated[list[SupporterReference], Field(max_length=10)] = Field(
        default_factory=list, description="Agreements that work at the same time"
    )
    followed_by: Annotated[list[SupporterReference], Field(min_length=1, max_length=20)] | None = Field(
        None, description="Agreements that take the place of the first one, each on the day on which it starts"
    )
    until: Literal["hand_over", "restore"] = Field(
        "hand_over", description="Which promise of the agreement ends this tier's part"
    )
    relay_minutes: Annotated[int, Field(ge=0, le=10_080)] = Field(0, description="Minutes that passing on takes")

    @model_validator(mode="after")
    def _follows_something_else(self) -> Self:
        named = [self.agreement, *self.beside, *(self.followed_by or ())]
        if self.followed_by and (again := sorted({one for one in named if named.count(one) > 1})):
            raise ValueError(f"{', '.join(again)} is named twice; an agreement follows another one, not itself")
        return self

    @property
    def successions(self) -> tuple[tuple[str, ...], ...]:
        """Those who work at the same time, each with the agreements that take its place."""
        return ((self.agreement, *(self.followed_by or ())), *((one,) for one in self.beside))

    @property
    def agreements(self) -> tuple[str, ...]:
        """Every agreement that works at this station, at the same time or in succession."""
        return tuple(one for line in self.successions for one in line)


class Route(Strict):
    """How an incident of some priorities travels to those who can mend it: tiers in order, the resolver last."""

    title: Line
    priorities: Annotated[list[Key], Field(min_length=1, max_length=20)]
    tiers: Annotated[list[Tier], Field(min_length=1, max_length=15)]

    @model_validator(mode="after")
    def _resolver_last(self) -> Self:
        endings = [tier.until for tier in self.tiers]
        if endings != ["hand_over"] * (len(endings) - 1) + ["restore"]:
            raise ValueError("every tier but the last hands over, and the last one restores")
        return self
