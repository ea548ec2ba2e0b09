"""Judge: whether what was measured after the actions of an improvement item is better than before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from sdflow.adapters import statistics
from sdflow.domain.attainment.result import Attainment
from sdflow.domain.delivered import Series
from sdflow.domain.errors import Refused
from sdflow.domain.improvement import Baseline, Improvement, Improving, Kpi
from sdflow.domain.improvement_demands import Demands
from sdflow.domain.improvement_test import Compared, PValues, compared
from sdflow.domain.record import Record
from sdflow.engine.change import acting
from sdflow.engine.proof import Prover
from sdflow.engine.workspace import Occasion, Workspace

TESTS = PValues(statistics.fisher, statistics.mann_whitney)
REASON = "measured after its actions"
LONGEST_REASON = 300
"""How many characters why a value is written down without a test may have, so that it stands in a line with the rest."""


@dataclass(frozen=True)
class Judged:
    """An item, what its periods before and after its actions were, and how they compare."""

    reference: str
    figure: str
    unit: str
    before: tuple[Attainment, ...]
    after: tuple[Attainment, ...]
    begun_on: date
    done_on: date
    found: Compared


def judge(
    workspace: Workspace,
    occasion: Occasion,
    reference: str,
    *,
    short_of_data: str | None = None,
    dry_run: bool = False,
) -> Judged:
    """Compare the periods that ended before the first action was done with those that began after the last one was.

    A period up to the day of the baseline is none after: that is the figure which has to become better. Where there is
    enough data the value is written into the item as measured, unless it is a `dry_run`; whoever verifies
    the item closes it. `short_of_data` is why the value is written down as well where there is too little for the test;
    where there is enough, the test is made as ever. Refused where the item has no figure of a clause, or actions that are
    not done, and with `short_of_data` where nothing was measured after them.
    """
    reason = None if short_of_data is None else _in_a_line(short_of_data)
    with acting(workspace, occasion, "judge", REASON) as change:
        prover = Prover(workspace, change.writing, occasion.today)
        record = change.writing.lock(reference)
        content = workspace.definitions.content(record)
        if not isinstance(content, Improving):
            raise Refused(f"{reference} is no improvement item", advice="name an item such as SIP-0001")
        said = content.improvement()
        begun, done = _actions_done(reference, said)
        judged = _judged(prover, record, said, begun, done)
        if reason is not None and not judged.found.enough:
            judged = _untested(judged, reason)
            change.reason = f"{REASON}, short of data: {reason}"
        if judged.found.result is not None and not dry_run:
            change.revise(record, content.measured(judged.found.result), occasion.actor)
    return judged


def _in_a_line(reason: str) -> str:
    """A reason without line breaks; Refused where it says nothing, or too much."""
    line = " ".join(reason.split())
    if not line:
        raise Refused(
            "a value is not written down on too little data without a reason",
            advice="say why it is judged all the same: --short-of-data REASON",
        )
    if len(line) > LONGEST_REASON:
        raise Refused(
            f"the reason has {len(line)} characters, and has at most {LONGEST_REASON}",
            advice="say the rest in closure_reason of the item",
        )
    return line


def _untested(judged: Judged, reason: str) -> Judged:
    if judged.found.reached is None:
        raise Refused(
            f"nothing was measured after its actions: {judged.reference} has no whole period with a figure that began after"
            f" {judged.done_on}",
            advice="judge it once such a period is over and its rows are taken in: sdflow measure",
        )
    return replace(judged, found=judged.found.untested(reason))


def _judged(prover: Prover, record: Record, said: Improvement, begun: date, done: date) -> Judged:
    kpi, baseline, series = _figure(prover, record.reference, said)
    known = [one for one in series.attainments if one and one.achieved is not None]
    before = _apart(reversed([one for one in known if one.period.last < begun]))
    after = _apart(one for one in known if one.period.first > max(done, baseline.on))
    found = compared(before, after, kpi.direction, _demands(prover, record), TESTS)
    return Judged(record.reference, kpi.title, kpi.unit, before, after, begun, done, found)


def _apart(attained: Iterable[Attainment]) -> tuple[Attainment, ...]:
    """Those of them that share no day with one that is taken already, in the order of time: trailing periods overlap."""
    taken: list[Attainment] = []
    for one in attained:
        if all(one.period.last < other.period.first or one.period.first > other.period.last for other in taken):
            taken.append(one)
    return tuple(sorted(taken, key=lambda one: one.period))


def _figure(prover: Prover, reference: str, said: Improvement) -> tuple[Kpi, Baseline, Series]:
    if said.kpi is None or said.kpi.baseline is None or said.concern is None or not said.concern.target:
        raise Refused(
            f"{reference} has no figure with a baseline of a clause that is measured",
            advice="items that sdflow improve raises from missed targets have one; others are measured by hand",
        )
    series = prover.delivered.series(said.concern.record, said.concern.target, said.kpi.baseline.on)
    if series is None:
        raise Refused(
            f"nothing was measured of {said.concern.target} of {said.concern.record}",
            advice="take in what was measured: sdflow measure",
        )
    return said.kpi, said.kpi.baseline, series


def _actions_done(reference: str, said: Improvement) -> tuple[date, date]:
    """The days on which the first and the last action was done."""
    days = [one.done_on for one in said.actions.values() if one.done_on]
    if not days or len(days) < len(said.actions):
        raise Refused(
            f"{reference} has actions that are not done, or none at all, so there is no time after them",
            advice=f"write down when they were done: sdflow amend {reference} --set actions.KEY.done_on=DAY",
        )
    return min(days), max(days)


def _demands(prover: Prover, record: Record) -> Demands:
    demands = prover.definitions.workflows[record.kind].verification
    if demands is None:
        raise Refused(
            f"the life cycle of {record.kind} does not say how much data a comparison needs",
            advice="give verification with level, least_cases and least_periods in its workflow file",
        )
    return demands
