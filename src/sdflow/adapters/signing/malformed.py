"""Malformed files: what they make the PDF library raise and log, kept away from users."""

from __future__ import annotations

import logging
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from cryptography.exceptions import UnsupportedAlgorithm
from pyhanko.pdf_utils.misc import PdfError
from pyhanko_certvalidator.errors import CRLValidationError, OCSPValidationError, PathError, ValidationError

UNTRUSTED: tuple[type[Exception], ...] = (PathError, ValidationError, CRLValidationError, OCSPValidationError)
"""What a certificate that does not hold makes the library raise."""

MALFORMED: tuple[type[Exception], ...] = (
    PdfError,
    *UNTRUSTED,
    UnsupportedAlgorithm,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    NotImplementedError,
    RecursionError,
    ArithmeticError,
    EOFError,
    MemoryError,
    OSError,
    struct.error,
    zlib.error,
)
"""Every kind that parsing, decoding or checking hostile bytes was seen, or is documented, to raise."""

_LONGEST_REASON = 200
_LOGGERS = ("pyhanko", "pyhanko_certvalidator")


def reason(error: Exception) -> str:
    """What is wrong with the file, without a full stop; only what the library says for people is passed on."""
    lines = str(error).splitlines() if isinstance(error, PdfError | ValueError) else []
    return lines[0][:_LONGEST_REASON].rstrip(".") if lines else "its structure is broken"


@contextmanager
def quietly() -> Iterator[None]:
    """Keep the library from logging what is reported as a failed check anyway."""
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
