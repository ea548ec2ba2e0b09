"""Terms: the days on which something that is needed is not in force and signed (R15)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from sdflow.domain.alignment.clauses import TERM, names, time_targets
from sdflow.domain.composition import needed_components
from sdflow.domain.fact import FactKind, SupportTerm
from sdflow.domain.scene import Horizon, Scene, Supporter
from sdflow.domain.service_time import Intervals, intersection, intervals, minus, total_minutes, union
from sdflow.domain.terms import current_term_end, current_term_start


def term_facts(scene: Scene, horizon: Horizon) -> Iterator[FactKind]:
    """R15: the days of the agreement's term on which something that it needs is not in force and signed.

    They are all days of the current term on which the version holds, however many; of an open-ended one those of the
    horizon. Agreements that follow one another on a route support it together.
    """
    days = _term_days(scene, horizon)
    for component in needed_components(scene.structure, scene.dependencies):
        supporters = scene.supporting(component)
        signed = [_days(one, days) for one in supporters if one.binding]
        yield _support_term(scene, days, scene.label(component), supporters, union(*signed))
    used = {priority for _, priority, _ in time_targets(scene)}
    for _, route in sorted(scene.routes.items()):
        if used.intersection(route.priorities):
            named = dict.fromkeys(line for tier in route.tiers for line in tier.successions)
            lines = [[one for reference in line for one in scene.versions_of(reference)] for line in named]
            signed = [union(*(_days(one, days) for one in line if one.binding)) for line in lines]
            everybody = [one for line in lines for one in line]
            yield _support_term(scene, days, route.title, everybody, intersection(*signed))


def _term_days(scene: Scene, horizon: Horizon) -> tuple[date, date]:
    term = scene.promise.term
    since = scene.since or term.start_on
    today = max(scene.as_of or term.start_on, since)
    end = current_term_end(term, today)
    if end is None:
        return horizon.first, horizon.agreed_until
    first = current_term_start(term, today)
    first = max(first, since) if since <= end else first
    return first, min(end, scene.until) if scene.until and scene.until >= first else end


def _days(supporter: Supporter, days: tuple[date, date]) -> Intervals:
    spans = supporter.days(*days)
    return intervals(*((first.toordinal(), last.toordinal() + 1) for first, last in spans))


def _support_term(
    scene: Scene, days: tuple[date, date], what: str, supporters: Sequence[Supporter], signed: Intervals
) -> SupportTerm:
    agreed = intervals((days[0].toordinal(), days[1].toordinal() + 1))
    open_days = minus(agreed, signed)
    unsigned = [one for one in supporters if not one.binding and len(intersection(open_days, _days(one, days)))]
    return SupportTerm(
        agreement=scene.reference,
        clause=TERM,
        what=what,
        supporters=names(supporters),
        term_days=total_minutes(agreed),
        uncovered_days=total_minutes(open_days),
        first_uncovered_on=date.fromordinal(int(open_days[0, 0])) if len(open_days) else None,
        unsigned=names(unsigned) if unsigned else None,
    )
