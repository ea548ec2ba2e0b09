"""Shortcomings: what was found and has to become better, and which item of the improvement programme takes it up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sdflow.domain.continuity import Recovering
from sdflow.domain.finding import Finding
from sdflow.domain.improvement import (
    Concern,
    Correcting,
    Direction,
    Improvement,
    ImprovementAction,
    Improving,
    MeasuredFigure,
    Origin,
    Seen,
    Shortcoming,
)
from sdflow.domain.record import Record
from sdflow.domain.target import Comparison

if TYPE_CHECKING:
    from sdflow.engine.proof import Progress, Prover

PLAN = "plan"
"""The field in which every fact about a plan names it, by its reference and title."""

SUPPORTER = "about"
"""The field in which a fact names the supporter's agreement whose clause it is about."""


@dataclass(frozen=True)
class Item:
    """A stored item of the improvement programme with what it says.

    `open` until it is closed or cancelled; `concluded` where it was closed by what had been measured.
    """

    record: Record
    improvement: Improvement
    open: bool
    concluded: bool = False


class Items:
    """The items that there are, by what they are about."""

    def __init__(self, prover: Prover) -> None:
        self._by_concern: dict[Concern, list[Item]] = defaultdict(list)
        for one in improvement_items(prover):
            if one.improvement.concern:
                self._by_concern[one.improvement.concern].append(one)

    def open_about(self, concern: Concern) -> Item | None:
        """The open item about something, none where there is none; the first one where somebody wrote two."""
        return next((one for one in self._by_concern.get(concern, ()) if one.open), None)

    def knows(self, found: Shortcoming) -> bool:
        """Whether an item has taken up what was found, and nothing new is to be said.

        What is found anew every day is known where an open item says it as the last thing of that source; what was found
        once is known wherever an item says it, and be it closed.
        """
        if found.once:
            items = self._by_concern.get(found.concern, ())
            return any(found.statement == one.statement for item in items for one in _of(found, item))
        item = self.open_about(found.concern)
        said = [one.statement for one in _of(found, item)] if item else []
        return said[-1:] == [found.statement]


def _of(found: Shortcoming, item: Item) -> Iterator[Seen]:
    return (one for one in item.improvement.seen if one.source == found.source)


def improvement_items(prover: Prover) -> list[Item]:
    """Every item of the improvement programme as it stands, by its reference."""
    return items_of(prover, records_of_trait(prover, Improving))


def items_of(prover: Prover, records: Iterable[Record]) -> list[Item]:
    """The items of the improvement programme that some records are."""
    found = []
    for record in records:
        content = prover.definitions.content(record)
        if isinstance(content, Improving):
            final = prover.definitions.state(record).final
            found.append(Item(record, content.improvement(), not final, final and _concluded(prover, record)))
    return found


def _concluded(prover: Prover, record: Record) -> bool:
    """Whether every step into the state of a record asks for what follows from its content."""
    return None not in prover.definitions.workflows[record.kind].outcomes_into(record.state)


def records_of_trait(prover: Prover, trait: type) -> list[Record]:
    """The records of every kind that has a trait, by their references."""
    kinds = [kind for kind, model in prover.definitions.kinds.items() if issubclass(model, trait)]
    return sorted((one for kind in kinds for one in prover.reading.records(kind=kind)), key=lambda one: one.reference)


def shortcomings(prover: Prover, references: Sequence[str], progress: Progress | None = None) -> list[Shortcoming]:
    """What has to become better about these records, or about all where none is named.

    Each finding that nobody waives, of a rule that asks for an improvement, and each corrective action that is not done.
    What is found of a plan is told once, of the plan itself, and not again of every record whose chain it stands in.
    """
    named = [prover.reading.required(reference) for reference in references]
    correcting = [one for one in named if prover.evidence.is_a(one, Correcting)]
    if references:
        proven = list(dict.fromkeys(one for reference in references for one in prover.standing_for(reference)))
    else:
        proven = [record.reference for record in prover.provable()]
        correcting = records_of_trait(prover, Correcting)
    proofs = prover.prove_all(proven, progress)
    wanting = [(proof.agreement, one) for proof in proofs for one in proof.findings if one.counts and one.improvement]
    plans = {plan for _, finding in wanting if (plan := _plan_of(prover, finding))}
    proofs_of_plans = prover.prove_all(sorted(plans - set(proven)))
    wanting += [
        (one.agreement, each) for one in proofs_of_plans for each in one.findings if each.counts and each.improvement
    ]
    found = [
        _found(prover, reference, finding)
        for reference, finding in wanting
        if _plan_of(prover, finding) in (None, reference)
    ]
    return [*_together(found), *(one for record in correcting for one in _owed(prover, record))]


def _plan_of(prover: Prover, finding: Finding) -> str | None:
    """The plan that a finding about a chain of continuity is about; none where it is about no plan."""
    named = (str(fields.get(PLAN, "")).partition(" ")[0] for fields in finding.matched.values())
    known = (one for one in named if one and prover.evidence.exists(one))
    return next((one for one in known if prover.evidence.is_a(prover.evidence.record(one), Recovering)), None)


def _found(prover: Prover, proven: str, finding: Finding) -> Shortcoming:
    about = _supporter_of(finding) or proven
    record = prover.evidence.record(about)
    return Shortcoming(
        concern=Concern(
            about, finding.clause, finding.cause or ": ".join(filter(None, (finding.rule, finding.subject)))
        ),
        source=about,
        statement=finding.message,
        wanted=finding.improvement,
        origin=Origin.breach,
        owner=record.owner,
        service=record.service,
        figure=_figure(finding.matched[finding.figure]) if finding.figure else None,
    )


def _supporter_of(finding: Finding) -> str | None:
    """The supporter's agreement whose clause a finding is about, told of every agreement that rests on it."""
    return next((str(fields[SUPPORTER]) for fields in finding.matched.values() if SUPPORTER in fields), None)


def _figure(fields: Mapping[str, Any]) -> MeasuredFigure:
    """What a fact says that holds a figure by which an improvement is judged."""
    more = fields["comparison"] == Comparison.at_least
    return MeasuredFigure(
        title=fields["title"],
        unit=fields["unit"],
        direction=Direction.more if more else Direction.less,
        value=fields["achieved"],
        target=fields["target"],
        on=fields["last_on"],
        cases=fields["cases"],
        missed=fields["missed_cases"],
        behind=fields["behind"],
        missed_on_end=fields["missed_on_end"],
    )


def _together(found: Iterable[Shortcoming]) -> list[Shortcoming]:
    """What a rule finds several times of one cause is one shortcoming, so that it is told once and in one order."""
    alike: dict[tuple[Concern, str], list[Shortcoming]] = defaultdict(list)
    for one in found:
        alike[one.concern, one.source].append(one)
    return [_as_one(some) for some in alike.values()]


def _as_one(some: Sequence[Shortcoming]) -> Shortcoming:
    told = next((one for one in some if one.figure), some[0])
    return replace(told, statement="\n\n".join(sorted({one.statement for one in some})))


def _owed(prover: Prover, record: Record) -> Iterator[Shortcoming]:
    """What has to be mended after something whose result stands."""
    content = prover.definitions.content(record)
    if not isinstance(content, Correcting) or not prover.definitions.state(record).settled:
        return
    for key, one in content.corrective_actions().items():
        if one.done_on is None:
            yield Shortcoming(
                concern=Concern(one.record, one.target, one.cause),
                source=record.reference,
                statement=f"{record.reference} {record.title}, {key}: {one.what}",
                wanted=one.what,
                origin=one.origin,
                once=True,
                owner=one.owner or record.owner,
                service=one.service or record.service,
                due_on=one.due_on,
                action=ImprovementAction(what=one.what, who=one.owner, due_on=one.due_on),
            )
