"""Safekeeping: whether frozen texts, documents, signatures and scans are still those that the history tells of."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sdflow.adapters.storage import Reading
from sdflow.domain.content import content_hash
from sdflow.domain.event import Act
from sdflow.domain.record import StoredSignature
from sdflow.engine.publication import sha256_of

Kept = dict[str, str]
"""What is kept of a record, by its place: the SHA-256 of what is kept byte for byte, of a signature who gave it."""


def told_by(acts: Sequence[Act]) -> dict[str, Kept]:
    """What the events say was kept of each record."""
    found: defaultdict[str, Kept] = defaultdict(dict)
    for act in acts:
        for event in map(json.loads, act.events):
            kept = found[event["reference"]]
            if event["type"] == "frozen":
                _frozen(kept, event["details"])
            elif event["type"] == "signed":
                _signed(kept, event["details"])
    return dict(found)


def safekeeping_faults(reading: Reading, reference: str, told: Mapping[str, str]) -> Iterator[str]:
    """A sentence for everything kept of a record that is missing, that no act tells of, or that was changed."""
    stored: Kept = {}
    for place, is_now, filed in _stored(reading, reference):
        stored[place] = is_now
        if filed != is_now:
            yield f"{reference}, {place}: its content is {is_now}, but it is filed as {filed}"
    for place in sorted(stored.keys() | told.keys()):
        if place not in stored:
            yield f"{reference}, {place}: is in the history but not stored"
        elif place not in told:
            yield f"{reference}, {place}: is stored, but no act tells of it"
        elif stored[place] != told[place]:
            yield f"{reference}, {place}: is {stored[place]}, but its history says {told[place]}"


def _frozen(kept: Kept, details: Mapping[str, Any]) -> None:
    version = details["version"]
    kept[_text_of(version)] = _sha256(details["envelope_sha256"])
    kept[_document_of(version, 0)] = _sha256(details["document_sha256"])


def _signed(kept: Kept, details: Mapping[str, Any]) -> None:
    version, field = details["version"], details["field"]
    kept[_signature_of(version, field)] = _given_by(
        details["person"], details.get("fingerprint", ""), details.get("witness")
    )
    if details.get("on_paper"):
        kept[_scan_of(version, field)] = _sha256(details["scan_sha256"])
    else:
        sequence = sum(place.startswith(f"{_version(version)}, document ") for place in kept)
        kept[_document_of(version, sequence)] = _sha256(details["document_sha256"])


def _stored(reading: Reading, reference: str) -> Iterator[tuple[str, str, str]]:
    """Each place, what is there now, and what it is filed as."""
    for envelope in reading.envelopes(reference):
        yield _text_of(envelope.version), _sha256(content_hash(envelope.text)), _sha256(envelope.sha256)
    for document in reading.documents(reference):
        place = _document_of(document.version, document.sequence)
        yield place, _sha256(sha256_of(document.pdf)), _sha256(document.sha256)
    for signature in reading.signatures_of([reference])[reference]:
        given = _given_by(signature.person, signature.fingerprint, signature.witness)
        yield _signature_of(signature.version, signature.field), given, given
        yield from _scanned(reading, signature)


def _scanned(reading: Reading, signature: StoredSignature) -> Iterator[tuple[str, str, str]]:
    scan = reading.scan(signature.reference, signature.version, signature.field) if signature.on_paper else None
    if scan is not None:
        yield _scan_of(scan.version, scan.field), _sha256(sha256_of(scan.content)), _sha256(scan.sha256)


def _given_by(person: str, fingerprint: str, witness: str | None) -> str:
    with_what = f"certificate {fingerprint}" if fingerprint else f"the pen before {witness}"
    return f"by {person} with {with_what}"


def _sha256(digest: str) -> str:
    return f"SHA-256 {digest}"


def _version(version: int) -> str:
    return f"version {version}"


def _text_of(version: int) -> str:
    return f"{_version(version)}, agreed text"


def _document_of(version: int, sequence: int) -> str:
    return f"{_version(version)}, document {sequence}"


def _signature_of(version: int, field: str) -> str:
    return f"{_version(version)}, signature as {field}"


def _scan_of(version: int, field: str) -> str:
    return f"{_version(version)}, scan of {field}"
