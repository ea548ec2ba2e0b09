from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from sdflow.domain.finding import Finding, Severity
from sdflow.domain.waiver import Acceptance

LAST_DAY = date(2026, 3, 31)


def finding(gap: str | None = "15", unit: str = "minutes", subject: str = "Café") -> Finding:
    number = None if gap is None else Decimal(gap)
    return Finding(
        "SLM-003", Severity.breach, "late", clause="targets.restore.P1", subject=subject, gap=number, unit=unit
    )


def accepted(gap: str | None = "15", unit: str = "minutes") -> Acceptance:
    return Acceptance.of("SLA-0001", finding(gap, unit), LAST_DAY)


@pytest.mark.parametrize(
    ("acceptance", "found", "today", "reason"),
    [
        (accepted(), finding(), LAST_DAY, None),
        (accepted(), finding("15.000"), LAST_DAY, None),
        (accepted(), finding("14.9"), LAST_DAY, None),
        (accepted(), finding(), date(2026, 4, 1), "it expired on 31 Mar 2026"),
        (accepted(), finding("15.1"), LAST_DAY, "it accepts 15 minutes, and the gap is now 15.1 minutes"),
        (accepted(), finding(None), LAST_DAY, "it accepts 15 minutes, which cannot be compared with no number"),
        (accepted(None), finding(), LAST_DAY, "it accepts no number, which cannot be compared with 15 minutes"),
        (accepted(None), finding(None), LAST_DAY, None),
        (accepted(), finding("1", "hours"), LAST_DAY, "it accepts 15 minutes, which cannot be compared with 1 hours"),
        (accepted("1200"), finding("1500"), LAST_DAY, "it accepts 1,200 minutes, and the gap is now 1,500 minutes"),
    ],
)
def test_a_waiver_counts_until_its_last_day_and_up_to_its_gap(
    acceptance: Acceptance, found: Finding, today: date, reason: str | None
) -> None:
    assert acceptance.objection(found, today) == reason


def test_a_waiver_is_about_one_finding_of_one_agreement() -> None:
    acceptance = accepted()
    assert acceptance.concerns("SLA-0001", finding("99"))
    assert acceptance.concerns("SLA-0001", finding(subject="Cafe\u0301")), "the same text, written in two ways"
    assert not acceptance.concerns("SLA-0002", finding())
    assert not acceptance.concerns("SLA-0001", finding(subject="Cafe"))
