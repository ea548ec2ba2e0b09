"""The pages of the service catalogue: golden, whole at any width, and never clipped."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from sdflow.adapters.pages import Pages
from sdflow.adapters.pdf import PdfPress
from sdflow.domain.agreement import Contact
from sdflow.domain.clauses import Charge
from sdflow.domain.document import Manuscript
from sdflow.engine.catalogue import (
    AgreementEntry,
    ComponentEntry,
    Named,
    OpenWeek,
    PromiseEntry,
    ServiceEntry,
    Standing,
)
from sdflow.engine.letterhead import Organisation, letterhead
from sdflow.operations.catalogue import COLUMNS, arranged, catalogue_view

DOCUMENTS = Path(__file__).parents[2] / "documents"
GOLDEN = Path(__file__).parents[1] / "golden" / "catalogue"
TODAY = date(2027, 1, 15)
CLAIMS, YARDS = Named("BU-CLAIMS", "Claims"), Named("BU-YARDS", "Ship yards")
OFFICE = OpenWeek("CAL-OFFICE", "Office", "Europe/London", (((540, 1020),),) * 5 + ((), ()))
NIGHT = OpenWeek("CAL-NIGHT", "Nights", "Europe/Oslo", (((1320, 360),),) * 7)
ALWAYS = OpenWeek("CAL-ALWAYS", "Always", "UTC", (((0, 1440),),) * 7)
SUPPORTER = AgreementEntry(
    "OLA-0001", "Running the mail platform", "Operational level agreement", "active", 2, Standing.in_force,
    date(2026, 1, 1), None, date(2027, 6, 1),
)  # fmt: skip
PROMISE = PromiseEntry(
    "SLA-0001", "E-mail for claims", "Service level agreement", "active", 3, Standing.in_force, date(2026, 1, 1),
    date(2027, 12, 31), date(2027, 5, 3), CLAIMS, OFFICE, NIGHT,
    {"seat": Charge(title="Mailbox", amount=Decimal("4.5"), currency="EUR", per="user and month"),
     "lines": Charge(title="Lines", markup_percent=Decimal("7.5"), currency="EUR", per="month")},
    {"desk": Contact(title="Service desk", telephone="+44 1632 960100")},
)  # fmt: skip
DRAFTED = replace(PROMISE, reference="SLA-0002", title="E-mail for everybody", state="draft", version=None,
                  standing=Standing.being_agreed, customer=None, service_hours=ALWAYS, charges={}, ends_on=None)  # fmt: skip
EMAIL = ServiceEntry(
    "SVC-EMAIL", "Business e-mail", "live", "Offered and in use", True, Named("PER-HADDAD", "Omar Haddad"),
    "Sends and receives mail.\n\nKeeps it for <ten> years & a day.", 1200, "Claims wait", "gold", (CLAIMS, YARDS),
    (ComponentEntry("CMP-MAIL", "Mail platform", named=True, alone=True),
     ComponentEntry("CMP-LINE", "Internet line", named=False, alone=False)),
    (PROMISE,), (SUPPORTER,), (Contact(title="Service desk", email="desk@northgate.example"),), date(2027, 5, 3),
)  # fmt: skip
BARE = ServiceEntry(
    "SVC-BARE", "Something new", "proposed", "Described, but not yet offered", False, None, "Nobody knows yet.", None, None,
    None, (), (), (), (), (), None,
)  # fmt: skip
OPEN = replace(EMAIL, reference="SVC-OPEN", title="Open to all", agreements=(DRAFTED,), supporters=())


def page(pages: Pages, *services: ServiceEntry, single: bool = False) -> str:
    view = catalogue_view(arranged(TODAY, services), single=single)
    return pages.html("catalogue", view | letterhead(Organisation("Northgate"), TODAY, "sdflow 0"))


def printed(html: str) -> bytes:
    dated_at = datetime(2027, 1, 15, tzinfo=UTC)
    return PdfPress([DOCUMENTS]).render(Manuscript(html, "Service catalogue", "Northgate", dated_at, "catalogue"))


def boxes(pdf: bytes, folder: Path) -> list[tuple[tuple[float, float], list[tuple[str, tuple[float, ...]]]]]:
    """Each page's width and height, with its words and where they stand."""
    (folder / "catalogue.pdf").write_bytes(pdf)
    text = subprocess.run(
        ["pdftotext", "-bbox", folder / "catalogue.pdf", "-"], check=True, capture_output=True, text=True
    ).stdout
    found = []
    for width, height, inside in re.findall(r'<page width="([\d.]+)" height="([\d.]+)">(.*?)</page>', text, re.DOTALL):
        words = re.findall(
            r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>', inside
        )
        found.append(((float(width), float(height)), [(word[4], tuple(map(float, word[:4]))) for word in words]))
    return found


@pytest.mark.parametrize(
    ("name", "services"), [("catalogue", (EMAIL, BARE, OPEN)), ("service", (EMAIL,)), ("empty", ())]
)
def test_a_page_is_the_golden_page(
    pages: Pages, pytestconfig: pytest.Config, name: str, services: tuple[ServiceEntry, ...]
) -> None:
    html = page(pages, *services, single=name == "service")
    file = GOLDEN / f"{name}.html"
    if pytestconfig.getoption("--update-golden", default=False):
        file.parent.mkdir(exist_ok=True)
        file.write_text(html, encoding="utf-8")
    assert html == file.read_text(encoding="utf-8"), f"see {file.name}; if the change is meant: --update-golden"


def test_every_field_of_an_entry_is_on_its_page(pages: Pages) -> None:
    text = " ".join(re.sub(r"<[^>]+>", " ", page(pages, EMAIL, single=True)).replace("\N{NO-BREAK SPACE}", " ").split())
    for said in (
        "Business e-mail", "SVC-EMAIL", "Omar Haddad", "Sends and receives mail.", "Claims, Ship yards", "gold", "1,200",
        "Claims wait", "Mail platform", "CMP-LINE", "Mon–Fri 09:00–17:00", "22:00–06:00 (next day)", "SLA-0001, version 3",
        "OLA-0001, version 2", "EUR 4.50", "cost + 7.5 %", "desk@northgate.example", "live", "3 May 2027", "in force",
        "&lt;ten&gt; years &amp; a day",
    ):  # fmt: skip
        assert said in text, said


def test_a_use_without_an_agreement_is_marked_as_missing() -> None:
    customers = arranged(TODAY, (EMAIL, OPEN)).matrices[0]
    (block,) = customers.blocks
    assert block.columns == (CLAIMS, YARDS)
    assert [(row.reference, cells) for row, cells in block.rows] == [
        ("SVC-EMAIL", ("full", "missing")),
        ("SVC-OPEN", ("open", "open")),
    ]


def test_a_service_that_a_matrix_does_not_show_is_named_below_it(pages: Pages) -> None:
    assert [(one.about, [each.reference for each in one.without]) for one in arranged(TODAY, (EMAIL, BARE, OPEN)).matrices] == [
        ("customers", ["SVC-BARE"]),
        ("agreements", ["SVC-BARE"]),
        ("supporters", ["SVC-BARE", "SVC-OPEN"]),
        ("components", ["SVC-BARE"]),
    ]  # fmt: skip
    assert "<b>Without an agreement:</b> Something new (SVC-BARE)" in page(pages, EMAIL, BARE)


def test_every_mark_of_a_wide_matrix_stands_in_exactly_one_place() -> None:
    services = tuple(
        replace(EMAIL, reference=f"SVC-{n}", supporters=tuple(supporter(each) for each in (0, n // 2 + 1, n + 500)))
        for n in range(3 * COLUMNS)
    )
    matrix = arranged(TODAY, services).matrices[2]
    shown = [
        (row.reference, column.reference)
        for block in matrix.blocks
        for row, cells in block.rows
        for column, cell in zip(block.columns, cells, strict=True)
        if cell
    ]
    shown += [(row.reference, one.reference) for row, pairs in matrix.own for one, _ in pairs]
    assert sorted(shown) == sorted((one.reference, each.reference) for one in services for each in one.supporters)
    assert [len(block.columns) for block in matrix.blocks] == [COLUMNS, (3 * COLUMNS) // 2 + 1 - COLUMNS]


def supporter(number: int) -> AgreementEntry:
    longest = f"OLA-{'LONG' * 13}-{number:03}"
    reference = longest if number % 7 == 0 else f"OLA-{number:03}"
    return replace(SUPPORTER, reference=reference, title="An agreement with a title of two hundred letters " * 4)


@pytest.mark.pdf
@pytest.mark.parametrize("paper", ["A4", "letter"])
def test_turned_heads_of_wide_matrices_stand_whole_inside_the_page(paper: str, tmp_path: Path) -> None:
    services = tuple(
        replace(EMAIL, reference=f"SVC-{n}", title="A service with a long name " * 7, supporters=(supporter(n // 2),))
        for n in range(2 * COLUMNS + 6)
    )
    found = boxes(printed(page(Pages([DOCUMENTS], paper=paper), *services)), tmp_path)
    lying = [(size, words) for size, words in found if size[0] > size[1]]
    assert len(lying) >= 5
    for (width, height), words in lying:
        outside = [word for word, (x1, y1, x2, y2) in words if x1 < 0 or y1 < 0 or x2 > width or y2 > height]
        assert not outside
    heads = " ".join(word for _, words in lying for word, _ in words)
    assert all(one.supporters[0].reference in heads for one in services)


@pytest.mark.pdf
def test_a_service_with_few_agreements_has_one_page(pages: Pages, tmp_path: Path) -> None:
    several = replace(EMAIL, supporters=tuple(supporter(n) for n in range(5)))
    short = replace(several, supporters=tuple(replace(one, title="Directory") for one in several.supporters))
    assert len(boxes(printed(page(pages, short, single=True)), tmp_path)) == 1
