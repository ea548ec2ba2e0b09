"""What records owe, as workflow files declare it, and every fault of such a declaration at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from sdflow.adapters.definitions.workflow_files import read_workflow
from sdflow.domain.errors import Unreadable
from sdflow.domain.obligation import Cause, Due, Ladder, Owed, Reached, TermDay

ROLES = frozenset({"gardener", "keeper"})
LIFE = """\
title: Gate
states:
  open: {meaning: Anybody may pass, initial: true}
  gone: {meaning: Taken away, final: true}
steps:
  oil: {from: [open], to: open, meaning: It is oiled}
  remove: {from: [open], to: gone, meaning: It is taken away}
obligations:
"""
OILING = """\
  oiling:
    meaning: The hinges are oiled
    states: [open]
    due:
      every_months: 6
      stated_months: oil_every
      fields: [next_oil_on]
      since: [oiled_on]
      sooner: {weather: {rain: 2, snow: 1}}
      after:
        - {because: it squeaked, days: 3, cited_by: gate, into: [squeaking], where: {noise: [loud]}}
        - {because: its hinges are others, changed: hinges}
        - {because: many passed, reached: {field: days.*.passed, at_least: 90, on: days.*.date}, unless: {kind: [ford]}}
      lead_days: 5
    done_by: [oil]
    done_when:
      - {because: it was replaced, next_version: true}
    by: [gardener]
    person: keeper
    standing: true
    remind: {steps: [-30, 0], again_every: 14, escalate_after: 10, escalate_to: [keeper]}
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "gate.yaml"
    path.write_text(f"{LIFE}{text}")
    return path


def read(path: Path) -> tuple[Owed, ...]:
    return read_workflow(path, ROLES, frozenset({"gate"})).obligations


def test_a_declaration_is_read_as_it_is_written(tmp_path: Path) -> None:
    squeak = Cause("it squeaked", 3, cited_by="gate", into=("squeaking",), where={"noise": ("loud",)})
    many = Reached("days.*.passed", 90, "days.*.date")
    crowd = Cause("many passed", 0, reached=many, unless={"kind": ("ford",)})
    assert read(write(tmp_path, OILING)) == (
        Owed(
            "oiling",
            "The hinges are oiled",
            ("open",),
            Due(
                every_months=6,
                stated_months="oil_every",
                fields=("next_oil_on",),
                since=("oiled_on",),
                sooner={"weather": {"rain": 2, "snow": 1}},
                after=(squeak, Cause("its hinges are others", 0, changed="hinges"), crowd),
                lead_days=5,
            ),
            by=("gardener",),
            person="keeper",
            done_by=("oil",),
            done_when=(Cause("it was replaced", 0, next_version=True),),
            standing=True,
            ladder=Ladder((-30, 0), 14, 10, ("keeper",)),
        ),
    )


def test_who_says_nothing_of_reminders_gets_the_usual_ones(tmp_path: Path) -> None:
    (owed,) = read(
        write(
            tmp_path,
            "  key:\n    meaning: Given back\n    states: [open]\n    due: {term: last_day}\n    by: [keeper]\n",
        )
    )
    assert owed.due.term is TermDay.last_day
    assert owed.ladder == Ladder((-90, -30, -7, 0), 7)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("states: [open]", "states: [opne]", "11: obligations.oiling.states.0: there is no state 'opne'; did you mean 'open'?"),
        ("by: [gardener]", "by: [gardner]", "26: obligations.oiling.by.0: there is no role 'gardner'; did you mean 'gardener'?"),
        ("done_by: [oil]", "done_by: [oli]", "23: obligations.oiling.done_by.0: there is no step 'oli'; did you mean 'oil'?"),
        ("escalate_to: [keeper]", "escalate_to: [keper]",
         "29: obligations.oiling.remind.escalate_to.0: there is no role 'keper'; did you mean 'keeper'?"),
        (", escalate_to: [keeper]", "", "29: obligations.oiling.remind: escalate_after and escalate_to belong together"),
        ("every_months: 6", "every_months: 0", "13: obligations.oiling.due.every_months: must be at least 1, but '0' was found"),
        ("every_months: 6", "days_in_state: 6", "12: obligations.oiling.due: says from what the day follows in one of four ways"),
        ("every_months: 6", "days_in_state: 6", "16: obligations.oiling.due.since: 'since' belongs to an interval"),
        ("changed: hinges", "changed: hinges, next_version: true",
         "20: obligations.oiling.due.after.1: says what happens in one of four ways"),
        ("on: days.*.date", "on: opened_on",
         "21: obligations.oiling.due.after.2.reached: 'field' and 'on' have a '*' in the same places"),
        ("cited_by: gate", "cited_by: gate, cites: gate",
         "19: obligations.oiling.due.after.0: it happens to what the record cites or to what cites it"),
        ("lead_days: 5", "latest: true", "22: obligations.oiling.due.latest: 'latest' chooses among the keys"),
        ("    by: [gardener]\n    person: keeper\n", "", "9: obligations.oiling: nobody owes it; say who"),
        ("    standing: true\n", "    each_signatory: true\n",
         "28: obligations.oiling.each_signatory: a signature is owed so many days after the turn to sign"),
        ("lead_days: 5", "led_days: 5", "22: obligations.oiling.due.led_days: there is no such field; did you mean 'lead_days'?"),
    ],
)  # fmt: skip
def test_every_fault_of_a_declaration_is_found_with_its_line(
    before: str, after: str, expected: str, tmp_path: Path
) -> None:
    assert before in OILING
    with pytest.raises(Unreadable) as caught:
        read(write(tmp_path, OILING.replace(before, after)))
    found = [f"{fault.line}: {fault.field}: {fault.message}" for fault in caught.value.faults]
    assert any(one.startswith(expected) for one in found), found
