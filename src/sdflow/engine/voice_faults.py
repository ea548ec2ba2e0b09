"""Voice faults: what complaints and records of suppliers say of the agreements that they name, and those do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sdflow.adapters.storage import Reading
from sdflow.domain.clause_figures import clause_figures
from sdflow.domain.kind import Content
from sdflow.domain.looking_back import PeriodFigure, SupplierMeasuring, SupplierPerformance
from sdflow.domain.period import Period
from sdflow.domain.service_voice import Complaining, ComplaintSummary
from sdflow.domain.trait import Promising, Supporting
from sdflow.engine.definitions import Definitions
from sdflow.engine.done_days import spoken
from sdflow.engine.inheritance import Known
from sdflow.engine.measured_words import version_on
from sdflow.engine.versions import signed_versions


@dataclass(frozen=True)
class NamedAgreements:
    """The agreements that records name: each in the words that were signed for a day, or as it stands where none were."""

    definitions: Definitions
    reading: Reading
    stored: Known

    def faults(self, reference: str, content: Content) -> Iterator[tuple[str, str]]:
        """The path and the words of everything that an agreement says otherwise than the content that names it.

        What stood as it is before was let in then, and is not found fault with.
        """
        record = self.reading.record(reference)
        before = self.definitions.content(record) if record else None
        if isinstance(content, Complaining) and _named(before) != _named(content):
            yield from self._of_complaint(content.complaint())
        if isinstance(content, SupplierMeasuring) and before != content:
            yield from self._of_supplier(content.supplier_performance())

    def _of_complaint(self, said: ComplaintSummary) -> Iterator[tuple[str, str]]:
        named = self._on(said.agreement, said.on) if said.agreement else None
        if not isinstance(named, Promising):
            return
        promise = named.promise()
        if promise is None:
            yield (
                "agreement",
                (
                    f"{said.agreement} promises no service by itself, others inherit from it; "
                    f"name the agreement on {said.service}, or leave it out"
                ),
            )
            return
        if promise.customer not in (None, said.customer):
            yield (
                "agreement",
                (
                    f"{said.agreement} is an agreement with {promise.customer}, but {said.customer} complains; "
                    f"name an agreement of theirs, or leave it out"
                ),
            )
        if promise.service != said.service:
            yield (
                "agreement",
                (
                    f"{said.agreement} is an agreement on {promise.service}, but the complaint is about {said.service}; "
                    f"name the agreement on that service, or leave it out"
                ),
            )

    def _of_supplier(self, said: SupplierPerformance) -> Iterator[tuple[str, str]]:
        day = Period.parsed(said.period).last
        contract = self._on(said.contract, day)
        if not isinstance(contract, Supporting):
            return
        supplier = contract.support().by
        if supplier != said.supplier:
            yield "supplier", f"the supplier of {said.contract} is {supplier}, not {said.supplier}; give that one"
        for key, figure in said.figures.items():
            if figure.clause is not None:
                yield from self._of_figure(
                    f"figures.{key}", figure, figure.clause, contract, f"{said.contract} of {spoken(day)}"
                )

    def _of_figure(
        self, path: str, figure: PeriodFigure, clause: str, contract: Content, named: str
    ) -> Iterator[tuple[str, str]]:
        """What a figure says of its target otherwise than the contract, as it is at the end of the period."""
        agreed = clause_figures(contract, clause)
        same = [one for one in agreed if one.value == figure.target]
        told = " or ".join(map(str, agreed))
        if not agreed:
            yield (
                f"{path}.clause",
                (f"there is no target {clause} in {named}; name the one that is meant, or leave the clause out"),
            )
        elif not same:
            yield f"{path}.target", f"{figure.target:f} is not what {named} agrees in {clause}: {told}"
        elif all(one.comparison is not figure.comparison for one in same):
            side = figure.comparison.value.replace("_", " ")
            yield f"{path}.comparison", f"'{side}' is not what {named} agrees in {clause}: {told}"

    def _on(self, reference: str, day: date) -> Content | None:
        """What an agreement says that is signed for a day; where nothing is, as it stands or arrives."""
        record = self.reading.record(reference)
        versions = signed_versions(self.definitions, self.reading, record) if record and record.version else ()
        version = version_on(versions, day)
        return version.content if version else self.stored(reference)


def _named(content: Content | None) -> tuple[str | None, ...]:
    """What of a complaint is held against the agreement that it names; nothing where there is none."""
    if not isinstance(content, Complaining):
        return ()
    said = content.complaint()
    return said.agreement, said.service, said.customer
