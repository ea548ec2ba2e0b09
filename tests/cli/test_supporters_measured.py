"""What is measured of those who support a service: by their own agreement, on the services and for the components that it names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from desk import HELEN, Desk
from ledger import AGREEMENT, INCIDENTS, LATER, PARTS, Ledger, agreed, targets

Write = Callable[[str, str], Path]
RESPONSE, ROSSI = "targets.response.S1", "PER-ROSSI"

SECOND = """
---
kind: component
reference: CMP-LINE
title: Line
purpose: Leads to the ledgers
---
kind: service
reference: SVC-ALPHA
title: Alpha
owner: PER-HADDAD
purpose: Keeps the other accounts
structure: {series: [{component: CMP-VAULT}, {component: CMP-LINE}]}
---
kind: calendar
reference: CAL-YORK
title: Always in New York
zone: America/New_York
week: {monday: ["00:00-24:00"], tuesday: ["00:00-24:00"], wednesday: ["00:00-24:00"], thursday: ["00:00-24:00"],
  friday: ["00:00-24:00"], saturday: ["00:00-24:00"], sunday: ["00:00-24:00"]}
"""

CONTRACT = """
kind: contract
reference: UC-0900
title: Vault
owner: PER-CARRICK
supplier: SUP-KESTREL
receiver: TEAM-NORTHGATE
term: {start_on: 2026-01-01, end_on: 2026-12-31}
hours: {service: CAL-ALWAYS, support: CAL-ALWAYS}
purpose: Carries the ledger.
scope: The vault.
components:
  vault: {component: CMP-VAULT, availability: {percent: 99, period: month}}
targets:
  response: {S1: {minutes: 60, percent: 90}}
severities: {P1: S1}
priorities:
  S1: {title: Urgent, applies: Nobody can work}
"""

LONE = "kind: component\nreference: CMP-LONE\ntitle: Alone\npurpose: Stands in no service\n"

OF_SUPPLIERS = (
    INCIDENTS.replace("resolved: resolved", "resolved: resolved, responded: responded")
    .replace("cause: cause", "cause: cause, component: component, supplier: supplier")
    .replace("of: SVC-LEDGER", "of: [SVC-LEDGER, SVC-ALPHA]")
)


@pytest.fixture
def ledger(desk: Desk, write: Write) -> Ledger:
    desk.must("apply", str(write("parts.yaml", PARTS + SECOND)))
    return Ledger(desk, write)


def cases(ledger: Ledger, *told: Sequence[str], supplier: str = "SUP-KESTREL") -> None:
    """Incidents of October: service, priority, component, and the minutes until the first response."""
    rows = [
        f"I{day},{service},{priority},,{component},{supplier},2026-10-{day}T01:00:00,2026-10-{day}T09:00:00,"
        f"2026-10-{day}T01:{minutes}:00"
        for day, (service, priority, component, minutes) in enumerate(told, 10)
    ]
    head = "number,service,priority,cause,component,supplier,reported,resolved,responded"
    ledger.measured("incidents", head, rows, OF_SUPPLIERS, "2026-10-01", "2026-10-31")


def response(ledger: Ledger, about: str, clause: str = RESPONSE) -> tuple[int, int]:
    """How many cases counted, and how many were late."""
    found = targets(ledger, about, "2026-10")[clause]
    return found["cases"], found["missed"]


def report(ledger: Ledger, about: str, period: str = "2026-10") -> Any:
    found = ledger.desk.type("report", about, "--period", period, "--json", day=LATER, person=HELEN)
    assert found.code in (0, 1), found.words
    return found.data["agreements"][0]


STRICT = CONTRACT.replace("minutes: 60", "minutes: 30")


def test_a_contract_answers_for_the_services_that_it_names_even_where_its_components_do_not_stand_there(
    ledger: Ledger,
) -> None:
    named = STRICT.replace(
        "components:\n  vault: {component: CMP-VAULT",
        "supports: [SVC-LEDGER]\ncomponents:\n  line: {component: CMP-LINE",
    )
    agreed(ledger, named, "UC-0900", ROSSI)
    cases(ledger, ("SVC-LEDGER", "P1", "", "45"), ("SVC-LEDGER", "P1", "", "50"), ("SVC-ALPHA", "P1", "", "45"))
    assert response(ledger, "UC-0900") == (2, 2), "it names the ledger, and Alpha alone rests on its line"
    assert "components.line.availability" in targets(ledger, "UC-0900", "2026-10")
    said = targets(ledger, "UC-0900", "2026-10")[RESPONSE]["conventions"]
    assert "cases that name SUP-KESTREL, of SVC-LEDGER" in said


def test_a_contract_that_names_no_service_answers_for_all_that_rest_on_it(ledger: Ledger) -> None:
    agreed(ledger, STRICT, "UC-0900", ROSSI)
    cases(ledger, ("SVC-LEDGER", "P1", "", "45"), ("SVC-ALPHA", "P1", "", "10"))
    assert response(ledger, "UC-0900") == (2, 1)


def test_an_incident_of_a_component_counts_in_that_contract_of_its_supplier_which_names_it(ledger: Ledger) -> None:
    other = STRICT.replace("UC-0900", "UC-0901").replace("vault: {component: CMP-VAULT", "line: {component: CMP-LINE")
    agreed(ledger, STRICT, "UC-0900", ROSSI)
    agreed(ledger, other, "UC-0901", ROSSI)
    cases(
        ledger,
        ("SVC-ALPHA", "P1", "CMP-LINE", "45"),
        ("SVC-ALPHA", "P1", "CMP-VAULT", "10"),
        ("SVC-ALPHA", "P1", "", "50"),
    )
    assert response(ledger, "UC-0901") == (2, 2), "its line, and what names no component"
    assert response(ledger, "UC-0900") == (2, 1)


def test_a_contract_that_nobody_signed_takes_no_case_from_another_one(ledger: Ledger) -> None:
    agreed(ledger, STRICT, "UC-0900", ROSSI)
    other = STRICT.replace("UC-0900", "UC-0901").replace("vault: {component: CMP-VAULT", "line: {component: CMP-LINE")
    ledger.desk.must("apply", str(ledger.write("draft.yaml", other)))
    cases(ledger, ("SVC-ALPHA", "P1", "CMP-LINE", "45"))
    assert response(ledger, "UC-0900") == (1, 1)


def test_a_supporter_stands_in_every_report_as_in_its_own(ledger: Ledger) -> None:
    agreed(ledger, STRICT, "UC-0900", ROSSI)
    agreed(ledger)
    in_new_york = AGREEMENT.replace("SLA-0900", "SLA-0901").replace("SVC-LEDGER", "SVC-ALPHA")
    agreed(ledger, in_new_york.replace("hours: {service: CAL-ALWAYS", "hours: {service: CAL-YORK"), "SLA-0901")
    cases(ledger, ("SVC-LEDGER", "P1", "", "45"), ("SVC-ALPHA", "P1", "", "10"))
    ledger.outages("2026-09-01", "2026-11-30", "2026-09-30T22:00:00,2026-10-01T03:00:00")
    own = {clause: one["achieved"] for clause, one in targets(ledger, "UC-0900", "2026-10").items()}
    assert own["components.vault.availability"] == "99.596774", "three hours of a month of 31 days"
    for about in ("SLA-0900", "SLA-0901"):
        (supplier,) = report(ledger, about)["suppliers"]
        assert {one["clause"]: one["achieved"] for one in supplier["attained"]} == own


def test_the_incidents_of_a_contract_bear_its_own_names_and_may_be_exported_with_them(ledger: Ledger) -> None:
    agreed(ledger, STRICT, "UC-0900", ROSSI)
    cases(ledger, ("SVC-LEDGER", "P1", "", "45"), ("SVC-LEDGER", "S1", "", "10"))
    assert response(ledger, "UC-0900") == (2, 1)
    found = report(ledger, "UC-0900")
    assert {name: counts[-1] for name, counts in found["incidents"]["rows"].items()} == {"S1": 2}
    assert found["untimed"] == []


def test_one_file_that_marks_security_speaks_for_no_other(ledger: Ledger) -> None:
    promise = "security: {breaches: {title: Nobody reads the books of others, most: 0}}"
    agreed(ledger, AGREEMENT.replace("  restore: {P1", f"  {promise}\n  restore: {{P1"))
    head = "number,service,priority,cause,reported,resolved,secret"
    marking = INCIDENTS.replace("cause: cause", "cause: cause, security: secret")
    ledger.measured(
        "incidents",
        head,
        ["A,SVC-LEDGER,P1,,2026-10-02T01:00:00,2026-10-02T02:00:00,no"],
        marking,
        "2026-10-01",
        "2026-10-15",
    )
    assert targets(ledger, "SLA-0900", "2026-10")["targets.security.breaches"]["met"] is True
    ledger.incidents("2026-10-16", "2026-10-31", ("2026-10-20", 1, ""))
    assert targets(ledger, "SLA-0900", "2026-10")["targets.security.breaches"]["met"] is None
    assert report(ledger, "SLA-0900")["security_known"] is False


def test_what_a_supporter_missed_of_its_own_agreement_is_found_whoever_rests_on_it(ledger: Ledger) -> None:
    agreed(ledger, STRICT, "UC-0900", ROSSI)
    proven = ledger.desk.type("check", "--json", day="2026-11-02").data
    assert "UC-0900" not in [one["agreement"] for one in proven], "nothing is measured yet"
    ledger.outages("2026-10-01", "2026-10-31", "2026-10-05T00:00:00,2026-10-09T00:00:00")
    (proof,) = ledger.desk.must("check", "UC-0900", "--json", day="2026-11-02").data
    assert [(one["rule"], one["clause"]) for one in proof["findings"]] == [("SLM-301", "components.vault.availability")]
    late = ledger.desk.type("check", "--json", day="2026-12-15")
    assert late.code == 1
    (own,) = [one for one in late.data if one["agreement"] == "UC-0900"]
    assert "SLM-029" in [one["rule"] for one in own["findings"]]
    taken = ledger.improve("2026-12-15", "UC-0900")
    assert [(outcome, clause) for outcome, _, clause, _ in taken] == [("raised", "components.vault.availability")]
    after = ledger.desk.must("check", "UC-0900", "--json", day="2026-12-15").data[0]
    assert "SLM-029" not in [one["rule"] for one in after["findings"]], "the item takes it up"


def test_a_miss_of_a_supporter_can_be_accepted(ledger: Ledger) -> None:
    agreed(ledger, STRICT, "UC-0900", ROSSI)
    ledger.outages("2026-10-01", "2026-10-31", "2026-10-05T00:00:00,2026-10-09T00:00:00")
    words = ("waive", "UC-0900", "SLM-029", "--reason", "The supplier pays", "--until", "2027-06-30")
    ledger.desk.must(*words, "--owner", HELEN, day="2026-12-15")


def test_a_contract_that_no_service_rests_on_says_of_its_times_that_no_file_tells_of_them(ledger: Ledger) -> None:
    ledger.desk.must("apply", str(ledger.write("lone.yaml", LONE)))
    agreed(ledger, STRICT.replace("CMP-VAULT", "CMP-LONE"), "UC-0900", ROSSI)
    ledger.outages("2026-10-01", "2026-10-31")
    found = targets(ledger, "UC-0900", "2026-10")[RESPONSE]
    assert (found["met"], found["note"]) == (None, "no data: no file tells of its incidents")
    assert not any(one.split()[-1] == "of" for one in found["conventions"])
