"""Published promises, measured by made-up outages: what is found is what the papers say follows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from desk import Desk
from real_input.conftest import WRITERS
from real_input.figures import Entry
from real_input.records import KEEPER, RecordText, sla

Write = Callable[[list[RecordText]], Path]
MAPPING = """
reads: outages
source: monitor
zone: ZONE
times: iso
columns: {component: component}
moments: {since: down, until: up}
covers: {from: 2026-01-01, until: 2026-12-30, of: [COMPONENT]}
"""
SIGNED = {
    "signed_on": "2025-12-01",
    "signatories": [{"name": "A", "party": "One side"}, {"name": "B", "party": "The other side"}],
}


def _signed(desk: Desk, write: Write, records: list[RecordText], folder: Path) -> None:
    """Take in records, the agreements among them as signed elsewhere."""
    agreements = [one for one in records if one["kind"] in ("sla", "ola")]
    desk.must("apply", str(write([one for one in records if one not in agreements])), person=KEEPER)
    for one in agreements:
        paper = folder / f"{one['reference']}.txt"
        paper.write_text(f"The paper of {one['reference']}", "utf-8")
        desk.must("adopt", str(paper), str(write([{**one, "adopted": SIGNED}])), person=KEEPER, day="2026-01-01")


def _down(desk: Desk, folder: Path, component: str, *outages: str, zone: str = "Etc/UTC") -> None:
    rows, mapping = folder / "down.csv", folder / "down.map.yaml"
    rows.write_text("\n".join(["component,down,up", *(f"{component},{one}" for one in outages)]) + "\n", "utf-8")
    mapping.write_text(MAPPING.replace("COMPONENT", component).replace("ZONE", zone), "utf-8")
    desk.must("measure", "outages", str(rows), "--mapping", str(mapping), person=KEEPER, day="2026-12-31")


def _found(desk: Desk, reference: str, day: str) -> Iterator[tuple[str, str, str]]:
    (proof,) = desk.type("check", reference, "--json", person=KEEPER, day=day).data
    for one in proof["findings"]:
        if one["rule"].startswith("SLM-30"):
            yield one["rule"], one["clause"], one["message"]


def _on_top(name: str) -> list[RecordText]:
    """An agreement with a customer on a service that is made of the one part of a published agreement."""
    hours = {"service": f"CAL-{name}-ALWAYS", "support": f"CAL-{name}-ALWAYS"}
    found = sla("TOP", "Made up of the published part", hours, targets={"availability": {"percent": "10"}})
    service = next(one for one in found if one["kind"] == "service")
    service["structure"] = {"component": f"CMP-{name}"}
    return found


@pytest.fixture
def grid(published: Mapping[str, Entry], room: Desk, write: Write, tmp_path: Path) -> Callable[[str, str], Desk]:
    def brings(entry: str, name: str) -> Desk:
        _signed(room, write, [*WRITERS[entry](published[entry]), *_on_top(name)], tmp_path)
        return room

    return brings


def test_a_resource_centre_is_suspended_in_the_third_month_below_eighty(
    grid: Callable[[str, str], Desk], tmp_path: Path
) -> None:
    desk = grid("egi-rc-ola", "EGI-RC")
    _down(
        desk, tmp_path, "CMP-EGI-RC", *(f"2026-{one}-02T00:00:00,2026-{one}-09T00:00:00" for one in ("01", "02", "03"))
    )
    assert sum("Suspended" in message for _, _, message in _found(desk, "SLA-TOP", "2026-03-31")) == 0
    ((rule, clause, _),) = [one for one in _found(desk, "SLA-TOP", "2026-04-01") if "Suspended" in one[2]]
    assert (rule, clause) == ("SLM-306", "components.part.availability")


def test_a_month_below_makes_a_justification_due_and_a_month_above_none(
    grid: Callable[[str, str], Desk], tmp_path: Path
) -> None:
    desk = grid("egi-rc-ola", "EGI-RC")
    _down(desk, tmp_path, "CMP-EGI-RC", "2026-01-02T00:00:00,2026-01-09T00:00:00")
    due = [clause for _, clause, message in _found(desk, "SLA-TOP", "2026-02-01") if "Written justification" in message]
    assert sorted(due) == ["components.part.availability", "components.part.further_availability.reliability"]
    assert list(_found(desk, "SLA-TOP", "2026-03-01")) == []


def test_one_month_below_target_makes_an_improvement_plan_due_and_raises_the_item(
    grid: Callable[[str, str], Desk], tmp_path: Path
) -> None:
    desk = grid("egi-rp-ola", "EGI-RP")
    _down(desk, tmp_path, "CMP-EGI-RP", "2026-01-02T00:00:00,2026-01-02T08:00:00")
    taken: list[Any] = desk.must("improve", "SLA-TOP", "--json", person=KEEPER, day="2026-02-01").data["shortcomings"]
    about = [(one["found"]["concern"]["record"], one["found"]["concern"]["target"]) for one in taken]
    assert ("OLA-EGI-RP", "components.part.availability") in about
    assert "Service improvement plan due" in str(taken)
    again: list[Any] = desk.must("improve", "SLA-TOP", "--json", person=KEEPER, day="2026-02-01").data["shortcomings"]
    assert {one["outcome"] for one in again} == {"known"}


@pytest.mark.parametrize(("seconds", "missed"), [(153, False), (154, True)])
def test_the_percentage_of_warwick_allows_less_than_the_minutes_that_it_is_said_to_equal(
    published: Mapping[str, Entry], room: Desk, write: Write, tmp_path: Path, seconds: int, missed: bool
) -> None:
    """0.1 % of 42.5 hours are 153 seconds, and not the three minutes of the paper."""
    _signed(room, write, WRITERS["warwick-mi"](published["warwick-mi"]), tmp_path)
    _down(
        room,
        tmp_path,
        "CMP-WARWICK-MI",
        f"2026-03-03T10:00:00,2026-03-03T10:02:{seconds - 120}",
        zone="Europe/London",
    )
    found = [(rule, clause) for rule, clause, _ in _found(room, "SLA-WARWICK-MI", "2026-03-09")]
    assert found == ([("SLM-301", "targets.availability")] if missed else [])
