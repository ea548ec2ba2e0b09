"""Security: how many incidents hurt confidentiality, integrity or authenticity, against the most that may."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sdflow.domain.attainment.result import Attainment
from sdflow.domain.period import Period
from sdflow.domain.target import Comparison, SecurityTarget

_NO_DATA = "no data: no file says which incidents hurt security"


def attained_security(
    agreement: str, clause: str, target: SecurityTarget, period: Period, numbers: Sequence[str] | None
) -> Attainment:
    """What was reached of a limit to security incidents, which are given by their numbers; none where nobody marks them."""
    count = None if numbers is None else len(numbers)
    return Attainment(
        agreement=agreement,
        clause=clause,
        title=target.title,
        period=period,
        target=Decimal(target.most),
        achieved=None if count is None else Decimal(count),
        unit="security incidents",
        comparison=Comparison.at_most,
        met=None if count is None else count <= target.most,
        cases=count or 0,
        missed=max((count or 0) - target.most, 0),
        worst=", ".join(numbers or ()),
        conventions=("incidents that the desk marks, in the period of their report",),
        note=_NO_DATA if numbers is None else "",
    )
