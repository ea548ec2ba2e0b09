"""Compiler: declared rules become the rulesets of the rule engine, each rule as far as the engine can be trusted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from sdflow.adapters.rule_engine.columns import Columns, engine_hash
from sdflow.domain.rule import Arithmetic, Computed, Condition, FieldOf, Operator, Pattern, Rule, Rulebook
from sdflow.domain.rule_evaluation import fields_referred_to

CAP = 500
"""How many matches of one rule the engine hands out at once."""

PATTERNS_PER_KIND = 48
"""How many patterns of one ruleset may look at the same kind; the engine's own stack ends at 64."""

PATTERNS_PER_RULE = 15
CONDITIONS_PER_PATTERN = 20

BOOT: Mapping[str, Any] = {"all": [{"m": {"kind": 0}}]}
END: Mapping[str, Any] = {"all": [{"m": {"kind": -1}}]}

_COMPARISONS = {
    Operator.ne: "$neq",
    Operator.lt: "$lt",
    Operator.lte: "$lte",
    Operator.gt: "$gt",
    Operator.gte: "$gte",
    Operator.exists: "$ex",
    Operator.missing: "$nex",
}
_ARITHMETIC = {Arithmetic.add: "$add", Arithmetic.sub: "$sub"}

Definition = dict[str, Any]


@dataclass(frozen=True)
class CompiledRule:
    """A rule with the alias of each pattern by the name that the engine knows it by."""

    rule: Rule
    aliases: Mapping[str, str]


@dataclass
class Compilation:
    """What the engine evaluates, and which rules it cannot take, each with the reason.

    `rank` orders kinds: facts of a negated kind have to be asserted before those that they veto.
    """

    columns: Columns = field(default_factory=Columns)
    rulesets: list[Definition] = field(default_factory=list)
    rules: dict[str, CompiledRule] = field(default_factory=dict)
    rank: Mapping[str, int] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)


def compiled(rulebook: Rulebook) -> Compilation:
    """The rulebook for the engine; rules that it would get wrong, or hardly ever finish, are left out."""
    compilation = Compilation()
    vetoes = _Vetoes()
    load: Counter[str] = Counter()
    for number, rule in enumerate(rulebook.rules):
        reason = _reason_against(rule) or vetoes.reason_against(rule)
        if reason:
            compilation.left_out[rule.id] = reason
            continue
        kinds = Counter(pattern.fact for pattern in rule.match)
        if not compilation.rulesets or any(load[kind] + more > PATTERNS_PER_KIND for kind, more in kinds.items()):
            compilation.rulesets.append({"boot": BOOT, "end": END})
            load.clear()
        load += kinds
        name = f"r{number}"
        draft = _Draft(compilation.columns, rule, name)
        compilation.rulesets[-1][name] = draft.definition()
        compilation.rules[name] = CompiledRule(rule, draft.aliases())
    compilation.rank = vetoes.rank()
    return compilation


def separating_field(rules: Iterable[Rule], schema: Mapping[str, Iterable[str]]) -> str | None:
    """A field on which all patterns of every rule are equal, so that facts which differ in it never meet."""
    spread = Counter(name for fields in schema.values() for name in fields)
    for rule in rules:
        shared = set.intersection(set(spread), *(_equal_names(pattern) for pattern in rule.match[1:]))
        spread = Counter({name: spread[name] for name in shared})
    return max(spread, key=lambda name: (spread[name], name), default=None)


def _equal_names(pattern: Pattern) -> set[str]:
    return {
        one.field
        for one in pattern.conditions
        if one.operator is Operator.eq and isinstance(one.operand, FieldOf) and one.operand.field == one.field
    }


def _reason_against(rule: Rule) -> str | None:
    if len(rule.match) > PATTERNS_PER_RULE:
        return f"it has more than {PATTERNS_PER_RULE} patterns"
    if any(len(pattern.conditions) > CONDITIONS_PER_PATTERN for pattern in rule.match):
        return f"a pattern has more than {CONDITIONS_PER_PATTERN} conditions"
    if any(_multiplies_two_facts(one) for pattern in rule.match for one in pattern.conditions):
        return "it multiplies fields of two facts"
    if not all(any(_joins(one) for one in pattern.conditions) for pattern in rule.match[1:]):
        return "it pairs facts that need not be equal in anything"
    return None


def _multiplies_two_facts(condition: Condition) -> bool:
    operand = condition.operand
    return (
        isinstance(operand, Computed)
        and operand.operation is Arithmetic.mul
        and len({one.alias for one in fields_referred_to(operand)}) > 1
    )


def _joins(condition: Condition) -> bool:
    return condition.operator is Operator.eq and bool(fields_referred_to(condition.operand))


class _Vetoes:
    """Which kinds have to be asserted before which; rules that would close a circle are left out."""

    def __init__(self) -> None:
        self._earlier: dict[str, set[str]] = defaultdict(set)

    def reason_against(self, rule: Rule) -> str | None:
        """Why a rule cannot be taken in, which it is where there is no reason."""
        negated = {pattern.fact for pattern in rule.match if pattern.negated}
        present = {pattern.fact for pattern in rule.match if not pattern.negated}
        if any(kind in self._all_before(other) for other in negated for kind in present):
            return "a kind of fact would have to be known both before and after another"
        for kind in present if negated else ():
            self._earlier[kind] |= negated
        return None

    def rank(self) -> dict[str, int]:
        """The kinds that take part in a veto, by how many have to come before."""
        return {kind: len(self._all_before(kind)) for kind in list(self._earlier)}

    def _all_before(self, kind: str) -> set[str]:
        found, todo = {kind}, [kind]
        while todo:
            new = self._earlier.get(todo.pop(), set()) - found
            found |= new
            todo.extend(new)
        return found


class _Draft:
    """One rule on its way into the engine's own form."""

    def __init__(self, columns: Columns, rule: Rule, name: str) -> None:
        self._columns = columns
        self._rule = rule
        self._names = [_name_in_first_slot(f"{name}p{place}") for place in range(len(rule.match))]
        self._known: dict[str, tuple[str, str]] = {}
        self._guarded: dict[str, set[str]] = defaultdict(set)

    def aliases(self) -> dict[str, str]:
        """The alias of each fact pattern by its name in the engine."""
        return {name: one.alias for name, one in zip(self._names, self._rule.match, strict=True) if not one.negated}

    def definition(self) -> Definition:
        """The rule as the engine reads it."""
        joins = [self._joins(pattern, name) for pattern, name in zip(self._rule.match, self._names, strict=True)]
        return {"cap": CAP, "all": list(self._patterns(joins))}

    def _patterns(self, joins: list[list[Definition]]) -> Iterator[Definition]:
        for pattern, name, joined in zip(self._rule.match, self._names, joins, strict=True):
            terms = [{"kind": self._columns.kind(pattern.fact)}, *self._alone(pattern), *self._guards(pattern), *joined]
            yield {f"{name}$not" if pattern.negated else name: {"$and": terms}}

    def _joins(self, pattern: Pattern, name: str) -> list[Definition]:
        """What a pattern compares with earlier ones; the last term is always true: a false one crashes."""
        joined = [
            _term(self._columns.field(pattern.fact, one.field), one.operator, self._joined(one))
            for one in pattern.conditions
            if fields_referred_to(one.operand)
        ]
        if name != self._names[0]:
            joined.append({"one": {self._names[0]: "one"}})
        if not pattern.negated:
            self._known[pattern.alias] = (pattern.fact, name)
        return joined

    def _joined(self, condition: Condition) -> Definition:
        operand = condition.operand
        if not isinstance(operand, Computed):
            return self._reference(fields_referred_to(operand)[0])
        first, *others = fields_referred_to(operand)
        if any(one.alias != first.alias for one in others):
            left, right = (self._reference(one) for one in (first, *others))
            return {_ARITHMETIC[operand.operation]: {"$l": left, "$r": right}}
        kind, name = self._known[first.alias]
        return self._guarded_column(first.alias, name, self._columns.computed(kind, operand, condition.operator))

    def _reference(self, field_of: FieldOf) -> Definition:
        kind, name = self._known[field_of.alias]
        return self._guarded_column(field_of.alias, name, self._columns.field(kind, field_of.field))

    def _guarded_column(self, alias: str, name: str, column: str) -> Definition:
        self._guarded[alias].add(column)
        return {name: column}

    def _guards(self, pattern: Pattern) -> list[Definition]:
        """The engine stops reading where a field is missing to which a later pattern refers."""
        return [] if pattern.negated else [{"$ex": {column: 1}} for column in sorted(self._guarded[pattern.alias])]

    def _alone(self, pattern: Pattern) -> Iterator[Definition]:
        for one in pattern.conditions:
            if not fields_referred_to(one.operand):
                asks = one.operator in (Operator.exists, Operator.missing)
                value = 1 if asks else self._columns.constant(one.operand, one.operator)
                yield _term(self._columns.field(pattern.fact, one.field), one.operator, value)


def _term(column: str, operator: Operator, value: int | Definition) -> Definition:
    return {column: value} if operator is Operator.eq else {_COMPARISONS[operator]: {column: value}}


def _name_in_first_slot(stem: str) -> str:
    """A name whose hash falls into the first of the engine's sixteen slots: it forgets vetoes under other names."""
    return next(name for number in count() if engine_hash(name := f"{stem}_{number}") % 16 == 0)
