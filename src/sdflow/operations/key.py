"""Key: a signatory receives a key, and its certificate is registered."""

from __future__ import annotations

import os
from pathlib import Path

from sdflow.adapters.signing import new_key
from sdflow.domain.errors import NotFound, Refused
from sdflow.domain.signature import NewKey
from sdflow.domain.trait import Acting
from sdflow.engine.change import acting
from sdflow.engine.workspace import Occasion, Workspace


def make_key(
    workspace: Workspace, occasion: Occasion, reference: str, path: Path, passphrase: str, *, years: int = 3
) -> NewKey:
    """Make a key for a person, write it to a file that only its owner can read, register its certificate.

    `Refused` where the file exists: a key is never overwritten.
    """
    if path.exists():
        raise Refused(f"{path} exists already", advice="a key is never overwritten; choose another file with -o")
    with acting(workspace, occasion, "key new") as change:
        record = change.writing.lock(reference)
        content = workspace.definitions.content(record)
        if not isinstance(content, Acting):
            raise NotFound(f"{reference} is nobody who signs", advice="see: sdflow list --kind person")
        organisation = content.acts_for()
        party = change.writing.record(organisation) if organisation else None
        name = party.title if party else workspace.organisation.name
        key = new_key(record.title, name, passphrase, valid_from=occasion.recorded_at, years=years)
        certified = content.certified(key.fingerprint, key.valid_from, key.valid_until)
        change.revise(record, certified)
        change.tell(reference, "certified", fingerprint=key.fingerprint)
        _write_private(path, key.pkcs12)
    return key


def _write_private(path: Path, secret: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secret)
