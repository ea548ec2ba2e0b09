"""Many agreements are proven at once as each would be on its own, from a few queries."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event

from sdflow.adapters.rule_engine import ReferenceEngine
from sdflow.bootstrap import kinds
from sdflow.domain.trait import Dependent, Promising, Structured, Supporting
from sdflow.engine.proof import Prover
from sdflow.engine.workspace import Workspace
from sdflow.operations.check import check

GENERATOR = Path(__file__).parents[2] / "benchmarks" / "portfolio.py"
SLAS = 20


@pytest.fixture(scope="module")
def portfolio() -> Iterator[object]:
    """The generator of portfolios that the benchmarks use."""
    found = importlib.util.spec_from_file_location("portfolio", GENERATOR)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules["portfolio"] = module
    found.loader.exec_module(module)
    yield module
    del sys.modules["portfolio"]


@pytest.fixture(scope="module")
def workspace(portfolio: object, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """20 agreements on 6 services with 60 supporters, of which a few are drafts and a few have notice."""
    kinds()
    folder = tmp_path_factory.mktemp("portfolio")
    found: Workspace = portfolio.make(folder, portfolio.Size(SLAS)).workspace  # type: ignore[attr-defined]
    return found


@contextmanager
def counted(workspace: Workspace) -> Iterator[list[str]]:
    """The statements that reach the database."""
    seen: list[str] = []

    def see(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    engine = workspace.storage._engine
    event.listen(engine, "before_cursor_execute", see)
    yield seen
    event.remove(engine, "before_cursor_execute", see)


def references(workspace: Workspace, *traits: type) -> list[str]:
    with workspace.storage.reading() as reading:
        models = workspace.definitions.kinds
        return [one.reference for one in reading.records() if issubclass(models[one.kind], traits)]


def test_many_are_proven_as_each_on_its_own_and_in_the_order_asked(workspace: Workspace, portfolio: object) -> None:
    today = portfolio.TODAY  # type: ignore[attr-defined]
    asked = list(reversed(references(workspace, Promising)))
    heard: list[tuple[int, int]] = []
    with workspace.storage.writing() as plain:
        alone = [Prover(workspace, plain, today).prove(reference) for reference in asked[::3]]
    with workspace.storage.reading() as reading:
        proofs = Prover(workspace, reading, today).prove_all(asked, lambda done, of: heard.append((done, of)))
    assert [one.agreement for one in proofs] == asked
    assert proofs[::3] == alone
    assert heard == [(number, SLAS) for number in range(1, SLAS + 1)]
    assert sum(len(one.findings) for one in proofs) > SLAS


def test_a_few_queries_serve_all_agreements_however_many_they_are(workspace: Workspace, portfolio: object) -> None:
    today = portfolio.TODAY  # type: ignore[attr-defined]
    asked = references(workspace, Promising)
    numbers = []
    for some in (asked[:6], asked):
        with counted(workspace) as statements, workspace.storage.reading() as reading:
            Prover(workspace, reading, today).prove_all(some)
        numbers.append(len(statements))
    few, all_of_them = numbers
    assert all_of_them <= few + 10


def test_a_record_takes_part_in_the_proofs_whose_scenes_it_stands_in(workspace: Workspace, portfolio: object) -> None:
    today = portfolio.TODAY  # type: ignore[attr-defined]
    with workspace.storage.reading() as reading:
        prover = Prover(workspace, reading, today)
        scenes = {one.reference: prover.scene(one.reference) for one in prover.promising()}
        for reference in references(workspace, Structured, Dependent, Supporting):
            standing_in = [
                agreement
                for agreement, scene in scenes.items()
                if reference in {scene.promise.service, *scene.dependencies, *scene.supporters}
            ]
            assert prover.resting_on(reference) == standing_in
            assert standing_in


def test_both_rule_engines_find_the_same(workspace: Workspace, portfolio: object) -> None:
    today = portfolio.TODAY  # type: ignore[attr-defined]
    plain = replace(workspace, rules=ReferenceEngine(workspace.definitions.rulebook))
    for one, other in zip(check(workspace, today, []), check(plain, today, []), strict=True):
        assert replace(one, engine=other.engine) == other
