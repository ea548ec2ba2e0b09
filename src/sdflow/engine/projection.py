"""Projection: what is owed is kept beside the records, follows every act, and can be derived again at any time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sdflow.adapters.storage import Noting, Reading
from sdflow.domain.content import canonical_text, content_hash
from sdflow.domain.obligation import KeptObligation, Ladder, Obligation
from sdflow.domain.record import Record
from sdflow.domain.reminder import next_step, steps_until
from sdflow.engine.definitions import Definitions
from sdflow.engine.obligation_reach import affected
from sdflow.engine.obligation_sources import Sources
from sdflow.engine.obligations import Derivation, derivations
from sdflow.engine.workspace import Workspace

KEPT_AS = "obligations"
DERIVATION = 3
"""Raised with every change of the program after which the same records owe something else."""
RECORDS_AT_ONCE = 1000


@dataclass(frozen=True)
class Rebuilt:
    """How many records may owe something, how many obligations they have, and for which of them others were kept."""

    records: int
    obligations: int
    mended: tuple[str, ...]


def basis_of(definitions: Definitions) -> str:
    """The hash of everything by which it is decided what records owe, but for the records."""
    workflows = {kind: workflow.sha256 for kind, workflow in definitions.workflows.items()}
    formats = {kind: model.description.format for kind, model in definitions.kinds.items()}
    return content_hash(canonical_text({"derivation": DERIVATION, "workflows": workflows, "formats": formats}))


def is_current(definitions: Definitions, reading: Reading) -> bool:
    """Whether what is kept was derived by the present definitions."""
    return reading.basis(KEPT_AS) == basis_of(definitions)


def follow(
    definitions: Definitions, noting: Noting, touched: Collection[str], left: Collection[str], today: date
) -> list[KeptObligation]:
    """Keep what is owed after an act that touched these records, and give what is no longer owed.

    `left` are the records that those cited before and may no longer.

    The end of the chain must be locked, so that nobody else derives from what is about to change.
    """
    if noting.basis(KEPT_AS) is None and noting.head()[0] <= 1:
        noting.keep_basis(KEPT_AS, basis_of(definitions))
    records = list(noting.records_named(affected(definitions, noting, touched, left)).values())
    return _keep(definitions, noting, records, {record.reference: today for record in records}, today)


def stale(reading: Reading, today: date, *, onwards: bool = False) -> dict[str, date]:
    """The records of which something other may be owed on a day than what is kept, and as of which day to derive it.

    That is the day on which it ceased to hold, or today where it holds on later days alone: then it was derived by a clock
    that was wrong, or for an act of a later day. `onwards` leaves out the latter.
    """
    since: dict[str, date] = {}
    for one in reading.obligations(stale_on=today):
        day = min(today, one.stale_on or today)
        if not onwards or (one.stale_on is not None and one.stale_on <= today):
            since[one.record] = min(since.get(one.record, day), day)
    return since


def refresh(
    definitions: Definitions, noting: Noting, today: date, *, onwards: bool = False
) -> tuple[KeptObligation, ...]:
    """Derive anew, as of that day, what is `stale` on a day, and give those obligations that are no longer owed.

    A record whose terms ran out several times is taken from one term to the next: call it until nothing is stale. Nothing
    is done where what is kept is not current; see `rebuild`.
    """
    noting.lock_chain()
    if not is_current(definitions, noting):
        return ()
    since = stale(noting, today, onwards=onwards)
    records = list(noting.records_named(sorted(since)).values())
    ended: list[KeptObligation] = []
    for day in sorted(set(since.values())):
        of_day = [record for record in records if since[record.reference] == day]
        ended += _keep(definitions, noting, of_day, since, day)
    return tuple(ended)


def rebuild(definitions: Definitions, noting: Noting, today: date) -> Rebuilt:
    """Derive anew what every record owes, and say for which another result was kept.

    The day of the next reminder step stays where the obligation stays; by changed definitions it may come earlier.
    """
    noting.lock_chain()
    current = is_current(definitions, noting)
    owing = sorted(kind for kind, workflow in definitions.workflows.items() if workflow.obligations)
    noting.forget_obligations(owing)
    records, obligations, mended = 0, 0, list[str]()
    for kind in owing:
        for some in _in_parts(noting.records(kind=kind)):
            before = noting.obligations_of([record.reference for record in some])
            known = _known_since(definitions, noting, some, today)
            _keep(definitions, noting, some, known, today, anew=not current)
            after = noting.obligations_of([record.reference for record in some])
            records += len(some)
            obligations += sum(map(len, after.values()))
            mended += [name for name, kept in after.items() if list(map(_said, kept)) != list(map(_said, before[name]))]
    noting.keep_basis(KEPT_AS, basis_of(definitions))
    return Rebuilt(records, obligations, tuple(sorted(mended)))


def owed(
    workspace: Workspace,
    reading: Reading,
    today: date,
    *,
    owner: str | None = None,
    nobody: bool = False,
    until: date | None = None,
) -> list[KeptObligation]:
    """What is owed on a day, the earliest due first: as it is kept, and derived anew as far as that is stale.

    `owner`: by that person; `nobody`: by no person, but by roles; `until`: due by that day.
    """
    definitions = workspace.definitions
    if not is_current(definitions, reading):
        kinds = [kind for kind, workflow in definitions.workflows.items() if workflow.obligations]
        kept: list[KeptObligation] = []
        anew = [record for kind in kinds for record in reading.records(kind=kind)]
    else:
        names = stale(reading, today).keys()
        rows = reading.obligations(owner, nobody=nobody, until=until)
        kept = [one for one in rows if one.record not in names]
        anew = list(reading.records_named(sorted(names)).values())
    fresh = [one for one in _fresh(definitions, reading, anew, today) if _is_asked(one, owner, until, nobody=nobody)]
    return sorted(kept + fresh)


def _is_asked(one: Obligation, owner: str | None, until: date | None, *, nobody: bool) -> bool:
    if owner is not None and one.person != owner:
        return False
    return not (nobody and one.person is not None) and (until is None or one.due_on <= until)


def _fresh(
    definitions: Definitions, reading: Reading, records: Sequence[Record], today: date
) -> Iterator[KeptObligation]:
    for some in _in_parts(records):
        sources = Sources(definitions, reading)
        owing = [record for record in some if _may_owe(definitions, record)]
        sources.gather(owing)
        for record in owing:
            yield from (_kept(definitions, record, one, today) for one in derivations(sources, record, today))


def _keep(
    definitions: Definitions,
    noting: Noting,
    records: Sequence[Record],
    known_on: dict[str, date],
    today: date,
    *,
    anew: bool = False,
) -> list[KeptObligation]:
    """Keep what records owe on a day, and give what is no longer owed."""
    ended: list[KeptObligation] = []
    for some in _in_parts(records):
        sources = Sources(definitions, noting)
        sources.gather([record for record in some if _may_owe(definitions, record)])
        before = noting.obligations_of([record.reference for record in some])
        changed: dict[str, list[KeptObligation]] = {}
        for record in some:
            found = derivations(sources, record, today) if _may_owe(definitions, record) else []
            former = {one.key: one for one in before[record.reference]}
            new = [
                _continued(definitions, record, one, former, known_on[record.reference], today, anew=anew)
                for one in found
            ]
            if sorted(new) != before[record.reference]:
                changed[record.reference] = new
            keys = {one.key for one in new}
            ended += [one for key, one in former.items() if key not in keys]
        noting.keep_obligations(list(changed), [one for new in changed.values() for one in new])
    return ended


def _continued(
    definitions: Definitions,
    record: Record,
    found: Derivation,
    former: dict[tuple[str, str, str, date], KeptObligation],
    known_on: date,
    today: date,
    *,
    anew: bool,
) -> KeptObligation:
    """An obligation as it is to be kept; one that is kept already goes on with its reminders."""
    before = former.get(found.obligation.key)
    if before is None:
        return _kept(definitions, record, found, known_on)
    one = replace(_kept(definitions, record, found, before.known_on), next_on=before.next_on)
    if not anew:
        return one
    coming = next_step(_ladder(definitions, record, one.name), one.due_on, today)
    return replace(one, next_on=min(one.next_on, coming.on))


def _kept(definitions: Definitions, record: Record, found: Derivation, known_on: date) -> KeptObligation:
    one = found.obligation
    ladder = _ladder(definitions, record, one.name)
    come = [step.on for step in steps_until(ladder, one.due_on, known_on, known_on)]
    return KeptObligation(
        due_on=one.due_on,
        record=one.record,
        name=one.name,
        subject=one.subject,
        person=one.person,
        by=one.by,
        meaning=one.meaning,
        reason=one.reason,
        kind=record.kind,
        known_on=known_on,
        next_on=come[0] if come else next_step(ladder, one.due_on, known_on).on,
        stale_on=found.stale_on,
        holds_from=found.holds_from,
    )


def _ladder(definitions: Definitions, record: Record, name: str) -> Ladder:
    declared = definitions.workflows[record.kind].owed(name)
    return declared.ladder if declared else Ladder()


def _may_owe(definitions: Definitions, record: Record) -> bool:
    return any(record.state in one.states for one in definitions.workflows[record.kind].obligations)


def _known_since(definitions: Definitions, reading: Reading, records: Iterable[Record], today: date) -> dict[str, date]:
    """Since when what a record owes could be known: the day of its last act."""
    sources = Sources(definitions, reading)
    listed = list(records)
    sources.gather(listed)
    return {record.reference: min(today, sources.past(record).last_on or today) for record in listed}


def _said(kept: KeptObligation) -> tuple[Obligation, date | None, date | None]:
    return kept.plainly(), kept.stale_on, kept.holds_from


def _in_parts(records: Sequence[Record]) -> Iterator[Sequence[Record]]:
    for start in range(0, len(records), RECORDS_AT_ONCE):
        yield records[start : start + RECORDS_AT_ONCE]
