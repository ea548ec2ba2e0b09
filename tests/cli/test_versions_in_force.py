"""Every version of an agreement that holds is proven on its own days, beside the next one that is being written."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desk import OMAR, Desk
from next_version import (
    LIN,
    amend,
    next_version,
    next_version_with_customer,
    open_signing_with_customer,
    revise,
    sign,
)

pytestmark = pytest.mark.pdf

LATE, RESTORE = "SLM-003", "targets.restore.P1"
LOOSER = (f"{RESTORE}.minutes=600", "change_request=CR-22", "effective_on=2026-07-01")
SLOWER = "targets.hand_over.P1.minutes=200"


@pytest.fixture
def desk(played: Path, tmp_path: Path, clock: Callable[[str], None]) -> Desk:
    """The demonstration's workspace, of the test's own, on 10 March 2026."""
    shutil.copytree(played / "workspace", tmp_path / "workspace")
    clock("2026-03-10")
    return Desk(tmp_path / "workspace")


def slow_team(desk: Desk, folder: Path, since: str) -> None:
    """The team hands over in 200 minutes: 200 + 15 + 210 are more than 300 and less than 600."""
    next_version(desk, folder, "OLA-0001", (LIN, OMAR), SLOWER, "change_request=CR-21", f"effective_on={since}")


def proof(desk: Desk, day: str) -> dict[str, Any]:
    found: dict[str, Any] = desk.type("check", "SLA-0001", "--json", day=day).data[0]
    return found


def late(desk: Desk, day: str) -> list[tuple[int | None, str, str]]:
    """Version, message and waiver of every route that is found late."""
    found = [one for one in proof(desk, day)["findings"] if one["rule"] == LATE]
    return [(one["version"], one["message"].partition(":")[0], one["waiver"] or "") for one in found]


def routes(desk: Desk, day: str) -> list[tuple[int | None, int]]:
    """Version and margin of every way to a restored service of the most urgent incidents."""
    found = [one for one in proof(desk, day)["facts"] if one["kind"] == "support_route"]
    return [(one["version"], one["fields"]["margin_minutes"]) for one in found if one["fields"]["clause"] == RESTORE]


def test_what_is_in_force_is_proven_while_a_looser_version_is_negotiated(desk: Desk, tmp_path: Path) -> None:
    revise(desk, "SLA-0001", f"{RESTORE}.minutes=600")
    assert late(desk, "2026-03-11") == []
    slow_team(desk, tmp_path, "2026-03-11")
    assert late(desk, "2026-03-12") == [(1, "Version 1 (in force)", "")]
    desk.must("advance", "SLA-0001", "abandon", day="2026-03-12")
    ((version, said, _),) = late(desk, "2026-03-12")
    assert (version, said[:2]) == (None, "P1")


def test_what_is_in_force_is_proven_until_the_day_before_the_next_version_starts(desk: Desk, tmp_path: Path) -> None:
    next_version_with_customer(desk, tmp_path, *LOOSER)
    assert late(desk, "2026-03-11") == []
    slow_team(desk, tmp_path, "2026-04-01")
    for day in ("2026-03-11", "2026-05-01", "2026-06-30"):
        assert late(desk, day) == [(1, "Version 1 (until 30 Jun 2026)", "")]
    assert desk.type("check", "SLA-0001", day="2026-06-30").code == 1
    assert late(desk, "2026-07-01") == []
    desk.must("check", "SLA-0001", day="2026-07-01")


def test_support_that_gets_slower_when_the_looser_version_starts_is_no_breach(desk: Desk, tmp_path: Path) -> None:
    next_version_with_customer(desk, tmp_path, *LOOSER)
    slow_team(desk, tmp_path, "2026-07-01")
    assert late(desk, "2026-05-01") == []
    assert sorted(routes(desk, "2026-05-01")) == [(1, 45), (2, 175)]


def test_support_that_gets_slower_a_day_before_is_a_breach_of_that_day(desk: Desk, tmp_path: Path) -> None:
    next_version_with_customer(desk, tmp_path, *LOOSER)
    slow_team(desk, tmp_path, "2026-06-30")
    assert late(desk, "2026-05-01") == [(1, "Version 1 (until 30 Jun 2026)", "")]


def test_a_next_version_rests_on_what_holds_from_its_own_day(desk: Desk, tmp_path: Path) -> None:
    quicker = ("targets.hand_over.P1.minutes=20", "change_request=CR-21", "effective_on=2026-07-01")
    next_version(desk, tmp_path, "OLA-0001", (LIN, OMAR), *quicker)
    revise(desk, "SLA-0001", f"{RESTORE}.minutes=250", "change_request=CR-22", "effective_on=2026-07-01")
    assert (2, 5) in routes(desk, "2026-03-10")
    assert late(desk, "2026-03-10") == []
    amend(desk, "SLA-0001", "effective_on=2026-06-30")
    assert late(desk, "2026-03-10") == [(2, "Version 2 (draft, from 30 Jun 2026)", "")]
    said = desk.type("advance", "SLA-0001", "align", person=OMAR, day=None)
    assert said.code == 1
    amend(desk, "SLA-0001", "effective_on=2026-07-01")
    desk.must("advance", "SLA-0001", "align", person=OMAR, day=None)


def test_a_version_that_mends_a_breach_is_aligned_although_the_one_in_force_is_broken(
    desk: Desk, tmp_path: Path
) -> None:
    slow_team(desk, tmp_path, "2026-03-10")
    assert len(late(desk, "2026-03-10")) == 1
    next_version_with_customer(desk, tmp_path, *LOOSER)
    assert late(desk, "2026-03-11") == [(1, "Version 1 (until 30 Jun 2026)", "")]
    desk.must("advance", "SLA-0001", "activate", day="2026-07-01")


def test_a_waiver_names_the_version_where_versions_differ_and_reaches_no_other(desk: Desk, tmp_path: Path) -> None:
    slow_team(desk, tmp_path, "2026-03-10")
    revise(desk, "SLA-0001", f"{RESTORE}.minutes=310")
    assert [one[0] for one in late(desk, "2026-03-10")] == [1, 2]
    asked = ("waive", "SLA-0001", LATE, "--reason", "it is mended", "--owner", OMAR, "--until", "2026-05-31")
    refused = desk.type(*asked, day=None)
    assert refused.code == 1
    assert "version 1" in refused.words
    assert "version 2" in refused.words
    desk.must(*asked, "--subject", "version 2", day=None)
    desk.must("advance", "WVR-0001", "approve", person=OMAR, day=None)
    assert [(number, waiver) for number, _, waiver in late(desk, "2026-03-10")] == [(1, ""), (2, "WVR-0001")]
    desk.must("advance", "SLA-0001", "align", person=OMAR, day=None)
    desk.must("advance", "SLA-0001", "abandon", day=None)
    assert [waiver for _, _, waiver in late(desk, "2026-03-10")] == [""]


def test_a_waiver_of_what_is_in_force_still_counts_when_a_next_version_is_begun(desk: Desk, tmp_path: Path) -> None:
    slow_team(desk, tmp_path, "2026-03-10")
    asked = ("waive", "SLA-0001", LATE, "--reason", "it is mended", "--owner", OMAR, "--until", "2026-05-31")
    desk.must(*asked, day=None)
    desk.must("advance", "WVR-0001", "approve", person=OMAR, day=None)
    revise(desk, "SLA-0001", "workload.users.most=700")
    assert [(number, waiver) for number, _, waiver in late(desk, "2026-03-10")] == [(None, "WVR-0001")]
    amend(desk, "SLA-0001", f"{RESTORE}.minutes=299")
    assert [(number, waiver) for number, _, waiver in late(desk, "2026-03-10")] == [(1, "WVR-0001"), (2, "")]


def test_what_is_the_same_in_every_version_is_said_once(desk: Desk) -> None:
    alone = proof(desk, "2026-03-10")
    revise(desk, "SLA-0001", "workload.users.most=700")
    both = proof(desk, "2026-03-10")
    for name in ("facts", "findings", "unproven"):
        assert [one | {"versions": []} for one in both[name]] == [one | {"versions": []} for one in alone[name]]
    assert both["proven"] == alone["proven"]
    amend(desk, "SLA-0001", f"{RESTORE}.minutes=600")
    numbered = [one["version"] for one in proof(desk, "2026-03-10")["proven"] if one["version"]]
    assert sorted(numbered) == [1, 2]


def test_a_document_proves_the_version_that_is_signed_and_no_other(desk: Desk, tmp_path: Path) -> None:
    slow_team(desk, tmp_path, "2026-04-01")
    open_signing_with_customer(desk, tmp_path, *LOOSER)
    frozen = json.loads(desk.must("show", "SLA-0001", "--json", day=None).data["envelope"]["text"])
    said = [one["statement"] for one in frozen["proof"]["proven"]]
    assert any("from 1 Jul 2026 to 30 Jun 2027" in one for one in said)
    assert not any("Version 1" in one or "1 Jan 2026" in one for one in said)
    assert [one for one in frozen["proof"]["findings"] if one["rule"] == LATE] == []
    assert late(desk, "2026-05-01") == [(1, "Version 1 (in force)", "")]
    sign(desk, tmp_path, "SLA-0001", OMAR, "PER-HALVORSEN")
    assert late(desk, "2026-05-01") == [(1, "Version 1 (until 30 Jun 2026)", "")]


def test_hours_of_the_version_in_force_are_those_of_the_calendar_that_it_embeds(desk: Desk) -> None:
    revise(desk, "SLA-0001", "workload.users.most=700")
    desk.must("amend", "CAL-OFFICE", "--set", "week.monday.1=07:00-15:00", day="2026-03-10")
    found = [one for one in proof(desk, "2026-03-10")["facts"] if one["kind"] == "hours_cover"]
    agreed = {one["version"]: one["fields"]["agreed_minutes"] for one in found}
    assert agreed.keys() == {1, 2}
    assert agreed[1] > agreed[2]
    (changed,) = [one for one in proof(desk, "2026-03-10")["findings"] if one["rule"] == "SLM-033"]
    assert changed["version"] == 1
