"""Terms: the days on which something that is needed is not in force and signed (R15)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from sdflow.domain.alignment.clauses import TERM, names, time_targets
from sdflow.domain.composition import needed_components
from sdflow.domain.fact import FactKind, SupportTerm
from sdflow.domain.scene import Horizon, Scene, Supporter
from sdflow.domain.service_time import Intervals, intersection, intervals, minus, total_minutes, union


def term_facts(scene: Scene, horizon: Horizon) -> Iterator[FactKind]:
    """R15: the days of the agreement's term on which something that it needs is not in force and signed."""
    for component in needed_components(scene.structure, scene.dependencies):
        supporters = scene.supporting(component)
        signed = [_days(one, horizon) for one in supporters if one.binding]
        yield _support_term(scene, horizon, scene.label(component), supporters, union(*signed))
    used = {priority for _, priority, _ in time_targets(scene)}
    for _, route in sorted(scene.routes.items()):
        if used.intersection(route.priorities):
            named = list(dict.fromkeys(one for tier in route.tiers for one in tier.agreements))
            tiers = [scene.versions_of(reference) for reference in named]
            signed = [union(*(_days(one, horizon) for one in versions if one.binding)) for versions in tiers]
            everybody = [one for versions in tiers for one in versions]
            yield _support_term(scene, horizon, route.title, everybody, intersection(*signed))


def _days(supporter: Supporter, horizon: Horizon) -> Intervals:
    spans = supporter.days(horizon.first, horizon.agreed_until)
    return intervals(*((first.toordinal(), last.toordinal() + 1) for first, last in spans))


def _support_term(
    scene: Scene, horizon: Horizon, what: str, supporters: Sequence[Supporter], signed: Intervals
) -> SupportTerm:
    agreed = intervals((horizon.first.toordinal(), horizon.agreed_until.toordinal() + 1))
    open_days = minus(agreed, signed)
    unsigned = [one for one in supporters if not one.binding and len(intersection(open_days, _days(one, horizon)))]
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
