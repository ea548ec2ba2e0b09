"""Invoke: a continuity plan is put to work by somebody who may do so, and its timeline begins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from sdflow.adapters.definitions.wording import sentence
from sdflow.adapters.storage import Reading
from sdflow.domain.alignment.last_test import objectives
from sdflow.domain.continuity import Recovering
from sdflow.domain.errors import Fault, Refused, Unreadable
from sdflow.domain.invocation import (
    Authorised,
    Invocable,
    Invoked,
    Invoking,
    Required,
    minute_of,
    minutes_between,
    moment,
)
from sdflow.domain.kind import Content
from sdflow.domain.record import Record
from sdflow.domain.recovery import Recovery
from sdflow.domain.service_time import NEVER
from sdflow.engine.change import acting
from sdflow.engine.consistency import inconsistencies
from sdflow.engine.definitions import Definitions
from sdflow.engine.people import person, roles_ended_on
from sdflow.engine.proof import Prover
from sdflow.engine.recovery import recovery_of
from sdflow.engine.timeline import said_at
from sdflow.engine.versions import Version
from sdflow.engine.workspace import Occasion, Workspace


@dataclass(frozen=True)
class Emergency:
    """What somebody says who invokes a plan; times as they write them, in the zone of the plan.

    `at` is when it is invoked, now unless given; `since` when the disruption began, then unless given; `detected` when
    somebody noticed. `together_with` is the second person where one alone may not invoke it.
    """

    plan: str
    because: str
    at: str | None = None
    since: str | None = None
    detected: str | None = None
    together_with: str | None = None


@dataclass(frozen=True)
class Invocation:
    """An invocation that has begun: its record, what was invoked, and the titles of the services by their references."""

    reference: str
    invoked: Invoked
    zone: str
    services: Mapping[str, str]


def invoke(workspace: Workspace, occasion: Occasion, emergency: Emergency, *, dry_run: bool = False) -> Invocation:
    """Invoke the version of a plan that holds today, as the one who acts.

    `Refused` where no version was approved, the plan has ended, it is being worked through already, or the person may not
    invoke it, with everybody who may; `Unreadable` names an option that cannot stand. With `dry_run` nothing is stored.
    """
    with acting(workspace, occasion, "invoke", emergency.because) as change:
        record = change.writing.lock(emergency.plan)
        prover = Prover(workspace, change.writing, occasion.today)
        version = _version(prover, record, occasion)
        if not isinstance(version.content, Invocable) or not isinstance(version.content, Recovering):
            raise Refused(f"{record.reference} is nothing that could be invoked")
        _require_authority(prover, record, version, occasion, emergency.together_with)
        kind, model = _invoking_kind(workspace.definitions)
        _require_idle(workspace.definitions, change.writing, record)
        invoked, found = _invoked(prover, record, version, occasion, emergency)
        prefix = workspace.definitions.description(kind).prefix
        reference = f"{prefix}-{change.writing.free_number(prefix):04}"
        content = _content(model, version.content, invoked)
        faults = [
            Fault("invoke", None, one.path, one.message)
            for one in inconsistencies(workspace, change.writing, {reference: content}, occasion.today)
        ]
        if faults:
            raise Unreadable(*faults)
        if not dry_run:
            change.create(kind, reference, content)
        titles = {one: prover.cited(one)[0].title for one in found.services}
    return Invocation(reference, invoked, version.content.told_in(), titles)


def _version(prover: Prover, record: Record, occasion: Occasion) -> Version:
    """The approved version that holds today; the last one where the next has not begun."""
    state = prover.definitions.state(record)
    if state.ended:
        raise Refused(f"{record.reference} is '{record.state}' and is invoked no longer", (state.meaning,))
    begun = [one for one in prover.versions(record) if one.first is None or one.first <= occasion.today]
    if not begun:
        raise Refused(
            f"no version of {record.reference} was approved that holds today, so there is nothing to invoke",
            (f"it is '{record.state}': {state.meaning}",),
            f"see what is possible: sdflow steps {record.reference}",
        )
    return begun[-1]


def _require_authority(
    prover: Prover, record: Record, version: Version, occasion: Occasion, together_with: str | None
) -> None:
    """`Refused` where the one who acts may not invoke the plan, or not with this other person."""
    content = version.content
    authorised = {one.person: one for one in content.authorised()} if isinstance(content, Invocable) else {}
    plan = f"{record.reference}, version {version.number}"
    may = tuple(_may(prover, one) for one in authorised.values()) or ("the plan names nobody who may",)
    own = authorised.get(occasion.actor)
    if own is None:
        raise Refused(f"{occasion.name} ({occasion.actor}) may not invoke {plan}", may, "act as one of them, with --as")
    for one in filter(None, (occasion.actor, together_with)):
        ended = roles_ended_on(person(prover.reading, prover.definitions, one), occasion.today)
        if ended is not None:
            raise Refused(f"{one} may not invoke {plan}: the last role ended on {ended:%d %B %Y}", may)
    if own.jointly and together_with is None:
        others = tuple(_may(prover, one) for one in authorised.values() if one.jointly and one != own)
        raise Refused(
            f"{occasion.name} ({occasion.actor}) may invoke {plan} only together with another",
            others,
            "name the other with --with PERSON",
        )
    if together_with is not None and (together_with == occasion.actor or together_with not in authorised):
        raise Refused(f"{together_with} may not invoke {plan} together with {occasion.actor}", may)


def _may(prover: Prover, one: Authorised) -> str:
    record, _ = prover.cited(one.person)
    return f"{record.title} ({one.person}) may{', together with another' if one.jointly else ''}"


def _invoking_kind(definitions: Definitions) -> tuple[str, type[Invoking]]:
    for kind, model in definitions.kinds.items():
        if issubclass(model, Invoking):
            return kind, model
    raise Refused("no kind of record can tell of an invocation")


def _require_idle(definitions: Definitions, reading: Reading, record: Record) -> None:
    running = [one for one in _invocations(definitions, reading, record.reference) if _runs(definitions, one)]
    if running:
        raise Refused(
            f"{record.reference} is being worked through already, in {running[0].reference}",
            (running[0].title,),
            f'keep its timeline: sdflow log {running[0].reference} "what happened"',
        )


def _invocations(definitions: Definitions, reading: Reading, plan: str) -> Iterator[Record]:
    for citing in sorted({one.citing for one in reading.cited_by(plan)}):
        record = reading.required(citing)
        content = definitions.content(record)
        if isinstance(content, Invoking) and content.invoked_plan() == plan:
            yield record


def _runs(definitions: Definitions, invocation: Record) -> bool:
    return definitions.state(invocation).initial


def _invoked(
    prover: Prover, record: Record, version: Version, occasion: Occasion, emergency: Emergency
) -> tuple[Invoked, Recovery]:
    content = version.content
    if not isinstance(content, Invocable) or not isinstance(content, Recovering):
        raise Refused(f"{emergency.plan} is nothing that could be invoked")
    zone = content.told_in()
    invoked_at = said_at(occasion, "--at", emergency.at, zone)
    disrupted_at = said_at(occasion, "--since", emergency.since, zone) if emergency.since else invoked_at
    detected_at = said_at(occasion, "--detected", emergency.detected, zone) if emergency.detected else None
    found = recovery_of(prover, emergency.plan, content, occasion.today)
    planned = {one.key: (one.begins, one.ends) for one in found.course.from_invocation(minute_of(invoked_at))}
    return (
        Invoked(
            plan=emergency.plan,
            version=version.number,
            disrupted_at=disrupted_at,
            detected_at=detected_at,
            invoked_at=invoked_at,
            invoked_by=occasion.actor,
            together_with=emergency.together_with,
            because=emergency.because,
            expected={service: _expected(found, planned, service, disrupted_at) for service in found.services},
            required=_required(prover, record, version),
            planned={key: _planned(*instants) for key, instants in planned.items()},
        ),
        found,
    )


def _required(prover: Prover, record: Record, version: Version) -> dict[str, Required]:
    """What approved analyses and signed agreements ask of each service of a plan."""
    subject = prover.subjects.of_version(record, version)
    found = {}
    for scene in prover.continuity.scenes(subject):
        time, point, _ = objectives(scene.binding())
        found[scene.service] = Required(time, point)
    return found


def _expected(
    found: Recovery, planned: Mapping[str, tuple[int, int]], service: str, disrupted_at: datetime
) -> int | None:
    """Minutes from this disruption until a service works, if every step takes what is planned for it."""
    ends = [planned[key][1] for key in found.course.restoring.get(service, ())]
    if not ends or max(ends) >= NEVER:
        return None
    return minutes_between(disrupted_at, moment(max(ends)))


def _planned(begins: int, ends: int) -> tuple[datetime, datetime] | None:
    return None if ends >= NEVER else (moment(begins), moment(ends))


def _content(model: type[Invoking], plan: Content, invoked: Invoked) -> Content:
    try:
        return model.invoking(plan, invoked)
    except ValidationError as error:
        raise Refused(
            f"{invoked.plan} is not invoked so", tuple(sentence(one) for one in error.errors(include_url=False))
        ) from None
