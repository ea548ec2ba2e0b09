"""Letter: a message in the format of mail (RFC 5322, MIME): plain text, the same as HTML, and a calendar file.

The standard library folds and encodes the headers. The parts, whose headers are always the same, are put together here:
its own objects for them take most of the time that a letter takes.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from email.errors import HeaderParseError, NonASCIILocalPartDefect
from email.headerregistry import Address
from email.policy import SMTP, SMTPUTF8, default
from email.utils import format_datetime
from functools import lru_cache

from sdflow.domain.message import Message

CALENDAR_NAME = "owed.ics"
ADDRESSES_KEPT = 1024
LINE_END = b"\r\n"


@dataclass(frozen=True)
class Letter:
    """A letter as it is sent, and between which addresses; `abroad` where one of those is outside ASCII (RFC 6531)."""

    sender: str
    to: str
    content: bytes
    abroad: bool


def parsed_address(text: str) -> tuple[str, str]:
    """Name and address of a text such as `Desk <desk@example.com>`; raises ValueError where it holds none."""
    found = _parsed(text)
    return found.display_name, found.addr_spec


def as_letter(message: Message, sender: str, reply_to: str | None = None) -> Letter:
    """The letter from a sender: the same message makes the same letter. Raises ValueError for an address that is none."""
    origin, to = _parsed(sender), _parsed(message.to)
    abroad = not (origin.addr_spec.isascii() and to.addr_spec.isascii())
    headers = [
        _correspondent("From", sender, None, abroad),
        _correspondent("To", message.to, message.name, abroad),
        _correspondent("Reply-To", reply_to, None, abroad) if reply_to else b"",
        _header("Subject", _one_line(message.subject), abroad),
        _header("Date", format_datetime(message.written_at), abroad),
        _header("Message-ID", f"<{message.id}>", abroad),
        _lines("Auto-Submitted: auto-generated", "MIME-Version: 1.0"),
    ]
    return Letter(origin.addr_spec, to.addr_spec, b"".join(headers) + _body(message), abroad)


def _body(message: Message) -> bytes:
    """The parts; what says the same in two ways is one of them, and the file stands beside it."""
    body = _text("plain", message.text)
    name = message.id.partition("@")[0]
    if message.html:
        body = _together("alternative", f"=_{name}.1=", (body, _text("html", message.html)))
    if message.calendar is not None:
        body = _together("mixed", f"=_{name}.0=", (body, _calendar(message.calendar)))
    return body


def _together(how: str, boundary: str, parts: Sequence[bytes]) -> bytes:
    """Parts as one; the boundary stands in none of them, since what is encoded holds no `=_` (RFC 2045, 6.7)."""
    begin, end = f"\r\n--{boundary}\r\n".encode(), f"\r\n--{boundary}--\r\n".encode()
    head = _lines(f"Content-Type: multipart/{how};", f' boundary="{boundary}"')
    return head + b"".join(begin + part for part in parts) + end


def _text(subtype: str, text: str) -> bytes:
    """A text as quoted-printable (RFC 2045, 6.7), whatever ended its lines before."""
    head = _lines(f'Content-Type: text/{subtype}; charset="utf-8"', "Content-Transfer-Encoding: quoted-printable", "")
    lines = b"".join(line + b"\n" for line in text.encode("utf-8").splitlines())
    return head + binascii.b2a_qp(lines, istext=True).replace(b"\n", LINE_END)


def _calendar(content: bytes) -> bytes:
    head = _lines(
        'Content-Type: text/calendar; charset="utf-8"; method="PUBLISH"',
        "Content-Transfer-Encoding: base64",
        f'Content-Disposition: attachment; filename="{CALENDAR_NAME}"',
        "",
    )
    return head + base64.encodebytes(content).replace(b"\n", LINE_END)


def _lines(*lines: str) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _header(name: str, value: str | Address, abroad: bool) -> bytes:
    policy = SMTPUTF8 if abroad else SMTP
    return policy.fold_binary(*policy.header_store_parse(name, value))


@lru_cache(maxsize=ADDRESSES_KEPT)
def _correspondent(header: str, text: str, name: str | None, abroad: bool) -> bytes:
    """The header with an address, under its own name where no other is given."""
    found = _parsed(text)
    address = Address(_one_line(found.display_name if name is None else name), found.username, found.domain)
    return _header(header, address, abroad)


@lru_cache(maxsize=ADDRESSES_KEPT)
def _parsed(text: str) -> Address:
    try:
        header = default.header_factory("to", text if text.isprintable() else "")
    except (IndexError, HeaderParseError):  # what the parser says of an address that ends too soon
        header = default.header_factory("to", "")
    wrong = [one for one in header.defects if not isinstance(one, NonASCIILocalPartDefect)]
    found: tuple[Address, ...] = header.addresses
    if len(found) != 1 or wrong or not (found[0].username and found[0].domain):
        raise ValueError(f"{text!r} is no mail address; write one such as name@example.com")
    return found[0]


def _one_line(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
