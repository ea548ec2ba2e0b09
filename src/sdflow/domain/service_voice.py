"""Service voice: what customers say of a service, as complaints and as answers to surveys."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Gravity(StrEnum):
    """How much a complaint matters to the one who makes it; the last is the gravest."""

    minor = "minor"
    serious = "serious"
    grave = "grave"

    @property
    def rank(self) -> int:
        """0 for the least."""
        return list(Gravity).index(self)


@dataclass(frozen=True)
class ComplaintSummary:
    """What a complaint says, as far as it is counted.

    `on` is the day on which it was received, `answered_on` that of the answer, none until then; `answer_due_on` the last
    day on which the answer is in time. `agreement` and `clause` are the promise that it is about, where it is about one.
    `justified` is none until that was found out. `actions` counts the actions, `open_actions` those that are not done.
    Whether it is closed is said by the state of its record.
    """

    service: str
    customer: str
    on: date
    gravity: Gravity
    statement: str
    owner: str
    agreement: str | None = None
    clause: str | None = None
    cause: str | None = None
    answer_due_on: date | None = None
    answered_on: date | None = None
    escalated_to: str | None = None
    justified: bool | None = None
    actions: int = 0
    open_actions: int = 0

    def unanswered(self, today: date) -> bool:
        """Whether the day of the answer has passed and there is none."""
        return self.answered_on is None and self.answer_due_on is not None and self.answer_due_on < today

    @property
    def days_late(self) -> int:
        """By how many days the answer came too late; 0 where it came in time, or there is none yet."""
        if self.answered_on is None or self.answer_due_on is None:
            return 0
        return max((self.answered_on - self.answer_due_on).days, 0)

    def open_on(self, day: date) -> bool:
        """Whether it was received before a day, and not answered before that."""
        return self.on < day and (self.answered_on is None or self.answered_on >= day)

    def standing(self, *, settled: bool) -> ComplaintSummary:
        """What may be told of it: an answer that is drafted, or did not satisfy, is none."""
        return self if settled else replace(self, answered_on=None)


class Complaining(ABC):
    """Something by which a customer complains of a service."""

    @abstractmethod
    def complaint(self) -> ComplaintSummary:
        """What it says."""


@dataclass(frozen=True)
class SatisfactionSummary:
    """What a survey has found of how satisfied people are.

    `period` is the name of the one that it is about, such as 2026-Q3. `score` lies between `least` and `most`, of which the
    latter is the best; it is the mean of `answers` of `asked` people, and none while there is no result. `wanted` is the
    score that was aimed at. `previous` is the record of the survey before it.
    """

    service: str | None
    customer: str | None
    period: str
    score: Decimal | None
    least: Decimal
    most: Decimal
    answers: int | None
    asked: int | None
    owner: str
    wanted: Decimal | None = None
    previous: str | None = None
    cause: str | None = None
    evaluated_on: date | None = None

    @property
    def reached(self) -> bool | None:
        """Whether the score that was aimed at is reached; none where there is no score, or nothing was aimed at."""
        return None if self.score is None or self.wanted is None else self.score >= self.wanted

    @property
    def answered_percent(self) -> Decimal | None:
        """The share of those asked who answered, in per cent; none where one of the two is not known, or nobody was asked."""
        return Decimal(100 * self.answers) / self.asked if self.answers is not None and self.asked else None

    def standing(self, *, settled: bool) -> SatisfactionSummary:
        """What may be told of it: what nobody has counted yet is no result."""
        return self if settled else replace(self, score=None, answers=None)


class Surveying(ABC):
    """Something by which people are asked how satisfied they are."""

    @abstractmethod
    def survey(self) -> SatisfactionSummary:
        """What it has found."""
