"""Renewals: what it means to renew a record on a day, or why it cannot be renewed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sdflow.adapters.storage import Reading
from sdflow.domain.record import Record
from sdflow.domain.terms import Renewal, Term, current_term_end
from sdflow.domain.trait import Lasting
from sdflow.engine.definitions import Definitions
from sdflow.engine.terms import going_on_after, term_in_force


@dataclass(frozen=True)
class RenewalDecision:
    """What it means to renew a record now: after which day it goes on, until when; or why it cannot be."""

    refused: str = ""
    after: date | None = None
    until: date | None = None


def renewal_of(definitions: Definitions, reading: Reading, record: Record, today: date) -> RenewalDecision:
    """What it means to renew a record on a day."""
    content = definitions.content(record)
    if not isinstance(content, Lasting):
        return RenewalDecision("it holds for no term")
    term = term_in_force(definitions, reading, record, content.agreed_term())
    last = current_term_end(term, today)
    if last is None:
        return RenewalDecision("it is open-ended and goes on until notice is given")
    if term.renewal is Renewal.ends:
        return RenewalDecision(
            f"its term ends on {last:%d %B %Y} and is not renewed; a new version may hold for longer"
        )
    if last < today:
        return RenewalDecision(f"its term ended on {last:%d %B %Y}")
    if last in going_on_after(reading, record.reference):
        return RenewalDecision(f"it was decided already that it goes on after {last:%d %B %Y}")
    if term.renewal_months is None:
        return RenewalDecision("its term does not say how many months a renewal lasts (term.renewal_months)")
    return RenewalDecision(after=last, until=_following(term, last))


def _following(term: Term, last: date) -> date | None:
    """The last day of the term after the one that ends on a day."""
    if term.renews():
        return current_term_end(term, last + timedelta(days=1))
    return term.last_day_after(1)
