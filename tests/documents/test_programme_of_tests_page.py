"""The programme of continuity tests as a page: golden, and every figure of it said in words."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from pathlib import Path

import pytest

from documents.test_pages import text_of
from sdflow.adapters.pages import Pages
from sdflow.domain.continuity import ScheduledExercise
from sdflow.domain.test_programme import ApprovedVersion, ComingTest, HeldTest, owed_tests
from sdflow.engine.letterhead import Organisation, letterhead
from sdflow.operations.test_programme import PlanUnderTest, ProgrammeOfTests, programme_view

GOLDEN = Path(__file__).parents[1] / "golden" / "continuity"
TODAY = date(2027, 5, 3)
ASKED = (
    ScheduledExercise("Restoring the mailbox store", "partial", measured=True, every_months=12, next_on=None),
    ScheduledExercise("Talking it through", "tabletop", measured=False, every_months=6, next_on=date(2027, 6, 15)),
)
HELD = (
    HeldTest("BCT-0001", "First full test", "full", measured=True, plan_version=1, held_on=date(2026, 2, 3), outcome="failed"),
    HeldTest("BCT-0002", "Tabletop <autumn>", "tabletop", measured=False, plan_version=2, held_on=date(2026, 11, 2), outcome="passed"),
    HeldTest("BCT-0003", "Partial test", "partial", measured=True, plan_version=2, held_on=date(2026, 12, 8), outcome="passed"),
)  # fmt: skip
COMING = (
    ComingTest("BCT-0004", "Tabletop, summer", "tabletop", measured=False, planned_on=date(2027, 6, 15)),
    ComingTest("BCT-0005", "Full test, some day", "full", measured=True, planned_on=None),
)


def plan(
    number: int, title: str, since: date | None, held: tuple[HeldTest, ...], coming: tuple[ComingTest, ...] = ()
) -> PlanUnderTest:
    version = ApprovedVersion(2, since) if since else None
    owed = owed_tests(version, ASKED, held, coming, TODAY) if version else ()
    return PlanUnderTest(f"BCP-{number:04}", title, "approved" if version else "draft", version, held, coming, owed)


PROGRAMME = ProgrammeOfTests(
    TODAY,
    (
        plan(1, "Recovery of business e-mail", date(2026, 9, 1), HELD, COMING),
        plan(2, "Recovery of the ledger", date(2027, 1, 12), HELD[:1]),
        plan(3, "Recovery of the yards & docks", None, ()),
    ),
)


def page(pages: Pages, programme: ProgrammeOfTests) -> str:
    shown = letterhead(Organisation("Northgate Service Delivery"), programme.as_of, "sdflow 1.0")
    return pages.html("test_programme", programme_view(programme) | shown)


def test_the_programme_is_the_golden_page(pages: Pages, pytestconfig: pytest.Config) -> None:
    html = page(pages, PROGRAMME)
    file = GOLDEN / "test-programme.html"
    if pytestconfig.getoption("--update-golden", default=False):
        file.write_text(html, encoding="utf-8")
    assert html == file.read_text(encoding="utf-8"), f"see {file.name}; if the change is meant: --update-golden"


def test_every_plan_says_what_is_owed_and_what_was_held(pages: Pages) -> None:
    words = text_of(page(pages, PROGRAMME))
    for sentence in (
        "2 Overdue plans with a test past its day",
        "2 Planned tests that are still to be held",
        "A test that measures every 12 months tested 8 December 2026 BCT-0003 8 December 2027 no day yet BCT-0005",
        "Talking it through tabletop, every 6 months tested too long ago 2 November 2026 BCT-0002 2 May 2027 overdue 15 June 2027",
        "only an older version tested 3 February 2026 BCT-0001 12 January 2027 overdue –",
        "BCP-0003, not approved yet, so that no test is owed.",
        "2 November 2026 Tabletop <autumn> BCT-0002 tabletop 2 passed",
    ):
        assert sentence in words


def test_the_picture_of_each_plan_says_in_words_what_it_draws(pages: Pages) -> None:
    found = re.findall(r"<title>(Tests of .*?)</title>", page(pages, PROGRAMME))
    titles = [unescape(one).replace("\N{NO-BREAK SPACE}", " ") for one in found]
    assert len(titles) == 2
    assert titles[0].startswith("Tests of Recovery of business e-mail. Failed on 3 February 2026 (full test).")
    assert "Planned for 15 June 2027 (tabletop)." in titles[0]
    assert "A test that measures was due on 12 January 2027." in titles[1]


def test_nothing_to_show_is_said(pages: Pages) -> None:
    assert "There is nothing to show." in text_of(page(pages, ProgrammeOfTests(TODAY, ())))
