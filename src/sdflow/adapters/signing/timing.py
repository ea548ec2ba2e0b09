"""Timing: when each signature was made, who vouches for that time, and whether its certificate counted then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from sdflow.adapters.signing.evidence import SignatureEvidence
from sdflow.adapters.signing.stamps import StampEvidence
from sdflow.domain.signature import Check, CheckName

CLOCKS_APART = timedelta(minutes=5)
"""How far the signatory's clock may run before the time-stamp authority's; a new key may seem not to be valid yet."""


@dataclass(frozen=True)
class Witnesses:
    """What the records say of signatures, by field.

    `recorded` is when each was given, if the file is the one on record, `revoked` when the certificate that was to be
    used was revoked, `since` where an act on record did so after the act of signing; `at` is the moment of the check.
    """

    recorded: Mapping[str, datetime]
    revoked: Mapping[str, datetime]
    since: frozenset[str]
    at: datetime


def time_checks(signatures: tuple[SignatureEvidence, ...], witnesses: Witnesses) -> Iterator[Check]:
    """For each signature its time and who vouches for it, and that none claims to be older than an earlier one."""
    for one in signatures:
        yield _time_check(one, witnesses)
    for earlier, later in pairwise(signatures):
        if earlier.claimed_at and later.claimed_at and later.claimed_at < earlier.claimed_at:
            message = f"{later.field} claims a time before {earlier.field}, which was signed first."
            yield Check(CheckName.time, False, message, later.field)


def revocation_checks(signatures: tuple[SignatureEvidence, ...], witnesses: Witnesses) -> Iterator[Check]:
    """Whether the certificate of a signature that an authority issued, or that the records revoked, had been revoked by then."""
    for found in signatures:
        on_record = witnesses.revoked.get(found.field)
        moments = [moment for moment in (found.revoked_at, on_record) if moment is not None]
        one = replace(found, revoked_at=min(moments, default=None))
        by_order = found.field in witnesses.since and one.revoked_at == on_record
        if one.issued or one.revoked_at is not None:
            yield _revocation_check(one, vouched_for(one, witnesses), by_order=by_order)


def vouched_for(one: SignatureEvidence, witnesses: Witnesses) -> datetime | None:
    """When a signature existed for certain: by its time stamp, else by the act on record; none if it only says so."""
    if one.stamp is not None and one.stamp.pinned and one.stamp.fault is None:
        return one.stamp.stamped_at
    return witnesses.recorded.get(one.field)


def _time_check(one: SignatureEvidence, witnesses: Witnesses) -> Check:
    if one.claimed_at is None or one.valid_from is None or one.valid_until is None:
        return Check(CheckName.time, False, f"The signature in {one.field} names no signing time.", one.field)
    held, said = _judged(one, one.claimed_at, witnesses)
    return Check(CheckName.time, held, f"{said}.", one.field)


def _judged(one: SignatureEvidence, claimed_at: datetime, witnesses: Witnesses) -> tuple[bool | None, str]:
    claimed = f"{one.field} claims to be signed at {_instant(claimed_at)}"
    if not _valid_at(one, claimed_at):
        return False, f"{claimed}, when its certificate was not valid"
    if claimed_at > witnesses.at:
        return False, f"{claimed}, which has not come yet"
    if one.stamp is not None:
        return _stamped(one, claimed_at, one.stamp, witnesses.at)
    if one.field in witnesses.recorded:
        return _on_record(one, claimed_at, witnesses.recorded[one.field])
    expired = "" if _valid_at(one, witnesses.at) else "; its certificate has expired since"
    return None, f"{claimed}; the signing time is claimed, not proven{expired}"


def _stamped(
    one: SignatureEvidence, claimed_at: datetime, stamp: StampEvidence, at: datetime
) -> tuple[bool | None, str]:
    by = f"the time stamp of {stamp.name}"
    if stamp.fault is not None:
        return False, f"{one.field} bears {by}, which does not hold: {stamp.fault}"
    if claimed_at > stamp.stamped_at + CLOCKS_APART:
        return (
            False,
            f"{one.field} claims to be signed at {_instant(claimed_at)}, after {by} of {_instant(stamp.stamped_at)}",
        )
    if not _valid_at(one, max(stamp.stamped_at, min(claimed_at, stamp.stamped_at + CLOCKS_APART))):
        return (
            False,
            f"{one.field} was signed at {_instant(stamp.stamped_at)} by {by}, when its certificate was not valid",
        )
    signed = f"{one.field} was signed at {_instant(stamp.stamped_at)}"
    if not stamp.pinned:
        return (
            None,
            f"{signed} if {by} is to be believed, whose certificate nobody pinned here: SHA-256 {stamp.fingerprint}",
        )
    if at > stamp.valid_until:
        return None, f"{signed}, by {by}, whose own certificate expired on {stamp.valid_until:%Y-%m-%d}"
    return True, f"{signed}, proven by {by}"


def _on_record(one: SignatureEvidence, claimed_at: datetime, recorded: datetime) -> tuple[bool, str]:
    if abs(claimed_at - recorded) >= timedelta(seconds=1):
        return (
            False,
            f"{one.field} claims to be signed at {_instant(claimed_at)}, but is on record for {_instant(recorded)}",
        )
    return True, f"{one.field} was signed at {_instant(recorded)}, as the history on record holds"


def _revocation_check(one: SignatureEvidence, moment: datetime | None, *, by_order: bool) -> Check:
    """`by_order` says that the history on record holds the signature before the revocation, whatever the clocks say."""
    name = CheckName.revoked
    if one.revoked_at is None:
        return Check(name, True, f"The certificate of {one.name} is on no list of revoked ones.", one.field)
    revoked = f"the certificate of {one.name} was revoked at {_instant(one.revoked_at)}"
    if moment is None:
        return Check(name, False, f"{one.field} cannot be shown to be older: {revoked}.", one.field)
    if by_order:
        message = f"{one.field} was signed before {revoked}, as the history on record holds."
        return Check(name, True, message, one.field)
    if moment >= one.revoked_at:
        return Check(name, False, f"{one.field} was signed at {_instant(moment)}, but {revoked}.", one.field)
    return Check(name, True, f"{one.field} was signed at {_instant(moment)}, before {revoked}.", one.field)


def _valid_at(one: SignatureEvidence, moment: datetime) -> bool:
    return one.valid_from is not None and one.valid_until is not None and one.valid_from <= moment <= one.valid_until


def _instant(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
