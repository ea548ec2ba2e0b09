"""Last test: what the last test of a continuity plan showed of a service, beside what is needed of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sdflow.domain.fact.base import FactKind
from sdflow.domain.fact.continuity import Link


@dataclass(frozen=True)
class LastTest(FactKind):
    """What the last test of a plan has shown of a service.

    It is the last measured one of the plan's present version, else of any version, else the last that measured nothing;
    `test` is none where there is none at all. `months_since` counts the months begun since it was held; `agreed_months` is the
    shortest time between tests that an agreement promises. `moved` says what has changed since the plan's version was
    frozen. `older`: it tested another version. `written_on`: it names the present version, but was held before the words of
    that were frozen on this day. What is over a figure is over the strictest need.
    """

    link = Link.test

    record: str
    clause: str
    service: str
    plan: str
    version: int
    test: str | None = None
    sort: str | None = None
    measured: bool | None = None
    tested_version: int | None = None
    older: bool | None = None
    written_on: date | None = None
    outcome: str | None = None
    held_on: date | None = None
    months_since: int | None = None
    agreed_months: int | None = None
    months_over: int | None = None
    time_minutes: int | None = None
    needed_minutes: int | None = None
    over_minutes: int | None = None
    point_minutes: int | None = None
    needed_point_minutes: int | None = None
    point_over_minutes: int | None = None
    minimum_percent: Decimal | None = None
    needed_percent: Decimal | None = None
    short_percent: Decimal | None = None
    moved: str | None = None
