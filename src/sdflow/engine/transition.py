"""Transition: a step is taken inside an act, with its effects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sdflow.domain.errors import Refused
from sdflow.domain.guard import unmet
from sdflow.domain.kind import joined
from sdflow.domain.record import Record
from sdflow.domain.workflow import Effect, Trigger
from sdflow.engine.change import Change
from sdflow.engine.definitions import housekeeping_of, stored_text
from sdflow.engine.publication import Publisher
from sdflow.engine.renewals import renewal_of
from sdflow.engine.steps import possible_steps, situation_of
from sdflow.engine.versions import signed_versions
from sdflow.engine.workspace import Occasion, Workspace


def take_step(
    workspace: Workspace, change: Change, record: Record, name: str, occasion: Occasion, on: Trigger | None = None
) -> Record:
    """The record after a step and its effects; `Refused` with every guard that does not hold.

    `on` says what takes the step, where it is not a person.
    """
    engine = workspace.definitions.engine(record.kind)
    step = engine.step(record.state, name)
    reasons = unmet(step, replace(situation_of(workspace, change.writing, record, occasion), trigger=on))
    if reasons:
        raise Refused(
            f"'{name}' of {record.reference} is not possible now",
            tuple(map(str, reasons)),
            f"see: sdflow steps {record.reference}",
        )
    target = engine.take(record.state, name, lambda _: True)
    for effect in step.effects:
        record = EFFECTS[effect](Taking(workspace, change, occasion, target), record)
    return change.move(record, name, target)


def steps_triggered(workspace: Workspace, change: Change, record: Record, on: Trigger, occasion: Occasion) -> Record:
    """The record after the steps that something takes by itself, as far as their guards hold."""
    for one in possible_steps(workspace, change.writing, record, occasion):
        if one.step.on is on and one.possible:
            return take_step(workspace, change, record, one.step.name, occasion)
    return record


@dataclass(frozen=True)
class Taking:
    """A step that is being taken: inside which act, on which occasion, to which state."""

    workspace: Workspace
    change: Change
    occasion: Occasion
    target: str


def _freeze(taking: Taking, record: Record) -> Record:
    envelope, document = Publisher(taking.workspace, taking.change.writing, taking.occasion).freeze(
        record.moved(taking.target)
    )
    taking.change.keep_version(envelope, document)
    return replace(record, version=envelope.version)


def _restore(taking: Taking, record: Record) -> Record:
    definitions = taking.workspace.definitions
    versions = signed_versions(definitions, taking.change.writing, record)
    if not versions:
        raise Refused(f"no version of {record.reference} was signed, so there is nothing to go back to")
    agreed = joined(versions[-1].envelope["content"], housekeeping_of(record.revision))
    signed = definitions.content_of(record.kind, versions[-1].envelope["content_format"], agreed, record.reference)
    if stored_text(signed)[1] == record.revision.sha256:
        return record
    return taking.change.revise(record, signed, restored=True)


def _supersede(taking: Taking, record: Record) -> Record:
    versions = signed_versions(taking.workspace.definitions, taking.change.writing, record)
    for former in [one for one in versions if one.last is not None][-1:]:
        taking.change.tell(
            record.reference, "superseded", version=former.number, by=record.version, last_on=former.last
        )
    return record


def _renew(taking: Taking, record: Record) -> Record:
    decision = renewal_of(taking.workspace.definitions, taking.change.writing, record, taking.occasion.today)
    if decision.refused:
        raise Refused(f"{record.reference} cannot be renewed", (decision.refused,))
    taking.change.tell(record.reference, "renewed", after=decision.after, until=decision.until)
    return record


EFFECTS: dict[Effect, Callable[[Taking, Record], Record]] = {
    Effect.freeze: _freeze,
    Effect.restore: _restore,
    Effect.supersede: _supersede,
    Effect.renew: _renew,
}
