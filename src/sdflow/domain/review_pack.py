"""Review pack: what is sent before a review and looked at there: the report, its figures, and what was agreed last time."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sdflow.domain.kind import Content
from sdflow.domain.looking_back import PeriodFigure, Reviewed


@dataclass(frozen=True)
class PackedFigure:
    """A figure of the report: of which agreement, and what was reached against what was agreed."""

    agreement: str
    figure: PeriodFigure


@dataclass(frozen=True)
class AgreedBefore:
    """An action of the review before, with who does it, and whether it is done."""

    key: str
    what: str
    owner: str
    done: bool


@dataclass(frozen=True)
class Pack:
    """What goes out before a review.

    `file_name` and `sha256` are those of the report, `sent_to` are references of people. `previous` is the review before
    it; `complaints` and `surveys` are the records of the period, `given_up` those that came to nothing and go with no pack.
    `measured_until` is the last day that the report counts, where its period is not over. Of the agreements in `unsigned` the
    report has no version that was signed.
    """

    file_name: str
    sha256: str
    sent_on: date
    sent_to: tuple[str, ...]
    figures: tuple[PackedFigure, ...] = ()
    previous: str | None = None
    agreed_before: tuple[AgreedBefore, ...] = ()
    complaints: tuple[str, ...] = ()
    surveys: tuple[str, ...] = ()
    given_up: frozenset[str] = frozenset()
    measured_until: date | None = None
    unsigned: tuple[str, ...] = ()


class Packed(Reviewed):
    """A review before which a pack is sent."""

    @abstractmethod
    def invited(self) -> tuple[str, ...]:
        """Those who are asked to come and are registered, by their references."""

    @abstractmethod
    def previous_review(self) -> str | None:
        """The review before it, where somebody said which one that is."""

    @abstractmethod
    def agreed(self) -> Sequence[AgreedBefore]:
        """What was agreed in it, as it stands."""

    @abstractmethod
    def with_pack(self, pack: Pack) -> Content:
        """The review with what is sent; what people wrote beside a figure or an action stays with it."""
