from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from ical.calendar import Calendar
from ical.calendar_stream import IcsCalendarStream
from ical.store import EventStore

from sdflow.adapters.calendar_file import calendar_file
from sdflow.domain.calendar_entry import CalendarEntry

WRITTEN = datetime(2026, 11, 3, 14, 5, 6, tzinfo=UTC)
HARD = "Löschen; fragt nach, ob 50 % reichen: \\n ist kein Zeilenende, \N{DROMEDARY CAMEL} schon gar nicht"


def entry(number: int = 1, on: date = date(2027, 3, 1), **more: object) -> CalendarEntry:
    told = {"title": f"UC-000{number}: decide", "text": "Why: the term ends\nWho: Sofia Rossi", "alarms": (-30, -7, 0)}
    return CalendarEntry(f"key-{number}@sdflow", 7, WRITTEN, on, **(told | more))  # type: ignore[arg-type]


def read(*entries: CalendarEntry) -> Calendar:
    return IcsCalendarStream.calendar_from_ics(calendar_file("Northgate", entries).decode())


def test_another_parser_reads_every_entry_with_its_identity_and_its_whole_day() -> None:
    found = read(entry(1), entry(2, date(2028, 2, 29), categories=("Underpinning contract", "Kestrel")))
    assert [(one.uid, one.sequence, one.dtstart, one.dtend) for one in found.events] == [
        ("key-1@sdflow", 7, date(2027, 3, 1), date(2027, 3, 2)),
        ("key-2@sdflow", 7, date(2028, 2, 29), date(2028, 3, 1)),
    ]
    assert found.events[0].dtstamp == WRITTEN
    assert found.events[1].categories == ["Underpinning contract", "Kestrel"]
    assert found.events[0].transparency == "TRANSPARENT"


def test_an_alarm_goes_off_in_the_morning_so_many_days_before() -> None:
    (found,) = read(entry()).events
    before = [timedelta(days=days, hours=9) for days in (-30, -7, 0)]
    assert [one.trigger for one in found.alarm] == before


def test_texts_come_back_letter_by_letter_though_lines_are_folded() -> None:
    long = f"{HARD}\n{HARD * 10}"
    (found,) = read(entry(title=HARD, text=long)).events
    assert (found.summary, found.description) == (HARD, long)
    lines = calendar_file("Northgate", (entry(text=long),)).split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert not any(b"\n" in line for line in lines)


def test_the_same_entries_make_the_same_bytes() -> None:
    assert calendar_file("Northgate", (entry(1), entry(2))) == calendar_file("Northgate", (entry(1), entry(2)))


def test_a_day_has_no_time_zone_so_that_a_zone_that_skips_midnight_does_not_move_it() -> None:
    # Lebanon went from 28 March 2027 00:00 straight to 01:00.
    text = calendar_file("Northgate", (entry(on=date(2027, 3, 28)),)).decode()
    assert "DTSTART;VALUE=DATE:20270328" in text
    assert "TZID" not in text


def test_importing_a_file_twice_adds_nothing_and_a_newer_file_moves_what_is_there() -> None:
    mine = Calendar()
    for entries in ([entry(1), entry(2)], [entry(1), entry(2)], [entry(1, date(2027, 6, 1)), entry(2)]):
        store = EventStore(mine)
        for one in read(*entries).events:
            if any(known.uid == one.uid for known in mine.events):
                store.edit(one.uid, one)
            else:
                store.add(one)
    assert sorted(str(one.dtstart) for one in mine.events) == ["2027-03-01", "2027-06-01"]


def test_a_calendar_without_entries_is_one_all_the_same() -> None:
    assert read().events == []
