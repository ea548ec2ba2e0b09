from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from documents.test_pages import text_of
from sdflow.adapters.pages import Pages, set_up
from sdflow.domain.errors import Unreadable

if TYPE_CHECKING:
    from documents.conftest import Sample

DOCUMENTS = Path(__file__).parents[2] / "documents"
VIEW = {
    "amount": Decimal("1234567.5"),
    "share": Decimal("99.9"),
    "day": date(2027, 3, 1),
    "at": datetime(2027, 3, 1, 9, 5, tzinfo=UTC),
}


def filled(folder: Path, text: str, locale: str) -> str:
    (folder / "page.html.j2").write_text(text, encoding="utf-8")
    return Pages([folder], locale).html("page", VIEW).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("expression", "british", "american", "german"),
    [
        ("amount|number", "1,234,567.5", "1,234,567.5", "1.234.567,5"),
        ("amount|number(0)", "1,234,567", "1,234,567", "1.234.567"),
        ("share|percent(at_least=2)", "99.90 %", "99.90 %", "99,90 %"),
        ("amount|money('EUR')", "EUR 1,234,567.50", "EUR 1,234,567.50", "1.234.567,50 EUR"),
        ("day|day", "1 March 2027", "March 1, 2027", "1. März 2027"),
        ("day|day_of_year", "1 March", "March 1", "1. März"),
        ("day|month", "March 2027", "March 2027", "März 2027"),
        ("at|instant", "1 March 2027, 09:05:00 UTC", "March 1, 2027, 09:05:00 UTC", "1. März 2027, 09:05:00 UTC"),
        ("0|weekday", "Monday", "Monday", "Montag"),
        ("6|weekday('abbreviated')", "Sun", "Sun", "So"),
        ("['a', 'b', 'c']|listed", "a, b and c", "a, b, and c", "a, b und c"),
        ("['a', 'b']|listed('or')", "a or b", "a or b", "a oder b"),
        ("1|counted('month')", "1 month", "1 month", "1 Monat"),
        ("14|counted('day')", "14 days", "14 days", "14 Tage"),
        ("0|plural('case', 'cases')", "0 cases", "0 cases", "0 cases"),
        ("1|plural('case', 'cases')", "1 case", "1 case", "1 case"),
        ("2.5|hours", "2 h 30 min", "2 h 30 min", "2 h 30 min"),
    ],
)
def test_a_value_is_written_as_the_readers_of_a_language_write_it(
    expression: str, british: str, american: str, german: str, tmp_path: Path
) -> None:
    translated = tmp_path / "de"
    translated.mkdir()
    value, _, filters = expression.partition("|")
    text = f"{{{{ ({value})|{filters} }}}}"
    (translated / "page.html.j2").write_text(text, encoding="utf-8")
    assert [filled(tmp_path, text, one) for one in ("en_GB", "en_US", "de_DE")] == [british, american, german]


def test_languages_with_more_plurals_have_them(tmp_path: Path) -> None:
    (tmp_path / "pl").mkdir()
    text = "{% for one in (1, 3, 5) %}{{ one|plural('dzień', 'dnia', few='dni', many='dni (wiele)') }} {% endfor %}"
    (tmp_path / "pl" / "page.html.j2").write_text(text, encoding="utf-8")
    assert filled(tmp_path, text, "pl_PL") == "1 dzień 3 dni 5 dni (wiele) "


def test_a_document_is_wholly_in_one_language(tmp_path: Path) -> None:
    (tmp_path / "de").mkdir()
    (tmp_path / "de" / "page.html.j2").write_text("{{ language }} {% include '_part.html.j2' %}", encoding="utf-8")
    (tmp_path / "de" / "_part.html.j2").write_text("{{ day|day }} deutsch", encoding="utf-8")
    (tmp_path / "_part.html.j2").write_text("{{ day|day }} English", encoding="utf-8")
    (tmp_path / "other.html.j2").write_text("{{ language }} {% include '_part.html.j2' %}", encoding="utf-8")
    (tmp_path / "page.html.j2").write_text("{{ language }} {% include '_part.html.j2' %}", encoding="utf-8")
    pages = Pages([tmp_path], "de_AT")
    assert pages.html("page", VIEW).replace("\N{NO-BREAK SPACE}", " ") == "de-AT 1. März 2027 deutsch"
    assert pages.html("other", VIEW).replace("\N{NO-BREAK SPACE}", " ") == "en-GB 1 March 2027 English"
    english = Pages([tmp_path], "en_US").html("page", VIEW)
    assert english.replace("\N{NO-BREAK SPACE}", " ") == "en-US March 1, 2027 English"


def test_a_country_goes_before_its_language_and_the_workspace_before_what_is_shipped(tmp_path: Path) -> None:
    own, shipped = tmp_path / "own", tmp_path / "shipped"
    for folder, text in (
        (own / "de_AT", "own country"),
        (own / "de", "own language"),
        (own, "own"),
        (shipped / "de_AT", "shipped country"),
        (shipped / "de", "shipped language"),
        (shipped, "shipped"),
    ):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "page.html.j2").write_text('{% include "_part.html.j2" %}', encoding="utf-8")
        (folder / "_part.html.j2").write_text(text, encoding="utf-8")
    said = []
    for folder in (own / "de_AT", own / "de", own, shipped / "de_AT", shipped / "de"):
        said.append(Pages([own, shipped], "de_AT").html("page", {}))
        (folder / "_part.html.j2").unlink()
    assert said == ["own country", "own language", "own", "shipped country", "shipped language"]


def marks(html: str) -> list[str]:
    """The elements of a page with what the stylesheet and the contents know them by, without the terms explained."""
    bare = re.sub(r"<(svg|dl|head)\b.*?</\1>", "", html, flags=re.DOTALL)
    found = re.findall(r"<(\w+)((?: (?:class|id|href)=\"[^\"]*\")*)", bare)
    return [f"{tag}{attributes}" for tag, attributes in found if tag not in ("html", "wbr")]


@pytest.mark.parametrize("draft", [False, True])
def test_the_german_requirement_is_built_as_the_english_one(draft: bool, sample: Sample, pages: Pages) -> None:
    english = sample.html(pages, "slr", draft=draft)
    german = sample.html(Pages([DOCUMENTS], "de_DE"), "slr", draft=draft)
    assert '<html lang="de-DE"' in german
    assert marks(german) == marks(english)


@pytest.mark.parametrize("draft", [False, True])
def test_nothing_that_our_english_templates_say_is_left_in_the_german_page(
    draft: bool, sample: Sample, pages: Pages
) -> None:
    def words(text: str) -> set[str]:
        return set(re.findall(r"[^\W\d_]{3,}", unescape(text.replace("\\n", " ")).lower()))

    view = sample.view("slr", draft=draft)
    said_by_people = words(repr(view)) | words(repr(sample.records))
    english = words(text_of(sample.html(pages, "slr", draft=draft))) - said_by_people
    german = words(text_of(sample.html(Pages([DOCUMENTS], "de_DE"), "slr", draft=draft)))
    assert len(english) > 50
    assert english & german <= {"min", "rto", "rpo", "april", "august", "september", "november"} | {
        "nsnorthgate",
        "stand",
    }


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"locale": "xx_YY"}, "documents.locale: 'xx_YY' is not a locale that is known; write one such as en_GB"),
        ({"locale": ""}, "documents.locale"),
        ({"locale": 7}, "documents.locale"),
        ({"paper": "A3"}, "documents.paper: 'A3' is none of A4, letter"),
        ({"paper": 4}, "documents.paper"),
        ({"accessible": "yes"}, "documents.accessible: 'yes' is neither true nor false"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_with_what_could(settings: dict[str, object], named: str) -> None:
    with pytest.raises(Unreadable, match=re.escape(named)):
        set_up("sdflow.toml", [DOCUMENTS], settings)


def test_a_locale_may_be_written_with_a_hyphen_and_without_a_country() -> None:
    for name in ("en-GB", "en", "de", "de_CH", "zh_Hans_CN"):
        assert set_up("sdflow.toml", [DOCUMENTS], {"locale": name}).has("slr")
