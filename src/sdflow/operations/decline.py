"""Decline: a signatory does not sign, and says why."""

from __future__ import annotations

from dataclasses import dataclass

from sdflow.domain.errors import Refused
from sdflow.domain.record import Record
from sdflow.domain.workflow import Trigger
from sdflow.engine.change import acting
from sdflow.engine.signing import open_version, require_office
from sdflow.engine.transition import take_step
from sdflow.engine.workspace import Occasion, Workspace


@dataclass(frozen=True)
class Declined:
    """That a signatory declined: the record as it stands, and whose signatures count no longer."""

    record: Record
    field: str
    name: str
    reason: str
    void: tuple[str, ...]


def decline(workspace: Workspace, occasion: Occasion, reference: str, reason: str) -> Declined:
    """Decline to sign the present version of a record as the one who acts, whose turn it need not be.

    The step that waits for it is taken; the next version is signed from the start. `Refused` where it is not open for
    signature, the person is no signatory or has signed, or no reason is given.
    """
    if not reason.strip():
        raise Refused("nobody declines without a reason", advice="say with --reason what would have to change")
    with acting(workspace, occasion, "decline", reason) as change:
        version = open_version(workspace, change, reference)
        signatory = version.waiting_for(occasion.actor, occasion.name)
        require_office(workspace, change, signatory, occasion.today)
        step = _step(workspace, version.record)
        change.tell(
            reference,
            "declined",
            version=version.record.version,
            field=signatory.field,
            person=occasion.actor,
            reason=reason,
        )
        record = take_step(workspace, change, version.record, step, occasion, on=Trigger.decline)
    void = tuple(one.name for one in version.signatories if one.field in version.done)
    return Declined(record, signatory.field, signatory.name, reason, void)


def _step(workspace: Workspace, record: Record) -> str:
    steps = workspace.definitions.workflows[record.kind].steps_from(record.state)
    found = [step.name for step in steps if step.on is Trigger.decline]
    if not found:
        raise Refused(
            f"the life cycle of {record.reference} says nothing of declining",
            advice=f"add a step with 'on: decline' to its workflow file; see: sdflow diagram {record.kind}",
        )
    return found[0]
