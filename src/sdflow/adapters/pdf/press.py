"""Press: manuscripts become PDF/A-3u files, the same bytes for the same manuscript."""

from __future__ import annotations

import ctypes.util
import sys
import warnings
from collections.abc import Sequence
from contextlib import redirect_stdout
from importlib import import_module
from io import StringIO
from pathlib import Path
from types import ModuleType

from sdflow.adapters.pdf.cache import DocumentCache
from sdflow.adapters.pdf.fingerprint import fingerprint
from sdflow.adapters.pdf.inspection import inspect
from sdflow.adapters.pdf.typefaces import Typefaces
from sdflow.domain.document import Manuscript
from sdflow.domain.errors import Unreadable

LIBRARIES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")


class PdfPress:
    """Lays out documents with the fonts, stylesheets and pictures of some folders, earlier ones first.

    Nothing else is read: neither other files, nor the fonts of the machine, nor the network. With a cache, a document
    that was laid out before is taken from there.
    """

    def __init__(self, folders: Sequence[Path], cache: DocumentCache | None = None) -> None:
        self._folders = tuple(folder.resolve() for folder in folders)
        self._cache = cache
        self._typefaces = Typefaces(self._folders)

    def render(self, manuscript: Manuscript) -> bytes:
        """The document as PDF/A-3u, with its attachments and an empty signature field for each name.

        Raises Unreadable where a character cannot be printed, a place for a signature is missing, the page asks for
        something that it may not have, or the machine lacks a library. What is to be signed is always laid out, never
        taken from a cache that somebody may have written to.
        """
        if self._cache is None or manuscript.fields or manuscript.final:
            return self._made(manuscript)
        key = fingerprint(manuscript, self._folders)
        pdf = self._cache.kept(key)
        if pdf is None:
            pdf = self._made(manuscript)
            self._cache.keep(key, pdf)
        return pdf

    def _made(self, manuscript: Manuscript) -> bytes:
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
            layout = _imported()
    except OSError as error:
        raise missing_library(str(error)) from error
    if not layout.reproducible():
        raise missing_library("libharfbuzz-subset was not found; without it no two files would be the same")
    return layout


def _imported() -> ModuleType:
    """WeasyPrint, which finds the system's libraries by their names.

    For those that have other names elsewhere it would start the compiler and the linker's tools 87 times.
    """
    name = "sdflow.adapters.pdf.layout"
    if name in sys.modules or sys.platform != "linux":
        return import_module(name)
    search = ctypes.util.find_library
    ctypes.util.find_library = lambda _: None  # type: ignore[assignment]
    try:
        return import_module(name)
    except OSError:
        ctypes.util.find_library = search
        return import_module(name)
    finally:
        ctypes.util.find_library = search


def missing_library(reason: str) -> Unreadable:
    """The error for a machine that cannot lay out text, with the way to mend it."""
    reason = reason.splitlines()[0] if reason else "a library was not found"
    return Unreadable.because(
        "system libraries",
        f"documents cannot be laid out: {reason}; install them by: sudo apt-get install {' '.join(LIBRARIES)}",
    )
