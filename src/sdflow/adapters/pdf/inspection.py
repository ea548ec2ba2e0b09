"""Inspection: what can be known of a page before it is laid out.

Characters that the fonts lack would come out as empty boxes; invisible marks that turn the direction of reading
would let people sign what they do not see; deep nesting and wide spans would keep the machine busy for minutes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence, Set
from html.parser import HTMLParser

from sdflow.domain.errors import Fault, Unreadable

MAX_CHARACTERS = 8_000_000
MAX_DEPTH = 80
MAX_SPAN = 100
MOST_NAMED = 5

_HEADINGS = frozenset({"h1", "h2", "h3"})
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
_UNPRINTED = frozenset({"script", "style", "title", "template"})
_SPACES = frozenset(map(ord, "\t\n\r\f\N{NO-BREAK SPACE}\N{SOFT HYPHEN}\N{ZERO WIDTH SPACE}\N{WORD JOINER}"))
_TURNING = frozenset({*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x061C, 0x200E, 0x200F})


def inspect(html: str, source: str, characters: Set[int]) -> None:
    """Refuse a page that cannot be printed faithfully.

    Raises Unreadable with every fault: the characters that are not among `characters`, by number and name, with
    the heading under which they stand.
    """
    if len(html) > MAX_CHARACTERS:
        raise Unreadable.because(source, f"has {len(html):,} characters; a document has at most {MAX_CHARACTERS:,}")
    page = _Page(source, characters)
    page.feed(html)
    page.close()
    if page.faults:
        raise Unreadable(*page.faults)


def character_name(character: str) -> str:
    """Number and name of a character, such as U+4E2D CJK UNIFIED IDEOGRAPH-4E2D."""
    return f"U+{ord(character):04X} {unicodedata.name(character, 'without a name')}"


class _Page(HTMLParser):
    """Walks a page once and collects what is wrong with it."""

    def __init__(self, source: str, characters: Set[int]) -> None:
        super().__init__(convert_charrefs=True)
        self._source, self._printed = source, characters | _SPACES | _TURNING
        self._open: list[str] = []
        self._heading = ""
        self._seen: set[str] = set()
        self.faults: list[Fault] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element opens."""
        for name, value in attrs:
            if name in ("colspan", "rowspan", "span") and value and not _small(value):
                self._fault(f"{name} {value[:20]!r} is not a number up to {MAX_SPAN}")
        if tag in _VOID:
            return
        self._open.append(tag)
        if len(self._open) == MAX_DEPTH:
            self._fault(f"elements are nested more than {MAX_DEPTH} deep")
        if tag in _HEADINGS:
            self._heading = ""

    def handle_endtag(self, tag: str) -> None:
        """An element closes, and with it those inside that were left open."""
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        """A piece of text."""
        if _HEADINGS.intersection(self._open):
            self._heading += data
        if _UNPRINTED.intersection(self._open):
            return
        new = [one for one in dict.fromkeys(data) if one not in self._seen]
        self._seen.update(new)
        turning = [one for one in new if ord(one) in _TURNING]
        for character in turning:
            self._fault(f"{character_name(character)} turns the direction of reading unseen; take it out")
        lacking = [one for one in new if ord(one) not in self._printed]
        if lacking:
            it = "it" if len(lacking) == 1 else "them"
            self._fault(f"the fonts lack {_named(lacking)}, in {_around(data, lacking[0])}; take {it} out")

    def _fault(self, message: str) -> None:
        self.faults.append(Fault(self._source, None, " ".join(self._heading.split()), message))


def _small(value: str) -> bool:
    return value.isascii() and value.isdigit() and int(value[:9]) <= MAX_SPAN


def _named(characters: Sequence[str]) -> str:
    more = len(characters) - MOST_NAMED
    named = ", ".join(map(character_name, characters[:MOST_NAMED]))
    return f"{named} and {more} more" if more > 0 else named


def _around(text: str, character: str) -> str:
    at = text.index(character)
    return repr(" ".join(text[max(0, at - 20) : at + 20].split()))
