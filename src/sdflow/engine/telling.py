"""Telling: what is said about several versions of an agreement, once where they agree."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Protocol, Self, TypeVar

from sdflow.domain.finding import Finding
from sdflow.domain.rule import Fact


class OfVersions(Protocol):
    """Something that is said of an agreement, and can be said of one version of it."""

    def of_version(self, number: int, title: str) -> Self:
        """The same, said of the version with a number, which people call by a title."""


class Numbered(Protocol):
    """A version by its number, with what people call it beside others."""

    @property
    def number(self) -> int:
        """The number."""

    @property
    def title(self) -> str:
        """What people call it, such as Version 2 (draft)."""


T = TypeVar("T", bound=OfVersions)


def told(versions: Sequence[Numbered], said: Sequence[Sequence[T]], words: Callable[[T], Hashable]) -> tuple[T, ...]:
    """What is said of each version, one after the other: once where it is said of all in the same words."""
    shared = set.intersection(*({words(one) for one in some} for some in said))
    return tuple(
        one if words(one) in shared else one.of_version(version.number, version.title)
        for place, (version, some) in enumerate(zip(versions, said, strict=True))
        for one in some
        if not place or words(one) not in shared
    )


def fact_words(fact: Fact) -> Hashable:
    """All that a fact says."""
    return fact.kind, tuple(fact.fields.items())


def finding_words(finding: Finding) -> Hashable:
    """What people read of a finding; the numbers behind it may be others."""
    named = finding.rule, finding.clause, finding.subject, finding.message, finding.advice
    return (
        *named,
        finding.gap_text,
        finding.weakest,
        finding.witness,
        finding.waiver,
        finding.waived_until,
        finding.note,
    )
