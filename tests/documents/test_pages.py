from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from documents.fields import changed, declared_fields, filled_fields
from sdflow.adapters.pages import Pages
from sdflow.domain.errors import Refused, Unreadable
from sdflow.domain.kind import Content

if TYPE_CHECKING:
    from documents.conftest import Sample

GOLDEN = Path(__file__).parents[1] / "golden"
DOCUMENTS = Path(__file__).parents[2] / "documents"
KINDS = ("slr", "sla", "ola", "contract")
SAMPLES = (*KINDS, "corporate", "customer", "adopted")
CASES = [(case, draft) for case in SAMPLES for draft in (False, True)] + [("annex", False), ("redline", False)]
# what another field makes void: a percentile of an average, a period in which nothing is counted, an end of no end
WITHOUT_A_SAY: dict[str, set[str]] = {
    "slr": {"critical_periods.cut_off.yearly"},
    "sla": {
        "level",
        "targets.transactions.open.percent",
        "targets.transactions.find.percent",
        "critical_periods.cut_off.yearly",
    },
    "ola": {"planned_interruptions.patches.period"},
    "contract": set(),
    "corporate": set(),
    "customer": {"level", "term.end_counts", "term.renewal"},
    "adopted": {"term.end_counts", "term.renewal"},
}
NO_BREAK = "\N{NO-BREAK SPACE}"


def golden_file(kind: str, *, draft: bool) -> Path:
    return GOLDEN / f"{kind}-{'draft' if draft else 'final'}.html"


def text_of(html: str) -> str:
    """What a page says: without its marks, its drawings and its line ends."""
    bare = re.sub(r"<(svg|head)\b.*?</\1>", " ", html, flags=re.DOTALL)
    spaced = re.sub(r"</?(?:p|small|t[dhr]|h[1-6]|div|li|dt|dd|b|label)\b[^>]*>", " ", bare)
    return " ".join(unescape(re.sub(r"<[^>]+>", "", spaced)).split()).replace(NO_BREAK, " ")


def page_or_refusal(sample: Sample, pages: Pages, kind: str, content: Content) -> str:
    try:
        return sample.html(pages, kind, content=content)
    except Refused as refusal:
        return str(refusal)


def page(folder: Path, text: str, view: dict[str, object] | None = None, **files: str) -> str:
    (folder / "page.html.j2").write_text(text, encoding="utf-8")
    for name, content in files.items():
        (folder / f"{name}.html.j2").write_text(content, encoding="utf-8")
    return Pages([folder]).html("page", view or {})


@pytest.mark.parametrize(("kind", "draft"), CASES)
def test_a_document_is_the_golden_page(
    kind: str, draft: bool, sample: Sample, pages: Pages, pytestconfig: pytest.Config
) -> None:
    html = sample.html(pages, kind, draft=draft)
    file = golden_file(kind, draft=draft)
    if pytestconfig.getoption("--update-golden", default=False):
        file.write_text(html, encoding="utf-8")
    assert html == file.read_text(encoding="utf-8"), f"see {file.name}; if the change is meant: --update-golden"


def test_every_golden_page_belongs_to_a_document() -> None:
    assert {file.name for file in GOLDEN.glob("*.html")} == {
        golden_file(kind, draft=draft).name for kind, draft in CASES
    }


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_draft_shows_as_open_keeps_the_final_document_from_being_made(
    kind: str, sample: Sample, pages: Pages
) -> None:
    draft = pages.html(kind, sample.view(kind, draft=True))
    assert "To be agreed" not in pages.html(kind, sample.view(kind))
    with pytest.raises(Refused) as refusal:
        pages.html(kind, sample.view(kind, draft=True) | {"draft": False})
    open_points = [unescape(one) for one in re.findall(r"<b>To be agreed.</b> (.*?)</p>", draft)]
    unsigned = {"Say who is reached how."}  # contacts are outside what is signed
    said = " ".join(refusal.value.reasons)
    assert len(open_points) >= 3
    due = [one for one in open_points if one not in unsigned and "If it stays open" not in one]
    assert [one for one in due if one not in said] == []
    titles = re.findall(r'<h2 id="[^"]+">(.*?)</h2>', draft)
    assert {reason.partition(":")[0] for reason in refusal.value.reasons} <= set(titles)


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_document_never_prints_the_word_none_for_a_value(kind: str, sample: Sample, pages: Pages) -> None:
    for draft in (False, True):
        assert not re.search(r">\s*None\s*<", sample.html(pages, kind, draft=draft))


@pytest.mark.parametrize("kind", SAMPLES)
def test_every_entry_of_the_contents_leads_to_one_heading(kind: str, sample: Sample, pages: Pages) -> None:
    html = sample.html(pages, kind)
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)


@pytest.mark.parametrize("kind", SAMPLES)
def test_no_field_of_an_agreement_can_change_without_its_page(kind: str, sample: Sample, pages: Pages) -> None:
    before = sample.html(pages, kind)
    others = changed(sample.content(kind), sample.records)
    silent = {path for path, other in others if page_or_refusal(sample, pages, kind, other) == before}
    assert silent == WITHOUT_A_SAY[kind]


def test_the_samples_fill_every_field_that_an_agreement_can_have(sample: Sample) -> None:
    filled = {field for kind in SAMPLES for field in filled_fields(sample.content(kind))}
    assert declared_fields({type(sample.content(kind)) for kind in SAMPLES}) - filled == set()


def test_targets_are_printed_in_the_words_in_which_they_were_agreed(sample: Sample, pages: Pages) -> None:
    words = text_of(pages.html("sla", sample.view("sla")))
    for sentence in (
        "targets.response.P1 P1 Critical Runs in support and on-call hours ≤ 15 min 95 % of cases",
        "Reported before 12:00: by 16:00 on the same working day; otherwise by 12:00 on the next by 16:00 90 % of cases",
        "P3 Medium The clock stands while the customer is asked A working day counts 12 h ≤ 2 working days 85 % of cases",
        "targets.availability Business e-mail Announced windows are left out",
        "At most 16 min down in the shortest month, April 2028 ≥ 99.90 % each calendar month",
        "Shipping desk Outages in announced windows count Measured in Hours of the shipping desk: Monday – Friday 07:30–18:00",
        "A message of 1 MB leaves the gateway ≤ 30 s 99 % of them",
        "Mail in and out together ≥ 60,000 messages each hour",
        "Journal of the day before can be searched Working days, those of Messaging duty by 06:00 99 % of runs",
        "Calls answered within 30 seconds ≥ 85 % each calendar month",
        "Recovery time objective (RTO) From the disruption until the service works again ≤ 8 h",
        "below 99.90 %, not below 99.50 % 5 %",
        "At most in a month 20 % of the month's charge",
        "Further mailboxes From a quantity above 1,960 EUR 7.40 mailbox and month",
        "Sunday nights Sunday 02:00–06:00, Europe/Oslo 10 days 1 in each calendar month 4 h at a time",
        "Year-end closing 27 December – 14 January each year all hours",
        "All users P1 P2 P3 Site or team P2 P2 P3 Single user P3 P3 P4",
        "Restoration, P1 Critical targets.restore.P1 3 periods on end The customer may end",
    ):
        assert sentence in words


def test_a_clause_from_a_wider_agreement_says_so_where_it_stands(sample: Sample, pages: Pages) -> None:
    view = sample.view("sla")
    words = text_of(pages.html("sla", view))
    assert "Security Inherited from SLA-CORP, version 1 Northgate" in words
    assert "targets.measures.calls inherited from SLA-CORP, version 1 Calls answered" in words
    assert "targets.measures.unwanted Unwanted mail" in words
    del view["inherited"]
    assert "Security Inherited from SLA-CORP Northgate" in text_of(pages.html("sla", view))


@pytest.mark.parametrize(
    ("kind", "holds_for"),
    [
        ("corporate", "every customer and every service of the provider"),
        ("customer", "every service that Halvorsen Yards uses"),
    ],
)
def test_an_agreement_without_a_service_says_for_what_it_holds(
    kind: str, holds_for: str, sample: Sample, pages: Pages
) -> None:
    words = text_of(sample.html(pages, kind))
    assert f"This agreement holds for {holds_for}." in words
    assert "How the service is built" not in words


def test_an_adopted_agreement_names_its_original_and_asks_for_no_signature(sample: Sample, pages: Pages) -> None:
    html = sample.html(pages, "adopted")
    assert "signed elsewhere on 22 April 2024" in text_of(html)
    assert "9f86d081 884c7d65" in html
    assert "sentry-terms-2024-04.pdf" in html
    assert "Maud Ellery" in html
    assert 'id="sig-' not in html


def test_an_adopted_agreement_has_no_section_of_which_its_original_says_nothing(sample: Sample, pages: Pages) -> None:
    html = sample.html(pages, "adopted")
    assert 'id="responsibilities"' not in html
    assert "To be agreed" not in html
    assert 'id="responsibilities"' in sample.html(pages, "adopted", draft=True)


def test_a_signature_by_hand_is_not_said_to_be_a_digital_one(sample: Sample, pages: Pages) -> None:
    view = sample.view("sla")
    by_hand = [one | {"method": "paper"} for one in view["signatories"]]  # type: ignore[attr-defined]
    words = text_of(pages.html("sla", view | {"signatories": by_hand}))
    assert "digital signature" not in words
    assert "Helen Carrick and Jürgen Brandt sign by hand on paper" in words
    words = text_of(pages.html("sla", view | {"signatories": [view["signatories"][0], by_hand[1]]}))  # type: ignore[index]
    assert "Each signature below that is not made by hand is a digital signature over the whole file" in words
    assert "Jürgen Brandt signs by hand on paper" in words


def test_hours_that_are_the_same_are_drawn_once(sample: Sample, pages: Pages) -> None:
    drawn = {kind: sample.html(pages, kind).count('<svg class="week"') for kind in KINDS}
    assert drawn == {"slr": 2, "sla": 4, "ola": 2, "contract": 1}


def test_an_end_that_is_not_stated_exactly_counts_on_the_earlier_day(sample: Sample, pages: Pages) -> None:
    words = text_of(sample.html(pages, "corporate"))
    assert "Last day 30 December 2028 The end is written as 31 December 2028" in words
    assert "goes on for 24 months at a time only if both parties say so" in words


def test_the_annex_lists_amendments_the_latest_first_with_what_stood_there_before(sample: Sample, pages: Pages) -> None:
    words = text_of(sample.html(pages, "annex"))
    assert "23 November 2026 Helen Carrick contacts.customer.email – ingrid@halvorsen.example 5 October 2026" in words
    assert "contacts.desk.telephone +47 55 01 10 00 +47 55 01 20 00" in words
    assert "Nothing has been amended" in text_of(pages.html("annex", sample.annex() | {"amendments": []}))


def test_versions_are_listed_where_they_are_given(sample: Sample, pages: Pages) -> None:
    view = sample.view("sla")
    assert "1 1 January 2024 – 31 December 2026 4 December 2023 – version 2" in text_of(pages.html("sla", view))
    del view["versions"]
    assert 'id="versions"' not in pages.html("sla", view)


def test_a_finding_shows_its_gap_its_witness_and_its_waiver(sample: Sample, pages: Pages) -> None:
    words = text_of(pages.html("sla", sample.view("sla")))
    assert "Gap 184 days Weakest link UC-0001 Witness Saturday 1 July 2028 00:00 Europe/Oslo" in words
    assert "Waived by WVR-0001, through 31 December 2027" in words


def test_a_word_of_the_customer_is_not_explained_as_a_term_of_ours(sample: Sample, pages: Pages) -> None:
    assert "Breaches of confidentiality" in sample.html(pages, "corporate")
    assert "<dt>Breach</dt>" not in sample.html(pages, "corporate")


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
        ("hours('8')", "8 h"),
        ("hours('0.5')", "30 min"),
        ("hours('100.25')", "100 h 15 min"),
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
    ("minutes", "printed"),
    [
        (Decimal("1.5"), "1.5 min"),
        (Decimal("90.0"), "1 h 30 min"),
        (0, "0 min"),
        (30, "30 min"),
        (60, "1 h"),
        (150, "2 h 30 min"),
        (525_600, "8,760 h"),
    ],
)
def test_times_are_printed_as_people_say_them(minutes: int | Decimal, printed: str, tmp_path: Path) -> None:
    assert page(tmp_path, "{{ value|minutes }}", {"value": minutes}) == printed.replace(" ", NO_BREAK)


def test_dates_and_instants_are_printed_in_words_and_in_utc(tmp_path: Path) -> None:
    evening = datetime(2026, 12, 31, 23, 30, 5, tzinfo=timezone(timedelta(hours=-2)))
    assert page(tmp_path, "{{ day|day_of_year }}", {"day": date(2028, 2, 29)}) == f"29{NO_BREAK}February"
    view: dict[str, object] = {"day": date(2027, 1, 1), "at": evening}
    printed = page(tmp_path, "{{ day|day }} / {{ at|instant }}", view).replace(NO_BREAK, " ")
    assert printed == "1 January 2027 / 1 January 2027, 01:30:05 UTC"
    assert evening.astimezone(UTC).hour == 1


def test_blank_lines_of_a_text_make_paragraphs_and_single_line_ends_do_not(tmp_path: Path) -> None:
    text = "One\r\nline.\r\n \r\nTwo <b>& 5 % less\n\n\n\n"
    html = page(tmp_path, "{{ text|paragraphs }}", {"text": text})
    assert html == f"<p>One line.</p>\n<p>Two &lt;b&gt;&amp; 5{NO_BREAK}% less</p>"


def test_only_the_long_path_of_a_clause_may_be_broken(tmp_path: Path) -> None:
    paths = ["targets.restore.P1", "targets.continuity.tested_every_months"]
    html = page(tmp_path, "{% for one in paths %}{{ one|path }}{{ ' ' }}{% endfor %}", {"paths": paths})
    assert html == "targets.restore.P1 targets.<wbr>continuity.<wbr>tested_<wbr>every_<wbr>months "
    assert page(tmp_path, "{{ one|path }}", {"one": "<b>"}) == "&lt;b&gt;"


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


@pytest.mark.parametrize(("kind", "locale"), [("sla", "en_GB"), ("slr", "de_DE")])
def test_the_second_priority_stands_before_the_tenth(sample: Sample, kind: str, locale: str) -> None:
    content: Any = sample.content(kind)
    restore = content.targets.restore
    keys = sorted(restore)
    changed = {"P10": restore[keys[0]], **{key: restore[key] for key in keys}}
    targets = content.targets.model_copy(update={"restore": changed})
    changed_content = content.model_copy(update={"targets": targets})
    html = sample.html(Pages([DOCUMENTS], locale), kind, content=changed_content, draft=True)
    places = [html.index(f"targets.restore.{key}<") for key in (*keys, "P10")]
    assert places == sorted(places)
