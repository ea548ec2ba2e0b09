"""Fetcher: stylesheets and pictures of the documents folders, small pictures written in place, nothing else."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes

from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

SCHEME = "sdflow"
MAX_PICTURE = 2_000_000

_TYPES = {".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg"}
_PICTURES = frozenset({"image/png", "image/jpeg", "image/svg+xml"})


class ForbiddenUrl(FatalURLFetchingError):
    """An address that a document may not use; it stops the rendering."""


class BundledFetcher(URLFetcher):
    """Knows `sdflow:name` for a file of the documents folders, earlier folders first, and `data:` for pictures."""

    def __init__(self, folders: Sequence[Path]) -> None:
        super().__init__(allowed_protocols=(SCHEME, "data"), allow_redirects=False, fail_on_errors=True)  # type: ignore[no-untyped-call]
        self._folders = tuple(folders)

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """The bytes behind an address; raises ForbiddenUrl for any that is not of the two admitted sorts."""
        scheme, _, rest = url.partition(":")
        if scheme.lower() == "data":
            return _picture(url, rest)
        if scheme.lower() == SCHEME:
            return self._file(url, unquote(rest))
        raise ForbiddenUrl(f"{url[:80]!r} is not in the documents folders; write {SCHEME}:name")

    def _file(self, url: str, name: str) -> URLFetcherResponse:
        kind = _TYPES.get(Path(name).suffix.lower())
        places = ((folder / name).resolve() for folder in self._folders)
        inside = (place for place, folder in zip(places, self._folders, strict=True) if place.is_relative_to(folder))
        file = next((place for place in inside if place.is_file()), None)
        if kind is None or file is None:
            raise ForbiddenUrl(f"{url[:80]!r} names no stylesheet or picture in the documents folders")
        return URLFetcherResponse(url, file.read_bytes(), {"Content-Type": kind})


def _picture(url: str, rest: str) -> URLFetcherResponse:
    declared, _, payload = rest.partition(",")
    kind, *parameters = declared.lower().split(";")
    if kind not in _PICTURES:
        raise ForbiddenUrl(f"data: of the type {kind[:40]!r} is not a PNG, JPEG or SVG picture")
    if len(payload) > MAX_PICTURE:
        raise ForbiddenUrl(f"a data: picture of {len(payload):,} characters is over {MAX_PICTURE:,}")
    body = unquote_to_bytes(payload)
    if "base64" in parameters:
        try:
            body = base64.b64decode(body)
        except binascii.Error as error:
            raise ForbiddenUrl(f"a data: picture is not base64 ({error})") from error
    return URLFetcherResponse(url, body, {"Content-Type": kind})
