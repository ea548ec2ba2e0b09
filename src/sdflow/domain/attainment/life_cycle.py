"""Life cycle: how long incidents spend in each stage from the fault until users work again (expanded incident life cycle)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from sdflow.domain.measured import RESTORED_OR_RESOLVED, UNKNOWN, Incidents, Moment, Seconds
from sdflow.domain.service_time import Clock, Intervals

STAGES = (
    ("detection", Moment.occurred, Moment.detected),
    ("diagnosis", Moment.detected, Moment.diagnosed),
    ("repair", Moment.diagnosed, Moment.repaired),
    ("recovery", Moment.repaired, Moment.recovered),
    ("restoration", Moment.recovered, Moment.restored),
)
"""The stages in their order, each with the moments between which it lies.

Users work again when an incident is restored; where that is not recorded, when it is resolved.
"""

_RECORDED_AS = {Moment.restored: RESTORED_OR_RESOLVED}


@dataclass(frozen=True)
class Stage:
    """One stage: the incidents of which both moments are known, how long they spent in it, and its share of the whole.

    `mean_seconds` is none where there is no such incident, `share` also where the whole is not known. `impossible` counts the
    incidents whose moments lie in the wrong order; they are left out.
    """

    name: str
    since: Moment
    until: Moment
    incidents: int
    mean_seconds: Fraction | None
    longest_seconds: int
    share: Fraction | None
    impossible: int


@dataclass(frozen=True)
class LifeCycle:
    """The stages of incidents, how many incidents there are, and how many are known in every stage.

    The shares compare the means of the stages, which rest on different incidents where not all moments are recorded. Where
    a stage was never recorded, the others are shares of the whole, as far as that is longer than they are.
    `mean_seconds` is from the fault until users work again, of the `whole` incidents of which both are known; in
    `impossible` ones users worked again before the fault. For `by_resolution` ones that was taken to be when they were
    resolved, as nothing else is recorded.
    """

    stages: tuple[Stage, ...]
    incidents: int
    complete: int
    whole: int
    mean_seconds: Fraction | None
    impossible: int
    by_resolution: int


def life_cycle_of(incidents: Incidents, agreed: Intervals | None = None) -> LifeCycle:
    """How long incidents spent in each stage: by every second, or by those of agreed time where that is given in seconds.

    An incident counts in a stage where both of its moments are known, the second not before the first. Users work again
    when it is restored or, row by row where that is not recorded, resolved.
    """
    clock = Clock(agreed) if agreed is not None else None
    spent = [_spent(incidents, since, until, clock) for _, since, until in STAGES]
    means = [_mean(seconds[kept]) for seconds, kept, _ in spent]
    seconds_of_all, whole, all_wrong = _spent(incidents, STAGES[0][1], STAGES[-1][2], clock)
    total = _total(means, _mean(seconds_of_all[whole]))
    stages = tuple(
        Stage(name, since, until, int(kept.sum()), mean, int(seconds[kept].max(initial=0)), _share(mean, total), wrong)
        for (name, since, until), (seconds, kept, wrong), mean in zip(STAGES, spent, means, strict=True)
    )
    complete = np.logical_and.reduce([kept for _, kept, _ in spent])
    return LifeCycle(
        stages=stages,
        incidents=len(incidents),
        complete=int(complete.sum()),
        whole=int(whole.sum()),
        mean_seconds=_mean(seconds_of_all[whole]),
        impossible=all_wrong,
        by_resolution=_by_resolution(incidents),
    )


def _by_resolution(incidents: Incidents) -> int:
    begun = incidents.at_first_known((Moment.occurred, Moment.recovered)) != UNKNOWN
    taken = (incidents.at(Moment.restored) == UNKNOWN) & (incidents.at(Moment.resolved) != UNKNOWN)
    return int((begun & taken).sum())


def _total(means: Sequence[Fraction | None], whole: Fraction | None) -> Fraction | None:
    """Of what the stages are shares: of their sum, or of the whole where a stage was never recorded; none if that is shorter."""
    known = sum((mean for mean in means if mean is not None), Fraction(0))
    if None not in means:
        return known
    return whole if whole is not None and whole >= known else None


def _spent(
    incidents: Incidents, since: Moment, until: Moment, clock: Clock | None
) -> tuple[Seconds, npt.NDArray[np.bool_], int]:
    begins, ends = (incidents.at_first_known(_RECORDED_AS.get(moment, (moment,))) for moment in (since, until))
    known = (begins != UNKNOWN) & (ends != UNKNOWN)
    kept = known & (begins <= ends)
    return ends - begins if clock is None else clock.elapsed(begins, ends), kept, int((known & ~kept).sum())


def _mean(seconds: Seconds) -> Fraction | None:
    return Fraction(int(seconds.sum()), len(seconds)) if len(seconds) else None


def _share(mean: Fraction | None, total: Fraction | None) -> Fraction | None:
    return mean / total if mean is not None and total else None
