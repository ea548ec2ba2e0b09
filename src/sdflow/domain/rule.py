"""Rule: the language in which rule files are written.

A rule is a list of patterns over facts. It finds something for every combination of distinct facts, one
for each `fact` pattern, that satisfies all conditions and for which no other fact satisfies a `none` pattern.
A field that is absent or none satisfies no comparison, and a fact that lacks a field to which a later
pattern refers does not match. `rule_evaluation` is the specification of that meaning.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sdflow.domain.finding import Severity

FactValue = str | int | Decimal | bool | date | None

RULE_ID_PATTERN = r"^[A-Z]{2,6}-[0-9]{3}[a-z]?$"
_PLACE = re.compile(r"\{(\w+)\.(\w+)\}")


class FieldType(StrEnum):
    """The type of a fact's field: text, whole number, decimal number, truth value or date."""

    str = "str"
    int = "int"
    number = "number"
    bool = "bool"
    date = "date"


class Operator(StrEnum):
    """What a condition asks of a field."""

    eq = "eq"
    ne = "ne"
    lt = "lt"
    lte = "lte"
    gt = "gt"
    gte = "gte"
    exists = "exists"
    missing = "missing"


class Arithmetic(StrEnum):
    """What may be computed on the right side of a comparison."""

    mul = "mul"
    add = "add"
    sub = "sub"


@dataclass(frozen=True)
class FieldOf:
    """`$alias.field`: the value of a field of a fact matched by an earlier pattern."""

    alias: str
    field: str

    def __str__(self) -> str:
        return f"${self.alias}.{self.field}"


@dataclass(frozen=True)
class Computed:
    """`{mul: [a, b]}`: a value computed from an operand and a constant or another operand."""

    operation: Arithmetic
    left: FieldOf | FactValue
    right: FieldOf | FactValue


Operand = FieldOf | Computed | FactValue


@dataclass(frozen=True)
class Condition:
    """One comparison of a field; `exists` and `missing` take no operand."""

    field: str
    operator: Operator
    operand: Operand = None


@dataclass(frozen=True)
class Pattern:
    """A fact that must be there, known by its alias; or, where `negated`, one that must not."""

    fact: str
    conditions: tuple[Condition, ...] = ()
    alias: str = ""
    negated: bool = False


@dataclass(frozen=True)
class Example:
    """A case beside a rule: these facts, so many findings and, where given, what the message says."""

    name: str
    given: tuple[Fact, ...]
    fires: int
    says: str | None = None


@dataclass(frozen=True)
class Rule:
    """A declared rule: what it proves, where that is written, how it weighs, what it looks for, what it says.

    `advice` says what would mend a finding. `improvement` is what has to become better where it is found, so that an
    item of the service improvement programme is raised; none where a finding raises none. Rules with the same `cause`
    raise one item for a clause between them; without one the rule itself and its subject are the cause. `figure` is the
    alias of the fact that holds the figure by which the item is judged. `proves` is the sentence
    for a fact of the first pattern's kind about which the rule found nothing. `gap` is by how much the rule does not
    hold, in `unit`; `subject` what about the clause it concerns, so that no two findings of a clause have the same;
    `weakest` what gives way first; `witness` a concrete case.
    """

    id: str
    title: str
    reference: str
    severity: Severity
    match: tuple[Pattern, ...]
    message: str
    examples: tuple[Example, ...] = ()
    advice: str = ""
    proves: str = ""
    gap: FieldOf | Computed | None = None
    unit: str = ""
    subject: str = ""
    weakest: str = ""
    witness: str = ""
    improvement: str = ""
    cause: str = ""
    figure: str = ""
    source: str = ""
    line: int = 0


@dataclass(frozen=True)
class Fact:
    """A flat, typed statement: its kind and its fields. `FactKind` classes of `domain.fact` make them.

    `version` is the version of the agreement of which it is true, where not all that are looked at share it.
    """

    kind: str
    fields: Mapping[str, FactValue]
    version: int | None = None

    def of_version(self, number: int, title: str) -> Fact:
        """The same, stated of one version of an agreement among several."""
        return replace(self, version=number)

    def get(self, name: str) -> FactValue:
        """The field's value, none where it is absent."""
        return self.fields.get(name)


FIGURE_FIELDS = frozenset(
    {"title", "achieved", "target", "unit", "comparison", "last_on", "cases", "missed_cases", "behind"}
)
"""What a fact says that holds a figure by which an improvement is judged."""

Schema = Mapping[str, Mapping[str, FieldType]]
"""What fields each fact kind has, and of which type."""


@dataclass(frozen=True)
class Rulebook:
    """All rules that are in use, the fact kinds they may name, and which files a workspace overrode."""

    rules: tuple[Rule, ...]
    schema: Schema
    overridden: tuple[str, ...] = ()

    def fact_kinds(self) -> frozenset[str]:
        """The kinds of fact that some rule looks at."""
        return frozenset(pattern.fact for rule in self.rules for pattern in rule.match)


def message_text(template: str, matched: Mapping[str, Mapping[str, Any]]) -> str:
    """The message with every `{alias.field}` replaced by what was matched, a dash where the fact lacks the field."""

    def said(place: re.Match[str]) -> str:
        alias, name = place.groups()
        return spoken(matched[alias].get(name)) if alias in matched else place.group()

    return _PLACE.sub(said, template)


def spoken(value: Any) -> str:
    """A fact's value as people say it: decimals without trailing zeros, dates as 14 Nov 2026, 13,680."""
    match value:
        case None:
            return "–"
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case Decimal():
            return format(value.normalize(), "f")
        case date():
            return f"{value.day} {value:%b %Y}"
    return str(value)
