"""Changes in a report: the version of the agreement that came into force, by which request, and what reads differently in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desk import Desk
from next_version import next_version_with_customer

pytestmark = pytest.mark.pdf

DAY = "2026-09-02"


@pytest.fixture
def desk(played: Path, tmp_path: Path, clock: Callable[[str], None]) -> Desk:
    """The demonstration's workspace, of the test's own, on 10 March 2026."""
    shutil.copytree(played / "workspace", tmp_path / "workspace")
    clock("2026-03-10")
    return Desk(tmp_path / "workspace")


def changes(desk: Desk, period: str) -> list[dict[str, Any]]:
    (found,) = desk.type("report", "SLA-0001", "--period", period, "--json", day=DAY).data["agreements"]
    return list(found["changes"])


def test_a_version_is_told_in_the_period_in_which_it_came_into_force(desk: Desk, tmp_path: Path) -> None:
    loose = ("targets.restore.P1.minutes=600", "change_request=CR-22", "effective_on=2026-07-01")
    next_version_with_customer(desk, tmp_path, *loose)
    assert changes(desk, "2026-08") == []
    (change,) = changes(desk, "2026-07")
    assert (change["version"], change["on"], change["change_request"]) == (2, "2026-07-01", "CR-22")
    assert change["clauses"] == ["targets.restore.P1.minutes"]
    assert [one["version"] for one in changes(desk, "2026")] == [1, 2]
    words = desk.type("report", "SLA-0001", "--period", "2026-07", day=DAY).words
    assert "version 2 came into force on 1 Jul 2026 by CR-22: targets.restore.P1.minutes" in words
