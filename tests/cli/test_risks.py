"""Risks from the record file to the signed assessment and the register of all assessments, and what is refused of them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from counter import PASSPHRASE, TODAY
from desk import Desk, Said
from sdflow.bootstrap import content_folder
from sdflow.cli.root import sdflow

EXAMPLES = content_folder() / "examples" / "continuity"
EXAMPLE = EXAMPLES / "04-risk-assessment.yaml"
RISKS = "RSK-0001"
ORTIZ, MERCER, VANCE = "PER-ORTIZ", "PER-MERCER", "PER-VANCE"
BEFORE = "2025-12-01"
Write = Callable[[str, str], Path]


def written(**changes: object) -> str:
    """The assessment of the example as a record file, with other values at some paths (dots written as two underlines)."""
    record = yaml.load(EXAMPLE.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    for path, value in changes.items():
        *way, last = path.split("__")
        place = record
        for key in way:
            place = place[key]
        if value is None:
            del place[last]
        else:
            place[last] = value
    return yaml.safe_dump(record, sort_keys=False, allow_unicode=True)


@pytest.fixture(scope="module")
def platform_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("platform") / "workspace"
    words = ("init", str(folder), "--name", "Dana Ortiz", "--person", ORTIZ, "--role", "continuity_manager")
    result = CliRunner().invoke(sdflow, [*words, "--organisation", "Cloud platform", "--as-of", BEFORE])
    assert result.exit_code == 0, result.output
    files = [str(EXAMPLES / f"{name}.yaml") for name in ("01-organisation", "02-people", "03-service")]
    Desk(folder).must("apply", *files, str(EXAMPLE), person=ORTIZ, day=BEFORE)
    return folder


@pytest.fixture
def platform(platform_once: Path, tmp_path: Path) -> Desk:
    shutil.copytree(platform_once, tmp_path / "workspace")
    return Desk(tmp_path / "workspace")


REFUSED: dict[str, tuple[dict[str, object], str]] = {
    "a matrix that falls where the value grows": (
        {"scale__matrix__v8__low__high": "20"},
        "scale: matrix: the measure falls from 21 for value 7, likelihood Low, vulnerability High to 20 for value 8, likelihood "
        "Low, vulnerability High",
    ),
    "a matrix that falls where the likelihood grows": (
        {"scale__matrix__v1__high__low": "1"},
        "the measure falls from 2 for value 1, likelihood Medium, vulnerability Low to 1 for value 1, likelihood High",
    ),
    "a matrix that falls where the vulnerability grows": (
        {"scale__matrix__v1__low__high": "1"},
        "the measure falls from 2 for value 1, likelihood Low, vulnerability Medium to 1 for value 1, likelihood Low, vulnerability High",
    ),
    "a matrix with a hole": (
        {"scale__matrix__v4__medium__high": None},
        "there is no measure for value 4, likelihood Medium, vulnerability High; give one for every combination",
    ),
    "a matrix without a row": ({"scale__matrix__v4": None}, "no measure for value 4, likelihood Low, vulnerability Low"),
    "a row of the matrix that the scale does not have": (
        {"scale__matrix__v11": {}},
        "matrix: v11 is none of the values v1, v2",
    ),
    "a column of the matrix that the scale does not have": (
        {"scale__matrix__v1__low__utter": "9"},
        "matrix.v1.low: utter is none of the vulnerabilities low, medium, high",
    ),
    "a measure that is no number": ({"scale__matrix__v1__low__low": "small"}, "scale.matrix.v1.low.low"),
    "ranks with a gap": ({"scale__likelihoods__high__rank": "4"}, "likelihoods: the ranks are 1, 2, 4"),
    "more than ten steps of value": ({"scale__values__v11": {"rank": "11", "title": "11", "meaning": "-"}}, "scale.values"),
    "a measure that falls into no class": (
        {"scale__classes__small__from_measure": "2"},
        "classes: the measure 1 falls into none, since the first begins at 2",
    ),
    "two classes at one measure": ({"scale__classes__large__from_measure": "15"}, "two of them begin at the measure 15"),
    "a value that the scale does not have": ({"assets__sign_on__value": "v12"}, "assets.sign_on.value: v12 is none of v1"),
    "a likelihood that the scale does not have": (
        {"threats__host__likelihood": "never"},
        "threats.host.likelihood: never is none of low, medium, high",
    ),
    "a risk to an asset that there is not": (
        {"risks__deleted__asset": "office"},
        "risks.deleted.asset: office is none of those of the assessment",
    ),
    "a risk by a vulnerability that there is not": (
        {"risks__deleted__vulnerability": "door"},
        "risks.deleted.vulnerability: door is none of those",
    ),
    "a counter-measure that there is not": (
        {"risks__deleted__counter_measures": ["prayer"]},
        "risks.deleted.counter_measures: prayer is none of those",
    ),
    "a risk that is stated twice": (
        {"risks__deleted__threat": "update", "risks__deleted__vulnerability": "restore"},
        "risks.deleted: the same asset, threat and vulnerability as update_fails",
    ),
    "a treatment that makes nothing smaller": (
        {"risks__deleted__options__second_person__vulnerability": "high"},
        "risks.deleted.options.second_person.vulnerability: High is no lower than before the treatment",
    ),
    "a treatment that does not say what it lowers": (
        {"risks__deleted__options__second_person__vulnerability": None},
        "to reduce a risk lowers likelihood or value or vulnerability; say to which step",
    ),
    "a transfer that makes an event less likely": (
        {"risks__intruder__options__insurance__likelihood": "low"},
        "to transfer a risk lowers value alone; leave out likelihood",
    ),
    "an acceptance that lowers something": (
        {"risks__region_lost__options__bear__vulnerability": "low"},
        "to accept a risk lowers nothing; leave out vulnerability",
    ),
    "a choice that is no option": ({"risks__deleted__chosen": ["hope"]}, "chosen: hope is none of the options"),
    "a risk that is borne and made smaller at once": (
        {"risks__region_lost__chosen": ["standby", "bear"]},
        "chosen: who chooses to accept a risk chooses nothing else beside it",
    ),
    "a choice for which nobody is responsible": (
        {"risks__deleted__options__second_person__responsible": None},
        "options.second_person: it is chosen; say who is responsible for it and by when",
    ),
    "an acceptance that ends before it begins": (
        {"risks__deleted__acceptance__until": "2027-02-14"},
        "accepted until 2027-02-14, before it begins on 2027-02-15",
    ),
    "an acceptance that is longer than the class allows": (
        {"risks__region_lost__chosen": ["bear"], "risks__region_lost__acceptance__until": "2028-02-15"},
        "risks.region_lost.acceptance.until: what remains is Large (measure 48) and is accepted for 366 days, where the class "
        "allows 365",
    ),
    "an owner of a risk who does not sign": (
        {"risks__deleted__owner": "PER-KIM"},
        "risks.deleted.owner: PER-KIM owns the risk and is not among the signatories",
    ),
    "somebody who bears what remains and does not sign": (
        {"risks__deleted__acceptance__by": "PER-KIM"},
        "risks.deleted.acceptance.by: PER-KIM bears what remains and is not among the signatories",
    ),
    "a service that is recovered in two ways": (
        {"recovery__again": {"service": "SVC-PLATFORM", "option": "manual", "reason": "Cheaper"}},
        "recovery: SVC-PLATFORM stands there twice",
    ),
    "a way of recovery that there is not": ({"recovery__platform__option": "lukewarm"}, "recovery.platform.option"),
    "a negative cost": ({"risks__deleted__options__drills__cost__amount": "-1"}, "risks.deleted.options.drills.cost.amount"),
    "a service that does not exist": ({"recovery__platform__service": "SVC-PLATFROM"}, "SVC-PLATFORM"),
    "an asset that is a person": ({"assets__operators__record": "PER-BOYD"}, "PER-BOYD"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_so_is_refused_with_its_place_and_its_reason(
    name: str, platform_once: Path, write: Write
) -> None:
    changes, expected = REFUSED[name]
    bad = write("bad.yaml", written(**changes))
    said = Desk(platform_once).type("apply", str(bad), person=ORTIZ, day=BEFORE)
    assert said.code == 2, said.words
    assert "bad.yaml:" in said.err
    assert expected in said.words


def test_the_unchanged_assessment_is_not_refused(platform_once: Path, write: Write) -> None:
    """And so nothing of what was refused was stored."""
    good = write("good.yaml", written())
    assert Desk(platform_once).must("apply", str(good), "--json", person=ORTIZ).data[0]["outcome"] == "unchanged"


def test_an_acceptance_may_last_as_long_as_the_class_allows(platform: Desk, write: Write) -> None:
    text = written(risks__region_lost__chosen=["bear"])
    platform.must("apply", str(write("longest.yaml", text)), person=ORTIZ, day=BEFORE)


class Bureau:
    """A desk at which the assessment is made and accepted today."""

    def __init__(self, desk: Desk, keys: Path) -> None:
        self.desk, self.keys = desk, keys

    def take(self, step: str, person: str, *, code: int = 0) -> Said:
        said = self.desk.type("advance", RISKS, step, person=person, day=None)
        assert said.code == code, said.words
        return said

    def set(self, *clauses: str, person: str = ORTIZ, code: int = 0) -> Said:
        words = [word for clause in clauses for word in ("--set", clause)]
        said = self.desk.type("amend", RISKS, *words, person=person, day=None)
        assert said.code == code, said.words
        return said

    def sign(self, person: str) -> None:
        options = ("--key", str(self.keys / f"{person}.p12"), "--passphrase-file", str(self.keys / "passphrase"))
        self.desk.must("sign", RISKS, *options, person=person, day=None)

    def accept(self) -> None:
        self.take("analyse", ORTIZ)
        self.take("evaluate", VANCE)
        self.take("agree_treatment", MERCER)
        self.sign(MERCER)
        self.sign(VANCE)

    @property
    def record(self) -> dict[str, Any]:
        return dict(self.desk.must("show", RISKS, "--json", day=None).data["record"])

    def register(self, day: str, *options: str) -> Any:
        return self.desk.must("risks", "--json", *options, person=None, day=day).data

    def risk(self, key: str, day: str) -> Any:
        return next(one for one in self.register(day)["risks"] if one["risk"]["key"] == key)


@pytest.fixture(scope="module")
def with_keys(platform_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Bureau:
    folder = tmp_path_factory.mktemp("risks")
    shutil.copytree(platform_once, folder / "workspace")
    desk, keys = Desk(folder / "workspace"), folder / "keys"
    keys.mkdir()
    (keys / "passphrase").write_text(PASSPHRASE + "\n")
    for person in (MERCER, VANCE):
        options = ("-o", str(keys / f"{person}.p12"), "--passphrase-file", str(keys / "passphrase"))
        desk.must("key", "new", person, *options, person=ORTIZ, day=None)
    return Bureau(desk, keys)


def copied(bureau: Bureau, folder: Path) -> Bureau:
    shutil.copytree(bureau.desk.folder, folder / "workspace")
    return Bureau(Desk(folder / "workspace"), bureau.keys)


@pytest.fixture(scope="module")
def accepted_once(with_keys: Bureau, tmp_path_factory: pytest.TempPathFactory) -> Bureau:
    bureau = copied(with_keys, tmp_path_factory.mktemp("accepted"))
    bureau.accept()
    return bureau


@pytest.fixture
def drafted(with_keys: Bureau, tmp_path: Path) -> Bureau:
    return copied(with_keys, tmp_path)


@pytest.fixture
def accepted(accepted_once: Bureau, tmp_path: Path) -> Bureau:
    return copied(accepted_once, tmp_path)


def test_the_continuity_manager_analyses_and_those_who_own_risks_evaluate(drafted: Bureau) -> None:
    assert "is not continuity manager" in drafted.take("analyse", MERCER, code=1).words
    drafted.take("analyse", ORTIZ)
    assert "is not risk owner" in drafted.take("evaluate", ORTIZ, code=1).words
    drafted.take("evaluate", MERCER)


def test_who_wrote_it_does_not_agree_to_its_treatments(drafted: Bureau) -> None:
    drafted.set("scope=The platform alone", person=VANCE)
    drafted.take("analyse", ORTIZ)
    drafted.take("evaluate", MERCER)
    assert "Ruth Vance drafted it" in drafted.take("agree_treatment", VANCE, code=1).words


@pytest.mark.parametrize(
    ("path", "step"),
    [
        ("risks__deleted__consequence", "analyse"),
        ("risks__deleted__decision", "agree_treatment"),
        ("risks__deleted__acceptance", "agree_treatment"),
        ("risks__host_away__chosen", "agree_treatment"),
        ("recovery", "agree_treatment"),
    ],
)
def test_a_risk_of_which_something_is_open_does_not_go_on(path: str, step: str, drafted: Bureau, write: Write) -> None:
    text = written(**{path: None})
    drafted.desk.must("apply", str(write("open.yaml", text)), person=ORTIZ, day=None)
    if step != "analyse":
        drafted.take("analyse", ORTIZ)
        drafted.take("evaluate", VANCE)
    said = drafted.take(step, ORTIZ if step == "analyse" else MERCER, code=1)
    assert f"not yet filled in: {re.sub('__(deleted|host_away)__', '.*.', path)}" in said.words


@pytest.mark.pdf
def test_an_accepted_assessment_is_a_file_signed_by_the_owners_of_its_risks(accepted: Bureau, tmp_path: Path) -> None:
    assert (accepted.record["state"], accepted.record["version"]) == ("accepted", 1)
    path = tmp_path / "risks.pdf"
    accepted.desk.must("document", RISKS, "-o", str(path), person=ORTIZ, day=None)
    for options in ((), ("--without-database",)):
        said = accepted.desk.type("verify", str(path), *options, person=None, day=None)
        assert said.code == 0, said.words


@pytest.mark.pdf
def test_what_was_accepted_no_longer_changes_but_what_is_done_is_recorded(accepted: Bureau) -> None:
    assert "can no longer be changed" in accepted.set("scope=Everything", code=1).err
    assert accepted.risk("deleted", "2027-06-01")["now"]["measure"] == 81
    accepted.set("risks.deleted.options.second_person.done_on=2027-04-20")
    assert accepted.record["version"] == 1
    # by the matrix: value 9, likelihood High; vulnerability High before that day, Low from it on
    assert accepted.risk("deleted", "2027-04-19")["now"]["measure"] == 9 * 3 * 3
    assert accepted.risk("deleted", "2027-04-20")["now"]["measure"] == 9 * 3 * 1
    assert accepted.risk("deleted", "2027-04-20")["residual"]["measure"] == 9 * 2 * 1


@pytest.mark.pdf
def test_while_it_is_reviewed_what_was_accepted_counts(accepted: Bureau) -> None:
    accepted.take("review", MERCER)
    assert accepted.record["state"] == "under_review"
    accepted.set("threats.host.likelihood=high", "risks.deleted.options.second_person.done_on=2027-04-20")
    one = accepted.risk("host_away", "2027-03-01")
    assert (one["before"]["likelihood"], one["borne"], one["open"]) == (1, True, False)
    assert accepted.risk("deleted", "2027-05-01")["now"]["measure"] == 27, "what was done counts at once"
    (assessment,) = accepted.register("2027-03-01")["assessments"]
    assert (assessment["state"], assessment["version"]) == ("under_review", 1)
    accepted.take("abandon", MERCER)
    assert accepted.record["state"] == "accepted"
    shown = accepted.desk.must("show", RISKS, "--json", day=None).data["content"]
    assert shown["threats"]["host"]["likelihood"] == "low"


@pytest.mark.pdf
def test_a_review_becomes_the_next_version_with_its_cause_and_its_first_day(accepted: Bureau) -> None:
    accepted.take("review", ORTIZ)
    accepted.set("threats.host.likelihood=high", "threats.host.reason=Away for four days in May")
    accepted.take("analyse", ORTIZ)
    accepted.take("evaluate", VANCE)
    assert "not yet filled in: change_request, effective_on" in accepted.take("agree_treatment", MERCER, code=1).words
    accepted.take("return", VANCE)
    accepted.set("change_request=RFC-2027-0011", f"effective_on={TODAY}")
    accepted.accept()
    assert (accepted.record["state"], accepted.record["version"]) == ("accepted", 2)
    assert accepted.risk("host_away", "2027-03-01")["before"]["likelihood"] == 3
    accepted.take("supersede", ORTIZ)
    assert accepted.register("2027-03-01")["assessments"] == []


@pytest.mark.pdf
def test_somebody_who_does_not_bear_what_remains_says_why(drafted: Bureau) -> None:
    drafted.take("analyse", ORTIZ)
    drafted.take("evaluate", VANCE)
    drafted.take("agree_treatment", MERCER)
    drafted.desk.must("decline", RISKS, "--reason", "Two operators are too few", person=MERCER, day=None)
    assert drafted.record["state"] == "evaluated"


@pytest.mark.pdf
def test_the_register_knows_what_is_open_overdue_and_lapsed_on_a_day(accepted: Bureau) -> None:
    early, late = accepted.register("2027-03-01"), accepted.register("2029-02-14")
    assert [one["risk"]["key"] for one in early["risks"]] == [
        "deleted", "region_lost", "nobody_there", "update_fails", "intruder", "host_away",
    ]  # fmt: skip
    assert [one["number"] for one in early["risks"]] == [1, 2, 3, 4, 5, 6]
    assert not any(one["overdue"] or one["lapsed"] for one in early["risks"])
    assert {one["risk"]["key"] for one in accepted.register("2027-03-01", "--open")["risks"]} == {
        one["risk"]["key"] for one in early["risks"]
    } - {"host_away"}, "what is only borne is not open while somebody bears it"
    assert {one["risk"]["key"]: one["overdue"] for one in late["risks"]}["host_away"] is False
    assert all(one["lapsed"] and one["open"] for one in late["risks"])
    assert late["assessments"][0]["review_overdue"]
    assert {one["risk"]["key"] for one in accepted.register("2027-03-20")["risks"] if one["overdue"]} == {"intruder"}
    assert early["costs"] == [
        {"currency": "USD", "per": "once", "amount": "64000"},
        {"currency": "USD", "per": "year", "amount": "212000"},
    ]
    words = accepted.desk.must("risks", person=None, day="2027-03-20").words
    for sentence in ("overdue", "5 of 6", "USD 212,000.00 each year"):
        assert sentence in words, sentence


def test_nobody_bears_what_was_not_accepted(platform: Desk) -> None:
    (assessment,) = platform.must("risks", "--json", person=None, day="2027-03-01").data["assessments"]
    assert (assessment["version"], assessment["open"], assessment["risks"]) == (None, 6, 6)
    assert "not accepted yet" in platform.must("risks", person=None, day="2027-03-01").words


def test_assessments_by_other_scales_stand_in_one_register_the_largest_class_first(
    platform: Desk, write: Write
) -> None:
    """The second one has two classes, so that its large risks lie in the highest one."""
    classes = {
        "low": {"title": "Low", "from_measure": "1", "meaning": "Borne"},
        "high": {"title": "High", "from_measure": "40", "meaning": "Treated"},
    }
    platform.must(
        "apply", str(write("other.yaml", written(reference="RSK-0002", scale__classes=classes))), person=ORTIZ
    )
    found = platform.must("risks", "--json", person=None).data
    order = [(one["assessment"], one["now"]["measure"]) for one in found["risks"]]
    assert order[:3] == [("RSK-0001", 81), ("RSK-0002", 81), ("RSK-0002", 48)]
    assert order[3] == ("RSK-0001", 48), "Large is not the highest class of the first one"
    assert found["costs"][0]["amount"] == "128000"


@pytest.mark.pdf
def test_the_register_becomes_an_accessible_document_with_its_maps(platform: Desk, tmp_path: Path) -> None:
    said = platform.must("risks", "--accessible", "-o", str(tmp_path), "--json", person=None, day=BEFORE)
    pdf = tmp_path / "risks.pdf"
    assert json.loads(said.out)["file"] == str(pdf)
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf.read_bytes()
    text = subprocess.run(["pdftotext", pdf, "-"], check=True, capture_output=True, text=True).stdout
    words = " ".join(text.split())
    for sentence in ("Risk map of RSK-0001", "An operator deletes data bases by mistake", "teaching form of CRAMM"):
        assert sentence in words


@pytest.mark.pdf
def test_the_same_register_of_the_same_day_is_the_same_file(platform: Desk, tmp_path: Path) -> None:
    for name in ("one.pdf", "two.pdf"):
        platform.must("risks", "--output", str(tmp_path / name), person=None, day=BEFORE)
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()


def test_a_workspace_without_an_assessment_says_how_to_begin(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "bare")
    desk.type("init", str(desk.folder), "--name", "Dana Ortiz", "--person", ORTIZ)
    assert "There is no risk assessment yet" in desk.must("risks", person=None).words
    assert desk.must("risks", "--json", person=None).data["risks"] == []


def test_what_makes_no_sense_on_the_command_line_is_refused(platform: Desk, tmp_path: Path) -> None:
    assert platform.type("risks", "--accessible", person=None).code == 2
    (tmp_path / "file").write_text("")
    said = platform.type("risks", "-o", str(tmp_path / "file" / "register.pdf"), person=None, day=BEFORE)
    assert (said.code, "cannot be written" in said.words) == (2, True)
