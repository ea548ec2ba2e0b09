"""Report changes: which versions of an agreement came into force in a period, and when it held at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from sdflow.domain.content import plain
from sdflow.domain.difference import clause_changes
from sdflow.domain.kind import material
from sdflow.domain.period import Period
from sdflow.domain.record import Record
from sdflow.domain.service_report import ChangeLine
from sdflow.engine.done_days import spoken
from sdflow.engine.past import Past
from sdflow.engine.proof import Prover
from sdflow.engine.terms import days_held
from sdflow.engine.versions import Version

_OF_VERSIONS = frozenset({"change_request", "effective_on"})
"""What every version says of itself, and is no change of what is agreed."""


def changes_in(prover: Prover, reference: str, period: Period) -> tuple[ChangeLine, ...]:
    """The versions that came into force in a period, the first one first; none of what was not signed by the prover's day.

    One that was signed afterwards for days before is told all the same: what was delivered on them is judged by it.
    """
    versions = prover.versions(prover.evidence.record(reference))
    to_come = [one.number for one in versions if one.first and one.first > prover.today]
    unsigned = _signed_later(prover, reference, to_come) if to_come else frozenset()
    return tuple(_changes([one for one in versions if one.number not in unsigned], period))


def _signed_later(prover: Prover, reference: str, numbers: Sequence[int]) -> frozenset[int]:
    """Those of some versions under which the last signature was given after the prover's day."""
    past = Past.told(prover.reading.numbered_events_of([reference])[reference], {})
    signed = {number: past.signed_last(number) for number in numbers}
    return frozenset(number for number, when in signed.items() if when and when[0] > prover.today)


def not_held(prover: Prover, reference: str, period: Period) -> str:
    """Why an agreement held on no day of a period; empty where it did, or is not signed."""
    record = prover.evidence.record(reference)
    versions = prover.versions(record)
    if not versions or _days(prover, record, versions, period.first, period.last):
        return ""
    before = _days(prover, record, versions, date.min, period.first)
    if before:
        return f"it held until {spoken(before[-1][1])}"
    after = _days(prover, record, versions, period.last, date.max)
    return f"it holds from {spoken(after[0][0])} on" if after else "it never held"


def unsigned_of(prover: Prover, references: Iterable[str]) -> tuple[str, ...]:
    """Those of some agreements of which no version is signed, so that they are measured by their drafts."""
    named = dict.fromkeys(references)
    return tuple(one for one in named if not prover.versions(prover.evidence.record(one)))


def _days(
    prover: Prover, record: Record, versions: Sequence[Version], first: date, last: date
) -> list[tuple[date, date]]:
    held = days_held(prover.definitions, prover.reading, record, versions, first, last)
    return sorted((begun, over) for _, begun, over in held)


def _changes(versions: Sequence[Version], period: Period) -> Iterator[ChangeLine]:
    before: Version | None = None
    for one in versions:
        if one.first and period.first <= one.first <= period.last:
            yield ChangeLine(one.number, one.first, _request(one), _clauses(before, one))
        before = one


def _clauses(before: Version | None, now: Version) -> tuple[str, ...]:
    """The paths of what reads differently."""
    if before is None:
        return ()
    old, new = (plain(material(one.content)) for one in (before, now))
    return tuple(one.path for one in clause_changes(old, new) if one.path not in _OF_VERSIONS)


def _request(one: Version) -> str | None:
    told = one.envelope["content"].get("change_request")
    return str(told) if told else None
