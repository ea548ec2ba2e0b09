"""Past: into which states a record came when, and which steps were taken, as its history tells."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Past:
    """What happened to one record, oldest first, by business dates: states, steps, and signed fields with their version.

    `steps_since_written` are those that were taken after its content was written last;
    `going_on_after` are the last days of terms after which it was decided to go on.
    """

    came: tuple[tuple[date, str], ...] = ()
    steps: tuple[tuple[date, str], ...] = ()
    signed: tuple[tuple[date, int, str], ...] = ()
    last_on: date | None = None
    steps_since_written: tuple[str, ...] = ()
    going_on_after: frozenset[date] = frozenset()

    @classmethod
    def told(cls, events: Iterable[tuple[date, str]], renamed: Mapping[str, str]) -> Past:
        """The past that events tell, with the present names of states."""
        came: list[tuple[date, str]] = []
        steps: list[tuple[date, str]] = []
        signed: list[tuple[date, int, str]] = []
        since_written: list[str] = []
        going_on: set[date] = set()
        last_on: date | None = None
        for day, text in events:
            last_on = day
            event = json.loads(text)
            details = event["details"]
            state = details.get({"created": "state", "advanced": "target"}.get(event["type"], ""))
            if state is not None:
                came.append((day, renamed.get(state, state)))
            if event["type"] == "advanced":
                steps.append((day, details["step"]))
                since_written.append(details["step"])
            elif event["type"] == "signed":
                signed.append((day, int(details["version"]), str(details["field"])))
            elif event["type"] == "renewed":
                going_on.add(date.fromisoformat(details["after"]))
            elif event["type"] in ("created", "revised"):
                since_written.clear()
        return cls(tuple(came), tuple(steps), tuple(signed), last_on, tuple(since_written), frozenset(going_on))

    def uninterrupted_since(self, states: Collection[str]) -> date | None:
        """The day since which it has been in one of these states without a break; none where it is in none of them."""
        since: date | None = None
        for day, state in self.came:
            if state not in states:
                since = None
            elif since is None:
                since = day
        return since

    def came_into(self, states: Collection[str]) -> list[date]:
        """The days on which it came into one of these states."""
        return [day for day, state in self.came if state in states]

    def took(self, steps: Collection[str]) -> list[date]:
        """The days on which one of these steps was taken."""
        return [day for day, step in self.steps if step in steps]
