"""Moment forms: the ways in which files write instants, in words such as d/m/yyyy HH:MM."""

from __future__ import annotations

import re

from sdflow.adapters.definitions.table_cells import date_form
from sdflow.adapters.definitions.wording import found
from sdflow.domain.measured_form import MomentForm

_ISO = (
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})[T ](?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2})(?:[.,][0-9]+)?)? ?(?P<offset>Z|UTC|[+-][0-9]{2}:?[0-9]{2})?"
)
ISO = MomentForm("iso", _ISO)
_COUNTED = {"unix": 1, "unix ms": 1000}
_TIME_WORDS = {
    "HH": "(?P<hour>[0-9]{2})",
    "H": "(?P<hour>[0-9]{1,2})",
    "MM": "(?P<minute>[0-9]{2})",
    "SS": "(?P<second>[0-9]{2})",
    "AM": "(?P<half>[AaPp][Mm])",
}
_TIME = re.compile("(HH|H)([:.h]?)(MM)(?:([:.])(SS))?( ?AM)?")


def moment_form(text: str) -> MomentForm:
    """The form that a text such as d/m/yyyy HH:MM, iso or unix declares; `ValueError` says what is wrong with it."""
    if text == ISO.text:
        return ISO
    if text in _COUNTED:
        return MomentForm(text, epoch=_COUNTED[text])
    day, space, time = text.partition(" ")
    written = _TIME.fullmatch(time)
    if not space or not written:
        raise ValueError(f"must be iso, unix, unix ms, or a date and a time such as d/m/yyyy HH:MM, {found(text)}")
    return MomentForm(text, f"{date_form(day).pattern.pattern} +{_time_pattern(written)}")


def _time_pattern(written: re.Match[str]) -> str:
    parts = (part for part in written.groups() if part)
    return "".join(
        _TIME_WORDS.get(part, " ?" + _TIME_WORDS["AM"] if "AM" in part else re.escape(part)) for part in parts
    )
