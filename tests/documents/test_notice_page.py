"""How the letter reads by which notice is given: golden pages, and what is said where it comes too late."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from documents.test_pages import text_of
from sdflow.adapters.pages import Pages
from sdflow.domain.terms import Notice, Renewal, Term, current_term_end, ends_after_notice, next_notice_by, notice_by
from sdflow.domain.trait import Party
from sdflow.engine.notice import Giving, Side

if TYPE_CHECKING:
    from documents.conftest import Sample

GOLDEN = Path(__file__).parents[1] / "golden" / "notice"
TERM = Term(
    start_on=date(2024, 8, 29),
    end_on=date(2025, 8, 28),
    renewal=Renewal.automatic,
    renewal_months=12,
    notice=Notice(months=2),
)
IN_TIME, TOO_LATE = date(2026, 6, 28), date(2026, 6, 29)


def letter(sample: Sample, pages: Pages, given_on: date, *, done: bool) -> str:
    """The letter of the provider's team to the supplier, by the view that the engine gives."""
    whole = sample.view("contract")
    names = ("record", "content", "organisation", "effective_on", "generator")
    referred = whole["referred"]
    assert isinstance(referred, dict)
    content = sample.content("contract")
    parties = [content.receiver, content.supplier]  # type: ignore[attr-defined]
    assert all(isinstance(referred[one], Party) for one in parties)
    sender, recipient = (
        Side(one, referred[one], person, capacity)
        for one, person, capacity in zip(parties, ("Sofia Rossi", "Tom Keane"), ("Supplier manager", None), strict=True)
    )
    ends_on, current = ends_after_notice(TERM, given_on), current_term_end(TERM, given_on)
    assert ends_on is not None
    assert current is not None
    view = {name: whole[name] for name in names} | {
        "term": TERM,
        "giving": Giving("PER-ROSSI", given_on, "The archive moves to another place." if done else "", done),
        "giver": "Sofia Rossi",
        "sender": sender,
        "recipients": [recipient],
        "draft": not done,
        "current_end": current,
        "due_by": notice_by(TERM, given_on),
        "next_due_by": next_notice_by(TERM, given_on),
        "ends_on": ends_on,
        "late": ends_on > current,
        "signed_versions": [],
    }
    return pages.html("notice", view)


@pytest.mark.parametrize(("name", "given_on", "done"), [("given", IN_TIME, True), ("late-draft", TOO_LATE, False)])
def test_the_letter_is_the_golden_page(
    name: str, given_on: date, done: bool, sample: Sample, pages: Pages, pytestconfig: pytest.Config
) -> None:
    html = letter(sample, pages, given_on, done=done)
    file = GOLDEN / f"{name}.html"
    if pytestconfig.getoption("--update-golden", default=False):
        file.write_text(html, encoding="utf-8")
    assert html == file.read_text(encoding="utf-8"), f"see {file.name}; if the change is meant: --update-golden"


def test_a_letter_a_day_late_names_the_later_end_and_the_day_that_was_missed(sample: Sample, pages: Pages) -> None:
    in_time, late = (text_of(letter(sample, pages, day, done=True)) for day in (IN_TIME, TOO_LATE))
    assert "ends at the close of 28 August 2026" in in_time
    assert "too late" not in in_time
    assert "ends at the close of 28 August 2027" in late
    assert "of which notice was due by 28 June 2026" in late
    assert "for the next end by 28 June 2027" in late
