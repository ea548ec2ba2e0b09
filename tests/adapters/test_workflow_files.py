"""Workflow files: life cycles as they are declared, and every fault of a file at once."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdflow.adapters.definitions.workflow_files import read_roles, read_workflow
from sdflow.domain.errors import Fault, Unreadable
from sdflow.domain.finding import Severity
from sdflow.domain.workflow import Alone, Effect, Guards, Journey, JourneyMove, State, Step, Trigger, Written

ROLES = frozenset({"gardener", "keeper"})
KINDS = frozenset({"gate", "fence"})

GATE = """\
title: Garden gate
states:
  open: {meaning: Anybody may pass, initial: true, negotiation: yes, kept_since: {judge: [height]}}
  shut: {meaning: "Nobody may pass, until it is opened", frozen: true, binding: true}
  gone: {meaning: Taken away, final: true}
steps:
  shut:
    from: [open]
    to: shut
    meaning: The gate is shut for the night
    by: [gardener, keeper]
    requires: [hinges, locks.*.key]
    findings: warning
    signed_by: all
    keys: all
    not_by: [apply, open]
    not_named: [owner]
    outcome: oiled
    not_after: term.start_on
    speaks_for: {keeper: owner}
    acts_for: {builder: firm}
    present: owner
    written: {field: height, verb: judge, where: heights.*.value}
    cited_by: {replaces: [shut]}
    alone: {field: fields.*.plot, in: [shut], but: replaces}
    on_or_after: term.start_on
    after: term.end_on
    effects: [freeze]
    on: signature
  open:
    from: [shut]
    to: open
    meaning: The gate is opened in the morning
  remove:
    from: [open, shut]
    to: gone
    meaning: The gate is taken away
    by: [keeper]
journeys:
  - name: a night
    moves:
      - {step: shut, by: gardener}
      - {step: open, by: keeper, refused: role, given: {today: before}}
    ends: shut
renamed: {ajar: open}
"""


def write(folder: Path, text: str, name: str = "gate.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def faults_of(folder: Path, *changes: tuple[str, str], name: str = "gate.yaml") -> list[str]:
    text = GATE
    for written, changed in changes:
        assert written in text
        text = text.replace(written, changed, 1)
    with pytest.raises(Unreadable) as caught:
        read_workflow(write(folder, text, name), ROLES, KINDS)
    assert {fault.source for fault in caught.value.faults} == {str(folder / name)}
    return [f"{fault.line}: {fault.field}: {fault.message}" for fault in caught.value.faults]


def test_a_workflow_file_becomes_a_workflow(tmp_path: Path) -> None:
    path = write(tmp_path, GATE)

    workflow = read_workflow(path, ROLES, KINDS)

    assert (workflow.name, workflow.title, workflow.kinds) == ("gate", "Garden gate", ("gate",))
    assert workflow.states[0] == State(
        "open", "Anybody may pass", initial=True, negotiation=True, kept_since={"judge": ("height",)}
    )
    assert workflow.states[1] == State("shut", "Nobody may pass, until it is opened", frozen=True, binding=True)
    assert workflow.steps[0] == Step(
        "shut",
        ("open",),
        "shut",
        "The gate is shut for the night",
        Guards(
            by=("gardener", "keeper"),
            requires=("hinges", "locks.*.key"),
            findings=Severity.warning,
            signed_by_all=True,
            keys=True,
            not_by=("apply", "open"),
            not_named=("owner",),
            outcome="oiled",
            not_after="term.start_on",
            speaks_for={"keeper": "owner"},
            acts_for={"builder": "firm"},
            present="owner",
            written=Written(("height",), "judge", "heights.*.value"),
            cited_by={"replaces": ("shut",)},
            alone=Alone("fields.*.plot", ("shut",), "replaces"),
            on_or_after="term.start_on",
            after="term.end_on",
        ),
        (Effect.freeze,),
        Trigger.signature,
    )
    assert workflow.journeys == (
        Journey(
            "a night",
            (JourneyMove("shut", "gardener"), JourneyMove("open", "keeper", "role", {"today": "before"})),
            "shut",
        ),
    )
    assert workflow.renamed == {"ajar": "open"}
    assert workflow.sha256 == sha256(path.read_bytes()).hexdigest()
    assert workflow.source == str(path)


def test_a_file_may_be_for_several_kinds(tmp_path: Path) -> None:
    path = write(tmp_path, f"kinds: [gate, fence]\n{GATE}", "enclosure.yaml")

    assert read_workflow(path, ROLES, KINDS).kinds == ("gate", "fence")


def test_a_file_named_after_no_kind_has_to_name_its_kinds(tmp_path: Path) -> None:
    assert faults_of(tmp_path, name="gates.yaml") == [
        "1: : there is no kind 'gates'; did you mean 'gate'?; name them with 'kinds: [...]', or the file after its kind"
    ]


def test_every_misspelt_name_and_word_is_found_at_once_with_what_may_have_been_meant(tmp_path: Path) -> None:
    found = faults_of(
        tmp_path,
        ("title:", "kinds: [gaet]\ntitle:"),
        ("initial: true", "initial: perhaps"),
        ("    from: [open]\n    to: shut", "    from: [opn]\n    to: shud"),
        ("[gardener, keeper]", "[gardner, keeper]"),
        ("[hinges,", "[hinges.,"),
        ("findings: warning", "findings: waning"),
        ("signed_by: all", "signed_by: some"),
        ("[apply, open]", "[aply, opens]"),
        ("on_or_after: term", "on_or_afer: term"),
        ("effects: [freeze]", "effects: [freze]"),
        ("on: signature", "on: signatur"),
        ("step: shut", "step: shutt"),
        ("refused: role", "refused: rôle"),
        ("ends: shut", "ends: schut"),
        ("ajar: open", "open: ajar"),
    )

    assert [line.rpartition(";")[0] or line for line in found[:3]] == [
        "1: kinds.0: there is no kind 'gaet'",
        "4: states.open.initial: must be true or false, but 'perhaps' was found",
        "9: steps.shut.from.0: there is no state 'opn'",
    ]
    assert found[3:] == [
        "10: steps.shut.to: there is no state 'shud'; did you mean 'shut'?",
        "12: steps.shut.by.0: there is no role 'gardner'; did you mean 'gardener'?",
        "13: steps.shut.requires.0: must be the path of a field such as term.start_on, but 'hinges.' was found",
        "14: steps.shut.findings: must be breach, warning or advice, but 'waning' was found",
        "15: steps.shut.signed_by: must be all, but 'some' was found",
        "17: steps.shut.not_by.0: there is no earlier step 'aply'; did you mean 'apply'?",
        "17: steps.shut.not_by.1: there is no earlier step 'opens'; did you mean 'open'?",
        "27: steps.shut.on_or_afer: there is no such field; did you mean 'on_or_after'?",
        "29: steps.shut.effects.0: must be freeze, restore, supersede or renew, but 'freze' was found",
        "30: steps.shut.on: must be signature, adoption or decline, but 'signatur' was found",
        "43: journeys.0.moves.0.step: there is no step 'shutt'; did you mean 'shut'?",
        "44: journeys.0.moves.1.refused: must be role, not_by, not_named, named, requires, on_or_after, after, not_after, speaks_for, "
        "acts_for, present, written, cited_by, alone, anew, term, version, keys, signed_by, outcome or findings, but 'rôle' was found",
        "45: journeys.0.ends: there is no state 'schut'; did you mean 'shut'?",
        "46: renamed.open: there is no state 'ajar'; known: gone, open, shut",
        "46: renamed.open: 'open' is still a state; a renamed state is there under its new name only",
    ]


def test_a_command_that_is_none_is_found_where_a_field_is_kept_or_written_by_it(tmp_path: Path) -> None:
    found = faults_of(tmp_path, ("{judge: [height]}", "{imporve: [height]}"), ("verb: judge", "verb: jugde"))
    assert [line.partition(": ")[2] for line in found] == [
        "states.open.kept_since.imporve: there is no command that writes 'imporve'; did you mean 'improve'?",
        "steps.shut.written.verb: there is no command that writes 'jugde'; did you mean 'judge'?",
    ]


def test_an_unquoted_comma_is_told_as_such(tmp_path: Path) -> None:
    (found,) = faults_of(tmp_path, ('"Nobody may pass, until it is opened"', "Nobody may pass, until it is opened"))

    assert found.startswith("4: states.shut.until it is opened: there is no such field")
    assert found.endswith("a text that contains ',' needs quotes in { }")


def test_a_life_cycle_that_cannot_work_is_told_with_the_line_of_the_state_or_step(tmp_path: Path) -> None:
    assert faults_of(tmp_path, ("from: [open]\n    to: shut", "from: [open]\n    to: open")) == [
        "4: states.shut: the state 'shut' cannot be reached"
    ]
    assert faults_of(tmp_path, ("initial: true, ", "")) == ["2: states: exactly one state must be initial, not 0"]
    assert faults_of(tmp_path, ("[open, shut]", "[open, gone]")) == [
        "34: steps.remove: step 'remove' leaves the final state 'gone'"
    ]
    assert faults_of(tmp_path, ("[open, shut]", "[open, open]")) == [
        "34: steps.remove: step 'remove' leaves 'open' in two ways"
    ]


@pytest.mark.parametrize(
    "text", ["", "- a", "a", "title: a\n---\ntitle: b", "steps: {}", "states: [a]", "steps: {a: [b]}"]
)
def test_what_is_no_workflow_at_all_is_refused_with_places(text: str, tmp_path: Path) -> None:
    path = write(tmp_path, text)
    with pytest.raises(Unreadable) as caught:
        read_workflow(path, ROLES, KINDS)

    assert all(fault.source == str(path) and fault.line for fault in caught.value.faults)


def test_roles_are_read_with_their_meaning(tmp_path: Path) -> None:
    path = write(tmp_path, "keeper: Keeps the gate, day and night\ngardener: Looks after the plants\n", "roles.yaml")

    assert read_roles(path) == {"keeper": "Keeps the gate, day and night", "gardener": "Looks after the plants"}


def test_roles_without_meaning_or_with_an_ill_formed_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as caught:
        read_roles(write(tmp_path, "keeper:\nGardener: a\n", "roles.yaml"))

    assert [f"{fault.line}: {fault.field}: {fault.message}" for fault in caught.value.faults] == [
        "1: keeper: must be a text, but nothing stands there",
        "2: Gardener: must be a name of small letters, digits and '_', but 'Gardener' was found",
    ]


PIECES = st.sampled_from(
    [*GATE.replace(":", ": ").split(" "), "- ", "[", "}", "\n", "\n  ", "---\n", "~", "&a", "'", "\x00"]
)


@given(
    text=st.lists(PIECES | st.text(max_size=4), max_size=30).map(" ".join),
    cut=st.integers(0, len(GATE)),
    rest=st.booleans(),
)
@settings(max_examples=300, deadline=None)
def test_any_text_as_a_workflow_file_is_read_or_refused_with_places(
    text: str, cut: int, rest: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "gate.yaml"
    path.write_bytes((GATE[:cut] + text + (GATE[cut:] if rest else "")).encode("utf-8", "surrogatepass"))
    faults: tuple[Fault, ...] = ()
    try:
        read_workflow(path, ROLES, KINDS)
    except Unreadable as unreadable:
        faults = unreadable.faults
    assert all(fault.source == str(path) and fault.line for fault in faults)
