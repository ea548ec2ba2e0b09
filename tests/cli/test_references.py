"""The generated pages of docs/reference say what the program says now."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sdflow import bootstrap
from sdflow.cli.root import COMMANDS

REPOSITORY = Path(__file__).parents[2]
REFERENCE = REPOSITORY / "docs" / "reference"


def generate(repository: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "docs.generator", *options],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )


def test_no_page_is_stale() -> None:
    ended = generate(REPOSITORY, "--check")
    assert ended.returncode == 0, ended.stderr


def test_a_page_that_was_changed_by_hand_is_named_and_can_be_made_again(tmp_path: Path) -> None:
    shutil.copytree(REPOSITORY / "docs" / "generator", tmp_path / "docs" / "generator")
    shutil.copytree(REFERENCE, tmp_path / "docs" / "reference")
    page = tmp_path / "docs" / "reference" / "rules.md"
    page.write_text(page.read_text("utf-8").replace("SLM-001", "SLM-9999"), "utf-8")
    (page.parent / "left.md").write_text("a page of what is no more", "utf-8")

    ended = generate(tmp_path, "--check")
    assert ended.returncode == 1
    assert ended.stderr.startswith(
        "left.md, rules.md in docs/reference: not what the program says now; run 'make docs'"
    )
    assert generate(tmp_path).returncode == 0
    assert page.read_text("utf-8") == (REFERENCE / "rules.md").read_text("utf-8")
    assert not (page.parent / "left.md").exists()


def names() -> Iterator[tuple[str, str]]:
    declared = bootstrap.definitions()
    yield from (("commands.md", f"\n## {name}\n") for name in COMMANDS)
    yield from (("rules.md", f"{rule.id}: {rule.title}") for rule in declared.rulebook.rules)
    yield from (("facts.md", f"\n## {kind}\n") for kind in declared.rulebook.schema)
    yield from (("kinds.md", f"\n## {kind}\n") for kind in declared.kinds)
    for workflow in declared.workflows.values():
        yield from (("workflows.md", f"| `{one.name}` | {one.meaning} |") for one in workflow.states)
        yield from (("workflows.md", f"| `{one.name}` |") for one in workflow.steps)


def test_nothing_that_is_declared_is_left_out() -> None:
    assert [(page, name) for page, name in names() if name not in (REFERENCE / page).read_text("utf-8")] == []


@pytest.mark.parametrize("name", sorted(path.name for path in REFERENCE.glob("*.md")))
def test_every_link_leads_somewhere(name: str) -> None:
    text = (REFERENCE / name).read_text("utf-8")
    for page, anchor in re.findall(r"\]\(([\w./-]*)#?([\w-]*)\)", text):
        target = REFERENCE / (page or name)
        assert target.is_file(), page
        if anchor:
            heads = re.findall(r"^#+ (.*)$|<a id=\"([\w-]+)\"", target.read_text("utf-8"), flags=re.MULTILINE)
            known = {given or head.lower().replace(" ", "-") for head, given in heads}
            assert anchor in known, f"{page}#{anchor}"
