"""Risk register: the risks of all assessments as they stand on a day, to be read, printed or handed to programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sdflow.domain.kind import Content
from sdflow.domain.record import Record
from sdflow.domain.risk import (
    AssessedRisk,
    Levels,
    RiskAssessing,
    RiskScale,
    Spent,
    Treatment,
    on_map,
    spent,
    with_progress,
)
from sdflow.engine.catalogue import Named
from sdflow.engine.proof import Prover
from sdflow.engine.versions import Version
from sdflow.engine.workspace import Workspace

TITLE = "Risk register"


@dataclass(frozen=True)
class Standing:
    """How large a risk is: its ranks, the measure, the class with its key, and how high that lies among the classes (0 to 1)."""

    levels: Levels
    measure: int
    class_key: str
    class_title: str
    height: float


@dataclass(frozen=True)
class TreatmentEntry:
    """What was chosen to be done about a risk, who sees to it, and whether it is done or overdue on the day."""

    treatment: Treatment
    responsible: Named | None
    done: bool
    overdue: bool


@dataclass(frozen=True)
class RiskEntry:
    """One risk as it stands on a day; `number` is its place in the register.

    `now` counts the treatments that are done by the day, `residual` all that were chosen; none where what brings the risk is
    given up. `borne`: somebody accepted what remains, by signature, and the day lies within that time; `lapsed`: that time
    is over. `open`: it is not borne, or something that was chosen is not done.
    """

    number: int
    assessment: str
    risk: AssessedRisk
    owner: Named
    before: Standing
    now: Standing | None
    residual: Standing | None
    treatments: tuple[TreatmentEntry, ...]
    accepted_by: Named | None
    borne: bool
    lapsed: bool

    @property
    def open(self) -> bool:
        """Whether somebody still has to do something about it."""
        return not self.borne or any(not one.done for one in self.treatments)

    @property
    def overdue(self) -> bool:
        """Whether the day of a treatment has passed."""
        return any(one.overdue for one in self.treatments)


@dataclass(frozen=True)
class AssessmentEntry:
    """One assessment: its state, the accepted version that counts on the day (none before the first), and its review.

    `risks` are all of its risks, `open` those about which something has to be done.
    """

    reference: str
    title: str
    state: str
    state_meaning: str
    version: int | None
    owner: Named | None
    next_review_on: date | None
    review_overdue: bool
    risks: int
    open: int


@dataclass(frozen=True)
class RiskMap:
    """The risks of all assessments that share a scale, by their numbers where they stand now and after treatment."""

    scale: RiskScale
    assessments: tuple[str, ...]
    risks: tuple[RiskEntry, ...]
    now: Mapping[Levels, tuple[int, ...]]
    after: Mapping[Levels, tuple[int, ...]]


@dataclass(frozen=True)
class RiskRegister:
    """Every risk on a day, the largest first, with the assessments from which they come and what their treatment costs."""

    as_of: date
    assessments: tuple[AssessmentEntry, ...]
    risks: tuple[RiskEntry, ...]
    maps: tuple[RiskMap, ...]
    costs: tuple[Spent, ...]


@dataclass(frozen=True)
class _Source:
    """An assessment as it counts on the day: its scale, and its risks with what is done of their treatments."""

    record: Record
    version: Version | None
    scale: RiskScale
    risks: tuple[AssessedRisk, ...]
    review_on: date | None


def risk_register(workspace: Workspace, today: date, *, everything: bool = True) -> RiskRegister:
    """The risks of all assessments that have not ended: every one, or those alone that are open.

    Of an assessment that was accepted, the version that holds on the day counts, whatever is written meanwhile; of one
    that was not, what is written.
    """
    with workspace.storage.reading() as reading:
        prover = Prover(workspace, reading, today)
        sources = [_source(prover, record, content) for record, content in _assessments(prover)]
        names = _Names(prover, [name for one in sources for name in _named(one)])
        entries = [entry for one in sources for entry in names.entries(one, today)]
        listed = tuple(names.assessment(prover, one, entries) for one in sources)
    shown = sorted((one for one in entries if everything or one.open), key=_size)
    risks = tuple(replace(one, number=number) for number, one in enumerate(shown, 1))
    return RiskRegister(today, listed, risks, tuple(_maps(sources, risks)), spent(one.risk for one in risks))


def risk_register_document(workspace: Workspace, found: RiskRegister, *, accessible: bool = False) -> bytes:
    """The register as PDF."""
    order = workspace.order("risk_register", TITLE, found.as_of, risk_register_view(found), accessible=accessible)
    return workspace.printing.document(order)


def risk_register_view(found: RiskRegister) -> dict[str, Any]:
    """What the template of the register is given."""
    return {"register": found, "title": TITLE}


def _assessments(prover: Prover) -> Iterator[tuple[Record, RiskAssessing]]:
    definitions = prover.definitions
    kinds = [kind for kind, model in definitions.kinds.items() if issubclass(model, RiskAssessing)]
    records = [record for kind in kinds for record in prover.reading.records(kind=kind)]
    for record in records:
        content: Content = definitions.content(record)
        if isinstance(content, RiskAssessing) and not definitions.state(record).ended:
            yield record, content


def _source(prover: Prover, record: Record, present: RiskAssessing) -> _Source:
    """The version that holds on the day, with what has been done since; what is written, where none was accepted."""
    versions = [one for one in prover.evidence.versions(record) if one.first is None or one.first <= prover.today]
    version = versions[-1] if versions else None
    counting = version.content if version else present
    if not isinstance(counting, RiskAssessing):
        counting = present
    risks = with_progress(counting.assessed_risks(), present.assessed_risks())
    return _Source(record, version, counting.risk_scale(), risks, counting.review_due_on())


def _named(source: _Source) -> Iterator[str]:
    if source.record.owner:
        yield source.record.owner
    for risk in source.risks:
        yield risk.owner
        yield from (one.responsible for one in risk.treatments if one.responsible)
        if risk.acceptance:
            yield risk.acceptance.by


class _Names:
    """Makes the lines of the register; whom they name is read at once."""

    def __init__(self, prover: Prover, references: Iterable[str]) -> None:
        self._found = prover.reading.records_named(list(dict.fromkeys(references)))

    def entries(self, source: _Source, today: date) -> Iterator[RiskEntry]:
        """The risks of an assessment, still without their numbers."""
        for risk in source.risks:
            accepted = risk.acceptance if source.version else None
            yield RiskEntry(
                number=0,
                assessment=source.record.reference,
                risk=risk,
                owner=self._name(risk.owner),
                before=_standing(source.scale, risk.before),
                now=_left(source.scale, risk.left_on(today)),
                residual=_left(source.scale, risk.residual()),
                treatments=tuple(self._treatment(one, today) for one in risk.treatments),
                accepted_by=self._name(accepted.by) if accepted else None,
                borne=accepted is not None and accepted.holds(today),
                lapsed=accepted is not None and accepted.until < today,
            )

    def assessment(self, prover: Prover, source: _Source, entries: Sequence[RiskEntry]) -> AssessmentEntry:
        """An assessment with how many of its risks are open."""
        record, own = source.record, [one for one in entries if one.assessment == source.record.reference]
        return AssessmentEntry(
            reference=record.reference,
            title=record.title,
            state=record.state,
            state_meaning=prover.definitions.state(record).meaning,
            version=source.version.number if source.version else None,
            owner=self._name(record.owner) if record.owner else None,
            next_review_on=source.review_on,
            review_overdue=source.review_on is not None and source.review_on < prover.today,
            risks=len(own),
            open=sum(one.open for one in own),
        )

    def _treatment(self, treatment: Treatment, today: date) -> TreatmentEntry:
        who = self._name(treatment.responsible) if treatment.responsible else None
        return TreatmentEntry(treatment, who, treatment.done(today), treatment.overdue(today))

    def _name(self, reference: str) -> Named:
        return Named(reference, self._found[reference].title)


def _left(scale: RiskScale, levels: Levels | None) -> Standing | None:
    return None if levels is None else _standing(scale, levels)


def _standing(scale: RiskScale, levels: Levels) -> Standing:
    found = scale.class_at(levels)
    height = scale.classes.index(found) / max(1, len(scale.classes) - 1)
    return Standing(levels, scale.measure(levels), found.key, found.title, height)


def _size(entry: RiskEntry) -> tuple[float, int, int, str, str]:
    """The largest first: by how high its class lies now, then by the measure, before treatment, and where it comes from."""
    now = entry.now
    height, measure = (-now.height, -now.measure) if now else (1.0, 0)
    return height, measure, -entry.before.measure, entry.assessment, entry.risk.key


def _maps(sources: Sequence[_Source], risks: Sequence[RiskEntry]) -> Iterator[RiskMap]:
    scales: list[RiskScale] = []
    for source in sources:
        if source.scale not in scales:
            scales.append(source.scale)
    for scale in scales:
        references = tuple(one.record.reference for one in sources if one.scale == scale)
        own = tuple(one for one in risks if one.assessment in references)
        if own:
            now = on_map(one.now.levels if one.now else None for one in own)
            after = on_map(one.residual.levels if one.residual else None for one in own)
            yield RiskMap(scale, references, own, now, after)
