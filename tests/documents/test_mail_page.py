"""How a reminder reads: in the language of the workspace, as text and as HTML with the same words."""

from __future__ import annotations

from datetime import date

import pytest

from documents.test_pages import DOCUMENTS, text_of
from sdflow.adapters.pages import Pages

DAY = date(2026, 6, 30)


def item(number: int, days_left: int, **more: object) -> dict[str, object]:
    told: dict[str, object] = {
        "reference": f"UC-000{number}", "kind": "Contract", "title": "Hosting", "meaning": "Vertrag prüfen",
        "reason": "every 3 months", "due_on": date.fromordinal(DAY.toordinal() + days_left), "days_left": days_left,
        "step": "0", "missed": (), "owner": "Jörg Weiß", "owner_reference": "PER-WEISS", "roles": ("legal adviser",),
        "left_on": None, "mine": False, "escalated": False,
    }  # fmt: skip
    return told | more


def view(*items: dict[str, object]) -> dict[str, object]:
    return {
        "items": items,
        "overdue": sum(int(str(one["days_left"])) < 0 for one in items),
        "name": "Anna <Ä>",
        "day": DAY,
        "organisation": {"name": "Nordtor", "primary": "#123a5f", "accent": "#f0b429"},
    }


GERMAN = (
    (item(1, 0, mine=True), ("heute fällig", "Sie sind zuständig.")),
    (item(1, 1), ("fällig in 1 Tag", "Zuständig ist Jörg Weiß (PER-WEISS).")),
    (item(1, -3, escalated=True), ("seit 3 Tagen überfällig", "weil Jörg Weiß (PER-WEISS) nicht gehandelt hat")),
    (item(1, -3, escalated=True, owner=""), ("weil niemand gehandelt hat (legal adviser)",)),
    (item(1, 5, owner="", roles=("legal adviser", "auditor")), ("diese Rolle hat: legal adviser oder auditor.",)),
    (item(1, 5, left_on=date(2026, 5, 31)), ("seit dem 31. Mai 2026 keine Rolle mehr",)),
    (item(1, 5, missed=(date(2026, 5, 1),)), ("Erinnerung vom 1. Mai 2026 hat Sie nicht erreicht",)),
    (
        item(1, 5, missed=(date(2026, 5, 1), date(2026, 6, 1))),
        ("2 frühere Erinnerungen vom 1. Mai 2026 bis zum 1. Juni 2026 haben",),
    ),
)


@pytest.mark.parametrize(("told", "sentences"), GERMAN)
def test_a_german_workspace_reminds_in_german_in_both_parts(
    told: dict[str, object], sentences: tuple[str, ...]
) -> None:
    pages = Pages([DOCUMENTS], "de_DE")
    text = pages.text("mail_reminder", view(told)).replace("\N{NO-BREAK SPACE}", " ")
    page = text_of(pages.html("mail_reminder", view(told))).replace("\N{NO-BREAK SPACE}", " ")
    for sentence in sentences:
        assert sentence in text
        assert sentence in page
    assert "Guten Tag Anna <Ä>," in text
    assert "Guten Tag Anna &lt;Ä&gt;," in pages.html("mail_reminder", view(told))
    assert "Warum: every 3 months" in text
    assert "Dear" not in text + page
    assert 'lang="de' in pages.html("mail_reminder", view(told))


def test_the_subject_of_several_counts_them_and_those_overdue() -> None:
    text = Pages([DOCUMENTS], "de_AT").text("mail_reminder", view(item(1, 4), item(2, -1), item(3, -2)))
    subject = text.strip().splitlines()[0].replace("\N{NO-BREAK SPACE}", " ")
    assert subject == "Subject: 3 Erinnerungen, davon 2 überfällig – Nordtor"


def test_another_workspace_is_reminded_in_english() -> None:
    assert "Dear Anna" in Pages([DOCUMENTS], "fr_FR").text("mail_reminder", view(item(1, 4)))


@pytest.mark.parametrize("locale", ["en_GB", "de_DE"])
def test_no_text_of_a_user_becomes_markup_of_a_letter(locale: str) -> None:
    hostile = "<img src=x>"
    told = item(1, -1, meaning=hostile, title=hostile, owner=hostile, owner_reference=hostile, reason=hostile)
    alone = view(told) | {"name": hostile, "organisation": {"name": hostile, "primary": "#123a5f", "accent": "#f0b429"}}
    both = view(told, item(2, 1, escalated=True, owner="", roles=(hostile,))) | {"organisation": alone["organisation"]}
    for one in (alone, both):
        page = Pages([DOCUMENTS], locale).html("mail_reminder", one)
        assert "<img" not in page
        assert "&lt;img" in page
        assert "&amp;lt;" not in page
