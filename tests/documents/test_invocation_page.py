"""How the report on an invocation reads: golden pages, what was reached beside what was planned, and every field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from documents.conftest import _cited
from documents.fields import changed, declared_fields, filled_fields
from documents.test_continuity_plan_page import plan, records
from documents.test_pages import text_of
from sdflow.adapters.pages import Pages
from sdflow.areas.continuity.invocation import Invocation
from sdflow.domain.agreement import Signatory
from sdflow.domain.errors import Refused
from sdflow.domain.invocation import Invoked, LogEntry

if TYPE_CHECKING:
    from documents.conftest import Sample

GOLDEN = Path(__file__).parents[1] / "golden" / "continuity"
BEGAN = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)
OPEN = ("summary", "causes", "problems", "lessons", "signatories", "effective_on", "next_review_on", "ended_because")


def at(minutes: int) -> datetime:
    return BEGAN + timedelta(minutes=minutes)


def told(minutes: int, what: str, by: str = "PER-CARRICK", **more: object) -> LogEntry:
    return LogEntry(at(minutes), what, by, **more)  # type: ignore[arg-type]


def running() -> Invocation:
    """An invocation whose mail is back, and whose papers are not."""
    spans = {"open": (40, 55), "machines": (55, 115), "restore": (115, 265), "print": (265, 305)}
    invoked = Invoked(
        plan="BCP-0001",
        version=2,
        disrupted_at=BEGAN,
        detected_at=at(20),
        invoked_at=at(40),
        invoked_by="PER-CARRICK",
        together_with="PER-AASEN",
        because="The computing centre is flooded",
        expected={"SVC-EMAIL": 265, "SVC-PAPERS": 305},
        planned={key: (at(begins), at(ends)) for key, (begins, ends) in spans.items()} | {"thanks": None},
    )
    made = Invocation.invoking(plan(), invoked)
    for entry in (
        told(42, "Status page written", notified=("users",)),
        told(50, "Crisis room open", step="open", lost=("SVC-EMAIL",)),
        told(115, "Machines handed over", "PER-LIND", step="machines"),
        told(130, "Status page written", notified=("users", "board")),
        told(280, "Mailboxes restored", "PER-LIND", step="restore", restored=("SVC-EMAIL",), data_as_of=at(-45)),
    ):
        made = made.with_entry(entry)
    return made


def report() -> Invocation:
    """The same, given up and reported."""
    signs = Signatory(key="owner", person="PER-OKAFOR", party="TEAM-NORTHGATE", capacity="Continuity manager")
    return running().model_copy(
        update={
            "effective_on": date(2027, 3, 3),
            "change_request": "RFC-2027-0031",
            "next_review_on": date(2027, 6, 1),
            "signatories": [signs],
            "ended_because": "The printers are under water; papers are written by hand until Thursday",
            "summary": "Water from a burst pipe reached the computing centre.",
            "causes": "A pipe above the false ceiling burst.",
            "problems": ["Nobody had the key of the reserve store"],
            "lessons": ["Printers stand in the other centre too"],
        }
    )


def bare() -> Invocation:
    fields = Invocation.model_fields
    return running().model_copy(update={name: fields[name].get_default(call_default_factory=True) for name in OPEN})


def view(sample: Sample, content: Invocation, *, draft: bool = False) -> Mapping[str, object]:
    record = {
        "reference": "INV-0001",
        "kind_title": content.description.title,
        "title": content.title,
        "version": 1,
        "revision": 7,
        "state": "reporting" if draft else "pending_approval",
        "state_meaning": "Being written." if draft else "Frozen and waiting for the signatures, in their order.",
    }
    return {
        **sample.view("ola", content=sample.records["OLA-0002"]),
        "content": content,
        "record": record,
        "referred": _cited(content, records(sample), {}),
        "signatories": [
            {"key": one.key, "name": one.person, "capacity": one.capacity, "party": one.party, "fingerprint": "ab" * 32}
            for one in content.signing_order()
        ],
        **({"draft": True, "envelope_sha256": None} if draft else {}),
    }


def page(sample: Sample, pages: Pages, content: Invocation, *, draft: bool = False) -> str:
    return pages.html("invocation", view(sample, content, draft=draft))


@pytest.fixture(scope="module")
def final(sample: Sample, pages: Pages) -> str:
    return page(sample, pages, report())


@pytest.mark.parametrize("draft", [False, True])
def test_the_report_is_the_golden_page(draft: bool, sample: Sample, pages: Pages, pytestconfig: pytest.Config) -> None:
    html = page(sample, pages, bare() if draft else report(), draft=draft)
    file = GOLDEN / f"invocation-{'draft' if draft else 'final'}.html"
    if pytestconfig.getoption("--update-golden", default=False):
        file.write_text(html, encoding="utf-8")
    assert html == file.read_text(encoding="utf-8"), f"see {file.name}; if the change is meant: --update-golden"


def test_what_was_reached_stands_beside_what_was_required_and_planned(final: str) -> None:
    words = text_of(final)
    for sentence in (
        "1 of 2 Services work again",
        "Invoked Mon 1 Mar 2027 09:40, 40 min after it, by Helen Carrick together with Torbjørn Aasen",
        "Business e-mail SVC-EMAIL ≤ 8 h 4 h 25 min 4 h 40 min Mon 1 Mar 2027 13:40 kept 3 h 20 min to spare",
        "Business e-mail ≤ 1 h Mon 1 Mar 2027 08:15 45 min kept",
        "Shipping papers SVC-PAPERS ≤ 4 days 4 h 5 h 5 min – not back",
        "1 Open the crisis room Mon 1 Mar 2027 09:55 begun Mon 1 Mar 2027 09:40 Mon 1 Mar 2027 09:50 early 5 min",
        "2 Get the reserved machines Mon 1 Mar 2027 10:55 begun Mon 1 Mar 2027 09:55 Mon 1 Mar 2027 10:55 to the minute",
        "3 Restore the mailboxes Mon 1 Mar 2027 13:25 begun Mon 1 Mar 2027 10:55 Mon 1 Mar 2027 13:40 late 15 min",
        "5 Thank the shipping desk never – not done",
        "The board within 1 h from the invocation Mon 1 Mar 2027 10:40 Mon 1 Mar 2027 11:10 late",
        "again every 1 h Mon 1 Mar 2027 09:35 Mon 1 Mar 2027 09:42 2 times in all late silent for 2 h 30 min",
        "Ended otherwise The printers are under water",
    ):
        assert sentence in words


def test_the_ninth_entry_stands_before_the_tenth_whatever_their_keys(sample: Sample, pages: Pages) -> None:
    """Keys that people write themselves, read back in the order of texts, as the stored content is."""
    entries = report().timeline
    keyed = {f"t{number}": entry for number, entry in enumerate(entries.values(), 7)}
    stored = {**dict(report()), "timeline": {key: keyed[key] for key in sorted(keyed)}}
    content = Invocation.model_validate(stored)
    assert page(sample, pages, content) == page(sample, pages, report())
    assert content.results() == report().results()
    assert content.announcement_results() == report().announcement_results()


def test_a_service_that_the_plan_leaves_alone_is_no_aim_of_the_invocation(final: str) -> None:
    assert "Journal of mail" not in text_of(final)


def test_the_drawing_says_in_words_what_it_draws(final: str) -> None:
    (title,) = (unescape(one) for one in re.findall(r"<title>(In minutes.*?)</title>", final, re.DOTALL))
    assert "Restore the mailboxes planned until 265, done after 280" in title
    assert "Business e-mail worked again after 280, required after 480; Shipping papers does not work again" in title


def test_no_field_can_change_without_its_page(sample: Sample, pages: Pages, final: str) -> None:
    silent = set()
    for path, other in changed(report(), records(sample)):
        try:
            if page(sample, pages, Invocation.model_validate(dict(other))) == final:
                silent.add(path)
        except (ValidationError, Refused):
            continue  # refused, so that nobody can sign it
    assert silent == set()


def test_the_sample_fills_every_field() -> None:
    missing = declared_fields({Invocation}) - set(filled_fields(report()))
    assert missing - {"Signatory.turn", "Signatory.method"} == set()


def test_what_a_draft_shows_as_open_keeps_the_final_document_from_being_made(sample: Sample, pages: Pages) -> None:
    draft = page(sample, pages, bare(), draft=True)
    with pytest.raises(Refused) as refusal:
        page(sample, pages, bare())
    open_points = [unescape(one) for one in re.findall(r"<b>To be agreed.</b> (.*?)</p>", draft)]
    due = [one for one in open_points if "If it stays open" not in one]
    assert len(due) == 4
    assert [one for one in due if one not in " ".join(refusal.value.reasons)] == []
