from __future__ import annotations

import re
from pathlib import Path
from typing import Protocol

import pytest


class Module(Protocol):
    name: str


@pytest.fixture
def page(repository: Path) -> str:
    page = repository / "docs" / "architecture.md"
    if not page.is_file():
        pytest.skip("docs/architecture.md IS NOT WRITTEN; NOTHING WAS CHECKED")
    return page.read_text("utf-8")


def test_the_page_names_every_module(page: str, modules: list[Module]) -> None:
    unnamed = [module.name for module in modules if not _is_named(module.name, page)]
    assert not unnamed, "docs/architecture.md does not name " + ", ".join(unnamed)


def test_every_module_that_the_page_names_exists(page: str, modules: list[Module], repository: Path) -> None:
    named = {path.removeprefix("src/sdflow/") for path in re.findall(r"[\w/<>]+\.py\b", page)}
    known = {module.name for module in modules} | {Path(module.name).name for module in modules}
    elsewhere = {path for path in named if (repository / path).is_file()}
    gone = sorted(path for path in named - known - elsewhere if "<" not in path)
    assert not gone, "docs/architecture.md names what is not there: " + ", ".join(gone)


def _is_named(module: str, page: str) -> bool:
    path = Path(module)
    if "versions" in path.parts or (path.parts[0] == "areas" and path.name != "__init__.py"):
        return True
    name = path.parent.name if path.name == "__init__.py" else path.stem
    return re.search(rf"\b{re.escape(name)}\b", page) is not None
