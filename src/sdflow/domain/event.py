"""Act and event: what was done, by whom, when; acts form one hash chain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, get_args

from sdflow.domain.content import Plain, canonical_text, content_hash, plain

FIRST_HASH = "0" * 64

Verb = Literal[
    "adopt",
    "advance",
    "amend",
    "apply",
    "authority new",
    "authority revoke",
    "decline",
    "improve",
    "init",
    "invoke",
    "judge",
    "key new",
    "key register",
    "key revoke",
    "log",
    "measure",
    "pack",
    "sign",
    "waive",
]
"""The commands that act: under these names an act is written down."""

VERBS: frozenset[str] = frozenset(get_args(Verb))


@dataclass(frozen=True)
class Event:
    """One thing that an act did to one record (`type` is a past participle: created, revised, advanced …)."""

    reference: str
    type: str
    details: Mapping[str, Any]

    def text(self) -> str:
        """The canonical text that the act's hash covers."""
        return canonical_text({"reference": self.reference, "type": self.type, "details": dict(self.details)})


@dataclass(frozen=True)
class Act:
    """One command that changed something: one transaction and one link of the chain.

    `actor` is the reference of the person who acted, `login` the operating-system login that was used.
    """

    number: int
    verb: str
    actor: str
    login: str
    recorded_at: datetime
    effective_on: date
    reason: str
    events: tuple[str, ...]
    previous_hash: str
    hash: str

    @classmethod
    def next(  # noqa: PLR0913 - the parts of one link of the chain
        cls,
        *,
        number: int,
        verb: str,
        actor: str,
        login: str,
        recorded_at: datetime,
        effective_on: date,
        reason: str,
        events: Sequence[Event],
        previous_hash: str,
    ) -> Act:
        """The act that follows the one with `previous_hash`."""
        texts = tuple(event.text() for event in events)
        act = cls(number, verb, actor, login, recorded_at, effective_on, reason, texts, previous_hash, "")
        return cls(**{**act.__dict__, "hash": act.computed_hash()})

    def computed_hash(self) -> str:
        """SHA-256 over the previous hash and everything that the act says."""
        said: Plain = plain(
            {
                "number": self.number,
                "verb": self.verb,
                "actor": self.actor,
                "login": self.login,
                "recorded_at": self.recorded_at,
                "effective_on": self.effective_on,
                "reason": self.reason,
                "events": list(self.events),
            }
        )
        return content_hash(self.previous_hash + canonical_text(said))


@dataclass(frozen=True)
class Trace:
    """What a record has left in the chain: the hash of the first act on it, and when the last was recorded."""

    first_hash: str
    last_at: datetime


@dataclass(frozen=True)
class ChainBreak:
    """A link of the chain that does not hold, and why."""

    number: int
    reason: str


def chain_breaks(acts: Sequence[Act]) -> list[ChainBreak]:
    """Every place where a sequence of acts, in their order from the first, is not an unbroken chain."""
    found: list[ChainBreak] = []
    previous, expected = FIRST_HASH, 1
    for act in acts:
        if act.number != expected:
            found.append(ChainBreak(act.number, f"act {expected} is missing"))
        if act.previous_hash != previous:
            found.append(ChainBreak(act.number, "does not continue the act before it"))
        if act.hash != act.computed_hash():
            found.append(ChainBreak(act.number, "its content was changed after it was recorded"))
        previous, expected = act.hash, act.number + 1
    return found
