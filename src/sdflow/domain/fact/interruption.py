"""Interruption: one planned interruption beside what is agreed with a customer of a service that it stops."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sdflow.domain.fact.base import FactKind


@dataclass(frozen=True)
class InterruptionWindow(FactKind):
    """How much of an interruption lies in agreed hours, and how much of that in no window of the agreement.

    `stated` says whether the agreement has any window. `lasting_minutes` lie in agreed hours or in an agreed window.
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
