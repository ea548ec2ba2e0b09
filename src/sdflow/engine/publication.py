"""Publication: a content becomes an envelope and a document."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

from sdflow.adapters.storage import Reading
from sdflow.domain.agreement import signature_fields
from sdflow.domain.clause_path import values_at
from sdflow.domain.content import canonical_text, content_hash, plain
from sdflow.domain.difference import clause_changes
from sdflow.domain.document import Attachment
from sdflow.domain.errors import Refused
from sdflow.domain.fact import FactKind
from sdflow.domain.kind import Content, links, material
from sdflow.domain.record import Envelope, Record, StoredDocument
from sdflow.domain.service_time import CalendarHours
from sdflow.domain.sheet import sheet
from sdflow.domain.signature import ENVELOPE_ATTACHMENT, SigningMethod, closing_field
from sdflow.domain.trait import Acting, Promising, Signable, Supporting, Timed
from sdflow.engine.definitions import housekeeping_of, material_of
from sdflow.engine.illustrations import calendar_view, illustrated, proof_view
from sdflow.engine.inheritance import inherited_clauses
from sdflow.engine.notice import notice_view
from sdflow.engine.printing import Order
from sdflow.engine.proof import Proof, Prover
from sdflow.engine.staleness import checked_clauses
from sdflow.engine.workspace import Occasion, Workspace

ENVELOPE_FORMAT = "envelope/1"
FIGURE_COLUMNS = ("comparison", "value", "unit", "statement")
TARGET_COLUMNS = ("agreement", "clause", "metric", "priority", "minutes", "percent", *FIGURE_COLUMNS)


class Publisher:
    """Freezes versions and lays documents out."""

    def __init__(self, workspace: Workspace, reading: Reading, occasion: Occasion) -> None:
        self.workspace = workspace
        self.reading = reading
        self.occasion = occasion
        self.prover = Prover(workspace, reading, occasion.today)

    def freeze(self, record: Record) -> tuple[Envelope, StoredDocument]:
        """The next version of a record: its envelope, and its document ready for signature."""
        version = record.version + 1
        content = self.complete(record)
        proof = self.proof(record, content)
        text = canonical_text(self._envelope(record, content, version, proof))
        envelope = Envelope(record.reference, version, text, content_hash(text), act=0)
        order = self.order(record=replace(record, version=version), content=content, proof=proof, envelope=envelope)
        pdf = self.workspace.printing.document(order)
        return envelope, StoredDocument(record.reference, version, 0, pdf, sha256_of(pdf), act=0)

    def draft(self, record: Record) -> bytes:
        """The document of a record as it stands, under a watermark and without signature fields."""
        return self.workspace.printing.document(self.draft_order(record))

    def draft_order(self, record: Record) -> Order:
        """What is to be printed as the draft of a record."""
        content = self.complete(record)
        return self.order(record=record, content=content, proof=self.proof(record, content), envelope=None)

    def order(self, *, record: Record, content: Content, proof: Proof | None, envelope: Envelope | None) -> Order:
        """What is to be printed as the PDF of a record; with an envelope it is final, else a draft."""
        description = self.workspace.definitions.description(record.kind)
        if not self.workspace.pages.has(record.kind):
            raise Refused(
                f"there is no template for {description.plural.lower()}",
                advice=f"put {record.kind}.html.j2 into the workspace's documents folder",
            )
        view = self._view(record, content, proof, envelope)
        source = envelope.text if envelope else canonical_text(plain(material(content)))
        attachments = (
            Attachment(ENVELOPE_ATTACHMENT, "What was agreed, for programs", "Source", source.encode()),
            Attachment("targets.csv", "What is promised, as a table", "Data", self._targets(record, content)),
        )
        return Order(
            record.kind,
            view,
            replace(
                self.workspace.manuscript(
                    f"{description.title} {record.reference}: {record.title}", self.occasion.today
                ),
                identifier=content_hash(source),
                attachments=attachments if envelope else (),
                fields=tuple(signature_fields(signing_order(content))) if envelope else (),
                closing=closing_field(signature_fields(signing_order(content))) is not None,
                final=envelope is not None,
            ),
        )

    def complete(self, record: Record) -> Content:
        """The content of a record with the clauses that it inherits."""
        return self.prover.complete(record.reference)

    def adopt(self, record: Record, paper: bytes, file_name: str) -> tuple[Envelope, StoredDocument]:
        """The first version of a record that was signed elsewhere: its envelope, and the paper as its document."""
        content = self.complete(record)
        adopted = {"file_name": file_name, "file_sha256": sha256_of(paper)}
        text = canonical_text(self._envelope(record, content, record.version + 1, None) | {"adopted": adopted})
        envelope = Envelope(record.reference, record.version + 1, text, content_hash(text), act=0)
        return envelope, StoredDocument(record.reference, envelope.version, 0, paper, sha256_of(paper), act=0)

    def annex(self, record: Record) -> bytes:
        """The contacts of a record as of the day, with every change of its housekeeping."""
        view = {"content": self.complete(record), "amendments": self._amendments(record)}
        return self._accompanying("annex", f"Annex to {record.reference}: {record.title}", record, view)

    def redline(self, record: Record, view: dict[str, Any]) -> bytes:
        """What changed between two texts of a record, as the view gives it."""
        return self._accompanying("redline", f"Changes of {record.reference}: {record.title}", record, view)

    def notice(self, record: Record) -> bytes:
        """The letter by which notice of a record was given, or a draft of the one that would be given on the day."""
        view = notice_view(self.prover, record, self.occasion)
        on_the_day = Publisher(self.workspace, self.reading, replace(self.occasion, today=view["giving"].given_on))
        return on_the_day._accompanying("notice", f"Notice of {record.reference}: {record.title}", record, view)

    def _accompanying(self, template: str, title: str, record: Record, view: dict[str, Any]) -> bytes:
        """A document that goes with a record and is no part of it."""
        shown = {"record": self._record_view(record), **view}
        return self.workspace.printing.document(self.workspace.order(template, title, self.occasion.today, shown))

    def _amendments(self, record: Record) -> list[dict[str, Any]]:
        """The revisions that changed housekeeping, each with what it changed."""
        revisions = self.reading.revisions(record.reference)
        acts = {act.number: act for act in self.reading.acts(record.reference)}
        rows = []
        for before, after in pairwise(revisions):
            changes = clause_changes(plain(housekeeping_of(before) or {}), plain(housekeeping_of(after) or {}))
            if changes:
                act = acts[after.act]
                actor = self.reading.record(act.actor)
                rows.append(
                    {
                        "recorded_on": act.effective_on,
                        "actor": actor.title if actor else act.actor,
                        "reason": act.reason,
                        "changes": changes,
                    }
                )
        return rows

    def inherited(self, content: Content) -> dict[str, dict[str, Any]]:
        """From where each inherited clause comes: reference, title and version of the wider agreement."""
        found = {}
        for one in inherited_clauses(content):
            wider, _ = self.prover.cited(one.wider)
            found[one.path] = {"reference": one.wider, "title": wider.title, "version": wider.version}
        return found

    def proof(self, record: Record, content: Content) -> Proof | None:
        """The proof of an agreement that promises a service, an analysis, a plan or a test; none for other contents."""
        has_one = self.prover.has_proof(record, content)
        return self.prover.prove_present(record.reference) if has_one else None

    def cited(self, content: Content) -> dict[str, tuple[Record, Content]]:
        """Every record that a content refers to, and those that they refer to in turn."""
        found: dict[str, tuple[Record, Content]] = {}
        todo = [link.reference for link in links(content)]
        while todo:
            reference = todo.pop()
            if reference not in found:
                found[reference] = self.prover.cited(reference)
                todo.extend(link.reference for link in links(found[reference][1]))
        return dict(sorted(found.items()))

    def _envelope(self, record: Record, content: Content, version: int, proof: Proof | None) -> dict[str, Any]:
        cited = self.cited(content)
        calendars = self._calendars(cited, content)
        return {
            "format": ENVELOPE_FORMAT,
            "kind": record.kind,
            "reference": record.reference,
            "version": version,
            "content_format": record.revision.format,
            "content_sha256": record.revision.sha256,
            "content": material_of(record.revision),
            "frozen_on": self.occasion.today,
            "records": {reference: embedded(*one) for reference, one in cited.items()},
            "holidays": {
                reference: {day.isoformat(): name for day, name in hours.closed_days.items()}
                for reference, hours in calendars.items()
            },
            "signatories": self._signatories(content),
            "inherited": {
                path: origin | {"clause": material(value)}
                for path, origin in self.inherited(content).items()
                for value in values_at(content, path)
            },
            "checked_against": checked_clauses(self.prover, record.reference)
            if isinstance(content, Supporting)
            else {},
            "proof": proof
            and {
                "proven": [{"clause": one.clause, "statement": one.statement} for one in proof.proven],
                "unproven": [one.clause for one in proof.unproven],
                "findings": [
                    {"rule": one.rule, "message": one.message, "waiver": one.waiver} for one in proof.findings
                ],
                "overridden": list(proof.overridden),
            },
            "versions": dict(self.workspace.versions),
        }

    def _signatories(self, content: Content) -> list[dict[str, Any]]:
        found = []
        for one in signing_order(content):
            record, person = self.prover.cited(one.person)
            party, _ = self.prover.cited(one.party)
            fingerprint = person.fingerprint(self.occasion.today) if isinstance(person, Acting) else None
            found.append(
                {
                    "key": one.key,
                    "person": one.person,
                    "name": record.title,
                    "party": party.title,
                    "capacity": one.capacity,
                    "fingerprint": None if one.method is SigningMethod.paper else fingerprint,
                    "turn": one.turn,
                    "method": (one.method or SigningMethod.key).value,
                }
            )
        return found

    def _calendars(self, cited: Mapping[str, tuple[Record, Content]], content: Content) -> dict[str, CalendarHours]:
        first = content.starts_on() or self.occasion.today
        last = content.ends_on() or date(first.year + 1, first.month, min(first.day, 28))
        found = {}
        for reference, (_, one) in cited.items():
            if isinstance(one, Timed):
                hours = self.prover.calendar(reference, first, until=last)
                days = {day: name for day, name in hours.closed_days.items() if first <= day <= last}
                openings = {day: windows for day, windows in hours.openings.items() if first <= day <= last}
                found[reference] = replace(hours, closed_days=days, openings=openings)
        return found

    def _view(self, record: Record, content: Content, proof: Proof | None, envelope: Envelope | None) -> dict[str, Any]:
        cited = self.cited(content)
        return {
            "record": self._record_view(record),
            "content": content,
            "referred": {reference: one for reference, (_, one) in cited.items()},
            "states": {reference: self.workspace.definitions.state(one) for reference, (one, _) in cited.items()},
            "calendars": {ref: calendar_view(hours) for ref, hours in self._calendars(cited, content).items()},
            "signatories": self._signatories(content),
            "inherited": self.inherited(content),
            "versions": self._versions(record),
            "proof": proof and proof_view(proof),
            "envelope_sha256": envelope.sha256 if envelope else None,
            "draft": envelope is None,
            "revisions": self._revisions(record),
            **self.workspace.letterhead(self.occasion.today),
            **illustrated(self.prover, record, content, self.occasion.today),
        }

    def _record_view(self, record: Record) -> dict[str, Any]:
        state = self.workspace.definitions.state(record)
        return {
            "reference": record.reference,
            "kind_title": self.workspace.definitions.description(record.kind).title,
            "title": record.title,
            "version": record.version,
            "revision": record.revision.number,
            "state": state.name,
            "state_meaning": state.meaning,
        }

    def _versions(self, record: Record) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        for one in self.prover.versions(record):
            signed = self.reading.signatures(record.reference, one.number)
            rows.append(
                {
                    "version": one.number,
                    "starts_on": one.first,
                    "ends_on": one.last,
                    "change_request": one.envelope["content"].get("change_request"),
                    "signed_on": max((each.signed_at.date() for each in signed), default=None),
                }
            )
        return rows

    def _revisions(self, record: Record) -> list[dict[str, Any]]:
        acts = {act.number: act for act in self.reading.acts(record.reference)}
        rows = []
        for one in self.reading.revisions(record.reference):
            act = acts.get(one.act)
            actor = self.reading.record(act.actor) if act else None
            offering = self.reading.record(one.offered_by) if one.offered_by else None
            rows.append(
                {
                    "number": one.number,
                    "round": one.round,
                    "offered_by": offering.title if offering else None,
                    "recorded_on": act.effective_on if act else None,
                    "actor": actor.title if actor else None,
                    "reason": act.reason if act else "",
                }
            )
        return rows

    def _targets(self, record: Record, content: Content) -> bytes:
        """The promises of an agreement as comma-separated values; a heading alone where it makes none."""
        rows: list[FactKind] = []
        if isinstance(content, Promising) and content.promise() is not None:
            rows = [one for one in self.prover.facts(record.reference) if one.states_promise]
        facts = [one.fact().fields for one in rows]
        cells = ([plain(one[name]) if name in one else "" for name in TARGET_COLUMNS] for one in facts)
        return sheet(TARGET_COLUMNS, cells)


def signing_order(content: Content) -> tuple[Any, ...]:
    """Who signs a content, in order; nobody where it is not signed."""
    return content.signing_order() if isinstance(content, Signable) else ()


def embedded(record: Record, content: Content) -> dict[str, Any]:
    """What an envelope keeps of a record that is referred to.

    Of people only the name, and of other agreements only that they exist, in which wording: what a supplier
    charges is not the customer's to read.
    """
    kept: dict[str, Any] = {
        "kind": record.kind,
        "title": record.title,
        "revision": record.revision.number,
        "sha256": record.revision.sha256,
    }
    if isinstance(content, Acting | Signable):
        return kept
    return kept | {"format": record.revision.format, "content": material_of(record.revision)}


def sha256_of(pdf: bytes) -> str:
    """SHA-256 of a file's bytes, in lower-case hexadecimal."""
    return hashlib.sha256(pdf).hexdigest()


def adopted_as(envelope: Envelope) -> str | None:
    """The name of the paper on which a version was signed elsewhere; none where it was signed here."""
    adopted: dict[str, str] | None = json.loads(envelope.text).get("adopted")
    return adopted["file_name"] if adopted else None
