"""Message: what is sent to somebody, how it is carried, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

MAIL = "mail"
"""The channel by which people are reached at the address of their record."""


class DeliveryState(StrEnum):
    """How a delivery stands. `waiting` and `sending` are open; `held` is until a person decides."""

    waiting = "waiting"
    sending = "sending"
    held = "held"
    sent = "sent"
    undelivered = "undelivered"
    cancelled = "cancelled"


class OnUnknown(StrEnum):
    """What happens with a delivery of which nobody knows whether it arrived."""

    repeat = "repeat"
    hold = "hold"


class Outcome(StrEnum):
    """What became of one attempt to send a message.

    `later`: it was not taken, and may be tomorrow. `refused`: it never will be. `unknown`: the other side had all of it
    and did not say whether it took it. `down`: there was nobody to give it to, nor any other message.
    """

    sent = "sent"
    later = "later"
    refused = "refused"
    unknown = "unknown"
    down = "down"


@dataclass(frozen=True)
class Receipt:
    """The outcome of an attempt, with the words for it."""

    outcome: Outcome
    why: str = ""


@dataclass(frozen=True)
class Message:
    """What one recipient is sent: plain text, the same as HTML, and the days as a calendar file.

    `id` is the same whenever the same is sent to the same recipient. `to` is a mail address, empty for a channel that
    knows where it leads.
    """

    id: str
    to: str
    name: str
    subject: str
    text: str
    html: str
    calendar: bytes | None
    written_at: datetime


class Carrier(Protocol):
    """Carries messages over one channel."""

    def carry(self, message: Message) -> Receipt:
        """Try to send a message once; never raises for what the other side does."""
        ...

    def close(self) -> None:
        """End what was opened."""
        ...


@dataclass(frozen=True)
class Delivery:
    """A message to one recipient over one channel, as it is kept.

    `recipient` is a person, or none where the channel itself is meant. `claimed_by` has it in hand since `claimed_at`;
    `begun` says that the attempt itself had begun.
    """

    id: str
    channel: str
    recipient: str | None
    day: date
    state: DeliveryState
    planned_at: datetime
    not_before: datetime
    attempts: int = 0
    claimed_by: str = ""
    claimed_at: datetime | None = None
    begun: bool = False
    address: str = ""
    problem: str = ""
    settled_at: datetime | None = None


@dataclass(frozen=True)
class ReminderSettings:
    """How a workspace reminds.

    `digest`: one message for each recipient and day; else one for each obligation. `calendar`: whose working days count
    for people who have no calendar of their own. `otherwise`: a person or a role that is told where nobody else can be.
    `attempts`: after so many a delivery is given up; between them lie `retry_after_minutes`, doubled each time. What a
    sender has in hand is his for `lease_minutes`.
    """

    digest: bool = True
    on_unknown: OnUnknown = OnUnknown.repeat
    calendar: str | None = None
    otherwise: str | None = None
    attempts: int = 8
    retry_after_minutes: int = 15
    lease_minutes: int = 15


def _no_carrier(channel: str) -> Carrier:
    raise KeyError(channel)


@dataclass(frozen=True)
class Post:
    """The channels of a workspace: for whom each is, and how its carrier is opened; `domain` ends every Message-ID.

    Mail is for everybody with an address. Every other channel is for the people and roles that the settings name.
    """

    settings: ReminderSettings = field(default_factory=ReminderSettings)
    channels: Mapping[str, frozenset[str]] = field(default_factory=dict)
    domain: str = "localhost"
    opened: Callable[[str], Carrier] = _no_carrier
