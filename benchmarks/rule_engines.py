"""Rule engines compared: how long durable_rules takes in proportion to the plain evaluator.

Both evaluate the same rules on the same facts, in pairs one right after the other; the median of the pairs' ratios
is printed, so that a busy machine troubles both alike. Below 1, durable_rules is faster.

    python benchmarks/rule_engines.py [--pairs 9]
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from statistics import median
from time import perf_counter

from sdflow.adapters.rule_engine import DurableEngine, ReferenceEngine, RuleEngine
from sdflow.domain.finding import Severity
from sdflow.domain.rule import Condition, Fact, FieldOf, FieldType, Operator, Pattern, Rule, Rulebook

METRICS = ("availability", "respond", "restore", "workaround", "change")
FIELDS = {
    "agreement": FieldType.str,
    "metric": FieldType.str,
    "serial": FieldType.bool,
    "percent": FieldType.number,
    "minutes": FieldType.int,
}
SCHEMA = {"promise": FIELDS, "support": FIELDS}


@dataclass(frozen=True)
class Case:
    """One situation: so many agreements with so many facts each, under so many rules."""

    title: str
    agreements: int
    facts_each: int
    rules: int

    def rulebook(self) -> Rulebook:
        """Every third rule looks at one fact, every third joins two, every third negates one."""
        return Rulebook(tuple(_rule(number) for number in range(self.rules)), SCHEMA)

    def facts(self) -> list[Fact]:
        """The same facts on every run."""
        random = Random(self.title)
        return [_fact(random, number) for number in range(self.agreements) for _ in range(self.facts_each)]


CASES = (
    Case("one agreement, 50 facts, 3 rules", 1, 50, 3),
    Case("one agreement, 50 facts, 30 rules", 1, 50, 30),
    Case("200 agreements, 10,000 facts, 3 rules", 200, 50, 3),
    Case("200 agreements, 10,000 facts, 50 rules", 200, 50, 50),
)


def _fact(random: Random, agreement: int) -> Fact:
    return Fact(
        random.choice(list(SCHEMA)),
        {
            "agreement": f"SLA-{agreement:04}",
            "metric": random.choice(METRICS),
            "serial": random.random() < 0.5,
            "percent": Decimal(random.randint(99_000, 100_000)) / 1000,
            "minutes": random.randint(15, 480),
        },
    )


def _rule(number: int) -> Rule:
    metric = Condition("metric", Operator.eq, METRICS[number % len(METRICS)])
    same = Condition("agreement", Operator.eq, FieldOf("one", "agreement"))
    lower = Condition("percent", Operator.lt, FieldOf("one", "percent"))
    promise = Pattern("promise", (metric,), "one")
    match number % 3:
        case 0:
            strict = Condition("percent", Operator.gt, Decimal("99.9") + Decimal(number) / 1000)
            patterns: tuple[Pattern, ...] = (Pattern("promise", (metric, strict), "one"),)
        case 1:
            serial = Condition("serial", Operator.eq, True)
            patterns = (promise, Pattern("support", (same, metric, serial, lower), "part"))
        case _:
            patterns = (promise, Pattern("support", (same, metric), negated=True))
    return Rule(f"R{number:02}", "", "", Severity.breach, patterns, "{one.agreement} promises {one.percent} %")


def seconds(engine: RuleEngine, facts: Sequence[Fact]) -> float:
    """How long one evaluation takes."""
    started = perf_counter()
    engine.evaluate(facts)
    return perf_counter() - started


def compare(case: Case, pairs: int) -> str:
    """One line: the ratio, and how long a single evaluation took here."""
    durable, reference = DurableEngine(case.rulebook()), ReferenceEngine(case.rulebook())
    facts = case.facts()
    found = durable.evaluate(facts)
    if found != reference.evaluate(facts):
        raise AssertionError(f"the engines disagree: {case.title}")
    timed = [(seconds(durable, facts), seconds(reference, facts)) for _ in range(pairs)]
    durable.close()
    ratio = median(one / other for one, other in timed)
    mine, plain = (median(column) * 1000 for column in zip(*timed, strict=True))
    return f"{case.title:<42} {ratio:6.2f} × {mine:9.2f} ms {plain:9.2f} ms {len(found):8} findings"


def main() -> None:
    """Print a line for each case."""
    options = argparse.ArgumentParser(description="How long durable_rules takes against the plain evaluator.")
    options.add_argument("--pairs", type=int, default=9, help="how many pairs of evaluations are timed")
    pairs: int = options.parse_args().pairs
    print(f"{'':<42} {'ratio':>8} {'durable_rules':>13} {'reference':>12}")
    for case in CASES:
        print(compare(case, pairs))


if __name__ == "__main__":
    main()
