"""Typefaces: the fonts beside the templates, and no others."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from xml.sax.saxutils import escape

from fontTools.ttLib import TTFont, TTLibError

from sdflow.domain.errors import Unreadable

_VARIABLE = "FONTCONFIG_FILE"


class Typefaces:
    """The font files in the `fonts` folder of each documents folder."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folder / "fonts" for folder in folders if (folder / "fonts").is_dir())

    @cached_property
    def characters(self) -> frozenset[int]:
        """The code points that at least one of the fonts can show."""
        files = [file for folder in self._folders for file in sorted(folder.glob("*.[ot]tf"))]
        if not files:
            raise Unreadable.because("fonts", "no documents folder holds a font; put .ttf files into its fonts folder")
        return frozenset().union(*map(_characters, files))

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While it lasts, these fonts are the only ones that text is set in."""
        with tempfile.TemporaryDirectory(prefix="sdflow-fonts-") as folder:
            configuration = Path(folder) / "fonts.conf"
            configuration.write_text(self._configuration(Path(folder)), encoding="utf-8")
            before = os.environ.get(_VARIABLE)
            os.environ[_VARIABLE] = str(configuration)
            try:
                yield
            finally:
                os.environ.pop(_VARIABLE)
                if before is not None:
                    os.environ[_VARIABLE] = before

    def _configuration(self, cache: Path) -> str:
        folders = "".join(f"<dir>{escape(str(folder))}</dir>" for folder in self._folders)
        return (
            '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">'
            f"<fontconfig>{folders}<cachedir>{escape(str(cache))}</cachedir></fontconfig>"
        )


def _characters(file: Path) -> frozenset[int]:
    try:
        with file.open("rb") as stream, TTFont(stream, lazy=True) as font:
            return frozenset(font.getBestCmap() or ())
    except (TTLibError, OSError) as error:
        raise Unreadable.because(str(file), f"is not a font that can be read ({error})") from error
