"""The service catalogue on the command line: who may have what, by which agreements, and on what it rests."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from desk import OMAR, Desk
from sdflow.engine.catalogue import ServiceEntry
from sdflow.operations.catalogue import VOLUME, arranged, volumes

LATER = "2025-12-03"
FILE_SHARE = """
kind: service
reference: SVC-FILES
title: File share
owner: PER-HADDAD
purpose: Keeps files
customers: [BU-HALVORSEN]
structure: {component: CMP-DIRECTORY}
"""
TODAY = date(2025, 12, 3)
SERVICE = ServiceEntry(
    "SVC-0000", "File share", "live", "Offered and in use", offered=True, owner=None, purpose="Keeps files", users=None,
    criticality=None, criticality_class=None, customers=(), components=(), agreements=(), supporters=(), contacts=(),
    next_review_on=None,
)  # fmt: skip


@pytest.fixture
def launched(desk: Desk) -> Desk:
    """The sample organisation once its one service is offered; no agreement is signed."""
    desk.must("advance", "SVC-EMAIL", "launch", person=OMAR, day=LATER)
    return desk


def printed(path: Path) -> str:
    """The words of a PDF."""
    found = subprocess.run(["pdftotext", path, "-"], check=True, capture_output=True, text=True)
    return " ".join(found.stdout.split())


def test_a_proposed_service_stands_in_the_catalogue_only_when_asked_for(desk: Desk) -> None:
    said = desk.must("catalogue")
    assert said.words == "No service is offered now; see those that are not with --all."
    assert desk.must("catalogue", "--json").data["services"] == []
    assert {"SVC-EMAIL", "proposed"} <= set(desk.must("catalogue", "--all").words.split())
    (one,) = desk.must("catalogue", "--all", "--json").data["services"]
    assert (one["reference"], one["state"], one["offered"]) == ("SVC-EMAIL", "proposed", False)


def test_a_workspace_without_a_service_says_how_to_begin(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "bare")
    desk.type("init", str(desk.folder), "--name", "Helen Carrick", "--person", "PER-CARRICK")
    assert "There is no service yet" in Desk(tmp_path / "bare").must("catalogue", "--all").words


def test_an_offered_service_is_listed_with_its_customers_and_agreements(launched: Desk) -> None:
    words = launched.must("catalogue", day=LATER).words
    for said in ("SVC-EMAIL", "Business e-mail", "Omar Haddad", "Halvorsen & Brandt", "SLA-0001 being agreed"):
        assert said in words


def test_an_entry_says_everything_that_a_catalogue_must_say(launched: Desk) -> None:
    (one,) = launched.must("catalogue", "SVC-EMAIL", "--json", day=LATER).data["services"]
    assert (one["owner"]["reference"], one["users"], one["next_review_on"]) == ("PER-HADDAD", 640, "2026-10-01")
    assert [each["reference"] for each in one["customers"]] == ["BU-HALVORSEN"]
    (agreement,) = one["agreements"]
    assert (agreement["reference"], agreement["version"], agreement["standing"]) == ("SLA-0001", None, "being agreed")
    assert agreement["service_hours"]["zone"] == "Europe/London"
    assert {each["amount"] for each in agreement["charges"].values()} == {"19.5", "13900"}
    assert [each["reference"] for each in one["supporters"]] == ["OLA-0001", "UC-0001"]
    assert [contact["telephone"] for contact in one["contacts"]] == ["+44 118 496 0100"]


def test_matrices_set_services_against_customers_agreements_supporters_and_components(launched: Desk) -> None:
    matrices = launched.must("catalogue", "--json", day=LATER).data["matrices"]
    assert matrices["customers"] == [{"service": "SVC-EMAIL", "reference": "BU-HALVORSEN", "mark": "open"}]
    assert [one["reference"] for one in matrices["agreements"]] == ["SLA-0001"]
    assert [one["reference"] for one in matrices["supporters"]] == ["OLA-0001", "UC-0001"]
    # either line alone keeps mail going, the other three parts stand in series, the directory behind the platform
    assert {one["reference"]: one["mark"] for one in matrices["components"]} == {
        "CMP-MAIL": "full",
        "CMP-DIRECTORY": "full",
        "CMP-FILTER": "full",
        "CMP-LINE-A": "open",
        "CMP-LINE-B": "open",
    }


def test_a_matrix_is_also_shown_on_the_terminal(launched: Desk) -> None:
    words = launched.must("catalogue", "--matrix", "components", day=LATER).words
    assert "● CMP-FILTER Mail filter" in words
    assert "○ CMP-LINE-A Internet line A" in words
    assert "○ others stand in for it" in words


def test_a_service_that_is_used_without_an_agreement_is_shown_as_such(
    desk: Desk, write: Callable[[str, str], Path]
) -> None:
    desk.must("apply", str(write("files.yaml", FILE_SHARE)))
    found = desk.must("catalogue", "--all", "--json").data["matrices"]["customers"]
    assert {"service": "SVC-FILES", "reference": "BU-HALVORSEN", "mark": "missing"} in found
    assert "× BU-HALVORSEN" in desk.must("catalogue", "--all", "--matrix", "customers").words
    assert "SVC-FILES File share none" in desk.must("catalogue", "--all", "--matrix", "agreements").words


def test_what_is_no_service_or_makes_no_sense_is_refused(desk: Desk) -> None:
    assert "there is no record SVC-NONE" in desk.type("catalogue", "SVC-NONE").words
    refused = desk.type("catalogue", "SLA-0001")
    assert (refused.code, "does not stand in the service catalogue" in refused.words) == (1, True)
    assert desk.type("catalogue", "SVC-EMAIL", "--matrix", "customers").code == 2
    assert desk.type("catalogue", "--accessible").code == 2


@pytest.mark.pdf
def test_the_catalogue_becomes_an_accessible_document_with_its_matrices(launched: Desk, tmp_path: Path) -> None:
    said = launched.must("catalogue", "--accessible", "-o", str(tmp_path), day=LATER)
    pdf = tmp_path / "catalogue.pdf"
    assert f"As a PDF in {pdf}" in said.out.replace("\n", "") or str(pdf) in said.words.replace(" ", "")
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf.read_bytes()
    text = printed(pdf)
    for heading in ("Services at a glance", "Services and business units", "Services and components"):
        assert heading in text


@pytest.mark.pdf
def test_the_same_catalogue_of_the_same_day_is_the_same_file(launched: Desk, tmp_path: Path) -> None:
    for name in ("one.pdf", "two.pdf"):
        launched.must("catalogue", "SVC-EMAIL", "-o", str(tmp_path / name), day=LATER)
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()


@pytest.mark.pdf
def test_a_long_catalogue_is_written_in_volumes(
    desk: Desk, write: Callable[[str, str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sdflow.operations.catalogue.VOLUME", 2)
    text = "---".join(FILE_SHARE.replace("SVC-FILES", f"SVC-F{number}") for number in (1, 2))
    desk.must("apply", str(write("many.yaml", text)))
    said = desk.must("catalogue", "--all", "--json", "-o", str(tmp_path / "services.pdf"))
    assert [Path(file).name for file in said.data["files"]] == ["services-1.pdf", "services-2.pdf"]
    assert not (tmp_path / "services.pdf").exists()
    first, second = (printed(Path(file)) for file in said.data["files"])
    assert "service catalogue, volume 1 of 2" in first
    assert "what it rests on: SVC-EMAIL to SVC-F1" in first
    assert "what it rests on: SVC-F2 to SVC-F2" in second
    assert len(said.data["services"]) == 3
    assert "File share" in first
    assert "SVC-EMAIL" not in second


def test_volumes_hold_every_service_once_and_in_order() -> None:
    services = tuple(replace(SERVICE, reference=f"SVC-{number:04}") for number in range(2 * VOLUME + 1))
    found = volumes(arranged(TODAY, services))
    assert [len(one.services) for one in found] == [VOLUME, VOLUME, 1]
    assert tuple(one for part in found for one in part.services) == services
    assert volumes(arranged(TODAY, services[:VOLUME])) == [arranged(TODAY, services[:VOLUME])]
