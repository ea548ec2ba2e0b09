from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal, localcontext
from typing import Any

import pytest

from sdflow.domain.finding import Severity
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
)
from sdflow.domain.rule_evaluation import check_facts, evaluate

SCHEMA = {
    "promise": {
        "agreement": FieldType.str,
        "minutes": FieldType.int,
        "percent": FieldType.number,
        "serial": FieldType.bool,
        "start_on": FieldType.date,
    }
}


def fact(kind: str, **fields: FactValue) -> Fact:
    return Fact(kind, fields)


def rule(*patterns: Pattern, message: str = "found", **more: Any) -> Rule:
    return Rule("R1", "A title", "R1 of the book", Severity.warning, patterns, message, **more)


def asks(field: str, operator: Operator, operand: Operand = None) -> Condition:
    return Condition(field, operator, operand)


def promise(*conditions: Condition, alias: str = "one") -> Pattern:
    return Pattern("promise", conditions, alias)


def support(*conditions: Condition, alias: str = "part") -> Pattern:
    return Pattern("support", conditions, alias)


def no_support(*conditions: Condition) -> Pattern:
    return Pattern("support", conditions, negated=True)


SAME_AGREEMENT = asks("agreement", Operator.eq, FieldOf("one", "agreement"))


def test_a_finding_carries_what_the_rule_says_and_the_facts_that_prove_it() -> None:
    facts = [fact("promise", agreement="A-1", percent=Decimal("99.90")), fact("support", agreement="A-1")]
    declared = rule(
        promise(),
        support(SAME_AGREEMENT),
        message="{one.agreement} promises {one.percent} %",
        advice="Talk about {part.agreement}",
    )
    (finding,) = evaluate([declared], facts)
    assert (finding.rule, finding.severity, finding.title) == ("R1", Severity.warning, "A title")
    assert (finding.message, finding.advice) == ("A-1 promises 99.9 %", "Talk about A-1")
    assert finding.reference == "R1 of the book"
    assert finding.matched == {
        "one": {"agreement": "A-1", "percent": Decimal("99.90")},
        "part": {"agreement": "A-1"},
    }
    assert finding.absent == ()


def test_a_finding_says_by_how_much_of_what_with_a_witness() -> None:
    declared = rule(
        promise(),
        support(SAME_AGREEMENT),
        gap=Computed(Arithmetic.sub, FieldOf("one", "percent"), FieldOf("part", "percent")),
        unit="points",
        subject="{part.supporter}",
        weakest="{part.supporter} of {one.agreement}",
        witness="{part.since}",
    )
    facts = [
        fact("promise", agreement="A-1", clause="targets.availability", percent=Decimal("99.5")),
        fact("support", agreement="A-1", percent=99, supporter="B-1  Lines", since=date(2026, 11, 14), clause="other"),
    ]
    (finding,) = evaluate([declared], facts)
    assert (finding.clause, finding.subject) == ("targets.availability", "B-1 Lines")
    assert (finding.gap, finding.unit, finding.gap_text) == (Decimal("0.5"), "points", "0.5 points")
    assert (finding.weakest, finding.witness) == ("B-1 Lines of A-1", "14 Nov 2026")
    assert (finding.records, finding.waiver) == ((), None)


def test_what_the_facts_do_not_say_a_finding_leaves_empty() -> None:
    declared = rule(
        promise(),
        gap=FieldOf("one", "minutes"),
        unit="minutes",
        subject="{one.part}",
        witness="{one.first}: {one.part}",
    )
    (bare,) = evaluate([declared], [fact("promise", agreement="A-1")])
    assert (bare.clause, bare.gap, bare.gap_text, bare.subject, bare.weakest) == ("", None, "", "", "")
    (whole,) = evaluate([declared], [fact("promise", minutes=3120, first="Monday")])
    assert (whole.gap, whole.gap_text, whole.witness) == (Decimal(3120), "3,120 minutes", "Monday: –")


@pytest.mark.parametrize(
    ("operator", "found"),
    [
        (Operator.eq, ["2"]),
        (Operator.ne, ["1", "3"]),
        (Operator.lt, ["1"]),
        (Operator.lte, ["1", "2"]),
        (Operator.gt, ["3"]),
        (Operator.gte, ["2", "3"]),
    ],
)
def test_each_comparison_finds_what_its_name_says(operator: Operator, found: list[str]) -> None:
    facts = [fact("promise", minutes=minutes) for minutes in (1, 2, 3)] + [fact("promise")]
    findings = evaluate([rule(promise(asks("minutes", operator, 2)), message="{one.minutes}")], facts)
    assert [one.message for one in findings] == found


def test_only_missing_finds_a_fact_without_the_field() -> None:
    facts = [fact("promise", agreement="A-1", minutes=1), fact("promise", agreement="A-2", minutes=None)]
    there = rule(promise(asks("minutes", Operator.exists)), message="{one.agreement}")
    not_there = rule(promise(asks("minutes", Operator.missing)), message="{one.agreement}")
    assert [one.message for one in evaluate([there], facts)] == ["A-1"]
    assert [one.message for one in evaluate([not_there], facts)] == ["A-2"]


def test_a_field_that_is_not_there_is_unequal_to_nothing() -> None:
    facts = [fact("promise", agreement="A-1"), fact("support", agreement="A-1")]
    same = asks("minutes", Operator.eq, FieldOf("one", "minutes"))
    other = asks("minutes", Operator.ne, FieldOf("one", "minutes"))
    assert evaluate([rule(promise(), support(same)), rule(promise(), support(other))], facts) == []


def test_a_fact_without_a_field_that_a_negated_pattern_refers_to_does_not_match() -> None:
    declared = rule(promise(), no_support(SAME_AGREEMENT), message="{one.minutes}")
    facts = [fact("promise", minutes=1), fact("promise", minutes=2, agreement="A-1")]
    assert [one.message for one in evaluate([declared], facts)] == ["2"]


def test_a_fact_stands_for_one_pattern_only() -> None:
    pair = rule(promise(), promise(SAME_AGREEMENT, alias="two"), message="{one.minutes} {two.minutes}")
    facts = [fact("promise", agreement="A-1", minutes=1), fact("promise", agreement="A-1", minutes=2)]
    assert [one.message for one in evaluate([pair], facts)] == ["1 2", "2 1"]
    assert evaluate([pair], facts[:1]) == []


def test_a_fact_is_not_its_own_counterexample() -> None:
    alone = rule(promise(), Pattern("promise", (SAME_AGREEMENT,), negated=True), message="{one.agreement}")
    facts = [fact("promise", agreement=name) for name in ("A-1", "A-1", "A-2")]
    assert [one.message for one in evaluate([alone], facts)] == ["A-2"]


def test_where_a_negated_pattern_stands_in_the_rule_changes_nothing() -> None:
    other = Pattern("promise", (SAME_AGREEMENT,), negated=True)
    pair = promise(SAME_AGREEMENT, alias="two")
    facts = [fact("promise", agreement=name) for name in ("A-1", "A-1", "A-2", "A-2", "A-2")]
    for declared in (rule(promise(), other, pair), rule(promise(), pair, other)):
        assert [one.matched["one"]["agreement"] for one in evaluate([declared], facts)] == ["A-1", "A-1"]


def test_equal_facts_are_found_once_each() -> None:
    facts = [fact("promise", minutes=5)] * 3
    assert len(evaluate([rule(promise())], facts)) == 3


def test_what_is_absent_is_said_in_words_with_the_values_that_were_looked_for() -> None:
    declared = rule(
        promise(),
        no_support(
            SAME_AGREEMENT,
            asks("serves_until", Operator.gte, date(2026, 11, 14)),
            asks("percent", Operator.gt, Computed(Arithmetic.mul, FieldOf("one", "percent"), Decimal("0.5"))),
            asks("reason", Operator.missing),
        ),
        Pattern("gap", negated=True),
    )
    (finding,) = evaluate([declared], [fact("promise", agreement="A-1", percent=Decimal("99.50"))])
    assert finding.absent == (
        "no support whose agreement is A-1 and serves until is at least 14 Nov 2026"
        " and percent is above 99.5 × 0.5 and reason is not given",
        "no gap",
    )


def test_a_field_that_a_message_names_and_the_fact_lacks_is_said_as_a_dash() -> None:
    (finding,) = evaluate([rule(promise(), message="{one.minutes} min of {two.minutes}")], [fact("promise")])
    assert finding.message == "– min of {two.minutes}"


def test_a_value_that_looks_like_a_place_in_the_message_is_said_as_it_is() -> None:
    (finding,) = evaluate(
        [rule(promise(), message="{one.agreement}")], [fact("promise", agreement="{one.minutes}", minutes=7)]
    )
    assert finding.message == "{one.minutes}"


@pytest.mark.parametrize(
    ("operation", "days", "start_on", "found"),
    [
        (Arithmetic.add, 1, date(2026, 3, 1), 1),
        (Arithmetic.add, 1, date(2026, 2, 27), 0),
        (Arithmetic.sub, 1, date(2026, 2, 27), 1),
        (Arithmetic.sub, 60, date(2025, 12, 30), 1),
        (Arithmetic.sub, 1, date(2026, 3, 1), 0),
    ],
)
def test_days_are_added_to_and_taken_from_dates(operation: Arithmetic, days: int, start_on: date, found: int) -> None:
    exactly = asks("start_on", Operator.eq, Computed(operation, FieldOf("one", "end_on"), FieldOf("one", "days")))
    facts = [fact("promise", end_on=date(2026, 2, 28), days=days), fact("support", start_on=start_on)]
    assert len(evaluate([rule(promise(), support(exactly))], facts)) == found


def test_days_past_the_end_of_the_calendar_are_compared_all_the_same() -> None:
    beyond = Computed(Arithmetic.add, FieldOf("one", "end_on"), 400)
    facts = [fact("promise", end_on=date(9999, 12, 31)), fact("support", start_on=date(9999, 12, 31))]
    assert len(evaluate([rule(promise(), support(asks("start_on", Operator.lt, beyond)))], facts)) == 1


def test_decimals_are_computed_exactly_whatever_precision_the_caller_has_set() -> None:
    share = Computed(Arithmetic.mul, FieldOf("one", "percent"), Decimal("0.3333333333333333333333333333333333"))
    facts = [fact("promise", percent=Decimal("999999999999.999999")), fact("support", percent=Decimal("333333333333"))]
    declared = rule(promise(), support(asks("percent", Operator.lt, share)))
    with localcontext(prec=3):
        assert len(evaluate([declared], facts)) == 1


def test_findings_are_ordered_by_rule_and_then_by_message() -> None:
    by_minutes = [
        Rule(name, "", "", Severity.advice, (promise(),), "{one.minutes}", advice=name) for name in ("R2", "R1")
    ]
    findings = evaluate(by_minutes, [fact("promise", minutes=2), fact("promise", minutes=1)])
    assert [(one.rule, one.message) for one in findings] == [("R1", "1"), ("R1", "2"), ("R2", "1"), ("R2", "2")]


def test_findings_that_say_the_same_are_ordered_by_what_was_matched() -> None:
    facts = [fact("promise", minutes=minutes) for minutes in (2, 1, 3)]
    expected = [{"one": {"minutes": minutes}} for minutes in (1, 2, 3)]
    assert [one.matched for one in evaluate([rule(promise())], facts)] == expected
    assert [one.matched for one in evaluate([rule(promise())], facts[::-1])] == expected


def test_facts_that_fit_their_kind_are_accepted() -> None:
    fits = fact(
        "promise",
        agreement="A-1",
        minutes=-5,
        percent=Decimal("-99.9000000000"),
        serial=False,
        start_on=date(2026, 1, 1),
    )
    check_facts(SCHEMA, [fits, fact("promise"), fact("promise", minutes=None), fact("promise", percent=99)])


@pytest.mark.parametrize(
    ("unfit", "said"),
    [
        (fact("promises"), "no kind of fact 'promises'"),
        (fact("promise", minute=1), "'promise' has no field 'minute'"),
        (fact("promise", agreement=1), "promise.agreement: 1 is not of type 'str'"),
        (fact("promise", minutes="5"), "promise.minutes: '5' is not of type 'int'"),
        (fact("promise", minutes=True), "promise.minutes: True is not of type 'int'"),
        (fact("promise", minutes=Decimal(5)), r"promise.minutes: Decimal\('5'\) is not of type 'int'"),
        (fact("promise", percent=True), "promise.percent: True is not of type 'number'"),
        (fact("promise", serial=1), "promise.serial: 1 is not of type 'bool'"),
        (fact("promise", start_on=datetime(2026, 1, 1)), "promise.start_on: .* is not of type 'date'"),  # noqa: DTZ001
    ],
)
def test_a_fact_that_does_not_fit_its_kind_is_a_bug_that_names_the_place(unfit: Fact, said: str) -> None:
    with pytest.raises(TypeError, match=said):
        check_facts(SCHEMA, [fact("promise"), unfit])


@pytest.mark.parametrize("number", ["1E-7", "99.9999999", "NaN", "Infinity", "1000000000000", "-1E+12", "1E-500"])
def test_a_number_that_the_engines_cannot_hold_exactly_is_a_bug_that_names_the_place(number: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"promise.percent: {number} is not finite")):
        check_facts(SCHEMA, [fact("promise", percent=Decimal(number))])


def test_a_whole_number_of_thirteen_digits_is_a_bug() -> None:
    with pytest.raises(ValueError, match=r"promise\.minutes: 1000000000000 "):
        check_facts(SCHEMA, [fact("promise", minutes=10**12)])
