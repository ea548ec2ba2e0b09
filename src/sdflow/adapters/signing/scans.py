"""Scans: whether a file is a picture or a PDF of a page that somebody signed by hand."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from PIL import Image, ImageFile, UnidentifiedImageError
from pyhanko.pdf_utils.reader import PdfFileReader

from sdflow.adapters.signing.malformed import MALFORMED, quietly, reason
from sdflow.domain.errors import Unreadable

LARGEST_SCAN = 20_000_000
"""Bytes of the largest scan that is kept."""

_PDF = b"%PDF-"
_PICTURES = {"PNG": "image/png", "JPEG": "image/jpeg"}


def scan_type(content: bytes, source: str) -> str:
    """The media type of a scan: a PDF with a page, a PNG or a JPEG picture, decoded to its end.

    Raises Unreadable for anything else, for what is broken or cut off, and above the largest size.
    """
    if not content or len(content) > LARGEST_SCAN:
        raise Unreadable.because(source, f"is empty or larger than {LARGEST_SCAN:,} bytes")
    if content.startswith(_PDF):
        _check_pages(content, source)
        return "application/pdf"
    return _picture_type(content, source)


def _check_pages(content: bytes, source: str) -> None:
    with quietly():
        try:
            reader = PdfFileReader(BytesIO(content))
            pages = 0 if reader.encrypted else int(reader.root["/Pages"]["/Count"])
        except MALFORMED as error:
            raise Unreadable.because(source, f"is not a sound PDF ({reason(error)}); scan it again") from error
    if pages < 1:
        raise Unreadable.because(
            source, "is a PDF without a page that could be read; scan it again, without a password"
        )


def _picture_type(content: bytes, source: str) -> str:
    try:
        with warnings.catch_warnings(), _to_the_end():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=tuple(_PICTURES)) as picture:
                picture.load()
                return _PICTURES[str(picture.format)]
    except UnidentifiedImageError:
        raise Unreadable.because(
            source, "is neither a PDF nor a PNG or JPEG picture; scan it as one of these"
        ) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Unreadable.because(
            source, "has more pixels than a scanned page; scan it with a lower resolution"
        ) from error
    except (OSError, ValueError, SyntaxError) as error:
        raise Unreadable.because(source, f"is a broken picture ({error}); scan it again") from error


@contextmanager
def _to_the_end() -> Iterator[None]:
    """Decode whole pictures only: the page layout tells Pillow, for the whole process, to make up what is cut off."""
    lenient, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = lenient
