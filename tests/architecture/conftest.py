"""The source of sdflow as syntax trees, and the names of its areas and kinds as the source itself declares them."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import sdflow.areas
from sdflow.domain.kind import Content

REPOSITORY = Path(__file__).parents[2]
SOURCE = REPOSITORY / "src" / "sdflow"


@dataclass(frozen=True)
class Module:
    """One source file."""

    path: Path
    tree: ast.Module

    @property
    def name(self) -> str:
        """The path below src/sdflow."""
        return self.path.relative_to(SOURCE).as_posix()

    @property
    def layer(self) -> str:
        """The first folder below src/sdflow, or the file itself."""
        return self.path.relative_to(SOURCE).parts[0].removesuffix(".py")

    @property
    def lines(self) -> int:
        """How many lines the file has."""
        return len(self.path.read_text("utf-8").splitlines())

    def at(self, node: ast.AST) -> str:
        """The place of a node as people write it."""
        return f"src/sdflow/{self.name}:{getattr(node, 'lineno', 0)}"


@pytest.fixture(scope="session")
def repository() -> Path:
    return REPOSITORY


@pytest.fixture(scope="session")
def modules() -> list[Module]:
    return [Module(path, ast.parse(path.read_text("utf-8"))) for path in sorted(SOURCE.rglob("*.py"))]


@pytest.fixture(scope="session")
def kinds() -> dict[str, type[Content]]:
    return {model.description.kind: model for model in _models()}


@pytest.fixture(scope="session")
def areas() -> frozenset[str]:
    return frozenset(found.name for found in pkgutil.iter_modules(sdflow.areas.__path__))


def _models() -> Iterator[type[Content]]:
    for found in pkgutil.walk_packages(sdflow.areas.__path__, "sdflow.areas."):
        for one in vars(importlib.import_module(found.name)).values():
            if isinstance(one, type) and issubclass(one, Content) and "description" in vars(one):
                yield one
