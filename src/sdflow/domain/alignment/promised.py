"""Promised: what an agreement with a customer promises, clause by clause."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from sdflow.domain.alignment.clauses import AVAILABILITY, RESPONSE, clause_of, time_targets
from sdflow.domain.alignment.times import Expansion, Span, span_of
from sdflow.domain.fact import FactKind, SlaTarget
from sdflow.domain.routes import worst_elapsed
from sdflow.domain.scene import Horizon, Scene
from sdflow.domain.service_time import local_days, wall_clock
from sdflow.domain.target import Comparison, ContinuityTarget, ReliabilityTarget, Statistic, Targets

_Stated = tuple[str, str, Mapping[str, Any]]
"""Clause, metric, and what else a fact says."""


def promised_facts(scene: Scene) -> Iterator[FactKind]:
    """Every target of an agreement; what no rule compares with a supporter is then known to be unproven."""
    service = scene.label(scene.promise.service)
    for clause, metric, said in _stated(scene):
        yield SlaTarget(scene.reference, clause, service, metric, **said)


def _stated(scene: Scene) -> Iterator[_Stated]:
    targets = scene.promise.targets
    if targets.availability:
        yield AVAILABILITY, "availability", {"percent": targets.availability.percent}
    yield from _times(scene)
    for key, availability in sorted(targets.further_availability.items()):
        yield f"targets.further_availability.{key}", "availability", {"percent": availability.percent}
    if targets.reliability:
        yield from _breaks(targets.reliability)
    yield from _performance(targets)
    yield from _security(targets)
    if targets.continuity:
        yield from _recovery(targets.continuity)
    for key, measure in sorted(targets.measures.items()):
        said = {"value": measure.value, "unit": measure.unit, "comparison": measure.comparison.value}
        yield f"targets.measures.{key}", "measure", {**said, "percent": measure.percent}


def _times(scene: Scene) -> Iterator[_Stated]:
    """R4: each promised time, with the longest elapsed time that it can take."""
    horizon = scene.horizon
    for metric, priority, target in time_targets(scene):
        before = None if metric == RESPONSE else scene.promise.targets.response
        span = span_of(scene, (f"targets.{metric}", priority), target, before)
        said = {"priority": priority, "percent": target.percent, "minutes": span.minutes if span else target.minutes}
        yield clause_of(metric, priority), metric, {**said, **(_span(span, horizon) if span else {})}


def _span(span: Span, horizon: Horizon) -> Mapping[str, Any]:
    said = {} if span.minutes is not None else {"statement": str(span)}
    if span.mixed:
        return said
    days = local_days(span.starts.zone, horizon.first, horizon.last)
    elapsed, begun = worst_elapsed(Expansion.of(horizon, [span.days_needed]).deadline(span), days)
    if elapsed < 0:
        return said
    return {**said, "elapsed_minutes": elapsed, "elapsed_from": wall_clock(begun, span.starts.zone)}


def _figure(
    clause: str, metric: str, value: Decimal | int | None, unit: str, comparison: Comparison = Comparison.at_most
) -> Iterator[_Stated]:
    if value is not None:
        yield clause, metric, {"value": Decimal(value), "unit": unit, "comparison": comparison.value}


def _breaks(promised: ReliabilityTarget) -> Iterator[_Stated]:
    path, period = "targets.reliability", promised.period.value.replace("_", " ")
    yield from _figure(f"{path}.breaks", "breaks", promised.breaks, f"breaks per {period}")
    yield from _figure(f"{path}.longest_minutes", "longest break", promised.longest_minutes, "minutes")
    yield from _figure(f"{path}.down_minutes", "downtime", promised.down_minutes, f"minutes per {period}")
    hours, clause = promised.mean_time_between_failures_hours, f"{path}.mean_time_between_failures_hours"
    yield from _figure(clause, "mean time between failures", hours, "hours", Comparison.at_least)


def _performance(targets: Targets) -> Iterator[_Stated]:
    for key, transaction in sorted(targets.transactions.items()):
        share = {"percent": transaction.percent} if transaction.statistic is Statistic.percentile else {}
        said = {"value": transaction.seconds, "unit": "seconds", "comparison": Comparison.at_most.value}
        yield f"targets.transactions.{key}", "transaction", {**said, **share}
    for key, throughput in sorted(targets.throughput.items()):
        clause, unit = f"targets.throughput.{key}", f"{throughput.unit} per {throughput.per}"
        yield from _figure(clause, "throughput", throughput.least, unit, Comparison.at_least)
    for key, batch in sorted(targets.batches.items()):
        said = {"percent": batch.percent, "statement": f"ready by {batch.ready_by}, {batch.days}"}
        yield f"targets.batches.{key}", "batch", said


def _security(targets: Targets) -> Iterator[_Stated]:
    for key, one in sorted(targets.security.items()):
        unit = f"incidents per {one.period.value.replace('_', ' ')}"
        yield from _figure(f"targets.security.{key}", "security incidents", one.most, unit)


def _recovery(promised: ContinuityTarget) -> Iterator[_Stated]:
    path = "targets.continuity"
    for name, metric, unit, comparison in (
        ("recovery_time_objective_hours", "recovery time objective", "hours", Comparison.at_most),
        ("recovery_not_before_hours", "least recovery time", "hours", Comparison.at_least),
        ("invoked_after_minutes", "time until recovery is invoked", "minutes", Comparison.at_most),
        ("recovery_point_objective_minutes", "recovery point objective", "minutes", Comparison.at_most),
        ("tested_every_months", "time between tests", "months", Comparison.at_most),
    ):
        yield from _figure(f"{path}.{name}", metric, getattr(promised, name), unit, comparison)
    if promised.minimum_service_level:
        said = {"statement": promised.minimum_service_level}
        yield f"{path}.minimum_service_level", "minimum service level", said
