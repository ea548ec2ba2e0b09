"""Exercise record: against what a test measures, what is written down while it is held, and what has to be mended after it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from sdflow.areas.continuity.impact_scale import Minutes
from sdflow.domain.agreement import PersonReference
from sdflow.domain.clauses import ClausePath
from sdflow.domain.exercise import Happening, Objective
from sdflow.domain.invocation import Instant
from sdflow.domain.kind import HOUSEKEEPING, Key, Line, Reference, RefersTo, Strict
from sdflow.domain.target import Percent
from sdflow.domain.trait import Structured

ServiceKeys = Annotated[list[Key], Field(max_length=60)]


class ServiceUnderTest(Strict):
    """A service under test, and what it is measured against."""

    service: Annotated[Reference, RefersTo((Structured,))]
    time_minutes: Minutes | None = Field(
        None, description="Recovery time objective: from the simulated disruption until it works"
    )
    point_minutes: Minutes | None = Field(None, description="Recovery point objective: most work that may be lost")
    minimum_percent: Percent | None = Field(
        None, description="Least share of the service with which it counts as working"
    )
    minimum_level: Line | None = Field(None, description="What of it must work at least")

    def objective(self) -> Objective:
        """What it is measured against, in figures."""
        return Objective(self.time_minutes, self.point_minutes, self.minimum_percent)


class SuccessCriterion(Strict):
    """Something by which it is seen whether the test succeeded, beside the objectives of the services."""

    statement: Line = Field(description="What must be so, worded so that it can be seen")
    met: bool | None = Field(None, description="Whether it was so; none until that is recorded")
    remark: Line | None = Field(None, description="What was seen, and where")


class ExerciseEntry(Strict):
    """What happened when."""

    at: Instant = Field(description="When, with its offset from UTC")
    what: Line
    by: PersonReference | None = Field(None, description="Who says so")
    step: Key | None = Field(None, description="The step of the plan that was done, by its key there")
    restored: ServiceKeys = Field(default_factory=list, description="Services that work from now on, by their keys")
    lost: ServiceKeys = Field(default_factory=list, description="Services that no longer work, by their keys")
    data_as_of: Instant | None = Field(None, description="Up to when the data of what was restored are there")
    percent: Percent | None = Field(None, description="Share of what was restored that works; all of it unless given")

    @model_validator(mode="after")
    def _of_what_was_restored(self) -> Self:
        for name in ("data_as_of", "percent"):
            if getattr(self, name) is not None and not self.restored:
                raise ValueError(f"{name}: say with 'restored' which service it is about")
        if self.data_as_of is not None and self.data_as_of > self.at:
            raise ValueError("data_as_of: the data cannot be newer than the entry itself")
        both = sorted(set(self.restored) & set(self.lost))
        if both:
            raise ValueError(f"lost: {both[0]} is restored by the same entry; make two of it")
        return self

    def happening(self) -> Happening:
        """The entry, as far as it is reckoned with."""
        share = Decimal(100) if self.percent is None else self.percent
        return Happening(self.at, tuple(self.restored), tuple(self.lost), self.data_as_of, share)


class Problem(Strict):
    """What did not go as it should, and why."""

    what: Line
    cause: Line | None = Field(None, description="Why it went so, if that is known")
    clause: ClausePath | None = Field(None, description="The clause of the plan that fell short, such as steps.restore")
    service: Key | None = Field(None, description="The service under test that it concerned, by its key")
    entry: Key | None = Field(None, description="The entry of the timeline that tells of it")


class RequiredAction(Strict):
    """A corrective action: what is to be mended, by whom and until when."""

    what: Line
    problem: Key = Field(description="The problem that it mends, by its key")
    owner: PersonReference = Field(description="Who sees to it")
    due_on: date = Field(description="The last day on which it is in time")
    done_on: date | None = Field(None, description="When it was done; open until then", json_schema_extra=HOUSEKEEPING)


class Evidence(Strict):
    """A thing that shows what happened: a log, a screenshot, a protocol."""

    title: Line
    kept_at: Line = Field(description="Where it is kept")
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = Field(
        None, description="SHA-256 of the file, so that it can be known again"
    )
