"""The page that shows each published agreement and how it is said, against what the workspace holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from real_input.conftest import REPOSITORY, WRITERS
from real_input.figures import Entry

PAGE = REPOSITORY / "docs" / "published-agreements.md"
Step = tuple[tuple[str, ...], str]
"""A place in a content with the text that stands there."""


def _rows() -> dict[str, list[str]]:
    """The cells of the row of each agreement."""
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if re.match(r"\| `[a-z0-9-]+`:", line)]
    return {line.split("`")[1]: line.strip("| ").split(" | ") for line in lines}


def test_each_agreement_has_one_row_of_five_columns() -> None:
    rows = _rows()
    assert list(rows) == list(WRITERS)
    assert {name: len(cells) for name, cells in rows.items() if len(cells) != 5} == {}


@pytest.mark.parametrize("name", WRITERS)
def test_what_the_page_names_stands_in_the_records(
    name: str, published: Mapping[str, Entry], held: Callable[[str], Any]
) -> None:
    records = WRITERS[name](published[name])
    steps = [step for one in records for step in _steps(held(one["reference"]))]
    words = {one["kind"] for one in records} | {text for _, text in steps}
    named = re.findall(r"`([^`]+)`", _rows()[name][2])
    assert named
    assert [one for one in named if one not in words and not _stands(one, steps)] == []


def test_every_field_that_the_model_learnt_is_used_by_some_agreement(
    published: Mapping[str, Entry], held: Callable[[str], Any]
) -> None:
    learnt = re.findall(r"^\| `([^`]+)` \|", PAGE.read_text("utf-8").split("## What the model learnt")[1], re.MULTILINE)
    references = [one["reference"] for name in WRITERS for one in WRITERS[name](published[name])]
    steps = [step for reference in references for step in _steps(held(reference))]
    assert len(learnt) == 11
    assert [one for one in learnt if not _stands(one.replace('"', ""), steps)] == []


def _steps(value: Any, way: tuple[str, ...] = ()) -> Iterator[Step]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _steps(item, (*way, key))
    elif isinstance(value, list):
        for item in value:
            yield from _steps(item, way)
    else:
        yield way, str(value)


def _stands(named: str, steps: list[Step]) -> bool:
    path, _, text = named.partition(": ")
    parts = tuple(path.split("."))
    return any(_leads(way, parts) and (not text or (way[-1] == parts[-1] and found == text)) for way, found in steps)


def _leads(way: tuple[str, ...], parts: tuple[str, ...]) -> bool:
    """Whether the parts stand in the way one after the other; `<key>` stands for any."""
    spans = [way[at : at + len(parts)] for at in range(len(way) - len(parts) + 1)]
    return any(all(part in ("<key>", step) for part, step in zip(parts, span, strict=True)) for span in spans)
