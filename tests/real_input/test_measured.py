"""Real exports of a service desk and a monitor, and real pages about incidents, taken in by the shipped mappings."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
import yaml

from desk import Desk
from real_input.conftest import real_input
from sdflow.adapters.storage import Reading, Storage
from sdflow.bootstrap import content_folder
from sdflow.domain.measured import UNKNOWN, Incidents, Moment

Real = Callable[[str], Path]
DAY = "2026-12-01"
REFUSED_PAGES = {
    "2021-06-09-unable-to-create-new-ingress-rules": "reported lies before detected",
    "2021-09-04-pingdom-check-prometheus-down": "resolved lies before reported",
    "2022-01-22-some-dns-records-deleted": "resolved lies before reported",
    "2023-01-05-circleci-security-incident": "must be a time",
    "2025-01-13-auth0-credentials": "must be a time",
    "2025-03-18-aws-eks-upgrade-to-1-30": "must be a time",
}


@pytest.fixture
def real() -> Real:
    """A file or folder of real input, by its path there."""

    def named(name: str) -> Path:
        path = real_input() / name
        if not path.exists():
            pytest.skip(f"{path} IS NOT THERE: NO REAL EXPORT WAS TRIED")
        return path

    return named


@pytest.fixture
def desk(empty: Path, tmp_path: Path) -> Desk:
    return Desk(Path(shutil.copytree(empty, tmp_path / "workspace")))


def mapping(name: str) -> str:
    return str(content_folder() / "examples" / name)


def measure(desk: Desk, kind: str, file: Path, name: str) -> dict[str, object]:
    said = desk.type("measure", kind, str(file), "--mapping", mapping(name), "--json", person="PER-KEEPER", day=DAY)
    assert said.code in (0, 1), said.words
    found = said.data
    assert isinstance(found, dict)
    return found


def reading(desk: Desk) -> Storage:
    return Storage.open(f"sqlite:///{desk.folder / 'sdflow.db'}")


def test_every_incident_of_the_desk_is_taken_in_once(desk: Desk, real: Real) -> None:
    file = real("incidents/servicenow_2016.csv.gz")
    desk.must("apply", mapping("servicenow/agreement.yaml"), person="PER-KEEPER", day="2025-12-01")
    first = measure(desk, "incidents", file, "servicenow/incidents.map.yaml")
    assert (first["added"], first["refused"]) == (24_918, 0)
    again = measure(desk, "incidents", file, "servicenow/incidents.map.yaml")
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, 24_918)
    with reading(desk).reading() as now:
        assert len(_all(now)) == 24_918
        assert set(_all(now).priority) == {"P1", "P2", "P3", "P4"}
        assert not (_all(now).at(Moment.reported) == UNKNOWN).any()


def _all(now: Reading) -> Incidents:
    return now.incidents(["SVC-DESK"], 0, 10**10)


def test_pages_that_contradict_themselves_are_refused_and_all_others_are_taken_in(desk: Desk, real: Real) -> None:
    folder = real("incidents/pages")
    desk.must("apply", mapping("incident-pages/service.yaml"), person="PER-KEEPER", day="2025-12-01")
    found = measure(desk, "incidents", folder, "incident-pages/pages.map.yaml")
    assert (found["read"], found["added"], found["refused"]) == (39, 33, 6)
    rows = found["reasons"]
    assert isinstance(rows, list)
    refused = {Path(row["file"]).name.partition(".")[0]: row["reason"] for row in rows}
    assert refused.keys() == REFUSED_PAGES.keys()
    assert all(refused[name].startswith(reason) for name, reason in REFUSED_PAGES.items())


def test_the_outages_that_checks_show_are_those_that_were_found_beside_them(desk: Desk, real: Real) -> None:
    with real("outages/unibern_outages.csv").open(encoding="utf-8", newline="") as table:
        listed = list(csv.DictReader(table))
    shipped = Path(mapping("uptime/services.yaml"))
    desk.must("apply", str(shipped), person="PER-KEEPER", day="2025-12-01")

    taken = measure(desk, "outages", real("outages/unibern_checks.csv.gz"), "uptime/checks.map.yaml")
    assert taken["refused"] == 0, "the README says which records to apply first"
    records = [one for one in yaml.safe_load_all(shipped.read_text(encoding="utf-8")) if one["kind"] == "service"]
    references = {one["reference"]: one["title"] for one in records}
    with reading(desk).reading() as now:
        found = now.outages(list(references), [], 0, 10**10)
    ours = {
        (references[of], since, until)
        for of, since, until in zip(found.service, found.since.tolist(), found.until.tolist(), strict=True)
    }
    over = {one for one in ours if one[2] != UNKNOWN}
    assert over == {(row["service"], _at(row["down_at"]), _at(row["up_at"])) for row in listed}
    assert {name for name, _, _ in ours - over} == {"Wikipedia"}


def _at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def test_the_examples_of_the_monitor_and_the_pages_end_in_reports(desk: Desk, real: Real) -> None:
    desk.must("apply", mapping("uptime/services.yaml"), person="PER-KEEPER", day="2026-01-02")
    measure(desk, "outages", real("outages/unibern_checks.csv.gz"), "uptime/checks.map.yaml")
    words = ("report", "SVC-EDITION-52", "--availability", "--period", "2026-02", "--json")
    (found,) = desk.must(*words, person="PER-KEEPER", day=DAY).data["services"]
    numbers = found["numbers"]
    assert numbers["breaks"] == 90
    assert all(numbers[one] is not None for one in ("percent", "mean_down", "between_failures"))

    desk.must("apply", mapping("incident-pages/service.yaml"), person="PER-KEEPER", day="2026-01-02")
    measure(desk, "incidents", real("incidents/pages"), "incident-pages/pages.map.yaml")
    said = desk.type(
        "report", "SVC-PLATFORM", "--availability", "--period", "2020", "--json", person="PER-KEEPER", day=DAY
    )
    assert said.code == 1, "the pages are no monitor"
    (told,) = said.data["services"]
    assert told["life_cycle"]["stages"][0]["cases"] == 3
