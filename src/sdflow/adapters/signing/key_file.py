"""Key file: where a new key is written, so that only its owner can read it and nothing is left of an act that failed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sdflow.domain.errors import Refused, Unreadable


def require_free(path: Path) -> None:
    """Raise Refused where the file exists."""
    if path.exists():
        raise Refused(f"{path} exists already", advice="a key is never overwritten; choose another file with -o")


@contextmanager
def key_written(path: Path, secret: bytes) -> Iterator[None]:
    """The key, in a new file; it is gone again where what follows fails.

    Raises Refused where the file exists, Unreadable where it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        require_free(path)
        raise Unreadable.because(str(path), "cannot be written: a part of its path is no folder") from None
    except OSError as error:
        raise Unreadable.because(str(path), f"cannot be written: {error.strerror}") from None
    try:
        with os.fdopen(number, "wb") as file:
            file.write(secret)
        yield
    except BaseException:
        path.unlink(missing_ok=True)
        raise
