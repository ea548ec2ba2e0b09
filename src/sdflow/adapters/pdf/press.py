"""Press: manuscripts become PDF/A-3u files, the same bytes for the same manuscript."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from types import ModuleType

from sdflow.adapters.pdf.inspection import inspect
from sdflow.adapters.pdf.typefaces import Typefaces
from sdflow.domain.document import Manuscript
from sdflow.domain.errors import Unreadable

LIBRARIES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")


class PdfPress:
    """Lays out documents with the fonts, stylesheets and pictures of some folders, earlier ones first.

    Nothing else is read: neither other files, nor the fonts of the machine, nor the network.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folder.resolve() for folder in folders)
        self._typefaces = Typefaces(self._folders)

    def render(self, manuscript: Manuscript) -> bytes:
        """The document as PDF/A-3u, with its attachments and an empty signature field for each name.

        Raises Unreadable where a character cannot be printed, a place for a signature is missing, the page asks for
        something that it may not have, or the machine lacks a library.
        """
        inspect(manuscript.html, manuscript.title, self._typefaces.characters)
        with self._typefaces.alone():
            pdf: bytes = _layout().document(manuscript, self._folders)
        return pdf

    def stamp(self, width_pt: float, height_pt: float, html: str) -> bytes:
        """One page of the given size in points, as PDF/A-3u: the picture of a signature. Raises as `render` does."""
        inspect(html, "stamp", self._typefaces.characters)
        with self._typefaces.alone():
            pdf: bytes = _layout().stamp(width_pt, height_pt, html, self._folders)
        return pdf


def _layout() -> ModuleType:
    """The module that needs the system's libraries, imported once the fonts are settled."""
    said = StringIO()
    try:
        with redirect_stdout(said), warnings.catch_warnings():
            # a missing library announces itself by a DeprecationWarning
            warnings.simplefilter("ignore", DeprecationWarning)
            from sdflow.adapters.pdf import layout
    except OSError as error:
        raise missing_library(str(error)) from error
    if not layout.reproducible():
        raise missing_library("libharfbuzz-subset was not found; without it no two files would be the same")
    return layout


def missing_library(reason: str) -> Unreadable:
    """The error for a machine that cannot lay out text, with the way to mend it."""
    reason = reason.splitlines()[0] if reason else "a library was not found"
    return Unreadable.because(
        "system libraries",
        f"documents cannot be laid out: {reason}; install them by: sudo apt-get install {' '.join(LIBRARIES)}",
    )
