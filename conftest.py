"""Collection: the examples beside rules and the journeys beside workflows, as tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from sdflow.adapters.definitions.rule_files import read_rules
from sdflow.adapters.definitions.workflow_files import read_roles, read_workflow
from sdflow.adapters.rule_engine import DurableEngine, ReferenceEngine, RuleEngine
from sdflow.domain.errors import SdflowError
from sdflow.domain.fact import schema
from sdflow.domain.finding import Finding
from sdflow.domain.rule import Example, Rule, Rulebook
from sdflow.domain.workflow import Journey, Workflow
from sdflow.engine.journeys import run_journey

ROOT = Path(__file__).parent
ROLES = ROOT / "workflows" / "roles.yaml"
LONGEST_FIRST = (
    "test_versions_in_force.py",
    "test_wheel.py",
    "test_documents_of_bad_input.py",
    "test_demonstration.py",
    "test_sixth_area.py",
    "test_catalogue_page.py",
    "test_readme.py",
    "test_versions.py",
    "test_main_job.py",
    "test_interruptions.py",
    "test_signing_ways.py",
    "test_continuity_chain.py",
    "test_continuity_test.py",
    "test_pdf.py",
    "test_page_images.py",
)
"""Files of tests by how long they take, as `--durations` told when the list was written; it changes nothing but the order."""


def pytest_configure(config: pytest.Config) -> None:
    """Have the files handed out to several processes in the order of the collection, not by their number of tests."""
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest first, so that no process is left alone with one of them at the end."""
    rank = {name: place for place, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: rank.get(item.path.name, len(rank)))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Take rule files and workflow files for files of tests."""
    if file_path.suffix != ".yaml" or file_path == ROLES:
        return None
    files: dict[Path, type[DeclaredFile]] = {ROOT / "rules": RuleFile, ROOT / "workflows": WorkflowFile}
    found = files.get(file_path.parent)
    return found.from_parent(parent, path=file_path) if found else None


class Broken(Exception):
    """A declared example or journey that does not go as its author wrote."""


class DeclaredFile(pytest.File):
    """A file that people write. What is wrong with it is said in words."""

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The faults of the file, without a traceback."""
        return _in_words(excinfo) or super().repr_failure(excinfo)


class RuleFile(DeclaredFile):
    """The rules of one topic."""

    def collect(self) -> Iterator[pytest.Item]:
        """One test for each example."""
        for rule in read_rules(self.path, schema()):
            for example in rule.examples:
                yield RuleExample.from_parent(self, name=f"{rule.id}: {example.name}", declared=(rule, example))


class WorkflowFile(DeclaredFile):
    """The life cycle of some kinds."""

    def collect(self) -> Iterator[pytest.Item]:
        """One test for each journey."""
        from sdflow.bootstrap import kinds

        workflow = read_workflow(self.path, frozenset(read_roles(ROLES)), frozenset(kinds()))
        for journey in workflow.journeys:
            yield JourneyTold.from_parent(self, name=journey.name, declared=(workflow, journey))


class Declared(pytest.Item):
    """A test that somebody declared in a file."""

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What does not go as declared, without a traceback."""
        return _in_words(excinfo) or super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The file and the name."""
        return self.path, None, self.name


class RuleExample(Declared):
    """A rule, and facts in which it must find so much and say so."""

    def __init__(self, declared: tuple[Rule, Example], **named: Any) -> None:
        super().__init__(**named)
        self.rule, self.example = declared

    def runtest(self) -> None:
        """Ask the evaluator that specifies the language and the engine that is used."""
        rulebook = Rulebook((self.rule,), schema())
        self._ask(ReferenceEngine(rulebook))
        try:
            engine = DurableEngine(rulebook)
        except ImportError:
            pytest.skip("durable_rules IS NOT INSTALLED; ONLY THE PLAIN EVALUATOR WAS ASKED")
        self._ask(engine)

    def _ask(self, engine: RuleEngine) -> None:
        findings = engine.evaluate(self.example.given)
        engine.close()
        if not _as_declared(self.example, findings):
            raise Broken("\n".join(_told(self.rule, self.example, engine.name, findings)))


class JourneyTold(Declared):
    """A workflow, and a story that must be possible in it."""

    def __init__(self, declared: tuple[Workflow, Journey], **named: Any) -> None:
        super().__init__(**named)
        self.workflow, self.journey = declared

    def runtest(self) -> None:
        """Take the moves one by one."""
        if faults := run_journey(self.workflow, self.journey):
            raise Broken("\n".join([f"{self.path.name}: {self.journey.name}", *(f"  {fault}" for fault in faults)]))


def _as_declared(example: Example, findings: Sequence[Finding]) -> bool:
    said = example.says is None or any(example.says in finding.message for finding in findings)
    return len(findings) == example.fires and said


def _told(rule: Rule, example: Example, engine: str, findings: Sequence[Finding]) -> Iterator[str]:
    yield f"{rule.source}:{rule.line}: {rule.id} ({rule.title})"
    yield f"  example: {example.name}"
    yield f"  should find {_counted(example.fires)}" + (f" and say: {example.says}" if example.says else "")
    yield f"  {engine} found {_counted(len(findings))}"
    yield from (f"    - {finding.message}" for finding in findings)


def _counted(number: int) -> str:
    return {0: "nothing", 1: "one thing"}.get(number, f"{number} things")


def _in_words(excinfo: pytest.ExceptionInfo[BaseException]) -> str | None:
    return str(excinfo.value) if isinstance(excinfo.value, Broken | SdflowError) else None
