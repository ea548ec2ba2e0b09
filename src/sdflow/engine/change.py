"""Change: one act, from the lock to the link of the chain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from sdflow.adapters.storage import Writing
from sdflow.domain.errors import Refused
from sdflow.domain.event import Act, Event, Verb
from sdflow.domain.kind import Content, links
from sdflow.domain.record import Envelope, Record, Revision, StoredDocument
from sdflow.engine.definitions import Definitions, stored_text
from sdflow.engine.fixed_fields import refuse_fixed
from sdflow.engine.projection import follow, is_current, stale
from sdflow.engine.reminder_settling import catch_up, settle_ended
from sdflow.engine.workspace import Occasion, Workspace


class Change:
    """What one act does to records; every method keeps the event that tells of it.

    `left` are the records that those which were revised cited before, and may no longer. `reason` is why it is done, as the
    chain keeps it; an act that learns it only while it goes on writes it there.
    """

    def __init__(self, definitions: Definitions, writing: Writing, reason: str = "") -> None:
        self.definitions = definitions
        self.writing = writing
        self.reason = reason
        self.events: list[Event] = []
        self.left: set[str] = set()
        self.act: Act | None = None

    def tell(self, reference: str, type: str, **details: object) -> None:
        """Keep an event."""
        self.events.append(Event(reference, type, {key: value for key, value in details.items() if value is not None}))

    def create(self, kind: str, reference: str, content: Content) -> Record:
        """A new record in the first state of its workflow."""
        workflow = self.definitions.workflows[kind]
        revision = self._revision(kind, content, 1)
        record = Record(
            reference=reference,
            kind=kind,
            title=content.title,
            state=workflow.initial.name,
            version=0,
            revision=revision,
        )
        record = with_index(record, content)
        self.writing.add(record, _links(content))
        self.tell(
            reference,
            "created",
            kind=kind,
            state=record.state,
            revision=1,
            sha256=revision.sha256,
            format=revision.format,
            workflow=workflow.sha256,
        )
        return record

    def revise(
        self, record: Record, content: Content, offered_by: str | None = None, *, restored: bool = False
    ) -> Record:
        """The record with a further revision; in a negotiation it is the next numbered round.

        What is frozen may only change in its housekeeping, which lies outside what was signed, or go back to what was
        signed before (`restored`).
        """
        state = self.definitions.state(record)
        if state.frozen and not restored and stored_text(content)[1] != record.revision.sha256:
            raise Refused(
                f"{record.reference} is '{record.state}' and can no longer be changed",
                (state.meaning,),
                f"see what is possible: sdflow steps {record.reference}",
            )
        if not restored:
            refuse_fixed(self.definitions, self.writing, record, content)
        rounds = [one.round for one in self.writing.revisions(record.reference) if one.round is not None]
        number = max(rounds, default=0) + 1 if state.negotiation else None
        revision = replace(
            self._revision(record.kind, content, record.revision.number + 1),
            round=number,
            offered_by=offered_by if number else None,
        )
        changed = with_index(record, content)
        self.left.update(one.cited for one in self.writing.cites(record.reference))
        self.tell(
            record.reference,
            "revised",
            revision=revision.number,
            sha256=revision.sha256,
            format=revision.format,
            round=number,
        )
        return self.writing.revise(changed, revision, _links(content))

    def keep_version(self, envelope: Envelope, document: StoredDocument) -> None:
        """A frozen version and its first document."""
        self.writing.keep_envelope(envelope)
        self.writing.keep_document(document)
        self.tell(
            envelope.reference,
            "frozen",
            version=envelope.version,
            envelope_sha256=envelope.sha256,
            document_sha256=document.sha256,
        )

    def move(self, record: Record, step: str, target: str) -> Record:
        """The record in the state to which a step leads."""
        self.tell(
            record.reference,
            "advanced",
            step=step,
            source=record.state,
            target=target,
            workflow=self.definitions.workflows[record.kind].sha256,
        )
        return self.writing.change(record.moved(target))

    def _revision(self, kind: str, content: Content, number: int) -> Revision:
        text, sha256 = stored_text(content)
        return Revision(number, self.definitions.description(kind).format_name, text, sha256, act=0)


def with_index(record: Record, content: Content) -> Record:
    """The record with what is searched, as its content has it."""
    return replace(
        record,
        title=content.title,
        owner=content.owner_reference(),
        service=content.service_reference(),
        starts_on=content.starts_on(),
        ends_on=content.ends_on(),
    )


def _links(content: Content) -> Sequence[tuple[str, str]]:
    return [(link.path, link.reference) for link in links(content)]


@contextmanager
def acting(workspace: Workspace, occasion: Occasion, verb: Verb, reason: str = "") -> Iterator[Change]:
    """One act: everything inside is one transaction and one link of the chain, or nothing at all.

    What time alone has ended until then is written down before, as it was without the act.
    """
    _catch_up(workspace, occasion)
    with workspace.storage.writing() as writing:
        change = Change(workspace.definitions, writing, reason)
        yield change
        if change.events:
            change.act = writing.close(
                verb=verb,
                actor=occasion.actor,
                login=occasion.login,
                recorded_at=occasion.recorded_at,
                effective_on=occasion.today,
                reason=change.reason,
                events=change.events,
            )
            touched = {event.reference for event in change.events}
            ended = follow(workspace.definitions, writing, touched, change.left, occasion.today)
            settle_ended(workspace.definitions, writing, ended, occasion.today, occasion.recorded_at)


def _catch_up(workspace: Workspace, occasion: Occasion) -> None:
    definitions = workspace.definitions
    with workspace.storage.reading() as reading:
        behind = is_current(definitions, reading) and stale(reading, occasion.today, onwards=True)
    if behind:
        with workspace.storage.ledger() as ledger:
            catch_up(definitions, ledger, occasion.today, occasion.recorded_at, onwards=True)
