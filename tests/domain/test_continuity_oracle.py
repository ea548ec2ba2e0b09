"""Random chains from business need to promise, judged by the shipped rules and by plain sentences that know neither facts nor rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from dateutil.relativedelta import relativedelta
from hypothesis import given, settings
from hypothesis import strategies as st

from sdflow.adapters.definitions.rule_files import read_rules
from sdflow.bootstrap import content_folder
from sdflow.domain import continuity
from sdflow.domain.alignment.continuity import continuity_facts
from sdflow.domain.continuity import (
    Backup,
    Exercise,
    Need,
    PlannedService,
    RecoveryPlan,
    RecoveryStep,
)
from sdflow.domain.continuity_scene import (
    ContinuityScene,
    Dependency,
    Source,
    StatedNeed,
    StatedPlan,
    StatedPromise,
    StatedTest,
    SupplierPromise,
)
from sdflow.domain.fact import schema
from sdflow.domain.rule_evaluation import evaluate
from sdflow.domain.target import ContinuityTarget

TODAY = date(2027, 3, 31)
MAIL, LINE = "SVC-MAIL", "SVC-LINE"
RULES = read_rules(content_folder() / "rules" / "continuity.yaml", schema())

minutes = st.sampled_from([2, 30, 60, 90, 120, 240])
perhaps = st.sampled_from([None, 0, 30, 60, 90, 120, 240])
shares = st.sampled_from([None, Decimal(30), Decimal(50), Decimal(70)])
yes_no = st.booleans()
mostly = st.sampled_from([True, True, True, True, False])
ages = st.sampled_from([0, 89, 90, 91, 200, 364, 365, 366, 800])
"""In days; 90 are three months before the day that is looked at, 365 are twelve."""


@dataclass(frozen=True)
class Case:
    """One chain in the plainest numbers: two needs at most, one plan at most, one test at most, one promise."""

    needs: tuple[tuple[int | None, int | None, int | None, Decimal | None, bool, bool], ...]
    planned: bool
    approved: bool
    back: int | None
    gives: Decimal | None
    step: int
    point: int | None
    gigabytes: int | None
    speed: int | None
    supplier: tuple[bool, int | None] | None
    people: int
    checked: int | None
    line: tuple[int | None, int, bool, int | None] | None
    test: tuple[bool, int, str, int, int | None, int | None, Decimal | None] | None
    moved: bool
    promise: tuple[int | None, int | None, Decimal | None, int | None] | None


cases = st.builds(
    Case,
    needs=st.lists(st.tuples(perhaps, perhaps, perhaps, shares, yes_no, yes_no), max_size=2).map(tuple),
    planned=mostly,
    approved=mostly,
    back=perhaps,
    gives=shares,
    step=minutes,
    point=perhaps,
    gigabytes=st.sampled_from([None, 10]),
    speed=st.sampled_from([None, 5, 10, 20, 300]),
    supplier=st.none() | st.tuples(yes_no, perhaps),
    people=st.integers(0, 3),
    checked=st.none() | ages,
    line=st.none() | st.tuples(perhaps, st.sampled_from([30, 60]), yes_no, perhaps),
    test=st.none()
    | st.tuples(
        yes_no,
        st.integers(1, 2),
        st.sampled_from(["passed", "failed", "incomplete"]),
        ages,
        perhaps,
        perhaps,
        shares,
    ),
    moved=yes_no,
    promise=st.none() | st.tuples(perhaps, perhaps, shares, st.sampled_from([None, 3, 3, 12])),
)


def scene(case: Case) -> ContinuityScene:
    """The chain as an agreement sees it."""
    needs = tuple(
        StatedNeed(
            Source(f"BIA-{number}", "Claims", approved, 1),
            Need(f"processes.p{number}", f"P{number}", MAIL, borne, time, point, least, "", owed),
        )
        for number, (time, borne, point, least, owed, approved) in enumerate(case.needs)
    )
    wanted = StatedNeed(
        Source("BIA-9", "Lines", True, 1), Need("processes.l", "L", LINE, None, None, None, None, "", False)
    )
    dependencies: tuple[Dependency, ...] = ()
    if case.line is not None:
        need = Need("processes.l", "L", LINE, None, case.line[0], case.line[3], None, "", False)
        dependencies = (Dependency(LINE, "Lines", (StatedNeed(wanted.source, need),), ()),)
    return ContinuityScene(
        record="SLA-0001",
        place="targets.continuity",
        service=MAIL,
        title="Mail",
        today=TODAY,
        needs=needs,
        plans=(plan(case),) if case.planned else (),
        tests=tuple(held_tests(case)),
        promises=(StatedPromise(Source("SLA-0001", "Mail", True, 1), None, target(case)),),
        suppliers={"UC-0001": supplier(case)},
        dependencies=dependencies,
    )


def plan(case: Case) -> StatedPlan:
    restores = (LINE,) if case.line and case.line[2] else ()
    steps = {"lines": RecoveryStep("lines", "Lines", None, 10, None, (), restores)} if restores else {}
    steps["mail"] = RecoveryStep(
        "mail", "Mail", None, case.step, None, (), (MAIL,),
        supplier="UC-0001" if case.supplier else None, backup="night" if case.point is not None else None,
    )  # fmt: skip
    size, speed = case.gigabytes, case.speed
    backup = Backup(
        "night",
        "Night",
        (MAIL,),
        case.point or 0,
        0,
        0,
        Decimal(size) if size else None,
        Decimal(speed) if speed else None,
    )
    return StatedPlan(
        source=Source("BCP-0001", "Mail", case.approved, 2),
        plan=RecoveryPlan(
            "PER-ONE", (PlannedService("services.mail", MAIL, case.gives, ""),), 10, 20, steps,
            {"night": backup} if case.point is not None else {}, ("PER-A", "PER-B", "PER-C")[: case.people],
            TODAY - timedelta(days=case.checked) if case.checked is not None else None,
        ),
        minutes={MAIL: case.back},
        after={LINE: case.line[1]} if case.line else {},
        moved="it needs SVC-NEW now" if case.moved else None,
    )  # fmt: skip


def held_tests(case: Case) -> Iterator[StatedTest]:
    if case.planned and case.test is not None:
        measured, version, outcome, days, time, point, least = case.test
        found = (continuity.TestedService("services.mail", MAIL, time, point, least),)
        held = TODAY - timedelta(days=days)
        sort = "full" if measured else "tabletop"
        yield StatedTest(
            Source("BCT-0001", "Test", True, 1), Exercise("BCP-0001", version, sort, measured, held, outcome, found)
        )


def target(case: Case) -> ContinuityTarget | None:
    if case.promise is None:
        return None
    time, point, least, months = case.promise
    return ContinuityTarget(
        recovery_time_objective_hours=None if time is None else Decimal(time) / 60,
        recovery_not_before_hours=Decimal(0) if time is None else None,
        recovery_point_objective_minutes=None if point is None else Decimal(point),
        minimum_service_percent=least,
        tested_every_months=months,
    )


def supplier(case: Case) -> SupplierPromise:
    signed, promised = case.supplier or (True, None)
    said = None if promised is None else ContinuityTarget(recovery_time_objective_hours=Decimal(promised) / 60)
    return SupplierPromise(Source("UC-0001", "Lines", signed, 1), said)


def verdict(case: Case) -> Counter[str]:
    """What is wrong with a chain, by plain comparison, under the name of the rule that is to say it."""
    return Counter([*_of_needs(case), *_of_plan(case), *_of_order(case), *_of_test(case), *_of_promise(case)])


def _of_needs(case: Case) -> Iterator[str]:
    for time, borne, _point, _least, owed, approved in case.needs:
        if time is not None and borne is not None and time > borne:
            yield "SCM-001"
        if not approved:
            yield "SCM-002"
        if owed and approved and not (case.planned and case.approved):
            yield "SCM-003"


def _of_plan(case: Case) -> Iterator[str]:
    if case.planned:
        yield from _beside_needs(case)
        yield from _of_backup(case)
        yield from _of_supplier(case)
        yield from _of_people(case)


def _beside_needs(case: Case) -> Iterator[str]:
    if case.back is None and all(need[0] is None for need in case.needs):
        yield "SCM-047"
    for time, _borne, point, least, _owed, _approved in case.needs:
        if time is not None and case.back is None:
            yield "SCM-004"
        if time is not None and case.back is not None and case.back > time:
            yield "SCM-005"
        if least is not None:
            if case.gives is None:
                yield "SCM-007"
            elif case.gives < least:
                yield "SCM-006"
        if point is not None:
            if case.point is None:
                yield "SCM-013"
            elif case.point > point:
                yield "SCM-012"


def _of_backup(case: Case) -> Iterator[str]:
    if case.point is not None and case.gigabytes is not None:
        if case.speed is None:
            yield "SCM-015"
        elif 60 * case.gigabytes > case.step * case.speed:
            yield "SCM-014"


def _of_supplier(case: Case) -> Iterator[str]:
    if case.supplier is not None:
        signed, promised = case.supplier
        if promised is None:
            yield "SCM-017"
        elif promised > case.step:
            yield "SCM-016"
        if not signed:
            yield "SCM-018"


def _of_people(case: Case) -> Iterator[str]:
    if case.people < 2:
        yield "SCM-019"
    if case.checked is None:
        yield "SCM-021"
    elif TODAY - timedelta(days=case.checked) + relativedelta(months=3) < TODAY:
        yield "SCM-020"


def _of_order(case: Case) -> Iterator[str]:
    if case.line is None:
        return
    back, own, _restored, lost = case.line
    times = [time for time, *_ in case.needs if time is not None]
    points = [point for _, _, point, *_ in case.needs if point is not None]
    if times and case.planned:
        if back is None:
            yield "SCM-010"
        elif back + own > min(times):
            yield "SCM-008"
        if case.line[2]:
            yield "SCM-009"
    if points and lost is not None and lost > min(points):
        yield "SCM-011"


def _of_test(case: Case) -> Iterator[str]:
    if not (case.planned and case.approved):
        return
    if case.moved:
        yield "SCM-031"
    if case.test is None:
        yield "SCM-022"
        return
    measured, version, outcome, days, time, _point, _least = case.test
    held = TODAY - timedelta(days=days)
    promised = case.promise or (None, None, None, None)
    if not measured:
        yield "SCM-023"
    if version < 2:
        yield "SCM-024"
    if held + relativedelta(months=12) < TODAY:
        yield "SCM-025"
    if promised[3] is not None and held + relativedelta(months=promised[3]) < TODAY:
        yield "SCM-026"
    if measured and outcome != "passed":
        yield "SCM-027"
    if measured and time is None:
        yield "SCM-038"
    yield from _of_measured_figures(case)


def _of_measured_figures(case: Case) -> Iterator[str]:
    if case.test is None:
        return
    measured, _version, _outcome, _days, time, point, least = case.test
    promised = case.promise or (None, None, None, None)
    if measured and point is None and any(one is not None for one in [*(n[2] for n in case.needs), promised[1]]):
        yield "SCM-040"
    if measured and least is None and any(one is not None for one in [*(n[3] for n in case.needs), promised[2]]):
        yield "SCM-041"
    for found, wanted, name in (
        (time, [need[0] for need in case.needs] + [promised[0]], "SCM-028"),
        (point, [need[2] for need in case.needs] + [promised[1]], "SCM-029"),
    ):
        if found is not None and any(one is not None and found > one for one in wanted):
            yield name
    if least is not None and any(one is not None and least < one for one in [*(n[3] for n in case.needs), promised[2]]):
        yield "SCM-030"


def _of_promise(case: Case) -> Iterator[str]:
    time, point, least, _months = case.promise or (None, None, None, None)
    if case.planned and case.promise is not None:
        for promised, planned in ((time, case.back), (point, case.point)):
            if promised is not None and planned is None:
                yield "SCM-033"
            if promised is not None and planned is not None and planned > promised:
                yield "SCM-032"
        if least is not None:
            if case.gives is None:
                yield "SCM-035"
            elif case.gives < least:
                yield "SCM-034"
    for wanted, promised in (
        ([need[0] for need in case.needs if need[0] is not None], time),
        ([need[2] for need in case.needs if need[2] is not None], point),
    ):
        if wanted and promised is None:
            yield "SCM-037"
        if wanted and promised is not None and promised > min(wanted):
            yield "SCM-036"
    shares_needed = [need[3] for need in case.needs if need[3] is not None]
    if shares_needed and least is None:
        yield "SCM-037"
    if shares_needed and least is not None and least < max(shares_needed):
        yield "SCM-036"


@settings(max_examples=400, deadline=None)
@given(cases)
def test_the_rules_find_what_plain_comparison_finds(case: Case) -> None:
    facts = [one.fact() for one in continuity_facts(scene(case))]
    assert Counter(one.rule for one in evaluate(RULES, facts)) == verdict(case)


@settings(max_examples=150, deadline=None)
@given(cases)
def test_no_two_findings_of_a_chain_can_be_taken_for_one_another(case: Case) -> None:
    facts = [one.fact() for one in continuity_facts(scene(case))]
    named = Counter((one.rule, one.clause, one.subject) for one in evaluate(RULES, facts))
    assert [name for name, times in named.items() if times > 1] == []
