"""Fact kinds: the flat statements that rules may look at, one frozen class each.

A rule file names a kind by the snake-case name of its class. Fields that are none are left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from types import UnionType
from typing import Any, ClassVar, get_args, get_origin, get_type_hints

from sdflow.domain.rule import Fact, FieldType, Schema

_TYPES: dict[Any, FieldType] = {
    bool: FieldType.bool,
    int: FieldType.int,
    str: FieldType.str,
    Decimal: FieldType.number,
    date: FieldType.date,
}


class FactKind:
    """Base of all fact kinds."""

    kinds: ClassVar[dict[str, type[FactKind]]] = {}
    states_promise: ClassVar[bool] = False
    """Whether the fact only states what is promised, so that another fact has to compare it."""

    def __init_subclass__(cls) -> None:
        FactKind.kinds[cls.kind_name()] = cls

    @classmethod
    def kind_name(cls) -> str:
        """The name under which rule files know the kind."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def fact(self) -> Fact:
        """The statement in the form that rules are evaluated on."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]
        return Fact(self.kind_name(), {name: value for name, value in values.items() if value is not None})


@dataclass(frozen=True)
class SlaTarget(FactKind):
    """What an agreement with a customer promises in one clause.

    `minutes` for a time per priority, `percent` for a share of agreed service time.
    """

    states_promise = True

    agreement: str
    clause: str
    service: str
    metric: str
    priority: str | None = None
    minutes: int | None = None
    percent: Decimal | None = None


@dataclass(frozen=True)
class SupportTarget(FactKind):
    """What a supporting agreement promises for a component of a service that an agreement promises.

    `serial` says that the service stands still whenever this component does. `percent` is none where the
    supporting agreement promises nothing for this metric.
    """

    agreement: str
    clause: str
    supporter: str
    supporter_clause: str
    component: str
    metric: str
    serial: bool
    percent: Decimal | None = None


@dataclass(frozen=True)
class HoursCover(FactKind):
    """How far the hours of those who support a component cover the agreement's hours, over the horizon.

    `first_gap` is in the wall-clock time of the agreement's own calendar, such as
    "Sat 14 Nov 2026 09:00–13:00 (Europe/London)"; it is none where nothing is uncovered.
    """

    agreement: str
    clause: str
    component: str
    supporters: str
    agreed_minutes: int
    uncovered_minutes: int
    gaps: int
    first_gap: str | None = None
    horizon_start: date | None = None
    horizon_end: date | None = None


@dataclass(frozen=True)
class SupportRoute(FactKind):
    """How late the worst start of a support route arrives, against the agreement's clause.

    Lateness is in minutes of elapsed time; at or below 0 the route holds. `guaranteed_percent` is the share that the
    tiers' own compliance shares still guarantee: 100 − Σ(100 − p). `endless`: from the worst start support does not
    arrive while the calendars last; the lateness is then the least that is certain. `margin_minutes` is
    what is left from the worst start, `shortfall_percent` what the tiers' shares fall short of the promised one.
    """

    agreement: str
    clause: str
    priority: str
    metric: str
    route: str
    promised_minutes: int
    lateness_minutes: int
    worst_start: str
    slowest_tier: str
    promised_percent: Decimal
    guaranteed_percent: Decimal
    endless: bool = False
    margin_minutes: int | None = None
    shortfall_percent: Decimal | None = None


@dataclass(frozen=True)
class MissingTarget(FactKind):
    """A supporting target that a route or a structure needs and that nobody promises."""

    agreement: str
    clause: str
    supporter: str
    needed: str


@dataclass(frozen=True)
class SupportTerm(FactKind):
    """Whether support is in force for the whole of an agreement's term.

    `what` is the component or the route that needs it. `uncovered_days` counts the days of the term on
    which no signed agreement supports it.
    """

    agreement: str
    clause: str
    what: str
    supporters: str
    term_days: int
    uncovered_days: int
    first_uncovered_on: date | None = None
    unsigned: str | None = None


def _field_type(annotation: Any) -> FieldType:
    if get_origin(annotation) is UnionType:
        (annotation,) = (part for part in get_args(annotation) if part is not type(None))
    return _TYPES[annotation]


def schema() -> Schema:
    """The fields and types of every fact kind, for the loader of rule files and the rule engine."""
    return {
        name: {
            field.name: _field_type(get_type_hints(kind)[field.name])
            for field in fields(kind)  # type: ignore[arg-type]
        }
        for name, kind in FactKind.kinds.items()
    }
