from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sdflow.adapters.pages import Pages
from sdflow.domain.errors import Unreadable

if TYPE_CHECKING:
    from documents.conftest import Sample

GOLDEN = Path(__file__).parents[1] / "golden"
KINDS = ("slr", "sla", "ola", "contract")
CASES = [(kind, draft) for kind in KINDS for draft in (False, True)]
NO_BREAK = "\N{NO-BREAK SPACE}"


def golden_file(kind: str, *, draft: bool) -> Path:
    return GOLDEN / f"{kind}-{'draft' if draft else 'final'}.html"


def page(folder: Path, text: str, view: dict[str, object] | None = None, **files: str) -> str:
    (folder / "page.html.j2").write_text(text, encoding="utf-8")
    for name, content in files.items():
        (folder / f"{name}.html.j2").write_text(content, encoding="utf-8")
    return Pages([folder]).html("page", view or {})


@pytest.mark.parametrize(("kind", "draft"), CASES)
def test_a_document_is_the_golden_page(
    kind: str, draft: bool, sample: Sample, pages: Pages, pytestconfig: pytest.Config
) -> None:
    html = pages.html(kind, sample.view(kind, draft=draft))
    file = golden_file(kind, draft=draft)
    if pytestconfig.getoption("--update-golden", default=False):
        file.write_text(html, encoding="utf-8")
    assert html == file.read_text(encoding="utf-8"), f"see {file.name}; if the change is meant: --update-golden"


def test_every_golden_page_belongs_to_a_document() -> None:
    assert {file.name for file in GOLDEN.glob("*.html")} == {
        golden_file(kind, draft=draft).name for kind, draft in CASES
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_final_document_leaves_out_what_is_empty_and_a_draft_shows_it_as_open(
    kind: str, sample: Sample, pages: Pages
) -> None:
    final = pages.html(kind, sample.view(kind))
    draft = pages.html(kind, sample.view(kind, draft=True))
    bare = pages.html(kind, sample.view(kind, draft=True) | {"draft": False})
    assert "To be agreed" not in final + bare
    assert draft.count("To be agreed") >= 3
    assert 'id="security"' in draft
    assert 'id="security"' not in bare


@pytest.mark.parametrize("kind", KINDS)
def test_a_document_never_prints_the_word_none_for_a_value(kind: str, sample: Sample, pages: Pages) -> None:
    for draft in (False, True):
        assert not re.search(r">\s*None\s*<", pages.html(kind, sample.view(kind, draft=draft)))


@pytest.mark.parametrize("kind", KINDS)
def test_every_entry_of_the_contents_leads_to_one_heading(kind: str, sample: Sample, pages: Pages) -> None:
    html = pages.html(kind, sample.view(kind))
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)


def test_a_draft_has_a_watermark_and_no_place_for_signatures(sample: Sample, pages: Pages) -> None:
    draft, final = (pages.html("sla", sample.view("sla", draft=draft)) for draft in (True, False))
    assert 'class="watermark"' in draft
    assert 'id="sig-' not in draft
    assert 'class="watermark"' not in final
    assert re.findall(r'id="(sig-[^"]+)"', final) == ["sig-provider", "sig-customer"]


def test_a_final_document_prints_the_hash_of_what_was_agreed(sample: Sample, pages: Pages) -> None:
    html = pages.html("sla", sample.view("sla", envelope_sha256="0123456789abcdef" * 4))
    assert "01234567 89abcdef " * 3 + "01234567 89abcdef" in html


def test_the_summary_of_alignment_names_the_rule_files_of_the_workspace(sample: Sample, pages: Pages) -> None:
    html = pages.html("sla", sample.view("sla"))
    assert "availability.yaml" in html
    assert "not proven" in html


def test_text_of_users_is_printed_as_it_was_written(sample: Sample, pages: Pages) -> None:
    view = sample.view("sla")
    evil = '<img src=x onerror=alert(1)> {{ content }} {% include "/etc/passwd" %} </style>"\''
    content = sample.records["SLA-0001"].model_copy(update={"title": evil, "scope": evil, "exclusions": [evil]})
    html = pages.html("sla", view | {"content": content, "record": {**sample.view("sla")["record"], "title": evil}})  # type: ignore[dict-item]
    assert "<img" not in html
    assert "{{ content }}" in html
    assert html.count("&lt;img src=x onerror=alert(1)&gt;") >= 3


@pytest.mark.parametrize(
    ("expression", "printed"),
    [
        ("percent('99.90')", "99.90 %"),
        ("percent('99.9', at_least=2)", "99.90 %"),
        ("percent('99.995', at_least=2)", "99.995 %"),
        ("percent('99.896', 2)", "99.89 %"),
        ("percent('99.999999', 2)", "99.99 %"),
        ("percent('100')", "100 %"),
        ("number('-0.001', 2)", "-0.01"),
        ("number('1234567.5')", "1,234,567.5"),
        ("money('1234.5', 'EUR')", "EUR 1,234.50"),
        ("money('0', 'NOK')", "NOK 0.00"),
    ],
)
def test_numbers_are_cut_downwards_and_keep_the_digits_that_were_agreed(
    expression: str, printed: str, tmp_path: Path
) -> None:
    name, arguments = expression.removesuffix(")").split("(")
    value, *rest = arguments.split(", ")
    text = "{{ value|" + name + "(" + ", ".join(rest) + ") }}"
    assert page(tmp_path, text, {"value": Decimal(value.strip("'"))}) == printed.replace(" ", NO_BREAK)


@pytest.mark.parametrize(
    ("minutes", "printed"), [(0, "0 min"), (30, "30 min"), (60, "1 h"), (150, "2 h 30 min"), (525_600, "8,760 h")]
)
def test_times_are_printed_as_people_say_them(minutes: int, printed: str, tmp_path: Path) -> None:
    assert page(tmp_path, "{{ value|minutes }}", {"value": minutes}) == printed.replace(" ", NO_BREAK)


def test_dates_and_instants_are_printed_in_words_and_in_utc(tmp_path: Path) -> None:
    evening = datetime(2026, 12, 31, 23, 30, 5, tzinfo=timezone(timedelta(hours=-2)))
    view: dict[str, object] = {"day": date(2027, 1, 1), "at": evening}
    printed = page(tmp_path, "{{ day|day }} / {{ at|instant }}", view).replace(NO_BREAK, " ")
    assert printed == "1 January 2027 / 1 January 2027, 01:30:05 UTC"
    assert evening.astimezone(UTC).hour == 1


def test_blank_lines_of_a_text_make_paragraphs_and_single_line_ends_do_not(tmp_path: Path) -> None:
    text = "One\r\nline.\r\n \r\nTwo <b>& 5 % less\n\n\n\n"
    html = page(tmp_path, "{{ text|paragraphs }}", {"text": text})
    assert html == f"<p>One line.</p>\n<p>Two &lt;b&gt;&amp; 5{NO_BREAK}% less</p>"


def test_hours_over_midnight_are_drawn_on_both_days(tmp_path: Path) -> None:
    week: list[list[tuple[int, int]]] = [[] for _ in range(6)] + [[(1200, 120)]]
    assert page(tmp_path, "{{ week|day_bars }}", {"week": week}) == "[[(0, 120)], [], [], [], [], [], [(1200, 1440)]]"


def test_a_colour_that_is_none_is_refused_with_an_example(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="write one such as #123a5f"):
        page(tmp_path, "{{ value|colour }}", {"value": "red; } body { display: none"})


def test_a_template_of_an_earlier_folder_takes_the_place_of_its_namesake(tmp_path: Path) -> None:
    for folder, text in (("workspace", "mine"), ("product", "theirs")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "_part.html.j2").write_text(text, encoding="utf-8")
    (tmp_path / "product" / "page.html.j2").write_text('{% include "_part.html.j2" %}', encoding="utf-8")
    pages = Pages([tmp_path / "workspace", tmp_path / "product"])
    assert pages.html("page", {}) == "mine"
    assert pages.has("page")
    assert not pages.has("other")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("one\n{{ unknown }}", "'unknown' is undefined"),
        ("one\n{{ known.missing }}", "missing"),
        ("one\n{{ known|frobnicate }}", "frobnicate"),
        ("one\n{% if known %}", "endif"),
        ("one\n{{ known.__class__.__mro__ }}", "__class__"),
        ("one\n{{ ''.__class__ }}", "unsafe"),
        ("one\n{{ empty }}", "would be printed"),
        ("one\n{{ known + 1 }}", "str"),
        ("one\n{{ 1 / 0 }}", "division"),
        ("one\n{{ range(1000000) }}", "Range too big"),
        ('one\n{% include "/etc/passwd" %}', "/etc/passwd"),
        ('one\n{% include "../secret.html.j2" %}', "secret"),
        ('one\n{% include "linked.html.j2" %}', "linked"),
    ],
)
def test_a_fault_of_a_template_names_the_file_the_line_and_what_is_wrong(text: str, named: str, tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (tmp_path / "secret.html.j2").write_text("secret", encoding="utf-8")
    (folder / "linked.html.j2").symlink_to(tmp_path / "secret.html.j2")
    with pytest.raises(Unreadable) as refusal:
        page(folder, text, {"known": "text", "empty": None})
    (fault,) = refusal.value.faults
    assert Path(fault.source).name == "page.html.j2"
    assert fault.line == 2
    assert named in fault.message


def test_a_fault_in_a_part_is_reported_where_it_stands(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as refusal:
        page(tmp_path, '\n\n{% include "_part.html.j2" %}', _part="a\nb\n{{ oops }}")
    (fault,) = refusal.value.faults
    assert (Path(fault.source).name, fault.line) == ("_part.html.j2", 3)


def test_a_document_without_a_template_says_where_one_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=re.escape(str(tmp_path))):
        Pages([tmp_path]).html("memo", {})


def test_templates_change_nothing_that_they_are_given(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="append"):
        page(tmp_path, "{{ things.append(1) }}", {"things": []})
