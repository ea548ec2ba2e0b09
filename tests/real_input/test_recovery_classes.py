"""A university's classes of recovery and of criticality as the scale of a business impact analysis."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from desk import Desk
from real_input.figures import Entry, hours, minutes, week
from real_input.records import KEEPER, RecordText, as_yaml, calendar, record
from sdflow.areas.continuity.bia import Bia

ZONE = "America/New_York"
PERIOD = {"1": "120", "2": "1440", "4": "43200"}
"""What each process tolerates, in minutes, by the class in which it has to be; 30 days for the last."""
TITLES = {"1": "Telling the campus of danger", "2": "Registering for courses", "4": "Lending of old theses"}


def brown_analysis(entry: Entry) -> list[RecordText]:
    """An analysis on the published scale, with a made-up process for each class of recovery."""
    tiers = {f"DR{number}": _tier(number, published) for number, published in entry["dr"].items()}
    criticality = {key: {"title": key, "hours": f"CAL-BROWN-{key}"} for key in entry["criticality"]}
    scale = {
        "times": {"h2": _time("120"), "d1": _time("1440"), "d30": _time("43200"), "y1": _time("525600")},
        "levels": {
            "borne": {"rank": "1", "title": "Borne", "meaning": "The university lives with it"},
            "unborne": {"rank": "2", "title": "Not borne", "meaning": "The university does not live with it"},
        },
        "losses": {"work": {"title": "Work of the university", "sort": "service"}},
        "intolerable_from": "unborne",
        "classes": tiers,
        "criticality": criticality,
    }
    processes = {f"class{number}": _process(number, scale["times"]) for number in entry["dr"]}
    return [
        record("business_unit", "BU-BROWN", "A university"),
        *(
            calendar(f"CAL-BROWN-{key}", f"Hours of {key}", ZONE, week(published))
            for key, published in entry["criticality"].items()
        ),
        record(
            "bia",
            "BIA-BROWN",
            "Classes of recovery of a university",
            owner=KEEPER,
            business_unit="BU-BROWN",
            scale=scale,
            processes=processes,
        ),
    ]


def _tier(number: str, published: Mapping[str, str]) -> dict[str, str]:
    """A class: "30+ days" is no limit but a time before which nobody may expect it; of "0-15 min" the longer counts."""
    time = str(int(hours(published["rto"])) * 60)
    limit = {"not_before_minutes": time} if "+" in published["rto"] else {"time_minutes": time}
    return {"title": f"Class {number}", "point_minutes": minutes(published["rpo"].split("-")[-1]), **limit}


def _time(length: str) -> dict[str, str]:
    return {"title": f"{length} minutes", "minutes": length}


def _process(number: str, times: Any) -> dict[str, Any]:
    longer = {key for key, one in times.items() if int(one["minutes"]) > int(PERIOD[number])}
    levels = {key: "unborne" if key in longer and number != "4" else "borne" for key in times}
    return {
        "title": TITLES[number],
        "owner": KEEPER,
        "criticality": {"1": "P1", "2": "P2", "4": "P4"}[number],
        "impacts": {"work": {"levels": levels}},
        "recovery_point": {"minutes": "1440" if number == "4" else "15", "reason": "As published"},
    }


@pytest.fixture(scope="module")
def stored(published: Mapping[str, Entry], empty: Path, tmp_path_factory: pytest.TempPathFactory) -> Bia:
    """The analysis as a workspace holds it."""
    folder = tmp_path_factory.mktemp("brown")
    shutil.copytree(empty, folder / "workspace")
    (folder / "brown.yaml").write_text(as_yaml(brown_analysis(published["brown-dr"])), encoding="utf-8")
    desk = Desk(folder / "workspace")
    desk.must("apply", str(folder / "brown.yaml"), person=KEEPER)
    return Bia.model_validate(desk.must("show", "BIA-BROWN", "--json", person=KEEPER).data["content"])


def test_the_published_classes_keep_their_figures(stored: Bia) -> None:
    classes = stored.scale.classes
    assert {key: (one.time_minutes, one.point_minutes) for key, one in classes.items()} == {
        "DR1": (2 * 60, 15),
        "DR2": (24 * 60, 15),
        "DR4": (None, 24 * 60),
    }
    assert classes["DR4"].not_before_minutes == 30 * 24 * 60


def test_every_process_comes_into_the_class_that_was_published_for_its_kind(stored: Bia) -> None:
    found = {key: one.recovery_class for key, one in stored.assessments().items()}
    assert found == {"class1": "DR1", "class2": "DR2", "class4": "DR4"}
    assert [one.place for one in stored.assessments().values()] == [1, 2, 3]


def test_the_hours_of_criticality_are_calendars(stored: Bia, published: Mapping[str, Entry]) -> None:
    assert list(stored.scale.criticality) == list(published["brown-dr"]["criticality"])
    assert {one.hours for one in stored.scale.criticality.values()} == {
        f"CAL-BROWN-{key}" for key in ("P1", "P2", "P3", "P4")
    }


def test_what_never_becomes_intolerable_owes_no_plan(stored: Bia) -> None:
    owed = {key: one.plan_owed for key, one in stored.assessments().items()}
    assert owed == {"class1": True, "class2": True, "class4": False}
