"""Documents: what a PDF costs here, beside the weasyprint command run once for each document.

Run `python benchmarks/documents.py [ROUNDS]`. The documents are the drafts of the sample council in
examples/harrowmere. The command gets their finished pages; ours prove, fill the template, and lay out, with nothing
taken from a cache unless that is what is measured. Beside the ratio of times stands that of processor times, which says
nearly the same of one process and does not mind what else the machine does. Exit code 1 where a goal is missed.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from statistics import median

from sdflow import bootstrap
from sdflow.adapters.crew import Crew, Limits
from sdflow.adapters.pdf import DocumentCache, PdfPress
from sdflow.adapters.pdf.typefaces import Typefaces
from sdflow.domain.document import Manuscript
from sdflow.engine.printing import Opening, Order, Printing
from sdflow.engine.publication import Publisher
from sdflow.engine.workspace import Occasion, Workspace
from sdflow.operations.apply import apply
from sdflow.operations.initialise import register_first_person

FIRST, DAY = "PER-OKAFOR", date(2026, 3, 2)
DOCUMENTS = bootstrap.content_folder() / "documents"
EXAMPLES = bootstrap.content_folder() / "examples" / "harrowmere"
GOALS = {"one process": 0.5, "two workers": 0.27}
MANY, ROWS = 200, 1000

Rates = dict[str, tuple[float, float]]
"""Time and processor time, divided by those of the command."""


def council(folder: Path) -> tuple[Workspace, Occasion]:
    """A workspace with the records of the sample council."""
    bootstrap.write_settings(folder, "Harrowmere Information Services", None)
    workspace = bootstrap.open_workspace(folder, create=True)
    register_first_person(workspace, bootstrap.first_occasion(FIRST, "Ngozi Okafor", DAY), ())
    occasion = bootstrap.occasion(workspace, FIRST, DAY)
    apply(workspace, occasion, [EXAMPLES])
    return workspace, occasion


def orders(workspace: Workspace, occasion: Occasion) -> Iterator[Order]:
    """The draft of every agreement, proved anew."""
    with workspace.storage.reading() as reading:
        publisher = Publisher(workspace, reading, occasion)
        for record in reading.records():
            if workspace.pages.has(record.kind) and record.reference.startswith(("SLA", "OLA", "UC", "SLR")):
                yield publisher.draft_order(record)


def register() -> Manuscript:
    """A table of a thousand rows of five cells."""
    cells = "".join(
        f"<tr><td>CMP-{row}</td><td>Component {row}</td><td>TEAM-{row % 11}</td><td>{row % 24}:00</td><td>99.{row}</td></tr>"
        for row in range(ROWS)
    )
    head = "<thead><tr><th>Reference</th><th>Title</th><th>Team</th><th>From</th><th>Availability</th></tr></thead>"
    html = (
        '<!DOCTYPE html><html lang="en"><head><title>Register</title><link rel="stylesheet" href="sdflow:document.css">'
        f"</head><body><main><table>{head}<tbody>{cells}</tbody></table></main></body></html>"
    )
    return Manuscript(html, "Register", "Harrowmere", bootstrap.now(), "register")


def by_command(*pages: Path) -> None:
    """Each page by the weasyprint command."""
    command = [str(Path(sys.executable).parent / "weasyprint"), "-q", "--pdf-variant", "pdf/a-3u"]
    for page in pages:
        subprocess.run([*command, str(page), "-"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def seconds(what: Callable[[], object]) -> float:
    """How long something takes."""
    return cost(what)[0]


def cost(what: Callable[[], object]) -> tuple[float, float]:
    """How long something takes, and how much of the processors, with the processes that it starts and ends."""
    start, spent = time.perf_counter(), _spent()
    what()
    return time.perf_counter() - start, _spent() - spent


def _spent() -> float:
    uses = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(use.ru_utime + use.ru_stime for use in uses)


@contextmanager
def pages(folder: Path, manuscripts: Sequence[str]) -> Iterator[list[Path]]:
    """Finished pages as files that the command can read, while only our fonts are there."""
    folder.mkdir()
    with Typefaces([DOCUMENTS]).alone():
        found = []
        for number, html in enumerate(manuscripts):
            path = folder / f"{number}.html"
            path.write_text(html.replace("sdflow:", f"{DOCUMENTS.as_uri()}/"), encoding="utf-8")
            found.append(path)
        yield found


def printing(folder: Path | None, pieces: int = 50) -> tuple[Printing, Crew]:
    """A printing with workers of its own, and a cache where a folder is given."""
    crew = Crew(pieces)
    look = tuple(bootstrap.DOCUMENT_SETTINGS.items())
    opening = Opening(bootstrap.printing_tools, ("benchmark", (DOCUMENTS,), look, folder, 256))
    return Printing(opening, crew, Limits()), crew


def made(asked: Iterator[Order], workers: int, folder: Path | None = None) -> None:
    """Every document, by so many workers that start with the first."""
    shop, crew = printing(folder)
    for _, result in shop.documents(asked, workers):
        if not isinstance(result, bytes):
            raise result
    crew.dismiss()


def ratios(workspace: Workspace, occasion: Occasion, folder: Path, rounds: int) -> tuple[int, float, Rates]:
    """Number of documents, seconds of the command for each, and our ways divided by it."""
    asked = list(orders(workspace, occasion))
    cache = folder / "cache"
    made(iter(asked), 1, cache)
    ways: dict[str, Callable[[], object]] = {
        "one process": lambda: made(orders(workspace, occasion), 1),
        "two workers": lambda: made(orders(workspace, occasion), 2),
        "unchanged, from the cache": lambda: made(orders(workspace, occasion), 1, cache),
    }
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    commands = []
    with pages(folder / "pages", [workspace.pages.html(one.template, one.view) for one in asked]) as files:
        for turn in range(rounds):
            command, spent = cost(lambda: by_command(*files))
            commands.append(command / len(files))
            for name, way in ways.items():
                ours, used = cost(way)
                found[name].append((ours / command, used / spent))
            told = (f"{name} {one[-1][0]:.3f} ({one[-1][1]:.3f})" for name, one in found.items())
            print(f"round {turn + 1}: {', '.join(told)}", flush=True)
    return len(asked), median(commands), {name: _medians(one) for name, one in found.items()}


def _medians(rates: Sequence[tuple[float, float]]) -> tuple[float, float]:
    return median(time for time, _ in rates), median(spent for _, spent in rates)


def of_register(folder: Path, rounds: int) -> tuple[float, float, float]:
    """A register: milliseconds a row, our time divided by that of the command, and from the cache."""
    manuscript = register()
    cached = PdfPress([DOCUMENTS], DocumentCache(folder / "registers"))
    cached.render(manuscript)
    ours, kept, each = [], [], []
    with pages(folder / "register", [manuscript.html]) as (page,):
        for _ in range(rounds):
            command = seconds(lambda: by_command(page))
            alone = seconds(lambda: subprocess.run([sys.executable, __file__, "--register"], check=True))
            each.append(alone / ROWS * 1000)
            ours.append(alone / command)
            kept.append(seconds(lambda: cached.render(manuscript)) / command)
    return median(each), median(ours), median(kept)


def most_memory(pieces: int) -> int:
    """The most that a worker held over many documents, in megabytes, if it is replaced after so many."""
    done = subprocess.run(
        [sys.executable, __file__, "--memory", str(pieces)], check=True, capture_output=True, text=True
    )
    return int(done.stdout)


def hold(pieces: int) -> None:
    """Make many documents by two workers, and print the most memory that one of them held."""
    with tempfile.TemporaryDirectory() as place:
        asked = list(orders(*council(Path(place) / "council")))
        shop, crew = printing(None, pieces)
        many = (replace(asked[number % len(asked)]) for number in range(MANY))
        for _, result in shop.documents(many, 2):
            if not isinstance(result, bytes):
                raise result
        crew.dismiss()
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)


def report(rounds: int) -> int:
    """Everything, and whether the goals are met."""
    folder = Path(tempfile.mkdtemp(prefix="sdflow-documents-"))
    try:
        workspace, occasion = council(folder / "council")
        count, command, found = ratios(workspace, occasion, folder, rounds)
        print(f"{count} documents; the command takes {command:.2f} s for each")
        for name, (ratio, spent) in found.items():
            goal = f" (goal {GOALS[name]})" if name in GOALS else ""
            print(f"{name}: {ratio:.3f} of that{goal}, {spent:.3f} of its processor time", flush=True)
        row, alone, kept = of_register(folder, rounds)
        print(f"a register of {ROWS} rows: {row:.1f} ms a row; {alone:.2f} of the command, from the cache {kept:.4f}")
        print(
            f"most memory over {MANY} documents: {most_memory(50)} MB replaced after 50, {most_memory(10**6)} MB never"
        )
    finally:
        shutil.rmtree(folder)
    return int(any(found[name][0] > goal for name, goal in GOALS.items()))


if __name__ == "__main__":
    os.environ.pop("SDFLOW_WORKSPACE", None)
    match sys.argv[1:]:
        case ["--memory", number]:
            hold(int(number))
        case ["--register"]:
            PdfPress([DOCUMENTS]).render(register())
        case [number]:
            sys.exit(report(int(number)))
        case _:
            sys.exit(report(3))
