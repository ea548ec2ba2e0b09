"""Text YAML: scalars stay text, every value has its place, nothing hangs or crashes a reader."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdflow.adapters.definitions.text_yaml import Limits, read_file, read_text
from sdflow.domain.errors import Fault, Unreadable

LAUGHS = "a: &a [ha, ha]\n" + "".join(
    f"{name}: &{name} [*{before}, *{before}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)

HOSTILE: dict[str, tuple[bytes, int, str]] = {
    "200,000 opened lists": (b"[" * 200_000, 1, "levels"),
    "200,000 opened lists, one a line": (b"[\n" * 200_000, 21, "levels"),
    "200,000 nested and closed lists": (b"[" * 200_000 + b"]" * 200_000, 1, "levels"),
    "200,000 nested dashes": (b"- " * 200_000, 1, "levels"),
    "200,000 opened mappings": (b"{" * 200_000, 1, "key"),
    "a billion laughs": (LAUGHS.encode(), 1, "anchors"),
    "an alias": (b"a: b\nc: *d", 2, "aliases"),
    "a Python object": (b"a: !!python/object/apply:os.system [ls]", 1, "tags"),
    "a tag without a name": (b"a: ! b", 1, "tags"),
    "a NUL": (b"a: b\nc: \0", 2, "U+0000"),
    "an escaped NUL": (b'a: "\\0"', 1, "U+0000"),
    "a bell": (b"a: b\r\n\r\nc: \x07", 3, "U+0007"),
    "a half of a surrogate pair": (b'a: "\\ud800"', 1, "not YAML"),
    "a line separator": ("a: b\nc: d\u2028e".encode(), 2, "U+2028"),
    "a second byte order mark": ("\ufeff\ufeffa: b".encode(), 1, "U+FEFF"),
    "Latin-1": (b"a: b\nc: caf\xe9", 2, "UTF-8"),
    "UTF-16": ("a: b".encode("utf-16"), 1, "UTF-16"),
    "a text of 30 MB": (b"a: " + b"x" * 30_000_000, 1, "larger"),
    "a file of 60 MB": (b"a: b\n" * 12_000_000, 1, "larger"),
    "a text of 20,001 characters": (b"a: b\nc: " + b"x" * 20_001, 2, "20,001"),
    "a key given twice": (b"a: b\nc: d\na: e", 3, "first on line 1"),
    "a key given twice in two ways of writing": ("é: 1\ne\u0301: 2".encode(), 2, "twice"),
    "a list as a key": (b"? [a, b]\n: c", 1, "key"),
    "an endless key": (b'"' + b"k" * 300 + b'": v', 1, "key"),
    "a key of nothing": (b'a: b\n"": c', 2, "key"),
    "a tab": (b"a:\n\tb: c", 2, "tabs"),
    "100,000 documents": (b"---\n" * 100_000, 20_001, "documents"),
    "2,000,000 values": (b"- a\n" * 1_999_999, 300_000, "values"),
    "a quote never closed": (b'a: "b\nc: d', 1, "not YAML"),
    "a colon too many": (b"a: b\nc: d: e", 2, "quotes"),
}


def fault_of(path: Path) -> tuple[int | None, str]:
    with pytest.raises(Unreadable) as caught:
        read_file(path)
    (fault,) = caught.value.faults
    assert fault.source == str(path)
    assert "\n" not in fault.message
    return fault.line, fault.message


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_one_clear_fault(name: str, tmp_path: Path) -> None:
    content, line, words = HOSTILE[name]
    path = tmp_path / "hostile.yaml"
    path.write_bytes(content)

    found, message = fault_of(path)

    assert words in message
    assert found == line


def test_a_folder_a_pipe_and_a_dangling_link_are_no_files(tmp_path: Path) -> None:
    link, loop = tmp_path / "dangling.yaml", tmp_path / "loop.yaml"
    link.symlink_to(tmp_path / "nowhere.yaml")
    loop.symlink_to(loop)

    assert "folder" in fault_of(tmp_path)[1]
    assert "no such file" in fault_of(link)[1]
    assert "cannot be read" in fault_of(loop)[1]
    assert "device or a pipe" in fault_of(Path("/dev/zero"))[1]
    assert "no such file" in fault_of(tmp_path / "missing.yaml")[1]


def test_scalars_stay_the_text_that_was_written() -> None:
    (document,) = read_text("[17:00, NO, 99.90, 0x1F, 2027-01-31, true, 1e5, '~', \"null\", 007]", "text")

    assert document.value == ["17:00", "NO", "99.90", "0x1F", "2027-01-31", "true", "1e5", "~", "null", "007"]


def test_nothing_tilde_and_null_are_none() -> None:
    (document,) = read_text("a:\nb: ~\nc: null\nd: ''\ne: Null\nf: [~, null]", "text")

    assert document.value == {"a": None, "b": None, "c": None, "d": "", "e": "Null", "f": [None, None]}


def test_every_value_knows_its_line() -> None:
    text = (
        "title: a\nterm:\n  start_on: b\n  notice:\n    months: 3\nparts:\n  - a\n  - name: b\n    size:\n      large\n"
    )
    (document,) = read_text(text, "text")

    assert document.line(("title",)) == 1
    assert document.line(("term",)) == 2
    assert document.line(("term", "notice", "months")) == 5
    assert document.line(("parts", 1)) == 8
    assert document.line(("parts", 1, "size")) == 10
    assert document.lines["parts", 1, "size"] == (10, 7)


def test_what_is_not_there_has_the_line_of_the_nearest_part_around_it() -> None:
    (document,) = read_text("\ntitle: a\nterm:\n  start_on: b", "text")

    assert document.line(("term", "end_on", "x")) == 3
    assert document.line(("owner",)) == 2


def test_lines_are_counted_through_all_documents_and_all_line_endings() -> None:
    first, second = read_text("a: b\r\n---\r\nc:\r\n  - d\r\n", "text")

    assert first.line(("a",)) == 1
    assert second.line(("c", 0)) == 4


def test_a_byte_order_mark_before_the_text_is_no_part_of_it(tmp_path: Path) -> None:
    path = tmp_path / "mark.yaml"
    path.write_bytes(b"\xef\xbb\xbftitle: a")

    assert read_file(path)[0].value == {"title": "a"}


def test_characters_written_in_two_ways_are_read_as_one() -> None:
    (document,) = read_text('a: "e\\u0301"\nb: e\u0301', "text")

    assert document.value == {"a": "é", "b": "é"}


def test_an_empty_text_holds_no_document() -> None:
    assert read_text("# nothing but a remark\n", "text") == []


def test_limits_can_be_narrower() -> None:
    limits = Limits(characters=100, depth=2, nodes=4, documents=1, scalar=5)
    for text in ("x" * 101, "[[[]]]", "[a, b, c, d]", "a\n---\nb", "abcdef"):
        with pytest.raises(Unreadable):
            read_text(text, "text", limits)
    assert read_text("[[a, b]]", "text", limits)[0].value == [["a", "b"]]


SCALARS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\ufffe\uffff\u2028\u2029"))
KEYS = st.text(st.characters(min_codepoint=97, max_codepoint=122), min_size=1, max_size=8)
VALUES = st.recursive(
    st.none() | SCALARS | st.integers().map(str),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
@settings(max_examples=300, deadline=None)
def test_json_is_read_as_json_reads_it(value: object) -> None:
    (document,) = read_text(json.dumps(value, ensure_ascii=False), "text")

    assert document.value == _composed(value)


def _composed(value: object) -> object:
    if isinstance(value, dict):
        return {key: _composed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_composed(item) for item in value]
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else value


MARKS = st.sampled_from(
    [*list("-:?#&*!|>%@`'\"[]{},\n \t~\\"), "---\n", "...\n", "<<: ", "a: ", "- ", "\r\n", "é", "\u2028"]
)


@given(st.lists(MARKS | st.text(max_size=3), max_size=40).map("".join) | st.text())
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_refused_with_its_place(text: str) -> None:
    faults: tuple[Fault, ...] = ()
    try:
        read_text(text, "text")
    except Unreadable as unreadable:
        faults = unreadable.faults
    assert all(fault.source == "text" and fault.line for fault in faults)
