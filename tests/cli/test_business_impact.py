"""A business impact analysis from the record file to the signed document, and what is refused of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from counter import PASSPHRASE, TODAY
from desk import HELEN, Desk, Said
from sdflow.areas.continuity.bia import Bia
from sdflow.bootstrap import content_folder

EXAMPLE = content_folder() / "examples" / "halvorsen" / "09-business-impact.yaml"
BIA = "BIA-0001"
NDIAYE, BRANDT, ASHDOWN = "PER-NDIAYE", "PER-BRANDT", "PER-ASHDOWN"
Write = Callable[[str, str], Path]


def written(**changes: object) -> str:
    """The analysis of the example as a record file, with other values at some paths (dots written as two underlines)."""
    record = list(yaml.load_all(EXAMPLE.read_text(encoding="utf-8"), Loader=yaml.BaseLoader))[-1]
    for path, value in changes.items():
        *way, last = path.split("__")
        place = record
        for key in way:
            place = place[key]
        place[last] = value
    return yaml.safe_dump(record, sort_keys=False, allow_unicode=True)


REFUSED: dict[str, tuple[dict[str, object], str]] = {
    "an impact in money that falls with time": (
        {"processes__claims__impacts__cost__amounts__d3": "39999"},
        "processes.claims.impacts.cost: the harm falls from GBP 40,000 after 1 day to GBP 39,999 after 3 days",
    ),
    "an impact in words that falls with time": (
        {"processes__claims__impacts__law__levels__w1": "noticed"},
        "processes.claims.impacts.law: the harm falls from Severe after 3 days to Noticed after 1 week",
    ),
    "harm of lost work that falls with how much is lost": (
        {"processes__claims__lost_work__law__levels__d1": "slight"},
        "processes.claims.lost_work.law: the harm falls from Serious after 4 hours to Slight after 1 day",
    ),
    "a recovery time longer than what is tolerable": (
        {"processes__claims__recovery_time": {"minutes": "481", "reason": "The rack is full"}},
        "the objective of 481 minutes is longer than the 480 minutes that are tolerable (MTPD)",
    ),
    "a recovery time after that of who needs it": (
        {"processes__payments__recovery_time": {"minutes": "481", "reason": "The bank is slow"}},
        "Opening and settling claims (claims) needs the process after 480 minutes already",
    ),
    "a time set by hand without a reason": (
        {"processes__claims__recovery_time": {"minutes": "400"}},
        "processes.claims.recovery_time.reason",
    ),
    "a time of the scale that was not assessed": (
        {"processes__claims__impacts__law__levels": {"h1": "slight"}},
        "nothing is said for h4, h8, d1, d3, w1, m1",
    ),
    "a level that the scale does not have": (
        {"processes__claims__impacts__law__levels__m1": "awful"},
        "awful is none of the levels slight, noticed, serious, severe, grave",
    ),
    "a form of loss that the scale does not have": (
        {"processes__claims__impacts__fame": {"levels": {}}},
        "processes.claims.impacts.fame: none of the forms of loss",
    ),
    "processes that need one another": (
        {"processes__payments__needs": ["claims"]},
        "processes need one another in a loop: claims → payments → claims",
    ),
    "a threshold that is no level": ({"scale__intolerable_from": "dire"}, "intolerable_from is dire, which is none of"),
    "ranks with a gap": ({"scale__levels__grave__rank": "7"}, "number them from 1 without gaps"),
    "amounts of levels that do not rise": (
        {"scale__levels__severe__from_amount": "50000"},
        "do not rise with their ranks",
    ),
    "amounts without a currency": ({"scale__currency": None}, "amounts need a currency"),
    "a process that works fully before it works at all": (
        {"processes__claims__full_again_minutes": "479"},
        "fully again after 479 minutes, before the objective of 480 minutes",
    ),
    "a resumption longer than the objective": (
        {"processes__claims__services__mail__resumption_minutes": "481"},
        "more than the whole objective of 480 minutes",
    ),
    "a service that does not exist": ({"processes__claims__services__mail__service": "SVC-EMIAL"}, "SVC-EMAIL"),
    "a criticality that the scale does not have": ({"processes__claims__criticality": "utter"}, "utter is none of"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_so_is_refused_with_its_place_and_its_reason(name: str, desk: Desk, write: Write) -> None:
    changes, expected = REFUSED[name]
    said = desk.type("apply", str(write("bad.yaml", written(**changes))))
    assert said.code == 2, said.words
    assert "bad.yaml:" in said.err
    assert expected in said.words


def test_the_unchanged_analysis_is_not_refused(desk: Desk, write: Write) -> None:
    assert desk.must("apply", str(write("good.yaml", written())), "--json").data[0]["outcome"] == "unchanged"


def test_a_loss_in_money_is_as_bad_as_the_level_that_it_reaches(desk: Desk, write: Write) -> None:
    """One pound more after eight hours, and eight hours are no longer tolerable; then the recovery time is too long."""
    by_hand = {"processes__claims__recovery_time": {"minutes": "480", "reason": "As agreed"}}
    cost = {"processes__claims__impacts__cost__amounts__" + key: "250000" for key in ("d1", "d3")}
    for amount, code in (("249999.99", 0), ("250000", 2)):
        changes = by_hand | cost | {"processes__claims__impacts__cost__amounts__h8": amount}
        said = desk.type("apply", str(write("dear.yaml", written(**changes))))
        assert said.code == code, said.words
        assert ("longer than the 240 minutes that are tolerable" in said.words) == bool(code)


def test_the_sample_analysis_asks_of_mail_what_the_requirement_states_and_the_agreement_promises(desk: Desk) -> None:
    analysis = Bia.model_validate(desk.must("show", BIA, "--json").data["content"])
    mail = [need for need in analysis.needs() if need.service == "SVC-EMAIL"]
    assert len(mail) == len(analysis.processes)
    stated = desk.must("show", "SLR-0001", "--json").data["content"]["continuity"]
    assert "more than eight hours or the loss of more than one hour of mail" in stated
    assert min(need.tolerable_minutes or 0 for need in mail) == 8 * 60
    promised = desk.must("show", "SLA-0001", "--json").data["content"]["continuity"]
    assert "back within eight hours, with at most one hour of mail lost" in promised
    assert min(need.time_minutes or 0 for need in mail) == 8 * 60
    assert min(need.point_minutes or 0 for need in mail) == 60
    assert all(need.plan_owed for need in mail)


class Bureau:
    """A desk at which the analysis is made, reviewed and signed today."""

    def __init__(self, desk: Desk, keys: Path) -> None:
        self.desk, self.keys = desk, keys

    def take(self, step: str, person: str, *, code: int = 0) -> Said:
        said = self.desk.type("advance", BIA, step, person=person, day=None)
        assert said.code == code, said.words
        return said

    def set(self, *clauses: str) -> Said:
        words = [word for clause in clauses for word in ("--set", clause)]
        return self.desk.type("amend", BIA, *words, person=NDIAYE, day=None)

    def sign(self, person: str) -> Said:
        options = ("--key", str(self.keys / f"{person}.p12"), "--passphrase-file", str(self.keys / "passphrase"))
        return self.desk.must("sign", BIA, *options, person=person, day=None)

    def approve(self) -> None:
        self.take("submit", NDIAYE)
        self.take("open_signing", BRANDT)
        self.sign(BRANDT)
        self.sign(ASHDOWN)

    @property
    def record(self) -> dict[str, object]:
        return dict(self.desk.must("show", BIA, "--json", day=None).data["record"])


@pytest.fixture(scope="module")
def with_keys(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Bureau:
    folder = tmp_path_factory.mktemp("analysis")
    shutil.copytree(furnished, folder / "workspace")
    desk, keys = Desk(folder / "workspace"), folder / "keys"
    keys.mkdir()
    (keys / "passphrase").write_text(PASSPHRASE + "\n")
    for person in (BRANDT, ASHDOWN):
        options = ("-o", str(keys / f"{person}.p12"), "--passphrase-file", str(keys / "passphrase"))
        desk.must("key", "new", person, *options, day=None)
    return Bureau(desk, keys)


def copied(bureau: Bureau, folder: Path) -> Bureau:
    shutil.copytree(bureau.desk.folder, folder / "workspace")
    return Bureau(Desk(folder / "workspace"), bureau.keys)


@pytest.fixture(scope="module")
def approved_once(with_keys: Bureau, tmp_path_factory: pytest.TempPathFactory) -> Bureau:
    bureau = copied(with_keys, tmp_path_factory.mktemp("approved"))
    bureau.approve()
    return bureau


@pytest.fixture
def drafted(with_keys: Bureau, tmp_path: Path) -> Bureau:
    return copied(with_keys, tmp_path)


@pytest.fixture
def approved(approved_once: Bureau, tmp_path: Path) -> Bureau:
    return copied(approved_once, tmp_path)


def test_only_the_continuity_manager_submits_and_only_who_answers_for_a_process_releases(drafted: Bureau) -> None:
    assert "is not continuity manager" in drafted.take("submit", BRANDT, code=1).words
    drafted.take("submit", NDIAYE)
    assert "is not business process owner" in drafted.take("open_signing", NDIAYE, code=1).words


def test_who_wrote_it_does_not_release_it(drafted: Bureau) -> None:
    drafted.desk.must("amend", BIA, "--set", "scope=Claims alone", person=BRANDT, day=None)
    drafted.take("submit", NDIAYE)
    assert "Jonas Brandt drafted it" in drafted.take("open_signing", BRANDT, code=1).words


def test_a_process_of_which_nothing_was_assessed_is_not_submitted(drafted: Bureau, write: Write) -> None:
    text = written(processes__payments__impacts={})
    drafted.desk.must("apply", str(write("open.yaml", text)), person=NDIAYE, day=None)
    assert "not yet filled in: processes.*.impacts" in drafted.take("submit", NDIAYE, code=1).words


@pytest.mark.pdf
def test_an_approved_analysis_is_a_signed_file_that_verifies(approved: Bureau, tmp_path: Path) -> None:
    assert (approved.record["state"], approved.record["version"]) == ("approved", 1)
    path = tmp_path / "analysis.pdf"
    approved.desk.must("document", BIA, "-o", str(path), day=None)
    said = approved.desk.type("verify", str(path), person=None, day=None)
    assert said.code == 0, said.words
    assert approved.desk.type("verify", str(path), "--without-database", person=None, day=None).code == 0


@pytest.mark.pdf
def test_an_approved_analysis_can_no_longer_be_changed(approved: Bureau) -> None:
    said = approved.set("scope=Everything")
    assert said.code == 1
    assert "can no longer be changed" in said.err


@pytest.mark.pdf
def test_a_next_version_names_its_cause_and_its_first_day_and_takes_the_place_of_the_one_before(
    approved: Bureau,
) -> None:
    approved.take("revise", NDIAYE)
    assert approved.set("processes.payments.minimum.percent=30").code == 0
    approved.take("submit", NDIAYE)
    said = approved.take("open_signing", BRANDT, code=1)
    assert "not yet filled in: change_request, effective_on" in said.words
    approved.take("return", BRANDT)
    assert approved.set("change_request=RFC-2026-0007", f"effective_on={TODAY}").code == 0
    approved.approve()
    assert (approved.record["state"], approved.record["version"]) == ("approved", 2)
    assert "superseded" in approved.desk.must("history", BIA, day=None).words


@pytest.mark.pdf
def test_a_change_that_is_given_up_leaves_what_was_approved(approved: Bureau) -> None:
    approved.take("revise", NDIAYE)
    assert approved.set("processes.payments.minimum.percent=30").code == 0
    approved.take("abandon", NDIAYE)
    shown = approved.desk.must("show", BIA, "--json", day=None).data
    assert shown["record"]["state"] == "approved"
    assert shown["content"]["processes"]["payments"]["minimum"]["percent"] == "20"


@pytest.mark.pdf
def test_an_analysis_that_another_one_replaces_is_at_its_end(approved: Bureau) -> None:
    approved.take("supersede", NDIAYE)
    assert approved.record["state"] == "superseded"
    assert approved.desk.must("steps", BIA, "--json", person=HELEN, day=None).data["steps"] == []
