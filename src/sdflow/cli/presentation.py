"""Presentation: tables and texts that people like to read, and JSON for programs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any
from unicodedata import category

import click
from pydantic import BaseModel
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.theme import Theme

from sdflow.domain.content import plain
from sdflow.domain.difference import ClauseChange
from sdflow.domain.finding import Severity
from sdflow.domain.period import Period

THEME = Theme(
    {
        "reference": "bold cyan",
        "state": "magenta",
        "good": "bold green",
        "breach": "bold red",
        "warning": "bold yellow",
        "advice": "cyan",
        "waived": "bold bright_blue",
        "quiet": "dim",
        "title": "bold",
    }
)
MARKS = {Severity.breach: "✗ breach", Severity.warning: "! warning", Severity.advice: "· advice"}

WIDTH = 110
"""So many columns wide are texts that go to no terminal."""


def console(*, record: bool = False) -> Console:
    """A console as wide as the terminal; where the output is not one, as wide as COLUMNS says, or else 110 columns."""
    told = os.environ.get("COLUMNS", "")
    asked = int(told) if told.isdecimal() and int(told) > 0 else WIDTH
    width = None if sys.stdout.isatty() else asked
    return Console(theme=THEME, width=width, highlight=False, record=record, emoji=False)


def shown(text: str) -> str:
    """A text of somebody else for the terminal: no markup, and what would steer the terminal or turn the reading is spelt out."""
    turning = ("Cc", "Cf", "Cs", "Zl", "Zp")
    return escape("".join(f"\\u{ord(one):04x}" if category(one) in turning else one for one in text))


def reference(text: str) -> str:
    """A reference in its colour."""
    return f"[reference]{shown(text)}[/]"


def state(text: str) -> str:
    """A state's name as people say it."""
    return f"[state]{escape(text.replace('_', ' '))}[/]"


def day(value: date | None) -> str:
    """A day such as 1 Jan 2027."""
    return f"{value.day} {value:%b %Y}" if value else "–"


def instant(value: datetime) -> str:
    """An instant in UTC, to the minute."""
    return f"{value.day} {value:%b %Y %H:%M} UTC"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[str] = ()) -> Table:
    """A table with a heading and no frame; cells may hold markup."""
    made = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False, show_edge=False)
    for name in columns:
        whole = name in ("Reference", "State", "Act")
        made.add_column(name, justify="right" if name in right else "left", no_wrap=whole, overflow="fold")
    for row in rows:
        made.add_row(*row)
    return made


def changes_table(changes: Sequence[ClauseChange]) -> Table:
    """Clauses before and after."""
    rows = [(escape(change.path), _shown(change.before, "quiet"), _shown(change.after, "good")) for change in changes]
    return table(("Clause", "Before", "After"), rows)


def _shown(value: str | int | bool | None, style: str) -> str:
    if value is None:
        return "[quiet]–[/]"
    text = str(value)
    return f"[{style}]{escape(text if len(text) <= 200 else text[:197] + '…')}[/]"


def as_data(value: Any) -> Any:
    """A value of ours as what JSON can say; bytes are left out."""
    if isinstance(value, BaseModel):
        return as_data(value.model_dump())
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Period):
        return {"name": value.name, "first_on": as_data(value.first), "last_on": as_data(value.last)}
    if is_dataclass(value) and not isinstance(value, type):
        found = {field.name: getattr(value, field.name) for field in fields(value)}
        return {name: as_data(item) for name, item in found.items() if not isinstance(item, bytes)}
    if isinstance(value, Mapping):
        return {str(key): as_data(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [as_data(item) for item in value]
    if isinstance(value, Path):
        return str(value)
    return None if value is None else plain(value)


def say_json(value: Any) -> None:
    """Print a value as JSON."""
    click.echo(json.dumps(as_data(value), ensure_ascii=False, indent=2))
