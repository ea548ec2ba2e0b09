"""Output: what becomes of a command whose standard output is full or closed, or is read no further."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

EXIT_UNWRITABLE, EXIT_UNREAD = 2, 141
"""As of a file that cannot be written; and as of a program that SIGPIPE ended, 128 and the number of the signal."""


class OutputFails(Exception):
    """Standard output takes nothing more; carries why. It is no OSError, so that nobody takes it for one of a file."""

    def __init__(self, error: OSError) -> None:
        self.error = error
        super().__init__(str(error))


class _Output(io.TextIOWrapper):
    """Standard output, telling apart that it fails from everything else that the system may refuse."""

    def write(self, text: str, /) -> int:
        try:
            return super().write(text)
        except OSError as error:
            raise OutputFails(error) from None

    def flush(self) -> None:
        try:
            super().flush()
        except OSError as error:
            raise OutputFails(error) from None


@contextmanager
def output_watched() -> Iterator[None]:
    """Within, a standard output that takes nothing raises OutputFails, at the latest when everything was written.

    One that was closed leads into nothing from the start, so that no file gets its number and is written into.
    """
    _open_what_was_closed()
    told = sys.stdout
    if isinstance(told, io.TextIOWrapper):
        way = {"encoding": told.encoding, "errors": told.errors}
        lines, through = told.line_buffering, told.write_through
        sys.stdout = _Output(told.detach(), **way, line_buffering=lines, write_through=through)
    try:
        yield
    finally:
        sys.stdout.flush()


def _open_what_was_closed() -> None:
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            nothing = os.open(os.devnull, os.O_WRONLY)
            setattr(sys, name, os.fdopen(nothing, "w", encoding="utf-8"))


def end_without_output(failure: OutputFails) -> NoReturn:
    """End where standard output takes nothing: with a sentence, or quietly where its reader has gone, such as `head`."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if isinstance(failure.error, BrokenPipeError):
        sys.exit(EXIT_UNREAD)
    sys.stderr.write(
        "sdflow: what the command tells cannot be written to the standard output: "
        f"{failure.error.strerror or failure.error}. What it was to store may be stored: look with 'sdflow history' before "
        "you repeat it, and lead its output to where there is room.\n"
    )
    sys.exit(EXIT_UNWRITABLE)
