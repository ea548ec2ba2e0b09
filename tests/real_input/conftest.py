from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from desk import Desk
from real_input.continuity_and_on_call import brown, cloudgov, moj
from real_input.figures import Entry
from real_input.grids_and_clouds import (
    aws_ec2_2008,
    aws_optimizer,
    aws_region,
    egi_infrastructure_provider,
    egi_partner,
    egi_resource_centre,
)
from real_input.rate_cards import uaf, uni
from real_input.records import KEEPER, RecordText, as_yaml
from real_input.universities import fleming, lincoln, sussex, warwick_mi, warwick_student_admin, westernu
from sdflow.cli.root import sdflow

VARIABLE = "SDFLOW_REAL_INPUT"
REPOSITORY = Path(__file__).parents[2]

WRITERS: Mapping[str, Callable[[Entry], list[RecordText]]] = {
    "westernu-it": westernu,
    "sussex-its": sussex,
    "warwick-mi": warwick_mi,
    "warwick-student-admin": warwick_student_admin,
    "lincoln-estates": lincoln,
    "fleming-classroom": fleming,
    "egi-rc-ola": egi_resource_centre,
    "egi-rp-ola": egi_infrastructure_provider,
    "egi-eu-ola": egi_partner,
    "aws-compute-region": aws_region,
    "aws-compute-optimizer": aws_optimizer,
    "aws-ec2-2008": aws_ec2_2008,
    "brown-dr": brown,
    "cloudgov-contingency": cloudgov,
    "moj-cloud-platform": moj,
    "uni-recharge-fy23": uni,
    "uaf-oit-recharge-fy24": uaf,
}


def real_input() -> Path:
    """The folder of real input: that of the variable, else shared/data beside the repository."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else REPOSITORY.parent / "shared" / "data"


@pytest.fixture(scope="session")
def published() -> Mapping[str, Entry]:
    """The published entries by their names, every scalar as the text that was published."""
    path = real_input() / "agreements" / "published_terms.yaml"
    if not path.is_file():
        pytest.skip(f"{path} IS NOT THERE: NO REAL AGREEMENT WAS TRIED; name the folder of real input in {VARIABLE}")
    entries = yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)
    return {entry["id"]: entry for entry in entries}


@pytest.fixture(scope="session")
def written(published: Mapping[str, Entry], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the record files of every published agreement."""
    folder = tmp_path_factory.mktemp("published")
    for name, writer in WRITERS.items():
        (folder / f"{name}.yaml").write_text(as_yaml(writer(published[name])), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with nobody but the person who keeps the agreements."""
    folder = tmp_path_factory.mktemp("empty") / "workspace"
    named = ["--name", "Kit Keeper", "--person", KEEPER, "--organisation", "Reading room"]
    result = CliRunner().invoke(sdflow, ["init", str(folder), *named, "--as-of", "2011-01-01"])
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture(scope="session")
def filed(empty: Path, written: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A workspace that holds every published agreement; for reading only."""
    folder = tmp_path_factory.mktemp("filed") / "workspace"
    shutil.copytree(empty, folder)
    desk = Desk(folder)
    desk.must("apply", str(written), person=KEEPER)
    return desk


@pytest.fixture
def room(empty: Path, tmp_path: Path) -> Desk:
    """An empty workspace of the test's own."""
    shutil.copytree(empty, tmp_path / "room")
    return Desk(tmp_path / "room")


@pytest.fixture
def own(filed: Desk, tmp_path: Path) -> Desk:
    """A copy of that workspace, to be changed."""
    shutil.copytree(filed.folder, tmp_path / "workspace")
    return Desk(tmp_path / "workspace")


@pytest.fixture(scope="session")
def held(filed: Desk) -> Callable[[str], Any]:
    """What a record says once it is stored."""

    shown: dict[str, str] = {}

    def holds(reference: str) -> Any:
        if reference not in shown:
            shown[reference] = filed.must("show", reference, "--json", person=KEEPER).out
        return json.loads(shown[reference])["content"]

    return holds


@pytest.fixture
def write(tmp_path: Path) -> Callable[[list[RecordText]], Path]:
    """Writes records into a file that a test wants to apply."""

    def writes(records: list[RecordText]) -> Path:
        path = tmp_path / "further.yaml"
        path.write_text(as_yaml(records), encoding="utf-8")
        return path

    return writes
