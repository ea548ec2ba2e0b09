"""Wording: what is wrong with a value, in the words of those who write the files."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from sdflow.domain.kind import KEY_PATTERN, REFERENCE_PATTERN
from sdflow.domain.rule import RULE_ID_PATTERN

NAME_PATTERN = r"^[a-z][a-z0-9_]{0,59}$"
FIELD_PATH_PATTERN = r"^[a-z][a-z0-9_]*(\.([A-Za-z0-9_-]+|\*))*$"
_PATTERNS = {
    RULE_ID_PATTERN: "must be an id such as SLM-011",
    REFERENCE_PATTERN: "must be a reference such as SLA-0001: capital letters and digits, in parts joined by '-'",
    KEY_PATTERN: "must be a short name: a letter, then letters, digits, '-' and '_', at most 40 characters",
    NAME_PATTERN: "must be a name of small letters, digits and '_'",
    FIELD_PATH_PATTERN: "must be the path of a field such as term.start_on",
    r"^[A-Z]{2}$": "must be two capital letters",
    r"^[A-Z]{3}$": "must be three capital letters such as EUR",
    r"^[A-Z0-9]{1,3}$": "must be one to three capital letters or digits",
    r"^[0-9a-f]{64}$": "must be 64 digits of 0-9 and a-f",
    r"^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$": "must be opening hours such as 09:00-17:00",
}
NUMBER = "must be a number such as 99.5"
WHOLE = "must be a whole number such as 240"
DATE = "must be a date such as 2027-01-31"
INSTANT = "must be a date and time with its zone such as 2027-01-31T09:00:00Z"
TIME = "must be a time of day such as 09:00"
TRUTH = "must be true or false"
_FIELDS = "must hold fields, each as 'name: value' on a line below"
_LIST = "must be a list, each entry with '- ' on a line below, or in [ ]"
_EXPECTED = {
    "string_type": "must be a text",
    "string_too_long": "may have at most {max_length} characters, but has {length}",
    "too_short": "needs at least {min_length} entries, but has {actual_length}",
    "too_long": "may have at most {max_length} entries, but has {actual_length}",
    "decimal_type": NUMBER,
    "decimal_parsing": NUMBER,
    "finite_number": NUMBER,
    "decimal_max_places": "may have at most {decimal_places} decimal places",
    "decimal_max_digits": "may have at most {max_digits} digits",
    "decimal_whole_digits": "may have at most {whole_digits} digits before the point",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "may be at most {le}",
    "int_type": WHOLE,
    "int_parsing": WHOLE,
    "int_parsing_size": WHOLE,
    "int_from_float": WHOLE,
    "bool_type": TRUTH,
    "bool_parsing": TRUTH,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "dict_type": _FIELDS,
    "model_type": _FIELDS,
    "model_attributes_type": _FIELDS,
    "union_tag_invalid": "must have one of {expected_tags} as its {discriminator}",
    "union_tag_not_found": "needs a {discriminator} that says what it is",
}
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FAMILIES = {"datetime_": INSTANT, "date_": DATE, "time_": TIME}
_COMPLETE = {"string_too_long", "too_short", "too_long", "union_tag_not_found"}
"""Sentences that already say what was found."""


def found(value: object) -> str:
    """What stands there instead, shortened to 80 characters."""
    match value:
        case None:
            return "but nothing stands there"
        case Mapping():
            return "but fields were found"
        case list():
            return "but a list was found"
    return f"but '{shortened(str(value))}' was found"


def shortened(text: str, most: int = 80) -> str:
    """A text on one line, cut to at most that many characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def nearest(name: str, known: Iterable[str]) -> str:
    """What somebody who wrote an unknown name may have meant: the nearest known name, or some known ones."""
    names = sorted(set(known))
    near = difflib.get_close_matches(name[:100], names, 1, 0.65)
    if near:
        return f"; did you mean '{near[0]}'?"
    return f"; known: {shortened(', '.join(names), 160)}" if names else ""


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """The sentence for a name that is not known."""
    return f"there is no {what} '{shortened(name)}'{nearest(name, known)}"


def sentence(error: Mapping[str, Any]) -> str:
    """One of Pydantic's errors as a sentence without its jargon."""
    kind, value, context = str(error["type"]), error["input"], error.get("ctx", {})
    if kind in ("value_error", "assertion_error"):
        return shortened(str(context.get("error", error["msg"])), 300)
    if kind.startswith("date_from") and isinstance(value, str) and _DAY.fullmatch(value.strip()):
        return f"there is no day {value.strip()} in the calendar"
    expected = _expected(kind, value, context)
    if expected is None:
        expected = re.sub(r"^(Input|String|Value|Decimal input) should", "must", str(error["msg"]))
    return expected if kind in _COMPLETE else f"{expected}, {found(value)}"


def _counted(context: Mapping[str, Any], value: object) -> dict[str, Any]:
    """The context with the number of entries, which Pydantic leaves out for mappings."""
    counted = dict(context)
    if counted.get("actual_length", 0) is None and isinstance(value, Mapping | list):
        counted["actual_length"] = len(value)
    return counted


def _expected(kind: str, value: object, context: Mapping[str, Any]) -> str | None:
    if kind in ("enum", "literal_error"):
        return "must be " + str(context["expected"]).replace("'", "")
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(context["pattern"], f"must have the form {context['pattern']}")
    if kind == "string_too_short":
        return f"needs at least {context['min_length']} characters" if context["min_length"] > 1 else "may not be empty"
    if kind in _EXPECTED:
        plain = {name: str(item).replace("'", "") for name, item in _counted(context, value).items()}
        return _EXPECTED[kind].format(length=len(str(value)), **plain)
    return next((words for family, words in _FAMILIES.items() if kind.startswith(family)), None)
