"""What was observed, in as few words as tests of the attainment allow."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from sdflow.domain.attainment.outages import Observed
from sdflow.domain.measured import UNKNOWN, Incidents, Measurements, Moment, Outages, Pauses, Seconds, Words
from sdflow.domain.period import Period
from sdflow.domain.service_time import Intervals, intervals

OCTOBER = Period.parsed("2026-10")


def words(texts: Iterable[str]) -> Words:
    return np.array(list(texts), dtype=object)


def numbers(given: Iterable[int]) -> Seconds:
    return np.array(list(given), dtype=np.int64)


def outages(
    *spans: tuple[int, int | None], component: str = "", service: str = "", users: Iterable[int] = ()
) -> Outages:
    count, hit = len(spans), list(users)
    return Outages(
        number=words(f"OUT-{row}" for row in range(count)),
        service=words([service] * count),
        component=words([component] * count),
        cause=words([""] * count),
        users=numbers(hit or [-1] * count),
        since=numbers(since for since, _ in spans),
        until=numbers(UNKNOWN if until is None else until for _, until in spans),
    )


def incidents(*rows: dict[Moment, int]) -> Incidents:
    empty = words([""] * len(rows))
    return Incidents(
        number=empty,
        service=empty,
        component=empty,
        customer=empty,
        supplier=empty,
        priority=empty,
        cause=empty,
        title=empty,
        security=np.zeros(len(rows), dtype=bool),
        users=numbers([-1] * len(rows)),
        moments={one: numbers(row.get(one, UNKNOWN) for row in rows) for one in Moment},
        pauses=Pauses.none(),
    )


def measurements(*values: float, at: Iterable[int] = ()) -> Measurements:
    empty, instants = words([""] * len(values)), list(at)
    return Measurements(
        service=empty,
        component=empty,
        customer=empty,
        measure=empty,
        at=numbers(instants or range(len(values))),
        value=np.array(values, dtype=np.float64),
    )


def seen(span: tuple[int, int], down: Intervals, **more: Any) -> Observed:
    """Agreed and watched all the time, unless said otherwise."""
    whole = intervals(span)
    return Observed(*span, **{"agreed": whole, "watched": whole, "down": down, **more})
