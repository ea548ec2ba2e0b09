"""People: who acts, and what they may do on a day."""

from __future__ import annotations

from datetime import date

from sdflow.adapters.storage import Reading
from sdflow.domain.errors import NotFound, Refused
from sdflow.domain.kind import links
from sdflow.domain.record import Record
from sdflow.domain.trait import Acting, Party
from sdflow.engine.definitions import Definitions


def acting_records(reading: Reading, definitions: Definitions) -> list[tuple[Record, Acting]]:
    """Everybody who can act, with their content."""
    found: list[tuple[Record, Acting]] = []
    for kind, model in definitions.kinds.items():
        if not issubclass(model, Acting):
            continue
        for record in reading.records(kind=kind):
            content = definitions.content(record)
            if isinstance(content, Acting):
                found.append((record, content))
    return found


def person(reading: Reading, definitions: Definitions, reference: str) -> Acting:
    """The person with that reference."""
    record = reading.record(reference)
    content = definitions.content(record) if record else None
    if not isinstance(content, Acting):
        raise NotFound(f"{reference} is nobody who could act", advice="see: sdflow list --kind person")
    return content


def stands_for(reading: Reading, definitions: Definitions, reference: str, party: str) -> bool:
    """Whether somebody acts for a party, by the register of people or by the party's own entry."""
    record, named = reading.record(reference), reading.record(party)
    content = definitions.content(record) if record else None
    entry = definitions.content(named) if named else None
    speakers = (
        [one.reference for one in links(entry) if "." not in one.path] if entry and isinstance(entry, Party) else []
    )
    return isinstance(content, Acting) and (content.acts_for() == party or reference in speakers)


def roles_on(content: Acting, day: date) -> frozenset[str]:
    """The roles that somebody holds on a day."""
    return frozenset(held.role for held in content.held_roles() if held.held_on(day))


def person_behind(reading: Reading, definitions: Definitions, login: str) -> str:
    """The reference of the person for whom an operating-system login stands."""
    everybody = acting_records(reading, definitions)
    found = [record.reference for record, acting in everybody if acting.login_name() == login]
    if len(found) != 1:
        why = "no person has" if not found else f"{', '.join(found)} all have"
        advice = "say who acts with --as PERSON, or give one person this login"
        raise Refused(f"{why} the login '{login}'", advice=advice)
    return found[0]


def is_gone(definitions: Definitions, record: Record, content: Acting, day: date) -> bool:
    """Whether somebody has nothing to do here any more on a day: the record is at its end, or the last role has ended."""
    return definitions.state(record).final or roles_ended_on(content, day) is not None


def roles_ended_on(content: Acting, day: date) -> date | None:
    """The last day of the roles of somebody who had some and holds none on a day; none for everybody else."""
    held = content.held_roles()
    if not held or any(one.held_on(day) for one in held):
        return None
    return max((one.until for one in held if one.until is not None and one.until < day), default=None)
