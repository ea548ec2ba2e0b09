"""Facts: what rules may look at, read from the classes of the fact kinds."""

from __future__ import annotations

from collections.abc import Iterator

from docs.generator.markdown import code, documentation, filled, table

from sdflow.domain.fact import FactKind
from sdflow.domain.rule import FieldType, Rulebook

TYPES = {
    FieldType.bool: "yes or no",
    FieldType.int: "whole number",
    FieldType.str: "text",
    FieldType.number: "number",
    FieldType.date: "day",
}


def page(rulebook: Rulebook) -> str:
    """The page of all fact kinds."""
    names = sorted(rulebook.schema)
    lines = [
        "# Facts",
        "",
        "Every kind of fact that a rule may look at: what it states, its fields and their types.",
        "",
        "A field that is absent satisfies no comparison. `sdflow check REFERENCE --facts` shows those of an agreement.",
        "",
        *table(
            ("Kind", "What it states"), [(f"[{one}](#{one})", _first_sentence(FactKind.kinds[one])) for one in names]
        ),
        "",
    ]
    for name in names:
        lines += _kind(name, rulebook)
    return "\n".join(lines)


def _first_sentence(kind: type) -> str:
    return documentation(kind).partition("\n\n")[0]


def _kind(name: str, rulebook: Rulebook) -> Iterator[str]:
    asking = [rule.id for rule in rulebook.rules if name in {pattern.fact for pattern in rule.match}]
    fields = [(code(field), TYPES[type]) for field, type in rulebook.schema[name].items()]
    yield from [f"## {name}", "", filled(documentation(FactKind.kinds[name])), ""]
    yield from [*table(("Field", "Type"), fields), ""]
    links = ", ".join(f"[{one}](rules.md#{one.lower()})" for one in asking)
    yield from [f"Looked at by {links}." if asking else "No shipped rule looks at it.", ""]
