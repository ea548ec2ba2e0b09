"""Recovery means: with what services are recovered: saved data, places, equipment, suppliers, insurance."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from sdflow.areas.continuity.impact_scale import Minutes
from sdflow.domain.continuity import Backup
from sdflow.domain.kind import Key, Line, Reference, RefersTo, Strict, Title
from sdflow.domain.target import Quantity
from sdflow.domain.trait import Party, Supporting

Volume = Annotated[Decimal, Field(gt=0, le=10**9, max_digits=15, decimal_places=3)]


class BackupRegime(Strict):
    """How the data of services are saved, and how fast they are read back."""

    title: Title
    services: Annotated[list[Key], Field(min_length=1, max_length=60)] = Field(
        description="The services of the plan whose data it saves, by their keys"
    )
    interval_minutes: Annotated[int, Field(ge=0, le=525_600)] = Field(
        description="Minutes from one run to the next; 0 where every change is copied at once"
    )
    duration_minutes: Minutes = Field(0, description="Minutes that a run takes")
    transfer_minutes: Minutes = Field(0, description="Minutes until a run is out of reach of the disruption")
    gigabytes: Volume | None = Field(None, description="How much is to be read back")
    gigabytes_an_hour: Volume | None = Field(None, description="How fast it is read back")
    kept_at: Line | None = Field(None, description="Where it is kept")
    kept_days: Annotated[int, Field(ge=1, le=36_600)] | None = Field(None, description="For how many days")

    def reckoned(self, key: str, services: tuple[str, ...]) -> Backup:
        """The regime as it can be reckoned with, for these services."""
        return Backup(
            key,
            self.title,
            services,
            self.interval_minutes,
            self.duration_minutes,
            self.transfer_minutes,
            self.gigabytes,
            self.gigabytes_an_hour,
        )


class Site(Strict):
    """A place from which services are run or recovered."""

    title: Title
    address: Line | None = None
    purpose: Line = Field(description="What it is used for in a recovery")
    seats: Annotated[int, Field(ge=0, le=100_000)] | None = Field(None, description="For how many people it has room")


class ResourceSort(StrEnum):
    """What sort of thing is needed."""

    equipment = "equipment"
    software = "software"
    data = "data"
    documents = "documents"
    people = "people"


class Resource(Strict):
    """Something that a recovery needs, and where it is found."""

    title: Title
    sort: ResourceSort
    quantity: Quantity | None = None
    found_at: Line = Field(description="Where it is found when it is needed")


class RecoverySupplier(Strict):
    """Another company on which the recovery rests."""

    supplier: Annotated[Reference, RefersTo((Party,))]
    contract: Annotated[Reference, RefersTo((Supporting,))] | None = Field(
        None, description="The contract under which it helps"
    )
    provides: Line
    called_by: Line | None = Field(None, description="How it is called, and with which customer number")


class Insurance(Strict):
    """What is insured against, where, and what has to be done to be paid."""

    title: Title
    insurer: Line
    policy: Line = Field(description="Number of the policy")
    covers: Line
    reported_to: Line | None = Field(None, description="To whom a loss is reported, and by when")
