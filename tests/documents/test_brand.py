from __future__ import annotations

import base64
import struct
import zlib
from pathlib import Path

import pytest

from sdflow.adapters.pages import branded
from sdflow.adapters.pages.brand import MAX_LOGO, contrast, readable
from sdflow.domain.errors import Unreadable

NAVY, AMBER = "#123a5f", "#f0b429"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9"/></svg>'
JPEG = (
    base64.b64decode(
        "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////"
        "////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA="
    )
    + b"\xff\xd9"
)


def png(width: int = 2, height: int = 2) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = (b"\0" + b"\x80" * 3 * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pieces = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + pieces


@pytest.mark.parametrize(
    ("one", "other", "published"),
    [  # the examples of the World Wide Web Consortium and of WebAIM
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#ffffff", 4.54),
        ("#0000ff", "#ffffff", 8.59),
        ("#ff0000", "#ffffff", 4.0),
        ("#00ff00", "#ffffff", 1.37),
    ],
)
def test_contrast_is_what_the_guidelines_publish(one: str, other: str, published: float) -> None:
    assert round(contrast(one, other), 2) == published
    assert contrast(one, other) == contrast(other, one)


@pytest.mark.parametrize("colour", ["#f0b429", "#ffffff", "#00ff00", "#123a5f"])
@pytest.mark.parametrize("least", [3.0, 4.5, 7.0])
def test_a_colour_for_text_is_darkened_until_it_can_be_read(colour: str, least: float) -> None:
    assert contrast(readable(colour, least), "#ffffff") >= least
    if contrast(colour, "#ffffff") >= least:
        assert readable(colour, least) == colour


def test_an_organisation_without_a_logo_has_none(tmp_path: Path) -> None:
    assert branded("sdflow.toml", tmp_path, NAVY, AMBER, None) is None


@pytest.mark.parametrize(
    ("name", "body", "kind"),
    [
        ("logo.svg", SVG.encode(), "svg+xml"),
        ("logo.png", png(), "png"),
        ("logo.jpg", JPEG, "jpeg"),
        ("logo.JPEG", JPEG, "jpeg"),
    ],
)
def test_a_logo_becomes_a_part_of_the_page(name: str, body: bytes, kind: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(body)
    address = branded("sdflow.toml", tmp_path, NAVY, AMBER, name)
    assert address is not None
    head, _, payload = address.partition(",")
    assert head == f"data:image/{kind};base64"
    assert base64.b64decode(payload) == body


@pytest.mark.parametrize(
    ("primary", "accent", "named"),
    [
        ("blue", AMBER, "organisation.primary: 'blue' is not a colour; write one such as #123a5f"),
        ("#12345", AMBER, "organisation.primary: '#12345' is not a colour"),
        (NAVY, "#f0b42g", "organisation.accent: '#f0b42g' is not a colour"),
        (123456, AMBER, "organisation.primary: 123456 is not a colour"),
        ("#ffcc00", AMBER, "a contrast of 1.51 : 1 on white and needs 4.5 : 1"),
        (NAVY, "#1a4a70", "organisation.accent: '#1a4a70' has a contrast of"),
        (NAVY, "#fffff0", "on white and needs 1.5 : 1, for lines are printed in it; choose a darker colour"),
    ],
)
def test_what_is_no_colour_or_cannot_be_read_is_refused_with_what_it_needs(
    primary: object, accent: object, named: str, tmp_path: Path
) -> None:
    with pytest.raises(Unreadable) as refusal:
        branded("sdflow.toml", tmp_path, primary, accent, None)
    assert named in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "body", "named"),
    [
        ("nothing.png", None, "is not a file in"),
        ("../outside.svg", None, "is not a file in"),
        ("logo.gif", b"GIF89a", "is none of .svg, .png, .jpg"),
        ("logo.png", b"no picture at all", "is not a PNG picture, whatever its name says"),
        ("logo.png", JPEG, "is not a PNG picture"),
        ("logo.png", png()[:-30], "damaged"),
        ("logo.png", png()[:-12], "cut off"),
        ("logo.png", png().replace(b"IDAT", b"IDOT"), "damaged"),
        ("logo.png", png(4001, 1), "4,001 × 1 pixels"),
        ("logo.jpg", b"\xff\xd8\xffnothing", "is a JPEG picture that is damaged"),
        ("logo.jpg", JPEG[:-2], "cut off"),
        ("logo.svg", b"<svg", "is not an SVG drawing"),
        ("logo.svg", b"<html/>", "its first element is not svg"),
        ("logo.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "without any shape"),
        ("logo.svg", SVG.replace("<rect", "<script/><rect").encode(), "holds the element script"),
        ("logo.svg", SVG.replace("<rect", "<text>N</text><rect").encode(), "holds the element text"),
        ("logo.svg", SVG.replace("<rect", '<use href="http://x.example/#a"/><rect').encode(), "outside itself"),
        ("logo.svg", SVG.replace("<rect", "<rect style='fill: url(http://x)'/><rect").encode(), "outside itself"),
        ("logo.svg", b"<!DOCTYPE svg [<!ENTITY a 'b'>]>" + SVG.encode(), "declares a document type"),
        ("logo.svg", b" " * (MAX_LOGO + 1), "a logo has at most 400,000"),
    ],
)
def test_a_logo_that_is_no_picture_is_refused_in_one_line(
    name: str, body: bytes | None, named: str, tmp_path: Path
) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (tmp_path / "outside.svg").write_text(SVG, encoding="utf-8")
    if body is not None:
        (folder / name).write_bytes(body)
    with pytest.raises(Unreadable) as refusal:
        branded("sdflow.toml", folder, NAVY, AMBER, name)
    assert named in str(refusal.value)
    assert "organisation.logo" in str(refusal.value)
    assert "\n" not in str(refusal.value)
