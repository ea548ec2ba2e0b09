"""Signing: what of a record waits for signatures, and who may give which."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from sdflow.domain.errors import Refused
from sdflow.domain.record import Envelope, Record, StoredDocument, StoredSignature
from sdflow.domain.signature import ExpectedSignature, SigningMethod
from sdflow.domain.workflow import Trigger
from sdflow.engine.people import person, roles_ended_on
from sdflow.engine.workspace import Workspace

if TYPE_CHECKING:
    from sdflow.engine.change import Change


@dataclass(frozen=True)
class OpenVersion:
    """A frozen version that waits for signatures: who is to sign, by turns, and which fields are done."""

    record: Record
    envelope: Envelope
    document: StoredDocument
    signatories: tuple[ExpectedSignature, ...]
    done: Mapping[str, StoredSignature]

    @property
    def waiting(self) -> tuple[ExpectedSignature, ...]:
        """Who has yet to sign."""
        return tuple(one for one in self.signatories if one.field not in self.done)

    def signed(self, given: StoredSignature) -> OpenVersion:
        """The version with a further signature."""
        return replace(self, done={**self.done, given.field: given})

    @property
    def next(self) -> tuple[ExpectedSignature, ...]:
        """Whose turn it is; they sign in any order."""
        turns = [one.turn for one in self.waiting]
        return tuple(one for one in self.waiting if one.turn == turns[0])

    def waiting_for(self, reference: str, name: str) -> ExpectedSignature:
        """What somebody has yet to sign; `Refused` for who is no signatory, or has signed."""
        mine = [one for one in self.signatories if one.person == reference]
        if not mine:
            names = ", ".join(f"{one.name} ({one.person})" for one in self.signatories)
            raise Refused(f"{name} is no signatory of {self.record.reference}", advice=f"signatories: {names}")
        if mine[0].field in self.done:
            raise Refused(f"{name} has already signed {self.record.reference} version {self.record.version}")
        return mine[0]

    def turn_of(self, reference: str, name: str) -> ExpectedSignature:
        """What somebody may sign now; `Refused` where others sign before."""
        mine = self.waiting_for(reference, name)
        if mine not in self.next:
            before = " and ".join(one.name for one in self.next)
            raise Refused(
                f"{before} {'signs' if len(self.next) == 1 else 'sign'} {self.record.reference} before {name}"
            )
        return mine


def open_version(workspace: Workspace, change: Change, reference: str) -> OpenVersion:
    """The present version of a record, locked; `Refused` where it is not open for signature."""
    record = change.writing.lock(reference)
    steps = workspace.definitions.workflows[record.kind].steps_from(record.state)
    triggered = any(step.on is Trigger.signature for step in steps)
    envelope = change.writing.envelope(reference, record.version) if triggered else None
    document = change.writing.document(reference, record.version) if triggered else None
    if envelope is None or document is None:
        raise Refused(
            f"{reference} is '{record.state}' and not open for signature", advice=f"see: sdflow steps {reference}"
        )
    done = {one.field: one for one in change.writing.signatures(reference, record.version)}
    return OpenVersion(record, envelope, document, envelope_signatories(envelope), done)


def require_office(workspace: Workspace, change: Change, signatory: ExpectedSignature, day: date) -> None:
    """`Refused` where all roles of a signatory had ended by that day."""
    ended_on = roles_ended_on(person(change.writing, workspace.definitions, signatory.person), day)
    if ended_on is not None:
        raise Refused(
            f"{signatory.name} holds no role since {ended_on:%d %B %Y} and signs nothing any more",
            advice="name another signatory in a further round, or record the role that is held now",
        )


def frozen_on(envelope: Envelope) -> date:
    """The business date on which a version was frozen."""
    return date.fromisoformat(json.loads(envelope.text)["frozen_on"])


def envelope_signatories(envelope: Envelope) -> tuple[ExpectedSignature, ...]:
    """Who is to sign a version, as frozen, by turns; envelopes from before there were turns list them in order."""
    found = json.loads(envelope.text)["signatories"]
    return tuple(
        ExpectedSignature(
            field=one["key"],
            person=one["person"],
            name=one["name"],
            party=one["party"],
            capacity=one["capacity"],
            fingerprint=one.get("fingerprint", ""),
            turn=one.get("turn", place),
            method=SigningMethod(one.get("method", SigningMethod.key)),
        )
        for place, one in enumerate(found, 1)
    )
