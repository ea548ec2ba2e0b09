"""What was measured comes back from SQLite and PostgreSQL for the time that is asked for, and is kept once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

from sdflow.adapters.storage import Storage, Writing
from sdflow.adapters.storage.measured_rows import packed_checks, unpacked_checks
from sdflow.domain.checks import Checks
from sdflow.domain.event import Event
from sdflow.domain.measured import UNKNOWN, Incidents, MeasuredKind, Measurements, Moment, Outages, Pauses
from sdflow.domain.measured_file import FileRead, Kept

NOON = datetime(2026, 11, 24, 12, 0, 5, tzinfo=UTC)


def words(*texts: str) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    return np.array(texts, dtype=np.object_)


def whole(*numbers: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(numbers, dtype=np.int64)


def incidents(*lives: tuple[str, int, int], service: str = "SVC-EMAIL") -> Incidents:
    """Incidents by number, reported and resolved, the first with two pauses."""
    count = len(lives)
    numbers, reported, resolved = zip(*lives, strict=True)
    same = {name: words(*[name] * count) for name in ("component", "customer", "supplier", "cause", "title")}
    return Incidents(
        number=words(*numbers),
        service=words(*[service] * count),
        priority=words(*["P1"] * count),
        **same,
        security=np.array([True, *[False] * (count - 1)]),
        users=whole(*range(-1, count - 1)),
        moments={Moment.reported: whole(*reported), Moment.resolved: whole(*resolved)},
        pauses=Pauses(whole(0, 0), whole(10, 30), whole(20, 40)),
    )


def outages(*lives: tuple[str, int, int]) -> Outages:
    numbers, since, until = zip(*lives, strict=True)
    count = len(lives)
    nothing, mail = words(*[""] * count), words(*["SVC-EMAIL"] * count)
    return Outages(words(*numbers), mail, nothing, nothing, whole(*[-1] * count), whole(*since), whole(*until))


def keep(storage: Storage, given: Incidents | Outages | Measurements, source: str = "desk") -> Kept:
    with storage.writing() as writing:
        kept = _kept(writing, source, given)
        writing.close(
            verb="measure",
            actor="P-ANNA",
            login="anna",
            recorded_at=NOON,
            effective_on=date(2026, 12, 1),
            reason="",
            events=[Event("SVC-EMAIL", "measured", {"source": source})],
        )
    return kept


def _kept(writing: Writing, source: str, given: Incidents | Outages | Measurements) -> Kept:
    match given:
        case Incidents():
            return writing.keep_incidents(source, given)
        case Outages():
            return writing.keep_outages(source, given)
    return writing.keep_measurements(source, given)


@pytest.fixture
def both(database_url: str) -> Iterator[Storage]:
    made = Storage.create(database_url)
    yield made
    made.dispose()


def test_incidents_come_back_as_they_were_given(both: Storage) -> None:
    given = incidents(("INC1", 0, 100), ("INC2", 50, UNKNOWN))
    keep(both, given)
    with both.reading() as reading:
        found = reading.incidents(["SVC-EMAIL"], 0, 1_000)
    for name in ("number", "service", "component", "customer", "supplier", "priority", "cause", "title"):
        assert getattr(found, name).tolist() == getattr(given, name).tolist()
    assert (found.security.tolist(), found.users.tolist()) == ([True, False], [-1, 0])
    assert found.at(Moment.reported).tolist() == [0, 50]
    assert found.at(Moment.resolved).tolist() == [100, UNKNOWN]
    assert found.at(Moment.closed).tolist() == [UNKNOWN, UNKNOWN]
    assert (found.pauses.row.tolist(), found.pauses.since.tolist()) == ([0, 0], [10, 30])


def test_an_incident_is_found_where_its_life_meets_the_time_and_an_open_one_ever_after(both: Storage) -> None:
    keep(both, incidents(("before", 0, 100), ("over", 90, 110), ("open", 50, UNKNOWN), ("moment", 150, 150)))
    with both.reading() as reading:
        assert set(reading.incidents(["SVC-EMAIL"], 100, 150).number) == {"over", "open"}
        assert set(reading.incidents(["SVC-EMAIL"], 150, 151).number) == {"open", "moment"}
        assert not len(reading.incidents(["SVC-OTHER"], 0, 1_000))
        assert not len(reading.incidents([], 0, 1_000))


def test_the_same_rows_change_nothing_and_others_replace_what_was_there(both: Storage) -> None:
    first = incidents(("INC1", 0, 100), ("INC2", 50, UNKNOWN))
    assert keep(both, first).added.tolist() == [True, True]
    again = keep(both, first)
    assert (again.added.tolist(), again.changed.tolist()) == ([False] * 2, [False] * 2)
    later = keep(both, incidents(("INC1", 0, 100), ("INC2", 50, 70), ("INC3", 60, 80)))
    assert (later.added.tolist(), later.changed.tolist()) == ([False, False, True], [False, True, False])
    with both.reading() as reading:
        assert reading.incidents(["SVC-EMAIL"], 0, 1_000).at(Moment.resolved).tolist() == [100, 70, 80]


def test_the_same_number_of_two_sources_is_two_incidents(both: Storage) -> None:
    keep(both, incidents(("INC1", 0, 100)), "one desk")
    keep(both, incidents(("INC1", 0, 100)), "another")
    with both.reading() as reading:
        assert reading.incidents(["SVC-EMAIL"], 0, 1_000).number.tolist() == ["INC1", "INC1"]


def test_an_outage_without_an_end_is_found_until_it_has_one(both: Storage) -> None:
    keep(both, outages(("down", 0, 100), ("still", 200, UNKNOWN)))
    with both.reading() as reading:
        found = reading.outages(["SVC-EMAIL"], [], 1_000, 2_000)
        assert (found.number.tolist(), found.until.tolist()) == (["still"], [UNKNOWN])
    keep(both, outages(("still", 200, 300)))
    with both.reading() as reading:
        assert not len(reading.outages(["SVC-EMAIL"], [], 1_000, 2_000))


def test_measurements_come_back_for_their_time_and_are_kept_once(both: Storage) -> None:
    nothing, mail = words("", ""), words("SVC-EMAIL", "SVC-EMAIL")
    given = Measurements(mail, nothing, nothing, words("login", "login"), whole(10, 20), np.array([1.5, 2.25]))
    assert keep(both, given).added.tolist() == [True, True]
    corrected = keep(both, replace(given, value=np.array([1.5, 3.0])))
    assert (corrected.added.tolist(), corrected.changed.tolist()) == ([False, False], [False, True])
    with both.reading() as reading:
        found = reading.measurements(["SVC-EMAIL"], 15, 25)
    assert (found.at.tolist(), found.value.tolist(), found.measure.tolist()) == ([20], [3.0], ["login"])


def test_time_is_watched_where_files_cover_every_subject_that_is_asked_for(both: Storage) -> None:
    january = FileRead("desk", MeasuredKind.incidents, "aa", "jan.csv", ("closed counts",), 3, 0, NOON)
    files = [
        replace(january, watched={"SVC-A": (0, 100), "SVC-B": (0, 50)}),
        replace(january, sha256="bb", file="feb.csv", watched={"SVC-A": (100, 200), "SVC-B": (150, 300)}),
    ]
    with both.writing() as writing:
        assert [writing.keep_file(file) for file in files] == [True, True]
        assert not writing.keep_file(replace(files[0], read_at=datetime(2027, 1, 1, tzinfo=UTC)))
        assert writing.keep_file(replace(files[0], watched={"SVC-A": (0, 100)}))
        assert writing.keep_file(files[0])
        assert writing.watched(MeasuredKind.incidents, ["SVC-A"]) == [(0, 200)]
        assert writing.watched(MeasuredKind.incidents, ["SVC-A", "SVC-B"]) == [(0, 50), (150, 200)]
        assert writing.watched(MeasuredKind.outages, ["SVC-A"]) == []
        assert writing.watched(MeasuredKind.incidents, ["SVC-A", "SVC-C"]) == []
        assert writing.files_read(MeasuredKind.incidents, ["SVC-B"]) == [
            replace(one, watched={"SVC-B": one.watched["SVC-B"]}) for one in files
        ]


def test_checks_go_on_with_an_outage_of_which_no_check_is_kept(both: Storage) -> None:
    began = outages(("SVC-EMAIL 200", 200, UNKNOWN), ("SVC-EMAIL 50", 50, 60))
    keep(both, began, "uptime")
    seen = Checks("SVC-EMAIL", "", whole(300, 400, 500, 600), np.array([True, False, True, False]))
    with both.writing() as writing:
        found, kept, removed = writing.keep_checks("uptime", "aa", [seen], 1)
        assert (found.since.tolist(), found.until.tolist(), removed) == ([50, 200, 500], [60, 400, 600], 0)
        assert (kept.added.tolist(), kept.changed.tolist()) == ([False, False, True], [False, True, False])


def test_checks_come_back_as_they_were_packed() -> None:
    for count in range(1, 200, 7):
        at = np.cumsum(np.arange(1, count + 1, dtype=np.int64)) * (-1) ** count - 10**9
        seen = Checks("", "CMP", np.sort(at), np.arange(count) % 3 == 0)
        found = unpacked_checks("", "CMP", packed_checks(seen))
        assert (found.at.tolist(), found.down.tolist()) == (seen.at.tolist(), seen.down.tolist())
