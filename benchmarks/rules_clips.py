"""Rules beside CLIPS: how long the engines take on the work of a rule engine written in C.

    python benchmarks/rules_clips.py [--pairs 9]

10,000 facts with one join, and the same facts under 50 rules, of which a third looks at one fact, a third joins two and a
third asks that there be no second one (see rule_engines.py). CLIPS gets the same facts through its Python binding, percentages
as whole ten-thousandths, and tells of each match the rule and the facts; its rules are compiled beforehand, like ours. All
three must find the same. They run one right after the other, by processor time; the medians of our times in proportion to
that of CLIPS are printed, below 1 where CLIPS is slower. Needs the extra `benchmarks`.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from time import process_time
from typing import Any

from rule_engines import FIELDS, Case

from sdflow.adapters.rule_engine import DurableEngine, ReferenceEngine
from sdflow.domain.finding import Finding
from sdflow.domain.rule import Condition, Fact, FieldOf, FieldType, Operator, Pattern, Rule, Rulebook

WITHOUT_CLIPS = "clipspy is not installed, so nothing was compared; install it with: pip install 'sdflow[benchmarks]'"
SIGNS = {Operator.eq: "=", Operator.gt: ">", Operator.lt: "<"}
SCALE = 10_000
"""A percentage in CLIPS is a whole number of ten-thousandths."""

Match = tuple[str, tuple[int, ...]]
"""A rule, and the numbers of the facts that satisfied it."""


@dataclass(frozen=True)
class OneJoin(Case):
    """Every promise beside the serial support for the same agreement and metric that promises less."""

    def rulebook(self) -> Rulebook:
        """The second rule of the many alone."""
        whole = super().rulebook()
        return Rulebook(whole.rules[1:2], whole.schema)


CASES = (
    OneJoin("200 agreements, 10,000 facts, one join", 200, 50, 3),
    Case("200 agreements, 10,000 facts, 50 rules", 200, 50, 50),
)


class Clips:
    """The rules of a rulebook in CLIPS, compiled once."""

    def __init__(self, rulebook: Rulebook) -> None:
        import clips

        self._found: list[Match] = []
        self._environment = clips.Environment()
        self._environment.define_function(self._fired, "fired")
        for kind in rulebook.schema:
            self._environment.build(_template(kind))
        for rule in rulebook.rules:
            self._environment.build(_rule(rule))

    def _fired(self, rule: str, *numbers: int) -> None:
        self._found.append((str(rule), tuple(int(number) for number in numbers)))

    def matches(self, facts: Sequence[Fact]) -> list[Match]:
        """Every match in these facts."""
        self._environment.reset()
        self._found = []
        templates = {kind: self._environment.find_template(kind) for kind in {fact.kind for fact in facts}}
        for number, fact in enumerate(facts):
            values = {name: _value(value) for name, value in fact.fields.items()}
            templates[fact.kind].assert_fact(number=number, **values)
        self._environment.run()
        return self._found


def _value(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    return int(value * SCALE) if isinstance(value, Decimal) else value


def _template(kind: str) -> str:
    types = {FieldType.str: "STRING"}
    slots = " ".join(f"(slot {name} (type {types.get(type_, 'INTEGER')}))" for name, type_ in FIELDS.items())
    return f"(deftemplate {kind} (slot number (type INTEGER)) {slots})"


def _rule(rule: Rule) -> str:
    patterns = " ".join(_pattern(pattern) for pattern in rule.match)
    numbers = " ".join(f"?{pattern.alias}_number" for pattern in rule.match if not pattern.negated)
    return f'(defrule {rule.id} {patterns} => (fired "{rule.id}" {numbers}))'


def _pattern(pattern: Pattern) -> str:
    slots = list(_slots(pattern))
    if not pattern.negated:
        slots.append(f"(number ?{pattern.alias}_number)")
    inner = f"({pattern.fact} {' '.join(slots)})"
    return f"(not {inner})" if pattern.negated else inner


def _slots(pattern: Pattern) -> Iterator[str]:
    """Constraints on the fields of a pattern, each field bound to a variable by which others may name it."""
    bound = ["agreement", "percent"] if pattern.alias == "one" else []
    for name in dict.fromkeys([*bound, *(condition.field for condition in pattern.conditions)]):
        own = f"?{pattern.alias or 'none'}_{name}"
        constraints = [_constraint(one, own) for one in pattern.conditions if one.field == name]
        yield f"({name} {'&'.join([own, *constraints])})"


def _constraint(condition: Condition, own: str) -> str:
    operand = condition.operand
    if isinstance(operand, FieldOf):
        other = f"?{operand.alias}_{operand.field}"
    else:
        value = _value(operand)
        other = f'"{value}"' if isinstance(value, str) else str(value)
    return other if condition.operator is Operator.eq else f":({SIGNS[condition.operator]} {own} {other})"


def _told(findings: Sequence[Finding]) -> Counter[Any]:
    """What our engines found, by rule and the fields of the facts."""
    return Counter((one.rule, tuple(_content(fields) for fields in one.matched.values())) for one in findings)


def _told_by_clips(matches: Sequence[Match], facts: Sequence[Fact]) -> Counter[Any]:
    return Counter((rule, tuple(_content(facts[number].fields) for number in numbers)) for rule, numbers in matches)


def _content(fields: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, str(value)) for name, value in fields.items()))


def seconds(work: Callable[[], object]) -> float:
    """Processor time of one evaluation."""
    begun = process_time()
    work()
    return process_time() - begun


def compare(case: Case, pairs: int) -> str:
    """One line: what CLIPS takes, and how long our engines take in proportion."""
    rulebook, facts = case.rulebook(), case.facts()
    clips, durable, reference = Clips(rulebook), DurableEngine(rulebook), ReferenceEngine(rulebook)
    found = durable.evaluate(facts)
    if found != reference.evaluate(facts):
        raise AssertionError(f"our engines disagree: {case.title}")
    if _told_by_clips(clips.matches(facts), facts) != _told(found):
        raise AssertionError(f"CLIPS finds something else: {case.title}")
    timed = [
        (
            seconds(lambda: clips.matches(facts)),
            seconds(lambda: durable.evaluate(facts)),
            seconds(lambda: reference.evaluate(facts)),
        )
        for _ in range(pairs)
    ]
    durable.close()
    by_durable, by_reference = (median(times[n] / times[0] for times in timed) for n in (1, 2))
    milliseconds = median(times[0] for times in timed) * 1000
    return f"{case.title:<42} {milliseconds:8.0f} ms {by_durable:10.2f} {by_reference:10.2f} {len(found):9} findings"


def main() -> int:
    """Print a line for each case."""
    options = argparse.ArgumentParser(description="How long our rule engines take beside CLIPS.")
    options.add_argument("--pairs", type=int, default=9, help="how many pairs of evaluations are timed")
    pairs: int = options.parse_args().pairs
    try:
        Clips(CASES[0].rulebook())
    except ImportError:
        print(WITHOUT_CLIPS, file=sys.stderr)
        return 1
    print(f"{'':<42} {'CLIPS':>11} {'durable':>10} {'reference':>10}")
    for case in CASES:
        print(compare(case, pairs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
