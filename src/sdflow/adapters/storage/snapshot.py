"""Snapshot: one moment of the database, which is never asked for the same thing twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeVar

from sqlalchemy.orm import Session

from sdflow.adapters.storage.reading import Reading
from sdflow.domain.record import Citation, Envelope, Record, StoredSignature

Answer = TypeVar("Answer")


class Snapshot(Reading):
    """A view that does not change while it is open, so that its answers are kept until they are let go.

    Who asks for many records together has them read in a few queries, and is answered from memory from then on.
    """

    def __init__(self, session: Session, source: str) -> None:
        super().__init__(session, source)
        self.let_go()

    def let_go(self) -> None:
        """Forget every answer, so that a long run needs no more memory than its parts."""
        self._records: dict[str, Record | None] = {}
        self._cites: dict[str, list[Citation]] = {}
        self._cited_by: dict[str, list[Citation]] = {}
        self._envelopes: dict[str, list[Envelope]] = {}
        self._signatures: dict[str, list[StoredSignature]] = {}
        self._events: dict[str, list[tuple[date, str]]] = {}

    def records_named(self, references: Sequence[str]) -> dict[str, Record]:
        """The records with these references, as far as they are there."""
        ask = super().records_named
        known = _completed(self._records, references, lambda new: {**dict.fromkeys(new), **ask(new)})
        return {reference: record for reference in references if (record := known[reference]) is not None}

    def cites_of(self, references: Sequence[str]) -> dict[str, list[Citation]]:
        """The links from each of these records to others, by their paths."""
        return _copied(_completed(self._cites, references, super().cites_of), references)

    def cited_by_of(self, references: Sequence[str]) -> dict[str, list[Citation]]:
        """The links from others to each of these records, by record and path."""
        return _copied(_completed(self._cited_by, references, super().cited_by_of), references)

    def envelopes_of(self, references: Sequence[str]) -> dict[str, list[Envelope]]:
        """The frozen contents of all versions of each of these records, oldest first."""
        return _copied(_completed(self._envelopes, references, super().envelopes_of), references)

    def signatures_of(self, references: Sequence[str]) -> dict[str, list[StoredSignature]]:
        """Who has signed which version of each of these records, in the order of signing."""
        return _copied(_completed(self._signatures, references, super().signatures_of), references)

    def events_of(self, references: Sequence[str]) -> dict[str, list[tuple[date, str]]]:
        """What was done to each of these records."""
        return _copied(_completed(self._events, references, super().events_of), references)


def _completed(
    known: dict[str, Answer], references: Sequence[str], ask: Callable[[Sequence[str]], dict[str, Answer]]
) -> dict[str, Answer]:
    new = [reference for reference in dict.fromkeys(references) if reference not in known]
    if new:
        known.update(ask(new))
    return known


def _copied(known: dict[str, list[Answer]], references: Sequence[str]) -> dict[str, list[Answer]]:
    return {reference: list(known[reference]) for reference in references}
