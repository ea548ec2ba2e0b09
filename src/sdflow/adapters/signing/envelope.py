"""Envelope: what the attached text says was agreed, and who was to sign it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sdflow.domain.content import canonical_text, content_hash
from sdflow.domain.signature import ENVELOPE_ATTACHMENT, ExpectedSignature, SigningMethod


@dataclass(frozen=True)
class AttachedEnvelope:
    """The attached agreement: its SHA-256, its reference and version, and the signatures that it asks for."""

    sha256: str
    reference: str
    version: int
    expected: tuple[ExpectedSignature, ...]


def read_envelope(attachments: tuple[bytes, ...]) -> AttachedEnvelope:
    """The one envelope among the attachments of its name; raises ValueError with a sentence if there is none to use."""
    if len(attachments) != 1:
        raise ValueError(f"{ENVELOPE_ATTACHMENT} is attached {len(attachments)} times, not once")
    text = _text(attachments[0])
    content = _content(text)
    try:
        return AttachedEnvelope(
            content_hash(text),
            _typed(content, "reference", str),
            _typed(content, "version", int),
            tuple(_expected(signatory) for signatory in _typed(content, "signatories", list)),
        )
    except KeyError as error:
        raise ValueError(f"{ENVELOPE_ATTACHMENT} does not say {error.args[0]} as an agreement does") from error


def _text(attachment: bytes) -> str:
    try:
        return attachment.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"{ENVELOPE_ATTACHMENT} is not UTF-8 text") from error


def _content(text: str) -> Mapping[str, Any]:
    try:
        content = json.loads(text)
        canonical = canonical_text(content) == text
    except (ValueError, TypeError, RecursionError) as error:
        raise ValueError(f"{ENVELOPE_ATTACHMENT} is not canonical JSON ({error})") from error
    if not canonical or not isinstance(content, dict):
        raise ValueError(f"{ENVELOPE_ATTACHMENT} is not the canonical JSON of an agreement, so it was rewritten")
    return content


def _expected(signatory: Any) -> ExpectedSignature:
    if not isinstance(signatory, dict):
        raise KeyError("signatories")
    key, person, name, party, capacity = (
        _typed(signatory, key, str) for key in ("key", "person", "name", "party", "capacity")
    )
    method = SigningMethod.paper if signatory.get("method") == SigningMethod.paper else SigningMethod.key
    fingerprint = "" if method is SigningMethod.paper else _typed(signatory, "fingerprint", str)
    turn = signatory.get("turn")
    return ExpectedSignature(
        key, person, name, party, capacity, fingerprint, turn if type(turn) is int else None, method
    )


def _typed(content: Mapping[str, Any], key: str, kind: type) -> Any:
    value = content.get(key)
    if not isinstance(value, kind) or not value:
        raise KeyError(key)
    return value
