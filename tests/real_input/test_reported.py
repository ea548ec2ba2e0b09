"""Real exports, reported on: what a slow count of the same files says, and what the files cannot say."""

from __future__ import annotations

import csv
import gzip
import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from desk import Desk
from real_input.conftest import real_input
from sdflow.bootstrap import content_folder, open_workspace
from sdflow.domain.period import Period
from sdflow.operations.availability_report import availability_report

KEEPER, DAY = "PER-KEEPER", "2026-12-01"
LIMITS = {"P1": 240, "P2": 480, "P3": 2880, "P4": 7200}
PRIORITIES = {"1 - Critical": "P1", "2 - High": "P2", "3 - Moderate": "P3", "4 - Low": "P4"}


def existing(name: str) -> Path:
    path = real_input() / name
    if not path.exists():
        pytest.skip(f"{path} IS NOT THERE: NO REAL EXPORT WAS REPORTED ON")
    return path


@pytest.fixture(scope="module")
def desk(empty: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A workspace with the log of the desk, all of it about one service, and the made-up agreement."""
    log = existing("incidents/servicenow_2016.csv.gz")
    folder = tmp_path_factory.mktemp("desk")
    found = Desk(Path(shutil.copytree(empty, folder / "workspace")))
    shipped = content_folder() / "examples" / "servicenow"
    found.must("apply", str(shipped / "agreement.yaml"), person=KEEPER, day="2016-01-01")
    mapping = str(shipped / "incidents.map.yaml")
    found.must("measure", "incidents", str(log), "--mapping", mapping, person=KEEPER, day=DAY)
    return found


def log() -> Iterator[tuple[str, datetime, datetime | None]]:
    """Priority, and when each incident was opened and resolved."""
    with gzip.open(existing("incidents/servicenow_2016.csv.gz"), "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield PRIORITIES[row["priority"]], _moment(row["opened_at"]), _known(row["resolved_at"])


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=UTC)


def _known(text: str) -> datetime | None:
    return None if text == "?" else _moment(text)


def reported(desk: Desk, period: str) -> Any:
    (found,) = desk.must("report", "SLA-DESK", "--period", period, "--json", person=KEEPER, day=DAY).data["agreements"]
    return found


@pytest.mark.parametrize("period", ["2016-03", "2016-05", "2016"])
def test_each_priority_is_met_as_often_as_a_slow_count_says(desk: Desk, period: str) -> None:
    found = reported(desk, period)
    targets = {one["clause"]: one for one in found["targets"]}
    for priority, limit in LIMITS.items():
        own = [(opened, resolved) for key, opened, resolved in log()
               if key == priority and f"{opened:%Y-%m}".startswith(period)]  # fmt: skip
        took = [(resolved - opened).total_seconds() / 60 for opened, resolved in own if resolved]
        late = sum(one > limit for one in took)
        told = targets[f"targets.restore.{priority}"]
        assert (told["cases"], told["missed"]) == (len(took), late), (period, priority)
        share = Fraction(100 * (len(took) - late), len(took))
        assert Decimal(told["achieved"]) == _rounded(share, ROUND_FLOOR, 6)
        lacking = len(own) - len(took)
        assert (f"{lacking} ended" in told["note"]) == bool(lacking)


def test_what_the_log_does_not_record_is_no_data_and_never_met(desk: Desk) -> None:
    found = reported(desk, "2016-03")
    response = [one for one in found["targets"] if one["clause"].startswith("targets.response")]
    assert {(one["met"], one["achieved"], one["light"]) for one in response} == {(None, None, "grey")}
    assert all("it is not recorded when incidents were first responded to" in one["note"] for one in response)


def test_incidents_are_counted_by_priority_and_month(desk: Desk) -> None:
    counted = [f"{opened:%Y-%m}" for key, opened, _ in log() if key == "P3"]
    rows = reported(desk, "2016")["incidents"]["rows"]["P3"]
    months = [one.name for one in Period.parsed("2016-12").back(12)]
    expected = [counted.count(month) for month in months]
    assert [one or 0 for one in rows] == expected
    assert None in rows, "the log begins at the end of February"


def test_the_conventions_that_were_used_are_told(desk: Desk) -> None:
    said = " ".join(reported(desk, "2016-03")["conventions"])
    assert "does not state its zone" in said
    assert "the clock runs on while the customer is asked" in said
    assert reported(desk, "2016-03")["draft"] is True


def _rounded(value: Fraction, way: str, places: int) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal(1).scaleb(-places), way)


def checks() -> Mapping[str, list[tuple[int, bool]]]:
    """When each service was looked at, and whether it was down."""
    found: dict[str, list[tuple[int, bool]]] = {}
    with gzip.open(existing("outages/unibern_checks.csv.gz"), "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            at = int(datetime.fromisoformat(row["timestamp"]).timestamp())
            found.setdefault(row["service"], []).append((at, row["status"] == "down"))
    return {name: sorted(looks) for name, looks in found.items()}


def down_spans(looks: list[tuple[int, bool]], until: int) -> Iterator[tuple[int, int]]:
    """From the first look that found a service down until the next that did not."""
    since: int | None = None
    for at, down in looks:
        if down and since is None:
            since = at
        elif not down and since is not None:
            yield since, at
            since = None
    if since is not None:
        yield since, until


@pytest.fixture(scope="module")
def bern(empty: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Desk, dict[str, str]]:
    """A workspace with the checks of every service, and the services by their names."""
    existing("outages/unibern_checks.csv.gz")
    folder = tmp_path_factory.mktemp("bern")
    found = Desk(Path(shutil.copytree(empty, folder / "workspace")))
    named = {name: f"SVC-{number:03}" for number, name in enumerate(sorted(checks()))}
    records = [
        {"kind": "service", "reference": reference, "title": name, "owner": KEEPER, "purpose": "Edition"}
        | {"structure": {"component": "CMP-WEB"}}
        for name, reference in named.items()
    ]
    file = folder / "services.yaml"
    file.write_text(yaml.safe_dump_all([{"kind": "component", "reference": "CMP-WEB", "title": "Web"}, *records]))
    found.must("apply", str(file), person=KEEPER, day="2025-12-01")
    mapping = content_folder() / "examples" / "uptime" / "checks.map.yaml"
    path = existing("outages/unibern_checks.csv.gz")
    found.type("measure", "outages", str(path), "--mapping", str(mapping), person=KEEPER, day=DAY)
    return found, named


def test_uptime_breaks_and_means_of_every_service_are_what_a_slow_count_says(
    bern: tuple[Desk, dict[str, str]],
) -> None:
    desk, named = bern
    period = Period.parsed("2026-02")
    since, until = period.seconds("Etc/UTC")
    workspace, broken = open_workspace(desk.folder), 0
    for name, looks in checks().items():
        (found,) = availability_report(workspace, date.fromisoformat(DAY), period, named[name]).services
        first, last = max(since, looks[0][0]), min(until, looks[-1][0] + 1)
        if first >= last:
            assert found.numbers.percent is None, name
            continue
        spans = [
            (max(begin, first), min(end, last))
            for begin, end in down_spans(looks, looks[-1][0] + 1)
            if end > first and begin < last
        ]
        whole, down = last - first, sum(end - begin for begin, end in spans)
        assert found.numbers.percent == _rounded(Fraction(100 * (whole - down), whole), ROUND_FLOOR, 3), name
        assert found.numbers.breaks == len(spans), name
        if spans:
            broken += 1
            assert found.numbers.mean_down == _rounded(Fraction(down, 60 * len(spans)), ROUND_CEILING, 3), name
            between = Fraction(whole - down, 60 * len(spans))
            assert found.numbers.between_failures == _rounded(between, ROUND_FLOOR, 3), name
    assert broken > 10
