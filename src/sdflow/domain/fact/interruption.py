"""Interruption: one planned interruption beside what is agreed with a customer of a service that it stops."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sdflow.domain.fact.base import FactKind


@dataclass(frozen=True)
class InterruptionWindow(FactKind):
    """How much of an interruption lies in agreed hours, and how much of that in no window of the agreement.

    `stated` says whether the agreement has any window. `lasting_minutes` of its longest stretch without a break lie in agreed
    hours or in an agreed window; `interrupting` says who stops the service: it alone, or it with other work at the same time.
    `most_minutes` is the longest interruption that is agreed for the windows that it meets, none where that is not
    limited, and `over_minutes` what it lasts longer.
    """

    record: str
    clause: str
    agreement: str
    customer: str
    stated: bool
    minutes: int
    lasting_minutes: int
    outside_minutes: int
    first_outside: str | None = None
    most_minutes: int | None = None
    over_minutes: int = 0
    interrupting: str = "it"


@dataclass(frozen=True)
class InterruptionNotice(FactKind):
    """How many days before an interruption a customer was told, beside the notice that is agreed.

    `told` says whether the customer was told at all; `late_days` is how many days of notice are missing.
    """

    record: str
    clause: str
    agreement: str
    customer: str
    agreed_days: int
    told: bool
    due_on: date
    told_on: date | None = None
    notice_days: int | None = None
    late_days: int | None = None


@dataclass(frozen=True)
class InterruptionNumber(FactKind):
    """How many planned interruptions a period has with this one, beside the most that are agreed for it.

    `others` are those that were announced before; what stops the service without a break counts once.
    """

    record: str
    clause: str
    agreement: str
    agreed_clause: str
    period: str
    agreed_count: int
    count: int
    over_count: int
    others: str
