"""Follow-up: what somebody does by a day after something fell short, and what of it is owed to the improvement programme."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import Field

from sdflow.domain.agreement import PersonReference
from sdflow.domain.done_day import DayDone
from sdflow.domain.improvement import CorrectiveAction, Origin
from sdflow.domain.kind import HOUSEKEEPING, Key, Line, Strict


class FollowUp(Strict):
    """An action: what is done, by whom and until when. When it was done is added to a record that is frozen, too."""

    what: Line
    owner: PersonReference = Field(description="Who does it")
    due_on: date = Field(description="The last day on which it is in time")
    done_on: DayDone | None = Field(
        None, description="When it was done; open until then", json_schema_extra=HOUSEKEEPING
    )

    def overdue(self, today: date) -> bool:
        """Whether its day has passed and it is not done."""
        return self.done_on is None and self.due_on < today

    def owed(
        self, record: str, cause: str, *, target: str | None = None, service: str | None = None
    ) -> CorrectiveAction:
        """The action as the improvement programme takes it up: found by looking back, about a record and its clause."""
        return CorrectiveAction(
            record=record,
            target=target or "",
            cause=cause,
            what=self.what,
            owner=self.owner,
            due_on=self.due_on,
            done_on=self.done_on,
            service=service,
            origin=Origin.review,
        )


FollowUps = Annotated[dict[Key, FollowUp], Field(max_length=100)]


def refuse_early_deadlines(actions: Mapping[str, FollowUp], earliest: date | None, since: str) -> None:
    """Raises ValueError where an action was due or done before the day on which it was asked for; `since` names that day."""
    for key, one in actions.items():
        for name, day in (("due_on", one.due_on), ("done_on", one.done_on)):
            if earliest is not None and day is not None and day < earliest:
                raise ValueError(f"actions.{key}.{name}: {day} is before {earliest}, {since}")
