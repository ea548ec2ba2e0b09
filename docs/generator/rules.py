"""Rules: what must hold, read from the rule files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from docs.generator.markdown import code, table

from sdflow.domain.rule import Rule, Rulebook


def page(rulebook: Rulebook) -> str:
    """The page of all rules, by the file in which they stand."""
    files: dict[str, list[Rule]] = {}
    for rule in rulebook.rules:
        files.setdefault(Path(rule.source).name, []).append(rule)
    lines = [
        "# Rules",
        "",
        "Every rule: what must hold, where that is written, how much it weighs, and what is said where it does not.",
        "",
        "In messages, `{name.field}` stands for a field of a matched [fact](facts.md). [Write a rule](../how-to/write-a-rule.md)",
        "explains the language.",
        "",
        *table(
            ("Rule", "Title", "Severity", "Reference"),
            [(f"[{one.id}](#{_anchor(one)})", one.title, one.severity.value, one.reference) for one in rulebook.rules],
        ),
        "",
    ]
    for name, rules in sorted(files.items()):
        lines += [f"## {name}", ""]
        for rule in rules:
            lines += _rule(rule)
    return "\n".join(lines)


def _anchor(rule: Rule) -> str:
    return rule.id.lower()


def _rule(rule: Rule) -> Iterator[str]:
    yield from [f'<a id="{_anchor(rule)}"></a>', "", f"### {rule.id}: {rule.title}", ""]
    rows = [
        ("Severity", rule.severity.value),
        ("Reference", rule.reference),
        ("Looks at", _looked_at(rule)),
        ("Says", code(rule.message)),
        ("Advice", rule.advice),
        ("Witness", code(rule.witness)),
        ("Improvement", code(rule.improvement)),
        ("Cause of the item", code(rule.cause)),
        ("Figure of the item", code(rule.figure)),
        ("Where it holds", code(rule.proves)),
    ]
    yield from [*table(("", ""), [row for row in rows if row[1]]), ""]
    for example in rule.examples:
        ends = "found" if example.fires else "not found"
        yield f"- {example.name}: {ends}{f', saying “{example.says}”' if example.says else ''}"
    yield ""


def _looked_at(rule: Rule) -> str:
    named = [f"{'no ' if one.negated else ''}[{one.fact}](facts.md#{one.fact})" for one in rule.match]
    return ", ".join(named)
