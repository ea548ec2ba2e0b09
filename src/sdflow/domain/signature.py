"""Signature: who is to sign, who has signed, and what a check of a signed file found."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
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


class SigningMethod(StrEnum):
    """How somebody signs: with a key, in the file, or by hand on paper, which the records witness."""

    key = "key"
    paper = "paper"


def closing_field(turns: Mapping[str, int]) -> str | None:
    """Of the fields of a file with their turns, the one whose signature closes it: the only one of the last turn.

    None where several share the last turn, since nobody knows which of them will sign last.
    """
    last = [field for field, turn in turns.items() if turn == max(turns.values())]
    return last[0] if len(last) == 1 else None


@dataclass(frozen=True)
class ExpectedSignature:
    """A signature that an agreement asks for: its field, the person and the fingerprint of the certificate.

    Those of one `turn` may be given in any order, before those of the next; without turns each waits for the one
    before. `signed_at` and `method` are what the records say of a signature that was given, none where nobody asked
    them or it is still to come; of one on paper also who witnessed it, and the hash of its scan.
    `revoked_at` is when the records revoked the certificate, `revoked_since` that by the order of their acts the
    signature had been given before: instants, kept to the second, do not always tell.
    """

    field: str
    person: str
    name: str
    party: str
    capacity: str
    fingerprint: str
    turn: int | None = None
    method: SigningMethod = SigningMethod.key
    signed_at: datetime | None = None
    witness: str | None = None
    scan_sha256: str | None = None
    revoked_at: datetime | None = None
    revoked_since: bool = False


@dataclass(frozen=True)
class PinnedCertificates:
    """Certificates that are trusted because somebody named them: by SHA-256, or as they are (DER)."""

    fingerprints: frozenset[str] = frozenset()
    certificates: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class TimestampAuthority:
    """Whom to ask for time stamps (RFC 3161), how long to wait for an answer, and whose stamps to believe."""

    url: str
    pinned: PinnedCertificates
    timeout_seconds: int = 10


@dataclass(frozen=True)
class Revocations:
    """A certificate authority (DER) and the list of the certificates that it has revoked (DER)."""

    authority: bytes
    revoked: bytes


@dataclass(frozen=True)
class Trust:
    """Whom to believe beside the signatories: time-stamp authorities, and a list of revoked certificates."""

    timestamps: PinnedCertificates = field(default_factory=PinnedCertificates)
    revocations: Revocations | None = None


@dataclass(frozen=True)
class SigningRequest:
    """What a signatory puts under a document.

    `first` certifies the document, `last` closes it. `statement` is signed as the reason and names what was
    agreed, with the SHA-256 of the envelope. The fields `on_paper` stay empty: they were signed by hand.
    """

    field: str
    name: str
    party: str
    capacity: str
    statement: str
    signed_at: datetime
    first: bool
    last: bool
    on_paper: frozenset[str] = frozenset()


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
    revoked = "revoked"


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
    """A signature that was found in a file; `stamped_at` is the time that a time-stamp authority set on it."""

    field: str
    name: str
    fingerprint: str
    claimed_at: datetime | None
    statement: str | None
    stamped_at: datetime | None = None
    stamped_by: str | None = None


@dataclass(frozen=True)
class NewKey:
    """A freshly made key: the password-protected PKCS#12 file, and what is public of its certificate."""

    pkcs12: bytes
    certificate_pem: bytes
    fingerprint: str
    valid_from: datetime
    valid_until: datetime
