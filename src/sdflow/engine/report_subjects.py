"""Report subjects: on which agreements a report is that was asked for by an agreement, a service or a customer."""

from __future__ import annotations

from collections.abc import Iterator

from sdflow.domain.errors import Refused
from sdflow.domain.period import Period
from sdflow.domain.record import Record
from sdflow.domain.trait import Party, Promising, Structured, Supporting
from sdflow.engine.proof import Prover
from sdflow.engine.terms import days_held


class ReportSubjects:
    """Finds the agreements that held in a period, also those that have ended since."""

    def __init__(self, prover: Prover, period: Period) -> None:
        self._prover = prover
        self._period = period

    def both(self, about: str | None, customer: str | None) -> tuple[str, ...]:
        """The agreements about an agreement or a service, and with a customer, where both are named."""
        if about is None and customer is None:
            raise Refused(
                "nothing is named that could be reported on", advice="name an agreement, a service or --customer"
            )
        named = self.of(about) if about else None
        theirs = self.of_customer(customer) if customer else None
        if named is None or theirs is None:
            return named or theirs or ()
        shared = tuple(one for one in named if one in theirs)
        if not shared:
            raise Refused(f"nothing about {about} is agreed with {customer} in {self._period}")
        return shared

    def of(self, reference: str) -> tuple[str, ...]:
        """The agreement itself, or every agreement with a customer on a service; `Refused` where nothing is agreed."""
        record = self._prover.reading.required(reference)
        if self._prover.evidence.is_a(record, Promising) or self._prover.evidence.is_a(record, Supporting):
            return (reference,)
        if self._prover.evidence.is_a(record, Structured):
            return self._some(record, (one for one in self._promising() if one.service == reference))
        raise Refused(
            f"{reference} is no agreement and no service, so that nothing was promised",
            advice="name an agreement or a service, or a customer with --customer",
        )

    def holding(self, service: str) -> tuple[str, ...]:
        """Every agreement with a customer on a service; nothing where there is none."""
        return self._chosen(one for one in self._promising() if one.service == service)

    def of_customer(self, reference: str) -> tuple[str, ...]:
        """Every agreement with a customer; `Refused` where there is none."""
        record = self._prover.reading.required(reference)
        if not self._prover.evidence.is_a(record, Party):
            raise Refused(f"{reference} is no customer", advice="name a unit, such as one that sdflow list shows")
        return self._some(record, (one for one in self._promising() if self._customer(one) == reference))

    def _promising(self) -> Iterator[Record]:
        kinds = [kind for kind, model in self._prover.definitions.kinds.items() if issubclass(model, Promising)]
        yield from (one for kind in kinds for one in self._prover.reading.records(kind=kind) if one.service)

    def _customer(self, record: Record) -> str | None:
        _, content = self._prover.cited(record.reference)
        promise = content.promise() if isinstance(content, Promising) else None
        return promise.customer if promise else None

    def _some(self, about: Record, records: Iterator[Record]) -> tuple[str, ...]:
        found = self._chosen(records)
        if not found:
            raise Refused(f"no agreement about {about.reference} {about.title} held in {self._period}")
        return found

    def _chosen(self, records: Iterator[Record]) -> tuple[str, ...]:
        """Those that are signed and held in the period; where none did, those that are being agreed."""
        every = sorted(records, key=lambda one: one.reference)
        held = [one.reference for one in every if self._held(one)]
        drafts = [one.reference for one in every if not one.version and not self._prover.definitions.state(one).final]
        return tuple(held or drafts)

    def _held(self, record: Record) -> bool:
        prover, period = self._prover, self._period
        versions = prover.versions(record)
        return any(days_held(prover.definitions, prover.reading, record, versions, period.first, period.last))
