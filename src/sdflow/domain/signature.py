"""Signature: who is to sign, who has signed, and what a check of a signed file found."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

ENVELOPE_ATTACHMENT = "agreement.json"
_STATED_SHA256 = re.compile(r"\bsha256 ([0-9a-f]{64})\b")


def statement(reference: str, version: int, sha256: str) -> str:
    """What a signatory signs as the reason: which version was agreed, and the SHA-256 of its envelope."""
    return f"Agreed: {reference}, version {version}, sha256 {sha256}"


def stated_sha256(text: str | None) -> str | None:
    """The SHA-256 that a signed statement names; none if it names none, or more than one."""
    named = _STATED_SHA256.findall(text or "")
    return named[0] if len(named) == 1 else None


@dataclass(frozen=True)
class ExpectedSignature:
    """A signature that an agreement asks for: its field, the person and the fingerprint of the certificate."""

    field: str
    person: str
    name: str
    party: str
    capacity: str
    fingerprint: str


@dataclass(frozen=True)
class SigningRequest:
    """What a signatory puts under a document.

    `first` certifies the document, `last` closes it. `statement` is signed as the reason and names what was
    agreed, with the SHA-256 of the envelope.
    """

    field: str
    name: str
    party: str
    capacity: str
    statement: str
    signed_at: datetime
    first: bool
    last: bool


class CheckName(StrEnum):
    """What `verify` asks of a file, one question each."""

    readable = "readable"
    envelope = "envelope"
    signatures = "signatures"
    intact = "intact"
    signatory = "signatory"
    order = "order"
    unchanged = "unchanged"
    complete = "complete"
    recorded = "recorded"
    time = "time"


@dataclass(frozen=True)
class Check:
    """The answer to one question: held or not, with a sentence; `held` none says that it could not be asked."""

    name: CheckName
    held: bool | None
    message: str
    field: str | None = None


@dataclass(frozen=True)
class VerificationReport:
    """Everything that a check of a signed file found."""

    source: str
    reference: str | None
    version: int | None
    envelope_sha256: str | None
    signatures: tuple[FoundSignature, ...]
    checks: tuple[Check, ...]

    @property
    def genuine(self) -> bool:
        """Whether no check failed."""
        return not self.failed

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that did not hold."""
        return tuple(check for check in self.checks if check.held is False)


@dataclass(frozen=True)
class FoundSignature:
    """A signature that was found in a file."""

    field: str
    name: str
    fingerprint: str
    claimed_at: datetime | None
    statement: str | None


@dataclass(frozen=True)
class NewKey:
    """A freshly made key: the password-protected PKCS#12 file, and what is public of its certificate."""

    pkcs12: bytes
    certificate_pem: bytes
    fingerprint: str
    valid_from: datetime
    valid_until: datetime
