"""Steps: what may be done with a record now, and for what may not, why."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from sdflow.adapters.storage import Reading
from sdflow.domain.clause_path import is_empty, values_at
from sdflow.domain.event import Act
from sdflow.domain.finding import Finding
from sdflow.domain.guard import Situation, Unmet, unmet
from sdflow.domain.kind import Content
from sdflow.domain.record import Record
from sdflow.domain.trait import Lasting, Promising, Signable
from sdflow.domain.workflow import Step
from sdflow.engine.people import person, roles_on
from sdflow.engine.proof import Prover
from sdflow.engine.terms import term_in_force
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
    definitions = workspace.definitions
    content = definitions.content(record)

    @cache
    def findings() -> Sequence[Finding]:
        return (
            Prover(workspace, reading, occasion.today).prove(record.reference).findings
            if isinstance(content, Promising)
            else ()
        )

    def took(step: str) -> bool:
        return occasion.actor in who_took(reading.acts(record.reference), record.reference, step)

    def last_day() -> date | None:
        if not isinstance(content, Lasting):
            return content.ends_on()
        return term_in_force(definitions, reading, record, content.agreed_term()).ends_by_itself()

    return Situation(
        who=occasion.name,
        roles=roles_on(person(reading, definitions, occasion.actor), occasion.today),
        today=occasion.today,
        lacks=lambda path: is_empty(content, path),
        date_of=lambda path: _date_at(content, path),
        took=took,
        last_day=last_day,
        findings=findings,
        unsigned=unsigned(reading, record, content),
        keyless=keyless(reading, workspace, content, occasion.today),
    )


def _date_at(content: Content, path: str) -> date | None:
    (value,) = values_at(content, path)
    return value if isinstance(value, date) else None


def who_took(acts: Sequence[Act], reference: str, step: str) -> frozenset[str]:
    """The people who took a step of a record; `apply` stands for everybody who wrote its content."""
    return frozenset(act.actor for act in acts for text in act.events if _is_step(json.loads(text), reference, step))


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
    """The names of those signatories who have no certificate that is valid on the day."""
    if not isinstance(content, Signable):
        return ()
    return tuple(
        _name(reading, one.person)
        for one in content.signing_order()
        if person(reading, workspace.definitions, one.person).fingerprint(day) is None
    )


def _name(reading: Reading, reference: str) -> str:
    record = reading.record(reference)
    return f"{record.title} ({reference})" if record else reference
