"""Verifying from the command line: folders, time stamps and revocations, with and without the records."""

from __future__ import annotations

import json
import os
import pty
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from desk import OMAR, Desk, Said
from trust_services import TrustServices, trust_services

RECORD, LIN = "OLA-0001", "PER-LIN"
CHARGES = "charges:\n  none: {title: Nothing is charged, amount: 0, currency: GBP, per: year}\n"
pytestmark = pytest.mark.pdf


@dataclass(frozen=True)
class Office(Desk):
    """A workspace with an authority of its own, an agreement that waits for two signatures, and their keys."""

    keys: Path

    @property
    def secret(self) -> str:
        return str(self.keys / "passphrase")

    @property
    def authority(self) -> tuple[str, ...]:
        return ("--authority", str(self.keys / "authority.p12"), "--authority-passphrase-file", self.secret)

    def sign(self, person: str, *more: str) -> Said:
        key = ("--key", str(self.keys / f"{person}.p12"), "--passphrase-file", self.secret)
        return self.type("sign", RECORD, *key, *more, person=person, day=None)

    def ask(self, url: str, root: Path) -> None:
        """Name a time-stamp authority in the settings."""
        with (self.folder / "sdflow.toml").open("a") as settings:
            settings.write(f'\n[signing]\ntimestamp_url = "{url}"\ntimestamp_root = "{root}"\n')

    def document(self, path: Path) -> Path:
        self.must("document", RECORD, "-o", str(path), day=None)
        return path

    def revoke(self, person: str) -> Said:
        held = json.loads(self.must("key", "list", person, "--json", day=None).out)
        fingerprint = held[0]["fingerprint"]
        return self.type("authority", "revoke", fingerprint[:12], *self.authority, "--reason", "stolen", day=None)


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrustServices]:
    with trust_services(tmp_path_factory.mktemp("trust")) as running:
        yield running


@pytest.fixture(scope="module")
def office(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Office:
    folder = tmp_path_factory.mktemp("office")
    shutil.copytree(furnished, folder / "workspace")
    office = Office(folder / "workspace", folder / "keys")
    office.keys.mkdir()
    Path(office.secret).write_text("correct horse\n")
    made = ("-o", str(office.keys / "authority.p12"), "--authority-passphrase-file", office.secret)
    office.must("authority", "new", *made, day=None)
    for person in (LIN, OMAR):
        key = ("-o", str(office.keys / f"{person}.p12"), "--passphrase-file", office.secret)
        office.must("key", "new", person, *key, *office.authority, day=None)
    office.must("export", str(folder / "out"), RECORD, day=None)
    path = folder / "out" / "ola" / f"{RECORD}.yaml"
    text = path.read_text()
    path.write_text(text if "\ncharges:" in text else text + CHARGES)
    office.must("apply", str(path), day=None)
    office.must("advance", RECORD, "offer", day=None)
    office.must("advance", RECORD, "open_signing", day=None)
    return office


@pytest.fixture
def waiting(office: Office, tmp_path: Path) -> Office:
    """The office, in a copy of the test's own, with the agreement waiting for Mei Lin and then Omar Haddad."""
    shutil.copytree(office.folder, tmp_path / "workspace")
    return Office(tmp_path / "workspace", office.keys)


@pytest.fixture(scope="module")
def signed_once(office: Office, services: TrustServices, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """The agreement signed by both, with time stamps."""
    folder = tmp_path_factory.mktemp("signed") / "workspace"
    shutil.copytree(office.folder, folder)
    signed = Office(folder, office.keys)
    signed.ask(services.url(), services.root)
    for person in (LIN, OMAR):
        said = signed.sign(person)
        assert said.code == 0, said.words
    return signed


@pytest.fixture
def signed(signed_once: Office, tmp_path: Path) -> Office:
    shutil.copytree(signed_once.folder, tmp_path / "workspace")
    return Office(tmp_path / "workspace", signed_once.keys)


# Time stamps


def test_with_an_authority_in_the_settings_each_signature_is_stamped_and_proven(signed: Office, tmp_path: Path) -> None:
    said = signed.must("verify", str(signed.document(tmp_path / "ola.pdf")), day=None)
    assert said.words.count("proven by the time stamp of Fjord Time") == 2


def test_without_the_records_the_stamps_are_believed_when_their_root_is_given(
    signed: Office, services: TrustServices, tmp_path: Path
) -> None:
    path = str(signed.document(tmp_path / "ola.pdf"))
    alone = signed.must("verify", path, "--without-database", day=None)
    assert alone.words.count("if the time stamp of Fjord Time is to be believed") == 2
    rooted = signed.must("verify", path, "--without-database", "--timestamp-root", str(services.root), day=None)
    assert rooted.words.count("proven by the time stamp of Fjord Time") == 2


def test_an_authority_that_does_not_answer_stops_the_signature_and_nothing_is_stored(
    waiting: Office, services: TrustServices, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}/"
    waiting.ask(nobody, services.root)
    before = waiting.must("audit", "verify", "--json", day=None).data["acts"]
    output = tmp_path / "signed.pdf"
    said = waiting.sign(LIN, "-o", str(output))
    assert said.code == 1
    assert f"no time stamp came from {nobody}" in said.words
    assert "sign with --without-timestamp" in said.words
    assert not output.exists()
    assert waiting.must("audit", "verify", "--json", day=None).data["acts"] == before
    claimed = waiting.sign(LIN, "--without-timestamp")
    assert claimed.code == 0, claimed.words


def test_without_a_stamp_the_history_on_record_vouches_and_the_file_alone_only_claims(
    waiting: Office, tmp_path: Path
) -> None:
    for person in (LIN, OMAR):
        assert waiting.sign(person).code == 0
    path = str(waiting.document(tmp_path / "ola.pdf"))
    assert waiting.must("verify", path, day=None).words.count("as the history on record holds") == 2
    assert waiting.must("verify", path, "--without-database", day=None).words.count("claimed, not proven") == 2


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('timestamp_url = "http://time.example"', "needs signing.timestamp_root"),
        ('timestamp_url = "http://time.example"\ntimestamp_root = "gone.pem"', "gone.pem: cannot be read"),
        ('timestamp_uri = "http://time.example"', "signing.timestamp_uri: there is no such setting"),
        ('timestamp_fingerprint = "abc"', "'abc' is no SHA-256"),
        (
            f'timestamp_url = "http://time.example"\ntimestamp_fingerprint = "{"0" * 64}"\ntimestamp_timeout_seconds = "x"',
            "a whole number from 1 to 300 is wanted",
        ),
    ],
)
def test_settings_for_time_stamps_that_do_not_suffice_are_said_in_one_line(
    waiting: Office, line: str, reason: str
) -> None:
    with (waiting.folder / "sdflow.toml").open("a") as settings:
        settings.write(f"\n[signing]\n{line}\n")
    said = waiting.type("list", day=None)
    assert said.code == 2
    assert reason in said.words


# Revocation


def test_a_revoked_certificate_signs_nothing_any_more(waiting: Office) -> None:
    said = waiting.revoke(LIN)
    assert said.code == 0, said.words
    assert "of Mei Lin (PER-LIN) is revoked; 1 are on the list" in said.words
    assert "was revoked on" in waiting.sign(LIN).words
    assert "“stolen”" in waiting.must("history", LIN, day=None).words
    assert "is on the list of revoked certificates already" in waiting.revoke(LIN).words


def test_what_was_stamped_before_a_revocation_stays_genuine(signed: Office, tmp_path: Path) -> None:
    path = str(signed.document(tmp_path / "ola.pdf"))
    assert signed.revoke(OMAR).code == 0
    said = signed.must("verify", path, day=None)
    assert "before the certificate of Omar Haddad was revoked" in said.words


def test_an_authority_of_elsewhere_issues_and_revokes_nothing_here(waiting: Office, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere"
    shutil.copytree(waiting.folder, other)
    shutil.rmtree(other / "authority")
    elsewhere = Office(other, tmp_path)
    Path(elsewhere.secret).write_text("correct horse\n")
    made = ("-o", str(tmp_path / "authority.p12"), "--authority-passphrase-file", elsewhere.secret)
    elsewhere.must("authority", "new", *made, day=None)
    foreign = ("--authority", str(tmp_path / "authority.p12"), "--authority-passphrase-file", waiting.secret)
    key = ("-o", str(tmp_path / "key.p12"), "--passphrase-file", waiting.secret)
    said = waiting.type("key", "new", LIN, *key, *foreign, day=None)
    assert (said.code, "is not that of this workspace's authority" in said.words) == (1, True)
    assert not (tmp_path / "key.p12").exists()
    second = waiting.type("authority", "new", "-o", str(tmp_path / "again.p12"), *made[2:], day=None)
    assert "holds an authority already" in second.words
    assert not (tmp_path / "again.p12").exists()
    assert (
        "issued no certificate whose SHA-256 starts with 'ffff'"
        in waiting.type("authority", "revoke", "ffff", *waiting.authority, "--reason", "x", day=None).words
    )


# Folders


def test_a_folder_is_checked_with_everything_below_it_and_summed_up(signed: Office, tmp_path: Path) -> None:
    received = tmp_path / "received"
    good = signed.document(received / "2026" / "ola.pdf")
    said = signed.type("verify", str(received), day=None)
    assert said.code == 0, said.words
    assert "1 of 1 files are genuine" in said.words
    (received / "cut.PDF").write_bytes(good.read_bytes()[:-40])
    (received / "note.txt").write_text("no PDF")
    said = signed.type("verify", str(received), day=None)
    assert said.code == 1
    assert "1 of 2 files are genuine" in said.words
    assert "not genuine" in said.words
    reports = {Path(one["source"]).name: one for one in signed.type("verify", str(received), "--json", day=None).data}
    assert {name: one["genuine"] for name, one in reports.items()} == {"ola.pdf": True, "cut.PDF": False}
    assert {one["stamped_by"] for one in reports["ola.pdf"]["signatures"]} == {"Fjord Time"}


def test_a_folder_without_pdf_files_is_said_to_be_one(signed: Office, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    said = signed.type("verify", str(tmp_path / "empty"), day=None)
    assert (said.code, "holds no PDF files" in said.words) == (2, True)


def test_a_file_in_a_folder_that_cannot_be_opened_stops_no_other(signed: Office, tmp_path: Path) -> None:
    signed.document(tmp_path / "received" / "ola.pdf")
    (tmp_path / "received" / "broken.pdf").symlink_to(tmp_path / "nowhere.pdf")
    said = signed.type("verify", str(tmp_path / "received"), day=None)
    assert said.code == 1
    assert "The file cannot be read" in said.words
    assert "1 of 2 files are genuine" in said.words


def test_a_pipe_in_a_folder_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "endless.pdf")
    words = [sys.executable, "-m", "sdflow", "verify", str(tmp_path), "--without-database"]
    finished = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert finished.returncode == 1
    assert "The file cannot be read" in " ".join(finished.stdout.split())


def test_what_a_stranger_wrote_does_not_steer_the_terminal(signed: Office, tmp_path: Path) -> None:
    (tmp_path / "a\x1b[2K\x1b[1A\u202eb.pdf").write_bytes(b"%PDF-1.7 nothing")
    said = signed.type("verify", str(tmp_path), "--without-database", person=None, day=None)
    assert "\x1b" not in said.out
    assert "\u202e" not in said.out
    assert "\\u001b" in said.out


def test_of_many_files_it_is_shown_on_a_terminal_how_many_are_done(tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / f"{number}.pdf").write_bytes(b"%PDF-1.7 nothing")
    words = [sys.executable, "-m", "sdflow", "verify", str(tmp_path), "--without-database"]
    ours, theirs = pty.openpty()
    surroundings = {**os.environ, "TERM": "xterm"}
    done = subprocess.run(words, stderr=theirs, stdout=subprocess.PIPE, env=surroundings, check=False)
    os.close(theirs)
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    assert done.returncode == 1
    assert "files" in shown
    assert "5/5" in shown
    assert b"0 of 5 files are genuine" in done.stdout
    assert b"5/5" not in done.stdout
