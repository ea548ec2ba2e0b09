"""Reliability: how often and for how long something broke, and how long it ran in between (R12).

With a agreed time, d downtime and n breaks of a period: mean time to restore service d / n, mean time between failures
(MTBF) (a − d) / n, mean time between system incidents (MTBSI) a / n, so that MTBSI = MTBF + MTTR and A = MTBF / MTBSI.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from sdflow.domain.attainment.availability import Counted, counted, note_of
from sdflow.domain.attainment.breaks import Breaks, breaks_of
from sdflow.domain.attainment.outages import Observed, joined
from sdflow.domain.attainment.result import Attainment, met, rounded_against
from sdflow.domain.period import Period
from sdflow.domain.target import Comparison, PlannedDowntime, ReliabilityTarget

MEAN_DOWNTIME = "mean time to restore service (MTRS; ITIL v2 calls this mean downtime MTTR)"
"""What the mean length of a break is called."""

_HOUR = 3600
_NOTHING_BROKE = "nothing broke: the mean is unknown and the target kept; this is the time that it ran"
_CONVENTION = (
    "a break is an unbroken run of downtime that meets agreed service time, counted in each period that it touches"
)


@dataclass(frozen=True)
class Figures:
    """Availability, reliability and maintainability of one service or component in a period.

    Times are in agreed seconds. `share` is none where nothing was watched, the means where nothing broke. `note` says what
    was not watched and what is still down.
    """

    agreed_seconds: int
    down_seconds: int
    unwatched_seconds: int
    breaks: Breaks
    share: Fraction | None
    note: str

    @property
    def count(self) -> int:
        """How many breaks there were."""
        return len(self.breaks.seconds)

    @property
    def mean_downtime(self) -> Fraction | None:
        """`MEAN_DOWNTIME`, in seconds."""
        return Fraction(self.down_seconds, self.count) if self.count else None

    @property
    def mean_time_between_failures(self) -> Fraction | None:
        """How long it ran between two breaks on average (MTBF), in seconds."""
        return Fraction(self.agreed_seconds - self.down_seconds, self.count) if self.count else None

    @property
    def mean_time_between_system_incidents(self) -> Fraction | None:
        """From the beginning of a break to that of the next on average (MTBSI), in seconds."""
        return Fraction(self.agreed_seconds, self.count) if self.count else None


def figures_of(seen: Observed, planned: PlannedDowntime = PlannedDowntime.left_out) -> Figures:
    """The figures of one service or component, announced windows being counted by a convention."""
    found = counted(seen, planned)
    return Figures(
        agreed_seconds=found.agreed_seconds,
        down_seconds=found.down_seconds,
        unwatched_seconds=found.unwatched,
        breaks=breaks_of(seen, planned),
        share=found.share,
        note=note_of(seen, found),
    )


def component_figures(
    observed: Mapping[str, Observed], planned: PlannedDowntime = PlannedDowntime.left_out
) -> dict[str, Figures]:
    """The figures of each component, by its reference."""
    return {component: figures_of(seen, planned) for component, seen in observed.items()}


def attained_reliability(
    agreement: str,
    clause: str,
    target: ReliabilityTarget,
    period: Period,
    seen: Observed,
    planned: PlannedDowntime = PlannedDowntime.left_out,
) -> tuple[Attainment, ...]:
    """What was reached of each figure of a reliability target: breaks, minutes of the longest and of all, hours between them.

    `planned` is how the availability target of the same agreement counts announced windows.
    """
    found = counted(seen, planned)
    return tuple(_Attained(agreement, clause, period, seen, found, breaks_of(seen, planned)).of(target))


@dataclass(frozen=True)
class _Figure:
    """A figure that is compared; `kept` says that it keeps any target, since nothing broke."""

    name: str
    title: str
    unit: str
    value: Fraction
    comparison: Comparison = Comparison.at_most
    missed: int = 0
    kept: bool = False
    note: str = ""


@dataclass(frozen=True)
class _Attained:
    agreement: str
    clause: str
    period: Period
    seen: Observed
    found: Counted
    breaks: Breaks

    def of(self, target: ReliabilityTarget) -> Iterator[Attainment]:
        lengths = self.breaks.seconds.tolist()
        if target.breaks is not None:
            yield self._result(_Figure("breaks", "Breaks", "breaks", Fraction(len(lengths))), Decimal(target.breaks))
        if target.longest_minutes is not None:
            missed = sum(length > target.longest_minutes * 60 for length in lengths)
            longest = Fraction(self.breaks.longest, 60)
            figure = _Figure("longest_minutes", "Longest break", "minutes", longest, missed=missed)
            yield self._result(figure, Decimal(target.longest_minutes))
        if target.down_minutes is not None:
            missed = sum(length > target.down_minutes * 60 for length in lengths)
            figure = _Figure(
                "down_minutes", "Downtime", "minutes", Fraction(self.found.down_seconds, 60), missed=missed
            )
            yield self._result(figure, Decimal(target.down_minutes))
        if target.mean_time_between_failures_hours is not None:
            yield self._result(self._between(), target.mean_time_between_failures_hours)

    def _between(self) -> _Figure:
        up = Fraction(self.found.agreed_seconds - self.found.down_seconds, _HOUR)
        number = len(self.breaks.seconds)
        name, title = "mean_time_between_failures_hours", "Mean time between failures"
        if number:
            return _Figure(name, title, "hours", up / number, Comparison.at_least)
        return _Figure(name, title, "hours", up, Comparison.at_least, kept=True, note=_NOTHING_BROKE)

    def _result(self, figure: _Figure, wanted: Decimal) -> Attainment:
        known = self.found.share is not None
        judged = figure.kept or met(figure.value, wanted, figure.comparison)
        return Attainment(
            agreement=self.agreement,
            clause=f"{self.clause}.{figure.name}",
            title=figure.title,
            period=self.period,
            target=wanted,
            achieved=rounded_against(figure.value, figure.comparison) if known else None,
            unit=figure.unit,
            comparison=figure.comparison,
            met=judged if known else None,
            cases=len(self.breaks.seconds),
            missed=figure.missed,
            worst=self.breaks.longest_text(self.seen.zone),
            conventions=(_CONVENTION,),
            note=joined((figure.note if known else "", note_of(self.seen, self.found))),
            tallied="breaks",
        )
