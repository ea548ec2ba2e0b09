"""Report texts: what a service report says of an agreement beside its tables, section by section on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from rich.markup import escape

from sdflow.cli.presentation import day, reference, shown
from sdflow.cli.report_figures import causes_text, figure
from sdflow.domain.attainment.credit import ConsequenceDue
from sdflow.domain.credit_report import CreditLine, CreditStanding, Money
from sdflow.domain.service_report import (
    AgreementReport,
    Breach,
    ChangeLine,
    ComplaintLine,
    ImprovementLine,
    InterruptionLine,
    ReviewLine,
    SecurityIncident,
    SupplierLine,
    SurveyLine,
    TargetLine,
    Told,
)

NO_DATA = "[warning]no data[/]"
_MOST_PLACES = 6
_BY_HAND = "sdflow improve does not find it now, so write an item about it"


def agreement_texts(one: AgreementReport) -> Iterator[str]:
    """Every section that has something to say, each with its title."""
    yield from _section("Missed", (text for each in one.breaches for text in _breach(each)))
    yield from _section("What follows", (_follows(each, draft=one.draft) for each in one.consequences))
    yield from _section("Incidents", _untimed(one))
    yield from _section("Security", _security(one))
    yield from _section("Changes", [*map(_change, one.changes), *map(_interruption, one.interruptions_held)])
    yield from _section("If it goes on like that", _forecasts((*one.lines, *one.workload)))
    yield from _section("Credits", _money(one.money) if one.money else ())
    yield from _section("Improvement", map(_improvement, one.improvements))
    yield from _section("Suppliers", (text for each in one.suppliers for text in _supplier(each, one.unsigned)))
    yield from _section("Complaints", map(_complaint, one.complaints))
    yield from _section("Satisfaction", map(_survey, one.surveys))
    yield from _section("Reviews", map(_review, one.reviews))
    yield from _section("Interruptions to come", map(_interruption, one.interruptions))
    yield from _section("How it was counted", (f"[quiet]{shown(each)}[/]" for each in one.conventions))


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        if not number:
            yield f"\n[title]{title}[/]"
        yield f"  {line}"


def _named(one: Told) -> str:
    return f"{reference(one.reference)} {shown(one.title)}"


def _breach(one: Breach) -> Iterator[str]:
    attained = one.attained
    on_end = f", for the {one.on_end}th period on end" if one.on_end > 3 else ""
    on_end = f", for the {('', '', 'second', 'third')[one.on_end]} period on end" if one.on_end in (2, 3) else on_end
    alone = f"; {one.alone}" if one.alone else ""
    yield f"[breach]✗[/] {shown(attained.title)}: {figure(attained.shown, attained.unit)}{on_end}{alone}"
    if attained.worst:
        yield f"    worst: {shown(attained.worst)}"
    if one.causes or one.unexplained:
        yield f"    causes: {causes_text(one.causes, one.unexplained)}"
    actions = ", ".join(map(_named, one.actions))
    yield f"    {actions or _untaken(one)}"


def _untaken(one: Breach) -> str:
    """What is to be said of a miss that nobody has taken up."""
    if not one.binding:
        return "[quiet]nobody is bound to take it up: the agreement is not signed[/]"
    way = "raise an item with: sdflow improve" if one.improvable else _BY_HAND
    return f"[warning]nobody has taken it up[/]; {way}"


def _follows(one: ConsequenceDue, *, draft: bool) -> str:
    passed = len(one.periods)
    due = "would be due now, were it signed" if draft else "[breach]due now[/]"
    due = due if passed >= one.needed else f"after {one.needed} periods on end, of which {passed} have passed"
    return f"{shown(one.what)} ({escape(one.clause)}): {due}"


def _untimed(one: AgreementReport) -> Iterator[str]:
    if one.untimed:
        named = ", ".join(each or "none given" for each in one.untimed)
        yield f"incidents of these priorities count in no target of a time: {shown(named)}"


def _security(one: AgreementReport) -> Iterator[str]:
    yield from map(_incident, one.security_incidents)
    if not one.security_known:
        yield f"incidents that hurt confidentiality or integrity: {NO_DATA}; not every file says which do"
    elif one.incidents and one.incidents.recorded and not one.security_incidents:
        yield "no incident hurt confidentiality or integrity, as far as the desk marks them"


def _incident(one: SecurityIncident) -> str:
    restored = escape(one.restored) if one.restored else "[warning]still open[/]"
    cause = f"; {shown(one.cause)}" if one.cause else ""
    return f"[title]{shown(one.number)}[/] {shown(one.title)}: {escape(one.reported)} – {restored}{cause}"


def _change(one: ChangeLine) -> str:
    request = f" by {shown(one.change_request)}" if one.change_request else ""
    more = f" and {len(one.clauses) - _MOST_PLACES} more" if len(one.clauses) > _MOST_PLACES else ""
    places = f": {escape(', '.join(one.clauses[:_MOST_PLACES]))}{more}" if one.clauses else ""
    return f"version {one.version} came into force on {day(one.on)}{request}{places}"


def _forecasts(lines: Sequence[TargetLine]) -> Iterator[str]:
    """What moves or will be missed, and how many others stay as they are."""
    foreseen = [(one.forecast, one.now) for one in lines if one.forecast]
    level = sum(ahead.met and not ahead.a_period and not ahead.missed_from for ahead, _ in foreseen)
    for ahead, now in foreseen:
        if ahead.met and not ahead.a_period and not ahead.missed_from:
            continue
        missed = f"; [breach]missed from {ahead.missed_from} on[/]" if ahead.missed_from else ""
        missed = missed or ("" if ahead.met else "; [warning]missed[/]")
        yield f"{ahead.period} {shown(now.title)}: {figure(ahead.figure, now.unit)}{missed}"
    if level:
        yield f"{level} {'figure stays as it is and is' if level == 1 else 'figures stay as they are and are'} met"


def _money(money: Money) -> Iterator[str]:
    if not money.signed:
        yield "[warning]nothing is due by an agreement that is not signed[/]; were its draft agreed:"
    yield from (f"{line.period}: {_credit(line)}" for line in money.credits)
    if money.running:
        yield f"not over: {', '.join(map(str, money.running))}"
    if not money.credits:
        yield f"no month ended in this period, so that no credit {'is' if money.signed else 'would be'} due yet"
    elif len(money.credits) + len(money.running) > 1 and not money.mixed:
        total = _total(money)
        yield f"[title]in all: {total}[/]" if money.signed else f"in all it would be: {total}"
    silent = sorted({clause for line in money.credits for clause in line.due.without_data})
    if silent:
        yield f"{NO_DATA} of {escape(', '.join(silent))}, so that nothing can be said of its credits"


def _credit(line: CreditLine) -> str:
    due = line.due
    if not due.bands:
        return NO_DATA if line.standing is CreditStanding.no_data else line.standing.value
    least = "at least " if due.without_data else ""
    said = f"{least}{line.currency} {due.amount:,.2f}" if due.amount is not None else "the charge is not known"
    capped = f", limited by the most of a {' and a '.join(due.capped_by)}" if due.capped_by else ""
    withheld = f"; {line.currency} {due.withheld:,.2f} are too little to be paid out" if due.withheld else ""
    figure = f"[title]{escape(said)}[/]" if line.signed else f"{escape(said)} would be due"
    return f"{due.percent} % of {shown(line.of.lower())}: {figure}{capped}{withheld}"


def _total(money: Money) -> str:
    if money.due is None or not money.currency:
        return "no data"
    return f"{'at least ' if money.at_least else ''}{escape(money.currency)} {money.due:,.2f}"


def _improvement(one: ImprovementLine) -> str:
    progress = "" if one.progress is None else f", {one.progress * 100:.0f} % of the way"
    until = f"until {day(one.due_on)}" if one.due_on else "no day yet"
    overdue = " [breach]overdue[/]" if one.overdue else ""
    figures = f"; {shown(one.kpi)} {_way(one)}{progress}" if one.kpi else ""
    return f"{_named(one.item)}: {escape(one.item.state)}, {until}{overdue}{figures}"


def _way(one: ImprovementLine) -> str:
    known = [_plain(one.baseline), _plain(one.target)] + ([_plain(one.measured)] if one.measured is not None else [])
    return " → ".join(known) + (f" {escape(one.unit)}" if one.unit else "")


def _plain(value: Decimal | None) -> str:
    return "?" if value is None else f"{value:,f}"


def _supplier(line: SupplierLine, unsigned: Sequence[str]) -> Iterator[str]:
    met = sum(one.met is True for one in line.attained)
    missed = [one for one in line.attained if one.met is False]
    if not line.further:
        silent = len(line.attained) - met - len(missed)
        draft, word = (
            (" [warning](not signed)[/]", "drafted") if line.agreement.reference in unsigned else ("", "agreed")
        )
        yield f"{_named(line.agreement)}{draft}: {met} met, {len(missed)} missed, {silent} without data"
        for one in missed:
            target = figure(one.target, one.unit)
            yield f"  [breach]✗[/] {shown(one.title)}: {figure(one.shown, one.unit)}, {word} {target}"
    if line.performance and line.record:
        said = line.performance
        agreed = f"agreed by the supplier on {day(said.agreed_on)}" if said.agreed_on else "not agreed by the supplier"
        told = f"{len(said.missed)} of {len(said.figures)} figures missed"
        yield f"  {_named(line.record)}, {escape(said.period)}: {told}; {agreed}"


def _complaint(one: ComplaintLine) -> str:
    received = f"received on {day(one.complaint.on)}{', before this period' if one.earlier else ''}"
    answer = "" if one.given_up else f"; {_answer(one)}"
    return f"{_named(one.record)}: {escape(one.record.state)}, {one.complaint.gravity.value}, {received}{answer}"


def _answer(one: ComplaintLine) -> str:
    said = one.complaint
    if said.answered_on is not None:
        late = f", [warning]{_days(said.days_late)} late[/]" if said.days_late else ""
        return f"answered on {day(said.answered_on)}{late}"
    due = f", due on {day(said.answer_due_on)}" if said.answer_due_on else ""
    return f"[breach]unanswered[/]{due}" if one.late else f"no answer yet{due}"


def _days(number: int) -> str:
    return f"{number:,} day{'s' if number != 1 else ''}"


def _survey(one: SurveyLine) -> str:
    said = one.survey
    if one.given_up:
        return f"{_named(one.record)}: {escape(one.record.state)}, no result stands"
    if said.score is None:
        return f"{_named(one.record)}: no result yet"
    aimed = "" if said.wanted is None else f", aimed at were {said.wanted}: {_reached(reached=said.reached)}"
    return f"{_named(one.record)}: {said.score} of {said.most}{aimed}"


def _reached(*, reached: bool | None) -> str:
    return "[good]reached[/]" if reached else "[breach]not reached[/]"


def _review(one: ReviewLine) -> str:
    said = one.review
    if one.given_up:
        return f"{_named(one.record)}: {escape(one.record.state)}"
    if said.held_on is None:
        return f"{_named(one.record)}: planned on {day(said.planned_on)}"
    return f"{_named(one.record)}: held on {day(said.held_on)}, {said.open_actions} of {said.actions} actions open"


def _interruption(one: InterruptionLine) -> str:
    return (
        f"{reference(one.record.reference)} {escape(one.begins)} – {escape(one.ends)} ({escape(one.zone)}): "
        f"{shown(', '.join(one.subjects))}; {shown(one.reason)}"
    )
