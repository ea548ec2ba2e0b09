"""Where results are written: whole or not at all, through links, and into what is no file without replacing it."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from sdflow.cli.files import placed, refuse_other, write_whole
from sdflow.domain.errors import Unreadable


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    found: list[bytes] = []
    reader = threading.Thread(target=lambda: found.append(pipe.read_bytes()))
    reader.start()
    write_whole(pipe, b"told")
    reader.join()
    assert (found, stat.S_ISFIFO(pipe.stat().st_mode)) == ([b"told"], True)


def test_a_device_that_is_full_is_told_of_and_stays_a_device(tmp_path: Path) -> None:
    full = tmp_path / "full"
    try:
        os.mknod(full, stat.S_IFCHR | 0o666, os.makedev(1, 7))
        full.open("wb").close()
    except OSError:
        pytest.skip("no device can be made here")
    with pytest.raises(Unreadable, match="cannot be written"):
        write_whole(full, b"told")
    assert stat.S_ISCHR(full.stat().st_mode)


def test_a_link_stays_a_link_and_what_it_names_is_written(tmp_path: Path) -> None:
    file, link = tmp_path / "deep" / "file.csv", tmp_path / "link.csv"
    file.parent.mkdir()
    file.write_bytes(b"before")
    file.chmod(0o640)
    link.symlink_to(file)
    write_whole(link, b"after")
    assert (link.is_symlink(), file.read_bytes(), file.stat().st_mode & 0o777) == (True, b"after", 0o640)
    assert sorted(one.name for one in tmp_path.rglob("*")) == ["deep", "file.csv", "link.csv"]


def test_links_in_a_circle_are_told_of(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(Unreadable, match="cannot be written"):
        write_whole(tmp_path / "a", b"told")


def test_a_name_that_is_too_long_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="cannot be written: File name too long"):
        placed(tmp_path / ("x" * 300), "pack.pdf")


def test_a_file_that_may_not_be_looked_at_is_told_of_before_it_is_replaced(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="cannot be written: File name too long"):
        refuse_other(tmp_path / ("x" * 300), b"told", None)
