"""Random rules on random facts: durable_rules, the plain evaluator and brute force find the same."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sdflow.adapters.rule_engine import DurableEngine, ReferenceEngine
from sdflow.domain.finding import Finding, Severity
from sdflow.domain.rule import (
    Arithmetic,
    Computed,
    Condition,
    Fact,
    FactValue,
    FieldOf,
    FieldType,
    Operand,
    Operator,
    Pattern,
    Rule,
    Rulebook,
    message_text,
)

ROUNDS = int(os.environ.get("SDFLOW_FUZZ_ROUNDS", "400"))
FACT_SETS = 3

FIELDS = {
    "agreement": FieldType.str,
    "metric": FieldType.str,
    "minutes": FieldType.int,
    "limit": FieldType.int,
    "percent": FieldType.number,
    "floor": FieldType.number,
    "serial": FieldType.bool,
    "start_on": FieldType.date,
    "end_on": FieldType.date,
}
SCHEMA = dict.fromkeys(("target", "support", "route", "gap"), FIELDS)
FIRST_DAY = date(2026, 2, 27)
NUMBERS = frozenset({FieldType.int, FieldType.number})
NUMERALS = ("0", "1", "1.0", "2.7", "3", "0.9", "99.95", "0.000001", "0.333333", "0.999999", "-999999999999.999999")
ORDERED = (Operator.lt, Operator.lte, Operator.gt, Operator.gte)


class Generator:
    """Makes rules that mean something, and facts that often satisfy them."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def rulebook(self) -> Rulebook:
        return Rulebook(tuple(self.rule(number) for number in range(self.random.randint(1, 6))), SCHEMA)

    def rule(self, number: int) -> Rule:
        patterns: list[Pattern] = []
        for place in range(self.random.choice((1, 2, 2, 2, 3, 3, 4))):
            patterns.append(self.pattern(place, [one.alias for one in patterns if not one.negated]))
        there = [one.alias for one in patterns if not one.negated]
        said = " ".join(f"{{{one}.minutes}}/{{{one}.percent}}" for one in there)
        return Rule(
            f"R{number}",
            "title",
            "reference",
            Severity.breach,
            tuple(patterns),
            said,
            gap=self.gap(there),
            unit="minutes",
            advice=said,
            subject=said,
            weakest=said,
            witness=said,
        )

    def gap(self, there: list[str]) -> FieldOf | Computed | None:
        field = FieldOf(self.random.choice(there), self.random.choice(("minutes", "percent")))
        computed = Computed(self.random.choice(list(Arithmetic)), field, self.term(FieldType.number, there))
        return self.random.choice((None, field, computed))

    def pattern(self, place: int, known: list[str]) -> Pattern:
        conditions = [self.condition(()) for _ in range(self.random.choice((0, 0, 1, 1, 2)))]
        if known:
            conditions += [self.condition(known) for _ in range(self.random.choice((0, 0, 1, 1, 2)))]
            if self.random.random() < 0.93:
                conditions.append(self.equal_field(known))
        self.random.shuffle(conditions)
        negated = bool(known) and self.random.random() < 0.3
        alias = "" if negated else f"a{place}"
        return Pattern(self.random.choice(list(SCHEMA)), tuple(conditions), alias, negated)

    def equal_field(self, known: list[str]) -> Condition:
        name = self.random.choice(("agreement", "agreement", "agreement", "metric", "minutes", "percent", "start_on"))
        return Condition(name, Operator.eq, FieldOf(self.random.choice(known), name))

    def condition(self, known: list[str] | tuple[()]) -> Condition:
        name, field_type = self.random.choice(list(FIELDS.items()))
        if not known and self.random.random() < 0.2:
            return Condition(name, self.random.choice((Operator.exists, Operator.missing)))
        ordered = field_type in NUMBERS or field_type is FieldType.date
        operator = self.random.choice((Operator.eq, Operator.ne, *(ORDERED * 2 if ordered else ())))
        return Condition(name, operator, self.operand(field_type, list(known)))

    def operand(self, field_type: FieldType, known: list[str]) -> Operand:
        if field_type in NUMBERS and self.random.random() < 0.4:
            operation = self.random.choice(list(Arithmetic))
            left, right = self.term(FieldType.number, known), self.term(FieldType.number, known)
            return Computed(operation, left, right)
        if field_type is FieldType.date and self.random.random() < 0.4:
            days = self.term(FieldType.int, known) if known else self.random.randint(-9, 9)
            return Computed(
                self.random.choice((Arithmetic.add, Arithmetic.sub)), self.term(FieldType.date, known), days
            )
        return self.term(field_type, known)

    def term(self, field_type: FieldType, known: list[str]) -> FieldOf | FactValue:
        if known and self.random.random() < 0.75:
            fitting = [name for name, other in FIELDS.items() if other is field_type or {other, field_type} <= NUMBERS]
            if field_type is FieldType.int:
                fitting = ["minutes", "limit"]
            return FieldOf(self.random.choice(known), self.random.choice(fitting))
        if field_type is FieldType.number and self.random.random() < 0.3:
            return self.random.choice((Decimal("0.9"), Decimal("1.1"), Decimal("0.3333333333"), Decimal(-2), 3))
        return self.value(field_type)

    def facts(self) -> list[Fact]:
        facts = [self.fact() for _ in range(self.random.randint(0, 20))]
        return facts + [one for one in facts if self.random.random() < 0.05]

    def fact(self) -> Fact:
        given = {name: self.value(kind) for name, kind in FIELDS.items() if self.random.random() < 0.85}
        return Fact(self.random.choice(list(SCHEMA)), given)

    def value(self, field_type: FieldType) -> FactValue:
        match field_type:
            case FieldType.str:
                return self.random.choice(("A-1", "A-2", "É", "E\u0301"))
            case FieldType.int:
                return self.random.choice((0, 1, 2, 3, 9, 10, -1, 999_999_999_999))
            case FieldType.number:
                return Decimal(self.random.choice(NUMERALS))
            case FieldType.bool:
                return self.random.random() < 0.5
            case FieldType.date:
                return FIRST_DAY + timedelta(days=self.random.choice((0, 1, 2, 3, 9)))


Told = tuple[str, str, Fraction | None]
"""Rule, message and gap of a finding."""


def found_by_brute_force(rulebook: Rulebook, facts: list[Fact]) -> list[Told]:
    """What is told of every finding, by trying every combination of facts."""
    return sorted((one for rule in rulebook.rules for one in _told(rule, facts)), key=str)


def _told(rule: Rule, facts: list[Fact]) -> Iterator[Told]:
    present = [pattern for pattern in rule.match if not pattern.negated]
    operands = [condition.operand for pattern in rule.match for condition in pattern.conditions]
    parts = [part for one in operands for part in ((one.left, one.right) if isinstance(one, Computed) else (one,))]
    for places in product(range(len(facts)), repeat=len(present)):
        chosen = {pattern.alias: facts[place] for pattern, place in zip(present, places, strict=True)}
        complete = all(chosen[part.alias].get(part.field) is not None for part in parts if isinstance(part, FieldOf))
        others = [fact for place, fact in enumerate(facts) if place not in places]
        if (
            complete
            and len(set(places)) == len(places)
            and all(_satisfies(chosen[pattern.alias], pattern, chosen) for pattern in present)
            and not any(_satisfies(fact, one, chosen) for one in rule.match if one.negated for fact in others)
        ):
            message = message_text(rule.message, {alias: fact.fields for alias, fact in chosen.items()})
            yield rule.id, message, _gap(rule, chosen)


def _gap(rule: Rule, chosen: Mapping[str, Fact]) -> Fraction | None:
    parts = (rule.gap.left, rule.gap.right) if isinstance(rule.gap, Computed) else (rule.gap,)
    if any(_number(part, chosen) is None for part in parts):
        return None
    return Fraction(_number(rule.gap, chosen))


def _satisfies(fact: Fact, pattern: Pattern, chosen: Mapping[str, Fact]) -> bool:
    return fact.kind == pattern.fact and all(_holds(fact.get(one.field), one, chosen) for one in pattern.conditions)


def _holds(value: FactValue, condition: Condition, chosen: Mapping[str, Fact]) -> bool:
    if condition.operator in (Operator.exists, Operator.missing):
        return (value is None) == (condition.operator is Operator.missing)
    left, right = _number(value, chosen), _number(condition.operand, chosen)
    if left is None or right is None:
        return False
    above, below = bool(left > right), bool(left < right)
    return {
        Operator.eq: not above and not below,
        Operator.ne: above or below,
        Operator.lt: below,
        Operator.lte: not above,
        Operator.gt: above,
        Operator.gte: not below,
    }[condition.operator]


def _number(operand: Operand, chosen: Mapping[str, Fact]) -> Any:
    match operand:
        case FieldOf(alias, name):
            return _number(chosen[alias].get(name), chosen)
        case Computed(operation, left, right):
            one, other = _number(left, chosen), _number(right, chosen)
            return {Arithmetic.mul: one * other, Arithmetic.add: one + other, Arithmetic.sub: one - other}[operation]
        case date():
            return Fraction((operand - date(1, 1, 1)).days + 1)
        case int() | Decimal():
            return Fraction(operand)
    return operand


def _everything(findings: list[Finding]) -> list[dict[str, Any]]:
    return [asdict(finding) for finding in findings]


def test_durable_rules_and_the_plain_evaluator_find_the_same_in_random_facts() -> None:
    findings = 0
    for seed in range(ROUNDS):
        generator = Generator(Random(seed))
        rulebook = generator.rulebook()
        durable, reference = DurableEngine(rulebook), ReferenceEngine(rulebook)
        for _ in range(FACT_SETS):
            facts = generator.facts()
            found = reference.evaluate(facts)
            assert _everything(durable.evaluate(facts)) == _everything(found), f"seed {seed}"
            findings += len(found)
        durable.close()
    assert findings > ROUNDS, "rules that hardly ever find anything prove nothing"


def test_the_random_rules_are_nearly_all_evaluated_by_durable_rules() -> None:
    rulebooks = [Generator(Random(seed)).rulebook() for seed in range(100)]
    left_out = sum(len(DurableEngine(rulebook).left_out) for rulebook in rulebooks)
    assert left_out < sum(len(rulebook.rules) for rulebook in rulebooks) / 3


def test_the_plain_evaluator_finds_what_brute_force_finds() -> None:
    for seed in range(ROUNDS // 4):
        generator = Generator(Random(f"brute force {seed}"))
        rulebook = generator.rulebook()
        facts = generator.facts()[:8]
        found = [
            (one.rule, one.message, None if one.gap is None else Fraction(one.gap))
            for one in ReferenceEngine(rulebook).evaluate(facts)
        ]
        assert sorted(found, key=str) == found_by_brute_force(rulebook, facts), f"seed {seed}"


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 100_000), data=st.data())
def test_the_order_of_facts_never_changes_the_findings(seed: int, data: st.DataObject) -> None:
    generator = Generator(Random(seed))
    rulebook = generator.rulebook()
    facts = generator.facts()
    shuffled = data.draw(st.permutations(facts))
    for engine in (DurableEngine(rulebook), ReferenceEngine(rulebook)):
        assert _everything(engine.evaluate(shuffled)) == _everything(engine.evaluate(facts))
        engine.close()
