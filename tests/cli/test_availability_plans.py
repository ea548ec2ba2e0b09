"""Availability plans through their life cycle: of each service one is in force, and the next one takes its place."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from desk import HELEN, OMAR, Desk
from sdflow.bootstrap import content_folder

Write = Callable[[str, str], Path]
DAY, LATER = "2026-11-09", "2027-01-04"
PLAN = """
kind: availability_plan
reference: REFERENCE
title: Another plan
owner: PER-CARRICK
period: 2026-Q3
effective_on: 2027-01-01
purpose: Says what is done.
scope: Business e-mail.
summary: One thing matters.
services: {email: {service: SVC-EMAIL}}
security: Nothing was found.
causes: {filter: {title: The filter, component: CMP-FILTER, services: [email]}}
life_cycle: Detection takes longest.
technology: Nothing new.
options: {probe: {title: A probe, what: It is watched., services: [email], decision: declined, because: Too dear}}
reviews: {first: {title: First quarter, on: 2027-04-12}}
actions: {look: {what: Look at it, owner: PER-CARRICK, due_on: 2027-02-01}}
next_review_on: 2027-04-12
"""


@pytest.fixture(scope="module")
def told(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan for business e-mail is in force."""
    folder = tmp_path_factory.mktemp("plans") / "workspace"
    shutil.copytree(furnished, folder)
    desk = Desk(folder)
    desk.must("apply", str(content_folder() / "examples" / "looking-back"), day=DAY)
    agree(desk, "AVP-0001")
    desk.must("advance", "AVP-0001", "bring_into_force", day=LATER)
    return folder


@pytest.fixture
def desk(told: Path, tmp_path: Path) -> Desk:
    folder = tmp_path / "workspace"
    shutil.copytree(told, folder)
    return Desk(folder, usual_day=LATER)


def agree(desk: Desk, reference: str, day: str = LATER) -> None:
    desk.must("advance", reference, "submit", person=HELEN, day=day)
    desk.must("advance", reference, "agree", person=OMAR, day=day)


def written(desk: Desk, write: Write, reference: str, replaces: str = "") -> None:
    named = f"replaces: {replaces}\n" if replaces else ""
    desk.must("apply", str(write(f"{reference}.yaml", PLAN.replace("REFERENCE", reference) + named)))


def state(desk: Desk, reference: str) -> str:
    return str(desk.must("show", reference, "--json").data["record"]["state"])


@pytest.mark.pdf
def test_no_second_plan_for_a_service_is_agreed_beside_the_one_in_force(desk: Desk, write: Write) -> None:
    written(desk, write, "AVP-0002")
    desk.must("advance", "AVP-0002", "submit")
    said = desk.type("advance", "AVP-0002", "agree", person=OMAR)
    assert said.code == 1
    assert "AVP-0001 Keeping business e-mail available in 2027 about SVC-EMAIL is in force" in said.words
    assert "name it in 'replaces', if this one takes its place" in said.words
    assert "there is one at a time" in desk.must("steps", "AVP-0002", person=OMAR).words


@pytest.mark.pdf
def test_two_plans_that_were_agreed_before_any_was_in_force_do_not_both_come_into_force(
    desk: Desk, write: Write
) -> None:
    desk.must("advance", "AVP-0001", "retire", person=OMAR)
    for reference in ("AVP-0002", "AVP-0003"):
        written(desk, write, reference)
        agree(desk, reference)
    desk.must("advance", "AVP-0002", "bring_into_force")
    said = desk.type("advance", "AVP-0003", "bring_into_force")
    assert (said.code, "AVP-0002 Another plan about SVC-EMAIL is in force" in said.words) == (1, True), said.words


@pytest.mark.pdf
def test_a_plan_is_superseded_only_once_the_one_that_replaces_it_is_in_force(desk: Desk, write: Write) -> None:
    said = desk.type("advance", "AVP-0001", "supersede")
    assert (said.code, "no record that names it in 'replaces' is in force" in said.words) == (1, True), said.words
    written(desk, write, "AVP-0002", "AVP-0001")
    agree(desk, "AVP-0002")
    assert desk.type("advance", "AVP-0001", "supersede").code == 1, "it is agreed, and not in force yet"
    desk.must("advance", "AVP-0002", "bring_into_force")
    desk.must("advance", "AVP-0001", "supersede")
    assert (state(desk, "AVP-0001"), state(desk, "AVP-0002")) == ("superseded", "in_force")


@pytest.mark.pdf
def test_a_plan_that_another_one_replaced_is_not_replaced_once_more(desk: Desk, write: Write) -> None:
    written(desk, write, "AVP-0002", "AVP-0001")
    agree(desk, "AVP-0002")
    desk.must("advance", "AVP-0002", "bring_into_force")
    written(desk, write, "AVP-0003", "AVP-0001")
    desk.must("advance", "AVP-0003", "submit")
    said = desk.type("advance", "AVP-0003", "agree", person=OMAR)
    assert (said.code, "AVP-0002 Another plan about SVC-EMAIL is in force" in said.words) == (1, True), said.words


@pytest.mark.pdf
@pytest.mark.parametrize("field", ["services", "services.*"])
def test_a_life_cycle_that_tells_plans_apart_by_more_than_one_field_is_told_what_to_name(
    desk: Desk, write: Write, field: str
) -> None:
    written(desk, write, "AVP-0002")
    desk.must("advance", "AVP-0002", "submit")
    text = (content_folder() / "workflows" / "availability_plan.yaml").read_text("utf-8")
    (desk.folder / "workflows").mkdir()
    own = desk.folder / "workflows" / "availability_plan.yaml"
    own.write_text(text.replace("alone: {field: services.*.service,", f"alone: {{field: {field},"), "utf-8")
    said = desk.type("steps", "AVP-0002", person=OMAR)
    assert (said.code, f"below '{field}' stand further fields; name one of those" in said.words) == (2, True), (
        said.words
    )
