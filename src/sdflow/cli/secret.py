"""Secret: a passphrase or a PIN, typed or read from a file."""

from __future__ import annotations

from pathlib import Path

import click

from sdflow.domain.errors import Unreadable


def secret(what: str, path: Path | None, *, confirm: bool = False) -> str:
    """What was typed, or stands in the file; raises Unreadable where the file holds nothing."""
    if path is None:
        return str(click.prompt(what, hide_input=True, confirmation_prompt=confirm, err=True))
    try:
        text = path.read_bytes().decode(errors="replace").rstrip("\r\n")
    except OSError as error:
        raise Unreadable.because(str(path), f"cannot be read: {error.strerror}") from None
    if not text:
        raise Unreadable.because(str(path), f"holds no {what if what.isupper() else what.lower()}")
    return text
