"""Term: when agreements end, and who is bound for longer than whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sdflow.domain.fact.base import FactKind


@dataclass(frozen=True)
class UnstatedEnd(FactKind):
    """An agreement that does not say whether its end is its last day or the first day after.

    `whose` is the agreement itself or one on which it rests. The end of the present term is read as `last_on`, the earlier
    day, and not as `or_on`; notice must come by `notice_by`, none where it ends without one.
    """

    compares_support = False

    agreement: str
    clause: str
    whose: str
    last_on: date
    or_on: date
    notice_by: date | None = None


@dataclass(frozen=True)
class BindingTerm(FactKind):
    """Until when an agreement that is paid for to somebody outside binds us, beside the promise that rests on it.

    Each end is the first that a notice given on `as_of` would bring about. `longer_days` are those on which the
    supporter binds us and the customer is not bound any more; 0 where there are none.
    """

    compares_support = False

    agreement: str
    clause: str
    supporter: str
    as_of: date
    bound_until: date
    customer_bound_until: date
    longer_days: int
