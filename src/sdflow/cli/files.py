"""Files: results that are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import click

from sdflow.domain.errors import Unreadable


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it appears complete, or stays as it was; raises Unreadable where it cannot be written.

    The content first goes into a file beside it, which then takes its name. A link stays, and what it points to is written;
    what is no file, such as a device or a pipe, is written to and stays what it is.
    """
    try:
        place = path.resolve()
        if place.exists() and not place.is_file():
            with place.open("wb") as node:
                node.write(content)
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name[:100]}.", suffix=".part")
    except (OSError, RuntimeError) as error:
        raise _unwritable(path, error) from None
    part = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
        part.chmod(place.stat().st_mode & 0o777 if place.exists() else 0o666 & ~_mask())
        part.replace(place)
    except OSError as error:
        raise _unwritable(path, error) from None
    finally:
        part.unlink(missing_ok=True)


def placed(output: Path, name: str) -> Path:
    """The file that is meant: `output` itself, or the file of this name in it where it is a folder."""
    return output / name if output.is_dir() else output


def require_pdf(output: Path | None, *, accessible: bool) -> None:
    """Refuse `--accessible` where no PDF is wanted."""
    if accessible and not output:
        raise click.UsageError("--accessible is for a PDF; name it with -o")


def _unwritable(path: Path, error: OSError | RuntimeError) -> Unreadable:
    """The error; a link that leads in a circle is a RuntimeError."""
    why = error.strerror if isinstance(error, OSError) else None
    return Unreadable.because(str(path), f"cannot be written: {why or error}")


def _mask() -> int:
    """The permissions that this process leaves out of new files; asking is only possible by setting."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
