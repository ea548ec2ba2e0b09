"""Canonical content: the one text of a value, and its hash.

The text is JSON as RFC 8785 orders and escapes it, limited to text, integers, booleans, lists and
objects: decimals are text without trailing zeros or exponent, instants are UTC, nothing is a float,
values that are none are left out and defaults are written out, so that the text means the same when
a default changes.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

Plain = str | int | bool | list["Plain"] | dict[str, "Plain"]


def decimal_text(value: Decimal) -> str:
    """A decimal without exponent and without trailing zeros: 99.50 becomes 99.5, -0 becomes 0."""
    if not value.is_finite():
        raise TypeError(f"{value} is not a finite number")
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def _instant_text(value: datetime) -> str:
    if value.tzinfo is None:
        raise TypeError("an instant needs a time zone")
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def plain(value: Any) -> Plain:
    """The value in canonical types; raises TypeError for what content may not hold (floats, naive instants)."""
    match value:
        case bool() | int():
            return value
        case str():
            return unicodedata.normalize("NFC", value)
        case Decimal():
            return decimal_text(value)
        case datetime():
            return _instant_text(value)
        case date():
            return value.isoformat()
        case time():
            return value.isoformat("minutes")
        case Mapping():
            return {_key(key): plain(item) for key, item in value.items() if item is not None}
        case list() | tuple():
            return [plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no place in content")


def _key(key: Any) -> str:
    if not isinstance(key, str) or not key.isascii():
        raise TypeError(f"the key {key!r} is not ASCII text")
    return key


def canonical_text(value: Any) -> str:
    """The canonical JSON text of a plain value, mapping keys in the order of their ASCII codes."""
    return json.dumps(plain(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def content_hash(text: str) -> str:
    """SHA-256 of a text's UTF-8 bytes, in lower-case hexadecimal."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
