"""Subjects: what is proven, in which words: an agreement, an analysis, a plan or a test, in a version or as a draft."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sdflow.domain.continuity import Analysing, Exercising, Recovering
from sdflow.domain.interruption import Interrupting
from sdflow.domain.kind import Content
from sdflow.domain.record import Record
from sdflow.domain.rule import spoken
from sdflow.domain.trait import Promising
from sdflow.engine.definitions import Definitions
from sdflow.engine.evidence import Evidence
from sdflow.engine.scenes import VersionScene
from sdflow.engine.versions import Version

TRAITS = (Analysing, Recovering, Exercising, Interrupting)
"""What is proven besides agreements with customers: links of the chain of continuity, and planned interruptions."""


@dataclass(frozen=True)
class Subject:
    """A record in the words that are proven; `signed` is the version whose words they are, none while they are a draft.

    `number` is the version's, or the one that it will have; `numbers` are all under which waivers may name it.
    `coming` is the day from which the version holds, where that has not come yet.
    """

    record: Record
    content: Content
    number: int
    numbers: tuple[int, ...]
    signed: Version | None
    coming: date | None = None

    @property
    def reference(self) -> str:
        """The record's."""
        return self.record.reference

    @property
    def title(self) -> str:
        """What people call it beside other versions, such as Version 2 (draft)."""
        since = f", from {spoken(self.coming)}" if self.coming else ""
        return f"Version {self.number} ({'approved' if self.signed else 'draft'}{since})"

    @classmethod
    def of_agreement(cls, record: Record, version: VersionScene) -> Subject:
        """A version of an agreement with a customer."""
        return cls(record, version.agreement, version.number, version.numbers, version.signed)


class Subjects:
    """What is proven of records that are no agreements with customers."""

    def __init__(self, definitions: Definitions, evidence: Evidence, today: date) -> None:
        self.definitions = definitions
        self.evidence = evidence
        self.today = today

    def is_one(self, record: Record) -> bool:
        """Whether a record is proven for itself."""
        return any(self.evidence.is_a(record, one) for one in TRAITS)

    def present(self, record: Record) -> Subject:
        """A record in its words as they stand: those that were approved last, or the draft that is being written."""
        state = self.definitions.state(record)
        versions = self.evidence.versions(record) if state.binding or state.ended else ()
        return self._subject(record, versions[-1] if versions else None)

    def held(self, record: Record) -> list[Subject]:
        """A record in every approved version that holds today or later, and in its draft where there is one.

        What has ended is looked at as it stands.
        """
        present = self.present(record)
        if self.definitions.state(record).ended:
            return [present]
        versions = self.evidence.versions(record)
        holding = [one for one in versions if one.last is None or one.last >= self.today]
        held = [self._subject(record, one) for one in holding]
        return held if present.signed else [*held, present]

    def of_version(self, record: Record, version: Version) -> Subject:
        """A record in the words of one of its approved versions."""
        return self._subject(record, version)

    def _subject(self, record: Record, version: Version | None) -> Subject:
        if version:
            coming = version.first if version.first and version.first > self.today else None
            return Subject(record, version.content, version.number, (version.number,), version, coming)
        waiting = self.definitions.state(record).frozen and record.version
        following = record.version if waiting else record.version + 1
        return Subject(record, self.evidence.cited(record.reference)[1], following, (following,), None)


def continuity_services(content: Content) -> dict[str, str]:
    """The services of which a content says how they come back, each with its clause there."""
    found: dict[str, str] = {}
    for service, clause in _named(content):
        found.setdefault(service, clause)
    return found


def _named(content: Content) -> Iterator[tuple[str, str]]:
    if isinstance(content, Promising) and (promise := content.promise()) is not None:
        yield promise.service, "targets.continuity"
    if isinstance(content, Analysing):
        yield from ((one.service, one.clause) for one in content.needs())
    if isinstance(content, Recovering):
        yield from ((one.service, one.clause) for one in content.recovery_plan().services)
    if isinstance(content, Exercising):
        yield from ((one.service, one.clause) for one in content.exercise().services)
