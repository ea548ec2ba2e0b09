"""Steps: what may be done with a record now, and for what may not, why."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from pydantic import BaseModel

from sdflow.adapters.storage import Reading
from sdflow.domain.clause_path import is_empty, is_filled, lies_within, values_at
from sdflow.domain.done_day import as_day
from sdflow.domain.errors import Unreadable
from sdflow.domain.event import Act
from sdflow.domain.finding import Finding
from sdflow.domain.guard import Situation, Unmet, unmet
from sdflow.domain.kind import Content
from sdflow.domain.looking_back import Attended
from sdflow.domain.record import Record, Revision
from sdflow.domain.signature import SigningMethod
from sdflow.domain.trait import Concluding, Lasting, Signable
from sdflow.domain.workflow import Alone, Effect, Step
from sdflow.engine.inheritance import whole
from sdflow.engine.people import person, roles_on, stands_for
from sdflow.engine.proof import Prover
from sdflow.engine.renewals import renewal_of
from sdflow.engine.terms import term_in_force
from sdflow.engine.versions import Version, signed_versions
from sdflow.engine.workspace import Occasion, Workspace

DRAFTING = "apply"


@dataclass(frozen=True)
class PossibleStep:
    """A step that leads away from where a record is, with every guard that does not hold."""

    step: Step
    unmet: tuple[Unmet, ...]

    @property
    def possible(self) -> bool:
        """Whether it may be taken now."""
        return not self.unmet


def possible_steps(workspace: Workspace, reading: Reading, record: Record, occasion: Occasion) -> list[PossibleStep]:
    """Every step from the state of a record."""
    situation = situation_of(workspace, reading, record, occasion)
    steps = workspace.definitions.workflows[record.kind].steps_from(record.state)
    return [PossibleStep(step, tuple(unmet(step, situation))) for step in steps]


def situation_of(workspace: Workspace, reading: Reading, record: Record, occasion: Occasion) -> Situation:
    """What the guards ask about a record, for somebody on a day."""
    asked = _Asked(workspace, reading, record, occasion)
    return Situation(
        who=occasion.name,
        roles=roles_on(person(reading, workspace.definitions, occasion.actor), occasion.today),
        today=occasion.today,
        lacks=lambda path: is_empty(asked.complete, path),
        date_of=lambda path: _date_at(asked.content, path),
        took=asked.took,
        first_day=asked.content.starts_on,
        last_day=asked.last_day,
        standing=lambda: bool(asked.versions),
        in_force=asked.in_force,
        unchanged=asked.unchanged,
        findings=asked.findings,
        named=lambda path: occasion.actor in values_at(asked.content, path),
        outcome=asked.outcome,
        against_renewal=asked.against_renewal,
        speaks_for=lambda path: asked.all_stand_for((occasion.actor,), path),
        acts_for=asked.named_stand_for,
        present=asked.present,
        filled=lambda path: is_filled(asked.content, path),
        written_by=asked.written_by,
        citing=asked.is_cited,
        others=lambda alone: tuple(asked.others(alone)),
        as_before=asked.as_before,
        unsigned=unsigned(reading, record, asked.content),
        keyless=keyless(reading, workspace, asked.content, occasion.today),
    )


@dataclass(frozen=True)
class _Asked:
    """A record that somebody wants to advance; what is costly is computed when a guard asks for it."""

    workspace: Workspace
    reading: Reading
    record: Record
    occasion: Occasion

    @cached_property
    def content(self) -> Content:
        return self.workspace.definitions.content(self.record)

    @cached_property
    def complete(self) -> Content:
        return whole(self.content, lambda wider: self.workspace.definitions.content(self.reading.required(wider)))

    @cached_property
    def versions(self) -> Sequence[Version]:
        return signed_versions(self.workspace.definitions, self.reading, self.record)

    def unchanged(self, path: str) -> bool:
        return bool(self.versions) and values_at(self.content, path) == values_at(self.versions[-1].content, path)

    def findings(self) -> Sequence[Finding]:
        prover = Prover(self.workspace, self.reading, self.occasion.today)
        if not prover.has_proof(self.record, self.complete):
            return ()
        return prover.prove_present(self.record.reference).findings

    def outcome(self) -> str:
        """What follows from the content; nothing where it concludes nothing."""
        return self.content.conclusion() if isinstance(self.content, Concluding) else ""

    def took(self, step: str) -> bool:
        """Whether the one who acts took a step since the last version was frozen and signed."""
        return self.occasion.actor in who_took(self._since_last_version, self.record.reference, step)

    def in_force(self) -> bool:
        """Whether somebody took a step by which the last version that was signed came into force."""
        steps = self.workspace.definitions.workflows[self.record.kind].steps
        bringing = [one.name for one in steps if Effect.supersede in one.effects]
        return any(who_took(self._since_last_version, self.record.reference, name) for name in bringing)

    @cached_property
    def _since_last_version(self) -> list[Act]:
        since = self.versions[-1].act if self.versions else 0
        return [act for act in self.reading.acts(self.record.reference) if act.number > since]

    def all_stand_for(self, people: Iterable[str], path: str) -> bool:
        """Whether these people stand for the party that is named at a path; where none is named, nothing is asked of them."""
        parties = [one for one in values_at(self.content, path) if one]
        return all(
            stands_for(self.reading, self.workspace.definitions, one, party) for one in people for party in parties
        )

    def named_stand_for(self, person_path: str, path: str) -> bool:
        return self.all_stand_for([one for one in values_at(self.content, person_path) if one], path)

    def present(self, path: str) -> bool:
        """Whether somebody was there who stands for the party at a path, by the register or as it is written down."""
        there = self.content.present() if isinstance(self.content, Attended) else ()
        written = any(one.party in values_at(self.content, path) for one in there if one.party)
        return written or any(self.all_stand_for((one.person,), path) for one in there if one.person)

    def written_by(self, path: str, verb: str) -> bool:
        """Whether a command wrote what stands at a path now, and nobody has written anything else there since."""
        present = values_at(self.content, path)
        for one, written in self._writings:
            if values_at(self.workspace.definitions.content(self.record, one), path) != present:
                return False
            if written == verb:
                return True
        return False

    @cached_property
    def _writings(self) -> list[tuple[Revision, str | None]]:
        """Every revision of the record with the command that wrote it, the last one first."""
        verbs = self.reading.verbs(self.record.reference)
        return [(one, verbs.get(one.act)) for one in reversed(self.reading.revisions(self.record.reference))]

    def is_cited(self, path: str, states: Sequence[str]) -> bool:
        """Whether a record that names it at a path is in one of the states."""
        citing = [one.citing for one in self.reading.cited_by(self.record.reference) if lies_within(path, one.path)]
        return any(one.state in states for one in self.reading.records_named(citing).values())

    def as_before(self, step: str, path: str) -> bool:
        """Whether at a path stands what stood there when a step was taken last, or a day before it was taken back."""
        moves = [act for act in self.reading.acts(self.record.reference) if _moves(act, self.record.reference)]
        taken = [number for number, act in enumerate(moves) if _takes(act, self.record.reference, step)]
        if not taken or is_empty(self.content, path):
            return False
        back, present = moves[taken[-1] + 1 :], values_at(self.content, path)
        days = [day for one in present if (day := as_day(one)) is not None]
        if days and back:
            return min(days) < back[0].effective_on
        then = [one for one in self.reading.revisions(self.record.reference) if one.act <= moves[taken[-1]].number]
        return values_at(self.workspace.definitions.content(self.record, then[-1]), path) == present

    def others(self, alone: Alone) -> Iterator[str]:
        """The records of its kinds that are about the same and stand in its way, each with its state, as a sentence begins."""
        own = self._single(self.content, alone.field)
        left_out = self._single(self.content, alone.but) | {self.record.reference}
        for one in self._in_states(alone.states):
            same = own & self._single(self.workspace.definitions.content(one), alone.field)
            if same and one.reference not in left_out:
                about = ", ".join(sorted(map(str, same)))
                yield f"{one.reference} {one.title} about {about} is {one.state.replace('_', ' ')}"

    def _single(self, content: Content, path: str) -> set[Any]:
        """What stands at a path, each entry of a list by itself; `Unreadable` where further fields stand below it."""
        found = [
            one for value in values_at(content, path) for one in (value if isinstance(value, list | tuple) else [value])
        ]
        if any(isinstance(one, Mapping | BaseModel) for one in found):
            message = f"below '{path}' stand further fields; name one of those, such as services.*.service"
            raise Unreadable.because(
                self.workspace.definitions.workflows[self.record.kind].source, message, field="alone"
            )
        return set(found) - {None}

    def _in_states(self, states: Iterable[str]) -> Iterator[Record]:
        kinds = self.workspace.definitions.workflows[self.record.kind].kinds
        for kind in kinds:
            for state in states:
                yield from self.reading.records(kind=kind, state=state)

    def against_renewal(self) -> str:
        """Why it cannot be decided now that the record goes on; nothing where it can."""
        return renewal_of(self.workspace.definitions, self.reading, self.record, self.occasion.today).refused

    def last_day(self) -> date | None:
        if not isinstance(self.content, Lasting):
            return self.content.ends_on()
        agreed = self.content.agreed_term()
        return term_in_force(self.workspace.definitions, self.reading, self.record, agreed).ends_by_itself()


def _date_at(content: Content, path: str) -> date | None:
    (value,) = values_at(content, path)
    return as_day(value)


def who_took(acts: Sequence[Act], reference: str, step: str) -> frozenset[str]:
    """The people who took a step of a record; `apply` stands for everybody who wrote its content."""
    return frozenset(act.actor for act in acts for text in act.events if _is_step(json.loads(text), reference, step))


def _takes(act: Act, reference: str, step: str) -> bool:
    return any(_is_step(json.loads(text), reference, step) for text in act.events)


def _moves(act: Act, reference: str) -> bool:
    """Whether an act took any step of a record."""
    events = map(json.loads, act.events)
    return any(one["reference"] == reference and one["type"] == "advanced" for one in events)


def _is_step(event: dict[str, object], reference: str, step: str) -> bool:
    if event["reference"] != reference:
        return False
    if step == DRAFTING:
        return event["type"] in ("created", "revised")
    details = event["details"]
    return event["type"] == "advanced" and isinstance(details, dict) and details.get("step") == step


def unsigned(reading: Reading, record: Record, content: Content) -> tuple[str, ...]:
    """The names of those who have yet to sign the present version, in order."""
    if not isinstance(content, Signable):
        return ()
    done = {one.field for one in reading.signatures(record.reference, record.version)}
    return tuple(_name(reading, one.person) for one in content.signing_order() if one.key not in done)


def keyless(reading: Reading, workspace: Workspace, content: Content, day: date) -> tuple[str, ...]:
    """The names of those who are to sign with a key and have no certificate that is valid on the day."""
    if not isinstance(content, Signable):
        return ()
    return tuple(
        _name(reading, one.person)
        for one in content.signing_order()
        if one.method is not SigningMethod.paper
        and person(reading, workspace.definitions, one.person).fingerprint(day) is None
    )


def _name(reading: Reading, reference: str) -> str:
    record = reading.record(reference)
    return f"{record.title} ({reference})" if record else reference
