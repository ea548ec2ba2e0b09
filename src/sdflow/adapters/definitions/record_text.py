"""Record text: a record as the YAML text that people read, change and apply again."""

from __future__ import annotations

import json
import re
import textwrap
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from pydantic import BaseModel

from sdflow.adapters.definitions.text_yaml import NONE, read_text
from sdflow.domain.content import plain
from sdflow.domain.errors import Unreadable
from sdflow.domain.kind import Content

WIDTH = 100
"""How many characters a line may have before a text is folded."""

_PLAIN = re.compile("[\\w(/+.][^\x00-\x1f\x7f-\xa0\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]*")
_NOT_PLAIN = re.compile(r": |:$| #|\s$|^\.\.\.")
_ESCAPED = re.compile("[\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]")
_EMPTY: tuple[object, ...] = (None, [], (), {})
_FOLDABLE = re.compile(r"\S+(?: \S+)+")


def record_text(kind: str, reference: str, content: Content) -> str:
    """The YAML text of a record: read again, it gives a content with the same canonical text.

    Fields stand in the order of the model; what is none, or empty by default, is left out.
    """
    fields = {"kind": kind, "reference": reference, **_shown_fields(content)}
    return "".join(f"{line}\n" for line in _mapping_lines(fields, ""))


def _shown_fields(model: BaseModel) -> dict[str, Any]:
    return {
        field.alias or name: _shown(value)
        for name, field in type(model).model_fields.items()
        if (value := getattr(model, name)) not in _EMPTY or value != _default(type(model), name)
    }


@cache
def _default(model: type[BaseModel], name: str) -> object:
    return model.model_fields[name].get_default(call_default_factory=True, validated_data={})


def _shown(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return _shown_fields(value)
    if isinstance(value, Mapping):
        return {key: _shown(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(item) for item in value]
    return None if value is None else plain(value)


def _mapping_lines(fields: Mapping[str, Any], indent: str) -> Iterator[str]:
    for name, value in fields.items():
        head = f"{indent}{_in_one_line(name)}:"
        if value and isinstance(value, dict | list):
            yield head
            yield from _nested_lines(value, f"{indent}  ")
        else:
            yield from _scalar_lines(head, value, f"{indent}  ")


def _list_lines(items: Sequence[Any], indent: str) -> Iterator[str]:
    deeper = f"{indent}  "
    for item in items:
        if item and isinstance(item, dict | list):
            first, *rest = _nested_lines(item, deeper)
            yield f"{indent}- {first.removeprefix(deeper)}"
            yield from rest
        else:
            yield from _scalar_lines(f"{indent}-", item, deeper)


def _nested_lines(value: dict[str, Any] | list[Any], indent: str) -> Iterator[str]:
    return _mapping_lines(value, indent) if isinstance(value, dict) else _list_lines(value, indent)


def _scalar_lines(head: str, value: Any, indent: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"{head} {json.dumps(value)}"
        return
    block = _block(value, len(head), WIDTH - len(indent))
    if not block or not _is_read_as(block, value):
        block = [_in_one_line(value)]
    yield f"{head} {block[0]}"
    yield from (f"{indent}{line}" if line else "" for line in block[1:])


def _block(text: str, head: int, width: int) -> list[str]:
    """The text as a literal or folded block, empty where it fits on its line or no block can hold it."""
    if "\n" in text:
        return ["|-", *text.split("\n")]
    if head + len(text) < WIDTH or not _FOLDABLE.fullmatch(text):
        return []
    return [">-", *textwrap.wrap(text, max(width, 40), break_long_words=False, break_on_hyphens=False)]


def _is_read_as(block: Sequence[str], text: str) -> bool:
    lines = (f"  {line}" if line else "" for line in block[1:])
    try:
        (document,) = read_text("\n".join([f"text: {block[0]}", *lines, ""]), "")
    except Unreadable:
        return False
    return document.value == {"text": unicodedata.normalize("NFC", text)}


def _in_one_line(text: str) -> str:
    if _PLAIN.fullmatch(text) and not _NOT_PLAIN.search(text) and text not in NONE:
        return text
    return _ESCAPED.sub(lambda found: f"\\u{ord(found.group()):04x}", json.dumps(text, ensure_ascii=False))
