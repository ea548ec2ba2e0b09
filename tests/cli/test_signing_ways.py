"""Order and turns, declining, signatures on paper."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from counter import BRIGGS, KEANE, LIN, RECORD, ROSSI, TODAY, Counter
from desk import HELEN, OMAR, Desk

pytestmark = pytest.mark.pdf


# Turns


@pytest.mark.parametrize("order", [(LIN, OMAR, ROSSI), (LIN, ROSSI, OMAR)], ids=["as listed", "the other way round"])
def test_those_of_one_turn_sign_in_any_order_and_the_file_verifies(
    side_by_side: Counter, tmp_path: Path, order: tuple[str, ...]
) -> None:
    said = [side_by_side.sign(person) for person in order]
    assert [one.code for one in said] == [0, 0, 0], [one.words for one in said]
    assert "Next to sign: Omar Haddad and Sofia Rossi, in any order" in said[0].words
    assert "All have signed; OLA-0001 is signed" in said[2].words
    for options in ((), ("--without-database",)):
        verified = side_by_side.verified(tmp_path, *options)
        assert verified.code == 0, verified.words


def test_who_signs_later_waits_for_everybody_of_the_turn_before(side_by_side: Counter, tmp_path: Path) -> None:
    said = side_by_side.sign(ROSSI)
    assert said.code == 1
    assert "Mei Lin signs OLA-0001 before Sofia Rossi" in said.err
    assert side_by_side.sign(LIN).code == 0
    assert "has already signed" in side_by_side.sign(LIN).err
    assert side_by_side.sign(ROSSI).code == 0
    unfinished = side_by_side.verified(tmp_path)
    assert unfinished.code == 1
    assert "missing: Omar Haddad" in unfinished.words


def test_a_file_in_which_a_later_turn_signed_first_would_be_found_out(side_by_side: Counter) -> None:
    envelope = json.loads(side_by_side.shown()["envelope"]["text"])  # type: ignore[index]
    turns = [(one["key"], one["turn"]) for one in envelope["signatories"]]
    assert turns == [("team", 1), ("receiver", 2), ("supplier", 2)]


# Declining


def test_who_declines_says_why_and_the_signatures_given_so_far_no_longer_count(side_by_side: Counter) -> None:
    side_by_side.sign(LIN)
    said = side_by_side.type("decline", RECORD, "--reason", "The hours are too long", person=ROSSI, day=None)
    assert said.code == 0, said.words
    assert "The signature of Mei Lin counts no longer" in said.words
    assert side_by_side.state == "negotiation"
    assert "declined by PER-ROSSI: “The hours are too long”" in side_by_side.must("show", RECORD, day=None).words
    history = side_by_side.must("history", RECORD, day=None).words
    assert "declined to sign as supplier" in history
    assert "“The hours are too long”" in history
    assert "not open for signature" in side_by_side.sign(OMAR).err
    side_by_side.must("advance", RECORD, "open_signing", day=None)
    shown = side_by_side.shown()
    assert shown["record"]["version"] == 2  # type: ignore[index]
    assert shown["signatures"] == []
    assert shown["declined"] is None
    assert side_by_side.must("audit", "verify", "--json", day=None).data["faults"] == []


@pytest.mark.parametrize(
    ("person", "reason", "message"),
    [
        (LIN, "Too late", "Mei Lin has already signed"),
        (HELEN, "I do not like it", "Helen Carrick is no signatory"),
        (ROSSI, " ", "nobody declines without a reason"),
    ],
)
def test_only_who_has_yet_to_sign_declines_and_never_without_a_reason(
    side_by_side: Counter, person: str, reason: str, message: str
) -> None:
    side_by_side.sign(LIN)
    said = side_by_side.type("decline", RECORD, "--reason", reason, person=person, day=None)
    assert said.code == 1
    assert message in said.err
    assert side_by_side.state == "signing"


def test_nobody_takes_the_step_of_declining_in_place_of_a_signatory(side_by_side: Counter) -> None:
    said = side_by_side.type("advance", RECORD, "decline", day=None)
    assert said.code == 1
    assert "it is taken when a signatory declines; use: sdflow decline" in said.words


# Paper


def test_a_signature_on_paper_counts_and_needs_no_certificate(on_paper: Counter, scan: Path, tmp_path: Path) -> None:
    assert on_paper.sign(LIN).code == 0
    early = on_paper.sign(OMAR)
    assert "Alan Briggs signs OLA-0001 before Omar Haddad" in early.err
    said = on_paper.wet(scan)
    assert said.code == 0, said.words
    assert "Alan Briggs signed OLA-0001 version 1 on paper" in said.words
    assert "Next to sign: Omar Haddad" in said.words
    assert on_paper.sign(OMAR).code == 0
    assert on_paper.state == "signed"
    with_records = on_paper.verified(tmp_path)
    assert with_records.code == 0, with_records.words
    assert "scan recorded" in with_records.words
    assert "witnessed by Helen Carrick" in with_records.words
    without = on_paper.verified(tmp_path, "--without-database")
    assert without.code == 0, without.words
    assert "Alan Briggs signs for Northgate Service Delivery on paper, as agreed" in without.words
    assert "whether that was done is not in this file" in without.words


def test_the_scan_is_kept_byte_for_byte_and_its_hash_is_in_the_history(
    on_paper: Counter, scan: Path, tmp_path: Path
) -> None:
    on_paper.sign(LIN)
    on_paper.wet(scan)
    back = tmp_path / "back.png"
    told = on_paper.must("scan", RECORD, "counsel", "-o", str(back), "--json", day=None).data
    assert back.read_bytes() == scan.read_bytes()
    assert (told["media_type"], told["witness"], told["signed_on"]) == ("image/png", HELEN, TODAY)
    events = [
        event
        for line in on_paper.must("history", RECORD, "--json", day=None).data
        for event in line["events"]
        if event["details"].get("on_paper")
    ]
    assert [one["details"]["scan_sha256"] for one in events] == [told["sha256"]]
    assert "signed on paper as counsel" in on_paper.must("history", RECORD, day=None).words
    said = on_paper.type("scan", RECORD, "team", "-o", str(back), day=None)
    assert "no signature on paper in 'team'" in said.err


def test_a_signature_on_paper_that_nobody_recorded_is_missing_beside_the_records(
    on_paper: Counter, tmp_path: Path
) -> None:
    on_paper.sign(LIN)
    verified = on_paper.verified(tmp_path)
    assert verified.code == 1
    assert (
        "Alan Briggs is to sign for Northgate Service Delivery on paper; no such signature is on record"
        in verified.words
    )


def test_who_has_a_key_may_still_sign_on_paper_but_then_the_file_alone_is_incomplete(
    side_by_side: Counter, scan: Path, tmp_path: Path
) -> None:
    side_by_side.sign(LIN)
    said = side_by_side.wet(scan)
    assert said.code == 1
    assert "it is the turn of Omar Haddad (PER-HADDAD) and Sofia Rossi (PER-ROSSI)" in said.words
    assert side_by_side.wet(scan, "--signatory", OMAR).code == 0
    assert side_by_side.sign(ROSSI).code == 0
    assert side_by_side.state == "signed"
    assert side_by_side.verified(tmp_path).code == 0
    alone = side_by_side.verified(tmp_path, "--without-database")
    assert alone.code == 1
    assert "Omar Haddad for Northgate Service Delivery (receiver), not signed in this file" in alone.words


def test_when_the_last_one_signs_on_paper_the_file_stays_open_and_the_records_say_why(
    on_paper: Counter, scan: Path, tmp_path: Path
) -> None:
    on_paper.sign(LIN)
    on_paper.wet(scan)
    assert on_paper.wet(scan, "--signatory", OMAR).code == 0
    assert on_paper.state == "signed"
    verified = on_paper.verified(tmp_path)
    assert verified.code == 0, verified.words
    assert "Omar Haddad signed for Northgate Service Delivery on paper" in verified.words


def test_who_is_to_sign_on_paper_does_not_sign_with_a_key(on_paper: Counter) -> None:
    on_paper.sign(LIN)
    key = str(on_paper.keys / f"{LIN}.p12")
    secret = str(on_paper.keys / "passphrase")
    said = on_paper.type("sign", RECORD, "--key", key, "--passphrase-file", secret, person=BRIGGS, day=None)
    assert said.code == 1
    assert "Alan Briggs signs OLA-0001 on paper, as agreed" in said.err


@pytest.mark.parametrize(
    ("person", "witness", "more", "message"),
    [
        (HELEN, BRIGGS, (), "Alan Briggs signed and cannot witness it"),
        (BRIGGS, HELEN, (), "Alan Briggs does not record the own signature"),
        (HELEN, "TEAM-NORTHGATE", (), "is nobody who could act"),
        (HELEN, "PER-NOBODY", (), "is nobody who could act"),
        (HELEN, HELEN, ("--signed-on", "2025-01-01"), "cannot have been signed on 01 January 2025"),
        (HELEN, HELEN, ("--signed-on", "2999-01-01"), "cannot have been signed on 01 January 2999"),
        (HELEN, HELEN, ("--signatory", OMAR), "Alan Briggs signs OLA-0001 before Omar Haddad"),
        (HELEN, HELEN, ("--signatory", KEANE), "PER-KEANE is no signatory"),
    ],
)
def test_a_paper_that_proves_nothing_is_refused_and_nothing_is_stored(
    on_paper: Counter, scan: Path, person: str, witness: str, more: tuple[str, ...], message: str
) -> None:
    on_paper.sign(LIN)
    before = on_paper.must("audit", "anchor", "--json", day=None).data
    said = on_paper.wet(scan, *more, person=person, witness=witness)
    assert said.code == 1
    assert message in said.words
    assert on_paper.must("audit", "anchor", "--json", day=None).data == before


def cut_off(path: Path) -> bytes:
    return path.read_bytes()[:-40]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (lambda _: b"", "is empty"),
        (lambda _: b"not a picture", "is neither a PDF nor a PNG or JPEG picture"),
        (cut_off, "is a broken picture"),
        (lambda path: path.read_bytes()[:30] + b"\xff" * 200, "picture"),
        (lambda _: b"%PDF-1.7\nnothing", "is not a sound PDF"),
    ],
    ids=["empty", "a text", "cut off", "overwritten", "no PDF"],
)
def test_a_scan_that_is_none_is_refused_with_one_line(
    on_paper: Counter, scan: Path, tmp_path: Path, content: Callable[[Path], bytes], message: str
) -> None:
    on_paper.sign(LIN)
    path = tmp_path / "broken"
    path.write_bytes(content(scan))
    said = on_paper.wet(path)
    assert said.code == 2
    assert message in said.err
    assert len(said.err.strip().splitlines()) == 1
    assert len(on_paper.shown()["signatures"]) == 1  # type: ignore[arg-type]


# The command line


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "one of --key FILE, --token LIBRARY or --wet SCAN"),
        (("--key", "a.p12", "--wet", "b.png"), "one of --key FILE, --token LIBRARY or --wet SCAN"),
        (("--wet", "b.png"), "--wet needs --signed-on DAY and --witness PERSON"),
        (("--token", "lib.so", "--token-label", "CARD"), "--token needs --token-label and --key-label"),
        (("--wet", "b.png", "--signed-on", "yesterday"), "is not a day"),
    ],
)
def test_sign_says_what_it_needs(desk: Desk, words: tuple[str, ...], message: str) -> None:
    said = desk.type("sign", RECORD, *words)
    assert said.code == 2
    assert message in said.words
