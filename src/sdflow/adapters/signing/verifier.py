"""Verifier: whether a signed file is what its signatories signed, question by question."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sdflow.adapters.signing.envelope import AttachedEnvelope, read_envelope
from sdflow.adapters.signing.evidence import Evidence, SignatureEvidence, attached, examine
from sdflow.adapters.signing.malformed import MALFORMED, quietly, reason
from sdflow.adapters.signing.timing import Witnesses, revocation_checks, time_checks
from sdflow.domain.signature import (
    ENVELOPE_ATTACHMENT,
    Check,
    CheckName,
    ExpectedSignature,
    FoundSignature,
    SigningMethod,
    Trust,
    VerificationReport,
    closing_field,
    stated_sha256,
)


@dataclass(frozen=True)
class _Case:
    """A readable file beside what it is compared with; `expected` none: nobody can say who was to sign."""

    evidence: Evidence
    envelope: AttachedEnvelope | None
    envelope_fault: str | None
    expected: tuple[ExpectedSignature, ...] | None
    envelope_sha256: str | None
    recorded: bool | None
    at: datetime

    @property
    def on_paper(self) -> tuple[ExpectedSignature, ...]:
        """Who, by the records, signed by hand."""
        return tuple(one for one in self.expected or () if one.method is SigningMethod.paper)

    @property
    def in_file(self) -> tuple[ExpectedSignature, ...]:
        """Whose signatures the file itself is to hold."""
        return tuple(one for one in self.expected or () if one.method is not SigningMethod.paper)


def verify(
    pdf: bytes,
    source: str,
    *,
    expected: Sequence[ExpectedSignature] | None = None,
    envelope_sha256: str | None = None,
    recorded_sha256: frozenset[str] | None = None,
    at: datetime,
    trust: Trust | None = None,
) -> VerificationReport:
    """Every question that can be asked of a signed file, each with its answer; nothing in the file makes it raise.

    Given the database's `expected` signatures, the envelope's hash and the hash of the latest recorded file, the file
    is held against them. Without, it is held against itself: the attached envelope says who was to sign, and each
    signature must name that envelope's hash; who holds the keys is then for the reader to compare by fingerprint.
    `trust` names the time-stamp authorities to be believed and what the workspace's authority has revoked.
    """
    with quietly():
        try:
            evidence = examine(pdf, ENVELOPE_ATTACHMENT, at, trust or Trust())
        except MALFORMED as error:
            return _unreadable(source, reason(error))
    recorded = None if recorded_sha256 is None else hashlib.sha256(pdf).hexdigest() in recorded_sha256
    envelope, fault = _envelope(evidence)
    declared = envelope.expected if expected is None and envelope else expected
    case = _Case(
        evidence, envelope, fault, None if declared is None else tuple(declared), envelope_sha256, recorded, at
    )
    return VerificationReport(
        source,
        envelope.reference if envelope else None,
        envelope.version if envelope else None,
        envelope.sha256 if envelope else None,
        tuple(_found(one) for one in evidence.signatures),
        tuple(_checks(case)),
    )


def agreement_in(pdf: bytes) -> tuple[str, int] | None:
    """The reference and the version that the attached agreement names; none if the file holds no sound one."""
    with quietly():
        try:
            envelope = read_envelope(attached(pdf, ENVELOPE_ATTACHMENT))
        except MALFORMED:
            return None
    return envelope.reference, envelope.version


def _unreadable(source: str, fault: str) -> VerificationReport:
    check = Check(CheckName.readable, False, f"The file is not a sound PDF: {fault}.")
    return VerificationReport(source, None, None, None, (), (check,))


def _envelope(evidence: Evidence) -> tuple[AttachedEnvelope | None, str | None]:
    try:
        return read_envelope(evidence.attachments), None
    except ValueError as error:
        return None, str(error)


def _found(one: SignatureEvidence) -> FoundSignature:
    stamp = one.stamp
    return FoundSignature(
        one.field,
        one.name,
        one.fingerprint,
        one.claimed_at,
        one.statement,
        stamp.stamped_at if stamp else None,
        stamp.name if stamp else None,
    )


def _checks(case: _Case) -> Iterator[Check]:
    yield Check(CheckName.readable, True, "The file is a sound PDF.")
    yield from _envelope_checks(case)
    yield _signatures_check(case)
    yield from _paper_checks(case)
    for one in case.evidence.signatures:
        yield _intact_check(one)
        yield _signatory_check(case, one)
    yield _order_check(case)
    yield from _unchanged_checks(case)
    yield _complete_check(case)
    yield _recorded_check(case)
    yield from time_checks(case.evidence.signatures, _witnesses(case))
    yield from revocation_checks(case.evidence.signatures, _witnesses(case))


def _witnesses(case: _Case) -> Witnesses:
    """The acts on record vouch only for the file that is on record: another one may have been made later."""
    acts = {one.field: one.signed_at for one in case.expected or () if one.signed_at} if case.recorded else {}
    revoked = {one.field: one.revoked_at for one in case.expected or () if one.revoked_at}
    since = frozenset(one.field for one in case.expected or () if one.revoked_since and case.recorded)
    return Witnesses(acts, revoked, since, case.at)


def _envelope_checks(case: _Case) -> Iterator[Check]:
    name, envelope = CheckName.envelope, case.envelope
    if envelope is None:
        yield Check(name, False, f"The attached agreement cannot be used: {case.envelope_fault}.")
        return
    if case.envelope_sha256 in (None, envelope.sha256):
        yield Check(name, True, f"{ENVELOPE_ATTACHMENT} is attached once, in its canonical form.")
    else:
        yield Check(name, False, f"{ENVELOPE_ATTACHMENT} was replaced: it is not the agreement on record.")
    for one in case.evidence.signatures:
        held = stated_sha256(one.statement) == envelope.sha256
        message = "names the SHA-256" if held else "does not name the SHA-256"
        yield Check(name, held, f"The statement signed in {one.field} {message} of {ENVELOPE_ATTACHMENT}.", one.field)


def _signatures_check(case: _Case) -> Check:
    if case.expected is None:
        return Check(CheckName.signatures, None, "Who was to sign is unknown, because the agreement cannot be read.")
    found = Counter(one.field for one in case.evidence.signatures)
    surplus = sorted((found - Counter(one.field for one in case.in_file)).elements())
    missing = [f"{one.name} for {one.party} ({one.field})" for one in case.in_file if not found[one.field]]
    faults = [f"missing: {', '.join(missing)}, not signed in this file"] * bool(missing)
    faults += [f"not asked for: {', '.join(surplus)}"] * bool(surplus)
    if faults or not case.expected:
        return Check(
            CheckName.signatures, False, f"The signatures are not those agreed; {'; '.join(faults) or 'none'}."
        )
    message = f"All {len(case.in_file)} agreed signatures are there, and no other."
    return Check(CheckName.signatures, True, message)


def _paper_checks(case: _Case) -> Iterator[Check]:
    for one in case.on_paper:
        outstanding = case.recorded is not None and one.signed_at is None
        yield Check(CheckName.signatures, False if outstanding else None, _on_paper(one, outstanding), one.field)


def _on_paper(one: ExpectedSignature, outstanding: bool) -> str:
    if outstanding:
        return f"{one.name} is to sign for {one.party} on paper; no such signature is on record."
    if one.signed_at is None:
        return f"{one.name} signs for {one.party} on paper, as agreed; whether that was done is not in this file."
    return (
        f"{one.name} signed for {one.party} on paper on {one.signed_at:%Y-%m-%d}: scan recorded "
        f"(SHA-256 {one.scan_sha256}), witnessed by {one.witness}; the file cannot show it."
    )


def _intact_check(one: SignatureEvidence) -> Check:
    fault = one.fault
    if fault is None and one.covered_bytes is None:
        fault = "it leaves out more of the file than itself"
    if fault is None:
        return Check(CheckName.intact, True, f"The signature in {one.field} is intact.", one.field)
    return Check(CheckName.intact, False, f"The signature in {one.field} does not hold: {fault}.", one.field)


def _signatory_check(case: _Case, one: SignatureEvidence) -> Check:
    asked = next((other for other in case.expected or () if other.field == one.field), None)
    if asked is None:
        return Check(CheckName.signatory, None, f"Nobody is known who was to sign in {one.field}.", one.field)
    if one.fingerprint != asked.fingerprint:
        message = (
            f"{one.field} was not signed with the certificate of {asked.name}: "
            f"SHA-256 {one.fingerprint or 'unknown'} instead of {asked.fingerprint}."
        )
        return Check(CheckName.signatory, False, message, one.field)
    message = f"{one.field} was signed with the certificate of {asked.name}, SHA-256 {one.fingerprint}."
    return Check(CheckName.signatory, True, message, one.field)


def _order_check(case: _Case) -> Check:
    if case.expected is None:
        return Check(CheckName.order, None, "The order of the signatures is unknown.")
    turns = {one.field: place if one.turn is None else one.turn for place, one in enumerate(case.expected)}
    found = [one.field for one in case.evidence.signatures]
    taken = [turns[field] for field in found if field in turns]
    in_order = taken == sorted(taken)
    message = (
        "were made in the agreed order" if in_order else f"were made in the order {', '.join(found)}, not as agreed"
    )
    return Check(CheckName.order, in_order, f"The signatures {message}.")


def _unchanged_checks(case: _Case) -> Iterator[Check]:
    for one in case.evidence.signatures:
        if one.altered:
            message = f"After {one.field} was signed, more was changed than further signatures change."
        else:
            message = f"After {one.field} was signed, nothing was changed but by further signatures."
        yield Check(CheckName.unchanged, not one.altered, message, one.field)
    updates = list(range(1, case.evidence.revisions))
    if [one.revision for one in case.evidence.signatures] != updates:
        message = "The file was updated other than by signing: its updates and its signatures do not pair off."
        yield Check(CheckName.unchanged, False, message)


def _complete_check(case: _Case) -> Check:
    last = case.evidence.signatures[-1] if case.evidence.signatures else None
    if case.on_paper and not case.in_file and case.recorded is not None:
        return Check(CheckName.complete, None, "Everybody is to sign on paper, nobody in this file.")
    fault = "The file is not signed" if last is None else _incomplete(case, last)
    if fault is None and last is not None and not last.closes:
        return Check(CheckName.complete, True, "The last signature covers the file.")
    return Check(CheckName.complete, fault is None, f"{fault or 'The last signature covers and closes the file'}.")


def _incomplete(case: _Case, last: SignatureEvidence) -> str | None:
    if last.covered_bytes is None:
        return f"What the last signature, {last.field}, covers is unclear"
    if last.covered_bytes != case.evidence.length:
        return f"The last signature, {last.field}, covers {last.covered_bytes} of {case.evidence.length} bytes"
    if not last.closes and _is_to_close(case):
        return f"The last signature, {last.field}, does not close the document: it is not finished, or was cut back"
    return None


def _is_to_close(case: _Case) -> bool:
    """Whether one signature was to close the file: not where several share the last turn, or that one is on paper."""
    turns = {one.field: place if one.turn is None else one.turn for place, one in enumerate(case.in_file)}
    by_hand = any(one.signed_at for one in case.on_paper)
    return not by_hand and (not turns or closing_field(turns) is not None)


def _recorded_check(case: _Case) -> Check:
    if case.recorded is None:
        message = "No record was at hand: compare each certificate's SHA-256 with the one that its holder gives you."
        return Check(CheckName.recorded, None, message)
    if case.recorded:
        return Check(CheckName.recorded, True, "The file is the latest of its version on record, byte for byte.")
    signed = {one.field for one in case.evidence.signatures}
    waiting = [one.name for one in case.expected or () if one.field not in signed]
    older = f": it is one from before {waiting[0]} signed" if waiting else ""
    return Check(CheckName.recorded, False, f"The file is not the latest on record{older}.")
