"""Journeys: the stories in workflow files, told to the real engine and its guards."""

from __future__ import annotations

from datetime import date

from sdflow.adapters.workflow_engine import WorkflowEngine
from sdflow.domain.errors import Refused
from sdflow.domain.finding import Finding, Severity
from sdflow.domain.guard import Situation, Unmet, unmet
from sdflow.domain.workflow import Journey, JourneyMove, Step, Workflow

BEFORE, DUE, AFTER = date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 2)


def run_journey(workflow: Workflow, journey: Journey) -> list[str]:
    """What does not go as the journey says, each as a sentence; empty where it all does.

    What a journey does not give is as it should be: the person has the role by which the move is made and is named where
    that is asked for, stands for the right party, sections are filled in, dates have been reached and are not past, signatures
    and keys are there, the content concludes what the step asks for, nothing was found.
    """
    engine = WorkflowEngine(workflow)
    state = workflow.initial.name
    faults: list[str] = []
    for number, move in enumerate(journey.moves, 1):
        try:
            step = engine.step(state, move.step)
        except Refused as refusal:
            return [*faults, f"move {number}: {refusal}"]
        reasons = unmet(step, _situation(move, step))
        faults += [f"move {number} ('{move.step}' by {move.by}): {fault}" for fault in _faults(move, reasons)]
        if move.refused is None:
            state = engine.take(state, move.step, lambda _: True)
    if state != journey.ends:
        faults.append(f"it ends in '{state}', not in '{journey.ends}'")
    return faults


def _faults(move: JourneyMove, reasons: list[Unmet]) -> list[str]:
    guards = sorted({one.guard for one in reasons})
    if move.refused is None:
        return [f"should be possible, but {one}" for one in reasons]
    if guards == [move.refused]:
        return []
    found = f"was refused by {', '.join(guards)}" if guards else "was possible"
    return [f"should be refused by {move.refused}, but {found}"]


def _situation(move: JourneyMove, step: Step) -> Situation:
    given = move.given
    found = given.get("findings")
    return Situation(
        who=move.by,
        roles=frozenset({move.by}),
        today={"before": BEFORE, "on": DUE, "after": AFTER}[
            given.get("today", "on" if step.guards.not_after else "after")
        ],
        lacks=lambda path: path == given.get("missing"),
        date_of=lambda _: DUE,
        took=lambda name: name == given.get("took"),
        first_day=lambda: DUE,
        last_day=lambda: DUE,
        standing=lambda: "standing" in given,
        in_force=lambda: "in_force" in given,
        unchanged=lambda path: path == given.get("unchanged"),
        findings=lambda: [Finding("given", Severity(found), f"a {found} that the journey gives")] if found else [],
        named=lambda path: path == given.get("named") or (path in step.guards.named and path != given.get("unnamed")),
        outcome=lambda: given.get("outcome", step.guards.outcome or ""),
        against_renewal=lambda: "it was decided about this term before" if "decided" in given else "",
        trigger=step.on,
        speaks_for=lambda _: "party" not in given,
        acts_for=lambda _, __: "party" not in given,
        present=lambda path: path != given.get("absent"),
        filled=lambda _: "written" in given,
        written_by=lambda _, verb: verb == given.get("written"),
        citing=lambda path, _: path != given.get("uncited"),
        others=lambda _: (given["other"],) if "other" in given else (),
        as_before=lambda _, path: path == given.get("as_before"),
        unsigned=("somebody",) if "unsigned" in given else (),
        keyless=("somebody",) if "keyless" in given else (),
    )
