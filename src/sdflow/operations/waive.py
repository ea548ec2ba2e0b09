"""Waive: it is proposed to accept what was found about an agreement, for a time."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import ValidationError

from sdflow.adapters.storage import Reading
from sdflow.domain.errors import Fault, Refused, Unreadable
from sdflow.domain.finding import Finding
from sdflow.domain.kind import Content
from sdflow.domain.rule import spoken
from sdflow.domain.trait import Waiving
from sdflow.domain.waiver import Acceptance
from sdflow.domain.workflow import Step
from sdflow.engine.change import acting
from sdflow.engine.consistency import inconsistencies
from sdflow.engine.definitions import Definitions
from sdflow.engine.people import acting_records, roles_on
from sdflow.engine.proof import Proof, Prover
from sdflow.engine.steps import DRAFTING
from sdflow.engine.workspace import Occasion, Workspace

OPTIONS = {"expires_on": "--until"}


@dataclass(frozen=True)
class Wish:
    """What is to be accepted: the one finding of a rule about an agreement, why, who answers for it, until when.

    Where the rule finds several things, `clause` and a part of `subject` choose one.
    """

    agreement: str
    rule: str
    reason: str
    owner: str
    until: date
    clause: str | None = None
    subject: str | None = None


@dataclass(frozen=True)
class Approval:
    """A step by which a proposed waiver comes to count, the roles that may take it, and the people who could now."""

    step: str
    roles: tuple[str, ...]
    people: tuple[str, ...]


@dataclass(frozen=True)
class Proposal:
    """A waiver that was proposed: its record, what it accepts of which finding, and how it comes to count."""

    reference: str
    acceptance: Acceptance
    finding: Finding
    approvals: tuple[Approval, ...]


def waive(workspace: Workspace, occasion: Occasion, wish: Wish, *, dry_run: bool = False) -> Proposal:
    """Propose to accept a finding as it stands today.

    `Refused` where there is no such finding or several, where it is accepted already, or where the day has passed;
    `Unreadable` names an option that cannot stand. With `dry_run` nothing is stored.
    """
    with acting(workspace, occasion, "waive", wish.reason) as change:
        change.writing.lock(wish.agreement)
        prover = Prover(workspace, change.writing, occasion.today)
        finding = _chosen(workspace.definitions, prover.prove(wish.agreement), wish)
        _require_open(prover, finding, occasion.today, wish)
        acceptance = Acceptance.of(wish.agreement, finding, wish.until)
        kind, model = _waiving_kind(workspace.definitions)
        prefix = workspace.definitions.description(kind).prefix
        reference = f"{prefix}-{change.writing.free_number(prefix):04}"
        content = _content(model, acceptance, wish)
        faults = [
            Fault("waive", None, _option(one.path), one.message)
            for one in inconsistencies(workspace, change.writing, {reference: content}, occasion.today)
        ]
        if faults:
            raise Unreadable(*faults)
        approvals = tuple(_approvals(workspace.definitions, change.writing, kind, occasion))
        if not dry_run:
            change.create(kind, reference, content)
    return Proposal(reference, acceptance, finding, approvals)


def _chosen(definitions: Definitions, proof: Proof, wish: Wish) -> Finding:
    known = [one.id for one in definitions.rulebook.rules]
    if wish.rule not in known:
        near = difflib.get_close_matches(wish.rule, known, 1)
        raise Refused(f"there is no rule {wish.rule}", advice=f"did you mean {near[0]}?" if near else "")
    found = [one for one in proof.findings if one.rule == wish.rule]
    fitting = [one for one in found if _fits(one, wish)]
    if len(fitting) == 1:
        return fitting[0]
    about = f"about {proof.agreement}"
    if not found:
        others = _listed(proof.findings) or ("nothing was found at all",)
        raise Refused(f"{wish.rule} finds nothing {about}, so there is nothing to waive", others)
    if not fitting:
        asked = " and ".join(filter(None, (wish.clause, wish.subject)))
        raise Refused(f"{wish.rule} finds nothing {about} that fits {asked}", _listed(found))
    advice = "choose one with --clause and --subject; a part of the subject is enough"
    if len({(one.clause, one.name) for one in fitting}) == 1:
        advice = "the rule names them alike: give it a subject that tells them apart"
    raise Refused(f"{wish.rule} finds {len(fitting)} things {about}", _listed(fitting), advice)


def _fits(finding: Finding, wish: Wish) -> bool:
    return wish.clause in (None, finding.clause) and (wish.subject or "").casefold() in finding.name.casefold()


def _listed(findings: Sequence[Finding]) -> tuple[str, ...]:
    return tuple(f"{', '.join(filter(None, (one.rule, one.clause, one.name)))}: {one.message}" for one in findings)


def _require_open(prover: Prover, finding: Finding, today: date, wish: Wish) -> None:
    if wish.until < today:
        raise Refused(f"a waiver until {spoken(wish.until)} has expired already", (f"today is {spoken(today)}",))
    if finding.waived_until is not None and wish.until <= finding.waived_until:
        raise Refused(
            f"{finding.rule} is waived already, by {finding.waiver} until {spoken(finding.waived_until)}",
            advice="name a later day with --until",
        )
    undecided = prover.waivers.undecided(wish.agreement, finding)
    if undecided is not None:
        raise Refused(
            f"{undecided.reference} proposes to waive this already",
            advice=f"decide upon it first: sdflow steps {undecided.reference}",
        )


def _waiving_kind(definitions: Definitions) -> tuple[str, type[Waiving]]:
    for kind, model in definitions.kinds.items():
        if issubclass(model, Waiving):
            return kind, model
    raise Refused("no kind of record can accept a finding")


def _content(model: type[Waiving], acceptance: Acceptance, wish: Wish) -> Content:
    try:
        return model.proposing(acceptance, wish.reason, wish.owner)
    except ValidationError as error:
        faults = [(str(one["loc"][0]) if one["loc"] else "", str(one["msg"])) for one in error.errors()]
        raise Unreadable(*(Fault("waive", None, _option(name), message) for name, message in faults)) from None


def _option(name: str) -> str:
    return OPTIONS.get(name, f"--{name}")


def _approvals(definitions: Definitions, reading: Reading, kind: str, occasion: Occasion) -> Iterator[Approval]:
    workflow = definitions.workflows[kind]
    for step in workflow.steps_from(workflow.initial.name):
        if workflow.state(step.target).binding:
            yield Approval(step.name, step.guards.by, tuple(_able(definitions, reading, step, occasion)))


def _able(definitions: Definitions, reading: Reading, step: Step, occasion: Occasion) -> Iterator[str]:
    for record, acting_person in acting_records(reading, definitions):
        drafted = record.reference == occasion.actor and DRAFTING in step.guards.not_by
        fitting = not step.guards.by or roles_on(acting_person, occasion.today) & set(step.guards.by)
        if fitting and not drafted:
            yield record.reference
