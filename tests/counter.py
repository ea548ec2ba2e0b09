"""A counter at which people sign an agreement: with keys, on paper, one after the other or in any order."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from desk import HELEN, Desk, Said

LIN, ROSSI, BRIGGS, KEANE = "PER-LIN", "PER-ROSSI", "PER-BRIGGS", "PER-KEANE"
PASSPHRASE = "correct horse"
NOW = datetime.now(UTC).replace(microsecond=0)
TODAY = NOW.date().isoformat()
RECORD = "OLA-0001"
CHARGES = "charges:\n  none: {title: Nothing is charged, amount: 0, currency: GBP, per: year}\n"


@dataclass(frozen=True)
class Counter(Desk):
    """A desk at which people sign the agreement with their keys, today."""

    keys: Path

    def copied(self, folder: Path) -> Counter:
        """The same in a folder of a test's own, with the same keys."""
        shutil.copytree(self.folder, folder / "workspace")
        return Counter(folder / "workspace", self.keys)

    def sign(self, person: str, *more: str) -> Said:
        secret = ("--passphrase-file", str(self.keys / "passphrase"))
        return self.type(
            "sign", RECORD, "--key", str(self.keys / f"{person}.p12"), *secret, *more, person=person, day=None
        )

    def wet(self, scan: Path, *more: str, person: str | None = HELEN, witness: str = HELEN) -> Said:
        given = ("--signed-on", TODAY) if "--signed-on" not in more else ()
        return self.type(
            "sign", RECORD, "--wet", str(scan), "--witness", witness, *given, *more, person=person, day=None
        )

    def shown(self) -> dict[str, object]:
        return dict(self.must("show", RECORD, "--json", day=None).data)

    @property
    def state(self) -> str:
        return str(self.shown()["record"]["state"])  # type: ignore[index]

    def verified(self, folder: Path, *options: str) -> Said:
        path = folder / "signed.pdf"
        self.must("document", RECORD, "-o", str(path), day=None)
        return self.type("verify", str(path), *options, person=None, day=None)


def prepared(furnished: Path, folder: Path, signatories: str, with_keys: tuple[str, ...]) -> Counter:
    """The agreement, frozen and waiting for these signatories."""
    shutil.copytree(furnished, folder / "workspace")
    counter = Counter(folder / "workspace", folder / "keys")
    counter.keys.mkdir()
    (counter.keys / "passphrase").write_text(PASSPHRASE + "\n")
    for person in with_keys:
        options = ("-o", str(counter.keys / f"{person}.p12"), "--passphrase-file", str(counter.keys / "passphrase"))
        counter.must("key", "new", person, *options, day=None)
    counter.must("export", str(folder / "out"), RECORD, day=None)
    path = folder / "out" / "ola" / f"{RECORD}.yaml"
    text = path.read_text()
    start = text.index("signatories:")
    end = next(at for at in range(start + 13, len(text)) if text[at - 1] == "\n" and text[at] not in " -")
    charges = "" if "\ncharges:" in text else CHARGES
    path.write_text(text[:start] + "signatories:\n" + signatories + text[end:] + charges)
    counter.must("apply", str(path), day=None)
    counter.must("advance", RECORD, "offer", day=None)
    counter.must("advance", RECORD, "open_signing", day=None)
    return counter


def signatory(key: str, person: str, more: str = "") -> str:
    return f"  - {{key: {key}, person: {person}, party: TEAM-NORTHGATE, capacity: Signs for the {key}{more}}}\n"
