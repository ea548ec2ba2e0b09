"""Rule files: rules as they are declared, and every fault of a file at once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdflow.adapters.definitions.rule_files import read_rules
from sdflow.bootstrap import content_folder
from sdflow.domain.errors import Fault, Unreadable
from sdflow.domain.fact import schema as fact_schema
from sdflow.domain.finding import Severity
from sdflow.domain.rule import (
    Arithmetic,
    Computed,
    Condition,
    Example,
    Fact,
    FactValue,
    FieldOf,
    FieldType,
    Operator,
    Pattern,
    Rule,
    Schema,
)
from sdflow.domain.rule_evaluation import evaluate

SCHEMA: Schema = {
    "gate": {
        "name": FieldType.str,
        "height": FieldType.number,
        "bars": FieldType.int,
        "locked": FieldType.bool,
        "painted_on": FieldType.date,
    },
    "fence": {
        "gate": FieldType.str,
        "height": FieldType.number,
        "posts": FieldType.int,
        "built_on": FieldType.date,
        "days": FieldType.int,
        "wooden": FieldType.bool,
    },
    "paint": {"gate": FieldType.str},
}

RULES = """\
rules:
  - id: GDN-001
    title: No gate is lower than its fence
    reference: garden law 3
    severity: breach
    advice: raise {gate.name}
    proves: "{gate.name} is high enough"
    match:
      - {as: gate, fact: gate, where: {locked: no, bars: {gte: 3, lt: 9}, painted_on: {exists: true}, height: {ne: 1.50}}}
      - as: fence
        fact: fence
        where: {gate: $gate.name, height: {gt: {mul: [$gate.height, 1.1]}}, built_on: {lte: {add: [$gate.painted_on, 30]}}}
      - {none: paint, where: {gate: $gate.name}}
    message: "{gate.name} is {gate.height} m high, its fence {fence.height} m"
    examples:
      - name: a gate below its fence
        given:
          - {fact: gate, name: South, height: 1, bars: 4, locked: false, painted_on: 2027-01-01}
          - {fact: fence, gate: South, height: 1.20, built_on: 2027-01-31, days: ~}
        fires: 1
        says: South is 1 m high
      - {name: no gate, given: [], fires: 0}
"""
SECOND = RULES.removeprefix("rules:\n").replace("GDN-001", "GDN-002")


def write(folder: Path, text: str) -> Path:
    path = folder / "garden.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def read(folder: Path, text: str) -> tuple[Rule, ...]:
    return read_rules(write(folder, text), SCHEMA)


def faults_of(folder: Path, *changes: tuple[str, str]) -> list[str]:
    text = RULES
    for written, changed in changes:
        assert written in text
        text = text.replace(written, changed, 1)
    return faults_in(folder, text)


def faults_in(folder: Path, text: str) -> list[str]:
    with pytest.raises(Unreadable) as caught:
        read(folder, text)
    assert {fault.source for fault in caught.value.faults} == {str(folder / "garden.yaml")}
    return [f"{fault.line}: {fault.field}: {fault.message}" for fault in caught.value.faults]


def test_a_rule_file_becomes_rules(tmp_path: Path) -> None:
    (rule,) = read(tmp_path, RULES)

    day = date(2027, 1, 1)
    raised = Computed(Arithmetic.mul, FieldOf("gate", "height"), Decimal("1.1"))
    later = Computed(Arithmetic.add, FieldOf("gate", "painted_on"), 30)
    gate: dict[str, FactValue] = {"name": "South", "height": Decimal(1), "bars": 4, "locked": False, "painted_on": day}
    fence: dict[str, FactValue] = {"gate": "South", "height": Decimal("1.20"), "built_on": date(2027, 1, 31)}
    assert rule == Rule(
        id="GDN-001",
        title="No gate is lower than its fence",
        reference="garden law 3",
        severity=Severity.breach,
        match=(
            Pattern(
                "gate",
                (
                    Condition("locked", Operator.eq, False),
                    Condition("bars", Operator.gte, 3),
                    Condition("bars", Operator.lt, 9),
                    Condition("painted_on", Operator.exists),
                    Condition("height", Operator.ne, Decimal("1.5")),
                ),
                "gate",
            ),
            Pattern(
                "fence",
                (
                    Condition("gate", Operator.eq, FieldOf("gate", "name")),
                    Condition("height", Operator.gt, raised),
                    Condition("built_on", Operator.lte, later),
                ),
                "fence",
            ),
            Pattern("paint", (Condition("gate", Operator.eq, FieldOf("gate", "name")),), negated=True),
        ),
        message="{gate.name} is {gate.height} m high, its fence {fence.height} m",
        examples=(
            Example("a gate below its fence", (Fact("gate", gate), Fact("fence", fence)), 1, "South is 1 m high"),
            Example("no gate", (), 0),
        ),
        advice="raise {gate.name}",
        proves="{gate.name} is high enough",
        source=str(tmp_path / "garden.yaml"),
        line=2,
    )


def test_what_was_read_means_what_the_examples_say(tmp_path: Path) -> None:
    (rule,) = read(tmp_path, RULES)

    for example in rule.examples:
        findings = evaluate([rule], example.given)
        assert len(findings) == example.fires
        assert all((example.says or "") in finding.message for finding in findings)


CONDITIONS: dict[str, tuple[str, str]] = {
    "wooden: maybe": ("wooden", "must be true or false, but 'maybe' was found"),
    "posts: 3.5": ("posts", "must be a whole number such as 240, but '3.5' was found"),
    "posts: 1000000000000": ("posts", "must be a whole number such as 240, but '1000000000000' was found"),
    "height: high": ("height", "must be a number such as 99.5, with at most six decimal places, but 'high' was found"),
    "height: 1e9": ("height", "must be a number such as 99.5, with at most six decimal places, but '1e9' was found"),
    "height: 0.1234567": (
        "height",
        "must be a number such as 99.5, with at most six decimal places, but '0.1234567' was found",
    ),
    "built_on: 31.12.2026": ("built_on", "must be a date such as 2027-01-31, but '31.12.2026' was found"),
    "built_on: 2027-02-29": ("built_on", "there is no day 2027-02-29 in the calendar"),
    "built_on: 9999-01-01": ("built_on", "must lie in the years 1900 to 2999, but '9999-01-01' was found"),
    "days: ~": ("days", "nothing equals nothing; write {missing: true} or {exists: true}"),
    "days: [1, 2]": ("days", "a value of type 'int' is expected, but a list was found"),
    "days: {}": ("days", "there is no operator ''; known: add, eq, exists, gt, gte, lt, lte, missing, mul, ne, sub"),
    "days: {ltt: 3}": ("days.ltt", "there is no operator 'ltt'; did you mean 'lt'?"),
    "days: {exists: false}": ("days.exists", "is written {exists: true}; the other way round is a word of its own"),
    "gate: {lt: A}": ("gate.lt", "values of type 'str' have no order, so 'lt' says nothing"),
    "gates: A": ("gates", "a fact 'fence' has no field 'gates'; did you mean 'gate'?"),
    "days: $gat.bars": ("days", "there is no earlier pattern 'gat'; did you mean 'gate'?"),
    "days: $fence.posts": ("days", "there is no earlier pattern 'fence'; known: gate"),
    "days: $gate.bar": ("days", "a fact 'gate' has no field 'bar'; did you mean 'bars'?"),
    "days: $gate": ("days", "the field of an earlier pattern is written $alias.field, but '$gate' was found"),
    "days: $gate.height": ("days", "$gate.height is of type 'number', where type 'int' is needed"),
    "days: {lt: {div: [$gate.bars, 2]}}": ("days.lt", "there is no arithmetic 'div'; known: add, mul, sub"),
    "days: {lt: {add: [$gate.bars]}}": ("days.lt.add", "'add' takes a list of two"),
    "days: {lt: {add: [1, 2]}}": ("days.lt.add", "both parts are constants; write the result"),
    "days: {lt: {add: [$gate.bars, 1], sub: [$gate.bars, 1]}}": ("days.lt", "compute one thing at a time"),
    "days: {lt: {mul: [$gate.bars, $gate.bars]}}": ("days.lt.mul", "'mul' takes a field and then a constant factor"),
    "days: {lt: {mul: [2, 3]}}": ("days.lt.mul", "'mul' takes a field and then a constant factor"),
    "days: {mul: [$gate.bars, 1.5]}": ("days.mul", "a product by 1.5 is compared by lt, lte, gt or gte only"),
    "built_on: {lt: {mul: [$gate.painted_on, 2]}}": (
        "built_on.lt.mul",
        "'mul' cannot be computed for a field of type 'date'",
    ),
    "built_on: {lt: {add: [$gate.painted_on, 1.5]}}": (
        "built_on.lt",
        "must be a whole number such as 240, but '1.5' was found",
    ),
}


def with_condition(condition: str) -> str:
    lines = RULES.splitlines(keepends=True)
    return "".join([*lines[:11], f"        where: {{{condition}}}\n", *lines[12:]])


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_that_means_nothing_is_refused_in_words(condition: str, tmp_path: Path) -> None:
    field, message = CONDITIONS[condition]

    assert faults_in(tmp_path, with_condition(condition)) == [f"12: rules.0.match.1.where.{field}: {message}"]


ACCEPTED = [
    "days: {mul: [$gate.bars, 3]}",
    "days: {eq: $gate.bars}",
    "days: {gt: {sub: [$gate.bars, 1]}}",
    "days: {gt: {mul: [$gate.bars, 0.5]}}",
    "days: {missing: true}",
    "built_on: {lt: {sub: [$gate.painted_on, $gate.bars]}}",
    "built_on: {gt: {add: [2027-01-01, $gate.bars]}}",
]


@pytest.mark.parametrize("condition", ACCEPTED)
def test_what_can_be_computed_is_accepted(condition: str, tmp_path: Path) -> None:
    text = with_condition(f"gate: $gate.name, {condition}")

    assert [one.field for one in read(tmp_path, text)[0].match[1].conditions] == ["gate", condition.partition(":")[0]]


RULE_FAULTS: dict[str, tuple[str, str, str]] = {
    "an ill-formed id": ("GDN-001", "GDN-1", "2: rules.0.id: must be an id such as SLM-011, but 'GDN-1' was found"),
    "no source": (
        "reference: garden law 3",
        "reference: ''",
        "4: rules.0.reference: may not be empty, but '' was found",
    ),
    "an unknown weight": (
        "severity: breach",
        "severity: error",
        "5: rules.0.severity: must be breach, warning or advice, but 'error' was found",
    ),
    "an unknown word": ("advice:", "advise:", "6: rules.0.advise: there is no such field; did you mean 'advice'?"),
    "an unknown kind": (
        "fact: fence",
        "fact: fense",
        "11: rules.0.match.1.fact: there is no kind of fact 'fense'; did you mean 'fence'?",
    ),
    "a name twice": ("- as: fence", "- as: gate", "10: rules.0.match.1.as: the name 'gate' is given to two patterns"),
    "an ill-formed name": (
        "- as: fence",
        "- as: Fence",
        "10: rules.0.match.1.as: must be a name of small letters, digits and '_', but 'Fence' was found",
    ),
    "a fact without a name": (
        "- as: fence\n        fact: fence",
        "- fact: fence",
        "10: rules.0.match.1: a fact needs a name of its own with 'as'",
    ),
    "an absence with a name": (
        "{none: paint,",
        "{none: paint, as: paint,",
        "13: rules.0.match.2: what is not there has no name; leave out 'as'",
    ),
    "a pattern of nothing": (
        "{none: paint,",
        "{",
        "13: rules.0.match.2: give either the fact that has to be there, or with 'none' the one that must not",
    ),
    "two facts that share nothing": (
        "gate: $gate.name, height",
        "height",
        "10: rules.0.match.1: shares nothing with an earlier pattern; compare one of its fields with $alias.field by "
        "equality",
    ),
    "an unknown pattern in the message": (
        '"{gate.name} is {gate.height}',
        '"{gat.name} is {gate.height}',
        "14: rules.0.message: {gat.name} stands for nothing: there is no pattern 'gat'; did you mean 'gate'?",
    ),
    "an unknown field in the message": (
        '"{gate.name} is {gate.height}',
        '"{gate} is {gate.height}',
        "14: rules.0.message: {gate} stands for nothing: a fact 'gate' has no field ''; known: bars, height, locked, "
        "name, painted_on",
    ),
    "a brace alone": (
        "m high, its",
        "m} high, its",
        "14: rules.0.message: a brace stands alone; a value is written {alias.field}",
    ),
    "a later pattern in what is proved": (
        '"{gate.name} is high',
        '"{fence.height} is high',
        "7: rules.0.proves: {fence.height} stands for nothing: there is no pattern 'fence'; known: gate",
    ),
    "only one example": (
        "      - {name: no gate, given: [], fires: 0}\n",
        "",
        "2: rules.0: needs at least two examples: one in which it fires and one in which it stays silent",
    ),
    "a silent example that says something": (
        "given: [], fires: 0",
        "given: [], fires: 0, says: hush",
        "22: rules.0.examples.1: a rule that does not fire says nothing",
    ),
    "an example twice": (
        "name: no gate",
        "name: a gate below its fence",
        "22: rules.0.examples.1.name: another example is called 'a gate below its fence'",
    ),
    "a fact of an unknown kind": (
        "{fact: fence, gate",
        "{fact: fense, gate",
        "19: rules.0.examples.0.given.1.fact: there is no kind of fact 'fense'; did you mean 'fence'?",
    ),
    "a fact of no kind": (
        "{fact: fence, gate",
        "{gate",
        "19: rules.0.examples.0.given.1: the kind of the fact is missing; write it as 'fact: ...'",
    ),
    "a fact with a wrong value": (
        "bars: 4",
        "bars: four",
        "18: rules.0.examples.0.given.0.bars: must be a whole number such as 240, but 'four' was found",
    ),
    "a fact with an unknown field": (
        "bars: 4",
        "bar: 4",
        "18: rules.0.examples.0.given.0.bar: a fact 'gate' has no field 'bar'; did you mean 'bars'?",
    ),
}


@pytest.mark.parametrize("name", RULE_FAULTS)
def test_a_fault_of_a_rule_is_told_in_words_with_its_line(name: str, tmp_path: Path) -> None:
    written, changed, message = RULE_FAULTS[name]

    assert message in faults_of(tmp_path, (written, changed))


MESSAGE = '    message: "{gate.name} is {gate.height} m high, its fence {fence.height} m"\n'
DETAILS = (
    MESSAGE
    + """\
    gap: {sub: [$fence.height, $gate.height]}
    unit: metres
    subject: "{gate.name}"
    weakest: "{gate.name}"
    witness: "{gate.painted_on}: somebody climbs over {gate.name}"
"""
)


def test_a_rule_says_by_how_much_it_does_not_hold_of_what_and_where(tmp_path: Path) -> None:
    (rule,) = read(tmp_path, RULES.replace(MESSAGE, DETAILS))

    assert rule.gap == Computed(Arithmetic.sub, FieldOf("fence", "height"), FieldOf("gate", "height"))
    assert (rule.unit, rule.subject, rule.weakest) == ("metres", "{gate.name}", "{gate.name}")
    (finding,) = evaluate([rule], rule.examples[0].given)
    assert (finding.gap, finding.gap_text) == (Decimal("0.20"), "0.2 metres")
    assert (finding.subject, finding.weakest) == ("South", "South")
    assert finding.witness == "1 Jan 2027: somebody climbs over South"


@pytest.mark.parametrize("written", ["fence.height", "$fence.height"])
def test_a_gap_may_be_a_number_of_a_matched_fact(written: str, tmp_path: Path) -> None:
    (rule,) = read(tmp_path, RULES.replace(MESSAGE, f"{MESSAGE}    gap: {written}\n    unit: metres\n"))

    assert rule.gap == FieldOf("fence", "height")


GAPS = {
    "gate.name": ("gap", "$gate.name is of type 'str', and a gap is a number"),
    "fence.built_on": ("gap", "$fence.built_on is of type 'date', and a gap is a number"),
    "gate.hight": ("gap", "a fact 'gate' has no field 'hight'; did you mean 'height'?"),
    "gat.height": ("gap", "there is no pattern 'gat'; did you mean 'gate'?"),
    "paint.gate": ("gap", "there is no pattern 'paint'; known: fence, gate"),
    "12": ("gap", "the field of a pattern is written $alias.field, but '$12' was found"),
    "[gate.height]": (
        "gap",
        "is a number of a matched fact, written alias.field, or computed as in "
        "{sub: [$promised.percent, $part.percent]}",
    ),
    "{sub: [$gate.height]}": ("gap.sub", "'sub' takes a list of two"),
    "{sub: [3, 2]}": ("gap.sub", "both parts are constants; a gap comes from the facts"),
    "{sub: [$gate.name, 2]}": ("gap", "$gate.name is of type 'str', and a gap is a number"),
    "{sub: [$gate.height, x]}": (
        "gap",
        "must be a number such as 99.5, with at most six decimal places, but 'x' was found",
    ),
}


@pytest.mark.parametrize("gap", GAPS)
def test_a_gap_that_is_no_number_of_the_matched_facts_is_refused_in_words(gap: str, tmp_path: Path) -> None:
    field, message = GAPS[gap]
    text = RULES.replace(MESSAGE, f"{MESSAGE}    gap: {gap}\n    unit: metres\n")

    assert faults_in(tmp_path, text) == [f"15: rules.0.{field}: {message}"]


@pytest.mark.parametrize("word", ["gap: gate.height", "unit: metres"])
def test_a_gap_is_counted_in_something(word: str, tmp_path: Path) -> None:
    (fault,) = faults_in(tmp_path, RULES.replace(MESSAGE, f"{MESSAGE}    {word}\n"))

    assert fault == "2: rules.0: gap and unit belong together: a number, and what it counts, such as minutes"


@pytest.mark.parametrize("word", ["subject", "weakest", "witness"])
def test_what_a_detail_names_has_to_be_there(word: str, tmp_path: Path) -> None:
    faults = [
        faults_in(tmp_path, RULES.replace(MESSAGE, f'{MESSAGE}    {word}: "{text}"\n'))
        for text in ("{gat.name}", "{gate.nam}", "{gate.name")
    ]

    assert faults == [
        [f"15: rules.0.{word}: {{gat.name}} stands for nothing: there is no pattern 'gat'; did you mean 'gate'?"],
        [
            f"15: rules.0.{word}: {{gate.nam}} stands for nothing: a fact 'gate' has no field 'nam'; did you mean "
            "'name'?"
        ],
        [f"15: rules.0.{word}: a brace stands alone; a value is written {{alias.field}}"],
    ]


def _is_about_numbers(rule: Rule) -> bool:
    kinds = fact_schema()
    return any(
        kinds[pattern.fact][one.field] in (FieldType.int, FieldType.number) and one.operator in ORDER
        for pattern in rule.match
        for one in pattern.conditions
    )


ORDER = {Operator.lt, Operator.lte, Operator.gt, Operator.gte}
SHIPPED = [
    rule for path in sorted((content_folder() / "rules").glob("*.yaml")) for rule in read_rules(path, fact_schema())
]


@pytest.mark.parametrize("rule", SHIPPED, ids=lambda rule: rule.id)
def test_a_shipped_breach_about_numbers_says_its_gap_and_shows_a_witness(rule: Rule) -> None:
    if rule.severity is Severity.breach and _is_about_numbers(rule):
        assert rule.gap is not None
        assert rule.witness
    for example in rule.examples:
        found = evaluate([rule], example.given)
        assert all(finding.gap is None or finding.gap > 0 for finding in found), "a gap is what is missing"
        assert all(finding.clause for finding in found)
        assert len({(finding.clause, finding.subject) for finding in found}) == len(found), "a waiver fits only one"


def test_faults_of_all_rules_are_told_at_once(tmp_path: Path) -> None:
    found = faults_in(
        tmp_path, RULES.replace("GDN-001", "GDN").replace("1.1", "x") + SECOND.replace("fact: gate,", "fact: gat,", 1)
    )

    assert [line.split(":")[0] for line in found] == ["2", "30"]


def test_an_id_given_twice_is_refused(tmp_path: Path) -> None:
    assert faults_in(tmp_path, RULES + SECOND.replace("GDN-002", "GDN-001")) == [
        "23: rules.1.id: the rule on line 2 has the same id 'GDN-001'"
    ]


def test_an_absence_cannot_come_first(tmp_path: Path) -> None:
    text = RULES.replace("- {as: gate, fact: gate, where: {locked", "- {none: gate, where: {locked")

    assert "9: rules.0.match.0.none: the first pattern has to be a fact that is there" in faults_in(tmp_path, text)


def test_more_than_fifteen_patterns_are_refused(tmp_path: Path) -> None:
    more = "      - {none: paint, where: {gate: $gate.name}}\n"

    assert faults_of(tmp_path, (more, more * 14)) == ["8: rules.0.match: may have at most 15 entries, but has 16"]


def test_kinds_that_forbid_one_another_in_a_circle_are_refused(tmp_path: Path) -> None:
    circle = "goes round in a circle"
    itself = faults_of(
        tmp_path, ("{none: paint, where: {gate: $gate.name}}", "{none: gate, where: {name: $fence.gate}}")
    )
    assert [circle in line for line in itself] == [True]

    other = SECOND.replace("none: paint", "none: other").replace("fact: fence\n", "fact: paint\n")
    other = other.replace(
        "height: {gt: {mul: [$gate.height, 1.1]}}, built_on: {lte: {add: [$gate.painted_on, 30]}}", ""
    )
    other = other.replace(", its fence {fence.height} m", "").replace("none: other", "none: fence")
    found = faults_in(tmp_path, RULES + other)
    assert [(line.split(":")[0], circle in line) for line in found] == [("2", True), ("23", True)]


@pytest.mark.parametrize(
    "text", ["", "- a", "a: b", "rules:", "rules: []", "rules: a", "rules: [a]", "rules: [{}]", "rules: [~]"]
)
def test_what_is_no_rule_file_at_all_is_refused_with_places(text: str, tmp_path: Path) -> None:
    assert all(not line.startswith("None") for line in faults_in(tmp_path, text))


PIECES = st.sampled_from(
    [*RULES.replace(":", ": ").split(" "), "- ", "[", "}", "\n", "\n  ", "---\n", "~", "&a", "'", "\x00"]
)


@given(
    text=st.lists(PIECES | st.text(max_size=4), max_size=12).map(" ".join),
    cut=st.integers(0, len(RULES)),
    until=st.integers(0, 30),
)
@settings(max_examples=300, deadline=None)
def test_any_text_as_a_rule_file_is_read_or_refused_with_places(
    text: str, cut: int, until: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "garden.yaml"
    path.write_bytes((RULES[:cut] + text + RULES[cut + until :]).encode("utf-8", "surrogatepass"))
    faults: tuple[Fault, ...] = ()
    try:
        read_rules(path, SCHEMA)
    except Unreadable as unreadable:
        faults = unreadable.faults
    assert all(fault.source == str(path) and fault.line for fault in faults)


ATTAINED = """\
rules:
  - id: GDN-001
    title: What was missed is reached again
    reference: garden law 9
    severity: warning
    match:
      - {as: year, fact: target_attained, where: {missed_on_end: {gte: 1}}}
      - {as: again, fact: recurring_cause, where: {clause: $year.clause}}
    message: "{year.title} was missed"
    improvement: "{year.title} has to be reached"
    cause: "missed for {again.cause}"
    figure: year
    examples:
      - name: missed for a reason
        given:
          - {fact: target_attained, clause: c, title: Hedge, missed_on_end: 1}
          - {fact: recurring_cause, clause: c, cause: drought}
        fires: 1
      - {name: nothing, given: [], fires: 0}
"""


def test_a_rule_says_because_of_which_cause_and_by_which_figure_it_becomes_better(tmp_path: Path) -> None:
    (rule,) = read_rules(write(tmp_path, ATTAINED), fact_schema())
    (finding,) = evaluate([rule], rule.examples[0].given)
    assert (finding.improvement, finding.cause, finding.figure) == (
        "Hedge has to be reached",
        "missed for drought",
        "year",
    )


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("figure: year", "figure: again", "'recurring_cause' holds no figure: it has no achieved"),
        ("figure: year", "figure: yaer", "year"),
        ("{again.cause}", "{again.culprit}", "stands for nothing"),
        ('    improvement: "{year.title} has to be reached"\n', "", "belongs to improvement"),
    ],
)
def test_a_figure_that_is_none_and_a_cause_of_nothing_are_refused(
    tmp_path: Path, was: str, now: str, said: str
) -> None:
    assert ATTAINED.count(was) == 1
    with pytest.raises(Unreadable) as refused:
        read_rules(write(tmp_path, ATTAINED.replace(was, now)), fact_schema())
    assert said in str(refused.value.faults)
