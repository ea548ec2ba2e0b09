"""Past: into which states a record came when, and which steps were taken, as its history tells."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

When = tuple[date, int]
"""A business date, and the number of the act: of what happened on one day, the later act is the later one."""

DAY_OVER = 2**63 - 1
"""In place of an act: after every act of a day."""


@dataclass(frozen=True)
class Past:
    """What happened to one record, oldest first: states, steps, versions that were frozen, and signatures of them.

    `steps_since_written` are those that were taken after its content was written last;
    `going_on_after` are the last days of terms after which it was decided to go on.
    """

    came: tuple[tuple[When, str], ...] = ()
    steps: tuple[tuple[When, str], ...] = ()
    frozen: tuple[tuple[When, int], ...] = ()
    signed: tuple[tuple[When, int, str], ...] = ()
    last_on: date | None = None
    steps_since_written: tuple[str, ...] = ()
    going_on_after: frozenset[date] = frozenset()

    @classmethod
    def told(cls, events: Iterable[tuple[date, int, str]], renamed: Mapping[str, str]) -> Past:
        """The past that events tell, with the present names of states."""
        came: list[tuple[When, str]] = []
        steps: list[tuple[When, str]] = []
        frozen: list[tuple[When, int]] = []
        signed: list[tuple[When, int, str]] = []
        since_written: list[str] = []
        going_on: set[date] = set()
        last_on: date | None = None
        for day, act, text in events:
            last_on, when = day, (day, act)
            event = json.loads(text)
            details = event["details"]
            state = details.get({"created": "state", "advanced": "target"}.get(event["type"], ""))
            if state is not None:
                came.append((when, renamed.get(state, state)))
            if event["type"] == "advanced":
                steps.append((when, details["step"]))
                since_written.append(details["step"])
            elif event["type"] == "signed":
                signed.append((when, int(details["version"]), str(details["field"])))
            elif event["type"] == "frozen":
                frozen.append((when, int(details["version"])))
            elif event["type"] == "renewed":
                going_on.add(date.fromisoformat(details["after"]))
            elif event["type"] in ("created", "revised"):
                since_written.clear()
        return cls(
            tuple(came),
            tuple(steps),
            tuple(frozen),
            tuple(signed),
            last_on,
            tuple(since_written),
            frozenset(going_on),
        )

    def uninterrupted_since(self, states: Collection[str]) -> date | None:
        """The day since which it has been in one of these states without a break; none where it is in none of them."""
        since: date | None = None
        for (day, _), state in self.came:
            if state not in states:
                since = None
            elif since is None:
                since = day
        return since

    def came_into(self, states: Collection[str]) -> list[When]:
        """When it came into one of these states."""
        return [when for when, state in self.came if state in states]

    def took(self, steps: Collection[str]) -> list[When]:
        """When one of these steps was taken."""
        return [when for when, step in self.steps if step in steps]

    def signed_last(self, version: int) -> When | None:
        """When the last signature under a version was given; of one that was signed elsewhere, when it was taken in."""
        given = [when for when, number, _ in self.signed if number == version]
        taken_in = [when for when, number in self.frozen if number == version]
        return max(given or taken_in, default=None)
