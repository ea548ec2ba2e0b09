from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sdflow.adapters.pages.allowance import Hours, agreed_minutes, allowance
from sdflow.adapters.pages.drawing import Picture, nines, route_picture, structure_picture, text_width, wrapped
from sdflow.domain.structure import Structure

Point = tuple[float, float]


def random_structure(chance: random.Random, depth: int, names: Iterator[str]) -> dict[str, Any]:
    form = chance.choice(["component", "series", "redundant", "of"]) if depth else "component"
    if form == "component":
        return {"component": next(names)}
    count = chance.randint(2, 4)
    parts = [random_structure(chance, depth - 1, names) for _ in range(count)]
    return {"at_least": chance.randint(1, count), "of": parts} if form == "of" else {form: parts}


def only_series_and_redundant(structure: Structure) -> bool:
    return structure.of is None and all(map(only_series_and_redundant, structure.parts()))


def works(structure: Structure, up: set[str]) -> bool:
    if structure.component is not None:
        return structure.component in up
    return sum(works(one, up) for one in structure.parts()) >= structure.needed()


def touches(point: Point, a: Point, b: Point) -> bool:
    """Whether a point is on a line that runs straight up, down or across."""
    (x, y), near = point, 1e-6
    inside_x = min(a[0], b[0]) - near <= x <= max(a[0], b[0]) + near
    return inside_x and min(a[1], b[1]) - near <= y <= max(a[1], b[1]) + near


def way_through(drawn: Picture, up: set[str]) -> bool:
    """Whether one comes from the left end to the right end along lines and through blocks that work."""
    edges = [pair for line in drawn.lines for pair in itertools.pairwise(line)]
    for one in drawn.blocks:
        if one.reference in up:
            middle = one.y + one.height / 2
            edges.append(((one.x, middle), (one.x + one.width, middle)))
    reached, todo = set(), [drawn.lines[0][0]]
    while todo:
        here = todo.pop()
        if here in reached:
            continue
        reached.add(here)
        for a, b in edges:
            if touches(here, a, b) or any(touches(one, *pair) for pair in [(here, here)] for one in (a, b)):
                todo += [a, b]
        todo += [point for edge in edges for point in edge if any(touches(point, *e) for e in edges if here in e)]
    return drawn.lines[-1][-1] in reached


@pytest.mark.parametrize("seed", range(25))
def test_a_drawing_lets_through_exactly_when_the_structure_works(seed: int) -> None:
    chance = random.Random(seed)
    names = (f"CMP-{number}" for number in itertools.count())
    structure = Structure.model_validate({"series": [random_structure(chance, 2, names) for _ in range(3)]})
    components = list(structure.components())
    drawn = structure_picture(structure, {})
    assert sorted(one.reference for one in drawn.blocks) == sorted(components)
    if only_series_and_redundant(structure):
        for _ in range(12):
            up = {one for one in components if chance.random() < 0.7}
            assert way_through(drawn, up) == works(structure, up)
    assert way_through(drawn, set(components))


@pytest.mark.parametrize("seed", range(40))
def test_no_two_blocks_of_a_drawing_lie_on_one_another_and_all_are_inside(seed: int) -> None:
    chance = random.Random(seed)
    names = (f"CMP-{number}" for number in itertools.count())
    titles = {f"CMP-{number}": "Mail gateway " * chance.randint(1, 5) for number in range(99)}
    structure = Structure.model_validate(random_structure(chance, 3, names))
    drawn = structure_picture(structure, titles)
    for one in drawn.blocks:
        assert one.x >= 0
        assert one.y >= 0
        assert one.x + one.width <= drawn.width
        assert one.y + one.height <= drawn.height + 1e-9
        assert max(map(text_width, one.lines)) <= one.width
    for one, other in itertools.combinations(drawn.blocks, 2):
        beside = one.x + one.width <= other.x or other.x + other.width <= one.x
        assert beside or one.y + one.height <= other.y or other.y + other.height <= one.y


def test_a_component_that_is_drawn_twice_is_marked_both_times() -> None:
    parts = [{"component": "CMP-A"}, {"series": [{"component": "CMP-B"}, {"component": "CMP-A"}]}]
    drawn = structure_picture(Structure.model_validate({"redundant": parts}), {})
    assert [(one.reference, one.again) for one in drawn.blocks] == [
        ("CMP-A", True),
        ("CMP-B", False),
        ("CMP-A", True),
    ]


def test_how_many_of_its_branches_are_needed_is_noted_at_a_fork() -> None:
    parts = [{"component": f"CMP-{one}"} for one in "ABC"]
    drawn = structure_picture(Structure.model_validate({"at_least": 2, "of": parts}), {})
    ((_, y, needed, of),) = drawn.notes
    assert (needed, of) == (2, 3)
    assert y < min(one.y for one in drawn.blocks)


def tier(name: str, *beside: str, passing: str = "") -> dict[str, Any]:
    one = {
        "reference": name,
        "who": f"The people of {name}",
        "times": [("P1", "2 h"), ("P2", "5 h")],
        "until": "restore",
    }
    return one | {"passing": passing, "beside": [one | {"reference": other, "beside": []} for other in beside]}


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7])
def test_the_tiers_of_a_route_stand_in_their_order_and_apart(count: int) -> None:
    tiers = [tier(f"OLA-{number}", *["UC-1"] * (number % 3), passing="5 min") for number in range(count)]
    way = route_picture(tiers)
    first = [one for one in way.stations if not one.beside]
    assert [one.tier["reference"] for one in first] == [one["reference"] for one in tiers]
    assert len(way.passings) == count - 1
    assert first == sorted(first, key=lambda one: (one.y, one.x))
    for one, other in itertools.combinations(way.stations, 2):
        beside = one.x + one.width <= other.x or other.x + other.width <= one.x
        assert beside or one.y + one.height <= other.y or other.y + other.height <= one.y
    assert all(
        one.x + one.width <= way.width + 1e-9 and one.y + one.height <= way.height + 1e-9 for one in way.stations
    )


def test_a_name_that_is_too_long_ends_with_an_ellipsis() -> None:
    lines = wrapped("Deputy head of the department " * 9, 120, most=2)
    assert len(lines) == 2
    assert lines[-1].endswith("…")
    assert all(text_width(line) <= 120 for line in lines)
    assert wrapped("Donaudampfschifffahrtsgesellschaftskapitän", 80)[0].endswith("…")


@pytest.mark.parametrize(
    ("percent", "share"), [("0", 0), ("90", 0.2), ("99", 0.4), ("99.9", 0.6), ("100", 1), ("99.9999999", 1)]
)
def test_each_step_of_the_scale_is_a_tenth_of_the_downtime(percent: str, share: float) -> None:
    assert nines(Decimal(percent)) == pytest.approx(share)


WEEK = [[(480, 1080)]] * 5 + [[], [(1320, 360)]]
OSLO = {
    "week": WEEK,
    "closed_days": [(date(2027, 3, 26), "Good Friday")],
    "openings": [(date(2027, 3, 27), [(540, 600)])],
    "zone": "Europe/Oslo",
}


def minutes_by_counting(first: date, last: date) -> int:
    """Every minute of universal time, looked up in the zone, one by one."""
    zone = ZoneInfo("Europe/Oslo")
    at = datetime.combine(first - timedelta(days=2), datetime.min.time(), tzinfo=UTC)
    count = 0
    while at.astimezone(zone).date() <= last + timedelta(days=1):
        wall = at.astimezone(zone)
        minute = wall.hour * 60 + wall.minute
        for begins, offset in ((wall.date(), 0), (wall.date() - timedelta(days=1), 1440)):
            if first <= begins <= last:
                windows = {date(2027, 3, 26): [], date(2027, 3, 27): [(540, 600)]}.get(begins, WEEK[begins.weekday()])
                spans = [(opens, closes if closes > opens else closes + 1440) for opens, closes in windows]
                count += any(opens <= minute + offset < closes for opens, closes in spans)
        at += timedelta(minutes=1)
    return count


def test_agreed_minutes_are_those_that_a_clock_counts_over_a_change_to_summer_time() -> None:
    first, last = date(2027, 3, 20), date(2027, 3, 31)
    assert sum(agreed_minutes(Hours.of(OSLO), first, last)) == minutes_by_counting(first, last)


@pytest.mark.parametrize("percent", ["99.9", "99.95", "100", "0"])
def test_what_may_be_lost_is_cut_downwards_and_counted_in_the_shortest_period(percent: str) -> None:
    found = allowance(Decimal(percent), OSLO, date(2027, 1, 15), date(2027, 7, 20), "month")
    assert found is not None
    months = {
        month: sum(agreed_minutes(Hours.of(OSLO), date(2027, month, 1), date(2027, month + 1, 1) - timedelta(days=1)))
        for month in range(2, 7)
    }
    assert found.agreed_minutes == min(months.values())
    assert months[found.first.month] == found.agreed_minutes
    exact = Fraction(found.agreed_minutes) * (100 - Fraction(percent)) / 100
    assert found.minutes <= exact < found.minutes + 1


@pytest.mark.parametrize(("first", "last", "period"), [
    (date(2027, 1, 2), date(2027, 1, 31), "month"),
    (date(2027, 1, 1), date(2027, 3, 30), "quarter"),
    (date(2027, 2, 1), date(2028, 1, 31), "year"),
    (date(2027, 1, 1), date(2027, 12, 31), "week"),
])  # fmt: skip
def test_a_term_without_a_whole_period_has_no_allowance(first: date, last: date, period: str) -> None:
    assert allowance(Decimal(99), OSLO, first, last, period) is None
