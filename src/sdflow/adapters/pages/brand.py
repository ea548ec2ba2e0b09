"""Brand: the look of an organisation, checked before it reaches a page.

Contrast is that of the Web Content Accessibility Guidelines 2.2 (success criteria 1.4.3 and 1.4.11): the ratio of
the relative luminances of two colours, each raised by 0.05.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
import zlib
from pathlib import Path
from xml.etree import ElementTree

from sdflow.domain.errors import Unreadable

WHITE = "#ffffff"
MAX_LOGO = 400_000  # bytes
MAX_EDGE = 4_000  # pixels
TEXT_CONTRAST = 4.5
SHAPE_CONTRAST = 3.0
VISIBLE_CONTRAST = 1.5

_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_SVG = "{http://www.w3.org/2000/svg}"
_REFERENCE = re.compile(r"url\(\s*['\"]?(?!#)|@import", re.IGNORECASE)
_SIZES_OF_JPEG = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})


def luminance(colour: str) -> float:
    """The relative luminance of #rrggbb, from 0 for black to 1 for white (WCAG 2.2)."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (red, green, blue)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """How far two colours stand apart, from 1 to 21 (WCAG 2.2)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def readable(colour: str, least: float = TEXT_CONTRAST) -> str:
    """The colour, darkened as far as text of it on white needs: the same hue with at least that contrast."""
    parts = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    share = 100
    while contrast(_mixed(parts, share), WHITE) < least:
        share -= 1
    return _mixed(parts, share)


def _mixed(parts: list[int], share: int) -> str:
    return "#" + "".join(f"{part * share // 100:02x}" for part in parts)


def branded(source: str, folder: Path, primary: object, accent: object, logo_file: object) -> str | None:
    """The logo of an organisation as an address, none without one; Unreadable where its look cannot be printed."""
    check_colours(source, primary, accent)
    return None if logo_file is None else logo(source, folder, logo_file)


def check_colours(source: str, primary: object, accent: object) -> None:
    """Refuse what is no colour, and colours on which nothing could be read; Unreadable names the setting."""
    for setting, value in (("primary", primary), ("accent", accent)):
        if not isinstance(value, str) or not _COLOUR.fullmatch(value):
            raise _fault(source, setting, f"{value!r} is not a colour; write one such as #123a5f")
    for setting, value, ground, least, why in (
        ("primary", primary, WHITE, TEXT_CONTRAST, "headings are printed in it, and white text on it"),
        ("accent", accent, primary, SHAPE_CONTRAST, "it is printed on the primary colour"),
        ("accent", accent, WHITE, VISIBLE_CONTRAST, "lines are printed in it"),
    ):
        found = contrast(str(value), str(ground))
        if found < least:
            named = "white" if ground == WHITE else f"the primary colour {ground}"
            raise _fault(
                source,
                setting,
                f"{value!r} has a contrast of {int(found * 100) / 100:.2f} : 1 on {named} and needs {least:g} : 1, for {why}; "
                f"choose a {'darker' if ground == WHITE else 'lighter or a darker'} colour",
            )


def logo(source: str, folder: Path, name: object) -> str:
    """A picture of the documents folder as a `data:` address, so that a page carries it and is the same for ever.

    Unreadable where it is not there, too large, or not what its name says.
    """
    if not isinstance(name, str) or not name:
        raise _fault(source, "logo", f"{name!r} is not the name of a file")
    path = (folder / name).resolve()
    if path.parent != folder.resolve() or not path.is_file():
        raise _picture_fault(source, name, f"is not a file in {folder}")
    if path.stat().st_size > MAX_LOGO:
        raise _picture_fault(source, name, f"has {path.stat().st_size:,} bytes; a logo has at most {MAX_LOGO:,}")
    kinds = {".svg": "svg+xml", ".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg"}
    kind = kinds.get(path.suffix.lower())
    if kind is None:
        raise _picture_fault(source, name, "is none of .svg, .png, .jpg")
    body = path.read_bytes()
    reason = {"svg+xml": _no_svg, "png": _no_png, "jpeg": _no_jpeg}[kind](body)
    if reason:
        raise _picture_fault(source, name, reason)
    return f"data:image/{kind};base64,{base64.b64encode(body).decode()}"


def _fault(source: str, setting: str, message: str) -> Unreadable:
    return Unreadable.because(source, message, field=f"organisation.{setting}")


def _picture_fault(source: str, name: str, reason: str) -> Unreadable:
    return _fault(
        source, "logo", f"{name!r} {reason}; name an SVG, PNG or JPEG file in the documents folder of the workspace"
    )


def _no_svg(body: bytes) -> str:
    """Why a file is not a drawing that may stand in a document; empty where it is."""
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        return "declares a document type, which a logo does not need"
    try:
        root = ElementTree.fromstring(body)
    except (ElementTree.ParseError, ValueError) as error:
        return f"is not an SVG drawing: {error}"
    if root.tag != f"{_SVG}svg":
        return "is not an SVG drawing: its first element is not svg of http://www.w3.org/2000/svg"
    for element in root.iter():
        name = str(element.tag).removeprefix(_SVG)
        if name in ("script", "foreignObject", "text", "image"):
            return f"holds the element {name}; a logo is drawn of shapes alone"
        links = [value for key, value in element.attrib.items() if key.rpartition("}")[2] == "href"]
        if any(not link.startswith("#") for link in links) or any(
            _REFERENCE.search(text) for text in (*element.attrib.values(), element.text or "")
        ):
            return "refers to something outside itself"
    return "" if len(root) else "is an SVG drawing without any shape"


def _no_png(body: bytes) -> str:
    if not body.startswith(_PNG) or body[12:16] != b"IHDR":
        return "is not a PNG picture, whatever its name says"
    return _too_large(int.from_bytes(body[16:20]), int.from_bytes(body[20:24])) or _broken_png(body)


def _broken_png(body: bytes) -> str:
    stream, pixels, at = io.BytesIO(body), zlib.decompressobj(), len(_PNG)
    stream.seek(at)
    while head := stream.read(8):
        length, kind = int.from_bytes(head[:4]), head[4:]
        piece, check = stream.read(length), stream.read(4)
        if len(piece) < length or int.from_bytes(check) != binascii.crc32(kind + piece):
            return "is a PNG picture that is damaged"
        if kind == b"IEND":
            return "" if pixels.eof else "is a PNG picture that is cut off"
        if kind == b"IDAT":
            try:
                pixels.decompress(piece, MAX_EDGE * MAX_EDGE * 8)
            except zlib.error:
                return "is a PNG picture that is damaged"
    return "is a PNG picture that is cut off"


def _no_jpeg(body: bytes) -> str:
    if not body.startswith(_JPEG):
        return "is not a JPEG picture, whatever its name says"
    at = 2
    while at + 9 < len(body) and body[at] == 0xFF:
        if body[at + 1] in _SIZES_OF_JPEG:
            size = _too_large(int.from_bytes(body[at + 7 : at + 9]), int.from_bytes(body[at + 5 : at + 7]))
            return size or ("" if b"\xff\xd9" in body[-64:] else "is a JPEG picture that is cut off")
        at += 2 + int.from_bytes(body[at + 2 : at + 4])
    return "is a JPEG picture that is damaged"


def _too_large(width: int, height: int) -> str:
    if not 0 < width <= MAX_EDGE or not 0 < height <= MAX_EDGE:
        return f"has {width:,} × {height:,} pixels; a logo has 1 to {MAX_EDGE:,} on each side"
    return ""
