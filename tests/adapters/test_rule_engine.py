from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from sdflow.adapters.rule_engine import DurableEngine, EngineError, ReferenceEngine, RuleEngine, rule_engine
from sdflow.adapters.rule_engine.compiler import BOOT, END
from sdflow.adapters.rule_engine.session import Ruleset
from sdflow.domain.errors import Refused, Unreadable
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
)

FIELDS = {
    "agreement": FieldType.str,
    "part": FieldType.str,
    "minutes": FieldType.int,
    "percent": FieldType.number,
    "serial": FieldType.bool,
    "start_on": FieldType.date,
}
SCHEMA = {"promise": FIELDS, "support": FIELDS, "gap": FIELDS}


def asks(field: str, operator: Operator, operand: Operand = None) -> Condition:
    return Condition(field, operator, operand)


def same(field: str, alias: str = "one") -> Condition:
    return Condition(field, Operator.eq, FieldOf(alias, field))


def pattern(kind: str, *conditions: Condition, alias: str = "one") -> Pattern:
    return Pattern(kind, conditions, alias)


def absent(kind: str, *conditions: Condition) -> Pattern:
    return Pattern(kind, conditions, negated=True)


def rule(*patterns: Pattern, rule_id: str = "R1", message: str = "found", **more: Any) -> Rule:
    return Rule(rule_id, "A title", "R1", Severity.breach, patterns, message, **more)


def fact(kind: str, **fields: FactValue) -> Fact:
    return Fact(kind, fields)


Find = Callable[..., list[Finding]]


@pytest.fixture
def find() -> Iterator[Find]:
    """Evaluates rules by both engines, makes sure that they agree in everything, and gives what they found."""
    opened: list[DurableEngine] = []

    def evaluate(rules: list[Rule], facts: list[Fact], taken: bool = True) -> list[Finding]:
        rulebook = Rulebook(tuple(rules), SCHEMA)
        durable = DurableEngine(rulebook)
        opened.append(durable)
        assert bool(durable.left_out) is not taken, durable.left_out
        found = durable.evaluate(facts)
        assert [asdict(one) for one in found] == [asdict(one) for one in ReferenceEngine(rulebook).evaluate(facts)]
        return found

    yield evaluate
    for engine in opened:
        engine.close()


UNSUPPORTED = rule(
    pattern("promise"), absent("support", same("agreement"), same("part")), message="{one.agreement} {one.part}"
)
TOO_SLOW = rule(
    pattern("promise"),
    pattern("support", same("agreement"), asks("minutes", Operator.gt, FieldOf("one", "minutes")), alias="part"),
    rule_id="R2",
    message="{one.agreement}: {part.minutes} over {one.minutes}",
)


@pytest.mark.parametrize("order", [1, -1])
def test_a_fact_vetoes_whether_it_comes_before_or_after_what_it_vetoes(find: Find, order: int) -> None:
    facts = [
        fact("promise", agreement="A-1", part="disk"),
        fact("promise", agreement="A-1", part="net"),
        fact("support", agreement="A-1", part="net"),
        fact("support", agreement="A-2", part="disk"),
    ]
    assert [one.message for one in find([UNSUPPORTED], facts[::order])] == ["A-1 disk"]


def test_a_veto_between_two_facts_that_are_there_holds(find: Find) -> None:
    declared = rule(
        pattern("promise"),
        absent("gap", same("agreement")),
        pattern("support", same("agreement"), alias="part"),
        message="{one.agreement}",
    )
    facts = [fact(kind, agreement=name) for name in ("A-1", "A-2") for kind in ("promise", "support")]
    assert [one.message for one in find([declared], [*facts, fact("gap", agreement="A-2")])] == ["A-1"]


def test_a_fact_without_a_compared_field_hides_no_other_finding(find: Find) -> None:
    facts = [
        fact("promise", agreement="A-1"),
        fact("promise", minutes=5),
        fact("support", agreement="A-1"),
        fact("support", minutes=9),
        fact("promise", agreement="A-1", minutes=5, part=None),
        fact("support", agreement="A-1", minutes=9),
    ]
    assert [one.message for one in find([UNSUPPORTED, TOO_SLOW], facts)] == ["A-1: 9 over 5"]


def test_a_comparison_that_is_never_true_finds_nothing(find: Find) -> None:
    facts = [fact(kind, agreement="A-1", minutes=5) for kind in ("promise", "support") for _ in range(40)]
    assert find([TOO_SLOW], facts) == []


def test_two_hundred_rules_may_look_at_the_same_kind(find: Find) -> None:
    rules = [rule(pattern("promise", asks("minutes", Operator.eq, n)), rule_id=f"R{n:03}") for n in range(200)]
    found = find(rules, [fact("promise", minutes=n) for n in range(200)])
    assert [one.rule for one in found] == [f"R{n:03}" for n in range(200)]


def test_fifty_joining_rules_of_three_patterns_on_one_kind_are_split_and_all_find(find: Find) -> None:
    rules = [
        rule(
            pattern("promise", asks("minutes", Operator.eq, n)),
            pattern("promise", same("agreement"), asks("minutes", Operator.eq, n + 1), alias="two"),
            pattern("promise", same("agreement"), asks("minutes", Operator.eq, n + 2), alias="three"),
            rule_id=f"R{n:02}",
        )
        for n in range(50)
    ]
    assert len(find(rules, [fact("promise", agreement="A-1", minutes=n) for n in range(52)])) == 50


def test_a_rule_may_find_more_than_the_engine_hands_out_at_once(find: Find) -> None:
    facts = [fact(kind, agreement="A-1", minutes=n) for kind in ("promise", "support") for n in range(50)]
    assert len(find([TOO_SLOW], facts)) == 50 * 49 // 2


def test_no_facts_and_no_rules_mean_no_findings(find: Find) -> None:
    assert find([UNSUPPORTED], []) == []
    assert find([], [fact("promise")]) == []
    assert find([UNSUPPORTED], [fact("gap"), fact("promise")]) == []


def test_thousands_of_facts_are_evaluated_in_parts_that_never_meet(find: Find) -> None:
    names = [f"A-{n}" for n in range(700)]
    facts = [fact("promise", agreement=name, part="disk", minutes=n) for n, name in enumerate(names)]
    facts += [fact("support", agreement=name, part="disk", minutes=350) for name in names[::2]]
    facts += [fact("support", agreement="A-1", part=f"p{n}", minutes=0) for n in range(1500)]
    found = find([UNSUPPORTED, TOO_SLOW], facts)
    assert [one.rule for one in found].count("R1") == 350
    assert [one.rule for one in found].count("R2") == 175


def test_thousands_of_facts_that_may_all_meet_are_evaluated_together(find: Find) -> None:
    by_part = rule(pattern("promise"), pattern("support", same("part"), alias="part"), rule_id="R3")
    facts = [fact("promise", agreement=f"A-{n}", part=f"p{n}") for n in range(1500)]
    facts += [fact("support", agreement=f"B-{n}", part=f"p{n}") for n in range(1500)]
    assert len(find([UNSUPPORTED, by_part], facts)) == 3000


def test_more_facts_than_one_session_holds_are_refused() -> None:
    engine = DurableEngine(Rulebook((UNSUPPORTED,), SCHEMA))
    with pytest.raises(EngineError, match="200001 facts would have to meet"):
        engine.evaluate([fact("promise", agreement="A-1")] * 200_001)


def test_an_engine_may_be_asked_more_often_than_it_has_sessions() -> None:
    engine = DurableEngine(Rulebook((UNSUPPORTED, TOO_SLOW), SCHEMA))
    for n in range(1100):
        found = engine.evaluate([fact("promise", agreement=f"A-{n}", part="disk", minutes=n)])
        assert [one.message for one in found] == [f"A-{n} disk"]


def test_threads_that_share_an_engine_find_only_their_own() -> None:
    engine = DurableEngine(Rulebook((UNSUPPORTED, TOO_SLOW), SCHEMA))

    def found(n: int) -> list[str]:
        promised = fact("promise", agreement=f"A-{n}", part="disk", minutes=n)
        facts = [promised, fact("support", agreement=f"A-{n}", part="disk", minutes=n + 1)]
        return [one.message for one in engine.evaluate(facts * 5)]

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(found, range(300))) == [[f"A-{n}: {n + 1} over {n}"] * 25 for n in range(300)]


def test_two_engines_in_one_process_do_not_meet() -> None:
    one = DurableEngine(Rulebook((rule(pattern("promise", asks("minutes", Operator.gt, 5))),), SCHEMA))
    other = DurableEngine(Rulebook((rule(pattern("promise", asks("minutes", Operator.lt, 5))),), SCHEMA))
    high, low = [fact("promise", minutes=9)], [fact("promise", minutes=1)]
    assert [len(engine.evaluate(facts)) for engine in (one, other, one) for facts in (high, low)] == [1, 0, 0, 1, 1, 0]
    one.close()
    assert len(other.evaluate(low)) == 1


def test_texts_are_equal_only_where_they_are_the_same_text(find: Find) -> None:
    texts = ["é", "e\u0301", "1", "1.0", "01", "true", "", " ", '"', "\\", "\x00", "x" * 100_000, "\ud800", "$s"]
    facts = [fact(kind, agreement=text) for kind in ("promise", "support") for text in texts]
    pairs = find([rule(pattern("promise"), pattern("support", same("agreement"), alias="part"))], facts)
    assert sorted(str(one.matched["part"]["agreement"]) for one in pairs) == sorted(texts)
    assert len(find([rule(pattern("promise", asks("agreement", Operator.eq, "1")))], facts)) == 1
    assert len(find([rule(pattern("promise", asks("agreement", Operator.ne, "1")))], facts)) == len(texts) - 1


def test_fields_may_have_names_that_the_engine_keeps_for_itself_or_cannot_tell_apart() -> None:
    names = ("id", "sid", "$s", "kind", "one", "m", "c0", "costarring", "liquid", "Größe")
    schema = {kind: dict.fromkeys(names, FieldType.int) for kind in ("promise", "support")}
    rules = tuple(
        rule(pattern("promise"), pattern("support", same(name), alias="part"), rule_id=f"R{n}")
        for n, name in enumerate(names)
    )
    facts = [Fact("promise", {name: n for n, name in enumerate(names)})]
    facts += [Fact("support", {name: n}) for n, name in enumerate(names)]
    found = DurableEngine(Rulebook(rules, schema)).evaluate(facts)
    assert [one.rule for one in found] == [f"R{n}" for n in range(len(names))]


def test_the_smallest_and_the_largest_numbers_are_told_apart(find: Find) -> None:
    numbers = [Decimal(one) for one in ("0.000001", "0.000002", "999999999999.999998", "999999999999.999999")]
    facts = [fact("promise", percent=one) for one in [*numbers, *(-one for one in numbers)]]
    facts += [fact("support", percent=one) for one in numbers]
    equal = rule(pattern("promise"), pattern("support", same("percent"), alias="part"), message="{one.percent}")
    assert {one.message for one in find([equal], facts)} == {f"{one:f}" for one in numbers}
    at_least = rule(pattern("promise", asks("percent", Operator.gte, Decimal("999999999999.999999"))))
    assert len(find([at_least], facts)) == 1


def test_whole_numbers_and_decimals_of_the_same_value_are_equal(find: Find) -> None:
    equal = asks("minutes", Operator.eq, FieldOf("one", "percent"))
    facts = [fact("promise", percent=Decimal("30.00")), fact("support", minutes=30), fact("support", minutes=31)]
    assert len(find([rule(pattern("promise"), pattern("support", equal, alias="part"))], facts)) == 1


def test_a_share_is_computed_exactly_where_binary_fractions_would_be_too_small(find: Find) -> None:
    share = Computed(Arithmetic.mul, FieldOf("one", "minutes"), Decimal("0.57"))
    more = rule(
        pattern("promise"), pattern("support", same("agreement"), asks("minutes", Operator.gt, share), alias="part")
    )
    facts = [fact("promise", agreement="A-1", minutes=100), fact("support", agreement="A-1", minutes=57)]
    assert 57 > 100 * 0.57
    assert find([more], facts) == []


@pytest.mark.parametrize(
    ("operator", "below", "above"),
    [
        (Operator.lt, 1, 0),
        (Operator.lte, 1, 0),
        (Operator.gt, 0, 1),
        (Operator.gte, 0, 1),
        (Operator.eq, 0, 0),
        (Operator.ne, 1, 1),
    ],
)
def test_a_product_with_more_places_than_a_field_can_have_lies_between_two_fields(
    find: Find, operator: Operator, below: int, above: int
) -> None:
    third = Computed(Arithmetic.mul, FieldOf("one", "percent"), Decimal("0.3333333333"))
    declared = rule(
        pattern("promise"), pattern("support", same("agreement"), asks("percent", operator, third), alias="part")
    )
    constant = rule(pattern("support", asks("percent", operator, Decimal("0.9999999999"))), rule_id="R2")
    for percent, expected in ((Decimal("0.999999"), below), (Decimal(1), above)):
        facts = [
            fact("promise", agreement="A-1", percent=Decimal(3)),
            fact("support", agreement="A-1", percent=percent),
        ]
        assert [one.rule for one in find([declared, constant], facts)] == ["R1", "R2"] * expected


def test_sums_over_fields_of_two_facts_are_compared(find: Find) -> None:
    total = Computed(Arithmetic.add, FieldOf("one", "minutes"), FieldOf("part", "minutes"))
    declared = rule(
        pattern("promise"),
        pattern("support", same("agreement"), alias="part"),
        pattern("gap", same("agreement"), asks("minutes", Operator.eq, total), alias="gap"),
    )
    kinds = (("promise", 10), ("support", 20), ("gap", 30), ("gap", 31))
    assert len(find([declared], [fact(kind, agreement="A-1", minutes=n) for kind, n in kinds])) == 1


def test_days_between_two_dates_and_days_after_a_date_are_compared(find: Find) -> None:
    days_between = Computed(Arithmetic.sub, FieldOf("part", "start_on"), FieldOf("one", "start_on"))
    days_after = Computed(Arithmetic.add, FieldOf("one", "start_on"), FieldOf("one", "minutes"))
    declared = rule(
        pattern("promise"),
        pattern("support", same("agreement"), asks("start_on", Operator.gte, days_after), alias="part"),
        pattern("gap", same("agreement"), asks("minutes", Operator.eq, days_between), alias="gap"),
    )
    facts = [
        fact("promise", agreement="A-1", start_on=date(2028, 2, 28), minutes=2),
        fact("support", agreement="A-1", start_on=date(2028, 3, 1)),
        fact("support", agreement="A-1", start_on=date(2028, 2, 29)),
        fact("gap", agreement="A-1", minutes=2),
    ]
    assert [one.matched["part"]["start_on"] for one in find([declared], facts)] == [date(2028, 3, 1)]


CIRCLE = [
    rule(pattern("promise"), absent("support", same("agreement"))),
    rule(pattern("support"), absent("promise", same("agreement")), rule_id="R2"),
]
LONG = rule(pattern("promise"), *(pattern("promise", same("agreement"), alias=f"p{n}") for n in range(15)))
WIDE = rule(pattern("promise", *(asks("minutes", Operator.ne, n) for n in range(21))))
PRODUCT = rule(
    pattern("promise"),
    pattern("support", same("agreement"), alias="part"),
    pattern(
        "gap",
        same("agreement"),
        asks("minutes", Operator.gt, Computed(Arithmetic.mul, FieldOf("one", "minutes"), FieldOf("part", "minutes"))),
        alias="gap",
    ),
)
UNJOINED = rule(
    pattern("promise"),
    pattern("support", asks("start_on", Operator.lt, FieldOf("one", "start_on")), alias="part"),
)
SELF_VETO = rule(pattern("promise"), absent("promise", same("agreement")))


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        (CIRCLE, "before and after another"),
        ([LONG], "more than 15 patterns"),
        ([WIDE], "more than 20 conditions"),
        ([PRODUCT], "multiplies fields of two facts"),
        ([UNJOINED], "need not be equal in anything"),
        ([SELF_VETO], "before and after another"),
    ],
    ids=["circle", "long", "wide", "product", "unjoined", "self-veto"],
)
def test_a_rule_that_durable_rules_gets_wrong_is_left_to_the_plain_evaluator(
    find: Find, rules: list[Rule], reason: str
) -> None:
    facts = [
        fact("promise", agreement="A-1", minutes=30, start_on=date(2026, 2, 1)),
        fact("support", agreement="A-2", minutes=2, start_on=date(2026, 1, 1)),
        fact("promise", agreement="A-3", minutes=2),
        fact("support", agreement="A-3", minutes=2),
        fact("gap", agreement="A-3", minutes=5),
    ]
    found = find(rules, facts, taken=False)
    assert bool(found) is (rules != [LONG])
    (stated,) = DurableEngine(Rulebook(tuple(rules), SCHEMA)).left_out.values()
    assert reason in stated


def test_rules_that_mean_nothing_are_unreadable_with_every_fault_in_its_place() -> None:
    unsound = [
        rule(pattern("promises"), source="rules/a.yaml", line=3),
        rule(
            pattern("promise", asks("minute", Operator.eq, 1), asks("agreement", Operator.lt, "A-1")),
            pattern("support", asks("minutes", Operator.eq, FieldOf("two", "minutes")), alias="part"),
            pattern("gap", asks("percent", Operator.eq, FieldOf("part", "share")), alias="part"),
            rule_id="R2",
            source="rules/a.yaml",
            line=9,
        ),
        rule(absent("promise"), rule_id="R3", source="rules/b.yaml", line=1),
        rule(
            pattern("promise", asks("minutes", Operator.eq), asks("serial", Operator.eq, 1)),
            pattern(
                "support",
                asks("start_on", Operator.gt, Computed(Arithmetic.mul, FieldOf("one", "start_on"), 2)),
                alias="part",
            ),
            rule_id="R2",
            source="rules/b.yaml",
            line=5,
        ),
    ]
    for engine in (DurableEngine, ReferenceEngine):
        with pytest.raises(Unreadable) as caught:
            engine(Rulebook(tuple(unsound), SCHEMA))
        said = [str(fault) for fault in caught.value.faults]
        assert said == [
            "rules/a.yaml:3: R1: there is no kind of fact 'promises'; known: gap, promise, support",
            f"rules/a.yaml:9: R2: promise.minute: 'promise' has no such field; known: {', '.join(FIELDS)}",
            "rules/a.yaml:9: R2: promise.agreement: values of type 'str' have no order, so 'lt' says nothing",
            "rules/a.yaml:9: R2: support.minutes: $two.minutes refers to no earlier pattern; known: one",
            f"rules/a.yaml:9: R2: gap.percent: $part.share is no field; known: {', '.join(FIELDS)}",
            "rules/a.yaml:9: R2: its pattern for 'gap' needs an alias of its own",
            "rules/a.yaml:9: R2: another rule has this id",
            "rules/b.yaml:1: R3: its first pattern has to be a fact that is there",
            "rules/b.yaml:5: R2: promise.minutes: it has to be compared with a value;"
            " 'exists' and 'missing' ask whether there is one",
            "rules/b.yaml:5: R2: promise.serial: it is of type 'bool' and cannot be compared with one of type 'int'",
            "rules/b.yaml:5: R2: support.start_on: 'mul' cannot be computed from types 'date' and 'int'",
            "rules/b.yaml:5: R2: another rule has this id",
        ]


@pytest.mark.parametrize(
    ("gap", "said"),
    [
        (FieldOf("one", "agreement"), "gap: it is of type 'str', and a gap is a number"),
        (FieldOf("two", "minutes"), "gap: $two.minutes refers to no earlier pattern; known: one"),
        (
            Computed(Arithmetic.add, FieldOf("one", "start_on"), 3),
            "gap: it is of type 'date', and a gap is a number",
        ),
    ],
)
def test_a_gap_that_is_no_number_is_unreadable(gap: FieldOf | Computed, said: str) -> None:
    for engine in (DurableEngine, ReferenceEngine):
        with pytest.raises(Unreadable) as caught:
            engine(Rulebook((rule(pattern("promise"), gap=gap, source="rules/a.yaml", line=3),), SCHEMA))
        assert [str(fault) for fault in caught.value.faults] == [f"rules/a.yaml:3: R1: {said}"]


def test_both_engines_say_by_how_much_of_what_and_with_which_witness(find: Find) -> None:
    shared = rule(
        pattern("promise"),
        pattern("support", same("agreement"), alias="part"),
        gap=Computed(Arithmetic.sub, FieldOf("one", "percent"), FieldOf("part", "percent")),
        unit="points",
        subject="{part.part}",
        weakest="{part.part}",
        witness="on {one.start_on}",
    )
    facts = [fact("promise", agreement="A-1", percent=Decimal("99.5"), start_on=date(2026, 11, 14))]
    facts += [fact("support", agreement="A-1", part=f"p{n}", percent=Decimal(n)) for n in range(90, 95)]
    found = find([shared], facts)
    assert {one.subject: one.gap_text for one in found} == {f"p{n}": f"{99.5 - n} points" for n in range(90, 95)}
    assert {one.witness for one in found} == {"on 14 Nov 2026"}


def test_a_fact_that_does_not_fit_is_a_bug_even_where_no_rule_looks_at_it() -> None:
    rulebook = Rulebook((UNSUPPORTED,), SCHEMA)
    for engine in (DurableEngine(rulebook), ReferenceEngine(rulebook)):
        with pytest.raises(TypeError, match=r"gap\.minutes: 'soon'"):
            engine.evaluate([fact("gap", minutes="soon")])


Row = dict[str, int | str]

LOOKED_AT: dict[str, Any] = {"cap": 500, "all": [{"a": {"$and": [{"kind": 1}]}}]}
UNGUARDED: dict[str, Any] = {
    "cap": 500,
    "all": [
        {"a": {"$and": [{"kind": 1}]}},
        {"b": {"$and": [{"kind": 2}, {"$gt": {"c0": {"a": "c0"}}}, {"one": {"a": "one"}}]}},
    ],
}


def row(place: int, kind: int, **columns: int) -> Row:
    return {"id": f"{place:06d}", "kind": kind, "one": 1, **columns}


def test_a_batch_that_the_engine_did_not_read_to_its_end_is_never_believed() -> None:
    without_end = Ruleset({"boot": BOOT, "r0": LOOKED_AT})
    with pytest.raises(EngineError, match="before the end"):
        without_end.hits([row(0, 1)])


def test_two_facts_under_one_name_are_never_believed() -> None:
    ruleset = Ruleset({"boot": BOOT, "end": END, "r0": LOOKED_AT})
    with pytest.raises(EngineError, match="already seen"):
        ruleset.hits([row(0, 1), row(0, 1)])


def test_an_engine_that_gave_up_works_again_on_the_next_facts() -> None:
    ruleset = Ruleset({"boot": BOOT, "end": END, "r0": UNGUARDED})
    with pytest.raises(EngineError, match="gave up"):
        ruleset.hits([row(0, 1), row(1, 2, c0=5)])
    assert ruleset.hits([row(0, 1, c0=4), row(1, 2, c0=5)]) == {("r0", (("a", 0), ("b", 1)))}


def test_a_closed_engine_says_so_and_may_be_closed_again() -> None:
    engine = DurableEngine(Rulebook((UNSUPPORTED,), SCHEMA))
    engine.close()
    engine.close()
    with pytest.raises(EngineError, match="closed"):
        engine.evaluate([])


def test_durable_rules_evaluates_unless_the_plain_evaluator_is_asked_for() -> None:
    rulebook = Rulebook((UNSUPPORTED,), SCHEMA)
    chosen: list[RuleEngine] = [rule_engine(rulebook), rule_engine(rulebook, "durable_rules")]
    chosen.append(rule_engine(rulebook, "reference"))
    assert [(one.name, one.fallback_reason) for one in chosen] == [
        ("durable_rules", None),
        ("durable_rules", None),
        ("reference", None),
    ]


def test_an_engine_that_nobody_knows_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(Refused, match=r"no rule engine 'clips'\n  known: durable_rules, reference"):
        rule_engine(Rulebook((), SCHEMA), "clips")


def test_the_plain_evaluator_steps_in_where_the_c_module_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "durable_rules_engine", None)
    monkeypatch.delitem(sys.modules, "sdflow.adapters.rule_engine.session")
    engine = rule_engine(Rulebook((UNSUPPORTED,), SCHEMA))
    assert engine.name == "reference"
    assert engine.fallback_reason is not None
    assert "sdflow[engine]" in engine.fallback_reason
    assert "\n" not in engine.fallback_reason
    found = engine.evaluate([fact("promise", agreement="A-1", part="disk")])
    assert [one.message for one in found] == ["A-1 disk"]


def test_the_c_module_is_loaded_only_when_an_engine_is_made() -> None:
    program = "import sdflow.adapters.rule_engine, sys; print('durable_rules_engine' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert ended.stdout == "False\n"
