"""Sent notes: what a sender has sent and not confirmed yet, in a file that outlives the process that writes it.

A note is handed to the operating system and not waited for until the disk has it: a killed process loses none, a loss of power
may. Without its note a message is sent once more, with the same Message-ID.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

PREFIX = ".sent-"


@dataclass(frozen=True)
class SentNote:
    """When a message was taken, and the address to which it went."""

    at: datetime
    to: str


class SentNotes:
    """The notes of one sender in a folder; raises OSError where nothing can be written there."""

    def __init__(self, folder: Path, sender: str, now: datetime) -> None:
        self._path = _path(folder, sender)
        self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_TRUNC, 0o600)
        self._sender = sender
        self.clear(now)

    def add(self, message: str, note: SentNote) -> None:
        """Note that a message was taken."""
        self._write({"message": message, "at": note.at.isoformat(), "to": note.to})

    def clear(self, now: datetime) -> None:
        """Begin anew, once everything noted is confirmed."""
        os.ftruncate(self._file, 0)
        self._write({"sender": self._sender, "at": now.isoformat()})

    def close(self) -> None:
        """End the notes, once everything noted is confirmed."""
        os.close(self._file)
        self._path.unlink(missing_ok=True)

    def _write(self, said: dict[str, str]) -> None:
        os.write(self._file, f"{json.dumps(said)}\n".encode())


def notes_of(folder: Path, sender: str) -> dict[str, SentNote]:
    """What a sender has noted, by message; nothing where it left no notes or they cannot be read."""
    found = {}
    for said in _lines(_path(folder, sender)):
        with suppress(KeyError, ValueError, TypeError):
            found[said["message"]] = SentNote(datetime.fromisoformat(said["at"]), said["to"])
    return found


def senders_who_left_notes(folder: Path, now: datetime, lease: timedelta) -> Iterator[str]:
    """Whose notes are still there though the last is older than a lease, or lies as far ahead: then the clock was set back."""
    for path in sorted(folder.glob(f"{PREFIX}*")):
        said = list(_lines(path))
        with suppress(KeyError, ValueError, TypeError, IndexError):
            if abs(now - datetime.fromisoformat(said[-1]["at"])) > lease:
                yield said[0]["sender"]


def remove_notes(folder: Path, sender: str) -> None:
    """Remove the notes of a sender who died, once nothing of what it had in hand is open."""
    with suppress(OSError):
        _path(folder, sender).unlink(missing_ok=True)


def _lines(path: Path) -> Iterator[dict[str, str]]:
    """The lines that were written whole."""
    with suppress(OSError, UnicodeDecodeError):
        for line in path.read_text(encoding="utf-8").splitlines():
            with suppress(ValueError):
                said = json.loads(line)
                if isinstance(said, dict):
                    yield said


def _path(folder: Path, sender: str) -> Path:
    return folder / f"{PREFIX}{hashlib.sha256(sender.encode('utf-8')).hexdigest()[:16]}"
