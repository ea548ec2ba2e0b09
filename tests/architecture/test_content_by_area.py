from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Protocol

from sdflow.domain.kind import Content

ASKS_FOR_KIND = {"kind", "kinds", "workflows", "description", "RefersTo"}


class Module(Protocol):
    name: str
    layer: str
    tree: ast.Module

    def at(self, node: ast.AST) -> str: ...


def test_no_area_and_no_kind_is_named_outside_the_areas(
    modules: list[Module], kinds: dict[str, type[Content]], areas: frozenset[str]
) -> None:
    names = (areas | kinds.keys()) - _field_names(modules)
    named = [
        f"{module.at(node)} names '{node.value}'"
        for module in modules
        if module.layer != "areas"
        for node in _texts(module.tree)
        if node.value in names
    ]
    assert not named, "\n".join(named)


def test_a_word_that_is_also_a_field_of_the_domain_is_never_used_as_a_kind(
    modules: list[Module], kinds: dict[str, type[Content]]
) -> None:
    asked = [
        f"{module.at(node)} names the kind '{text}'"
        for module in modules
        if module.layer != "areas"
        for node in ast.walk(module.tree)
        if _asks(node, ASKS_FOR_KIND)
        for text in _texts_within(node)
        if text in kinds
    ]
    assert not asked, "\n".join(asked)


def test_nobody_asks_which_area_it_is(modules: list[Module]) -> None:
    asked = [
        module.at(node)
        for module in modules
        if module.layer != "areas"
        for node in ast.walk(module.tree)
        if _asks(node, {"area", "areas"}) and any(_texts_within(node))
    ]
    assert not asked, "\n".join(asked)


def _asks(node: ast.AST, names: set[str]) -> bool:
    """Whether the node compares, matches, looks up or passes something that is called by one of the names."""
    match node:
        case ast.Compare():
            return any(_called(side) in names for side in (node.left, *node.comparators))
        case ast.Match():
            return _called(node.subject) in names
        case ast.Subscript():
            return _called(node.value) in names
        case ast.Call():
            return _called(node.func) in names
        case ast.keyword():
            return node.arg in names
    return False


def _called(node: ast.expr) -> str | None:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else None


def _texts_within(node: ast.AST) -> Iterator[str]:
    return (one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str))


def _texts(tree: ast.Module) -> Iterator[ast.Constant]:
    """Every text in the code that is not a docstring."""
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node


def _field_names(modules: list[Module]) -> frozenset[str]:
    """The fields of the domain's types: `person` and `service` are words of the field before they are kinds."""
    classes = (node for module in modules if module.layer == "domain" for node in ast.walk(module.tree))
    bodies = (statement for node in classes if isinstance(node, ast.ClassDef) for statement in node.body)
    return frozenset(
        one.target.id for one in bodies if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
    )
