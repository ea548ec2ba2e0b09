"""Transition: a step is taken inside an act, with its effects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sdflow.domain.errors import Refused
from sdflow.domain.guard import unmet
from sdflow.domain.record import Record
from sdflow.domain.workflow import Effect, Trigger
from sdflow.engine.change import Change
from sdflow.engine.publication import Publisher
from sdflow.engine.steps import possible_steps, situation_of
from sdflow.engine.workspace import Occasion, Workspace


def take_step(workspace: Workspace, change: Change, record: Record, name: str, occasion: Occasion) -> Record:
    """The record after a step and its effects; `Refused` with every guard that does not hold."""
    engine = workspace.definitions.engine(record.kind)
    step = engine.step(record.state, name)
    reasons = unmet(step, situation_of(workspace, change.writing, record, occasion))
    if reasons:
        raise Refused(
            f"'{name}' of {record.reference} is not possible now",
            tuple(map(str, reasons)),
            f"see: sdflow steps {record.reference}",
        )
    target = engine.take(record.state, name, lambda _: True)
    for effect in step.effects:
        record = EFFECTS[effect](workspace, change, record, target, occasion)
    return change.move(record, name, target)


def steps_triggered(workspace: Workspace, change: Change, record: Record, on: Trigger, occasion: Occasion) -> Record:
    """The record after the steps that something takes by itself, as far as their guards hold."""
    for one in possible_steps(workspace, change.writing, record, occasion):
        if one.step.on is on and one.possible:
            return take_step(workspace, change, record, one.step.name, occasion)
    return record


def _freeze(workspace: Workspace, change: Change, record: Record, target: str, occasion: Occasion) -> Record:
    envelope, document = Publisher(workspace, change.writing, occasion).freeze(record.moved(target))
    change.writing.keep_envelope(envelope)
    change.writing.keep_document(document)
    change.tell(
        record.reference,
        "frozen",
        version=envelope.version,
        envelope_sha256=envelope.sha256,
        document_sha256=document.sha256,
    )
    return replace(record, version=envelope.version)


EFFECTS: dict[Effect, Callable[[Workspace, Change, Record, str, Occasion], Record]] = {Effect.freeze: _freeze}
