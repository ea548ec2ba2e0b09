"""The next version of an agreement that is in force, as people write and sign it."""

from __future__ import annotations

from pathlib import Path

from desk import INGRID, OMAR, Desk

LIN, ROSSI = "PER-LIN", "PER-ROSSI"


def keys(desk: Desk, folder: Path, *people: str) -> None:
    """New keys of people who have none yet."""
    secret = folder / "secret"
    secret.write_text("four words of mine\n")
    for key, person in ((folder / f"{person}.p12", person) for person in people):
        if not key.exists():
            desk.must("key", "new", person, "-o", str(key), "--passphrase-file", str(secret), day=None)


def sign(desk: Desk, folder: Path, reference: str, *people: str) -> None:
    """The signatures of people under an agreement, in their order."""
    secret = folder / "secret"
    for person in people:
        key = str(folder / f"{person}.p12")
        desk.must("sign", reference, "--key", key, "--passphrase-file", str(secret), person=person, day=None)


def revise(desk: Desk, reference: str, *changes: str) -> None:
    """A next version is written."""
    desk.must("advance", reference, "revise", day=None)
    amend(desk, reference, *changes)


def amend(desk: Desk, reference: str, *changes: str) -> None:
    """Words are changed."""
    sets = [word for change in changes for word in ("--set", change)]
    desk.must("amend", reference, *sets, "--reason", "it was asked for", day=None)


def next_version(desk: Desk, folder: Path, reference: str, people: tuple[str, ...], *changes: str) -> None:
    """A next version of an agreement inside the provider is written and signed."""
    keys(desk, folder, *people)
    revise(desk, reference, *changes)
    desk.must("advance", reference, "open_signing", person=LIN, day=None)
    sign(desk, folder, reference, *people)


def open_signing_with_customer(desk: Desk, folder: Path, *changes: str) -> None:
    """A next version of the agreement with the customer is written, aligned and frozen for signature."""
    keys(desk, folder, OMAR, INGRID)
    revise(desk, "SLA-0001", *changes)
    desk.must("advance", "SLA-0001", "align", person=OMAR, day=None)
    desk.must("advance", "SLA-0001", "open_signing", day=None)


def next_version_with_customer(desk: Desk, folder: Path, *changes: str) -> None:
    """A next version of the agreement with the customer is written and signed."""
    open_signing_with_customer(desk, folder, *changes)
    sign(desk, folder, "SLA-0001", OMAR, INGRID)
