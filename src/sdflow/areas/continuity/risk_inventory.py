"""Risk inventory: what is worth protecting, what threatens it, how it lies open, and what protects it already."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from sdflow.domain.agreement import PersonReference
from sdflow.domain.kind import Key, Line, Reference, RefersTo, Strict, Title
from sdflow.domain.trait import Dependent, Party, Structured


class AssetSort(StrEnum):
    """What sort of thing is worth protecting."""

    service = "service"
    data = "data"
    software = "software"
    equipment = "equipment"
    place = "place"
    people = "people"
    supplier = "supplier"
    reputation = "reputation"


class Asset(Strict):
    """Something that is worth protecting, and how much."""

    title: Title
    sort: AssetSort
    value: Key = Field(description="Step of value of the scale")
    valued_by: Line = Field(description="From what the value follows, such as the harm of its loss in an analysis")
    record: Annotated[Reference, RefersTo((Structured, Dependent, Party))] | None = Field(
        None, description="The service, component, supplier or team, where it is one of them"
    )
    owner: PersonReference | None = Field(None, description="Who answers for it")


class ThreatSort(StrEnum):
    """Where a threat comes from."""

    nature = "nature"
    accident = "accident"
    failure = "failure"
    mistake = "mistake"
    attack = "attack"
    supply = "supply"


class Threat(Strict):
    """Something that may happen to assets, and how likely it is."""

    title: Title
    sort: ThreatSort
    likelihood: Key = Field(description="Step of likelihood of the scale")
    reason: Line = Field(description="Why it is as likely: what happened so far, what is known elsewhere")


class Vulnerability(Strict):
    """A weakness by which a threat does harm, with the counter-measures that exist."""

    title: Title
    level: Key = Field(description="Step of vulnerability of the scale")
    reason: Line = Field(description="Why it is as open, with what protects it already")


class CounterMeasure(Strict):
    """Something that protects already."""

    title: Title
    effect: Line = Field(description="Against what it protects, and how far")
    since: date | None = Field(None, description="Since when")
    shown_on: date | None = Field(None, description="When it was last shown to work")


Assets = Annotated[dict[Key, Asset], Field(max_length=200)]
Threats = Annotated[dict[Key, Threat], Field(max_length=100)]
Vulnerabilities = Annotated[dict[Key, Vulnerability], Field(max_length=200)]
CounterMeasures = Annotated[dict[Key, CounterMeasure], Field(max_length=200)]
