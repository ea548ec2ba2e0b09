"""Published promises, measured by made-up outages: what is found is what the papers say follows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
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


BUYER: RecordText = {
    "kind": "person",
    "reference": "PER-BUYER",
    "title": "Bea Buyer",
    "roles": {"supplier_manager": {"since": "2022-01-01"}},
}


def _signed(desk: Desk, write: Write, records: list[RecordText], folder: Path) -> None:
    """Take in records, the agreements among them as signed elsewhere."""
    agreements = [one for one in records if one["kind"] in ("sla", "ola", "contract")]
    desk.must("apply", str(write([BUYER, *(one for one in records if one not in agreements)])), person=KEEPER)
    for one in agreements:
        paper = folder / f"{one['reference']}.txt"
        paper.write_text(f"The paper of {one['reference']}", "utf-8")
        who = str(BUYER["reference"]) if one["kind"] == "contract" else KEEPER
        desk.must("adopt", str(paper), str(write([{**one, "adopted": SIGNED}])), person=who, day="2026-01-01")


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


def _report(desk: Desk, about: str, period: str) -> dict[str, Any]:
    told = desk.type("report", about, "--period", period, "--json", person=KEEPER, day="2026-12-31")
    assert told.code in (0, 1), told.words
    found: dict[str, Any] = told.data["agreements"][0]
    return found


def _targets(desk: Desk, about: str, period: str) -> dict[str, dict[str, Any]]:
    return {one["clause"]: one for one in _report(desk, about, period)["targets"]}


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
    minutes = _targets(room, "SLA-WARWICK-MI", "2026-W10")["targets.reliability.down_minutes"]
    assert (minutes["met"], minutes["target"], Decimal(minutes["achieved"]) > Decimal("2.5")) == (True, "3", True)


def test_ten_minutes_down_in_a_week_miss_the_minutes_of_warwick_too(
    published: Mapping[str, Entry], room: Desk, write: Write, tmp_path: Path
) -> None:
    _signed(room, write, WRITERS["warwick-mi"](published["warwick-mi"]), tmp_path)
    down = ("2026-04-15T10:00:00,2026-04-15T10:10:00", "2026-04-18T10:00:00,2026-04-18T10:10:00")
    _down(room, tmp_path, "CMP-WARWICK-MI", *down, zone="Europe/London")
    minutes = _targets(room, "SLA-WARWICK-MI", "2026-W16")["targets.reliability.down_minutes"]
    assert (minutes["achieved"], minutes["met"]) == ("10", False), "the Saturday lies outside the supported hours"


def test_the_credits_of_a_cloud_contract_that_no_service_is_made_of_follow_its_bands(
    published: Mapping[str, Entry], room: Desk, write: Write, tmp_path: Path
) -> None:
    """10 hours of February are 98.511 %, three days of March 90.322 %: bands of 25 and of 100 per cent."""
    records = WRITERS["aws-compute-optimizer"](published["aws-compute-optimizer"])
    price = {"use": {"title": "The month's charge", "amount": "9", "currency": "USD", "per": "month"}}
    said = [{**one, "charges": price} if one["kind"] == "contract" else one for one in records]
    _signed(room, write, said, tmp_path)
    down = ("2026-02-10T00:00:00,2026-02-10T10:00:00", "2026-03-10T00:00:00,2026-03-13T00:00:00")
    _down(room, tmp_path, "CMP-AWS-OPTIMIZER", *down)
    found = _report(room, "UC-AWS-OPTIMIZER", "2026-Q1")
    lines = [(one["due"]["percent"], one["due"]["amount"], one["standing"]) for one in found["money"]["credits"]]
    assert lines == [("0", "0", "nothing is due"), ("25", "2.25", "due"), ("100", "9", "due")]
    assert found["money"]["due"] == "11.25"
    assert _report(room, "UC-AWS-OPTIMIZER", "2026-03")["targets"][0]["achieved"] == "90.32258"


@pytest.mark.parametrize(("until", "met"), [("04:20", True), ("04:25", False)])
def test_fifty_two_stretches_of_a_year_may_be_down_and_days_before_the_first_use_count_as_up(
    published: Mapping[str, Entry], room: Desk, write: Write, tmp_path: Path, until: str, met: bool
) -> None:
    _signed(room, write, WRITERS["aws-ec2-2008"](published["aws-ec2-2008"]), tmp_path)
    _down(room, tmp_path, "CMP-AWS-EC2", f"2026-05-03T00:00:00,2026-05-03T{until}:00")
    (found,) = _targets(room, "UC-AWS-EC2", "365d-2026-11-20").values()
    down = 52 if met else 53
    assert Decimal(found["achieved"]) == Decimal(100 * 10**6 * (105_120 - down) // 105_120) / 10**6
    assert found["met"] is met


def test_the_report_on_a_resource_centre_says_that_it_is_suspended(
    published: Mapping[str, Entry], room: Desk, write: Write, tmp_path: Path
) -> None:
    _signed(room, write, WRITERS["egi-rc-ola"](published["egi-rc-ola"]), tmp_path)
    down = (f"2026-{one}-02T00:00:00,2026-{one}-09T00:00:00" for one in ("01", "02", "03"))
    _down(room, tmp_path, "CMP-EGI-RC", *down)
    found = _report(room, "OLA-EGI-RC", "2026-03")
    due = [one["what"] for one in found["consequences"] if len(one["periods"]) >= one["needed"]]
    assert any("Suspended" in one for one in due)
    (unknown,) = [one for one in found["targets"] if one["clause"] == "targets.measures.unknown"]
    assert (unknown["achieved"], unknown["met"]) == (None, None), "nobody measured it"
