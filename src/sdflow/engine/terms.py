"""Terms: how long a record really holds, once notice was given."""

from __future__ import annotations

import json
from datetime import date

from sdflow.adapters.storage import Reading
from sdflow.domain.record import Record
from sdflow.domain.terms import Term
from sdflow.engine.definitions import Definitions


def term_in_force(definitions: Definitions, reading: Reading, record: Record, agreed: Term) -> Term:
    """The agreed term of a record, ended by the notice that was given where its state says that one was."""
    if not definitions.state(record).ending:
        return agreed
    given_on = _came_on(reading, record)
    return agreed.after_notice(given_on) if given_on else agreed


def _came_on(reading: Reading, record: Record) -> date | None:
    """The business date on which a record came into its present state."""
    days = [
        act.effective_on
        for act in reading.acts(record.reference)
        for event in map(json.loads, act.events)
        if event["reference"] == record.reference and event["details"].get("target") == record.state
    ]
    return days[-1] if days else None
