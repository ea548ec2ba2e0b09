"""Delivered: what was reached of everything that an agreement promises, period after period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sdflow.domain.attainment.result import Attainment
from sdflow.domain.period import Period
from sdflow.domain.target import MeasuringPeriod


@dataclass(frozen=True)
class Series:
    """What was reached of one target in periods on end, the last one being that which is looked at.

    A target that an earlier version of the agreement did not have has no attainment in its periods.
    """

    clause: str
    title: str
    attainments: tuple[Attainment | None, ...]

    @property
    def now(self) -> Attainment:
        """The attainment in the last period."""
        last = self.attainments[-1]
        if last is None:
            raise ValueError(f"{self.clause} has no attainment in its last period")
        return last

    @property
    def missed_on_end(self) -> int:
        """In how many periods on end, up to the last one, the target was missed."""
        count = 0
        for one in reversed(self.attainments):
            if one is None or one.met is not False:
                break
            count += 1
        return count

    @property
    def missed(self) -> int:
        """In how many of the periods the target was missed."""
        return sum(one is not None and one.met is False for one in self.attainments)

    @property
    def measured(self) -> int:
        """Of how many of the periods there is a figure."""
        return sum(one is not None and one.met is not None for one in self.attainments)


def parts_of(report: Period, kind: MeasuringPeriod) -> tuple[Period, ...]:
    """The measuring periods of a target that a report on a period tells of.

    All that end within it; where the target is measured over a longer time, that in which the report's last day lies.
    """
    return tuple(report.parts(kind)) or (Period.containing(report.last, kind),)


def together(parts: Sequence[Attainment], report: Period) -> Attainment:
    """Several measuring periods in one report: met where all of them are, and shown by the worst of them.

    Of figures that can not be compared, the target having changed its unit or its direction, one like the last is shown,
    unless another alone missed.
    """
    if len(parts) == 1:
        return _to_date(parts[0], report)
    known = [one for one in parts if one.margin is not None]
    if not known:
        return replace(parts[-1], period=report)
    worst = min(known, key=lambda one: (bool(one.met), not one.like(known[-1]), one.margin or Decimal(0)))
    kinds = list(dict.fromkeys(_name(one.period) for one in parts))
    counted = f"{kinds[0]}s" if len(kinds) == 1 else "periods"
    missed = sum(one.met is False for one in known)
    told = f"{len(known)} of {len(parts)} {counted} have data" if len(known) < len(parts) else ""
    return replace(
        worst,
        period=report,
        met=not missed,
        cases=sum(one.cases for one in known),
        missed=missed,
        worst="; ".join(filter(None, (f"{_name(worst.period)} {worst.period.name}", worst.worst))),
        conventions=(*worst.conventions, f"judged in each {' or '.join(kinds)}, of which the worst is shown"),
        note="; ".join(filter(None, (told, worst.note))),
        tallied=counted,
    )


def _to_date(one: Attainment, report: Period) -> Attainment:
    if one.period == report:
        return one
    until = "" if one.period.last <= report.last else " to date"
    return replace(one, conventions=(*one.conventions, f"over the {_name(one.period)} {one.period.name}{until}"))


def _name(period: Period) -> str:
    return period.kind.value.replace("_", " ")


@dataclass(frozen=True)
class Delivered:
    """What was delivered against one agreement in a period and those before it.

    `version` is the number of the signed version that held at its end; none where it is measured against a draft.
    `targets` are in the order of the agreement, `workload` are the limits within which they hold. `former` are the targets
    of the periods before that it no longer had in this one, or measured over another time. `conventions` tell how the files
    were read.
    """

    agreement: str
    title: str
    version: int | None
    service: str | None
    customer: str | None
    period: Period
    periods: tuple[Period, ...]
    zone: str
    targets: tuple[Series, ...]
    suppliers: Mapping[str, tuple[Attainment, ...]]
    conventions: tuple[str, ...]
    workload: tuple[Series, ...] = ()
    former: tuple[Series, ...] = ()
