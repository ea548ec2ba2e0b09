"""Versions: what of a record was signed, and which of it holds on which days."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sdflow.adapters.storage import Reading
from sdflow.domain.kind import Content
from sdflow.domain.record import Envelope, Record
from sdflow.engine.definitions import Definitions


@dataclass(frozen=True)
class Version:
    """A version that all parties have signed, or that was signed elsewhere and taken in.

    It holds from `first` until the day before the next version starts (`last`; none where there is no next one), within
    its own term. `act` is the act in which it was frozen.
    """

    number: int
    content: Content
    envelope: Mapping[str, Any]
    sha256: str
    act: int
    first: date | None
    last: date | None = None

    def wording(self, reference: str) -> str | None:
        """The hash of a record as it was when the version was frozen; none where the envelope keeps no content of it."""
        kept = self.envelope["records"].get(reference, {})
        return kept["sha256"] if "content" in kept else None

    def inherited(self) -> dict[str, Any]:
        """The clauses, by their paths, that the version took over from a wider agreement."""
        return {path: one["clause"] for path, one in self.envelope.get("inherited", {}).items()}

    def embedded(self, definitions: Definitions, reference: str) -> Content | None:
        """A record as it was when the version was frozen; none where the envelope keeps no content of it."""
        kept = self.envelope["records"].get(reference, {})
        if "content" not in kept:
            return None
        return definitions.content_of(kept["kind"], kept["format"], kept["content"], reference)


def signed_versions(definitions: Definitions, reading: Reading, record: Record) -> tuple[Version, ...]:
    """The signed versions of a record, oldest first; one that another replaces before it starts is left out."""
    read = [(one, json.loads(one.text)) for one in reading.envelopes(record.reference)]
    return _in_succession([_version(definitions, record, *one) for one in read if _is_signed(reading, *one)])


def _is_signed(reading: Reading, envelope: Envelope, text: Mapping[str, Any]) -> bool:
    if text.get("adopted"):
        return True
    done = {one.field for one in reading.signatures(envelope.reference, envelope.version)}
    return bool(text["signatories"]) and all(one["key"] in done for one in text["signatories"])


def _version(definitions: Definitions, record: Record, envelope: Envelope, text: Mapping[str, Any]) -> Version:
    content = definitions.content_of(record.kind, text["content_format"], text["content"], record.reference)
    return Version(envelope.version, content, text, envelope.sha256, envelope.act, content.starts_on())


def _in_succession(versions: Sequence[Version]) -> tuple[Version, ...]:
    found: list[Version] = []
    next_start: date | None = None
    for one in reversed(versions):
        if one.first is None or next_start is None or one.first < next_start:
            last = next_start - timedelta(days=1) if next_start else None
            found.insert(0, replace(one, last=last))
            next_start = one.first or next_start
    return tuple(found)
