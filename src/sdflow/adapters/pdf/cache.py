"""Cache: documents that were laid out before, kept under the hash of everything that went into them.

Several processes may use a folder at once: an entry appears whole or not at all, and one that is damaged is
noticed by its own hash, thrown away and made anew.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path

SUFFIX = ".document"
KEPT_MEGABYTES = 256

_DIGEST_BYTES = 32
_STALE_SECONDS = 3600  # after which a half-written file belongs to nobody any more


class DocumentCache:
    """A folder of documents that holds `megabytes` at most; those that were not asked for longest go first.

    A folder that cannot be written or read is the same as an empty one. Deleting it does no harm.
    """

    def __init__(self, folder: Path, megabytes: int = KEPT_MEGABYTES) -> None:
        self._folder, self._most = folder, megabytes * 2**20

    def kept(self, key: str) -> bytes | None:
        """The document under a key, as it was put there; none where there is no such or it is damaged."""
        path = self._path(key)
        try:
            entry = path.read_bytes()
        except OSError:
            return None
        digest, document = entry[:_DIGEST_BYTES], entry[_DIGEST_BYTES:]
        with suppress(OSError):
            if digest != hashlib.sha256(document).digest():
                path.unlink()
                return None
            os.utime(path)
        return document

    def keep(self, key: str, document: bytes) -> None:
        """Put a document under a key."""
        path = self._path(key)
        with suppress(OSError):
            self._prepare(path.parent)
            _write_whole(path, hashlib.sha256(document).digest() + document)
            self._shrink()

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}{SUFFIX}"

    def _prepare(self, folder: Path) -> None:
        """Folders for nobody but their owner, and out of sight of version control."""
        if not self._folder.is_dir():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            (self._folder / ".gitignore").write_text("*\n", encoding="ascii")
        folder.mkdir(mode=0o700, exist_ok=True)

    def _shrink(self) -> None:
        found = []
        for path in self._folder.glob("*/*"):
            with suppress(OSError):
                found.append((path, path.stat()))
        entries = [(path, stat) for path, stat in found if path.suffix == SUFFIX]
        latest = max((stat.st_mtime for _, stat in entries), default=0)
        for path, stat in found:
            if path.suffix != SUFFIX and latest - stat.st_mtime > _STALE_SECONDS:
                path.unlink(missing_ok=True)
        held = sum(stat.st_size for _, stat in entries)
        for path, stat in sorted(entries, key=lambda entry: entry[1].st_mtime_ns):
            if held <= self._most:
                return
            path.unlink(missing_ok=True)
            held -= stat.st_size


def _write_whole(path: Path, content: bytes) -> None:
    number, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
