"""Writes docs/reference anew; with --check only says which of its pages are stale."""

from __future__ import annotations

import sys
from pathlib import Path

from docs.generator import commands, facts, kinds, rules, workflows
from docs.generator.markdown import table

from sdflow import bootstrap

FOLDER = Path(__file__).parents[1] / "reference"


def pages() -> dict[str, str]:
    """Every page by the name of its file."""
    defined = bootstrap.definitions()
    made = {
        "commands.md": commands.page(),
        "kinds.md": kinds.page(defined),
        "workflows.md": workflows.page(defined),
        "rules.md": rules.page(defined.rulebook),
        "facts.md": facts.page(defined.rulebook),
    }
    return {"README.md": _index(made), **made}


def _index(made: dict[str, str]) -> str:
    rows = [(f"[{text.partition(chr(10))[0].removeprefix('# ')}]({name})", _says(text)) for name, text in made.items()]
    return "\n".join(
        [
            "# Reference",
            "",
            "These pages are made from the program itself by `make docs`; a test finds those that are stale.",
            "",
            *table(("Page", "What it holds"), rows),
            "",
        ]
    )


def _says(text: str) -> str:
    return text.split("\n\n")[1].replace("\n", " ")


def stale() -> list[str]:
    """The files of docs/reference that are not as they would be made now."""
    there = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()} if FOLDER.is_dir() else {}
    made = pages()
    return sorted(name for name in there.keys() | made.keys() if there.get(name) != made.get(name))


def write() -> None:
    """Write every page, and remove what is no page any more."""
    FOLDER.mkdir(exist_ok=True)
    made = pages()
    for path in FOLDER.iterdir():
        if path.name not in made:
            path.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if "--check" not in sys.argv:
        write()
    elif found := stale():
        sys.exit(f"{', '.join(found)} in docs/reference: not what the program says now; run 'make docs'")
