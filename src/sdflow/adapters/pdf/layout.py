"""Layout: WeasyPrint kept on a short lead; whatever it complains of stops the document."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import weasyprint
from weasyprint.text import ffi
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError

from sdflow.adapters.pdf import accessible
from sdflow.adapters.pdf.fetcher import BundledFetcher
from sdflow.adapters.pdf.fields import Place, add_fields, places
from sdflow.domain.document import Attachment, Manuscript
from sdflow.domain.errors import Fault, Unreadable

VARIANT = "pdf/a-3u"
MISSING = ".notdef glyph"
LINKS = ("https:", "mailto:")


def reproducible() -> bool:
    """Whether fonts are cut to size by the library that always does it the same way."""
    return ffi.harfbuzz_subset is not None


def document(manuscript: Manuscript, folders: Sequence[Path]) -> bytes:
    """The manuscript as PDF/A-3u, or as PDF/A-3a and PDF/UA-1 where it is to be accessible.

    Raises Unreadable for whatever keeps it from being complete.
    """
    with _complaints(manuscript.title):
        variant = accessible.VARIANT if manuscript.accessible else VARIANT
        laid_out = _laid_out(manuscript.html, folders, variant=variant)
        _refuse_links(laid_out, manuscript.title)
        found = places(laid_out, manuscript.fields, manuscript.title)
        _describe(laid_out, manuscript)
        pdf: bytes = laid_out.write_pdf(
            pdf_variant=variant,
            pdf_identifier=manuscript.identifier.encode(),
            attachments=[_attachment(one, manuscript.dated_at) for one in manuscript.attachments],
            finisher=lambda _, pdf: _finish(pdf, found, manuscript),
        )
    return pdf


def _finish(pdf: Any, found: dict[str, Place], manuscript: Manuscript) -> None:
    add_fields(pdf, found, closing=manuscript.closing)
    if manuscript.accessible:
        accessible.complete(pdf)


def stamp(width_pt: float, height_pt: float, html: str, folders: Sequence[Path]) -> bytes:
    """A single page of the given size in points."""
    page = weasyprint.CSS(string=f"@page {{ size: {width_pt:.2f}pt {height_pt:.2f}pt; margin: 0 }}")
    with _complaints("stamp"):
        laid_out = _laid_out(html, folders, page)
        _refuse_links(laid_out, "stamp")
        pdf: bytes = laid_out.copy(laid_out.pages[:1]).write_pdf(pdf_variant=VARIANT)
    return pdf


def _laid_out(html: str, folders: Sequence[Path], *stylesheets: Any, variant: str = VARIANT) -> Any:
    page = weasyprint.HTML(string=html, url_fetcher=BundledFetcher(folders))
    fonts = _font_configuration(_font_files(folders))
    return page.render(stylesheets=list(stylesheets), pdf_variant=variant, font_config=fonts)


def _font_files(folders: Sequence[Path]) -> tuple[tuple[str, int, int], ...]:
    files = [file for folder in folders for file in sorted((folder / "fonts").glob("*"))]
    return tuple((str(file), file.stat().st_mtime_ns, file.stat().st_size) for file in files)


@lru_cache(maxsize=1)
def _font_configuration(_files: tuple[tuple[str, int, int], ...]) -> FontConfiguration:
    """The fonts as they are looked up, read once as long as their files stay as they are."""
    return FontConfiguration()


def _describe(laid_out: Any, manuscript: Manuscript) -> None:
    moment = manuscript.dated_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    laid_out.metadata.title = manuscript.title
    laid_out.metadata.authors = [manuscript.author]
    laid_out.metadata.created = laid_out.metadata.modified = moment


def _attachment(attachment: Attachment, dated_at: datetime) -> Any:
    moment = dated_at.astimezone(UTC)
    return weasyprint.Attachment(
        string=attachment.content,
        name=attachment.name,
        description=attachment.description,
        relationship=attachment.relationship,
        created=moment,
        modified=moment,
    )


def _refuse_links(laid_out: Any, source: str) -> None:
    targets = {(kind, target) for page in laid_out.pages for kind, target, *_ in page.links}
    bad = sorted(target for kind, target in targets if kind != "internal" and not target.startswith(LINKS))
    if bad:
        raise Unreadable(
            *(Fault(source, None, "", f"a link to {target[:80]!r} is not one of {', '.join(LINKS)}") for target in bad)
        )


@contextmanager
def _complaints(source: str) -> Iterator[None]:
    """Turn what WeasyPrint only writes to its log, and what stops it, into an error for the user."""
    record = _Record(logging.WARNING)
    logger = logging.getLogger("weasyprint")
    logger.addHandler(record)
    try:
        with warnings.catch_warnings():
            # WeasyPrint leaves the file of its colour profile to the garbage collector
            warnings.simplefilter("ignore", ResourceWarning)
            yield
    except FatalURLFetchingError as error:
        raise Unreadable.because(source, str(error)) from error
    except RecursionError as error:
        raise Unreadable.because(source, "its elements are nested too deep to be laid out") from error
    finally:
        logger.removeHandler(record)
    if record.messages:
        raise Unreadable(*(Fault(source, None, "", message) for message in record.messages))


class _Record(logging.Handler):
    """Keeps what is logged as an error, and the warnings that a character was not printed."""

    def __init__(self, level: int) -> None:
        super().__init__(level)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one message."""
        message = record.getMessage()
        if record.levelno >= logging.ERROR or message.startswith(MISSING):
            self.messages.append(message)
