"""Obligations: what records owe by their life cycles, as rows of a table."""

from __future__ import annotations

from collections.abc import Iterator

from docs.generator.markdown import code, codes

from sdflow.domain.obligation import Cause, Due, Ladder, Owed, TermDay

HEADING = ("Owed", "Meaning", "In", "Due", "Done by", "By", "Reminders, in days from the due day")
TERM_DAYS = {
    TermDay.notice_by: "the last day of notice for the term that runs",
    TermDay.last_day: "the last day of the term, where it ends by itself",
}


def row(owed: Owed) -> tuple[str, ...]:
    """What one declaration says."""
    return (
        code(owed.name),
        owed.meaning,
        codes(owed.states)
        + (f", once it was {codes(owed.once)}" if owed.once else "")
        + ("; of the version that was signed last" if owed.standing else ""),
        "; ".join(_due(owed.due)),
        "; ".join(_done(owed)),
        "; ".join(_by(owed)),
        _ladder(owed.ladder),
    )


def _due(due: Due) -> Iterator[str]:
    if due.every_months is not None:
        since = f", since {codes(due.since)}" if due.since else ""
        yield f"every {due.every_months} months{since}"
    if due.stated_months is not None:
        yield f"or as often as {code(due.stated_months)} says"
    if due.term is not None:
        yield TERM_DAYS[due.term]
    if due.days_in_state is not None:
        yield f"{due.days_in_state} days after it came there"
    if due.fields:
        yield f"the day in {codes(due.fields)}{', the last of them' if due.latest else ''}"
    if due.among is not None:
        yield f"of those in {code(due.among)}"
    for path, by_value in due.sooner.items():
        yield f"by {code(path)}: " + ", ".join(f"{value} every {months} months" for value, months in by_value.items())
    yield from (f"{one.days} days after {_cause(one)}" for one in due.after)
    if due.lead_days:
        yield f"{due.lead_days} days earlier"


def _cause(cause: Cause) -> str:
    whose = f"what {code(cause.cites)} names" if cause.cites else "it"
    whose = f"what names it in {code(cause.cited_by)}" if cause.cited_by else whose
    what = f"came into {codes(cause.into)}" if cause.into else "has a new version"
    what = f"changed {code(cause.changed)} with a new version" if cause.changed else what
    if cause.reached:
        what = f"says {cause.reached.at_least} or more in {code(cause.reached.field)}"
    where = "".join(f", where {code(path)} is {' or '.join(values)}" for path, values in cause.where.items())
    unless = "".join(f", unless {code(path)} is {' or '.join(values)}" for path, values in cause.unless.items())
    return f"{whose} {what}{where}{unless}"


def _done(owed: Owed) -> Iterator[str]:
    if owed.until is not None:
        yield f"{code(owed.until)} filled in"
    if owed.done_by:
        yield codes(owed.done_by)
    yield from (_cause(one) for one in owed.done_when)


def _by(owed: Owed) -> Iterator[str]:
    if owed.each_signatory:
        yield "each signatory whose turn it is"
    if owed.person is not None:
        yield f"{code(owed.person)}"
    if owed.by:
        yield codes(owed.by)


def _ladder(ladder: Ladder) -> str:
    steps = ", ".join(f"{days:+d}" if days else "0" for days in ladder.steps)
    then = f"{steps}, then every {ladder.again_every}"
    if ladder.escalate_after is None:
        return then
    return f"{then}; from {ladder.escalate_after} on also {codes(ladder.escalate_to)}"
