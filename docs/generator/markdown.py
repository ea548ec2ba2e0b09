"""Pieces of Markdown."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Iterable, Sequence


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table."""
    lines = [columns, ["---"] * len(columns), *rows]
    return [f"| {' | '.join(_cell(one) for one in line)} |" for line in lines]


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def code(text: str) -> str:
    """A text as it is typed; nothing where there is none."""
    return f"`{text}`" if text else ""


def codes(texts: Iterable[str]) -> str:
    """Texts as they are typed, with commas."""
    return ", ".join(code(one) for one in texts)


def fenced(text: str, language: str = "text") -> list[str]:
    """A block of code."""
    return [f"```{language}", text, "```"]


def documentation(subject: type) -> str:
    """The docstring of a class itself, its paragraphs on one line each."""
    own = subject.__dict__.get("__doc__") or ""
    return "\n\n".join(" ".join(part.split()) for part in inspect.cleandoc(own).split("\n\n") if part)


def filled(text: str) -> str:
    """A text in lines of no more than 120 characters, blank lines kept."""
    parts = text.split("\n\n")
    return "\n\n".join(textwrap.fill(" ".join(part.split()), 120, break_on_hyphens=False) for part in parts)
