"""Letter: a message in the format of mail (RFC 5322, MIME): plain text, the same as HTML, and a calendar file."""

from __future__ import annotations

from email.errors import HeaderParseError, NonASCIILocalPartDefect
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8, default
from email.utils import format_datetime

from sdflow.domain.message import Message

CALENDAR_NAME = "owed.ics"


def parsed_address(text: str) -> tuple[str, str]:
    """Name and address of a text such as `Desk <desk@example.com>`; raises ValueError where it holds none."""
    try:
        header = default.header_factory("to", text if text.isprintable() else "")
    except (IndexError, HeaderParseError):  # what the parser says of an address that ends too soon
        header = default.header_factory("to", "")
    wrong = [one for one in header.defects if not isinstance(one, NonASCIILocalPartDefect)]
    found = header.addresses
    if len(found) != 1 or wrong or not (found[0].username and found[0].domain):
        raise ValueError(f"{text!r} is no mail address; write one such as name@example.com")
    return found[0].display_name, found[0].addr_spec


def as_letter(message: Message, sender: str, reply_to: str | None = None) -> EmailMessage:
    """The letter from a sender: the same message makes the same letter. Raises ValueError for an address that is none."""
    _, to = parsed_address(message.to)
    letter = EmailMessage(policy=SMTP if to.isascii() else SMTPUTF8)
    letter["From"] = _as_header(sender)
    letter["To"] = _address(message.name, to)
    if reply_to:
        letter["Reply-To"] = _as_header(reply_to)
    letter["Subject"] = _one_line(message.subject)
    letter["Date"] = format_datetime(message.written_at)
    letter["Message-ID"] = f"<{message.id}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(message.text, cte="quoted-printable")
    if message.html:
        letter.add_alternative(message.html, subtype="html", cte="quoted-printable")
    if message.calendar is not None:
        letter.add_attachment(
            message.calendar,
            maintype="text",
            subtype="calendar",
            filename=CALENDAR_NAME,
            params={"charset": "utf-8", "method": "PUBLISH"},
        )
    _divide(letter, message.id)
    return letter


def _divide(letter: EmailMessage, id: str) -> None:
    """Boundaries that are the same whenever the letter is made."""
    for number, part in enumerate(letter.walk()):
        if part.is_multipart():
            part.set_boundary(f"={id.partition('@')[0]}.{number}=")


def _as_header(text: str) -> Address:
    return _address(*parsed_address(text))


def _address(name: str, address: str) -> Address:
    found = default.header_factory("to", address).addresses[0]
    return Address(_one_line(name), found.username, found.domain)


def _one_line(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
