"""Progress: how far a long command is, for those who watch a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from sdflow.cli.presentation import THEME

LONG = 500
"""From so many things on, it is shown how many of them are done."""

STEPS = 10
"""In how many steps the bar moves over the least number of things for which it is shown."""


def _unwatched(what: str, done: int, of: int) -> None:
    """Shows nothing."""


@contextmanager
def watched(
    *, silent: bool = False, long: int = LONG, to: Console | None = None
) -> Iterator[Callable[[str, int, int], None]]:
    """Shows what is done as a bar on the error stream, gone at the end; nothing where that is no terminal.

    What it gives is called with what is done, how much of it is done, and how much there is to do; below `long` nothing
    is shown.
    """
    every = max(1, long // STEPS)
    out = to or Console(stderr=True, theme=THEME)
    bar = Progress(
        TextColumn("[quiet]{task.description}[/]"), BarColumn(), MofNCompleteColumn(), console=out, transient=True
    )
    task = bar.add_task("", visible=False)

    def show(what: str, done: int, of: int) -> None:
        if of < long or (done % every and done != of):
            return
        bar.start()
        bar.update(task, description=what, completed=done, total=of, visible=True)

    if silent or not out.is_terminal:
        yield _unwatched
        return
    try:
        yield show
    finally:
        bar.stop()
