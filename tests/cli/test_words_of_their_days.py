"""What was delivered is judged by the words of its days: of an agreement that changed, began, ended, or rests on others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desk import HELEN, Desk
from ledger import AGREEMENT, INCIDENTS, LATER, OUTAGES, PARTS, SUPPORT, Ledger, agreed, changed, share, targets

Write = Callable[[str, str], Path]
RESTORE, AVAILABILITY, NIGHT = "targets.restore.P1", "targets.availability", "targets.batches.night"


@pytest.fixture
def ledger(desk: Desk, write: Write) -> Ledger:
    desk.must("apply", str(write("parts.yaml", PARTS)))
    return Ledger(desk, write)


def test_a_case_is_judged_by_the_version_of_its_day_in_the_month_the_quarter_and_the_year(ledger: Ledger) -> None:
    agreed(ledger)
    ledger.in_force()
    for month in range(1, 13):
        days = {2: 28, 4: 30, 6: 30, 9: 30, 11: 30}.get(month, 31)
        cases = [(f"2026-{month:02}-{day:02}", 6, "") for day in (3, 8, 20)]
        ledger.incidents(f"2026-{month:02}-01", f"2026-{month:02}-{days}", *cases)
    assert share(ledger, "2026") == ("0", False, 36, 36), "each took six hours, and four are promised"
    changed(ledger, "2026-07-16", "targets.restore.P1.minutes=6000")
    assert share(ledger, "2026-06") == ("0", False, 3, 3)
    assert share(ledger, "2026-07") == ("33.333333", False, 3, 2), "two were reported before the change"
    assert share(ledger, "2026-08") == ("100", True, 3, 0)
    assert share(ledger, "2026-Q3") == ("77.777777", False, 9, 2)
    assert share(ledger, "2026") == ("44.444444", False, 36, 20)
    said = targets(ledger, "SLA-0900", "2026")[RESTORE]["conventions"]
    assert "each case by the version that held on its day" in said
    assert "all cases of the year are counted together" in said


def test_a_version_that_has_not_begun_decides_nothing_yet(ledger: Ledger) -> None:
    agreed(ledger)
    ledger.in_force()
    ledger.incidents("2026-01-01", "2026-10-31", ("2026-10-03", 2, ""), ("2026-10-04", 2, ""), ("2026-10-05", 6, ""))
    changed(ledger, "2026-12-15", "targets.restore.P1.percent=50")
    found = targets(ledger, "SLA-0900", "2026", "2026-11-24")[RESTORE]
    assert (found["target"], found["met"]) == ("90", False)


def test_the_hours_of_a_version_that_has_not_begun_are_not_those_in_which_a_service_was_available(
    ledger: Ledger,
) -> None:
    agreed(ledger)
    ledger.in_force()
    ledger.outages("2026-01-01", "2026-10-31")
    changed(ledger, "2026-12-15", "hours.service=CAL-OFFICE")
    words = ("report", "SVC-LEDGER", "--availability", "--period", "2026", "--json")
    (service,) = ledger.desk.must(*words, day="2026-11-24").data["services"]
    assert service["hours"] == "Round the clock"


def test_each_month_of_a_year_is_judged_by_the_availability_that_was_promised_at_its_end(ledger: Ledger) -> None:
    agreed(ledger)
    ledger.in_force()
    ledger.outages("2026-01-01", "2026-12-31", "2026-03-02T00:00:00,2026-03-03T00:00:00")
    changed(ledger, "2026-07-16", "targets.availability.percent=90")
    found = targets(ledger, "SLA-0900", "2026")[AVAILABILITY]
    assert (found["met"], found["missed"]) == (False, 1), "99 % were promised in March, and a day of it was lost"
    assert found["target"] == "99", "the worst month is told with what was promised in it"


def test_what_a_service_is_made_of_later_changes_no_month_that_was_agreed_before(ledger: Ledger) -> None:
    agreed(ledger)
    ledger.outages("2026-09-01", "2026-09-30", "2026-09-03T00:00:00,2026-09-08T00:00:00")
    before = targets(ledger, "SLA-0900", "2026-09")[AVAILABILITY]
    assert (before["achieved"], before["met"]) == ("83.333333", False)
    other = PARTS.replace("{component: CMP-VAULT}", "{redundant: [{component: CMP-VAULT}, {component: CMP-TWO}]}")
    more = f"{other}---\nkind: component\nreference: CMP-TWO\ntitle: Second vault\npurpose: Keeps them too\n"
    ledger.desk.must("apply", str(ledger.write("more.yaml", more)), day="2026-11-06")
    assert targets(ledger, "SLA-0900", "2026-09")[AVAILABILITY] == before


def test_what_lies_before_the_agreement_or_after_it_is_no_breach_of_it(ledger: Ledger) -> None:
    short = AGREEMENT.replace("start_on: 2026-01-01, end_on: 2026-12-31", "start_on: 2026-10-16, end_on: 2026-12-10")
    agreed(ledger, short)
    early = [(f"2026-10-{day:02}", 9, "") for day in (1, 2, 3)]
    ledger.incidents("2026-10-01", "2026-10-31", *early, ("2026-10-20", 2, ""))
    ledger.outages("2026-10-01", "2026-12-31", "2026-12-20T00:00:00,2026-12-25T00:00:00")
    assert share(ledger, "2026-10") == ("100", True, 1, 0)
    assert targets(ledger, "SLA-0900", "2026-12")[AVAILABILITY]["achieved"] == "100"
    for period in ("2026-09", "2027-01"):
        assert {one["met"] for one in targets(ledger, "SLA-0900", period, "2027-02-03").values()} == {None}


def test_notice_counts_after_the_agreement_has_expired_too(ledger: Ledger) -> None:
    lasting = "start_on: 2026-01-01, end_on: 2026-06-30, renewal: automatic, renewal_months: 6, notice: {months: 1}"
    agreed(ledger, AGREEMENT.replace("start_on: 2026-01-01, end_on: 2026-12-31", lasting))
    ledger.in_force()
    ledger.incidents("2026-07-01", "2026-07-31", ("2026-07-03", 9, ""))
    ledger.desk.must("advance", "SLA-0900", "give_notice", day="2026-05-02")
    before = share(ledger, "2026-07")
    assert before[1:] == (None, 0, 0)
    ledger.desk.must("advance", "SLA-0900", "expire", day="2026-08-20")
    assert share(ledger, "2026-07") == before


def test_a_supporter_is_not_blamed_for_days_before_its_own_agreement(ledger: Ledger) -> None:
    agreed(ledger)
    agreed(ledger, SUPPORT.replace("start_on: 2026-01-01", "start_on: 2026-10-16"), "OLA-0900")
    ledger.outages("2026-09-01", "2026-10-31", "2026-10-03T00:00:00,2026-10-04T00:00:00")
    found = targets(ledger, "OLA-0900", "2026-10")["components.vault.availability"]
    assert (found["achieved"], found["met"]) == ("100", True)
    report = ledger.desk.must("report", "SLA-0900", "--period", "2026-09", "--json", day=LATER).data
    assert report["agreements"][0]["suppliers"] == [], "it did not support anything in September"


def test_a_supporter_of_two_services_is_judged_on_the_cases_of_both(ledger: Ledger) -> None:
    second = PARTS.split("---")[1].replace("SVC-LEDGER", "SVC-ALPHA")
    ledger.desk.must("apply", str(ledger.write("second.yaml", second)))
    agreed(ledger, SUPPORT, "OLA-0900")
    head = "number,service,priority,cause,reported,resolved,responded,supplier"
    form = INCIDENTS.replace("resolved: resolved", "resolved: resolved, responded: responded")
    form = form.replace("cause: cause", "cause: cause, supplier: supplier").replace(
        "of: SVC-LEDGER", "of: [SVC-LEDGER, SVC-ALPHA]"
    )
    rows = ["A,SVC-ALPHA,P1,,2026-10-02T01:00:00,2026-10-02T02:00:00,2026-10-02T01:10:00,TEAM-MESSAGING"]
    rows += [
        f"L{day},SVC-LEDGER,P1,,2026-10-{day}T01:00:00,2026-10-{day}T09:00:00,2026-10-{day}T08:10:00,TEAM-MESSAGING"
        for day in range(10, 20)
    ]
    ledger.measured("incidents", head, rows, form, "2026-10-01", "2026-10-31")
    found = targets(ledger, "OLA-0900", "2026-10")["targets.response.P1"]
    assert (found["cases"], found["missed"], found["met"]) == (11, 10, False)


def test_a_loosened_target_makes_nothing_better(ledger: Ledger) -> None:
    agreed(ledger)
    ledger.in_force()
    for month, hours in ((1, 6), (2, 6), (3, 6), (4, 2), (8, 9), (9, 9), (10, 9), (11, 9)):
        days = {2: 28, 4: 30, 9: 30, 11: 30}.get(month, 31)
        ledger.incidents(
            f"2026-{month:02}-01",
            f"2026-{month:02}-{days}",
            *((f"2026-{month:02}-{day:02}", hours, "") for day in range(1, 9)),
        )
    ledger.improve("2026-02-02")
    changed(ledger, "2026-07-16", "targets.restore.P1.minutes=6000")
    done = {"what": "Fix", "who": HELEN, "due_on": "2026-07-31", "done_on": "2026-07-20"}
    sets = [word for name, value in done.items() for word in ("--set", f"actions.fix.{name}={value}")]
    ledger.desk.must("amend", "SIP-0001", *sets, day="2026-07-20")
    found = ledger.desk.must("judge", "SIP-0001", "--dry-run", "--json", day="2026-12-02").data["judged"]["found"]
    assert found["better"] is False, "each case takes longer than before; only the promise became looser"
    assert found["after"] == 32


def test_a_day_on_which_a_batch_was_due_and_nobody_measured_it_was_never_ready(ledger: Ledger) -> None:
    batch = (
        "batches: {night: {title: Night run, ready_by: '07:00', percent: 95, days: every day, calendar: CAL-ALWAYS}}"
    )
    agreed(ledger, AGREEMENT.replace("  restore: {P1", f"  {batch}\n  restore: {{P1"))
    ledger.measurements("2026-10-01", "2026-10-31", "night,2026-10-05T00:00:00,400", "night,2026-10-06T00:00:00,410")
    found = targets(ledger, "SLA-0900", "2026-10")[NIGHT]
    assert (found["cases"], found["missed"], found["met"]) == (31, 29, False)


def test_without_a_calendar_it_is_said_that_other_days_of_a_batch_do_not_count(ledger: Ledger) -> None:
    batch = "batches: {night: {title: Night run, ready_by: '07:00', percent: 95, days: every day}}"
    agreed(ledger, AGREEMENT.replace("  restore: {P1", f"  {batch}\n  restore: {{P1"))
    ledger.measurements("2026-10-01", "2026-10-31", "night,2026-10-05T00:00:00,400")
    found = targets(ledger, "SLA-0900", "2026-10")[NIGHT]
    assert (found["met"], found["cases"]) == (True, 1)
    assert "days without a measurement are not counted" in found["note"]


def test_an_outage_without_an_end_is_told_in_a_month_that_is_over_too(ledger: Ledger) -> None:
    agreed(ledger)
    ledger.outages("2026-10-01", "2026-12-31", "2026-10-20T00:00:00,")
    for period in ("2026-10", "2026-11"):
        assert "still down" in targets(ledger, "SLA-0900", period)[AVAILABILITY]["note"]
    assert "still down" not in targets(ledger, "SLA-0900", "2026-09")[AVAILABILITY]["note"]


def test_a_critical_period_without_a_time_has_no_figure(ledger: Ledger) -> None:
    further = "further_availability: {peak: {percent: 99.9, period: month, critical_periods: [close]}}"
    text = AGREEMENT.replace("  restore: {P1", f"  {further}\n  restore: {{P1")
    agreed(ledger, f"{text}critical_periods: {{close: {{title: The close of the month}}}}\n")
    ledger.outages("2026-10-01", "2026-10-31")
    found = targets(ledger, "SLA-0900", "2026-10")["targets.further_availability.peak"]
    assert (found["met"], found["achieved"]) == (None, None)
    assert "The close of the month has no time" in found["note"]


def test_an_outage_names_its_cause_in_the_hours_of_the_target_that_it_broke(ledger: Ledger) -> None:
    office = AGREEMENT.replace("hours: {service: CAL-ALWAYS", "hours: {service: CAL-OFFICE")
    further = "further_availability: {always: {percent: 99.9, period: month, hours: CAL-ALWAYS}}"
    agreed(ledger, office.replace("  restore: {P1", f"  {further}\n  restore: {{P1"))
    rows = ["CMP-VAULT,full disk,2026-10-04T00:00:00,2026-10-04T12:00:00"]
    form = OUTAGES.replace("component: component", "component: component, cause: cause")
    ledger.measured("outages", "component,cause,down,up", rows, form, "2026-10-01", "2026-10-31")
    report = ledger.desk.must("report", "SLA-0900", "--period", "2026-10", "--json", day=LATER).data
    (breach,) = report["agreements"][0]["breaches"]
    assert breach["attained"]["clause"] == "targets.further_availability.always"
    assert [one["cause"] for one in breach["causes"]] == ["full disk"]


def test_a_month_is_credited_by_the_clause_that_held_in_it_in_whatever_report(ledger: Ledger) -> None:
    money = (
        "charges: {use: {title: Use, amount: 1000, currency: EUR, per: month}}\n"
        "credits: {of: use, bands: {low: {clause: targets.availability, below: 99, percent: 5}}}\n"
    )
    agreed(ledger, AGREEMENT + money)
    ledger.in_force()
    down = ("2026-03-02T00:00:00,2026-03-03T00:00:00", "2026-09-02T00:00:00,2026-09-03T00:00:00")
    ledger.outages("2026-01-01", "2026-12-31", *down)
    changed(ledger, "2026-07-01", "credits.bands.low.percent=50", "charges.use.amount=2000")
    for period, of_march, of_september in (
        ("2026-03", "50", None),
        ("2026", "50", "1000"),
        ("2026-09", None, "1000"),
    ):
        report = ledger.desk.must("report", "SLA-0900", "--period", period, "--json", day=LATER).data
        lines = {
            one["period"]["first_on"][:7]: one["due"]["amount"] for one in report["agreements"][0]["money"]["credits"]
        }
        assert (lines.get("2026-03"), lines.get("2026-09")) == (of_march, of_september)


SECURITY = "targets.security.breaches"


def secured(ledger: Ledger, form: str) -> Any:
    """What becomes of a promise that no incident hurts security, by a log of this form."""
    promise = "security: {breaches: {title: Nobody reads the books of others, most: 0}}"
    agreed(ledger, AGREEMENT.replace("  restore: {P1", f"  {promise}\n  restore: {{P1"))
    head = "number,service,priority,cause,reported,resolved,secret"
    rows = [
        f"S-{day},SVC-LEDGER,P1,,2026-10-{day}T01:00:00,2026-10-{day}T02:00:00,{mark}"
        for day, mark in ((11, "no"), (12, "yes"))
    ]
    ledger.measured("incidents", head, rows, form, "2026-10-01", "2026-10-31")
    return targets(ledger, "SLA-0900", "2026-10")[SECURITY]


def test_security_incidents_are_counted_against_their_limit(ledger: Ledger) -> None:
    found = secured(ledger, INCIDENTS.replace("cause: cause", "cause: cause, security: secret"))
    assert (found["achieved"], found["met"], found["worst"]) == ("1", False, "S-12")
    report = ledger.desk.type("report", "SVC-LEDGER", "--period", "2026-10", "--availability", "--json", day=LATER)
    (service,) = report.data["services"]
    (aspect,) = [one for one in service["attainments"]["security"] if one["clause"] == SECURITY]
    assert aspect["met"] is False


def test_a_log_that_marks_no_security_incidents_proves_none(ledger: Ledger) -> None:
    found = secured(ledger, INCIDENTS)
    assert (found["achieved"], found["met"]) == (None, None)
    assert "no file says which incidents hurt security" in found["note"]


def test_checks_leave_the_outages_alone_that_a_list_of_the_same_source_has_numbered(ledger: Ledger) -> None:
    agreed(ledger)
    listed = OUTAGES.replace("component: component", "number: number, component: component, cause: cause")
    checked = """
reads: checks
source: monitor
zone: Etc/UTC
times: iso
columns: {component: component, status: status}
moments: {at: at}
checks: {up: up, down: down}
"""
    rows = ["N1,CMP-VAULT,disk,2026-10-04T00:00:00,2026-10-04T01:00:00"]
    ledger.measured("outages", "number,component,cause,down,up", rows, listed, "2026-10-01", "2026-10-31")
    before = targets(ledger, "SLA-0900", "2026-10")[AVAILABILITY]["achieved"]
    checks = [f"CMP-VAULT,up,2026-10-{day:02}T00:00:00" for day in (3, 4, 5)]
    file = ledger.write("checks.csv", "\n".join(["component,status,at", *checks]) + "\n")
    mapping = str(ledger.write("checks.map.yaml", checked))
    ledger.desk.must("measure", "outages", str(file), "--mapping", mapping, day="2026-12-31")
    assert targets(ledger, "SLA-0900", "2026-10")[AVAILABILITY]["achieved"] == before
