"""Advance: a record takes a step of its life cycle."""

from __future__ import annotations

from dataclasses import dataclass

from sdflow.domain.errors import NotFound, Refused
from sdflow.domain.record import Record
from sdflow.engine.change import acting
from sdflow.engine.steps import PossibleStep, possible_steps
from sdflow.engine.transition import take_step
from sdflow.engine.workspace import Occasion, Workspace


@dataclass(frozen=True)
class Advanced:
    """A step that was taken: from where to where, with the meaning of the new state."""

    record: Record
    step: str
    source: str
    meaning: str


def steps(workspace: Workspace, occasion: Occasion, reference: str) -> tuple[Record, list[PossibleStep]]:
    """What is possible now, and for what is not, each reason why."""
    with workspace.storage.reading() as reading:
        record = reading.record(reference)
        if record is None:
            raise NotFound(f"there is no record {reference}", advice="see: sdflow list")
        return record, possible_steps(workspace, reading, record, occasion)


def advance(
    workspace: Workspace,
    occasion: Occasion,
    reference: str,
    step: str,
    *,
    expected_state: str | None = None,
    reason: str = "",
) -> Advanced:
    """Take a step; `Refused` with every guard that does not hold.

    With `expected_state` the step is only taken from there, so that a retry after an unknown outcome
    never takes it twice.
    """
    with acting(workspace, occasion, "advance", reason) as change:
        record = change.writing.lock(reference)
        if expected_state is not None and record.state != expected_state:
            raise Refused(f"{reference} is '{record.state}', not '{expected_state}'; nothing was done")
        moved = take_step(workspace, change, record, step, occasion)
        return Advanced(moved, step, record.state, workspace.definitions.state(moved).meaning)


def rehearse(workspace: Workspace, occasion: Occasion, reference: str, step: str) -> None:
    """Find out whether a step is possible without taking it; `Refused` with every reason where it is not."""
    record, found = steps(workspace, occasion, reference)
    workspace.definitions.engine(record.kind).step(record.state, step)
    (one,) = (one for one in found if one.step.name == step)
    if one.unmet:
        raise Refused(f"'{step}' of {reference} is not possible now", tuple(map(str, one.unmet)))
