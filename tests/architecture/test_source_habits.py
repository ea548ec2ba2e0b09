from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Protocol

LONGEST_MODULE = 400
LONGEST_FUNCTION = 40
EDGE = {"bootstrap", "cli", "__main__"}
TURNS_BUGS_INTO_AN_EXIT_CODE = "cli/root.py"
EXCUSED = {"adapters/pdf/typefaces.py": "fontconfig learns which fonts there are from nothing but a variable"}
SURROUNDINGS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("os", "environ"),
    ("os", "getenv"),
    ("os", "getcwd"),
    ("os", "getlogin"),
    ("getpass", "getuser"),
    ("Path", "cwd"),
    ("Path", "home"),
    ("sys", "argv"),
}


class Module(Protocol):
    name: str
    layer: str
    lines: int
    tree: ast.Module

    def at(self, node: ast.AST) -> str: ...


def test_no_module_is_too_long_to_read(modules: list[Module]) -> None:
    assert {module.name: module.lines for module in modules if module.lines > LONGEST_MODULE} == {}


def test_no_function_is_too_long_to_read(modules: list[Module]) -> None:
    found = {module.at(node): _length(node) for module in modules for node in _functions(module.tree)}
    assert {place: length for place, length in found.items() if length > LONGEST_FUNCTION} == {}


def test_every_module_says_what_it_is_for(modules: list[Module]) -> None:
    assert [module.name for module in modules if not ast.get_docstring(module.tree)] == []


def test_no_bug_is_swallowed_by_a_broad_except(modules: list[Module]) -> None:
    broad = [
        module.at(node)
        for module in modules
        for node in ast.walk(module.tree)
        if module.name != TURNS_BUGS_INTO_AN_EXIT_CODE
        and isinstance(node, ast.ExceptHandler)
        and _is_broad(node)
        and not _raises_again(node)
    ]
    assert not broad, "\n".join(broad)


def test_clock_environment_and_working_directory_are_read_only_at_the_edge(modules: list[Module]) -> None:
    reads = {
        f"{module.at(node)} reads {found}"
        for module in modules
        if module.layer not in EDGE and module.name not in EXCUSED
        for node, found in _surroundings(module.tree)
    }
    assert not reads, "\n".join(sorted(reads))


def test_what_is_excused_from_that_still_needs_the_excuse(modules: list[Module]) -> None:
    assert {module.name for module in modules if any(_surroundings(module.tree))} >= EXCUSED.keys()


def _surroundings(tree: ast.Module) -> Iterator[tuple[ast.Attribute, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id=owner), attr=name) if (owner, name) in SURROUNDINGS:
                yield node, f"{owner}.{name}"


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    docstring = function.body[0] if ast.get_docstring(function) else None
    written = (function.end_lineno or function.lineno) - function.lineno + 1
    return written - ((docstring.end_lineno or 0) - docstring.lineno + 1 if docstring else 0)


def _is_broad(clause: ast.ExceptHandler) -> bool:
    caught = clause.type.elts if isinstance(clause.type, ast.Tuple) else [clause.type]
    return any(
        one is None or (isinstance(one, ast.Name) and one.id in {"Exception", "BaseException"}) for one in caught
    )


def _raises_again(clause: ast.ExceptHandler) -> bool:
    last = clause.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None
