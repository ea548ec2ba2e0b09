"""A letter is put together by us and read by the parser of the standard library: what was written is what arrives."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

from hypothesis import given
from hypothesis import strategies as st

from sdflow.adapters.delivery.letter import as_letter
from sdflow.domain.message import Message

SENDER = '"Zoë\'s Desk, East" <desk@northgate.example>'
LONGEST_LINE, LONGEST_ENCODED = 998, 76

lines = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=200)
awkward = st.sampled_from(
    ["", ".", "..", "--", "-- ", "=", "=20", "From x", "--=_m1.0=", "--=_m1.1=--", "\t", "é" * 90]
)
texts = st.lists(lines | awkward, max_size=6).flatmap(
    lambda some: st.sampled_from(["\n", "\r\n", "\r"]).map(lambda end: "".join(line + end for line in some))
)


def message(text: str, html: str, calendar: bytes | None, subject: str = "Due", name: str = "Ada") -> Message:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Message("m1@northgate.example", "a@b.example", name, subject, text, html, calendar, at)


def parsed(made: Message) -> EmailMessage:
    content = as_letter(made, SENDER, "Replies <r@northgate.example>").content
    found = message_from_bytes(content, policy=policy.default)
    assert isinstance(found, EmailMessage)
    assert [part.defects for part in found.walk()] == [[] for _ in found.walk()]
    return found


@given(texts, texts, st.none() | st.binary(max_size=300))
def test_every_part_arrives_as_it_was_written(text: str, html: str, calendar: bytes | None) -> None:
    letter = parsed(message(text, html, calendar))
    found = [part for part in letter.walk() if not part.is_multipart()]
    wanted = [("text/plain", _lines(text)), *([("text/html", _lines(html))] if html else [])]
    bodies = [(part.get_content_type(), part.get_payload(decode=True)) for part in found]
    wanted += [("text/calendar", calendar)] if calendar is not None else []
    assert [(kind, _unended(body)) for kind, body in bodies] == [(kind, _unended(body)) for kind, body in wanted]
    assert [part.is_attachment() for part in found] == [kind == "text/calendar" for kind, _ in wanted]


@given(texts, texts, st.none() | st.binary(max_size=300), lines)
def test_every_line_is_short_enough_ascii_and_ends_as_mail_wants_it(
    text: str, html: str, calendar: bytes | None, subject: str
) -> None:
    content = as_letter(message(text, html, calendar, subject), SENDER).content
    rows = content.split(b"\r\n")
    assert not any(b"\n" in row or b"\r" in row for row in rows)
    assert max(map(len, rows)) <= LONGEST_LINE
    assert content.isascii()
    body = content.partition(b"\r\n\r\n")[2].split(b"\r\n")
    assert max(map(len, body)) <= LONGEST_ENCODED


@given(lines, lines)
def test_subject_and_name_arrive_in_one_line_each(subject: str, name: str) -> None:
    letter = parsed(message("x\n", "", None, subject, name))
    assert str(letter["Subject"]).split() == _shown(subject).split()
    assert letter["To"].addresses[0].addr_spec == "a@b.example"
    assert _closed(letter["To"].addresses[0].display_name) == _closed(_shown(name))
    assert {name for name in letter if name != "Content-Type"} == {
        "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version",
        "Content-Transfer-Encoding",
    }  # fmt: skip


def test_the_parts_are_nested_so_that_programs_show_one_text_and_offer_the_file() -> None:
    letter = parsed(message("x\n", "<p>x</p>", b"BEGIN:VCALENDAR\r\n"))
    assert [part.get_content_type() for part in letter.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar",
    ]  # fmt: skip
    calendar = [*letter.walk()][-1]
    assert (calendar.get_filename(), calendar.get_param("method")) == ("owed.ics", "PUBLISH")
    assert letter["From"].addresses[0].display_name == "Zoë's Desk, East"
    assert letter["Reply-To"].addresses[0].addr_spec == "r@northgate.example"
    assert letter["Message-ID"] == "<m1@northgate.example>"


def _lines(text: str) -> bytes:
    return b"".join(line + b"\r\n" for line in text.encode("utf-8").splitlines())


def _unended(body: object) -> bytes:
    assert isinstance(body, bytes)
    return body.replace(b"\r\n", b"\n").rstrip(b"\n")


def _closed(name: str) -> str:
    """Without blanks, for the parser puts one where a long name was divided."""
    return "".join(name.split())


def _shown(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)
