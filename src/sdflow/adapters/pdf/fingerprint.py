"""Fingerprint: the hash of everything that the bytes of a document depend on."""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sdflow.domain.document import Manuscript

PACKAGES = ("weasyprint", "pydyf", "tinycss2", "tinyhtml5", "cssselect2", "fonttools", "pyphen", "pillow")
PICTURED = frozenset({".css", ".svg", ".png", ".jpg"})


def fingerprint(manuscript: Manuscript, folders: Sequence[Path]) -> str:
    """SHA-256 of a manuscript, of the files beside the templates, and of the software that lays it out."""
    total = hashlib.sha256()
    for part in (*software(), *_files(folders), *_parts(manuscript)):
        total.update(len(part).to_bytes(8, "big") + part)
    return total.hexdigest()


def _parts(manuscript: Manuscript) -> Iterator[bytes]:
    for part in fields(manuscript):
        value = getattr(manuscript, part.name)
        if isinstance(value, datetime):
            value = value.astimezone(UTC)
        yield part.name.encode()
        yield value.encode() if isinstance(value, str) else repr(value).encode()


def _files(folders: Sequence[Path]) -> Iterator[bytes]:
    """Name and content of every stylesheet, picture and font, in the order in which folders overlay one another."""
    for folder in folders:
        yield b"folder"
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder)
            if path.is_file() and (path.suffix.lower() in PICTURED or "fonts" in name.parts):
                yield name.as_posix().encode()
                yield path.read_bytes()


@cache
def software() -> tuple[bytes, ...]:
    """Our own modules for layout, the versions of the packages and of the system's libraries under them."""
    ours = [path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py"))]
    packages = [f"{name} {_version(name)}".encode() for name in PACKAGES]
    return (*ours, *packages, *(f"{name} {found}".encode() for name, found in _libraries()))


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"


def _libraries() -> Iterator[tuple[str, str]]:
    for name, function, kind in (
        ("libpango-1.0.so.0", "pango_version_string", ctypes.c_char_p),
        ("libharfbuzz.so.0", "hb_version_string", ctypes.c_char_p),
        ("libfontconfig.so.1", "FcGetVersion", ctypes.c_int),
    ):
        try:
            asked = getattr(ctypes.CDLL(name), function)
        except (OSError, AttributeError):
            yield name, "none"
        else:
            asked.restype = kind
            yield name, str(asked())
