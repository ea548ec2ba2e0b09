"""Instants, checks and repeated readings, beside slow and obvious versions of the same."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sdflow.adapters.definitions.measured_mapping import read_measured_mapping
from sdflow.adapters.measured_files import read_measured
from sdflow.adapters.storage import Storage, Writing
from sdflow.domain.checks import Checks
from sdflow.domain.event import Event
from sdflow.domain.measured import UNKNOWN, Incidents, Moment, Outages
from sdflow.domain.measured_form import KnownSubjects
from sdflow.domain.wall_time import wall_times

ZONES = ["Europe/London", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "Etc/UTC"]
LATEST = 4_102_444_800


def clock(year: int, month: int, day: int, hour: int = 0) -> datetime:
    """What a clock shows, in no zone."""
    return datetime(year, month, day, hour)  # noqa: DTZ001


EPOCH = clock(1970, 1, 1)
SUBJECTS = ("service", "component", "customer", "supplier")
KNOWN = KnownSubjects({name: frozenset({"SVC-A", "SVC-B"}) for name in SUBJECTS}, {})
on_disk = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)


def meanings(zone: str, shown: datetime) -> set[int]:
    """Every instant at which the clocks of a zone show a time: those that come back as they were shown."""
    place = ZoneInfo(zone)
    found = set()
    for fold in (0, 1):
        instant = shown.replace(tzinfo=place, fold=fold).astimezone(UTC)
        if instant.astimezone(place).replace(tzinfo=None) == shown:
            found.add(int(instant.timestamp()))
    return found


@given(
    zone=st.sampled_from(ZONES),
    shown=st.lists(
        st.datetimes(clock(1971, 1, 1), clock(2037, 1, 1)).map(lambda at: at.replace(microsecond=0, second=0)),
        min_size=1,
        max_size=30,
    ),
    offset=st.integers(-90, 90),
)
@settings(deadline=None)
def test_the_instants_of_a_wall_clock_are_those_that_show_the_time(
    zone: str, shown: list[datetime], offset: int
) -> None:
    changes = [clock(2026, 3, 29, 1), clock(2026, 10, 25, 1), clock(2011, 12, 30, 12), clock(2018, 11, 4)]
    times = [*shown, *(change + timedelta(minutes=offset) for change in changes)]
    found = wall_times(zone, np.array([(at - EPOCH) // timedelta(seconds=1) for at in times], dtype=np.int64))
    for row, at in enumerate(times):
        meant = meanings(zone, at)
        assert bool(found.skipped[row]) == (not meant)
        if meant:
            assert {int(found.earlier[row]), int(found.later[row])} == meant
            assert bool(found.repeated[row]) == (len(meant) == 2)


CHECKS = """
reads: checks
source: uptime
zone: Etc/UTC
times: unix
columns: {service: name, status: status}
moments: {at: at}
checks: {up: up, down: down}
"""
seen = st.lists(
    st.tuples(st.sampled_from(["SVC-A", "SVC-B"]), st.integers(0, 40), st.booleans()),
    unique_by=lambda one: one[:2],
    min_size=1,
)


def walked(checks: Sequence[tuple[str, int, bool]]) -> set[tuple[str, int, int]]:
    """Outages as somebody finds them who goes through the checks of each service with a finger."""
    found = set()
    for service in ("SVC-A", "SVC-B"):
        since = None
        for _, at, up in sorted(one for one in checks if one[0] == service):
            if not up and since is None:
                since = at
            elif up and since is not None:
                found.add((service, since, at))
                since = None
        if since is not None:
            found.add((service, since, UNKNOWN))
    return found


def seen_in(folder: Path, checks: Sequence[tuple[str, int, bool]]) -> tuple[Checks, ...]:
    """The checks that a file of them holds."""
    write(folder / "c.csv", ["at", "name", "status"], [(at, of, "up" if up else "down") for of, at, up in checks])
    (folder / "m.yaml").write_text(CHECKS, encoding="utf-8")
    *_, last = read_measured(folder / "c.csv", read_measured_mapping(folder / "m.yaml"), KNOWN, LATEST)
    return last.checks or ()


def told(outages: Outages) -> set[tuple[str, int, int]]:
    return set(zip(outages.service.tolist(), outages.since.tolist(), outages.until.tolist(), strict=True))


def write(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


@given(checks=seen)
@on_disk
def test_checks_in_any_order_become_the_outages_that_a_finger_finds(
    tmp_path: Path, checks: list[tuple[str, int, bool]]
) -> None:
    found = [told(one.outages()) for one in seen_in(tmp_path, checks)]
    assert set().union(*found) == walked(checks)


@st.composite
def readings(draw: st.DrawFn) -> tuple[list[tuple[str, int, bool]], list[list[tuple[str, int, bool]]]]:
    """Checks, and files of them in any order, some read again: each check is in one at least.

    They are months, which may overlap, or the checks of several probes.
    """
    checks = draw(seen)
    files: list[list[tuple[str, int, bool]]] = []
    if draw(st.booleans()):
        whose = draw(st.lists(st.integers(0, 2), min_size=len(checks), max_size=len(checks)))
        files = [[one for one, of in zip(checks, whose, strict=True) if of == number] for number in range(3)]
    else:
        cuts = [0, *sorted(draw(st.lists(st.integers(0, 40), max_size=3))), 41]
        over = draw(st.integers(0, 5))
        files = [[one for one in checks if a - over <= one[1] < b] for a, b in itertools.pairwise(cuts)]
    files = [one for one in files if one]
    again = draw(st.lists(st.sampled_from(files), max_size=4))
    return checks, draw(st.permutations([*files, *again]))


def kept_checks(storage: Storage, folder: Path, files: Sequence[Sequence[tuple[str, int, bool]]]) -> list[int]:
    """How much each file changed of what was kept before."""
    changes = []
    for file in files:
        with storage.writing() as writing:
            sha256 = repr(sorted(file))
            _, kept, gone = writing.keep_checks("uptime", sha256, seen_in(folder, file), 1)
            changes.append(int(kept.added.sum() + kept.changed.sum()) + gone)
            close(writing)
    return changes


@given(found=readings())
@on_disk
def test_files_of_checks_in_any_order_and_any_repetition_become_the_outages_of_one_file(
    tmp_path: Path, found: tuple[list[tuple[str, int, bool]], list[list[tuple[str, int, bool]]]]
) -> None:
    checks, files = found
    storage = Storage.create("sqlite://")
    kept_checks(storage, tmp_path, files)
    assert kept_checks(storage, tmp_path, files) == [0] * len(files)
    with storage.reading() as reading:
        assert told(reading.outages(["SVC-A", "SVC-B"], [], -1, LATEST)) == walked(checks)
    storage.dispose()


@given(found=readings())
@on_disk
def test_what_is_taken_back_leaves_the_outages_of_the_other_files(
    tmp_path: Path, found: tuple[list[tuple[str, int, bool]], list[list[tuple[str, int, bool]]]]
) -> None:
    _, files = found
    last = files[-1]
    others = [one for one in files if one != last]
    storage = Storage.create("sqlite://")
    kept_checks(storage, tmp_path, files)
    with storage.writing() as writing:
        writing.keep_checks("uptime", repr(sorted(last)), (), 0)
        close(writing)
    left = {one for file in others for one in file}
    with storage.reading() as reading:
        assert told(reading.outages(["SVC-A", "SVC-B"], [], -1, LATEST)) == walked(sorted(left))
    storage.dispose()


INCIDENTS = """
reads: incidents
source: desk
zone: Europe/London
times: yyyy-mm-dd HH:MM
repeated_hour: later
columns: {number: n, service: s}
moments: {reported: r, resolved: e}
"""
moments = st.datetimes(clock(2026, 1, 1), clock(2026, 12, 31)).map(lambda at: at.strftime("%Y-%m-%d %H:%M"))
tables = st.lists(
    st.tuples(
        st.sampled_from([f"INC{number}" for number in range(6)]),
        st.sampled_from(["SVC-A", "SVC-B", "SVC-NOWHERE", ""]),
        moments,
        st.one_of(moments, st.just(""), st.just("soon")),
    ),
    max_size=12,
)


@given(table=tables)
@on_disk
def test_a_file_that_is_read_twice_leaves_the_same_rows_as_one_that_is_read_once(
    tmp_path: Path, table: list[tuple[str, str, str, str]]
) -> None:
    write(tmp_path / "i.csv", ["n", "s", "r", "e"], table)
    (tmp_path / "m.yaml").write_text(INCIDENTS, encoding="utf-8")
    form = read_measured_mapping(tmp_path / "m.yaml")
    storage = Storage.create("sqlite://")
    outcomes = []
    for _ in range(2):
        with storage.writing() as writing:
            for part in read_measured(tmp_path / "i.csv", form, KNOWN, LATEST):
                assert isinstance(part.rows, Incidents)
                assert part.refused + len(part.rows) == part.read == len(table)
                kept = writing.keep_incidents("desk", part.rows)
                outcomes.append((int(kept.added.sum()), int(kept.changed.sum())))
            close(writing)
    assert set(outcomes[len(outcomes) // 2 :]) <= {(0, 0)}
    with storage.reading() as reading:
        found = reading.incidents(["SVC-A", "SVC-B", ""], 0, LATEST)
    assert len(set(found.number)) == len(found) == sum(added for added, _ in outcomes)
    assert not ((found.at(Moment.resolved) < found.at(Moment.reported)) & (found.at(Moment.resolved) != UNKNOWN)).any()
    storage.dispose()


def close(writing: Writing) -> None:
    writing.close(
        verb="measure",
        actor="PER-0001",
        login="kit",
        recorded_at=datetime(2026, 12, 1, tzinfo=UTC),
        effective_on=datetime(2026, 12, 1, tzinfo=UTC).date(),
        reason="",
        events=[Event("SVC-A", "measured", {})],
    )


def test_a_date_means_the_same_day_as_in_the_calendar(tmp_path: Path) -> None:
    days = [clock(1900, 1, 1) + timedelta(days=97 * number) for number in range(700)]
    texts = [f"{at.day}/{at.month}/{at.year} 12:34" for at in days]
    write(tmp_path / "i.csv", ["n", "s", "r"], [(number, "", text) for number, text in enumerate(texts)])
    text = INCIDENTS.replace("Europe/London", "Etc/UTC").replace("yyyy-mm-dd", "d/m/yyyy").replace(", resolved: e", "")
    (tmp_path / "m.yaml").write_text(text, encoding="utf-8")
    (part,) = read_measured(tmp_path / "i.csv", read_measured_mapping(tmp_path / "m.yaml"), KNOWN, LATEST)
    assert isinstance(part.rows, Incidents)
    expected = [int(at.replace(hour=12, minute=34, tzinfo=UTC).timestamp()) for at in days if at.year < 2100]
    assert part.rows.at(Moment.reported).tolist()[: len(expected)] == expected
