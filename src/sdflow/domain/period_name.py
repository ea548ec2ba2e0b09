"""Period name: a period as contents name it, such as 2026-10."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from sdflow.domain.errors import Refused
from sdflow.domain.period import Period


def _of_a_period(name: str) -> str:
    try:
        return Period.parsed(name).name
    except Refused as refusal:
        raise ValueError(str(refusal)) from None


PeriodName = Annotated[str, StringConstraints(max_length=20), AfterValidator(_of_a_period)]
