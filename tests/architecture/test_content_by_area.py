from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Protocol

from sdflow.domain.kind import Content


class Module(Protocol):
    name: str
    layer: str
    tree: ast.Module

    def at(self, node: ast.AST) -> str: ...


def test_no_area_and_no_kind_is_named_outside_the_areas(
    modules: list[Module], kinds: dict[str, type[Content]], areas: frozenset[str]
) -> None:
    names, fields = areas | kinds.keys(), _field_names(modules)
    named = [
        f"{module.at(node)} names '{node.value}'"
        for module in modules
        if module.layer != "areas"
        for node in _texts(module.tree, fields)
        if node.value in names
    ]
    assert not named, "\n".join(named)


def test_nobody_asks_which_area_it_is(modules: list[Module]) -> None:
    asked = [
        module.at(node)
        for module in modules
        if module.layer != "areas"
        for node in ast.walk(module.tree)
        if _asks_for_the_area(node)
    ]
    assert not asked, "\n".join(asked)


def _asks_for_the_area(node: ast.AST) -> bool:
    if isinstance(node, ast.Compare):
        return _names(node, "area")
    return isinstance(node, ast.Match) and _is_called(node.subject, "area")


def _names(comparison: ast.Compare, name: str) -> bool:
    return any(_is_called(side, name) for side in (comparison.left, *comparison.comparators))


def _is_called(node: ast.expr, name: str) -> bool:
    return (isinstance(node, ast.Name) and node.id == name) or (isinstance(node, ast.Attribute) and node.attr == name)


def _texts(tree: ast.Module, fields: frozenset[str]) -> Iterator[ast.Constant]:
    """Every text in the code that is neither a docstring nor the name of a field as the key of a mapping."""
    ignored = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    keys = (key for node in ast.walk(tree) if isinstance(node, ast.Dict) for key in node.keys)
    ignored |= {id(key) for key in keys if isinstance(key, ast.Constant) and key.value in fields}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in ignored:
            yield node


def _field_names(modules: list[Module]) -> frozenset[str]:
    classes = (node for module in modules if module.layer == "domain" for node in ast.walk(module.tree))
    bodies = (statement for node in classes if isinstance(node, ast.ClassDef) for statement in node.body)
    return frozenset(
        one.target.id for one in bodies if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
    )
