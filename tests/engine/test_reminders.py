"""People are told what they owe: each step is planned once, delivered at least once, and ends."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from post import DUE, Office, free_port, person, served
from sdflow.domain.message import DeliveryState
from sdflow.domain.reminder import StepState
from sdflow.engine.reminder_planning import plan
from sdflow.engine.workspace import Workspace
from sdflow.operations.remind import settle

Made = Callable[..., Office]
COORDINATOR = """\
kind: person
reference: PER-C
title: Cora
email: cora@northgate.example
roles: {improvement_coordinator: {since: 2020-01-01}}
"""


@pytest.fixture
def made(opened: Workspace, tmp_path: Path) -> Iterator[Made]:
    """Makes an office with some people and settings."""
    running = []

    def makes(*people: str, settings: str = "", serving: bool = True, name: str = "workspace") -> Office:
        port = free_port()
        office = Office.furnished(opened, tmp_path / name, people, port, settings)
        if serving:
            running.append(served(office.mailbox, port))
        return office

    yield makes
    for server in running:
        server.stop()


def before(days: int) -> date:
    return DUE - timedelta(days=days)


def test_a_step_is_sent_on_its_day_and_never_again(made: Made) -> None:
    office = made(person(1))
    assert office.remind(before(61)).sent == 0
    assert office.remind(before(60)).sent == 1
    assert office.remind(before(60)).sent == 0
    assert office.remind(before(31)).sent == 0
    assert office.remind(before(30)).sent == 1
    assert office.steps() == {"-60": StepState.sent, "-30": StepState.sent}
    assert [to for to, _ in office.mailbox.letters] == ["p1@northgate.example"] * 2
    assert set(office.mailbox.ids().values()) == {1}


def test_what_was_missed_is_caught_up_with_one_message_that_says_so(made: Made) -> None:
    office = made(person(1))
    outcome = office.remind(DUE + timedelta(days=70))
    assert (outcome.steps, outcome.folded, outcome.sent) == (1, 5, 1)
    assert office.steps() == dict.fromkeys(("-60", "-30", "-7", "0", "+30"), StepState.folded) | {"+60": StepState.sent}
    assert {one.folded_into for one in office.ledger()} == {None, 60}
    (letter,) = office.mailbox.to("p1@northgate.example")
    text = letter.get_body(("plain",))
    assert text is not None
    assert "5 earlier reminders, from 1 January 2026 to 1 April 2026, did not reach you" in text.get_content()
    assert "overdue by 70 days" in str(letter["Subject"])


def test_a_letter_says_the_same_as_text_and_as_html_and_brings_the_days_as_a_calendar(made: Made) -> None:
    office = made(person(1).replace("Person 1", "Zoë <b>Ørsted</b>"))
    office.remind(before(60))
    (letter,) = office.mailbox.to("p1@northgate.example")
    assert str(letter["From"]) == "Northgate Service Desk <desk@northgate.example>"
    assert str(letter["Message-ID"]).endswith("@northgate.example>")
    text, page = letter.get_body(("plain",)), letter.get_body(("html",))
    assert text is not None
    assert page is not None
    for wanted in ("The newest certificate ends", "PER-N00001", "2 March 2026", "due in 60 days"):
        assert wanted in text.get_content()
        assert wanted in page.get_content()
    assert "Dear Zoë <b>Ørsted</b>," in text.get_content()
    assert "Zoë &lt;b&gt;Ørsted&lt;/b&gt;" in page.get_content()
    (calendar,) = letter.iter_attachments()
    assert calendar.get_content_type() == "text/calendar"
    assert "DTSTART;VALUE=DATE:20260302" in calendar.get_content()


def test_a_person_gets_one_digest_a_day_or_single_messages_where_the_settings_say_so(made: Made) -> None:
    office = made(COORDINATOR)
    _raise_improvements(office, 3)
    assert office.remind(date(2025, 12, 8)).sent == 1
    (letter,) = office.mailbox.to("cora@northgate.example")
    assert str(letter["Subject"]) == "3 reminders – Northgate & Sons"


def test_single_messages_are_one_for_each_obligation(made: Made) -> None:
    office = made(COORDINATOR, settings="[reminders]\ndigest = false\n")
    _raise_improvements(office, 3)
    assert office.remind(date(2025, 12, 8)).sent == 3
    assert len(office.mailbox.ids()) == 3


def _raise_improvements(office: Office, count: int) -> None:
    items = [
        f"kind: improvement\nreference: SIP-{number:04}\ntitle: Item {number}\n"
        "raised_on: 2025-12-01\norigin: review\nstatement: Something is to become better."
        for number in range(1, count + 1)
    ]
    office.apply(items, date(2025, 12, 1))


def test_work_that_is_done_cancels_what_was_not_sent(made: Made) -> None:
    office = made(person(1), person(2))
    office.mailbox.answer = lambda _, __: "451 later"
    office.remind(before(60))
    office.amend(date(2026, 1, 2), "PER-N00001", certificates__k1__revoked_on="2026-01-02")
    assert office.steps() == {"-60": StepState.cancelled}
    office.mailbox.answer = lambda _, __: "250 kept"
    office.clock.forward(hours=13)
    office.remind(before(59))
    assert [to for to, _ in office.mailbox.letters] == ["p2@northgate.example"]
    assert office.workspace.storage.check() == []


def test_a_day_that_moves_cancels_the_steps_of_the_old_one(made: Made) -> None:
    office = made(person(1))
    office.mailbox.answer = lambda _, __: "451 later"
    office.remind(before(60))
    office.amend(date(2026, 1, 2), "PER-N00001", certificates__k1__valid_until="2026-09-01T00:00:00Z")
    office.mailbox.answer = lambda _, __: "250 kept"
    office.clock.forward(hours=13)
    assert office.remind(before(30)).sent == 0
    assert office.remind(date(2026, 7, 3)).sent == 1
    assert [one.state for one in office.ledger()] == [StepState.cancelled, StepState.sent]


def test_a_failing_server_is_tried_again_with_longer_and_longer_waits_and_then_reported(made: Made) -> None:
    office = made(person(1), settings="[reminders]\nattempts = 3\n")
    office.mailbox.answer = lambda _, __: "451 come back later"
    tries = []
    for _ in range(200):
        outcome = office.remind(before(60))
        tries.append((outcome.waiting[0].attempts, outcome.waiting[0].problem) if outcome.waiting else (3, "given up"))
        office.clock.forward(minutes=5)
    assert Counter(tries) == {
        (1, "the server answered 451 come back later"): 3,
        (2, "the server answered 451 come back later"): 6,
        (3, "given up"): 191,
    }
    (given_up,) = outcome.undelivered
    assert not outcome.is_well
    assert given_up.problem == "the server answered 451 come back later"
    assert office.steps() == {"-60": StepState.undelivered}
    office.mailbox.answer = lambda _, __: "250 kept"
    assert office.remind(before(30)).is_well
    assert office.steps() == {"-60": StepState.folded, "-30": StepState.sent}


def test_a_bad_address_does_not_stop_the_rest(made: Made) -> None:
    office = made(person(1), person(2), person(3, email="not an address"), person(4), person(5, email="five@"))
    office.mailbox.refused = frozenset({"p2@northgate.example"})
    outcome = office.remind(before(60))
    assert sorted(to for to, _ in office.mailbox.letters) == ["p1@northgate.example", "p4@northgate.example"]
    told = {one.recipient: one.problem for one in outcome.undelivered}
    assert told["PER-N00002"] == "the server answered 550 no such mailbox"
    assert "is no mail address" in told["PER-N00003"]
    assert len(told) == 3
    assert not outcome.is_well


def test_a_server_that_is_not_there_costs_one_try_and_everything_waits(made: Made) -> None:
    office = made(*(person(number) for number in range(1, 31)), serving=False)
    outcome = office.remind(before(60))
    assert len(outcome.waiting) == 30
    assert {one.attempts for one in outcome.waiting} == {1}
    assert all("refused" in one.problem.lower() for one in outcome.waiting)


def test_a_server_that_drops_after_the_content_gets_it_again_under_the_same_id(made: Made) -> None:
    office = made(person(1))
    office.mailbox.answer = lambda _, __: "drop"
    outcome = office.remind(before(60))
    assert outcome.waiting[0].problem.startswith("the message was on its way")
    office.mailbox.answer = lambda _, __: "250 kept"
    office.clock.forward(minutes=20)
    assert office.remind(before(60)).sent == 1
    assert list(office.mailbox.ids().values()) == [2]


def test_where_a_person_is_to_decide_what_is_unknown_is_held(made: Made) -> None:
    office = made(person(1), person(2), settings='[reminders]\non_unknown = "hold"\n')
    office.mailbox.answer = lambda _, __: "drop"
    outcome = office.remind(before(60))
    assert len(outcome.held) == 2
    office.mailbox.answer = lambda _, __: "250 kept"
    office.clock.forward(days=2)
    assert office.remind(before(60)).sent == 0
    first, second = sorted(outcome.held, key=lambda one: str(one.recipient))
    settle(office.workspace, first.id, office.clock(), arrived=True)
    settle(office.workspace, second.id, office.clock(), arrived=False)
    assert office.remind(before(60)).is_well
    assert office.steps("PER-N00001") == office.steps("PER-N00002") == {"-60": StepState.sent}
    assert sorted(office.mailbox.ids().values()) == [1, 2]


def test_what_somebody_who_died_had_in_hand_is_sent_once_the_lease_is_over(made: Made) -> None:
    office = made(person(1), person(2))
    _claimed_by_somebody_who_dies(office, begun=False)
    assert office.remind(before(60)).sent == 0
    office.clock.forward(minutes=16)
    assert office.remind(before(60)).sent == 2


def test_only_what_may_have_gone_out_is_held_after_a_death(made: Made) -> None:
    office = made(person(1), person(2), settings='[reminders]\non_unknown = "hold"\n')
    _claimed_by_somebody_who_dies(office, begun=True)
    office.clock.forward(minutes=16)
    outcome = office.remind(before(60))
    assert (outcome.sent, len(outcome.held)) == (1, 1)


def _claimed_by_somebody_who_dies(office: Office, *, begun: bool) -> None:
    plan(office.workspace, office.clock(), before(60))
    with office.workspace.storage.ledger() as ledger:
        first, _ = ledger.claim("the dead", office.clock(), timedelta(minutes=15), 25)
        if begun:
            ledger.begin(first.id)


def test_a_clock_that_was_set_back_neither_repeats_nor_loses_anything(made: Made) -> None:
    office = made(person(1), person(2, due=DUE + timedelta(days=1)))
    office.remind(before(60))
    office.clock.forward(days=-400)
    assert office.remind(before(460)).sent == 0
    assert office.remind(before(59)).sent == 1
    assert office.remind(before(59)).sent == 0
    assert set(office.mailbox.ids().values()) == {1}


def test_who_waits_because_of_a_wrong_clock_does_not_wait_for_it(made: Made) -> None:
    office = made(person(1))
    office.mailbox.answer = lambda _, __: "451 later"
    office.clock.forward(days=3000)
    office.remind(before(60))
    office.clock.forward(days=-3000)
    office.mailbox.answer = lambda _, __: "250 kept"
    assert office.remind(before(60)).sent == 1


def test_without_anybody_to_tell_it_says_so_with_every_run_and_tells_the_first_who_can_be_reached(made: Made) -> None:
    office = made(person(1, email=""))
    for day in (60, 59):
        outcome = office.remind(before(day))
        ((untold),) = outcome.untold
        assert "Person 1 (PER-N00001) has no mail address and no channel" in untold.why
        assert "nobody who can be reached is service level manager" in untold.why
    assert office.steps() == {}
    office.amend(date(2026, 1, 3), "PER-N00001", email="one@northgate.example")
    assert office.remind(before(58)).is_well
    assert office.steps() == {"-60": StepState.sent}


def test_an_owner_who_left_is_told_nothing_and_those_in_the_role_decide(made: Made) -> None:
    manager = "kind: person\nreference: PER-M\ntitle: Mona\nemail: m@northgate.example\n"
    manager += "roles: {service_level_manager: {since: 2020-01-01}}"
    gone = person(1).replace("since: 2020-01-01", "since: 2020-01-01, until: 2025-12-31")
    office = made(gone, manager)
    office.remind(before(60))
    assert [to for to, _ in office.mailbox.letters] == ["m@northgate.example"]
    text = office.mailbox.letters[0][1].get_body(("plain",))
    assert text is not None
    assert "Person 1 (PER-N00001) owes it but has held no role since 31 December 2025" in " ".join(
        text.get_content().split()
    )


def test_the_settings_name_who_is_told_where_nobody_else_can_be(made: Made) -> None:
    office = made(
        person(1, email=""), person(2, due=date(2030, 1, 1)), settings='[reminders]\notherwise = "PER-N00002"\n'
    )
    assert office.remind(before(60)).is_well
    assert [to for to, _ in office.mailbox.letters] == ["p2@northgate.example"]


DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CALENDAR = """\
kind: calendar
reference: CAL-W
title: Working days
zone: {zone}
week: {{monday: [09:00-17:00], tuesday: [09:00-17:00], wednesday: [09:00-17:00], thursday: [09:00-17:00], friday: [09:00-17:00]}}
closures: {{bridge: {{first_on: 2026-01-30, reason: Company holiday}}}}
"""


def test_a_step_on_a_day_off_comes_before_it_and_once_overdue_after_it(made: Made) -> None:
    # -60, -30 and +30 days are a Thursday, a Saturday after a closed Friday, and a Wednesday; the due day is a Monday
    office = made(person(1, calendar="CAL-W"), CALENDAR.format(zone="Europe/London"))
    sent = {}
    day = date(2025, 12, 25)
    while day <= DUE + timedelta(days=35):
        if office.remind(day).sent:
            sent[list(office.steps())[-1]] = day
        day += timedelta(days=1)
    assert sent == {
        "-60": date(2026, 1, 1),
        "-30": date(2026, 1, 29),
        "-7": date(2026, 2, 23),
        "0": DUE,
        "+30": date(2026, 4, 1),
    }


@pytest.mark.parametrize(
    ("zone", "at", "comes"),
    [
        ("Pacific/Auckland", datetime(2025, 12, 31, 10, 30, tzinfo=UTC), False),
        ("Pacific/Auckland", datetime(2025, 12, 31, 11, 30, tzinfo=UTC), True),
        ("America/Los_Angeles", datetime(2026, 1, 1, 7, 30, tzinfo=UTC), False),
        ("America/Los_Angeles", datetime(2026, 1, 1, 8, 30, tzinfo=UTC), True),
    ],
)
def test_the_day_is_that_of_the_zone_in_which_somebody_works(made: Made, zone: str, at: datetime, comes: bool) -> None:
    office = made(person(1, calendar="CAL-W"), CALENDAR.format(zone=zone))
    office.clock.at = at
    assert office.remind(None).sent == comes


@pytest.mark.parametrize(
    ("zone", "due", "too_early", "in_time", "day"),
    [
        # Samoa went from 29 to 31 December 2011; sixty days before 28 February 2012 is the day that there was not
        ("Pacific/Apia", date(2012, 2, 28), "2011-12-30T09:59", "2011-12-30T10:00", date(2011, 12, 31)),
        # these days began at one o'clock, by a clock that went from 23:59 to 01:00
        ("America/Sao_Paulo", date(2017, 12, 14), "2017-10-15T02:59", "2017-10-15T03:00", date(2017, 10, 15)),
        ("Africa/Cairo", date(2023, 6, 27), "2023-04-27T21:59", "2023-04-27T22:00", date(2023, 4, 28)),
    ],
)
def test_a_step_of_a_day_that_clocks_skip_or_begin_late_comes_once_at_the_instant_at_which_the_next_begins(
    made: Made, zone: str, due: date, too_early: str, in_time: str, day: date
) -> None:
    week = ", ".join(f"{name}: [00:00-24:00]" for name in DAYS)
    calendar = CALENDAR.format(zone=zone).split("week:")[0] + f"week: {{{week}}}\n"
    office = made()
    office.apply([person(1, due=due, calendar="CAL-W").replace("2020", "2010"), calendar], date(2011, 1, 1))
    office.clock.at = datetime.fromisoformat(f"{too_early}+00:00")
    assert office.remind(None).sent == 0
    office.clock.at = datetime.fromisoformat(f"{in_time}+00:00")
    assert office.remind(None).sent == 1
    (letter,) = office.mailbox.to("p1@northgate.example")
    text = letter.get_body(("plain",))
    assert text is not None
    assert f"Northgate & Sons, {day.day} {day:%B %Y}" in text.get_content().replace("\N{NO-BREAK SPACE}", " ")
    office.clock.forward(hours=20)
    assert office.remind(None).sent == 0


def test_a_year_with_missed_runs_settles_the_same_steps_as_one_without(made: Made) -> None:
    people = [person(number, due=DUE + timedelta(days=11 * number)) for number in range(1, 5)]
    settled = []
    for seed in (None, 1):
        chance = random.Random(seed)
        office = made(*people, name=f"year{seed}")
        for number in range(250):
            day = date(2025, 12, 1) + timedelta(days=number)
            if seed is None or number == 249 or chance.random() < 0.3:
                office.remind(day)
            for one in range(1, 5):
                if day == DUE + timedelta(days=11 * one + 25 * (one - 2)):
                    office.amend(day, f"PER-N{one:05}", certificates__k1__revoked_on=str(day))
        steps = office.ledger(None)
        assert not [one for one in steps if one.state.is_open]
        settled.append({(one.key, one.step) for one in steps})
        assert set(office.mailbox.ids().values()) == {1}
    assert settled[0] == settled[1]
    assert len(settled[0]) >= 15


def test_every_state_of_a_delivery_is_one_that_the_ledger_can_tell(made: Made) -> None:
    office = made(person(1))
    office.remind(before(60))
    with office.workspace.storage.looking() as ledger:
        assert [one.state for one in ledger.deliveries(*DeliveryState)] == [DeliveryState.sent]
