"""Text YAML: YAML files read in one pass, every scalar as text, every value with its place.

Types are none of YAML's business here: `17:00` stays a time of day, `NO` stays Norway, 99.90 keeps its zero.
Anchors, aliases and tags are refused, and the limits hold while reading, so that no file can hang or crash a reader.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from sdflow.domain.errors import Unreadable

Place = tuple[str | int, ...]
"""The way from the top of a document to a value: keys of mappings and positions in lists."""

NONE = frozenset({"", "~", "null"})
"""What, written without quotes, means that there is nothing."""

LONGEST_KEY = 200

FILES_REMEMBERED = 256
"""Of how many contents of files a process remembers what they declare; a file that was changed has another content."""

_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_UNWANTED_IN_FILE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_UNWANTED_IN_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Limits:
    """How large a file may be: characters, levels of nesting, values, documents, characters of one text."""

    characters: int = 8_000_000
    depth: int = 20
    nodes: int = 300_000
    documents: int = 20_000
    scalar: int = 20_000


@dataclass
class Located:
    """A document's value (text, none, mappings and lists), and where each part stands: line and column from 1."""

    value: object
    source: str
    lines: dict[Place, tuple[int, int]] = field(default_factory=dict)

    def line(self, path: Place) -> int | None:
        """The line of the value at a path, or of the nearest part around it that is there."""
        return nearest_line(self.lines, path)


def nearest_line(lines: Mapping[Place, tuple[int, int]], path: Place) -> int | None:
    """The line of the value at a path, or of the nearest part around it that is there."""
    for length in range(len(path), -1, -1):
        if path[:length] in lines:
            return lines[path[:length]][0]
    return None


def read_file(path: Path) -> list[Located]:
    """The documents of a YAML file in UTF-8; `Unreadable` says where and why it is none."""
    return read_text(_decoded(str(path), read_bytes(path)), str(path))


def read_single(path: Path) -> tuple[Located, str]:
    """The one document of a YAML file, and the SHA-256 of the file's bytes."""
    content = read_bytes(path)
    return single(content, str(path)), hashlib.sha256(content).hexdigest()


def single(content: bytes, source: str) -> Located:
    """The one document in the bytes of a YAML file."""
    documents = [one for one in read_text(_decoded(source, content), source) if one.value is not None]
    if not documents:
        raise Unreadable.because(source, "is empty", line=1)
    if len(documents) > 1:
        raise Unreadable.because(source, "holds more than one document ('---')", line=documents[1].line(()))
    return documents[0]


def read_bytes(path: Path, most: int = 4 * Limits.characters) -> bytes:
    """The bytes of a file, at most so many; `Unreadable` says why there are none."""
    source = str(path)
    try:
        if path.is_dir():
            raise Unreadable.because(source, "is a folder; a file is expected")
        if path.exists() and not path.is_file():
            raise Unreadable.because(source, "is a device or a pipe; a file is expected")
        with path.open("rb") as stream:
            content = stream.read(most + 1)
    except FileNotFoundError:
        raise Unreadable.because(source, "there is no such file") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise Unreadable.because(source, f"cannot be read: {reason or error}") from None
    if len(content) > most:
        raise Unreadable.because(source, f"is larger than {most:,} bytes; split it into several files", line=1)
    return content


def _decoded(source: str, content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable.because(source, "is written in UTF-16; save it as UTF-8", line=1)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = f"0x{content[error.start]:02x}"
        raise Unreadable.because(source, f"the byte {byte} is not UTF-8; save the file as UTF-8", line=line) from None


def read_text(text: str, source: str, limits: Limits = Limits()) -> list[Located]:
    """The documents of a YAML text; `Unreadable` names the line of the first thing that is not allowed."""
    text = text.removeprefix("\ufeff")
    _require_text(text, source, limits)
    reading = _Reading(source, limits)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            reading.take(event)
    except yaml.MarkedYAMLError as error:
        message = _not_yaml(error)
        marks = [error.problem_mark, error.context_mark][:: -1 if "never closed" in message else 1]
        raise Unreadable.because(source, message, line=_position(marks[0] or marks[1])[0]) from None
    except yaml.YAMLError as error:
        raise Unreadable.because(source, f"not YAML: {str(error).splitlines()[0]}", line=1) from None
    return reading.documents


def _require_text(text: str, source: str, limits: Limits) -> None:
    if len(text) > limits.characters:
        message = f"is larger than {limits.characters:,} characters; split it into several files"
        raise Unreadable.because(source, message, line=1)
    found = _UNWANTED_IN_FILE.search(text)
    if found:
        line = len(re.findall("\r\n|\r|\n", text[: found.start()])) + 1
        raise Unreadable.because(source, f"{_named(found.group())} is not allowed", line=line)


def composed(text: str) -> str:
    """A text in Unicode's composed form (NFC); `ValueError` names a character that may stand in no text."""
    if text.isascii() and text.isprintable():
        return text
    found = _UNWANTED_IN_TEXT.search(text)
    if found:
        raise ValueError(f"{_named(found.group())} is not allowed")
    return unicodedata.normalize("NFC", text)


def _named(character: str) -> str:
    return f"the character U+{ord(character):04X} ({unicodedata.name(character, 'a control character')})"


_ADVICE = {
    "mapping values are not allowed in this context": (
        "a text that contains ': ' needs quotes, or a key is not indented as its neighbours are"
    ),
    "found character that cannot start any token": (
        "a text that begins with @, ` or % needs quotes, and indents are spaces, never tabs"
    ),
    "did not find expected <document start>": "something stands beside or below a value that is complete already",
    "did not find expected key": "a key is not indented as its neighbours are, or a list lacks its '- '",
    "could not find expected ':'": "a key lacks its ':', or a text runs over several lines without quotes",
    "found unexpected end of stream": "a quote is never closed",
    "did not find expected '-' indicator": "an entry of the list is not indented as its neighbours are",
    "did not find expected ',' or '}'": "a '{' is never closed, or a ',' is missing",
    "did not find expected ',' or ']'": "a '[' is never closed, or a ',' is missing",
}


def _not_yaml(error: yaml.MarkedYAMLError) -> str:
    problem = str(error.problem or error.context or "unexpected text")
    return f"not YAML: {_ADVICE.get(problem, problem)}"


def _position(mark: Any) -> tuple[int, int]:
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


@dataclass
class _Open:
    """A mapping or list that is not closed yet; `key` waits for its value."""

    container: dict[str, object] | list[object]
    path: Place
    key: str | None = None


class _Reading:
    """Builds documents from the parser's events, with a stack of its own instead of recursion."""

    def __init__(self, source: str, limits: Limits) -> None:
        self.documents: list[Located] = []
        self._source, self._limits = source, limits
        self._open: list[_Open] = []
        self._nodes = 0
        self._line, self._column = 1, 1

    def take(self, event: yaml.Event) -> None:
        """The next event."""
        if isinstance(event, yaml.NodeEvent):
            self._line, self._column = _position(event.start_mark)
            self._take_node(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()
        elif isinstance(event, yaml.DocumentStartEvent):
            self._line, self._column = _position(event.start_mark)
            self._begin_document()

    def _refuse(self, message: str) -> Unreadable:
        return Unreadable.because(self._source, message, line=self._line)

    def _begin_document(self) -> None:
        if len(self.documents) >= self._limits.documents:
            raise self._refuse(f"more than {self._limits.documents:,} documents in one file")
        self.documents.append(Located(None, self._source, {(): (self._line, self._column)}))

    def _take_node(self, event: yaml.NodeEvent) -> None:
        self._nodes += 1
        if self._nodes > self._limits.nodes:
            raise self._refuse(f"more than {self._limits.nodes:,} values in one file; split it")
        if event.anchor is not None:
            raise self._refuse("anchors (&) and aliases (*) are not allowed; a text that begins so needs quotes")
        if getattr(event, "tag", None) is not None:
            raise self._refuse("tags (!) are not allowed; a text that begins with '!' needs quotes")
        top = self._open[-1] if self._open else None
        if top is not None and isinstance(top.container, dict) and top.key is None:
            self._take_key(event, top, top.container)
        else:
            self._take_value(event, top)

    def _take_key(self, event: yaml.NodeEvent, top: _Open, container: dict[str, object]) -> None:
        if not isinstance(event, yaml.ScalarEvent):
            raise self._refuse("a key must be a plain word, not a list or a mapping")
        key = self._text(event)
        if not key or key != key.strip() or len(key) > LONGEST_KEY:
            raise self._refuse(f"a key must have 1 to {LONGEST_KEY} characters without spaces around them")
        path = (*top.path, key)
        lines = self.documents[-1].lines
        if key in container:
            raise self._refuse(f"'{_shortened(key)}' is given twice (first on line {lines[path][0]})")
        container[key], top.key = None, key
        lines[path] = (self._line, self._column)

    def _take_value(self, event: yaml.NodeEvent, top: _Open | None) -> None:
        if isinstance(event, yaml.ScalarEvent):
            empty = not event.style and event.value in NONE
            self._put(None if empty else self._text(event), top, self._column)
            return
        if len(self._open) >= self._limits.depth:
            raise self._refuse(f"more than {self._limits.depth} levels inside one another")
        container: dict[str, object] | list[object] = {} if isinstance(event, yaml.MappingStartEvent) else []
        self._open.append(_Open(container, self._put(container, top)))

    def _put(self, value: object, top: _Open | None, column: int | None = None) -> Place:
        """Put a value in its place. A mapping or list under a key has the place of its key."""
        document = self.documents[-1]
        if top is None:
            document.value = value
            document.lines[()] = (self._line, self._column)
            return ()
        if isinstance(top.container, dict):
            path: Place = (*top.path, top.key or "")
            top.container[top.key or ""], top.key = value, None
            if column is not None:
                document.lines[path] = (self._line, column)
        else:
            path = (*top.path, len(top.container))
            top.container.append(value)
            document.lines[path] = (self._line, self._column)
        return path

    def _text(self, event: yaml.ScalarEvent) -> str:
        text = event.value
        if len(text) > self._limits.scalar:
            raise self._refuse(f"a text of {len(text):,} characters; at most {self._limits.scalar:,} are allowed")
        try:
            return composed(text)
        except ValueError as unwanted:
            raise self._refuse(str(unwanted)) from None


def _shortened(text: str, most: int = 80) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
