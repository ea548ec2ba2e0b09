"""Waivers: which findings are accepted for the time being, by which record, and which no longer are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from sdflow.adapters.storage import Reading
from sdflow.domain.finding import Finding
from sdflow.domain.record import Record
from sdflow.domain.trait import Waiving
from sdflow.domain.waiver import Acceptance
from sdflow.engine.definitions import Definitions
from sdflow.engine.known_records import KnownRecords

AMBIGUOUS = "it fits more than one finding"


@dataclass(frozen=True)
class _Waived:
    """A record by which something is accepted; `binding` says that it was approved."""

    record: Record
    acceptance: Acceptance
    binding: bool


def _accepts(acceptance: Acceptance, clause: str, rules: frozenset[str], today: date) -> bool:
    return acceptance.clause == clause and acceptance.rule in rules and today <= acceptance.expires_on


class Waivers:
    """Every record by which a finding is accepted, read when the first finding is looked at.

    They count as they stand, or as they were known at the end of a day.
    """

    def __init__(self, definitions: Definitions, reading: Reading, known_on: date | None = None) -> None:
        self._definitions = definitions
        self._reading = reading
        self._known_on = known_on

    def settled(self, agreement: str, findings: Sequence[Finding], today: date) -> tuple[Finding, ...]:
        """The findings about an agreement, each with the waiver that counts for it or why its waiver does not."""
        alike = Counter(_identity(one) for one in findings)
        return tuple(self._settled(agreement, one, today, alike[_identity(one)] > 1) for one in findings)

    def undecided(self, agreement: str, finding: Finding) -> Record | None:
        """A record that proposes to accept the finding and was not decided upon yet."""
        return next((one.record for one in self._concerning(agreement, finding) if not one.binding), None)

    def accepting(self, agreement: str, clause: str, rules: frozenset[str], today: date) -> list[Record]:
        """The waivers by which something that one of these rules finds of a clause is accepted on a day."""
        approved = [one for one in self._by_agreement.get(agreement, ()) if one.binding]
        return [one.record for one in approved if _accepts(one.acceptance, clause, rules, today)]

    @cached_property
    def _by_agreement(self) -> dict[str, list[_Waived]]:
        found: dict[str, list[_Waived]] = defaultdict(list)
        for record in self._records():
            state, content = self._definitions.state(record), self._definitions.content(record)
            if isinstance(content, Waiving) and not state.final:
                acceptance = content.accepted()
                found[acceptance.agreement].append(_Waived(record, acceptance, state.binding))
        return found

    def _records(self) -> list[Record]:
        if self._known_on is not None:
            return KnownRecords(self._definitions, self._reading, self._known_on).having(Waiving)
        kinds = [kind for kind, model in self._definitions.kinds.items() if issubclass(model, Waiving)]
        return [record for kind in kinds for record in self._reading.records(kind=kind)]

    def _concerning(self, agreement: str, finding: Finding) -> list[_Waived]:
        """Those about a finding, the one that holds longest last."""
        found = [one for one in self._by_agreement.get(agreement, ()) if one.acceptance.concerns(agreement, finding)]
        return sorted(found, key=lambda one: one.acceptance.expires_on)

    def _settled(self, agreement: str, finding: Finding, today: date, ambiguous: bool) -> Finding:
        settled = finding
        for one in (one for one in self._concerning(agreement, finding) if one.binding):
            objection = AMBIGUOUS if ambiguous else one.acceptance.objection(finding, today)
            name = one.record.reference
            if objection is None:
                settled = replace(finding, waiver=name, waived_until=one.acceptance.expires_on)
            elif settled.counts:
                settled = replace(finding, note=f"{name} does not count: {objection}")
        return settled


def _identity(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.clause, finding.subject
