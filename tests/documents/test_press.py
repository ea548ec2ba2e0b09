from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from desk import HELEN, Desk
from sdflow.adapters.crew import Crew, Limits
from sdflow.adapters.pages import Pages
from sdflow.adapters.pdf import DocumentCache, PdfPress
from sdflow.adapters.pdf.fingerprint import fingerprint
from sdflow.cli.files import write_whole
from sdflow.domain.document import Attachment, Manuscript
from sdflow.domain.errors import Unreadable
from sdflow.engine.printing import Opening, Order, Printing, Tools, printed

pytestmark = pytest.mark.pdf

DOCUMENTS = Path(__file__).parents[2] / "documents"
PAGE = '<html lang="en"><title>t</title><body style="font-family: Inter">{{ word }}</body></html>'
ENDLESS = "{% for a in range(90000) %}{% for b in range(90000) %}{% endfor %}{% endfor %}"
MANUSCRIPT = Manuscript(
    PAGE.replace("{{ word }}", "What is promised"),
    "Agreement",
    "Northgate",
    datetime(2026, 12, 1, 9, 30, tzinfo=UTC),
    "SLA-0001/2",
    (Attachment("a.json", "What was agreed", "Source", b"{}"),),
)


def entry(folder: Path) -> Path:
    (only,) = folder.glob("*/*")
    return only


@pytest.fixture(scope="module")
def plain() -> bytes:
    return PdfPress([DOCUMENTS]).render(MANUSCRIPT)


@pytest.fixture
def filled(tmp_path: Path, plain: bytes) -> Path:
    """A cache that holds the manuscript's document."""
    folder = tmp_path / "cache"
    assert PdfPress([DOCUMENTS], DocumentCache(folder)).render(MANUSCRIPT) == plain
    return folder


def test_an_unchanged_document_is_the_same_and_is_not_laid_out_again(filled: Path, plain: bytes) -> None:
    program = (
        "import pickle, sys; from pathlib import Path; from sdflow.adapters.pdf import DocumentCache, PdfPress\n"
        "press = PdfPress([Path(sys.argv[1])], DocumentCache(Path(sys.argv[2])))\n"
        "sys.stdout.buffer.write(press.render(pickle.load(sys.stdin.buffer)))\n"
        "assert 'weasyprint' not in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(DOCUMENTS), str(filled)],
        input=pickle.dumps(MANUSCRIPT),
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == plain


@pytest.mark.parametrize("damage", ["a bit of the document", "a bit of the hash", "the end", "everything"])
def test_a_damaged_entry_is_noticed_and_made_anew(damage: str, filled: Path, plain: bytes) -> None:
    path = entry(filled)
    whole = path.read_bytes()
    at = {"a bit of the document": len(whole) // 2, "a bit of the hash": 3}.get(damage)
    if at:
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    else:
        path.write_bytes(whole[:-1] if damage == "the end" else b"")
    assert PdfPress([DOCUMENTS], DocumentCache(filled)).render(MANUSCRIPT) == plain
    assert path.read_bytes() == whole


def test_a_cache_that_cannot_be_written_is_as_good_as_none(tmp_path: Path, plain: bytes) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="ascii")
    assert PdfPress([DOCUMENTS], DocumentCache(tmp_path / "file")).render(MANUSCRIPT) == plain


def test_what_is_to_be_signed_never_comes_from_the_cache(tmp_path: Path) -> None:
    body = MANUSCRIPT.html.replace("What", '<div id="sig-provider" style="height: 58pt; width: 212pt"></div>')
    to_sign = replace(MANUSCRIPT, html=body, fields=("provider",))
    cache = DocumentCache(tmp_path)
    cache.keep(fingerprint(to_sign, [DOCUMENTS]), b"%PDF of somebody else")
    assert PdfPress([DOCUMENTS], cache).render(to_sign) == PdfPress([DOCUMENTS]).render(to_sign)


def test_whatever_shows_in_a_document_gives_it_another_key() -> None:
    first = MANUSCRIPT.attachments[0]
    others = [
        replace(MANUSCRIPT, html=MANUSCRIPT.html + " "),
        replace(MANUSCRIPT, title="Agreements"),
        replace(MANUSCRIPT, author="Southgate"),
        replace(MANUSCRIPT, dated_at=MANUSCRIPT.dated_at + timedelta(seconds=1)),
        replace(MANUSCRIPT, identifier="SLA-0001/3"),
        replace(MANUSCRIPT, fields=("provider",)),
        replace(MANUSCRIPT, accessible=True),
        replace(MANUSCRIPT, attachments=()),
        *(
            replace(MANUSCRIPT, attachments=(changed,))
            for changed in (
                replace(first, name="b"),
                replace(first, description="b"),
                replace(first, relationship="Data"),
                replace(first, content=b"[]"),
            )
        ),
    ]
    keys = {fingerprint(one, [DOCUMENTS]) for one in (MANUSCRIPT, *others)}
    assert len(keys) == len(others) + 1


def test_the_same_moment_in_another_zone_is_the_same_document() -> None:
    moved = replace(MANUSCRIPT, dated_at=MANUSCRIPT.dated_at.astimezone(timezone(timedelta(hours=5))))
    assert fingerprint(moved, [DOCUMENTS]) == fingerprint(MANUSCRIPT, [DOCUMENTS])


@pytest.mark.parametrize("name", ["own.css", "logo.svg", "fonts/Own.ttf", "de/own.css"])
def test_a_changed_stylesheet_picture_or_font_gives_another_key(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    keys = [fingerprint(MANUSCRIPT, [tmp_path, DOCUMENTS])]
    for content in (b"a", b"b"):
        file.write_bytes(content)
        keys.append(fingerprint(MANUSCRIPT, [tmp_path, DOCUMENTS]))
    assert len(set(keys)) == 3


def test_what_is_to_be_signed_on_paper_alone_never_comes_from_the_cache_either(tmp_path: Path) -> None:
    to_sign = replace(MANUSCRIPT, final=True)
    cache = DocumentCache(tmp_path)
    cache.keep(fingerprint(to_sign, [DOCUMENTS]), b"%PDF of somebody else")
    assert PdfPress([DOCUMENTS], cache).render(to_sign) == PdfPress([DOCUMENTS]).render(to_sign)


def test_a_full_cache_lets_go_of_what_was_not_asked_for_longest(tmp_path: Path) -> None:
    cache = DocumentCache(tmp_path, megabytes=1)
    content = {key: key.encode() * 200_000 for key in ("aa", "bb", "cc")}
    for age, key in enumerate(("aa", "bb")):
        cache.keep(key, content[key])
        os.utime(tmp_path / key / f"{key}.document", (1000 + age, 1000 + age))
    assert cache.kept("aa") == content["aa"]
    cache.keep("cc", content["cc"])
    assert [cache.kept(key) == content[key] for key in content] == [True, False, True]


def test_what_a_killed_process_left_half_written_is_cleared_away_once_it_is_old(tmp_path: Path) -> None:
    cache = DocumentCache(tmp_path)
    cache.keep("aa", b"document")
    old, young = tmp_path / "aa" / "old.part", tmp_path / "aa" / "young.part"
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (1000, 1000))
    cache.keep("ab", b"another")
    assert (old.exists(), young.exists()) == (False, True)


def test_processes_that_use_a_cache_at_once_read_whole_documents_or_none(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from sdflow.adapters.pdf import DocumentCache\n"
        "cache = DocumentCache(Path(sys.argv[1]), megabytes=1)\n"
        "for turn in range(60):\n"
        "    key = f'{turn % 7:02}'\n"
        "    content = key.encode() * 100_000\n"
        "    assert cache.kept(key) in (None, content)\n"
        "    cache.keep(key, content)\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path / "cache")]) for _ in range(3)]
    assert [one.wait(60) for one in running] == [0, 0, 0]
    assert sum(path.stat().st_size for path in (tmp_path / "cache").glob("*/*")) <= 2**20


def tools(folder: Path) -> Tools:
    return Pages([folder]), PdfPress([DOCUMENTS])


@pytest.fixture
def write_template(tmp_path: Path) -> Callable[[str, str], None]:
    def writes(name: str, body: str) -> None:
        (tmp_path / f"{name}.html.j2").write_text(PAGE.replace("{{ word }}", body), encoding="utf-8")

    return writes


@pytest.fixture
def printing(tmp_path: Path) -> Iterator[Callable[[Limits], Printing]]:
    crew = Crew()
    yield lambda limits: Printing(Opening(tools, (tmp_path,)), crew, limits)
    crew.dismiss()


def order(template: str, word: str = "word") -> Order:
    return Order(template, {"word": word}, replace(MANUSCRIPT, html="", title=f"Agreement {template}"))


def test_a_worker_makes_the_same_bytes_as_this_process(
    printing: Callable[[Limits], Printing], write_template: Callable[[str, str], None], tmp_path: Path
) -> None:
    write_template("good", "{{ word }}")
    one = order("good")
    assert [printing(Limits()).document(one) for _ in range(2)] == [printed(*tools(tmp_path), one)] * 2


def test_a_template_that_never_ends_is_refused_and_the_next_document_is_made(
    printing: Callable[[Limits], Printing], write_template: Callable[[str, str], None]
) -> None:
    write_template("endless", ENDLESS)
    write_template("good", "{{ word }}")
    with pytest.raises(Unreadable, match=r"^Agreement endless: took longer than 1 seconds and was stopped"):
        printing(Limits(1)).document(order("endless"))
    assert printing(Limits()).document(order("good")).startswith(b"%PDF")


def test_a_template_that_wants_all_memory_is_refused(
    printing: Callable[[Limits], Printing], write_template: Callable[[str, str], None]
) -> None:
    write_template("greedy", "{{ 'x' * 10000000000 }}")
    with pytest.raises(Unreadable, match="needed more than 300 MB of memory"):
        printing(Limits(60, 300)).document(order("greedy"))


def test_text_that_takes_too_long_to_lay_out_is_refused(
    printing: Callable[[Limits], Printing], write_template: Callable[[str, str], None]
) -> None:
    write_template("long", "{% for i in range(9000) %}<p>{{ word * 20 }} {{ i }}</p>{% endfor %}")
    with pytest.raises(Unreadable, match="took longer than 2 seconds"):
        printing(Limits(2)).document(order("long", "promised "))


def test_a_changed_template_is_read_anew_by_the_next_opening(
    printing: Callable[[Limits], Printing], write_template: Callable[[str, str], None]
) -> None:
    pdfs = []
    for body in ("first", "second"):
        write_template("changing", body)
        pdfs.append(printing(Limits()).document(order("changing")))
    assert pdfs[0] != pdfs[1]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A workspace with five teams and a template that makes a document of each."""
    from click.testing import CliRunner

    from sdflow.cli.root import sdflow

    folder = tmp_path / "workspace"
    words = ["init", str(folder), "--name", "Helen Carrick", "--person", HELEN, "--as-of", "2025-12-01"]
    assert CliRunner().invoke(sdflow, words).exit_code == 0
    teams = tmp_path / "teams.yaml"
    text = "---\n".join(f"kind: team\nreference: TEAM-{one}\ntitle: Team {one}\nlead: {HELEN}\n" for one in "ABCDE")
    teams.write_text(text, encoding="utf-8")
    desk = Desk(folder)
    desk.must("apply", str(teams))
    (folder / "documents").mkdir()
    own_template(desk, "{{ content.title }}")
    return desk


def own_template(desk: Desk, body: str) -> None:
    path = desk.folder / "documents" / "team.html.j2"
    path.write_text(PAGE.replace("{{ word }}", body), encoding="utf-8")


def setting(desk: Desk, line: str) -> None:
    with (desk.folder / "sdflow.toml").open("a", encoding="utf-8") as file:
        file.write(f"[documents]\n{line}\n")


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_one_bad_document_of_many_stops_no_other_and_is_named_at_the_end(jobs: str, desk: Desk, tmp_path: Path) -> None:
    own_template(desk, "{{ content.title ~ ('\N{CJK UNIFIED IDEOGRAPH-4E2D}' if content.title == 'Team C' else '') }}")
    out = tmp_path / "out"
    said = desk.type("document", "--all", "-o", str(out), "--jobs", jobs)
    assert said.code == 2
    assert "TEAM-C" in said.err
    assert "U+4E2D" in said.err
    assert sorted(path.name for path in out.iterdir()) == [f"TEAM-{one}-draft.pdf" for one in "ABDE"]


def test_a_record_that_is_unknown_stops_no_other(desk: Desk, tmp_path: Path) -> None:
    said = desk.type("document", "TEAM-A", "TEAM-X", "TEAM-B", "-o", str(tmp_path / "out"), "--json")
    assert said.code == 1
    assert [one["reference"] for one in said.data["documents"]] == ["TEAM-A", "TEAM-B"]
    assert [one["reference"] for one in said.data["errors"]] == ["TEAM-X"]


def test_many_documents_are_those_that_are_made_one_by_one(desk: Desk, tmp_path: Path) -> None:
    desk.must("document", "--all", "-o", str(tmp_path / "many"), "--jobs", "2")
    setting(desk, "cache = false")
    for one in "AE":
        desk.must("document", f"TEAM-{one}", "-o", str(tmp_path / "one"))
        assert (tmp_path / "one").read_bytes() == (tmp_path / "many" / f"TEAM-{one}-draft.pdf").read_bytes()


def test_either_records_are_named_or_all_are_wanted(desk: Desk) -> None:
    assert desk.type("document").code == 2
    assert desk.type("document", "TEAM-A", "--all").code == 2
    assert desk.type("document", "TEAM-A", "TEAM-B", "--annex").code == 2


def test_documents_are_kept_in_the_workspace_unless_that_is_not_wanted(desk: Desk, tmp_path: Path) -> None:
    cache = desk.folder / ".sdflow" / "cache"
    desk.must("document", "TEAM-A", "-o", str(tmp_path / "a.pdf"))
    assert len(list(cache.glob("*/*.document"))) == 1
    assert (cache.stat().st_mode & 0o777, (cache / ".gitignore").read_text()) == (0o700, "*\n")
    setting(desk, "cache = false")
    desk.must("document", "TEAM-B", "-o", str(tmp_path / "b.pdf"))
    assert len(list(cache.glob("*/*.document"))) == 1


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('seconds = "long"', "documents.seconds: expected a whole number above 0, such as 60"),
        ("megabytes = 0", "documents.megabytes: expected a whole number above 0, such as 1024"),
        ("cache = 1", "documents.cache: expected true or false"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(line: str, complaint: str, desk: Desk) -> None:
    setting(desk, line)
    said = desk.type("document", "TEAM-A")
    assert said.code == 2
    assert complaint in said.words


def test_a_template_that_never_ends_leaves_no_file(desk: Desk, tmp_path: Path) -> None:
    own_template(desk, ENDLESS)
    setting(desk, "seconds = 1")
    said = desk.type("document", "TEAM-A", "-o", str(tmp_path / "out" / "a.pdf"))
    assert said.code == 2
    assert "took longer than 1 seconds and was stopped" in said.words
    assert not (tmp_path / "out").exists()


def test_control_c_leaves_whole_files_and_no_worker(desk: Desk, tmp_path: Path) -> None:
    own_template(desk, "{% if content.title != 'Team A' %}" + ENDLESS + "{% endif %}{{ content.title }}")
    out = tmp_path / "out"
    words = ["document", "--all", "-o", str(out), "--jobs", "2", "-C", str(desk.folder), "--as", HELEN]
    command = [sys.executable, "-m", "sdflow", *words, "--as-of", "2025-12-01"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True) as running:
        assert running.stdout
        assert b"TEAM-A" in running.stdout.readline()
        os.killpg(running.pid, signal.SIGINT)
        _, complaint = running.communicate(timeout=60)
    assert (running.returncode, b"Traceback" in complaint) == (130, False)
    assert [path.name for path in out.iterdir()] == ["TEAM-A-draft.pdf"]
    assert (out / "TEAM-A-draft.pdf").read_bytes().rstrip().endswith(b"%%EOF")
    with pytest.raises(ProcessLookupError):
        os.killpg(running.pid, 0)


def test_a_file_that_cannot_be_written_is_said_and_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(Unreadable, match="cannot be written: Is a directory"):
        write_whole(tmp_path / "taken", b"document")
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Unreadable, match="cannot be written"):
        write_whole(tmp_path / "file" / "a.pdf", b"document")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "taken"]


def test_a_file_is_replaced_with_the_permissions_that_it_had(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"before")
    path.chmod(0o640)
    write_whole(path, b"after")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"after", 0o640)
