"""Availability figures: numbers of services and components, of their incidents' life cycles, and of what users lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np

from sdflow.domain.attainment.availability import TWO_LOOKS, counted
from sdflow.domain.attainment.impact import UserMinutes, user_minutes_lost
from sdflow.domain.attainment.life_cycle import LifeCycle, life_cycle_of
from sdflow.domain.attainment.outages import Observed, agreed_seconds, downtime_of, seconds_of
from sdflow.domain.attainment.reliability import figures_of
from sdflow.domain.attainment.result import rounded_against
from sdflow.domain.availability_planning import LifeCycleStage
from sdflow.domain.availability_report import BREAK_MINUTES, AvailabilityNumbers, LifeCycleTable, PlannedFigures
from sdflow.domain.measured import UNKNOWN, Incidents, Outages
from sdflow.domain.service_time import NOTHING, CalendarHours, Intervals, intersection, minus, open_minutes, union
from sdflow.domain.target import Comparison, PlannedDowntime

_PLACES = 3
_AROUND = timedelta(days=2)
"""How much further calendars reach than the moments on them, so that no window which opens the day before is missing."""


def exact(value: Fraction | int, unit: int = 1, comparison: Comparison = Comparison.at_most) -> Decimal:
    """A figure in so many of its units, such as minutes of seconds; rounded up unless more is better."""
    return rounded_against(Fraction(value) / unit, comparison, _PLACES)


def numbers_of(seen: Observed) -> AvailabilityNumbers:
    """The figures of something; announced windows are left out of agreed time."""
    found = figures_of(seen)
    known = found.share is not None
    return AvailabilityNumbers(
        percent=exact(100 * found.share, 1, Comparison.at_least) if found.share is not None else None,
        agreed=exact(found.agreed_seconds, 60),
        down=exact(found.down_seconds, 60) if known else None,
        unwatched=exact(found.unwatched_seconds, 60),
        breaks=found.count if known else None,
        by_length=found.breaks.by_length(BREAK_MINUTES) if known else (),
        longest=found.breaks.longest_text(seen.zone),
        mean_down=_mean(found.mean_downtime, Comparison.at_most),
        between_failures=_mean(found.mean_time_between_failures, Comparison.at_least),
        between_incidents=_mean(found.mean_time_between_system_incidents, Comparison.at_least),
        note=found.note,
    )


def share_of(seen: Observed) -> Decimal | None:
    """Availability in per cent, rounded down; none where nobody watched."""
    share = counted(seen).share
    return None if share is None else exact(100 * share, 1, Comparison.at_least)


def planned_figures(seen: Observed) -> PlannedFigures | None:
    """Availability under each way in which announced windows may count; none where no window lies in agreed time."""
    windows = seconds_of(intersection(seen.agreed, seen.windows, seen.whole))
    if not windows:
        return None
    shares = {way.value: counted(seen, way).share for way in PlannedDowntime}
    percents = {
        way: None if share is None else exact(100 * share, 1, Comparison.at_least) for way, share in shares.items()
    }
    return PlannedFigures(exact(windows, 60), percents)


def life_cycle_table(incidents: Incidents, hours: CalendarHours, as_of: int) -> LifeCycleTable | None:
    """How long incidents spent in each stage, in agreed minutes, as known at an instant; none where there are no incidents.

    Stages are counted whole, in whatever period they end.
    """
    if not len(incidents):
        return None
    known = _known_at(incidents, as_of)
    found = life_cycle_of(known, _agreed_for(known, hours))
    return LifeCycleTable(
        stages=tuple(_stages(found)),
        incidents=found.incidents,
        complete=found.complete,
        whole=found.whole,
        whole_minutes=None if found.mean_seconds is None else exact(found.mean_seconds, 60),
        impossible=found.impossible,
        by_resolution=found.by_resolution,
    )


def _known_at(incidents: Incidents, as_of: int) -> Incidents:
    """The incidents without the moments that had not come yet."""
    moments = {moment: np.where(at > as_of, UNKNOWN, at) for moment, at in incidents.moments.items()}
    return replace(incidents, moments=moments)


def _agreed_for(incidents: Incidents, hours: CalendarHours) -> Intervals:
    """Agreed seconds from before the first moment of incidents until after the last."""
    moments = np.concatenate([at[at != UNKNOWN] for at in incidents.moments.values()])
    if not len(moments):
        return NOTHING
    first, last = (datetime.fromtimestamp(int(at), UTC).date() for at in (moments.min(), moments.max()))
    return agreed_seconds(open_minutes(hours, first - _AROUND, last + _AROUND))


def _stages(found: LifeCycle) -> Iterator[LifeCycleStage]:
    for one in found.stages:
        yield LifeCycleStage(
            title=one.name.capitalize(),
            cases=one.incidents,
            mean_minutes=None if one.mean_seconds is None else exact(one.mean_seconds, 60),
            percent=None if one.share is None else exact(100 * one.share, 1, Comparison.at_least),
            impossible=one.impossible,
        )


def service_user_minutes(
    own: Outages, components: Mapping[str, Outages], seen: Observed, users: int | None
) -> UserMinutes | None:
    """What users lost while a service was down; none where nobody watched it.

    Outages say whom they hit where the monitor knows: those of the service in their whole length, those of components where
    they stopped it. For all other downtime `users` counts those who use the service.
    """
    agreed = intersection(seen.agreed, seen.whole, seen.watched)
    if seconds_of(agreed) < TWO_LOOKS:
        return None
    stopped = minus(seen.down, downtime_of(own, seen.until).time)
    told = [*_told(own, seen.down, seen.until)]
    for outages in components.values():
        told += _told(outages.chosen(outages.users >= 0), stopped, seen.until)
    known = union(downtime_of(own, seen.until).time, *(span for span, _ in told)) if told else seen.down[:0]
    told.append((minus(seen.down, known), -1))
    return user_minutes_lost(_as_outages(told), agreed, seen.until, users)


def lost_minutes(seen: Observed, *down: Intervals) -> Decimal:
    """For how long users were without the service in agreed time, announced windows counted; with `down` as long as that was too."""
    return exact(seconds_of(intersection(seen.agreed, seen.whole, seen.watched, seen.down, *down)), 60)


def component_user_minutes(down: Intervals, seen: Observed, users: int | None) -> Decimal | None:
    """What users lost while a component and the service were down together; none where nobody knows how many they are."""
    lost = seconds_of(intersection(seen.agreed, seen.whole, seen.watched, seen.down, down))
    return exact(lost * users, 60) if users is not None else None if lost else Decimal(0)


def _told(outages: Outages, within: Intervals, until: int) -> Iterator[tuple[Intervals, int]]:
    """When outages stopped so many users, by how many they are; -1 where nobody knows."""
    for users in np.unique(outages.users).tolist():
        some = outages.chosen(outages.users == users)
        yield intersection(downtime_of(some, until).time, within), users


def _as_outages(told: list[tuple[Intervals, int]]) -> Outages:
    spans = np.concatenate([span for span, _ in told])
    users = np.concatenate([np.full(len(span), hit, dtype=np.int64) for span, hit in told])
    nothing = np.full(len(spans), "", dtype=object)
    return Outages(nothing, nothing, nothing, nothing, users, spans[:, 0], spans[:, 1])


def _mean(value: Fraction | None, comparison: Comparison) -> Decimal | None:
    return None if value is None else exact(value, 60, comparison)
