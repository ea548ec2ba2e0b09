"""Hours: whether what is agreed is covered by the hours of those who support it (R1), and by who can be reached (R2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sdflow.domain.alignment.clauses import (
    ANYBODY,
    BEFORE,
    CONTACT,
    HOURS,
    ON_CALL,
    SUPPORT,
    names,
    used_routes,
)
from sdflow.domain.composition import Need, needed_components, redundant_needs, serial_components
from sdflow.domain.fact import ContactCover, FactKind, HoursCover, MissingTarget, NeverOpen
from sdflow.domain.scene import Horizon, Scene, Supporter
from sdflow.domain.service_time import (
    NOTHING,
    CalendarHours,
    Intervals,
    covered,
    intersection,
    intervals,
    local_days,
    minus,
    open_minutes,
    span_text,
    total_minutes,
    union,
)


def hours_facts(scene: Scene, horizon: Horizon) -> Iterator[FactKind]:
    """R1: the agreed hours against those of the agreements that support each component.

    R2: the support hours against those in which somebody can be reached. Besides, calendars that never open: of agreed
    hours that never open there is nothing to cover, and nothing is proven.
    """
    yield from _never_open(scene, horizon)
    agreed = _agreed(scene.service_hours, horizon)
    needed = needed_components(scene.structure, scene.dependencies)
    for component in needed:
        if not scene.supporting(component):
            yield MissingTarget(scene.reference, HOURS, ANYBODY, f"support for {scene.label(component)}")
    if len(agreed):
        yield from _hours_covers(scene, horizon, agreed)
    yield from _contact_covers(scene, horizon)


def _hours_covers(scene: Scene, horizon: Horizon, agreed: Intervals) -> Iterator[HoursCover]:
    needed = needed_components(scene.structure, scene.dependencies)
    cover = {component: _supported_time(scene, component, horizon) for component in needed}
    for component in serial_components(scene.structure, scene.dependencies):
        supporters = names(scene.supporting(component))
        yield _hours_cover(scene, horizon, (scene.label(component), supporters), agreed, cover[component])
    for need in redundant_needs(scene.structure, scene.dependencies):
        supporters = names(one for component in need.components() for one in scene.supporting(component))
        yield _hours_cover(scene, horizon, (_need_text(scene, need), supporters), agreed, _need_cover(need, cover))


def _agreed(hours: CalendarHours, horizon: Horizon) -> Intervals:
    """The open minutes of a calendar on the local days of the horizon."""
    opened = open_minutes(hours, horizon.first - BEFORE, horizon.last)
    return intersection(opened, intervals(local_days(hours.zone, horizon.first, horizon.last)))


def _supported_time(scene: Scene, component: str, horizon: Horizon) -> Intervals:
    zone = scene.service_hours.zone
    return union(*(_time_in_force(one, (one.service_hours,), zone, horizon) for one in scene.supporting(component)))


def _time_in_force(supporter: Supporter, calendars: Iterable[CalendarHours], zone: str, horizon: Horizon) -> Intervals:
    """Hours of a supporter on the days of its term, which are compared by date as the agreement's calendar reads it.

    Past the agreement's own end only the calendars matter: there the supporter counts as on that last day.
    """
    days = [
        local_days(zone, first, horizon.last if last == horizon.agreed_until else last)
        for first, last in supporter.days(horizon.first, horizon.agreed_until)
    ]
    if not days:
        return NOTHING
    opened = (open_minutes(hours, horizon.first - BEFORE, horizon.last + BEFORE) for hours in calendars)
    return intersection(union(*opened), intervals(*days))


def _need_cover(need: Need, cover: Mapping[str, Intervals]) -> Intervals:
    parts = [cover[part] if isinstance(part, str) else _need_cover(part, cover) for part in need.parts]
    return covered(need.least, *parts)


def _need_text(scene: Scene, need: Need) -> str:
    amount = "all" if need.least == len(need.parts) else f"at least {need.least}"
    return f"{amount} of {', '.join(_part_text(scene, part) for part in need.parts)}"


def _part_text(scene: Scene, part: Need | str) -> str:
    if isinstance(part, str):
        return scene.label(part)
    return _part_text(scene, part.parts[0]) if len(part.parts) == 1 else f"({_need_text(scene, part)})"


def _hours_cover(
    scene: Scene, horizon: Horizon, texts: tuple[str, str], agreed: Intervals, cover: Intervals
) -> HoursCover:
    what, supporters = texts
    measures = _uncovered(agreed, cover, scene.service_hours.zone, horizon)
    return HoursCover(scene.reference, HOURS, what, supporters, **measures)


def _uncovered(agreed: Intervals, cover: Intervals, zone: str, horizon: Horizon) -> dict[str, Any]:
    """The fields that facts about cover share."""
    gaps = minus(agreed, cover)
    return {
        "agreed_minutes": total_minutes(agreed),
        "uncovered_minutes": total_minutes(gaps),
        "gaps": len(gaps),
        "first_gap": span_text(int(gaps[0, 0]), int(gaps[0, 1]), zone) if len(gaps) else None,
        "horizon_start": horizon.first,
        "horizon_end": horizon.last,
    }


def _contact_covers(scene: Scene, horizon: Horizon) -> Iterator[ContactCover]:
    """R2: whoever stands first on a support route that is used can be reached in contact and on-call hours."""
    first = {reference for route in used_routes(scene) for reference in route.tiers[0].agreements}
    everybody = [*scene.earlier, *(one for _, one in sorted(scene.supporters.items()))]
    contacts = sorted((one for one in everybody if one.reference in first), key=lambda one: one.reference)
    zone = scene.support_hours.zone
    reached = union(*(_time_in_force(one, _contact_hours(one), zone, horizon) for one in contacts))
    for clause, hours in _reachable(scene):
        if len(agreed := _agreed(hours, horizon)):
            measures = _uncovered(agreed, reached, hours.zone, horizon)
            yield ContactCover(scene.reference, clause, names(contacts), **measures)


def _contact_hours(supporter: Supporter) -> list[CalendarHours]:
    given = supporter.contact_hours or supporter.support_hours, supporter.on_call_hours
    return [hours for hours in given if hours]


def _reachable(party: Scene | Supporter) -> Iterator[tuple[str, CalendarHours]]:
    """The calendars in which somebody can be reached, by their clauses."""
    given = (SUPPORT, party.support_hours), (ON_CALL, party.on_call_hours), (CONTACT, party.contact_hours)
    yield from ((clause, hours) for clause, hours in given if hours)


def _never_open(scene: Scene, horizon: Horizon) -> Iterator[NeverOpen]:
    parties: list[tuple[str, Scene | Supporter]] = [(scene.reference, scene)]
    parties += [(one.label, one) for _, one in sorted(scene.supporters.items())]
    for holder, party in parties:
        for clause, hours in ((HOURS, party.service_hours), *_reachable(party)):
            begins, ends = local_days(hours.zone, horizon.first, horizon.last)
            opened = open_minutes(hours, horizon.first - BEFORE, horizon.last)
            if not ((opened[:, 1] > begins) & (opened[:, 0] < ends)).any():
                yield NeverOpen(scene.reference, clause, holder, hours.title, horizon.first, horizon.last)
