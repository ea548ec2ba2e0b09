"""Difference: what changed between two contents, clause by clause."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from sdflow.domain.content import Plain


@dataclass(frozen=True, order=True)
class ClauseChange:
    """A clause that reads differently; none where it was not there."""

    path: str
    before: str | int | bool | None
    after: str | int | bool | None


def clause_changes(before: Plain, after: Plain) -> list[ClauseChange]:
    """Every clause that differs, in the order of the paths."""
    old, new = dict(_clauses(before, "")), dict(_clauses(after, ""))
    paths = sorted(old.keys() | new.keys())
    return [ClauseChange(path, old.get(path), new.get(path)) for path in paths if old.get(path) != new.get(path)]


def word_changes(before: str | int | bool | None, after: str | int | bool | None) -> list[tuple[str, str]]:
    """The words of two readings of a clause in their order: `kept`, `gone` or `come`, with the words in between them."""
    old, new = _words(before), _words(after)
    pieces: list[tuple[str, str]] = []
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(("kept", " ".join(old[i:j])))
            continue
        pieces += [("gone", " ".join(old[i:j]))] if j > i else []
        pieces += [("come", " ".join(new[k:m]))] if m > k else []
    return pieces


def _words(value: str | int | bool | None) -> list[str]:
    return [] if value is None else str(value).split()


def _clauses(value: Plain, path: str) -> Iterator[tuple[str, str | int | bool]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _clauses(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for number, item in enumerate(value, 1):
            yield from _clauses(item, f"{path}.{number}" if path else str(number))
    else:
        yield path, value
