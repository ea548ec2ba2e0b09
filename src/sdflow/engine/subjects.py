"""Subjects: what is proven, in which words: an agreement, an analysis, a plan or a test, in a version or as a draft."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sdflow.domain.continuity import Analysing, Exercising, Recovering
from sdflow.domain.kind import Content
from sdflow.domain.record import Record
from sdflow.domain.trait import Promising
from sdflow.engine.definitions import Definitions
from sdflow.engine.evidence import Evidence
from sdflow.engine.scenes import VersionScene
from sdflow.engine.versions import Version

TRAITS = (Analysing, Recovering, Exercising)
"""What is proven besides agreements with customers: every link of the chain of continuity that has a record of its own."""


@dataclass(frozen=True)
class Subject:
    """A record in the words that are proven; `signed` is the version whose words they are, none while they are a draft.

    `number` is the version's, or the one that it will have; `numbers` are all under which waivers may name it.
    """

    record: Record
    content: Content
    number: int
    numbers: tuple[int, ...]
    signed: Version | None

    @property
    def reference(self) -> str:
        """The record's."""
        return self.record.reference

    @property
    def title(self) -> str:
        """What people call it beside other versions, such as Version 2 (draft)."""
        return f"Version {self.number} ({'approved' if self.signed else 'draft'})"

    @classmethod
    def of_agreement(cls, record: Record, version: VersionScene) -> Subject:
        """A version of an agreement with a customer."""
        return cls(record, version.agreement, version.number, version.numbers, version.signed)


class Subjects:
    """What is proven of records that are no agreements with customers."""

    def __init__(self, definitions: Definitions, evidence: Evidence) -> None:
        self.definitions = definitions
        self.evidence = evidence

    def is_one(self, record: Record) -> bool:
        """Whether a record is proven for itself."""
        return any(self.evidence.is_a(record, one) for one in TRAITS)

    def present(self, record: Record) -> Subject:
        """A record in its words as they stand: those that were approved last, or the draft that is being written."""
        state = self.definitions.state(record)
        versions = self.evidence.versions(record) if state.binding or state.ended else ()
        return self._subject(record, versions[-1] if versions else None)

    def held(self, record: Record) -> list[Subject]:
        """A record in its words as they stand, after the version that stands while they are a draft."""
        present = self.present(record)
        standing = self.evidence.versions(record) if present.signed is None else ()
        ended = self.definitions.state(record).ended
        return [*([self._subject(record, standing[-1])] if standing and not ended else []), present]

    def _subject(self, record: Record, version: Version | None) -> Subject:
        if version:
            return Subject(record, version.content, version.number, (version.number,), version)
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
