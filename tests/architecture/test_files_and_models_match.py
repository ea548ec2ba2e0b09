from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml

from sdflow.domain.kind import Content

NOT_OF_A_KIND = {
    "stamp": "what a signature shows on the page",
    "annex": "contacts of any agreement as of a day",
    "availability_report": "how available services were in a period",
    "service_report": "what was delivered in a period against what was agreed",
    "catalogue": "every service on a day, or one of them",
    "improvements": "every improvement item on a day, or the whole programme",
    "chain": "the chains from business need to promise that proofs have found",
    "test_programme": "the tests of every continuity plan as they stand on a day",
    "risk_register": "the risks of all assessments on a day",
    "mail_reminder": "what people are told of what they owe",
    "notice": "the letter that ends any agreement",
    "redline": "what changed between two texts of any record",
}


def test_every_kind_has_one_life_cycle(repository: Path, kinds: dict[str, type[Content]]) -> None:
    assert _governed(repository) == Counter(kinds.keys())


def test_every_document_kind_has_a_template(repository: Path, kinds: dict[str, type[Content]]) -> None:
    documents = {kind for kind, model in kinds.items() if model.description.document}
    assert {kind for kind in documents if not (repository / "documents" / f"{kind}.html.j2").is_file()} == set()


def test_every_template_is_a_document_of_a_kind_or_a_shared_part(
    repository: Path, kinds: dict[str, type[Content]]
) -> None:
    templates = {path.name.removesuffix(".html.j2") for path in (repository / "documents").glob("*.html.j2")}
    assert {name for name in templates if not name.startswith("_")} <= kinds.keys() | NOT_OF_A_KIND.keys()


def test_no_two_kinds_share_the_prefix_of_their_references(kinds: dict[str, type[Content]]) -> None:
    prefixes = Counter(model.description.prefix for model in kinds.values())
    assert [prefix for prefix, count in prefixes.items() if count > 1] == []


def test_no_two_rules_share_an_id(repository: Path) -> None:
    ids = Counter(rule["id"] for rule in _rules(repository))
    assert [one for one, count in ids.items() if count > 1] == []


def test_every_rule_says_where_it_is_written_and_shows_both_sides(repository: Path) -> None:
    bare = [rule["id"] for rule in _rules(repository) if not (rule.get("reference") and _shows_both_sides(rule))]
    assert bare == []


def _shows_both_sides(rule: dict[str, list[dict[str, int]]]) -> bool:
    return {example["fires"] > 0 for example in rule.get("examples", [])} == {True, False}


def _governed(repository: Path) -> Counter[str]:
    found: Counter[str] = Counter()
    for path in (repository / "workflows").glob("*.yaml"):
        if "states" in (written := yaml.safe_load(path.read_text("utf-8"))):
            found.update(written.get("kinds", [path.stem]))
    return found


def _rules(repository: Path) -> list[dict[str, list[dict[str, int]]]]:
    files = sorted((repository / "rules").glob("*.yaml"))
    if not files:
        pytest.skip("rules/ HOLDS NO RULE FILE; NOTHING WAS CHECKED")
    return [rule for path in files for rule in yaml.safe_load(path.read_text("utf-8"))["rules"]]
