"""Harrowmere County Council, the sample organisation: what it consists of, and the two promises that do not fit."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from desk import Desk, Said
from sdflow.cli.root import sdflow

EXAMPLE = Path(__file__).parents[2] / "examples" / "harrowmere"
NGOZI, HOLLOWAY, VANCE, FAROUK = "PER-OKAFOR", "PER-HOLLOWAY", "PER-VANCE", "PER-FAROUK"
DEVEREUX, WHITLOCK, STANDISH = "PER-DEVEREUX", "PER-WHITLOCK", "PER-STANDISH"
DAY = "2026-03-02"
LINE, PLANNING = "SLA-RESIDENTS-LINE", "SLA-PLANNING"
UNSIGNED = "SLM-015"
"""The finding that goes as the supporting agreements are signed."""
EVENING_BY_LONDON = ("hours.service=CAL-TARNWICK-LONDON", "hours.support=CAL-TARNWICK-LONDON")
ENGLISH_HOLIDAYS = {
    *(date(2026, month, day) for month, day in ((4, 3), (4, 6), (5, 4), (5, 25), (8, 31), (12, 25), (12, 28))),
    *(date(2027, month, day) for month, day in ((1, 1), (3, 26), (3, 29))),
}
"""As the government publishes them for England from April 2026 to March 2027."""


def must(desk: Desk, *words: str, person: str = NGOZI) -> Any:
    return desk.must(*words, "--json", person=person, day=DAY).data


def try_to(desk: Desk, *words: str, person: str = NGOZI) -> Said:
    return desk.type(*words, person=person, day=DAY)


def set_clauses(desk: Desk, reference: str, *clauses: str, person: str) -> None:
    must(desk, "amend", reference, *(word for clause in clauses for word in ("--set", clause)), person=person)


def proofs(desk: Desk, *references: str) -> dict[str, Any]:
    found = try_to(desk, "check", *references, "--json").data
    return {proof["agreement"]: proof for proof in found}


def breaches(found: Mapping[str, Any]) -> set[tuple[str, str]]:
    return {
        (agreement, finding["rule"])
        for agreement, proof in found.items()
        for finding in proof["findings"]
        if finding["severity"] == "breach" and finding["rule"] != UNSIGNED
    }


def finding(found: Mapping[str, Any], agreement: str, rule: str) -> str:
    (one,) = [one for one in found[agreement]["findings"] if one["rule"] == rule]
    return str(one["message"])


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Harrowmere as it is on 2 March 2026; tests only look at it."""
    folder = tmp_path_factory.mktemp("harrowmere") / "workspace"
    words = ["init", str(folder), "--name", "Ngozi Okafor", "--person", NGOZI, "--organisation", "Harrowmere"]
    result = CliRunner().invoke(sdflow, [*words, "--as-of", DAY])
    assert result.exit_code == 0, result.output
    desk = Desk(folder)
    must(desk, "apply", str(EXAMPLE))
    return desk


@pytest.fixture(scope="module")
def found(county: Desk) -> dict[str, Any]:
    return proofs(county)


@pytest.fixture
def own(county: Desk, tmp_path: Path) -> Desk:
    """Harrowmere for a test that changes it."""
    shutil.copytree(county.folder, tmp_path / "workspace")
    return Desk(tmp_path / "workspace")


def test_the_organisation_is_taken_in_whole_and_reads_the_same_a_second_time(own: Desk) -> None:
    acts = must(own, "audit", "verify")["acts"]
    assert acts == 2, "the first person, and everything else at once"
    assert {one["outcome"] for one in must(own, "apply", str(EXAMPLE))} == {"unchanged"}


def test_it_is_as_large_as_a_service_provider_is(county: Desk) -> None:
    rows = must(county, "list")
    counts = Counter(row["kind"] for row in rows)
    assert counts["business_unit"] >= 6
    assert counts["service"] >= 8
    assert counts["ola"] + counts["contract"] >= 12
    calendars, contracts = (
        [must(county, "show", row["reference"])["content"] for row in rows if row["kind"] == kind]
        for kind in ("calendar", "contract")
    )
    assert len({one["zone"] for one in calendars}) >= 4
    assert len({str(one["holidays"]) for one in calendars if "holidays" in one}) >= 3
    assert sum("adopted" in one for one in contracts) == 2


def test_components_are_shared_by_services_and_some_stand_side_by_side(found: Mapping[str, Any]) -> None:
    needed = {
        agreement: {fact["fields"]["component"] for fact in proof["facts"] if fact["kind"] == "hours_cover"}
        for agreement, proof in found.items()
    }
    shared = Counter(component for components in needed.values() for component in components)
    assert sum(count >= 4 for count in shared.values()) >= 4
    together = [component for component in shared if component.startswith("at least")]
    assert any("at least 2" in one for one in together)
    assert any("at least 3" in one for one in together)
    assert any("(all of" in one for one in together)


def test_two_promises_do_not_fit_and_all_others_do(found: Mapping[str, Any]) -> None:
    assert len(found) == 10
    assert breaches(found) == {(LINE, "SLM-001"), (PLANNING, "SLM-003")}


def test_the_evenings_without_an_operator_are_those_on_which_only_one_side_has_changed_its_clocks(
    found: Mapping[str, Any],
) -> None:
    days = [date(2026, 4, 1) + timedelta(days=number) for number in range(365)]
    working = [day for day in days if day.weekday() < 5 and day not in ENGLISH_HOLIDAYS]
    uncovered = [instant for day in working for instant in _evening(day) if not _noon_to_three_in_new_york(instant)]
    first = uncovered[0].astimezone(ZoneInfo("Europe/London"))
    message = finding(found, LINE, "SLM-001")
    assert len(uncovered) == 840
    assert f"{len(uncovered)} of" in message
    assert "Operators of the residents' line" in message
    assert f"first {first:%a} {first.day} {first:%b %Y %H:%M}–20:00 (Europe/London)" in message
    assert first.date() == date(2026, 10, 26)


def _evening(day: date) -> list[datetime]:
    starts = datetime(day.year, day.month, day.day, 17, tzinfo=ZoneInfo("Europe/London")).astimezone(UTC)
    return [starts + timedelta(minutes=minute) for minute in range(180)]


def _noon_to_three_in_new_york(instant: datetime) -> bool:
    return 12 <= instant.astimezone(ZoneInfo("America/New_York")).hour < 15


def test_a_fault_of_a_friday_afternoon_comes_back_a_quarter_of_an_hour_late(found: Mapping[str, Any]) -> None:
    start = datetime(2026, 4, 10, 16, 25, tzinfo=ZoneInfo("Europe/London")).astimezone(UTC)
    reached = start
    for minutes, opened in ((25, _always), (70, _applications), (340, _munich)):
        reached = _after(reached, minutes, opened)
    late = (reached - _after(start, 480, _planning)) // timedelta(minutes=1)
    message = finding(found, PLANNING, "SLM-003")
    assert late == 15
    assert f"starting Fri 10 Apr 2026 16:25, the route Nobody or no team can work arrives {late} min late" in message
    assert "UC-ISARBRUECK" in message


def _after(instant: datetime, minutes: int, opened: Callable[[datetime], bool]) -> datetime:
    """The instant at which so many open minutes have passed, counted one by one."""
    while minutes:
        minutes -= opened(instant)
        instant += timedelta(minutes=1)
    return instant


def _always(_: datetime) -> bool:
    return True


def _applications(instant: datetime) -> bool:
    local = instant.astimezone(ZoneInfo("Europe/London"))
    return local.weekday() < 5 and 7 <= local.hour < 20


def _planning(instant: datetime) -> bool:
    local = instant.astimezone(ZoneInfo("Europe/London"))
    return local.weekday() < 5 and 8 <= local.hour < 18


def _munich(instant: datetime) -> bool:
    local = instant.astimezone(ZoneInfo("Europe/Berlin"))
    return local.weekday() < 5 and (8 if local.weekday() else 10) <= local.hour < 19


def test_every_promised_availability_is_expected_and_one_rests_on_luck_alone(found: Mapping[str, Any]) -> None:
    covers = [
        fact["fields"] for proof in found.values() for fact in proof["facts"] if fact["kind"] == "availability_cover"
    ]
    assert len(covers) == 10
    for one in covers:
        assert float(one["expected_percent"]) >= float(one["target_percent"]), one["agreement"]
    lucky = {one["agreement"] for one in covers if float(one["worst_percent"]) < float(one["target_percent"])}
    assert lucky == {PLANNING, LINE}, "the line's own warning goes with its breach"


def test_the_suppliers_counter_offer_mends_the_evenings(own: Desk) -> None:
    set_clauses(own, "UC-TARNWICK", *EVENING_BY_LONDON, "charges.monthly.amount=38790", person=HOLLOWAY)
    mended = proofs(own, LINE)
    assert breaches(mended) == set()
    assert "SLM-009" not in {one["rule"] for one in mended[LINE]["findings"]}


def test_a_longer_time_mends_the_route_once_the_customers_requirement_is_countered(own: Desk) -> None:
    set_clauses(own, PLANNING, "targets.restore.P1.minutes=495", person=VANCE)
    assert breaches(proofs(own, PLANNING)) == {(PLANNING, "SLM-202")}
    answer = "requirements.restored.answer"
    remark = f"{answer}.remark=Eight and a quarter hours; Munich opens at ten on Mondays"
    set_clauses(own, "SLR-PLANNING", f"{answer}.reply=countered", remark, person=NGOZI)
    assert breaches(proofs(own, PLANNING)) == set()


def test_a_minute_less_than_agreed_would_still_be_too_short(own: Desk) -> None:
    set_clauses(own, PLANNING, "targets.restore.P1.minutes=494", person=VANCE)
    assert "1 min late" in finding(proofs(own, PLANNING), PLANNING, "SLM-003")


@pytest.mark.parametrize(("contract", "since"), [("UC-ISARBRUECK", "2024-09-17"), ("UC-FERNHOLLOW", "2023-06-12")])
def test_contracts_signed_elsewhere_are_taken_in_with_their_papers(own: Desk, contract: str, since: str) -> None:
    paper = EXAMPLE / "papers" / f"{contract}.txt"
    assert must(own, "adopt", str(paper), contract, person=HOLLOWAY)["state"] == "signed"
    shown = must(own, "show", contract)
    assert shown["content"]["adopted"]["signed_on"] == since
    must(own, "advance", contract, "activate", person=HOLLOWAY)
    missing = [one["message"] for one in proofs(own, PLANNING)[PLANNING]["findings"] if one["rule"] == UNSIGNED]
    assert not any(contract in message for message in missing)


def test_owners_are_refused_until_the_promises_fit(own: Desk) -> None:
    for agreement, owner, rule in ((LINE, WHITLOCK, "SLM-001"), (PLANNING, DEVEREUX, "SLM-003")):
        must(own, "advance", agreement, "review")
        must(own, "advance", agreement, "offer")
        said = try_to(own, "advance", agreement, "align", person=owner)
        assert said.code == 1
        assert rule in said.err
        assert "is not service owner" not in said.err


def test_the_counter_offer_of_planning_is_a_numbered_round(own: Desk) -> None:
    must(own, "advance", PLANNING, "review")
    must(own, "advance", PLANNING, "offer")
    told = must(own, "amend", PLANNING, "--set", "targets.restore.P1.minutes=495", person=VANCE)
    assert told["round"] == 1


def test_somebody_whose_role_has_ended_takes_no_step(own: Desk) -> None:
    said = try_to(own, "advance", "UC-TARNWICK", "submit", person=STANDISH)
    assert said.code == 1
    assert "Edmund Standish is not supplier manager" in said.err


def test_who_drafted_a_contract_does_not_approve_it(own: Desk) -> None:
    must(own, "advance", "UC-TARNWICK", "submit", person=HOLLOWAY)
    assert try_to(own, "advance", "UC-TARNWICK", "approve", person=HOLLOWAY).code == 1
    must(own, "advance", "UC-TARNWICK", "approve", person="PER-AMOS")


@pytest.mark.parametrize(("requirement", "customer"), [("SLR-RESIDENTS-LINE", FAROUK), ("SLR-PLANNING", VANCE)])
def test_requirements_go_from_the_customer_to_the_provider_and_back(own: Desk, requirement: str, customer: str) -> None:
    for step, person in (("submit", customer), ("analyse", NGOZI), ("answer", NGOZI), ("accept", customer)):
        must(own, "advance", requirement, step, person=person)


def test_the_story_told_beside_the_records_gives_the_figures_of_the_proof(found: Mapping[str, Any]) -> None:
    story = (EXAMPLE / "README.md").read_text(encoding="utf-8").replace("**", "").replace("\n> ", " ")
    hours, route = finding(found, LINE, "SLM-001"), finding(found, PLANNING, "SLM-003")
    assert hours.partition(";")[0] in story
    assert route.partition(", the route")[0] in story
    for count, what in ((10, "OLAs"), (36, "components"), (34, "people")):
        files = "".join(path.read_text(encoding="utf-8") for path in EXAMPLE.glob("*.yaml"))
        kind = {"OLAs": "ola", "components": "component", "people": "person"}[what]
        assert files.count(f"kind: {kind}\n") == count, what
