"""Terms: how long a record really holds, once notice was given or it was ended."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta

from sdflow.adapters.storage import Reading
from sdflow.domain.record import Record
from sdflow.domain.terms import Renewal, Term, days_in_force
from sdflow.domain.trait import Lasting
from sdflow.engine.definitions import Definitions
from sdflow.engine.versions import Version


def term_in_force(definitions: Definitions, reading: Reading, record: Record, agreed: Term) -> Term:
    """The agreed term of a record, renewed as it was decided, and ended by notice where its state says that it was given."""
    if agreed.renewal is Renewal.express:
        agreed = agreed.renewed(going_on_after(reading, record.reference))
    given = _notice_given(definitions, reading, record)
    return agreed.after_notice(given) if given else agreed


def _notice_given(definitions: Definitions, reading: Reading, record: Record) -> date | None:
    """When notice was given by which a record ends, or has ended; none where it was not, or was taken back."""
    state = definitions.state(record)
    if not (state.ending or state.ended):
        return None
    states = {one.name: one for one in definitions.workflows[record.kind].states}
    given: date | None = None
    for day, text in reading.events(record.reference):
        came = states.get(json.loads(text)["details"].get("target", ""))
        if came is not None and not came.ended:
            given = day if came.ending else None
    return given


def days_held(
    definitions: Definitions, reading: Reading, record: Record, versions: Sequence[Version], first: date, last: date
) -> Iterator[tuple[Version, date, date]]:
    """The days from first to last on which signed versions of a record held: each version with a first and a last day.

    Renewals, notice and an early end count; a version holds until the day before the next one starts.
    """
    ended = ended_after(definitions, reading, record)
    for one in versions:
        since, until = max(first, one.first or first), min(last, one.last or last, ended or last)
        agreed = one.content.agreed_term() if isinstance(one.content, Lasting) else None
        term = term_in_force(definitions, reading, record, agreed) if agreed else None
        spans = days_in_force(term, since, until) if term else ((since, until),)
        yield from ((one, begun, over) for begun, over in spans if begun <= over)


def ended_after(definitions: Definitions, reading: Reading, record: Record) -> date | None:
    """The last day before a record was ended; none where it was not."""
    if not definitions.state(record).ended:
        return None
    ended = {state.name for state in definitions.workflows[record.kind].states if state.ended}
    days = _came_on(reading, record, ended)
    return days[0] - timedelta(days=1) if days else None


def _came_on(reading: Reading, record: Record, states: Collection[str]) -> list[date]:
    """The business dates on which a record came into one of these states, in their order."""
    return [
        day for day, text in reading.events(record.reference) if json.loads(text)["details"].get("target") in states
    ]


def going_on_after(reading: Reading, reference: str) -> frozenset[date]:
    """The last days of those terms of a record after which it was decided to go on."""
    events = [json.loads(text) for _, text in reading.events(reference)]
    return frozenset(date.fromisoformat(one["details"]["after"]) for one in events if one["type"] == "renewed")
