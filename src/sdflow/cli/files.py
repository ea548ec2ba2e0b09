"""Files: results that are written whole or not at all."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from sdflow.domain.errors import Refused, Unreadable

SLASHES = tuple({"/", os.sep})


def write_whole(path: Path, content: bytes | Iterable[bytes]) -> None:
    """Write a file so that it appears complete, or stays as it was; raises Unreadable where it cannot be written.

    The content first goes into a file beside it, which then takes its name. A link stays, and what it points to is written;
    what is no file, such as a device or a pipe, is written to and stays what it is.
    """
    parts = [content] if isinstance(content, bytes) else content
    try:
        place = path.resolve()
        if place.exists() and not place.is_file():
            with place.open("wb") as node:
                node.writelines(parts)
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name[:100]}.", suffix=".part")
    except (OSError, RuntimeError) as error:
        raise _unwritable(path, error) from None
    part = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            file.writelines(parts)
        part.chmod(place.stat().st_mode & 0o777 if place.exists() else 0o666 & ~_mask())
        part.replace(place)
    except OSError as error:
        raise _unwritable(path, error) from None
    finally:
        part.unlink(missing_ok=True)


class Folder(type(Path())):  # type: ignore[misc]
    """A place that was named as a folder, by a slash at its end, whether it is there yet or not."""


class OutputPlace(click.Path):
    """Where somebody wants a file: a file, or a folder, which is made where a slash at its end says that it is one."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The place; a `Folder` where it ends with a slash."""
        written = os.fspath(value)
        place = Path(os.fsdecode(super().convert(value, param, ctx)))
        return Folder(place) if written.endswith(SLASHES) or isinstance(value, Folder) else place


PLACE = OutputPlace()


def placed(output: Path, name: str) -> Path:
    """The file that is meant: `output` itself, or the file of this name in it where it is a folder.

    `Unreadable` where nothing can stand there, such as one with too long a name.
    """
    with told_unwritable(output):
        return Path(output / name) if isinstance(output, Folder) or output.is_dir() else output


def refuse_other(path: Path, content: bytes, known: str | None) -> None:
    """`Refused` where another file stands at a path than this one or the one of a known SHA-256, which it replaces.

    `Unreadable` where what stands there may not be looked at.
    """
    with told_unwritable(path):
        there = _sha256(path.read_bytes()) if path.is_file() else None
    if there is not None and there not in (_sha256(content), known):
        raise Refused(
            f"{path} is there already, and is not the file that would be replaced (SHA-256 {there[:12]}…)",
            advice="name another file or folder with -o, or move that one away",
        )


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def require_pdf(output: Path | None, *, accessible: bool) -> None:
    """Refuse `--accessible` where no PDF is wanted."""
    if accessible and not output:
        raise click.UsageError("--accessible is for a PDF; name it with -o")


@contextmanager
def told_unwritable(path: Path) -> Iterator[None]:
    """Whatever the disk refuses inside is told of as a file that cannot be written, as `Unreadable`."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        raise _unwritable(path, error) from None


def _unwritable(path: Path, error: OSError | RuntimeError) -> Unreadable:
    """The error; a link that leads in a circle is a RuntimeError."""
    why = error.strerror if isinstance(error, OSError) else None
    return Unreadable.because(str(path), f"cannot be written: {why or error}")


def _mask() -> int:
    """The permissions that this process leaves out of new files; asking is only possible by setting."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
